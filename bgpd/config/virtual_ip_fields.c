/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the VirtualIP resource, a row for each field as in
 * bgp_configuration_fields.c, and its rules: first those of one field, then those that
 * compare several. Each is there twice, in CEL for the API server and as a function for
 * us.
 */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "bgpd/config/virtual_ip.h"
#include "common/api/fields.h"
#include "common/api/rows.h"
#include "common/err.h"
#include "common/json.h"

#define URL_MAX_CHARS 256
#define INTERFACE_PATTERN "^[A-Za-z0-9_.:@-]+$"
#define V3_INTERVAL_MAX 40950 /* ms: 12 bits of centiseconds */

static bool
has(const json_t *obj, const char *key)
{
	return json_object_get(obj, key) != NULL;
}

/* ---- rules that look at one field ---- */

static bool
vip_holds(const json_t *self)
{
	return rules_ip[0]->holds(self) || rules_prefix[0]->holds(self);
}

/* What is no address is refused by the rule before. */
static bool
vip_read(const json_t *self, struct prefix *p)
{
	struct err err;

	return vip_holds(self) &&
	    prefix_parse(json_string_value(self), p, &err);
}

static bool
host_holds(const json_t *self)
{
	struct addr all_ones = addr_v4(UINT32_MAX);
	struct addr loopback = { FAMILY_V6, { [15] = 1 } };
	struct prefix p;

	if (!vip_read(self, &p))
		return true;
	const struct addr *a = &p.addr;

	if (a->family == FAMILY_V4)
		return !addr_is_zero(a) && !addr_eq(a, &all_ones) &&
		    a->bytes[0] != 127 && (a->bytes[0] & 0xf0) != 0xe0;
	return !addr_is_zero(a) && !addr_eq(a, &loopback) &&
	    a->bytes[0] != 0xff;
}

/* The first address of a network is none of its hosts (RFC 1122, RFC 4291 2.6.1). */
static bool
in_network_holds(const json_t *self)
{
	struct prefix p;

	return !vip_read(self, &p) || p.len >= family_bits(p.addr.family) - 1 ||
	    !prefix_is_canonical(&p);
}

static bool
url_holds(const json_t *self, const char *scheme)
{
	const char *text = json_string_value(self);
	size_t n = strlen(scheme);

	return strncmp(text, scheme, n) == 0 && text[n] != '/' &&
	    text[n] != '\0' && text[strcspn(text, " \t\n\v\f\r")] == '\0';
}

static bool
http_holds(const json_t *self)
{
	return url_holds(self, "http://");
}

static bool
https_holds(const json_t *self)
{
	return url_holds(self, "https://");
}

static bool
command_holds(const json_t *self)
{
	return json_string_value(json_array_get(self, 0))[0] == '/';
}

static const struct field_rule rule_vip = {
	"isIP(self) || isCIDR(self)",
	"not an IP address, alone or with a length as in 10.0.0.9/24",
	vip_holds,
};

static const struct field_rule rule_host = {
	"[self.split('/')[0]].all(h, !isIP(h) || ip(h).isGlobalUnicast() || "
	"ip(h).isLinkLocalUnicast())",
	"not an address that a host can have on a network",
	host_holds,
};

static const struct field_rule rule_in_network = {
	"!isCIDR(self) || cidr(self).prefixLength() >= "
	"(cidr(self).ip().family() == 4 ? 31 : 127) || "
	"!(cidr(self) == cidr(self).masked())",
	"a network, and not an address in it: each address stands by itself",
	in_network_holds,
};

static const struct field_rule rule_http = {
	"self.matches('^http://[^/\\\\s]\\\\S*$')",
	"not a URL that starts with http://",
	http_holds,
};

static const struct field_rule rule_https = {
	"self.matches('^https://[^/\\\\s]\\\\S*$')",
	"not a URL that starts with https://",
	https_holds,
};

