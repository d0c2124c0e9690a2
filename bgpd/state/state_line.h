/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_line - the lines in which what a daemon knows outlives it.
 *
 *	sum SP op SP kind SP namespace/name SP text
 *
 * sum is 16 hexadecimal digits, FNV-1a of all behind the blank that follows it. It
 * finds what was cut or damaged; against forgery the directory's owner and mode stand.
 */
#ifndef BGPD_STATE_STATE_LINE_H
#define BGPD_STATE_STATE_LINE_H

#include <stdbool.h>
#include <stddef.h>

#include "common/source/store.h"

enum state_op {
	STATE_HEADER =
	    'H',          /* whose state it is; kind is the format's version */
	STATE_PUT = 'P',  /* text: the object, as JSON */
	STATE_DROP = 'D', /* the object is deleted */
	STATE_MISSING = 'M', /* the kind is not installed */
	STATE_LISTED = 'L',  /* … it is */
	STATE_AWAY =
	    'A', /* text: since when no source was heard, ms; 0: it is */
};

struct state_line {
	enum state_op op;
	const char *kind; /* "v1/Service"; as text, borrowed from the line */
	struct object_key key;
	const char *text; /* ended by NUL */
	size_t n;
};

/* With its line feed, owned. What an op has none of may be NULL; no part has blanks. */
char *state_line_new(const struct state_line *, size_t *n);
/*
 * Of n bytes without the line feed; they are changed, and one more byte must be there
 * for a NUL. False: damaged.
 */
bool state_line_parse(char *bytes, size_t n, struct state_line *);

/* "v1/Service", owned. */
char *state_kind_name(const struct store_kind *);
/* A kind's row, or n when there is none of that name. */
size_t state_kind_find(const struct store_kind *, size_t n, const char *name);

/*
 * The object without what no decoder reads and what may be large, as JSON; owned. Who
 * adds a reader of such a part takes it off the list there.
 */
char *state_trim(const struct store_kind *, const struct json_t *);
#endif
