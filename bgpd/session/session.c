/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session has two conns, because both sides may dial at once (RFC 4271 6.8).
 * Each goes through the states of fsm.c by itself:
 *
 *   Idle        a free slot; both Idle: stopped, or damped
 *   Active      waits for the peer to come, or for the retry timer
 *   Connect     dials
 *   OpenSent …  TCP is there
 *
 * The way in: session_start() and session_tick() make conns dial,
 * session_accept() takes what comes; the rim feeds conn_input(). The way out:
 * conn.c asks for the next message through on_next(), which is the owner's.
 *
 * What joins the two is here: collision.c says which survives when both
 * have got somewhere, and whether one has to wait for that; the winner is the
 * one that is Established. When both have ended, session_settle() decides when
 * to try again: after connect_retry seconds, doubled for each failure up to
 * retry_most, with jitter. After a protocol error the session is damped (RFC
 * 4271 8.1.1): until then it stays Idle and turns the peer away, else it waits
 * in Active. A session that falls again within a minute counts as failed; but where
 * routes are kept over its end the pause is none that outlasts them. One
 * whose peer sent too much is suspended (RFC 4486 4): it would only fall again,
 * and take our routes along each time.
 *
 * Two errors are kept. The one that explains (a NOTIFICATION of either side) stays
 * until the session has been up; what TCP says meanwhile stands beside it.
 *
 * Where graceful restart is agreed an end without a NOTIFICATION is one that both
 * sides bridge: session_leave() and session_renew() are for that, struct session_error
 * says it of any end, and a peer that comes again while its old connection still seems
 * to be up has restarted. Who leaves for good while a peer bridges such an end has to
 * come back to say so: session_part().
 *
 * RFCs: 4271 (6.8, 8, 10), 4724, 5492 (3), 6286, 4486, 8538.
 */
#include "bgpd/session/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/collision.h"
#include "bgpd/session/retry.h"
#include "bgpd/session/session_state.h"
#include "bgpd/wire/open.h"
#include "common/alloc.h"
#include "common/log.h"

enum {
	PLAIN_FOR = 3600 * 1000, /* ms without capabilities */
	WAIT_FOR =
	    3 * 1000,     /* ms for the OPEN of our own dial, in a collision */
	FULL_PAUSE = 300, /* s, for a peer that says it has too many prefixes */
};

struct conn *
session_other(const struct session *s, const struct conn *c)
{
	return c == s->conns[0] ? s->conns[1] : s->conns[0];
}

/* The conn that got furthest, by the order of enum fsm_state. */
static struct conn *
first_conn(const struct session *s)
{
	if (conn_state(s->conns[1]) > conn_state(s->conns[0]))
		return s->conns[1];
	return s->conns[0];
}

enum fsm_state
session_state(const struct session *s)
{
	return conn_state(first_conn(s));
}

/* Tells the owner what is new; the last thing in every way in. */
void
session_show(struct session *s, uint64_t now)
{
	enum fsm_state state = session_state(s);

	if (state == s->shown && !s->error_is_news)
		return;
	if (state != s->shown)
		s->since = now;
	s->shown = state;
	s->error_is_news = false;
	s->ops->changed(s->arg);
}

/* --- What went wrong. --- */

static bool
is_tcp_error(const struct session_error *e)
{
	return e->code == 0 && !e->received;
}

void
session_blame(struct session *s, const struct session_error *e, bool explains)
{
	s->error_is_news = true;
	if (!explains && s->explained) {
		s->tcp_error = *e;
		return;
	}
	s->error = *e;
	s->explained = explains;
	s->tcp_error.at = 0;
}

/* What is known is history: the next error counts, whichever it is. */
void
session_forgive(struct session *s)
{
	s->explained = false;
	s->tcp_error.at = 0;
}

/* The last thing that TCP said, told once however often it happens. */
static bool
is_told(const struct session *s, const struct session_error *e)
{
	const struct session_error *last =
	    s->explained ? &s->tcp_error : &s->error;

	return last->at != 0 && strcmp(e->text, last->text) == 0;
}

