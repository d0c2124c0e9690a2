/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Several paths of a prefix (RFC 7911): what a peer believes is kept by prefix and path
 * id. First single things; then whatever happens in whatever order, beside groups that
 * are told the best path alone. The seeds are fixed, a failure prints its own.
 */
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/decide.h"
#include "bgpd/rib/path_match.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/rib_table.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum {
	PREFIXES = 60,
	PATHS = 6,
	SOURCES = 4,
	IDS = 3, /* paths of a prefix that a source has at most */
	PEERS = 6,
	POLICIES = 2,
	STEPS = 3000,
	BELIEFS = PREFIXES * SOURCES * IDS + 1,
};

struct belief {
	struct prefix prefix;
	uint32_t id;
	struct path *path; /* ref */
};

/* A peer that believes what it is told. */
struct peer {
	struct group_key key;
	uint32_t source;
	struct member *member;
	struct belief beliefs[BELIEFS];
	size_t n;
	unsigned eors;
	unsigned needless; /* withdrawals of what it did not have */
};

struct world {
	struct rng rng;
	struct path_table *paths, *heard;
	struct rib *rib;
	struct adjout *adjout;
	struct path *local[PATHS], *learned[PATHS];
	struct policy_rule rules[POLICIES];
	struct policy policies[POLICIES];
	struct peer *peers[PEERS];
};

/* --- The peer. --- */

static void
on_wake(void *arg)
{
	(void)arg;
}

static const struct adjout_ops peer_ops = { .wake = on_wake };

static struct belief *
belief_of(struct peer *peer, const struct prefix *p, uint32_t id)
{
	for (size_t i = 0; i < peer->n; i++)
		if (peer->beliefs[i].id == id &&
		    prefix_eq(&peer->beliefs[i].prefix, p))
			return &peer->beliefs[i];
	return NULL;
}

static void
disbelieve(struct peer *peer, const struct prefix *p, uint32_t id)
{
	struct belief *b = belief_of(peer, p, id);

	if (b == NULL) {
		peer->needless++;
		return;
	}
	path_unref(b->path);
	*b = peer->beliefs[--peer->n];
}

/* Takes the reference. */
static void
believe(
    struct peer *peer, const struct prefix *p, uint32_t id, struct path *path)
{
	struct belief *b = belief_of(peer, p, id);

	if (b == NULL) {
		assert_true(peer->n < BELIEFS);
		b = &peer->beliefs[peer->n++];
	} else {
		path_unref(b->path);
	}
	*b = (struct belief){ *p, id, path };
}

static void
hear_update(struct world *w, struct peer *peer, const struct update *u)
{
	struct prefix p;
	uint32_t id;

	for (unsigned i = 0; i < 2; i++) {
		struct attrs a = update_attrs(u, i);
		struct nlri gone = u->unreach[i], come = u->reach[i].nlri;

		while (nlri_next(&gone, &p, &id))
			disbelieve(peer, &p, id);
		while (nlri_next(&come, &p, &id))
			believe(peer, &p, id, path_intern(w->heard, &a));
	}
}

static bool
pull(struct world *w, struct peer *peer)
{
	bool adds = peer->key.add_path[FAMILY_V4] != 0;
	struct update_ctx ctx = {
		.ebgp = peer->key.kind == PEER_EBGP,
		.as4 = peer->key.as4,
		.family = { [FAMILY_V4] = true },
		.add_path = { [FAMILY_V4] = adds },
	};
	uint8_t room[UPDATE_SCRATCH(MSG_MAX)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct rbuf bytes;
	struct msg msg;
	struct update u;
	struct bgp_err err;

	if (!adjout_next(peer->member, &bytes))
		return false;
	assert_int_equal(
	    msg_cut(&bytes, peer->key.max_message, &msg, &err), MSG_WHOLE);
	assert_int_equal(
	    update_parse(msg.body, &ctx, &scratch, &u, &err), UPD_OK);
	peer->eors += u.eor != FAMILY_NONE;
	hear_update(w, peer, &u);
	return true;
}

static void
drain(struct world *w, struct peer *peer)
{
	while (!adjout_fill_some(w->adjout, 10))
		;
	while (pull(w, peer))
		;
}

static struct peer *
join(struct world *w, const struct group_key *key, uint32_t source)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));

	peer->key = *key;
	peer->source = source;
	peer->member = adjout_join(w->adjout, key, source, &peer_ops, peer);
	return peer;
}

