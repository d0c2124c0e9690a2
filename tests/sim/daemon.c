/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The source keeps a queue for each kind, as each has a watch of its own: what happened
 * first is told first within a kind, and in any order between kinds. A list takes the
 * place of all that was still to come.
 *
 * What the daemon has been told is kept beside its store, so that promises can be
 * judged by what it could know at the time.
 */
#include "tests/sim/daemon.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <utlist.h>

#include "bgpd/bgpd.h"
#include "bgpd/health/health_port.h"
#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_port.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/links.h"
#include "bgpd/session/session_port.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/source/source.h"
#include "common/source/store.h"
#include "tests/fake/fake_state.h"
#include "tests/fake/fake_fib.h"
#include "tests/sim/announced.h"
#include "tests/sim/bfd_host.h"
#include "tests/sim/etcd.h"
#include "tests/sim/rim.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"
#include "tests/test.h"

#define WALL 1769817600000 /* 2026-01-31 */

enum {
	KINDS_MOST = 16,
	WATCH_MOST = 30,  /* ms until an event is heard of */
	LIST_MOST = 200,  /* ms that a list takes */
	WRITE_MOST = 100, /* ms until a write is answered */
	PROBE_MOST = 100, /* ms */
	GUARD_MOST = 32,
	BFD_LATE = 1000,     /* ms until the loop hears of it */
	REFUSES_FOR = 60000, /* ms at most, of routes that have to be changed */
	RETRY = 5000,        /* ms until a kernel is asked again */
	APPLIED_IN = 2000,   /* ms until an edit of a peer holds */
};

struct note {
	size_t kind;
	char *ns, *name; /* owned */
	json_t *object;  /* owned; NULL: it is gone */
	struct note *prev, *next;
};

struct write {
	enum source_how how;
	char *kind, *ns, *name; /* owned */
	json_t *body;           /* owned */
	source_done *done;
	void *arg;
	struct write *prev, *next;
};

struct daemon {
	struct world *w;
	struct etcd *etcd;
	struct vhost *host;
	unsigned nth, lives;
	char name[16];
	struct clock clock;
	struct session_port tcp;
	struct guard_port guard;
	struct fake_fib fib; /* routes of its kernel */
	struct health_port health;
	struct bfd_host *bfd; /* owned; NULL: it has none */
	struct kernel kernel;
	bool away, plane_up;
	unsigned lag;
	int64_t wall_off; /* ms, its clock before the others' */
	uint64_t told, wants, moves;
	bool keeps;             /* what it knows, over its end */
	struct fake_state disk; /* … in memory: gone with the kernel */
	uint64_t booted;        /* ms */
	uint64_t ended; /* ms, when the last run did; 0: it is not known */
	bool stands;    /* what a run announced is in the kernel */
	bool off;
	unsigned next_version;
	struct prefix guarded[GUARD_MOST]; /* in its kernel */
	unsigned n_guarded;
	struct guard *guard_lent; /* by the process */

	/* Of the process, while there is one. */
	struct bgpd *bgpd;
	struct source *source;
	struct rim *rim;
	uint32_t asked; /* the id of the question under way; 0: none is */
	bool stopping, leaves, left, forget;
	uint64_t refused_at; /* ms, when its kernel last began to; 0: never */
	unsigned version;    /* of KNOWS_… */
	bool
	    is_first; /* of its version: there was nothing kept to start from */
	uint64_t tick_at, last[KINDS_MOST]; /* when the last note is due */
	uint64_t peers_at; /* ms, when it last heard of a BGPPeer */
	struct note *notes;
	struct write *writes;
	json_t *
	    known; /* owned; as etcd_all(); of the run before, too, if it keeps that */
};

/* --- What is known. --- */

static void
think(struct daemon *d)
{
	d->wants = announced_by(d->known, d->nth);
	d->told |= announced_at_most(d->known, d->nth);
	d->w->changes++;
}

