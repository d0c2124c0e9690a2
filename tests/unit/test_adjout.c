/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The way out of a rib: routes go in, and what each member of a group would send comes
 * out as text, a message at a time. A world has a rib, an adj-out and a few members; a
 * test changes routes while members are at different places in the list of changes (far
 * behind, half through a message, just moved to another group) and looks that each ends
 * with what there is, told once and in as few messages as may be.
 */
#include <stdio.h>

#include "bgpd/rib/path_match.h"
#include "bgpd/rib/verdict.h"
#include "tests/unit/listener.h"

enum { FEEDER = 1, NEIGHBOR = 2, OTHER = 3 };

struct world {
	struct path_table *paths;
	struct path_table *heard;
	struct rib *rib;
	struct adjout *adjout;
	struct group_key key; /* eBGP, received routes are passed on */
	struct path *learned;
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	w->paths = path_table_new(1);
	w->heard = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->adjout = adjout_new(w->rib);
	w->key = ebgp_key;
	w->key.pass_received = true;
	w->learned = path_intern(w->paths, &a);
	rib_add_source(w->rib, FEEDER, &ebgp_source);
	adjout_start(w->adjout);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	path_unref(w->learned);
	adjout_free(w->adjout);
	rib_free(w->rib);
	path_table_free(w->paths);
	path_table_free(w->heard);
	free(w);
	return 0;
}

static struct listener *
join(struct world *w, uint32_t source)
{
	return listener_new(w->adjout, w->heard, &w->key, source);
}

static void
announce(struct world *w, const char *prefix, uint32_t community)
{
	struct prefix p = pfx(prefix);
	struct path *path = local_path(w->paths, community);

	rib_set(w->rib, RIB_LOCAL, &p, path);
	path_unref(path);
}

static void
withdraw(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_unset(w->rib, RIB_LOCAL, &p);
}

static void
feed(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_set(w->rib, FEEDER, &p, w->learned);
}

static bool
knows(const struct listener *l, const char *prefix)
{
	struct prefix p = pfx(prefix);

	return listener_belief(l, &p) != NULL;
}

static bool
knows_community(
    const struct listener *l, const char *prefix, uint32_t community)
{
	struct prefix p = pfx(prefix);
	const struct path *path = listener_belief(l, &p);
	struct attrs a;

	if (path == NULL)
		return false;
	path_attrs(path, &a);
	return attrs_has_community(&a, community);
}

static void
a_new_peer_is_told_the_table_and_its_end(void **state)
{
	struct world *w = *state;

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	announce(w, "2001:db8::/32", 1);
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	assert_true(knows(l, "10.2.0.0/16"));
	assert_true(knows(l, "2001:db8::/32"));
	assert_int_equal(l->eors[FAMILY_V4], 1);
	assert_int_equal(l->eors[FAMILY_V6], 1);
	assert_int_equal(l->messages, 4);
	listener_free(l);
}

static uint32_t
originator(const struct listener *l, const char *prefix)
{
	struct prefix p = pfx(prefix);

	return listener_belief(l, &p)->originator_id;
}

/* RFC 4456 8. It has come back, and says the same as before. */
static void
a_reflected_route_is_of_the_router_that_gives_it_now(void **state)
{
	struct world *w = *state;
	struct rib_source feeder = ibgp_source;

	feeder.reflected = feeder.client = true;
	rib_add_source(w->rib, FEEDER, &feeder);
	feed(w, "10.1.0.0/16");
	w->key = ibgp_key();
	w->key.cluster_id = 1;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	assert_int_equal(originator(l, "10.1.0.0/16"), feeder.router_id);
	feeder.router_id++;
	rib_add_source(w->rib, FEEDER, &feeder);
	feed(w, "10.1.0.0/16");
	while (rib_has_rest(w->rib))
		rib_forget_some(w->rib, 10);
	listener_drain(l);
	assert_int_equal(originator(l, "10.1.0.0/16"), feeder.router_id);
	listener_free(l);
}

/* Each has a path of its own, which makes taking them in the more work. */
static void
announce_many(struct world *w, uint32_t from, uint32_t to)
{
	for (uint32_t i = from; i < to; i++) {
		struct addr a = addr_v4(0x0a000000 + i);
		struct prefix p = prefix_host(&a);
		struct path *path = local_path(w->paths, 1 + i);

		rib_set(w->rib, RIB_LOCAL, &p, path);
		path_unref(path);
	}
}

static void
fill(struct world *w)
{
	while (!adjout_fill_some(w->adjout, 10000))
		;
}

static void
move(struct world *w, struct listener *l)
{
	adjout_move(l->member, &w->key);
	fill(w);
}

