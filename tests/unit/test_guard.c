/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard on a kernel of a few lines: rules in a list that can only be appended to,
 * of which the first equal one is deleted, and routes in tables. After each single
 * change the kernel is asked what it does with packets.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/kernel/guard.h"
#include "common/err.h"
#include "common/rng.h"
#include "tests/test.h"

enum { MAX_RULES = 600, MAX_ROUTES = 64, MAX_MAIN = 4, BATCH = 64 };

struct kernel {
	struct guard_rule rules[MAX_RULES];
	size_t n_rules;
	struct prefix routes[MAX_ROUTES]; /* of all our tables */
	size_t n_routes;
	struct prefix main[MAX_MAIN];
	size_t n_main;
	unsigned refuses; /* exceptions of that length; 0: none */
	size_t changes;
	void (*look)(void *arg); /* after each change; NULL: nobody looks */
	void *arg;
};

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static bool
is_equal(const struct guard_rule *a, const struct guard_rule *b)
{
	return prefix_eq(&a->to, &b->to) && a->priority == b->priority &&
	    a->action == b->action && a->table == b->table &&
	    a->suppress == b->suppress && a->own_packets == b->own_packets &&
	    a->inverted == b->inverted && a->of_a_stranger == b->of_a_stranger;
}

/* Before the first rule of a higher priority, as the kernel does. */
static void
rule_add(struct kernel *k, const struct guard_rule *r)
{
	size_t at = 0;

	assert_true(k->n_rules < MAX_RULES);
	while (at < k->n_rules && k->rules[at].priority <= r->priority)
		at++;
	memmove(
	    &k->rules[at + 1], &k->rules[at], (k->n_rules - at) * sizeof(*r));
	k->rules[at] = *r;
	k->n_rules++;
}

static bool
rule_delete(struct kernel *k, const struct guard_rule *r)
{
	for (size_t i = 0; i < k->n_rules; i++)
		if (is_equal(&k->rules[i], r)) {
			memmove(&k->rules[i], &k->rules[i + 1],
			    (--k->n_rules - i) * sizeof(*r));
			return true;
		}
	return false;
}

static size_t
route_at(const struct kernel *k, const struct prefix *cidr)
{
	size_t i = 0;

	while (i < k->n_routes && !prefix_eq(&k->routes[i], cidr))
		i++;
	return i;
}

static bool
carry_out(struct kernel *k, const struct guard_change *c)
{
	size_t at = route_at(k, &c->cidr);

	switch (c->step) {
	case GUARD_ADD_RULE:
		if (k->refuses != 0 && c->rule.suppress + 1 == (int)k->refuses)
			return false;
		rule_add(k, &c->rule);
		return true;
	case GUARD_ADD_ROUTE:
		assert_int_equal(at, k->n_routes);
		assert_true(k->n_routes < MAX_ROUTES);
		k->routes[k->n_routes++] = c->cidr;
		return true;
	case GUARD_DELETE_ROUTE:
		assert_true(at < k->n_routes);
		k->routes[at] = k->routes[--k->n_routes];
		return true;
	case GUARD_DELETE_REFUSAL:
	case GUARD_DELETE_EXCEPTION:
		assert_true(rule_delete(k, &c->rule));
	}
	return true;
}

/* At most max changes; how many it were. */
static size_t
settle_some(struct guard *g, struct kernel *k, size_t max)
{
	struct guard_change c[BATCH];
	size_t n, total = 0;

	while (total < max && (n = guard_next(g, c, BATCH)) > 0)
		for (size_t i = 0; i < n; i++, total++) {
			guard_made(g, &c[i], carry_out(k, &c[i]));
			if (k->look != NULL)
				k->look(k->arg);
		}
	return total;
}

static size_t
settle(struct guard *g, struct kernel *k)
{
	return settle_some(g, k, SIZE_MAX);
}

/* A new daemon finds what is in the kernel. */
static void
adopt(struct guard *g, const struct kernel *k)
{
	guard_forget_rules(g);
	for (size_t i = 0; i < k->n_rules; i++)
		guard_found_rule(g, &k->rules[i]);
	guard_forget_routes(g);
	for (size_t i = 0; i < k->n_routes; i++)
		guard_found_route(g, &k->routes[i]);
	guard_compare(g);
}

