/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - what joins sessions to TCP: who is dialed, who is let in and why not, with
 * which keys, and when the time of a session has come.
 *
 * Decides; what it decides is done by a tcp_port. What is armed or open for a session
 * dies with its link.
 */
#ifndef BGPD_LINKS_H
#define BGPD_LINKS_H

#include <stdint.h>

#include "bgpd/session/listeners.h" /* struct peer_listen */

struct link;  /* private to links.c */
struct links; /* the same */
struct listener;
struct session;
struct tcp_port;

struct links_stats {
	uint64_t
	    unknown; /* connections from addresses that no session has, on that link */
	uint64_t elsewhere; /* … to an address that is not the session's own */
	uint64_t limited;   /* … and from known ones that came too fast */
	uint64_t unkeyed;   /* … or while their password was not in force */
};

struct links_ops {
	/* As listeners_ops.listening. */
	void (*listening)(
	    void *arg, const struct scoped_addr *at, const char *why);
};

/* The port is borrowed for good. */
struct links *
links_new(const struct tcp_port *, const struct links_ops *, void *arg);
void links_free(struct links *); /* after its links */
/* Replaces where it listens; what stays the same isn't touched. */
void links_listen(struct links *, const struct peer_listen *, uint64_t now);

/* Attaches the session: from now on it can be started. */
struct link *links_attach(struct links *, struct session *, uint64_t now);
/* After session_stop(), before session_free(). What waits is still sent. */
void links_detach(struct link *);

/* By the port. */
void links_incoming(struct links *, struct listener *, uint64_t now);
void links_tick(struct links *, uint64_t now);

const struct links_stats *links_stats(const struct links *);
#endif