/* RFC 4486 4: it would be ended the same way at once. */
static bool
is_peer_full(const struct session_error *e)
{
	return e->received && e->code == ERR_CEASE &&
	    (e->subcode == CEASE_MAX_PREFIXES || e->subcode == CEASE_RESOURCES);
}

/*
 * RFC 7705: of two AS numbers the peer may know us by the other one. It says so, or by
 * its own number we do, where that is to be ours.
 */
static void
other_as(struct session *s, const struct bgp_open *sent)
{
	const struct session_config *c = s->config;

	if (!c->dual_as || c->node_as == 0)
		return;
	s->as_node = sent->asn == c->local_as;
	s->retry.damped = false;
	log_info("peer %s: not as AS %u, so the next is %u", s->name, sent->asn,
	    s->as_node ? c->node_as : c->local_as);
}

static bool
is_by_other_as(const struct session *s, const struct session_error *e)
{
	return e->code == ERR_OPEN && e->subcode == OPEN_PEER_AS &&
	    (e->received || s->config->remote_as_rule == REMOTE_AS_INTERNAL);
}

static void
on_failed(void *arg, struct conn *c, const struct session_error *e)
{
	struct session *s = arg;

	/* One of two: told only by counters, the session goes on. */
	if (c != s->winner && conn_is_live(session_other(s, c)))
		return;
	if (is_tcp_error(e) && !is_told(s, e))
		log_info("peer %s: %s", s->name, e->text);
	session_blame(s, e, !is_tcp_error(e));
	s->retry.damped = retry_is_damped_by(e->code);
	if (is_peer_full(e))
		s->retry.least = s->config->limit_restart != 0
		    ? s->config->limit_restart
		    : FULL_PAUSE;
	if (is_by_other_as(s, e))
		other_as(s, conn_open_sent(c));
	if (e->received && e->code == ERR_OPEN &&
	    e->subcode == OPEN_PARAMETER &&
	    agreed_may_go_plain(s->config, conn_open_sent(c))) {
		log_warn("peer %s: refuses capabilities, "
			 "going on without them for an hour",
		    s->name);
		s->plain_until = e->at + PLAIN_FOR;
		s->retry.damped = false;
	}
}

/* --- When to try again. --- */

void
session_arm(struct session *s, uint64_t at)
{
	if (at >= s->armed)
		return;
	s->armed = at;
	s->io->arm(s->io_arg, at);
}

struct retry_times
session_times(const struct session *s)
{
	return (struct retry_times){ s->config->connect_retry,
		s->config->retry_most };
}

static void
session_plan(struct session *s, uint64_t now)
{
	struct retry_times times = session_times(s);

	retry_plan(&s->retry, &times, s->rng, now);
	session_arm(s, s->retry.at);
}

void
session_begin(struct session *s, uint64_t now)
{
	enum fsm_event ev = s->config->passive ? EV_START_PASSIVE : EV_START;

	s->retry.damped = s->suspended = false;
	conn_event(s->conns[0], ev, now);
}

/* A conn has ended: if nothing goes on, see to it that something will. */
void
session_settle(struct session *s, uint64_t now)
{
	if (!s->started || s->suspended || session_state(s) >= STATE_OPENSENT)
		return;
	if (session_state(s) == STATE_IDLE && !s->retry.damped)
		conn_event(s->conns[0], EV_START_PASSIVE, now);
	if (s->retry.at != NEVER || (s->config->passive && !s->retry.damped))
		return;
	session_plan(s, now);
	s->retry.failures++;
}

static void
on_arm_retry(void *arg, const struct conn *c, uint64_t now)
{
	struct session *s = arg;

	session_plan(s, now);
	if (conn_state(c) == STATE_ACTIVE) /* the dial has failed */
		s->retry.failures++;
}

