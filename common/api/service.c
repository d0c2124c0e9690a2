/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts of a Service are decoded one by one, each into memory of its own, then all
 * are moved into two blocks: what people ask for, and what we write, status and record.
 * There may be a hundred thousand of them.
 *
 * Only what has no name is refused. Elsewhere what can't be read is left out, and the
 * first such fault that a decision would need is kept with the Service.
 *
 * What it wishes for stands in annotations, by keys of ours and by those of others that
 * mean the same (wish_keys). Our key alone counts when it is set, else all others are
 * kept, since whether they agree is for the reader to decide.
 */
#include "common/api/service.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/api/selector.h"
#include "common/err.h"
#include "common/json.h"

#define KEYS_MAX 9
#define VERSION_ROOM 16
#define OWN_PREFIX "lbbgp.io/" /* annotations below it are for us */

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
	[WISH_COMMUNITIES] = { "lbbgp.io/communities", { NULL } },
	[WISH_LOCAL_PREFERENCE] = { "lbbgp.io/local-preference", { NULL } },
	[WISH_MED] = { "lbbgp.io/med", { NULL } },
	[WISH_PREPEND] = { "lbbgp.io/prepend", { NULL } },
	[WISH_PEERS] = { "lbbgp.io/peers", { NULL } },
	[WISH_MAX_ANNOUNCERS] = { "lbbgp.io/max-announcers", { NULL } },
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

/* The kinds come in their order. Takes the text. */
static void
wish_add(
    struct service *s, enum service_wish_kind kind, const char *key, char *text)
{
	size_t n = wishes_before(s, kind + 1);

	s->wishes = xrealloc(s->wishes, n + 1, sizeof(*s->wishes));
	s->wishes[n] = (struct service_wish){ key, text };
	s->n_wishes[kind]++;
}

/* Text that nobody can have meant is for the reader, too: he refuses it by name. */
static void
wish_decode(struct service *s, enum service_wish_kind kind,
    const struct json_at *annotations, const char *key, struct err *fault)
{
	char *text = NULL;

	read_visible(annotations, key, &text, fault);
	if (text != NULL)
		wish_add(s, kind, key, text);
}

static void
wishes_decode(struct service *s, enum service_wish_kind kind,
    const struct json_at *annotations, struct err *fault)
{
	const char *const *other = wish_keys[kind].others;

	wish_decode(s, kind, annotations, wish_keys[kind].own, fault);
	if (s->n_wishes[kind] > 0)
		return; /* the own key wins */
	for (; *other != NULL; other++)
		wish_decode(s, kind, annotations, *other, fault);
}

static void
requested_ip_decode(
    struct service *s, const struct json_at *spec, struct err *fault)
{
	char *ip = NULL;

	read_visible(spec, "loadBalancerIP", &ip, fault);
	if (ip != NULL && ip[0] != '\0')
		wish_add(s, WISH_ADDRESSES, "spec.loadBalancerIP", ip);
	else
		free(ip);
}

static void
requests_decode(struct service *s, const struct json_at *annotations,
    const struct json_at *spec, struct err *fault)
{
	wishes_decode(s, WISH_GROUP, annotations, fault);
	wishes_decode(s, WISH_ADDRESSES, annotations, fault);
	requested_ip_decode(s, spec, fault);
	wishes_decode(s, WISH_SHARING_KEY, annotations, fault);
	wishes_decode(s, WISH_SHARING_NAMESPACES, annotations, fault);
}

/* They don't bear on what addresses it has: what can't be read is no fault of these. */
static void
routes_decode(
    struct service *s, const struct json_at *annotations, struct err *fault)
{
	for (unsigned kind = WISH_ROUTES; kind < WISH_KINDS; kind++)
		wishes_decode(s, kind, annotations, fault);
}

