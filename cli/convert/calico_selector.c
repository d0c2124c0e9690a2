/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/label_selector.h"
#include "common/err.h"

#define DEPTH_MAX 50

/*
 * A sub-expression is read as a list of requirements that all have to hold,
 * each an item of matchExpressions. An alternative is possible only between
 * values of one label, a negation only of one requirement.
 */
struct reader {
	const char *at;
	unsigned depth;
	struct err *err;
};

static json_t *either(struct reader *);

/* Always NULL. */
static json_t *
refuse(struct reader *r, const char *why)
{
	err_set(r->err, "at \"%.40s\": %s", r->at, why);
	return NULL;
}

static void
skip_spaces(struct reader *r)
{
	r->at += strspn(r->at, " \t\r\n");
}

static bool
accept(struct reader *r, const char *token)
{
	skip_spaces(r);
	if (strncmp(r->at, token, strlen(token)) != 0)
		return false;
	r->at += strlen(token);
	return true;
}

/* A word of the language, not the beginning of a label. */
static bool
accept_word(struct reader *r, const char *word)
{
	skip_spaces(r);
	size_t n = strspn(r->at,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "_./-");

	return n == strlen(word) && accept(r, word);
}

/* Owned. */
static json_t *
label_read(struct reader *r)
{
	skip_spaces(r);
	size_t n = strspn(r->at,
	    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
	    "_./-");

	if (n == 0)
		return refuse(r, "a label was expected");
	json_t *key = json_stringn(r->at, n);

	r->at += n;
	return key;
}

static json_t *
text_read(struct reader *r)
{
	skip_spaces(r);
	char quote = *r->at;
	const char *end =
	    quote == '\'' || quote == '"' ? strchr(r->at + 1, quote) : NULL;

	if (end == NULL)
		return refuse(r, "a text in quotes was expected");
	json_t *text = json_stringn(r->at + 1, (size_t)(end - r->at - 1));

	r->at = end + 1;
	return text != NULL ? text : refuse(r, "not UTF-8");
}

/* "{'a', 'b'}" */
static json_t *
set_read(struct reader *r)
{
	json_t *set = json_array(), *text;

	if (!accept(r, "{")) {
		json_decref(set);
		return refuse(r, "{ was expected");
	}
	do {
		text = text_read(r);
		if (text != NULL)
			json_array_append_new(set, text);
	} while (text != NULL && accept(r, ","));
	if (text != NULL && accept(r, "}"))
		return set;
	json_decref(set);
	return text == NULL ? NULL : refuse(r, "} was expected");
}

/* Takes key and values; values NULL: the operator needs none. */
static json_t *
requirement(json_t *key, const char *op, json_t *values)
{
	json_t *e = json_pack("{s:o, s:s}", "key", key, "operator", op);

	if (values != NULL)
		json_object_set_new(e, "values", values);
	return json_pack("[o]", e);
}

static json_t *
one_value(struct reader *r)
{
	json_t *text = text_read(r);

	return text != NULL ? json_pack("[o]", text) : NULL;
}

/* What follows a label: "== 'v'", "not in {'v'}" … */
static json_t *
comparison(struct reader *r)
{
	json_t *key = label_read(r), *values = NULL;
	bool good = true, in = false;

	if (key == NULL)
		return NULL;
	if (accept(r, "==")) {
		in = true;
		values = one_value(r);
	} else if (accept(r, "!=")) {
		values = one_value(r);
	} else if (accept_word(r, "in")) {
		in = true;
		values = set_read(r);
	} else {
		good = accept_word(r, "not") && accept_word(r, "in");
		values = good ? set_read(r)
			      : refuse(r, "no label selector can say that");
	}
	if (values != NULL)
		return requirement(key, in ? "In" : "NotIn", values);
	json_decref(key);
	return NULL;
}

static json_t *
has(struct reader *r)
{
	json_t *key = label_read(r);

	if (key == NULL)
		return NULL;
	if (accept(r, ")"))
		return requirement(key, "Exists", NULL);
	json_decref(key);
	return refuse(r, ") was expected");
}

