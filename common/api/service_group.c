/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The resource is a table of rows, from which the schema in crd/ is printed, too.
 * fields_apply() refuses what the table forbids and fills in defaults; then values are
 * copied. What no row can say is looked at here: a pool whose range doesn't fit its
 * subnet carries its fault and leaves the others in force, an exclusion that can't be
 * read refuses the group, for what it excludes must not be given.
 */
#include "common/api/service_group.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/fields.h"
#include "common/api/rows.h"
#include "common/err.h"
#include "common/fnv.h"
#include "common/json.h"

/* ---- the table ---- */

static const char *const reclaim_policies[] = { "Retain", "Reallocate", NULL };
static const char *const bgp_lengths[] = { "Aggregate", "Host", "Both", NULL };
static const char *const weight_forms[] = { "Transitive", "NonTransitive",
	NULL };
const char *const group_service_annotations[] = { "communities",
	"local-preference", "med", "prepend", "peers", "max-announcers", NULL };
static const char *const l2_modes[] = { "Auto", "Always", NULL };

/* clang-format off */
#define COUNT_ROWS(at, family) \
	{ at, .type = FIELD_OBJECT, \
	  .text = family " addresses. Numbers end at 9223372036854775807, which " \
		  "stands for that many or more." }, \
	{ at ".capacity", .type = FIELD_INT, \
	  .text = "Addresses that the pools have, without the excluded ones." }, \
	{ at ".used", .type = FIELD_INT, \
	  .text = "Addresses that Services hold." }, \
	{ at ".free", .type = FIELD_INT, \
	  .text = "Addresses that can still be given." }

