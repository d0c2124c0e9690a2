/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lan - nodes on one virtual link, each with its l2, on a virtual clock: frames that
 * are late, lost, or go one way only; nodes that freeze, die and start anew; objects
 * that reach one node later than another.
 *
 * lan_answers() is what a client would find: which nodes answer for an address now.
 */
#ifndef TESTS_SIM_LAN_H
#define TESTS_SIM_LAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/l2/l2.h"
#include "bgpd/link/link_port.h"
#include "common/clock.h"
#include "common/rng.h"

enum {
	LAN_NODES = 12,   /* at most */
	LAN_INDEX = 7,    /* of the interface that each has */
	LAN_NOWHERE = -1, /* preference: may not */
};

struct lan;

struct lan_node {
	struct lan *lan;
	unsigned i;
	char name[16];
	struct l2 *l2; /* owned; NULL: it is dead */
	struct clock clock;
	struct rng rng;
	struct link_port port;
	struct interface interface;
	struct prefix at[2]; /* of the interface */
	uint64_t tick_at;    /* 0: not armed */
	int64_t wall_off;    /* ms, its clock before the others' */
	bool frozen, leaving;
	bool clock_stands; /* while it is frozen */
	uint64_t frozen_at;
	uint64_t behind; /* ms, its clocks */
	bool offline;    /* objects do not reach it */
	int8_t *
	    knows; /* owned; [address * nodes + node]: preference, as it has heard */
	uint64_t hushed, listened;
	unsigned told; /* changes that l2 told of */
	int joined;    /* groups that it is in */
};

struct lan_frame { /* on its way */
	uint64_t at;
	unsigned to;
	size_t n;
	struct lan_frame *prev, *next;
	uint8_t bytes[];
};

struct lan {
	unsigned n_nodes, n_addrs;
	struct lan_node nodes[LAN_NODES];
	uint64_t now; /* ms */
	uint64_t events;
	const char *turn; /* the node that acts */
	struct rng rng;
	struct l2_config config;
	struct l2_terms terms;
	bool cut[LAN_NODES][LAN_NODES]; /* from, to */
	unsigned loss;                  /* of 100 */
	unsigned delay;                 /* ms, at most */
	bool reorder; /* of two frames of one node the later may come first */
	uint64_t last[LAN_NODES]
		     [LAN_NODES]; /* from, to: when the newest arrives */
	int8_t *truth;            /* owned; as `knows`: what the objects say */
	uint8_t *
	    sick; /* owned; likewise: the node itself does not want to hold it */
	struct lan_frame *frames;
	/* After each event, of the node that it was of; and of each frame sent. */
	void (*judge)(struct lan *, struct lan_node *);
	void (*sent)(struct lan *, struct lan_node *, const struct frame *);
	void *arg;
};

/* Nodes n0 … with 10.0.0.10 … and fd00::a …, which all start at once. */
struct lan *lan_new(uint64_t seed, unsigned nodes, unsigned addrs, bool tuned);
void lan_free(struct lan *);
void lan_run(struct lan *, uint64_t ms);
/* The first are 10.0.0.100 …; every fourth is of IPv6. */
struct addr lan_addr(unsigned address);

void lan_start(struct lan *, unsigned node);
void lan_kill(struct lan *, unsigned node);
/* A process that does not run; with its clock, the machine does not either. */
void lan_freeze(struct lan *, unsigned node, bool clock);
void lan_thaw(struct lan *, unsigned node);
/* Cuts or mends what goes from one to another. */
void lan_cut(struct lan *, unsigned from, unsigned to, bool);
void lan_cut_off(struct lan *, unsigned node, bool); /* from all, both ways */
/* A change of objects, before or after which each node that is online hears of it. */
void lan_prefer(struct lan *, unsigned address, unsigned node, int preference);
/* Puts what the objects say into a node, all of it. */
void lan_hear(struct lan *, unsigned node);
void lan_hear_one(struct lan *, unsigned node, unsigned address);
/* Nothing is cut, lost, late, frozen or dead, and all know all. */
void lan_heal(struct lan *);
/* A frame of a stranger, to all. */
void lan_inject(struct lan *, const uint8_t *frame, size_t n);

bool lan_is_answering(const struct lan *, unsigned node, unsigned address);
unsigned lan_answers(const struct lan *, unsigned address); /* how many nodes */
int lan_holder(const struct lan *, unsigned address); /* the first; -1: none */
/* Who has the highest rank of those that may, by the objects; -1: nobody may. */
int lan_best(const struct lan *, unsigned address);
#endif