void
session_retry(struct session *s, uint64_t now)
{
	struct conn *c = first_conn(s);
	struct session_error late = { .at = now };

	s->retry.at = NEVER;
	if (conn_is_live(c))
		return; /* session_settle() when it ends */
	if (conn_state(c) == STATE_IDLE) {
		session_begin(s, now);
		return;
	}
	if (conn_state(c) == STATE_CONNECT) {
		s->retry.failures++;
		snprintf(late.text, sizeof(late.text), "connect timed out%s",
		    s->config->ao.n > 0               ? ", TCP-AO configured"
			: s->config->password == NULL ? ""
						      : ", MD5 configured");
		on_failed(s, c, &late);
	}
	conn_event(c, EV_RETRY, now);
}

/* --- Up and down. --- */

/* To the other one; nothing is said on one that has not sent its OPEN. */
static void
conn_lose(struct session *s, struct conn *c, uint64_t now)
{
	if (conn_state(c) == STATE_IDLE)
		return;
	if (conn_is_live(c)) {
		s->stats.collisions++;
		log_info("peer %s: collision, the %s connection goes", s->name,
		    conn_dialed(c) ? "dialed" : "accepted");
	}
	conn_stop(c, CEASE_COLLISION, NULL, now);
}

static void
session_up(struct session *s, struct conn *c, uint64_t now)
{
	const struct agreed *a = conn_agreed(c);

	s->winner = c;
	s->kept_until = 0;
	session_forgive(s);
	s->running = session_config_dup(s->config);
	retry_up(&s->retry);
	conn_lose(s, session_other(s, c), now);
	log_info("peer %s: established, AS %u, hold time %u s", s->name,
	    a->remote_as, a->hold_time);
	session_show(s, now);
	s->ops->up(s->arg, a);
	if (s->last_words != NULL)
		session_stop(s, CEASE_SHUTDOWN, s->last_words, now);
	else
		session_wake(s, now); /* there is a table, or an End-of-RIB */
}

/* After an error of the protocol it is likely to end the same way: that is damped. */
static void
session_await(struct session *s, uint64_t now)
{
	const struct restart_config *ours = &s->running->restart;
	const struct caps *agreed = &conn_agreed(s->winner)->caps;
	const struct caps_restart *theirs = &agreed->restart;
	bool keeps = theirs->family[FAMILY_V4] || theirs->family[FAMILY_V6];
	uint64_t until = now + ours->time * 1000u;

	if (!conn_ended_gracefully(s->winner))
		return;
	s->kept_until = until;
	if (agreed->long_lived.present)
		s->kept_until += ours->long_lived * UINT64_C(1000);
	if (!s->retry.damped)
		retry_await(
		    &s->retry, until, keeps ? now + theirs->time * 1000u : 0);
}

static void
session_down(struct session *s, uint64_t now)
{
	s->error.graceful = conn_ended_gracefully(s->winner);
	s->error.message = conn_last_words(s->winner);
	s->error.left = conn_was_left(s->winner);
	retry_down(&s->retry, now - s->since);
	session_await(s, now);
	s->winner = NULL;
	session_config_free(s->running);
	s->running = NULL;
	s->stats.flaps++;
	log_info("peer %s: down after %llu s", s->name,
	    (unsigned long long)(now - s->since) / 1000);
	s->ops->down(s->arg, &s->error);
	s->error.message = (struct rbuf){ 0 };
	s->error.left = false;
}

/* What waited for that one goes on. */
static void
session_one_less(struct session *s, const struct conn *c, uint64_t now)
{
	if (s->started)
		conn_go_on(session_other(s, c), now);
	session_settle(s, now);
}

static void
on_moved(void *arg, struct conn *c, enum fsm_state was, uint64_t now)
{
	struct session *s = arg;

	if (was == STATE_ESTABLISHED)
		session_down(s, now);
	/*
	 * RFC 4271 8.2.2: TCP is there, the dial is over. What fails from now on is a
	 * failure of its own, and plans its own pause. One that the peer opened leaves
	 * our pause as it is, or a peer that comes and goes would keep us from dialing.
	 */
	if (conn_state(c) == STATE_OPENSENT && conn_dialed(c))
		s->retry.at = NEVER;
	if (conn_state(c) == STATE_ESTABLISHED)
		session_up(s, c, now);
	else if (conn_state(c) == STATE_IDLE)
		session_one_less(s, c, now);
	session_show(s, now);
}

