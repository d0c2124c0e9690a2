/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is heard marks work, and announced_run() does it in this order: nodes are put
 * into classes anew (node_classes.c), if anything of a node has changed and not more
 * often than WORLD_MS; if that led to other classes, or a group changed, all groups and
 * Services are judged anew; BGPPeers are, once somebody's sessions have changed; then
 * Services that stand in line, some a call.
 *
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
#include "allocator/announced/announced.h"

#include <jansson.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "allocator/announced/announced_state.h"
#include "allocator/announced/judge.h"
#include "allocator/announced/node_classes.h"
#include "allocator/announced/report.h"
#include "allocator/announced/sessions.h"
#include "allocator/announced/turns.h"
#include "allocator/reconcile/workqueue.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_peer.h"
#include "common/alloc.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/clock.h"
#include "common/date.h"
#include "common/log.h"
#include "common/source/source.h"
#include "common/source/store.h"

#define WORLD_MS 2000 /* between two looks at all nodes, at least */
#define UNLIKE_MS 500 /* … where one stands for others and is unlike them */
#define HEARTBEAT_MS 30000 /* … at most: nobody tells that a heartbeat is old */
#define PEERS_MS 2000      /* between two looks at all sessions, at least */
#define BATCH_MS 1000      /* … for who stands in line: of so many at once */
#define QUESTIONS_MOST 4000 /* of Services, to classes, in a call */
#define NEW_MS 1000         /* before a new Service is judged */
#define HOLD_MS 5000        /* in which what may pass by itself does */
#define NUMBERS_MS 60000    /* a text that differs in numbers waits so long */
#define STARTS_MS 30000     /* in which pods of a new Service are there */
#define ECHO_MS 5000        /* what was written is read back within this */
#define RETRY_MOST 60000    /* ms between two writes that fail */
#define EVENTS_S 100000     /* for all nodes together */
#define WRITES_LEAST 20     /* a second */
#define WRITES_MOST 500
#define NUMBERS_SHARE 25 /* numbers get a write when others get so many */
#define TURNS_FREE 5     /* so often an object may turn */
#define CALM_MS 300000   /* without a turn, and it may again */
#define TURN_MS 4000 /* between two turns beyond those; then twice that … */
#define TURN_MOST 60000

struct group_ruling {
	char *name; /* owned */
	struct ruling ruling;
	uint64_t at;
	bool seen;
	UT_hash_handle hh;
};

/* None of the endpoints is "here": no Node has such a name. */
#define NOWHERE "/"

struct announced *
announced_new(const struct announced_spec *spec)
{
	struct announced *a = xcalloc(1, sizeof(*a));

	a->spec = *spec;
	a->endpoints = endpoints_new(NOWHERE);
	a->daemons = endpoints_new(NOWHERE);
	a->classes =
	    node_classes_new(&(struct node_classes_spec){ .store = spec->store,
		.instance = &a->spec.instance,
		.node = spec->node,
		.group = spec->group_row,
		.configuration = spec->configuration,
		.peer = spec->peer,
		.report = spec->report,
		.endpoints = a->endpoints,
		.daemons = a->daemons });
	a->due = UINT64_MAX;
	return a;
}

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

