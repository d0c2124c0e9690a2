/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Four kinds of writes, in this order: statuses of Services, a bounded number at a
 * time, and in a turn no more than TURN_MS allow; events of Services, a handful at a
 * time; refusals of groups that can't be read; and the figures of groups, once a
 * second. The later ones wait until no status is to be written, but not for a single
 * one that the source keeps trying.
 *
 * A status that fails is reconcile's to try again. The status of a group is tried
 * again here, by its notice, since reconcile knows nothing of groups that can't be
 * read.
 */
#include "allocator/write/apply.h"

#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/write/notice.h"
#include "allocator/write/render.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

#define IN_FLIGHT_MOST 64
#define TURN_MS 20 /* then others have theirs: a folder's disk is waited for */
#define ANSWER_MS 1000 /* the last write may take so long before others go on */
#define GROUPS_MS 1000 /* between two reports of a group */
#define NEWS_MS 100    /* between two handfuls of events */
#define NEWS_MOST 20   /* in a handful */

struct write { /* a status, under way */
	struct apply *apply;
	uint64_t id, since; /* id: of a Service's task */
	char *ns, *name;    /* owned */
	bool let_go;        /* by apply_restart() */
	struct write *prev, *next;
};

struct apply {
	struct apply_spec spec;
	struct write *writes; /* owned */
	uint64_t groups_at, news_at;
	struct notices notices; /* of groups */
	uint64_t sent_at;       /* when the last status was */
	uint64_t due;
	struct apply_stats stats;
};

struct apply *
apply_new(const struct apply_spec *spec)
{
	struct apply *a = xcalloc(1, sizeof(*a));

	a->spec = *spec;
	a->due = UINT64_MAX;
	return a;
}

static struct write *
write_new(struct apply *a, const struct object_key *key, uint64_t id)
{
	struct write *w = xcalloc(1, sizeof(*w));

	*w = (struct write){ .apply = a,
		.id = id,
		.since = clock_now(a->spec.clock),
		.ns = xstrdup(key->ns),
		.name = xstrdup(key->name) };
	DL_APPEND(a->writes, w);
	return w;
}

static void
write_free(struct write *w)
{
	DL_DELETE(w->apply->writes, w);
	free(w->ns);
	free(w->name);
	free(w);
}

void
apply_free(struct apply *a)
{
	if (a == NULL)
		return;
	while (a->writes != NULL) /* given up by the source */
		write_free(a->writes);
	notices_fini(&a->notices);
	free(a);
}

void
apply_restart(struct apply *a)
{
	struct write *w;

	DL_FOREACH (a->writes, w)
		w->let_go = true;
	notices_restart(&a->notices);
	a->stats.in_flight = 0;
}

static void
wants_run_at(struct apply *a, uint64_t at)
{
	if (at < a->due)
		a->due = at;
}

/* ---- statuses of Services ---- */

static void
on_written(void *arg, const struct source_result *result)
{
	struct write *w = arg;
	struct apply *a = w->apply;
	uint64_t now = clock_now(a->spec.clock);

	if (w->let_go) {
		write_free(w);
		return;
	}
	if (result->code == WRITE_REFUSED || result->code == WRITE_RETRY)
		log_warn("service %s/%s: status not written: %s", w->ns,
		    w->name, result->message);
	else if (result->code != WRITE_OK)
		log_debug("service %s/%s: status not written: %s", w->ns,
		    w->name, result->message);
	a->stats.in_flight--;
	a->stats.writes++;
	a->stats.write_ms += now - w->since;
	reconcile_wrote(a->spec.reconcile, w->ns, w->name, w->id, result, now);
	write_free(w);
	a->spec.wake(a->spec.arg);
}

static void
write_service(struct apply *a, const struct task *t)
{
	const struct meta *meta = &t->service->meta;
	char *body = render_service(t, clock_wall(a->spec.clock));
	const struct source_write write = { .how = WRITE_CORE_STATUS,
		.kind = a->spec.service_kind,
		.key = { meta->ns, meta->name },
		.body = body };

	a->stats.in_flight++;
	a->sent_at = clock_now(a->spec.clock);
	source_write(a->spec.source, &write, on_written,
	    write_new(a, &write.key, t->id));
	free(body);
}

static void
run_services(struct apply *a, uint64_t now)
{
	uint64_t until = now + TURN_MS;
	struct task task;

	while (now < until && a->stats.in_flight < IN_FLIGHT_MOST &&
	    reconcile_next(a->spec.reconcile, &task)) {
		write_service(a, &task);
		now = clock_now(a->spec.clock);
	}
	if (now >= until)
		wants_run_at(a, now);
}

/* ---- what can be late ---- */

static void
tell_news(struct apply *a, const struct news *n)
{
	const struct meta *meta = &n->service->meta;
	struct source_event event = { a->spec.service_kind,
		{ meta->ns, meta->name }, meta->uid, !n->good,
		n->good ? "AddressAssigned" : reason_name(n->reason),
		n->message };

	if (n->refusal != NULL) {
		event.warning = true;
		event.reason = "StatusRefused";
		event.message = n->refusal;
	}
	source_event(a->spec.source, &event);
}

