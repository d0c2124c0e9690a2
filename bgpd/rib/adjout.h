/* SPDX-License-Identifier: Apache-2.0 */
/*
 * adjout - what each peer has yet to be told, grouped so that equal peers share it.
 *
 * Listens to the rib. A session that is up is a member of one update group a family;
 * when its socket is writable it asks adjout_next() for one message after the other.
 */
#ifndef BGPD_RIB_ADJOUT_H
#define BGPD_RIB_ADJOUT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/rib/policy.h"
#include "common/prefix.h"

struct adjout;
struct member;
struct path;
struct rbuf; /* bgpd/wire/buf.h */
struct rib;

struct adjout_ops {
	/* There is something to send again. Must not call back into adjout. */
	void (*wake)(void *arg);
};

/* Listens to the rib. Nothing goes out before adjout_start(). */
struct adjout *adjout_new(struct rib *);
void adjout_free(struct adjout *); /* all members have left */
/* The announcements of the first state are in the rib. */
void adjout_start(struct adjout *);
/*
 * A large table is taken in a part at a time when a session is the first of its kind,
 * after adjout_start(), adjout_join() and adjout_move(): each call takes about `most`
 * prefixes more. True: nothing is left to take in. Whom it concerns is told nothing
 * before. What a group held that all have left, after adjout_move() and
 * adjout_leave(), is given back in the same way.
 */
bool adjout_fill_some(struct adjout *, uint32_t most);
/*
 * While it is held, routes go out but no End-of-RIB: what is still to come belongs to
 * the first state too (RFC 4724 4.1: a peer drops what it has not heard again by then).
 */
void adjout_hold(struct adjout *, bool held);
/*
 * The same for those who are told of others' routes, while these are still to come.
 */
void adjout_await(struct adjout *, bool awaits);

/* source: the id under which the peer's own routes are in the rib. */
struct member *adjout_join(struct adjout *, const struct group_key *,
    uint32_t source, const struct adjout_ops *, void *arg);
void adjout_leave(struct member *);
/*
 * What is agreed or configured has changed; the difference is sent, nothing resets.
 * Before that adjout_fill_some() has to find what the member was told and is not any
 * more.
 */
void adjout_move(struct member *, const struct group_key *);
/*
 * ROUTE-REFRESH (RFC 2918): the family's table once more; marked: between BoRR and EoRR
 * (RFC 7313), unless End-of-RIB of the first table is yet to come.
 */
void adjout_refresh(struct member *, enum family, bool marked);

/*
 * The next UPDATE or marker, borrowed until the next call on this member; false when
 * there is nothing (wake() will tell). The first table of a family ends with
 * End-of-RIB.
 */
bool adjout_next(struct member *, struct rbuf *msg);

/* Has it been given the first table of each of its families, End-of-RIB and all? */
bool adjout_has_ended(const struct member *);
bool adjout_family_has_ended(
    const struct member *, enum family); /* the same of one */

/* Prefixes that the peer is or will be told; with add-path, paths of them. */
size_t adjout_advertised(const struct member *, enum family);
/* Prefixes of which it has not yet been told the newest state; 0: it knows all. */
size_t adjout_queued(const struct member *, enum family);

enum adjout_told {
	ADJOUT_KEPT,     /* the peer is not told of the prefix */
	ADJOUT_TOO_LONG, /* … since its attributes fit no message */
	ADJOUT_QUEUED,   /* it will be told, or that is to be found out yet */
	ADJOUT_SENT,     /* it has been told the newest state */
};
/* What the peer knows of one prefix. */
enum adjout_told adjout_told(const struct member *, const struct prefix *);

/* Prefixes that it is not told because their attributes fit no message. */
size_t adjout_too_long(const struct member *, enum family);

/*
 * What a member is told of a family, or is not since it is too long, one by one; start
 * with a cursor of nothing but the family.
 */
struct adjout_cursor {
	enum family family;
	uint32_t bucket;
	uint32_t slot;
};
bool adjout_too_long_next(
    const struct member *, struct adjout_cursor *, struct prefix *);
struct adjout_route {
	struct prefix prefix;
	uint32_t path_id;        /* 0 without add-path */
	const struct path *path; /* as sent; borrowed */
};
bool adjout_advertised_next(
    const struct member *, struct adjout_cursor *, struct adjout_route *);
#endif
