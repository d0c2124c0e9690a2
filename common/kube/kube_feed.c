/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A kind is listed, then watched from the list's resourceVersion, for ever:
 *
 *	LIST   a page 200        next page, after the last one WATCH
 *	       404               asked for by its other API, if it has one; then
 *	                         the kind is missing: counts as listed and empty,
 *	                         and one that need not be there is asked for more
 *	                         and more seldom
 *	       403               by the other API of a kind: it is missing, too
 *	       410               the pages have expired: from the first one again
 *	       anything else     does not count as listed: again, with backoff
 *	CHECK  one object        WATCH; anything else: again, with backoff
 *	WATCH  its end, silence  again from the newest version seen; silence is
 *	                         longer than it was asked to last
 *	       ends at once      the same, with backoff, after three times LIST
 *	       no connection     the same, with backoff, CHECK first
 *	       410, 404          LIST; 410 comes as a status and as an ERROR event
 *	       anything else     again with backoff, after three times LIST
 *
 * A server ends an answer that takes it longer than a minute. One that is short of
 * everything does so to each list that is whole, so after two it is asked for pages, of
 * which those that have come need not come again.
 *
 * Who lists again asks for nothing older than what it has seen, for a server behind the
 * others would take it back in time; when nobody has that, for the newest state.
 *
 * A server that was restored from a backup has an older state than we, and a watch from
 * a version that it has not reached brings nothing, not even an error. So after a fault
 * of the connection one object is listed before the watch goes on (CHECK), and any
 * version that is lower than the newest one of its kind is told (ops->past).
 *
 * A list is applied as a difference (list_begin, list_end), so listing again says
 * nothing about objects that have not changed. The backoff is over when a watch has
 * brought something new or has lasted, not when a request was merely accepted: a server
 * that accepts and ends each watch at once would be asked in a loop. What a list has
 * added to it is over with a page that came, since pages expire.
 */
#include "common/kube/kube_feed.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube.h"
#include "common/rng.h"

#define MISSING_DOUBT 2000  /* ms until a kind that is gone is believed to be */
#define MISSING_WAIT 30000  /* ms until a missing kind is asked for again */
#define MISSING_MOST 300000 /* … in the end, if it need not be there */
#define EXPIRED_WAIT 1000   /* ms at most, so that not all ask at once */
#define WATCH_LEAST 300     /* s that a watch is asked to last, at random */
#define WATCH_SPREAD 301
#define WATCH_OVERTIME 60   /* s beyond what was asked for; then it is ended */
#define WATCH_LASTED 10000  /* ms after which a watch was a good one */
#define WATCH_FAULTS_MOST 3 /* in a row, then list again */
#define EXPIRED_MOST 2      /* 410s in a row, then trust no cache any more */
#define BEHIND_MOST 2       /* lists that came too late, then ask for pages */

/* What the last fault was; a change of it is told. Else an HTTP status. */
#define FAULT_NONE 0L
#define FAULT_CONNECTION (-1L)
#define FAULT_BODY (-2L)

struct kube_feed {
	struct kube_scope scope;
	bool paged;
	struct rng *rng; /* borrowed */
	const struct kube_feed_ops *ops;
	void *arg;

	bool watching; /* the request under way, or the next one, is a watch */
	bool doubtful; /* or a check before it */
	uint64_t seen; /* the newest version there was; 0: none */
	unsigned behind;   /* answers cut off, or too new, since a list came */
	bool lacks_one;    /* of two APIs that the kind may be had by */
	unsigned absences; /* times that it was missing, in a row; a few */
	char *version;     /* owned; to watch from */
	char *more;     /* owned; the next page's token, NULL: the first page */
	bool brought;   /* this watch has gone beyond where it began */
	uint64_t asked; /* when the request under way was made */
	unsigned failures;      /* in a row, of any kind */
	unsigned list_failures; /* … of those since a list, or a page, came */
	unsigned watch_faults, expired; /* in a row; no pages */
	struct kube_watch *input; /* owned; of a body that is coming, or NULL */
	struct err input_err;     /* of what made us hang up */
	long ended_code;          /* of an ERROR event; 0: none */

	long fault;    /* of the last health told */
	bool refused;  /* it will not pass by itself */
	bool healthy;  /* as told */
	bool followed; /* listed, and nothing has failed since */
	struct err why;
};

