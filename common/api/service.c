/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/service.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/api/selector.h"
#include "common/err.h"
#include "common/json.h"

#define KEYS_MAX 8
#define VERSION_ROOM 16

static const struct {
	const char *own;
	const char *others[KEYS_MAX]; /* ended by NULL */
} wish_keys[] = {
	[WISH_GROUP] = { "lbbgp.io/service-group",
	    { "purelb.io/service-group", "metallb.io/address-pool",
		"metallb.universe.tf/address-pool" } },
	[WISH_ADDRESSES] = { "lbbgp.io/addresses",
	    { "purelb.io/addresses", "metallb.io/loadBalancerIPs",
		"metallb.universe.tf/loadBalancerIPs",
		"kube-vip.io/loadbalancerIPs", "lbipam.cilium.io/ips",
		"io.cilium/lb-ipam-ips",
		"projectcalico.org/loadBalancerIPs" } },
	[WISH_SHARING_KEY] = { "lbbgp.io/sharing-key",
	    { "purelb.io/allow-shared-ip", "metallb.io/allow-shared-ip",
		"metallb.universe.tf/allow-shared-ip",
		"lbipam.cilium.io/sharing-key",
		"io.cilium/lb-ipam-sharing-key" } },
	[WISH_SHARING_NAMESPACES] = { "lbbgp.io/sharing-namespaces",
	    { "lbipam.cilium.io/sharing-cross-namespace",
		"io.cilium/lb-ipam-sharing-cross-namespace" } },
};

/* ---- annotations ---- */

static size_t
wishes_before(const struct service *s, unsigned kind)
{
	size_t n = 0;

	for (unsigned k = 0; k < kind; k++)
		n += s->n_wishes[k];
	return n;
}

/* The kinds come in their order. */
static void
wish_add(struct service *s, enum service_wish_kind kind, const char *key,
    const char *text)
{
	size_t n = wishes_before(s, kind + 1);

	s->wishes = xrealloc(s->wishes, n + 1, sizeof(*s->wishes));
	s->wishes[n] = (struct service_wish){ key, xstrdup(text) };
	s->n_wishes[kind]++;
}

static bool
wish_decode(struct service *s, enum service_wish_kind kind,
    const struct json_at *annotations, const char *key, struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(annotations, key, &text, err))
		return false;
	if (text != NULL)
		wish_add(s, kind, key, text);
	return true;
}

static bool
wishes_decode(struct service *s, enum service_wish_kind kind,
    const struct json_at *annotations, struct err *err)
{
	const char *const *other = wish_keys[kind].others;

	if (!wish_decode(s, kind, annotations, wish_keys[kind].own, err))
		return false;
	if (s->n_wishes[kind] > 0)
		return true; /* the own key wins */
	for (; *other != NULL; other++)
		if (!wish_decode(s, kind, annotations, *other, err))
			return false;
	return true;
}

static bool
requested_ip_decode(
    struct service *s, const struct json_at *spec, struct err *err)
{
	const char *ip = NULL;

	if (!json_get_string(spec, "loadBalancerIP", &ip, err))
		return false;
	if (ip != NULL && ip[0] != '\0')
		wish_add(s, WISH_ADDRESSES, "spec.loadBalancerIP", ip);
	return true;
}

static bool
requests_decode(struct service *s, const struct json_at *meta,
    const struct json_at *spec, struct err *err)
{
	struct json_at at;

	return json_get_object(meta, "annotations", &at, err) &&
	    wishes_decode(s, WISH_GROUP, &at, err) &&
	    wishes_decode(s, WISH_ADDRESSES, &at, err) &&
	    requested_ip_decode(s, spec, err) &&
	    wishes_decode(s, WISH_SHARING_KEY, &at, err) &&
	    wishes_decode(s, WISH_SHARING_NAMESPACES, &at, err);
}

static bool
record_decode(struct service *s, const struct json_at *meta, struct err *err)
{
	struct json_at at;

	return json_get_object(meta, "annotations", &at, err) &&
	    read_text(&at, SERVICE_ALLOCATED_FROM, &s->allocated_from, err) &&
	    read_text(
		&at, SERVICE_ALLOCATED_ADDRESSES, &s->allocated_addresses, err);
}

struct service_wishes
service_wishes(const struct service *s, enum service_wish_kind kind)
{
	size_t n = s->n_wishes[kind];

	return (struct service_wishes){
		n > 0 ? &s->wishes[wishes_before(s, kind)] : NULL, n
	};
}

/* ---- spec ---- */

static bool
ports_decode(struct service *s, const struct json_at *spec, struct err *err)
{
	static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };
	struct json_at list;

	if (!json_get_array(spec, "ports", &list, err))
		return false;
	size_t n = json_at_count(&list);

	s->ports = xcalloc(n, sizeof(*s->ports));
	for (size_t i = 0; i < n; i++) {
		struct json_at item = json_at_item(&list, i);
		unsigned protocol = SERVICE_TCP;
		uint32_t port = 0;

		if (!json_get_uint32(
			&item, "port", 1, UINT16_MAX, &port, err) ||
		    !json_get_enum(
			&item, "protocol", protocols, &protocol, err))
			return false;
		s->ports[s->n_ports++] =
		    (struct service_port){ (uint16_t)port, (uint8_t)protocol };
	}
	return true;
}

