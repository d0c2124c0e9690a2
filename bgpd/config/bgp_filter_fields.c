/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of the BGPFilter resource, a row for each field as in
 * bgp_configuration_fields.c. Rules of import and of export have the same fields, but
 * for interfaces, which are those that a route comes in by, and for the next hop: there
 * is no "Self" of a route that somebody else gave.
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/routable.h"
#include "common/api/fields.h"
#include "common/api/lan_terms.h"
#include "common/api/rows.h"
#include "common/err.h"

#define COMMUNITY_TEXT_MAX 64

static bool
community_holds(const json_t *self)
{
	struct filter_community c;

	return filter_community_parse(json_string_value(self), &c);
}

/* One that is not given is the cidr's; see prefix_decode(). */
static bool
lengths_hold(const json_t *self)
{
	const json_t *least = json_object_get(self, "minLength");
	const json_t *most = json_object_get(self, "maxLength");
	struct prefix p;
	struct err err;

	if (!prefix_parse(
		json_string_value(json_object_get(self, "cidr")), &p, &err))
		return true; /* the rule of cidr says so */
	int64_t bits = family_bits(p.addr.family);
	int64_t min = least != NULL ? json_integer_value(least) : p.len;
	int64_t max = most != NULL ? json_integer_value(most) : bits;

	return p.len <= min && min <= max && max <= bits;
}

static bool
path_lengths_hold(const json_t *self)
{
	const json_t *most = json_object_get(self, "maxLength");

	return most == NULL ||
	    json_integer_value(json_object_get(self, "minLength")) <=
	    json_integer_value(most);
}

static bool
set_holds(const json_t *self)
{
	const json_t *action = json_object_get(self, "action");

	return json_object_get(self, "set") == NULL ||
	    strcmp(json_string_value(action), "Accept") == 0;
}

/* RFC 4271 6.3: of a router, that can be sent to. */
static bool
address_holds(const json_t *self)
{
	struct addr a;

	if (!addr_parse(json_string_value(self), &a))
		return false;
	struct prefix host = prefix_host(&a);

	return routable_fault(&host) == NULL;
}

static bool
next_hop_holds(const json_t *self)
{
	return strcmp(json_string_value(self), "Self") == 0 ||
	    address_holds(self);
}

static const struct field_rule rule_community = {
	"(!self.contains(':') && (!self.startsWith('0x') || "
	"self.matches('^0x[0-9a-fA-F]{16}$'))) || " COMMUNITY_VALUE
	" || (self.matches('^rt:[0-9]{1,10}:[0-9]{1,10}$') && "
	"int(self.split(':')[1]) <= 4294967295 && int(self.split(':')[2]) <= "
	"(int(self.split(':')[1]) <= 65535 ? 4294967295 : 65535)) || "
	"(self.matches('^rt:[0-9.]{7,15}:[0-9]{1,10}$') && "
	"isIP(self.split(':')[1]) && int(self.split(':')[2]) <= 65535)",
	"not N:N with numbers up to 65535, N:N:N with numbers up to 4294967295, "
	"rt:AS:N (N up to 4294967295, or 65535 where AS is above 65535), "
	"rt:ADDRESS:N with N up to 65535, 0x with 16 hex digits, or a name",
	community_holds,
};

static const struct field_rule rule_lengths = {
	"!isCIDR(self.cidr) || [has(self.minLength) ? self.minLength : "
	"cidr(self.cidr).prefixLength()].all(min, "
	"cidr(self.cidr).prefixLength() <= min && [has(self.maxLength) ? "
	"self.maxLength : (cidr(self.cidr).ip().family() == 4 ? 32 : 128)]"
	".all(max, min <= max && "
	"max <= (cidr(self.cidr).ip().family() == 4 ? 32 : 128)))",
	"not so that length of cidr <= minLength <= maxLength <= 32 (IPv6: 128)",
	lengths_hold,
};

static const struct field_rule rule_path_lengths = {
	"!has(self.maxLength) || !has(self.minLength) || "
	"self.minLength <= self.maxLength",
	"minLength is above maxLength",
	path_lengths_hold,
};

static const struct field_rule rule_set = {
	"!has(self.set) || self.action == 'Accept'",
	"set goes with the action Accept, and only with it",
	set_holds,
};

static const struct field_rule rule_next_hop = {
	"self == 'Self' || " ROUTABLE_ADDRESS_CEL,
	"not an IP address that a router can have, or Self",
	next_hop_holds,
};

