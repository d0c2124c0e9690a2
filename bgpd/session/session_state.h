/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_state - what session.c, which lives through its conns, and session_owner.c,
 * which is told what to do with them, both know of a session.
 */
#ifndef BGPD_SESSION_STATE_H
#define BGPD_SESSION_STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/fsm.h"
#include "bgpd/session/retry.h"
#include "bgpd/session/session_stats.h"

struct rng;
struct session_config;
struct session_io;
struct session_ops;

enum { CONNS = 2 };

struct session {
	const struct session_ops *ops;
	void *arg;
	const struct session_io *io; /* mute_io: no link */
	void *io_arg;
	struct rng *rng; /* borrowed */
	char *name;      /* owned; for life */

	struct session_config *config;  /* owned; the newest */
	struct session_config *running; /* owned; the winner's, or NULL */
	struct conn *conns[CONNS];      /* owned */
	struct conn *winner;            /* the Established one, or NULL */

	bool restarting, forwarding; /* what OPENs say */
	bool started;
	bool blocked;           /* by session_block(), until session_start() */
	bool suspended;         /* damped until retry.at, or until it is told */
	const char *last_words; /* borrowed; as soon as it is up; NULL: none */
	uint64_t kept_until;    /* session_kept_until() */
	struct retry retry;
	uint64_t
	    wait_until; /* ms: of a conn that waits in a collision; NEVER: none */
	uint64_t plain_until; /* ms: OPENs without capabilities (RFC 5492 3) */
	bool as_node;         /* with dual_as: OPENs say node_as */
	char wrong_as[64];    /* the AS number that the last wrong OPEN had */
	uint64_t armed;       /* what the rim was last asked for, or NEVER */

	enum fsm_state shown; /* the state last told by changed() */
	uint64_t since;
	bool error_is_news;
	bool explained; /* error is more than what TCP can say */
	struct session_error error, tcp_error;
	struct session_stats stats;
};

/* Of the two the other one. */
struct conn *session_other(const struct session *, const struct conn *);
static inline bool
conn_is_live(const struct conn *c)
{
	return conn_state(c) >= STATE_OPENSENT;
}

/* Tells the owner what is new; the last thing in every way in. */
void session_show(struct session *, uint64_t now);
/* explains: it is more than what TCP can say. */
void
session_blame(struct session *, const struct session_error *, bool explains);
/* What is known is history: the next error counts, whichever it is. */
void session_forgive(struct session *);
/* At this time at the latest the session is to be ticked, ms. */
void session_arm(struct session *, uint64_t at);
/* The times of its configuration. */
struct retry_times session_times(const struct session *);
/* Dials, or waits, as the configuration says. */
void session_begin(struct session *, uint64_t now);
/* The next dial is due. */
void session_retry(struct session *, uint64_t now);
/* A conn has ended: if nothing goes on, something will. */
void session_settle(struct session *, uint64_t now);
#endif
