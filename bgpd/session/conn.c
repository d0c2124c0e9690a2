/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection is driven by events: TCP came up or went, a message, a timer, a stop.
 * Each goes through conn_event(), which looks up the state and the event in the table
 * of fsm.c, takes the next state and carries out the row's actions in a fixed order,
 * errors first, then closing, then what starts anew. Nothing else writes the state.
 *
 * In: conn_input() cuts whole messages off the bytes and hands each to its taker. An
 * UPDATE is parsed in full before the event, since a fault may end the connection (RFC
 * 7606 says which one); the owner hears of it last. A peer's OPEN may have to wait for
 * the end of a collision (conn_hold()): a KEEPALIVE behind it is remembered, anything
 * else behind it is out of place.
 *
 * Out: small messages wait in one buffer, which the rim fetches when TCP has room; with
 * the buffer empty and the session up, conn_output() asks the owner for its next
 * UPDATE. So nothing is queued here that TCP would not take soon.
 *
 * Every protocol error leaves by conn_fail(): a line, a record for people, and the
 * event whose row sends the NOTIFICATION; only of a message out of place the row itself
 * makes the error. Timers are points in time; conn_tick() looks at them.
 */
#include "bgpd/session/conn.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/peer_text.h"
#include "bgpd/session/session_config.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "common/alloc.h"
#include "common/log.h"
#include "common/rng.h"

enum {
	OPEN_HOLD = 240 * 1000, /* ms, RFC 4271 8.2.2 suggests 4 minutes */
	DIAL_HOLD =
	    30 * 1000,     /* … where we dialed: who accepts speaks at once */
	WARN_EVERY = 1000, /* ms */
	OUT_SMALL = 512,   /* for all but a NOTIFICATION */
};

_Static_assert(OUT_SMALL + MSG_MAX <= CONN_OUTPUT_MOST, "all in one go");
_Static_assert((int)MSG_MAX <= CONN_INPUT_KEPT, "at most a message is kept");

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
	struct bgp_open received;
	struct agreed agreed;

	uint64_t hold_at, keepalive_at, send_hold_at; /* ms, or NEVER */
	size_t sent_bytes; /* since send_hold_at was armed */

	uint64_t warned_at; /* ms, of a bad UPDATE: one line a second */

	struct bgp_err err;    /* for DO_SEND_ERROR */
	const char *stop_text; /* borrowed; with a Cease in err */
	bool notified;         /* a NOTIFICATION has ended it, of either side */
	bool hard;             /* … which was a Hard Reset */
	bool said_open;
	bool held;            /* its OPEN waits to be answered */
	bool until_keepalive; /* … until the peer sends one on this */
	bool kept_alive;      /* … and there was a KEEPALIVE behind it */
	uint8_t room[OUT_SMALL + MSG_MAX];
	struct wbuf out; /* over room: messages that wait for the rim */
};

struct conn *
conn_new(const struct conn_ops *ops, void *arg, const char *name,
    struct session_stats *stats, struct rng *rng)
{
	struct conn *c = xcalloc(1, sizeof(*c));

	c->ops = ops;
	c->arg = arg;
	c->name = name;
	c->stats = stats;
	c->rng = rng;
	c->state = STATE_IDLE;
	c->out = wbuf_of(c->room, sizeof(c->room));
	c->hold_at = c->keepalive_at = c->send_hold_at = NEVER;
	return c;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	free(c->open_body);
	free(c);
}

void
conn_attach(struct conn *c, const struct conn_io *io, void *io_arg)
{
	c->io = io;
	c->io_arg = io_arg;
}

/* --- Timers: points in time, looked at by conn_tick(). --- */

static void
conn_arm(struct conn *c, uint64_t *at, uint64_t when)
{
	*at = when;
	c->ops->arm(c->arg, when);
}

uint64_t
conn_due(const struct conn *c)
{
	uint64_t at = c->hold_at;

	if (c->keepalive_at < at)
		at = c->keepalive_at;
	if (c->send_hold_at < at)
		at = c->send_hold_at;
	return at;
}

static uint64_t
send_hold(const struct conn *c)
{
	return session_config_send_hold(c->agreed.hold_time);
}

static void
conn_want_write(struct conn *c, uint64_t now)
{
	if (c->send_hold_at == NEVER) {
		c->sent_bytes = 0;
		conn_arm(c, &c->send_hold_at, now + send_hold(c));
	}
	c->io->want_write(c->io_arg, c);
}

