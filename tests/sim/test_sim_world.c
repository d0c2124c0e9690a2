/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of a virtual cluster: nodes, routers and objects through random edits and
 * faults, with promises judged after every event; then peace, in which all must come
 * up. And fewer histories of restarts, drains and edits that people plan, in which no
 * packet may be lost. And nodes that die where BFD watches them.
 *
 * Some histories have more, each by numbers of its own, so that the others are as they
 * would be without: BFD (bfd_promises.h), BGPFilters (policies.h), routes that routers
 * teach (taught.h), sessions among the nodes (meshes.h), few announcers (limited.h).
 *
 * LBBGP_SEEDS=N runs N of them, LBBGP_SEED=S begins with that seed. One that breaks a
 * promise is shrunk and played aloud.
 */
#include <stdio.h>
#include <time.h>

#include "common/log.h"
#include "tests/sim/bfd_host.h"
#include "tests/sim/daemon.h"
#include "tests/sim/faults.h"
#include "tests/sim/limited.h"
#include "tests/sim/plane.h"
#include "tests/sim/promises.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"
#include "tests/test.h"

enum {
	SEEDS = 30,
	STEPS = 24,
	PLANNED = 8, /* one history of these for so many others */
};

struct outcome {
	uint64_t hash, ms, events;
	double lost[PLANE_CAUSES]; /* ms of one address at one router */
	bool broken;
};

struct sum {
	struct outcome all;
	bool planned;
};

static bool aloud_now;

static void
on_log(enum log_level level, const char *text)
{
	(void)level;
	if (aloud_now)
		fprintf(stderr, "    %s\n", text);
}

static void
rest(struct history *h)
{
	scene_heal(h);
	world_run(h->w, h->w->now + PROMISES_UP_IN);
	promises_judge_rest(h);
	if (h->planned)
		return;
	h->at_rest = true;
	world_run(h->w, h->w->now + PROMISES_STAY);
	promises_judge_rest(h);
	promises_judge_counts(h);
	limited_judge_leaving(h);
}

/* Every other history begins with a calm. */
static void
begin(struct history *h, uint64_t seed)
{
	if (seed % 2 == 0 && !h->planned)
		return;
	world_run(h->w, h->w->now + PROMISES_FIRST_IN);
	promises_judge_rest(h);
	plane_forbid_loss(h->plane, h->planned);
}

