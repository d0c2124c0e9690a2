/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection is driven by events: TCP came up or went, a message, a timer, a stop.
 * Each goes through conn_event(), which looks up the state and the event in the table
 * of fsm.c, takes the next state and carries out the row's actions in a fixed order,
 * errors first, then closing, then what starts anew. Nothing else writes the state.
 *
 * In: conn_in.c takes messages off the bytes, and makes events of them.
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

#include "bgpd/session/conn_state.h"
#include "bgpd/session/session_config.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "common/alloc.h"
#include "common/log.h"
#include "common/rng.h"

enum {
	OPEN_HOLD = 240 * 1000, /* ms, RFC 4271 8.2.2 suggests 4 minutes */
	DIAL_HOLD =
	    30 * 1000, /* … where we dialed: who accepts speaks at once */
};

_Static_assert(OUT_SMALL + MSG_MAX <= CONN_OUTPUT_MOST, "all in one go");
_Static_assert((int)MSG_MAX_EXTENDED <= CONN_OUTPUT_MOST, "the same");
_Static_assert(
    (int)MSG_MAX_EXTENDED <= CONN_INPUT_KEPT, "at most a message is kept");

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
conn_rename(struct conn *c, const char *name)
{
	c->name = name;
}

void
conn_free(struct conn *c)
{
	if (c == NULL)
		return;
	free(c->open_body);
	free(c->last_words);
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

void
conn_keep_words(struct conn *c, struct rbuf message)
{
	free(c->last_words);
	c->last_words = xcalloc(1, message.left);
	c->last_words_length = message.left;
	memcpy(c->last_words, message.p, message.left);
}

static void
conn_send_notification(struct conn *c)
{
	uint8_t code = c->err.code < SESSION_ERROR_CODES ? c->err.code : 0;
	size_t start = c->out.len;
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
	if (ok)
		conn_keep_words(c, wbuf_read(&c->out, start));
}

static void
queue_refresh(struct conn *c)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct refresh r = { (uint8_t)f, REFRESH_REQUEST };

		if (c->refresh[f] && out_has_room(c))
			c->stats->out[MSG_ROUTE_REFRESH] +=
			    refresh_build(&c->out, &r);
		c->refresh[f] = false;
	}
}

/* The type of a message stands behind marker and length (RFC 4271 4.1). */
static uint8_t
type_of(struct rbuf message)
{
	rbuf_bytes(&message, 18);
	return rbuf_u8(&message);
}

bool
conn_output(struct conn *c, struct rbuf *bytes)
{
	if (c->out.len == 0 && c->state == STATE_ESTABLISHED)
		queue_refresh(c);
	if (c->out.len > 0) {
		*bytes = wbuf_read(&c->out, 0);
		wbuf_rewind(&c->out, 0); /* the bytes stay where they are */
		return true;
	}
	if (c->state != STATE_ESTABLISHED || !c->ops->next(c->arg, bytes))
		return false;
	c->stats->out[type_of(*bytes)]++;
	return true;
}

size_t
conn_output_most(const struct conn *c)
{
	size_t message = agreed_message_max(&c->agreed);

	return message > sizeof(c->room) ? message : sizeof(c->room);
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

bool
conn_refresh(struct conn *c, enum family family, uint64_t now)
{
	if (c->state != STATE_ESTABLISHED || !c->agreed.caps.route_refresh ||
	    !c->agreed.caps.family[family])
		return false;
	c->refresh[family] = true;
	conn_want_write(c, now);
	return true;
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

void
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
	c->left = true;
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
	memset(c->refresh, 0, sizeof(c->refresh));
	c->notified = c->hard = c->left = false;
	free(c->last_words);
	c->last_words = NULL;
	c->last_words_length = 0;
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

struct rbuf
conn_open_body(const struct conn *c)
{
	return rbuf_of(c->open_body, c->open_length);
}

bool
conn_was_left(const struct conn *c)
{
	return c->left;
}

struct rbuf
conn_last_words(const struct conn *c)
{
	return rbuf_of(c->last_words, c->last_words_length);
}