bool
session_keeps_ours(const struct session *s)
{
	return s->winner != NULL && agreed_keeps_ours(conn_agreed(s->winner));
}

/* --- Collision. --- */

/* The peer has come again, as it does after a restart. */
static bool
has_restarted(const struct session *s, const struct conn *c, uint64_t now)
{
	return session_keeps_ours(s) && c != s->winner &&
	    collision_is_restart(conn_dialed(c), now - s->since);
}

/* An OPEN has come on c, which may be one too many. */
static void
on_opened(void *arg, struct conn *c, uint64_t now)
{
	struct session *s = arg;
	struct conn *other = session_other(s, c);

	if (has_restarted(s, c, now)) {
		struct session_error e = { .at = now };

		snprintf(e.text, sizeof(e.text), "the peer has restarted");
		log_info("peer %s: %s", s->name, e.text);
		session_blame(s, &e, false);
		conn_leave(other, CEASE_COLLISION, NULL, now);
		return;
	}

	enum collision who = collision_pick(conn_state(other), conn_dialed(c),
	    collision_ours_survives(s->config->router_id, conn_agreed(c)));

	if (who == COLLISION_WAIT || who == COLLISION_PEER_PICKS) {
		conn_hold(c, who == COLLISION_PEER_PICKS);
		s->wait_until = now + WAIT_FOR;
		session_arm(s, s->wait_until);
	} else if (who != COLLISION_NONE) {
		conn_lose(s, who == COLLISION_THIS_GOES ? c : other, now);
	}
}

struct conn *
session_accept(struct session *s, const struct addr *local,
    const struct addr *remote, uint64_t now)
{
	struct conn *c = NULL;

	for (unsigned i = 0; i < CONNS && s->started && !s->retry.damped; i++) {
		struct conn *slot = s->conns[i];

		/* The peer gave up an earlier one, and we don't know it yet. */
		if (conn_state(slot) == STATE_OPENSENT && !conn_dialed(slot))
			conn_lose(s, slot, now);
		if (conn_state(slot) == STATE_IDLE && c == NULL)
			c = slot;
		if (conn_state(slot) == STATE_ACTIVE)
			c = slot;
	}
	if (c == NULL) {
		s->stats.turned_away++;
		return NULL;
	}
	if (conn_state(c) == STATE_IDLE)
		conn_event(c, EV_START_PASSIVE, now);
	conn_tcp_up(c, false, local, remote, now);
	return conn_is_live(c) ? c : NULL;
}

/* --- What a conn asks for, and passes on. --- */

static void
on_arm(void *arg, uint64_t at)
{
	session_arm(arg, at);
}

static struct bgp_open
on_offer(void *arg, uint64_t now)
{
	struct session *s = arg;
	struct bgp_open open = agreed_offer(s->config, now < s->plain_until);

	if (s->as_node)
		agreed_offer_node_as(&open, s->config);
	agreed_offer_state(&open, s->restarting, s->forwarding);
	return open;
}

static bool
on_agree(void *arg, const struct bgp_open *ours, const struct bgp_open *theirs,
    struct agreed *a, struct bgp_err *err)
{
	struct session *s = arg;

	if (agreed_make(a, s->config, ours, theirs, err))
		return true;
	if (err->code == ERR_OPEN && err->subcode == OPEN_PEER_AS) {
		snprintf(s->wrong_as, sizeof(s->wrong_as),
		    "OPEN: AS %u is not the one configured", theirs->asn);
		err->what = s->wrong_as;
	}
	return false;
}

static bool
on_next(void *arg, struct rbuf *msg)
{
	struct session *s = arg;

	return s->ops->next(s->arg, msg);
}

