/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The log is a row of segments. Lines are added to the newest one; each has a number,
 * its place among all lines there ever were, and the store keeps with an object that of
 * its last line (the note). When a good part of the lines is out of date, the oldest
 * segment is read, those of its lines that are still the last of their objects are said
 * again at the other end, and it is removed. So the work is done in small slices, no
 * more than twice the size of what is known is used, and whoever reads the segments
 * from the oldest to the newest has the whole state at any time: also if we are killed
 * between any two writes.
 *
 * That an object is deleted has to be known only as long as there are older lines of
 * it. In the oldest segment there is no such line, so it goes with it. What is no
 * object (which kinds are missing, since when the source is away) is said again at the
 * beginning of each segment.
 *
 * Lines gather in memory for the rest of the loop's turn, for there are thousands when
 * a kind is listed.
 */
#include "bgpd/state/state_log.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/state/state_header.h"
#include "bgpd/state/state_line.h"
#include "bgpd/state/state_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/store.h"

#define SEGMENT (256u << 10) /* bytes, and up to one line more */
#define GATHER (16u << 10)   /* bytes that are written at once */
#define LINE_MAX_BYTES (2u << 20)
#define SPARE 1000 /* lines out of date that nobody minds */

struct segment {
	uint32_t first; /* number of its first line */
	size_t lines, bytes;
};

struct state_log {
	const struct state_header *header;
	const struct state_port *port;
	struct store *store;
	size_t most;
	void (*due)(void *arg);
	void *arg;

	struct segment *segments; /* owned; oldest first */
	size_t n;
	uint32_t oldest; /* the oldest segment's number */
	uint32_t next;   /* number of the next line; never 0 */
	size_t live;     /* objects that have a line */
	size_t lines, bytes;
	char *gathered; /* owned; of the newest segment */
	size_t n_gathered;
	bool *missing; /* owned; by kind */
	uint64_t away;
	char *fault; /* owned; NULL: it is kept */
};

static void
start(struct state_log *l)
{
	l->oldest = l->next = 1;
}

struct state_log *
state_log_new(const struct state_header *header, const struct state_port *port,
    struct store *store, size_t most, void (*due)(void *arg), void *arg)
{
	struct state_log *l = xcalloc(1, sizeof(*l));

	l->header = header;
	l->port = port;
	l->store = store;
	l->most = most;
	l->due = due;
	l->arg = arg;
	l->gathered = xcalloc(1, GATHER);
	l->missing = xcalloc(header->n_kinds, sizeof(bool));
	start(l);
	return l;
}

static void
drop_gathered(struct state_log *l)
{
	explicit_bzero(l->gathered, l->n_gathered); /* passwords, too */
	l->n_gathered = 0;
}

void
state_log_free(struct state_log *l)
{
	if (l == NULL)
		return;
	drop_gathered(l);
	free(l->gathered);
	free(l->segments);
	free(l->missing);
	free(l->fault);
	free(l);
}

/* The former state stays the best there is, until ours would have replaced it. */
static void
give_up(struct state_log *l, const struct err *why)
{
	if (l->fault != NULL)
		return;
	log_warn("state: not kept: %s", why->text);
	l->fault = xstrdup(why->text);
	l->port->forget(l->port->arg, false);
	drop_gathered(l);
	free(l->segments);
	l->segments = NULL;
	l->n = 0;
	l->lines = l->bytes = l->live = 0;
	l->due(l->arg); /* somebody may want to try again */
}

static void
write_out(struct state_log *l, const char *bytes, size_t n)
{
	const struct state_port *port = l->port;
	uint32_t newest = l->oldest + (uint32_t)l->n - 1;
	struct err why;

	if (l->fault == NULL && n > 0 &&
	    !port->append(port->arg, newest, bytes, n, &why))
		give_up(l, &why);
}

void
state_log_flush(struct state_log *l)
{
	write_out(l, l->gathered, l->n_gathered);
	drop_gathered(l);
}

