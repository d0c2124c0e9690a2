/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lbbgp-allocator - the event loop, and what struct allocator asks for.
 *
 * struct program has all that is open: the loop with its one timer, which is when the
 * allocator wants its next tick, the source, which fills the allocator's store and
 * takes its writes, and the port for Prometheus. What needs root is opened first; then
 * lock_down() gives that up for good, before the loop begins.
 *
 * --check opens the same source for reading alone, opens no port, wants no Lease and
 * stays the user that it is. It waits until all is listed, has it thought about once,
 * and says what is refused or lost.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "allocator/allocator.h"
#include "allocator/dashboard/dashboard_io.h"
#include "allocator/lead/leader.h"
#include "allocator/options.h"
#include "common/args.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/kube/https_io.h"
#include "common/lockdown_io.h"
#include "common/log.h"
#include "common/log_io.h"
#include "common/loop_io.h"
#include "common/metrics.h"
#include "common/notify_io.h"
#include "common/source/source.h"
#include "common/source_io.h"

#define CHECK_MS 15000 /* --check: a source that is silent longer is away */
#define CHECK_STEP_MS 5

struct program {
	struct allocator_args options;
	struct leader_spec election;
	char identity[320];
	struct event_base *base;
	struct event *timer; /* of allocator_tick() */
	struct allocator *allocator;
	struct source *source;
	struct http *http; /* NULL: off, as the next one */
	struct https *https;
	struct dashboard_io *dashboard;
	struct notify *notify; /* NULL: --check */
	struct metrics *metrics;
	struct loop_signals *signals;
	struct log_io *log; /* NULL: --check, whose reader is waited for */
};

static void
on_arm(void *arg, uint64_t at)
{
	struct program *p = arg;

	loop_arm(p->timer, at);
}

static void
on_stopped(void *arg)
{
	struct program *p = arg;

	event_base_loopbreak(p->base);
}

static const struct allocator_ops allocator_ops = {
	.arm = on_arm,
	.stopped = on_stopped,
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct program *p = arg;

	(void)fd;
	(void)what;
	allocator_tick(p->allocator);
}

static bool
on_ready(void *arg, struct err *why)
{
	struct program *p = arg;

	return allocator_ready(p->allocator, p->source, why);
}

static const struct http_ops http_ops = { .ready = on_ready };
static const struct notify_ops notify_ops = { .ready = on_ready };

static void
on_reload(void *arg)
{
	struct program *p = arg;

	log_info("allocator: reading everything again");
	source_reload(p->source);
}

/* The cluster has all that counts; only the next allocator need not wait. */
static void
on_stop(void *arg, int signal)
{
	struct program *p = arg;

	(void)signal;
	notify_stopping(p->notify);
	if (allocator_stop(p->allocator))
		event_base_loopbreak(p->base);
}

static const struct loop_ops loop_ops = {
	.reload = on_reload,
	.stop = on_stop,
};

static bool
open_http(struct program *p, struct err *err)
{
	const struct http_options o = { .where = p->options.metrics,
		.metrics = p->metrics };

	if (strcmp(o.where, "off") == 0)
		return true;
	p->http = http_new(p->base, &o, &http_ops, p, err);
	return p->http != NULL;
}

static bool
open_https(struct program *p, struct err *err)
{
	char host[256] = "";
	const struct https_options o = {
		.given = p->options.https, .name = host, .metrics = p->metrics
	};

	if (strcmp(o.given.where, "off") == 0)
		return true;
	gethostname(host, sizeof(host) - 1);
	p->https = https_new(p->base, &o, &http_ops, p, err);
	if (p->https == NULL)
		return false;
	https_ask(p->https, p->source);
	return true;
}

static bool
open_metrics(struct program *p, struct err *err)
{
	if (p->options.check)
		return true;
	p->metrics = metrics_new();
	allocator_metrics(p->allocator, p->metrics);
	return open_http(p, err) && open_https(p, err);
}

static void
open_dashboard(struct program *p)
{
	const char *where = p->options.dashboard;

	if (!p->options.check && strcmp(where, "off") != 0)
		p->dashboard = dashboard_io_new(
		    p->base, where, allocator_dashboard(p->allocator));
}

/* A directory has one allocator anyway: it is locked. */
static bool
wants_election(const struct allocator_args *o)
{
	return !o->check && strcmp(o->elect, "true") == 0 &&
	    strcmp(o->source, "kube") == 0;
}

