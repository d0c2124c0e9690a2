/* SPDX-License-Identifier: Apache-2.0 */
/*
 * claims - what the members of a link claim of one address; few of them do, so it is a
 * short list, in the struct itself while there are two.
 */
#ifndef BGPD_L2_CLAIMS_H
#define BGPD_L2_CLAIMS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/l2/hello.h"

enum { CLAIMS_INLINE = 2 };

struct claims_entry {
	uint16_t member;     /* its id */
	uint16_t claim : 2;  /* enum claim */
	uint16_t knows : 1;  /* said so after the last that we said */
	uint16_t round : 13; /* catchup's */
};

struct claims {
	uint16_t n, room; /* room 0: in `few` */
	union {
		struct claims_entry few[CLAIMS_INLINE];
		struct claims_entry *many; /* owned */
	};
};

void claims_fini(struct claims *);
/* CLAIM_NONE takes it out. */
void claims_set(
    struct claims *, uint16_t member, enum claim, bool knows, uint16_t round);
/* We say something else now: nobody has claimed anything in knowledge of that. */
void claims_outrun(struct claims *);
enum claim claims_of(const struct claims *, uint16_t member);
/* Takes out a claim of the member that is of another round; true: there was one. */
bool claims_outdate(struct claims *, uint16_t member, uint16_t round);
const struct claims_entry *claims_list(const struct claims *); /* n of them */
#endif