static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT,
	  .text = "A ServiceGroup holds pools of addresses for Services of type "
		  "LoadBalancer. A Service names its group by the annotation "
		  "lbbgp.io/service-group; one that names none takes an address from "
		  "the groups with autoAssign, in the order of their priority." },
	{ "spec", FIELD_OBJECT, .flags = FIELD_REQUIRED,
	  .text = "The pools, and how addresses from them are given and announced." },
	{ "spec.pools", FIELD_LIST, FIELD_REQUIRED, .min = 1, .max = 64,
	  .text = "Where addresses come from: 1 to 64 pools, of one family each. "
		  "Addresses are given lowest first. A pool that can not be used, "
		  "since its range is reversed, mixes families, lies outside its "
		  "subnet or overlaps the pool of an older group, is told in a "
		  "condition; the others work." },
	{ "spec.pools[]", .type = FIELD_OBJECT,
	  .text = "A range of addresses inside a subnet." },
	{ "spec.pools[].subnet", FIELD_STRING, FIELD_REQUIRED,
	  .max = PREFIX_MAX_CHARS, .rules = rules_prefix,
	  .text = "The IP prefix that the addresses of pool lie in, as "
		  "10.33.192.0/18. Host bits are cleared, with a warning." },
	{ "spec.pools[].pool", FIELD_STRING, FIELD_REQUIRED,
	  .max = (ADDR_RANGE_TEXT - 1), .rules = rules_range,
	  .text = "The addresses: a range as 10.33.192.0-10.33.255.254, an IP "
		  "prefix, or one address. The first and the last address of a "
		  "subnet are given like any other. Loopback, link-local and "
		  "multicast addresses, 0.0.0.0/8, 255.255.255.255 and ::ffff:0:0/96 "
		  "never are; 240.0.0.0/4 is." },
	{ "spec.pools[].aggregation", FIELD_STRING, .max = 4,
	  .pattern = "^/([0-9]|[1-9][0-9]|1[01][0-9]|12[0-8])$",
	  .text = "Length of the prefix that is announced for an address of this "
		  "pool when no CIDR of the BGPConfiguration covers it, as /32; not "
		  "shorter than the subnet. Without it each address is announced by "
		  "itself. With externalTrafficPolicy Local it always is." },
	{ "spec.exclude", FIELD_LIST, .max = 256,
	  .text = "Addresses of the pools that are never given. Without it: none. "
		  "What happens to a Service that has one, reclaimPolicy says." },
	{ "spec.exclude[]", FIELD_STRING, .max = (ADDR_RANGE_TEXT - 1),
	  .rules = rules_range,
	  .text = "A range, an IP prefix, or one address, as in pool." },
	{ "spec.autoAssign", FIELD_BOOL, .initial = "true",
	  .text = "Whether Services that name no group may get an address from this "
		  "one. When false, it is used only by Services that name the group "
		  "or ask for one of its addresses." },
	{ "spec.priority", FIELD_INT, .max = 65535, .initial = "100",
	  .text = "Order in which groups are tried for a Service that names none: "
		  "the lower number first, then by name." },
	{ "spec.namespaces", FIELD_LIST, FIELD_SET, .min = 1, .max = 256,
	  .text = "Namespaces whose Services may get addresses from this group. "
		  "Without it and namespaceSelector: all. Services that have an "
		  "address keep it when the list changes." },
	{ "spec.namespaces[]", FIELD_STRING, .min = 1, .max = 63,
	  .text = "The name of a namespace." },
	SELECTOR_ROWS("spec.namespaceSelector",
	    "Namespaces whose Services may get addresses from this group, by their "
	    "labels; those in namespaces may as well. Without either: all. Services "
	    "that have an address keep it when labels change."),
	SELECTOR_ROWS("spec.serviceSelector",
	    "Services of these namespaces that may get addresses from this group, by "
	    "their labels. Without it: all. Those that have an address keep it when "
	    "labels change."),
	{ "spec.avoidBuggyIPs", FIELD_BOOL, .initial = "false",
	  .text = "Whether IPv4 addresses that end in .0 or .255 are left out, for "
		  "the sake of clients that take them for network and broadcast "
		  "addresses." },
	{ "spec.reclaimPolicy", FIELD_STRING, .initial = "\"Retain\"",
	  .one_of = reclaim_policies,
	  .text = "What happens to Services with addresses that the pools no longer "
		  "have. Retain lets them keep these; Reallocate gives them others, "
		  "and takes the old ones only when there are new ones." },
	{ "spec.announce", .type = FIELD_OBJECT,
	  .text = "How the addresses are announced: to BGP peers, on the links of "
		  "the nodes, or both. Without bgp and l2: to BGP peers." },
	{ "spec.announce.bgp", .type = FIELD_OBJECT, .text = "To BGP peers." },
	COMMUNITIES_ROWS("spec.announce.bgp.communities",
	    "Communities added to the routes of these addresses: values, or names "
	    "that the BGPConfiguration gives them."),
	LOCAL_PREFERENCE_ROW("spec.announce.bgp.localPreference", ""),
	{ "spec.announce.bgp.med", FIELD_INT, .max = 4294967295,
	  .text = "MULTI_EXIT_DISC of the routes of these addresses: of two ways into an "
		  "AS the lower is preferred." },
	{ "spec.announce.bgp.prepend", FIELD_INT, .min = 1, .max = GROUP_PREPEND_MAX,
	  .text = "How often the own AS number is in the AS path once more, on sessions "
		  "with other ASes: the longer path is preferred less." },
	{ "spec.announce.bgp.lengths", FIELD_STRING, .initial = "\"Aggregate\"",
	  .one_of = bgp_lengths,
	  .text = "Of addresses that any node will do for (externalTrafficPolicy: "
		  "Cluster): Aggregate: the prefix that aggregation of the pool says. "
		  "Host: each address by itself, where a Service has it. Both." },
	{ "spec.announce.bgp.maxAnnouncers", FIELD_INT, .min = 1,
	  .max = GROUP_ANNOUNCERS_MAX,
	  .text = "How many nodes announce a prefix of these addresses at most, of those "
		  "that may and whose daemons are ready; for routers that take only so "
		  "many paths. Nodes are chosen by their names, evenly, and only what "
		  "one had moves when it goes. 1 leaves nobody for a moment when that "
		  "node fails. Without it: all of these." },
	{ "spec.announce.bgp.weightedECMP", .type = FIELD_OBJECT,
	  .text = "Routers that can share traffic by weights give each node its part by how "
		  "many ready endpoints it has: host routes of Services with "
		  "externalTrafficPolicy Local carry the link bandwidth community (RFC "
		  "10005). Those that any node will do for carry none. Without it: none "
		  "do." },
	{ "spec.announce.bgp.weightedECMP.bandwidth", FIELD_INT, .min = 1,
	  .max = 100000, .initial = "100",
	  .text = "Link bandwidth for each endpoint, in Mbit/s. Only the proportions "
		  "between nodes matter, unless other routes of the router have one, "
		  "too. FRR reads no more than 34359 Mbit/s for all endpoints of a node: "
		  "see condition LinkBandwidthTooHigh." },
	{ "spec.announce.bgp.weightedECMP.form", FIELD_STRING,
	  .initial = "\"Transitive\"", .one_of = weight_forms,
	  .text = "Transitive: the router may tell other ASes. NonTransitive: it ends in "
		  "the AS of the router." },
	{ "spec.announce.bgp.weightedECMP.bucket", FIELD_INT, .min = 1, .max = 1000,
	  .initial = "1",
	  .text = "Endpoints of a node are counted in steps of so many, rounded up: 1 is "
		  "exact, more leaves routers alone when few come and go." },
	{ "spec.announce.bgp.weightedECMP.minInterval", FIELD_INT, .min = 1,
	  .max = 3600, .initial = "10",
	  .text = "The weight of a route changes once in so many seconds at most: the "
		  "first change is told at once, what follows when that time is over. "
		  "Routes that come and go do so at once." },
	{ "spec.announce.bgp.peers", FIELD_LIST, FIELD_SET, .min = 1, .max = 16,
	  .text = "The only BGPPeers that are told of these addresses. Without it: all, "
		  "also those of the node-to-node mesh. A prefix that other addresses "
		  "have announced as well goes to the peers of all." },
	{ "spec.announce.bgp.peers[]", FIELD_STRING, .min = 1, .max = NAME_MAX_CHARS,
	  .text = "Name of a BGPPeer." },
	{ "spec.announce.bgp.serviceAnnotations", FIELD_LIST, FIELD_SET, .max = 6,
	  .text = "What Services with these addresses may say of their own routes, by "
		  "annotations lbbgp.io/NAME, in place of what the group says; "
		  "communities are added. It goes for the route of the address alone "
		  "(lengths, or externalTrafficPolicy: Local), never for an aggregate. "
		  "Peers are some of the group's, max-announcers is not above its "
		  "maxAnnouncers. Services that share an address have to agree. Without "
		  "it: nothing." },
	{ "spec.announce.bgp.serviceAnnotations[]", FIELD_STRING,
	  .one_of = group_service_annotations, .text = "One of these annotations." },
	COMMUNITIES_ROWS("spec.announce.bgp.serviceCommunities",
	    "Those that Services may name in the annotation lbbgp.io/communities. "
	    "Without it: any N:N and N:N:N but 65535:N, and no-export."),
	SELECTOR_ROWS("spec.announce.bgp.nodeSelector",
	    "Nodes that announce these addresses, of those that announce Services at "
	    "all. Without it: all of these."),
	{ "spec.announce.l2", .type = FIELD_OBJECT,
	  .text = "On the links of the nodes, by ARP and NDP: of all nodes on a link "
		  "one holds the address and answers for it. Without bgp beside it "
		  "they are announced to no BGP peer." },
	{ "spec.announce.l2.mode", FIELD_STRING, .initial = "\"Auto\"",
	  .one_of = l2_modes,
	  .text = "Auto: on interfaces with a subnet that contains the address, and "
		  "nowhere else. Always: on each interface that interfaces selects; "
		  "without interfaces on those that have the node's InternalIPs." },
	SELECTOR_ROWS("spec.announce.l2.nodeSelector",
	    "Nodes that may hold these addresses, of those that announce Services at "
	    "all. Without it: all of these."),
	LAN_TERMS_ROWS("spec.announce.l2"),
	{ "spec.announce.interface", FIELD_STRING, .min = 1,
	  .max = INTERFACE_MAX_CHARS, .pattern = "^[A-Za-z0-9_.:@-]+$",
	  .text = "An interface on which a node has each of these addresses that it "
		  "announces or holds, as a proxy in the host's network needs it: "
		  "lbbgp0, which is made for this, or one that is there. Without it "
		  "they are on none." },

	{ "status", .type = FIELD_OBJECT, .text = "Written by the allocator." },
	COUNT_ROWS("status.ipv4", "IPv4"),
	COUNT_ROWS("status.ipv6", "IPv6"),
	{ "status.waiting", .type = FIELD_INT,
	  .text = "Services that wait for an address of this group." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	{ "Auto", "spec.autoAssign",
	  "Whether Services that name no group may use it." },
	{ "Priority", "spec.priority", "The lower goes first." },
	{ "IPv4-Used", "status.ipv4.used", "IPv4 addresses that Services hold." },
	{ "IPv4-Free", "status.ipv4.free", "IPv4 addresses that can still be given." },
	{ "IPv6-Used", "status.ipv6.used", "IPv6 addresses that Services hold." },
	{ "IPv6-Free", "status.ipv6.free", "IPv6 addresses that can still be given." },
	{ "Waiting", "status.waiting", "Services that wait for an address." },
	ACCEPTED_COLUMN,
	READY_COLUMN("Whether some node may announce its addresses."),
	READY_REASON_COLUMN,
	{ .name = NULL },
};
/* clang-format on */