static void
leave(struct peer *peer)
{
	adjout_leave(peer->member);
	while (peer->n > 0)
		path_unref(peer->beliefs[--peer->n].path);
	free(peer);
}

/* --- The world. --- */

static void
add_paths(struct world *w)
{
	for (uint32_t i = 0; i < PATHS; i++) {
		struct attrs a = heard(VIA_65002_65001, "10.9.0.1");
		uint32_t audience = i % 3;

		a.med = i;
		a.has |= ATTR_BIT(ATTR_MED);
		a.communities = i == 1 ? hex("ffffff01")
		    : i == 3           ? hex("00000003")
				       : hex("");
		w->learned[i] = path_intern(w->paths, &a);
		w->local[i] = path_local(w->paths,
		    &(struct path_local){ .communities = &i,
			.n_communities = 1,
			.local_pref = 100 + i,
			.audiences = &audience,
			.n_audiences = i > 3 });
	}
}

/* What one of the sources gives is refused; what has a community gets another MED. */
static void
add_policies(struct world *w)
{
	static const uint32_t source = 2, community = 3;
	static const struct path_match matches[POLICIES] = {
		{ .tags = &source, .n_tags = 1 },
		{ .communities = &community, .n_communities = 1 },
	};
	struct action med = { ACTION_MED, { 77 }, { 0 } };
	uint32_t verdicts[POLICIES] = { VERDICT_REFUSE,
		rib_verdict(w->rib, &med, 1) };

	for (unsigned i = 0; i < POLICIES; i++) {
		w->rules[i] = (struct policy_rule){ pfx("10.0.0.0/8"), 8, 32,
			verdicts[i], 1, 0 };
		w->policies[i] = (struct policy){
			.rules = &w->rules[i],
			.n = 1,
			.otherwise = VERDICT_ACCEPT,
			.matches = &matches[i],
			.n_matches = 1,
		};
	}
}

static struct world *
world_new(uint64_t seed)
{
	struct world *w = xcalloc(1, sizeof(*w));

	rng_init(&w->rng, seed);
	w->paths = path_table_new(1);
	w->heard = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->adjout = adjout_new(w->rib);
	add_paths(w);
	add_policies(w);
	for (uint32_t i = 1; i < SOURCES; i++) {
		struct rib_source s = i == 1 ? ibgp_source : ebgp_source;

		s.router_id += i;
		s.tag = i;
		rib_add_source(w->rib, i, &s);
	}
	return w;
}

static void
world_free(struct world *w)
{
	for (unsigned i = 0; i < PEERS; i++)
		if (w->peers[i] != NULL)
			leave(w->peers[i]);
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
	adjout_free(w->adjout);
	rib_free(w->rib);
	path_table_free(w->paths);
	path_table_free(w->heard);
	free(w);
}

static void
set(struct world *w, uint32_t source, uint32_t id, const char *prefix,
    struct path *path)
{
	struct prefix p = pfx(prefix);
	struct route_key key = { source, id };

	if (path != NULL)
		rib_set_route(w->rib, key, &p, path, ROUTE_ELIGIBLE);
	else
		rib_unset_route(w->rib, key, &p);
}

/* Received routes are passed on to eBGP, as many of a prefix. */
static struct group_key
key_of(uint32_t most)
{
	struct group_key k = ebgp_key;

	k.families[FAMILY_V6] = false;
	k.pass_received = true;
	k.add_path[FAMILY_V4] = most;
	return k;
}

static size_t
known(const struct peer *peer, const char *prefix)
{
	struct prefix p = pfx(prefix);
	size_t n = 0;

	for (size_t i = 0; i < peer->n; i++)
		n += prefix_eq(&peer->beliefs[i].prefix, &p);
	return n;
}

/* --- Single things. --- */

