/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the BGPConfiguration resource, a row for each field: type, bounds,
 * default, text, and rules for what a row can't say. Decoding goes by these rows, and
 * the schema in crd/ is printed from them. A rule is there twice, in CEL for the API
 * server and as a function for us: a folder of manifests has no API server.
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/routable.h"
#include "common/api/fields.h"
#include "common/api/rows.h"
#include "common/json.h"

#define URL_MAX_CHARS 256
#define TAINT_MAX_CHARS 450 /* key, value, effect */
#define ADDRESS_MAX_CHARS 45

/* ---- rules ---- */

static bool
default_holds(const json_t *self)
{
	const char *name =
	    json_text_or_null(json_object_get(self, "metadata"), "name");
	const json_t *spec = json_object_get(self, "spec");
	bool selects = json_object_get(spec, "nodeSelector") != NULL;

	return selects != (name != NULL && strcmp(name, "default") == 0);
}

static bool
health_holds(const json_t *self)
{
	const char *text = json_string_value(self);

	if (strcmp(text, "Auto") == 0 || strcmp(text, "None") == 0)
		return true;
	if (strncmp(text, "http://", 7) != 0)
		return false;
	return text[7] != '/' && text[7] != '\0' &&
	    strcspn(text, " \t\n\v\f\r") == strlen(text);
}

static bool
name_holds(const json_t *self)
{
	return !community_is_well_known(json_string_value(self));
}

static bool
name_is_given(const json_t *spec, const char *name)
{
	const json_t *list = json_object_get(spec, "communities");
	struct community c;

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_text(json_array_get(list, i), "name"), name) ==
		    0)
			return true;
	return community_parse(name, &c);
}

/* The first name of a community that means none, or NULL. */
static const json_t *
unknown_name(const json_t *self)
{
	const json_t *list = json_object_get(self, "prefixAdvertisements");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *names =
		    json_object_get(json_array_get(list, i), "communities");

		for (size_t k = 0; k < json_array_size(names); k++)
			if (!name_is_given(self,
				json_string_value(json_array_get(names, k))))
				return json_array_get(names, k);
	}
	return NULL;
}

static bool
names_hold(const json_t *self)
{
	return unknown_name(self) == NULL;
}

/* Of whatever is not right with the spec. */
static const json_t *
spec_culprit(const json_t *self)
{
	const json_t *name = unknown_name(self);

	return name != NULL ? name : self;
}

static bool
one_mesh_authentication_holds(const json_t *self)
{
	return json_object_get(self, "nodeMeshTCPAO") == NULL ||
	    json_object_get(self, "nodeMeshPassword") == NULL;
}

static bool
dead_holds(const json_t *self)
{
	return json_integer_value(json_object_get(self, "deadInterval")) >=
	    2 * json_integer_value(json_object_get(self, "helloInterval"));
}

/* One of IPv6 that stands for an IPv4 address is none for the API server. */
static bool
address_holds(const json_t *self)
{
	const char *text = json_string_value(self);
	struct addr a;

	return addr_parse(text, &a) &&
	    (a.family == FAMILY_V6 || strchr(text, ':') == NULL);
}

/* local is the kernel's own; 76000 and a length are the loop guard's. */
static bool
table_holds(const json_t *self)
{
	json_int_t table = json_integer_value(self);

	return table != 255 && (table < 76000 || table > 76128);
}

#define WELL_KNOWN                                                         \
	"['graceful-shutdown', 'blackhole', 'no-export', 'no-advertise', " \
	"'no-export-subconfed', 'no-peer']"

static const struct field_rule rule_default = {
	"has(self.spec.nodeSelector) != (self.metadata.name == 'default')",
	"nodeSelector is for all configurations but the one "
	"named default, and they need it",
	default_holds,
};

static const struct field_rule rule_health = {
	"self in ['Auto', 'None'] || self.matches('^http://[^/\\\\s]\\\\S*$')",
	"not Auto, None or a URL that starts with http://",
	health_holds,
};

static const struct field_rule rule_name = {
	"!(self in " WELL_KNOWN ")",
	"the name of a well-known community",
	name_holds,
};

