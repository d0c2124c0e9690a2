/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A table of rows as in bgp_configuration_fields.c, with rules of one field before
 * those that compare several. peerIP is the one field with a grammar of its own
 * (peer_ip.h). Instead of it interface may stand, for whichever router is found on that
 * link, or peerPrefix, for whoever connects from there (neighbors.h).
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peer_ip.h"
#include "bgpd/session/session_config.h"
#include "common/api/fields.h"
#include "common/api/node.h"
#include "common/api/rows.h"
#include "common/err.h"
#include "common/json.h"

static bool
peer_ip_holds(const json_t *self)
{
	struct scoped_addr a;
	uint16_t port;

	return peer_ip_parse(json_string_value(self), &a, &port);
}

static bool
peer_addr_holds(const json_t *self)
{
	struct scoped_addr a;
	uint16_t port;

	return !peer_ip_parse(json_string_value(self), &a, &port) ||
	    peer_ip_family(json_string_value(self)) != FAMILY_NONE ||
	    peer_ip_is_good(&a); /* the rule before says so */
}

/* ---- rules that look at one field ---- */

static bool
hold_time_holds(const json_t *self)
{
	int64_t n = json_integer_value(self);

	return n == 0 || n >= 3; /* RFC 4271 4.2 */
}

#define LINK_LOCAL \
	"[fF][eE][89abAB][0-9a-fA-F]:[0-9a-fA-F:]+%[0-9A-Za-z._-]{1,15}"

static const struct field_rule rule_peer_ip = {
	"isIP(self) || self in ['" PEER_IP_GATEWAY_V4 "', '" PEER_IP_GATEWAY_V6
	"'] || "
	"(self.matches('^[0-9.]+:[1-9][0-9]{0,4}$') && "
	"isIP(self.split(':')[0]) && int(self.split(':')[1]) <= 65535) || "
	"(self.matches('^\\\\[[0-9a-fA-F:.]*:[0-9a-fA-F:.]*\\\\]:[1-9][0-9]{0,4}$') && "
	"isIP(self.substring(1, self.indexOf(']'))) && "
	"int(self.substring(self.indexOf(']') + 2)) <= 65535) || "
	"(self.matches('^" LINK_LOCAL "$') && isIP(self.split('%')[0])) || "
	"(self.matches('^\\\\[" LINK_LOCAL "\\\\]:[1-9][0-9]{0,4}$') && "
	"isIP(self.substring(1, self.indexOf('%'))) && "
	"int(self.substring(self.indexOf(']') + 2)) <= 65535)",
	"not an IP address, with a port as 10.0.0.1:1790 or [fd00::1]:1790, "
	"nor " PEER_IP_GATEWAY_V4 " or " PEER_IP_GATEWAY_V6,
	peer_ip_holds,
};

static const struct field_rule rule_peer_addr = {
	"[self.startsWith('[') ? self.substring(1, self.indexOf(']')) : "
	"self.split(':').size() == 2 ? self.split(':')[0] : self]"
	".all(h, !isIP(h) || ip(h).isGlobalUnicast() || ip(h).isLoopback() || "
	"(ip(h).family() == 4 && ip(h).isLinkLocalUnicast()))",
	"not an address that a peer can have; one in fe80::/10 needs its interface, "
	"as fe80::1%eth0",
	peer_addr_holds,
};

/*
 * The same of a prefix, whose first address tells: so long ones are in one kind of
 * addresses. Whoever is on a link has to be named with it.
 */
static bool
peer_prefix_holds(const json_t *self)
{
	struct addr all_ones = addr_v4(UINT32_MAX);
	struct prefix p;
	struct err err;

	if (!prefix_parse(json_string_value(self), &p, &err))
		return true; /* the rule before says so */
	if (p.addr.family == FAMILY_V4)
		return p.len >= 8 && !addr_is_zero(&p.addr) &&
		    !addr_eq(&p.addr, &all_ones) &&
		    (p.addr.bytes[0] & 0xf0) != 0xe0;
	return p.len >= 32 && !addr_is_zero(&p.addr) &&
	    p.addr.bytes[0] != 0xff && !addr_is_link_local(&p.addr);
}

static bool
as_range_holds(const json_t *self)
{
	return json_object_get(self, "to") == NULL ||
	    json_int(self, "from") <= json_int(self, "to");
}

static bool
interface_holds(const json_t *self)
{
	return zone_is_good(json_string_value(self));
}

static const struct field_rule rule_interface = {
	"self.matches('^[0-9A-Za-z._-]{1,15}$')",
	"not the name of an interface",
	interface_holds,
};

