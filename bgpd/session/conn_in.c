/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the peer says. conn_input() cuts whole messages off the bytes and hands each to
 * its taker. An UPDATE is parsed in full before the event, since a fault may end the
 * connection (RFC 7606 says which one); the owner hears of it last. A peer's OPEN may
 * have to wait for the end of a collision (conn_hold()): a KEEPALIVE behind it is
 * remembered, anything else behind it is out of place.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/conn_state.h"
#include "bgpd/session/peer_text.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "common/alloc.h"
#include "common/log.h"

enum { WARN_EVERY = 1000 }; /* ms */

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
	c->open_length = body.left;
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
take_update(
    struct conn *c, struct rbuf body, struct wbuf *scratch, uint64_t now)
{
	struct update_ctx ctx = agreed_update_ctx(&c->agreed);
	struct update u;
	struct bgp_err err;
	enum upd_verdict verdict = update_parse(body, &ctx, scratch, &u, &err);

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

/* An extended message is rare enough for its scratch to be on the heap. */
static void
on_update(struct conn *c, struct rbuf body, uint64_t now)
{
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)], *large = NULL;
	struct wbuf scratch = wbuf_of(room, sizeof(room));

	if (c->state != STATE_ESTABLISHED) {
		conn_event(c, EV_UPDATE, now);
		return;
	}
	if (body.left > MSG_MAX) {
		large = xrealloc(NULL, 1, UPDATE_SCRATCH(body.left));
		scratch = wbuf_of(large, UPDATE_SCRATCH(body.left));
	}
	take_update(c, body, &scratch, now);
	free(large);
}

static void
keep_notification(struct conn *c, struct rbuf body)
{
	size_t n = MSG_HEADER + body.left;
	uint8_t *message = xcalloc(1, n);
	struct wbuf w = wbuf_of(message, n);
	size_t start = msg_begin(&w, MSG_NOTIFICATION);

	wbuf_copy(&w, body);
	msg_end(&w, start);
	conn_keep_words(c, wbuf_read(&w, 0));
	free(message);
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
	keep_notification(c, body);
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
	if (c->state == STATE_ESTABLISHED && r.kind != REFRESH_UNKNOWN &&
	    c->agreed.caps.family[r.family])
		c->ops->refresh(c->arg, &r);
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
		cut =
		    msg_cut(&stream, agreed_message_max(&c->agreed), &m, &err);
		if (cut == MSG_WHOLE)
			conn_message(c, &m, now);
		else if (cut == MSG_BAD)
			conn_fail(c, &err, EV_REFUSED, now);
	}
	return n - stream.left;
}