static void
a_large_table_is_taken_in_a_part_at_a_time(void **state)
{
	struct world *w = *state;

	announce_many(w, 0, 3000);
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	assert_in_range(adjout_queued(l->member, FAMILY_V4), 1000, 3001);
	assert_false(adjout_fill_some(w->adjout, 10000));
	listener_drain(l);
	assert_int_equal(l->prefixes[FAMILY_V4].n, 0);
	assert_int_equal(l->eors[FAMILY_V4], 0);
	assert_int_equal(l->wakes, 0);
	fill(w);
	assert_int_equal(l->wakes, 1);
	listener_drain(l);
	assert_int_equal(l->prefixes[FAMILY_V4].n, 3000);
	assert_int_equal(l->eors[FAMILY_V4], 1);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	listener_free(l);
}

static void
what_changes_while_a_table_is_taken_in_is_told(void **state)
{
	struct world *w = *state;
	struct prefix untold = pfx("10.99.0.0/16"),
		      last = pfx("10.0.11.182/32");

	w->key.pass_received = false;
	feed(w, "10.99.0.0/16");
	announce_many(w, 0, 3000);
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	withdraw(w, "10.0.0.1/32");    /* has been taken in */
	withdraw(w, "10.0.11.183/32"); /* the last one */
	announce(w, "10.0.0.2/32", 7);
	announce(w, "10.0.11.182/32", 7);
	announce(w, "10.0.200.0/32", 7);
	assert_int_equal(adjout_told(l->member, &last), ADJOUT_QUEUED);
	rib_unset(
	    w->rib, FEEDER, &untold); /* all behind it have another index */
	rib_pack(w->rib);
	assert_false(adjout_fill_some(w->adjout, 10000));
	withdraw(w, "10.0.0.3/32");
	rib_pack(w->rib);
	fill(w);
	listener_drain(l);
	assert_false(knows(l, "10.0.0.1/32"));
	assert_false(knows(l, "10.0.0.3/32"));
	assert_false(knows(l, "10.0.11.183/32"));
	assert_true(knows_community(l, "10.0.0.2/32", 7));
	assert_true(knows_community(l, "10.0.11.182/32", 7));
	assert_true(knows_community(l, "10.0.200.0/32", 7));
	assert_true(knows_community(l, "10.0.4.0/32", 1025));
	assert_int_equal(adjout_advertised(l->member, FAMILY_V4), 2998);
	listener_free(l);
}

static void
who_moves_is_told_the_difference_of_whole_tables(void **state)
{
	struct world *w = *state;
	struct group_key key = w->key;

	announce_many(w, 0, 3000);
	struct listener *l = join(w, NEIGHBOR);

	fill(w);
	listener_drain(l);
	key.next_hop_mode = NEXT_HOP_KEEP;
	key.next_hop[FAMILY_V4].bytes[3]++;
	adjout_move(l->member, &key);
	assert_false(adjout_fill_some(w->adjout, 10000));
	assert_false(listener_pull(l)); /* not before all is compared */
	assert_true(adjout_queued(l->member, FAMILY_V4) > 0);
	fill(w);
	listener_drain(l);
	assert_int_equal(l->withdrawn, 0);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	listener_free(l);
}

/* One path on four prefixes: two go out alike, one otherwise and one not at all. */
static void
policy_judges_each_prefix_that_goes_out(void **state)
{
	struct world *w = *state;
	struct action prepend = { ACTION_PREPEND, { 65000, 1 }, { 0 } };
	const struct policy_rule rules[] = {
		{ pfx("10.1.0.0/16"), 16, 16, rib_verdict(w->rib, &prepend, 1),
		    0, 0 },
		{ pfx("10.2.0.0/16"), 16, 16, VERDICT_REFUSE, 0, 0 },
	};
	const struct policy policy = {
		.rules = rules, .n = 2, .otherwise = VERDICT_ACCEPT
	};
	const struct prefix longer = pfx("10.1.0.0/16");

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	announce(w, "10.3.0.0/16", 1);
	w->key.policy = &policy;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.4.0.0/16", 1); /* a change of the table */
	listener_drain(l);
	assert_false(knows(l, "10.2.0.0/16"));
	assert_true(knows(l, "10.3.0.0/16") && knows(l, "10.4.0.0/16"));
	assert_int_equal(listener_belief(l, &longer)->as_len, 2);
	assert_int_equal(adjout_advertised(l->member, FAMILY_V4), 3);
	announce(w, "10.2.0.0/16", 2); /* refused as well */
	listener_drain(l);
	assert_false(knows(l, "10.2.0.0/16"));
	w->key.policy = NULL;
	move(w, l);
	listener_drain(l);
	assert_true(knows_community(l, "10.2.0.0/16", 2));
	assert_int_equal(listener_belief(l, &longer)->as_len, 1);
	listener_free(l);
}