static void
group_free(struct announced *a, struct group_ruling *g)
{
	HASH_DEL(a->groups, g);
	free(g->name);
	free(g);
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

void
announced_forget_groups(struct announced *a)
{
	struct group_ruling *g, *next;

	HASH_ITER (hh, a->groups, g, next)
		group_free(a, g);
}

void
announced_free(struct announced *a)
{
	if (a == NULL)
		return;
	tell_fini(a);
	announced_forget_groups(a);
	node_classes_free(a->classes);
	endpoints_free(a->endpoints);
	endpoints_free(a->daemons);
	free(a);
}

void
announced_set_source(struct announced *a, struct source *source)
{
	a->source = source;
}

void
announced_hasten(struct announced *a, uint64_t at)
{
	clock_hasten(&a->due, at);
}

/* ---- what is heard ---- */

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

void
announced_service(
    struct announced *a, const struct object_key *key, const void *is)
{
	struct entry *e = tell_find(a, a->spec.service, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	else if (is != NULL && e != NULL)
		tell_mark(a, e);
	else if (is != NULL) /* it has no address yet, but gets it soon */
		workqueue_add_after(&a->queue,
		    &tell_get(a, a->spec.service, key)->work,
		    clock_now(a->spec.clock) + NEW_MS);
	a->spec.wake(a->spec.arg);
}

void
announced_peer(struct announced *a, const struct object_key *key,
    const struct bgp_peer *was, const struct bgp_peer *is)
{
	struct entry *e = tell_find(a, a->spec.peer, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	if (was != NULL && is != NULL &&
	    meta_same_spec(&was->meta, &is->meta)) {
		a->peers_due = true; /* its status, most often by us */
		a->spec.wake(a->spec.arg);
		return;
	}
	announced_rules(a); /* who may announce what, by a group's peers */
}

static bool
is_of_daemons(const struct announced *a, const struct endpoint_slice *slice)
{
	return strcmp(slice->ns, a->spec.instance.ns) == 0 &&
	    strcmp(slice->service, DAEMONS_SERVICE) == 0;
}

static void
announced_nodes(struct announced *a)
{
	a->world_due = a->peers_due = true;
	a->spec.wake(a->spec.arg);
}

void
announced_slice(struct announced *a, const struct endpoint_slice *was,
    const struct endpoint_slice *is)
{
	const struct endpoint_slice *slice = is != NULL ? is : was;

	if (is_of_daemons(a, slice)) {
		endpoints_change(a->daemons, was, is);
		announced_nodes(a);
		return;
	}
	endpoints_change(a->endpoints, was, is);
	const struct object_key key = { slice->ns, slice->service };
	struct entry *e = tell_find(a, a->spec.service, &key);

	if (e != NULL)
		tell_mark(a, e);
	a->spec.wake(a->spec.arg);
}

void
announced_report(struct announced *a, const struct object_key *key,
    const struct report *was, const struct report *is)
{
	struct entry *e = tell_find(a, a->spec.report, key);

	int64_t wall = clock_wall(a->spec.clock) / 1000;

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	if (report_same(was, is) &&
	    report_is_stale(was, wall) == report_is_stale(is, wall))
		return;
	a->peers_due = true;
	announced_nodes(a);
}

void
announced_node(
    struct announced *a, const struct object_key *key, const void *is)
{
	struct entry *e = tell_find(a, a->spec.node, key);

	if (is == NULL && e != NULL)
		tell_forget(a, e);
	announced_nodes(a);
}

void
announced_rules(struct announced *a)
{
	a->all_due = true;
	announced_nodes(a);
}

void
announced_set_on(struct announced *a, bool on)
{
	struct entry *e, *next;

	if (on == a->on)
		return;
	a->on = on;
	/* Nothing counts until it is judged again. */
	announced_forget_groups(a);
	HASH_ITER (hh, a->entries, e, next) {
		tell_count(a, e, NULL);
		turns_leave(&a->turns, &e->turn);
	}
	if (!on)
		return;
	a->world_due = a->all_due = a->peers_due = true;
	HASH_ITER (hh, a->entries, e, next) {
		workqueue_forget(&a->queue, &e->work);
		workqueue_add(&a->queue, &e->work);
	}
	a->spec.wake(a->spec.arg);
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

/*
 * For who reads events. That a Service has no address has been told, and where there is
 * no node nobody waits for it.
 */
static bool
is_no_event(
    const struct announced *a, const struct entry *e, const struct ruling *r)
{
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

/* The pods of a new Service are started when it is made, or after it. */
static bool
is_early(const struct announced *a, const struct entry *e, const struct told *t)
{
	return e->kind == a->spec.service && t->said == NULL &&
	    strcmp(t->ruling->reason, verdict_name(VERDICT_NO_ENDPOINT)) == 0;
}

static void
entry_event(struct announced *a, struct entry *e, const struct told *t)
{
	const struct ruling *r = t->ruling;
	bool was_bad = t->said != NULL && strcmp(t->said->status, "False") == 0;

	if (r == NULL || (r->good && !was_bad) || told_same(t) ||
	    is_no_event(a, e, r))
		return;
	if (is_early(a, e, t)) {
		e->late = r->reason;
		e->late_at = clock_now(a->spec.clock) + STARTS_MS;
	} else {
		event_send(a, e, t);
	}
}

void
tell_late_event(struct announced *a, struct entry *e, const struct told *t)
{
	bool holds = e->late != NULL && t->ruling != NULL &&
	    strcmp(t->ruling->reason, e->late) == 0;

	if (holds && clock_now(a->spec.clock) < e->late_at) {
		if (!workqueue_is_held(&e->work) || e->work.due > e->late_at)
			workqueue_add_after(&a->queue, &e->work, e->late_at);
		return;
	}
	e->late = NULL;
	if (holds)
		event_send(a, e, t);
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
		    ? WRITE_SERVICE_STATUS
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

	if (same && (t->said == NULL || strcmp(t->said->message, message) == 0))
		return UINT64_MAX;
	if (e->last != NULL && strcmp(e->last, message) == 0 &&
	    now < e->told_at + ECHO_MS)
		return e->told_at + ECHO_MS;
	return same ? e->told_at + NUMBERS_MS : turn_at(e);
}

void
tell_condition(struct announced *a, struct entry *e, const struct told *t)
{
	uint64_t now = clock_now(a->spec.clock);
	uint64_t at = tell_at(e, t, now);
	enum turn_sort sort = sort_of(a, e, told_same(t));

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

/* ---- judging ---- */

static bool
is_ours(const struct announced *a, const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    instance_serves(&a->spec.instance, s->class) &&
	    (s->class != NULL || a->spec.unclassed);
}

static bool
is_of_others(const struct announced *a, const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    instance_of_others(&a->spec.instance, s->class);
}

/*
 * That nobody holds it on links may be no more than not written yet. A daemon that
 * starts anew, as in an upgrade, is not ready for a moment, and then says that the data
 * plane is down, as it has not answered yet; routers keep its routes meanwhile.
 */
static bool
may_pass(const struct told *t)
{
	bool was_good = t->said != NULL && strcmp(t->said->status, "True") == 0;
	const char *reason = t->ruling != NULL ? t->ruling->reason : "";

	return strcmp(reason, NOT_HELD) == 0 ||
	    (was_good &&
		(strcmp(reason, NO_DAEMON) == 0 ||
		    strcmp(reason, verdict_name(VERDICT_DATA_PLANE)) == 0));
}

static bool
is_waited_for(struct announced *a, struct entry *e, const struct told *t)
{
	uint64_t now = clock_now(a->spec.clock);

	if (!may_pass(t)) {
		e->passing = NULL;
		return false;
	}
	if (e->passing == NULL || strcmp(e->passing, t->ruling->reason) != 0) {
		e->passing = t->ruling->reason;
		e->passes_at = now + HOLD_MS;
	}
	if (now >= e->passes_at)
		return false;
	workqueue_add_after(&a->queue, &e->work, e->passes_at);
	return true;
}

static void
service_run(struct announced *a, struct entry *e)
{
	const struct object_key key = { e->ns, e->name };
	const struct service *s =
	    store_get(a->spec.store, a->spec.service, &key);
	struct ruling ruling;

	if (s == NULL)
		return;
	if (is_of_others(a, s)) { /* whose allocator tells */
		tell_count(a, e, NULL);
		return;
	}
	struct told t = { .type = SERVICE_ANNOUNCED,
		.ruling = is_ours(a, s) ? &ruling : NULL,
		.said = s->announced,
		.uid = s->meta.uid,
		.generation = s->meta.generation };

	if (t.ruling != NULL)
		judge_service(a->classes, a->endpoints, s, &ruling);
	if (is_waited_for(a, e, &t))
		return;
	tell_count(a, e, t.ruling);
	tell_condition(a, e, &t);
	tell_late_event(a, e, &t);
}

struct peer_walk {
	struct announced *of;
	const struct sessions *sessions;
};

static void
peer_run(const struct peer_walk *w, struct entry *e)
{
	struct announced *a = w->of;
	const struct object_key key = { e->ns, e->name };
	const struct bgp_peer *peer =
	    store_get(a->spec.store, a->spec.peer, &key);
	struct ruling ruling;

	if (peer == NULL)
		return;
	sessions_judge(w->sessions, peer, &ruling);
	tell_condition(a, e,
	    &(struct told){ .type = READY_CONDITION,
		.ruling = &ruling,
		.said = conditions_find(&peer->conditions, READY_CONDITION),
		.uid = peer->meta.uid,
		.generation = peer->meta.generation });
}

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	const struct peer_walk *w = arg;
	struct entry *e = tell_get(w->of, w->of->spec.peer, key);

	(void)item;
	if (e->work.failures == 0 || !workqueue_is_held(&e->work))
		peer_run(w, e);
	return true;
}

/*
 * A daemon that is gone can't say so itself, and its status would be green for ever.
 * When it is back it writes all of it anew.
 */
static void
silent_tell(struct announced *a, size_t kind, const struct object_key *key,
    const struct told *told)
{
	struct entry *e = tell_get(a, kind, key);

	if (e->work.failures == 0 || !workqueue_is_held(&e->work))
		tell_condition(a, e, told);
}

/*
 * Its Node, where it says by spec.nodeReadiness that routers know it. Not while the
 * daemon is restarted, for that it is not ready is no sign that routers forget it.
 */
static void
silent_node(struct announced *a, const struct object_key *key,
    const struct ruling *ruling)
{
	const struct node *node = store_get(a->spec.store, a->spec.node, key);
	bool is_true;

	if (node == NULL)
		return;
	is_true = node->bgp_ready == NODE_BGP_READY_TRUE;
	if (is_true || node->bgp_ready == NODE_BGP_READY_FALSE)
		silent_tell(a, a->spec.node, key,
		    &(struct told){ .type = NODE_BGP_READY,
			.ruling = ruling,
			.said =
			    &(struct condition){
				.status = is_true ? "True" : "False",
				.reason = (char *)"",
				.message = (char *)"" },
			.uid = node->meta.uid });
}

static void
silent_each(void *arg, const char *node)
{
	struct announced *a = arg;
	const struct object_key key = { "", node };
	const struct report *r = store_get(a->spec.store, a->spec.report, &key);
	struct ruling ruling = { .unknown = true, .reason = NO_DAEMON };
	char when[DATE_TEXT];

	snprintf(ruling.message, sizeof(ruling.message),
	    "nothing was heard of the daemon%s%s", r != NULL ? " since " : "",
	    r != NULL ? date_print(r->heartbeat, when) : "");
	silent_node(a, &key, &ruling);
	if (r != NULL && !r->unknown)
		silent_tell(a, a->spec.report, &key,
		    &(struct told){ .type = READY_CONDITION,
			.ruling = &ruling,
			.uid = "" });
}

/* As many as may be written until the next look have their turn. */
static void
batch_take(struct announced *a, enum turn_sort sort, uint64_t now)
{
	unsigned n = BATCH_MS / tell_pause(a, sort);

	while (n > 0 &&
	    turns_next(&a->turns, sort, n > 1 ? 0 : BATCH_MS, now) != NULL)
		n--;
}

static void
run_peers(struct announced *a, uint64_t now)
{
	struct peer_walk w = { a, NULL };

	if (!a->peers_due)
		return;
	if (now < a->peers_at) {
		announced_hasten(a, a->peers_at);
		return;
	}
	a->peers_due = false;
	a->looked_at = now;
	a->peers_at = now + PEERS_MS;
	batch_take(a, TURN_PEER, now);
	batch_take(a, TURN_NODE, now);
	struct sessions *sessions = sessions_look(a->spec.store, a->spec.node,
	    a->classes, clock_wall(a->spec.clock) / 1000);

	w.sessions = sessions;
	store_each(a->spec.store, a->spec.peer, peer_each, &w);
	sessions_each_silent(sessions, silent_each, a);
	sessions_free(sessions);
}

static bool
service_each(void *arg, const struct object_key *key, const void *item)
{
	struct announced *a = arg;

	(void)item;
	tell_mark(a, tell_get(a, a->spec.service, key));
	return true;
}

static bool
group_says(const struct service_group *group, const struct ruling *r)
{
	const struct told t = { .type = READY_CONDITION,
		.ruling = r,
		.said = conditions_find(&group->conditions, READY_CONDITION) };

	return t.said != NULL && told_same(&t) &&
	    strcmp(t.said->message, r->message) == 0;
}

/* Numbers alone may wait. */
static void
group_set(struct announced *a, const struct service_group *group,
    const struct ruling *r)
{
	const char *name = group->meta.name;
	uint64_t now = clock_now(a->spec.clock);
	struct group_ruling *g;

	HASH_FIND_STR(a->groups, name, g);
	if (g == NULL) {
		g = xcalloc(1, sizeof(*g));
		g->name = xstrdup(name);
		HASH_ADD_KEYPTR(hh, a->groups, g->name, strlen(g->name), g);
	}
	g->seen = true;
	bool same = g->ruling.reason != NULL && g->ruling.good == r->good &&
	    strcmp(g->ruling.reason, r->reason) == 0;

	if (same && strcmp(g->ruling.message, r->message) == 0)
		return;
	if (same && now < g->at + NUMBERS_MS) {
		a->groups_due = true;
		announced_hasten(a, g->at + NUMBERS_MS);
		return;
	}
	g->ruling = *r;
	g->at = now;
	if (!group_says(group, r))
		a->spec.group(a->spec.arg, name);
}

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	struct announced *a = arg;
	struct ruling ruling;

	(void)key;
	judge_group(a->classes, item, &ruling);
	group_set(a, item, &ruling);
	return true;
}

void
announced_run_groups(struct announced *a)
{
	struct group_ruling *g, *next;

	if (!a->groups_due)
		return;
	a->groups_due = false;
	HASH_ITER (hh, a->groups, g, next)
		g->seen = false;
	store_each(a->spec.store, a->spec.group_row, group_each, a);
	HASH_ITER (hh, a->groups, g, next)
		if (!g->seen)
			group_free(a, g);
}

static bool
nothing_to_do(void *arg, const char *ns, const char *service)
{
	(void)arg;
	(void)ns;
	(void)service;
	return true;
}

/* How long an endpoint has been there is for the nodes to mind. */
static void
endpoints_settle(struct endpoints *e)
{
	while (endpoints_are_fresh(e))
		endpoints_grow_older(e, nothing_to_do, NULL);
}

static void
run_world(struct announced *a, uint64_t now)
{
	if (now >= a->beat_at)
		a->world_due = a->peers_due = true;
	if (a->world_due && now >= a->world_at) {
		endpoints_settle(a->daemons);
		a->world_due = false;
		a->made_at = now;
		a->world_at = now + WORLD_MS;
		a->beat_at = now + HEARTBEAT_MS;
		if (node_classes_make(
			a->classes, clock_wall(a->spec.clock) / 1000) ||
		    a->all_due) {
			a->groups_due = true;
			store_each(
			    a->spec.store, a->spec.service, service_each, a);
		}
		a->all_due = false;
	}
	announced_hasten(a, a->world_due ? a->world_at : a->beat_at);
}

/*
 * Nothing is judged by a node that has changed, or is gone, since all were looked at:
 * that it may not announce says nothing of those that it stood for.
 */
static bool
world_stands(struct announced *a)
{
	if (!a->world_due ||
	    node_classes_stand(a->classes, clock_wall(a->spec.clock) / 1000))
		return true;
	clock_hasten(&a->world_at, a->made_at + UNLIKE_MS);
	announced_hasten(a, a->world_at);
	return false;
}

/* Peers and nodes are all judged together, soon. */
static void
entry_run(struct announced *a, struct entry *e, uint64_t now)
{
	if (e->kind == a->spec.service) {
		service_run(a, e);
	} else {
		a->peers_due = true;
		clock_hasten(&a->peers_at, tell_batch_at(a, now));
	}
}

/* Those whose turn it is are judged by what holds now. */
static void
run_turns(struct announced *a, uint64_t now)
{
	for (unsigned sort = 0; sort < TURN_SORTS; sort++) {
		struct in_line *who = tell_in_batch(sort)
		    ? a->turns.line[sort]
		    : turns_next(&a->turns, sort, tell_pause(a, sort), now);

		if (who != NULL)
			entry_run(a,
			    (struct entry *)((char *)who -
				offsetof(struct entry, turn)),
			    now);
	}
	tell_plan(a);
}

static void
run_services(struct announced *a, uint64_t now)
{
	size_t most = QUESTIONS_MOST / (node_classes_n(a->classes) + 1) + 1;
	struct work *w = NULL;

	workqueue_run(&a->queue, now);
	for (size_t i = 0; i < most; i++) {
		w = workqueue_take(&a->queue);
		if (w == NULL)
			break;
		if (!workqueue_is_held(w))
			entry_run(a, (struct entry *)w, now);
	}
	if (w != NULL)
		a->spec.wake(a->spec.arg);
	announced_hasten(a, workqueue_due(&a->queue));
}

void
announced_run(struct announced *a)
{
	uint64_t now = clock_now(a->spec.clock);

	a->due = UINT64_MAX;
	if (!a->on || a->source == NULL)
		return;
	endpoints_settle(a->endpoints);
	run_world(a, now);
	node_classes_look(a->classes);
	if (world_stands(a)) {
		announced_run_groups(a);
		run_turns(a, now);
		run_services(a, now);
	}
	run_peers(a, now);
}

uint64_t
announced_due(const struct announced *a)
{
	return a->due;
}

const struct ruling *
announced_group(const struct announced *a, const char *name)
{
	struct group_ruling *g;

	HASH_FIND_STR(a->groups, name, g);
	return g != NULL && g->ruling.reason != NULL ? &g->ruling : NULL;
}
