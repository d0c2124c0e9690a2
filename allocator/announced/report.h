/* SPDX-License-Identifier: Apache-2.0 */
/*
 * report - of a BGPNodeStatus what bears on whether its node announces Services.
 *
 * There may be thousands, each with a thousand sessions.
 */
#ifndef ALLOCATOR_ANNOUNCED_REPORT_H
#define ALLOCATOR_ANNOUNCED_REPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

typedef struct json_t json_t;
struct err;

struct report_session {
	char *peer;        /* owned; the BGPPeer, without what is behind "/" */
	const char *rest;  /* in it; that, as of a peerPrefix; "": nothing */
	const char *state; /* a literal: "Established"; "": another */
	bool up;           /* Established */
	char *error; /* owned; why it is not up; NULL: it is, or nobody said */
	const char *bfd; /* a literal: "Up"; "": another; NULL: there is none */
	int64_t since;   /* that state; s since 1970; 0: not said */
	bool families[FAMILIES]; /* … that both sides agreed on */
};

struct report {
	int64_t heartbeat; /* s since 1970; 0: none */
	bool data_plane_down, state_stale, draining, drained;
	bool unheard; /* what it announces is sent to nobody */
	const char
	    *unready; /* why, a literal; "": another reason; NULL: it is not */
	bool restarting; /* its daemon ended to start again, and has not yet */
	bool unknown;    /* its Ready is, as somebody has said who misses it */
	struct report_session *sessions; /* owned; without those of the mesh */
	size_t n;
	size_t mesh, mesh_up; /* sessions with other nodes, and those up */
	struct addr *held; /* owned; addresses that it answers for on links */
	size_t n_held;
	bool held_cut; /* there are more of them */
	bool cut;      /* … and of its sessions */
};

/*
 * These two fit into a row of a store's table of kinds. What can't be read is left out:
 * it is for the node daemon, which wrote it, to be right.
 */
void *report_decode(const json_t *, struct err *);
void report_free(void *report);

/* The node was not heard of for three heartbeats; NULL: it never was. now: s. */
bool report_is_stale(const struct report *, int64_t now);
/* Is it the last word of a daemon that is to start again, and was it not? */
bool report_ends(const struct report *was, const struct report *is);
/* The same in what announcing depends on. Either may be NULL. */
bool report_same(const struct report *, const struct report *);
#endif