/* As when a BGPPeer of another name takes a session over. */
static void
who_gave_a_route_is_judged_by_the_name_it_has_now(void **state)
{
	static const uint32_t tags[] = { 7 };
	static const struct path_match named = { .tags = tags, .n_tags = 1 };
	struct world *w = *state;
	struct policy_rule rule = { .prefix = pfx("0.0.0.0/0"),
		.max_len = 32,
		.verdict = VERDICT_ACCEPT,
		.match = 1 };
	struct policy policy = { .rules = &rule,
		.n = 1,
		.otherwise = VERDICT_REFUSE,
		.matches = &named,
		.n_matches = 1 };
	struct rib_source feeder = ebgp_source;

	feeder.tag = 7;
	rib_add_source(w->rib, FEEDER, &feeder);
	w->key.policy = &policy;
	struct listener *l = join(w, NEIGHBOR);

	feed(w, "10.1.0.0/16");
	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	feeder.tag = 8;
	rib_add_source(w->rib, FEEDER, &feeder);
	while (!rib_forget_some(w->rib, 1))
		;
	listener_drain(l);
	assert_false(knows(l, "10.1.0.0/16"));
	feeder.tag = 7;
	rib_add_source(w->rib, FEEDER, &feeder);
	while (!rib_forget_some(w->rib, 1))
		;
	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	listener_free(l);
}

/* Of what a peer knows nothing is said again, however large the table is. */
static void
a_move_sends_what_is_told_otherwise(void **state)
{
	struct world *w = *state;
	struct action prepend = { ACTION_PREPEND, { 65000, 1 }, { 0 } };
	const struct policy_rule rules[] = {
		{ pfx("10.2.0.0/16"), 16, 16, VERDICT_REFUSE, 0, 0 },
		{ pfx("10.1.0.0/16"), 16, 16, rib_verdict(w->rib, &prepend, 1),
		    0, 0 },
	};
	const struct policy first = {
		.rules = rules, .n = 1, .otherwise = VERDICT_ACCEPT
	};
	const struct policy second = {
		.rules = rules + 1, .n = 1, .otherwise = VERDICT_ACCEPT
	};

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	announce(w, "10.3.0.0/16", 1);
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	assert_int_equal(l->announced, 3);
	w->key.policy = &first;
	move(w, l);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 1);
	listener_drain(l);
	assert_int_equal(l->announced, 3);
	assert_int_equal(l->withdrawn, 1);
	w->key.policy = &second;
	move(w, l);
	listener_drain(l);
	assert_int_equal(l->announced, 5); /* one otherwise, one is back */
	assert_int_equal(l->withdrawn, 1);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	adjout_refresh(
	    l->member, FAMILY_V4, false); /* the peer wants all of it */
	listener_drain(l);
	assert_int_equal(l->announced, 8);
	listener_free(l);
}

/* One that has not been sent all of its table yet is sent the whole new one. */
static void
a_move_from_the_midst_of_a_table_sends_all(void **state)
{
	struct world *w = *state;

	announce_many(w, 0, 3000);
	struct listener *l = join(w, NEIGHBOR);

	fill(w);
	assert_true(listener_pull(l));
	w->key.next_hop[FAMILY_V4].bytes[3]++;
	move(w, l);
	listener_drain(l);
	w->key.next_hop[FAMILY_V4].bytes[3]--;
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	assert_int_equal(adjout_advertised(l->member, FAMILY_V4), 3000);
	assert_in_range(l->announced, 3000, 6000);
	listener_free(l);
}

static void
nothing_goes_out_before_the_start(void **state)
{
	struct world *w = *state;

	adjout_free(w->adjout);
	w->adjout = adjout_new(w->rib);
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	assert_false(listener_pull(l));
	assert_int_equal(l->wakes, 0);
	adjout_start(w->adjout);
	assert_int_equal(l->wakes, 1);
	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	assert_int_equal(l->eors[FAMILY_V4], 1);
	listener_free(l);
}

static void
a_family_that_was_not_agreed_stays_out(void **state)
{
	struct world *w = *state;

	w->key.families[FAMILY_V6] = false;
	announce(w, "2001:db8::/32", 1);
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "2001:db8:1::/48", 1);
	listener_drain(l);
	assert_int_equal(l->messages, 1);
	assert_int_equal(l->eors[FAMILY_V6], 0);
	assert_int_equal(adjout_advertised(l->member, FAMILY_V6), 0);
	listener_free(l);
}

