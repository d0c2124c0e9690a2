/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ruling (judge.c) is compared with what the object says of itself. A new status or
 * reason is written soon; a text in which only numbers differ waits until the last
 * write is a minute old. For each write of a Service or BGPPeer comes to every node as
 * an event: writes stand in line (turns.c), and all nodes together get EVENTS_S of them
 * a second for either kind, and of numbers alone a small part of that, as a node more
 * or less changes all texts. When thousands of Services turn at once they are told one
 * after the other, while their ServiceGroup and BGPPeers have been told at once. Who
 * has turned TURNS_FREE times within CALM_MS is told ever later, as of a session that
 * flaps: the first fault comes within seconds, the tenth with a minute's delay.
 *
 * The patch of a Service has one condition in it and nothing else: who follows
 * status.loadBalancer, as external-dns does, sees it as it was.
 */
#include "allocator/announced/announced_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/announce/want.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "common/source/source.h"
#include "common/source/store.h"

#define STARTS_MS 30000  /* in which pods of a new Service are there */
#define ECHO_MS 5000     /* what was written is read back within this */
#define RETRY_MOST 60000 /* ms between two writes that fail */
#define EVENTS_S 100000  /* for all nodes together */
#define WRITES_LEAST 20  /* a second */
#define WRITES_MOST 500
#define NUMBERS_SHARE 25 /* numbers get a write when others get so many */
#define TURNS_FREE 5     /* so often an object may turn */
#define CALM_MS 300000   /* without a turn, and it may again */
#define TURN_MS 4000 /* between two turns beyond those; then twice that … */
#define TURN_MOST 60000

void
tell_count(struct announced *a, struct entry *e, const struct ruling *r)
{
	size_t i = 0;

	if (e->counts != NULL)
		e->counts->n--;
	e->counts = NULL;
	if (r == NULL)
		return;
	while (i < REASONS_MOST && a->counts[i].reason != NULL &&
	    strcmp(a->counts[i].reason, r->reason) != 0)
		i++;
	if (i == REASONS_MOST)
		return;
	e->counts = &a->counts[i];
	e->counts->reason = r->reason;
	e->counts->good = r->good;
	e->counts->n++;
}

bool
announced_count(
    const struct announced *a, size_t nth, struct announced_count *count)
{
	if (nth >= REASONS_MOST || a->counts[nth].reason == NULL)
		return false;
	*count = a->counts[nth];
	return true;
}

void
tell_forget(struct announced *a, struct entry *e)
{
	tell_count(a, e, NULL);
	HASH_DEL(a->entries, e);
	workqueue_remove(&a->queue, &e->work);
	turns_leave(&a->turns, &e->turn);
	free(e->ns);
	free(e->name);
	free(e->last);
	free(e->key);
	free(e);
}

struct writing { /* a write that has no answer yet */
	struct announced *of;
	char *key; /* owned; of its entry, which may be gone */
	struct writing *prev, *next;
};

static void
writing_free(struct writing *w)
{
	DL_DELETE(w->of->writings, w);
	free(w->key);
	free(w);
}

void
tell_fini(struct announced *a)
{
	struct entry *e, *next;

	while (a->writings != NULL) /* given up by the source */
		writing_free(a->writings);
	HASH_ITER (hh, a->entries, e, next)
		tell_forget(a, e);
	workqueue_fini(&a->queue);
}

static char *
entry_key(size_t kind, const struct object_key *key)
{
	return xasprintf("%zu %s/%s", kind, key->ns, key->name);
}

struct entry *
tell_find(struct announced *a, size_t kind, const struct object_key *key)
{
	char *text = entry_key(kind, key);
	struct entry *e;

	HASH_FIND_STR(a->entries, text, e);
	free(text);
	return e;
}

struct entry *
tell_get(struct announced *a, size_t kind, const struct object_key *key)
{
	struct entry *e = tell_find(a, kind, key);

	if (e != NULL)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->kind = kind;
	e->ns = xstrdup(key->ns);
	e->name = xstrdup(key->name);
	e->key = entry_key(kind, key);
	e->told_at = clock_now(a->spec.clock);
	HASH_ADD_KEYPTR(hh, a->entries, e->key, strlen(e->key), e);
	return e;
}

void
tell_mark(struct announced *a, struct entry *e)
{
	if (e->work.failures == 0)
		workqueue_let_go(&a->queue, &e->work);
	workqueue_add(&a->queue, &e->work);
}

/* ---- writes ---- */