static const struct field_rule rule_peer_prefix = {
	"!isCIDR(self) || [cidr(self).ip()].all(a, "
	"cidr(self).prefixLength() >= (a.family() == 4 ? 8 : 32) && "
	"(a.isGlobalUnicast() || a.isLoopback() || "
	"(a.family() == 4 && a.isLinkLocalUnicast())))",
	"not a prefix of addresses that peers can have, of 8 bits or more (IPv6: 32) "
	"and not in fe80::/10",
	peer_prefix_holds,
};

static const struct field_rule rule_as_range = {
	"!has(self.to) || self.from <= self.to",
	"to is below from",
	as_range_holds,
};

static const struct field_rule *const rules_interface[] = { &rule_interface,
	NULL };

static const struct field_rule rule_hold_time = {
	"self == 0 || self >= 3",
	"not 0 or 3..65535",
	hold_time_holds,
};

const char *
bgp_peer_set_ip(struct bgp_peer *p, const char *text)
{
	struct scoped_addr a;
	uint16_t port;

	if (!peer_ip_parse(text, &a, &port))
		return rule_peer_ip.message;
	p->gateway = peer_ip_family(text);
	if (p->gateway == FAMILY_NONE && !peer_ip_is_good(&a))
		return rule_peer_addr.message;
	p->address = a.addr;
	memcpy(p->zone, a.zone, sizeof(p->zone));
	p->port = port;
	return NULL;
}

static const struct field_rule *const rules_peer_ip[] = { &rule_peer_ip,
	&rule_peer_addr, NULL };
static const struct field_rule *const rules_peer_prefix[] = { &rule_network,
	&rule_peer_prefix, NULL };
static const struct field_rule *const rules_as_range[] = { &rule_as_range,
	NULL };
static const struct field_rule *const rules_hold_time[] = { &rule_hold_time,
	NULL };

/* ---- rules that look at several; self is the spec ---- */

/* Is it left to the Node? */
static bool
from_node(const json_t *self, const char *key)
{
	return json_object_get(json_object_get(self, "fromNode"), key) != NULL;
}

#define FROM_NODE(key) "(has(self.fromNode) && has(self.fromNode." key "))"

static bool
one_as_holds(const json_t *self)
{
	bool number = json_object_get(self, "asNumber") != NULL;
	bool ranges = json_object_get(self, "asNumbers") != NULL;
	bool node = from_node(self, "asNumber");
	bool external = json_is_true(json_object_get(self, "external"));
	bool internal = json_is_true(json_object_get(self, "internal"));

	return json_object_get(self, "peerSelector") != NULL ||
	    number + ranges + external + internal + node == 1;
}

/* What the nodes say, means one end only, or would keep both from dialling. */
static bool
selector_holds(const json_t *self)
{
	return json_object_get(self, "peerSelector") == NULL ||
	    (json_object_get(self, "asNumber") == NULL &&
		json_object_get(self, "asNumbers") == NULL &&
		!json_is_true(json_object_get(self, "external")) &&
		!json_is_true(json_object_get(self, "internal")) &&
		json_object_get(self, "localASNumber") == NULL &&
		json_object_get(self, "sourceAddress") == NULL &&
		!json_is_true(json_object_get(self, "passive")));
}

static bool
has(const json_t *self, const char *key)
{
	return json_object_get(self, key) != NULL;
}

static bool
one_peer_holds(const json_t *self)
{
	return has(self, "peerIP") + has(self, "interface") +
	    has(self, "peerPrefix") + has(self, "peerSelector") +
	    from_node(self, "peerIP") ==
	    1;
}

static bool
on_link_holds(const json_t *self)
{
	return !has(self, "interface") ||
	    (!has(self, "sourceAddress") && !has(self, "ebgpMultihop"));
}

/* It would be waited for before anybody is there. */
static bool
strict_holds(const json_t *self)
{
	return !has(self, "peerPrefix") ||
	    !json_is_true(
		json_object_get(json_object_get(self, "bfd"), "strict"));
}

static bool
keepalive_holds(const json_t *self)
{
	int64_t hold = json_int(self, "holdTime");

	return hold == 0 || json_int(self, "keepaliveTime") < hold;
}

static bool
ttl_holds(const json_t *self)
{
	return json_object_get(self, "ttlSecurity") == NULL ||
	    json_object_get(self, "ebgpMultihop") == NULL;
}

static bool
one_authentication_holds(const json_t *self)
{
	return !has(self, "tcpAO") ||
	    (!has(self, "password") && !from_node(self, "passwordSecret"));
}

