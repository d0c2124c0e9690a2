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

#include "common/api/instance.h"
#include "common/scoped_addr.h"

struct addresses_port;
struct bfd_news;
struct bfd_port;
struct bgpd;
struct clock;
struct daemon_view;
struct err;
struct fib_port;
struct gateways;
struct gateways_port;
struct guard_port;
struct health_port;
struct interface;
struct link_port;
struct monitor;
struct session_port;
struct source;
struct state_port;
struct stations;
struct stations_port;
struct store;

struct bgpd_ports { /* the ways out; borrowed for good */
	const struct clock *clock;
	const struct session_port *tcp; /* NULL: no session comes up */
	const struct guard_port *guard; /* NULL: nothing guards */
	const struct fib_port *fib;     /* NULL: nothing is installed */
	const struct gateways_port
	    *gateways; /* NULL: default gateways are not known */
	const struct health_port *health; /* NULL: nobody is asked */
	const struct link_port *link; /* NULL: no address is held on links */
	const struct addresses_port *addresses; /* NULL: interfaces get none */
	const struct stations_port
	    *stations; /* NULL: no BMP station is told anything */
	const struct bfd_port
	    *bfd; /* NULL: nobody watches whether peers live */
};

struct bgpd_ops {
	void (*arm)(void *arg, uint64_t at); /* bgpd_tick() then */
	void (*stopped)(void *arg); /* PHASE_STOPPED: the program may end */
	/*
	 * The first state is announced, and what the node forwards by stays until the
	 * next run: it may be told so as options.preserved. Or no longer, since we
	 * leave for good. May be NULL.
	 */
	void (*stands)(void *arg, bool);
};

struct bgpd_options {
	/* That we are of; both borrowed for good, NULL: the default one. */
	struct instance instance;
	const char *node;      /* our name; borrowed for good */
	bool on_dir;           /* the source is a directory */
	const char *daemonset; /* that we are a pod of, or NULL; borrowed */
	uint64_t seed;         /* of all jitter */
	uint64_t memory;       /* bytes that we may have; 0: not known */
	bool preserved; /* the kernel has what the run before left in it */
	uint64_t away;  /* ms since that run ended; 0: not known */
};

struct bgpd *bgpd_new(const struct bgpd_options *, const struct bgpd_ports *,
    const struct bgpd_ops *, void *arg);
void bgpd_free(struct bgpd *);

/* For a source to fill; and the source, once it is there (borrowed). */
struct store *bgpd_store(struct bgpd *);
void bgpd_set_source(struct bgpd *, struct source *);
/*
 * Where what is known is kept for a later run, borrowed for good; before the source,
 * which is set, fills the store. NULL: nowhere, since why, or (NULL) nobody wants it.
 */
void bgpd_set_state(struct bgpd *, const struct state_port *, const char *why);

void bgpd_tick(struct bgpd *);
/* As health_io_ops.answered. */
void bgpd_probed(struct bgpd *, uint32_t id, const char *why);
/* why NULL: it listens. As listeners_ops.listening. */
void
bgpd_listening(struct bgpd *, const struct scoped_addr *at, const char *why);
/* why NULL: the guard is in place. */
void bgpd_guarded(struct bgpd *, const char *why);
/* As fib_io_ops.news and .state. */
void bgpd_fib_news(struct bgpd *);
void bgpd_installed(struct bgpd *, const char *why);
/* As gateways_io_ops.found. */
void bgpd_gateways(struct bgpd *, const struct gateways *);
/* As link_io_ops.interfaces, .unheard and .frame. */
void bgpd_interfaces(struct bgpd *, const struct interface *, size_t n);
void bgpd_unheard(struct bgpd *, const char *why);
void bgpd_frame(struct bgpd *, int index, const uint8_t *, size_t n);
/* As bfd_io_ops.news. */
void bgpd_bfd(struct bgpd *, const struct bfd_news *);
/* why NULL: interfaces have the addresses that they are to have. */
void bgpd_placed(struct bgpd *, const char *why);

enum bgpd_phase {
	PHASE_RUNNING,
	PHASE_DRAINING, /* for a restart: last words go out, the loop guard stays */
	PHASE_LEAVING, /* for good: nothing of ours stays in the kernel, either */
	PHASE_STOPPED, /* all is out, or the time for it is over */
};

/*
 * Cease to all peers, and the last status. leaving: why for good; NULL: for a restart,
 * unless objects tell, now or while it drains, that the node or we on it leave for
 * good. For a restart peers that keep our routes meanwhile are told nothing, and lose
 * TCP as the last thing; one of them that has not been told all since it came up is
 * told before, while the phase is PHASE_RUNNING still. Once it is not, further calls
 * change nothing.
 */
void bgpd_stop(struct bgpd *, const char *leaving);
enum bgpd_phase bgpd_phase(const struct bgpd *);

/* Everything for show, status and metrics; borrowed until the next event. */
const struct daemon_view *bgpd_view(struct bgpd *);
/* For the port; NULL: there is none. */
struct stations *bgpd_stations(struct bgpd *);
/* For who watches; they have left before it is freed. */
struct monitor *bgpd_monitor(struct bgpd *);
/* Has every kind been listed? */
bool bgpd_is_listed(const struct bgpd *, struct err *why);
/*
 * Has the first state been announced? Once it has, for good. So rolling updates take
 * the next node when routers have this one's routes, not before. A data plane or a peer
 * that does not answer is waited for BGPD_READY_WAIT at most; one that starts with a
 * resource that it refuses, and so has no peer, until that is mended.
 */
#define BGPD_READY_WAIT 30000 /* ms */
bool bgpd_ready(struct bgpd *, struct err *why);
#endif
