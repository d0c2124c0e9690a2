/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each watcher has a queue of lines, which whoever writes to him takes as a whole. An
 * event is built once, and only if somebody would take it; then its line is added to
 * the queue of each for whom it is. A queue that has no room for it is closed: from
 * then on events are counted, until it is taken with that number at its end.
 *
 * Of routes the rib tells twice: that those of a prefix are others, which is for who
 * watches all, and whose route it was, which is for who watches that peer.
 */
#include "bgpd/control/monitor.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/control/views.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/date.h"

struct watcher {
	struct monitor *monitor;
	unsigned kinds;
	char *peer; /* owned; NULL: all */
	void (*wake)(void *arg);
	void *arg;
	char *queue; /* owned; NULL: nothing waits */
	size_t len;
	uint64_t lost; /* behind what is queued; nothing is queued meanwhile */
	struct watcher *next, *prev;
};

struct monitor {
	struct rib *rib;
	const struct clock *clock;
	const struct monitor_ops *ops;
	void *arg;
	struct watcher *watchers; /* owned */
	unsigned n_watchers;
	struct rib_listener listener;
	bool listens; /* to the rib: somebody wants to know of routes */
};

static const struct {
	enum monitor_kind kind;
	const char *name;
} kinds[] = {
	{ MONITOR_SESSION, "session" },
	{ MONITOR_ROUTE, "route" },
	{ MONITOR_ANNOUNCEMENT, "announcement" },
	{ MONITOR_BFD, "bfd" },
};

#define KINDS (sizeof(kinds) / sizeof(kinds[0]))

const char *
monitor_kind_name(enum monitor_kind kind)
{
	for (size_t i = 0; i < KINDS; i++)
		if (kinds[i].kind == kind)
			return kinds[i].name;
	return "unknown";
}

enum monitor_kind
monitor_kind_find(const char *name)
{
	for (size_t i = 0; i < KINDS; i++)
		if (strcmp(kinds[i].name, name) == 0)
			return kinds[i].kind;
	return 0;
}

/* The queues. ------------------------------------------------------------------ */

/* Whom an event is for. */
struct matter {
	enum monitor_kind kind;
	const char *peer; /* whose it is; NULL: nobody's */
	/* For those who watch that peer only; for those who watch all. */
	bool narrow, wide;
};

static bool
is_for(const struct watcher *w, const struct matter *of)
{
	if ((w->kinds & of->kind) == 0)
		return false;
	if (w->peer == NULL)
		return of->wide;
	return of->narrow && of->peer != NULL && strcmp(of->peer, w->peer) == 0;
}

/* Would any of them take it? Those that would not have lost it. */
static bool
is_wanted(struct monitor *m, const struct matter *of)
{
	struct watcher *w;
	bool any = false;

	DL_FOREACH (m->watchers, w) {
		if (!is_for(w, of))
			continue;
		any |= w->lost == 0;
		w->lost += w->lost > 0;
	}
	return any;
}

static void
push(struct watcher *w, const char *line, size_t n)
{
	bool empty = w->len == 0;

	if (n > MONITOR_QUEUE - w->len) {
		w->lost = 1;
	} else {
		w->queue = xrealloc(w->queue, w->len + n + 1, 1);
		memcpy(w->queue + w->len, line, n + 1);
		w->len += n;
	}
	if (empty)
		w->wake(w->arg);
}

/* Milliseconds, too: in what order things came to pass is what people look for. */
static json_t *
time_view(const struct monitor *m)
{
	int64_t wall = clock_wall(m->clock);
	char text[DATE_TEXT];

	date_print(wall / 1000, text);
	text[strcspn(text, "Z")] = '\0';
	return json_sprintf("%s.%03dZ", text, (int)(wall % 1000));
}

static char *
line_build(const struct monitor *m, const char *kind, json_t *event)
{
	json_t *o = json_pack("{s:o, s:s}", "at", time_view(m), "kind", kind);

	json_object_update(o, event);
	char *text = json_dumps(o, JSON_COMPACT);
	char *line = xasprintf("%s\n", text);

	free(text);
	json_decref(o);
	json_decref(event);
	return line;
}

/* Takes the event over. is_wanted() has been asked. */
static void
emit(struct monitor *m, const struct matter *of, json_t *event)
{
	char *line = line_build(m, monitor_kind_name(of->kind), event);
	size_t n = strlen(line);
	struct watcher *w;

	DL_FOREACH (m->watchers, w)
		if (is_for(w, of) && w->lost == 0)
			push(w, line, n);
	free(line);
}

char *
monitor_take(struct watcher *w)
{
	char *text = w->queue;

	w->queue = NULL;
	w->len = 0;
	if (w->lost == 0)
		return text;
	char *line = line_build(w->monitor, "lost",
	    json_pack("{s:I}", "lost", (json_int_t)w->lost));
	char *all = xasprintf("%s%s", text != NULL ? text : "", line);

	w->lost = 0;
	free(text);
	free(line);
	return all;
}

/* Routes. ---------------------------------------------------------------------- */

static json_t *
route_view(const struct monitor *m, const struct rib_route *r)
{
	const char *peer = m->ops->peer(m->arg, r->source);
	json_t *o = view_path(r->path);

	json_object_set_new(
	    o, "neighborName", peer != NULL ? json_string(peer) : json_null());
	json_object_set_new(o, "best", json_boolean(r->best));
	json_object_set_new(o, "eligible", json_boolean(r->eligible));
	json_object_set_new(o, "filtered", json_boolean(r->filtered));
	json_object_set_new(o, "stale", json_boolean(r->stale));
	return o;
}