const struct fields service_group_fields = {
	.api = "lbbgp.io/v1",
	.kind = "ServiceGroup",
	.plural = "servicegroups",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "sg",
	.columns = columns,
};

/* ---- pools: what is wrong with one is noted on it ---- */

static bool
range_decode(struct group_pool *pool, const char *text, struct err *err)
{
	char subnet[PREFIX_TEXT];

	if (!addr_range_parse(text, &pool->range, err))
		return err_prefix(err, "pool: ");
	if (!prefix_contains(&pool->subnet, &pool->range.first) ||
	    !prefix_contains(&pool->subnet, &pool->range.last))
		return err_set(err, "pool: \"%s\": not inside the subnet %s",
		    text, prefix_print(&pool->subnet, subnet));
	return true;
}

static bool
aggregation_decode(struct group_pool *pool, const char *text, struct err *err)
{
	unsigned most = family_bits(pool->subnet.addr.family);

	pool->aggregation = (uint8_t)most;
	if (text == NULL)
		return true;
	unsigned len = (unsigned)atoi(text + 1);

	if (len < pool->subnet.len || len > most)
		return err_set(err, "aggregation: \"%s\": not in /%u../%u",
		    text, pool->subnet.len, most);
	pool->aggregation = (uint8_t)len;
	return true;
}