static int
longest_in_main(const struct kernel *k, const struct addr *a)
{
	int longest = -1;

	for (size_t i = 0; i < k->n_main; i++)
		if (prefix_contains(&k->main[i], a) && k->main[i].len > longest)
			longest = k->main[i].len;
	return longest;
}

enum fate { BY_MAIN, BY_STRANGER, REFUSED };

static bool
leads(const struct kernel *k, const struct guard_rule *r, const struct addr *a)
{
	if (r->action != GUARD_LOOKUP || r->table == 254)
		return false;
	for (size_t i = 0; i < k->n_routes; i++)
		if (k->routes[i].len == r->table - GUARD_TABLES &&
		    prefix_contains(&k->routes[i], a))
			return true;
	return false;
}

/* What the kernel does with a forwarded packet, or with one of its own. */
static enum fate
fate_of(const struct kernel *k, const char *text, bool own)
{
	struct addr a = prefix(text).addr;

	for (size_t i = 0; i < k->n_rules; i++) {
		const struct guard_rule *r = &k->rules[i];
		bool matches = r->to.addr.family == a.family &&
		    (r->to.len == 0 || prefix_contains(&r->to, &a)) &&
		    (!r->own_packets || own != r->inverted);

		if (!matches)
			continue;
		if (r->of_a_stranger)
			return BY_STRANGER;
		if (r->action == GUARD_GOTO)
			return BY_MAIN;
		if (r->action == GUARD_UNREACHABLE || leads(k, r, &a))
			return REFUSED;
		if (r->action == GUARD_LOOKUP && r->table == 254 &&
		    longest_in_main(k, &a) > r->suppress)
			return BY_MAIN;
	}
	return BY_MAIN;
}

static void
want(struct guard *g, const char *text, bool wanted)
{
	struct prefix p = prefix(text);

	guard_want(g, &p, wanted);
}

TEST(a_length_gets_two_rules_before_main_and_a_table)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, "10.33.192.0/18", true);
	want(g, "10.34.192.0/18", true);
	assert_int_equal(settle(g, &k), 4);
	assert_int_equal(k.n_rules, 2);
	assert_int_equal(k.n_routes, 2);
	assert_int_equal(k.rules[0].priority, 32765);
	assert_int_equal(k.rules[0].table, 254);
	assert_int_equal(k.rules[0].suppress, 17);
	assert_int_equal(k.rules[1].priority, 32765);
	assert_int_equal(k.rules[1].table, 76018);
	assert_int_equal(k.rules[1].suppress, -1);
	assert_true(k.rules[0].own_packets && k.rules[0].inverted);
	assert_true(k.rules[1].own_packets && k.rules[1].inverted);
	guard_free(g);
}

TEST(unassigned_members_are_refused_and_what_main_knows_is_not)
{
	struct kernel k = { .main = { prefix("0.0.0.0/0"), prefix("10.0.0.0/8"),
				prefix("10.33.195.0/24") },
		.n_main = 3 };
	struct guard *g = guard_new();

	want(g, "10.33.192.0/18", true);
	want(g, "10.60.0.7/32", true);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "10.33.193.1", false), REFUSED);
	assert_int_equal(fate_of(&k, "10.33.195.1", false), BY_MAIN);
	assert_int_equal(fate_of(&k, "10.60.0.7", false), REFUSED);
	assert_int_equal(fate_of(&k, "10.60.0.8", false), BY_MAIN);
	assert_int_equal(fate_of(&k, "10.33.193.1", true), BY_MAIN);
	guard_free(g);
}

#define RELEASED "10.33.192.0/18"

static void
release(struct guard *g, const char *text, uint64_t until)
{
	struct prefix p = prefix(text);

	guard_release(g, &p, until);
}

static bool
refuses(struct guard *g, struct kernel *k)
{
	settle(g, k);
	return fate_of(k, "10.33.193.1", false) == REFUSED;
}

