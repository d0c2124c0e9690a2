/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/label_selector.h"

#include <jansson.h>
#include <string.h>

#include "cli/convert/path.h"
#include "common/api/fields.h"
#include "common/api/rows.h"
#include "common/api/selector.h"
#include "common/err.h"

/* clang-format off */
static const struct field rows[] = {
	{ "", .type = FIELD_OBJECT },
	SELECTOR_ROWS("spec", ""),
};
/* clang-format on */

static const struct fields fields = { .api = "",
	.kind = "",
	.plural = "",
	.at = rows,
	.n = sizeof(rows) / sizeof(rows[0]) };

/* What was put around the selector is not to be told. */
static void
err_unwrap(struct err *err)
{
	const char *path = err->text;

	if (strncmp(path, "spec", 4) == 0)
		path += 4 + strspn(path + 4, ".: ");
	memmove(err->text, path, strlen(path) + 1);
}

json_t *
label_selector_clean(const json_t *v, struct err *err)
{
	json_t *obj = json_pack("{s:O}", "spec", v), *applied = NULL;

	if (json_is_null(v))
		err_set(err, "not a selector");
	else if (fields_known(&fields, obj, err))
		applied = fields_apply(&fields, obj, err);
	if (applied == NULL)
		err_unwrap(err);
	json_t *out = json_incref(json_object_get(applied, "spec"));

	json_decref(applied);
	json_decref(obj);
	if (json_object_size(json_object_get(out, "matchLabels")) == 0)
		json_object_del(out, "matchLabels");
	if (json_array_size(json_object_get(out, "matchExpressions")) == 0)
		json_object_del(out, "matchExpressions");
	return out;
}

/* Is it one label and the values that this may have? Those are owned. */
static bool
is_choice(const json_t *selector, const char **key, json_t **values)
{
	json_t *labels = json_object_get(selector, "matchLabels");
	json_t *list = json_object_get(selector, "matchExpressions");
	const json_t *e = json_array_get(list, 0);

	if (json_object_size(labels) + json_array_size(list) != 1)
		return false;
	if (e == NULL) {
		void *first = json_object_iter(labels);

		*key = json_object_iter_key(first);
		*values = json_pack("[O]", json_object_iter_value(first));
		return true;
	}
	if (strcmp(json_string_value(json_object_get(e, "operator")), "In") !=
	    0)
		return false;
	*key = json_string_value(json_object_get(e, "key"));
	*values = json_copy(json_object_get(e, "values"));
	return true;
}

bool
label_selector_widen(json_t *to, const json_t *by, struct err *err)
{
	const char *key, *other;
	json_t *values = NULL, *more = NULL, *v;
	size_t i;

	if (json_object_size(to) == 0 || json_equal(to, by))
		return true;
	if (json_object_size(by) == 0) {
		json_object_clear(to);
		return true;
	}
	bool good = is_choice(to, &key, &values) &&
	    is_choice(by, &other, &more) && strcmp(key, other) == 0;

	if (good) {
		json_array_foreach (more, i, v)
			path_list_add(values, v);
		json_t *e = json_pack("[{s:s, s:s, s:O}]", "key", key,
		    "operator", "In", "values", values);

		json_object_clear(to);
		json_object_set_new(to, "matchExpressions", e);
	}
	json_decref(values);
	json_decref(more);
	return good ||
	    err_set(err,
		"one of several selectors is enough there; no label selector "
		"says that");
}

json_t *
label_selector_any(const json_t *list, struct err *err)
{
	json_t *out = NULL, *item;
	size_t i;

	if (list != NULL && !json_is_array(list)) {
		err_set(err, "not a list of selectors");
		return NULL;
	}
	json_array_foreach (list, i, item) {
		json_t *one = label_selector_clean(item, err);

		if (one == NULL ||
		    (out != NULL && !label_selector_widen(out, one, err))) {
			json_decref(one);
			json_decref(out);
			return NULL;
		}
		if (out == NULL)
			out = json_incref(one);
		json_decref(one);
	}
	return out != NULL ? out : json_object();
}

bool
label_selector_matches(const json_t *selector, const json_t *labels)
{
	struct labels have = { 0 };
	struct selector s = { 0 };
	struct err err;
	json_t *clean = label_selector_clean(selector, &err);
	bool good = clean != NULL &&
	    labels_decode(&have, labels, "metadata.labels", &err);

	if (good) {
		selector_decode(&s, clean);
		good = selector_matches(&s, &have);
	}
	selector_fini(&s);
	labels_fini(&have);
	json_decref(clean);
	return good;
}

json_t *
label_selector_host(const char *name)
{
	return json_pack(
	    "{s:{s:s}}", "matchLabels", "kubernetes.io/hostname", name);
}