static void
a_sleeping_peer_is_woken_once(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	assert_int_equal(l->wakes, 1);
	listener_drain(l);
	assert_true(knows(l, "10.2.0.0/16"));
	listener_free(l);
}

/* However much changes of one family, the other's next message is the next one. */
static void
families_take_turns(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	for (uint32_t i = 0; i < 20; i++) {
		char text[PREFIX_TEXT];

		snprintf(text, sizeof(text), "10.%u.0.0/16", (unsigned)i + 1);
		announce(w, text, 1 + i); /* a message each */
	}
	announce(w, "2001:db8::/32", 1);
	announce(w, "2001:db8:1::/48", 2);
	for (unsigned i = 0; i < 4; i++)
		assert_true(listener_pull(l));
	assert_true(knows(l, "2001:db8::/32"));
	assert_true(knows(l, "2001:db8:1::/48"));
	listener_drain(l);
	assert_true(knows(l, "10.20.0.0/16"));
	listener_free(l);
}

static void
everybody_who_sleeps_is_woken(void **state)
{
	struct world *w = *state;
	struct listener *a = join(w, NEIGHBOR), *b = join(w, NEIGHBOR + 1);

	listener_drain(a);
	listener_drain(b);
	announce(w, "10.1.0.0/16", 1);
	assert_int_equal(a->wakes, 1);
	assert_int_equal(b->wakes, 1);
	listener_drain(b);
	announce(w, "10.2.0.0/16", 1); /* a is awake still */
	assert_int_equal(a->wakes, 1);
	assert_int_equal(b->wakes, 2);
	listener_drain(a);
	announce(w, "2001:db8::/32", 1);
	assert_int_equal(a->wakes, 2);
	listener_free(a);
	listener_free(b);
}

static void
changes_of_equal_paths_share_a_message(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	l->messages = 0;
	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 2);
	announce(w, "10.3.0.0/16", 1);
	announce(w, "10.4.0.0/16", 2);
	listener_drain(l);
	assert_int_equal(l->messages, 2);
	listener_free(l);
}

static void
a_slow_peer_hears_only_the_newest(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	l->messages = 0;
	for (uint32_t i = 1; i <= 10; i++)
		announce(w, "10.1.0.0/16", i);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 1);
	listener_drain(l);
	assert_int_equal(l->messages, 1);
	assert_true(knows_community(l, "10.1.0.0/16", 10));
	listener_free(l);
}

static void
what_came_and_went_is_not_mentioned(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	l->messages = 0;
	announce(w, "10.1.0.0/16", 1);
	withdraw(w, "10.1.0.0/16");
	listener_drain(l);
	assert_int_equal(l->messages, 0);
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	listener_free(l);
}

static void
what_makes_no_difference_is_not_mentioned(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("10.1.0.0/16");
	struct listener *l = join(w, NEIGHBOR);
	struct path *preferred =
	    path_local(w->paths, &(struct path_local){ .local_pref = 300 });

	announce(w, "10.1.0.0/16", 0);
	listener_drain(l);
	rib_set(w->rib, RIB_LOCAL, &p, preferred); /* is not sent to eBGP */
	assert_false(listener_pull(l));
	path_unref(preferred);
	listener_free(l);
}

static void
a_withdrawn_prefix_is_kept_for_the_slowest(void **state)
{
	struct world *w = *state;
	struct listener *quick = join(w, NEIGHBOR), *slow = join(w, OTHER);

	announce(w, "10.1.0.0/16", 1);
	listener_drain(quick);
	listener_drain(slow);
	withdraw(w, "10.1.0.0/16");
	listener_drain(quick);
	assert_false(knows(quick, "10.1.0.0/16"));
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 1);
	listener_drain(slow);
	assert_false(knows(slow, "10.1.0.0/16"));
	assert_int_equal(rib_prefixes(w->rib, FAMILY_V4)->n, 0);
	listener_free(quick);
	listener_free(slow);
}

static void
equal_peers_share_the_bytes(void **state)
{
	struct world *w = *state;
	struct listener *a = join(w, NEIGHBOR), *b = join(w, OTHER);
	struct rbuf of_a, of_b;

	listener_drain(a);
	listener_drain(b);
	announce(w, "10.1.0.0/16", 1);
	assert_true(adjout_next(a->member, &of_a));
	assert_true(adjout_next(b->member, &of_b));
	assert_ptr_equal(of_a.p, of_b.p);
	listener_free(a);
	listener_free(b);
}

