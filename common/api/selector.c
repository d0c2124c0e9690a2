/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/selector.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"

/* ---- labels ---- */

struct label { /* borrowed from the JSON */
	const char *key;
	const char *value;
};

static int
label_cmp(const void *a, const void *b)
{
	return strcmp(
	    ((const struct label *)a)->key, ((const struct label *)b)->key);
}

static const char *
text_end(const char *text)
{
	return text + strlen(text) + 1;
}

static char *
labels_text(const struct label *at, size_t n)
{
	size_t size = 1;

	for (size_t i = 0; i < n; i++)
		size += strlen(at[i].key) + strlen(at[i].value) + 2;
	char *text = xcalloc(size, 1), *end = text;

	for (size_t i = 0; i < n; i++) {
		end = stpcpy(end, at[i].key) + 1;
		end = stpcpy(end, at[i].value) + 1;
	}
	return text;
}

static bool
label_read(struct label *l, const char *key, const json_t *value,
    const char *path, struct err *err)
{
	*l = (struct label){ key, json_string_value(value) };
	if (key[0] == '\0')
		return err_set(err, "%s.: not a name", path);
	if (l->value == NULL)
		return err_set(err, "%s.%.100s: not a string", path, key);
	return strlen(l->value) == json_string_length(value) ||
	    err_set(err, "%s.%.100s: contains a zero byte", path, key);
}

bool
labels_decode(
    struct labels *labels, const json_t *map, const char *path, struct err *err)
{
	size_t n = 0;
	bool good = true;
	struct err why;
	const char *key;
	json_t *value;

	*labels = (struct labels){ NULL };
	if (map == NULL || json_is_null(map))
		return true;
	if (!json_is_object(map))
		return err_set(err, "%s: not an object", path);
	struct label *at = xcalloc(json_object_size(map), sizeof(*at));

	json_object_foreach ((json_t *)map, key, value) {
		if (label_read(&at[n], key, value, path, &why))
			n++;
		else if (good)
			good = err_set(err, "%s", why.text);
	}
	qsort(at, n, sizeof(*at), label_cmp);
	if (n > 0)
		labels->text = labels_text(at, n);
	free(at);
	return good;
}

void
labels_fini(struct labels *labels)
{
	free(labels->text);
	*labels = (struct labels){ NULL };
}

size_t
labels_bytes(const struct labels *labels)
{
	const char *end = labels->text;

	if (end == NULL)
		return 0;
	while (*end != '\0')
		end = text_end(text_end(end));
	return (size_t)(end - labels->text) + 1;
}

const char *
labels_get(const struct labels *labels, const char *key)
{
	const char *at = labels->text;

	while (at != NULL && *at != '\0') {
		const char *value = text_end(at);

		if (strcmp(at, key) == 0)
			return value;
		at = text_end(value);
	}
	return NULL;
}

bool
labels_eq(const struct labels *a, const struct labels *b)
{
	size_t n = labels_bytes(a);

	return n == labels_bytes(b) &&
	    (n == 0 || memcmp(a->text, b->text, n) == 0);
}

/* ---- selectors ---- */

static struct requirement
requirement_of_label(const char *key, const json_t *value)
{
	struct requirement r = { .key = xstrdup(key), .op = SELECTOR_IN };

	r.values = xcalloc(1, sizeof(*r.values));
	r.values[r.n_values++] = xstrdup(json_string_value(value));
	return r;
}

static enum selector_op
op_of(const char *text)
{
	static const char *const names[] = {
		[SELECTOR_IN] = "In",
		[SELECTOR_NOT_IN] = "NotIn",
		[SELECTOR_EXISTS] = "Exists",
		[SELECTOR_DOES_NOT_EXIST] = "DoesNotExist",
	};
	unsigned op = SELECTOR_IN;

	while (strcmp(names[op], text) != 0)
		op++;
	return op;
}

static struct requirement
requirement_of_expression(const json_t *e)
{
	const json_t *values = json_object_get(e, "values");
	size_t n = json_array_size(values);
	struct requirement r = {
		.key = xstrdup(json_string_value(json_object_get(e, "key"))),
		.op = op_of(json_string_value(json_object_get(e, "operator"))),
		.values = xcalloc(n, sizeof(*r.values)),
		.n_values = n,
	};

	for (size_t i = 0; i < n; i++)
		r.values[i] =
		    xstrdup(json_string_value(json_array_get(values, i)));
	return r;
}

void
selector_decode(struct selector *s, const json_t *obj)
{
	json_t *labels = json_object_get(obj, "matchLabels");
	const json_t *expressions = json_object_get(obj, "matchExpressions");
	const char *key;
	json_t *value;

	*s = (struct selector){ .present = obj != NULL };
	s->at = xcalloc(json_object_size(labels) + json_array_size(expressions),
	    sizeof(*s->at));
	json_object_foreach (labels, key, value)
		s->at[s->n++] = requirement_of_label(key, value);
	for (size_t i = 0; i < json_array_size(expressions); i++)
		s->at[s->n++] =
		    requirement_of_expression(json_array_get(expressions, i));
}

static struct requirement
requirement_dup(const struct requirement *r)
{
	struct requirement copy = *r;

	copy.key = xstrdup(r->key);
	copy.values = xcalloc(r->n_values, sizeof(*copy.values));
	for (size_t i = 0; i < r->n_values; i++)
		copy.values[i] = xstrdup(r->values[i]);
	return copy;
}

void
selector_copy(struct selector *to, const struct selector *from)
{
	*to = (struct selector){ .n = from->n, .present = from->present };
	to->at = xcalloc(from->n, sizeof(*to->at));
	for (size_t i = 0; i < from->n; i++)
		to->at[i] = requirement_dup(&from->at[i]);
}

void
selector_fini(struct selector *s)
{
	for (size_t i = 0; i < s->n; i++) {
		for (size_t k = 0; k < s->at[i].n_values; k++)
			free(s->at[i].values[k]);
		free(s->at[i].values);
		free(s->at[i].key);
	}
	free(s->at);
	*s = (struct selector){ 0 };
}

static bool
requirement_eq(const struct requirement *a, const struct requirement *b)
{
	if (a->op != b->op || a->n_values != b->n_values ||
	    strcmp(a->key, b->key) != 0)
		return false;
	for (size_t i = 0; i < a->n_values; i++)
		if (strcmp(a->values[i], b->values[i]) != 0)
			return false;
	return true;
}

bool
selector_eq(const struct selector *a, const struct selector *b)
{
	if (a->present != b->present || a->n != b->n)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!requirement_eq(&a->at[i], &b->at[i]))
			return false;
	return true;
}

static bool
requirement_holds(const struct requirement *r, const struct labels *labels)
{
	const char *value = labels_get(labels, r->key);
	bool in = false;

	if (r->op == SELECTOR_EXISTS)
		return value != NULL;
	if (r->op == SELECTOR_DOES_NOT_EXIST)
		return value == NULL;
	for (size_t i = 0; i < r->n_values && value != NULL; i++)
		in |= strcmp(r->values[i], value) == 0;
	return r->op == SELECTOR_IN ? in : !in; /* NotIn: absent is fine */
}

bool
selector_matches(const struct selector *s, const struct labels *labels)
{
	for (size_t i = 0; i < s->n; i++)
		if (!requirement_holds(&s->at[i], labels))
			return false;
	return true;
}