TEST(all_paths_of_a_prefix_are_told)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(ADD_PATH_ALL);

	set(w, RIB_LOCAL, 0, "10.1.0.0/16", w->local[0]);
	set(w, 2, 1, "10.1.0.0/16", w->learned[0]);
	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 3);

	set(w, 2, 2, "10.1.0.0/16", w->learned[2]);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 3);
	assert_int_equal(adjout_advertised(peer->member, FAMILY_V4), 3);
	set(w, 2, 1, "10.1.0.0/16", NULL); /* the best one stays */
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 2);
	set(w, 2, 2, "10.1.0.0/16", NULL);
	set(w, RIB_LOCAL, 0, "10.1.0.0/16", NULL);
	drain(w, peer);
	assert_int_equal(peer->n, 0);
	assert_int_equal(peer->needless, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	world_free(w);
}

TEST(a_path_keeps_its_id_while_others_come_and_go)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(ADD_PATH_ALL);

	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 3);

	set(w, 2, 7, "10.1.0.0/16", w->learned[2]);
	drain(w, peer);
	uint32_t id = peer->beliefs[0].id;

	set(w, RIB_LOCAL, 0, "10.1.0.0/16", w->local[0]);
	set(w, 2, 7, "10.1.0.0/16", w->learned[3]);
	drain(w, peer);
	assert_int_equal(peer->n, 2);
	set(w, RIB_LOCAL, 0, "10.1.0.0/16", NULL);
	rib_pack(w->rib);
	drain(w, peer);
	assert_int_equal(peer->n, 1);
	assert_int_equal(peer->beliefs[0].id, id);
	world_free(w);
}

TEST(the_best_n_are_told)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(2);

	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 3);

	for (uint32_t i = 5; i > 1; i--) /* by MED; the last one is the best */
		set(w, 2, i, "10.1.0.0/16", w->learned[i]);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 2);
	set(w, RIB_LOCAL, 0, "10.1.0.0/16", w->local[0]);
	set(w, 2, 2, "10.1.0.0/16", NULL);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 2);
	key.add_path[FAMILY_V4] = ADD_PATH_ALL; /* nothing resets */
	peer->key = key;
	adjout_move(peer->member, &key);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 4);
	assert_int_equal(peer->eors, 1);
	world_free(w);
}

/* Each path is judged for itself, when it comes and when the policy does. */
TEST(a_policy_may_refuse_one_path_of_a_prefix)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(ADD_PATH_ALL);

	key.policy = &w->policies[0];
	set(w, 2, 1, "10.1.0.0/16", w->learned[0]);
	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 1);

	set(w, 3, 1, "10.1.0.0/16", w->learned[0]);
	set(w, 2, 2, "10.1.0.0/16", w->learned[4]);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 1);
	assert_int_equal(adjout_advertised(peer->member, FAMILY_V4), 1);
	key.policy = NULL;
	adjout_move(peer->member, &key);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 3);
	key.policy = &w->policies[0];
	adjout_move(peer->member, &key);
	drain(w, peer);
	assert_int_equal(known(peer, "10.1.0.0/16"), 1);
	set(w, 3, 1, "10.1.0.0/16", NULL);
	drain(w, peer);
	assert_int_equal(peer->n, 0);
	assert_int_equal(peer->needless, 0);
	world_free(w);
}

/* … and gets what the policy sets, and no other does. */
TEST(a_policy_may_set_something_of_one_path_of_a_prefix)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(ADD_PATH_ALL);

	key.policy = &w->policies[1];
	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 1);

	set(w, 2, 1, "10.1.0.0/16", w->learned[2]);
	set(w, 3, 1, "10.1.0.0/16", w->learned[3]);
	drain(w, peer);
	assert_int_equal(peer->n, 2);
	for (size_t i = 0; i < 2; i++) {
		const struct path *path = peer->beliefs[i].path;
		bool has = path_has_community(path, 3);

		assert_int_equal((path->has & ATTR_BIT(ATTR_MED)) != 0, has);
		assert_int_equal(path->med, has ? 77 : 0);
	}
	assert_ptr_not_equal(peer->beliefs[0].path, peer->beliefs[1].path);
	world_free(w);
}

