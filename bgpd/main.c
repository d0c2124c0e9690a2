/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lbbgp-bgpd - the event loop, and what fills the ports of struct bgpd.
 *
 * The helper that runs commands of health checks, where it is allowed, is forked before
 * all else. Then the rim is opened, as root where that is needed: sockets, the control
 * socket, metrics, the loop guard. Then comes the core, which is given these as ports,
 * and the source that fills its store; last the daemon gives up what it needs no more
 * (lockdown_io.c). News of the rim go to the core by the on_ functions, one call each.
 *
 * With --check there is no rim: the source is read once, and the conditions that hold
 * say what is wrong.
 */
#include <errno.h>
#include <event2/event.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/random.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/bfd/bfd_io.h"
#include "bgpd/bgpd.h"
#include "bgpd/boot_io.h"
#include "bgpd/bmp/stations_io.h"
#include "bgpd/control/all_metrics.h"
#include "bgpd/control/control.h"
#include "bgpd/control/control_io.h"
#include "bgpd/control/metrics.h"
#include "bgpd/control/views.h"
#include "bgpd/descriptors_io.h"
#include "bgpd/fib/fib_io.h"
#include "bgpd/fib/gateways_io.h"
#include "bgpd/health/commands_io.h"
#include "bgpd/health/health_io.h"
#include "bgpd/kernel/addresses_io.h"
#include "bgpd/kernel/guard_io.h"
#include "bgpd/link/link_io.h"
#include "bgpd/memory_limit_io.h"
#include "bgpd/options.h"
#include "bgpd/run/rival_io.h"
#include "bgpd/session/peer_io.h"
#include "bgpd/state/state_io.h"
#include "common/alloc.h"
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
#include "common/prefix.h"
#include "common/source/source.h"
#include "common/source_io.h"

#define LOCKS RUN
#define SHUTDOWN "/run/systemd/shutdown/scheduled" /* by shutdown(8) */
#define HANDSHAKES_MOST 50 /* a second: the loop has BGP to do */
#define CHECK_MS 15000     /* --check: a source that is silent longer is away */
#define CHECK_STEP_MS 5

struct program {
	struct command_line options;
	struct event_base *base;
	struct event *timer; /* of bgpd_tick() */
	struct bgpd *bgpd;
	struct source *source;
	struct rival_io *rival; /* NULL: --check */
	struct peer_io *peer_io;
	struct guard_io *guard; /* NULL: no netlink, as the next three */
	struct addresses_io *addresses;
	struct fib_io *fib;
	struct gateways_io *gateways;
	struct link_io *link;
	struct bfd_io *bfd; /* NULL: no thread */
	struct health_io *health;
	struct boot_io *boot;         /* NULL: --check */
	struct commands_io *commands; /* NULL: health checks run none */
	struct state_io *state;       /* NULL: what is known is not kept */
	struct control_io *control;
	struct stations_io *stations;
	struct http *http; /* NULL: off, as the next one */
	struct https *https;
	struct metrics *metrics;
	struct bgpd_metrics numbers; /* where the metrics come from */
	struct loop_signals *signals;
	struct notify *notify; /* NULL: --check */
	struct log_io *log;    /* NULL: --check, whose reader is waited for */
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

	if (p->boot != NULL)
		boot_io_ended(p->boot);
	event_base_loopbreak(p->base);
}

static void
on_stands(void *arg, bool stands)
{
	struct program *p = arg;

	if (p->boot != NULL)
		boot_io_set(p->boot, stands);
}

static const struct bgpd_ops bgpd_ops = {
	.arm = on_arm,
	.stopped = on_stopped,
	.stands = on_stands,
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct program *p = arg;

	(void)fd;
	(void)what;
	bgpd_tick(p->bgpd);
}

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct program *p = arg;

	bgpd_listening(p->bgpd, at, why);
}

static const struct links_ops links_ops = { .listening = on_listening };

static void
on_guard(void *arg, const char *why)
{
	struct program *p = arg;

	bgpd_guarded(p->bgpd, why);
}

static const struct guard_io_ops guard_io_ops = { .state = on_guard };