static void
run_news(struct apply *a, uint64_t now)
{
	unsigned sent = 0;
	struct news n;

	for (; now >= a->news_at && sent < NEWS_MOST; sent++) {
		if (!reconcile_next_news(a->spec.reconcile, &n))
			break;
		tell_news(a, &n);
	}
	if (sent > 0)
		a->news_at = now + NEWS_MS;
	if (now < a->news_at)
		wants_run_at(a, a->news_at);
}

static void
on_group_written(void *arg, const struct source_result *result)
{
	struct write *w = arg;
	struct apply *a = w->apply;
	struct notice *n = notice_find(&a->notices, w->name);

	if (n == NULL || w->let_go) {
		write_free(w);
		return;
	}
	if (result->code == WRITE_OK) {
		workqueue_forget(&a->notices.queue, &n->work);
	} else {
		/* That it is not there is news only when it stays so. */
		if (result->code == WRITE_GONE && n->work.failures == 0)
			log_debug("group %s: status not written: %s", n->name,
			    result->message);
		else
			log_warn("group %s: status not written: %s", n->name,
			    result->message);
		notice_failed(&a->notices, n, clock_now(a->spec.clock));
		a->spec.wake(a->spec.arg);
	}
	write_free(w);
}

/* An event when something is wrong that its condition does not tell yet. */
static void
tell_fault(struct apply *a, struct notice *n, const struct group_report *g,
    const struct condition *said)
{
	const char *fault = g->refused != NULL ? g->refused : g->fault;
	const struct source_event event = { a->spec.group_kind, { "", n->name },
		g->group != NULL ? g->group->meta.uid : "", true,
		g->refused != NULL ? GROUP_REFUSED : GROUP_POOL_REFUSED,
		fault };

	if (!notice_tell(n, fault, said))
		return;
	if (g->refused == NULL) /* else the store has logged it */
		log_warn("group %s: %s", n->name, fault);
	source_event(a->spec.source, &event);
}

static void
report_group(struct apply *a, struct notice *n, const struct group_report *g)
{
	const struct condition *said = g->refused != NULL
	    ? &n->said
	    : conditions_find(&g->group->conditions, GROUP_CONDITION);
	struct group_ready ready = { 0 };
	bool bad = g->refused != NULL || g->fault != NULL;
	bool known = a->spec.ready != NULL &&
	    (a->spec.ready(a->spec.arg, n->name, &ready) || bad);
	char *body = render_group(
	    g, said, known ? &ready : NULL, clock_wall(a->spec.clock));
	const struct source_write write = { .how = WRITE_STATUS,
		.kind = a->spec.group_kind,
		.key = { "", n->name },
		.body = body };

	tell_fault(a, n, g, said);
	source_write(a->spec.source, &write, on_group_written,
	    write_new(a, &write.key, 0));
	free(body);
}

/* What is due and in no report: refusals, and what could not be written. */
static void
run_notices(struct apply *a, uint64_t now)
{
	struct notice *n;

	workqueue_run(&a->notices.queue, now);
	while ((n = notices_take(&a->notices)) != NULL) {
		const struct group_report unread = { .name = n->name,
			.refused = n->refused };

		if (n->refused != NULL && !n->in_force)
			report_group(a, n, &unread);
		else
			supply_report_again(
			    reconcile_supply(a->spec.reconcile), n->name);
	}
	wants_run_at(a, workqueue_due(&a->notices.queue));
}

static void
run_groups(struct apply *a, uint64_t now)
{
	struct group_report g;

	if (now < a->groups_at) {
		wants_run_at(a, a->groups_at);
		return;
	}
	run_notices(a, now);
	while (reconcile_next_group(a->spec.reconcile, &g)) {
		struct notice *n = notice_get(&a->notices, g.name);

		a->groups_at = now + GROUPS_MS;
		if (!workqueue_is_held(&n->work))
			report_group(a, n, &g);
	}
}

void
apply_group_bad(
    struct apply *a, const struct object_key *key, struct condition said)
{
	notice_saw(&a->notices, notice_get(&a->notices, key->name), said);
}

void
apply_group_refused(struct apply *a, const struct object_key *key,
    const struct err *why, bool in_force)
{
	notice_refuse(&a->notices, notice_get(&a->notices, key->name),
	    why->text, in_force);
}

void
apply_group_gone(struct apply *a, const struct object_key *key)
{
	notice_drop(&a->notices, notice_find(&a->notices, key->name));
}

/*
 * Statuses go before all else. But one of them may be tried again by the source for a
 * minute, and that must not keep the rest from people.
 */
static bool
has_statuses(struct apply *a, uint64_t now)
{
	uint64_t until = a->sent_at + ANSWER_MS;

	if (a->stats.in_flight == 0)
		return false;
	if (reconcile_stats(a->spec.reconcile)->pending > 0)
		return true; /* an answer wakes us */
	if (now < until)
		wants_run_at(a, until);
	return now < until;
}

void
apply_run(struct apply *a)
{
	uint64_t now = clock_now(a->spec.clock);

	a->due = UINT64_MAX;
	run_services(a, now);
	if (has_statuses(a, now))
		return;
	run_news(a, now);
	if (reconcile_is_started(a->spec.reconcile))
		run_groups(a, now);
}

uint64_t
apply_due(const struct apply *a)
{
	return a->due;
}

const struct apply_stats *
apply_stats(const struct apply *a)
{
	return &a->stats;
}
