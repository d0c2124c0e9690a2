/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/rule.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/placeholder.h"
#include "common/err.h"
#include "common/json.h"

/* The object that the last word of the path is a key of; *key is that word. */
static json_t *
parent_of(const json_t *obj, const char *path, const char **key)
{
	const char *dot;

	for (; (dot = strchr(path, '.')) != NULL; path = dot + 1)
		obj = json_object_getn(obj, path, (size_t)(dot - path));
	*key = path;
	return (json_t *)obj;
}

const json_t *
rule_get(const json_t *obj, const char *path)
{
	const char *key;
	const json_t *parent = parent_of(obj, path, &key);

	return json_object_get(parent, key);
}

const char *
rule_text(const json_t *obj, const char *path)
{
	return json_string_value(rule_get(obj, path));
}

json_t *
rule_take(json_t *obj, const char *path)
{
	const char *key;
	json_t *parent = parent_of(obj, path, &key);
	json_t *v = json_incref(json_object_get(parent, key));

	json_object_del(parent, key);
	if (!json_is_null(v))
		return v;
	json_decref(v);
	return NULL;
}

void
rule_refuse(struct job *j, const char *label, const char *path,
    const json_t *value, const char *why)
{
	char *text = json_dumps(value, JSON_COMPACT | JSON_ENCODE_ANY);

	job_remark(j, label, path, "%.240s: %s", text, why);
	free(text);
}

json_t *
rule_take_list(struct job *j, struct foreign *from, const char *path)
{
	json_t *v = rule_take(from->left, path);

	if (v == NULL || json_is_array(v))
		return v;
	rule_refuse(j, from->label, path, v, "not a list");
	json_decref(v);
	return NULL;
}

void
rule_set(json_t *obj, const char *path, json_t *value)
{
	const char *dot;

	for (; (dot = strchr(path, '.')) != NULL; path = dot + 1) {
		size_t n = (size_t)(dot - path);
		json_t *below = json_object_getn(obj, path, n);

		if (below == NULL) {
			below = json_object();
			json_object_setn_new(obj, path, n, below);
		}
		obj = below;
	}
	json_object_set_new(obj, path, value);
}

bool
rule_says_nothing(const json_t *v)
{
	switch (json_typeof(v)) {
	case JSON_NULL:
	case JSON_FALSE:
		return true;
	case JSON_STRING:
		return json_string_length(v) == 0;
	case JSON_ARRAY:
		return json_array_size(v) == 0;
	case JSON_OBJECT:
		return json_object_size(v) == 0;
	default:
		return false;
	}
}

static bool
is_idle(const json_t *v, const char *idle)
{
	struct err err;

	if (idle == NULL)
		return false;
	json_t *same = json_parse(idle, strlen(idle), &err);
	bool equal = json_equal(v, same);

	json_decref(same);
	return equal;
}

static void
rule_apply_one(struct job *j, struct foreign *from, const struct rule *r,
    json_t *v, json_t *ours)
{
	struct err err = { "" };

	if (is_idle(v, r->idle) || (r->to == NULL && rule_says_nothing(v)))
		return;
	if (r->to == NULL) {
		rule_refuse(j, from->label, r->from, v,
		    r->why != NULL ? r->why : "it has no counterpart");
		return;
	}
	if (json_is_string(v) && placeholder_is(json_string_value(v))) {
		rule_refuse(
		    j, from->label, r->from, v, "a placeholder, not a value");
		return;
	}
	json_t *turned = r->turn != NULL ? r->turn(v, &err) : json_incref(v);

	if (turned != NULL)
		rule_set(ours, r->to, turned);
	else
		job_remark(j, from->label, r->from, "%s", err.text);
}

void
rule_apply(
    struct job *j, struct foreign *from, const struct rule *r, json_t *ours)
{
	for (; r->from != NULL; r++) {
		json_t *v = rule_take(from->left, r->from);

		if (v != NULL)
			rule_apply_one(j, from, r, v, ours);
		json_decref(v);
	}
}