static json_t *
prefix_view(const struct prefix *prefix)
{
	char text[PREFIX_TEXT];

	return json_string(prefix_print(prefix, text));
}

static void
emit_routes(struct monitor *m, const struct matter *of, enum family family,
    uint32_t index)
{
	if (!is_wanted(m, of))
		return;
	struct prefix prefix =
	    prefix_table_get(rib_prefixes(m->rib, family), index);
	json_t *list = json_array();
	struct rib_route r;
	bool more = rib_lookup(m->rib, &prefix, 0, &r);

	while (more && json_array_size(list) < MONITOR_ROUTES) {
		json_array_append_new(list, route_view(m, &r));
		more = rib_lookup_next(m->rib, &r);
	}

	emit(m, of,
	    json_pack("{s:o, s:o, s:b}", "prefix", prefix_view(&prefix),
		"routes", list, "more", more));
}

static void
on_changed(void *arg, enum family family, uint32_t index, unsigned news)
{
	const struct matter of = { .kind = MONITOR_ROUTE, .wide = true };

	(void)news;
	emit_routes(arg, &of, family, index);
}

static void
on_route(void *arg, enum family family, uint32_t index, uint32_t source,
    uint32_t path_id, bool was_eligible)
{
	struct monitor *m = arg;
	const struct matter of = { .kind = MONITOR_ROUTE,
		.peer = m->ops->peer(m->arg, source),
		.narrow = true };

	(void)path_id;
	(void)was_eligible;
	emit_routes(m, &of, family, index);
}

static const struct rib_ops rib_ops = {
	.news = RIB_NEWS_BEST | RIB_NEWS_ROUTE,
	.changed = on_changed,
	.route = on_route,
};

/* The rib has nobody to tell where nobody wants to know. */
static void
listen_if_wanted(struct monitor *m)
{
	const struct watcher *w;
	bool wanted = false;

	DL_FOREACH (m->watchers, w)
		wanted |= (w->kinds & MONITOR_ROUTE) != 0;
	if (wanted == m->listens)
		return;
	m->listens = wanted;
	if (wanted)
		rib_listen(m->rib, &m->listener);
	else
		rib_unlisten(m->rib, &m->listener);
}

/* Who watches. ----------------------------------------------------------------- */

struct monitor *
monitor_new(struct rib *rib, const struct clock *clock,
    const struct monitor_ops *ops, void *arg)
{
	struct monitor *m = xcalloc(1, sizeof(*m));

	*m = (struct monitor){ .rib = rib,
		.clock = clock,
		.ops = ops,
		.arg = arg,
		.listener = { .ops = &rib_ops, .arg = m } };
	return m;
}

void
monitor_free(struct monitor *m)
{
	free(m);
}

struct watcher *
monitor_watch(struct monitor *m, unsigned which, const char *peer,
    void (*wake)(void *arg), void *arg)
{
	if (m->n_watchers == MONITOR_WATCHERS)
		return NULL;
	struct watcher *w = xcalloc(1, sizeof(*w));

	*w = (struct watcher){ .monitor = m,
		.kinds = which,
		.peer = peer != NULL ? xstrdup(peer) : NULL,
		.wake = wake,
		.arg = arg };
	DL_APPEND(m->watchers, w);
	m->n_watchers++;
	listen_if_wanted(m);
	return w;
}

void
monitor_leave(struct watcher *w)
{
	struct monitor *m = w->monitor;

	DL_DELETE(m->watchers, w);
	m->n_watchers--;
	listen_if_wanted(m);
	free(w->queue);
	free(w->peer);
	free(w);
}

/* What happens. ---------------------------------------------------------------- */

static json_t *
error_view(const struct session_error *e)
{
	if (e == NULL || e->at == 0)
		return json_null();
	return json_pack("{s:s, s:i, s:i, s:s}", "sentBy",
	    e->received ? "Peer" : "Local", "code", (int)e->code, "subcode",
	    (int)e->subcode, "text", e->text);
}

void
monitor_session(struct monitor *m, const char *peer, const struct session *s)
{
	struct scoped_addr remote = session_config_remote(session_config(s));
	char text[SCOPED_ADDR_TEXT];
	const struct matter of = { MONITOR_SESSION, peer, true, true };

	if (!is_wanted(m, &of))
		return;
	emit(m, &of,
	    json_pack("{s:s, s:s, s:s, s:o}", "neighborName", peer, "neighbor",
		scoped_addr_print(&remote, text), "state",
		fsm_state_name(session_state(s)), "lastError",
		error_view(session_error(s))));
}

void
monitor_announcement(
    struct monitor *m, const struct prefix *prefix, bool announced)
{
	const struct matter of = { .kind = MONITOR_ANNOUNCEMENT, .wide = true };

	if (is_wanted(m, &of))
		emit(m, &of,
		    json_pack("{s:o, s:b}", "prefix", prefix_view(prefix),
			"announced", announced));
}

void
monitor_bfd(struct monitor *m, const char *peer, const char *why)
{
	const struct matter of = { MONITOR_BFD, peer, true, true };

	if (is_wanted(m, &of))
		emit(m, &of,
		    json_pack("{s:s, s:b, s:s?}", "neighborName", peer, "up",
			why == NULL, "reason", why));
}
