/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two views of one Service. `explain` asks in the order in which things are decided:
 * what of it can't be read, its address (allocation.c), then who announces it to whom
 * (announcement.c); each adds steps. The routers that are told are gathered on the way,
 * and what to ask them (routers.c) ends the reply. `show` tells how the Service is, and
 * reads nothing but Services. Of several lbbgp it is the one whose class is asked for:
 * resources of others are not read at all, as by its programs; its daemons are in the
 * Namespace that names the class.
 */
#include "cli/explain/explain.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/ipam/share.h"
#include "allocator/plan/plan.h"
#include "allocator/pool/namespace.h"
#include "allocator/pool/servers.h"
#include "allocator/pool/vip_addrs.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/service_cidr.h"
#include "cli/explain/allocation.h"
#include "cli/explain/announcement.h"
#include "cli/explain/kinds.h"
#include "cli/explain/routers.h"
#include "cli/explain/steps.h"
#include "cli/objects.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"

#define REPLY_VERSION 1

static void
slice_free(void *item)
{
	struct explain_slice *s = item;

	if (s == NULL)
		return;
	endpoint_slice_free(s->slice);
	servers_free(s->servers);
	free(s);
}

/* The API server's own is one that the allocator reads, too. */
static bool
is_of_servers(const json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");

	return strcmp(json_text(meta, "namespace"), SERVERS_NAMESPACE) == 0 &&
	    strcmp(json_text(meta, "name"), SERVERS_NAME) == 0;
}

static void *
slice_decode(const json_t *obj, struct err *err)
{
	struct explain_slice *s = xcalloc(1, sizeof(*s));

	s->slice = endpoint_slice_decode(obj, err);
	if (s->slice == NULL) {
		slice_free(s);
		return NULL;
	}
	if (is_of_servers(obj))
		s->servers = servers_decode(obj, err);
	return s;
}

static bool
is_ours(void *arg, const json_t *obj)
{
	const struct instance *asked = arg;

	return instance_has(asked != NULL ? asked : &instance_default, obj);
}

/* clang-format off */
static const struct store_kind kinds[EXPLAIN_KINDS] = {
	[EXPLAIN_SERVICE] = { "v1", "Service", "services", true,
	    .decode = service_decode, .free = service_free },
	[EXPLAIN_GROUP] = { "lbbgp.io/v1", "ServiceGroup", "servicegroups",
	    .decode = service_group_decode, .free = service_group_free,
	    .known = service_group_known, .ours = is_ours },
	[EXPLAIN_NAMESPACE] = { "v1", "Namespace", "namespaces",
	    .decode = namespace_decode, .free = namespace_free },
	[EXPLAIN_NODE] = { "v1", "Node", "nodes",
	    .decode = node_decode, .free = node_free },
	[EXPLAIN_SLICE] = { "discovery.k8s.io/v1", "EndpointSlice",
	    "endpointslices", true,
	    .decode = slice_decode, .free = slice_free },
	[EXPLAIN_VIP] = { "lbbgp.io/v1", "VirtualIP", "virtualips",
	    .decode = vip_addrs_decode, .free = vip_addrs_free },
	[EXPLAIN_CONFIGURATION] = { "lbbgp.io/v1", "BGPConfiguration",
	    "bgpconfigurations",
	    .decode = bgp_configuration_decode, .free = bgp_configuration_free,
	    .known = bgp_configuration_known, .ours = is_ours },
	[EXPLAIN_PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers",
	    .decode = bgp_peer_decode, .free = bgp_peer_free,
	    .known = bgp_peer_known, .ours = is_ours },
	[EXPLAIN_FILTER] = { "lbbgp.io/v1", "BGPFilter", "bgpfilters",
	    .decode = bgp_filter_decode, .free = bgp_filter_free,
	    .known = bgp_filter_known },
	[EXPLAIN_CIDR] = { "networking.k8s.io/v1", "ServiceCIDR",
	    "servicecidrs",
	    .decode = service_cidr_decode, .free = service_cidr_free,
	    .other_api = "networking.k8s.io/v1beta1", .spared = true },
	[EXPLAIN_STATUS] = { "lbbgp.io/v1", "BGPNodeStatus",
	    "bgpnodestatuses",
	    .decode = bgp_node_status_decode, .free = bgp_node_status_free },
};
/* clang-format on */

/* The text of the reply; takes it. */
static char *
reply_text(json_t *reply)
{
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	return text;
}

static char *
reply_error(const char *fmt, const char *name)
{
	return reply_text(json_pack("{s:i, s:o}", "version", REPLY_VERSION,
	    "error", json_sprintf(fmt, name)));
}

