/* SPDX-License-Identifier: Apache-2.0 */
/*
 * catchup - how far we know what a member claims: its claims have a version, each
 * change tells from which to which, and all of them can be had in parts.
 */
#ifndef BGPD_L2_CATCHUP_H
#define BGPD_L2_CATCHUP_H

#include <stdbool.h>
#include <stdint.h>

enum { CATCHUP_PARTS_MAX = 1024 };

struct catchup {
	bool known; /* all of it, of version `have` */
	uint32_t have;
	uint32_t told;         /* the newest version that was heard of */
	uint32_t whole;        /* version of the parts that are coming */
	uint16_t parts, n_got; /* of them; 0: none are coming */
	uint16_t round; /* of the parts: what they say bears it, from 1 on */
	uint64_t got[CATCHUP_PARTS_MAX / 64];
};

enum catchup_step {
	CATCHUP_IGNORE,
	CATCHUP_APPLY,
	CATCHUP_LAST, /* apply; what is of an earlier round is claimed no more */
};

/* What HELLO_CLAIMS says: a change … */
enum catchup_step catchup_change(struct catchup *, uint32_t from, uint32_t to);
/* … or a part of all. */
enum catchup_step
catchup_part(struct catchup *, uint32_t version, uint16_t part, uint16_t parts);
/* HELLO_ALIVE says which version there is. */
void catchup_told(struct catchup *, uint32_t version);
bool
catchup_lacks(const struct catchup *); /* something is missing: ask for all */
void catchup_forget(struct catchup *);
#endif
