/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Histories of peers at the rib: they say and take back routes, restart, say all once
 * more, get another policy, another mode, another name, are short of room, and all of
 * it in whatever order and in the midst of each other. After any of them what is left
 * is what a plain look at each route says, and who heard it all along knows what one
 * who comes then is told. The seeds are fixed, a failure prints its own;
 * LBBGP_SEEDS=N plays so many.
 */
#include <stdio.h>

#include "bgpd/rib/path_match.h"
#include "bgpd/rib/rib_table.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/attr.h"
#include "common/rng.h"
#include "tests/unit/listener.h"

enum {
	SOURCES = 4, /* from 1 on */
	PREFIXES = 10,
	PATHS = 4,
	POLICIES = 4,
	IDS = 3,
	STEPS = 150,
	HISTORIES = 400,
	NEIGHBOR = SOURCES,
};

struct world {
	struct rng rng;
	struct path_table *paths, *heard;
	struct rib *rib;
	struct adjout *adjout;
	struct listener *l;
	struct path *path[PATHS];
	struct path_match matches[2];
	uint32_t tag, community;
	struct policy_rule rules[POLICIES];
	struct policy policies[POLICIES]; /* the last one is for who hears */
};

static const struct policy *
any_policy(struct world *w)
{
	uint32_t i = rng_below(&w->rng, POLICIES);

	return i == POLICIES - 1 ? NULL : &w->policies[i];
}

static void
add_policies(struct world *w)
{
	struct action med = { ACTION_MED, { 77 }, { 0 } };
	uint32_t verdicts[POLICIES] = { VERDICT_REFUSE,
		rib_verdict(w->rib, &med, 1), VERDICT_ACCEPT, VERDICT_REFUSE };

	w->tag = 7;
	w->community = 1;
	w->matches[0] = (struct path_match){ .communities = &w->community,
		.n_communities = 1 };
	w->matches[1] = (struct path_match){ .tags = &w->tag, .n_tags = 1 };
	for (unsigned i = 0; i < POLICIES; i++) {
		w->rules[i] = (struct policy_rule){ pfx("10.0.0.0/8"), 8, 32,
			verdicts[i], i != 2, 0 };
		w->policies[i] = (struct policy){ .rules = &w->rules[i],
			.n = 1,
			.otherwise = i == 2 ? VERDICT_REFUSE : VERDICT_ACCEPT,
			.matches = &w->matches[i == POLICIES - 1],
			.n_matches = 1 };
	}
}

static struct world *
world_new(uint64_t seed)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct group_key key = ebgp_key;

	rng_init(&w->rng, seed);
	w->paths = path_table_new(1);
	w->heard = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->adjout = adjout_new(w->rib);
	rib_set_identity(
	    w->rib, &(struct identity){ .asn = 65000, .router_id = 1 });
	adjout_start(w->adjout);
	add_policies(w);
	for (uint32_t i = 0; i < PATHS; i++) {
		struct attrs a = heard(i < 2 ? VIA_65001 : VIA_65002_65001,
		    i % 2 == 0 ? "10.0.0.1" : "10.0.0.2");
		uint8_t list[4] = { 0, 0, 0, (uint8_t)(i % 3) };

		a.communities = rbuf_of(list, sizeof(list));
		a.has |= ATTR_BIT(ATTR_COMMUNITIES);
		w->path[i] = path_intern(w->paths, &a);
	}
	for (uint32_t i = 1; i < SOURCES; i++) {
		struct rib_source s = ebgp_source;

		s.router_id += i;
		s.addr.bytes[3] = (uint8_t)i;
		rib_add_source(w->rib, i, &s);
	}
	key.pass_received = true;
	key.policy = &w->policies[POLICIES - 1];
	w->l = listener_new(w->adjout, w->heard, &key, NEIGHBOR);
	return w;
}

static void
sweep(struct world *w)
{
	while (!rib_forget_some(w->rib, 1))
		;
	while (!adjout_fill_some(w->adjout, 1000))
		;
}

static void
world_free(struct world *w)
{
	for (uint32_t i = 1; i < SOURCES; i++)
		rib_forget_begin(w->rib, i);
	sweep(w);
	listener_drain(w->l);
	listener_free(w->l);
	sweep(w);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V6)->n, 0);
	for (unsigned i = 0; i < PATHS; i++)
		path_unref(w->path[i]);
	adjout_free(w->adjout);
	rib_free(w->rib);
	path_table_free(w->paths);
	path_table_free(w->heard);
	free(w);
}

