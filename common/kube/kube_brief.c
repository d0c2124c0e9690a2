/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/kube_brief.h"

#include <ctype.h>
#include <stdbool.h>
#include <string.h>

/* Of no use to us, and more than half of what a server sends. */
static const char *const unread[] = { "\"managedFields\"", "\"images\"" };

#define NOTHING ":0" /* instead of ":[…]": no longer than any of these */

/* Behind the string that begins there; n: it does not end. */
static size_t
string_end(const char *text, size_t n, size_t i)
{
	for (i++; i < n && text[i] != '"'; i++)
		if (text[i] == '\\')
			i++;
	return i < n ? i + 1 : n;
}

static size_t
space_end(const char *text, size_t n, size_t i)
{
	while (i < n && isspace((unsigned char)text[i]))
		i++;
	return i;
}

/* Behind the array that begins there; n: it does not end. */
static size_t
array_end(const char *text, size_t n, size_t i)
{
	size_t depth = 0;

	while (i < n) {
		char c = text[i];

		if (c == '"') {
			i = string_end(text, n, i);
			continue;
		}
		i++;
		if (c == '{' || c == '[')
			depth++;
		else if ((c == '}' || c == ']') && --depth == 0)
			break;
	}
	return i;
}

static bool
is_unread(const char *name, size_t n)
{
	for (size_t i = 0; i < sizeof(unread) / sizeof(unread[0]); i++)
		if (strlen(unread[i]) == n && memcmp(name, unread[i], n) == 0)
			return true;
	return false;
}

/*
 * Behind the value of the member whose name is there, when it is an array that nobody
 * reads; else behind the name.
 */
static size_t
member_end(const char *text, size_t n, size_t name, size_t name_end)
{
	if (!is_unread(text + name, name_end - name))
		return name_end;
	size_t i = space_end(text, n, name_end);

	if (i == n || text[i] != ':')
		return name_end;
	i = space_end(text, n, i + 1);
	return i < n && text[i] == '[' ? array_end(text, n, i) : name_end;
}

size_t
kube_brief(char *out, const char *text, size_t n, unsigned depth)
{
	size_t used = 0, copied = 0, at = 0;

	for (size_t i = 0; i < n;) {
		size_t begin = i, end = i + 1;

		if (text[i] == '{' || text[i] == '[')
			at++;
		else if (text[i] == '}' || text[i] == ']')
			at--;
		else if (text[i] == '"')
			end = string_end(text, n, i);
		i = end;
		if (text[begin] == '"' && at == depth)
			i = member_end(text, n, begin, end);
		if (i == end)
			continue;
		memmove(out + used, text + copied, end - copied);
		used += end - copied;
		memcpy(out + used, NOTHING, strlen(NOTHING));
		used += strlen(NOTHING);
		copied = i;
	}
	memmove(out + used, text + copied, n - copied);
	return used + n - copied;
}