static void
on_written(void *arg, const struct source_result *result)
{
	struct writing *w = arg;
	struct announced *a = w->of;
	struct entry *e;

	HASH_FIND_STR(a->entries, w->key, e);
	writing_free(w);
	if (e == NULL)
		return;
	e->writing = false;
	if (result->code == WRITE_OK) {
		workqueue_forget(&a->queue, &e->work);
		tell_mark(a, e); /* it may be another by now */
	} else if (result->code != WRITE_GONE) {
		log_warn("%s%s%s: condition not written: %s", e->ns,
		    e->ns[0] != '\0' ? "/" : "", e->name, result->message);
		free(e->last);
		e->last = NULL;
		workqueue_add_failed(
		    &a->queue, &e->work, RETRY_MOST, clock_now(a->spec.clock));
	}
	a->spec.wake(a->spec.arg);
}

static const char *
status_of(const struct ruling *r)
{
	return r->unknown ? "Unknown" : r->good ? "True" : "False";
}

static json_t *
condition_json(const struct announced *a, const struct told *t)
{
	const struct ruling *r = t->ruling;
	const char *status = r != NULL ? status_of(r) : "";
	int64_t since = clock_wall(a->spec.clock) / 1000;
	char changed[DATE_TEXT];

	if (r == NULL)
		return json_pack(
		    "{s:s, s:s}", "type", t->type, "$patch", "delete");
	if (t->said != NULL && t->said->changed != 0 &&
	    strcmp(t->said->status, status) == 0)
		since = t->said->changed;
	json_t *c = json_pack("{s:s, s:s, s:s, s:s, s:s}", "type", t->type,
	    "status", status, "reason", r->reason, "message", r->message,
	    "lastTransitionTime", date_print(since, changed));

	if (t->generation != 0)
		json_object_set_new(
		    c, "observedGeneration", json_integer(t->generation));
	return c;
}

bool
told_same(const struct told *t)
{
	const struct ruling *r = t->ruling;
	const struct condition *c = t->said;

	if (r == NULL || c == NULL)
		return r == NULL && c == NULL;
	return strcmp(c->status, status_of(r)) == 0 &&
	    strcmp(c->reason, r->reason) == 0;
}

bool
told_true(const struct told *t)
{
	return t->said != NULL && strcmp(t->said->status, "True") == 0;
}

/*
 * That nobody holds it on links may be no more than not written yet, by the node that
 * has it from another, and that a new Service has no address no more than not read
 * back yet. A daemon that starts anew, as in an upgrade, is not ready for a moment,
 * says that the data plane is down, as it has not answered yet, and has no session
 * before a router takes one; routers keep its routes meanwhile.
 */
static uint64_t
hold_of(const struct told *t, bool passing)
{
	const char *reason = t->ruling != NULL ? t->ruling->reason : "";
	bool starts = strcmp(reason, NO_DAEMON) == 0 ||
	    strcmp(reason, verdict_name(VERDICT_DATA_PLANE)) == 0;
	bool meets =
	    strcmp(reason, NO_PEER) == 0 || strcmp(reason, NO_SESSION) == 0;

	if (strcmp(reason, NOT_HELD) == 0)
		return REPORT_MS;
	if (t->said == NULL && strcmp(reason, NO_ADDRESS) == 0)
		return HOLD_MS;
	return told_true(t) && (starts || (passing && meets)) ? HOLD_MS : 0;
}

uint64_t
passing_until(
    struct passing *p, const char *reason, uint64_t hold, uint64_t now)
{
	if (hold == 0) {
		p->reason = NULL;
		return 0;
	}
	if (p->reason == NULL)
		p->since = now;
	if (p->reason == NULL || strcmp(p->reason, reason) != 0)
		p->until = now + hold;
	p->reason = reason;
	if (p->until > p->since + HOLD_MOST)
		p->until = p->since + HOLD_MOST;
	return now < p->until ? p->until : 0;
}

uint64_t
told_passes(const struct told *t, struct passing *p, uint64_t now)
{
	const char *reason = t->ruling != NULL ? t->ruling->reason : "";

	return passing_until(p, reason, hold_of(t, p->reason != NULL), now);
}

/* It says so of the object as it is now. */
static bool
has_observed(const struct told *t)
{
	return t->said == NULL || t->said->observed == t->generation ||
	    t->generation == 0;
}

/*
 * For who reads events. That a Service has no address has been told, where there is no
 * node nobody waits for it, and what is pending is no news yet.
 */
