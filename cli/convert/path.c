/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/path.h"

#include <jansson.h>
#include <string.h>

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
path_get(const json_t *obj, const char *path)
{
	const char *key;
	const json_t *parent = parent_of(obj, path, &key);

	return json_object_get(parent, key);
}

const char *
path_text(const json_t *obj, const char *path)
{
	return json_string_value(path_get(obj, path));
}

json_t *
path_take(json_t *obj, const char *path)
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
path_set(json_t *obj, const char *path, json_t *value)
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
path_says_nothing(const json_t *v)
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

json_t *
path_list_make(json_t *obj, const char *path)
{
	json_t *list = (json_t *)path_get(obj, path);

	if (list == NULL)
		path_set(obj, path, list = json_array());
	return list;
}

bool
path_lists(const json_t *obj, const char *path, const char *text)
{
	json_t *item;
	size_t i;

	json_array_foreach (path_get(obj, path), i, item)
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

void
path_list_add(json_t *list, json_t *v)
{
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item)
		if (json_equal(item, v))
			return;
	json_array_append(list, v);
}
