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

#include "bgpd/session/ao.h"

struct addr;
struct conn;
struct event_base;
struct err;
struct session_config;
struct tcp_socket;

/* What all sockets of a program share. */
struct peer_sockets {
	struct event_base *base;
	struct tcp_socket *all; /* list, the closing ones included */
	bool corked;
	uint8_t *room; /* owned: to read into and to gather messages in */
};

void peer_sockets_init(struct peer_sockets *, struct event_base *);
/* Frees what is still closing. */
void peer_sockets_fini(struct peer_sockets *);
/*
 * What is queued between these two is written at once by the second, not when the
 * socket's turn comes: a KEEPALIVE is as good as late behind 64 busy peers. What the
 * owner has behind it waits for that turn.
 */
void peer_sockets_cork(struct peer_sockets *);
void peer_sockets_uncork(struct peer_sockets *);

/* The functions of struct tcp_port. */
struct tcp_socket *peer_socket_dial(
    struct peer_sockets *, struct conn *, const struct session_config *);
/* Takes over an accepted fd. */
struct tcp_socket *peer_socket_accepted(struct peer_sockets *, int fd);
bool peer_socket_prove(struct tcp_socket *, const struct addr *peer,
    const char *key, struct err *);
bool
peer_socket_prove_ao(struct tcp_socket *, const struct ao_keys *, struct err *);
bool
peer_socket_set_ao(struct tcp_socket *, const struct prefix *, enum ao_step,
    const struct ao_key *, const struct ao_key *next, struct err *);
bool peer_socket_ao(struct tcp_socket *, struct ao_state *);
bool peer_socket_prepare(
    struct tcp_socket *, const struct session_config *, struct err *);
void peer_socket_take(
    struct tcp_socket *, struct conn *, const struct session_config *);
void peer_socket_refuse(struct tcp_socket *);
void peer_socket_read(struct tcp_socket *);
void peer_socket_want_write(struct tcp_socket *);
void peer_socket_watch(struct tcp_socket *, uint16_t seconds);
void peer_socket_close(struct tcp_socket *);
#endif