/* Routers send packets there for a while. */
TEST(what_is_released_stays_until_then)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	release(g, RELEASED, 99); /* of nothing */
	want(g, RELEASED, true);
	release(g, RELEASED, 100);
	assert_int_equal(guard_expire(g, 99), 100);
	assert_true(refuses(g, &k));
	assert_int_equal(guard_expire(g, 100), 0);
	assert_false(refuses(g, &k));
	assert_int_equal(k.n_rules, 0);
	guard_free(g);
}

TEST(what_is_released_for_less_goes_before_what_came_earlier)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, RELEASED, true);
	want(g, "10.60.0.0/16", true);
	release(g, "10.60.0.0/16", 200);
	release(g, RELEASED, 100);
	assert_int_equal(guard_expire(g, 99), 100);
	assert_true(refuses(g, &k));
	assert_int_equal(guard_expire(g, 100), 200);
	assert_false(refuses(g, &k));
	assert_int_equal(guard_expire(g, 200), 0);
	guard_free(g);
}

TEST(what_is_wanted_again_stays_for_good)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, RELEASED, true);
	release(g, RELEASED, 100);
	want(g, RELEASED, true);
	assert_int_equal(guard_expire(g, 100), 0);
	assert_true(refuses(g, &k));
	release(g, RELEASED, 200);
	want(g, RELEASED, true);
	release(g, RELEASED, 300);
	assert_int_equal(guard_expire(g, 200), 300);
	assert_true(refuses(g, &k));
	assert_int_equal(guard_expire(g, 300), 0);
	assert_false(refuses(g, &k));
	guard_free(g);
}

TEST(what_is_released_goes_with_all)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, RELEASED, true);
	release(g, RELEASED, 100);
	guard_clear(g);
	assert_false(refuses(g, &k));
	assert_int_equal(guard_expire(g, 100), 0);
	guard_free(g);
}

/* Of the run before, whose routes routers may still have. */
TEST(what_is_found_can_be_kept_for_a_while)
{
	struct kernel k = { 0 };
	struct guard *before = guard_new(), *g = guard_new();

	want(before, RELEASED, true);
	settle(before, &k);
	guard_free(before);
	guard_keep_found(g, 100);
	adopt(g, &k);
	assert_int_equal(guard_expire(g, 99), 100);
	assert_true(refuses(g, &k));
	assert_int_equal(guard_expire(g, 100), 0);
	assert_false(refuses(g, &k));
	assert_int_equal(k.n_rules, 0);
	guard_free(g);
}

TEST(longer_lengths_come_first_whatever_came_first)
{
	struct kernel k = { .main = { prefix("10.0.0.0/24") }, .n_main = 1 };
	struct guard *g = guard_new();

	want(g, "10.0.0.0/16", true);
	settle(g, &k);
	want(g, "10.0.0.128/25", true);
	settle(g, &k);
	want(g, "10.1.0.0/20", true);
	settle(g, &k);
	assert_int_equal(k.n_rules, 6);
	assert_int_equal(k.rules[1].table, 76025);
	assert_int_equal(k.rules[3].table, 76020);
	assert_int_equal(k.rules[5].table, 76016);
	assert_int_equal(fate_of(&k, "10.0.0.200", false), REFUSED);
	assert_int_equal(fate_of(&k, "10.0.0.1", false), BY_MAIN);
	guard_free(g);
}

TEST(one_more_cidr_of_a_length_costs_one_route)
{
	enum { MANY = 20000 };
	struct guard *g = guard_new();
	struct guard_change c[BATCH];
	size_t n, total = 0;

	for (uint32_t i = 0; i < MANY; i++) {
		struct addr a = addr_v4(0x0a000000 + i * 16);
		struct prefix p = prefix_of(&a, 28);

		guard_want(g, &p, true);
	}
	while ((n = guard_next(g, c, BATCH)) > 0)
		for (size_t i = 0; i < n; i++, total++)
			guard_made(g, &c[i], true);
	assert_int_equal(total, MANY + 2);
	want(g, "11.0.0.0/28", true);
	assert_int_equal(guard_next(g, c, BATCH), 1);
	assert_int_equal(c[0].step, GUARD_ADD_ROUTE);
	guard_made(g, &c[0], true);
	assert_int_equal(guard_next(g, c, BATCH), 0);
	guard_free(g);
}

