/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A resource of ours is described by a table of rows, one for each path: its type, its
 * limits, its default, the words it may be. This file walks a value and its rows
 * together. It gives back the value with the defaults filled in, or refuses with the
 * path as a person writes it, the value and what is allowed.
 *
 * Two modes differ in what is not in the table. fields_apply() passes unknown fields
 * over, for a newer schema may have more. For fields_known() they are mistakes.
 *
 * The schemas in crd/ say the same to the API server. A test compares both, so a rule
 * that one side lacks is found.
 */
#include "common/api/fields.h"

#include <jansson.h>
#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"

#define VALUE_SHOWN 60 /* characters of a refused value that are told */

struct walk {
	const struct fields *fields;
	struct err *err;
	bool strict;    /* a field that is not in the table is refused */
	char path[256]; /* of the value at hand, as a person writes it */
};

static json_t *
value_apply(struct walk *, const struct field *, const json_t *value);

/* Appends to the path; what comes back is for path_pop. */
static size_t
path_push(struct walk *w, const char *fmt, const char *name, size_t index)
{
	size_t len = strlen(w->path);

	if (name != NULL)
		snprintf(w->path + len, sizeof(w->path) - len, fmt, name);
	else
		snprintf(w->path + len, sizeof(w->path) - len, fmt, index);
	return len;
}

static size_t
path_push_key(struct walk *w, const char *key)
{
	return path_push(w, w->path[0] == '\0' ? "%s" : ".%s", key, 0);
}

static void
path_pop(struct walk *w, size_t len)
{
	w->path[len] = '\0';
}

static bool
refuse(struct walk *w, const json_t *value, const char *message)
{
	const char *path = w->path;

	/* What an object is refused for as a whole, its name aside, is its spec. */
	if (path[0] == '\0')
		path = json_is_object(value) ? "spec" : w->fields->kind;
	if (value == NULL || json_is_object(value) || json_is_array(value))
		return err_set(w->err, "%s: %s", path, message);
	char *text = json_dumps(value, JSON_ENCODE_ANY);

	err_set(w->err, "%s: %.*s%s: %s", path, VALUE_SHOWN, text,
	    strlen(text) > VALUE_SHOWN ? "..." : "", message);
	free(text);
	return false;
}

/* ---- what a scalar may be ---- */

static int64_t
characters(const char *text)
{
	int64_t n = 0;

	for (; *text != '\0'; text++)
		n += ((unsigned char)*text & 0xc0) != 0x80; /* UTF-8 */
	return n;
}

static bool
limits_hold(struct walk *w, const struct field *f, const json_t *value)
{
	int64_t n = f->type == FIELD_INT ? json_integer_value(value)
	    : f->type == FIELD_STRING    ? characters(json_string_value(value))
	    : f->type == FIELD_LIST      ? (int64_t)json_array_size(value)
					 : (int64_t)json_object_size(value);
	const char *unit = f->type == FIELD_INT ? ""
	    : f->type == FIELD_STRING           ? " characters"
						: " items";
	char message[80];

	if (f->max == 0 || (n >= f->min && n <= f->max))
		return true;
	snprintf(message, sizeof(message), "not %lld..%lld%s",
	    (long long)f->min, (long long)f->max, unit);
	return refuse(w, value, message);
}

static bool
one_of_holds(struct walk *w, const struct field *f, const json_t *value)
{
	char message[256] = "not one of ";
	const char *sep = "";

	if (f->one_of == NULL)
		return true;
	for (const char *const *word = f->one_of; *word != NULL; word++) {
		if (strcmp(*word, json_string_value(value)) == 0)
			return true;
		size_t len = strlen(message);
		snprintf(
		    message + len, sizeof(message) - len, "%s%s", sep, *word);
		sep = ", ";
	}
	return refuse(w, value, message);
}

static bool
pattern_holds(struct walk *w, const struct field *f, const json_t *value)
{
	regex_t re;
	char message[256];

	if (f->pattern == NULL)
		return true;
	if (regcomp(&re, f->pattern, REG_EXTENDED | REG_NOSUB) != 0)
		abort(); /* a table of ours is wrong */
	int found = regexec(&re, json_string_value(value), 0, NULL, 0);

	regfree(&re);
	if (found == 0)
		return true;
	snprintf(message, sizeof(message), "does not match %s", f->pattern);
	return refuse(w, value, message);
}

static bool
rules_hold(struct walk *w, const struct field *f, const json_t *value)
{
	const struct field_rule *const *rule = f->rules;

	for (; rule != NULL && *rule != NULL; rule++)
		if (!(*rule)->holds(value))
			return refuse(w,
			    f->culprit != NULL ? f->culprit(value) : value,
			    (*rule)->message);
	return true;
}

/* ---- the shapes ---- */

