/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlap - an address belongs to one pool.
 *
 * Others allow pools that overlap, and our allocator refuses all but the first.
 * Here the narrower pool keeps what it has, since its author meant these
 * addresses in particular; of equal ones the one for all Services, which those
 * of the other may use as well; then the first in the input. The others keep
 * what is left of them.
 */
#ifndef CLI_CONVERT_OVERLAP_H
#define CLI_CONVERT_OVERLAP_H

struct job;

/* Of all ServiceGroups that are not left out; each pool of them is good. */
void overlap_resolve(struct job *);
#endif