/* --- What goes out. --- */

/* The builder's message stands in the buffer from start on; ok: it did fit. */
static void
conn_queued(struct conn *c, enum msg_type type, bool ok, uint64_t now)
{
	if (!ok)
		return;
	c->stats->out[type]++;
	conn_want_write(c, now);
}

static bool
out_has_room(const struct conn *c)
{
	return c->out.len + MSG_HEADER + 4 <= OUT_SMALL;
}

static void
conn_send_notification(struct conn *c)
{
	uint8_t code = c->err.code < SESSION_ERROR_CODES ? c->err.code : 0;
	bool ok;

	/* A fault in a NOTIFICATION is never answered (RFC 4271 6.4). */
	if (!c->said_open || c->err.code == ERR_SILENT)
		return;
	if (c->hard)
		ok = notification_build_hard(
		    &c->out, c->err.subcode, c->stop_text);
	else if (c->err.code == ERR_CEASE)
		ok = notification_build_cease(
		    &c->out, c->err.subcode, c->stop_text);
	else
		ok = notification_build(&c->out, &c->err);
	c->stats->out[MSG_NOTIFICATION] += ok;
	c->stats->notifications_out[code] += ok;
}

bool
conn_output(struct conn *c, struct rbuf *bytes)
{
	if (c->out.len > 0) {
		*bytes = wbuf_read(&c->out, 0);
		wbuf_rewind(&c->out, 0); /* the bytes stay where they are */
		return true;
	}
	if (c->state != STATE_ESTABLISHED || !c->ops->next(c->arg, bytes))
		return false;
	c->stats->out[MSG_UPDATE]++;
	return true;
}

/*
 * RFC 9687 4 restarts the timer for each message that TCP took; here it takes a
 * message's worth of bytes, so that a trickle doesn't count.
 */
void
conn_sent(struct conn *c, size_t n, bool rest, uint64_t now)
{
	c->sent_bytes += n;
	if (!rest) {
		c->send_hold_at = NEVER;
	} else if (c->send_hold_at == NEVER || c->sent_bytes >= MSG_MAX) {
		c->sent_bytes = 0;
		conn_arm(c, &c->send_hold_at, now + send_hold(c));
	}
}

void
conn_wake(struct conn *c, uint64_t now)
{
	conn_want_write(c, now);
}

/* --- The road of an error. --- */

/* Whose fault it is that the connection ends: a line and a record. */
static void
conn_blame(struct conn *c, const struct bgp_err *err, uint64_t now)
{
	struct session_error e = {
		.code = err->code,
		.subcode = err->subcode,
		.at = now,
	};

	c->err = *err;
	c->notified = true;
	snprintf(e.text, sizeof(e.text), "%s", err->what);
	if (err->code == ERR_SILENT)
		log_warn("peer %s: %s, closing", c->name, err->what);
	else
		log_warn("peer %s: %s, sending NOTIFICATION %u/%u", c->name,
		    err->what, err->code, err->subcode);
	c->ops->failed(c->arg, c, &e);
}

/* The one exit for a protocol error. */
static void
conn_fail(
    struct conn *c, const struct bgp_err *err, enum fsm_event ev, uint64_t now)
{
	conn_blame(c, err, now);
	conn_event(c, ev, now);
}

/* --- The actions of the table, in their order. --- */

static void
do_send_error(struct conn *c, uint64_t now)
{
	(void)now;
	conn_send_notification(c);
}

static void
do_send_fsm_error(struct conn *c, uint64_t now)
{
	static const struct bgp_err errs[FSM_STATES] = {
		/* RFC 6608 4 */
		[STATE_OPENSENT] = { .code = ERR_FSM,
		    .subcode = FSM_OPENSENT,
		    .what = "message out of place in OpenSent" },
		[STATE_OPENCONFIRM] = { .code = ERR_FSM,
		    .subcode = FSM_OPENCONFIRM,
		    .what = "message out of place in OpenConfirm" },
		[STATE_ESTABLISHED] = { .code = ERR_FSM,
		    .subcode = FSM_ESTABLISHED,
		    .what = "message out of place in Established" },
	};

	if (!c->said_open)
		return;
	conn_blame(c, &errs[c->was], now);
	conn_send_notification(c);
}

static void
do_close(struct conn *c, uint64_t now)
{
	(void)now;
	c->hold_at = c->keepalive_at = c->send_hold_at = NEVER;
	c->io->close(c->io_arg, c);
	wbuf_rewind(&c->out, 0);
	c->said_open = c->held = c->kept_alive = false;
}