TEST(views_tell_each_path)
{
	struct world *w = world_new(1);
	struct group_key key = key_of(ADD_PATH_ALL);
	struct adjout_cursor at = { .family = FAMILY_V4 };
	struct prefix p = pfx("10.1.0.0/16");
	struct adjout_route r;
	size_t n = 0;

	adjout_start(w->adjout);
	struct peer *peer = w->peers[0] = join(w, &key, 3);

	set(w, RIB_LOCAL, 0, "10.1.0.0/16", w->local[0]);
	drain(w, peer);
	assert_int_equal(adjout_told(peer->member, &p), ADJOUT_SENT);
	set(w, 2, 1, "10.1.0.0/16", w->learned[0]);
	assert_int_equal(adjout_told(peer->member, &p), ADJOUT_QUEUED);
	assert_int_equal(adjout_queued(peer->member, FAMILY_V4), 1);
	drain(w, peer);
	while (adjout_advertised_next(peer->member, &at, &r)) {
		assert_true(prefix_eq(&r.prefix, &p));
		assert_non_null(belief_of(peer, &p, r.path_id));
		n++;
	}
	assert_int_equal(n, 2);
	world_free(w);
}

/* --- Whatever happens. --- */

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

	return prefix_of(&a, 24 + n % 9);
}

/* How a peer's session was made stays: the kind, and whether there are path ids. */
static struct group_key
some_key(struct world *w, bool internal, bool adds)
{
	static const uint32_t most[] = { ADD_PATH_ALL, 2, 1 };
	struct group_key k = key_of(adds ? most[below(w, 3)] : 0);

	k.kind = internal ? PEER_IBGP : PEER_EBGP;
	k.max_message = internal ? 200 : MSG_MAX;
	k.audience = below(w, 3);
	k.pass_received = k.audience > 0;
	uint32_t policy = below(w, POLICIES + 1);

	k.policy = policy < POLICIES ? &w->policies[policy] : NULL;
	return k;
}

static void
change_route(struct world *w)
{
	struct prefix p = some_prefix(w);
	struct route_key key = { below(w, SOURCES), 0 };
	uint32_t path = below(w, PATHS + 3);

	key.path_id = key.source == RIB_LOCAL ? 0 : below(w, IDS);
	if (path >= PATHS) {
		rib_unset_route(w->rib, key, &p);
		rib_tidy(w->rib);
		return;
	}
	struct rib_source s = *rib_source(w->rib, key.source);

	rib_add_source(w->rib, key.source, &s); /* it may be on its way out */
	rib_set_route(w->rib, key, &p,
	    key.source == RIB_LOCAL ? w->local[path] : w->learned[path],
	    below(w, 8) == 0 ? 0 : ROUTE_ELIGIBLE);
}

static void
come_or_go(struct world *w, unsigned which)
{
	struct group_key key = some_key(w, which % 2, which > 1);

	if (w->peers[which] == NULL) {
		w->peers[which] = join(w, &key, 1 + which);
		return;
	}
	leave(w->peers[which]);
	w->peers[which] = NULL;
}

static void
step(struct world *w)
{
	unsigned which = below(w, PEERS);
	struct peer *peer = w->peers[which];
	uint32_t what = below(w, 100);

	rib_forget_some(w->rib, below(w, 3));
	adjout_fill_some(w->adjout, below(w, 3));
	if (what < 70) {
		change_route(w);
	} else if (what < 72) {
		come_or_go(w, which);
	} else if (what < 73) {
		rib_forget_begin(w->rib, below(w, SOURCES));
	} else if (what < 74) {
		rib_pack(w->rib);
	} else if (peer == NULL) {
		return;
	} else if (what < 76) {
		peer->key = some_key(w, which % 2, which > 1);
		adjout_move(peer->member, &peer->key);
	} else if (what < 78) {
		adjout_refresh(peer->member, FAMILY_V4, false);
	} else if (what < 99 && which > 3) {
		for (uint32_t n = below(w, 8); n > 0 && pull(w, peer); n--)
			;
	} else if (what < 80) { /* the others are slow */
		pull(w, peer);
	}
}

/* As the peer is to see it, a reference; NULL: not at all. */
static struct path *
exported(struct world *w, const struct peer *peer, const struct prefix *p,
    const struct rib_source *source, struct path *path)
{
	const struct verdict_table *verdicts = rib_verdicts(w->rib);
	struct policy_case c;
	struct attrs a;

	if (policy_is_forbidden(&peer->key, source, path))
		return NULL;
	policy_case_init(&c, peer->key.policy, path, source);
	uint32_t verdict = policy_judge(&c, p);
	struct path *judged = verdict_apply(verdicts, verdict, path);

	if (judged == NULL)
		return NULL;
	struct path *out = policy_export(&peer->key, FAMILY_V4, source, judged,
	    verdict_sets(verdicts, verdict));

	path_unref(judged);
	if (out == NULL)
		return NULL;
	path_attrs(out, &a);
	struct path *read = path_intern(w->heard, &a);

	path_unref(out);
	return read;
}

