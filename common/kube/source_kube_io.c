/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The API server as a source: for each kind of the store a feed decides what to ask
 * and when, a call carries it, what comes goes into the store. Rows of the store that
 * read the same objects, each in its own way, share one.
 *
 * Kinds are followed each by itself. Two things concern all of them: when one is
 * followed again after a failure, the others ask soon too, since the server is back;
 * and a state older than what was seen before (a restored etcd) makes all be listed
 * anew.
 */
#include "common/kube/source_kube_io.h"

#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube.h"
#include "common/kube/kube_access_io.h"
#include "common/kube/kube_feed.h"
#include "common/kube/kube_io.h"
#include "common/kube/kube_writes_io.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/rng.h"
#include "common/source/source.h"
#include "common/text.h"
#include "config.h"

/* When one kind is followed again, the others ask within this time. */
#define NUDGE_MS 500
#define NUDGE_REST \
	30000 /* ms in which one kind does not make them do so twice */
#define ASK_SILENCE_MS 4000 /* two of them within what a scrape has */
#define PAST_CALM 300000 /* ms without an older state, and the rests are over */

struct follow { /* one kind, be it that several rows are of it */
	struct source_kube *s;
	size_t kind;            /* the first of the rows */
	const char *plural;     /* borrowed */
	struct kube_feed *feed; /* owned */
	struct event *timer;    /* owned; until the next request */
	struct kube_call *call; /* owned; under way, or NULL */
	bool ill;               /* told */
	uint64_t nudged;        /* when it last made the others ask; 0: never */
};

struct question { /* of source_ask() */
	struct source_kube *s;
	char *body; /* owned */
	unsigned ticket;
	source_replied *replied;
	void *arg;
	struct question *prev, *next;
};

struct source_kube {
	struct event_base *base;
	struct store *store; /* borrowed */
	struct kube_io *io;  /* owned */
	const char *program; /* borrowed */
	char host[256];
	struct rng rng;
	struct follow *follows; /* owned, n of them */
	size_t n;
	struct follow **of; /* owned, n_rows of them; of[row] is in follows */
	size_t n_rows;
	struct kube_writes *writes; /* owned */
	struct question *questions; /* owned; under way */
	struct event
	    *past;        /* owned; the state is another: all is listed anew */
	uint64_t past_at; /* when it was, or will be */
	unsigned pasts;   /* so often without a long rest in between */
	uint64_t heard;   /* when some of a list or of a watch last came */
};

static const struct store_kind *
row_of(const struct source_kube *s, size_t kind)
{
	size_t n;

	return &store_kinds(s->store, &n)[kind];
}

static void follow_ask(struct follow *);

static void
on_ask(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	follow_ask(arg);
}

static void
follow_answered(void *arg, long http)
{
	struct follow *f = arg;

	kube_feed_answered(f->feed, http);
}

static bool
follow_bytes(void *arg, const char *bytes, size_t n)
{
	struct follow *f = arg;

	f->s->heard = loop_now();
	return kube_feed_input(f->feed, bytes, n);
}

static void
each_row(struct follow *f, void (*tell)(struct store *, size_t row))
{
	for (size_t i = 0; i < f->s->n_rows; i++)
		if (f->s->of[i] == f)
			tell(f->s->store, i);
}

/* A role of the version before may know nothing of a kind. What is known stays. */
static bool
may_spare(const struct follow *f, const struct kube_answer *a)
{
	return row_of(f->s, f->kind)->spared && a->error == NULL &&
	    a->http == 403 && !store_is_listed(f->s->store, f->kind);
}

static void
follow_ended(void *arg, const struct kube_answer *a)
{
	struct follow *f = arg;
	unsigned wait;

	f->call = NULL;
	wait = kube_feed_ended(f->feed, a, loop_now());
	if (may_spare(f, a))
		each_row(f, store_missing);
	if (wait == 0)
		follow_ask(f);
	else
		loop_arm_in(f->timer, wait);
}

