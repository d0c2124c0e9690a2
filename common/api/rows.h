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
#define COMMUNITY_VALUE /* CEL, of rules_community_value */ \
	"(self.matches('^[0-9]{1,5}:[0-9]{1,5}$') && " \
	"self.split(':').all(n, int(n) <= 65535)) || " \
	"(self.matches('^[0-9]{1,10}:[0-9]{1,10}:[0-9]{1,10}$') && " \
	"self.split(':').all(n, int(n) <= 4294967295))"

#define SELECTOR_ROWS(at, what) \
	{ at, FIELD_OBJECT, FIELD_ATOMIC, .text = what }, \
	{ at ".matchLabels", FIELD_MAP, .max = 32, \
	  .text = "Labels that have to be there with these values." }, \
	{ at ".matchLabels{}", FIELD_STRING, .max = 63, \
	  .text = "The value that the label has to have." }, \
	{ at ".matchExpressions", FIELD_LIST, .max = 16, \
	  .text = "Further requirements; all have to hold." }, \
	{ at ".matchExpressions[]", FIELD_OBJECT, .rules = rules_requirement, \
	  .text = "One requirement on a label." }, \
	{ at ".matchExpressions[].key", FIELD_STRING, FIELD_REQUIRED, \
	  .min = 1, .max = 317, .text = "The label." }, \
	{ at ".matchExpressions[].operator", FIELD_STRING, FIELD_REQUIRED, \
	  .one_of = selector_ops, \
	  .text = "In and NotIn compare the value of the label with values; Exists " \
		  "and DoesNotExist look whether it is there." }, \
	{ at ".matchExpressions[].values", FIELD_LIST, .max = 32, \
	  .text = "What the value is compared with, for In and NotIn." }, \
	{ at ".matchExpressions[].values[]", FIELD_STRING, .max = 63, \
	  .text = "A value." }

#define COMMUNITIES_ROWS(at, what) \
	{ at, FIELD_LIST, FIELD_SET, .max = 16, .text = what }, \
	{ at "[]", FIELD_STRING, .min = 1, .max = COMMUNITY_MAX_CHARS, \
	  .rules = rules_community, \
	  .text = "A community: N:N, N:N:N, no-export, no-advertise, " \
		  "no-export-subconfed, no-peer, blackhole, graceful-shutdown, or a " \
		  "name." }

/* more follows a space, or is empty. */
#define LOCAL_PREFERENCE_ROW(at, more) \
	{ at, FIELD_INT, .max = 4294967295, \
	  .text = "LOCAL_PREF on sessions inside our own AS; on other sessions it is " \
		  "not sent." more }

#define CONDITIONS_ROWS(at) \
	{ at, FIELD_LIST, .max = 32, .key = "type", \
	  .text = "What is to be said about this object, one entry a type." }, \
	{ at "[]", .type = FIELD_OBJECT, \
	  .text = "One statement about the object." }, \
	{ at "[].type", FIELD_STRING, FIELD_REQUIRED, .max = 316, \
	  .text = "What it is about." }, \
	{ at "[].status", FIELD_STRING, FIELD_REQUIRED, \
	  .one_of = condition_states, .text = "Whether it holds." }, \
	{ at "[].observedGeneration", .type = FIELD_INT, \
	  .text = "The metadata.generation that was looked at." }, \
	{ at "[].lastTransitionTime", FIELD_STRING, FIELD_REQUIRED | FIELD_DATE, \
	  .max = 40, .text = "When status last changed." }, \
	{ at "[].reason", FIELD_STRING, FIELD_REQUIRED, .max = 1024, \
	  .text = "Why, as one word for programs." }, \
	{ at "[].message", FIELD_STRING, FIELD_REQUIRED, .max = 32768, \
	  .text = "Why, for people." }

#define READY_COLUMN(text) \
	{ "Ready", "status.conditions[?(@.type==\"Ready\")].status", text }

#define READY_REASON_COLUMN \
	{ "Reason", "status.conditions[?(@.type==\"Ready\")].reason", \
	  "Why it is ready or not; describe tells more." }

#define ACCEPTED_COLUMN \
	{ "Accepted", "status.conditions[?(@.type==\"Accepted\")].status", \
	  "Whether it is in force as it stands." }
/* clang-format on */
#endif