static void
record_decode(
    struct service *s, const struct json_at *annotations, struct err *fault)
{
	read_visible(
	    annotations, SERVICE_ALLOCATED_FROM, &s->allocated_from, fault);
	read_visible(annotations, SERVICE_ALLOCATED_ADDRESSES,
	    &s->allocated_addresses, fault);
}

static bool
is_known(const char *key)
{
	for (unsigned k = 0; k < WISH_KINDS; k++)
		if (strcmp(key, wish_keys[k].own) == 0)
			return true;
	return strcmp(key, SERVICE_ALLOCATED_FROM) == 0 ||
	    strcmp(key, SERVICE_ALLOCATED_ADDRESSES) == 0;
}

/* One that is misspelt would ask for nothing, and nobody would know. */
static void
unknown_decode(struct service *s, const struct json_at *annotations)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)annotations->v, key, value)
		if (s->unknown == NULL &&
		    strncmp(key, OWN_PREFIX, strlen(OWN_PREFIX)) == 0 &&
		    !is_known(key))
			s->unknown = xstrdup(key);
}

bool
service_wish_kind(const char *key, enum service_wish_kind *kind)
{
	for (unsigned k = 0; k < WISH_KINDS; k++) {
		const char *const *other = wish_keys[k].others;

		while (*other != NULL && strcmp(*other, key) != 0)
			other++;
		*kind = k;
		if (*other != NULL || strcmp(wish_keys[k].own, key) == 0)
			return true;
	}
	return false;
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

static unsigned
enum_decode(const struct json_at *at, const char *field,
    const char *const *names, struct err *fault)
{
	unsigned value = 0;
	struct err why;

	read_fault(fault, json_get_enum(at, field, names, &value, &why), &why);
	return value;
}

static bool
port_decode(struct service_port *p, const struct json_at *item, struct err *err)
{
	static const char *const protocols[] = { "TCP", "UDP", "SCTP", NULL };
	unsigned protocol = SERVICE_TCP;
	uint32_t port = 0;

	if (!json_get_uint32(item, "port", 1, UINT16_MAX, &port, err) ||
	    !json_get_enum(item, "protocol", protocols, &protocol, err))
		return false;
	*p = (struct service_port){ (uint16_t)port, (uint8_t)protocol };
	return true;
}

static void
ports_decode(struct service *s, const struct json_at *spec, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault, json_get_array(spec, "ports", &list, &why), &why);
	size_t n = json_at_count(&list);

	s->ports = xcalloc(n, sizeof(*s->ports));
	for (size_t i = 0; i < n; i++) {
		struct json_at item = json_at_item(&list, i);

		if (port_decode(&s->ports[s->n_ports], &item, &why))
			s->n_ports++;
		else
			read_fault(fault, false, &why);
	}
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

static void
family_policy_decode(
    struct service *s, const struct json_at *spec, struct err *fault)
{
	static const char *const policies[] = { "SingleStack",
		"PreferDualStack", "RequireDualStack", NULL };

	s->family_policy =
	    (uint8_t)enum_decode(spec, "ipFamilyPolicy", policies, fault);
}

static void
families_decode(
    struct service *s, const struct json_at *spec, struct err *fault)
{
	static const char *const names[] = { "IPv4", "IPv6", NULL };
	static const uint8_t families[] = { FAMILY_V4, FAMILY_V6 };
	struct json_at list;
	struct err why;

	family_policy_decode(s, spec, fault);
	read_fault(
	    fault, json_get_array(spec, "ipFamilies", &list, &why), &why);
	size_t n = json_at_count(&list);

	if (n > 2)
		read_fault(fault,
		    json_refuse(
			spec, "ipFamilies", &why, "more than two families"),
		    &why);
	for (size_t i = 0; i < n && s->n_families < 2; i++) {
		struct json_at item = json_at_item(&list, i);
		unsigned family = 0;

		if (json_get_enum(&item, NULL, names, &family, &why) &&
		    (s->n_families == 0 || s->families[0] != families[family] ||
			json_refuse(&item, NULL, &why, "the same again")))
			s->families[s->n_families++] = families[family];
		else
			read_fault(fault, false, &why);
	}
	if (s->n_families == 0)
		families_default(s);
}

static void
addrs_decode(const struct json_at *spec, const char *field, struct addr **at,
    uint32_t *n, struct err *fault)
{
	size_t count;

	read_addrs(spec, field, at, &count, fault);
	*n = (uint32_t)count;
}

static void
cluster_ips_decode(
    struct service *s, const struct json_at *spec, struct err *fault)
{
	const char *one = NULL;
	struct err why;

	addrs_decode(
	    spec, "clusterIPs", &s->cluster_ips, &s->n_cluster_ips, fault);
	read_fault(fault, json_get_string(spec, "clusterIP", &one, &why), &why);
	s->headless = one != NULL && strcmp(one, "None") == 0;
	if (one == NULL || one[0] == '\0' || s->headless ||
	    s->n_cluster_ips > 0)
		return;
	s->cluster_ips = xrealloc(s->cluster_ips, 1, sizeof(struct addr));
	if (addr_parse(one, s->cluster_ips))
		s->n_cluster_ips = 1;
	else
		read_fault(fault,
		    json_refuse(spec, "clusterIP", &why,
			"\"%.60s\": not an IP address", one),
		    &why);
}

static const char *const traffic_policies[] = { "Cluster", "Local", NULL };

/* One of a type that we don't know is a LoadBalancer if it has what only they have. */
static void
type_decode(struct service *s, const struct json_at *spec, struct err *fault)
{
	static const char *const types[] = { "ClusterIP", "NodePort",
		"LoadBalancer", "ExternalName", NULL };
	unsigned type = SERVICE_CLUSTER_IP;
	struct err why;

	if (!json_get_enum(spec, "type", types, &type, &why)) {
		read_fault(fault, false, &why);
		if (s->n_ingress > 0 || s->allocated_from != NULL)
			type = SERVICE_LOAD_BALANCER;
	}
	s->type = (uint8_t)type;
}

/* Whose it is, and how its traffic comes in. */
static void
kind_decode(struct service *s, const struct json_at *spec, struct err *fault)
{
	struct err why;

	type_decode(s, spec, fault);
	read_fault(
	    fault, read_text(spec, "loadBalancerClass", &s->class, &why), &why);
	s->external_local = enum_decode(spec, "externalTrafficPolicy",
				traffic_policies, fault) == 1;
}

/*
 * Gateways and Ingresses for which each node has a proxy have a Service without a
 * selector, and in its EndpointSlice a placeholder. The first label is the Gateway
 * API's, the others are Cilium's.
 */
static void
gateway_decode(struct service *s, const json_t *obj, const struct json_at *spec)
{
	static const char *const keys[] = {
		"gateway.networking.k8s.io/gateway-name",
		"io.cilium.gateway/owning-gateway", "cilium.io/ingress"
	};
	const json_t *labels =
	    json_object_get(json_object_get(obj, "metadata"), "labels");

	if (json_object_size(json_object_get(spec->v, "selector")) > 0)
		return;
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		s->podless_gateway |= json_object_get(labels, keys[i]) != NULL;
}

static void
addresses_decode(
    struct service *s, const struct json_at *spec, struct err *fault)
{
	s->internal_local = enum_decode(spec, "internalTrafficPolicy",
				traffic_policies, fault) == 1;
	addrs_decode(
	    spec, "externalIPs", &s->external_ips, &s->n_external_ips, fault);
	cluster_ips_decode(s, spec, fault);
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
		const json_t *text = json_object_get(item, "ip");
		const char *ip = json_string_value(text);
		const char *mode =
		    json_string_value(json_object_get(item, "ipMode"));
		struct service_ingress in;

		if (ip == NULL || strlen(ip) != json_string_length(text) ||
		    !addr_parse(ip, &in.addr)) {
			s->ingress_other = true;
			continue;
		}
		in.proxy = mode != NULL && strcmp(mode, "Proxy") == 0;
		s->ingress = xrealloc(s->ingress, s->n_ingress + 1, sizeof(in));
		s->ingress[s->n_ingress++] = in;
	}
}