static void
follow_ask(struct follow *f)
{
	static const struct kube_call_ops ops = {
		.answered = follow_answered,
		.bytes = follow_bytes,
		.ended = follow_ended,
	};
	struct kube_request request = { .method = "GET" };

	request.path = kube_feed_path(f->feed, loop_now());
	request.silence_ms = kube_feed_silence(f->feed);
	request.endless = request.silence_ms != 0; /* a watch has its own */
	f->call = kube_io_call(f->s->io, &request, &ops, f);
	free(request.path);
}

static void
on_list_begin(void *arg)
{
	struct follow *f = arg;

	log_debug("kube %s: listing", f->plural);
	each_row(f, store_list_begin);
}

static void
on_list_end(void *arg)
{
	struct follow *f = arg;

	each_row(f, store_list_end);
	log_debug("kube %s: listed, %zu are good", f->plural,
	    store_count(f->s->store, f->kind));
}

static void
on_object(void *arg, enum kube_change change, const json_t *obj)
{
	struct follow *f = arg;
	const json_t *meta = json_object_get(obj, "metadata");
	const char *ns = json_string_value(json_object_get(meta, "namespace"));
	const char *name = json_string_value(json_object_get(meta, "name"));
	struct object_key key = { ns != NULL ? ns : "", name };

	for (size_t i = 0; i < f->s->n_rows; i++)
		if (f->s->of[i] != f)
			continue;
		else if (change != KUBE_DELETED)
			store_put(f->s->store, i, obj);
		else if (name != NULL)
			store_drop(f->s->store, i, &key);
}

static void
on_missing(void *arg)
{
	struct follow *f = arg;

	if (!store_is_missing(f->s->store, f->kind))
		log_info("kube %s: the API server does not know this kind; it "
			 "counts as empty",
		    f->plural);
	each_row(f, store_missing);
}

static void
on_skipped(void *arg, const struct err *err)
{
	struct follow *f = arg;

	log_warn("kube %s: %s; left out", f->plural, err->text);
}

/*
 * The server is there again: who waits for that need not wait for long. One that takes
 * each watch and ends it at once is followed again each time, so there are rests.
 */
static void
follows_nudge(struct follow *by)
{
	struct source_kube *s = by->s;
	uint64_t now = loop_now();

	if (by->nudged != 0 && now < by->nudged + NUDGE_REST)
		return;
	by->nudged = now;
	for (size_t i = 0; i < s->n; i++)
		if (s->follows[i].ill &&
		    evtimer_pending(s->follows[i].timer, NULL))
			loop_arm_in(
			    s->follows[i].timer, rng_below(&s->rng, NUDGE_MS));
}

static void
on_health(void *arg, const char *why)
{
	struct follow *f = arg;
	bool was_ill = f->ill;

	f->ill = why != NULL;
	if (why != NULL) {
		log_warn("kube %s: %s; asked again", f->plural, why);
	} else if (was_ill) {
		log_info("kube %s: followed again", f->plural);
		follows_nudge(f);
	}
}

/*
 * Others are told by the first: they would say the same. Servers that do not have the
 * same state, as while they are restored one after the other, say it again and again:
 * then there are rests, since a list of everything is dear to all of them.
 */
static void
past_is_back(struct source_kube *s, const char *what, uint64_t was, uint64_t is)
{
	uint64_t now = loop_now();

	if (evtimer_pending(s->past, NULL))
		return;
	if (now >= s->past_at + PAST_CALM)
		s->pasts = 0;
	unsigned wait = s->pasts > 0 ? kube_backoff(s->pasts, &s->rng) : 0;

	s->pasts++;
	s->past_at = now + wait;
	log_warn("kube %s: version %llu after %llu: the cluster's state is an "
		 "older one, as from a backup; all is listed again in %u ms",
	    what, (unsigned long long)is, (unsigned long long)was, wait);
	loop_arm_in(s->past, wait);
}

static void
on_past(void *arg, uint64_t was, uint64_t is)
{
	struct follow *f = arg;

	past_is_back(f->s, f->plural, was, is);
}

static uint64_t
version_known(void *arg, size_t kind, const struct object_key *key)
{
	struct source_kube *s = arg;

	return store_version(s->store, kind, key);
}

