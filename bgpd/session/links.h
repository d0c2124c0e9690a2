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

struct invitation; /* private to links.c */
struct link;       /* private to links.c */
struct links;      /* the same */
struct listener;
struct session;
struct session_config;
struct tcp_port;

struct links_stats {
	uint64_t
	    unknown; /* connections from addresses that no session has, on that link */
	uint64_t elsewhere; /* … to an address that is not the session's own */
	uint64_t limited;   /* … and from known ones that came too fast */
	uint64_t
	    uninvited; /* … from a prefix whose peers are as many as may be */
	uint64_t unkeyed; /* … or while their password was not in force */
	uint64_t shared;  /* … of which several sessions may be meant */
};

struct links_ops {
	/* As listeners_ops.listening. */
	void (*listening)(
	    void *arg, const struct scoped_addr *at, const char *why);
};

/* Who comes without a session, from a prefix. */
struct invitation_ops {
	/*
	 * A session for this address is to be made, attached and started, from within;
	 * it is found by its address then. False: it is not wanted.
	 */
	bool (*came)(void *arg, const struct addr *remote);
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

/*
 * Whoever comes from the prefix without a session may have one. config: what these are
 * to have in common, borrowed until the invitation ends; of it counts what concerns a
 * connection before its session, the source, the password and the TTL. Sessions that
 * were made stay when it ends. Not for link-local addresses. burst: so many may come at
 * once, as after a restart, and then one a second.
 */
struct invitation *links_invite(struct links *, const struct prefix *,
    const struct session_config *, unsigned burst,
    const struct invitation_ops *, void *arg, uint64_t now);
/* The configuration is another now; to be told before the old one is freed. */
void invitation_set(
    struct invitation *, const struct session_config *, unsigned burst);
void invitation_end(struct invitation *);

/* By the port. */
void links_incoming(struct links *, struct listener *, uint64_t now);
void links_tick(struct links *, uint64_t now);

const struct links_stats *links_stats(const struct links *);
#endif
