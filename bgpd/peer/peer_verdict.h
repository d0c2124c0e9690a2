/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_verdict - what a BGPPeer has been told of itself.
 *
 * Each node that has it sees the same, so it is told only while it doesn't say so yet.
 */
#ifndef BGPD_PEER_PEER_VERDICT_H
#define BGPD_PEER_PEER_VERDICT_H

#include <stdbool.h>

struct bgp_peer;

struct peer_verdict { /* zeros at birth */
	char *told;   /* owned; the version of it that was last told, or NULL */
	char *text;   /* owned; what it was told; NULL: that it is good */
};

enum verdict_step {
	VERDICT_STAYS,
	VERDICT_TELL,   /* the fault, and that is noted here */
	VERDICT_RECANT, /* what was told, if anything was, is not so any more */
};

void peer_verdict_fini(struct peer_verdict *);
/*
 * What is to be done about what is wrong with the object on every node (NULL: nothing).
 * It is told when what it says of itself is not so; once, until it is another version
 * of it that says so. here: it is not in force on this node, but for no fault of it.
 */
enum verdict_step peer_verdict_step(struct peer_verdict *,
    const struct bgp_peer *object, const char *fault, bool here);
#endif
