/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/read.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"
#include "common/prefix.h"

void
read_fault(struct err *first, bool good, const struct err *why)
{
	if (!good && first->text[0] == '\0')
		*first = *why;
}

void
read_visible(
    const struct json_at *at, const char *field, char **out, struct err *fault)
{
	char *text = json_at_visible(at, field);
	const json_t *v = json_object_get(at->v, field);
	struct err why;

	if (text == NULL)
		return;
	free(*out);
	*out = text;
	if (!json_is_string(v))
		read_fault(fault,
		    json_refuse(at, field, &why, "%.60s: not a string", text),
		    &why);
}

bool
read_text(
    const struct json_at *at, const char *field, char **out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(at, field, &text, err))
		return false;
	if (text != NULL) {
		free(*out);
		*out = xstrdup(text);
	}
	return true;
}

bool
read_time(
    const struct json_at *at, const char *field, int64_t *out, struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(at, field, &text, err))
		return false;
	return text == NULL || date_parse(text, out) ||
	    json_refuse(at, field, err, "\"%.40s\": not a time in UTC", text);
}

static bool
addr_read(
    const struct json_at *item, struct addr *out, size_t *n, struct err *err)
{
	const char *text = NULL;

	if (!json_get_string(item, NULL, &text, err))
		return false;
	if (text == NULL || strcmp(text, "None") == 0)
		return true;
	if (!addr_parse(text, out))
		return json_refuse(
		    item, NULL, err, "\"%.60s\": not an IP address", text);
	++*n;
	return true;
}

void
read_addrs(const struct json_at *at, const char *field, struct addr **out,
    size_t *n, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault, json_get_array(at, field, &list, &why), &why);
	size_t count = json_at_count(&list);

	free(*out);
	*out = xcalloc(count, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_at item = json_at_item(&list, i);

		read_fault(fault, addr_read(&item, &(*out)[*n], n, &why), &why);
	}
}

static bool
prefix_read(
    const struct json_at *item, struct prefix *out, size_t *n, struct err *err)
{
	const char *text = NULL;
	struct err why;

	if (!json_get_string(item, NULL, &text, err))
		return false;
	if (text == NULL)
		return true;
	if (!prefix_parse(text, out, &why))
		return json_refuse(item, NULL, err, "%s", why.text);
	*out = prefix_canonical(out);
	++*n;
	return true;
}

void
read_prefixes(const struct json_at *at, const char *field, struct prefix **out,
    size_t *n, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault, json_get_array(at, field, &list, &why), &why);
	size_t count = json_at_count(&list);

	free(*out);
	*out = xcalloc(count, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_at item = json_at_item(&list, i);

		read_fault(
		    fault, prefix_read(&item, &(*out)[*n], n, &why), &why);
	}
}
