/* SPDX-License-Identifier: Apache-2.0 */
/*
 * promises - what has to be so in a virtual cluster after every event, and when faults
 * have been over for a while.
 *
 * Some are judged where they could be broken. In rim.c: a connection that nobody let
 * in, two sessions of one peer, a session that falls in a collision, a dial that waits
 * for ever, a listener that is not there, untold, or without what the kernel takes
 * again by now. In bfd_seen.c: a fall of BFD without a cause, a session that outlasts
 * one. In router.c and small_router.c routes that nobody may announce, in
 * world.c time that does not go on.
 */
#ifndef TESTS_SIM_PROMISES_H
#define TESTS_SIM_PROMISES_H

struct history;

enum {
	PROMISES_FIRST_IN = 35000, /* ms from a start without faults */
	/*
	 * ms until all sessions are up again: a hold time, two waits of either side
	 * after errors, a SYN that is said again after 64 s.
	 */
	PROMISES_UP_IN = 300000,
	PROMISES_STAY =
	    280000, /* ms that they then stay up: three hold times */
};

/* After every event; arg is the history. */
void promises_judge(void *arg);
/* Everything is up, and routers have what nodes are to announce. */
void promises_judge_rest(struct history *);
/* As many sockets and so on as at the beginning. */
void promises_judge_counts(struct history *);
/* The node is about to be told to end for good, and was not disturbed. */
void promises_expect_goodbye(struct history *, unsigned node);
#endif
