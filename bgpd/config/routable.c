/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/config/routable.h"

#include <jansson.h>
#include <stddef.h>

#include "common/api/fields.h"
#include "common/err.h"
#include "common/prefix.h"

/* The same as NEVER_CEL, for people and for us. */
#define NEVER_TEXT                                                   \
	"0.0.0.0/8, 127.0.0.0/8, 169.254.0.0/16, 224.0.0.0/4 "       \
	"(multicast), 240.0.0.0/4 (reserved), ::/80, fe80::/10 and " \
	"ff00::/8 (multicast)"

/* clang-format off */
static const struct prefix never[] = {	/* RFC 6890 2.2, RFC 4291 2.5 */
	{ { .family = FAMILY_V4 }, 8 },
	{ { .family = FAMILY_V4, .bytes = { 127 } }, 8 },
	{ { .family = FAMILY_V4, .bytes = { 169, 254 } }, 16 },
	{ { .family = FAMILY_V4, .bytes = { 224 } }, 4 },
	{ { .family = FAMILY_V4, .bytes = { 240 } }, 4 },
	{ { .family = FAMILY_V6 }, 80 },
	{ { .family = FAMILY_V6, .bytes = { 0xfe, 0x80 } }, 10 },
	{ { .family = FAMILY_V6, .bytes = { 0xff } }, 8 },
};
/* clang-format on */

static bool
is_routable(const struct prefix *p)
{
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		if (prefix_covers(&never[i], p) || prefix_covers(p, &never[i]))
			return false;
	return true;
}

/* What is no prefix is refused by the rule before. */
static bool
prefix_read(const json_t *self, struct prefix *p)
{
	struct err err;

	return prefix_parse(json_string_value(self), p, &err);
}

static bool
not_default_holds(const json_t *self)
{
	struct prefix p;

	return !prefix_read(self, &p) || p.len > 0;
}

static bool
routable_holds(const json_t *self)
{
	struct prefix p;

	return !prefix_read(self, &p) || p.len == 0 || is_routable(&p);
}

const struct field_rule rule_not_default = {
	"!isCIDR(self) || cidr(self).prefixLength() > 0",
	"a default route is never announced",
	not_default_holds,
};

const struct field_rule rule_routable = {
	"!isCIDR(self) || cidr(self).prefixLength() == 0 || !" NEVER_CEL
	".exists(n, cidr(n).containsCIDR(self) || "
	"cidr(self).containsCIDR(n))",
	"meets what is never announced: " NEVER_TEXT,
	routable_holds,
};

const char *
routable_fault(const struct prefix *p)
{
	if (p->len == 0)
		return rule_not_default.message;
	return is_routable(p) ? NULL : rule_routable.message;
}
