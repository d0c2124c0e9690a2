/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two allocators of one cluster (ALLOCATOR.md 3): one decides, and whatever happens to
 * it, no two Services have one address and none changes.
 *
 * LBBGP_HISTORIES=N runs N random histories, LBBGP_SEED=S begins with that seed.
 */
#include "tests/unit/allocator_cases.h"

#include <stdlib.h>
#include <string.h>

#include "common/log.h"

enum { HISTORIES = 200, ROUNDS = 40, SERVICES = 12, HOUR = 3600000 };

static struct cluster *
pair_with_a_group(uint64_t seed)
{
	struct cluster *c = cluster_new_pair(seed);

	group(c, "pool", "10.0.0.0/24", "10.0.0.0/28");
	cluster_run(c, 3000);
	return c;
}

/* Leads by now; the other one is 1 - leader. */
static unsigned
leader_of(struct cluster *c)
{
	int leader = cluster_leader(c);

	assert_true(leader >= 0);
	return (unsigned)leader;
}

static void
one_of_two_writes(void **state)
{
	struct cluster *c = pair_with_a_group(1);

	(void)state;
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 1000);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_int_equal(cluster_writes(c), 1);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

static void
killed_leader_is_replaced_when_the_lease_ends(void **state)
{
	struct cluster *c = pair_with_a_group(2);
	unsigned leader = leader_of(c);

	(void)state;
	cluster_kill(c, leader);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 12000);
	assert_has(c, "web/shop", "");
	cluster_run(c, 4000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

static void
leader_that_ends_is_replaced_at_once(void **state)
{
	struct cluster *c = pair_with_a_group(3);
	unsigned leader = leader_of(c);

	(void)state;
	cluster_end(c, leader);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 1000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

static void
leader_ends_only_when_its_writes_have(void **state)
{
	struct cluster *c = pair_with_a_group(4);
	unsigned leader = leader_of(c);

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		char where[16];

		snprintf(where, sizeof(where), "web/%u", i);
		cluster_put(c, "Service", where, NULL);
		cluster_pair_step(c);
	}
	cluster_end(c, leader);
	cluster_run(c, 1000);
	assert_has(c, "web/0", "10.0.0.0");
	assert_has(c, "web/7", "10.0.0.7");
	assert_int_equal(cluster_writes(c), 8);
	cluster_free(c);
}

static void
paused_leader_changes_nothing_when_it_goes_on(void **state)
{
	struct cluster *c = pair_with_a_group(5);
	unsigned leader = leader_of(c);

	(void)state;
	cluster_set_away(c, leader, 30000);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 20000);
	assert_has(c, "web/shop", "10.0.0.0");
	unsigned writes = cluster_writes(c);

	cluster_run(c, 20000);
	assert_int_equal(cluster_writes(c), writes);
	assert_int_equal(leader_of(c), 1 - leader);
	cluster_free(c);
}

