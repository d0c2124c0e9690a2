/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain - what `lbbgp drain` and `lbbgp undrain` write into a Node, and when that has
 * been done. Pure; drain_io.c carries it out.
 *
 * The annotation says when it was written, and the node's status which annotation it is
 * about: one that speaks of an earlier drain is not taken for an answer to this one.
 */
#ifndef CLI_DRAIN_H
#define CLI_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

struct err;
struct node;

enum drain_wish {
	DRAIN_NONE,  /* the command is another one */
	DRAIN_BEGIN, /* the node is to be drained */
	DRAIN_END,   /* and no longer */
};

/* The value of the annotation at that time (s since 1970), owned. */
char *drain_reason(int64_t now);
/*
 * The patch of the Node as it is, owned; NULL: there is nothing to be changed. reason:
 * of drain_reason(), for DRAIN_BEGIN.
 */
char *drain_patch(const struct node *, enum drain_wish, const char *reason);
/*
 * Is it so, by the node's status (of bgp_node_status_decode(); NULL: there is none)?
 * Else why says what it says instead. now: s since 1970.
 */
bool drain_is_done(const void *status, enum drain_wish, const char *reason,
    int64_t now, struct err *why);
/*
 * Does the Node still say what was written, or what somebody has written since to the
 * same end? Not so, and why, once it has said so (*seen) and does no longer. reason: as
 * above.
 */
bool drain_stands(const struct node *, enum drain_wish, const char *reason,
    bool *seen, struct err *why);
/*
 * Seconds for which it is waited when nobody has said for how long: what its status
 * says that a drain takes, and enough for the rest.
 */
unsigned drain_patience(const void *status, enum drain_wish);
/* {"version": 1, "node": …, "drain": …, "done": …} as text, owned. */
char *drain_reply(const char *node, enum drain_wish, bool waited);
/* Seconds of "90", "90s", "5m" or "1h"; false and err: it is none of these. */
bool drain_timeout(const char *text, unsigned *seconds, struct err *);
#endif
