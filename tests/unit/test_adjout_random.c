/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whatever happens in whatever order: when all is sent, each peer knows exactly what
 * it is to know. The seeds are fixed, a failure prints its own.
 */
#include "tests/unit/listener.h"

#include "common/rng.h"

enum { PREFIXES = 150, PATHS = 6, SOURCES = 4, LISTENERS = 6, STEPS = 3000 };

struct world {
	struct rng rng;
	struct path_table *paths;
	struct path_table *heard;
	struct rib *rib;
	struct adjout *adjout;
	struct path *local[PATHS];
	struct path *learned[PATHS];
	struct listener *listeners[LISTENERS];
};

static uint32_t
below(struct world *w, uint32_t n)
{
	return rng_below(&w->rng, n);
}

static struct prefix
some_prefix(struct world *w)
{
	uint32_t n = below(w, PREFIXES);
	struct addr a = addr_v4(0x0a000000 + (n << 8));

	if (n % 3 != 0)
		return prefix_of(&a, 20 + n % 13);
	a = ip("2001:db8::");
	a.bytes[7] = (uint8_t)n;
	return prefix_of(&a, 64 + n % 65);
}

/*
 * Few enough that groups have several members. The first three are of one session's
 * making and differ in policy, as the last three do.
 */
static struct group_key
nth_key(uint32_t n)
{
	struct group_key k = n < 3 ? ebgp_key : ibgp_key();

	if (n >= 3) {
		k.as4 = false;
		k.max_message = 200;
	}
	k.pass_received = n % 3 > 0;
	k.audience = n % 3;
	k.next_hop_mode = n % 3 == 2 ? NEXT_HOP_KEEP : NEXT_HOP_AUTO;
	return k;
}

static void
add_paths(struct world *w)
{
	for (uint32_t i = 0; i < PATHS; i++) {
		struct attrs a = heard(VIA_65002_65001, "10.9.0.1");
		uint32_t audience = i % 3;

		a.med = i;
		a.has |= ATTR_BIT(ATTR_MED);
		a.communities = i == 1 ? hex("ffffff01") : hex("");
		a.aggregator_as = 100000 + i;
		a.has |= i == 2 ? ATTR_BIT(ATTR_AGGREGATOR) : 0;
		w->learned[i] = path_intern(w->paths, &a);
		w->local[i] = path_local(w->paths,
		    &(struct path_local){ .communities = &i,
			.n_communities = 1,
			.local_pref = 100 + i,
			.audiences = &audience,
			.n_audiences = i > 3 });
	}
}

static void
world_init(struct world *w, uint64_t seed)
{
	*w = (struct world){ 0 };
	rng_init(&w->rng, seed);
	w->paths = path_table_new(1);
	w->heard = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->adjout = adjout_new(w->rib);
	add_paths(w);
	for (uint32_t i = 1; i < SOURCES; i++) {
		struct rib_source s = i == 1 ? ibgp_source : ebgp_source;

		s.router_id += i;
		rib_add_source(w->rib, i, &s);
	}
}

static void
world_fini(struct world *w)
{
	for (unsigned i = 0; i < LISTENERS; i++)
		if (w->listeners[i] != NULL)
			listener_free(w->listeners[i]);
	for (unsigned i = 0; i < PATHS; i++) {
		path_unref(w->local[i]);
		path_unref(w->learned[i]);
	}
	for (unsigned i = 0; i < SOURCES; i++)
		rib_forget(w->rib, i);
	/* Groups that all have left may hold withdrawn prefixes until then. */
	while (!adjout_fill_some(w->adjout, UINT32_MAX))
		continue;
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V6)->n, 0);
	adjout_free(w->adjout);
	rib_free(w->rib);
	path_table_free(w->paths);
	path_table_free(w->heard);
}

static void
change_route(struct world *w)
{
	struct prefix p = some_prefix(w);
	uint32_t source = below(w, SOURCES);
	uint32_t path = below(w, PATHS + 3);

	if (path >= PATHS) {
		rib_unset(w->rib, source, &p);
		return;
	}
	struct rib_source s = *rib_source(w->rib, source);

	rib_add_source(w->rib, source, &s); /* it may be on its way out */
	rib_set(w->rib, source, &p,
	    source == RIB_LOCAL ? w->local[path] : w->learned[path]);
}