/* Both ends have the keys of the one BGPPeer. */
static bool
ao_of_nodes_holds(const json_t *self)
{
	const json_t *keys =
	    json_object_get(json_object_get(self, "tcpAO"), "keys");

	for (size_t i = 0; i < json_array_size(keys); i++) {
		const json_t *key = json_array_get(keys, i);

		if (has(self, "peerSelector") && has(key, "recvID") &&
		    json_int(key, "recvID") != json_int(key, "keyID"))
			return false;
	}
	return true;
}

static bool
source_holds(const json_t *self)
{
	const char *source = json_text_or_null(self, "sourceAddress");
	struct scoped_addr a;
	struct addr b;
	uint16_t port;

	return source == NULL || !has(self, "peerIP") ||
	    (peer_ip_parse(json_text_or_null(self, "peerIP"), &a, &port) &&
		addr_parse(source, &b) && a.addr.family == b.family);
}

static bool
prefix_source_holds(const json_t *self)
{
	const char *source = json_text_or_null(self, "sourceAddress");
	const char *prefix = json_text_or_null(self, "peerPrefix");

	return source == NULL || prefix == NULL ||
	    (strchr(source, ':') != NULL) == (strchr(prefix, ':') != NULL);
}

static bool
local_as_holds(const json_t *self)
{
	return !has(self, "localASNumberOptions") || has(self, "localASNumber");
}

static const struct field_rule rule_local_as = {
	"!has(self.localASNumberOptions) || has(self.localASNumber)",
	"localASNumberOptions says how localASNumber is used, which is not given",
	local_as_holds,
};

static const struct field_rule rule_one_as = {
	"has(self.peerSelector) || (has(self.asNumber) ? 1 : 0) + "
	"(has(self.asNumbers) ? 1 : 0) + "
	"(self.external ? 1 : 0) + (self.internal ? 1 : 0) + "
	"(" FROM_NODE("asNumber") " ? 1 : 0) == 1",
	"one of asNumber, asNumbers, external, internal and fromNode.asNumber has to "
	"be given, and only one",
	one_as_holds,
};

static const struct field_rule rule_one_peer = {
	"(has(self.peerIP) ? 1 : 0) + (has(self.interface) ? 1 : 0) + "
	"(has(self.peerPrefix) ? 1 : 0) + (has(self.peerSelector) ? 1 : 0) + "
	"(" FROM_NODE("peerIP") " ? 1 : 0) == 1",
	"one of peerIP, interface, peerPrefix, peerSelector and fromNode.peerIP has "
	"to be given, and only one",
	one_peer_holds,
};

static const struct field_rule rule_on_link = {
	"!has(self.interface) || "
	"(!has(self.sourceAddress) && !has(self.ebgpMultihop))",
	"with interface the session is on that link: neither sourceAddress nor "
	"ebgpMultihop can be given",
	on_link_holds,
};

static const struct field_rule rule_selector = {
	"!has(self.peerSelector) || (!has(self.asNumber) && "
	"!has(self.asNumbers) && !self.external && "
	"!self.internal && !has(self.localASNumber) && "
	"!has(self.sourceAddress) && !self.passive)",
	"peerSelector excludes asNumber, asNumbers, external, internal, "
	"localASNumber, sourceAddress and passive",
	selector_holds,
};

static bool
node_values_hold(const json_t *self)
{
	return !has(self, "fromNode") ||
	    (!has(self, "peerPrefix") && !has(self, "peerSelector") &&
		!(from_node(self, "sourceAddress") &&
		    (has(self, "sourceAddress") || has(self, "interface"))) &&
		!(from_node(self, "passwordSecret") && has(self, "password")));
}

static const struct field_rule rule_node_values = {
	"!has(self.fromNode) || (!has(self.peerPrefix) && "
	"!has(self.peerSelector) && "
	"!(has(self.fromNode.sourceAddress) && "
	"(has(self.sourceAddress) || has(self.interface))) && "
	"!(has(self.fromNode.passwordSecret) && has(self.password)))",
	"fromNode excludes peerPrefix and peerSelector, its sourceAddress the field of "
	"that name and interface, its passwordSecret password",
	node_values_hold,
};

static const struct field_rule rule_keepalive = {
	"self.holdTime == 0 || !has(self.keepaliveTime) || "
	"self.keepaliveTime < self.holdTime",
	"keepaliveTime is not below holdTime",
	keepalive_holds,
};

static const struct field_rule rule_ttl = {
	"!has(self.ttlSecurity) || !has(self.ebgpMultihop)",
	"ttlSecurity and ebgpMultihop exclude each other",
	ttl_holds,
};

