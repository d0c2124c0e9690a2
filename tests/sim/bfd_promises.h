/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_promises - what has to be so of BFD in a virtual cluster, beside what bfd_seen.h
 * judges where a packet is heard.
 */
#ifndef TESTS_SIM_BFD_PROMISES_H
#define TESTS_SIM_BFD_PROMISES_H

#include <stdint.h>

struct history;

/* After every event; costs nothing where nobody has it. */
void bfd_promises_judge(struct history *);
/* … of a pair; connection: the one that is up at the node, or 0. */
void bfd_promises_judge_pair(
    struct history *, unsigned node, unsigned router, uint64_t connection);
/* It is Up at both ends wherever it was asked for. */
void bfd_promises_judge_rest(struct history *);
#endif