static void
on_past_write(void *arg, size_t kind, uint64_t was, uint64_t is)
{
	struct source_kube *s = arg;

	past_is_back(s, s->of[kind]->plural, was, is);
}

static const struct kube_feed_ops feed_ops = {
	.list_begin = on_list_begin,
	.list_end = on_list_end,
	.object = on_object,
	.missing = on_missing,
	.skipped = on_skipped,
	.past = on_past,
	.health = on_health,
};

/* Do both rows read the same objects, each its own of them? */
static bool
is_same(const struct source_kube *s, size_t a, size_t b)
{
	const struct store_kind *of = row_of(s, a), *by = row_of(s, b);

	return strcmp(of->api, by->api) == 0 &&
	    strcmp(of->plural, by->plural) == 0 && of->whole == by->whole &&
	    of->spared == by->spared &&
	    text_eq(
		store_namespace(s->store, a), store_namespace(s->store, b)) &&
	    text_eq(store_only_name(s->store, a), store_only_name(s->store, b));
}

static void
follow_init(struct follow *f, struct source_kube *s, size_t kind, bool paged)
{
	struct kube_scope scope = { .kind = row_of(s, kind),
		.ns = store_namespace(s->store, kind),
		.only = store_only_name(s->store, kind) };

	f->s = s;
	f->kind = kind;
	f->plural = scope.kind->plural;
	f->feed = kube_feed_new(&scope, paged, &s->rng, &feed_ops, f);
	f->timer = evtimer_new(s->base, on_ask, f);
	follow_ask(f);
}

static void
follows_init(struct source_kube *s, bool paged)
{
	store_kinds(s->store, &s->n_rows);
	s->follows = xcalloc(s->n_rows, sizeof(*s->follows));
	s->of = xcalloc(s->n_rows, sizeof(struct follow *));
	for (size_t i = 0; i < s->n_rows; i++) {
		for (size_t j = 0; j < s->n; j++)
			if (is_same(s, s->follows[j].kind, i))
				s->of[i] = &s->follows[j];
		if (s->of[i] == NULL) {
			s->of[i] = &s->follows[s->n];
			follow_init(&s->follows[s->n++], s, i, paged);
		}
	}
}

static void
kube_write(
    void *impl, const struct source_write *write, source_done *done, void *arg)
{
	struct source_kube *s = impl;

	kube_writes_add(s->writes, write,
	    kube_write_new(row_of(s, write->kind), write), done, arg);
}

static uint64_t
unix_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_REALTIME, &now);
	return (uint64_t)now.tv_sec * 1000000000 + (uint64_t)now.tv_nsec;
}

/* For jitter only. */
static uint64_t
seed_make(void)
{
	uint64_t seed;

	return getentropy(&seed, sizeof(seed)) == 0 ? seed : unix_ns();
}

static void
kube_event(void *impl, const struct source_event *event)
{
	struct source_kube *s = impl;
	struct kube_reporter by = { s->program, s->host, unix_ns() };

	kube_writes_add_event(s->writes,
	    kube_write_new_event(row_of(s, event->kind), event, &by));
}

/* What is under way, or to be, is no more. */
static void
follow_stop(struct follow *f)
{
	event_del(f->timer);
	if (f->call != NULL)
		kube_io_drop(f->call);
	f->call = NULL;
}

static void
follows_restart(struct source_kube *s)
{
	store_forget_versions(s->store);
	kube_writes_forget(s->writes);
	for (size_t i = 0; i < s->n; i++) {
		follow_stop(&s->follows[i]);
		kube_feed_restart(s->follows[i].feed);
		follow_ask(&s->follows[i]);
	}
}

static void
on_past_due(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	follows_restart(arg);
}

static void
kube_reload(void *impl)
{
	struct source_kube *s = impl;

	kube_io_reload(s->io);
	follows_restart(s);
}

static void
kube_relist(void *impl, size_t kind)
{
	struct source_kube *s = impl;
	struct follow *f = s->of[kind];

	follow_stop(f);
	kube_feed_relist(f->feed);
	follow_ask(f);
}