static void
do_connect(struct conn *c, uint64_t now)
{
	(void)now;
	c->dialed = true;
	c->stats->attempts++;
	c->io->connect(c->io_arg, c);
}

static void
do_arm_retry(struct conn *c, uint64_t now)
{
	c->ops->arm_retry(c->arg, c, now);
}

static void
do_send_open(struct conn *c, uint64_t now)
{
	c->sent = c->ops->offer(c->arg, now);
	c->said_open = true;
	conn_queued(c, MSG_OPEN, open_build(&c->out, &c->sent), now);
}

static void
do_arm_open_hold(struct conn *c, uint64_t now)
{
	conn_arm(c, &c->hold_at, now + (c->dialed ? DIAL_HOLD : OPEN_HOLD));
}

static void
do_send_keepalive(struct conn *c, uint64_t now)
{
	if (out_has_room(c))
		conn_queued(c, MSG_KEEPALIVE, keepalive_build(&c->out), now);
}

static void
do_arm_hold(struct conn *c, uint64_t now)
{
	c->hold_at = NEVER;
	if (c->agreed.hold_time != 0)
		conn_arm(c, &c->hold_at, now + c->agreed.hold_time * 1000u);
}

static void
do_arm_keepalive(struct conn *c, uint64_t now)
{
	uint32_t ms = c->agreed.keepalive_time * 1000u;

	c->keepalive_at = NEVER;
	if (ms != 0)
		conn_arm(c, &c->keepalive_at, now + rng_jitter(c->rng, ms));
}

static const struct {
	enum fsm_action bit;
	void (*carry_out)(struct conn *, uint64_t now);
} actions[] = {
	{ DO_SEND_ERROR, do_send_error },
	{ DO_SEND_FSM_ERROR, do_send_fsm_error },
	{ DO_CLOSE, do_close },
	{ DO_CONNECT, do_connect },
	{ DO_ARM_RETRY, do_arm_retry },
	{ DO_SEND_OPEN, do_send_open },
	{ DO_ARM_OPEN_HOLD, do_arm_open_hold },
	{ DO_SEND_KEEPALIVE, do_send_keepalive },
	{ DO_ARM_HOLD, do_arm_hold },
	{ DO_ARM_KEEPALIVE, do_arm_keepalive },
};

void
conn_event(struct conn *c, enum fsm_event ev, uint64_t now)
{
	struct fsm_step step = fsm_next(c->state, ev);
	enum fsm_state was = c->state;

	if (step.next != was)
		log_debug("peer %s: %s -> %s (%s)", c->name,
		    fsm_state_name(was), fsm_state_name(step.next),
		    fsm_event_name(ev));
	c->was = was;
	c->state = step.next;
	for (size_t i = 0; i < sizeof(actions) / sizeof(actions[0]); i++)
		if (step.actions & actions[i].bit)
			actions[i].carry_out(c, now);
	if (step.next != was)
		c->ops->moved(c->arg, c, was, now);
}

/*
 * Where N is agreed a peer keeps routes over any Cease but a Hard Reset. So one is
 * due where the session is not meant to come back soon, or its routes are the trouble.
 * A changed configuration that lets it come back says nothing (conn_leave()).
 */
static bool
is_final(uint8_t subcode)
{
	return subcode != CEASE_RESET && subcode != CEASE_COLLISION;
}

void
conn_stop(struct conn *c, uint8_t subcode, const char *text, uint64_t now)
{
	c->err = (struct bgp_err){ .code = ERR_CEASE, .subcode = subcode };
	c->notified = true;
	c->hard = c->agreed.caps.restart.notification && is_final(subcode);
	c->stop_text = text;
	conn_event(c, EV_STOP, now);
	c->stop_text = NULL;
}

void
conn_leave(struct conn *c, uint8_t subcode, const char *text, uint64_t now)
{
	if (c->state != STATE_ESTABLISHED || !agreed_keeps_ours(&c->agreed)) {
		conn_stop(c, subcode, text, now);
		return;
	}
	c->err = (struct bgp_err){ .code = ERR_SILENT };
	conn_event(c, EV_STOP, now);
}

bool
conn_ended_gracefully(const struct conn *c)
{
	const struct caps_restart *restart = &c->agreed.caps.restart;

	return restart->present &&
	    (!c->notified || (restart->notification && !c->hard));
}

