/* SPDX-License-Identifier: Apache-2.0 */
/*
 * conn - one BGP connection: its state, its timers, and what both sides said.
 *
 * Knows nothing of the other connection to the same peer: session.c owns both
 * and hears of them through conn_ops. The rim brings bytes in and fetches bytes
 * out.
 */
#ifndef BGPD_CONN_H
#define BGPD_CONN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/agreed.h"
#include "bgpd/session/fsm.h"
#include "bgpd/session/session_stats.h"
#include "bgpd/wire/update.h"

struct bgp_open;
struct refresh;
struct conn; /* private to conn.c */
struct rng;

#define NEVER UINT64_MAX

enum {
	CONN_INPUT_KEPT = 65535,  /* conn_input() leaves less than this */
	CONN_INPUT_USUAL = 4096,  /* … than this without extended messages */
	CONN_OUTPUT_MOST = 65535, /* conn_output() gives no more */
};

/* The way down to TCP. links.c fills it, and tests/fake/. */
struct conn_io {
	void (*connect)(void *arg, struct conn *); /* then conn_tcp_up/_down */
	/* Flush conn_output(), then close; the conn hears no more of it. */
	void (*close)(void *arg, struct conn *);
	void (*want_write)(void *arg, struct conn *); /* then conn_output() */
	/*
	 * The peer will send nothing by itself: TCP is to ask its host, and to end
	 * the connection when that is silent for so many seconds.
	 */
	void (*watch)(void *arg, struct conn *, uint16_t seconds);
};

struct conn_ops {
	void (*arm)(void *arg, uint64_t at); /* conn_tick() then */
	void (*arm_retry)(void *arg, const struct conn *, uint64_t now);

	/* Questions. */
	struct bgp_open (*offer)(
	    void *arg, uint64_t now); /* the OPEN to send */
	bool (*agree)(void *arg, const struct bgp_open *ours,
	    const struct bgp_open *theirs, struct agreed *, struct bgp_err *);
	bool (*next)(void *arg, struct rbuf *msg); /* only when Established */

	/* News. */
	void (*opened)(
	    void *arg, struct conn *, uint64_t now); /* may stop or hold it */
	void (*failed)(void *arg, struct conn *, const struct session_error *);
	void (*moved)(
	    void *arg, struct conn *, enum fsm_state was, uint64_t now);
	void (*update)(void *arg, const struct update *, enum upd_verdict);
	void (*refresh)(void *arg, const struct refresh *);
};

/* name, stats and rng are borrowed for life. */
struct conn *conn_new(const struct conn_ops *, void *arg, const char *name,
    struct session_stats *, struct rng *);
void conn_free(struct conn *);
void
conn_rename(struct conn *, const char *name); /* borrowed as in conn_new() */
void conn_attach(struct conn *, const struct conn_io *, void *io_arg);

/* By the session. */
void conn_event(struct conn *, enum fsm_event, uint64_t now);
/* Ends it with a Cease; text for the peer or NULL. */
void conn_stop(struct conn *, uint8_t subcode, const char *text, uint64_t now);
/*
 * Ends it as a restart does: without a word where the peer keeps our routes then (RFC
 * 4724 4.1), else as conn_stop() with CEASE_… subcode.
 */
void conn_leave(struct conn *, uint8_t subcode, const char *text, uint64_t now);
/*
 * The OPEN that has come is answered when it goes on, as it does by itself on the
 * peer's KEEPALIVE if it is only held until that; until then it is OpenSent.
 */
void conn_hold(struct conn *, bool until_keepalive);
void conn_go_on(struct conn *, uint64_t now); /* no effect if it is not held */
void conn_wake(struct conn *, uint64_t now);  /* next() has something */
/*
 * Asks the peer for all its routes of a family once more (RFC 2918). False: it is not
 * Established, or cannot be asked.
 */
bool conn_refresh(struct conn *, enum family, uint64_t now);
void conn_tick(struct conn *, uint64_t now);
/* Would a tick end it because the peer is silent? Ask after reading what has come. */
bool conn_overdue(const struct conn *, uint64_t now);
uint64_t conn_due(const struct conn *); /* its next tick, or NEVER */

/*
 * By the rim. A dial ends with conn_tcp_up or conn_tcp_down, never from within
 * the connect op. why is a text for people.
 */
void conn_tcp_up(struct conn *, bool dialed, const struct addr *local,
    const struct addr *remote, uint64_t now);
void conn_tcp_down(struct conn *, const char *why, uint64_t now);
/* Returns the bytes used; what is left comes again with more behind it. */
size_t conn_input(struct conn *, const uint8_t *bytes, size_t n, uint64_t now);
/*
 * The next bytes to send, whole messages, borrowed until the next call on this
 * conn; false when there are none. After a close op only a last NOTIFICATION
 * comes.
 */
bool conn_output(struct conn *, struct rbuf *bytes);
/* Bytes that it gives at most; fewer unless extended messages are agreed. */
size_t conn_output_most(const struct conn *);
/* n bytes went to TCP; rest: there are more that it did not take. */
void conn_sent(struct conn *, size_t n, bool rest, uint64_t now);

enum fsm_state conn_state(const struct conn *);
bool conn_dialed(const struct conn *); /* by us; counts from Connect on */
const struct agreed *conn_agreed(const struct conn *);
/*
 * Did it end so that routes stay until the next session (RFC 4724 4.2, RFC 8538 4)?
 * Without a NOTIFICATION; or with any but a Hard Reset, where N is agreed.
 */
bool conn_ended_gracefully(const struct conn *);
/*
 * The NOTIFICATION that ended it, of either side, header and all; left 0: none has.
 * Borrowed until the next connection.
 */
struct rbuf conn_last_words(const struct conn *);
bool conn_was_left(const struct conn *); /* by us, without one */
const struct bgp_open *conn_open_sent(const struct conn *);
const struct bgp_open *conn_open_received(const struct conn *);
/* … as it came, behind the header; borrowed until the connection ends. */
struct rbuf conn_open_body(const struct conn *);
#endif
