/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp_port - what links.c asks of TCP: peer_io.c does it with sockets, a simulator
 * without.
 *
 * The port decides nothing. It tells links.c what happens (links_incoming(),
 * links_tick()), and a conn what becomes of its socket (conn_tcp_up(), conn_tcp_down(),
 * conn_input(), conn_output(), conn_sent()); both from its loop, never from within one
 * of the functions below, but for socket_read().
 */
#ifndef BGPD_TCP_PORT_H
#define BGPD_TCP_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/ao.h"
#include "common/scoped_addr.h"

struct conn;
struct err;
struct listener;
struct session_config;
struct tcp_listener; /* the port's own */
struct tcp_socket;   /* the same */

struct caller {
	struct scoped_addr remote;
	struct addr local; /* where it came to */
};

struct ttl_rule { /* GTSM: from these addresses nothing with a lower TTL */
	struct prefix from;
	uint8_t least;
};

enum tcp_answer {
	TCP_DONE,
	TCP_FAILED, /* and may be tried again */
	TCP_NEVER,  /* the node has no such family */
};

enum tcp_accepted {
	TCP_ACCEPTED,
	TCP_NOBODY,  /* nobody waits any more */
	TCP_LOST,    /* one who waited has gone; others may wait still */
	TCP_NO_ROOM, /* no descriptor or no memory is left */
};

struct tcp_port { /* borrowed for good */
	/* links_tick() then, at once when that is past; replaces the last one. */
	void (*arm)(void *arg, uint64_t at);

	/* Could a socket be bound to it? As listener_listen(). */
	enum tcp_answer (*is_here)(
	    void *arg, const struct scoped_addr *, struct err *);
	/*
	 * A socket that will listen: after listener_listen(), so that keys and the
	 * filter are there before the first SYN. Of who waits there links_incoming()
	 * tells, with `of`.
	 */
	enum tcp_answer (*listener_open)(void *arg, struct listener *of,
	    enum family, struct tcp_listener **, struct err *);
	/* at: as struct peer_listen has it. */
	bool (*listener_listen)(struct tcp_listener *,
	    const struct scoped_addr *at, uint16_t port, struct err *);
	/* Would listener_listen() at this address of a link be where this one is? */
	bool (*listener_is_at)(
	    struct tcp_listener *, const struct scoped_addr *at);
	/* Of one on a link: is it still at the node's address there? */
	bool (*listener_is_there)(struct tcp_listener *);
	/*
	 * TCP MD5 (RFC 2385) with these addresses; key NULL: none any more. One that is
	 * in several prefixes has the key of the longest.
	 */
	bool (*listener_set_key)(struct tcp_listener *, const struct prefix *,
	    const char *key, struct err *);
	/* A step of struct ao_ops with TCP-AO (RFC 5925) keys. */
	bool (*listener_set_ao)(struct tcp_listener *, const struct prefix *,
	    enum ao_step, const struct ao_key *, const struct ao_key *next,
	    struct err *);
	/* Takes the place of the last filter; n 0: none. The first one counts. */
	bool (*listener_set_filter)(struct tcp_listener *,
	    const struct ttl_rule *, size_t n, struct err *);
	/*
	 * The next one who waits. The socket is the caller's, who asks socket_prove()
	 * and socket_prepare() of it before it is taken or refused.
	 */
	enum tcp_accepted (*listener_accept)(void *arg, struct tcp_listener *,
	    struct tcp_socket **, struct caller *, struct err *);
	/* links_incoming() is not to be called, or (false) is again. */
	void (*listener_pause)(struct tcp_listener *, bool);
	/* Whoever waits there is sent away. */
	void (*listener_close)(struct tcp_listener *);

	/*
	 * Was it made under a key that its listener had? If so, only what is signed
	 * with this one is let in from here on.
	 */
	bool (*socket_prove)(struct tcp_socket *, const struct addr *peer,
	    const char *key, struct err *);
	/*
	 * The same of TCP-AO: under one of these, see ao_keys_made(). The kernel lets
	 * in what is signed, from the SYN on.
	 */
	bool (*socket_prove_ao)(
	    struct tcp_socket *, const struct ao_keys *, struct err *);
	/* A step of struct ao_ops, of a connection. */
	bool (*socket_set_ao)(struct tcp_socket *, const struct prefix *,
	    enum ao_step, const struct ao_key *, const struct ao_key *next,
	    struct err *);
	/* False: the connection is under no key of TCP-AO. */
	bool (*socket_ao)(struct tcp_socket *, struct ao_state *);
	/* Its TTL and its time limits. */
	bool (*socket_prepare)(
	    struct tcp_socket *, const struct session_config *, struct err *);
	/* An accepted one is the conn's, which has its OPEN to send. */
	void (*socket_take)(
	    struct tcp_socket *, struct conn *, const struct session_config *);
	void (*socket_refuse)(struct tcp_socket *); /* with a RST; frees it */
	/* Dials for the conn, which hears how that ended. */
	struct tcp_socket *(*socket_dial)(
	    void *arg, struct conn *, const struct session_config *);
	/* conn_input() with what has come, from within, if anything has. */
	void (*socket_read)(struct tcp_socket *);
	/* conn_output() when there is room. */
	void (*socket_want_write)(struct tcp_socket *);
	/* The peer's host is asked, and given up after so many seconds. */
	void (*socket_watch)(struct tcp_socket *, uint16_t seconds);
	/* Sends conn_output()'s last words, then closes; the conn hears no more. */
	void (*socket_close)(struct tcp_socket *);

	void *arg;
};
#endif
