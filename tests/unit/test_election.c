/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two allocators of one cluster (doc/rules.md 3): one decides, and whatever happens to
 * it, no two Services have one address and none changes.
 */
#include "tests/unit/allocator_cases.h"

#include <string.h>

#include "allocator/lead/lease.h"
#include "common/api/instance.h"
#include "common/log.h"
#include "tests/unit/histories.h"

enum { HISTORIES = 200, STEPS = 80, SERVICES = 12, HOUR = 3600000 };

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

TEST(one_of_two_writes)
{
	struct cluster *c = pair_with_a_group(1);

	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 1000);
	assert_has(c, "web/shop", "10.0.0.0");
	assert_int_equal(cluster_writes(c), 1);
	assert_int_equal(cluster_events(c), 1);
	cluster_free(c);
}

TEST(killed_leader_is_replaced_when_the_lease_ends)
{
	struct cluster *c = pair_with_a_group(2);
	unsigned leader = leader_of(c);

	cluster_kill(c, leader);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 12000);
	assert_has(c, "web/shop", "");
	cluster_run(c, 4000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(leader_that_ends_is_replaced_at_once)
{
	struct cluster *c = pair_with_a_group(3);
	unsigned leader = leader_of(c);

	cluster_end(c, leader);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 1000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(leader_ends_only_when_its_writes_have)
{
	struct cluster *c = pair_with_a_group(4);
	unsigned leader = leader_of(c);

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

/* The next leader has to read what it has written. */
TEST(lease_is_not_given_back_while_a_write_is_under_way)
{
	struct cluster *c = pair_with_a_group(15);
	unsigned leader = leader_of(c);

	cluster_mute(c, "slow");
	cluster_put(c, "Service", "web/slow", NULL);
	cluster_run(c, 1000);
	cluster_end(c, leader);
	cluster_run(c, 280);
	assert_int_equal(cluster_leader(c), leader);
	cluster_run(c, 2000); /* there is an end to it */
	assert_int_equal(cluster_leader(c), 1 - leader);
	cluster_free(c);
}

TEST(paused_leader_changes_nothing_when_it_goes_on)
{
	struct cluster *c = pair_with_a_group(5);
	unsigned leader = leader_of(c);

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

TEST(leader_that_nobody_replaced_goes_on)
{
	struct cluster *c = pair_with_a_group(6);
	unsigned leader = leader_of(c);

	cluster_set_away(c, 1 - leader, 90000);
	cluster_set_cut(c, leader, 30000);
	cluster_put(c, "Service", "web/shop", NULL);
	cluster_run(c, 29000);
	assert_has(c, "web/shop", "");
	cluster_run(c, 10000);
	assert_has(c, "web/shop", "10.0.0.0");
	cluster_free(c);
}

TEST(clock_set_by_an_hour_changes_nothing)
{
	struct cluster *c = pair_with_a_group(7);
	unsigned leader = leader_of(c);
	const int64_t steps[] = { HOUR, -HOUR, -HOUR, HOUR };

	for (unsigned i = 0; i < 8; i++) {
		cluster_step_clock(c, i % 2, steps[i / 2]);
		cluster_run(c, 20000);
		assert_int_equal(leader_of(c), leader);
	}
	cluster_free(c);
}

TEST(refused_group_is_told_of_by_the_next_leader)
{
	struct cluster *c = pair_with_a_group(8);
	unsigned leader = leader_of(c);

	cluster_kill(c, leader);
	cluster_put(c, "ServiceGroup", "bad", "{'spec':{'pools':3}}");
	cluster_run(c, 20000);
	assert_string_equal(
	    cluster_last_event(c), "Refused: spec.pools: 3: not a list");
	cluster_free(c);
}

TEST(new_leader_lists_again_before_it_acts)
{
	static const char *const kinds[] = { "Service", "ServiceGroup", "Node",
		"Namespace", "EndpointSlice" };

	for (unsigned i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		struct cluster *c = pair_with_a_group(9);

		cluster_put(c, "Service", "web/shop", NULL);
		cluster_put(
		    c, "Service", "web/next", "{'spec':{'type':'ClusterIP'}}");
		cluster_run(c, 1000);
		cluster_kill(c, leader_of(c));
		cluster_put(c, "Service", "web/next",
		    "{'spec':{'type':'LoadBalancer'}}");
		cluster_run(c, 1000); /* the follower hears of it */
		cluster_withhold(c, kinds[i]);
		cluster_run(c, 20000);
		assert_has(c, "web/next", "");
		cluster_withhold(c, NULL);
		cluster_run(c, 1000);
		assert_has(c, "web/next", "10.0.0.1");
		cluster_free(c);
	}
}

TEST(next_leader_tells_nothing_twice)
{
	struct cluster *c = pair_with_a_group(10);

	cluster_put(c, "Service", "web/shop", NULL);
	cluster_put(c, "Service", "web/refused", ASKS("192.0.2.1"));
	cluster_run(c, 1000);
	assert_int_equal(cluster_events(c), 2);
	unsigned writes = cluster_writes(c);

	for (unsigned i = 0; i < 3; i++) {
		cluster_kill(c, leader_of(c));
		cluster_run(c, 20000);
	}
	assert_int_equal(cluster_events(c), 2);
	assert_int_equal(cluster_writes(c), writes);
	cluster_free(c);
}

TEST(lease_that_is_refused_is_told_and_won_later)
{
	struct cluster *c = cluster_new_pair(11);

	cluster_refuse(c, LEASE_NAME);
	cluster_run(c, 30000);
	assert_string_equal(cluster_unready(c, 0),
	    "lease lbbgp-system/lbbgp-allocator: not written: denied");
	assert_string_equal(cluster_unready(c, 1), cluster_unready(c, 0));
	cluster_refuse(c, NULL);
	cluster_run(c, 5000);
	leader_of(c);
	assert_string_equal(cluster_unready(c, 0), "");
	assert_string_equal(cluster_unready(c, 1), "");
	cluster_free(c);
}

TEST(lease_edited_by_hand_locks_nobody_out)
{
	static const char *const edits[] = {
		"{'spec':{'leaseDurationSeconds':100000}}",
		"{'spec':{'leaseDurationSeconds':0}}",
		"{'spec':{'leaseDurationSeconds':-3}}",
		"{'spec':{'leaseDurationSeconds':null}}",
		"{'spec':{'leaseTransitions':-1}}",
		"{'spec':{'leaseTransitions':99999999999}}",
	};

	for (unsigned i = 0; i < sizeof(edits) / sizeof(edits[0]); i++) {
		struct cluster *c = pair_with_a_group(12);
		unsigned leader = leader_of(c);

		cluster_put(
		    c, "Lease", INSTANCE_NAMESPACE "/" LEASE_NAME, edits[i]);
		cluster_kill(c, leader);
		cluster_put(c, "Service", "web/shop", NULL);
		cluster_run(c, 18000);
		assert_has(c, "web/shop", "10.0.0.0");
		cluster_free(c);
	}
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
	bool aloud;          /* every change is printed */
	char complaint[256]; /* "": every promise is kept until now */
	char had[SERVICES][32];
};

static void __attribute__((format(printf, 2, 3)))
say(const struct history *h, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (h->aloud)
		vprint_error(fmt, ap);
	va_end(ap);
}

static void __attribute__((format(printf, 2, 3)))
complain(struct history *h, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	if (h->complaint[0] == '\0')
		vsnprintf(h->complaint, sizeof(h->complaint), fmt, ap);
	va_end(ap);
}

static unsigned
pick(struct history *h, unsigned n)
{
	return rng_below(cluster_rng(h->c), n);
}

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
				complain(h, "%u and %u have %s", i, j, now[i]);
		if (h->had[i][0] != '\0' && strcmp(now[i], h->had[i]) != 0)
			complain(
			    h, "%u had %s, has \"%s\"", i, h->had[i], now[i]);
		memcpy(h->had[i], now[i], sizeof(now[i]));
	}
}

static void
go_on(struct history *h, unsigned ms)
{
	uint64_t end = cluster_now(h->c) + ms;

	say(h, "  %u ms\n", ms);
	while (cluster_now(h->c) < end && h->complaint[0] == '\0') {
		cluster_pair_step(h->c);
		look(h);
	}
}

/* ---- what happens ---- */

static void
stand_still(struct history *h)
{
	unsigned i = pick(h, 2), ms = pick(h, 40000);

	say(h, "  allocator %u for %u ms\n", i, ms);
	cluster_set_away(h->c, i, ms);
}

static void
cut_off(struct history *h)
{
	unsigned i = pick(h, 2), ms = pick(h, 40000);

	say(h, "  allocator %u for %u ms\n", i, ms);
	cluster_set_cut(h->c, i, ms);
}

static void
kill_one(struct history *h)
{
	unsigned i = pick(h, 2);

	say(h, "  allocator %u\n", i);
	cluster_kill(h->c, i);
}

static void
remove_one(struct history *h, unsigned service)
{
	char name[16];

	say(h, "  delete %u\n", service);
	cluster_delete(h->c, "Service", name_of(service, name));
	h->had[service][0] = '\0';
}

static void
end_busy(struct history *h)
{
	unsigned replica = pick(h, 2), steps = pick(h, 40);
	char name[16];

	for (unsigned i = 0; i < SERVICES; i++) {
		if (pick(h, 2) == 0)
			remove_one(h, i);
		cluster_put(h->c, "Service", name_of(i, name), NULL);
	}
	say(h, "  put all, %u steps, allocator %u ends\n", steps, replica);
	for (unsigned i = 0; i < steps; i++) {
		cluster_pair_step(h->c);
		look(h);
	}
	cluster_end(h->c, replica);
}

static void
set_clock(struct history *h)
{
	unsigned i = pick(h, 2);
	int64_t by = pick(h, 2) == 0 ? HOUR : -HOUR;

	say(h, "  that of allocator %u by %lld ms\n", i, (long long)by);
	cluster_step_clock(h->c, i, by);
}

static void
remove_some(struct history *h)
{
	remove_one(h, pick(h, SERVICES));
}

static void
touch(struct history *h)
{
	unsigned i = pick(h, SERVICES);
	char name[16];

	say(h, "  put %u\n", i);
	cluster_put(h->c, "Service", name_of(i, name),
	    "{'metadata':{'labels':{'touched':'yes'}}}");
}

static void
some_time(struct history *h)
{
	go_on(h, pick(h, 10000));
}

static const struct step_kind step_kinds[] = {
	/* clang-format off */
	{ "an allocator stands still",		1, stand_still },
	{ "an allocator is cut off",		1, cut_off },
	{ "an allocator is killed",		1, kill_one },
	{ "an allocator ends in its work",	1, end_busy },
	{ "a clock is set",			1, set_clock },
	{ "a Service goes",			1, remove_some },
	{ "a Service comes or is touched",	2, touch },
	{ "some time",				8, some_time },
	{ 0 },
	/* clang-format on */
};

/* When all is well again everybody has something. */
static void
come_to_rest(struct history *h)
{
	char name[16];

	rng_init(cluster_rng(h->c), 1);
	cluster_set_faults(h->c, 0);
	go_on(h, 90000);
	for (unsigned i = 0; i < SERVICES; i++)
		if (cluster_get(h->c, "Service", name_of(i, name)) != NULL &&
		    h->had[i][0] == '\0')
			complain(h, "%u has nothing", i);
}

static bool
breaks_a_promise(const struct script *s, bool aloud, void *arg)
{
	struct history h = { .c = pair_with_a_group(s->seed), .aloud = aloud };

	(void)arg;
	cluster_set_faults(h.c, 24);
	script_play(s, &h, cluster_rng(h.c), h.complaint, aloud);
	come_to_rest(&h);
	say(&h, "%s\n", h.complaint);
	cluster_free(h.c);
	return h.complaint[0] != '\0';
}

TEST(whatever_happens_no_address_is_twice_and_none_changes)
{
	static const struct histories all = { .kinds = step_kinds,
		.count = HISTORIES,
		.steps = STEPS,
		.breaks = breaks_a_promise };

	histories_hold(&all);
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
		cmocka_unit_test(
		    lease_is_not_given_back_while_a_write_is_under_way),
		cmocka_unit_test(paused_leader_changes_nothing_when_it_goes_on),
		cmocka_unit_test(leader_that_nobody_replaced_goes_on),
		cmocka_unit_test(clock_set_by_an_hour_changes_nothing),
		cmocka_unit_test(refused_group_is_told_of_by_the_next_leader),
		cmocka_unit_test(new_leader_lists_again_before_it_acts),
		cmocka_unit_test(next_leader_tells_nothing_twice),
		cmocka_unit_test(lease_that_is_refused_is_told_and_won_later),
		cmocka_unit_test(lease_edited_by_hand_locks_nobody_out),
		cmocka_unit_test(
		    whatever_happens_no_address_is_twice_and_none_changes),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