static void
on_fib_news(void *arg)
{
	struct program *p = arg;

	bgpd_fib_news(p->bgpd);
}

static void
on_installed(void *arg, const char *why)
{
	struct program *p = arg;

	bgpd_installed(p->bgpd, why);
}

static const struct fib_io_ops fib_io_ops = {
	.news = on_fib_news,
	.state = on_installed,
};

static void
on_gateways(void *arg, const struct gateways *gateways)
{
	struct program *p = arg;

	bgpd_gateways(p->bgpd, gateways);
}

static const struct gateways_io_ops gateways_io_ops = { .found = on_gateways };

static void
on_placed_state(void *arg, const char *why)
{
	struct program *p = arg;

	bgpd_placed(p->bgpd, why);
}

static void
on_placed(
    void *arg, const char *interface, const struct prefix *at, const char *why)
{
	char text[PREFIX_TEXT];

	(void)arg;
	prefix_print(at, text);
	if (why != NULL)
		log_warn("address %s: not on %s: %s", text, interface, why);
	else
		log_info("address %s: on %s", text, interface);
}

static const struct addresses_io_ops addresses_io_ops = {
	.state = on_placed_state,
	.placed = on_placed,
};

static void
on_interfaces(void *arg, const struct interface *at, size_t n)
{
	struct program *p = arg;

	bgpd_interfaces(p->bgpd, at, n);
}

static void
on_unheard(void *arg, const char *why)
{
	struct program *p = arg;

	bgpd_unheard(p->bgpd, why);
}

static void
on_frame(void *arg, int index, const uint8_t *bytes, size_t n)
{
	struct program *p = arg;

	bgpd_frame(p->bgpd, index, bytes, n);
}

static const struct link_io_ops link_io_ops = {
	.interfaces = on_interfaces,
	.unheard = on_unheard,
	.frame = on_frame,
};

static void
on_bfd(void *arg, const struct bfd_news *news)
{
	struct program *p = arg;

	bgpd_bfd(p->bgpd, news);
}

static const struct bfd_io_ops bfd_io_ops = { .news = on_bfd };

static void
on_answered(void *arg, uint32_t id, const char *why)
{
	struct program *p = arg;

	bgpd_probed(p->bgpd, id, why);
}

static const struct health_io_ops health_io_ops = { .answered = on_answered };

static const struct daemon_view *
on_view(void *arg)
{
	struct program *p = arg;

	return bgpd_view(p->bgpd);
}

static bool
on_link_counters(void *arg, struct link_counters *counters)
{
	struct program *p = arg;

	if (p->link != NULL)
		*counters = link_io_counters(p->link);
	return p->link != NULL;
}

static bool
on_ready(void *arg, struct err *why)
{
	struct program *p = arg;

	return bgpd_ready(p->bgpd, why);
}

static const struct http_ops http_ops = { .ready = on_ready };
static const struct notify_ops notify_ops = { .ready = on_ready };

static void
on_stop(void *arg, int signal)
{
	struct program *p = arg;

	notify_stopping(p->notify);
	if (signal == SIGINT)
		bgpd_stop(p->bgpd, "interrupted");
	else if (access(SHUTDOWN, F_OK) == 0)
		bgpd_stop(p->bgpd, SHUTDOWN " exists");
	else
		bgpd_stop(p->bgpd, NULL);
}

static void
on_reload(void *arg)
{
	struct program *p = arg;

	log_info("node %s: reading everything again", p->options.node);
	source_reload(p->source);
}

static const struct loop_ops loop_ops = {
	.reload = on_reload,
	.stop = on_stop,
};

static void
on_shutdown(void *arg)
{
	struct program *p = arg;

	notify_stopping(p->notify);
	bgpd_stop(p->bgpd, "lbbgp shutdown");
}

static struct monitor *
on_monitor(void *arg)
{
	struct program *p = arg;

	return bgpd_monitor(p->bgpd);
}

static const struct control_ops control_ops = {
	.view = on_view,
	.monitor = on_monitor,
	.shutdown = on_shutdown,
};