static const struct field_rule rule_one_authentication = {
	"!has(self.tcpAO) || (!has(self.password) && (!has(self.fromNode) || "
	"!has(self.fromNode.passwordSecret)))",
	"tcpAO excludes password and fromNode.passwordSecret",
	one_authentication_holds,
};

static const struct field_rule rule_ao_of_nodes = {
	"!has(self.peerSelector) || !has(self.tcpAO) || "
	"self.tcpAO.keys.all(k, !has(k.recvID) || k.recvID == k.keyID)",
	"with peerSelector both ends have these keys: recvID is keyID",
	ao_of_nodes_holds,
};

static const struct field_rule rule_source = {
	"!has(self.sourceAddress) || !has(self.peerIP) || "
	"self.sourceAddress.contains(':') == "
	"(self.peerIP.startsWith('[') || self.peerIP.split(':').size() > 2 || "
	"self.peerIP == '" PEER_IP_GATEWAY_V6 "')",
	"sourceAddress and peerIP are of different families",
	source_holds,
};

static const struct field_rule rule_prefix_source = {
	"!has(self.sourceAddress) || !has(self.peerPrefix) || "
	"self.sourceAddress.contains(':') == self.peerPrefix.contains(':')",
	"sourceAddress and peerPrefix are of different families",
	prefix_source_holds,
};

static const struct field_rule rule_strict = {
	"!has(self.peerPrefix) || !has(self.bfd) || !self.bfd.strict",
	"with peerPrefix nobody is there that BFD could find before BGP does: "
	"bfd.strict can't be given",
	strict_holds,
};

static bool
role_strict_holds(const json_t *self)
{
	return !json_is_true(json_object_get(self, "roleStrict")) ||
	    has(self, "role");
}

static const struct field_rule rule_role_strict = {
	"!self.roleStrict || has(self.role)",
	"roleStrict is about the role that goes with role, which is not given",
	role_strict_holds,
};

static const struct field_rule *const rules_spec[] = { &rule_one_peer,
	&rule_on_link, &rule_one_as, &rule_selector, &rule_local_as,
	&rule_node_values, &rule_keepalive, &rule_ttl, &rule_source,
	&rule_prefix_source, &rule_strict, &rule_one_authentication,
	&rule_role_strict, &rule_ao_of_nodes, NULL };

/* ---- what one value of the Node is ---- */

static bool
node_value_holds(const json_t *self)
{
	return has(self, "annotation") + has(self, "label") == 1;
}

static const struct field_rule rule_node_value = {
	"has(self.annotation) != has(self.label)",
	"one of annotation and label has to be given, and only one",
	node_value_holds,
};

static bool
node_annotation_holds(const json_t *self)
{
	return strncmp(json_string_value(self), NODE_GROUP,
		   strlen(NODE_GROUP)) == 0;
}

static const struct field_rule rule_node_annotation = {
	"self.startsWith('" NODE_GROUP "')",
	"not an annotation " NODE_GROUP "…",
	node_annotation_holds,
};

static const struct field_rule *const rules_node_value[] = { &rule_node_value,
	NULL };
static const struct field_rule *const rules_node_annotation[] = {
	&rule_node_annotation, NULL
};

/* ---- the table ---- */

static const char *const reverse_modes[] = { "Auto", "Manual", NULL };
static const char *const families[] = { "IPv4", "IPv6", NULL };
const char *const bgp_peer_roles[] = { "Provider", "RouteServer",
	"RouteServerClient", "Customer", "Peer", NULL };
static const char *const add_paths[] = { "None", "All", "Best", NULL };

/* clang-format off */
#define NODE_VALUE_ROWS(at, what) \
	{ at, FIELD_OBJECT, FIELD_ATOMIC, .rules = rules_node_value, .text = what }, \
	{ at ".annotation", FIELD_STRING, FIELD_RESETS, .min = 1, .max = 317, \
	  .rules = rules_node_annotation, \
	  .text = "The annotation of the Node that has the value. Its name begins with " \
		  NODE_GROUP ", so that daemons need not keep all annotations." }, \
	{ at ".label", FIELD_STRING, FIELD_RESETS, .min = 1, .max = 317, \
	  .text = "The label of the Node that has it." }