static void
know(struct daemon *d, const char *kind, const char *ns, const char *name,
    json_t *object)
{
	char *key = xasprintf("%s/%s/%s", kind, ns, name);

	if (object != NULL)
		json_object_set(d->known, key, object);
	else
		json_object_del(d->known, key);
	free(key);
	if (strcmp(kind, "BGPPeer") == 0)
		d->peers_at = d->w->now;
	think(d);
}

static struct store *
store_of(const struct daemon *d)
{
	return bgpd_store(d->bgpd);
}

static const char *
kind_name(const struct daemon *d, size_t kind)
{
	size_t n;

	return store_kinds(store_of(d), &n)[kind].kind;
}

static size_t
kind_find(const struct daemon *d, const char *name)
{
	size_t n, kind = 0;
	const struct store_kind *kinds = store_kinds(store_of(d), &n);

	while (kind < n && strcmp(kinds[kind].kind, name) != 0)
		kind++;
	return kind < n ? kind : SIZE_MAX;
}

/* What another version would see of it: owned, as object. */
static json_t *
seen_by(unsigned version, json_t *object)
{
	json_t *seen = json_deep_copy(object);
	json_t *restart =
	    json_object_get(json_object_get(seen, "spec"), "gracefulRestart");

	if ((version & KNOWS_RESTART) == 0)
		json_object_set_new(restart, "enabled", json_false());
	if ((version & KNOWS_NOTIFICATION) == 0)
		json_object_del(restart, "notification");
	if ((version & KNOWS_LONG_LIVED) == 0)
		json_object_del(restart, "longLivedTime");
	if ((version & KNOWS_TIME) == 0)
		json_object_del(restart, "restartTime");
	return seen;
}

static void
put(struct daemon *d, size_t kind, json_t *object)
{
	json_t *seen = seen_by(d->version, object);

	store_put(store_of(d), kind, seen);
	json_decref(seen);
}

/* --- Events. --- */

static void
note_free(struct daemon *d, struct note *n)
{
	DL_DELETE(d->notes, n);
	json_decref(n->object);
	free(n->ns);
	free(n->name);
	free(n);
}

static void
notes_drop(struct daemon *d, size_t kind)
{
	struct note *n, *next;

	DL_FOREACH_SAFE (d->notes, n, next)
		if (n->kind == kind)
			note_free(d, n);
}

static void
on_note(void *arg, uint64_t kind)
{
	struct daemon *d = arg;
	struct note *n;

	DL_SEARCH_SCALAR(d->notes, n, kind, kind);
	if (n == NULL || d->away)
		return;
	struct object_key key = { n->ns, n->name };

	know(d, kind_name(d, kind), n->ns, n->name, n->object);
	if (n->object != NULL)
		put(d, kind, n->object);
	else
		store_drop(store_of(d), kind, &key);
	note_free(d, n);
}

/* The kind that it was of; SIZE_MAX: of none that is followed just now. */
static size_t
note_add(struct daemon *d, const char *kind_text, const char *ns,
    const char *name, const json_t *object)
{
	size_t kind;

	if (d->bgpd == NULL || d->away ||
	    (kind = kind_find(d, kind_text)) == SIZE_MAX)
		return SIZE_MAX;
	struct note *n = xcalloc(1, sizeof(*n));
	uint64_t at = d->w->now + d->lag + rng_below(&d->w->rng, WATCH_MOST);

	*n = (struct note){ .kind = kind,
		.ns = xstrdup(ns),
		.name = xstrdup(name),
		.object = json_deep_copy(object) };
	DL_APPEND(d->notes, n);
	d->last[kind] = at > d->last[kind] ? at : d->last[kind];
	world_at(d->w, d->last[kind], on_note, d, kind);
	return kind;
}

static void
on_news(void *arg, const char *kind, const char *ns, const char *name,
    const json_t *object)
{
	note_add(arg, kind, ns, name, object);
}

/* --- Lists. --- */

/* What a list does not have is known no longer. */
static void
forget_kind(struct daemon *d, const char *kind)
{
	const char *key;
	json_t *object;
	void *next;

	json_object_foreach_safe(d->known, next, key,
	    object) if (strcmp(etcd_text(object, "kind"), kind) == 0)
	    json_object_del(d->known, key);
}