static const struct field_rule rule_names = {
	"!has(self.prefixAdvertisements) || "
	"self.prefixAdvertisements.all(p, !has(p.communities) || "
	"p.communities.all(c, c.contains(':') || c in " WELL_KNOWN " || "
	"(has(self.communities) && self.communities.exists(n, n.name == c))))",
	"prefixAdvertisements use a community that communities does not name",
	names_hold,
};

static const struct field_rule rule_one_mesh_authentication = {
	"!has(self.nodeMeshTCPAO) || !has(self.nodeMeshPassword)",
	"nodeMeshTCPAO excludes nodeMeshPassword",
	one_mesh_authentication_holds,
};

static const struct field_rule rule_address = {
	"isIP(self)",
	"not an IP address",
	address_holds,
};

static const struct field_rule rule_dead = {
	"self.deadInterval >= 2 * self.helloInterval",
	"deadInterval is shorter than two hellos are apart",
	dead_holds,
};

static const struct field_rule rule_table = {
	"self != 255 && (self < 76000 || self > 76128)",
	"the kernel's table local, or one of the loop guard (76000 to 76128)",
	table_holds,
};

static const struct field_rule *const rules_whole[] = { &rule_default, NULL };
static const struct field_rule *const rules_spec[] = { &rule_names,
	&rule_one_mesh_authentication, NULL };
static const struct field_rule *const rules_l2[] = { &rule_dead, NULL };
static const struct field_rule *const rules_address[] = { &rule_address, NULL };
static const struct field_rule *const rules_table[] = { &rule_table, NULL };
static const struct field_rule *const rules_health[] = { &rule_health, NULL };
static const struct field_rule *const rules_name[] = { &rule_name, NULL };
static const struct field_rule *const rules_listed[] = { &rule_network,
	&rule_not_default, &rule_routable, NULL };

/* ---- the table ---- */

static const char *const router_ids[] = {
	[ROUTER_ID_NODE_IP] = "NodeIP",
	[ROUTER_ID_HASH] = "Hash",
	NULL,
};
static const char *const bind_modes[] = {
	[BIND_NODE_IP] = "NodeIP",
	[BIND_NONE] = "None",
	NULL,
};
static const char *const pod_cidr_sources[] = {
	[POD_CIDR_AUTO] = "Auto",
	[POD_CIDR_NODE_SPEC] = "NodeSpec",
	[POD_CIDR_CALICO_IPAM] = "CalicoIPAM",
	[POD_CIDR_ANNOTATION] = "Annotation",
	NULL,
};
static const char *const cluster_ip_sources[] = { "List", "Auto", NULL };
static const char *const bmp_routes[] = { "PrePolicy", "PostPolicy", "LocRIB",
	NULL };
static const char *const default_routes[] = { "Ignore", "Install", NULL };
static const char *const exclude_labels[] = { "Honor", "Ignore", NULL };

/* clang-format off */
#define CIDRS_ROWS(at, what) \
	{ at, FIELD_LIST, .max = 64, .key = "cidr", .text = what }, \
	{ at "[]", .type = FIELD_OBJECT, .text = "One of them." }, \
	{ at "[].cidr", FIELD_STRING, FIELD_REQUIRED, \
	  .max = PREFIX_MAX_CHARS, .rules = rules_listed, \
	  .text = "An IP prefix without host bits, as 10.33.128.0/18. One of host " \
		  "length (/32, /128) is announced as the Service that has the " \
		  "address would be, and not while none has it." }