static void
kube_fence(void *impl, uint64_t until)
{
	struct source_kube *s = impl;

	kube_writes_fence(s->writes, until);
}

static void
question_free(struct question *q)
{
	DL_DELETE(q->s->questions, q);
	free(q->body);
	free(q);
}

static void
question_ended(void *arg, const struct kube_answer *a)
{
	struct question *q = arg;
	bool good = a->error == NULL && (a->http == 200 || a->http == 201);
	struct err why;

	if (!good)
		kube_answer_text(a, &why);
	const struct source_reply reply = { good ? NULL : why.text,
		good && a->body != NULL ? a->body : "", good ? a->n : 0 };

	q->replied(q->arg, q->ticket, &reply);
	question_free(q);
}

static void
kube_ask(void *impl, const struct source_question *question,
    source_replied *replied, void *arg)
{
	static const struct kube_call_ops ops = { .ended = question_ended };
	struct source_kube *s = impl;
	struct question *q = xcalloc(1, sizeof(*q));

	*q = (struct question){ .s = s,
		.body = xstrdup(question->body),
		.ticket = question->ticket,
		.replied = replied,
		.arg = arg };
	DL_APPEND(s->questions, q);
	const struct kube_request request = { .method = "POST",
		.path = xstrdup(question->path),
		.type = "application/json",
		.body = q->body,
		.silence_ms = ASK_SILENCE_MS };
	kube_io_call(s->io, &request, &ops, q);
	free(request.path);
}

static enum source_state
kube_state(const void *impl, size_t kind, struct err *why)
{
	const struct source_kube *s = impl;

	return kube_feed_state(s->of[kind]->feed, why);
}

static uint64_t
kube_heard(const void *impl)
{
	const struct source_kube *s = impl;

	return s->heard;
}

static const char *
kube_server(const void *impl)
{
	const struct source_kube *s = impl;

	return kube_io_server(s->io);
}

static char *
kube_identity(const void *impl)
{
	const struct source_kube *s = impl;

	return kube_io_identity(s->io);
}

static void
kube_free(void *impl)
{
	struct source_kube *s = impl;

	kube_io_free(s->io);
	while (s->questions != NULL)
		question_free(s->questions);
	kube_writes_free(s->writes);
	for (size_t i = 0; i < s->n; i++) {
		kube_feed_free(s->follows[i].feed);
		event_free(s->follows[i].timer);
	}
	event_free(s->past);
	free(s->follows);
	free(s->of);
	free(s);
}

struct source *
source_kube_open(const struct source_options *options, struct event_base *base,
    struct store *store, struct err *err)
{
	static const struct source_ops ops = {
		.write = kube_write,
		.event = kube_event,
		.reload = kube_reload,
		.relist = kube_relist,
		.fence = kube_fence,
		.ask = kube_ask,
		.state = kube_state,
		.heard = kube_heard,
		.server = kube_server,
		.identity = kube_identity,
		.free = kube_free,
	};
	static const struct kube_writes_ops writes_ops = {
		.known = version_known,
		.past = on_past_write,
	};
	/* Who gives addresses, or shows them, wants the newest state there is. */
	bool paged = options->exclusive || options->read_only;
	char *agent = xasprintf("%s/%s", options->program, PACKAGE_VERSION);
	const struct kube_access_options access = { options->kubeconfig, agent,
		options->unacked_ms, options->person };
	struct kube_io *io = kube_io_new(base, &access, err);
	struct source_kube *s;

	free(agent);
	if (io == NULL)
		return NULL;
	if (options->quiet_ms != 0)
		kube_io_quiet(io, options->quiet_ms);
	s = xcalloc(1, sizeof(*s));
	s->base = base;
	s->store = store;
	s->io = io;
	s->program = options->program;
	gethostname(s->host, sizeof(s->host) - 1);
	rng_init(&s->rng, seed_make());
	s->past = evtimer_new(base, on_past_due, s);
	s->writes = kube_writes_new(base, io, &s->rng, &writes_ops, s);
	follows_init(s, paged);
	return source_new(&ops, s);
}