/* Half of them are of IPv4. */
static struct nlri
nlri_of(struct wbuf *w, unsigned prefix, uint32_t id)
{
	enum family f = prefix < PREFIXES / 2 ? FAMILY_V4 : FAMILY_V6;
	size_t start = w->len;

	wbuf_u32(w, id);
	wbuf_u8(w, 16);
	wbuf_u16(w, (uint16_t)((f == FAMILY_V4 ? 0x0a00 : 0x2001) + prefix));
	return (struct nlri){ wbuf_read(w, start), (uint8_t)f, true, 1 };
}

static void
say(struct world *w, uint32_t source, unsigned prefix, struct path *path)
{
	uint8_t room[16];
	struct wbuf bytes = wbuf_of(room, sizeof(room));
	struct nlri nlri = nlri_of(&bytes, prefix, rng_below(&w->rng, IDS));
	struct update u = { 0 };

	if (path == NULL) {
		u.unreach[1] = nlri;
	} else {
		path_attrs(path, &u.attrs);
		u.reach[1].nlri = nlri;
		u.reach[1].next_hop = u.attrs.next_hop;
	}
	rib_import(w->rib, source, &u);
}

/* As peer.c does when filters are edited; what is only counted is said again or not. */
static void
edit(struct world *w, uint32_t source)
{
	const struct rib_source *was = rib_source(w->rib, source);
	struct rib_source s = *was;

	s.policy = any_policy(w);
	s.import = rng_below(&w->rng, 4) == 0 ? IMPORT_KEEP : IMPORT_ACCEPT;
	s.tag = rng_below(&w->rng, 3) == 0 ? 7 : s.tag;
	s.tag = rng_below(&w->rng, 6) == 0 ? 8 : s.tag;
	s.router_id ^= rng_below(&w->rng, 4) == 0;
	s.max_prefixes[FAMILY_V4] = rng_below(&w->rng, 3) == 0 ? 1000 : 0;
	bool same = was->policy == s.policy && was->import == s.import;

	rib_add_source(w->rib, source, &s);
	if (!same && !rib_judge_begin(w->rib, source) &&
	    rng_below(&w->rng, 2) == 0)
		rib_relearn(w->rib, source);
}

static void
go_down(struct world *w, uint32_t source)
{
	const bool keep[FAMILIES] = { false, true, rng_below(&w->rng, 3) != 0 };

	if (rng_below(&w->rng, 3) == 0 ||
	    !rib_stale_begin(w->rib, source, keep)) {
		struct rib_source s = *rib_source(w->rib, source);

		rib_forget_begin(w->rib, source);
		if (rng_below(&w->rng, 2) == 0)
			rib_forget_some(w->rib, 1);
		rib_add_source(w->rib, source, &s);
	}
}

static void
step(struct world *w)
{
	uint32_t source = 1 + rng_below(&w->rng, SOURCES - 1);
	enum family f = 1 + rng_below(&w->rng, 2);
	unsigned prefix = rng_below(&w->rng, PREFIXES);

	switch (rng_below(&w->rng, 20)) {
	case 0:
	case 1:
		edit(w, source);
		break;
	case 2:
		go_down(w, source);
		break;
	case 3:
	case 4:
		rib_stale_end(w->rib, source, f);
		break;
	case 5:
		rib_stale_age(w->rib, source, f);
		break;
	case 6:
		rib_stale_again(w->rib, source, f);
		break;
	case 7:
		rib_pack(w->rib);
		break;
	case 8:
		/* So small that what is shown only has to go, or ample. */
		rib_set_budget(w->rib,
		    rng_below(&w->rng, 2) == 0 ? 4 * rib_bytes(w->rib) + 4096
					       : RIB_BUDGET);
		break;
	case 9:
	case 10:
		rib_forget_some(w->rib, 1);
		break;
	case 11:
		listener_pull(w->l);
		break;
	case 12:
	case 13:
	case 14:
		say(w, source, prefix, NULL);
		break;
	default:
		say(w, source, prefix, w->path[rng_below(&w->rng, PATHS)]);
	}
}

