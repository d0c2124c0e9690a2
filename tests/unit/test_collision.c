/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two sessions that face each other over a virtual wire with delays of its own
 * for every dial, every accept and every piece of data: whatever the order,
 * they end up on one and the same connection, and no session that was up falls
 * (RFC 4271 6.8).
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/conn.h"
#include "bgpd/session/session.h"
#include "common/log.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/quiet_session.h"

enum { SEEDS = 3000, TCPS = 64, EVENTS = 256, PIECE = 512, SIDES = 2 };

struct world;

struct side {
	struct world *world;
	struct session *session;
	struct addr addr;
	uint64_t tick_at;
	unsigned ups, downs;
	unsigned mean; /* ms a piece of news takes to get here */
};

struct tcp {
	struct conn *end[SIDES]; /* NULL: not there yet, or closed */
	bool closed[SIDES];
	uint64_t last[SIDES]; /* arrival of the latest, so that order is kept */
	int dialer;
};

enum kind { CONNECTED, ACCEPTED, BYTES, END };

struct event {
	uint64_t at;
	enum kind kind;
	int side; /* whom it reaches */
	unsigned tcp;
	size_t n;
	uint8_t bytes[PIECE];
};

struct world {
	struct side sides[SIDES];
	struct tcp tcps[TCPS];
	unsigned tcp_count;
	struct event events[EVENTS];
	unsigned event_count;
	struct rng rng;
	uint64_t now;
};

/* Pieces for one side of one connection arrive in the order they were sent. */
static struct event *
event_new(struct world *w, enum kind kind, int side, unsigned tcp)
{
	struct tcp *t = &w->tcps[tcp];
	uint64_t at = w->now + rng_below(&w->rng, w->sides[side].mean * 2 + 1);

	assert_true(w->event_count < EVENTS);
	struct event *e = &w->events[w->event_count++];

	if (at < t->last[side])
		at = t->last[side];
	t->last[side] = at;
	*e = (struct event){ .at = at, .kind = kind, .side = side, .tcp = tcp };
	return e;
}

static int
side_index(const struct side *s)
{
	return s == &s->world->sides[0] ? 0 : 1;
}

static struct tcp *
tcp_of(struct side *s, const struct conn *c)
{
	struct world *w = s->world;

	for (unsigned i = 0; i < w->tcp_count; i++)
		if (w->tcps[i].end[side_index(s)] == c)
			return &w->tcps[i];
	return NULL;
}

static void
pump(struct side *s, struct conn *c)
{
	struct tcp *t = tcp_of(s, c);
	struct rbuf bytes;

	while (t != NULL && conn_output(c, &bytes)) {
		struct event *e = event_new(s->world, BYTES, !side_index(s),
		    (unsigned)(t - s->world->tcps));

		assert_true(bytes.left <= PIECE);
		memcpy(e->bytes, bytes.p, bytes.left);
		e->n = bytes.left;
	}
}

static void
on_connect(void *arg, struct conn *c)
{
	struct side *s = arg;
	struct world *w = s->world;
	int me = side_index(s);
	unsigned i = w->tcp_count++;

	assert_true(i < TCPS);
	w->tcps[i] = (struct tcp){ .dialer = me };
	w->tcps[i].end[me] = c;
	event_new(w, CONNECTED, me, i);
	event_new(w, ACCEPTED, !me, i);
}

static void
on_close(void *arg, struct conn *c)
{
	struct side *s = arg;
	struct tcp *t = tcp_of(s, c);

	if (t == NULL)
		return;
	pump(s, c);
	t->end[side_index(s)] = NULL;
	t->closed[side_index(s)] = true;
	event_new(
	    s->world, END, !side_index(s), (unsigned)(t - s->world->tcps));
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	(void)arg;
	(void)c;
	(void)seconds;
}

static void
on_want_write(void *arg, struct conn *c)
{
	(void)arg;
	(void)c; /* pump() comes by after each event */
}

static void
on_arm(void *arg, uint64_t at)
{
	struct side *s = arg;

	s->tick_at = at;
}

static void
on_configured(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
}

static const struct session_io io = {
	.tcp = { on_connect, on_close, on_want_write, on_watch },
	.arm = on_arm,
	.configured = on_configured,
};

static void
on_up(void *arg, const struct agreed *a)
{
	struct side *s = arg;

	(void)a;
	s->ups++;
}

static void
on_down(void *arg, const struct session_error *why)
{
	struct side *s = arg;

	(void)why;
	s->downs++;
}

static const struct session_ops ops = {
	.up = on_up,
	.down = on_down,
	.next = quiet_next,
	.changed = quiet_changed,
};

static void
take(struct world *w, const struct event *e)
{
	struct side *s = &w->sides[e->side];
	struct tcp *t = &w->tcps[e->tcp];
	struct conn *c = t->end[e->side];

	if (e->kind == ACCEPTED) {
		c = session_accept(
		    s->session, &s->addr, &w->sides[!e->side].addr, w->now);
		t->end[e->side] = c;
		t->closed[e->side] = c == NULL;
		if (c == NULL)
			event_new(w, END, !e->side, e->tcp);
	} else if (c == NULL) {
		return;
	} else if (e->kind == CONNECTED) {
		conn_tcp_up(
		    c, true, &s->addr, &w->sides[!e->side].addr, w->now);
	} else if (e->kind == BYTES) {
		assert_int_equal(conn_input(c, e->bytes, e->n, w->now), e->n);
	} else {
		conn_tcp_down(c, "closed by the peer", w->now);
	}
}

