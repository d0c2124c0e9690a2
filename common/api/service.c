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
	size_t where; /* a struct service_wishes of struct service */
	const char *own;
	const char *others[KEYS_MAX]; /* ended by NULL */
} wishes[] = {
	{ offsetof(struct service, group), "lbbgp.io/service-group",
	    { "purelb.io/service-group", "metallb.io/address-pool",
		"metallb.universe.tf/address-pool" } },
	{ offsetof(struct service, addresses), "lbbgp.io/addresses",
	    { "purelb.io/addresses", "metallb.io/loadBalancerIPs",
		"metallb.universe.tf/loadBalancerIPs",
		"kube-vip.io/loadbalancerIPs", "lbipam.cilium.io/ips",
		"projectcalico.org/loadBalancerIPs" } },
	{ offsetof(struct service, sharing_key), "lbbgp.io/sharing-key",
	    { "purelb.io/allow-shared-ip", "metallb.io/allow-shared-ip",
		"metallb.universe.tf/allow-shared-ip",
		"lbipam.cilium.io/sharing-key" } },
	{ offsetof(struct service, sharing_namespaces),
	    "lbbgp.io/sharing-namespaces",
	    { "lbipam.cilium.io/sharing-cross-namespace" } },
};

/* ---- annotations ---- */

static bool
wish_add(struct service_wishes *w, const struct json_at *annotations,
    const char *key, struct err *err)
{
	char *text = NULL;

	if (!read_text(annotations, key, &text, err))
		return false;
	if (text == NULL)
		return true;
	w->at = xrealloc(w->at, w->n + 1, sizeof(*w->at));
	w->at[w->n++] = (struct service_wish){ key, text };
	return true;
}

static bool
annotations_decode(
    struct service *s, const struct json_at *root, struct err *err)
{
	struct json_at meta, at;

	if (!json_get_object(root, "metadata", &meta, err) ||
	    !json_get_object(&meta, "annotations", &at, err))
		return false;
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++) {
		struct service_wishes *w =
		    (void *)((char *)s + wishes[i].where);

		if (!wish_add(w, &at, wishes[i].own, err))
			return false;
		if (w->n > 0)
			continue; /* the own key wins */
		for (const char *const *k = wishes[i].others; *k != NULL; k++)
			if (!wish_add(w, &at, *k, err))
				return false;
	}
	return read_text(
		   &at, SERVICE_ALLOCATED_FROM, &s->allocated_from, err) &&
	    read_text(
		&at, SERVICE_ALLOCATED_ADDRESSES, &s->allocated_addresses, err);
}

static void
wishes_fini(struct service_wishes *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->at[i].text);
	free(w->at);
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
	    s->cluster_ips.n > 0 ? s->cluster_ips.at[0].family : FAMILY_V4;
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
	s->family_policy = policy;
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
cluster_ips_decode(
    struct service *s, const struct json_at *spec, struct err *err)
{
	const char *one = NULL;

	if (!json_get_string(spec, "clusterIP", &one, err) ||
	    !read_addrs(
		spec, "clusterIPs", &s->cluster_ips.at, &s->cluster_ips.n, err))
		return false;
	s->headless = one != NULL && strcmp(one, "None") == 0;
	if (one == NULL || one[0] == '\0' || s->headless ||
	    s->cluster_ips.n > 0)
		return true;
	s->cluster_ips.at = xrealloc(s->cluster_ips.at, 1, sizeof(struct addr));
	s->cluster_ips.n = 1;
	return addr_parse(one, s->cluster_ips.at) ||
	    json_refuse(
		spec, "clusterIP", err, "\"%.60s\": not an IP address", one);
}

static bool
spec_decode(struct service *s, const struct json_at *root, struct err *err)
{
	static const char *const types[] = { "ClusterIP", "NodePort",
		"LoadBalancer", "ExternalName", NULL };
	static const char *const policies[] = { "Cluster", "Local", NULL };
	unsigned type = SERVICE_CLUSTER_IP, external = 0, internal = 0;
	struct json_at spec;

	if (!json_get_object(root, "spec", &spec, err) ||
	    !json_get_enum(&spec, "type", types, &type, err) ||
	    !json_get_enum(
		&spec, "externalTrafficPolicy", policies, &external, err) ||
	    !json_get_enum(
		&spec, "internalTrafficPolicy", policies, &internal, err) ||
	    !read_text(&spec, "loadBalancerClass", &s->class, err) ||
	    !read_text(&spec, "loadBalancerIP", &s->requested_ip, err) ||
	    !read_addrs(&spec, "externalIPs", &s->external_ips.at,
		&s->external_ips.n, err) ||
	    !cluster_ips_decode(s, &spec, err) ||
	    !families_decode(s, &spec, err) || !ports_decode(s, &spec, err))
		return false;
	s->type = type;
	s->external_local = external == 1;
	s->internal_local = internal == 1;
	if (s->requested_ip != NULL && s->requested_ip[0] == '\0') {
		free(s->requested_ip);
		s->requested_ip = NULL;
	}
	return labels_decode(&s->selector, json_object_get(spec.v, "selector"),
	    "spec.selector", err);
}

