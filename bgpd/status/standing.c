/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/standing.h"

#include <assert.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/utf8.h"

void
standing_fini(struct standing *s)
{
	for (size_t i = 0; i < STANDING_MAX; i++)
		free(s->messages[i]);
}

void
standing_begin(struct standing *s)
{
	memset(s->again, 0, sizeof(s->again));
}

/* The place of that type, a new one if need be. */
static size_t
place(struct standing *s, const char *type, uint64_t now)
{
	size_t i = 0;

	while (i < s->n && strcmp(s->at[i].type, type) != 0)
		i++;
	assert(i < STANDING_MAX); /* types are literals of ours */
	if (i == s->n) {
		s->at[i] =
		    (struct view_condition){ .type = type, .since = now };
		s->again[i] = false;
		s->n++;
	}
	return i;
}

static void
message_set(struct standing *s, size_t i, char *text)
{
	free(s->messages[i]);
	s->messages[i] = text;
}

static void
message_join(struct standing *s, size_t i, const char *text)
{
	if (s->more[i] == 0 &&
	    strlen(s->messages[i]) + strlen(text) < STANDING_LONG)
		message_set(s, i, xasprintf("%s; %s", s->messages[i], text));
	else
		s->more[i]++;
}

/* Whole, or cut with a mark. */
static char *
text_print(const char *fmt, va_list ap)
{
	char *text = xcalloc(1, STANDING_LONG);
	int n = vsnprintf(text, STANDING_LONG, fmt, ap);

	utf8_mend(text, STANDING_LONG);
	if (n >= STANDING_LONG)
		memcpy(text + utf8_cut(text, STANDING_LONG - 4), "...", 4);
	return text;
}

void
standing_add(struct standing *s, const char *type, const char *reason,
    uint64_t now, const char *fmt, ...)
{
	size_t i = place(s, type, now);
	va_list ap;

	va_start(ap, fmt);
	char *text = text_print(fmt, ap);
	va_end(ap);
	if (s->again[i]) {
		message_join(s, i, text);
		free(text);
	} else {
		message_set(s, i, text);
		s->more[i] = 0;
	}
	s->at[i].reason = reason;
	s->again[i] = true;
}

/* The i-th becomes the n-th; what was there goes to where it came from. */
static void
move(struct standing *s, size_t n, size_t i)
{
	char *gone = s->messages[n];

	s->at[n] = s->at[i];
	s->messages[n] = s->messages[i];
	s->messages[i] = gone;
	s->more[n] = s->more[i];
}

void
standing_end(struct standing *s)
{
	size_t n = 0;

	for (size_t i = 0; i < s->n; i++)
		if (s->again[i] && n++ < i)
			move(s, n - 1, i);
	s->n = n;
	for (size_t i = 0; i < n; i++) {
		if (s->more[i] > 0)
			message_set(s, i,
			    xasprintf(
				"%s; and %u more", s->messages[i], s->more[i]));
		s->at[i].message = s->messages[i];
	}
}
