/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn_state - what conn.c, which drives a connection, and conn_in.c, which hears the
 * peer, both know of it.
 */
#ifndef BGPD_SESSION_CONN_STATE_H
#define BGPD_SESSION_CONN_STATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/agreed.h"
#include "bgpd/session/fsm.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"

struct conn;
struct conn_io;
struct conn_ops;
struct rng;
struct session_stats;

enum { OUT_SMALL = 512 }; /* bytes for all but a NOTIFICATION */

struct conn {
	const struct conn_ops *ops;
	void *arg;
	const struct conn_io *io;
	void *io_arg;
	const char *name; /* borrowed, as are stats and rng */
	struct session_stats *stats;
	struct rng *rng;

	enum fsm_state state, was; /* written by conn_event() only */
	bool dialed;
	struct addr local, remote;
	struct bgp_open sent;
	uint8_t *open_body; /* owned; what received borrows from */
	size_t open_length;
	struct bgp_open received;
	struct agreed agreed;

	uint64_t hold_at, keepalive_at, send_hold_at; /* ms, or NEVER */
	size_t sent_bytes; /* since send_hold_at was armed */

	uint64_t warned_at; /* ms, of a bad UPDATE: one line a second */

	struct bgp_err err;     /* for DO_SEND_ERROR */
	const char *stop_text;  /* borrowed; with a Cease in err */
	bool refresh[FAMILIES]; /* the peer is to be asked for its routes */
	bool notified; /* a NOTIFICATION has ended it, of either side */
	uint8_t *
	    last_words; /* owned: that, where it went out or came in; or NULL */
	size_t last_words_length;
	bool hard; /* … which was a Hard Reset */
	bool left; /* we have ended it without one */
	bool said_open;
	bool held;            /* its OPEN waits to be answered */
	bool until_keepalive; /* … until the peer sends one on this */
	bool kept_alive;      /* … and there was a KEEPALIVE behind it */
	uint8_t room[OUT_SMALL + MSG_MAX];
	struct wbuf out; /* over room: messages that wait for the rim */
};

/* The NOTIFICATION, a whole message, is kept. */
void conn_keep_words(struct conn *, struct rbuf message);
/* The one exit for a protocol error. */
void
conn_fail(struct conn *, const struct bgp_err *, enum fsm_event, uint64_t now);
#endif