/* First of all: what is open before it would be open in the helper. */
static bool
open_commands(struct program *p, struct err *err)
{
	if (!p->options.allow_commands || p->options.check)
		return true;
	p->commands = commands_io_new(p->options.user, err);
	return p->commands != NULL;
}

static bool
open_http(struct program *p, struct err *err)
{
	const struct command_line *o = &p->options;
	const struct http_options http = { .where = o->metrics,
		.metrics = p->metrics };
	const struct https_options https = { .given = o->https,
		.name = o->node,
		.metrics = p->metrics,
		.handshakes_most = HANDSHAKES_MOST,
		.may_come_later = true };

	if (strcmp(http.where, "off") != 0) {
		p->http = http_new(p->base, &http, &http_ops, p, err);
		if (p->http == NULL)
			return false;
	}
	if (strcmp(https.given.where, "off") != 0) {
		p->https = https_new(p->base, &https, &http_ops, p, err);
		if (p->https == NULL)
			return false;
	}
	return true;
}

static bool
open_rim(struct program *p, struct err *err)
{
	const struct command_line *o = &p->options;

	p->peer_io = peer_io_new(p->base, &links_ops, p);
	p->health = health_io_new(p->base, p->commands, &health_io_ops, p);
	p->timer = evtimer_new(p->base, on_timer, p);
	p->signals = loop_signals_new(p->base, &loop_ops, p);
	if (o->check)
		return true;
	p->control = control_io_new(p->base, o->socket, &control_ops, p, err);
	if (p->control == NULL)
		return false;
	p->metrics = metrics_new();
	p->numbers = (struct bgpd_metrics){ .view = on_view,
		.arg = p,
		.refused = links_stats(peer_io_links(p->peer_io)),
		.links = on_link_counters };
	all_metrics_add(p->metrics, &p->numbers);
	return open_http(p, err);
}

struct reasons { /* why the daemon works without a part of its rim */
	struct err guard, addresses, fib, gateways, link, bfd;
};

/* Without these the daemon works, and says what follows from that. */
static void
open_kernel(struct program *p, struct reasons *why)
{
	char *who = xasprintf("node %s, process %ld, socket %s",
	    p->options.node, (long)getpid(), p->options.socket);

	p->guard =
	    guard_io_new(p->base, LOCKS, who, &guard_io_ops, p, &why->guard);
	p->addresses = addresses_io_new(
	    p->base, LOCKS, who, &addresses_io_ops, p, &why->addresses);
	p->fib = fib_io_new(p->base, LOCKS, who, &fib_io_ops, p, &why->fib);
	p->gateways =
	    gateways_io_new(p->base, &gateways_io_ops, p, &why->gateways);
	p->link = link_io_new(p->base, &link_io_ops, p, &why->link);
	p->bfd = bfd_io_new(p->base, LOCKS, &bfd_io_ops, p, &why->bfd);
	free(who);
	if (p->guard == NULL)
		log_warn("loop guard: %s", why->guard.text);
	if (p->addresses == NULL)
		log_warn("addresses of interfaces: %s", why->addresses.text);
	if (p->fib == NULL)
		log_warn("learned routes: %s", why->fib.text);
	if (p->gateways == NULL)
		log_warn("default gateways: %s", why->gateways.text);
	if (p->link == NULL)
		log_warn("links: %s", why->link.text);
	if (p->bfd == NULL)
		log_warn("bfd: %s", why->bfd.text);
}

static bool
share_directory(const char *path, int gid)
{
	return chown(path, (uid_t)-1, (gid_t)gid) == 0 &&
	    chmod(path, 0775) == 0;
}

/*
 * What we made there as root is to go when we end, as whoever we are then: the locks,
 * and the socket if it is there.
 */
static void
share_run(struct program *p)
{
	const char *whom = lockdown_whom(p->options.user);
	const char *socket = p->options.socket;
	struct err err;
	int uid, gid;

	if (whom == NULL || !lockdown_user(whom, &uid, &gid))
		return;
	if (!share_directory(LOCKS, gid))
		log_warn("locks: those in %s will stay when we end: %s", LOCKS,
		    strerror(errno));
	if (strncmp(socket, RUN "/", strlen(RUN) + 1) == 0 &&
	    !control_io_share(p->control, gid, &err))
		log_warn(
		    "control: the socket will stay when we end: %s", err.text);
}

