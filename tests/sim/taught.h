/* SPDX-License-Identifier: Apache-2.0 */
/*
 * taught - what routers of a virtual cluster teach nodes, and which of it is to be in a
 * node's kernel, by the words of doc/learned-routes.md and without a line of the
 * daemon's.
 *
 * Bit n < 8 of a set is 172.16.n.0/24. Then there are the default route, and prefixes
 * that some node may announce itself, or that have one of these in it.
 */
#ifndef TESTS_SIM_TAUGHT_H
#define TESTS_SIM_TAUGHT_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

enum {
	TAUGHT = 13,
	TAUGHT_DEFAULT = 8, /* the bit */
	TAUGHT_WIDE = 11,   /* … of addresses of Services */
	TAUGHT_HOST = 12,   /* … of one of them */
	TAUGHT_AS = 64900,  /* in front of what is taught from afar */
	TAUGHT_LINKS = 2,
};

struct history;

struct taught_run { /* of a daemon, from its start to its sessions */
	bool runs;
	uint32_t held;            /* taught.h: that it found in its kernel */
	uint64_t began, up_since; /* ms; up_since 0: not all sessions are */
};

struct prefix taught_prefix(unsigned bit);
/* The link of a node to the host with that number. */
int taught_link(unsigned octet);
/* A node's kernel has its links, and others' routes over them. */
void taught_links(struct history *, unsigned node);
/* One of its links goes, or is there again. */
void taught_set_link(struct history *, unsigned node, int link, bool up);
/* All kernels have what they are to have. */
void taught_judge_rest(struct history *);
/*
 * At any moment: what the node announces itself is not there for long. And where
 * nothing may be lost, what a daemon finds at its start stays until routers have had
 * their say.
 */
void taught_judge(struct history *);
#endif