static json_t *
negated(struct reader *r, json_t *list)
{
	static const char *const pairs[][2] = { { "In", "NotIn" },
		{ "NotIn", "In" }, { "Exists", "DoesNotExist" },
		{ "DoesNotExist", "Exists" } };
	json_t *e = json_array_get(list, 0);
	size_t i = 0;

	if (json_array_size(list) != 1) {
		json_decref(list);
		return refuse(r, "no label selector can say what is before");
	}
	const char *op = json_string_value(json_object_get(e, "operator"));

	while (strcmp(pairs[i][0], op) != 0)
		i++;
	json_object_set_new(e, "operator", json_string(pairs[i][1]));
	return list;
}

static json_t *
single(struct reader *r)
{
	if (accept(r, "!")) {
		if (r->depth == DEPTH_MAX)
			return refuse(r, "nested too deep");
		r->depth++;
		json_t *list = single(r);

		r->depth--;
		return list != NULL ? negated(r, list) : NULL;
	}
	if (accept(r, "(")) {
		json_t *list = either(r);

		if (list == NULL || accept(r, ")"))
			return list;
		json_decref(list);
		return refuse(r, ") was expected");
	}
	if (accept(r, "all()"))
		return json_array();
	return accept(r, "has(") ? has(r) : comparison(r);
}

static json_t *
both(struct reader *r)
{
	json_t *list = single(r);

	while (list != NULL && accept(r, "&&")) {
		json_t *more = single(r);

		if (more != NULL) {
			json_array_extend(list, more);
			json_decref(more);
		} else {
			json_decref(list);
			list = NULL;
		}
	}
	return list;
}

/* What one of the two allows. Takes both. */
static json_t *
united(struct reader *r, json_t *list, json_t *other)
{
	bool everything =
	    json_array_size(list) == 0 || json_array_size(other) == 0;
	json_t *a = json_pack("{s:o}", "matchExpressions", list);
	json_t *b = json_pack("{s:o}", "matchExpressions", other);
	json_t *out = NULL;

	if (everything)
		out = json_array();
	else if (label_selector_widen(a, b, r->err))
		out = json_incref(json_object_get(a, "matchExpressions"));
	json_decref(a);
	json_decref(b);
	return out;
}

static json_t *
either(struct reader *r)
{
	if (r->depth == DEPTH_MAX)
		return refuse(r, "nested too deep");
	r->depth++;
	json_t *list = both(r);

	while (list != NULL && accept(r, "||")) {
		json_t *other = both(r);

		if (other == NULL)
			json_decref(list);
		list = other != NULL ? united(r, list, other) : NULL;
	}
	r->depth--;
	return list;
}

/* "k in {'v'}" reads better as a label. */
static json_t *
selector_build(const json_t *list)
{
	json_t *labels = json_object(), *others = json_array(), *e;
	json_t *out = json_object();
	size_t i;

	json_array_foreach (list, i, e) {
		const char *key = json_string_value(json_object_get(e, "key"));
		const json_t *values = json_object_get(e, "values");
		const char *op =
		    json_string_value(json_object_get(e, "operator"));

		if (strcmp(op, "In") == 0 && json_array_size(values) == 1 &&
		    json_object_get(labels, key) == NULL)
			json_object_set(labels, key, json_array_get(values, 0));
		else
			json_array_append(others, e);
	}
	if (json_object_size(labels) > 0)
		json_object_set(out, "matchLabels", labels);
	if (json_array_size(others) > 0)
		json_object_set(out, "matchExpressions", others);
	json_decref(labels);
	json_decref(others);
	return out;
}

json_t *
calico_selector_parse(const char *text, struct err *err)
{
	struct reader r = { .at = text, .err = err };
	json_t *list = either(&r), *out = NULL;

	if (list == NULL)
		return NULL;
	skip_spaces(&r);
	if (*r.at == '\0')
		out = selector_build(list);
	else
		refuse(&r, "an operator was expected");
	json_decref(list);
	return out;
}
