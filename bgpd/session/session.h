/* SPDX-License-Identifier: Apache-2.0 */
/*
 * session - one peer: at most two TCP connections, of which one survives.
 *
 * core.c gives it a configuration and pulls its strings; links.c gives it TCP
 * and the clock through session_io. News goes up through session_ops. An op may
 * call any function here but session_free().
 */
#ifndef BGPD_SESSION_H
#define BGPD_SESSION_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/fsm.h"
#include "bgpd/session/session_config.h"
#include "bgpd/session/session_stats.h"
#include "bgpd/wire/update.h"

struct bgp_open;
struct refresh;
struct rng;
struct session; /* private to session.c */

struct session_ops {
	/* Established; before the first update. Valid until down returns. */
	void (*up)(void *arg, const struct agreed *);
	void (*down)(void *arg, const struct session_error *);
	/* Borrowed. The verdict is below UPD_RESET. */
	void (*update)(void *arg, const struct update *, enum upd_verdict);
	/* Of an agreed family. A marker only if RFC 7313 is agreed. */
	void (*refresh)(void *arg, const struct refresh *);
	/* The next UPDATE or marker of a refresh, header and all; borrowed until the
	 * next call. False: nothing to say now; session_wake() when there is. */
	bool (*next)(void *arg, struct rbuf *msg);
	void (*changed)(void *arg); /* state, since or the last error */
};

/* The way down to TCP and the clock. links.c fills it, and tests/fake/. */
struct session_io {
	struct conn_io tcp;                  /* its arg is io_arg too */
	void (*arm)(void *arg, uint64_t at); /* session_tick() then, ms */
	/* session_config() is another now. */
	void (*configured)(void *arg, uint64_t now);
	/* As tcp_port.socket_ao. May be NULL: no connection is under one. */
	bool (*ao)(void *arg, const struct conn *, struct ao_state *);
};

struct session *session_new(const struct session_config *,
    const struct session_ops *, void *arg, struct rng *, uint64_t now);
/* What the log calls it by. */
void session_rename(struct session *, const char *name);
void session_free(struct session *); /* stopped before, or it just vanishes */
/*
 * Without a link, before and after, a session may be started and looked at, but
 * nothing goes out and no time passes. What was armed dies with its link: a new
 * one is told what is due. To be stopped before it is detached.
 */
void session_attach(struct session *, const struct session_io *, void *io_arg);
void session_detach(struct session *);

/* Dial and accept. No effect on one that was started. */
void session_start(struct session *, uint64_t now);
/*
 * Cease 6/subcode with a text for the peer (RFC 9003; NULL: none), and stay
 * down until the next start. CEASE_… of bgpd/wire/bgp.h.
 */
void
session_stop(struct session *, uint8_t subcode, const char *text, uint64_t now);
/*
 * For good: session_stop() with CEASE_SHUTDOWN. But where the session has ended a
 * moment ago and the peer may keep our routes, it is dialed at once, to be told as soon
 * as it is up; text is borrowed until then. Who must not wait any more calls
 * session_stop().
 */
void session_part(struct session *, const char *text, uint64_t now);
bool session_is_parting(const struct session *);
/*
 * Ends for a restart of the program: where graceful restart is agreed TCP is closed
 * without a word, and the peer keeps our routes for now (RFC 4724 4.1); else as
 * session_stop() with CEASE_SHUTDOWN and the text.
 */
void session_leave(struct session *, const char *text, uint64_t now);
/* Is that agreed? */
bool session_keeps_ours(const struct session *);
/*
 * There is no session, and the peer may keep our routes of the last one until then, ms:
 * for the restart time, and for the long-lived stale time where that is agreed (RFC
 * 9494 4.2). 0, or past: it keeps none.
 */
uint64_t session_kept_until(const struct session *);
/*
 * What its OPENs say from now on, see agreed_offer_state(): (false, false) at birth. No
 * session ends for that.
 */
void session_set_restarting(struct session *, bool restarting, bool forwarding);
/*
 * As session_stop(), but comes back within a second.
 */
void session_reset(
    struct session *, uint8_t subcode, const char *text, uint64_t now);
/* The same for a changed configuration, ending as session_leave() where it can. */
void session_renew(struct session *, uint64_t now);
/*
 * The peer sent too much: Cease 6/subcode, and the peer is turned away for the
 * limit_restart of the configuration, or until session_resume(). why is for people.
 */
void session_suspend(
    struct session *, uint8_t subcode, const char *why, uint64_t now);
void session_resume(struct session *, uint64_t now); /* … at once */
/* Stay down, and say why (a missing Secret). session_start() ends it. */
void session_block(struct session *, const char *why, uint64_t now);
/*
 * Takes a copy; what can be applies in place. Returns the first field (as
 * session_config_resets) that waits for a reset, NULL when none does.
 */
const char *session_reconfigure(
    struct session *, const struct session_config *, uint64_t now);
void session_wake(struct session *, uint64_t now); /* next() has something */
/* Asks for the routes of a family once more. False: it is down, or can't be asked. */
bool session_refresh(struct session *, enum family, uint64_t now);

/* From the rim. */
/* The conn for a connection that the peer opened, or NULL: close it. */
struct conn *session_accept(struct session *, const struct addr *local,
    const struct addr *remote, uint64_t now);
void session_tick(struct session *, uint64_t now);

enum fsm_state session_state(const struct session *);
uint64_t session_since(const struct session *); /* of that state, ms */
bool session_suspended(const struct session *);
uint64_t session_retry_at(const struct session *); /* ms, or NEVER */
const struct session_config *session_config(const struct session *);
/* What the Established connection came up with; NULL: down. */
const struct session_config *session_running(const struct session *);
const char *session_pending_reset(const struct session *);   /* field or NULL */
const struct agreed *session_agreed(const struct session *); /* NULL: down */
/* The OPENs of the Established connection; NULL: down. */
/* False: it is not up, or not under TCP-AO. */
bool session_ao(const struct session *, struct ao_state *);
const struct bgp_open *session_open_sent(const struct session *);
const struct bgp_open *session_open_received(const struct session *);
/* … as it came, behind the header; empty: there is none. Borrowed while it is up. */
struct rbuf session_open_body(const struct session *);
/* Why the session ended, or does not come up; at 0: nothing is known. */
const struct session_error *session_error(const struct session *);
/* What TCP said since; at 0: nothing. It hides no error that explains more. */
const struct session_error *session_tcp_error(const struct session *);
const struct session_stats *session_stats(const struct session *);
#endif
