/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/read.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
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

/* Days since 1970-01-01 of a date in the Gregorian calendar. */
static int64_t
days_since_epoch(int64_t year, int month, int day)
{
	/* The year starts in March, so that the leap day is its last. */
	int64_t y = month > 2 ? year : year - 1;
	int64_t m = month > 2 ? month - 3 : month + 9;

	return 365 * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day -
	    719469;
}

bool
read_time(
    const struct json_at *at, const char *field, int64_t *out, struct err *err)
{
	const char *text = NULL;
	int year, month, day, hour, minute, second, used = 0;

	if (!json_get_string(at, field, &text, err))
		return false;
	if (text == NULL)
		return true;
	if (sscanf(text, "%4d-%2d-%2dT%2d:%2d:%2d%n", &year, &month, &day,
		&hour, &minute, &second, &used) != 6 ||
	    month < 1 || month > 12 || year < 1 ||
	    strchr("Z.", text[used]) == NULL || text[strlen(text) - 1] != 'Z')
		return json_refuse(
		    at, field, err, "\"%.40s\": not a time in UTC", text);
	*out = days_since_epoch(year, month, day) * 86400 +
	    (int64_t)hour * 3600 + (int64_t)minute * 60 + second;
	return true;
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