static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT,
	  .text = "A BGPPeer is a router that nodes of the cluster speak BGP with. A "
		  "node opens one session to it, for the prefixes of spec.families." },
	{ "spec", FIELD_OBJECT, FIELD_REQUIRED, .rules = rules_spec,
	  .text = "The peer, and how to speak with it." },
	{ "spec.peerIP", FIELD_STRING, FIELD_RESETS,
	  .max = PEER_IP_MOST, .rules = rules_peer_ip,
	  .text = "Address of the peer, with a port when it is not 179: "
		  "10.31.254.253, 10.31.254.253:1790, fd00::1 or [fd00::1]:1790. A "
		  "link-local one has the node's interface behind it: fe80::1%eth0 or "
		  "[fe80::1%eth0]:1790. gateway is the node's default gateway of IPv4, "
		  "whichever that is, gateway/IPv6 that of IPv6. BGPPeers with one "
		  "address and different ports are dialed by the nodes; connections "
		  "from that address are refused, as they have any port." },
	{ "spec.interface", FIELD_STRING, FIELD_RESETS,
	  .min = 1, .max = ZONE_TEXT - 1, .rules = rules_interface,
	  .text = "Instead of peerIP: the router at the other end of this interface of "
		  "the node, by its own name. Its link-local address is taken from "
		  "its router advertisements (RFC 4861), and it is sent some, so that "
		  "it finds the node in the same way." },
	{ "spec.peerPrefix", FIELD_STRING,
	  .max = PREFIX_MAX_CHARS, .rules = rules_peer_prefix,
	  .text = "Instead of peerIP: the peers are whoever connects from this prefix, "
		  "each with a session of its own, as this BGPPeer has it. The node "
		  "does not connect to them. Who is the peerIP of another BGPPeer "
		  "goes by that; of two prefixes the longer one counts. A peer is "
		  "forgotten when its session has been down for connectRetryMaxTime "
		  "and nothing of it is kept. Sessions with peers that are in it "
		  "after a change are not reset." },
	{ "spec.peerLimit", FIELD_INT, .min = 1, .max = 1000, .initial = "100",
	  .text = "With peerPrefix: how many peers a node may have at once. More are "
		  "refused, and a condition says so. Changing it does not reset any "
		  "session." },
	{ "spec.fromNode", .type = FIELD_OBJECT,
	  .text = "Values that each node takes from its own Node object: one BGPPeer "
		  "for all racks. A node where one is missing or no use has no "
		  "session, and the condition PeerBlocked names it." },
	NODE_VALUE_ROWS("spec.fromNode.peerIP",
	    "Instead of peerIP, and written like it."),
	NODE_VALUE_ROWS("spec.fromNode.asNumber",
	    "Instead of asNumber: 1 to 4294967295."),
	NODE_VALUE_ROWS("spec.fromNode.sourceAddress",
	    "Instead of sourceAddress."),
	NODE_VALUE_ROWS("spec.fromNode.passwordSecret",
	    "Instead of password: the name of a Secret in the namespace of the daemons, "
	    "in which the key " NODE_SECRET_KEY " has the password."),
	{ "spec.asNumber", FIELD_INT, FIELD_RESETS,
	  .min = 1, .max = AS_NUMBER_MAX,
	  .text = "The AS number that the peer must have." },
	{ "spec.asNumbers", FIELD_LIST, FIELD_RESETS, .min = 1, .max = 16,
	  .text = "Instead of asNumber: the peer must have an AS number of one of "
		  "these ranges, and not that of the node." },
	{ "spec.asNumbers[]", FIELD_OBJECT, .rules = rules_as_range,
	  .text = "A range." },
	{ "spec.asNumbers[].from", FIELD_INT, FIELD_REQUIRED,
	  .min = 1, .max = AS_NUMBER_MAX, .text = "Its first AS number." },
	{ "spec.asNumbers[].to", FIELD_INT, .min = 1, .max = AS_NUMBER_MAX,
	  .text = "Its last AS number. Without it: from, so it is one alone." },
	{ "spec.external", FIELD_BOOL, FIELD_RESETS, .initial = "false",
	  .text = "Instead of asNumber: the peer may have any AS number but that of "
		  "the node." },
	{ "spec.internal", FIELD_BOOL, FIELD_RESETS, .initial = "false",
	  .text = "Instead of asNumber: the peer must have the AS number of the "
		  "node." },
	{ "spec.localASNumber", FIELD_INT, FIELD_RESETS,
	  .min = 1, .max = AS_NUMBER_MAX,
	  .text = "The AS number that the node has on this session, instead of that "
		  "of its BGPConfiguration." },
	{ "spec.localASNumberOptions", .type = FIELD_OBJECT,
	  .text = "Where localASNumber and the AS number of the node are seen "
		  "(RFC 7705). Without it only the first one is." },
	{ "spec.localASNumberOptions.noPrepend", FIELD_BOOL, FIELD_RESETS,
	  .initial = "true",
	  .text = "Whether AS paths of the peer stay as they came. With false "
		  "localASNumber stands in front of them, as if that AS was between "
		  "the peer and the node." },
	{ "spec.localASNumberOptions.replaceAS", FIELD_BOOL, FIELD_RESETS,
	  .initial = "true",
	  .text = "Whether localASNumber takes the place of the AS number of the "
		  "node in the AS paths that the peer is told. With false that one "
		  "stands behind it." },
	{ "spec.localASNumberOptions.dualAS", FIELD_BOOL, FIELD_RESETS,
	  .initial = "false",
	  .text = "Whether the peer may know the node by either number: when it "
		  "refuses one (NOTIFICATION 2/2) the other is next. In a session "
		  "by the AS number of the node the other two do not count." },
	SELECTOR_ROWS("spec.nodeSelector",
	    "Nodes that have this peer. Without it: all nodes. Sessions of nodes "
	    "that it still matches after a change are not reset."),
	SELECTOR_ROWS("spec.peerSelector",
	    "Instead of peerIP: the peers are these nodes, at their InternalIPs, with "
	    "the port and the AS number of their BGPConfiguration. Two nodes have one "
	    "session with each other."),
	{ "spec.reversePeering", FIELD_STRING, .initial = "\"Auto\"",
	  .one_of = reverse_modes,
	  .text = "With peerSelector. Auto: the nodes that it selects have those of "
		  "nodeSelector as peers in turn. Manual: another BGPPeer says so." },
	{ "spec.routeReflectorClient", FIELD_BOOL, FIELD_RESETS,
	  .initial = "false",
	  .text = "Whether the peer is a client (RFC 4456) of nodes that reflect "
		  "routes: those with the annotation lbbgp.io/cluster-id. A node that "
		  "reflects routes itself is no client of another one. Without that "
		  "annotation it changes nothing." },
	{ "spec.keepOriginalNextHop", FIELD_BOOL, .initial = "false",
	  .text = "Whether routes that are passed on from other peers keep the next "
		  "hop they came with. Routes of the node itself always have the "
		  "node as their next hop. Changing it does not reset the session." },
	{ "spec.password", FIELD_OBJECT, .flags = FIELD_RESETS,
	  .text = "The password of the session (TCP MD5, RFC 2385), from 1 to 80 "
		  "bytes. Without it the session has none. While the Secret is "
		  "missing no session is opened; one that is up goes on." },
	{ "spec.password.secretKeyRef", FIELD_OBJECT, FIELD_REQUIRED | FIELD_ATOMIC,
	  .text = "Where the password is kept." },
	{ "spec.password.secretKeyRef.name", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS,
	  .text = "Name of a Secret in the namespace of the daemons." },
	{ "spec.password.secretKeyRef.key", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS, .text = "Key in that Secret." },
	AO_SPEC_ROWS("spec.tcpAO",
	    "Instead of password: the keys of the session (TCP-AO, RFC 5925), where "
	    "the node's kernel has that; where not, no session is opened. While the "
	    "Secret or a key of it is missing no session is opened; one that is up "
	    "goes on. Keys come and go without a reset as long as one stays and none "
	    "is another under the same number; else a change resets the session."),
	{ "spec.ttlSecurity", FIELD_INT, FIELD_RESETS, .min = 1, .max = 254,
	  .text = "How many hops away the peer may be, 1 for a neighbour: packets "
		  "that have come further are dropped (GTSM, RFC 5082). The peer has "
		  "to have the same switched on. Without it there is no such check." },
	{ "spec.ebgpMultihop", FIELD_INT, FIELD_RESETS, .min = 1, .max = 255,
	  .text = "TTL of what is sent to a peer in another AS, for one that is not "
		  "directly connected. Without it: 1. Not together with ttlSecurity." },
	{ "spec.sourceAddress", FIELD_STRING, FIELD_RESETS,
	  .max = ADDR_TEXT - 1, .rules = rules_ip,
	  .text = "Address of the node that the session uses, and the next hop of "
		  "what it announces; of the family of peerIP. Without it: the "
		  "node's first InternalIP of that family. A connection from the "
		  "peer to another address of the node is refused." },
	{ "spec.holdTime", FIELD_INT, FIELD_RESETS, .max = 65535,
	  .initial = "90", .rules = rules_hold_time,
	  .text = "Seconds without a word after which the other side is taken for "
		  "dead; 0, or at least 3. The lower offer of both sides holds. With "
		  "0 nobody ever is; so where only the peer offers 0, its host is "
		  "asked by TCP, and given up when it is silent for this time, and a "
		  "condition says so." },
	{ "spec.keepaliveTime", FIELD_INT, FIELD_RESETS,
	  .min = 1, .max = 65535,
	  .text = "Seconds between the KEEPALIVEs that are sent; below holdTime. "
		  "Never more than a third of the hold time that is agreed, which is "
		  "what it is without this field." },
	{ "spec.connectRetryTime", FIELD_INT, .min = 1, .max = 65535,
	  .initial = "5",
	  .text = "Seconds until an attempt to open the session is repeated. Later "
		  "ones wait twice as long each, up to connectRetryMaxTime, whatever "
		  "it is that failed. Changing it does not reset the session." },
	{ "spec.connectRetryMaxTime", FIELD_INT, .min = 1, .max = 65535,
	  .initial = "60",
	  .text = "Seconds that attempts to open the session are apart at most, "
		  "unless connectRetryTime is longer. Changing it does not reset the "
		  "session." },
	{ "spec.families", FIELD_LIST, FIELD_SET | FIELD_RESETS,
	  .min = 1, .max = 2,
	  .text = "Families of prefixes that are exchanged. Without it: the family "
		  "of peerIP or peerPrefix, or both with interface. For another "
		  "family than that of peerIP the node needs an InternalIP of it, as "
		  "next hop." },
	{ "spec.families[]", FIELD_STRING, .one_of = families, .text = "A family." },
	{ "spec.numAllowedLocalASNumbers", FIELD_INT, .max = 10,
	  .initial = "0",
	  .text = "How often the AS number of the node, or localASNumber, may be in "
		  "the AS path of a route that the peer sends, for one that is used: "
		  "where nodes of several racks have one AS number, and hear of each "
		  "other through routers. 0: never, as it would be a loop (RFC 4271 "
		  "9.1.2). It takes a filter, too, to use what a peer of another AS "
		  "sends. Changing it does not reset the session." },
	{ "spec.extendedNextHop", FIELD_BOOL, FIELD_RESETS,
	  .text = "Whether IPv4 prefixes go by an IPv6 next hop (RFC 8950) in a "
		  "session over IPv6, if the peer has it, too: the node needs no "
		  "IPv4 address for it then. Without it: only with a link-local "
		  "peer." },
	{ "spec.maxPrefixes", FIELD_INT, .min = 1, .max = 10000000,
	  .text = "Prefixes of a family that the peer may send. With more, the "
		  "session is ended (NOTIFICATION 6/1) and stays down: for "
		  "maxPrefixesRestartTime, or until one of these two fields is "
		  "changed, or one that resets a session, or the peer is shut down "
		  "and enabled again. Without it there is no limit. Changing it does "
		  "not reset the session." },
	{ "spec.maxPrefixesRestartTime", FIELD_INT, .min = 1, .max = 604800,
	  .text = "Seconds after which a session is opened again that was ended "
		  "because the peer sent too much (NOTIFICATION 6/1, or 6/8 when the "
		  "memory does not suffice), or because it said so of us. Without "
		  "it: not before it is told to; where the peer said so, after five "
		  "minutes. Changing it does not reset the session." },
	{ "spec.bfd", .type = FIELD_OBJECT,
	  .text = "BFD (RFC 5880) finds within a second or less that the peer is "
		  "gone; its session is over then. The peer has to have it, too. "
		  "Changing it does not reset the session." },
	{ "spec.bfd.enabled", FIELD_BOOL, .initial = "true",
	  .text = "Whether it is used." },
	{ "spec.bfd.receiveInterval", FIELD_INT, .min = 10, .max = 60000,
	  .initial = "300",
	  .text = "Milliseconds between packets that we want from the peer; it may "
		  "send fewer." },
	{ "spec.bfd.transmitInterval", FIELD_INT, .min = 10, .max = 60000,
	  .initial = "300",
	  .text = "Milliseconds between packets that we send, unless the peer wants "
		  "fewer." },
	{ "spec.bfd.detectMultiplier", FIELD_INT, .min = 1, .max = 255,
	  .initial = "3",
	  .text = "How many of our packets are missing until the peer takes us for "
		  "gone. How many of its own may be is the peer's to say." },
	{ "spec.bfd.multihop", .type = FIELD_BOOL,
	  .text = "Whether the peer is several hops away (RFC 5883, UDP port 4784) "
		  "instead of one (RFC 5881, 3784), as both ends have to have it. "
		  "Without it: with ebgpMultihop above 1, and for a peer of our AS "
		  "that is on no link of the node. A BIRD without `direct` takes a "
		  "peer of its AS to be several hops away." },
	{ "spec.bfd.minimumTTL", FIELD_INT, .min = 1, .max = 255,
	  .text = "Over several hops: the least TTL with which packets are let in; "
		  "each hop takes 1 off what the peer sends with, FRR 255, BIRD 64. "
		  "Without it: any." },
	{ "spec.bfd.strict", FIELD_BOOL, .initial = "false",
	  .text = "Whether the session waits for BFD: it comes up only while BFD is "
		  "Up. The peer's BFD must not wait for BGP then, as BIRD's does "
		  "unless its `protocol bfd` names the neighbor." },
	{ "spec.passive", FIELD_BOOL, .initial = "false",
	  .text = "Whether the node waits for the peer to connect, instead of "
		  "connecting itself. Changing it does not reset the session." },
	FILTERS_ROWS("spec.filters",
	    "BGPFilters of this session, one after the other: what is taken from the "
	    "peer, and what it is told. As a whole instead of the "
	    "BGPConfiguration's. Without any, nothing is taken (RFC 8212), and what "
	    "the node announces is told. Changing it does not reset the session."),
	{ "spec.addPaths", .type = FIELD_OBJECT,
	  .text = "Several paths of a prefix at once (RFC 7911), if the peer has it, "
		  "too. Without it: one." },
	{ "spec.addPaths.send", FIELD_STRING, FIELD_RESETS, .initial = "\"None\"",
	  .one_of = add_paths,
	  .text = "Which paths of a prefix the peer is sent: All, the Best few, or "
		  "None but the best. Between All and Best it changes without a "
		  "reset." },
	{ "spec.addPaths.best", FIELD_INT, .min = 1, .max = 64, .initial = "2",
	  .text = "How many with send: Best. Changing it does not reset the "
		  "session." },
	{ "spec.addPaths.receive", FIELD_BOOL, FIELD_RESETS, .initial = "false",
	  .text = "Whether the peer may send several. Each of them counts for "
		  "maxPrefixes; more than 1024 of one prefix are not taken." },
	{ "spec.role", FIELD_STRING, FIELD_RESETS, .one_of = bgp_peer_roles,
	  .text = "What the node is to a peer of another AS (RFC 9234). The peer's own "
		  "role has to go with it, if it says one: Customer and Provider, "
		  "RouteServer and RouteServerClient, Peer and Peer. Routes get "
		  "the attribute Only to Customer by it, and those that have it "
		  "are not passed up or aside. Without it: none." },
	{ "spec.roleStrict", FIELD_BOOL, FIELD_RESETS, .initial = "false",
	  .text = "Whether the peer has to say its role (the strict mode of RFC 9234 "
		  "4.2): without one that goes with role no session comes up "
		  "(NOTIFICATION 2/11). A peer of the node's AS has no role." },
	{ "spec.extendedMessages", FIELD_BOOL, FIELD_RESETS, .initial = "false",
	  .text = "Whether messages may have up to 65535 bytes instead of 4096 (RFC "
		  "8654), if the peer has it, too: a route's attributes may be as "
		  "long then, and full tables take fewer messages." },
	RESTART_ROWS("spec.gracefulRestart",
	    "Of this session; as a whole instead of the BGPConfiguration's."),
	{ "spec.shutdown", .type = FIELD_OBJECT,
	  .text = "To take the session down without deleting the peer." },
	{ "spec.shutdown.enabled", FIELD_BOOL, .initial = "false",
	  .text = "Whether the session is down on purpose. Setting it ends the "
		  "session." },
	{ "spec.shutdown.message", FIELD_STRING, .max = 1024,
	  .text = "What the peer is told when the session ends (RFC 9003). Of one "
		  "that is longer than 128 bytes of UTF-8 the first ones are sent. "
		  "Changing it does not reset the session." },

	{ "status", .type = FIELD_OBJECT,
	  .text = "Written by the nodes. What each of them sees is in its "
		  "BGPNodeStatus." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	{ "Peer", "spec.peerIP", "Address of the peer." },
	{ "Interface", "spec.interface", "… or the interface that it is behind." },
	{ "Prefix", "spec.peerPrefix", "… or the prefix that it is in." },
	{ "AS", "spec.asNumber", "AS number of the peer." },
	{ "Shutdown", "spec.shutdown.enabled", "Whether it is down on purpose." },
	ACCEPTED_COLUMN,
	READY_COLUMN("Whether all nodes that it is for have it Established."),
	READY_REASON_COLUMN,
	{ .name = NULL },
};
/* clang-format on */

const struct fields bgp_peer_fields = {
	.api = "lbbgp.io/v1",
	.kind = "BGPPeer",
	.plural = "bgppeers",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "bgppeer",
	.sessions = "the session",
	.columns = columns,
};