static void
list_all_of(struct daemon *d, size_t kind)
{
	const char *name = kind_name(d, kind), *key;
	json_t *object;

	store_list_begin(store_of(d), kind);
	json_object_foreach (etcd_all(d->etcd), key, object) {
		const json_t *meta = json_object_get(object, "metadata");

		if (strcmp(etcd_text(object, "kind"), name) != 0)
			continue;
		know(d, name, etcd_text(meta, "namespace"),
		    etcd_text(meta, "name"), object);
		put(d, kind, object);
	}
	store_list_end(store_of(d), kind);
}

static void
on_list(void *arg, uint64_t kind)
{
	struct daemon *d = arg;

	if (d->away)
		return;
	if (d->forget)
		store_forget_versions(store_of(d));
	d->forget = false;
	notes_drop(d, kind);
	forget_kind(d, kind_name(d, kind));
	/* Without Calico the Node says what its pods' addresses are. */
	if (strcmp(kind_name(d, kind), "BlockAffinity") == 0)
		store_missing(store_of(d), kind);
	else
		list_all_of(d, kind);
	think(d);
}

static void
list_everything(struct daemon *d)
{
	size_t n;

	store_kinds(store_of(d), &n);
	for (size_t kind = 0; kind < n; kind++) {
		notes_drop(d, kind);
		world_at(d->w,
		    d->w->now + d->lag + rng_below(&d->w->rng, LIST_MOST),
		    on_list, d, kind);
	}
}

/* --- Writes. --- */

static void
write_free(struct daemon *d, struct write *w)
{
	DL_DELETE(d->writes, w);
	json_decref(w->body);
	free(w->kind);
	free(w->ns);
	free(w->name);
	free(w);
}

static enum source_code
carry_out(struct daemon *d, const struct write *w)
{
	json_t *object = etcd_get(d->etcd, w->kind, w->ns, w->name);

	if (w->how == WRITE_OBJECT) {
		etcd_set(d->etcd, json_deep_copy(w->body));
		return WRITE_OK;
	}
	if (object == NULL)
		return WRITE_GONE;
	object = json_deep_copy(object);
	json_object_update_recursive(object, w->body);
	etcd_set(d->etcd, object);
	return WRITE_OK;
}

static void
on_answer(void *arg, uint64_t what)
{
	struct daemon *d = arg;
	struct write *w = d->writes;
	struct source_result result = { WRITE_RETRY, "away", "" };

	(void)what;
	if (w == NULL)
		return;
	source_done *done = w->done;
	void *done_arg = w->arg;

	if (!d->away)
		result = (struct source_result){ carry_out(d, w), "", "" };
	write_free(d, w);
	done(done_arg, &result);
}

static void
source_take(
    void *impl, const struct source_write *write, source_done *done, void *arg)
{
	struct daemon *d = impl;
	struct write *w = xcalloc(1, sizeof(*w));

	*w = (struct write){ .how = write->how,
		.kind = xstrdup(kind_name(d, write->kind)),
		.ns = xstrdup(write->key.ns),
		.name = xstrdup(write->key.name),
		.body = json_loads(write->body, 0, NULL),
		.done = done,
		.arg = arg };
	assert_non_null(w->body);
	DL_APPEND(d->writes, w);
	world_works(d->w);
	world_at(d->w, d->w->now + 1 + rng_below(&d->w->rng, WRITE_MOST),
	    on_answer, d, 0);
}

static void
source_hear(void *impl, const struct source_event *event)
{
	(void)event;
	world_works(((struct daemon *)impl)->w);
}

static enum source_state
source_say_state(const void *impl, size_t kind, struct err *why)
{
	const struct daemon *d = impl;

	(void)kind;
	if (!d->away)
		return SOURCE_FOLLOWED;
	err_set(why, "away");
	return SOURCE_FAULTY;
}

static void
source_gone(void *impl)
{
	(void)impl;
}

static const struct source_ops source_ops = {
	.write = source_take,
	.event = source_hear,
	.state = source_say_state,
	.free = source_gone,
};

/* --- The ports. --- */

