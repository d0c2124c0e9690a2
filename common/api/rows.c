/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/rows.h"

#include <jansson.h>
#include <string.h>

#include "common/api/addr_range.h"
#include "common/api/community.h"
#include "common/err.h"
#include "common/prefix.h"

const char *const selector_ops[] = { "In", "NotIn", "Exists", "DoesNotExist",
	NULL };
const char *const condition_states[] = { "True", "False", "Unknown", NULL };

/* CEL's isIP: a v4-mapped IPv6 address is none. */
static bool
is_ip(const char *text)
{
	struct addr a;

	return addr_parse(text, &a) &&
	    (a.family == FAMILY_V6 || strchr(text, ':') == NULL);
}

/* CEL's isCIDR; no zeros in front of the length. */
static bool
is_prefix(const char *text, struct prefix *p)
{
	const char *slash = strchr(text, '/');
	struct err err;

	return slash != NULL && (slash[1] != '0' || slash[2] == '\0') &&
	    prefix_parse(text, p, &err) &&
	    (p->addr.family == FAMILY_V6 || strchr(text, ':') == NULL);
}

static bool
ip_holds(const json_t *self)
{
	return is_ip(json_string_value(self));
}

static bool
prefix_holds(const json_t *self)
{
	struct prefix p;

	return is_prefix(json_string_value(self), &p);
}

static bool
network_holds(const json_t *self)
{
	struct prefix p;

	return is_prefix(json_string_value(self), &p) &&
	    prefix_is_canonical(&p);
}

static bool
range_holds(const json_t *self)
{
	char first[ADDR_RANGE_TEXT], last[ADDR_RANGE_TEXT];
	struct prefix p;

	if (!addr_range_split(json_string_value(self), first, last))
		return false;
	if (last[0] == '\0')
		return is_ip(first) || is_prefix(first, &p);
	return is_ip(first) && is_ip(last);
}

static bool
is_community(const json_t *self)
{
	struct community c;

	return community_parse(json_string_value(self), &c);
}

static bool
community_holds(const json_t *self)
{
	return strchr(json_string_value(self), ':') == NULL ||
	    is_community(self);
}

static bool
community_value_holds(const json_t *self)
{
	return strchr(json_string_value(self), ':') != NULL &&
	    is_community(self);
}

static bool
requirement_holds(const json_t *self)
{
	const char *op = json_string_value(json_object_get(self, "operator"));
	bool some = json_array_size(json_object_get(self, "values")) > 0;
	bool wanted = strcmp(op, "In") == 0 || strcmp(op, "NotIn") == 0;

	return some == wanted;
}

static const struct field_rule rule_ip = {
	"isIP(self)",
	"not an IP address",
	ip_holds,
};

static const struct field_rule rule_prefix = {
	"isCIDR(self)",
	"not an IP prefix",
	prefix_holds,
};

const struct field_rule rule_network = {
	"isCIDR(self) && cidr(self) == cidr(self).masked()",
	"not an IP prefix without host bits",
	network_holds,
};

static const struct field_rule rule_range = {
	"isCIDR(self.trim()) || (self.split('-').size() <= 2 && "
	"self.split('-').all(a, isIP(a.trim())))",
	"not an IP prefix, an address, or two addresses with - between them",
	range_holds,
};

static const struct field_rule rule_community = {
	"!self.contains(':') || " COMMUNITY_VALUE,
	"not N:N with numbers up to 65535, N:N:N with numbers up to 4294967295, "
	"or a name",
	community_holds,
};

static const struct field_rule rule_community_value = {
	COMMUNITY_VALUE,
	"not N:N with numbers up to 65535, or N:N:N with numbers up to 4294967295",
	community_value_holds,
};

static const struct field_rule rule_requirement = {
	"(self.operator in ['In', 'NotIn']) == "
	"(has(self.values) && self.values.size() > 0)",
	"values go with the operators In and NotIn, and only with them",
	requirement_holds,
};

const struct field_rule *const rules_ip[] = { &rule_ip, NULL };
const struct field_rule *const rules_network[] = { &rule_network, NULL };
const struct field_rule *const rules_prefix[] = { &rule_prefix, NULL };
const struct field_rule *const rules_range[] = { &rule_range, NULL };
const struct field_rule *const rules_community[] = { &rule_community, NULL };
const struct field_rule *const rules_community_value[] = {
	&rule_community_value, NULL
};
const struct field_rule *const rules_requirement[] = { &rule_requirement,
	NULL };