static void
on_update(void *arg, const struct update *u, enum upd_verdict verdict)
{
	struct session *s = arg;

	s->ops->update(s->arg, u, verdict);
}

static void
on_refresh(void *arg, const struct refresh *refresh)
{
	struct session *s = arg;

	s->ops->refresh(s->arg, refresh);
}

static const struct conn_ops conn_ops = {
	.arm = on_arm,
	.arm_retry = on_arm_retry,
	.offer = on_offer,
	.agree = on_agree,
	.next = on_next,
	.opened = on_opened,
	.failed = on_failed,
	.moved = on_moved,
	.update = on_update,
	.refresh = on_refresh,
};

/* --- Links. --- */

static void
mute_conn(void *arg, struct conn *c)
{
	(void)arg;
	(void)c;
}

static void
mute_watch(void *arg, struct conn *c, uint16_t seconds)
{
	(void)arg;
	(void)c;
	(void)seconds;
}

static void
mute_arm(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
mute_configured(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
}

static const struct session_io mute_io = {
	.tcp = { mute_conn, mute_conn, mute_conn, mute_watch },
	.arm = mute_arm,
	.configured = mute_configured,
};

static void
session_arm_all(struct session *s)
{
	s->armed = NEVER;
	for (unsigned i = 0; i < CONNS; i++)
		session_arm(s, conn_due(s->conns[i]));
	session_arm(s, s->retry.at);
	session_arm(s, s->wait_until);
}

void
session_attach(struct session *s, const struct session_io *io, void *io_arg)
{
	s->io = io;
	s->io_arg = io_arg;
	for (unsigned i = 0; i < CONNS; i++)
		conn_attach(s->conns[i], &io->tcp, io_arg);
	session_arm_all(s);
}

void
session_detach(struct session *s)
{
	session_attach(s, &mute_io, NULL);
}

/* --- The owner's verbs. --- */

struct session *
session_new(const struct session_config *config, const struct session_ops *ops,
    void *arg, struct rng *rng, uint64_t now)
{
	struct session *s = xcalloc(1, sizeof(*s));

	s->ops = ops;
	s->arg = arg;
	s->rng = rng;
	s->name = xstrdup(config->name);
	s->config = session_config_dup(config);
	retry_clear(&s->retry);
	s->wait_until = NEVER;
	s->shown = STATE_IDLE;
	s->since = now;
	for (unsigned i = 0; i < CONNS; i++)
		s->conns[i] = conn_new(&conn_ops, s, s->name, &s->stats, rng);
	session_detach(s);
	return s;
}

void
session_rename(struct session *s, const char *name)
{
	free(s->name);
	s->name = xstrdup(name);
	for (size_t i = 0; i < sizeof(s->conns) / sizeof(s->conns[0]); i++)
		conn_rename(s->conns[i], s->name);
}

void
session_free(struct session *s)
{
	if (s == NULL)
		return;
	for (unsigned i = 0; i < CONNS; i++)
		conn_free(s->conns[i]);
	session_config_free(s->config);
	session_config_free(s->running);
	free(s->name);
	free(s);
}

void
session_wake(struct session *s, uint64_t now)
{
	if (s->winner != NULL)
		conn_wake(s->winner, now);
}

bool
session_refresh(struct session *s, enum family family, uint64_t now)
{
	return s->winner != NULL && conn_refresh(s->winner, family, now);
}

static void
session_wait_over(struct session *s, uint64_t now)
{
	s->wait_until = NEVER;
	for (unsigned i = 0; i < CONNS; i++)
		conn_go_on(s->conns[i], now);
}

void
session_tick(struct session *s, uint64_t now)
{
	s->armed = NEVER;
	for (unsigned i = 0; i < CONNS; i++)
		conn_tick(s->conns[i], now);
	if (now >= s->retry.at)
		session_retry(s, now);
	if (now >= s->wait_until)
		session_wait_over(s, now);
	session_arm_all(s);
	session_show(s, now);
}