/* The Service that is asked for; NULL: *error is the reply, owned. */
static const struct service *
service_asked(
    const struct store *store, const struct json_at *request, char **error)
{
	const char *name = "", *slash;
	struct err err;

	json_get_string(request, "service", &name, &err);
	slash = strchr(name, '/');
	if (slash == NULL) {
		*error = reply_error(
		    "\"%s\": not NAMESPACE/NAME of a Service", name);
		return NULL;
	}
	char *ns = xasprintf("%.*s", (int)(slash - name), name);
	const struct object_key key = { ns, slash + 1 };
	const struct service *s = store_get(store, EXPLAIN_SERVICE, &key);

	free(ns);
	if (s == NULL)
		*error = reply_error("there is no Service %s", name);
	return s;
}

static json_t *
service_name(const struct service *s)
{
	return json_sprintf("%s/%s", s->meta.ns, s->meta.name);
}

/* Why it is as it is --------------------------------------------------------- */

static json_t *
steps_view(const struct steps *steps)
{
	json_t *list = json_array();

	for (size_t i = 0; i < steps->n; i++)
		json_array_append_new(list,
		    json_pack("{s:i, s:s, s:s, s:s}", "number", (int)i + 1,
			"rule", steps->at[i].rule, "verdict",
			steps->at[i].verdict, "text", steps->at[i].text));
	return list;
}

struct oddity { /* looked for among what can't be read */
	const struct service *service;
	struct steps *steps;
};

static void
oddity_each(void *arg, const struct object_key *key, const struct err *why)
{
	const struct oddity *o = arg;

	if (strcmp(key->ns, o->service->meta.ns) == 0 &&
	    strcmp(key->name, o->service->meta.name) == 0)
		steps_add(o->steps, "service", "no", "%s", why->text);
}

/* A fault is what allocation_explain() begins with. */
static void
oddity_explain(
    const struct store *store, const struct service *s, struct steps *steps)
{
	struct oddity oddity = { s, steps };

	if (s->fault == NULL)
		store_each_refused(
		    store, EXPLAIN_SERVICE, oddity_each, &oddity);
}

static json_t *
names_view(const struct asked_route *route)
{
	json_t *list = json_array();

	for (size_t i = 0; i < route->n_peers; i++)
		json_array_append_new(list, json_string(route->peers[i]));
	return list;
}

/* word: which kind of router they are; NULL: nobody has said so. */
static json_t *
questions_view(const struct asked_route *route, const char *word)
{
	json_t *list = json_array();
	struct router_question q;

	for (size_t i = 0; router_question(route, word, i, &q); i++) {
		json_array_append_new(list,
		    json_pack("{s:s, s:s, s:s}", "system", q.system, "command",
			q.command, "tells", q.tells));
		free(q.command);
	}
	return list;
}

static json_t *
routers_view(const struct asked_routes *asked, const char *word)
{
	json_t *list = json_array();
	char prefix[PREFIX_TEXT];

	for (size_t i = 0; i < asked->n; i++)
		json_array_append_new(list,
		    json_pack("{s:s, s:o, s:o}", "prefix",
			prefix_print(&asked->at[i].prefix, prefix), "peers",
			names_view(&asked->at[i]), "questions",
			questions_view(&asked->at[i], word)));
	return list;
}

/* Are the questions meant for the routers at hand, and not for what many have? */
static bool
are_known(const struct asked_routes *asked, const char *word)
{
	bool known = true;

	for (size_t i = 0; i < asked->n; i++)
		known &= word != NULL || asked->at[i].word != NULL;
	return known;
}

struct search { /* for the Namespace of a class */
	const char *class, *found;
};

static bool
search_each(void *arg, const struct object_key *key, const void *item)
{
	const struct namespace *ns = item;
	struct search *s = arg;

	if (ns->class == NULL || strcmp(ns->class, s->class) != 0)
		return true;
	s->found = key->name;
	return false;
}

/* NULL: none names it. */
static const char *
namespace_of(const struct store *store, const char *class)
{
	struct search s = { class, NULL };

	store_each(store, EXPLAIN_NAMESPACE, search_each, &s);
	return s.found;
}

/* In a folder of manifests Namespaces say nothing of it. */
static bool
is_nobodys(const struct store *store, const char *class)
{
	return class != NULL &&
	    strncmp(class, INSTANCE_PREFIX, strlen(INSTANCE_PREFIX)) == 0 &&
	    strcmp(class, INSTANCE_CLASS) != 0 &&
	    store_count(store, EXPLAIN_NAMESPACE) > 0 &&
	    namespace_of(store, class) == NULL;
}