static uint64_t
clock_mono(void *arg)
{
	return ((struct daemon *)arg)->w->now;
}

static int64_t
clock_of_day(void *arg)
{
	const struct daemon *d = arg;

	return WALL + d->wall_off + (int64_t)d->w->now;
}

static void
on_tick(void *arg, uint64_t what)
{
	struct daemon *d = arg;

	(void)what;
	if (d->w->now < d->tick_at)
		return;
	d->tick_at = NEVER;
	d->moves++;
	bgpd_tick(d->bgpd);
}

static void
port_arm(void *arg, uint64_t at)
{
	struct daemon *d = arg;

	if (at == d->tick_at)
		return;
	d->tick_at = at;
	if (at != NEVER)
		world_at(d->w, at, on_tick, d, 0);
}

static void *
port_attach(void *arg, struct session *session)
{
	struct daemon *d = arg;

	return links_attach(rim_links(d->rim), session, d->w->now);
}

static void
port_detach(void *arg, void *link)
{
	(void)arg;
	links_detach(link);
}

static void *
port_invite(void *arg, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *of)
{
	struct daemon *d = arg;

	return links_invite(
	    rim_links(d->rim), from, config, burst, ops, of, d->w->now);
}

static void
port_invitation_set(void *arg, void *invitation,
    const struct session_config *config, unsigned burst)
{
	(void)arg;
	invitation_set(invitation, config, burst);
}

static void
port_invitation_end(void *arg, void *invitation)
{
	(void)arg;
	invitation_end(invitation);
}

static void
port_listen(void *arg, const struct peer_listen *listen)
{
	struct daemon *d = arg;

	rim_listen(d->rim, listen);
}

/* A kernel does at once what it is asked to. */
static void
carry_out_route(struct daemon *d, const struct guard_change *c)
{
	unsigned i = 0;

	while (i < d->n_guarded && !prefix_eq(&d->guarded[i], &c->cidr))
		i++;
	if (c->step == GUARD_ADD_ROUTE && i == d->n_guarded) {
		assert_true(d->n_guarded < GUARD_MOST);
		d->guarded[d->n_guarded++] = c->cidr;
	} else if (c->step == GUARD_DELETE_ROUTE && i < d->n_guarded) {
		d->guarded[i] = d->guarded[--d->n_guarded];
	}
	d->w->changes++;
}

static void
port_guard(void *arg, struct guard *guard)
{
	struct daemon *d = arg;
	struct guard_change change;

	if (d->guard_lent != guard) {
		guard_forget_routes(guard);
		for (unsigned i = 0; i < d->n_guarded; i++)
			guard_found_route(guard, &d->guarded[i]);
		guard_compare(guard);
	}
	d->guard_lent = guard;
	while (guard_next(guard, &change, 1) > 0) {
		carry_out_route(d, &change);
		guard_made(guard, &change, true);
	}
	bgpd_guarded(d->bgpd, NULL);
}

static void
on_probed(void *arg, uint64_t good)
{
	struct daemon *d = arg;

	if (d->asked != 0)
		bgpd_probed(d->bgpd, d->asked, good != 0 ? NULL : "bad");
}

static void
port_ask(void *arg, uint32_t id, const struct health_question *question)
{
	struct daemon *d = arg;

	(void)question;
	d->asked = id;
	world_at(d->w, d->w->now + 1 + rng_below(&d->w->rng, PROBE_MOST),
	    on_probed, d, d->plane_up);
}

static void
port_forget(void *arg, uint32_t id)
{
	struct daemon *d = arg;

	if (id == d->asked)
		d->asked = 0;
}

static bool
port_is_flushed(void *arg)
{
	return rim_is_flushed(((struct daemon *)arg)->rim);
}

static bool
port_is_idle(void *arg)
{
	(void)arg;
	return true;
}

static void
on_end(void *arg, uint64_t what)
{
	struct daemon *d = arg;

	(void)what;
	bool obeys =
	    d->refused_at == 0 || d->w->now - d->refused_at > REFUSES_FOR;

	if (d->leaves && obeys && fake_fib_count(&d->fib) > 0)
		world_complain(d->w, "%s leaves routes behind", d->name);
	daemon_kill(d);
}