static const struct field_rule rule_command = {
	"self[0].startsWith('/')",
	"the first word is not the absolute path of a program: no shell looks "
	"for it",
	command_holds,
};

/* ---- rules of a check and of vrrp ---- */

static bool
one_question_holds(const json_t *self)
{
	return has(self, "http") + has(self, "https") + has(self, "tcp") +
	    has(self, "command") ==
	    1;
}

static bool
lowers_holds(const json_t *self)
{
	return !has(self, "lowersPriority") ||
	    strcmp(json_text(self, "askedBy"), "Holder") != 0;
}

static bool
ca_holds(const json_t *self)
{
	return !has(self, "caSecretRef") ||
	    json_is_true(json_object_get(self, "verify"));
}

/* RFC 9568 5.2.7, RFC 3768 5.3.7. */
static bool
interval_holds(const json_t *self)
{
	int64_t version = json_integer_value(json_object_get(self, "version"));
	int64_t ms =
	    json_integer_value(json_object_get(self, "advertisementInterval"));

	return version == 2 ? ms % 1000 == 0
			    : ms % 10 == 0 && ms <= V3_INTERVAL_MAX;
}

static const struct field_rule rule_one_question = {
	"(has(self.http) ? 1 : 0) + (has(self.https) ? 1 : 0) + "
	"(has(self.tcp) ? 1 : 0) + (has(self.command) ? 1 : 0) == 1",
	"one of http, https, tcp and command has to be given, and only one",
	one_question_holds,
};

static const struct field_rule rule_lowers = {
	"!has(self.lowersPriority) || self.askedBy != 'Holder'",
	"lowersPriority and askedBy: Holder exclude each other",
	lowers_holds,
};

static const struct field_rule rule_ca = {
	"!has(self.caSecretRef) || self.verify",
	"caSecretRef is of no use while verify is false",
	ca_holds,
};

static const struct field_rule rule_interval = {
	"self.version == 2 ? self.advertisementInterval % 1000 == 0 : "
	"self.advertisementInterval % 10 == 0 && "
	"self.advertisementInterval <= 40950",
	"advertisementInterval is no multiple of 1000 with version 2, or with "
	"version 3 no multiple of 10 up to 40950",
	interval_holds,
};

/* ---- rules of the whole; self is the spec ---- */

static bool
way_holds(const json_t *self)
{
	return has(self, "bgp") || has(self, "l2") || has(self, "vrrp");
}

static bool
one_lan_holds(const json_t *self)
{
	return !has(self, "l2") || !has(self, "vrrp");
}

static bool
is_v6(const json_t *text)
{
	return strchr(json_string_value(text), ':') != NULL;
}

static bool
all_of_family(const json_t *list, bool v6)
{
	for (size_t i = 0; i < json_array_size(list); i++)
		if (is_v6(json_array_get(list, i)) != v6)
			return false;
	return true;
}

static bool
one_family_holds(const json_t *self)
{
	const json_t *list = json_object_get(self, "addresses");

	return !has(self, "vrrp") || all_of_family(list, true) ||
	    all_of_family(list, false);
}

static bool
v2_holds(const json_t *self)
{
	const json_t *version =
	    json_object_get(json_object_get(self, "vrrp"), "version");

	return json_integer_value(version) != 2 ||
	    all_of_family(json_object_get(self, "addresses"), false);
}

static bool
peers_hold(const json_t *self)
{
	const json_t *peers =
	    json_object_get(json_object_get(self, "vrrp"), "unicastPeers");
	const json_t *first =
	    json_array_get(json_object_get(self, "addresses"), 0);

	return all_of_family(peers, is_v6(first));
}

static bool
routed_holds(const json_t *self)
{
	const json_t *list = json_object_get(self, "addresses");
	struct prefix p;

	for (size_t i = 0; has(self, "bgp") && i < json_array_size(list); i++)
		if (vip_read(json_array_get(list, i), &p) &&
		    addr_is_link_local(&p.addr))
			return false;
	return true;
}