static struct outcome
play(const struct script *script, bool aloud, bool planned)
{
	struct history *h = scene_new(script->seed, aloud, planned);
	uint64_t start = h->w->now;

	aloud_now = aloud;
	log_set_level(aloud ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
	begin(h, script->seed);
	script_play(script, h, &h->rng, h->w->complaint, aloud);
	if (h->w->complaint[0] == '\0')
		rest(h);
	struct outcome out = { h->w->hash, h->w->now - start, h->w->events,
		.broken = h->w->complaint[0] != '\0' };

	for (enum plane_cause c = 0; c < PLANE_CAUSES; c++)
		out.lost[c] = plane_lost(h->plane, c);

	if (aloud)
		print_error("%s\n", h->w->complaint);
	scene_free(h);
	return out;
}

static bool
breaks(const struct script *script, bool aloud, void *arg)
{
	struct sum *sum = arg;
	struct outcome out = play(script, aloud, sum->planned);

	sum->all.hash ^= out.hash;
	sum->all.ms += out.ms;
	sum->all.events += out.events;
	for (enum plane_cause c = 0; c < PLANE_CAUSES; c++)
		sum->all.lost[c] += out.lost[c];
	return out.broken;
}

static void
hold(bool planned)
{
	struct sum sum = { .planned = planned };
	const struct histories all = { .kinds = planned ? planned_kinds
							: fault_kinds,
		.count = SEEDS,
		.steps = STEPS,
		.variable = "LBBGP_SEEDS",
		.share = planned ? PLANNED : 0,
		.breaks = breaks,
		.arg = &sum };
	clock_t began = clock();

	log_set_sink(on_log);
	histories_hold(&all);
	log_set_sink(NULL);
	double hours = (double)sum.all.ms / 3600000;
	double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;

	print_message("# %.1f virtual hours, %llu events, %.1f s of CPU: "
		      "%.0f virtual hours a second; trace %016llx; lost %.0f s "
		      "for want of a route, %.0f s of a way, %.0f s of a "
		      "service\n",
	    hours, (unsigned long long)sum.all.events, seconds, hours / seconds,
	    (unsigned long long)sum.all.hash,
	    sum.all.lost[LOST_NO_ROUTE] / 1000, sum.all.lost[LOST_WAY] / 1000,
	    sum.all.lost[LOST_NO_SERVICE] / 1000);
}

TEST(promises_are_kept)
{
	hold(false);
}

TEST(what_is_planned_loses_no_packet)
{
	hold(true);
}

/* us of silence that the router bears of node 0; 0: it has no BFD with that. */
static uint32_t
detection(const struct history *h, unsigned router)
{
	const struct addr *from = vhost_addr_to(
	    daemon_host(h->nodes[0]), scene_router_addr(h, router));
	struct bfd_view v = { 0 };

	if (h->bfd != NULL)
		bfd_host_look(router_bfd(h->routers[router]), from, &v);
	return v.state == BFD_UP ? v.detect_us : 0;
}

/* ms from now on; most: it is still there then. */
static unsigned
routes_last(struct history *h, unsigned router, unsigned most)
{
	unsigned ms = 0;

	while (ms < most && router_routes(h->routers[router], 0) != 0) {
		world_run(h->w, h->w->now + 1);
		ms++;
	}
	return ms;
}

TEST(a_death_costs_the_detection_time)
{
	enum { DEATHS = 60, HEARD_IN = 1020 /* ms, by who is slow at it */ };
	unsigned deaths = 0;
	uint64_t detect = 0, lasted = 0;

	log_set_sink(on_log);
	for (uint64_t seed = 1; deaths < DEATHS; seed++) {
		struct history *h = scene_new(seed, false, false);

		world_run(h->w, h->w->now + PROMISES_FIRST_IN + seed % 300);
		uint32_t ms = detection(h, 0) / 1000;

		if (ms > 0 && router_routes(h->routers[0], 0) != 0) {
			daemon_lose_power(h->nodes[0]);
			unsigned most = ms + HEARD_IN;
			unsigned took = routes_last(h, 0, most);

			assert_true(took < most);
			detect += ms;
			lasted += took;
			deaths++;
		}
		assert_string_equal(h->w->complaint, "");
		scene_free(h);
	}
	log_set_sink(NULL);
	print_message("# %u deaths: detection time %llu ms, routes gone after "
		      "%llu ms, on average\n",
	    deaths, (unsigned long long)detect / deaths,
	    (unsigned long long)lasted / deaths);
}

static struct outcome
play_seed(uint64_t seed)
{
	const struct histories all = { .kinds = fault_kinds, .steps = STEPS };
	struct script script;

	script_make(&all, &script, seed);
	return play(&script, false, false);
}

TEST(one_seed_is_one_trace)
{
	log_set_sink(on_log);
	for (uint64_t seed = 1000; seed < 1005; seed++) {
		struct outcome a = play_seed(seed), b = play_seed(seed);

		assert_true(a.hash == b.hash);
		assert_true(a.events == b.events);
	}
	assert_true(play_seed(1).hash != play_seed(2).hash);
	log_set_sink(NULL);
}

/*
 * What histories have found, for as long as nothing that is drawn before it is another.
 */
static const struct {
	uint64_t seed;
	const char *found;
} found[] = {
	{ 171, "a reflector keeps what who was its client gave" },
	{ 141, "who leaves before anything is listed leaves routes behind" },
	{ 1585, "a route of an earlier run to what is the node's own by now" },
};

TEST(what_was_found_is_mended)
{
	log_set_sink(on_log);
	for (size_t i = 0; i < sizeof(found) / sizeof(found[0]); i++)
		if (play_seed(found[i].seed).broken)
			fail_msg("LBBGP_SEED=%llu: %s",
			    (unsigned long long)found[i].seed, found[i].found);
	log_set_sink(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_are_kept),
		cmocka_unit_test(what_is_planned_loses_no_packet),
		cmocka_unit_test(a_death_costs_the_detection_time),
		cmocka_unit_test(one_seed_is_one_trace),
		cmocka_unit_test(what_was_found_is_mended),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