const char *
fields_child_name(const struct field *row, const struct field *parent)
{
	size_t len = strlen(parent->path);

	if (strncmp(row->path, parent->path, len) != 0 || row == parent)
		return NULL;
	const char *name = row->path + len;

	if (len > 0 && *name++ != '.')
		return NULL;
	return name[strcspn(name, ".[{")] == '\0' ? name : NULL;
}

static const struct field *
child_find(const struct walk *w, const struct field *parent, const char *key)
{
	for (size_t i = 0; i < w->fields->n; i++) {
		const char *name = fields_child_name(&w->fields->at[i], parent);

		if (name != NULL && strcmp(name, key) == 0)
			return &w->fields->at[i];
	}
	return NULL;
}

static const struct field *
item_row(const struct walk *w, const struct field *f, const char *brackets)
{
	char *path = xasprintf("%s%s", f->path, brackets);
	const struct field *row = fields_find(w->fields, path);

	free(path);
	return row;
}

#define KNOWN_TOLD 8 /* fields of an object that are told; with more, none is */

/* What there is in place of a field that is not. */
static bool
refuse_unknown(struct walk *w, const struct field *f)
{
	char message[256] = "unknown field";
	const char *sep = ": not one of ";
	size_t n = 0;

	for (size_t i = 0; i < w->fields->n; i++)
		n += fields_child_name(&w->fields->at[i], f) != NULL;
	for (size_t i = 0; n <= KNOWN_TOLD && i < w->fields->n; i++) {
		const char *name = fields_child_name(&w->fields->at[i], f);
		size_t len = strlen(message);

		if (name == NULL)
			continue;
		snprintf(
		    message + len, sizeof(message) - len, "%s%s", sep, name);
		sep = ", ";
	}
	return refuse(w, NULL, message);
}

static bool
names_known(struct walk *w, const struct field *f, const json_t *value)
{
	const char *key;
	json_t *child;

	json_object_foreach ((json_t *)value, key, child) {
		if (child_find(w, f, key) != NULL)
			continue;
		path_push_key(w, key);
		return refuse_unknown(w, f);
	}
	return true;
}

/* The field `name` of value goes into out. */
static bool
field_apply(struct walk *w, const struct field *row, const char *name,
    const json_t *value, json_t *out)
{
	json_t *given = json_object_get(value, name);
	json_t *initial = NULL;

	if (json_is_null(given)) /* the API server takes it away, too */
		given = NULL;
	if (row->initial != NULL && given == NULL)
		given = initial =
		    json_loads(row->initial, JSON_DECODE_ANY, NULL);
	if (given == NULL && !(row->flags & FIELD_REQUIRED))
		return true;

	size_t len = path_push_key(w, name);
	json_t *applied = NULL;

	if (given == NULL)
		refuse(w, NULL, "missing");
	else
		applied = value_apply(w, row, given);
	json_decref(initial);
	if (applied == NULL)
		return false;
	json_object_set_new(out, name, applied);
	path_pop(w, len);
	return true;
}

static json_t *
object_apply(struct walk *w, const struct field *f, const json_t *value)
{
	json_t *out = json_object();

	if (w->strict && !names_known(w, f, value))
		goto refused;
	for (size_t i = 0; i < w->fields->n; i++) {
		const struct field *row = &w->fields->at[i];
		const char *name = fields_child_name(row, f);

		if (name != NULL && !field_apply(w, row, name, value, out))
			goto refused;
	}
	return out;
refused:
	json_decref(out);
	return NULL;
}

static json_t *
map_apply(struct walk *w, const struct field *f, const json_t *value)
{
	const struct field *row = item_row(w, f, "{}");
	json_t *out = json_object();
	const char *key;
	json_t *child;

	json_object_foreach ((json_t *)value, key, child) {
		size_t len = path_push_key(w, key);
		json_t *applied = value_apply(w, row, child);

		if (applied == NULL) {
			json_decref(out);
			return NULL;
		}
		json_object_set_new(out, key, applied);
		path_pop(w, len);
	}
	return out;
}

/* Does items[i] say the same as one before it? */
static bool
stands_twice(const struct field *f, const json_t *items, size_t i)
{
	const json_t *one = json_array_get(items, i);

	for (size_t k = 0; k < i; k++) {
		const json_t *other = json_array_get(items, k);

		if (f->flags & FIELD_SET
			? json_equal(one, other)
			: json_equal(json_object_get(one, f->key),
			      json_object_get(other, f->key)))
			return true;
	}
	return false;
}

/* Of objects it is the field that tells them apart which is named. */
static bool
refuse_second(struct walk *w, const struct field *f, const json_t *item)
{
	if (f->flags & FIELD_SET)
		return refuse(w, item, "stands there twice");
	path_push_key(w, f->key);
	return refuse(w, json_object_get(item, f->key), "stands there twice");
}

