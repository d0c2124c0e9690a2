/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A line for each station that is configured: dialed at once, and again after a pause
 * when it can't be reached, goes, or is told less than happens. The pause doubles
 * until a connection has been told all there is. What is configured otherwise is
 * another line.
 *
 * The port asks for what is to be written (stations_next()) while its buffer is low: a
 * report of statistics that is due, else what the station itself has to tell. The last
 * thing that is said on a connection ends it, out of the same question.
 */
#include "bgpd/bmp/stations.h"

#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/log.h"

/* RFC 7854 3.2. */
#define PAUSE_FIRST 30000 /* ms */
#define PAUSE_MOST 720000
#define WALK_SLICE 4096 /* routes looked at in one go */
#define COUNTS_MOST 8

struct line { /* to one station */
	struct stations *all;
	struct station_target target;
	struct station *station; /* owned */
	uint32_t id; /* of its connection, or of the one that is dialed */
	bool connected;
	bool dialing;
	uint64_t since;
	uint64_t due;    /* dial then; 0: no */
	uint64_t pause;  /* before the next time */
	uint64_t report; /* statistics then; 0: none */
	char *why;       /* owned */
	uint32_t broken, lost;
	uint64_t bytes;
	bool seen; /* by stations_set() */
	bool ends; /* by stations_stop() */
	/* Whose statistics are to be written yet. */
	uint32_t *reports; /* owned: sources */
	size_t n_reports;
	struct line *next, *prev;
};

struct stations {
	const struct rib *rib;
	const char *name, *description; /* borrowed */
	const struct stations_port *port;
	const struct stations_ops *ops;
	void *arg;
	struct line *lines; /* owned */
	uint32_t last_id;
};

struct stations *
stations_new(const struct rib *rib, const char *name, const char *description,
    const struct stations_port *port, const struct stations_ops *ops, void *arg)
{
	struct stations *s = xcalloc(1, sizeof(*s));

	*s = (struct stations){ .rib = rib,
		.name = name,
		.description = description,
		.port = port,
		.ops = ops,
		.arg = arg };
	return s;
}

/* Lines. ----------------------------------------------------------------------- */

static const char *
line_name(const struct line *l, char text[ADDR_TEXT])
{
	return addr_print(&l->target.addr, text);
}

static void
line_hang_up(struct line *l)
{
	if (l->connected || l->dialing)
		l->all->port->hang_up(l->all->port->arg, l->id);
	if (l->connected)
		station_end(l->station);
	l->connected = l->dialing = false;
	l->report = 0;
	l->n_reports = 0;
}

static void
line_free(struct line *l)
{
	line_hang_up(l);
	DL_DELETE(l->all->lines, l);
	station_free(l->station);
	free(l->reports);
	free(l->why);
	free(l);
}

void
stations_free(struct stations *s)
{
	struct line *l, *next;

	if (s == NULL)
		return;
	DL_FOREACH_SAFE (s->lines, l, next)
		line_free(l);
	free(s);
}

static void
line_dial(struct line *l)
{
	struct stations *s = l->all;

	l->id = ++s->last_id;
	l->dialing = true;
	l->due = 0;
	s->port->dial(s->port->arg, l->id, &l->target.addr, l->target.port);
}

/* It failed, or was too slow: again, after longer and longer pauses. */
static void
line_pause(struct line *l, const char *why, uint64_t now)
{
	char text[ADDR_TEXT];

	l->since = now;
	l->due = now + l->pause;
	log_warn("BMP station %s: %s; dialed again in %llu s",
	    line_name(l, text), why, (unsigned long long)l->pause / 1000);
	l->pause = l->pause * 2 > PAUSE_MOST ? PAUSE_MOST : l->pause * 2;
	free(l->why);
	l->why = xstrdup(why);
	l->all->ops->arm(l->all->arg, l->due);
	l->all->ops->changed(l->all->arg);
}

static void
on_wake(void *arg)
{
	struct line *l = arg;

	l->all->port->wake(l->all->port->arg, l->id);
}