static uint64_t
next_time(const struct world *w, unsigned *which)
{
	uint64_t at = NEVER;

	*which = EVENTS;
	for (unsigned i = 0; i < w->event_count; i++) {
		if (w->events[i].at < at) {
			at = w->events[i].at;
			*which = i;
		}
	}
	for (unsigned i = 0; i < SIDES; i++) {
		if (w->sides[i].tick_at < at) {
			at = w->sides[i].tick_at;
			*which = EVENTS + i;
		}
	}
	return at;
}

/* Earlier events stand first, so that equal times keep their order. */
static void
step(struct world *w, unsigned which)
{
	if (which >= EVENTS) {
		struct side *s = &w->sides[which - EVENTS];

		s->tick_at = NEVER;
		session_tick(s->session, w->now);
	} else {
		struct event e = w->events[which];

		w->event_count--;
		memmove(&w->events[which], &w->events[which + 1],
		    (w->event_count - which) * sizeof(e));
		take(w, &e);
	}
	for (unsigned i = 0; i < w->tcp_count; i++)
		for (unsigned side = 0; side < SIDES; side++)
			if (w->tcps[i].end[side] != NULL)
				pump(&w->sides[side], w->tcps[i].end[side]);
}

static void
run(struct world *w, uint64_t ms)
{
	uint64_t until = w->now + ms;
	unsigned which;

	while (next_time(w, &which) <= until) {
		uint64_t at = next_time(w, &which);

		if (at > w->now)
			w->now = at;
		step(w, which);
	}
	w->now = until;
}

static void
side_init(struct world *w, unsigned i)
{
	struct side *s = &w->sides[i];
	struct session_config config = {
		.name = i == 0 ? "b" : "a",
		.local_as = 65001 + i,
		.remote_as = 65002 - i,
		.router_id = 1 + rng_below(&w->rng, 3), /* some are equal */
		.hold_time = 9,
		.connect_retry = 1,
		.families = { [FAMILY_V4] = true },
	};

	s->world = w;
	s->addr = addr_v4(0xc0000201 + i);
	s->tick_at = NEVER;
	s->mean = rng_below(&w->rng, 30);
	config.remote = addr_v4(0xc0000202 - i);
	s->session = session_new(&config, &ops, s, &w->rng, w->now);
	session_attach(s->session, &io, s);
}

static struct world *
world_new(uint64_t seed)
{
	struct world *w = calloc(1, sizeof(*w));

	rng_init(&w->rng, seed);
	w->now = 1000;
	for (unsigned i = 0; i < SIDES; i++)
		side_init(w, i);
	return w;
}

static void
world_free(struct world *w)
{
	for (unsigned i = 0; i < SIDES; i++)
		session_free(w->sides[i].session);
	free(w);
}

/* Starts both, the second one within 60 ms of the first. */
static void
start_both(struct world *w)
{
	unsigned first = rng_below(&w->rng, SIDES);

	session_start(w->sides[first].session, w->now);
	run(w, rng_below(&w->rng, 60));
	session_start(w->sides[!first].session, w->now);
}

static void
assert_one_connection(struct world *w, uint64_t seed)
{
	unsigned open = 0;

	for (unsigned i = 0; i < w->tcp_count; i++) {
		struct tcp *t = &w->tcps[i];

		if (t->end[0] == NULL && t->end[1] == NULL)
			continue;
		open++;
		assert_non_null(t->end[0]);
		assert_non_null(t->end[1]);
	}
	if (open != 1)
		print_error(
		    "seed %llu: %u open\n", (unsigned long long)seed, open);
	assert_int_equal(open, 1);
	for (unsigned i = 0; i < SIDES; i++)
		assert_int_equal(
		    session_state(w->sides[i].session), STATE_ESTABLISHED);
}

TEST(both_dial_and_one_connection_survives_without_a_flap)
{
	for (uint64_t seed = 1; seed <= SEEDS; seed++) {
		struct world *w = world_new(seed);

		start_both(w);
		run(w, 5000);
		assert_one_connection(w, seed);
		for (unsigned i = 0; i < SIDES; i++) {
			if (w->sides[i].downs != 0)
				print_error("seed %llu: a flap\n",
				    (unsigned long long)seed);
			assert_int_equal(w->sides[i].ups, 1);
			assert_int_equal(w->sides[i].downs, 0);
		}
		run(w, 60000);
		assert_one_connection(w, seed);
		world_free(w);
	}
}

/* Cuts every connection there is, as a link does that goes away. */
static void
cut(struct world *w)
{
	for (unsigned i = 0; i < w->tcp_count; i++) {
		for (unsigned side = 0; side < SIDES; side++) {
			struct conn *c = w->tcps[i].end[side];

			if (c != NULL)
				conn_tcp_down(c, "cut", w->now);
		}
	}
}

TEST(after_any_cut_they_find_each_other_again)
{
	for (uint64_t seed = 1; seed <= SEEDS / 10; seed++) {
		struct world *w = world_new(seed);

		start_both(w);
		for (unsigned i = 0; i < 5; i++) {
			run(w, rng_below(&w->rng, 200));
			cut(w);
		}
		run(w, 70000);
		assert_one_connection(w, seed);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    both_dial_and_one_connection_survives_without_a_flap),
		cmocka_unit_test(after_any_cut_they_find_each_other_again),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("collision", tests, NULL, NULL);
}