static void
other_keys_get_other_bytes(void **state)
{
	struct world *w = *state;
	struct listener *a = join(w, NEIGHBOR);

	w->key.local_as = 65099;
	struct listener *b = join(w, OTHER);

	announce(w, "10.1.0.0/16", 1);
	listener_drain(a);
	listener_drain(b);
	struct prefix p = pfx("10.1.0.0/16");

	assert_int_equal(listener_belief(a, &p)->neighbor_as, 65000);
	assert_int_equal(listener_belief(b, &p)->neighbor_as, 65099);
	listener_free(a);
	listener_free(b);
}

static void
a_refresh_is_the_table_without_its_end(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	announce(w, "2001:db8::/32", 1);
	listener_drain(l);
	l->messages = 0;
	adjout_refresh(l->member, FAMILY_V4, false);
	assert_int_equal(l->wakes, 1);
	listener_drain(l);
	assert_int_equal(l->messages, 1);
	assert_int_equal(l->eors[FAMILY_V4], 1);
	listener_free(l);
}

/* RFC 7313 4. */
static void
a_refresh_has_a_beginning_and_an_end_where_they_are_known(void **state)
{
	struct world *w = *state;

	announce(w, "10.1.0.0/16", 1);
	struct listener *l = join(w, NEIGHBOR);

	/* Before End-of-RIB there is none, as that ends all of it. */
	adjout_refresh(l->member, FAMILY_V4, true);
	listener_drain(l);
	assert_int_equal(l->borrs[FAMILY_V4] + l->eorrs[FAMILY_V4], 0);
	assert_int_equal(l->eors[FAMILY_V4], 1);

	adjout_refresh(l->member, FAMILY_V4, true);
	assert_true(listener_pull(l));
	assert_int_equal(l->borrs[FAMILY_V4], 1);
	l->announced = 0;
	assert_true(listener_pull(l));
	assert_int_equal(l->announced, 1);
	assert_int_equal(l->eorrs[FAMILY_V4], 0);
	assert_true(listener_pull(l));
	assert_int_equal(l->eorrs[FAMILY_V4], 1);
	assert_false(listener_pull(l));
	assert_int_equal(l->eors[FAMILY_V4], 1);
	assert_int_equal(l->borrs[FAMILY_V6], 0);
	listener_free(l);
}

/* It begins anew, and ends once. */
static void
a_refresh_in_the_midst_of_another_begins_anew(void **state)
{
	struct world *w = *state;

	announce(w, "10.1.0.0/16", 1);
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	adjout_refresh(l->member, FAMILY_V4, true);
	assert_true(listener_pull(l));
	assert_true(listener_pull(l));
	l->announced = 0;
	adjout_refresh(l->member, FAMILY_V4, true);
	listener_drain(l);
	assert_int_equal(l->announced, 1);
	assert_int_equal(l->borrs[FAMILY_V4], 2);
	assert_int_equal(l->eorrs[FAMILY_V4], 1);
	listener_free(l);
}

/* The peer drops at the end what it has not heard again. */
static void
what_changes_while_a_refresh_is_sent_comes_before_its_end(void **state)
{
	struct world *w = *state;

	announce_many(w, 0, BELIEFS - 1);
	struct listener *l = join(w, NEIGHBOR);

	while (!adjout_fill_some(w->adjout, UINT32_MAX))
		;
	listener_drain(l);
	adjout_refresh(l->member, FAMILY_V4, true);
	assert_true(listener_pull(l));
	assert_true(listener_pull(l));
	announce(w, "10.0.15.1/32", 1); /* as one that has gone out */
	while (l->eorrs[FAMILY_V4] == 0)
		assert_true(listener_pull(l));
	assert_true(knows_community(l, "10.0.15.1/32", 1));
	listener_drain(l);
	listener_free(l);
}

/* A router that kept routes drops at the end what it has not heard again. */
static void
what_changes_while_the_first_table_is_sent_comes_before_its_end(void **state)
{
	struct world *w = *state;

	announce_many(w, 0, BELIEFS - 1);
	struct listener *l = join(w, NEIGHBOR);

	while (!adjout_fill_some(w->adjout, UINT32_MAX))
		;
	assert_true(listener_pull(l));
	assert_false(knows(l, "10.0.15.1/32"));
	announce(w, "10.0.15.1/32", 1); /* as one that has gone out */
	while (l->eors[FAMILY_V4] == 0)
		assert_true(listener_pull(l));
	assert_true(knows_community(l, "10.0.15.1/32", 1));
	listener_drain(l);
	listener_free(l);
}

static void
what_only_a_refresh_told_is_withdrawn(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	announce(w, "10.1.0.0/16", 1);
	adjout_refresh(l->member, FAMILY_V4, false);
	assert_true(listener_pull(l));
	assert_true(knows(l, "10.1.0.0/16"));
	withdraw(w, "10.1.0.0/16");
	listener_drain(l);
	assert_false(knows(l, "10.1.0.0/16"));
	listener_free(l);
}