/* What is left is as it would be judged now. */
static void
check_route(struct world *w, enum family f, uint32_t index, uint32_t at)
{
	struct rib *r = w->rib;
	const struct route *route = &r->routes[at];
	struct prefix p = prefix_table_get(&r->tables[f].prefixes, index);
	struct path *path = path_by_id(r->paths, route->path);
	uint16_t flags;

	if (path == NULL)
		return;
	struct path *root = path->from != NULL ? path->from : path;
	struct path *now = rib_judge(r, route->source, &p, root, &flags);

	assert_int_equal(
	    route->flags & (ROUTE_ELIGIBLE | ROUTE_FILTERED), flags);
	if (r->sources[route->source].stale[f].aged &&
	    rib_route_is_stale(r, f, route)) {
		assert_true(path_has_community(path, COMMUNITY_LLGR_STALE));
		assert_ptr_equal(root, now->from != NULL ? now->from : now);
	} else {
		assert_ptr_equal(path, now);
	}
	path_unref(now);
}

struct tally {
	uint32_t kept, accepted, filtered, stale;
};

static void
count(struct world *w, enum family f, struct tally t[SOURCES])
{
	const struct rib *r = w->rib;
	const struct family_table *table = &r->tables[f];

	memset(t, 0, SOURCES * sizeof(*t));
	for (uint32_t i = 1; i < table->prefixes.end; i++)
		for (uint32_t at = table->first[i]; at != 0;
		     at = r->routes[at].next) {
			const struct route *route = &r->routes[at];
			struct tally *of = &t[route->source];

			check_route(w, f, i, at);
			of->kept++;
			of->accepted += (route->flags & ROUTE_ELIGIBLE) != 0;
			of->filtered += (route->flags & ROUTE_FILTERED) != 0;
			of->stale += rib_route_is_stale(r, f, route);
		}
}

static void
check_counts(struct world *w)
{
	struct tally t[SOURCES];

	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		count(w, f, t);
		for (uint32_t i = 1; i < SOURCES; i++) {
			const struct source_state *s = &w->rib->sources[i];
			struct rib_counts c = rib_counts(w->rib, i, f);

			assert_int_equal(s->kept[f], t[i].kept);
			assert_int_equal(c.accepted, t[i].accepted);
			assert_int_equal(c.filtered, t[i].filtered);
			assert_int_equal(c.stale, t[i].stale);
			assert_int_equal(s->stale[f].n, t[i].stale);
			assert_true(c.received >= t[i].kept);
			if (!s->estimated[f])
				assert_int_equal(c.received, t[i].kept);
		}
	}
}

static void
check_told(struct world *w)
{
	struct listener *fresh =
	    listener_new(w->adjout, w->heard, &w->l->key, NEIGHBOR);
	uint8_t room[16];

	sweep(w);
	listener_drain(fresh);
	listener_drain(w->l);
	for (unsigned i = 0; i < PREFIXES; i++) {
		struct wbuf bytes = wbuf_of(room, sizeof(room));
		struct nlri nlri = nlri_of(&bytes, i, 0);
		struct prefix p;
		uint32_t id;

		assert_true(nlri_next(&nlri, &p, &id));
		assert_ptr_equal(
		    listener_belief(w->l, &p), listener_belief(fresh, &p));
	}
	listener_free(fresh);
}

static void
check(struct world *w)
{
	sweep(w);
	check_counts(w);
	check_told(w);
}

TEST(any_history_ends_as_a_plain_look_says)
{
	const char *most = getenv("LBBGP_SEEDS");
	uint64_t seeds = most != NULL ? strtoull(most, NULL, 10) : HISTORIES;

	for (uint64_t seed = 1; seed <= seeds; seed++) {
		struct world *w = world_new(seed);

		print_message("# seed %u\n", (unsigned)seed);
		for (unsigned n = 0; n < STEPS; n++) {
			step(w);
			if (rng_below(&w->rng, 30) == 0)
				check(w);
		}
		for (uint32_t i = 1; i < SOURCES; i++)
			for (enum family f = FAMILY_V4; f < FAMILIES; f++)
				rib_stale_end(w->rib, i, f);
		check(w);
		for (uint32_t i = 1; i < SOURCES; i++)
			for (enum family f = FAMILY_V4; f < FAMILIES; f++)
				assert_int_equal(
				    rib_counts(w->rib, i, f).stale, 0);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(any_history_ends_as_a_plain_look_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