static bool
virtual_mac_holds(const json_t *self)
{
	const json_t *vrrp = json_object_get(self, "vrrp");

	return !has(self, "interface") ||
	    !json_is_true(json_object_get(vrrp, "virtualMAC"));
}

static const json_t *
checks_of(const json_t *spec)
{
	return json_object_get(json_object_get(spec, "health"), "checks");
}

static bool
lowers_vrrp_holds(const json_t *self)
{
	const json_t *list = checks_of(self);

	for (size_t i = 0; i < json_array_size(list); i++)
		if (has(json_array_get(list, i), "lowersPriority"))
			return has(self, "vrrp");
	return true;
}

static bool
holder_holds(const json_t *self)
{
	const json_t *list = checks_of(self);

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_text(json_array_get(list, i), "askedBy"),
			"Holder") == 0)
			return has(self, "l2") || has(self, "vrrp");
	return true;
}

static const struct field_rule rule_way = {
	"has(self.bgp) || has(self.l2) || has(self.vrrp)",
	"at least one of bgp, l2 and vrrp has to be given",
	way_holds,
};

static const struct field_rule rule_one_lan = {
	"!has(self.l2) || !has(self.vrrp)",
	"l2 and vrrp exclude each other",
	one_lan_holds,
};

static const struct field_rule rule_one_family = {
	"!has(self.vrrp) || self.addresses.all(a, a.contains(':')) || "
	"self.addresses.all(a, !a.contains(':'))",
	"addresses of vrrp are of one family: those of the other go into a "
	"VirtualIP of their own, which may have the same virtualRouterID",
	one_family_holds,
};

static const struct field_rule rule_v2 = {
	"!has(self.vrrp) || self.vrrp.version != 2 || "
	"self.addresses.all(a, !a.contains(':'))",
	"version 2 of VRRP has IPv4 addresses only",
	v2_holds,
};

static const struct field_rule rule_peers = {
	"!has(self.vrrp) || !has(self.vrrp.unicastPeers) || "
	"self.vrrp.unicastPeers.all(p, "
	"p.contains(':') == self.addresses[0].contains(':'))",
	"unicastPeers and addresses are of different families",
	peers_hold,
};

static const struct field_rule rule_routed = {
	"!has(self.bgp) || self.addresses.all(a, [a.split('/')[0]].all(h, "
	"!isIP(h) || !ip(h).isLinkLocalUnicast()))",
	"bgp announces no link-local address",
	routed_holds,
};

static const struct field_rule rule_virtual_mac = {
	"!has(self.interface) || !has(self.vrrp) || !self.vrrp.virtualMAC",
	"with virtualMAC the addresses are on the interface that has this MAC "
	"address: interface can't be given",
	virtual_mac_holds,
};

static const struct field_rule rule_lowers_vrrp = {
	"has(self.vrrp) || !has(self.health) || !has(self.health.checks) || "
	"self.health.checks.all(c, !has(c.lowersPriority))",
	"lowersPriority goes with vrrp",
	lowers_vrrp_holds,
};

static const struct field_rule rule_holder = {
	"has(self.l2) || has(self.vrrp) || !has(self.health) || "
	"!has(self.health.checks) || "
	"self.health.checks.all(c, c.askedBy != 'Holder')",
	"askedBy: Holder goes with l2 or vrrp: by bgp alone nobody is the holder",
	holder_holds,
};

static const struct field_rule *const rules_vip[] = { &rule_vip, &rule_host,
	&rule_in_network, NULL };
static const struct field_rule *const rules_http[] = { &rule_http, NULL };
static const struct field_rule *const rules_https[] = { &rule_https, NULL };
static const struct field_rule *const rules_ca[] = { &rule_ca, NULL };
static const struct field_rule *const rules_command[] = { &rule_command, NULL };
static const struct field_rule *const rules_vrrp[] = { &rule_interval, NULL };
static const struct field_rule *const rules_check[] = { &rule_one_question,
	&rule_lowers, NULL };
