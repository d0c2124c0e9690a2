/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_socket_io - one TCP socket of a conn: readiness becomes calls of conn.h.
 *
 * A socket outlives its conn's interest in it: after peer_socket_close() it
 * delivers what was queued, waits a moment for the peer to have read it, and
 * frees itself.
 */
#ifndef BGPD_PEER_SOCKET_IO_H
#define BGPD_PEER_SOCKET_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct conn;
struct event_base;
struct peer_socket; /* private to peer_socket_io.c */
struct session_config;

/* What all sockets of a program share. */
struct peer_sockets {
	struct event_base *base;
	struct peer_socket *all; /* list, the closing ones included */
	uint8_t room[64 * 1024]; /* to read into and to gather messages in */
};

/* Frees what is still closing. */
void peer_sockets_fini(struct peer_sockets *);

/* Dials for conn; how that ended it hears from the event loop. */
struct peer_socket *peer_socket_dial(
    struct peer_sockets *, struct conn *, const struct session_config *);
/* Takes over an accepted fd, whose conn has its OPEN to send. */
struct peer_socket *peer_socket_take(struct peer_sockets *, struct conn *,
    int fd, const struct session_config *);
void peer_socket_want_write(struct peer_socket *);
/* The peer's host is asked, and given up after so many seconds. */
void peer_socket_watch(struct peer_socket *, uint16_t seconds);
void peer_socket_close(struct peer_socket *);
#endif
