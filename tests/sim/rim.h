/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rim - the port of TCP that a daemon's links.c is given, on a host of a virtual
 * network.
 */
#ifndef TESTS_SIM_RIM_H
#define TESTS_SIM_RIM_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct agreed;
struct bgpd;
struct links;
struct peer_listen;
struct rim; /* private to rim.c */
struct vhost;
struct world;

struct kernel { /* of a host: what it refuses for now */
	bool no_keys, no_filters, no_listening;
	bool astray; /* what listens on a link is not at its address any more */
	uint64_t whole_at; /* ms, since when it refuses nothing */
};

/* With its interface, where it is the link's. */
struct scoped_addr rim_scoped(const struct addr *);

/*
 * The name and the kernel are borrowed. The daemon hears where it listens, and is
 * looked at.
 */
struct rim *rim_new(struct world *, struct vhost *, const struct kernel *,
    const char *name, struct bgpd *);
void rim_free(struct rim *); /* after its sessions */
struct links *rim_links(struct rim *);
void rim_listen(struct rim *, const struct peer_listen *);
/* Nothing waits to be sent any more. */
bool rim_is_flushed(const struct rim *);

/* Promises that hold at every moment. */
void rim_judge(struct rim *);
/* Grows with whatever may have changed the daemon's routes. */
uint64_t rim_moves(const struct rim *);
/* The Established connection with that address; 0: there is none. */
uint64_t rim_connection(const struct rim *, const struct addr *remote);
/* What it agreed to there; NULL: as above. Borrowed. */
/* What the session came up with; NULL: it is down. */
const struct session_config *
rim_running(const struct rim *, const struct addr *remote);
const struct agreed *rim_agreed(const struct rim *, const struct addr *remote);
unsigned rim_count(const struct rim *); /* sockets */
/* Silence that is borne on it, s; 0: there is none, or any is. */
unsigned rim_hold_time(const struct rim *, const struct addr *remote);
#endif
