/* SPDX-License-Identifier: Apache-2.0 */
/*
 * overlap - an address belongs to one pool.
 *
 * Others allow pools that overlap, and our allocator refuses all but the first.
 * Here pools for some Services go before those for all of them, then the
 * narrower ones, since their authors meant these addresses in particular, then
 * the first in the input. The others keep what is left of them.
 */
#ifndef CLI_CONVERT_OVERLAP_H
#define CLI_CONVERT_OVERLAP_H

struct job;

/* Of all ServiceGroups that are not left out; each pool of them is good. */
void overlap_resolve(struct job *);
#endif
