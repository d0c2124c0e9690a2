/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/wrap.h"
#include "common/alloc.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <wchar.h>

/* The bytes of the character there and the columns that it takes. */
static size_t
step(const char *p, size_t *columns)
{
	mbstate_t state = { 0 };
	wchar_t c;
	size_t n = mbrtowc(&c, p, strlen(p), &state);

	*columns = 4; /* what can't be shown is escaped: \x0a */
	if (n == 0 || n > MB_LEN_MAX)
		return 1;
	int width = wcwidth(c);

	*columns = width >= 0 ? (size_t)width : 4 * n;
	return n;
}

size_t
wrap_width(const char *text)
{
	size_t width = 0, columns;

	for (const char *p = text; *p != '\0'; width += columns)
		p += step(p, &columns);
	return width;
}

/* The bytes of a line, without the blank at which it ends. */
static size_t
line_length(const char *text, size_t width)
{
	size_t used = 0, blank = 0, columns;
	const char *p = text;

	while (*p != '\0') {
		size_t n = step(p, &columns);

		if (*p == ' ' && p > text)
			blank = (size_t)(p - text);
		if (used + columns > width && p > text)
			return blank > 0 ? blank : (size_t)(p - text);
		used += columns;
		p += n;
	}
	return (size_t)(p - text);
}

static void
line_print(FILE *to, const char *line, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (line[i] == '\n')
			fputs("\\x0a", to);
		else
			fputc(line[i], to);
}

char *
wrap_text(const char *text, size_t width)
{
	char *out = NULL;
	size_t size;
	FILE *to = xmemstream(&out, &size);

	while (*text != '\0') {
		size_t n = line_length(text, width);

		line_print(to, text, n);
		text += n;
		text += *text == ' ';
		if (*text != '\0')
			fputc('\n', to);
	}
	fclose(to);
	return out;
}
