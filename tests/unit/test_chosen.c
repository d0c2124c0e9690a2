/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Which nodes announce which prefix, of as many as there are: always so many, evenly,
 * and with no more moves than it takes when nodes come and go.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/announce/chosen.h"
#include "common/prefix.h"
#include "common/rng.h"
#include "tests/test.h"

#define NODES 100
#define PREFIXES 2000

struct cluster {
	char names[NODES][16];
	bool here[NODES];
};

static void
cluster_init(struct cluster *c)
{
	memset(c, 0, sizeof(*c));
	for (unsigned i = 0; i < NODES; i++) {
		snprintf(c->names[i], sizeof(c->names[i]), "node-%u", i);
		c->here[i] = true;
	}
}

static struct prefix
nth(unsigned i)
{
	struct addr a = addr_v4(0x0a210000 + i);

	return prefix_host(&a);
}

/* As the node itself finds out. */
static bool
wins(const struct cluster *c, const struct prefix *p, unsigned node, unsigned k)
{
	struct rendezvous r = rendezvous_begin(p, c->names[node]);

	for (unsigned i = 0; i < NODES; i++)
		if (i != node && c->here[i])
			rendezvous_rival(&r, c->names[i]);
	return rendezvous_won(&r, k);
}

static unsigned
winners(
    const struct cluster *c, const struct prefix *p, unsigned k, bool of[NODES])
{
	unsigned n = 0;

	for (unsigned i = 0; i < NODES; i++) {
		of[i] = c->here[i] && wins(c, p, i, k);
		n += of[i];
	}
	return n;
}

static unsigned
count_here(const struct cluster *c)
{
	unsigned n = 0;

	for (unsigned i = 0; i < NODES; i++)
		n += c->here[i];
	return n;
}

/* Each thinks for itself, and yet they are always so many. */
TEST(as_many_as_asked_for_announce_each_prefix)
{
	struct cluster c;
	struct rng rng;
	bool of[NODES];

	cluster_init(&c);
	rng_init(&rng, 1);
	for (unsigned i = 0; i < 300; i++) {
		struct prefix p = nth(i);
		unsigned k = 1 + rng_below(&rng, 20), n;

		c.here[rng_below(&rng, NODES)] ^= true;
		n = count_here(&c);
		assert_int_equal(winners(&c, &p, k, of), k < n ? k : n);
	}
}

/* One that goes is replaced by one other where it was; nobody else moves. */
TEST(nothing_moves_but_what_has_to)
{
	struct cluster c;
	struct rng rng;

	cluster_init(&c);
	rng_init(&rng, 2);
	for (unsigned i = 0; i < 300; i++) {
		bool before[NODES], after[NODES];
		unsigned node = rng_below(&rng, NODES), moved = 0;
		struct prefix p = nth(i);
		bool comes = !c.here[node];

		winners(&c, &p, 8, before);
		c.here[node] ^= true;
		winners(&c, &p, 8, after);
		for (unsigned j = 0; j < NODES; j++)
			moved += j != node && before[j] != after[j];
		bool had = comes ? after[node] : before[node];

		assert_int_equal(moved, had ? 1 : 0);
	}
}

/* 2000 prefixes by 8 of 100 nodes: 160 each; 40 is more than 3 standard deviations. */
TEST(prefixes_are_spread_evenly)
{
	struct cluster c;
	unsigned has[NODES] = { 0 };

	cluster_init(&c);
	for (unsigned i = 0; i < PREFIXES; i++) {
		struct prefix p = nth(i);
		bool of[NODES];

		winners(&c, &p, 8, of);
		for (unsigned j = 0; j < NODES; j++)
			has[j] += of[j];
	}
	for (unsigned j = 0; j < NODES; j++) {
		assert_in_range(has[j], 120, 200);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(as_many_as_asked_for_announce_each_prefix),
		cmocka_unit_test(nothing_moves_but_what_has_to),
		cmocka_unit_test(prefixes_are_spread_evenly),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