static const struct field_rule *const rules_spec[] = { &rule_way, &rule_one_lan,
	&rule_one_family, &rule_v2, &rule_peers, &rule_routed,
	&rule_virtual_mac, &rule_lowers_vrrp, &rule_holder, NULL };

/* ---- the table ---- */

static const char *const requires[] = { "All", "Any", NULL };
static const char *const askers[] = { "Each", "Holder", NULL };
static const char *const modes[] = { "Auto", "Always", NULL };

/* clang-format off */
static const struct field rows[] = {
	{ "", FIELD_OBJECT,
	  .text = "A VirtualIP is an address, or several, that moves between nodes: "
		  "one of the healthy ones answers for it on its LAN, by l2 or by "
		  "vrrp, or all healthy ones announce it to BGP routers." },
	{ "spec", FIELD_OBJECT, FIELD_REQUIRED, .rules = rules_spec,
	  .text = "Which addresses, on which nodes, and how they are found." },
	{ "spec.addresses", FIELD_LIST, FIELD_REQUIRED | FIELD_SET,
	  .min = 1, .max = 16, .text = "The addresses." },
	{ "spec.addresses[]", FIELD_STRING, .max = PREFIX_MAX_CHARS,
	  .rules = rules_vip,
	  .text = "An address, as 10.0.0.9 or fd00::9. With a length, as "
		  "10.0.0.9/24, it has this length on the interface where the "
		  "holder has it; else that of a host." },
	SELECTOR_ROWS("spec.nodeSelector",
	    "Nodes that may have the addresses. Without it: all nodes."),
	{ "spec.interface", FIELD_STRING, .min = 1, .max = INTERFACE_MAX_CHARS,
	  .pattern = INTERFACE_PATTERN,
	  .text = "Interface on which a node has the addresses while it holds or "
		  "announces them. Without it: with l2 and vrrp the one of the LAN, "
		  "with bgp lbbgp0, which is made." },
	{ "spec.health", .type = FIELD_OBJECT,
	  .text = "When a node is healthy. One that is not gives the addresses up. "
		  "Without it every node is." },
	{ "spec.health.require", FIELD_STRING, .initial = "\"All\"",
	  .one_of = requires,
	  .text = "Whether all checks have to hold, or any of them. Checks of the "
		  "holder all have to." },
	{ "spec.health.checks", FIELD_LIST, .max = 8, .key = "name",
	  .text = "What is asked, on each node." },
	{ "spec.health.checks[]", FIELD_OBJECT, .rules = rules_check,
	  .text = "One question, asked again and again." },
	{ "spec.health.checks[].name", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = 63, .pattern = "^[A-Za-z0-9]([A-Za-z0-9._-]*[A-Za-z0-9])?$",
	  .text = "What the check is called in messages." },
	{ "spec.health.checks[].http", .type = FIELD_OBJECT,
	  .text = "A GET that has to be answered with a 2xx status." },
	{ "spec.health.checks[].http.url", FIELD_STRING, FIELD_REQUIRED,
	  .max = URL_MAX_CHARS, .rules = rules_http,
	  .text = "Where, as http://localhost:8404/healthz. Redirections are not "
		  "followed." },
	{ "spec.health.checks[].https", FIELD_OBJECT, .rules = rules_ca,
	  .text = "The same over TLS." },
	{ "spec.health.checks[].https.url", FIELD_STRING, FIELD_REQUIRED,
	  .max = URL_MAX_CHARS, .rules = rules_https,
	  .text = "Where, as https://localhost:6443/livez. Redirections are not "
		  "followed." },
	{ "spec.health.checks[].https.verify", FIELD_BOOL, .initial = "true",
	  .text = "Whether the server has to show a certificate for the host of the "
		  "URL, of an authority that is trusted." },
	{ "spec.health.checks[].https.caSecretRef", FIELD_OBJECT, .flags = FIELD_ATOMIC,
	  .text = "Authorities that are trusted instead of those of the system, as "
		  "PEM. While the Secret is missing the check fails." },
	{ "spec.health.checks[].https.caSecretRef.name", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS,
	  .text = "Name of a Secret in the namespace of the daemons." },
	{ "spec.health.checks[].https.caSecretRef.key", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = NAME_MAX_CHARS, .text = "Key in that Secret." },
	{ "spec.health.checks[].tcp", .type = FIELD_OBJECT,
	  .text = "A TCP connection that has to come about; it is closed at once." },
	{ "spec.health.checks[].tcp.host", FIELD_STRING, .min = 1,
	  .max = NAME_MAX_CHARS, .initial = "\"localhost\"",
	  .pattern = "^[0-9A-Za-z.:_-]+$", .text = "A name or an address." },
	{ "spec.health.checks[].tcp.port", FIELD_INT, FIELD_REQUIRED,
	  .min = 1, .max = 65535, .text = "The port." },
	{ "spec.health.checks[].command", FIELD_LIST, .min = 1, .max = 16,
	  .rules = rules_command,
	  .text = "A program on the node, and its arguments, that has to end with 0; "
		  "no shell reads it. The check fails unless lbbgp-bgpd is started "
		  "with --allow-commands. The program runs as the user of lbbgp-bgpd, "
		  "with no capabilities." },
	{ "spec.health.checks[].command[]", FIELD_STRING, .max = 1024,
	  .text = "A word." },
	{ "spec.health.checks[].interval", FIELD_INT, .min = 50, .max = 3600000,
	  .initial = "2000",
	  .text = "Milliseconds from one question to the next, which waits for the "
		  "answer to the last one." },
	{ "spec.health.checks[].timeout", FIELD_INT, .min = 10, .max = 600000,
	  .initial = "1000",
	  .text = "Milliseconds after which no answer is a bad one." },
	{ "spec.health.checks[].rise", FIELD_INT, .min = 1, .max = 100,
	  .initial = "2",
	  .text = "Good answers in a row that end a failure. At the start one is "
		  "enough." },
	{ "spec.health.checks[].fall", FIELD_INT, .min = 1, .max = 100,
	  .initial = "3", .text = "Bad answers in a row that make it a failure." },
	{ "spec.health.checks[].askedBy", FIELD_STRING, .initial = "\"Each\"",
	  .one_of = askers,
	  .text = "Who asks: each node, or only the holder, as for what is "
		  "reached through the address itself. A holder whose check fails "
		  "gives the addresses up for 30 seconds." },
	{ "spec.health.checks[].lowersPriority", FIELD_INT, .min = 1, .max = 253,
	  .text = "With vrrp: while the check fails the node's priority is lower by "
		  "this, and the node stays healthy." },
	{ "spec.bgp", .type = FIELD_OBJECT,
	  .text = "Each healthy node announces the addresses to its BGP peers." },
	COMMUNITIES_ROWS("spec.bgp.communities",
	    "Communities added to the routes: values, or names that the "
	    "BGPConfiguration gives them."),
	LOCAL_PREFERENCE_ROW("spec.bgp.localPreference", ""),
	{ "spec.l2", .type = FIELD_OBJECT,
	  .text = "One of the healthy nodes answers ARP and neighbour solicitations "
		  "for the addresses. The nodes of a LAN agree on it by themselves, "
		  "for each address." },
	{ "spec.l2.mode", FIELD_STRING, .initial = "\"Auto\"", .one_of = modes,
	  .text = "On which interfaces: Auto means those with a subnet that has the "
		  "address in it, Always all that interfaces names." },
	LAN_TERMS_ROWS("spec.l2"),
	{ "spec.vrrp", FIELD_OBJECT, .rules = rules_vrrp,
	  .text = "The healthy nodes, and others on the LAN, elect a master by VRRP "
		  "(RFC 9568, RFC 3768)." },
	{ "spec.vrrp.interface", FIELD_STRING, FIELD_REQUIRED,
	  .min = 1, .max = INTERFACE_MAX_CHARS, .pattern = INTERFACE_PATTERN,
	  .text = "Interface of the LAN." },
	{ "spec.vrrp.virtualRouterID", FIELD_INT, FIELD_REQUIRED,
	  .min = 1, .max = 255,
	  .text = "Number of the virtual router, which nobody else on the LAN has "
		  "for this family." },
	{ "spec.vrrp.version", FIELD_INT, .min = 2, .max = 3, .initial = "3",
	  .text = "Version of the protocol; 2 is for IPv4 only." },
	{ "spec.vrrp.priority", FIELD_INT, .min = 1, .max = 254, .initial = "100",
	  .text = "Priority of the nodes: the highest is the master." },
	{ "spec.vrrp.priorities", FIELD_LIST, .max = 64,
	  .text = "Nodes of other priorities. The first that matches holds." },
	{ "spec.vrrp.priorities[]", .type = FIELD_OBJECT,
	  .text = "Some of the nodes." },
	SELECTOR_ROWS("spec.vrrp.priorities[].nodeSelector",
	    "The nodes. Without it: all."),
	{ "spec.vrrp.priorities[].priority", FIELD_INT, FIELD_REQUIRED,
	  .min = 1, .max = 254, .text = "Their priority." },
	{ "spec.vrrp.advertisementInterval", FIELD_INT, .min = 10, .max = 255000,
	  .initial = "1000",
	  .text = "Milliseconds between two advertisements of the master. A backup "
		  "takes over after three of them and a bit. Multiples of 10 up to "
		  "40950; with version 2 of 1000." },
	{ "spec.vrrp.preempt", FIELD_BOOL, .initial = "true",
	  .text = "Whether a node of a higher priority takes over from a master." },
	{ "spec.vrrp.preemptDelay", FIELD_INT, .max = 3600, .initial = "0",
	  .text = "Seconds that it waits before it does." },
	{ "spec.vrrp.acceptMode", FIELD_BOOL, .initial = "true",
	  .text = "Whether the master has the addresses on an interface, and so takes "
		  "packets for them. Else it forwards them only." },
	{ "spec.vrrp.unicastPeers", FIELD_LIST, FIELD_SET, .max = 32,
	  .text = "Addresses of the other routers. With it, advertisements are sent "
		  "to each of them instead of to the group." },
	{ "spec.vrrp.unicastPeers[]", FIELD_STRING, .max = ADDR_TEXT - 1,
	  .rules = rules_ip, .text = "An address, of the family of addresses." },
	{ "spec.vrrp.virtualMAC", FIELD_BOOL, .initial = "false",
	  .text = "Whether the addresses have the MAC address of the virtual router "
		  "(00:00:5e:00:01:ID or 00:00:5e:00:02:ID), on an interface that "
		  "is made for it, instead of that of the master." },

	{ "status", .type = FIELD_OBJECT,
	  .text = "Written by the holder, or else by the nodes." },
	{ "status.holder", FIELD_STRING, .max = NAME_MAX_CHARS,
	  .text = "Node that answers for the first address." },
	{ "status.since", FIELD_STRING, FIELD_DATE, .max = 40,
	  .text = "Since when." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	{ "Addresses", "spec.addresses", "The addresses." },
	{ "Holder", "status.holder", "Node that answers for the first address." },
	{ "Since", "status.since", "Since when." },
	{ "Healthy", "status.conditions[?(@.type==\"Healthy\")].status",
	  "Whether a node is." },
	ACCEPTED_COLUMN,
	{ .name = NULL },
};
/* clang-format on */

const struct fields virtual_ip_fields = {
	.api = "lbbgp.io/v1",
	.kind = "VirtualIP",
	.plural = "virtualips",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "vip",
	.columns = columns,
};
