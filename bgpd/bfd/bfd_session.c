/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two things are due in a session: the next packet (send_at), and the end of the peer's
 * silence (detect_at). Both are moments, so that one look at them says all.
 *
 * Times are agreed as RFC 5880 6.8.3 says: min_tx and min_rx are what we say, tx_used
 * and rx_used what holds. A time that makes packets rarer holds only once the peer
 * knows it, which a poll finds out: P in each packet, until one with F comes. While a
 * session is not Up it says that it sends one packet a second.
 *
 * Before a restart the peer is told to bear a long silence (hold): by a great interval
 * and multiplier, as any session may change its times. The run that follows says Up
 * with the same discriminators and its own times (resume), and to the peer nothing but
 * times has changed. RFC 5882 4.3 would have AdminDown instead, at which FRR (8.4,
 * 10.3) and BIRD 2.0 end the BGP session and take its routes away.
 *
 * What must go out at once (an answer to a poll, another state) is `prompt`. Never are
 * two packets closer than BFD_GAP: a peer that polls in a flood gets an answer now and
 * then.
 */
#include "bgpd/bfd/bfd_session.h"

#include <string.h>

#include "bgpd/bfd/bfd_fsm.h"

static uint32_t
greater(uint32_t a, uint32_t b)
{
	return a > b ? a : b;
}

uint32_t
bfd_session_tx(const struct bfd_session *s)
{
	/* 6.8.7: the peer wants none, or none but answers to polls. */
	if (s->remote_min_rx == 0 ||
	    (s->remote_demand && s->state == BFD_UP &&
		s->remote_state == BFD_UP && !s->poll))
		return 0;
	return greater(s->tx_used, s->remote_min_rx);
}

uint64_t
bfd_session_detect(const struct bfd_session *s)
{
	/* 6.8.4 */
	return (uint64_t)s->remote_mult * greater(s->rx_used, s->remote_min_tx);
}

/* 6.8.7: between 75 % and 100 %; below 90 % where one lost packet is too many. */
static uint64_t
jittered(const struct bfd_session *s, struct rng *rng, uint64_t interval)
{
	uint64_t most = s->config.mult == 1 ? 15 : 25; /* percent */
	uint64_t least = s->config.mult == 1 ? 10 : 0;

	return interval -
	    (interval * least + interval * rng_below(rng, 1024) * most / 1024) /
	    100;
}

/* No sooner than BFD_GAP behind the last one, no later than it is. */
static void
send_soon(struct bfd_session *s, uint64_t now)
{
	uint64_t at = s->sent_at + BFD_GAP;

	s->prompt = true;
	if (at < now)
		at = now;
	if (at < s->send_at)
		s->send_at = at;
}

/* The times that it would say now; what is another one starts a poll. */
static void
times_update(struct bfd_session *s)
{
	uint32_t tx = s->config.tx_ms * 1000, rx = s->config.rx_ms * 1000;

	if (s->state != BFD_UP)
		tx = greater(tx, BFD_SLOW);
	if (tx == s->min_tx && rx == s->min_rx)
		return;
	s->poll = s->yours != 0 && s->state != BFD_ADMIN_DOWN;
	s->min_tx = tx;
	s->min_rx = rx;
	/* 6.8.3: what makes packets rarer waits for the peer to know it. */
	if (tx < s->tx_used || s->state != BFD_UP || !s->poll)
		s->tx_used = tx;
	if (rx > s->rx_used || s->state != BFD_UP || !s->poll)
		s->rx_used = rx;
}

static void
poll_end(struct bfd_session *s)
{
	s->poll = false;
	s->tx_used = s->min_tx;
	s->rx_used = s->min_rx;
}

static bool
event(struct bfd_session *s, enum bfd_event ev, uint64_t now)
{
	struct bfd_step step = bfd_fsm_next(s->state, ev);

	if (step.next == s->state)
		return false;
	if (s->state == BFD_UP && !s->resumed) {
		s->flaps++;
		s->last_down = step.diag;
	}
	s->resumed = false;
	s->state = step.next;
	s->diag = step.diag;
	s->since = now;
	times_update(s);
	send_soon(s, now); /* 6.8.7: the packet is another one now */
	return true;
}

void
bfd_session_init(struct bfd_session *s, const struct bfd_config *config,
    uint32_t discriminator, uint64_t now)
{
	*s = (struct bfd_session){
		.config = *config,
		.state = BFD_DOWN,
		.mine = discriminator,
		.remote_state = BFD_DOWN,
		.remote_min_rx = 1, /* 6.8.1 */
		.send_at = now,
		.detect_at = BFD_NEVER,
		.since = now,
	};
	times_update(s);
}

void
bfd_session_change(
    struct bfd_session *s, const struct bfd_config *config, uint64_t now)
{
	bool told = s->config.mult != config->mult;

	s->config = *config;
	times_update(s);
	if (told || s->poll)
		send_soon(s, now);
}

void
bfd_session_leave(struct bfd_session *s, uint64_t now)
{
	event(s, BFD_EV_DISABLE, now);
	s->leaving = true;
	s->last = BFD_LAST;
	s->poll = false;
	s->detect_at = BFD_NEVER;
	s->send_at = now; /* whatever went out just before */
}

bool
bfd_session_is_gone(const struct bfd_session *s)
{
	return s->leaving && s->last == 0;
}