TEST(what_is_there_is_left_alone)
{
	struct kernel k = { 0 };
	struct guard *first = guard_new(), *second = guard_new();

	want(first, "10.0.0.0/8", true);
	want(first, "fd00::/64", true);
	settle(first, &k);
	want(second, "10.0.0.0/8", true);
	want(second, "fd00::/64", true);
	adopt(second, &k);
	assert_int_equal(settle(second, &k), 0);
	guard_free(first);
	guard_free(second);
}

TEST(nothing_is_left_when_nothing_is_wanted)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, "10.0.0.0/8", true);
	want(g, "10.0.0.0/12", true);
	want(g, "fd00::1/128", true);
	settle(g, &k);
	guard_clear(g);
	assert_int_equal(guard_count(g), 0);
	settle(g, &k);
	assert_int_equal(k.n_rules, 0);
	assert_int_equal(k.n_routes, 0);
	guard_free(g);
}

TEST(a_rule_of_ours_that_was_tampered_with_is_replaced)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, "10.33.128.0/18", true);
	settle(g, &k);
	k.rules[0].suppress = -1;
	adopt(g, &k);
	settle(g, &k);
	assert_int_equal(k.n_rules, 2);
	assert_int_equal(k.rules[0].suppress, 17);
	assert_int_equal(k.rules[1].table, 76018);
	guard_free(g);
}

/* Whoever adds a rule at our priority, or did before us, is asked before us. */
TEST(rules_of_others_come_before_ours)
{
	struct guard_rule stranger = { .to = prefix("192.0.2.0/24"),
		.priority = GUARD_PRIORITY,
		.action = GUARD_LOOKUP,
		.table = 100,
		.suppress = -1,
		.of_a_stranger = true };
	struct kernel k = { .main = { prefix("192.0.2.0/24") }, .n_main = 1 };
	struct guard *g = guard_new();

	want(g, "10.0.0.0/24", true);
	settle(g, &k);
	rule_add(&k, &stranger);
	assert_int_equal(fate_of(&k, "192.0.2.1", false), BY_MAIN);
	adopt(g, &k);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "192.0.2.1", false), BY_STRANGER);
	assert_int_equal(k.n_rules, 3);
	guard_free(g);
}

/* As guard_io looks: only at tables of lengths that there are. */
TEST(what_goes_while_the_kernel_is_looked_at_is_found)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, "10.33.192.0/18", true);
	want(g, "10.34.0.0/16", true);
	settle(g, &k);
	guard_forget_routes(g);
	want(g, "10.33.192.0/18", false);
	for (size_t i = 0; i < k.n_routes; i++)
		if (guard_has_length(g, FAMILY_V4, k.routes[i].len))
			guard_found_route(g, &k.routes[i]);
	guard_compare(g);
	settle(g, &k);
	assert_int_equal(k.n_routes, 1);
	assert_false(guard_has_length(g, FAMILY_V4, 18));
	guard_free(g);
}

TEST(without_its_exception_nothing_is_unreachable)
{
	struct kernel k = { .refuses = 18 };
	struct guard *g = guard_new();

	want(g, "10.33.192.0/18", true);
	want(g, "11.0.0.0/8", true);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "10.33.192.1", false), BY_MAIN);
	assert_int_equal(fate_of(&k, "11.0.0.1", false), REFUSED);
	k.refuses = 0;
	assert_int_equal(settle(g, &k), 0);
	guard_retry(g);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "10.33.192.1", false), REFUSED);
	guard_free(g);
}

TEST(a_default_route_needs_no_guard)
{
	struct kernel k = { 0 };
	struct guard *g = guard_new();

	want(g, "0.0.0.0/0", true);
	want(g, "::/0", true);
	assert_int_equal(settle(g, &k), 0);
	guard_free(g);
}

