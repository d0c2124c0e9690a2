/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ao - the TCP-AO keys (RFC 5925) of a session, and the way from those that a socket
 * has to those that it should have, without a moment in which it has none.
 *
 * Both ends may get and lose keys at any time. A key is used once both have it and one
 * asks for it (RNextKeyID, RFC 5925 7.5.1), so what is new can be there long before,
 * and what is old goes last. A key is never changed, only replaced by one with other
 * ids (RFC 5925 3.1): one with the same ids and another secret is another key.
 */
#ifndef BGPD_AO_H
#define BGPD_AO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

enum {
	AO_KEYS_MOST = 8,    /* of a session */
	AO_SECRET_MOST = 80, /* bytes */
};

enum ao_algorithm { /* RFC 5926 3 */
	AO_HMAC_SHA_1_96,
	AO_AES_128_CMAC_96,
};

struct ao_key {
	uint8_t send_id; /* in what we send */
	uint8_t recv_id; /* in what the peer sends */
	enum ao_algorithm algorithm;
	const char *secret; /* 1 … AO_SECRET_MOST bytes */
};

struct ao_keys {
	/* The first is the one that the peer is asked to send with. */
	const struct ao_key *at;
	size_t n; /* 0: no TCP-AO */
};

bool ao_key_eq(const struct ao_key *, const struct ao_key *);
/* The same ones in the same order. */
bool ao_keys_eq(const struct ao_keys *, const struct ao_keys *);
/* The same ones. */
bool ao_keys_same(const struct ao_keys *, const struct ao_keys *);
/* With secrets of its own; to be freed by ao_keys_free(). */
struct ao_keys ao_keys_dup(const struct ao_keys *);
void ao_keys_free(struct ao_keys *); /* wipes the secrets */
/*
 * Can a connection under these go on under those? Only if it keeps a key, and none is
 * another under the same id: the kernel knows a key by either of its ids.
 */
bool ao_keys_follow(const struct ao_keys *was, const struct ao_keys *now);

enum ao_step {
	AO_ADD,
	AO_PREFER, /* the peer is asked to send with it */
	AO_REMOVE, /* next: what is used instead, if it was in use */
};

struct ao_ops {
	/* False: it could not be done. */
	bool (*step)(void *arg, const struct prefix *peers, enum ao_step,
	    const struct ao_key *, const struct ao_key *next);
};

/*
 * From what is there to what should be: adds, then prefers the first where it is a
 * connection, then removes. *has, which owns its keys, is what is there afterwards. A
 * key whose id another one still has makes room before, where that must be. False:
 * something was refused; the next call tries it again.
 */
bool ao_keys_update(struct ao_keys *has, const struct ao_keys *wanted,
    const struct prefix *peers, bool connection, const struct ao_ops *,
    void *arg);

/* --- Those of a listener: of many peers. --- */

struct ao_table; /* private to ao.c */

struct ao_wanted { /* borrowed */
	struct prefix peers;
	struct ao_keys keys; /* n 0: none */
};

struct ao_table *ao_table_new(void);
void ao_table_free(struct ao_table *);
/* What nobody wants goes; before MD5 keys come that may stand in its place. */
bool ao_table_shrink(struct ao_table *, const struct ao_wanted *, size_t n,
    const struct ao_ops *, void *arg);
/* Of several for one prefix the first counts. */
bool ao_table_update(struct ao_table *, const struct ao_wanted *, size_t n,
    const struct ao_ops *, void *arg);
/*
 * Those of the longest prefix that the address is in, borrowed until the next update;
 * NULL: none.
 */
const struct ao_keys *
ao_table_get(const struct ao_table *, const struct addr *);

/* --- What the kernel tells of a connection. --- */

struct ao_state {
	uint8_t current_id; /* send id of the key that we send with */
	uint8_t rnext_id;   /* recv id of the one that we ask the peer for */
	uint64_t good, bad; /* segments that were right, or not */
	uint64_t unknown;   /* … under a key that is not there */
	uint64_t unsigned_; /* … under none */
};

/*
 * Of a connection that has just been accepted: was it made under one of these? The
 * socket has all keys of its listener that are for the address, those of a prefix that
 * it is in as well, and asks first for the one that the SYN was signed with.
 */
bool ao_keys_made(const struct ao_keys *, const struct ao_state *);
#endif
