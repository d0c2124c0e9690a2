/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two ways to read, for two kinds of JSON. What nobody has looked at yet is read by
 * json_get_*() through a struct json_at, which knows the way from the root: a value of
 * the wrong kind or out of its bounds is refused with that path, and with the value
 * itself, unless it is secret. What was checked before, as an object that
 * fields_apply() has let pass, is read by json_text() and its like, which know of no
 * errors: what is not there is empty.
 *
 * Values are borrowed from the JSON, so that reading costs no memory but for what a
 * refusal needs.
 */
#include "common/json.h"

#include <jansson.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"

/* What is wrong, in words of ours: jansson's hold what is written there. */
static const char *
fault_text(enum json_error_code code)
{
	switch (code) {
	case json_error_invalid_utf8:
		return "not UTF-8";
	case json_error_premature_end_of_input:
		return "it ends too early";
	case json_error_end_of_input_expected:
		return "something follows its end";
	case json_error_duplicate_key:
		return "a key is there twice";
	case json_error_null_byte_in_key:
		return "a zero byte in a key";
	case json_error_numeric_overflow:
		return "a number is too large";
	case json_error_stack_overflow:
		return "nested too deep";
	default:
		return "not JSON";
	}
}

static json_t *
load(const char *text, size_t n, size_t flags, unsigned line, size_t *used,
    struct err *err)
{
	json_error_t why;
	json_t *v = json_loadb(text, n,
	    flags | JSON_REJECT_DUPLICATES | JSON_DECODE_ANY | JSON_ALLOW_NUL,
	    &why);

	if (v == NULL)
		err_set(err, "line %u, column %d: %s",
		    line + (unsigned)why.line - 1, why.column,
		    fault_text(json_error_code(&why)));
	*used = (size_t)why.position;
	return v;
}

json_t *
json_parse(const char *text, size_t n, struct err *err)
{
	size_t used;

	return load(text, n, 0, 1, &used, err);
}

json_t *
json_parse_first(
    const char *text, size_t n, unsigned line, size_t *used, struct err *err)
{
	return load(text, n, JSON_DISABLE_EOF_CHECK, line, used, err);
}

struct json_at
json_at_root(const json_t *v)
{
	return (struct json_at){ .v = v };
}

struct json_at
json_at_secret(const json_t *v)
{
	return (struct json_at){ .v = v, .secret = true };
}

static bool
is_secret(const struct json_at *at)
{
	while (at != NULL && !at->secret)
		at = at->up;
	return at != NULL;
}

/* The way from the root, without a "." in front. */
static size_t
path_write(const struct json_at *at, char *text, size_t room)
{
	if (at->up == NULL)
		return 0;
	size_t n = path_write(at->up, text, room);
	const char *dot = n > 0 ? "." : "";
	int more = at->field == NULL
	    ? snprintf(text + n, room - n, "[%zu]", at->index)
	    : snprintf(text + n, room - n, "%s%s", dot, at->field);

	return more < 0 || n + (size_t)more >= room ? room - 1
						    : n + (size_t)more;
}

const char *
json_at_path(const struct json_at *at, const char *field, char text[JSON_PATH])
{
	struct json_at child = { .up = at, .field = field };

	text[0] = '\0';
	path_write(field != NULL ? &child : at, text, JSON_PATH);
	return text;
}

bool
json_refuse(const struct json_at *at, const char *field, struct err *err,
    const char *fmt, ...)
{
	char path[JSON_PATH];
	struct err why;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(why.text, sizeof(why.text), fmt, ap);
	va_end(ap);
	json_at_path(at, field, path);
	if (path[0] == '\0')
		return err_set(err, "%s", why.text);
	return err_set(err, "%s: %s", path, why.text);
}

/* "<path>: <the value, if it is short>: not a <what>" */
static bool
refuse_type(const struct json_at *at, const char *field, const json_t *v,
    const char *what, struct err *err)
{
	char text[60];
	size_t n = json_dumpb(v, text, sizeof(text), JSON_ENCODE_ANY);

	if (n == 0 || n > sizeof(text) || json_is_object(v) ||
	    json_is_array(v) || is_secret(at))
		return json_refuse(at, field, err, "not %s", what);
	return json_refuse(at, field, err, "%.*s: not %s", (int)n, text, what);
}

/* NULL when absent or null. */
static const json_t *
value_at(const struct json_at *at, const char *field)
{
	const json_t *v = field != NULL ? json_object_get(at->v, field) : at->v;

	return json_is_null(v) ? NULL : v;
}

bool
json_get_object(const struct json_at *at, const char *field,
    struct json_at *out, struct err *err)
{
	const json_t *v = value_at(at, field);

	*out = (struct json_at){ .v = v, .up = at, .field = field };
	return v == NULL || json_is_object(v) ||
	    refuse_type(at, field, v, "an object", err);
}

bool
json_get_array(const struct json_at *at, const char *field, struct json_at *out,
    struct err *err)
{
	const json_t *v = value_at(at, field);