/* ---- status: others write there too, so nothing in it is refused ---- */

static void
ingress_decode(struct service *s, const json_t *obj)
{
	const json_t *list = json_object_get(
	    json_object_get(json_object_get(obj, "status"), "loadBalancer"),
	    "ingress");
	size_t n = json_array_size(list);

	if (n > 0)
		s->ingress = xcalloc(n, sizeof(*s->ingress));
	for (size_t i = 0; i < n; i++) {
		const json_t *item = json_array_get(list, i);
		const char *ip = json_string_value(json_object_get(item, "ip"));
		const char *mode =
		    json_string_value(json_object_get(item, "ipMode"));
		struct service_ingress *in = &s->ingress[s->n_ingress];

		if (ip == NULL || !addr_parse(ip, &in->addr)) {
			s->ingress_other = true;
			continue;
		}
		in->proxy = mode != NULL && strcmp(mode, "Proxy") == 0;
		s->n_ingress++;
	}
}

static void
status_decode(struct service *s, const json_t *obj)
{
	struct condition c;

	ingress_decode(s, obj);
	if (condition_decode(&c, obj, SERVICE_CONDITION)) {
		s->condition = xcalloc(1, sizeof(c));
		*s->condition = c;
	}
}

static bool
own_labels_decode(
    struct service *s, const struct json_at *root, struct err *err)
{
	struct json_at meta, labels;

	return json_get_object(root, "metadata", &meta, err) &&
	    json_get_object(&meta, "labels", &labels, err) &&
	    labels_decode(&s->labels, labels.v, "metadata.labels", err);
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
	for (size_t i = 0; i < sizeof(wishes) / sizeof(wishes[0]); i++)
		wishes_fini((void *)((char *)s + wishes[i].where));
	free(s->class);
	free(s->requested_ip);
	free(s->cluster_ips.at);
	free(s->external_ips.at);
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
	struct service_wishes *const lists[] = { &s->group, &s->addresses,
		&s->sharing_key, &s->sharing_namespaces };
	const size_t n = sizeof(lists) / sizeof(lists[0]);

	for (size_t i = 0; i < n; i++)
		part_move(
		    b, &lists[i]->at, lists[i]->n * sizeof(*lists[i]->at));
	part_move(b, &s->ports, s->n_ports * sizeof(*s->ports));
	part_move(
	    b, &s->cluster_ips.at, s->cluster_ips.n * sizeof(struct addr));
	part_move(
	    b, &s->external_ips.at, s->external_ips.n * sizeof(struct addr));
	for (size_t i = 0; i < n; i++)
		for (size_t k = 0; k < lists[i]->n; k++)
			text_move(b, &lists[i]->at[k].text);
	part_move(b, &s->labels.text, labels_bytes(&s->labels));
	part_move(b, &s->selector.text, labels_bytes(&s->selector));
	text_move(b, &s->meta.ns);
	text_move(b, &s->meta.name);
	text_move(b, &s->meta.uid);
	version_move(b, &s->meta.resource_version);
	text_move(b, &s->class);
	text_move(b, &s->requested_ip);
}

static void
given_move(struct block *b, struct service *s)
{
	part_move(b, &s->condition, sizeof(*s->condition));
	part_move(b, &s->ingress, s->n_ingress * sizeof(*s->ingress));
	if (s->condition != NULL) {
		text_move(b, &s->condition->reason);
		text_move(b, &s->condition->message);
		text_move(b, &s->condition->changed);
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

void *
service_decode(const json_t *obj, struct err *err)
{
	struct service *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_root(obj);

	if (!meta_decode(&s->meta, obj, err) ||
	    !own_labels_decode(s, &root, err) || !spec_decode(s, &root, err) ||
	    !annotations_decode(s, &root, err)) {
		loose_free(s);
		return NULL;
	}
	status_decode(s, obj);
	return packed(s);
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