bool
conn_overdue(const struct conn *c, uint64_t now)
{
	return now >= c->hold_at;
}

void
conn_tick(struct conn *c, uint64_t now)
{
	static const struct bgp_err expired = { .code = ERR_HOLD_TIMER,
		.what = "hold timer expired" };
	static const struct bgp_err unanswered = { .code = ERR_HOLD_TIMER,
		.what = "no OPEN came in 30 s" };
	static const struct bgp_err stuck = { .code = ERR_SEND_HOLD,
		.what = "send hold timer expired" };

	if (conn_overdue(c, now)) {
		c->stats->hold_expired++;
		conn_fail(c,
		    c->dialed && c->state == STATE_OPENSENT ? &unanswered
							    : &expired,
		    EV_HOLD, now);
	}
	if (now >= c->send_hold_at) {
		c->stats->send_hold_expired++;
		conn_fail(c, &stuck, EV_SEND_HOLD, now);
	}
	if (now >= c->keepalive_at)
		conn_event(c, EV_KEEPALIVE_DUE, now);
}

/* --- What comes in. --- */

void
conn_tcp_up(struct conn *c, bool dialed, const struct addr *local,
    const struct addr *remote, uint64_t now)
{
	c->dialed = dialed;
	c->local = *local;
	c->remote = *remote;
	c->agreed = (struct agreed){ 0 };
	c->notified = c->hard = false;
	conn_event(c, EV_TCP_UP, now);
}

void
conn_tcp_down(struct conn *c, const char *why, uint64_t now)
{
	struct session_error e = { .at = now };

	snprintf(e.text, sizeof(e.text), "%s", why);
	c->ops->failed(c->arg, c, &e);
	conn_event(c, EV_TCP_DOWN, now);
}

/* Parsed from a copy, so that what the OPEN says can be asked for later. */
static void
on_open(struct conn *c, struct rbuf body, uint64_t now)
{
	struct bgp_err err;

	if (c->state != STATE_OPENSENT) {
		conn_event(c, EV_OPEN, now);
		return;
	}
	free(c->open_body);
	c->open_body = xcalloc(1, body.left);
	memcpy(c->open_body, body.p, body.left);
	if (!open_parse(rbuf_of(c->open_body, body.left), &c->received, &err) ||
	    !c->ops->agree(c->arg, &c->sent, &c->received, &c->agreed, &err)) {
		conn_fail(c, &err, EV_REFUSED, now);
		return;
	}
	c->agreed.local = c->local;
	c->agreed.remote = c->remote;
	/* Hold time 0 is the peer's wish alone (RFC 4271 4.2). */
	if (c->agreed.hold_time == 0 && c->sent.hold_time != 0)
		c->io->watch(c->io_arg, c, c->sent.hold_time);
	c->ops->opened(c->arg, c, now);
	/* And neither lost in a collision nor waiting for how it ends. */
	if (c->state == STATE_OPENSENT && !c->held)
		conn_event(c, EV_OPEN, now);
}

void
conn_hold(struct conn *c, bool until_keepalive)
{
	c->held = true;
	c->until_keepalive = until_keepalive;
}

void
conn_go_on(struct conn *c, uint64_t now)
{
	bool kept_alive = c->kept_alive;

	if (!c->held)
		return;
	c->held = c->kept_alive = false;
	conn_event(c, EV_OPEN, now);
	if (kept_alive)
		conn_event(c, EV_KEEPALIVE, now);
}

/* A peer may send as many as it likes: the counters have them all. */
static void
conn_warn(struct conn *c, const struct update *u, enum upd_verdict verdict,
    uint64_t now)
{
	if (now < c->warned_at + WARN_EVERY)
		return;
	c->warned_at = now;
	log_warn("peer %s: UPDATE: %s (%s), %s", c->name, u->what,
	    attr_name(u->what_attr),
	    verdict == UPD_WITHDRAW ? "taking its prefixes as withdrawn"
				    : "leaving the attribute out");
}

static void
on_update(struct conn *c, struct rbuf body, uint64_t now)
{
	if (c->state != STATE_ESTABLISHED) {
		conn_event(c, EV_UPDATE, now);
		return;
	}

	struct update_ctx ctx = agreed_update_ctx(&c->agreed);
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct update u;
	struct bgp_err err;
	enum upd_verdict verdict = update_parse(body, &ctx, &scratch, &u, &err);

	if (verdict == UPD_RESET) {
		c->stats->updates_reset++;
		conn_fail(c, &err, EV_REFUSED, now);
		return;
	}
	conn_event(c, EV_UPDATE, now);
	if (verdict != UPD_OK) {
		session_stats_count(c->stats, &u, verdict);
		conn_warn(c, &u, verdict, now);
	}
	c->ops->update(c->arg, &u, verdict);
}