/* A Service of a folder has what the API server would have filled in. */
static void
families_default(struct service *s)
{
	bool dual = s->family_policy != FAMILY_POLICY_SINGLE;

	s->families[0] =
	    s->n_cluster_ips > 0 ? s->cluster_ips[0].family : FAMILY_V4;
	s->families[1] = s->families[0] == FAMILY_V4 ? FAMILY_V6 : FAMILY_V4;
	s->n_families = dual ? 2 : 1;
}

static bool
families_decode(struct service *s, const struct json_at *spec, struct err *err)
{
	static const char *const policies[] = { "SingleStack",
		"PreferDualStack", "RequireDualStack", NULL };
	static const char *const families[] = { "", "IPv4", "IPv6", NULL };
	unsigned policy = FAMILY_POLICY_SINGLE;
	struct json_at list;

	if (!json_get_enum(spec, "ipFamilyPolicy", policies, &policy, err) ||
	    !json_get_array(spec, "ipFamilies", &list, err))
		return false;
	s->family_policy = (uint8_t)policy;
	size_t n = json_at_count(&list);

	if (n == 0)
		families_default(s);
	if (n > 2)
		return json_refuse(
		    spec, "ipFamilies", err, "more than two families");
	for (size_t i = 0; i < n; i++) {
		struct json_at item = json_at_item(&list, i);
		unsigned family = FAMILY_NONE;

		if (!json_get_enum(&item, NULL, families, &family, err))
			return false;
		s->families[s->n_families++] = (uint8_t)family;
	}
	return true;
}

static bool
addrs_decode(const struct json_at *spec, const char *field, struct addr **at,
    uint32_t *n, struct err *err)
{
	size_t count = 0;
	bool good = read_addrs(spec, field, at, &count, err);

	*n = (uint32_t)count;
	return good;
}

static bool
cluster_ips_decode(
    struct service *s, const struct json_at *spec, struct err *err)
{
	const char *one = NULL;

	if (!json_get_string(spec, "clusterIP", &one, err) ||
	    !addrs_decode(
		spec, "clusterIPs", &s->cluster_ips, &s->n_cluster_ips, err))
		return false;
	s->headless = one != NULL && strcmp(one, "None") == 0;
	if (one == NULL || one[0] == '\0' || s->headless ||
	    s->n_cluster_ips > 0)
		return true;
	s->cluster_ips = xrealloc(s->cluster_ips, 1, sizeof(struct addr));
	s->n_cluster_ips = 1;
	return addr_parse(one, s->cluster_ips) ||
	    json_refuse(
		spec, "clusterIP", err, "\"%.60s\": not an IP address", one);
}

static bool
spec_decode(struct service *s, const struct json_at *spec, struct err *err)
{
	static const char *const types[] = { "ClusterIP", "NodePort",
		"LoadBalancer", "ExternalName", NULL };
	static const char *const policies[] = { "Cluster", "Local", NULL };
	unsigned type = SERVICE_CLUSTER_IP, external = 0, internal = 0;

	if (!json_get_enum(spec, "type", types, &type, err) ||
	    !json_get_enum(
		spec, "externalTrafficPolicy", policies, &external, err) ||
	    !json_get_enum(
		spec, "internalTrafficPolicy", policies, &internal, err) ||
	    !read_text(spec, "loadBalancerClass", &s->class, err) ||
	    !addrs_decode(spec, "externalIPs", &s->external_ips,
		&s->n_external_ips, err) ||
	    !cluster_ips_decode(s, spec, err))
		return false;
	s->type = (uint8_t)type;
	s->external_local = external == 1;
	s->internal_local = internal == 1;
	return true;
}

/* ---- status: others write there too, so nothing in it is refused ---- */

static void
ingress_decode(struct service *s, const json_t *obj)
{
	const json_t *list = json_object_get(
	    json_object_get(json_object_get(obj, "status"), "loadBalancer"),
	    "ingress");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *item = json_array_get(list, i);
		const char *ip = json_string_value(json_object_get(item, "ip"));
		const char *mode =
		    json_string_value(json_object_get(item, "ipMode"));
		struct service_ingress in;

		if (ip == NULL || !addr_parse(ip, &in.addr)) {
			s->ingress_other = true;
			continue;
		}
		in.proxy = mode != NULL && strcmp(mode, "Proxy") == 0;
		s->ingress = xrealloc(s->ingress, s->n_ingress + 1, sizeof(in));
		s->ingress[s->n_ingress++] = in;
	}
}

static void
own_condition_decode(struct service *s, const json_t *obj)
{
	struct condition c;

	if (condition_decode(&c, obj, SERVICE_CONDITION)) {
		s->condition = xcalloc(1, sizeof(c));
		*s->condition = c;
	}
}

/* ---- all of it ---- */