/* What the peer is to know of a prefix, references; by a choice of our own. */
static size_t
due(struct world *w, const struct peer *peer, const struct prefix *p,
    struct path *out[SOURCES * IDS])
{
	struct route_candidate all[SOURCES * IDS];
	uint32_t most = peer->key.add_path[FAMILY_V4];
	struct rib_route r;
	size_t n = 0, told = 0;

	for (uint32_t i = 0; rib_lookup(w->rib, p, i, &r); i++) {
		const struct rib_source *s = rib_source(w->rib, r.source);

		if (!r.eligible || (most != 0 && !policy_passes(&peer->key, s)))
			continue;
		all[n++] = (struct route_candidate){ r.path, s, r.path_id,
			false, r.source };
	}
	most = most == 0 ? 1 : most;
	for (size_t i = 0; i < n && i < most; i++) {
		decide(all + i, n - i);
		if (all[i].tag == peer->source)
			continue;
		struct path *path = exported(w, peer, p, all[i].source,
		    path_by_id(w->paths, all[i].path->id));

		if (path != NULL)
			out[told++] = path;
	}
	return told;
}

static int
by_pointer(const void *a, const void *b)
{
	const struct path *x, *y;

	memcpy(&x, a, sizeof(x));
	memcpy(&y, b, sizeof(y));
	return x < y ? -1 : x > y;
}

static size_t
check_prefix(struct world *w, struct peer *peer, const struct prefix *p)
{
	struct path *is[BELIEFS], *should[SOURCES * IDS];
	size_t n = 0, m = due(w, peer, p, should);

	for (size_t i = 0; i < peer->n; i++)
		if (prefix_eq(&peer->beliefs[i].prefix, p))
			is[n++] = peer->beliefs[i].path;
	assert_int_equal(n, m);
	qsort(is, n, sizeof(*is), by_pointer);
	qsort(should, m, sizeof(*should), by_pointer);
	for (size_t i = 0; i < n; i++) {
		assert_ptr_equal(is[i], should[i]);
		path_unref(should[i]);
	}
	assert_int_equal(adjout_told(peer->member, p) == ADJOUT_SENT, n > 0);
	return n;
}

static void
check(struct world *w, struct peer *peer)
{
	const struct prefix_table *t = rib_prefixes(w->rib, FAMILY_V4);
	size_t n = 0;

	drain(w, peer);
	for (uint32_t i = 1; i < t->end; i++) {
		if (!prefix_table_has(t, i))
			continue;
		struct prefix p = prefix_table_get(t, i);

		n += check_prefix(w, peer, &p);
	}
	assert_int_equal(n, peer->n); /* and of no other prefix */
	assert_int_equal(adjout_advertised(peer->member, FAMILY_V4), n);
	assert_int_equal(adjout_queued(peer->member, FAMILY_V4), 0);
	assert_int_equal(peer->eors, 1);
}

TEST(every_peer_ends_with_the_paths_that_it_may_know)
{
	for (uint64_t seed = 1; seed <= 40; seed++) {
		struct world *w = world_new(seed);

		print_message("# seed %u\n", (unsigned)seed);
		for (unsigned n = 0; n < STEPS; n++) {
			if (n == (seed % 2 ? 0 : 200))
				adjout_start(w->adjout);
			step(w);
		}
		for (unsigned i = 0; i < PEERS; i++)
			if (w->peers[i] != NULL)
				check(w, w->peers[i]);
		world_free(w);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(all_paths_of_a_prefix_are_told),
		cmocka_unit_test(a_path_keeps_its_id_while_others_come_and_go),
		cmocka_unit_test(the_best_n_are_told),
		cmocka_unit_test(a_policy_may_refuse_one_path_of_a_prefix),
		cmocka_unit_test(
		    a_policy_may_set_something_of_one_path_of_a_prefix),
		cmocka_unit_test(views_tell_each_path),
		cmocka_unit_test(
		    every_peer_ends_with_the_paths_that_it_may_know),
	};

	return cmocka_run_group_tests_name("add_path", tests, NULL, NULL);
}
