/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/status.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"

#define HEARTBEAT 60000 /* ms, at most */

struct status {
	const char *node;
	size_t kind;
	const struct clock *clock;
	const struct status_ops *ops;
	void *arg;
	struct source *source; /* borrowed; NULL: there is none yet */
	uint64_t begun;        /* ms; when it was first to be written */
	uint64_t sent;         /* ms; 0: never */
	bool in_flight;
	bool waits;      /* … and there is news already */
	bool ends;       /* what is written now is the last one */
	char *unwritten; /* owned; why it is not written, as told */
};

struct status *
status_new(const char *node, size_t kind, const struct clock *clock,
    const struct status_ops *ops, void *arg)
{
	struct status *s = xcalloc(1, sizeof(*s));

	s->node = node;
	s->kind = kind;
	s->clock = clock;
	s->ops = ops;
	s->arg = arg;
	return s;
}

void
status_free(struct status *s)
{
	if (s == NULL)
		return;
	free(s->unwritten);
	free(s);
}

void
status_set_source(struct status *s, struct source *source)
{
	s->source = source;
}

void
status_mark(struct status *s)
{
	uint64_t t = clock_now(s->clock);

	if (s->begun == 0)
		s->begun = t;
	s->ops->due(
	    s->arg, s->sent + STATUS_PAUSE > t ? s->sent + STATUS_PAUSE : t);
}

/* why NULL: it is written. It is tried every few seconds, but told once. */
static void
say(struct status *s, const char *why)
{
	if (why == NULL && s->unwritten != NULL)
		log_info("bgpnodestatus %s: written again", s->node);
	if (why != NULL &&
	    (s->unwritten == NULL || strcmp(why, s->unwritten) != 0))
		log_warn("bgpnodestatus %s: not written: %s", s->node, why);
	free(s->unwritten);
	s->unwritten = xstrdup(why);
}

static void
on_written(void *arg, const struct source_result *result)
{
	struct status *s = arg;
	bool good = result->code == WRITE_OK, waits = s->waits;

	s->in_flight = s->waits = false;
	say(s, good ? NULL : result->message);
	if (s->ends && waits)
		status_run(s);
	else if (!s->ends && (waits || !good))
		status_mark(s);
}

static bool
is_early(const struct status *s, uint64_t now)
{
	return s->sent == 0 && !s->ends && now < s->begun + STATUS_START &&
	    s->ops->starts(s->arg);
}

/*
 * As which the write of now counts. That the first one has waited for sessions makes
 * the second one no later; what else it waited for is no time gained.
 */
static uint64_t
sent_at(const struct status *s, uint64_t now)
{
	if (s->sent != 0)
		return now;
	return now > s->begun + STATUS_START ? now - STATUS_START : s->begun;
}

uint64_t
status_run(struct status *s)
{
	uint64_t now = clock_now(s->clock);

	s->waits = s->in_flight;
	if (s->source == NULL || s->in_flight)
		return 0;
	if (is_early(s, now))
		return s->begun + STATUS_START;
	char *body = s->ops->build(s->arg);

	if (body == NULL)
		return 0;
	struct source_write write = { .how = WRITE_OBJECT,
		.kind = s->kind,
		.key = { "", s->node },
		.body = body };

	s->sent = sent_at(s, now);
	s->in_flight = true;
	source_write(s->source, &write, on_written, s);
	free(body);
	return s->sent + HEARTBEAT;
}

void
status_end(struct status *s)
{
	s->ends = true;
	status_run(s);
}

bool
status_is_quiet(const struct status *s)
{
	return !s->in_flight;
}