static const struct field rows[] = {
	{ "", FIELD_OBJECT, .rules = rules_whole,
	  .text = "A BGPConfiguration says how nodes speak BGP, or with each other on "
		  "a link, and what they announce. The one named default is for all nodes; another one "
		  "replaces it as a whole on the nodes that its nodeSelector "
		  "matches. When two match a node, the older one holds." },
	{ "spec", FIELD_OBJECT, FIELD_REQUIRED, .rules = rules_spec,
	  .culprit = spec_culprit, .text = "How to speak, and what to announce." },
	SELECTOR_ROWS("spec.nodeSelector",
	    "Nodes that this configuration is for. All but the one named default "
	    "need it."),
	{ "spec.asNumber", FIELD_INT, FIELD_RESETS,
	  .min = 1, .max = AS_NUMBER_MAX,
	  .text = "The AS number of these nodes. Without it they speak no BGP." },
	{ "spec.routerID", FIELD_STRING, FIELD_RESETS,
	  .initial = "\"NodeIP\"", .one_of = router_ids,
	  .text = "Where the BGP identifier comes from: NodeIP takes the node's "
		  "first IPv4 InternalIP, or a hash of its name when there is none; "
		  "Hash always takes the hash. The annotation lbbgp.io/router-id of "
		  "a Node goes before both. What is not in 1.0.0.0 to "
		  "223.255.255.255, or is in 127.0.0.0/8, is not used." },
	{ "spec.listenPort", FIELD_INT, .min = 1, .max = 65535,
	  .initial = "179",
	  .text = "TCP port on which peers are waited for. Sessions that are up stay "
		  "up when it changes." },
	{ "spec.bindMode", FIELD_STRING, .initial = "\"NodeIP\"",
	  .one_of = bind_modes,
	  .text = "Addresses on which peers are waited for: NodeIP means the node's "
		  "InternalIPs and the sourceAddress of each of its peers, None all "
		  "addresses of the node. With both, a peer is taken only at the "
		  "address of its own session." },
	{ "spec.nodeToNodeMeshEnabled", FIELD_BOOL, .initial = "false",
	  .text = "Whether each of these nodes has a session with every other node "
		  "of the same AS number whose BGPConfiguration says so, too. For up "
		  "to 200 nodes; more are better served by nodes that reflect "
		  "routes (BGPPeer, peerSelector). Where a BGPPeer has the address "
		  "of a node, that is the session with it." },
	{ "spec.nodeMeshPassword", FIELD_OBJECT, .flags = FIELD_RESETS,
	  .text = "The password of these sessions (TCP MD5, RFC 2385), from 1 to 80 "
		  "bytes, the same on all nodes. Without it they have none. While the "
		  "Secret is missing none is opened; those that are up go on." },
	{ "spec.nodeMeshPassword.secretKeyRef", FIELD_OBJECT,
	  FIELD_REQUIRED | FIELD_ATOMIC, .text = "Where the password is kept." },
	{ "spec.nodeMeshPassword.secretKeyRef.name", FIELD_STRING,
	  FIELD_REQUIRED, .min = 1, .max = NAME_MAX_CHARS,
	  .text = "Name of a Secret in the namespace of the daemons." },
	{ "spec.nodeMeshPassword.secretKeyRef.key", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS, .text = "Key in that Secret." },
	AO_SPEC_MESH_ROWS("spec.nodeMeshTCPAO",
	    "Instead of nodeMeshPassword: the keys of these sessions (TCP-AO, "
	    "RFC 5925), the same on all nodes, whose kernels all have to have it. Keys "
	    "come and go as those in tcpAO of a BGPPeer; any other change resets the "
	    "session."),
	CIDRS_ROWS("spec.serviceClusterIPs",
	    "Prefixes of cluster IPs. Each is announced as a whole by every eligible "
	    "node. Cluster IPs of Services with internalTrafficPolicy Local are "
	    "announced one by one as well, by nodes with a ready endpoint."),
	{ "spec.serviceClusterIPSource", FIELD_STRING, .initial = "\"List\"",
	  .one_of = cluster_ip_sources,
	  .text = "Where prefixes of cluster IPs are found. List: in "
		  "serviceClusterIPs alone. Auto: in the cluster's ServiceCIDR objects "
		  "too, which Kubernetes has from 1.33 on; one that is being deleted "
		  "counts until it is gone. In a cluster without them it is the same as "
		  "List." },
	CIDRS_ROWS("spec.serviceExternalIPs",
	    "Prefixes of external IPs. Each is announced as a whole by every "
	    "eligible node, and covers load balancer addresses too. The externalIPs "
	    "of a Service are announced only if they lie in one of these."),
	CIDRS_ROWS("spec.serviceLoadBalancerIPs",
	    "Prefixes of load balancer addresses. Each is announced as a whole by "
	    "every eligible node. Addresses in a Service's status that come from no "
	    "ServiceGroup are announced only if they lie in one of these."),
	{ "spec.advertisePodCIDRs", FIELD_BOOL, .initial = "true",
	  .text = "Whether nodes announce their pod CIDRs." },
	{ "spec.podCIDRSource", FIELD_STRING, .initial = "\"Auto\"",
	  .one_of = pod_cidr_sources,
	  .text = "Where a node's pod CIDRs are found: NodeSpec is spec.podCIDRs of "
		  "the Node, CalicoIPAM the blocks that Calico has given to the "
		  "node, Annotation the value of lbbgp.io/pod-cidrs on the Node. "
		  "Auto takes Calico's blocks where Calico IPAM is installed, else "
		  "the annotation, else spec.podCIDRs." },
	{ "spec.excludeLabel", FIELD_STRING, .initial = "\"Honor\"",
	  .one_of = exclude_labels,
	  .text = "What the label "
		  "node.kubernetes.io/exclude-from-external-load-balancers does. "
		  "Honor: a node that has it announces no addresses of single "
		  "Services, but the prefixes of Services as any other node. Ignore: "
		  "nothing." },
	{ "spec.advertiseWithoutEndpoints", FIELD_BOOL, .initial = "false",
	  .text = "Whether addresses of a Service stay announced while it has no "
		  "endpoint anywhere. When false they are withdrawn." },
	{ "spec.dataPlaneHealth", FIELD_STRING, .max = URL_MAX_CHARS,
	  .rules = rules_health,
	  .text = "Services and their prefixes are announced only while the node's "
		  "data plane is up. A URL is asked, and has to answer with a 2xx "
		  "status; Auto asks kube-proxy at http://127.0.0.1:10256/healthz, "
		  "and holds nothing back where nothing has ever answered there; "
		  "None asks nobody. Without it: Auto in a cluster, None with a "
		  "folder of manifests. Pod CIDRs don't depend on it." },
	{ "spec.staleAfter", FIELD_INT, .max = 2592000, .initial = "0",
	  .text = "Seconds. When the API server has not been heard for so long, what "
		  "nodes know of Services may no longer be true: these are withdrawn "
		  "until it is heard again, and their addresses on links are given up. "
		  "Pod CIDRs, sessions and VirtualIPs, which have health checks, stay. "
		  "0: what is known stays announced, however long." },
	{ "spec.communities", FIELD_LIST, .max = 64, .key = "name",
	  .text = "Names for communities." },
	{ "spec.communities[]", .type = FIELD_OBJECT,
	  .text = "A name for a community." },
	{ "spec.communities[].name", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = COMMUNITY_MAX_CHARS,
	  .pattern = "^[A-Za-z][A-Za-z0-9._-]*$", .rules = rules_name,
	  .text = "The name, by which prefixAdvertisements and ServiceGroups mean "
		  "the value. Not that of a well-known community." },
	{ "spec.communities[].value", FIELD_STRING, FIELD_REQUIRED,
	  .max = COMMUNITY_MAX_CHARS, .rules = rules_community_value,
	  .text = "The community: N:N, as 64517:120, is a standard one (RFC 1997), "
		  "N:N:N, as 64517:300:100, a large one (RFC 8092)." },
	{ "spec.prefixAdvertisements", FIELD_LIST, .max = 64, .key = "cidr",
	  .text = "What is added to the announcements of prefixes. Changes are sent "
		  "to peers as updates; no session is reset." },
	{ "spec.prefixAdvertisements[]", .type = FIELD_OBJECT,
	  .text = "For announcements inside one prefix." },
	{ "spec.prefixAdvertisements[].cidr", FIELD_STRING, FIELD_REQUIRED,
	  .max = PREFIX_MAX_CHARS, .rules = rules_network,
	  .text = "Announcements of this prefix and of all prefixes inside it are "
		  "meant." },
	COMMUNITIES_ROWS("spec.prefixAdvertisements[].communities",
	    "Communities to add: values, or names that communities gives. Those of "
	    "all matching entries are united."),
	LOCAL_PREFERENCE_ROW("spec.prefixAdvertisements[].localPreference",
	    " The most specific matching entry decides."),
	SELECTOR_ROWS("spec.serviceNodeSelector",
	    "Nodes that announce Services and the prefixes of Services. Without it: "
	    "all nodes. Pod CIDRs don't depend on it."),
	RESTART_ROWS("spec.gracefulRestart",
	    "Of all sessions of these nodes whose BGPPeer says nothing of its own."),
	{ "spec.bmp", FIELD_LIST, .max = 4, .key = "address",
	  .text = "BMP stations (RFC 7854) that nodes tell of their sessions and "
		  "routes. Nodes connect to them, and again after 30 s up to 12 min "
		  "when that fails." },
	{ "spec.bmp[]", .type = FIELD_OBJECT, .text = "One of them." },
	{ "spec.bmp[].address", FIELD_STRING, FIELD_REQUIRED,
	  .max = ADDRESS_MAX_CHARS, .rules = rules_address,
	  .text = "Its IP address." },
	{ "spec.bmp[].port", FIELD_INT, FIELD_REQUIRED, .min = 1, .max = 65535,
	  .text = "Its TCP port." },
	{ "spec.bmp[].routes", FIELD_LIST, FIELD_SET, .max = 3,
	  .initial = "[\"PrePolicy\"]",
	  .text = "What it is told: PrePolicy is what peers have sent, PostPolicy "
		  "what of it may be used, LocRIB the best route to each prefix, our "
		  "own included (RFC 9069)." },
	{ "spec.bmp[].routes[]", FIELD_STRING, .one_of = bmp_routes,
	  .text = "PrePolicy, PostPolicy or LocRIB." },
	{ "spec.bmp[].statsInterval", FIELD_INT, .max = 86400, .initial = "60",
	  .text = "Seconds between two reports of how many routes there are. 0: "
		  "none." },
	{ "spec.l2", FIELD_OBJECT, .rules = rules_l2,
	  .text = "How nodes that share a link learn of each other, to agree on who "
		  "holds which address there." },
	{ "spec.l2.helloInterval", FIELD_INT, .min = 20, .max = 10000,
	  .initial = "200",
	  .text = "How often a node says that it is there, in milliseconds." },
	{ "spec.l2.deadInterval", FIELD_INT, .min = 40, .max = 60000,
	  .initial = "800",
	  .text = "After how long a silence others take its addresses, in "
		  "milliseconds: at least twice helloInterval." },
	{ "spec.l2.secretKeyRef", FIELD_OBJECT, FIELD_ATOMIC,
	  .text = "The key with which nodes sign what they say on a link (HMAC). "
		  "Without it the value of key in Secret lbbgp-l2 of the daemons' "
		  "namespace, if there is one; if there is none nothing is signed, and "
		  "a condition says so. While the one that is named is missing, the "
		  "node holds no address." },
	{ "spec.l2.secretKeyRef.name", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS,
	  .text = "Name of a Secret in the namespace of the daemons." },
	{ "spec.l2.secretKeyRef.key", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS, .text = "Key in that Secret." },
	{ "spec.drain", FIELD_OBJECT,
	  .text = "How a node is drained: first its Services are announced with the "
		  "community GRACEFUL_SHUTDOWN (RFC 8326), then they are withdrawn. "
		  "Sessions and pod CIDRs stay. Addresses on links move to other "
		  "nodes at the beginning. The annotation lbbgp.io/drain of a Node "
		  "drains it, as does its shutdown." },
	{ "spec.drain.wait", FIELD_INT, .max = 3600, .initial = "10",
	  .text = "For how long Services are announced with GRACEFUL_SHUTDOWN before "
		  "they are withdrawn, in seconds." },
	{ "spec.drain.taints", FIELD_LIST, FIELD_SET, .max = 16,
	  .initial = "[\"ToBeDeletedByClusterAutoscaler\", "
		     "\"node.kubernetes.io/out-of-service\"]",
	  .text = "Taints that drain the node that has one of them." },
	{ "spec.drain.taints[]", FIELD_STRING, .min = 1, .max = TAINT_MAX_CHARS,
	  .pattern = "^[A-Za-z0-9][-A-Za-z0-9_./]*(=[-A-Za-z0-9_.]*)?"
		     "(:(NoSchedule|PreferNoSchedule|NoExecute))?$",
	  .text = "A taint, as key, key=value, key:effect or key=value:effect. What "
		  "is left out may be anything." },
	{ "spec.drain.whenCordoned", FIELD_BOOL, .initial = "false",
	  .text = "Whether a node that is cordoned (spec.unschedulable) is drained." },
	FILTERS_ROWS("spec.filters",
	    "BGPFilters of sessions with BGPPeers that have no filters of their own: "
	    "what is taken from peers, and what they are told."),
	{ "spec.learnedRoutes", FIELD_OBJECT,
	  .text = "What import rules of filters take from peers, as routes of the "
		  "node's kernel. They have the protocol number 77; routes of others "
		  "are never touched. Nothing that the node announces itself, or that "
		  "is inside of that, is installed." },
	{ "spec.learnedRoutes.enabled", FIELD_BOOL, .initial = "false",
	  .text = "Whether they are installed." },
	{ "spec.learnedRoutes.table", FIELD_INT, .min = 1, .max = AS_NUMBER_MAX,
	  .initial = "254", .rules = rules_table,
	  .text = "The kernel's routing table: 254 is main; that of a VRF is the one "
		  "that its interface has. Next hops are looked up there first, and "
		  "then in main. Nobody looks into other tables unless a rule of the "
		  "node says so (ip rule)." },
	{ "spec.learnedRoutes.metric", FIELD_INT, .min = 1, .max = AS_NUMBER_MAX,
	  .initial = "2048",
	  .text = "The routes' metric. Of several routes to one prefix the kernel "
		  "takes the one with the lowest. Where somebody else has a route of "
		  "this very metric, none is installed." },
	{ "spec.learnedRoutes.maxPaths", FIELD_INT, .min = 1,
	  .max = LEARNED_PATHS_MOST, .initial = "16",
	  .text = "How many next hops a route has at most, where peers give equally "
		  "good paths." },
	{ "spec.learnedRoutes.defaultRoute", FIELD_STRING, .initial = "\"Ignore\"",
	  .one_of = default_routes,
	  .text = "What becomes of default routes (0.0.0.0/0, ::/0) that filters "
		  "take. Install: they are installed as others are, and go before "
		  "the node's own if metric is below that one's." },
	{ "spec.nodeReadiness", FIELD_OBJECT,
	  .text = "Whether Nodes say that routers know them, for who schedules pods by "
		  "that." },
	{ "spec.nodeReadiness.enabled", FIELD_BOOL, .initial = "false",
	  .text = "Whether each node writes the condition lbbgp.io/BGPReady into its "
		  "Node, and takes the taint lbbgp.io/not-ready off it, once, when "
		  "routers know the node. It needs the rights in "
		  "manifests/node-readiness. With a folder of manifests nothing is "
		  "written." },
	{ "spec.nodeReadiness.minSessions", FIELD_INT, .max = READINESS_SESSIONS_MOST,
	  .initial = "1",
	  .text = "How many sessions have to be up, whose peer has been told everything "
		  "(End-of-RIB). 0: all. Sessions with BGPPeers count; on a node that "
		  "has none of these, those of the node-to-node mesh." },

	{ "status", .type = FIELD_OBJECT, .text = "Written by the nodes." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	{ "AS", "spec.asNumber", "AS number of the nodes." },
	{ "Port", "spec.listenPort", "Port on which peers are waited for." },
	{ "Pod-CIDRs", "spec.advertisePodCIDRs", "Whether pod CIDRs are announced." },
	ACCEPTED_COLUMN,
	{ .name = NULL },
};
/* clang-format on */

const struct fields bgp_configuration_fields = {
	.api = "lbbgp.io/v1",
	.kind = "BGPConfiguration",
	.plural = "bgpconfigurations",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "bgpconfig",
	.sessions = "their sessions",
	.columns = columns,
};