static void
port_stopped(void *arg)
{
	struct daemon *d = arg;

	world_at(d->w, d->w->now, on_end, d, 0);
}

/* As boot_io.c keeps it over the process, and not over the kernel. */
static void
port_stands(void *arg, bool stands)
{
	struct daemon *d = arg;

	d->stands = stands;
	d->left |= !stands;
}

static const struct bgpd_ops bgpd_ops = {
	.arm = port_arm, .stopped = port_stopped, .stands = port_stands
};

static void
on_bfd(void *arg, const struct bfd_news *news)
{
	struct daemon *d = arg;

	d->moves++;
	bgpd_bfd(d->bgpd, news);
}

static uint64_t
bfd_standing(void *arg, const struct addr *remote)
{
	const struct daemon *d = arg;

	return d->rim != NULL ? rim_connection(d->rim, remote) : 0;
}

static const struct bfd_host_ops bfd_host_ops = { on_bfd, bfd_standing };

/* --- Life. --- */

void
daemon_set_bfd(struct daemon *d, struct bfd_wire *wire)
{
	const struct bfd_host_way way = { d->name, BFD_LATE, false };

	d->bfd = bfd_host_new(d->w, wire, d->host, &way, &bfd_host_ops, d);
}

struct daemon *
daemon_new(struct world *w, struct etcd *etcd, struct vhost *host,
    const char *kind, unsigned nth)
{
	struct daemon *d = xcalloc(1, sizeof(*d));

	d->w = w;
	d->etcd = etcd;
	d->host = host;
	d->nth = nth;
	d->plane_up = true;
	d->version = d->next_version = KNOWS_ALL;
	snprintf(d->name, sizeof(d->name), "%s%u", kind, nth);
	d->clock = (struct clock){ clock_mono, clock_of_day, d };
	d->tcp = (struct session_port){ .attach = port_attach,
		.detach = port_detach,
		.listen = port_listen,
		.is_flushed = port_is_flushed,
		.invite = port_invite,
		.invitation_set = port_invitation_set,
		.invitation_end = port_invitation_end,
		.arg = d };
	fake_fib_init(&d->fib);
	d->guard = (struct guard_port){
		.settle = port_guard, .is_idle = port_is_idle, .arg = d
	};
	d->health = (struct health_port){ port_ask, port_forget, d };
	d->keeps = strcmp(kind, "node") == 0;
	fake_state_init(&d->disk);
	etcd_follow(etcd, on_news, d);
	return d;
}

/* As fib_io.c does, sooner or later. */
static void
on_retry(void *arg, uint64_t what)
{
	struct daemon *d = arg;

	(void)what;
	if (d->bgpd == NULL)
		return;
	if (d->fib.fib != NULL) {
		fib_retry(d->fib.fib);
		bgpd_fib_news(d->bgpd);
		if (d->fib.refused > 0)
			world_at(d->w, d->w->now + RETRY, on_retry, d, 0);
	}
	d->fib.refused = 0;
}

void
daemon_start(struct daemon *d)
{
	const struct bgpd_options options = {
		.node = d->name,
		.seed = ++d->lives * 100 + d->nth,
		.preserved = d->stands,
		.away = d->ended != 0 ? d->w->now - d->ended : 0,
	};
	const struct bgpd_ports ports = { .clock = &d->clock,
		.tcp = &d->tcp,
		.guard = &d->guard,
		.fib = &d->fib.port,
		.health = &d->health,
		.bfd = d->bfd != NULL ? bfd_host_port(d->bfd) : NULL };

	if (d->bgpd != NULL)
		daemon_kill(d);
	world_trace(d->w, "%s: starts, version %u", d->name, d->next_version);
	d->is_first = d->version != d->next_version;
	if (d->is_first) {
		fake_state_fini(&d->disk);
		fake_state_init(&d->disk);
	}
	d->version = d->next_version;
	vhost_set_power(d->host, true);
	d->booted = d->off || d->left ? d->w->now : d->booted;
	d->off = d->left = false;
	d->tick_at = NEVER;
	if (d->known == NULL)
		d->known = json_object();
	d->peers_at = d->w->now;
	if (d->bfd != NULL)
		bfd_host_start(d->bfd, options.seed);
	d->bgpd = bgpd_new(&options, &ports, &bgpd_ops, d);
	d->rim = rim_new(d->w, d->host, &d->kernel, d->name, d->bgpd);
	d->source = source_new(&source_ops, d);
	bgpd_set_source(d->bgpd, d->source);
	if (d->keeps)
		bgpd_set_state(d->bgpd, &d->disk.port, NULL);
	if (!d->away)
		list_everything(d);
	if (d->fib.refused > 0)
		world_at(d->w, d->w->now + RETRY, on_retry, d, 0);
}