static char *
explain_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	struct steps steps = { 0 };
	struct asked_routes asked = { 0 };
	struct plan_class class = { instance_default, true };
	const char *router = "";
	struct err err;
	char *error;
	const struct service *s = service_asked(store, request, &error);

	if (s == NULL)
		return error;
	json_get_bool(request, "defaultClass", &class.unclassed, &err);
	json_get_string(request, "class", &class.instance.class, &err);
	json_get_string(request, "router", &router, &err);
	class.instance.ns = namespace_of(store, class.instance.class);
	if (class.instance.ns == NULL)
		class.instance.ns = INSTANCE_NAMESPACE;
	oddity_explain(store, s, &steps);
	if (is_nobodys(store, s->class)) {
		steps_add(&steps, "class", "no",
		    "nobody's: %s: no Namespace names this class by the "
		    "annotation " INSTANCE_ANNOTATION
		    ", so no lbbgp of this cluster has it",
		    s->class);
	} else {
		allocation_explain(store, s, &class, &steps);
		announcement_explain(
		    store, s, &class.instance, now, &steps, &asked);
	}
	const char *word = router[0] != '\0' ? router : NULL;
	json_t *reply = json_pack("{s:i, s:o, s:o, s:o, s:b}", "version",
	    REPLY_VERSION, "service", service_name(s), "steps",
	    steps_view(&steps), "routers", routers_view(&asked, word),
	    "routersKnown", are_known(&asked, word));

	asked_fini(&asked);
	steps_fini(&steps);
	return reply_text(reply);
}

const struct objects_view explain_service = {
	.kinds = kinds,
	.n = EXPLAIN_KINDS,
	.reply = explain_reply,
};

/* How it is ------------------------------------------------------------------ */

static json_t *
addresses_view(const struct service *s)
{
	json_t *list = json_array();
	char text[ADDR_TEXT];

	for (size_t i = 0; i < s->n_ingress; i++)
		json_array_append_new(
		    list, json_string(addr_print(&s->ingress[i].addr, text)));
	return list;
}

static void
requests_add(json_t *list, const struct service *s, enum service_wish_kind kind)
{
	struct service_wishes w = service_wishes(s, kind);

	for (size_t i = 0; i < w.n; i++)
		json_array_append_new(
		    list, json_sprintf("%s=%s", w.at[i].key, w.at[i].text));
}

static json_t *
requests_view(const struct service *s)
{
	json_t *list = json_array();

	requests_add(list, s, WISH_GROUP);
	requests_add(list, s, WISH_ADDRESSES);
	return list;
}

static json_t *
families_view(const struct service *s)
{
	json_t *list = json_array();

	for (size_t i = 0; i < s->n_families; i++)
		json_array_append_new(
		    list, json_string(family_name(s->families[i])));
	return list;
}

struct mates {
	const struct service *service;
	json_t *list;
};

static bool
has_address_of(const struct service *s, const struct service *other)
{
	for (size_t i = 0; i < s->n_ingress; i++)
		for (size_t k = 0; k < other->n_ingress; k++)
			if (addr_eq(
				&s->ingress[i].addr, &other->ingress[k].addr))
				return true;
	return false;
}

static bool
mate_each(void *arg, const struct object_key *key, const void *item)
{
	struct mates *m = arg;
	char who[SHARE_HOLDER];

	(void)key;
	if (item != m->service && has_address_of(m->service, item))
		json_array_append_new(
		    m->list, json_string(share_holder(m->service, item, who)));
	return true;
}

static json_t *
condition_view(const struct condition *c)
{
	char changed[DATE_TEXT];

	if (c == NULL)
		return json_null();
	return json_pack("{s:s, s:s, s:s, s:s?}", "status", c->status, "reason",
	    c->reason, "message", c->message, "lastTransitionTime",
	    c->changed != 0 ? date_print(c->changed, changed) : NULL);
}

static char *
show_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	char *error;
	const struct service *s = service_asked(store, request, &error);
	struct mates mates = { s, NULL };

	(void)now;
	if (s == NULL)
		return error;
	mates.list = json_array();
	store_each(store, EXPLAIN_SERVICE, mate_each, &mates);
	return reply_text(json_pack(
	    "{s:i, s:o, s:o, s:s?, s:s?, s:o, s:o, s:s, s:s?, s:o, s:o}",
	    "version", REPLY_VERSION, "service", service_name(s), "addresses",
	    addresses_view(s), "group", s->allocated_from, "class", s->class,
	    "requests", requests_view(s), "families", families_view(s),
	    "externalTrafficPolicy", s->external_local ? "Local" : "Cluster",
	    "sharingKey", share_key(s), "sharedWith", mates.list, "condition",
	    condition_view(s->condition)));
}

const struct objects_view explain_show = {
	.kinds = kinds,
	.n = 1,
	.reply = show_reply,
};