static bool
host_bits(const char *text)
{
	char first[ADDR_RANGE_TEXT], last[ADDR_RANGE_TEXT];
	struct prefix p;
	struct err err;

	return addr_range_split(text, first, last) && last[0] == '\0' &&
	    prefix_parse(first, &p, &err) && !prefix_is_canonical(&p);
}

static bool
pool_parts(struct group_pool *pool, const json_t *item, struct err *err)
{
	const char *subnet = json_text_or_null(item, "subnet");
	const char *range = json_text_or_null(item, "pool");

	if (!prefix_parse(subnet, &pool->subnet, err))
		return err_prefix(err, "subnet: ");
	pool->subnet = prefix_canonical(&pool->subnet);
	if (host_bits(subnet) || host_bits(range))
		pool->warning = xasprintf(
		    "host bits cleared in subnet %s, pool %s", subnet, range);
	return range_decode(pool, range, err) &&
	    aggregation_decode(
		pool, json_text_or_null(item, "aggregation"), err);
}

static void
pools_decode(struct service_group *g, const json_t *list)
{
	g->n_pools = json_array_size(list);
	g->pools = xcalloc(g->n_pools, sizeof(*g->pools));
	for (size_t i = 0; i < g->n_pools; i++) {
		struct err err;

		if (!pool_parts(&g->pools[i], json_array_get(list, i), &err))
			g->pools[i].fault =
			    xasprintf("spec.pools[%zu].%s", i, err.text);
	}
}