/* Between the joining of a peer and the first message to it all may change. */
static void
what_changes_before_the_first_table_is_told_once(void **state)
{
	struct world *w = *state;

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 2);
	withdraw(w, "10.2.0.0/16");
	announce(w, "10.3.0.0/16", 3);
	announce(w, "10.4.0.0/16", 4);
	withdraw(w, "10.4.0.0/16");
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 2);
	listener_drain(l);
	assert_true(knows_community(l, "10.1.0.0/16", 2));
	assert_true(knows(l, "10.3.0.0/16"));
	assert_int_equal(l->messages, 4); /* two of them End-of-RIBs */
	assert_int_equal(l->withdrawn, 0);
	listener_free(l);
}

static void
what_follows_an_empty_table_is_queued(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	adjout_hold(w->adjout, true);
	listener_drain(l);
	announce(w, "10.1.0.0/16", 1);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 1);
	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	listener_free(l);
}

static void
end_waits_for_routes_of_others_where_they_are_told(void **state)
{
	struct world *w = *state;

	adjout_await(w->adjout, true);
	struct listener *l = join(w, NEIGHBOR);

	w->key.pass_received = false;
	struct listener *plain = join(w, OTHER);

	listener_drain(l);
	listener_drain(plain);
	assert_int_equal(plain->eors[FAMILY_V4], 1);
	assert_int_equal(l->eors[FAMILY_V4], 0);
	feed(w, "203.0.113.0/24");
	listener_drain(l);
	assert_true(knows(l, "203.0.113.0/24"));
	assert_int_equal(l->eors[FAMILY_V4], 0);
	adjout_await(w->adjout, false);
	listener_drain(l);
	assert_int_equal(l->eors[FAMILY_V4], 1);
	listener_free(l);
	listener_free(plain);
}

static void
a_late_peer_is_not_told_what_was_withdrawn(void **state)
{
	struct world *w = *state;
	struct listener *early = join(w, NEIGHBOR), *other = join(w, OTHER);

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	listener_pull(early); /* the table is in the cache now */
	withdraw(w, "10.1.0.0/16");
	struct listener *late = join(w, FEEDER);

	listener_drain(late);
	assert_false(knows(late, "10.1.0.0/16"));
	assert_true(knows(late, "10.2.0.0/16"));
	listener_free(early);
	listener_free(other);
	listener_free(late);
}

static void
received_routes_go_to_a_late_peer(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("203.0.113.0/24");

	feed(w, "203.0.113.0/24");
	struct listener *l = join(w, NEIGHBOR);

	listener_drain(l);
	assert_int_equal(listener_belief(l, &p)->as_len, 2);
	listener_free(l);
}

static void
a_peer_is_not_told_its_own_routes(void **state)
{
	struct world *w = *state;
	struct listener *feeder = join(w, FEEDER), *l = join(w, NEIGHBOR);

	feed(w, "203.0.113.0/24");
	listener_drain(feeder);
	listener_drain(l);
	assert_true(knows(l, "203.0.113.0/24"));
	assert_false(knows(feeder, "203.0.113.0/24"));
	assert_int_equal(feeder->withdrawn, 0);
	assert_int_equal(adjout_advertised(l->member, FAMILY_V4), 1);
	assert_int_equal(adjout_advertised(feeder->member, FAMILY_V4), 0);
	listener_free(feeder);
	listener_free(l);
}

static void
a_peer_that_has_the_best_path_loses_ours(void **state)
{
	struct world *w = *state;

	announce(w, "203.0.113.0/24", 1);
	struct listener *feeder = join(w, FEEDER);

	listener_drain(feeder);
	assert_true(knows(feeder, "203.0.113.0/24"));
	feed(w, "203.0.113.0/24");
	withdraw(w, "203.0.113.0/24");
	listener_drain(feeder);
	assert_false(knows(feeder, "203.0.113.0/24"));
	listener_free(feeder);
}

static void
a_member_that_moves_hears_the_difference(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	feed(w, "203.0.113.0/24");
	listener_drain(l);
	w->key.pass_received = false;
	move(w, l);
	assert_int_equal(l->wakes, 1);
	listener_drain(l);
	assert_true(knows(l, "10.1.0.0/16"));
	assert_false(knows(l, "203.0.113.0/24"));
	assert_int_equal(l->withdrawn, 1);
	assert_int_equal(l->eors[FAMILY_V4], 1);
	listener_free(l);
}