static void
on_threads(void *arg)
{
	struct program *p = arg;

	if (p->bfd != NULL)
		bfd_io_lock_down(p->bfd);
}

static bool
lock_down(struct program *p, struct err *err)
{
	const struct command_line *o = &p->options;
	const struct source_options source = { .spec = o->source,
		.kubeconfig = o->kubeconfig };
	char *state = source_state_path(o->source);
	const struct lockdown l = { .user = o->user,
		.network = true,
		.reads_all = source_is_of_files(&source),
		.own = state,
		.threads = on_threads,
		.arg = p };
	bool good = lockdown(&l, err);

	free(state);
	return good;
}

static void
open_bgpd(struct program *p)
{
	const struct command_line *o = &p->options;
	struct bgpd_options options = { .node = o->node,
		.instance = o->instance,
		.on_dir = strncmp(o->source, "dir:", 4) == 0,
		.daemonset = o->daemonset,
		.memory = memory_limit("") };
	struct bgpd_ports ports = { .clock = &loop_clock };
	struct reasons why = { 0 };

	if (getrandom(&options.seed, sizeof(options.seed), 0) !=
	    sizeof(options.seed))
		options.seed = (uint64_t)loop_wall() ^ (uint64_t)getpid();
	if (!o->check) {
		open_kernel(p, &why);
		p->boot = boot_io_new("", RUN);
		options.preserved = boot_io_preserved(p->boot);
		options.away = boot_io_away(p->boot);
		share_run(p);
		ports.tcp = peer_io_sessions(p->peer_io);
		ports.health = health_io_port(p->health);
		ports.guard = p->guard != NULL ? guard_io_port(p->guard) : NULL;
		ports.addresses = p->addresses != NULL
		    ? addresses_io_port(p->addresses)
		    : NULL;
		ports.fib = p->fib != NULL ? fib_io_port(p->fib) : NULL;
		ports.gateways =
		    p->gateways != NULL ? gateways_io_port(p->gateways) : NULL;
		ports.link = p->link != NULL ? link_io_port(p->link) : NULL;
		ports.bfd = p->bfd != NULL ? bfd_io_port(p->bfd) : NULL;
		p->stations = stations_io_new(p->base, &loop_clock);
		ports.stations = stations_io_port(p->stations);
	}
	p->bgpd = bgpd_new(&options, &ports, &bgpd_ops, p);
	if (p->stations != NULL)
		stations_io_serve(p->stations, bgpd_stations(p->bgpd));
	if (!o->check && p->guard == NULL)
		bgpd_guarded(p->bgpd, why.guard.text);
	if (!o->check && p->addresses == NULL)
		bgpd_placed(p->bgpd, why.addresses.text);
	if (!o->check && p->fib == NULL)
		bgpd_installed(p->bgpd, why.fib.text);
}

/* As whoever we are by now, for it is he who writes. Without it we work, too. */
static void
open_state(struct program *p)
{
	const struct command_line *o = &p->options;
	struct err why;

	if (strcmp(o->source, "kube") != 0 || strcmp(o->state, "off") == 0)
		return;
	p->state = state_io_new(o->state, o->node, &why);
	if (p->state == NULL)
		log_warn("state: not kept: %s", why.text);
	bgpd_set_state(p->bgpd,
	    p->state != NULL ? state_io_port(p->state) : NULL,
	    p->state != NULL ? NULL : why.text);
}

static bool
open_all(struct program *p, struct err *err)
{
	const struct command_line *o = &p->options;
	struct source_options source = { .spec = o->source,
		.kubeconfig = o->kubeconfig,
		.program = "lbbgp-bgpd",
		.read_only = o->check };

	if (!o->check) {
		p->rival = rival_io_new(LOCKS, o->instance.class, err);
		if (p->rival == NULL)
			return false;
	}
	if (!open_rim(p, err))
		return false;
	open_bgpd(p);
	p->notify = o->check ? NULL : notify_new(p->base, &notify_ops, p);
	p->source = source_open(&source, p->base, bgpd_store(p->bgpd), err);
	if (p->source == NULL)
		return false;
	bgpd_set_source(p->bgpd, o->check ? NULL : p->source);
	if (o->check)
		return true;
	if (p->https != NULL)
		https_ask(p->https, p->source);
	if (!lock_down(p, err))
		return false;
	open_state(p);
	return true;
}

