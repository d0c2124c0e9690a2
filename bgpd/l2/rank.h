/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rank - who of those that may answer for an address does, as one of them sees it.
 *
 * Each candidate has a rank: what the objects prefer, then its share of a rendezvous
 * hash, which spreads addresses evenly and moves, when a node comes or goes, only those
 * that have to. All nodes come to the same order without talking about it. What they
 * talk about is who answers now: a contest is fed with what is known of each other node
 * and says what to do.
 */
#ifndef BGPD_L2_RANK_H
#define BGPD_L2_RANK_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/l2/hello.h"

struct rank {
	int preference; /* below 0: it may not */
	uint64_t hash;
};

/* name is hello_name_hash() of the node. */
uint64_t rank_hash(const struct addr *, uint64_t name);
bool rank_is_above(const struct rank *, const struct rank *);

enum ear {        /* how much another node hears of us */
	EAR_BOTH, /* it hears us, we hear it */
	EAR_NEW, /* we have just begun to hear it: it may hear us in a moment */
	EAR_DEAF, /* it does not hear us: it can't give way to us */
};

struct rival {
	struct rank rank;
	enum ear ear;
	enum claim claim;
	bool knows;  /* claims it in knowledge of the last that we said of it */
	bool idle;   /* stands for nothing, as it says */
	bool unsure; /* what it claims is not known yet */
};

struct contest {
	struct rank mine; /* preference below 0: I may not, or not now */
	bool holding;     /* I answer */
	bool fail_back;
	unsigned place;    /* how many go before me */
	bool held;         /* by one that may and hears us */
	bool held_loosely; /* by one that may not, or has just appeared */
	bool held_above;   /* by one of a higher rank that hears us */
	bool held_below;   /* likewise, lower */
	bool held_deaf;    /* by one that does not hear us */
	bool held_new;     /* by one that has just appeared */
	bool followed; /* by one that goes before me and knows that I answer */
	bool unsure;
};

enum move {
	MOVE_NONE, /* not mine, and nothing to wait for but news */
	MOVE_KEEP,
	MOVE_TAKE,
	MOVE_WAIT,  /* nobody answers: take it when those before me don't */
	MOVE_STOP,  /* another answers: at once */
	MOVE_YIELD, /* I shall not: answer until another does, and knows it */
};

void contest_add(struct contest *, const struct rival *);
/* No rival more can change the move of one that does not answer. */
bool contest_is_lost(const struct contest *);
enum move contest_move(const struct contest *);
#endif