static const struct field_rule rule_address = {
	ROUTABLE_ADDRESS_CEL,
	"not an IP address that a router can have",
	address_holds,
};

static const struct field_rule *const rules_filter_community[] = {
	&rule_community, NULL
};
static const struct field_rule *const rules_lengths[] = { &rule_lengths, NULL };
static const struct field_rule *const rules_path_lengths[] = {
	&rule_path_lengths, NULL
};
static const struct field_rule *const rules_rule[] = { &rule_set, NULL };
static const struct field_rule *const rules_next_hop[] = { &rule_next_hop,
	NULL };
static const struct field_rule *const rules_address[] = { &rule_address, NULL };

static const char *const actions[] = { "Accept", "Reject", NULL };
static const char *const origins[] = { "IGP", "EGP", "Incomplete", NULL };
static const char *const sources[] = { "Pod", "Service", "External",
	"LoadBalancer", "Local", "Peer", NULL };

/* clang-format off */
#define FILTER_COMMUNITIES_ROWS(at, what) \
	{ at, FIELD_LIST, FIELD_SET, .min = 1, .max = 16, .text = what }, \
	{ at "[]", FIELD_STRING, .min = 1, .max = COMMUNITY_TEXT_MAX, \
	  .rules = rules_filter_community, \
	  .text = "A community: N:N, N:N:N, no-export, no-advertise, " \
		  "no-export-subconfed, no-peer, blackhole, graceful-shutdown, or a " \
		  "name of the BGPConfiguration's communities; extended rt:AS:N, " \
		  "rt:ADDRESS:N, or 0x and 16 hex digits." }

#define AS_NUMBERS_ROWS(at, what) \
	{ at, FIELD_LIST, .min = 1, .max = 16, .text = what }, \
	{ at "[]", FIELD_INT, .min = 1, .max = AS_NUMBER_MAX, \
	  .text = "An AS number." }

#define FILTER_RULES_ROWS(at, what) \
	{ at, FIELD_LIST, .max = 64, .key = "name", .text = what }, \
	{ at "[]", FIELD_OBJECT, .rules = rules_rule, \
	  .text = "A rule. Routes that meet all its conditions get its action; a " \
		  "condition that is not there is met by all." }, \
	{ at "[].name", FIELD_STRING, FIELD_REQUIRED, .min = 1, .max = 63, \
	  .pattern = "^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9])?$", \
	  .text = "What the rule is called where its hits are counted." }, \
	{ at "[].prefixes", FIELD_LIST, .min = 1, .max = 64, \
	  .text = "Prefixes of the routes, one of these; of both families mixed." }, \
	{ at "[].prefixes[]", FIELD_OBJECT, .rules = rules_lengths, \
	  .text = "Prefixes inside of one." }, \
	{ at "[].prefixes[].cidr", FIELD_STRING, FIELD_REQUIRED, \
	  .max = PREFIX_MAX_CHARS, .rules = rules_network, \
	  .text = "The prefix that they are inside of, or equal to." }, \
	{ at "[].prefixes[].minLength", FIELD_INT, .max = 128, \
	  .text = "The least length. Without it: that of cidr." }, \
	{ at "[].prefixes[].maxLength", FIELD_INT, .max = 128, \
	  .text = "The greatest length. Without it: that of cidr, or with minLength " \
		  "any." }, \
	{ at "[].sources", FIELD_LIST, FIELD_SET, .min = 1, .max = 6, \
	  .text = "Where the routes are from, one of these." }, \
	{ at "[].sources[]", FIELD_STRING, .one_of = sources, \
	  .text = "Pod: a pod CIDR of the node. Service, External, LoadBalancer: such " \
		  "an address of a Service, or a CIDR of them. Local: anything that " \
		  "the node announces of itself. Peer: received. On export, a rule without " \
		  "sources and peers is about Local." }, \
	{ at "[].peers", FIELD_LIST, FIELD_SET, .min = 1, .max = 64, \
	  .text = "BGPPeers that gave the routes, one of these." }, \
	{ at "[].peers[]", FIELD_STRING, .min = 1, .max = NAME_MAX_CHARS, \
	  .text = "Name of a BGPPeer." }, \
	FILTER_COMMUNITIES_ROWS(at "[].communities", \
	    "Communities that the routes have, all of these."), \
	{ at "[].asPath", FIELD_OBJECT, .rules = rules_path_lengths, \
	  .text = "What the AS path is like, as it came or, for export, before the " \
		  "node's own AS number is put in front." }, \
	AS_NUMBERS_ROWS(at "[].asPath.startsWith", \
	    "AS numbers that it begins with, in this order; the first is the " \
	    "neighbor's."), \
	AS_NUMBERS_ROWS(at "[].asPath.contains", \
	    "AS numbers that are in it, all of these, anywhere."), \
	{ at "[].asPath.minLength", FIELD_INT, .min = 1, .max = 2048, \
	  .text = "How many AS numbers it has at least." }, \
	{ at "[].asPath.maxLength", FIELD_INT, .min = 1, .max = 2048, \
	  .text = "How many AS numbers it has at most." }, \
	{ at "[].action", FIELD_STRING, FIELD_REQUIRED, .one_of = actions, \
	  .text = "What becomes of the routes." }, \
	{ at "[].set", .type = FIELD_OBJECT, \
	  .text = "What is changed of routes that are accepted." }, \
	FILTER_COMMUNITIES_ROWS(at "[].set.removeCommunities", \
	    "Communities that go; before others come."), \
	FILTER_COMMUNITIES_ROWS(at "[].set.addCommunities", \
	    "Communities that come."), \
	{ at "[].set.prepend", .type = FIELD_OBJECT, \
	  .text = "An AS number in front of the AS path, to make it longer." }, \
	{ at "[].set.prepend.asNumber", FIELD_INT, .min = 1, .max = AS_NUMBER_MAX, \
	  .text = "Which one. Without it: that of the node on the session." }, \
	{ at "[].set.prepend.times", FIELD_INT, .min = 1, .max = 10, \
	  .initial = "1", .text = "How often." }, \
	{ at "[].set.med", FIELD_INT, .max = 4294967295, \
	  .text = "MULTI_EXIT_DISC: the lower is preferred." }, \
	LOCAL_PREFERENCE_ROW(at "[].set.localPreference", \
	    " The higher is preferred."), \
	{ at "[].set.origin", FIELD_STRING, .one_of = origins, \
	  .text = "ORIGIN: IGP is preferred to EGP, and that to Incomplete." }

