/* SPDX-License-Identifier: Apache-2.0 */
/*
 * daemon - a node of a virtual cluster: its host, the bgpd on it, and the way of that
 * one to the cluster's objects, which can be slow, cut, or lead into the past.
 */
#ifndef TESTS_SIM_DAEMON_H
#define TESTS_SIM_DAEMON_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct bfd_host;
struct bfd_wire;
struct bgpd;
struct daemon; /* private to daemon.c */
struct etcd;
struct fake_fib;
struct kernel;
struct rim;
struct vhost;
struct world;

/* On "<kind><nth>", as "node0"; nothing runs yet. */
struct daemon *daemon_new(struct world *, struct etcd *, struct vhost *,
    const char *kind, unsigned nth);
void daemon_free(struct daemon *);
/* Before it starts: it has BFD, over that wire. */
void daemon_set_bfd(struct daemon *, struct bfd_wire *);

/*
 * A version of the daemon is what it knows of graceful restart: the others' fields it
 * does not see. The next run is another one, without what the last one kept.
 */
enum {
	KNOWS_RESTART = 1,      /* RFC 4724 */
	KNOWS_NOTIFICATION = 2, /* RFC 8538 */
	KNOWS_LONG_LIVED = 4,   /* RFC 9494 */
	KNOWS_TIME = 8,         /* gracefulRestart.restartTime */
	KNOWS_ALL = 15,
};
void daemon_set_version(struct daemon *, unsigned knows);
/* By its version, and by what is in its way to the objects. */
bool daemon_can_restart(const struct daemon *);

void daemon_start(struct daemon *);
void daemon_stop(struct daemon *);  /* as it is told to end: for a restart */
void daemon_leave(struct daemon *); /* … for good: says goodbye */
void daemon_kill(struct daemon *);  /* at once, as by SIGKILL */
/* So does its host, and its kernel forgets everything. */
void daemon_lose_power(struct daemon *);
/* For good, until it starts anew. */
bool daemon_has_left(const struct daemon *);
bool daemon_is_running(const struct daemon *); /* and is not about to end */

/* What happens in the cluster is heard of so much later. */
void daemon_set_lag(struct daemon *, unsigned ms);
/* It can't be reached; afterwards everything is listed anew. */
void daemon_set_away(struct daemon *, bool);
/* The cluster was restored: everything is listed, versions count anew. */
void daemon_went_back(struct daemon *);
/*
 * One object is told of as it was before its last change, as by a server that is
 * behind; so much later all of its kind are listed.
 */
void daemon_show_past(struct daemon *, uint32_t which, unsigned ms);
/* Its clock of the day, not the one that counts ms. */
void daemon_step_clock(struct daemon *, int64_t ms);
/* What its kernel refuses from now on; whole_at is set here. */
void daemon_set_kernel(struct daemon *, const struct kernel *);
void daemon_set_plane(struct daemon *, bool up); /* does kube-proxy answer? */

/* Its kernel refuses so many changes of routes, each asked for again later. */
void daemon_refuse_routes(struct daemon *, unsigned changes);
/* Something of the links and routes of its kernel is another. */
void daemon_fib_news(struct daemon *);
/* Somebody takes away one of the routes that it has put there, if there are any. */
void daemon_steal_route(struct daemon *, unsigned which);

struct fake_fib *daemon_fib(struct daemon *);
struct vhost *daemon_host(const struct daemon *);
struct rim *daemon_rim(const struct daemon *);      /* NULL: it does not run */
struct bgpd *daemon_bgpd(const struct daemon *);    /* the same */
struct bfd_host *daemon_bfd(const struct daemon *); /* NULL: it has none */
/* Has it been told, for a while, that the peer with that address is strict? */
bool daemon_knows_strict(const struct daemon *, const struct addr *);
/* All that it was ever told to announce, announced.h; and what by now. */
uint64_t daemon_told(const struct daemon *);
uint64_t daemon_wants(const struct daemon *);
/* It runs and hears of everything at once, and nothing around it refuses. */
bool daemon_is_calm(const struct daemon *);
/* What the loop guard of its kernel covers, announced.h. */
uint64_t daemon_guards(const struct daemon *);
/* When its kernel was last there anew, or without what had left, ms. */
uint64_t daemon_booted(const struct daemon *);
/* Grows with whatever may have changed its routes. */
uint64_t daemon_moves(const struct daemon *);
#endif
