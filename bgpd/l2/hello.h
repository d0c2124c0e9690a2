/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hello - what the nodes of a link say to each other about addresses: datagrams, as
 * bytes and as values.
 *
 * Each has a head (version, kind, the speaker's name, its epoch, a number that grows),
 * a body and up to two MACs: HMAC-SHA-256, cut to 16 bytes (RFC 2104 5), over head and
 * body. Two, because a key that changes does not change on all nodes at once: for some
 * time what is said carries a MAC of the old key too.
 *
 *	length u16 (of head and body), version u8, kind u8, epoch u64, number u64,
 *	name (length u8, bytes), body, MACs
 *
 * Integers are in network order.
 */
#ifndef BGPD_L2_HELLO_H
#define BGPD_L2_HELLO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

enum {
	HELLO_NAME_MAX = 253, /* of a Kubernetes node */
	HELLO_HEARD_MAX = 40,
	HELLO_ENTRIES_MAX = 240,
	HELLO_MAC = 16,
	HELLO_KEYS = 2,
	HELLO_KEY_MAX = 256,
	/* A frame of 1514 bytes, less Ethernet, IPv6 and UDP. */
	HELLO_MAX = 1452,
	HELLO_BODY_MAX = HELLO_MAX - HELLO_KEYS * HELLO_MAC,
	HELLO_HEADERS = 40 + 8, /* of IPv6 and UDP, before it */
};

enum hello_kind {
	HELLO_ALIVE = 1, /* I live, and hear these */
	HELLO_CLAIMS, /* what I hold has changed, or a part of all that I claim */
	HELLO_ASK,    /* of one: say all that you claim */
};

enum claim {
	CLAIM_NONE,
	CLAIM_HOLD,  /* I answer for it */
	CLAIM_YIELD, /* I answer yet, and whoever may shall take it */
	CLAIM_NOT,   /* I am no candidate, whatever the objects say */
	CLAIMS,
};

struct hello_heard {
	uint64_t name;  /* hello_name_hash() of who was heard */
	uint64_t epoch; /* its own, as it said */
	uint32_t seq;   /* the last of it that was heard, the low bits; */
			/* in HELLO_CLAIMS: up to which version of its claims */
};

struct hello_entry {
	struct addr addr;
	enum claim claim;
};

struct hello {
	enum hello_kind kind;
	char name[HELLO_NAME_MAX + 1];
	uint64_t epoch; /* by chance, new with each start */
	uint64_t seq;   /* grows; µs since 1970 where the clock allows it */

	/* HELLO_ALIVE */
	uint32_t interval, dead; /* ms */
	uint32_t number;  /* of such ones, so that lost ones can be counted */
	uint32_t version; /* of its claims */
	uint32_t n_held;  /* addresses that it answers for */
	bool idle; /* no candidate for anything: it leaves, or has just begun */
	bool complete; /* whoever is not listed was not heard */
	/* of HELLO_CLAIMS too: who claims the same, and is known to */
	struct hello_heard heard[HELLO_HEARD_MAX];
	size_t n_heard;

	/* HELLO_CLAIMS; parts 0: what changed from version `from` to this one */
	uint32_t from, to;
	uint16_t part, parts;
	struct hello_entry entries[HELLO_ENTRIES_MAX];
	size_t n_entries;
	size_t entries_size; /* bytes: hello_add()'s */
	size_t body_max;     /* likewise: of head and body; 0: HELLO_BODY_MAX */

	/* HELLO_ASK */
	uint64_t whom, whose_epoch; /* hello_name_hash() */
};

struct hello_key {
	uint8_t bytes[HELLO_KEY_MAX];
	size_t n; /* 0: no key */
};

/* Keys that are good: the newest first. One without bytes lets anybody in. */
struct hello_keys {
	struct hello_key key[HELLO_KEYS];
	size_t n;
};

uint64_t hello_name_hash(const char *name);

/* For hello_add(): no claims yet, and nobody who was heard. */
void hello_clear(struct hello *);
/* A claim more in a HELLO_CLAIMS; false, and unchanged: no room. */
bool hello_add(struct hello *, const struct hello_entry *);
/* Likewise one that was heard, not twice; a claim more has room beside. */
bool hello_add_heard(struct hello *, const struct hello_heard *);
/* Returns the length. The name must not be longer than HELLO_NAME_MAX. */
size_t hello_build(
    const struct hello *, const struct hello_keys *, uint8_t out[HELLO_MAX]);
/* Whether one of the keys has signed it. To be asked before hello_parse(). */
bool hello_is_authentic(struct rbuf, const struct hello_keys *);
/* False: malformed, or of a version or kind that is not known here. */
bool hello_parse(struct rbuf, struct hello *);
#endif
