/* SPDX-License-Identifier: Apache-2.0 */
#include "common/err.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

/* Where a text that is too long ends, before the mark. */
#define ERR_CUT (sizeof(((struct err *)0)->text) - 4)

/* n characters were to be there. What is cut says so. */
static void
err_end(struct err *err, size_t n)
{
	utf8_mend(err->text, sizeof(err->text));
	if (n >= sizeof(err->text))
		memcpy(err->text + utf8_cut(err->text, ERR_CUT), "...", 4);
}

bool
err_set(struct err *err, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(err->text, sizeof(err->text), fmt, ap);
	va_end(ap);
	err_end(err, n > 0 ? (size_t)n : 0);
	return false;
}

bool
err_prefix(struct err *err, const char *fmt, ...)
{
	char text[sizeof(err->text)];
	va_list ap;

	va_start(ap, fmt);
	int n = vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (n >= 0 && (size_t)n < sizeof(text))
		snprintf(text + n, sizeof(text) - (size_t)n, "%s", err->text);
	size_t all = (n > 0 ? (size_t)n : 0) + strlen(err->text);

	memcpy(err->text, text, sizeof(text));
	err_end(err, all);
	return false;
}