bool
bfd_session_hold(struct bfd_session *s, uint64_t now)
{
	if (s->state != BFD_UP || s->yours == 0)
		return false;
	s->held = true;
	s->config.mult = UINT8_MAX;
	s->min_tx = BFD_HOLD / UINT8_MAX * 1000;
	s->poll = true;
	s->last = BFD_LAST;
	s->detect_at = BFD_NEVER;
	s->send_at = now;
	return true;
}

void
bfd_session_resume(
    struct bfd_session *s, const struct bfd_kept *kept, uint64_t now)
{
	s->state = s->remote_state = BFD_UP;
	s->mine = kept->mine;
	s->yours = kept->yours;
	s->resumed = true;
	s->detect_at = now + BFD_RESUME;
	times_update(s);
	s->poll = true; /* also where these are the times of before */
}

/* 6.8.3: if the peer wants packets closer together than it did, or any at all. */
static void
send_sooner(struct bfd_session *s, uint32_t was, uint64_t now)
{
	uint32_t tx = bfd_session_tx(s);
	uint64_t at = s->sent_at + tx > now ? s->sent_at + tx : now;

	if (tx != 0 && (was == 0 || tx < was) && at < s->send_at)
		s->send_at = at;
}

/* Also before it is Up: so is the discriminator of a peer that went forgotten. */
static void
heard(struct bfd_session *s, uint64_t now)
{
	s->heard_at = now;
	s->detect_at = now + bfd_session_detect(s);
}

bool
bfd_session_receive(
    struct bfd_session *s, const struct bfd_packet *p, uint64_t now)
{
	uint32_t was = bfd_session_tx(s);
	bool moved;

	if (s->state == BFD_ADMIN_DOWN || s->held)
		return false;
	s->received++;
	s->refused_row = 0;
	s->resumed = s->resumed && p->state != BFD_UP;
	s->yours = p->mine;
	s->remote_state = p->state;
	s->remote_diag = p->diag;
	s->remote_mult = p->mult;
	s->remote_demand = p->demand;
	s->remote_min_tx = p->min_tx;
	s->remote_min_rx = p->min_rx;
	if (p->final && s->poll)
		poll_end(s);
	moved = event(s, (enum bfd_event)p->state, now);
	heard(s, now);
	if (p->poll) {
		s->final = true;
		send_soon(s, now);
	}
	send_sooner(s, was, now);
	return moved;
}

bool
bfd_session_expire(struct bfd_session *s, uint64_t now)
{
	uint32_t was = bfd_session_tx(s);

	if (now < s->detect_at)
		return false;
	s->detect_at = BFD_NEVER;
	s->yours = 0; /* 6.8.1 */
	s->poll = false;
	s->remote_demand = false;
	s->remote_state = BFD_DOWN;
	s->remote_min_rx = 1; /* whoever comes instead may want them */
	send_sooner(s, was, now);
	return event(s, BFD_EV_EXPIRED, now);
}

bool
bfd_session_output(
    struct bfd_session *s, struct bfd_packet *p, struct rng *rng, uint64_t now)
{
	uint32_t interval = bfd_session_tx(s);

	if (now < s->send_at || bfd_session_is_gone(s))
		return false;
	/* It was due by itself, and since then the peer wants none. */
	if (interval == 0 && !s->prompt && s->last == 0) {
		s->send_at = BFD_NEVER;
		return false;
	}
	*p = (struct bfd_packet){
		.diag = s->diag,
		.state = s->state,
		.poll = s->poll && !s->final, /* 6.5: never both */
		.final = s->final,
		.mult = s->config.mult,
		.mine = s->mine,
		.yours = s->yours,
		.min_tx = s->min_tx,
		.min_rx = s->min_rx,
	};
	s->final = s->prompt = false;
	s->sent++;
	s->sent_at = now;
	s->send_at =
	    interval == 0 ? BFD_NEVER : now + jittered(s, rng, interval);
	if (s->last > 0 && --s->last > 0)
		s->send_at = now + BFD_GAP;
	else if (s->held)
		s->send_at = BFD_NEVER;
	return true;
}

uint64_t
bfd_session_due(const struct bfd_session *s)
{
	if (bfd_session_is_gone(s))
		return BFD_NEVER;
	return s->send_at < s->detect_at ? s->send_at : s->detect_at;
}

void
bfd_session_view(const struct bfd_session *s, struct bfd_view *v)
{
	uint64_t detect = bfd_session_detect(s);

	*v = (struct bfd_view){
		.known = true,
		.config = s->config,
		.state = s->state,
		.diag = s->diag,
		.last_down = s->last_down,
		.mine = s->mine,
		.yours = s->yours,
		.remote_state = s->remote_state,
		.remote_diag = s->remote_diag,
		.remote_mult = s->remote_mult,
		.remote_min_tx = s->remote_min_tx,
		.remote_min_rx = s->remote_min_rx,
		.tx_us = bfd_session_tx(s),
		.detect_us =
		    detect > UINT32_MAX ? UINT32_MAX : (uint32_t)detect,
		.poll = s->poll,
		.since = s->since / 1000,
		.sent = s->sent,
		.received = s->received,
		.flaps = s->flaps,
		.refused = s->refused,
		.refused_row = s->refused_row,
		.refused_at = s->refused_at / 1000,
	};
	memcpy(v->refusal, s->refusal, sizeof(v->refusal));
}
