/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/read.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"
#include "common/prefix.h"

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

bool
read_addrs(const struct json_at *at, const char *field, struct addr **out,
    size_t *n, struct err *err)
{
	struct json_at list;

	if (!json_get_array(at, field, &list, err))
		return false;
	size_t count = json_at_count(&list);

	free(*out);
	*out = xcalloc(count, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = NULL;

		if (!json_get_string(&item, NULL, &text, err))
			return false;
		if (text == NULL || strcmp(text, "None") == 0)
			continue;
		if (!addr_parse(text, &(*out)[(*n)++]))
			return json_refuse(&item, NULL, err,
			    "\"%.60s\": not an IP address", text);
	}
	return true;
}

bool
read_prefixes(const struct json_at *at, const char *field, struct prefix **out,
    size_t *n, struct err *err)
{
	struct json_at list;

	if (!json_get_array(at, field, &list, err))
		return false;
	size_t count = json_at_count(&list);

	free(*out);
	*out = xcalloc(count, sizeof(**out));
	*n = 0;
	for (size_t i = 0; i < count; i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = NULL;
		struct err why;
		struct prefix p;

		if (!json_get_string(&item, NULL, &text, err))
			return false;
		if (text == NULL)
			continue;
		if (!prefix_parse(text, &p, &why))
			return json_refuse(&item, NULL, err, "%s", why.text);
		(*out)[(*n)++] = prefix_canonical(&p);
	}
	return true;
}
