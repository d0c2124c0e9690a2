/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of a virtual cluster: nodes, routers and objects through random edits and
 * faults, with promises judged after every event; then peace, in which all must come
 * up.
 *
 * LBBGP_SEEDS=N runs N of them, LBBGP_SEED=S begins with that seed. One that breaks a
 * promise is shrunk and played aloud.
 */
#include <stdio.h>
#include <time.h>

#include "common/log.h"
#include "tests/sim/faults.h"
#include "tests/sim/promises.h"
#include "tests/sim/scene.h"
#include "tests/sim/world.h"
#include "tests/test.h"

enum {
	SEEDS = 30,
	STEPS = 24,
};

struct outcome {
	uint64_t hash, ms, events;
	bool broken;
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
	h->at_rest = true;
	world_run(h->w, h->w->now + PROMISES_STAY);
	promises_judge_rest(h);
	promises_judge_counts(h);
}

/* Every other history begins with a calm. */
static void
begin(struct history *h, uint64_t seed)
{
	if (seed % 2 == 0)
		return;
	world_run(h->w, h->w->now + PROMISES_FIRST_IN);
	promises_judge_rest(h);
}

static struct outcome
play(const struct script *script, bool aloud)
{
	struct history *h = scene_new(script->seed, aloud);
	uint64_t start = h->w->now;

	aloud_now = aloud;
	log_set_level(aloud ? LOG_LEVEL_INFO : LOG_LEVEL_ERROR);
	begin(h, script->seed);
	script_play(script, h, &h->rng, h->w->complaint, aloud);
	if (h->w->complaint[0] == '\0')
		rest(h);
	struct outcome out = { h->w->hash, h->w->now - start, h->w->events,
		h->w->complaint[0] != '\0' };

	if (aloud)
		print_error("%s\n", h->w->complaint);
	scene_free(h);
	return out;
}

static bool
breaks(const struct script *script, bool aloud, void *arg)
{
	struct outcome out = play(script, aloud), *sum = arg;

	sum->hash ^= out.hash;
	sum->ms += out.ms;
	sum->events += out.events;
	return out.broken;
}

TEST(promises_are_kept)
{
	struct outcome sum = { 0 };
	const struct histories all = { .kinds = fault_kinds,
		.count = SEEDS,
		.steps = STEPS,
		.variable = "LBBGP_SEEDS",
		.breaks = breaks,
		.arg = &sum };
	clock_t began = clock();

	log_set_sink(on_log);
	histories_hold(&all);
	log_set_sink(NULL);
	double seconds = (double)(clock() - began) / CLOCKS_PER_SEC;

	print_message("# %.1f virtual hours, %llu events, %.1f s of CPU: "
		      "%.0f virtual hours a second; trace %016llx\n",
	    (double)sum.ms / 3600000, (unsigned long long)sum.events, seconds,
	    (double)sum.ms / 3600000 / seconds, (unsigned long long)sum.hash);
}

static struct outcome
play_seed(uint64_t seed)
{
	const struct histories all = { .kinds = fault_kinds, .steps = STEPS };
	struct script script;

	script_make(&all, &script, seed);
	return play(&script, false);
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

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(promises_are_kept),
		cmocka_unit_test(one_seed_is_one_trace),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