/* NULL: there is none. */
static struct condition *
own_condition_decode(const json_t *obj, const char *type)
{
	struct condition c, *own;

	if (!condition_decode(&c, obj, type))
		return NULL;
	own = xcalloc(1, sizeof(c));
	*own = c;
	return own;
}

/* ---- all of it ---- */

/* What only the allocator asks for. */
static void
rest_decode(struct service *s, const struct json_at *meta,
    const struct json_at *spec, struct err *fault)
{
	struct json_at labels, annotations;
	struct err why;

	read_fault(fault, json_get_object(meta, "labels", &labels, &why), &why);
	read_fault(fault,
	    labels_decode(&s->labels, labels.v, "metadata.labels", &why), &why);
	read_fault(fault,
	    labels_decode(&s->selector, json_object_get(spec->v, "selector"),
		"spec.selector", &why),
	    &why);
	families_decode(s, spec, fault);
	ports_decode(s, spec, fault);
	json_get_object(meta, "annotations", &annotations, &why);
	requests_decode(s, &annotations, spec, fault);
	unknown_decode(s, &annotations);
}

/* Its status and record first: whatever else is odd, it has what it has. */
static void
parts_decode(struct service *s, const json_t *obj, bool brief, struct err *err)
{
	struct json_at root = json_at_root(obj), meta, annotations, spec;
	struct err why, fault = { "" }, other = { "" };

	ingress_decode(s, obj);
	json_get_object(&root, "metadata", &meta, &why);
	read_fault(&fault,
	    json_get_object(&meta, "annotations", &annotations, &why), &why);
	record_decode(s, &annotations, &other);
	read_fault(&fault, json_get_object(&root, "spec", &spec, &why), &why);
	kind_decode(s, &spec, &fault);
	gateway_decode(s, obj, &spec);
	addresses_decode(s, &spec, &other);
	if (!brief) {
		s->condition = own_condition_decode(obj, SERVICE_CONDITION);
		s->deprecation = own_condition_decode(obj, SERVICE_DEPRECATION);
		s->announced = own_condition_decode(obj, SERVICE_ANNOUNCED);
		rest_decode(s, &meta, &spec, &fault);
	}
	routes_decode(s, &annotations, &other);
	if (fault.text[0] != '\0')
		s->fault = xstrdup(fault.text);
	read_fault(err, fault.text[0] == '\0', &fault);
	read_fault(err, other.text[0] == '\0', &other);
}

/*
 * ---- two blocks of memory: there may be a hundred thousand of them ----
 *
 * What our own writes change is apart, so that a Service before and after such a write
 * needs blocks of the same size, and no gaps remain.
 */

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
	text_move(b, &s->fault);
	text_move(b, &s->unknown);
}

static void
condition_move(struct block *b, struct condition *c)
{
	if (c == NULL)
		return;
	text_move(b, &c->reason);
	text_move(b, &c->message);
}

static void
given_move(struct block *b, struct service *s)
{
	part_move(b, &s->condition, sizeof(*s->condition));
	part_move(b, &s->deprecation, sizeof(*s->deprecation));
	part_move(b, &s->announced, sizeof(*s->announced));
	part_move(b, &s->ingress, s->n_ingress * sizeof(*s->ingress));
	condition_move(b, s->condition);
	condition_move(b, s->deprecation);
	condition_move(b, s->announced);
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

	if (!meta_decode(&s->meta, obj, err)) {
		free(s);
		return NULL;
	}
	parts_decode(s, obj, brief, err);
	return packed(s);
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