static const struct station_ops station_ops = { .wake = on_wake };

static void
tell_up(void *arg, const struct station_peer *p)
{
	station_up(arg, p);
}

static void
line_new(struct stations *s, const struct station_target *target, uint64_t now)
{
	const struct station_config config = { .name = s->name,
		.description = s->description,
		.pre_policy = target->pre_policy,
		.post_policy = target->post_policy,
		.loc_rib = target->loc_rib };
	struct line *l = xcalloc(1, sizeof(*l));

	l->all = s;
	l->target = *target;
	l->pause = PAUSE_FIRST;
	l->since = now;
	l->seen = true;
	l->station = station_new(s->rib, &config, &station_ops, l);
	DL_APPEND(s->lines, l);
	s->ops->each_up(s->arg, tell_up, l->station);
	line_dial(l);
}

static bool
target_eq(const struct station_target *a, const struct station_target *b)
{
	return addr_eq(&a->addr, &b->addr) && a->port == b->port &&
	    a->pre_policy == b->pre_policy &&
	    a->post_policy == b->post_policy && a->loc_rib == b->loc_rib &&
	    a->statistics == b->statistics;
}

static struct line *
line_of(const struct stations *s, const struct station_target *target)
{
	struct line *l;

	DL_FOREACH (s->lines, l)
		if (target_eq(&l->target, target))
			return l;
	return NULL;
}

void
stations_set(struct stations *s, const struct station_target *targets, size_t n,
    uint64_t now)
{
	struct line *l, *next;

	DL_FOREACH (s->lines, l)
		l->seen = false;
	for (size_t i = 0; i < n; i++)
		if ((l = line_of(s, &targets[i])) != NULL)
			l->seen = true;
	DL_FOREACH_SAFE (s->lines, l, next)
		if (!l->seen)
			line_free(l);
	for (size_t i = 0; i < n; i++)
		if (line_of(s, &targets[i]) == NULL)
			line_new(s, &targets[i], now);
}

bool
stations_any(const struct stations *s)
{
	return s->lines != NULL;
}

/* What happens. ---------------------------------------------------------------- */

void
stations_up(struct stations *s, const struct station_peer *p)
{
	struct line *l;

	DL_FOREACH (s->lines, l)
		station_up(l->station, p);
}

void
stations_down(
    struct stations *s, uint32_t source, enum bmp_down why, struct rbuf data)
{
	struct line *l;

	DL_FOREACH (s->lines, l)
		station_down(l->station, source, why, data);
}

void
stations_touch(struct stations *s, uint32_t source, const struct prefix *prefix,
    uint32_t path_id, bool was_eligible)
{
	struct line *l;

	DL_FOREACH (s->lines, l)
		station_touch(
		    l->station, source, prefix, path_id, was_eligible);
}

/* Connections. ----------------------------------------------------------------- */

static struct line *
line_by_id(const struct stations *s, uint32_t id)
{
	struct line *l;

	DL_FOREACH (s->lines, l)
		if (l->id == id && (l->connected || l->dialing))
			return l;
	return NULL;
}

static void
line_report_at(struct line *l, uint64_t now)
{
	if (l->target.statistics == 0)
		return;
	l->report = now + (uint64_t)l->target.statistics * 1000;
	l->all->ops->arm(l->all->arg, l->report);
}

void
stations_connected(struct stations *s, uint32_t id, uint64_t now)
{
	struct line *l = line_by_id(s, id);
	char text[ADDR_TEXT];

	if (l == NULL)
		return;
	log_info("BMP station %s: connected", line_name(l, text));
	l->dialing = false;
	l->connected = true;
	l->since = now;
	line_report_at(l, now);
	station_begin(l->station);
	s->ops->changed(s->arg);
}

