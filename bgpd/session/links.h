/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - which session a connection is for, and whether it is taken.
 *
 * Knows the addresses and the passwords of all sessions that have a way to TCP; the
 * sockets are peer_io.c's.
 */
#ifndef BGPD_LINKS_H
#define BGPD_LINKS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/keys.h"
#include "common/prefix.h"

struct links; /* private to links.c */
struct session_config;

struct link {                                /* embedded in the rim's */
	const struct session_config *config; /* borrowed, see links_set() */
	struct addr remote;                  /* by which links.c finds it */
	unsigned tokens;    /* connections that it may have now */
	uint64_t tokens_at; /* ms, when they were last counted */
	bool
	    key_refused; /* the rim has told that the kernel does not take it */
};

struct ttl_rule { /* GTSM: from this address nothing with a lower TTL */
	struct addr addr;
	uint8_t least;
};

enum arrival {
	ARRIVAL_TAKEN = 1,
	ARRIVAL_STRANGER,  /* no session has that address */
	ARRIVAL_ELSEWHERE, /* at an address that is not the session's own */
	ARRIVAL_UNKEYED, /* the listener has not the key that it should have */
	ARRIVAL_UNFILTERED, /* … nor the TTL filter */
	ARRIVAL_TOO_FAST,
};

enum { ARRIVALS = ARRIVAL_TOO_FAST + 1 }; /* of an array indexed by them */

struct caller {
	struct addr remote;
	struct addr local; /* where it came to */
};

struct gate { /* what a listener lets in */
	const struct keys *keys;
	bool filtered; /* by links_ttl_rules() */
};

struct links *links_new(void);
void links_free(struct links *); /* after the links are removed */

void links_add(
    struct links *, struct link *, const struct session_config *, uint64_t now);
/* Its configuration is another now; to be told before the old one is freed. */
void links_set(struct links *, struct link *, const struct session_config *);
void links_remove(struct links *, struct link *);

/* NULL: nobody. */
struct link *links_find(const struct links *, const struct addr *remote);
/*
 * Is a connection taken that has come through the gate? *link is whose it is, NULL with
 * ARRIVAL_STRANGER.
 */
enum arrival links_judge(const struct links *, const struct caller *,
    const struct gate *, uint64_t now, struct link **link);
/* Brings a listener's keys of that family to what all links want. */
void links_update_keys(const struct links *, enum family, struct keys *,
    const struct keys_ops *, void *arg);
/* By address; owned by the caller. */
struct ttl_rule *links_ttl_rules(const struct links *, enum family, size_t *n);
#endif