struct kube_feed *
kube_feed_new(const struct kube_scope *scope, bool paged, struct rng *rng,
    const struct kube_feed_ops *ops, void *arg)
{
	struct kube_feed *f = xcalloc(1, sizeof(*f));

	f->scope = *scope;
	f->paged = paged;
	f->rng = rng;
	f->ops = ops;
	f->arg = arg;
	err_set(&f->why, "not listed yet");
	return f;
}

void
kube_feed_free(struct kube_feed *f)
{
	if (f == NULL)
		return;
	kube_watch_free(f->input);
	free(f->version);
	free(f->more);
	free(f);
}

static void
told_object(void *arg, enum kube_change change, const struct json_t *obj)
{
	struct kube_feed *f = arg;

	f->ops->object(f->arg, change, obj);
}

static void
told_skipped(void *arg, const struct err *err)
{
	struct kube_feed *f = arg;

	f->ops->skipped(f->arg, err);
}

static void
told_error(void *arg, long code, const char *message)
{
	struct kube_feed *f = arg;

	f->ended_code = code != 0 ? code : FAULT_BODY;
	err_set(&f->input_err, "watch ended with %ld: %s", code, message);
}

static void
ignored_object(void *arg, enum kube_change change, const struct json_t *obj)
{
	(void)arg;
	(void)change;
	(void)obj;
}

static const struct kube_watch_ops check_ops = {
	.object = ignored_object,
	.skipped = told_skipped,
};

static const struct kube_watch_ops input_ops = {
	.object = told_object,
	.skipped = told_skipped,
	.error = told_error,
};

static enum kube_list_what
list_what(const struct kube_feed *f)
{
	if (f->watching)
		return KUBE_LIST_ONE;
	return f->paged || f->behind >= BEHIND_MOST ? KUBE_LIST_NEWEST
						    : KUBE_LIST_CACHED;
}

char *
kube_feed_path(struct kube_feed *f, uint64_t now)
{
	f->asked = now;
	f->brought = false;
	f->ended_code = 0;
	f->input_err.text[0] = '\0';
	if (!f->watching || f->doubtful)
		return kube_list_path(&f->scope,
		    &(struct kube_list){ .what = list_what(f),
			.more = f->more,
			.seen = f->seen });
	return kube_watch_path(&f->scope, f->version,
	    WATCH_LEAST + rng_below(f->rng, WATCH_SPREAD));
}

unsigned
kube_feed_silence(const struct kube_feed *f)
{
	unsigned most = WATCH_LEAST + WATCH_SPREAD + WATCH_OVERTIME;

	return f->watching && !f->doubtful ? most * 1000 : 0;
}

static void
feed_well(struct kube_feed *f)
{
	f->followed = true;
	if (f->healthy)
		return;
	f->healthy = true;
	f->fault = FAULT_NONE;
	f->ops->health(f->arg, NULL);
}

static void
feed_ill(struct kube_feed *f, long fault, const struct err *why)
{
	bool same = !f->healthy && f->fault == fault;

	f->healthy = f->followed = f->refused = false;
	f->fault = fault;
	f->why = *why;
	if (!same)
		f->ops->health(f->arg, f->why.text);
}

void
kube_feed_answered(struct kube_feed *f, long http)
{
	if (http != 200)
		return;
	f->lacks_one = false;
	f->absences = 0;
	kube_watch_free(f->input);
	if (f->watching && f->doubtful) {
		f->input = kube_watch_new_list(&check_ops, f);
		return;
	}
	f->input = f->watching ? kube_watch_new_events(&input_ops, f)
			       : kube_watch_new_list(&input_ops, f);
	if (f->scope.kind->whole)
		kube_watch_set_whole(f->input);
	if (f->watching)
		feed_well(f);
	else if (f->more == NULL)
		f->ops->list_begin(f->arg);
}

/* False: it is older than what we have seen, which is told. */
static bool
feed_saw(struct kube_feed *f, const char *version)
{
	uint64_t was = f->seen, is = kube_version(version);

	if (is == 0)
		return true;
	f->seen = is;
	if (is < was)
		f->ops->past(f->arg, was, is);
	return is >= was;
}

static bool
is_where_it_began(const struct kube_feed *f)
{
	return f->version != NULL &&
	    strcmp(kube_watch_version(f->input), f->version) == 0;
}

bool
kube_feed_input(struct kube_feed *f, const char *bytes, size_t n)
{
	bool good = f->input != NULL &&
	    kube_watch_input(f->input, bytes, n, &f->input_err);

	if (good && f->watching && !f->doubtful &&
	    kube_watch_version(f->input) != NULL) {
		f->brought |= !is_where_it_began(f);
		feed_saw(f, kube_watch_version(f->input));
	}
	if (!good && f->ended_code == 0)
		f->ended_code = FAULT_BODY;
	return f->ended_code == 0;
}

