/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/addr_range.h"

#include <ctype.h>
#include <string.h>

#include "common/err.h"

/* The n characters at text without the spaces around them. */
static bool
trim(const char *text, size_t n, char out[ADDR_RANGE_TEXT])
{
	while (n > 0 && isspace((unsigned char)*text)) {
		text++;
		n--;
	}
	while (n > 0 && isspace((unsigned char)text[n - 1]))
		n--;
	if (n == 0 || n >= ADDR_RANGE_TEXT)
		return false;
	memcpy(out, text, n);
	out[n] = '\0';
	return true;
}

bool
addr_range_split(
    const char *text, char first[ADDR_RANGE_TEXT], char last[ADDR_RANGE_TEXT])
{
	size_t n = strcspn(text, "-");

	last[0] = '\0';
	return trim(text, n, first) &&
	    (text[n] == '\0' || trim(text + n + 1, strlen(text + n + 1), last));
}

bool
addr_range_parse(const char *text, struct addr_range *r, struct err *err)
{
	char first[ADDR_RANGE_TEXT], last[ADDR_RANGE_TEXT];
	struct prefix p;

	if (!addr_range_split(text, first, last))
		return err_set(err, "\"%.100s\": not a range", text);
	if (last[0] == '\0') {
		if (!prefix_parse(first, &p, err))
			return false;
		r->first = prefix_canonical(&p).addr;
		r->last = prefix_last(&p);
		return true;
	}
	if (!addr_parse(first, &r->first) || !addr_parse(last, &r->last))
		return err_set(err, "\"%.100s\": not two addresses", text);
	if (r->first.family != r->last.family)
		return err_set(err, "\"%.100s\": two families mixed", text);
	if (addr_cmp(&r->first, &r->last) > 0)
		return err_set(
		    err, "\"%.100s\": the last is below the first", text);
	return true;
}