static void
forget_all(struct daemon *d)
{
	json_decref(d->known);
	d->known = NULL;
}

void
daemon_kill(struct daemon *d)
{
	if (d->bgpd == NULL)
		return;
	world_trace(d->w, "%s: is gone", d->name);
	d->moves = daemon_moves(d) + 1;
	if (d->bfd != NULL)
		bfd_host_end(d->bfd);
	source_free(d->source);
	bgpd_free(d->bgpd);
	rim_free(d->rim);
	d->source = NULL;
	d->bgpd = NULL;
	d->rim = NULL;
	fake_state_restart(&d->disk);
	d->ended = d->w->now;
	d->guard_lent = NULL;
	d->fib.fib = NULL;
	d->wants = 0;
	d->w->changes++;
	d->stopping = d->leaves = d->forget = false;
	d->asked = 0;
	world_forget(d->w, d);
	while (d->notes != NULL)
		note_free(d, d->notes);
	while (d->writes != NULL)
		write_free(d, d->writes);
	if (!d->keeps)
		forget_all(d);
}

void
daemon_lose_power(struct daemon *d)
{
	vhost_set_power(d->host, false);
	daemon_kill(d);
	if (d->bfd != NULL)
		bfd_host_forget(d->bfd);
	d->n_guarded = 0;
	fake_fib_init(&d->fib);
	d->ended = 0;
	forget_all(d);
	fake_state_fini(&d->disk);
	fake_state_init(&d->disk);
	d->stands = false;
	d->off = true;
}

void
daemon_stop(struct daemon *d)
{
	if (!daemon_is_running(d))
		return;
	world_trace(d->w, "%s: stops", d->name);
	d->stopping = true;
	bgpd_stop(d->bgpd, NULL);
}

void
daemon_leave(struct daemon *d)
{
	if (!daemon_is_running(d))
		return;
	world_trace(d->w, "%s: leaves", d->name);
	d->stopping = d->leaves = true;
	bgpd_stop(d->bgpd, "asked to");
}

void
daemon_free(struct daemon *d)
{
	daemon_kill(d);
	bfd_host_free(d->bfd);
	forget_all(d);
	fake_state_fini(&d->disk);
	free(d);
}

void
daemon_set_version(struct daemon *d, unsigned knows)
{
	d->next_version = knows;
}

bool
daemon_can_restart(const struct daemon *d)
{
	return (d->version & d->next_version & KNOWS_RESTART) != 0 &&
	    !(d->away && (d->is_first || d->version != d->next_version));
}

bool
daemon_has_left(const struct daemon *d)
{
	return d->left;
}

bool
daemon_is_running(const struct daemon *d)
{
	return d->bgpd != NULL && !d->stopping;
}

/* --- Its source, its kernel, and kube-proxy. --- */

void
daemon_set_lag(struct daemon *d, unsigned ms)
{
	d->lag = ms;
}

void
daemon_set_away(struct daemon *d, bool away)
{
	bool was = d->away;

	d->away = away;
	if (was && !away && d->bgpd != NULL)
		list_everything(d);
}

void
daemon_went_back(struct daemon *d)
{
	if (d->bgpd == NULL)
		return;
	d->forget = true;
	if (!d->away)
		list_everything(d);
}

