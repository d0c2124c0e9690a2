/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session_port - the way from sessions to TCP: links.c in a daemon, which peer_io.c
 * gives sockets and the time; faked by tests.
 */
#ifndef BGPD_SESSION_PORT_H
#define BGPD_SESSION_PORT_H

#include <stdbool.h>

#include "common/scoped_addr.h"

struct invitation_ops; /* bgpd/session/links.h */
struct peer_listen;
struct prefix;
struct session;
struct session_config;

struct session_port {
	/*
	 * Attaches the session to TCP and timers: from now on it can be started. What
	 * is returned goes to detach.
	 */
	void *(*attach)(void *arg, struct session *);
	/* After session_stop(), before session_free(). What waits is still sent. */
	void (*detach)(void *arg, void *link);
	/* Replaces where it listens; what stays the same isn't touched. */
	void (*listen)(void *arg, const struct peer_listen *);
	/* No NOTIFICATION is on its way any more: the program may end. */
	bool (*is_flushed)(void *arg);
	/* The interface that has the address now; false: none. May be NULL. */
	bool (*interface_of)(
	    void *arg, const struct addr *, char name[ZONE_TEXT]);
	/* The kernel has no TCP-AO, in words; NULL: it has. May be NULL. */
	const char *(*lacks_ao)(void *arg);
	/*
	 * As links_invite(), invitation_set() and invitation_end() have it; `of` is the
	 * argument of ops. All three may be NULL: nobody comes without a session.
	 */
	void *(*invite)(void *arg, const struct prefix *,
	    const struct session_config *, unsigned burst,
	    const struct invitation_ops *, void *of);
	void (*invitation_set)(void *arg, void *invitation,
	    const struct session_config *, unsigned burst);
	void (*invitation_end)(void *arg, void *invitation);
	void *arg;
};
#endif
