/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two to four virtual routers of one ID through random histories: frames are lost and
 * late, nodes cut off from each other one way or both, frozen, killed, started, told to
 * leave, given other priorities. When the link is whole again for as long as a master
 * is waited for, and an interval more, there is one master for good: of the highest
 * priority where all preempt, and of these, where they are several, one.
 *
 * LBBGP_SEEDS=N runs N histories, LBBGP_SEED=S begins with that seed.
 */
#include <stdio.h>

#include "bgpd/vrrp/vrrp_timers.h"
#include "common/log.h"
#include "tests/sim/vlink.h"
#include "tests/test.h"
#include "tests/unit/histories.h"

enum { SEEDS = 30, STEPS = 40, CALM_DELAY = 5, TROUBLE_DELAY = 300 };
enum { MOVES_SEEDS = 50, MOVES = 20 };

struct history {
	struct vlink *l;
	struct rng rng;
	unsigned nodes;
	struct vrrp_config configs[VLINK_NODES];
	bool left[VLINK_NODES];
	char complaint[128]; /* "": every promise is kept until now */
};

static unsigned
chance(struct history *h, unsigned n)
{
	return rng_below(&h->rng, n);
}

static struct vnode *
any(struct history *h)
{
	return &h->l->nodes[chance(h, h->nodes)];
}

static void
set(struct history *h, struct vnode *n)
{
	if (n->vrrp != NULL)
		vrrp_set(n->vrrp, "vip", &h->configs[n->id]);
}

static void
start(struct history *h, struct vnode *n)
{
	if (n->vrrp != NULL && !h->left[n->id])
		return;
	vnode_kill(n);
	vnode_start(n);
	h->left[n->id] = false;
	set(h, n);
}

/* ---- what may happen ---- */

static void
time_passes(struct history *h)
{
	vlink_run(h->l, chance(h, 3000));
}

static void
cut(struct history *h)
{
	unsigned a = chance(h, h->nodes), b = chance(h, h->nodes);

	h->l->cut[a][b] = true;
	h->l->cut[b][a] = chance(h, 2) == 0;
}

static void
mend(struct history *h)
{
	unsigned a = chance(h, h->nodes), b = chance(h, h->nodes);

	h->l->cut[a][b] = h->l->cut[b][a] = false;
}

static void
weather(struct history *h)
{
	h->l->loss = chance(h, 2) * chance(h, 700);
	h->l->delay = chance(h, TROUBLE_DELAY);
}

static void
freeze(struct history *h)
{
	any(h)->frozen = true;
}

static void
thaw(struct history *h)
{
	vnode_thaw(any(h));
}

static void
is_killed(struct history *h)
{
	vnode_kill(any(h));
}

static void
is_started(struct history *h)
{
	start(h, any(h));
}

static void
leaves(struct history *h)
{
	struct vnode *n = any(h);

	if (n->vrrp == NULL || n->frozen)
		return;
	vrrp_leave(n->vrrp);
	h->left[n->id] = true;
}

static void
priority_changes(struct history *h)
{
	struct vnode *n = any(h);

	h->configs[n->id].priority = (uint8_t)(1 + chance(h, 254));
	if (!n->frozen)
		set(h, n);
}

static void
health_changes(struct history *h)
{
	struct vnode *n = any(h);

	h->configs[n->id].fault =
	    h->configs[n->id].fault == NULL ? "a health check fails" : NULL;
	if (!n->frozen)
		set(h, n);
}

static void
link_changes(struct history *h)
{
	struct vnode *n = any(h);

	if (n->vrrp == NULL || n->frozen)
		return;
	n->eth[0].up = !n->eth[0].up;
	vnode_change(n);
}

static const struct step_kind kinds[] = {
	{ "time passes", 20, time_passes },
	{ "a cut", 3, cut },
	{ "a cut ends", 3, mend },
	{ "other weather", 2, weather },
	{ "one stands still", 2, freeze },
	{ "one goes on", 4, thaw },
	{ "one is killed", 2, is_killed },
	{ "one is started", 4, is_started },
	{ "one leaves", 1, leaves },
	{ "another priority", 2, priority_changes },
	{ "health changes", 1, health_changes },
	{ "a link goes down or up", 1, link_changes },
	{ 0 },
};

/* ---- what must hold ---- */

static void
heal(struct history *h)
{
	memset(h->l->cut, 0, sizeof(h->l->cut));
	h->l->loss = 0;
	h->l->delay = CALM_DELAY;
	for (unsigned i = 0; i < h->nodes; i++) {
		struct vnode *n = &h->l->nodes[i];

		h->configs[i].fault = NULL;
		vnode_thaw(n);
		start(h, n);
		n->eth[0].up = true;
		vnode_change(n);
		set(h, n);
	}
}

/* The longest that one may wait for another, and an interval of that. */
static uint64_t
patience(const struct history *h)
{
	uint32_t interval = 0;

	for (unsigned i = 0; i < h->nodes; i++)
		if (h->configs[i].interval > interval)
			interval = h->configs[i].interval;
	return vrrp_down_interval(h->configs[0].version, 1, interval) +
	    interval + 4 * CALM_DELAY;
}

