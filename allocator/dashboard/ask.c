/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/ask.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

#include "common/prefix.h"
#include "common/utf8.h"

#define HOST_MOST 64
#define LOCALHOST "localhost"

static bool
is_port_or_none(const char *at, const char *end)
{
	if (at < end && *at++ != ':')
		return false;
	while (at < end && isdigit((unsigned char)*at))
		at++;
	return at == end;
}

/* The part before the port, without the brackets of IPv6; false: it is none. */
static bool
host_cut(const char *text, size_t n, char host[HOST_MOST])
{
	const char *end = text + n;
	bool brackets = n > 0 && *text == '[';
	const char *from = text + brackets;
	const char *stop =
	    memchr(from, brackets ? ']' : ':', (size_t)(end - from));

	if (stop == NULL && brackets)
		return false;
	if (stop == NULL)
		stop = end;
	n = (size_t)(stop - from);
	if (n >= HOST_MOST || memchr(from, '\0', n) != NULL ||
	    !is_port_or_none(stop + brackets, end))
		return false;
	memcpy(host, from, n);
	host[n] = '\0';
	return true;
}

bool
ask_host_is_plain(const char *text, size_t n)
{
	char host[HOST_MOST];
	struct addr addr;

	if (text == NULL || !host_cut(text, n, host))
		return false;
	return strcasecmp(host, LOCALHOST) == 0 ||
	    strcasecmp(host, LOCALHOST ".") == 0 || addr_parse(host, &addr);
}

static int
hex_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	c = (char)tolower((unsigned char)c);
	return c >= 'a' && c <= 'f' ? c - 'a' + 10 : -1;
}

/*
 * The next character of a form's value (application/x-www-form-urlencoded). NUL, which
 * no text has, stays as it is written: it would end the filter.
 */
static char
form_next(const char **at, const char *end)
{
	char c = *(*at)++;

	if (c == '+')
		return ' ';
	if (c != '%' || end - *at < 2)
		return c;
	int high = hex_value((*at)[0]), low = hex_value((*at)[1]);
	if (high < 0 || low < 0 || high + low == 0)
		return c;
	*at += 2;
	return (char)(high * 16 + low);
}

/* Four bytes are two units; what is no character is shown as one. */
static size_t
units_cut(const char *text)
{
	size_t at = 0, units = 0;

	while (text[at] != '\0') {
		uint32_t c;
		size_t n = utf8_read(text + at, &c);

		units += n == 4 ? 2 : 1;
		if (units > ASK_FILTER_UNITS)
			break;
		at += n > 0 ? n : 1;
	}
	return at;
}

/* Decoded, without spaces around it. */
static void
value_read(const char *at, const char *end, char filter[ASK_FILTER])
{
	size_t used = 0;

	while (at < end && used < ASK_FILTER - 1) {
		char c = form_next(&at, end);

		if (used > 0 || !isspace((unsigned char)c))
			filter[used++] = c;
	}
	filter[used] = '\0';
	used = units_cut(filter);
	while (used > 0 && isspace((unsigned char)filter[used - 1]))
		used--;
	filter[used] = '\0';
}

void
ask_filter(const char *query, size_t n, char filter[ASK_FILTER])
{
	const char *end = query != NULL ? query + n : NULL;

	filter[0] = '\0';
	while (query != NULL && query < end) {
		const char *next = memchr(query, '&', (size_t)(end - query));
		const char *stop = next != NULL ? next : end;

		if (stop - query >= 2 && memcmp(query, "q=", 2) == 0) {
			value_read(query + 2, stop, filter);
			break;
		}
		query = next != NULL ? next + 1 : NULL;
	}
}

bool
ask_matches(const char *filter, const char *text)
{
	size_t n = strlen(filter);

	for (; n > 0 && *text != '\0'; text++)
		if (strncasecmp(text, filter, n) == 0)
			return true;
	return n == 0;
}
