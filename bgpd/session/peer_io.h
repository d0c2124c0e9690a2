/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_io - TCP and the clock for sessions: listens, dials, reads, writes.
 *
 * The one part of bgpd/session/ that knows sockets and libevent. Connections from
 * addresses that no session has are closed before anything is read.
 */
#ifndef BGPD_PEER_IO_H
#define BGPD_PEER_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct event_base;
struct session;
struct peer_io;   /* private to peer_io.c */
struct peer_link; /* one session's sockets and timer */

struct peer_listen {   /* borrowed */
	uint16_t port; /* 0: nowhere */
	/*
	 * All zero: any address of its family. Beside that one, others of the family are
	 * only looked for: does the node have them?
	 */
	const struct addr *at;
	size_t n;
};

struct peer_io_stats {
	uint64_t unknown;   /* connections from addresses that no session has */
	uint64_t elsewhere; /* … to an address that is not the session's own */
	uint64_t limited;   /* … and from known ones that came too fast */
	uint64_t unkeyed;   /* … or while their password was not in force */
};

struct peer_io_ops {
	/*
	 * why: a borrowed text that names the address, the port and who holds it, or
	 * NULL: it listens now, or shall not. Only told when it changes; tried again by
	 * itself.
	 */
	void (*listening)(void *arg, const struct addr *at, const char *why);
};

struct peer_io *
peer_io_new(struct event_base *, const struct peer_io_ops *, void *arg);
void peer_io_free(struct peer_io *); /* after its links */
/* Replaces where it listens; what stays the same isn't touched. */
void peer_io_listen(struct peer_io *, const struct peer_listen *);

/* Attaches the session: from now on it can be started. */
struct peer_link *peer_link_new(struct peer_io *, struct session *);
/* After session_stop(), before session_free(). What waits is still sent. */
void peer_link_free(struct peer_link *);

/* No NOTIFICATION is on its way any more: the program may end. */
bool peer_io_flushed(const struct peer_io *);
const struct peer_io_stats *peer_io_stats(const struct peer_io *);
#endif