/* Rules of earlier versions, three a CIDR. */
static void
old_layout(struct kernel *k, const char *text)
{
	struct prefix to = prefix(text);
	struct guard_rule rules[] = {
		{ .to = to,
		    .priority = 32760,
		    .action = GUARD_GOTO,
		    .target = 32766,
		    .suppress = -1,
		    .own_packets = true },
		{ .to = to,
		    .priority = 32761,
		    .action = GUARD_LOOKUP,
		    .table = 254,
		    .suppress = to.len - 1 },
		{ .to = to,
		    .priority = 32762,
		    .action = GUARD_UNREACHABLE,
		    .suppress = -1 },
	};

	for (size_t i = 0; i < 3; i++)
		rule_add(k, &rules[i]);
}

static void
is_refused(void *arg)
{
	assert_int_equal(fate_of(arg, "10.33.192.1", false), REFUSED);
	assert_int_equal(fate_of(arg, "10.33.192.1", true), BY_MAIN);
	assert_int_equal(fate_of(arg, "10.33.195.1", false), BY_MAIN);
}

TEST(an_upgrade_from_three_rules_a_cidr_opens_no_hole)
{
	struct kernel k = { .main = { prefix("0.0.0.0/0"),
				prefix("10.33.195.0/24") },
		.n_main = 2,
		.look = is_refused };
	struct guard *g = guard_new();

	k.arg = &k;
	old_layout(&k, "10.33.192.0/18");
	old_layout(&k, "10.44.0.0/16");
	want(g, "10.33.192.0/18", true);
	adopt(g, &k);
	settle(g, &k);
	assert_int_equal(k.n_rules, 2);
	assert_int_equal(k.rules[0].priority, GUARD_PRIORITY);
	assert_int_equal(fate_of(&k, "10.44.0.1", false), BY_MAIN);
	guard_free(g);
}

TEST(what_is_old_stays_until_what_is_new_is_in_place)
{
	struct kernel k = { .refuses = 18 };
	struct guard *g = guard_new();

	old_layout(&k, "10.33.192.0/18");
	want(g, "10.33.192.0/18", true);
	adopt(g, &k);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "10.33.192.1", false), REFUSED);
	assert_int_equal(k.n_rules, 3);
	k.refuses = 0;
	guard_retry(g);
	settle(g, &k);
	assert_int_equal(fate_of(&k, "10.33.192.1", false), REFUSED);
	assert_int_equal(k.n_rules, 2);
	guard_free(g);
}

/*
 * Any history: at no moment is a packet refused that neither the state before nor the
 * one after would refuse, and none let pass that both refuse; however often the daemon
 * is killed in between.
 */
static const char *const cidrs[] = { "10.0.0.0/8", "10.0.0.0/16", "10.0.0.0/24",
	"10.0.1.0/24", "10.0.0.0/32", "10.0.1.1/32", "10.1.0.0/16",
	"11.0.0.0/8", "fd00::/64", "fd00::1/128" };
static const char *const probes[] = { "10.0.0.0", "10.0.0.1", "10.0.1.1",
	"10.0.1.2", "10.1.0.1", "10.2.0.1", "11.0.0.1", "12.0.0.1", "fd00::1",
	"fd00::2" };
enum {
	N_CIDRS = sizeof(cidrs) / sizeof(cidrs[0]),
	N_PROBES = sizeof(probes) / sizeof(probes[0])
};

struct history {
	struct kernel k;
	bool wanted[N_CIDRS];
	bool may[N_PROBES], must[N_PROBES]; /* be refused at the moment */
};

static bool
is_to_be_refused(const struct history *h, size_t probe)
{
	struct addr a = prefix(probes[probe]).addr;
	int longest = longest_in_main(&h->k, &a);

	for (size_t i = 0; i < N_CIDRS; i++) {
		struct prefix p = prefix(cidrs[i]);

		if (h->wanted[i] && prefix_contains(&p, &a) && p.len > longest)
			return true;
	}
	return false;
}