static void
close_all(struct program *p)
{
	source_free(p->source);
	if (p->stations != NULL)
		stations_io_serve(p->stations, NULL);
	control_io_free(p->control); /* with who watches the daemon */
	guard_io_free(p->guard);
	fib_io_free(p->fib);
	gateways_io_free(p->gateways);
	bgpd_free(p->bgpd);
	boot_io_free(p->boot);
	state_io_free(p->state);
	notify_free(p->notify);
	addresses_io_free(p->addresses);
	link_io_free(p->link);
	stations_io_free(p->stations);
	bfd_io_free(p->bfd);
	http_free(p->http);
	https_free(p->https);
	metrics_free(p->metrics);
	health_io_free(p->health);
	commands_io_free(p->commands);
	peer_io_free(p->peer_io);
	loop_signals_free(p->signals);
	loop_event_free(p->timer);
	event_base_free(p->base);
	rival_io_free(p->rival);
}

/* No session is opened here, and no BFD runs: neither is a fault. */
static bool
check_waives(const struct view_condition *c)
{
	return strcmp(c->reason, "NoSession") == 0 ||
	    strcmp(c->reason, "NotRunning") == 0;
}

/* How many hold. */
static size_t
check_conditions(struct program *p)
{
	const struct daemon_view *view = bgpd_view(p->bgpd);
	size_t n = 0;

	for (size_t i = 0; i < view->n_conditions; i++) {
		const struct view_condition *c = &view->conditions[i];

		if (check_waives(c))
			continue;
		log_error("check: %s: %s", c->type, c->message);
		n++;
	}
	return n;
}

/* Everything is read once, and what is wrong with it is said. */
static int
check(struct program *p)
{
	const struct source_wait wait = { loop_now(), CHECK_MS };
	struct err why;
	bool listed;

	while (!(listed = bgpd_is_listed(p->bgpd, &why)) &&
	    bgpd_phase(p->bgpd) == PHASE_RUNNING &&
	    source_may_list(
		p->source, bgpd_store(p->bgpd), &wait, loop_now(), &why)) {
		loop_arm(p->timer, loop_now() + CHECK_STEP_MS);
		event_base_loop(p->base, EVLOOP_ONCE);
	}
	if (!listed) {
		log_error("check: %s", why.text);
		return EXIT_FAILED;
	}
	size_t wrong = check_conditions(p);

	if (!source_healthy(p->source, 0, &why)) {
		log_error("check: %s", why.text);
		wrong++;
	}
	return wrong == 0 ? EXIT_GOOD : EXIT_REFUSED;
}

int
main(int argc, char **argv)
{
	char host[256] = "";
	struct program p = { .options = { .node = host,
				 .instance = instance_default,
				 .socket = SOCKET,
				 .metrics = METRICS,
				 .https = { .where = "off" },
				 .state = STATE } };
	struct err err = { 0 };
	int code;

	gethostname(host, sizeof(host) - 1);
	if (!options_read(&p.options, argc, argv, &code))
		return code;
	if (!open_commands(&p, &err)) {
		log_error("start: %s", err.text);
		return EXIT_FAILED;
	}
	descriptors_raise(); /* but for the helper, whose programs may select() */
	p.log = p.options.check ? NULL : log_io_new(STDERR_FILENO);
	p.base = loop_new();
	if (!open_all(&p, &err)) {
		log_error("start: %s", err.text);
		code = EXIT_FAILED;
	} else if (p.options.check) {
		code = check(&p);
	} else {
		log_info("node %s: started", p.options.node);
		event_base_dispatch(p.base);
		log_info("node %s: stopped", p.options.node);
		code = EXIT_GOOD;
	}
	close_all(&p);
	log_io_free(p.log);
	return code;
}