/* A range that can't be read could be one that must not be given: refuse all. */
static bool
exclude_decode(struct service_group *g, const json_t *list, struct err *err)
{
	size_t n = json_array_size(list);

	g->exclude = xcalloc(n, sizeof(*g->exclude));
	for (; g->n_exclude < n; g->n_exclude++) {
		const char *text =
		    json_string_value(json_array_get(list, g->n_exclude));

		if (!addr_range_parse(text, &g->exclude[g->n_exclude], err))
			return err_prefix(
			    err, "spec.exclude[%zu]: ", g->n_exclude);
	}
	return true;
}

/* NULL: nothing is said. */
static enum group_lengths
lengths_decode(const char *text)
{
	unsigned lengths = GROUP_AGGREGATE;

	while (text != NULL && strcmp(bgp_lengths[lengths], text) != 0)
		lengths++;
	return lengths;
}

static void
weights_decode(struct group_weights *w, const json_t *obj)
{
	const char *form = json_text_or_null(obj, "form");

	w->bandwidth =
	    (uint32_t)json_integer_value(json_object_get(obj, "bandwidth"));
	w->non_transitive = form != NULL && strcmp(form, weight_forms[1]) == 0;
	w->bucket =
	    (uint32_t)json_integer_value(json_object_get(obj, "bucket"));
	w->min_interval =
	    (uint32_t)json_integer_value(json_object_get(obj, "minInterval"));
}

static void
communities_decode(struct communities *cs, const json_t *list)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		communities_add(cs, json_string_value(json_array_get(list, i)));
}

static uint8_t
annotations_decode(const json_t *list)
{
	uint8_t all = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_string_value(json_array_get(list, i));
		unsigned k = 0;

		while (strcmp(group_service_annotations[k], name) != 0)
			k++;
		all |= (uint8_t)(1u << k);
	}
	return all;
}

static void
bgp_decode(struct group_announce *a, const json_t *bgp)
{
	const json_t *preference = json_object_get(bgp, "localPreference");

	communities_decode(
	    &a->communities, json_object_get(bgp, "communities"));
	communities_decode(&a->service_communities,
	    json_object_get(bgp, "serviceCommunities"));
	a->service_annotations =
	    annotations_decode(json_object_get(bgp, "serviceAnnotations"));
	a->present = bgp != NULL;
	selector_decode(&a->nodes, json_object_get(bgp, "nodeSelector"));
	a->has_local_preference = preference != NULL;
	a->local_preference = (uint32_t)json_integer_value(preference);
	a->lengths = lengths_decode(json_text_or_null(bgp, "lengths"));
	a->has_med = json_object_get(bgp, "med") != NULL;
	a->med = (uint32_t)json_integer_value(json_object_get(bgp, "med"));
	a->prepends =
	    (uint8_t)json_integer_value(json_object_get(bgp, "prepend"));
	a->max_announcers =
	    (uint32_t)json_integer_value(json_object_get(bgp, "maxAnnouncers"));
	weights_decode(&a->weights, json_object_get(bgp, "weightedECMP"));
	a->peers = json_texts(json_object_get(bgp, "peers"), &a->n_peers);
}