static void
leader_that_nobody_replaced_goes_on(void **state)
{
	struct cluster *c = pair_with_a_group(6);
	unsigned leader = leader_of(c);

	(void)state;
	cluster_set_away(c, 1 - leader, 90000);
	cluster_set_cut(c, leader, 30000);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 29000);
	assert_has(c, "web/shop", "");
	cluster_run(c, 10000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

static void
clock_set_by_an_hour_changes_nothing(void **state)
{
	struct cluster *c = pair_with_a_group(7);
	unsigned leader = leader_of(c);
	const int64_t steps[] = { HOUR, -HOUR, -HOUR, HOUR };

	(void)state;
	for (unsigned i = 0; i < 8; i++) {
		cluster_step_clock(c, i % 2, steps[i / 2]);
		cluster_run(c, 20000);
		assert_int_equal(leader_of(c), leader);
	}
	cluster_free(c);
}

static void
refused_group_is_told_of_by_the_next_leader(void **state)
{
	struct cluster *c = pair_with_a_group(8);
	unsigned leader = leader_of(c);

	(void)state;
	cluster_kill(c, leader);
	cluster_put(c, "ServiceGroup", "bad", "{'spec':{'pools':3}}");
	cluster_run(c, 20000);
	assert_string_equal(
	    cluster_last_event(c), "Refused: spec.pools: 3: not a list");
	cluster_free(c);
}

/* ---- random histories ---- */

static char *
name_of(unsigned i, char name[16])
{
	snprintf(name, 16, "web/%u", i);
	return name;
}

struct history {
	struct cluster *c;
	uint64_t seed;
	char had[SERVICES][32];
};

/* No two have one address; who had one has it still. */
static void
look(struct history *h)
{
	char name[16], now[SERVICES][32];

	for (unsigned i = 0; i < SERVICES; i++) {
		snprintf(now[i], sizeof(now[i]), "%s",
		    cluster_addresses(h->c, name_of(i, name)));
		for (unsigned j = 0; j < i; j++)
			if (now[i][0] != '\0' && strcmp(now[i], now[j]) == 0)
				fail_msg("LBBGP_SEED=%llu: %u and %u have %s",
				    (unsigned long long)h->seed, i, j, now[i]);
		if (h->had[i][0] != '\0' && strcmp(now[i], h->had[i]) != 0)
			fail_msg("LBBGP_SEED=%llu: %u had %s, has %s",
			    (unsigned long long)h->seed, i, h->had[i], now[i]);
		memcpy(h->had[i], now[i], sizeof(now[i]));
	}
}

/* In the midst of work. */
static void
end_busy(struct history *h, unsigned replica)
{
	struct rng *rng = cluster_rng(h->c);
	unsigned steps = rng_below(rng, 40);
	char name[16];

	for (unsigned i = 0; i < SERVICES; i++) {
		if (rng_below(rng, 2) == 0) {
			cluster_delete(h->c, "Service", name_of(i, name));
			h->had[i][0] = '\0';
		}
		cluster_put(h->c, "Service", name_of(i, name), NULL);
	}
	for (unsigned i = 0; i < steps; i++) {
		cluster_pair_step(h->c);
		look(h);
	}
	cluster_end(h->c, replica);
}

static void
disturb(struct history *h)
{
	struct rng *rng = cluster_rng(h->c);
	unsigned i = rng_below(rng, 2), s = rng_below(rng, SERVICES);
	char name[16];

	switch (rng_below(rng, 8)) {
	case 0:
		cluster_set_away(h->c, i, rng_below(rng, 40000));
		break;
	case 1:
		cluster_set_cut(h->c, i, rng_below(rng, 40000));
		break;
	case 2:
		cluster_kill(h->c, i);
		break;
	case 3:
		end_busy(h, i);
		break;
	case 4:
		cluster_step_clock(
		    h->c, i, rng_below(rng, 2) == 0 ? HOUR : -HOUR);
		break;
	case 5:
		cluster_delete(h->c, "Service", name_of(s, name));
		h->had[s][0] = '\0';
		break;
	default:
		cluster_put(h->c, "Service", name_of(s, name),
		    "{'metadata':{'labels':{'touched':'yes'}}}");
		break;
	}
}

static void
go_on(struct history *h, unsigned ms)
{
	uint64_t end = cluster_now(h->c) + ms;

	while (cluster_now(h->c) < end) {
		cluster_pair_step(h->c);
		look(h);
	}
}

static void
history(uint64_t seed)
{
	struct history h = { .c = pair_with_a_group(seed), .seed = seed };
	char name[16];

	cluster_set_faults(h.c, 24);
	for (unsigned i = 0; i < ROUNDS; i++) {
		disturb(&h);
		go_on(&h, rng_below(cluster_rng(h.c), 10000));
	}
	cluster_set_faults(h.c, 0);
	go_on(&h, 90000);
	for (unsigned i = 0; i < SERVICES; i++)
		if (cluster_get(h.c, "Service", name_of(i, name)) != NULL &&
		    h.had[i][0] == '\0')
			fail_msg("LBBGP_SEED=%llu: %s has nothing",
			    (unsigned long long)seed, name);
	cluster_free(h.c);
}

static uint64_t
setting(const char *name, uint64_t otherwise)
{
	const char *text = getenv(name);

	return text != NULL ? strtoull(text, NULL, 10) : otherwise;
}

static void
whatever_happens_no_address_is_twice_and_none_changes(void **state)
{
	uint64_t n = setting("LBBGP_HISTORIES", HISTORIES);
	uint64_t seed = setting("LBBGP_SEED", 1);

	(void)state;
	for (uint64_t i = 0; i < n; i++)
		history(seed + i);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(one_of_two_writes),
		cmocka_unit_test(killed_leader_is_replaced_when_the_lease_ends),
		cmocka_unit_test(leader_that_ends_is_replaced_at_once),
		cmocka_unit_test(leader_ends_only_when_its_writes_have),
		cmocka_unit_test(paused_leader_changes_nothing_when_it_goes_on),
		cmocka_unit_test(leader_that_nobody_replaced_goes_on),
		cmocka_unit_test(clock_set_by_an_hour_changes_nothing),
		cmocka_unit_test(refused_group_is_told_of_by_the_next_leader),
		cmocka_unit_test(
		    whatever_happens_no_address_is_twice_and_none_changes),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