void
stations_closed(struct stations *s, uint32_t id, const char *why, uint64_t now)
{
	struct line *l = line_by_id(s, id);

	if (l == NULL)
		return;
	if (l->connected)
		station_end(l->station);
	l->broken += l->connected;
	l->connected = l->dialing = false;
	l->report = 0;
	l->n_reports = 0;
	line_pause(l, why, now);
}

/* The station could not keep up, or the program ends. */
static void
farewell(struct line *l, struct wbuf *w, enum bmp_end why)
{
	bmp_termination(w, why);
	line_hang_up(l);
}

static void
give_up(struct line *l, struct wbuf *w, uint64_t now)
{
	l->lost++;
	farewell(l, w, BMP_END_RESOURCES);
	line_pause(l, "it takes less than there is to be told", now);
}

static bool
next_report(struct line *l, struct wbuf *w)
{
	struct bmp_count counts[COUNTS_MOST];
	size_t start = w->len;

	while (l->n_reports > 0 && w->len == start) {
		uint32_t source = l->reports[--l->n_reports];
		size_t n = l->all->ops->counts(
		    l->all->arg, source, counts, COUNTS_MOST);

		station_report(l->station, w, source, counts, n);
	}
	return w->len > start;
}

static bool
line_next(struct line *l, struct wbuf *w, uint64_t now)
{
	if (l->ends) {
		farewell(l, w, BMP_END_ADMIN);
		return true;
	}
	if (station_is_lost(l->station)) {
		give_up(l, w, now);
		return true;
	}
	if (next_report(l, w))
		return true;
	bool more = station_next(l->station, w, WALK_SLICE);

	if (!station_waits(l->station))
		l->pause = PAUSE_FIRST; /* it has been told all */
	return more;
}

bool
stations_next(struct stations *s, uint32_t id, struct wbuf *w, uint64_t now)
{
	struct line *l = line_by_id(s, id);
	size_t start = w->len;

	if (l == NULL || !l->connected)
		return false;
	bool more = line_next(l, w, now);

	l->bytes += w->len - start;
	return more;
}

bool
stations_wait(const struct stations *s, uint32_t id)
{
	const struct line *l = line_by_id(s, id);

	return l != NULL && l->connected &&
	    (l->ends || station_is_lost(l->station) || l->n_reports > 0 ||
		station_waits(l->station));
}

void
stations_stop(struct stations *s)
{
	struct line *l;

	DL_FOREACH (s->lines, l) {
		l->due = 0;
		l->ends = true;
		if (l->connected)
			on_wake(l);
		else
			line_hang_up(l);
	}
}

bool
stations_are_left(const struct stations *s)
{
	const struct line *l;

	DL_FOREACH (s->lines, l)
		if (l->connected)
			return false;
	return s->port->is_flushed(s->port->arg);
}

/* Time. ------------------------------------------------------------------------ */

static void
add_report(void *arg, const struct station_peer *p)
{
	struct line *l = arg;

	l->reports =
	    xrealloc(l->reports, l->n_reports + 1, sizeof(l->reports[0]));
	l->reports[l->n_reports++] = p->source;
}

static void
line_tick(struct line *l, uint64_t now)
{
	if (l->due != 0 && l->due <= now)
		line_dial(l);
	if (l->report == 0 || l->report > now)
		return;
	l->n_reports = 0;
	l->all->ops->each_up(l->all->arg, add_report, l);
	line_report_at(l, now);
	on_wake(l);
}

void
stations_tick(struct stations *s, uint64_t now)
{
	struct line *l, *next;

	DL_FOREACH_SAFE (s->lines, l, next)
		line_tick(l, now);
}

bool
stations_view(const struct stations *s, size_t nth, struct stations_view *v)
{
	const struct line *l;

	DL_FOREACH (s->lines, l)
		if (nth-- == 0) {
			*v = (struct stations_view){ .target = &l->target,
				.connected = l->connected,
				.since = l->since,
				.why = l->why,
				.ends = l->broken,
				.lost = l->lost,
				.bytes = l->bytes,
				.waiting = station_touched(l->station) };
			return true;
		}
	return false;
}