/* Who leaves must not hold up those who stay. */
static void
what_a_group_held_is_given_back_a_part_at_a_time(void **state)
{
	enum { MANY = 10000 };
	struct world *w = *state;
	const struct prefix_table *t = rib_prefixes(w->rib, FAMILY_V4);
	struct listener *l = join(w, NEIGHBOR);

	announce_many(w, 0, MANY);
	for (uint32_t i = 0; i < MANY; i++) {
		struct addr a = addr_v4(0x0a000000 + i);
		struct prefix p = prefix_host(&a);

		rib_unset(w->rib, RIB_LOCAL, &p);
	}
	assert_int_equal(
	    t->n, MANY); /* it would have been told that they went */
	listener_free(l);
	assert_in_range(t->n, 1, MANY);
	l = join(w, NEIGHBOR); /* another group */
	assert_false(adjout_fill_some(w->adjout, 5000));
	assert_in_range(t->n, 1, MANY - 1);
	fill(w);
	assert_int_equal(t->n, 0);
	listener_free(l);
}

/* Whatever happens before it is known what the old group told and the new one won't. */
static void
what_changes_in_the_midst_of_a_move_is_told(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 1);
	announce(w, "10.3.0.0/16", 1);
	feed(w, "203.0.113.0/24");
	listener_drain(l);
	w->key.pass_received = false;
	adjout_move(l->member, &w->key);
	withdraw(w, "10.1.0.0/16");
	announce(w, "10.4.0.0/16", 1);
	withdraw(w, "10.4.0.0/16");
	assert_false(adjout_fill_some(w->adjout, 1));
	w->key.next_hop[FAMILY_V4] = ip("192.0.2.9");
	adjout_move(l->member, &w->key); /* in the midst of the other one */
	withdraw(w, "10.2.0.0/16");
	announce(w, "10.5.0.0/16", 1);
	rib_pack(w->rib);
	assert_false(listener_pull(l));
	fill(w);
	listener_drain(l);
	assert_false(knows(l, "10.1.0.0/16"));
	assert_false(knows(l, "10.2.0.0/16"));
	assert_true(knows(l, "10.3.0.0/16"));
	assert_true(knows(l, "10.5.0.0/16"));
	assert_false(knows(l, "203.0.113.0/24"));
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 0);
	listener_free(l);
}

static void
a_move_to_an_equal_key_says_nothing(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	listener_drain(l);
	l->messages = 0;
	move(w, l);
	listener_drain(l);
	assert_int_equal(l->messages, 0);
	listener_free(l);
}

static void
a_withdrawal_is_not_lost_in_a_move(void **state)
{
	struct world *w = *state;
	struct listener *l = join(w, NEIGHBOR);

	announce(w, "10.1.0.0/16", 1);
	listener_drain(l);
	withdraw(w, "10.1.0.0/16");
	w->key.next_hop[FAMILY_V4] = ip("192.0.2.9");
	move(w, l);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 1);
	listener_drain(l);
	assert_false(knows(l, "10.1.0.0/16"));
	listener_free(l);
}

static void
attributes_that_fit_no_message_are_withdrawn(void **state)
{
	static uint8_t communities[4080];
	struct world *w = *state;
	struct prefix p = pfx("203.0.113.0/24");
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct listener *l = join(w, NEIGHBOR);

	feed(w, "203.0.113.0/24");
	listener_drain(l);
	a.communities = rbuf_of(communities, sizeof(communities));
	struct path *path = path_intern(w->paths, &a);

	rib_set(w->rib, FEEDER, &p, path);
	listener_drain(l);
	assert_false(knows(l, "203.0.113.0/24"));
	assert_int_equal(adjout_too_long(l->member, FAMILY_V4), 1);
	assert_int_equal(adjout_told(l->member, &p), ADJOUT_TOO_LONG);

	struct adjout_cursor c = { .family = FAMILY_V4 };
	struct prefix named;

	assert_true(adjout_too_long_next(l->member, &c, &named));
	assert_true(prefix_eq(&named, &p));
	assert_false(adjout_too_long_next(l->member, &c, &named));
	feed(w, "203.0.113.0/24"); /* as it was */
	listener_drain(l);
	assert_true(knows(l, "203.0.113.0/24"));
	c = (struct adjout_cursor){ .family = FAMILY_V4 };
	assert_false(adjout_too_long_next(l->member, &c, &named));
	path_unref(path);
	listener_free(l);
}

static void
what_is_told_can_be_listed(void **state)
{
	struct world *w = *state;
	struct adjout_cursor c = { .family = FAMILY_V4 };
	struct adjout_route r;
	unsigned n = 0;

	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 2);
	feed(w, "203.0.113.0/24");
	struct listener *l = join(w, FEEDER);

	for (; adjout_advertised_next(l->member, &c, &r); n++)
		assert_int_equal(r.path->neighbor_as, 65000);
	assert_int_equal(n, 2);
	assert_int_equal(adjout_advertised(l->member, FAMILY_V4), 2);
	assert_int_equal(adjout_queued(l->member, FAMILY_V4), 2);
	listener_free(l);
}