static void
come_or_go(struct world *w, unsigned which)
{
	struct listener *l = w->listeners[which];
	struct group_key key = nth_key(below(w, 6));

	if (l == NULL) {
		w->listeners[which] =
		    listener_new(w->adjout, w->heard, &key, 1 + which);
		return;
	}
	listener_free(l);
	w->listeners[which] = NULL;
}

static void
change_group(struct world *w, struct listener *l)
{
	l->key = nth_key(below(w, 3) + (l->key.kind == PEER_EBGP ? 0 : 3));
	adjout_move(l->member, &l->key);
}

static void
pull_some(struct world *w, struct listener *l)
{
	for (uint32_t n = below(w, 8); n > 0 && listener_pull(l); n--)
		;
}

static void
step(struct world *w)
{
	unsigned which = below(w, LISTENERS);
	struct listener *l = w->listeners[which];
	uint32_t what = below(w, 100);

	rib_forget_some(w->rib, below(w, 3));
	adjout_fill_some(w->adjout, below(w, 3));
	if (what < 70)
		change_route(w);
	else if (what < 72)
		come_or_go(w, which);
	else if (what < 73)
		rib_forget_begin(w->rib, below(w, SOURCES));
	else if (what < 74)
		rib_pack(w->rib);
	else if (l == NULL)
		return;
	else if (what < 76)
		change_group(w, l);
	else if (what < 78)
		adjout_refresh(l->member, 1 + below(w, 2), below(w, 2) == 0);
	else if (what < 99 && which > 1)
		pull_some(w, l);
	else if (what < 80) /* 0 and 1 are slow */
		pull_some(w, l);
}

/* What the listener is to know of a prefix, a reference; NULL: nothing. */
static struct path *
due(struct world *w, const struct listener *l, const struct prefix *p)
{
	struct rib_route best;
	struct attrs a;

	if (!rib_best(w->rib, p, &best) || best.source == l->source)
		return NULL;
	const struct rib_source *source = rib_source(w->rib, best.source);
	struct path *path = path_by_id(w->paths, best.path->id);

	if (policy_is_forbidden(&l->key, source, path))
		return NULL;
	struct path *out =
	    policy_export(&l->key, p->addr.family, source, path, 0);

	if (out == NULL)
		return NULL;
	path_attrs(out, &a);
	struct path *same = path_intern(w->heard, &a);

	path_unref(out);
	return same;
}

static void
check(struct world *w, struct listener *l)
{
	size_t told[FAMILIES] = { 0 };

	while (!adjout_fill_some(w->adjout, 10))
		;
	listener_drain(l);
	for (uint32_t f = FAMILY_V4; f < FAMILIES; f++) {
		const struct prefix_table *t = rib_prefixes(w->rib, f);

		for (uint32_t i = 1; i < t->end; i++) {
			if (!prefix_table_has(t, i))
				continue;
			struct prefix p = prefix_table_get(t, i);
			struct path *path = due(w, l, &p);

			assert_ptr_equal(listener_belief(l, &p), path);
			assert_int_equal(
			    adjout_told(l->member, &p) == ADJOUT_SENT,
			    path != NULL);
			told[f] += path != NULL;
			path_unref(path);
		}
		for (uint32_t i = 0; i < BELIEFS; i++)
			told[f] -= l->beliefs[f][i] != NULL;
		assert_int_equal(told[f], 0); /* and of no other prefix */
		assert_int_equal(adjout_queued(l->member, f), 0);
		assert_int_equal(l->eors[f], 1);
	}
}

static void
run(uint64_t seed, unsigned start_at)
{
	struct world w;

	world_init(&w, seed);
	for (unsigned n = 0; n < STEPS; n++) {
		if (n == start_at)
			adjout_start(w.adjout);
		step(&w);
	}
	for (unsigned i = 0; i < LISTENERS; i++)
		if (w.listeners[i] != NULL)
			check(&w, w.listeners[i]);
	world_fini(&w);
}

TEST(every_peer_ends_with_the_best_that_it_may_know)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		print_message("# seed %u\n", (unsigned)seed);
		run(seed, seed % 2 ? 0 : 200);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    every_peer_ends_with_the_best_that_it_may_know),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