static void
l2_decode(struct group_l2 *l2, const json_t *obj)
{
	l2->present = obj != NULL;
	l2->always =
	    obj != NULL && strcmp(json_text(obj, "mode"), "Always") == 0;
	selector_decode(&l2->nodes, json_object_get(obj, "nodeSelector"));
	lan_terms_decode(&l2->terms, obj);
}

static void
announce_decode(struct service_group *g, const json_t *announce)
{
	bgp_decode(&g->announce, json_object_get(announce, "bgp"));
	l2_decode(&g->l2, json_object_get(announce, "l2"));
	g->interface = xstrdup(json_text_or_null(announce, "interface"));
}

/* Of two specs that differ it differs: who needs more looks at them. */
static uint64_t
terms_of(const struct group_announce *a, const json_t *spec)
{
	if (a->service_annotations == 0)
		return 0;
	char *text = json_dumps(spec, JSON_COMPACT | JSON_SORT_KEYS);
	uint64_t hash = fnv_add(FNV_START, text, strlen(text));

	free(text);
	return hash;
}

static bool
spec_decode(struct service_group *g, const json_t *spec, struct err *err)
{
	pools_decode(g, json_object_get(spec, "pools"));
	g->auto_assign = json_is_true(json_object_get(spec, "autoAssign"));
	g->priority =
	    (int32_t)json_integer_value(json_object_get(spec, "priority"));
	g->avoid_buggy = json_is_true(json_object_get(spec, "avoidBuggyIPs"));
	g->reallocate =
	    strcmp(json_text(spec, "reclaimPolicy"), "Reallocate") == 0;
	g->namespaces =
	    json_texts(json_object_get(spec, "namespaces"), &g->n_namespaces);
	selector_decode(
	    &g->namespace_selector, json_object_get(spec, "namespaceSelector"));
	selector_decode(
	    &g->service_selector, json_object_get(spec, "serviceSelector"));
	announce_decode(g, json_object_get(spec, "announce"));
	g->terms = terms_of(&g->announce, spec);
	return exclude_decode(g, json_object_get(spec, "exclude"), err);
}

void *
service_group_decode(const json_t *obj, struct err *err)
{
	struct service_group *g = xcalloc(1, sizeof(*g));
	json_t *applied = fields_apply(&service_group_fields, obj, err);

	if (applied == NULL || !meta_decode(&g->meta, obj, err) ||
	    !spec_decode(g, json_object_get(applied, "spec"), err)) {
		json_decref(applied);
		service_group_free(g);
		return NULL;
	}
	conditions_decode(&g->conditions, obj);
	json_decref(applied);
	return g;
}

bool
service_group_known(const json_t *obj, struct err *err)
{
	return fields_known(&service_group_fields, obj, err);
}

bool
service_group_on_bgp(const struct service_group *g)
{
	return g->announce.present || !g->l2.present;
}

void
service_group_free(void *group)
{
	struct service_group *g = group;

	if (g == NULL)
		return;
	for (size_t i = 0; i < g->n_pools; i++) {
		free(g->pools[i].fault);
		free(g->pools[i].warning);
	}
	json_texts_free(g->namespaces);
	json_texts_free(g->announce.peers);
	free(g->pools);
	free(g->exclude);
	communities_fini(&g->announce.communities);
	communities_fini(&g->announce.service_communities);
	selector_fini(&g->namespace_selector);
	selector_fini(&g->service_selector);
	selector_fini(&g->announce.nodes);
	selector_fini(&g->l2.nodes);
	lan_terms_fini(&g->l2.terms);
	free(g->interface);
	conditions_fini(&g->conditions);
	meta_fini(&g->meta);
	free(g);
}