static void
look_at_probes(void *arg)
{
	struct history *h = arg;

	for (size_t i = 0; i < N_PROBES; i++) {
		bool refused = fate_of(&h->k, probes[i], false) == REFUSED;

		assert_true(!refused || h->may[i]);
		assert_true(refused || !h->must[i]);
		assert_int_equal(fate_of(&h->k, probes[i], true), BY_MAIN);
	}
}

static void
flip(struct history *h, struct guard *g, struct rng *rng)
{
	for (unsigned n = 1 + rng_below(rng, 3); n-- > 0;) {
		size_t i = rng_below(rng, N_CIDRS);

		h->wanted[i] = !h->wanted[i];
		want(g, cidrs[i], h->wanted[i]);
	}
	for (size_t i = 0; i < N_PROBES; i++) {
		bool is = is_to_be_refused(h, i);

		h->may[i] |= is;
		h->must[i] &= is;
	}
}

static struct guard *
killed(struct history *h, struct guard *g)
{
	guard_free(g);
	g = guard_new();
	for (size_t i = 0; i < N_CIDRS; i++)
		want(g, cidrs[i], h->wanted[i]);
	adopt(g, &h->k);
	return g;
}

static void
settled(struct history *h, struct guard *g)
{
	settle(g, &h->k);
	for (size_t i = 0; i < N_PROBES; i++) {
		h->may[i] = h->must[i] = is_to_be_refused(h, i);
		assert_int_equal(
		    fate_of(&h->k, probes[i], false) == REFUSED, h->must[i]);
	}
}

TEST(no_history_refuses_too_much_or_opens_a_hole)
{
	for (uint64_t seed = 1; seed <= 300; seed++) {
		struct history h = { .k = { .main = { prefix("0.0.0.0/0"),
						prefix("10.0.0.0/24"),
						prefix("fd00::/60") },
					 .n_main = 3,
					 .look = look_at_probes } };
		struct guard *g = guard_new();
		struct rng rng;

		h.k.arg = &h;
		rng_init(&rng, seed);
		for (unsigned step = 0; step < 60; step++) {
			flip(&h, g, &rng);
			settle_some(g, &h.k, rng_below(&rng, 8));
			if (rng_below(&rng, 4) == 0)
				g = killed(&h, g);
			if (rng_below(&rng, 3) == 0)
				settled(&h, g);
		}
		memset(h.wanted, 0, sizeof(h.wanted));
		memset(h.must, 0, sizeof(h.must));
		guard_clear(g);
		settled(&h, g);
		assert_int_equal(h.k.n_rules + h.k.n_routes, 0);
		guard_free(g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_length_gets_two_rules_before_main_and_a_table),
		cmocka_unit_test(
		    unassigned_members_are_refused_and_what_main_knows_is_not),
		cmocka_unit_test(what_is_released_stays_until_then),
		cmocka_unit_test(
		    what_is_released_for_less_goes_before_what_came_earlier),
		cmocka_unit_test(what_is_wanted_again_stays_for_good),
		cmocka_unit_test(what_is_released_goes_with_all),
		cmocka_unit_test(what_is_found_can_be_kept_for_a_while),
		cmocka_unit_test(longer_lengths_come_first_whatever_came_first),
		cmocka_unit_test(one_more_cidr_of_a_length_costs_one_route),
		cmocka_unit_test(what_is_there_is_left_alone),
		cmocka_unit_test(nothing_is_left_when_nothing_is_wanted),
		cmocka_unit_test(
		    a_rule_of_ours_that_was_tampered_with_is_replaced),
		cmocka_unit_test(rules_of_others_come_before_ours),
		cmocka_unit_test(
		    what_goes_while_the_kernel_is_looked_at_is_found),
		cmocka_unit_test(without_its_exception_nothing_is_unreachable),
		cmocka_unit_test(a_default_route_needs_no_guard),
		cmocka_unit_test(
		    an_upgrade_from_three_rules_a_cidr_opens_no_hole),
		cmocka_unit_test(
		    what_is_old_stays_until_what_is_new_is_in_place),
		cmocka_unit_test(no_history_refuses_too_much_or_opens_a_hole),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