/* To the newest segment. */
static void
gather(struct state_log *l, const char *bytes, size_t n)
{
	struct segment *newest = &l->segments[l->n - 1];

	newest->lines++;
	newest->bytes += n;
	l->lines++;
	l->bytes += n;
	if (++l->next == 0)
		l->next = 1;
	if (n > GATHER - l->n_gathered)
		state_log_flush(l);
	if (l->fault != NULL)
		return;
	if (n > GATHER) {
		write_out(l, bytes, n);
		return;
	}
	if (l->n_gathered == 0)
		l->due(l->arg);
	memcpy(l->gathered + l->n_gathered, bytes, n);
	l->n_gathered += n;
}

static void
gather_line(struct state_log *l, const struct state_line *line)
{
	size_t n;
	char *text = state_line_new(line, &n);

	if (l->fault == NULL)
		gather(l, text, n);
	free(text);
}

static void
gather_missing(struct state_log *l, size_t kind)
{
	char *name = state_kind_name(&l->header->kinds[kind]);

	gather_line(l,
	    &(struct state_line){
		.op = l->missing[kind] ? STATE_MISSING : STATE_LISTED,
		.kind = name });
	free(name);
}

static void
gather_away(struct state_log *l)
{
	char text[24];

	snprintf(text, sizeof(text), "%llu", (unsigned long long)l->away);
	gather_line(l, &(struct state_line){ .op = STATE_AWAY, .text = text });
}

static void
segment_add(struct state_log *l)
{
	size_t n;
	char *header = state_header_new(l->header, &n);

	state_log_flush(l);
	if (l->fault == NULL) {
		l->segments =
		    xrealloc(l->segments, l->n + 1, sizeof(*l->segments));
		l->segments[l->n++] = (struct segment){ .first = l->next };
		gather(l, header, n);
	}
	free(header);
	for (size_t i = 0; i < l->header->n_kinds; i++)
		if (l->missing[i])
			gather_missing(l, i);
	if (l->away != 0)
		gather_away(l);
}

/* There is a segment with room for more. */
static void
segment_open(struct state_log *l)
{
	struct err why;

	if (l->bytes > l->most) {
		err_set(&why, "more than %zu KiB", l->most >> 10);
		give_up(l, &why);
	}
	if (l->fault == NULL &&
	    (l->n == 0 || l->segments[l->n - 1].bytes >= SEGMENT))
		segment_add(l);
}

/* Returns the line's number; 0: it is not kept. */
static uint32_t
add(struct state_log *l, const char *bytes, size_t n)
{
	segment_open(l);
	if (l->fault != NULL)
		return 0;
	uint32_t number = l->next;

	gather(l, bytes, n);
	return l->fault == NULL ? number : 0;
}

static uint32_t
add_line(struct state_log *l, const struct state_line *line)
{
	size_t n;
	char *text = state_line_new(line, &n);
	uint32_t number = n <= LINE_MAX_BYTES ? add(l, text, n) : 0;

	if (n > LINE_MAX_BYTES)
		log_warn("state: %s %s%s%s: not kept: %zu KiB", line->kind,
		    line->key.ns, line->key.ns[0] != '\0' ? "/" : "",
		    line->key.name, n >> 10);
	explicit_bzero(text, n);
	free(text);
	return number;
}

void
state_log_unkeep(struct state_log *l, size_t kind, const struct object_key *key,
    uint32_t note)
{
	if (l->fault != NULL || note == 0)
		return;
	char *name = state_kind_name(&l->header->kinds[kind]);

	l->live--;
	add_line(l,
	    &(struct state_line){
		.op = STATE_DROP, .kind = name, .key = *key });
	free(name);
}

void
state_log_keep(struct state_log *l, size_t kind, const struct object_key *key,
    const struct json_t *obj, uint32_t *note)
{
	if (l->fault != NULL || state_header_omits(l->header, kind))
		return;
	char *name = state_kind_name(&l->header->kinds[kind]);
	char *text = state_trim(&l->header->kinds[kind], obj);
	uint32_t number = add_line(l,
	    &(struct state_line){
		.op = STATE_PUT, .kind = name, .key = *key, .text = text });

	explicit_bzero(text, strlen(text));
	free(text);
	free(name);
	if (number == 0) { /* an old one would be worse than none */
		state_log_unkeep(l, kind, key, *note);
		*note = 0;
		return;
	}
	l->live += *note == 0;
	*note = number;
}