static void
list_anew(struct kube_feed *f)
{
	f->watching = f->doubtful = false;
	xreplace(&f->more, NULL);
}

void
kube_feed_relist(struct kube_feed *f)
{
	kube_watch_free(f->input);
	f->input = NULL;
	f->absences = 0;
	list_anew(f);
}

void
kube_feed_restart(struct kube_feed *f)
{
	kube_feed_relist(f);
	f->seen = 0;
	f->behind = BEHIND_MOST;
}

static unsigned
feed_wait(struct kube_feed *f, const struct kube_answer *a)
{
	unsigned wait = kube_backoff(f->failures++, f->rng);

	return a->retry_after_ms > wait ? a->retry_after_ms : wait;
}

/* Will the same be answered whenever we ask, until somebody changes something? */
static bool
is_refusal(const struct kube_feed *f, const struct kube_answer *a)
{
	if (a->error != NULL)
		return a->refused;
	return f->ended_code == 0 && a->http >= 400 && a->http < 500 &&
	    a->http != 408 && a->http != 429;
}

/* A request that failed: of any kind, in a way that has no rule of its own. */
static unsigned
feed_fault(struct kube_feed *f, const struct kube_answer *a)
{
	struct err why = f->input_err;
	long fault = f->ended_code;

	if (fault == 0) {
		fault = a->error != NULL ? FAULT_CONNECTION : a->http;
		kube_answer_text(a, &why);
	}
	feed_ill(f, fault, &why);
	f->refused = is_refusal(f, a);
	return feed_wait(f, a);
}

/* The other API is to be asked for, which was not just now. */
static bool
other_api(struct kube_feed *f)
{
	if (f->scope.kind->other_api == NULL)
		return false;
	f->scope.other = !f->scope.other;
	if (f->seen != 0) /* a cache knows the versions of its objects only */
		f->behind = BEHIND_MOST;
	f->lacks_one = !f->lacks_one;
	return f->lacks_one;
}

/* A cluster of thousands of nodes would ask for nothing all the time. */
static unsigned
missing_wait(struct kube_feed *f)
{
	unsigned wait = MISSING_WAIT << f->absences;

	if (f->scope.kind->optional && wait < MISSING_MOST)
		f->absences++;
	return rng_jitter(f->rng, wait < MISSING_MOST ? wait : MISSING_MOST);
}

/*
 * 404. A kind that has been followed is asked for once more before it counts as
 * missing: all its objects go with it.
 */
static unsigned
feed_missing(struct kube_feed *f)
{
	list_anew(f);
	f->failures = f->list_failures = 0;
	if (f->version != NULL) {
		xreplace(&f->version, NULL);
		return rng_jitter(f->rng, MISSING_DOUBT);
	}
	if (other_api(f))
		return 0;
	f->ops->missing(f->arg);
	feed_well(f);
	return missing_wait(f);
}

/*
 * 403 by the other API of a kind that the first one lacks. A role of a version that did
 * not ask for it says so whether or not there is such an API: the kind is missing, as
 * it was for that version, and why is told.
 */
static unsigned
feed_closed(struct kube_feed *f, const struct kube_answer *a)
{
	other_api(f);
	f->ops->missing(f->arg);
	feed_fault(f, a);
	return rng_jitter(f->rng, MISSING_WAIT);
}

/* 410: what we would go on from is forgotten. Of a page that is no fault of a cache. */
static unsigned
feed_expired(struct kube_feed *f, const struct kube_answer *a)
{
	bool page = f->more != NULL;

	list_anew(f);
	if (page)
		return feed_wait(f, a);
	if (++f->expired >= EXPIRED_MOST)
		f->paged = true;
	return f->expired == 1 ? rng_below(f->rng, EXPIRED_WAIT)
			       : feed_wait(f, a);
}

/*
 * The server has no such version ("Too large resource version"), or no time for all of
 * it: said as 504, too, or found by an answer that stops, unless we ended it.
 */
static bool
is_behind(const struct kube_feed *f, const struct kube_watch *in,
    const struct kube_answer *a)
{
	if (a->error == NULL && a->http == 504)
		return true;
	return in != NULL && f->ended_code == 0 && !a->silent && !a->given_up &&
	    !kube_watch_complete(in);
}