	*out = (struct json_at){ .v = v, .up = at, .field = field };
	return v == NULL || json_is_array(v) ||
	    refuse_type(at, field, v, "a list", err);
}

size_t
json_at_count(const struct json_at *array)
{
	return json_array_size(array->v);
}

struct json_at
json_at_item(const struct json_at *array, size_t i)
{
	return (struct json_at){
		.v = json_array_get(array->v, i), .up = array, .index = i
	};
}

const char *
json_text_or_null(const struct json_t *o, const char *key)
{
	return json_string_value(json_object_get(o, key));
}

const char *
json_text(const struct json_t *o, const char *key)
{
	const char *text = json_text_or_null(o, key);

	return text != NULL ? text : "";
}

int64_t
json_int(const struct json_t *o, const char *key)
{
	return json_integer_value(json_object_get(o, key));
}

char **
json_texts(const struct json_t *list, size_t *n)
{
	size_t count = json_array_size(list);
	char **texts = xcalloc(count + 1, sizeof(*texts));

	for (size_t i = 0; i < count; i++)
		texts[i] = xstrdup(json_string_value(json_array_get(list, i)));
	if (n != NULL)
		*n = count;
	return texts;
}

void
json_texts_free(char **texts)
{
	for (size_t i = 0; texts != NULL && texts[i] != NULL; i++)
		free(texts[i]);
	free(texts);
}

char *
json_at_visible(const struct json_at *at, const char *field)
{
	const json_t *v = value_at(at, field);

	if (v != NULL && !json_is_string(v))
		return json_dumps(v, JSON_ENCODE_ANY | JSON_COMPACT);
	if (v == NULL)
		return NULL;
	const char *from = json_string_value(v);
	size_t n = json_string_length(v), used = 0;
	char *text = xcalloc(n * strlen("\\x00") + 1, 1);

	for (size_t i = 0; i < n; i++)
		if (from[i] != '\0')
			text[used++] = from[i];
		else
			used = (size_t)(stpcpy(text + used, "\\x00") - text);
	return text;
}

bool
json_get_string(const struct json_at *at, const char *field, const char **out,
    struct err *err)
{
	const json_t *v = value_at(at, field);

	if (v == NULL)
		return true;
	if (!json_is_string(v))
		return refuse_type(at, field, v, "a string", err);
	if (strlen(json_string_value(v)) != json_string_length(v))
		return json_refuse(at, field, err, "contains a zero byte");
	*out = json_string_value(v);
	return true;
}

bool
json_get_bool(
    const struct json_at *at, const char *field, bool *out, struct err *err)
{
	const json_t *v = value_at(at, field);

	if (v == NULL)
		return true;
	if (!json_is_boolean(v))
		return refuse_type(at, field, v, "true or false", err);
	*out = json_is_true(v);
	return true;
}

bool
json_get_int(const struct json_at *at, const char *field, int64_t min,
    int64_t max, int64_t *out, struct err *err)
{
	const json_t *v = value_at(at, field);

	if (v == NULL)
		return true;
	if (!json_is_integer(v))
		return refuse_type(at, field, v,
		    json_is_real(v) ? "a whole number" : "a number", err);
	int64_t n = json_integer_value(v);
	if ((n < min || n > max) && is_secret(at))
		return json_refuse(at, field, err, "not in %lld..%lld",
		    (long long)min, (long long)max);
	if (n < min || n > max)
		return json_refuse(at, field, err, "%lld: not in %lld..%lld",
		    (long long)n, (long long)min, (long long)max);
	*out = n;
	return true;
}

bool
json_get_uint32(const struct json_at *at, const char *field, uint32_t min,
    uint32_t max, uint32_t *out, struct err *err)
{
	int64_t n = *out;

	if (!json_get_int(at, field, min, max, &n, err))
		return false;
	*out = (uint32_t)n;
	return true;
}

/* "one of a, b or c" */
static bool
refuse_name(const struct json_at *at, const char *field, const char *name,
    const char *const *names, struct err *err)
{
	char text[256] = "";
	size_t n = 0;

	for (size_t i = 0; names[i] != NULL && n < sizeof(text); i++)
		n += (size_t)snprintf(text + n, sizeof(text) - n, "%s%s",
		    i == 0                     ? ""
			: names[i + 1] == NULL ? " or "
					       : ", ",
		    names[i]);
	if (is_secret(at))
		return json_refuse(at, field, err, "not one of %s", text);
	return json_refuse(
	    at, field, err, "\"%.60s\": not one of %s", name, text);
}

bool
json_get_enum(const struct json_at *at, const char *field,
    const char *const *names, unsigned *out, struct err *err)
{
	const char *name = NULL;

	if (!json_get_string(at, field, &name, err))
		return false;
	if (name == NULL)
		return true;
	for (unsigned i = 0; names[i] != NULL; i++)
		if (strcmp(names[i], name) == 0) {
			*out = i;
			return true;
		}
	return refuse_name(at, field, name, names, err);
}
