/* SPDX-License-Identifier: Apache-2.0 */
#include "common/patch.h"

#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "common/json.h"

/* Where we are in the object, as far as the rules care. */
enum place { AT_ROOT, AT_STATUS, AT_ELSEWHERE };

static size_t
find_type(const json_t *conditions, const char *type)
{
	size_t i;
	json_t *c;

	json_array_foreach (conditions, i, c)
		if (strcmp(json_text(c, "type"), type) == 0)
			return i;
	return json_array_size(conditions);
}

static void
condition_lay(json_t *conditions, const json_t *c, unsigned rules)
{
	bool removed = strcmp(json_text(c, "$patch"), "delete") == 0;
	size_t at = find_type(conditions, json_text(c, "type"));
	bool known = at < json_array_size(conditions);

	if (removed && !(rules & PATCH_COMPOSE)) {
		json_array_remove(conditions, at);
		return;
	}
	json_t *was = json_array_get(conditions, at);
	if (!known)
		json_array_append_new(conditions, json_deep_copy(c));
	else if (removed || strcmp(json_text(was, "$patch"), "delete") == 0)
		json_array_set_new(conditions, at, json_deep_copy(c));
	else
		patch_lay(was, c, rules & PATCH_COMPOSE);
}

/* The target's member of that name and type, made when it isn't there. */
static json_t *
member(json_t *target, const char *key, json_type type)
{
	json_t *v = json_object_get(target, key);

	if (v != NULL && json_typeof(v) == type)
		return v;
	v = type == JSON_OBJECT ? json_object() : json_array();
	json_object_set_new(target, key, v);
	return v;
}

static void
lay(json_t *target, const json_t *patch, unsigned rules, enum place at)
{
	const char *key;
	json_t *v, *c;
	size_t i;

	json_object_foreach ((json_t *)patch, key, v) {
		bool by_type = at == AT_STATUS && json_is_array(v) &&
		    (rules & PATCH_CONDITIONS_BY_TYPE) &&
		    strcmp(key, "conditions") == 0;
		enum place below = at == AT_ROOT && strcmp(key, "status") == 0
		    ? AT_STATUS
		    : AT_ELSEWHERE;

		if (json_is_null(v) && !(rules & PATCH_COMPOSE))
			json_object_del(target, key);
		else if (json_is_object(v))
			lay(member(target, key, JSON_OBJECT), v, rules, below);
		else if (!by_type)
			json_object_set_new(target, key, json_deep_copy(v));
		else
			json_array_foreach (v, i, c)
				condition_lay(
				    member(target, key, JSON_ARRAY), c, rules);
	}
}

void
patch_lay(json_t *target, const json_t *patch, unsigned rules)
{
	lay(target, patch, rules, AT_ROOT);
}