/* It is not a watch that has made us list. */
static bool
is_plain(const struct kube_feed *f)
{
	return f->watch_faults == 0 && f->expired == 0;
}

static bool
list_came(const struct kube_watch *in, const struct kube_answer *a)
{
	return a->error == NULL && a->http == 200 && in != NULL &&
	    kube_watch_complete(in);
}

static unsigned
list_fault(struct kube_feed *f, const struct kube_answer *a)
{
	struct err why;

	if (a->error != NULL || a->http != 200)
		return feed_fault(f, a);
	err_set(&why, "the list ends too early");
	feed_ill(f, FAULT_BODY, &why);
	return feed_wait(f, a);
}

/* What has made us list is not over. */
static void
list_forget_failures(struct kube_feed *f)
{
	f->failures -= f->list_failures;
	f->list_failures = 0;
}

static unsigned
list_ended(struct kube_feed *f, const struct kube_watch *in,
    const struct kube_answer *a)
{
	if (is_behind(f, in, a))
		f->behind++;
	if (!list_came(in, a)) {
		f->list_failures++;
		return list_fault(f, a);
	}
	list_forget_failures(f);
	xreplace(&f->more, kube_watch_continue(in));
	if (f->more != NULL)
		return 0;
	xreplace(&f->version, kube_watch_version(in));
	f->watching = true;
	f->behind = 0;
	feed_saw(f, f->version);
	if (is_plain(f))
		f->followed = true; /* else a watch has to be answered first */
	f->ops->list_end(f->arg);
	return 0;
}

/* Is the state still the one that we have seen? */
static unsigned
check_ended(struct kube_feed *f, const struct kube_watch *in,
    const struct kube_answer *a)
{
	if (!list_came(in, a))
		return list_fault(f, a);
	f->doubtful = false;
	if (kube_version(kube_watch_version(in)) < f->seen)
		feed_saw(f, kube_watch_version(in));
	return 0;
}

/* May the version be what is wrong, rather than the connection or our rights? */
static bool
is_watch_fault(const struct kube_feed *f, const struct kube_answer *a)
{
	if (f->ended_code != 0)
		return true;
	return a->error == NULL && a->http != 401 && a->http != 403 &&
	    a->http != 429;
}

/* Was the watch that has ended a good one? */
static bool
watch_was_good(const struct kube_feed *f, uint64_t now)
{
	return f->watching && !f->doubtful && f->input != NULL &&
	    (f->brought || now - f->asked >= WATCH_LASTED);
}

static unsigned
watch_ended(struct kube_feed *f, const struct kube_watch *in,
    const struct kube_answer *a, bool good)
{
	if (in != NULL && kube_watch_version(in) != NULL)
		xreplace(&f->version, kube_watch_version(in));
	if (a->silent)
		return 0;
	if (f->ended_code == 0 && a->error == NULL && a->http == 200) {
		/* Some servers say so that they don't have the version any more. */
		if (!good && ++f->watch_faults >= WATCH_FAULTS_MOST)
			list_anew(f);
		return good ? 0 : feed_wait(f, a);
	}
	f->doubtful =
	    f->ended_code == 0 && (a->error != NULL || a->http >= 500);
	if (is_watch_fault(f, a) && ++f->watch_faults >= WATCH_FAULTS_MOST)
		list_anew(f);
	return feed_fault(f, a);
}

unsigned
kube_feed_ended(struct kube_feed *f, const struct kube_answer *a, uint64_t now)
{
	bool good = watch_was_good(f, now);
	struct kube_watch *in = f->input;
	unsigned wait;

	f->input = NULL;
	if (good)
		f->failures = f->watch_faults = f->expired = 0;
	if (a->error == NULL && a->http == 404)
		wait = feed_missing(f);
	else if (a->error == NULL && a->http == 403 && f->lacks_one)
		wait = feed_closed(f, a);
	else if ((a->error == NULL && a->http == 410) || f->ended_code == 410)
		wait = feed_expired(f, a);
	else if (f->watching && f->doubtful)
		wait = check_ended(f, in, a);
	else if (f->watching)
		wait = watch_ended(f, in, a, good);
	else
		wait = list_ended(f, in, a);
	kube_watch_free(in);
	return wait;
}

enum source_state
kube_feed_state(const struct kube_feed *f, struct err *why)
{
	if (f->followed)
		return SOURCE_FOLLOWED;
	*why = f->why;
	if (f->fault == FAULT_NONE)
		return SOURCE_COMING;
	return f->refused ? SOURCE_REFUSED : SOURCE_FAULTY;
}