static enum adjout_told
told(const struct listener *l, const char *prefix)
{
	struct prefix p = pfx(prefix);

	return adjout_told(l->member, &p);
}

static void
what_a_peer_knows_of_a_prefix_is_told(void **state)
{
	struct world *w = *state;

	w->key.families[FAMILY_V6] = false;
	announce(w, "10.1.0.0/16", 1);
	announce(w, "10.2.0.0/16", 2);
	announce(w, "2001:db8::/32", 1);
	struct listener *l = join(w, NEIGHBOR);

	assert_int_equal(told(l, "10.1.0.0/16"), ADJOUT_QUEUED);
	assert_int_equal(told(l, "10.2.0.0/16"), ADJOUT_QUEUED);
	assert_int_equal(told(l, "2001:db8::/32"), ADJOUT_KEPT);
	assert_int_equal(told(l, "10.3.0.0/16"), ADJOUT_KEPT);
	listener_drain(l);
	assert_int_equal(told(l, "10.1.0.0/16"), ADJOUT_SENT);
	announce(w, "10.1.0.0/16", 3);
	announce(w, "10.3.0.0/16", 1);
	withdraw(w, "10.2.0.0/16");
	assert_int_equal(told(l, "10.1.0.0/16"), ADJOUT_QUEUED);
	assert_int_equal(told(l, "10.2.0.0/16"), ADJOUT_KEPT);
	assert_int_equal(told(l, "10.3.0.0/16"), ADJOUT_QUEUED);
	listener_drain(l);
	assert_int_equal(told(l, "10.1.0.0/16"), ADJOUT_SENT);
	assert_int_equal(told(l, "10.3.0.0/16"), ADJOUT_SENT);
	adjout_refresh(l->member, FAMILY_V4, false);
	assert_int_equal(told(l, "10.1.0.0/16"), ADJOUT_QUEUED);
	listener_free(l);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_new_peer_is_told_the_table_and_its_end),
		T(a_reflected_route_is_of_the_router_that_gives_it_now),
		T(policy_judges_each_prefix_that_goes_out),
		T(who_gave_a_route_is_judged_by_the_name_it_has_now),
		T(a_move_sends_what_is_told_otherwise),
		T(a_move_from_the_midst_of_a_table_sends_all),
		T(nothing_goes_out_before_the_start),
		T(a_large_table_is_taken_in_a_part_at_a_time),
		T(what_changes_while_a_table_is_taken_in_is_told),
		T(who_moves_is_told_the_difference_of_whole_tables),
		T(a_family_that_was_not_agreed_stays_out),
		T(a_sleeping_peer_is_woken_once),
		T(families_take_turns),
		T(everybody_who_sleeps_is_woken),
		T(changes_of_equal_paths_share_a_message),
		T(a_slow_peer_hears_only_the_newest),
		T(what_came_and_went_is_not_mentioned),
		T(what_makes_no_difference_is_not_mentioned),
		T(a_withdrawn_prefix_is_kept_for_the_slowest),
		T(equal_peers_share_the_bytes),
		T(other_keys_get_other_bytes),
		T(a_refresh_is_the_table_without_its_end),
		T(a_refresh_has_a_beginning_and_an_end_where_they_are_known),
		T(a_refresh_in_the_midst_of_another_begins_anew),
		T(what_changes_while_a_refresh_is_sent_comes_before_its_end),
		T(what_changes_while_the_first_table_is_sent_comes_before_its_end),
		T(what_only_a_refresh_told_is_withdrawn),
		T(what_changes_before_the_first_table_is_told_once),
		T(what_follows_an_empty_table_is_queued),
		T(end_waits_for_routes_of_others_where_they_are_told),
		T(a_late_peer_is_not_told_what_was_withdrawn),
		T(received_routes_go_to_a_late_peer),
		T(a_peer_is_not_told_its_own_routes),
		T(a_peer_that_has_the_best_path_loses_ours),
		T(a_member_that_moves_hears_the_difference),
		T(what_a_group_held_is_given_back_a_part_at_a_time),
		T(what_changes_in_the_midst_of_a_move_is_told),
		T(a_move_to_an_equal_key_says_nothing),
		T(a_withdrawal_is_not_lost_in_a_move),
		T(attributes_that_fit_no_message_are_withdrawn),
		T(what_is_told_can_be_listed),
		T(what_a_peer_knows_of_a_prefix_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