static bool
is_no_event(
    const struct announced *a, const struct entry *e, const struct ruling *r)
{
	if (strcmp(r->reason, PENDING) == 0)
		return true;
	return e->kind == a->spec.service &&
	    (strcmp(r->reason, NO_ADDRESS) == 0 ||
		strcmp(r->reason, NO_NODE) == 0);
}

static void
event_send(struct announced *a, const struct entry *e, const struct told *t)
{
	const struct ruling *r = t->ruling;
	const struct source_event event = { .kind = e->kind,
		.key = { e->ns, e->name },
		.uid = t->uid,
		.warning = !r->good,
		.reason = r->reason,
		.message = r->message };

	source_event(a->source, &event);
}

/* ms, in which what starts now puts it right: pods, or the sessions of a daemon. */
static uint64_t
grace_of(const char *reason)
{
	const struct {
		const char *reason;
		uint64_t ms;
	} graces[] = {
		{ verdict_name(VERDICT_NO_ENDPOINT), STARTS_MS },
		{ NO_DAEMON, STARTS_MS },
		{ verdict_name(VERDICT_DATA_PLANE), REPORT_MS },
		{ NO_PEER, REPORT_MS },
		{ NO_SESSION, REPORT_MS },
	};

	for (size_t i = 0; i < sizeof(graces) / sizeof(graces[0]); i++)
		if (strcmp(graces[i].reason, reason) == 0)
			return graces[i].ms;
	return 0;
}

/*
 * The pods of a new Service are started when it is made, or after it. And in a cluster
 * that has just got us, the daemons' images are pulled yet, and then they meet their
 * routers. So who is told stays new until all is well, or a warning is sent. A BGPPeer
 * that was pending has had the time for its sessions.
 */
static bool
is_early(const struct announced *a, const struct entry *e, const struct told *t)
{
	const char *was = t->said != NULL ? t->said->reason : "";
	bool pending = strcmp(was, PENDING) == 0;
	bool is_new = t->said == NULL || e->late != NULL || pending ||
	    strcmp(was, NO_ADDRESS) == 0;

	return (e->kind == a->spec.service || e->kind == a->spec.peer) &&
	    is_new && grace_of(t->ruling->reason) > (pending ? REPORT_MS : 0);
}

/* age: ms since it was told. */
static void
late_set(
    struct announced *a, struct entry *e, const struct told *t, uint64_t age)
{
	e->late = t->ruling->reason;
	e->late_at = clock_now(a->spec.clock) + grace_of(e->late) - age;
}

/*
 * Who led before us had this event to send yet, perhaps, and nobody else knew. That he
 * said so of a Service that was old is not to be seen: then it is sent once more.
 */
static void
late_inherit(struct announced *a, struct entry *e, const struct told *t)
{
	bool first = !e->judged;

	e->judged = true;
	if (!first || t->said == NULL || t->ruling == NULL || !told_same(t) ||
	    grace_of(t->said->reason) < STARTS_MS)
		return;
	int64_t age = clock_wall(a->spec.clock) - t->said->changed * 1000;

	if (age >= 0 && age < STARTS_MS)
		late_set(a, e, t, (uint64_t)age);
}

static void
entry_event(struct announced *a, struct entry *e, const struct told *t)
{
	const struct ruling *r = t->ruling;
	bool was_bad = t->said != NULL &&
	    strcmp(t->said->status, "False") == 0 && e->late == NULL;

	if (r == NULL || (r->good && !was_bad) || told_same(t) ||
	    is_no_event(a, e, r))
		return;
	if (is_early(a, e, t)) {
		late_set(a, e, t, 0);
	} else {
		e->late = NULL;
		event_send(a, e, t);
	}
}

void
tell_late_event(struct announced *a, struct entry *e, const struct told *t)
{
	late_inherit(a, e, t);
	bool holds = e->late != NULL && t->ruling != NULL &&
	    strcmp(t->ruling->reason, e->late) == 0;

	if (holds && clock_now(a->spec.clock) < e->late_at) {
		if (!workqueue_is_held(&e->work) || e->work.due > e->late_at)
			workqueue_add_after(&a->queue, &e->work, e->late_at);
		return;
	}
	if (holds)
		event_send(a, e, t);
	if (holds || told_same(t)) /* what is another is not written yet */
		e->late = NULL;
}

static void
entry_turned(struct entry *e, bool turned, uint64_t now)
{
	e->told_at = now;
	if (!turned)
		return;
	e->turns = now < e->turned_at + CALM_MS ? e->turns + 1 : 1;
	e->turned_at = now;
}