static void
look(void *arg)
{
	struct history *h = arg;
	unsigned masters = 0;
	uint8_t best = 0, of_master = 0;
	bool all_preempt = true;

	for (unsigned i = 0; i < h->nodes; i++) {
		const struct vrrp_config *c = &h->configs[i];

		all_preempt &= c->preempt;
		best = c->priority > best ? c->priority : best;
		if (vnode_state(&h->l->nodes[i], "vip") != VRRP_MASTER)
			continue;
		masters++;
		of_master = c->priority;
	}
	if (masters != 1)
		snprintf(h->complaint, sizeof(h->complaint),
		    "%llu ms: %u masters", (unsigned long long)h->l->t,
		    masters);
	else if (all_preempt && of_master != best)
		snprintf(h->complaint, sizeof(h->complaint),
		    "the master has priority %u, the best %u", of_master, best);
}

static void
history_init(struct history *h, uint64_t seed)
{
	static const uint32_t intervals[] = { 100, 200, 1000, 2000 };

	rng_init(&h->rng, seed);
	h->nodes = 2 + chance(h, VLINK_NODES - 1);
	h->l = vlink_new(h->nodes, seed);

	bool v6 = chance(h, 2) == 0, v2 = !v6 && chance(h, 3) == 0;
	bool preempt = chance(h, 4) != 0;

	for (unsigned i = 0; i < h->nodes; i++) {
		uint8_t priority = (uint8_t)(1 + chance(h, 254));
		struct vrrp_config *c = &h->configs[i];

		*c = v6 ? vconfig_v6(priority) : vconfig(priority);
		c->version = v2 ? 2 : 3;
		c->interval = v2 ? 1000 : intervals[chance(h, 4)];
		c->preempt = preempt;
		start(h, &h->l->nodes[i]);
		set(h, &h->l->nodes[i]);
	}
}

static bool
breaks(const struct script *s, bool aloud, void *arg)
{
	struct history h = { 0 };

	(void)arg;
	history_init(&h, s->seed);
	script_play(s, &h, &h.rng, h.complaint, aloud);
	heal(&h);
	vlink_run(h.l, patience(&h));
	h.l->look = look;
	h.l->look_arg = &h;
	vlink_run(h.l, 10000);
	if (aloud)
		print_error("%s\n", h.complaint);
	vlink_free(h.l);
	return h.complaint[0] != '\0';
}

/* ---- planned moves ---- */

struct moves {
	struct history h;
	unsigned both; /* ms of a master beside one that yields */
	unsigned none; /* ms without an answer */
};

static void
look_at_move(void *arg)
{
	struct moves *m = arg;
	unsigned masters = 0, answer = 0;

	for (unsigned i = 0; i < m->h.nodes; i++) {
		enum vrrp_state s = vnode_state(&m->h.l->nodes[i], "vip");

		masters += s == VRRP_MASTER;
		answer += vrrp_has_addrs(s);
	}
	m->none += answer == 0;
	m->both += answer > 1;
	assert_true(masters <= 1);
}

static void
gives_up(struct history *h, struct vnode *n)
{
	h->configs[n->id].fault = "a health check fails";
	set(h, n);
}

static void
is_restarted(struct history *h, struct vnode *n)
{
	vrrp_leave(n->vrrp);
	while (!vrrp_is_idle(n->vrrp))
		vlink_run(h->l, 5);
	vnode_kill(n);
	vlink_run(h->l, chance(h, 500));
	vnode_start(n);
	set(h, n);
}

static void
gets_lower(struct history *h, struct vnode *n)
{
	h->configs[n->id].priority = (uint8_t)(1 + chance(h, 50));
	set(h, n);
}

/* Afterwards all are candidates again, and the best one of them is master. */
static void
move(struct moves *m)
{
	static void (*const kinds_of[])(struct history *,
	    struct vnode *) = { gives_up, is_restarted, gets_lower };
	struct history *h = &m->h;
	struct vnode *n = any(h);

	kinds_of[chance(h, 3)](h, n);
	vlink_run(h->l, patience(h));
	h->configs[n->id].fault = NULL;
	h->configs[n->id].priority = (uint8_t)(1 + chance(h, 254));
	set(h, n);
	vlink_run(h->l, 2 * patience(h));
}

/* Of intervals up to a second: a daemon that ends waits for no slower ones. */
TEST(planned_moves_leave_no_moment_without_an_answer)
{
	for (uint64_t seed = 1; seed <= MOVES_SEEDS; seed++) {
		struct moves m = { 0 };

		history_init(&m.h, seed);
		m.h.l->delay = 0; /* what is sent first arrives first */
		for (unsigned i = 0; i < m.h.nodes; i++) {
			m.h.configs[i].interval = m.h.configs[0].interval;
			if (m.h.configs[i].interval > 1000)
				m.h.configs[i].interval = 1000;
			set(&m.h, &m.h.l->nodes[i]);
		}
		vlink_run(m.h.l, 20000); /* they began with others */
		m.h.l->look = look_at_move;
		m.h.l->look_arg = &m;
		for (unsigned i = 0; i < MOVES; i++)
			move(&m);
		assert_int_equal(m.none, 0);
		assert_int_equal(m.both, 0);
		vlink_free(m.h.l);
	}
}

TEST(after_trouble_one_is_master)
{
	histories_hold(&(struct histories){ .kinds = kinds,
	    .count = SEEDS,
	    .steps = STEPS,
	    .variable = "LBBGP_SEEDS",
	    .breaks = breaks });
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(after_trouble_one_is_master),
		cmocka_unit_test(
		    planned_moves_leave_no_moment_without_an_answer),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("sim_vrrp", tests, NULL, NULL);
}