void
state_log_missing(struct state_log *l, size_t kind, bool missing)
{
	bool was = l->missing[kind];

	l->missing[kind] = missing;
	if (was == missing)
		return;
	segment_open(l);
	if (l->fault == NULL)
		gather_missing(l, kind);
}

void
state_log_away(struct state_log *l, uint64_t since)
{
	if (l->away == since)
		return;
	l->away = since;
	segment_open(l);
	if (l->fault == NULL)
		gather_away(l);
}

/* ---- the oldest segment ---- */

static bool
is_due_for_cleaning(const struct state_log *l)
{
	size_t stale = l->lines - l->live;

	if (l->fault != NULL || l->n < 2)
		return false;
	return stale > l->live + SPARE ||
	    (l->bytes > l->most / 2 && stale > l->live / 8 + SPARE);
}

/* Says it again if it is the object's last one. */
static void
line_save(struct state_log *l, uint32_t number, char *bytes, size_t n)
{
	size_t kind;
	struct state_line line;
	char *copy = xcalloc(1, n + 2); /* parsing changes it */

	memcpy(copy, bytes, n);
	if (state_line_parse(copy, n, &line) && line.op == STATE_PUT) {
		kind = state_kind_find(
		    l->header->kinds, l->header->n_kinds, line.kind);
		uint32_t *note = kind < l->header->n_kinds
		    ? store_note(l->store, kind, &line.key)
		    : NULL;

		if (note != NULL && *note == number) {
			bytes[n] = '\n';
			*note = add(l, bytes, n + 1);
		}
	}
	explicit_bzero(copy, n);
	free(copy);
}

static void
lines_save(struct state_log *l, char *bytes, size_t n)
{
	uint32_t number = l->segments[0].first;
	char *end;

	for (; n > 0 && (end = memchr(bytes, '\n', n)) != NULL; number++) {
		size_t one = (size_t)(end - bytes);

		if (number == 0)
			number = 1;
		line_save(l, number, bytes, one);
		bytes += one + 1;
		n -= one + 1;
	}
}

static void
clean_oldest(struct state_log *l)
{
	struct err why;
	size_t n;
	char *bytes = l->port->read(l->port->arg, false, l->oldest, &n, &why);

	if (bytes == NULL || n != l->segments[0].bytes) {
		if (bytes != NULL)
			err_set(&why, "segment %u: %zu bytes, %zu were written",
			    l->oldest, n, l->segments[0].bytes);
		give_up(l, &why);
		free(bytes);
		return;
	}
	lines_save(l, bytes, n);
	explicit_bzero(bytes, n);
	free(bytes);
	state_log_flush(l);
	if (l->fault != NULL)
		return;
	l->port->remove(l->port->arg, l->oldest++);
	l->lines -= l->segments[0].lines;
	l->bytes -= l->segments[0].bytes;
	memmove(l->segments, l->segments + 1, --l->n * sizeof(*l->segments));
}

bool
state_log_run(struct state_log *l)
{
	state_log_flush(l);
	if (is_due_for_cleaning(l))
		clean_oldest(l);
	return is_due_for_cleaning(l);
}

void
state_log_complete(struct state_log *l)
{
	struct err why;

	segment_open(l); /* of nothing at all there is a header */
	state_log_flush(l);
	if (l->fault == NULL && !l->port->complete(l->port->arg, &why))
		give_up(l, &why);
	else if (l->fault != NULL)
		l->port->forget(
		    l->port->arg, true); /* it would only get older */
}

void
state_log_forget(struct state_log *l)
{
	struct err why;

	err_set(&why, "this node is left for good");
	give_up(l, &why);
	l->port->forget(l->port->arg, true);
}

void
state_log_restart(struct state_log *l)
{
	store_clear_notes(l->store);
	free(l->fault);
	l->fault = NULL;
	start(l);
}

const char *
state_log_fault(const struct state_log *l)
{
	return l->fault;
}

size_t
state_log_bytes(const struct state_log *l)
{
	return l->bytes;
}
