/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rows - parts that the field tables of several kinds have in common.
 */
#ifndef COMMON_API_ROWS_H
#define COMMON_API_ROWS_H

#include "common/api/fields.h"

extern const struct field_rule rule_network; /* for lists with more in them */

/* Lists of rules, for struct field. */
extern const struct field_rule *const rules_ip[];      /* an address */
extern const struct field_rule *const rules_network[]; /* no host bits */
extern const struct field_rule *const rules_prefix[];  /* host bits allowed */
extern const struct field_rule *const rules_range[];   /* as addr_range_parse */
extern const struct field_rule *const rules_community[]; /* or a name */
extern const struct field_rule *const rules_community_value[];
extern const struct field_rule *const rules_requirement[];
extern const char *const selector_ops[];
extern const char *const condition_states[];

#define AS_NUMBER_MAX 4294967295
#define NAME_MAX_CHARS 253
#define PREFIX_MAX_CHARS 43
#define COMMUNITY_MAX_CHARS 64

/* clang-format off */
#define SELECTOR_ROWS(at) \
	{ at, .type = FIELD_OBJECT }, \
	{ at ".matchLabels", FIELD_MAP, .max = 32 }, \
	{ at ".matchLabels{}", FIELD_STRING, .max = 63 }, \
	{ at ".matchExpressions", FIELD_LIST, .max = 16 }, \
	{ at ".matchExpressions[]", FIELD_OBJECT, \
	  .rules = rules_requirement }, \
	{ at ".matchExpressions[].key", FIELD_STRING, FIELD_REQUIRED, \
	  .min = 1, .max = 317 }, \
	{ at ".matchExpressions[].operator", FIELD_STRING, FIELD_REQUIRED, \
	  .one_of = selector_ops }, \
	{ at ".matchExpressions[].values", FIELD_LIST, .max = 32 }, \
	{ at ".matchExpressions[].values[]", FIELD_STRING, .max = 63 }

#define COMMUNITIES_ROWS(at) \
	{ at, FIELD_LIST, FIELD_SET, .max = 16 }, \
	{ at "[]", FIELD_STRING, .min = 1, .max = COMMUNITY_MAX_CHARS, \
	  .rules = rules_community }

#define LOCAL_PREFERENCE_ROW(at) \
	{ at, FIELD_INT, .max = 4294967295 }

#define CONDITIONS_ROWS(at) \
	{ at, FIELD_LIST, .max = 32, .key = "type" }, \
	{ at "[]", .type = FIELD_OBJECT }, \
	{ at "[].type", FIELD_STRING, FIELD_REQUIRED, .max = 316 }, \
	{ at "[].status", FIELD_STRING, FIELD_REQUIRED, \
	  .one_of = condition_states }, \
	{ at "[].observedGeneration", .type = FIELD_INT }, \
	{ at "[].lastTransitionTime", FIELD_STRING, FIELD_REQUIRED, \
	  .max = 40 }, \
	{ at "[].reason", FIELD_STRING, FIELD_REQUIRED, .max = 1024 }, \
	{ at "[].message", FIELD_STRING, FIELD_REQUIRED, .max = 32768 }
/* clang-format on */
#endif
