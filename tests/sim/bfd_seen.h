/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_seen - what has come of BFD's packets from one host to another, beside the core
 * that heard them, and what they promise.
 *
 * A session falls only when too many packets in a row were lost, or the other side went
 * or said so; what BGP has from there does not outlast the silence that was agreed; and
 * a session that was shut down on purpose takes nothing along.
 */
#ifndef TESTS_SIM_BFD_SEEN_H
#define TESTS_SIM_BFD_SEEN_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

struct bfd_news;
struct bfd_packet;
struct bfd_view;
struct world;

struct bfd_seen {
	const char *name;       /* borrowed; of who hears */
	struct addr remote;     /* who says it */
	uint64_t sent, heard;   /* by their numbers; the last that was taken */
	uint64_t at;            /* ms, when that came */
	uint64_t received;      /* as the core counts them */
	uint8_t said, mult;     /* by it */
	uint32_t min_tx;        /* us */
	uint32_t discriminator; /* its own */
	uint32_t rx_least, rx_most; /* ms, of what was ever configured here */
	bool up;                    /* both were, by then */
	uint64_t standing;          /* of BGP with them, then; 0: nothing */
	uint8_t told;               /* state, as the owner knows it */
};

/* A process begins; what is under way stays. */
void bfd_seen_begin(struct bfd_seen *);
/* Also anew, with other times: ms. */
void bfd_seen_configure(struct bfd_seen *, uint32_t rx);
/* One was taken by the core, which is as v says since. */
void bfd_seen_heard(struct bfd_seen *, struct world *, uint64_t number,
    const struct bfd_packet *, const struct bfd_view *v, uint64_t standing);
/* v has fallen in this moment; other: the session of the other side. */
void bfd_seen_fell(struct bfd_seen *, struct world *, const struct bfd_view *v,
    const struct bfd_view *other);
/* The owner was told. before and after: what stood of BGP. heeds: also AdminDown. */
void bfd_seen_told(struct bfd_seen *, struct world *, const struct bfd_news *,
    uint64_t before, uint64_t after, bool heeds);
/* When the silence that was agreed is over, at the latest, ms; 0: nothing is. */
uint64_t bfd_seen_due(const struct bfd_seen *);
/* It is. standing: of BGP, now. */
void bfd_seen_judge(struct bfd_seen *, struct world *, uint64_t standing);
#endif