static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT,
	  .text = "A BGPFilter says which routes are taken from peers and told to "
		  "them, and what of them is changed. It counts where a BGPPeer or a "
		  "BGPConfiguration names it in filters." },
	{ "spec", FIELD_OBJECT, FIELD_REQUIRED,
	  .text = "Rules, which are tried in their order; the first that a route "
		  "meets counts." },
	FILTER_RULES_ROWS("spec.import",
	    "Of routes that the peer gives. Those that no rule of any filter is met "
	    "by are not taken (RFC 8212)."),
	{ "spec.import[].interfaces", FIELD_LIST, FIELD_SET, .min = 1, .max = 16,
	  .text = "Interfaces of the node by which the peer is reached, one of "
		  "these." },
	{ "spec.import[].interfaces[]", FIELD_STRING, .min = 1, .max = 63,
	  .pattern = "^[][A-Za-z0-9_.:@*+?{},|()^$-]+$", .rules = rules_interface,
	  .text = "A name, or a regular expression." },
	{ "spec.import[].set.nextHop", FIELD_STRING,
	  .max = ADDR_TEXT - 1, .rules = rules_address,
	  .text = "Next hop, for routes of its family." },
	FILTER_RULES_ROWS("spec.export",
	    "Of routes that the peer is told. Those that no rule of any filter is "
	    "met by are told as they are."),
	{ "spec.export[].set.nextHop", FIELD_STRING,
	  .max = ADDR_TEXT - 1, .rules = rules_next_hop,
	  .text = "Next hop, for routes of its family; Self: the node's address on "
		  "the session." },

	{ "status", .type = FIELD_OBJECT, .text = "Written by the nodes." },
	CONDITIONS_ROWS("status.conditions"),
};

static const struct field_column columns[] = {
	ACCEPTED_COLUMN,
	{ .name = NULL },
};
/* clang-format on */

const struct fields bgp_filter_fields = {
	.api = "lbbgp.io/v1",
	.kind = "BGPFilter",
	.plural = "bgpfilters",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]),
	.short_name = "bf",
	.columns = columns,
};