static bool
parts_decode(struct service *s, const json_t *obj, bool brief, struct err *err)
{
	struct json_at root = json_at_root(obj), meta, labels, spec;

	if (!meta_decode(&s->meta, obj, err) ||
	    !json_get_object(&root, "metadata", &meta, err) ||
	    !json_get_object(&root, "spec", &spec, err) ||
	    !spec_decode(s, &spec, err) || !record_decode(s, &meta, err))
		return false;
	ingress_decode(s, obj);
	if (brief)
		return true;
	own_condition_decode(s, obj);
	return json_get_object(&meta, "labels", &labels, err) &&
	    labels_decode(&s->labels, labels.v, "metadata.labels", err) &&
	    labels_decode(&s->selector, json_object_get(spec.v, "selector"),
		"spec.selector", err) &&
	    families_decode(s, &spec, err) && ports_decode(s, &spec, err) &&
	    requests_decode(s, &meta, &spec, err);
}

/*
 * ---- two blocks of memory: there may be a hundred thousand of them ----
 *
 * What our own writes change is apart, so that a Service before and after such a write
 * needs blocks of the same size, and no gaps remain.
 */

static void
loose_free(struct service *s)
{
	meta_fini(&s->meta);
	labels_fini(&s->labels);
	if (s->condition != NULL)
		condition_fini(s->condition);
	free(s->condition);
	for (size_t i = 0; i < wishes_before(s, WISH_KINDS); i++)
		free(s->wishes[i].text);
	free(s->wishes);
	free(s->class);
	free(s->cluster_ips);
	free(s->external_ips);
	free(s->ports);
	labels_fini(&s->selector);
	free(s->ingress);
	free(s->allocated_from);
	free(s->allocated_addresses);
	free(s);
}

struct block {
	char *base; /* NULL: only counts */
	size_t used;
};

/* Moves one part into the block; a pointer follows its part. */
static void
part_move(struct block *b, void *pointer, size_t n)
{
	void *part;

	memcpy(&part, pointer, sizeof(part));
	if (part == NULL)
		return;
	if (b->base != NULL) {
		char *to = b->base + b->used;

		memcpy(to, part, n);
		free(part);
		memcpy(pointer, &to, sizeof(to));
	}
	b->used += n;
}

static void
text_move(struct block *b, char **text)
{
	if (*text != NULL)
		part_move(b, text, strlen(*text) + 1);
}

/* In room enough for any later one: a digit more is not to make the block larger. */
static void
version_move(struct block *b, char **version)
{
	size_t end = b->used + VERSION_ROOM;

	text_move(b, version);
	if (b->used < end)
		b->used = end;
}

/* What needs to be aligned first. */
static void
asked_move(struct block *b, struct service *s)
{
	size_t n_wishes = wishes_before(s, WISH_KINDS);

	part_move(b, &s->wishes, n_wishes * sizeof(*s->wishes));
	part_move(b, &s->ports, s->n_ports * sizeof(*s->ports));
	part_move(b, &s->cluster_ips, s->n_cluster_ips * sizeof(struct addr));
	part_move(b, &s->external_ips, s->n_external_ips * sizeof(struct addr));
	for (size_t i = 0; i < n_wishes; i++)
		text_move(b, &s->wishes[i].text);
	part_move(b, &s->labels.text, labels_bytes(&s->labels));
	part_move(b, &s->selector.text, labels_bytes(&s->selector));
	text_move(b, &s->meta.ns);
	text_move(b, &s->meta.name);
	text_move(b, &s->meta.uid);
	version_move(b, &s->meta.resource_version);
	text_move(b, &s->class);
}

static void
given_move(struct block *b, struct service *s)
{
	part_move(b, &s->condition, sizeof(*s->condition));
	part_move(b, &s->ingress, s->n_ingress * sizeof(*s->ingress));
	if (s->condition != NULL) {
		text_move(b, &s->condition->reason);
		text_move(b, &s->condition->message);
	}
	text_move(b, &s->allocated_from);
	text_move(b, &s->allocated_addresses);
}

/*
 * A new block, `before` bytes free at its start, with all that move() moves; NULL:
 * it would be empty.
 */
static void *
block_new(size_t before, void (*move)(struct block *, struct service *),
    struct service *s)
{
	struct block b = { .used = before };

	move(&b, s);
	if (b.used == 0)
		return NULL;
	b.base = xcalloc(1, b.used);
	b.used = before;
	move(&b, s);
	return b.base;
}

/* The same; what was in pieces is freed. */
static struct service *
packed(struct service *loose)
{
	loose->given = block_new(0, given_move, loose);
	struct service *s = block_new(sizeof(*loose), asked_move, loose);

	*s = *loose;
	free(loose);
	return s;
}

static struct service *
decode(const json_t *obj, bool brief, struct err *err)
{
	struct service *s = xcalloc(1, sizeof(*s));

	if (parts_decode(s, obj, brief, err))
		return packed(s);
	loose_free(s);
	return NULL;
}

void *
service_decode(const json_t *obj, struct err *err)
{
	return decode(obj, false, err);
}

void *
service_decode_brief(const json_t *obj, struct err *err)
{
	return decode(obj, true, err);
}

void
service_free(void *service)
{
	struct service *s = service;

	if (s == NULL)
		return;
	free(s->given);
	free(s);
}
