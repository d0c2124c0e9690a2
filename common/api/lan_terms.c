/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/lan_terms.h"

#include <jansson.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

/* What RE2 means by (? POSIX has not. */
static bool
interface_holds(const json_t *self)
{
	const char *text = json_string_value(self);
	regex_t re;

	if (strstr(text, "(?") != NULL ||
	    regcomp(&re, text, REG_EXTENDED | REG_NOSUB) != 0)
		return false;
	regfree(&re);
	return true;
}

static const struct field_rule rule_interface = {
	/* An expression that can't be read makes the rule itself fail. */
	"!self.contains('(?') && (''.matches(self) ? true : true)",
	"not a regular expression (POSIX extended)",
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