/* Two of one name would be taken for one. */
static bool
election_init(struct program *p, struct err *err)
{
	char host[256] = "";
	uint64_t random[2];

	if (getentropy(random, sizeof(random)) != 0)
		return err_set(err, "no random numbers: %m");
	gethostname(host, sizeof(host) - 1);
	snprintf(p->identity, sizeof(p->identity), "%s_%016llx", host,
	    (unsigned long long)random[0]);
	p->election = (struct leader_spec){ .identity = p->identity,
		.times = p->options.times,
		.seed = random[1] };
	return true;
}

static bool
lock_down(const struct allocator_args *o, struct err *err)
{
	const struct source_options source = { .spec = o->source,
		.kubeconfig = o->kubeconfig };
	char *state = source_state_path(o->source);
	const struct lockdown l = { .user = o->user,
		.reads_all = source_is_of_files(&source),
		.own = state };
	bool good = lockdown(&l, err);

	free(state);
	return good;
}

static bool
open_all(struct program *p, struct err *err)
{
	const struct allocator_args *o = &p->options;
	const struct source_options source = { .spec = o->source,
		.kubeconfig = o->kubeconfig,
		.program = "lbbgp-allocator",
		.exclusive = !o->check,
		.read_only = o->check,
		.unacked_ms =
		    wants_election(o) ? leader_unacked(&o->times) : 0 };

	p->signals = loop_signals_new(p->base, &loop_ops, p);
	p->timer = evtimer_new(p->base, on_timer, p);
	if (!election_init(p, err))
		return false;
	const struct allocator_options options = {
		.instance = o->instance,
		.reconcile = { .class.unclassed =
				   strcmp(o->default_class, "true") == 0,
		    .cooldown = o->cooldown_ms },
		.clock = &loop_clock,
		.election = wants_election(o) ? &p->election : NULL,
		/* A folder is of one node, which knows of no others. */
		.announced = !o->check && strcmp(o->source, "kube") == 0,
	};

	p->allocator = allocator_new(&options, &allocator_ops, p);
	p->source =
	    source_open(&source, p->base, allocator_store(p->allocator), err);
	if (p->source == NULL)
		return false;
	if (!o->check) {
		allocator_set_source(p->allocator, p->source);
		p->notify = notify_new(p->base, &notify_ops, p);
	}
	open_dashboard(p);
	return open_metrics(p, err) && (o->check || lock_down(o, err));
}

static void
close_all(struct program *p)
{
	notify_free(p->notify);
	dashboard_io_free(p->dashboard);
	http_free(p->http);
	source_free(p->source);
	https_free(p->https);
	allocator_free(p->allocator);
	metrics_free(p->metrics);
	loop_signals_free(p->signals);
	loop_event_free(p->timer);
	event_base_free(p->base);
}

/* --check: everything is read and thought about once, nothing is written. */
static int
check(struct program *p)
{
	const struct store *store = allocator_store(p->allocator);
	const struct source_wait wait = { loop_now(), CHECK_MS };
	struct err why;
	bool ready;

	while (!(ready = allocator_ready(p->allocator, p->source, &why)) &&
	    source_may_list(p->source, store, &wait, loop_now(), &why)) {
		on_arm(p, loop_now() + CHECK_STEP_MS);
		event_base_loop(p->base, EVLOOP_ONCE);
	}
	if (!ready) {
		log_error("check: %s", why.text);
		return EXIT_FAILED;
	}
	allocator_tick(p->allocator);
	size_t n = allocator_refusals(p->allocator);
	size_t lost = allocator_losses(p->allocator);

	if (n > 0)
		log_error("check: %zu objects are refused", n);
	if (lost > 0)
		log_error("check: %zu addresses are held by who can't keep "
			  "them",
		    lost);
	bool whole = source_healthy(p->source, 0, &why);
	if (!whole)
		log_error("check: %s", why.text);
	return n + lost > 0 || !whole ? EXIT_REFUSED : EXIT_GOOD;
}

int
main(int argc, char **argv)
{
	struct program p = { .options = { .metrics = METRICS,
				 .dashboard = DASHBOARD,
				 .https = { .where = "off" },
				 .instance = instance_default,
				 .default_class = "true",
				 .elect = "true",
				 .lease = "15",
				 .renew = "10",
				 .retry = "2",
				 .cooldown = "3600" } };
	struct err err = { 0 };
	int code;

	if (!options_read(&p.options, argc, argv, &code))
		return code;
	p.log = p.options.check ? NULL : log_io_new(STDERR_FILENO);
	p.base = event_base_new();
	if (!open_all(&p, &err)) {
		log_error("start: %s", err.text);
		code = EXIT_FAILED;
	} else if (p.options.check) {
		code = check(&p);
	} else {
		log_info("allocator: started");
		event_base_dispatch(p.base);
		log_info("allocator: stopped");
		code = EXIT_GOOD;
	}
	close_all(&p);
	log_io_free(p.log);
	return code;
}
