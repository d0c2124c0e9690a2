/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/standing.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "common/utf8.h"

void
standing_begin(struct standing *s)
{
	memset(s->again, 0, sizeof(s->again));
}

/* The place of that type, a new one if need be; STANDING_MAX: there is no room. */
static size_t
place(struct standing *s, const char *type, uint64_t now)
{
	size_t i = 0;

	while (i < s->n && strcmp(s->at[i].type, type) != 0)
		i++;
	if (i == s->n && s->n < STANDING_MAX) {
		s->at[i] =
		    (struct view_condition){ .type = type, .since = now };
		s->again[i] = false;
		s->n++;
	}
	return i;
}

void
standing_add(struct standing *s, const char *type, const char *reason,
    uint64_t now, const char *fmt, ...)
{
	size_t i = place(s, type, now);
	struct err text;
	va_list ap;

	if (i == STANDING_MAX)
		return;
	va_start(ap, fmt);
	vsnprintf(text.text, sizeof(text.text), fmt, ap);
	va_end(ap);
	utf8_mend(text.text, sizeof(text.text));
	if (s->again[i])
		err_prefix(&text, "%s; ", s->messages[i].text);
	s->messages[i] = text;
	s->at[i].reason = reason;
	s->again[i] = true;
}

void
standing_end(struct standing *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++) {
		if (!s->again[i])
			continue;
		s->at[n] = s->at[i];
		s->messages[n] = s->messages[i];
		n++;
	}
	s->n = n;
	for (size_t i = 0; i < n; i++)
		s->at[i].message = s->messages[i].text;
}
