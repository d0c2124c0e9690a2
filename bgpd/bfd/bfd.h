/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd - all BFD sessions of the node: whose a packet is, and which is due next.
 *
 * Times are in us of a clock that only goes forward. Memory is taken by bfd_set()
 * and given back by bfd_reap() alone. Not for several threads at once: bfd_io.c holds a
 * lock.
 */
#ifndef BGPD_BFD_BFD_H
#define BGPD_BFD_BFD_H

#include "bgpd/bfd/bfd_session.h"

struct bfd; /* private to bfd.c and bfd_entries.c */

struct bfd_ops {
	/* Over the link of a session, NULL while it has none: nothing goes out then. */
	void (*send)(void *arg, void *link, const uint8_t *bytes, size_t n);
	/* There is something to bfd_take() or bfd_reap(). */
	void (*news)(void *arg);
	/* From bfd_reap(): the session has no use for its link any more. */
	void (*gone)(void *arg, void *link);
};

struct bfd_from { /* where a packet has come from */
	struct addr addr;
	int scope; /* of a link-local one: the index of the interface; else 0 */
	bool multihop; /* to that port of ours */
	uint8_t ttl;   /* with which it arrived */
};

struct bfd *bfd_new(uint64_t seed, const struct bfd_ops *, void *arg);
void bfd_free(struct bfd *); /* says nothing; gone() is called for all */

/*
 * True: it is a new session, also where its id had one with other addresses before,
 * and needs a link.
 */
bool bfd_set(struct bfd *, const struct bfd_config *, uint64_t now);
/* scope: as in struct bfd_from. Returns the link that it had. */
void *bfd_link(struct bfd *, uint32_t id, void *link, int scope);
void *bfd_linked(const struct bfd *, uint32_t id); /* NULL: it has none */
/* "": nothing is wrong any more. */
void bfd_trouble(struct bfd *, uint32_t id, const char *text);
void bfd_unset(struct bfd *, uint32_t id, uint64_t now);
void bfd_unset_all(struct bfd *, uint64_t now);
/* Returns how many go on in the next run; they are written to kept, of that many. */
size_t
bfd_hold_all(struct bfd *, struct bfd_kept *kept, size_t n, uint64_t now);
/* One that bfd_set() has just made goes on where the last run ended. */
void
bfd_resume(struct bfd *, uint32_t id, const struct bfd_kept *, uint64_t now);
/*
 * Nobody has set it this time: its peer hears of that over the link, which is gone
 * afterwards. scope: as for bfd_link().
 */
void bfd_end_kept(
    struct bfd *, const struct bfd_kept *, void *link, int scope, uint64_t now);
size_t bfd_count(const struct bfd *); /* those that are leaving as well */

/* A packet that has come. */
void
bfd_input(struct bfd *, const struct bfd_from *, struct rbuf, uint64_t now);
/* All that is due. Returns when something is next, or BFD_NEVER. */
uint64_t bfd_run(struct bfd *, uint64_t now);
/* The next piece of news; false: there is none. */
bool bfd_take(struct bfd *, struct bfd_news *);
void bfd_reap(struct bfd *); /* those that are gone */

void bfd_look(const struct bfd *, uint32_t id, struct bfd_view *);
/* The counters of packets; the rest of it is left as it is. */
void bfd_count_packets(const struct bfd *, struct bfd_totals *);
#endif