/* RFC 4271 6.4 and row 43: whatever it is, it is never answered. */
static void
on_notification(struct conn *c, struct rbuf body, uint64_t now)
{
	struct session_error e = { .received = true, .at = now };
	struct notification n = { 0 };
	char said[SHUTDOWN_TEXT * 2];

	if (notification_parse(body, &n))
		peer_text(said, sizeof(said), n.text);
	else
		snprintf(said, sizeof(said), "malformed");
	c->notified = true;
	c->hard = n.hard;
	e.code = n.code;
	e.subcode = n.subcode;
	snprintf(e.text, sizeof(e.text), "%s", said);
	c->stats->notifications_in[n.code < SESSION_ERROR_CODES ? n.code : 0]++;
	log_info("peer %s: received %sNOTIFICATION %u/%u (%s, %s)%s%s", c->name,
	    n.hard ? "Hard Reset with " : "", n.code, n.subcode,
	    notification_code_name(n.code),
	    notification_subcode_name(n.code, n.subcode),
	    said[0] != '\0' ? ": " : "", said);
	c->ops->failed(c->arg, c, &e);
	conn_event(c, EV_NOTIFICATION, now);
}

static void
on_keepalive(struct conn *c, struct rbuf body, uint64_t now)
{
	(void)body; /* msg_cut() has seen that it is empty */
	if (!c->held) {
		conn_event(c, EV_KEEPALIVE, now);
		return;
	}
	c->kept_alive = true;
	if (c->until_keepalive)
		conn_go_on(c, now);
}

static void
on_refresh(struct conn *c, struct rbuf body, uint64_t now)
{
	bool enhanced = c->agreed.caps.enhanced_refresh;
	struct refresh r;
	struct bgp_err err;

	if (c->state == STATE_ESTABLISHED &&
	    !refresh_parse(body, enhanced, &r, &err)) {
		conn_fail(c, &err, EV_REFUSED, now);
		return;
	}
	conn_event(c, EV_REFRESH, now);
	/* RFC 2918 4: one that was not agreed is ignored. */
	if (c->state == STATE_ESTABLISHED && r.kind == REFRESH_REQUEST &&
	    c->agreed.caps.family[r.family])
		c->ops->refresh(c->arg, r.family);
}

static void
conn_message(struct conn *c, const struct msg *m, uint64_t now)
{
	static void (*const takers[MSG_TYPES])(
	    struct conn *, struct rbuf, uint64_t) = {
		[MSG_OPEN] = on_open,
		[MSG_UPDATE] = on_update,
		[MSG_NOTIFICATION] = on_notification,
		[MSG_KEEPALIVE] = on_keepalive,
		[MSG_ROUTE_REFRESH] = on_refresh,
	};

	c->stats->in[m->type]++;
	/* Out of place in any case: as it would be in OpenConfirm. */
	if (m->type != MSG_KEEPALIVE && m->type != MSG_NOTIFICATION)
		conn_go_on(c, now);
	takers[m->type](c, m->body, now);
}

size_t
conn_input(struct conn *c, const uint8_t *bytes, size_t n, uint64_t now)
{
	struct rbuf stream = rbuf_of(bytes, n);
	enum msg_cut cut = MSG_WHOLE;
	struct bgp_err err;
	struct msg m;

	while (c->state >= STATE_OPENSENT && cut == MSG_WHOLE) {
		cut = msg_cut(&stream, MSG_MAX, &m, &err);
		if (cut == MSG_WHOLE)
			conn_message(c, &m, now);
		else if (cut == MSG_BAD)
			conn_fail(c, &err, EV_REFUSED, now);
	}
	return n - stream.left;
}

enum fsm_state
conn_state(const struct conn *c)
{
	return c->state;
}

bool
conn_dialed(const struct conn *c)
{
	return c->dialed;
}

const struct agreed *
conn_agreed(const struct conn *c)
{
	return &c->agreed;
}

const struct bgp_open *
conn_open_sent(const struct conn *c)
{
	return &c->sent;
}

const struct bgp_open *
conn_open_received(const struct conn *c)
{
	return &c->received;
}