static json_t *
list_apply(struct walk *w, const struct field *f, const json_t *value)
{
	const struct field *row = item_row(w, f, "[]");
	bool unique = f->flags & FIELD_SET || f->key != NULL;
	json_t *out = json_array();

	for (size_t i = 0; i < json_array_size(value); i++) {
		size_t len = path_push(w, "[%zu]", NULL, i);
		json_t *item = value_apply(w, row, json_array_get(value, i));

		if (item != NULL)
			json_array_append_new(out, item);
		if (item == NULL ||
		    (unique && stands_twice(f, out, i) &&
			!refuse_second(w, f, item))) {
			json_decref(out);
			return NULL;
		}
		path_pop(w, len);
	}
	return out;
}

static json_t *
string_apply(struct walk *w, const struct field *f, const json_t *value)
{
	if (!one_of_holds(w, f, value) || !pattern_holds(w, f, value))
		return NULL;
	return json_incref((json_t *)value);
}

static json_t *
scalar_apply(struct walk *w, const struct field *f, const json_t *value)
{
	(void)w;
	(void)f;
	return json_incref((json_t *)value);
}

static const struct {
	const char *name;
	json_type json;
	json_t *(*apply)(struct walk *, const struct field *, const json_t *);
} types[] = {
	[FIELD_OBJECT] = { "not an object", JSON_OBJECT, object_apply },
	[FIELD_LIST] = { "not a list", JSON_ARRAY, list_apply },
	[FIELD_MAP] = { "not an object", JSON_OBJECT, map_apply },
	[FIELD_STRING] = { "not a string", JSON_STRING, string_apply },
	[FIELD_INT] = { "not a whole number", JSON_INTEGER, scalar_apply },
	[FIELD_BOOL] = { "not true or false", JSON_TRUE, scalar_apply },
};

static bool
type_is(const struct field *f, const json_t *value)
{
	return f->type == FIELD_BOOL
	    ? json_is_boolean(value)
	    : json_typeof(value) == types[f->type].json;
}

/* A reference of its own to what is left of value, or NULL: refused. */
static json_t *
value_apply(struct walk *w, const struct field *f, const json_t *value)
{
	if (!type_is(f, value)) {
		refuse(w, value, types[f->type].name);
		return NULL;
	}
	if (!limits_hold(w, f, value))
		return NULL;
	json_t *out = types[f->type].apply(w, f, value);

	if (out != NULL && !rules_hold(w, f, out)) {
		json_decref(out);
		return NULL;
	}
	return out;
}

/* ---- whole objects ---- */

static const char *const passed_on[] = { "apiVersion", "kind", "metadata",
	"status", NULL };

static bool
top_known(struct walk *w, const json_t *obj)
{
	const char *key;
	json_t *child;

	json_object_foreach ((json_t *)obj, key, child) {
		const char *const *known = passed_on;

		while (*known != NULL && strcmp(*known, key) != 0)
			known++;
		if (*known != NULL || fields_find(w->fields, key) != NULL)
			continue;
		path_push_key(w, key);
		return refuse(w, NULL, "unknown field");
	}
	return true;
}

static json_t *
apply(struct walk *w, const json_t *obj)
{
	const struct field *whole = fields_find(w->fields, "");
	const struct field *spec = fields_find(w->fields, "spec");
	json_t *out = json_object();

	if (!json_is_object(obj)) {
		refuse(w, NULL, "not an object");
		goto refused;
	}
	if (w->strict && !top_known(w, obj))
		goto refused;
	for (size_t i = 0; passed_on[i] != NULL; i++) {
		json_t *part = json_object_get(obj, passed_on[i]);

		if (part != NULL)
			json_object_set(out, passed_on[i], part);
	}
	if (spec != NULL && !field_apply(w, spec, "spec", obj, out))
		goto refused;
	if (whole == NULL || rules_hold(w, whole, out))
		return out;
refused:
	json_decref(out);
	return NULL;
}

json_t *
fields_apply(const struct fields *fields, const json_t *obj, struct err *err)
{
	struct walk w = { .fields = fields, .err = err };

	return apply(&w, obj);
}

bool
fields_known(const struct fields *fields, const json_t *obj, struct err *err)
{
	struct walk w = { .fields = fields, .err = err, .strict = true };
	json_t *applied = apply(&w, obj);

	json_decref(applied);
	return applied != NULL;
}

bool
fields_status_known(
    const struct fields *fields, const json_t *status, struct err *err)
{
	struct walk w = { .fields = fields, .err = err, .strict = true };

	path_push_key(&w, "status");
	json_t *applied =
	    value_apply(&w, fields_find(fields, "status"), status);

	json_decref(applied);
	return applied != NULL;
}

const struct field *
fields_find(const struct fields *fields, const char *path)
{
	for (size_t i = 0; i < fields->n; i++)
		if (strcmp(fields->at[i].path, path) == 0)
			return &fields->at[i];
	return NULL;
}