void
daemon_show_past(struct daemon *d, uint32_t which, unsigned ms)
{
	const json_t *object = etcd_before(d->etcd, which);
	const json_t *meta = json_object_get(object, "metadata");
	size_t kind;

	if (object == NULL)
		return;
	kind = note_add(d, etcd_text(object, "kind"),
	    etcd_text(meta, "namespace"), etcd_text(meta, "name"), object);
	if (kind != SIZE_MAX)
		world_at(d->w, d->last[kind] + ms, on_list, d, kind);
}

void
daemon_step_clock(struct daemon *d, int64_t ms)
{
	d->wall_off += ms;
}

void
daemon_set_kernel(struct daemon *d, const struct kernel *kernel)
{
	d->kernel = *kernel;
	d->kernel.whole_at = d->w->now;
}

void
daemon_set_plane(struct daemon *d, bool up)
{
	d->plane_up = up;
}

void
daemon_refuse_routes(struct daemon *d, unsigned changes)
{
	d->fib.refused = changes;
	d->fib.error = ENOMEM;
	d->refused_at = d->w->now;
	world_at(d->w, d->w->now + RETRY, on_retry, d, 0);
}

void
daemon_fib_news(struct daemon *d)
{
	if (d->bgpd != NULL)
		bgpd_fib_news(d->bgpd);
}

void
daemon_steal_route(struct daemon *d, unsigned which)
{
	size_t n = d->fib.n;

	for (size_t i = 0; i < n; i++)
		if (fake_fib_steal(&d->fib, (which + i) % n))
			break;
	if (d->fib.fib != NULL)
		fake_fib_look(&d->fib);
	daemon_fib_news(d);
}

/* --- Looking. --- */

struct fake_fib *
daemon_fib(struct daemon *d)
{
	return &d->fib;
}

struct vhost *
daemon_host(const struct daemon *d)
{
	return d->host;
}

struct rim *
daemon_rim(const struct daemon *d)
{
	return d->rim;
}

struct bgpd *
daemon_bgpd(const struct daemon *d)
{
	return d->bgpd;
}

struct bfd_host *
daemon_bfd(const struct daemon *d)
{
	return d->bfd;
}

static bool
is_peer_at(const json_t *object, const char *addr)
{
	return strcmp(etcd_text(object, "kind"), "BGPPeer") == 0 &&
	    strcmp(etcd_text(json_object_get(object, "spec"), "peerIP"),
		addr) == 0;
}

bool
daemon_knows_strict(const struct daemon *d, const struct addr *remote)
{
	struct scoped_addr at = rim_scoped(remote);
	char text[SCOPED_ADDR_TEXT];
	const char *key;
	json_t *object;
	bool some = false, all = true;

	scoped_addr_print(&at, text);
	json_object_foreach (d->known, key, object) {
		const json_t *spec = json_object_get(object, "spec");
		const json_t *bfd = json_object_get(spec, "bfd");

		if (!is_peer_at(object, text))
			continue;
		some = true;
		all &= json_is_true(json_object_get(bfd, "strict"));
	}
	return some && all && d->w->now - d->peers_at > APPLIED_IN;
}

uint64_t
daemon_told(const struct daemon *d)
{
	return d->told;
}

uint64_t
daemon_wants(const struct daemon *d)
{
	return d->wants;
}

bool
daemon_is_calm(const struct daemon *d)
{
	const struct kernel *k = &d->kernel;

	return daemon_is_running(d) && !d->away && d->lag == 0 && d->plane_up &&
	    !k->no_keys && !k->no_filters && !k->no_listening && !k->astray;
}

uint64_t
daemon_guards(const struct daemon *d)
{
	uint64_t set = 0;

	for (unsigned i = 0; i < d->n_guarded; i++)
		set |= announced_bit(&d->guarded[i]);
	return set;
}

uint64_t
daemon_booted(const struct daemon *d)
{
	return d->booted;
}

uint64_t
daemon_moves(const struct daemon *d)
{
	return d->moves + (d->rim != NULL ? rim_moves(d->rim) : 0);
}
