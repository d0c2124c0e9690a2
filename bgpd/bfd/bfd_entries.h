/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_entries - the sessions of struct bfd: what is known of each, whose a packet is,
 * and which is due next.
 *
 * Whose a packet is says the discriminator in it (RFC 5880 6.3), and where the peer
 * does not know that yet, its address; the owner has an id. Each has a table of hashes.
 * What is due next stands first in a heap.
 *
 * For bfd.c alone.
 */
#ifndef BGPD_BFD_BFD_ENTRIES_H
#define BGPD_BFD_BFD_ENTRIES_H

#include "bgpd/bfd/bfd_session.h"
#include "common/rng.h"

struct bfd_ops;

#define HEADS 1024

struct entry {
	struct bfd_session session;
	void *link; /* or NULL */
	int scope;
	size_t slot, heap;                       /* where it is in both */
	uint64_t due;                            /* as the heap knows it */
	struct entry *by_addr, *by_id, *by_mine; /* the next of the same hash */
	struct entry *news;                      /* the next that has some */
	bool has_news, fell, fell_admin;         /* not taken yet */
	bool replaces; /* one that was told to be Up: to be told Down first */
	uint8_t fell_diag, told; /* told: the state last taken */
	char trouble[128];
};

struct bfd {
	const struct bfd_ops *ops;
	void *arg;
	struct rng rng;
	struct entry **slots; /* owned, and what they hold; NULL: free */
	size_t n_slots;
	struct entry **heap; /* owned; of n */
	size_t n;
	struct entry *addrs[HEADS], *ids[HEADS], *mines[HEADS];
	struct entry *news, **news_end;
	struct entry *gone; /* by news; to be freed */
	uint64_t sent, received, refused[BFD_FAULTS];
};

/* In the heap, which has room for it. */
void entry_put(struct bfd *, size_t at, struct entry *);
/* What is next for it has changed. */
void entry_schedule(struct bfd *, struct entry *);

/* The first of those whose remote address has the same hash. */
struct entry **entries_at(struct bfd *, const struct addr *);
/* Each NULL: there is none. */
struct entry *entry_of(const struct bfd *, uint32_t id);
struct entry *entry_of_mine(const struct bfd *, uint32_t mine);

void entry_link_mine(struct bfd *, struct entry *);
void entry_unlink_mine(struct bfd *, struct entry *);
void entry_unlink_addr(struct bfd *, struct entry *);
void entry_unlink_id(struct bfd *, struct entry *); /* it has none afterwards */
#endif