static void
entry_write(struct announced *a, struct entry *e, const struct told *t)
{
	json_t *body = json_pack(
	    "{s:{s:[o]}}", "status", "conditions", condition_json(a, t));
	char *text = json_dumps(body, JSON_COMPACT);
	struct writing *w = xcalloc(1, sizeof(*w));
	const struct source_write write = {
		.how = e->kind == a->spec.service || e->kind == a->spec.node
		    ? WRITE_CORE_STATUS
		    : WRITE_STATUS,
		.kind = e->kind,
		.key = { e->ns, e->name },
		.body = text,
		.part = "ready",
	};

	w->of = a;
	w->key = xstrdup(e->key);
	DL_APPEND(a->writings, w);
	e->writing = true;
	entry_turned(e, !told_same(t), clock_now(a->spec.clock));
	xreplace(&e->last, t->ruling != NULL ? t->ruling->message : "");
	source_write(a->source, &write, on_written, w);
	entry_event(a, e, t);
	json_decref(body);
	free(text);
}

static unsigned
writes_a_second(const struct announced *a)
{
	size_t nodes = store_count(a->spec.store, a->spec.node);
	size_t n = nodes > 0 ? EVENTS_S / nodes : WRITES_MOST;

	return n < WRITES_LEAST ? WRITES_LEAST
	    : n > WRITES_MOST   ? WRITES_MOST
				: (unsigned)n;
}

unsigned
tell_pause(const struct announced *a, enum turn_sort sort)
{
	unsigned pause = 1000 / writes_a_second(a);

	return sort == TURN_NUMBERS ? pause * NUMBERS_SHARE : pause;
}

static enum turn_sort
sort_of(const struct announced *a, const struct entry *e, bool numbers)
{
	return numbers                   ? TURN_NUMBERS
	    : e->kind == a->spec.service ? TURN_SERVICE
	    : e->kind == a->spec.peer    ? TURN_PEER
					 : TURN_NODE;
}

bool
tell_in_batch(enum turn_sort sort)
{
	return sort == TURN_PEER || sort == TURN_NODE;
}

uint64_t
tell_batch_at(const struct announced *a, uint64_t at)
{
	uint64_t next = a->looked_at + BATCH_MS;

	return at > next ? at : next;
}

void
tell_plan(struct announced *a)
{
	for (unsigned sort = 0; sort < TURN_SORTS; sort++) {
		uint64_t at = turns_due(&a->turns, sort);

		announced_hasten(
		    a, tell_in_batch(sort) ? tell_batch_at(a, at) : at);
	}
}

/* When one that turns all the time may do so again. */
static uint64_t
turn_at(const struct entry *e)
{
	uint64_t pause = TURN_MS;

	if (e->turns < TURNS_FREE)
		return 0;
	for (unsigned i = TURNS_FREE; i < e->turns && pause < TURN_MOST; i++)
		pause *= 2;
	return e->turned_at + (pause < TURN_MOST ? pause : TURN_MOST);
}

/* When it may be written; UINT64_MAX: it says all that is to be said. */
static uint64_t
tell_at(const struct entry *e, const struct told *t, uint64_t now)
{
	const char *message = t->ruling != NULL ? t->ruling->message : "";
	bool same = told_same(t);

	if (same && has_observed(t) &&
	    (t->said == NULL || strcmp(t->said->message, message) == 0))
		return UINT64_MAX;
	if (e->last != NULL && strcmp(e->last, message) == 0 &&
	    now < e->told_at + ECHO_MS)
		return e->told_at + ECHO_MS;
	if (!same)
		return turn_at(e);
	return has_observed(t) ? e->told_at + NUMBERS_MS : 0;
}

void
tell_condition(struct announced *a, struct entry *e, const struct told *t)
{
	uint64_t now = clock_now(a->spec.clock);
	uint64_t at = tell_at(e, t, now);
	enum turn_sort sort = sort_of(a, e, told_same(t) && has_observed(t));

	if (e->writing)
		return; /* its answer and echo come by */
	if (at > now) {
		turns_leave(&a->turns, &e->turn);
		if (at != UINT64_MAX)
			workqueue_add_after(&a->queue, &e->work, at);
		return;
	}
	if (turns_take(&a->turns, &e->turn, sort, tell_pause(a, sort), now))
		entry_write(a, e, t);
	tell_plan(a);
}
