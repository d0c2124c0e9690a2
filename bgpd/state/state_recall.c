/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/state/state_recall.h"

#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bgpd/state/state_header.h"
#include "bgpd/state/state_line.h"
#include "bgpd/state/state_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/source/store.h"

#define SLICE (64u << 10) /* bytes of lines at a time: some 2 ms */

struct state_recall {
	const struct state_header *header;
	const struct state_port *port;
	struct store *store;
	uint32_t segment, end; /* the one that is read, behind the last */
	bool opened;           /* the first one has a good header */
	char *bytes; /* owned; of the segment; NULL: it is yet to be read */
	size_t n, at;
	bool *missing; /* owned; by kind */
	uint64_t away;
	size_t count;
	struct err why; /* what is not used of it, or "" */
};

struct state_recall *
state_recall_new(const struct state_header *header,
    const struct state_port *port, struct store *store)
{
	struct state_recall *r = xcalloc(1, sizeof(*r));

	r->header = header;
	r->port = port;
	r->store = store;
	r->end = (uint32_t)port->former(port->arg, &r->segment);
	r->end += r->segment;
	r->missing = xcalloc(header->n_kinds, sizeof(bool));
	return r;
}

static void
bytes_drop(struct state_recall *r)
{
	if (r->bytes != NULL)
		explicit_bzero(r->bytes, r->n);
	free(r->bytes);
	r->bytes = NULL;
	r->n = r->at = 0;
}

void
state_recall_free(struct state_recall *r)
{
	if (r == NULL)
		return;
	bytes_drop(r);
	free(r->missing);
	free(r);
}

/* Kinds that this version does not read are no fault. */
static bool
object_read(struct state_recall *r, size_t kind, const struct state_line *l,
    struct err *err)
{
	if (kind == r->header->n_kinds || state_header_omits(r->header, kind))
		return true;
	if (l->op == STATE_DROP) {
		store_recall(r->store, kind, &l->key, NULL);
		return true;
	}
	json_t *obj = json_parse(l->text, l->n, err);

	if (obj == NULL)
		return false;
	store_recall(r->store, kind, &l->key, obj);
	json_decref(obj);
	r->count++;
	return true;
}

static bool
line_read(struct state_recall *r, const struct state_line *l, struct err *err)
{
	size_t n = r->header->n_kinds;
	size_t kind = state_kind_find(r->header->kinds, n, l->kind);

	switch (l->op) {
	case STATE_HEADER:
		return state_header_fits(r->header, l, err);
	case STATE_PUT:
	case STATE_DROP:
		return object_read(r, kind, l, err);
	case STATE_MISSING:
	case STATE_LISTED:
		if (kind < n)
			r->missing[kind] = l->op == STATE_MISSING;
		return true;
	case STATE_AWAY:
		r->away = strtoull(l->text, NULL, 10);
		return true;
	}
	return false;
}

/* A line that was never finished is a damaged one. */
static bool
line_next(struct state_recall *r, struct state_line *l, struct err *err)
{
	char *line = r->bytes + r->at;
	char *end = memchr(line, '\n', r->n - r->at);
	size_t at = r->at;

	if (end != NULL && state_line_parse(line, (size_t)(end - line), l)) {
		r->at = (size_t)(end + 1 - r->bytes);
		return true;
	}
	return err_set(err, "it is damaged at byte %zu", at);
}

static bool
lines_read(struct state_recall *r, struct err *err)
{
	size_t until = r->n - r->at > SLICE ? r->at + SLICE : r->n;
	struct state_line line;

	while (r->at < until) {
		bool first = r->at == 0;

		if (!line_next(r, &line, err))
			return false;
		if (first && !state_header_fits(r->header, &line, err))
			return false;
		if (!first && !line_read(r, &line, err))
			return false;
		r->opened = true;
	}
	return true;
}

static bool
segment_read(struct state_recall *r, struct err *err)
{
	if (r->bytes == NULL)
		r->bytes =
		    r->port->read(r->port->arg, true, r->segment, &r->n, err);
	if (r->bytes == NULL)
		return false;
	if (r->n == 0)
		return err_set(err, "it is empty");
	if (!lines_read(r, err))
		return false;
	if (r->at == r->n) {
		bytes_drop(r);
		r->segment++;
	}
	return true;
}

/* What the source has listed meanwhile is not touched. */
static enum state_recalled
finish(struct state_recall *r)
{
	bytes_drop(r);
	for (size_t i = 0; i < r->header->n_kinds; i++)
		store_recalled(r->store, i, r->missing[i]);
	return RECALL_DONE;
}

/*
 * Its end is a call of its own, also where it is damaged: since when the source is away
 * may be the last that could be read, and is to be asked before anything follows.
 */
enum state_recalled
state_recall_run(struct state_recall *r, struct err *err)
{
	err->text[0] = '\0';
	if (r->segment == r->end && !r->opened) {
		err_set(err, "nothing was kept");
		return RECALL_NONE;
	}
	if (r->segment == r->end) {
		*err = r->why;
		return finish(r);
	}
	if (segment_read(r, &r->why))
		return RECALL_MORE;
	err_prefix(&r->why, "segment %u: ", r->segment);
	if (!r->opened) {
		*err = r->why;
		return RECALL_NONE;
	}
	r->end = r->segment; /* what is behind it is not used */
	return RECALL_MORE;
}

size_t
state_recall_count(const struct state_recall *r)
{
	return r->count;
}

uint64_t
state_recall_away(const struct state_recall *r)
{
	return r->away;
}
