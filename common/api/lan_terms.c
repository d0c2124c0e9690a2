/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/lan_terms.h"

#include <jansson.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

#define REPEATS_MAX 1000 /* as RE2 has it */
#define DEPTH_MAX 64     /* no field has as many characters */

/* Behind a set in brackets, in which ] may come first. */
static const char *
behind_set(const char *at)
{
	at += at[1] == '^' ? 2 : 1;
	at += *at == ']';
	return at + strcspn(at, "]");
}

/*
 * Of {2,30} the 30. What it stands behind is copied as often by regcomp(), and what is
 * in that as often again: ((a{255}){255}){255} would take all memory there is.
 */
static unsigned long
repeat_at(const char *at)
{
	char *end;
	unsigned long n = strtoul(at + 1, &end, 10);

	if (*end == ',' && end[1] != '}')
		n = strtoul(end + 1, NULL, 10);
	return n > 0 ? n : 1;
}

static bool
repeats_hold(const char *at)
{
	unsigned long most[DEPTH_MAX] = { 1 }, last = 1; /* in a group; of it */
	unsigned depth = 0;

	for (; *at != '\0' && last <= REPEATS_MAX; at++) {
		if (*at == '(' && ++depth == DEPTH_MAX)
			return false;
		if (*at == ')' && depth > 0)
			last = most[depth--];
		else if (*at == '{')
			last *= repeat_at(at);
		else if (strchr("*+?", *at) == NULL)
			last = 1;
		if (*at == '(')
			most[depth] = 1;
		if (last > most[depth])
			most[depth] = last;
		if (*at == '[')
			at = behind_set(at);
		else if (*at == '{')
			at += strcspn(at, "}");
		if (*at == '\0')
			break;
	}
	return last <= REPEATS_MAX;
}

/* What RE2 means by (? POSIX has not. */
static bool
interface_holds(const json_t *self)
{
	const char *text = json_string_value(self);
	regex_t re;

	if (strstr(text, "(?") != NULL || !repeats_hold(text) ||
	    regcomp(&re, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&re);
	return true;
}

static const struct field_rule rule_interface = {
	/* An expression that can't be read makes the rule itself fail. */
	"!self.contains('(?') && (''.matches(self) ? true : true)",
	"not a regular expression (POSIX extended), or one with more than "
	"1000 repetitions in each other",
	interface_holds,
};

const struct field_rule *const rules_interface[] = { &rule_interface, NULL };

static void
interfaces_decode(struct lan_terms *t, const json_t *list)
{
	t->n_interfaces = json_array_size(list);
	t->interfaces = xcalloc(t->n_interfaces, sizeof(*t->interfaces));
	for (size_t i = 0; i < t->n_interfaces; i++)
		t->interfaces[i] =
		    xstrdup(json_string_value(json_array_get(list, i)));
}

static void
preferred_decode(struct lan_terms *t, const json_t *list)
{
	t->n_preferred = json_array_size(list);
	t->preferred = xcalloc(t->n_preferred, sizeof(*t->preferred));
	for (size_t i = 0; i < t->n_preferred; i++) {
		const json_t *item = json_array_get(list, i);

		t->preferred[i].weight =
		    (int)json_integer_value(json_object_get(item, "weight"));
		selector_decode(&t->preferred[i].nodes,
		    json_object_get(item, "nodeSelector"));
	}
}

void
lan_terms_decode(struct lan_terms *t, const json_t *obj)
{
	*t = (struct lan_terms){ 0 };
	interfaces_decode(t, json_object_get(obj, "interfaces"));
	preferred_decode(t, json_object_get(obj, "preferred"));
	t->fail_back = !json_is_false(json_object_get(obj, "failBack"));
	t->detect = !json_is_false(json_object_get(obj, "duplicateDetection"));
}

void
lan_terms_fini(struct lan_terms *t)
{
	for (size_t i = 0; i < t->n_interfaces; i++)
		free(t->interfaces[i]);
	for (size_t i = 0; i < t->n_preferred; i++)
		selector_fini(&t->preferred[i].nodes);
	free(t->interfaces);
	free(t->preferred);
	*t = (struct lan_terms){ 0 };
}

int
lan_terms_weight(const struct lan_terms *t, const struct labels *labels)
{
	int weight = 0;

	for (size_t i = 0; i < t->n_preferred; i++)
		if (selector_matches(&t->preferred[i].nodes, labels))
			weight += t->preferred[i].weight;
	return weight;
}
