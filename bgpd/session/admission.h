/* SPDX-License-Identifier: Apache-2.0 */
/*
 * admission - which session a connection is for, and whether it is taken.
 *
 * Knows the addresses and the passwords of all sessions that have a way to TCP; the
 * sockets are the port's.
 */
#ifndef BGPD_ADMISSION_H
#define BGPD_ADMISSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/ao.h"
#include "bgpd/session/keys.h"
#include "bgpd/session/tcp_port.h"
#include "common/scoped_addr.h"

struct admission; /* private to admission.c */
struct session_config;

struct admission_peer {                      /* embedded in links.c's */
	const struct session_config *config; /* borrowed, see admission_set() */
	struct scoped_addr remote;           /* by which it is found */
	unsigned tokens;    /* connections that it may have now */
	uint64_t tokens_at; /* ms, when they were last counted */
	bool key_refused;   /* it was told that the kernel does not take it */
};

/*
 * Addresses that may come without a session: one is made for each that does. Not of a
 * link, as fe80::/10 is.
 */
struct admission_range {                     /* embedded in links.c's */
	const struct session_config *config; /* borrowed: what those get */
	struct prefix from;
	unsigned burst;     /* sessions that may be made of it at once */
	unsigned tokens;    /* … now */
	uint64_t tokens_at; /* ms, when they were last counted */
	bool key_refused;   /* as of a peer */
};

enum arrival {
	ARRIVAL_TAKEN = 1,
	ARRIVAL_STRANGER,  /* no session has that address */
	ARRIVAL_ASTRAY,    /* … on that link, but on another one */
	ARRIVAL_ELSEWHERE, /* at an address that is not the session's own */
	ARRIVAL_SHARED,    /* there: several have it, at different ports */
	ARRIVAL_UNKEYED, /* the listener has not the key that it should have */
	ARRIVAL_UNFILTERED, /* … nor the TTL filter */
	ARRIVAL_TOO_FAST,
};

enum { ARRIVALS = ARRIVAL_TOO_FAST + 1 }; /* of an array indexed by them */

struct gate { /* what a listener lets in */
	const struct keys *keys;
	const struct ao_table *ao;
	bool filtered; /* by admission_ttl_rules() */
};

struct admission *admission_new(void);
void admission_free(struct admission *); /* after its peers are removed */

void admission_add(struct admission *, struct admission_peer *,
    const struct session_config *, uint64_t now);
/* Its configuration is another now; to be told before the old one is freed. */
void admission_set(
    struct admission *, struct admission_peer *, const struct session_config *);
void admission_remove(struct admission *, struct admission_peer *);

/*
 * Is a connection taken that has come through the gate? *peer is whose it is, NULL
 * with ARRIVAL_STRANGER; of ARRIVAL_ASTRAY it is one of those who have the address.
 */
enum arrival admission_judge(const struct admission *, const struct caller *,
    const struct gate *, uint64_t now, struct admission_peer **peer);
/* Found by its prefix, the longest before all others. */
void
admission_add_range(struct admission *, struct admission_range *, uint64_t now);
void admission_remove_range(struct admission *, struct admission_range *);
/*
 * The same of a stranger: ARRIVAL_TAKEN if a session is to be made for it by *range,
 * the longest one that it is in; ARRIVAL_STRANGER with NULL, it is in none.
 */
enum arrival admission_invited(const struct admission *, const struct caller *,
    const struct gate *, uint64_t now, struct admission_range **range);
/*
 * Brings a listener's keys to what all peers want that can come there: all of its
 * family, or those on its link. What a range has its addresses need not have, too.
 */
void admission_update_keys(const struct admission *,
    const struct scoped_addr *listener, struct keys *, const struct keys_ops *,
    void *arg);
/* What TCP-AO keys the same want; owned by the caller. */
struct ao_wanted *admission_ao_wanted(
    const struct admission *, const struct scoped_addr *listener, size_t *n);
/*
 * Whose key for these addresses the listener has: of those who can come there the first
 * with a password or TCP-AO, or the first where none has one; NULL: nobody can.
 */
struct admission_peer *admission_key_peer(const struct admission *,
    const struct scoped_addr *listener, const struct prefix *from);
/* The same of a range: the one with this prefix; NULL: there is none. */
struct admission_range *admission_key_range(const struct admission *,
    const struct scoped_addr *listener, const struct prefix *from);
/* Of the same peers, by address, and of ranges; owned by the caller. */
struct ttl_rule *admission_ttl_rules(
    const struct admission *, const struct scoped_addr *listener, size_t *n);
#endif
