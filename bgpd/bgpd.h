/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bgpd - the node daemon: owns all its parts and passes the news between them.
 *
 * Knows no socket and no clock: main.c gives it ports, and so can a simulator.
 */
#ifndef BGPD_BGPD_H
#define BGPD_BGPD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct bgpd;
struct clock;
struct daemon_view;
struct err;
struct guard;
struct guard_port;
struct health_port;
struct session_port;
struct source;
struct store;

struct bgpd_ports { /* the ways out; borrowed for good */
	const struct clock *clock;
	const struct session_port *tcp;   /* NULL: no session comes up */
	const struct guard_port *guard;   /* NULL: nothing guards */
	const struct health_port *health; /* NULL: nobody is asked */
};

struct bgpd_ops {
	void (*arm)(void *arg, uint64_t at); /* bgpd_tick() then */
};

struct bgpd_options {
	const char *node;      /* our name; borrowed for good */
	bool on_dir;           /* the source is a directory */
	const char *daemonset; /* that we are a pod of, or NULL; borrowed */
	uint64_t seed;         /* of all jitter */
	uint64_t memory;       /* bytes that we may have; 0: not known */
};

struct bgpd *bgpd_new(const struct bgpd_options *, const struct bgpd_ports *,
    const struct bgpd_ops *, void *arg);
void bgpd_free(struct bgpd *);

/* The CIDRs whose unassigned members the kernel must refuse. */
struct guard *bgpd_guard(struct bgpd *);
/* For a source to fill; and the source, once it is there (borrowed). */
struct store *bgpd_store(struct bgpd *);
void bgpd_set_source(struct bgpd *, struct source *);

void bgpd_tick(struct bgpd *);
/* As health_io_ops.answered. */
void bgpd_probed(struct bgpd *, uint32_t id, bool good);
/* why NULL: it listens. As listeners_ops.listening. */
void
bgpd_listening(struct bgpd *, const struct scoped_addr *at, const char *why);
/* why NULL: the guard is in place. */
void bgpd_guarded(struct bgpd *, const char *why);
/* Cease to all peers. Then the sockets are flushed and the program ends. */
void bgpd_stop(struct bgpd *, const char *text);
/* Nothing that was written is without its answer any more. */
bool bgpd_is_quiet(const struct bgpd *);
/*
 * Why the node, or we on it, are leaving for good, as far as objects tell; NULL: it is
 * not. Borrowed until the next call.
 */
const char *bgpd_leaving(struct bgpd *);

/* Everything for show, status and metrics; borrowed until the next event. */
const struct daemon_view *bgpd_view(struct bgpd *);
/* Has every kind been listed? */
bool bgpd_is_listed(const struct bgpd *, struct err *why);
/*
 * Has the first state been announced? Once it has, for good. So rolling updates take
 * the next node when routers have this one's routes, not before. A data plane or a peer
 * that does not answer is waited for BGPD_READY_WAIT at most.
 */
#define BGPD_READY_WAIT 30000 /* ms */
bool bgpd_ready(struct bgpd *, struct err *why);
#endif
