/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learned routes on their way into a fake kernel: single cases as they are read in the
 * documentation, and random histories, after which the kernel has what a plain look at
 * everything says that it should, and nobody else's route was touched.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/fib/fib_state.h"
#include "common/rng.h"
#include "tests/fake/fake_fib.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

enum { PEERS = 3 };
#define METRIC 2048

static const char *const hops[PEERS + 1] = { "", "10.0.1.1", "10.0.2.1",
	"10.9.9.9" };

struct world {
	struct path_table *paths;
	struct rib *rib;
	struct path *own, *path[PEERS + 1];
	struct fib *fib;
	struct fake_fib k;
	struct fib_settings settings;
	const char *zone, *other; /* of the first peer, and of the second */
	bool on;
	unsigned due;
};

static void
on_due(void *arg)
{
	struct world *w = arg;

	w->due++;
}

static const char *
on_zone(void *arg, uint32_t source)
{
	const struct world *w = arg;

	return source == 1 ? w->zone : source == 2 ? w->other : NULL;
}

static void
on_judges(void *arg)
{
	struct world *w = arg;

	while (!rib_forget_some(w->rib, 3))
		;
}

static const struct fib_ops ops = {
	.due = on_due, .zone = on_zone, .judges = on_judges
};

static struct path *
path_via(struct world *w, const char *next_hop, struct rbuf ext)
{
	struct attrs a = heard(VIA_65001, next_hop);

	a.ext_communities = ext;
	if (ext.left > 0)
		a.has |= ATTR_BIT(ATTR_EXT_COMMUNITIES);
	return path_intern(w->paths, &a);
}

static void
start(struct world *w)
{
	w->fib = fib_new(w->rib, 1, &ops, w);
	w->k.fib = w->fib;
}

static struct world *
world(void)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->zone = "eth1";
	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	rib_set_identity(
	    w->rib, &(struct identity){ .asn = 65000, .router_id = 1 });
	for (uint32_t i = 1; i <= PEERS; i++) {
		struct rib_source s = ebgp_source;

		s.router_id = i;
		s.addr = ip(hops[i]);
		rib_add_source(w->rib, i, &s);
		w->path[i] = path_via(w, hops[i], hex(""));
	}
	w->own = local_path(w->paths, 0);
	fake_fib_init(&w->k);
	fake_fib_other(&w->k, "10.0.1.0/24", TABLE_MAIN, 0, "", 1);
	fake_fib_other(&w->k, "10.0.2.0/24", TABLE_MAIN, 0, "", 2);
	fake_fib_other(&w->k, "10.9.9.0/24", TABLE_MAIN, 0, "10.0.1.9", 1);
	fake_fib_other(&w->k, "0.0.0.0/0", TABLE_MAIN, 100, "10.0.1.9", 1);
	fake_fib_other(&w->k, "2001:db8:1::/64", TABLE_MAIN, 256, "", 1);
	w->settings = (struct fib_settings){
		.table = TABLE_MAIN, .metric = METRIC, .max_paths = 4
	};
	start(w);
	return w;
}

static void
set(struct world *w, bool on)
{
	w->on = on;
	fib_set(w->fib, on ? &w->settings : NULL);
}

/* Until nothing is left to do. */
static void
settle(struct world *w)
{
	size_t n;

	do {
		n = 0;
		while (fib_run(w->fib, 7))
			n++;
		if (fib_wants_look(w->fib)) {
			fake_fib_look(&w->k);
			n++;
		}
		n += fake_fib_carry(&w->k, 3);
	} while (n > 0);
}

static struct world *
on(void)
{
	struct world *w = world();

	set(w, true);
	settle(w);
	return w;
}

static void
end(struct world *w)
{
	fib_free(w->fib);
	for (uint32_t i = 1; i <= PEERS; i++) {
		rib_forget(w->rib, i);
		path_unref(w->path[i]);
	}
	rib_free(w->rib);
	path_unref(w->own);
	path_table_free(w->paths);
	free(w);
}

static void
say(struct world *w, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_set(
	    w->rib, source, &p, source == RIB_LOCAL ? w->own : w->path[source]);
	if (source == RIB_LOCAL)
		fib_own_changed(w->fib, &p);
}

static void
unsay(struct world *w, uint32_t source, const char *prefix)
{
	struct prefix p = pfx(prefix);

	rib_unset(w->rib, source, &p);
	if (source == RIB_LOCAL)
		fib_own_changed(w->fib, &p);
}

static const char *
stands(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);

	return fib_state_name(fib_look_up(w->fib, &p).state);
}

#define HAS(w, prefix, text) \
	assert_string_equal(fake_fib_said(&(w)->k, prefix), text)
#define IS(w, prefix, text) assert_string_equal(stands(w, prefix), text)

#define ONE "10.0.1.1 dev 1 weight 1"
#define TWO "10.0.2.1 dev 2 weight 1"
#define NET "198.51.100.0/24"

TEST(what_peers_say_is_in_the_kernel_over_all_of_them)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	HAS(w, NET, ONE);
	say(w, 2, NET);
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	IS(w, NET, "Installed");
	unsay(w, 1, NET);
	settle(w);
	HAS(w, NET, TWO);
	unsay(w, 2, NET);
	settle(w);
	HAS(w, NET, "");
	IS(w, NET, "None");
	end(w);
}

TEST(nothing_is_touched_while_it_is_off)
{
	struct world *w = world();

	say(w, 1, NET);
	set(w, false);
	settle(w);
	assert_int_equal(w->k.changes, 0);
	set(w, true);
	settle(w);
	HAS(w, NET, ONE);
	set(w, false);
	settle(w);
	assert_int_equal(fake_fib_count(&w->k), 0);
	end(w);
}

TEST(hop_behind_a_gateway_is_reached_by_it)
{
	struct world *w = on();

	say(w, 3, NET);
	settle(w);
	HAS(w, NET, "10.0.1.9 dev 1 weight 1");
	end(w);
}

TEST(default_route_leads_to_no_hop)
{
	struct world *w = on();

	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	say(w, 3, NET);
	settle(w);
	HAS(w, NET, "");
	IS(w, NET, "NextHopUnreachable");
	fake_fib_other(&w->k, "10.9.9.0/24", TABLE_MAIN, 0, "", 3);
	settle(w);
	HAS(w, NET, "10.9.9.9 dev 3 weight 1");
	end(w);
}

TEST(hop_on_a_dead_link_is_left_out)
{
	struct world *w = on();

	say(w, 1, NET);
	say(w, 2, NET);
	settle(w);
	fake_fib_link(&w->k, 1, false);
	settle(w);
	HAS(w, NET, TWO);
	unsay(w, 2, NET);
	settle(w);
	HAS(w, NET, "");
	IS(w, NET, "NextHopUnreachable");
	fake_fib_link(&w->k, 1, true);
	fake_fib_other(&w->k, "10.0.1.0/24", TABLE_MAIN, 0, "", 1);
	settle(w);
	HAS(w, NET, ONE);
	end(w);
}

/* As rib_import() does it: judged with the next hops of now. */
static void
hear(struct world *w, uint32_t source, const char *prefix)
{
	say(w, source, prefix);
	rib_judge_begin(w->rib, source);
	on_judges(w);
}

static uint32_t
best_of(struct world *w, const char *prefix)
{
	struct prefix p = pfx(prefix);
	struct rib_route r;

	return rib_best(w->rib, &p, &r) ? r.source : 0;
}

/* RFC 4271 9.1.2. The longer path is used meanwhile, and nothing goes without one. */
TEST(path_whose_hop_is_not_reached_hides_no_other)
{
	struct attrs longer = heard(VIA_65002_65001, hops[1]);
	struct world *w = on();
	unsigned changes;

	path_unref(w->path[1]);
	w->path[1] = path_intern(w->paths, &longer);
	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	settle(w);
	hear(w, 3, NET);
	hear(w, 1, NET);
	settle(w);
	HAS(w, NET, ONE);
	assert_int_equal(best_of(w, NET), 1);
	fake_fib_other(&w->k, "10.9.9.0/24", TABLE_MAIN, 0, "", 3);
	settle(w);
	HAS(w, NET, "10.9.9.9 dev 3 weight 1");
	assert_int_equal(best_of(w, NET), 3);
	changes = w->k.changes;
	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	settle(w);
	HAS(w, NET, ONE);
	assert_int_equal(w->k.changes, changes + 1);
	set(w, false);
	settle(w);
	assert_int_equal(best_of(w, NET), 3);
	end(w);
}

TEST(prefix_none_of_whose_hops_is_reached_has_no_best_path)
{
	struct world *w = on();

	hear(w, 3, NET);
	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	settle(w);
	HAS(w, NET, "");
	IS(w, NET, "NextHopUnreachable");
	assert_int_equal(best_of(w, NET), 0);
	hear(w, 3, "203.0.113.0/24");
	settle(w);
	IS(w, "203.0.113.0/24", "NextHopUnreachable");
	unsay(w, 3, "203.0.113.0/24");
	settle(w);
	IS(w, "203.0.113.0/24", "None");
	fake_fib_other(&w->k, "10.9.9.0/24", TABLE_MAIN, 0, "", 3);
	settle(w);
	IS(w, NET, "Installed");
	assert_int_equal(best_of(w, NET), 3);
	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	settle(w);
	fib_clear(w->fib); /* to leave is no reason to pass it on */
	assert_int_equal(best_of(w, NET), 0);
	end(w);
}

/* Who is not among those that are remembered is not forgotten. */
TEST(hop_behind_many_others_is_judged_anew_as_well)
{
	struct world *w = on();

	fake_fib_other(&w->k, "10.20.0.0/16", TABLE_MAIN, 0, "", 3);
	settle(w);
	for (unsigned i = 0; i < 1100; i++) {
		char hop[ADDR_TEXT], net[PREFIX_TEXT];

		snprintf(hop, sizeof(hop), "10.20.%u.%u", i / 250, i % 250 + 1);
		snprintf(net, sizeof(net), "10.64.%u.%u/32", i / 250, i % 250);
		path_unref(w->path[2]);
		w->path[2] = path_via(w, hop, hex(""));
		hear(w, 2, net);
	}
	hear(w, 3, NET);
	assert_int_equal(best_of(w, NET), 3);
	fake_fib_other_gone(&w->k, "10.9.9.0/24", TABLE_MAIN, 0);
	while (fib_run(w->fib, 1000))
		;
	assert_int_equal(best_of(w, NET), 0);
	assert_int_equal(rib_counts(w->rib, 2, FAMILY_V4).accepted, 1100);
	fake_fib_other(&w->k, "10.9.9.0/24", TABLE_MAIN, 0, "", 3);
	while (fib_run(w->fib, 1000))
		;
	assert_int_equal(best_of(w, NET), 3);
	end(w);
}

/* IPv4 drops them with the link, and says so of none. */
TEST(routes_that_went_with_a_link_come_back_with_it)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	fake_fib_link(&w->k, 1, false);
	fake_fib_link(&w->k, 1, true);
	fake_fib_other(&w->k, "10.0.1.0/24", TABLE_MAIN, 0, "", 1);
	HAS(w, NET, "");
	settle(w);
	HAS(w, NET, ONE);
	end(w);
}

TEST(what_the_node_announces_is_never_installed)
{
	struct world *w = on();

	say(w, 1, "10.244.1.0/24");
	say(w, 1, "10.244.1.128/25");
	say(w, 1, "10.244.0.0/16");
	say(w, 1, "203.0.113.7/32");
	settle(w);
	assert_int_equal(fake_fib_count(&w->k), 4);
	say(w, RIB_LOCAL, "10.244.1.0/24");
	say(w, RIB_LOCAL, "203.0.113.7/32");
	settle(w);
	IS(w, "10.244.1.0/24", "Own");
	IS(w, "10.244.1.128/25", "Own");
	HAS(w, "10.244.1.128/25", "");
	HAS(w, "203.0.113.7/32", "");
	HAS(w, "10.244.0.0/16", ONE);
	unsay(w, RIB_LOCAL, "10.244.1.0/24");
	settle(w);
	HAS(w, "10.244.1.128/25", ONE);
	end(w);
}

/* It was announced before there was anybody to be told. */
TEST(what_is_announced_already_is_known_when_it_is_switched_on)
{
	struct world *w = world();

	say(w, RIB_LOCAL, "10.244.1.0/24");
	say(w, 1, "10.244.1.128/25");
	set(w, true);
	settle(w);
	IS(w, "10.244.1.128/25", "Own");
	assert_int_equal(fake_fib_count(&w->k), 0);
	end(w);
}

TEST(default_route_is_installed_only_if_asked_for)
{
	struct world *w = on();

	say(w, 1, "0.0.0.0/0");
	settle(w);
	HAS(w, "0.0.0.0/0", "");
	IS(w, "0.0.0.0/0", "DefaultRoute");
	w->settings.has_default = true;
	set(w, true);
	settle(w);
	HAS(w, "0.0.0.0/0", ONE);
	end(w);
}

TEST(route_of_somebody_else_is_left_alone)
{
	struct world *w = world();

	fake_fib_other(&w->k, NET, TABLE_MAIN, METRIC, "10.0.1.9", 1);
	set(w, true);
	say(w, 2, NET);
	settle(w);
	IS(w, NET, "Taken");
	HAS(w, NET, "");
	fake_fib_other_gone(&w->k, NET, TABLE_MAIN, METRIC);
	settle(w);
	HAS(w, NET, TWO);
	/* Ours gives way, too. */
	fake_fib_other(&w->k, NET, TABLE_MAIN, METRIC, "10.0.1.9", 1);
	settle(w);
	IS(w, NET, "Taken");
	HAS(w, NET, "");
	end(w);
}

/* It came a moment before ours, and the news of it has not been read. */
TEST(route_that_nobody_told_of_is_left_alone)
{
	struct world *w = on();

	w->k.fib = NULL;
	fake_fib_other(&w->k, NET, TABLE_MAIN, METRIC, "10.0.1.9", 1);
	w->k.fib = w->fib;
	say(w, 2, NET);
	settle(w);
	IS(w, NET, "Taken");
	fake_fib_other_gone(&w->k, NET, TABLE_MAIN, METRIC);
	fib_retry(w->fib);
	settle(w);
	HAS(w, NET, TWO);
	end(w);
}

TEST(route_of_another_metric_stands_beside_ours)
{
	struct world *w = world();
	struct prefix p = pfx(NET);

	fake_fib_other(&w->k, NET, TABLE_MAIN, 10, "10.0.1.9", 1);
	set(w, true);
	say(w, 2, NET);
	settle(w);
	HAS(w, NET, TWO);
	assert_int_equal(fib_look_up(w->fib, &p).other->metric, 10);
	end(w);
}

TEST(what_an_earlier_run_left_stays_until_it_is_released)
{
	struct world *w = on();

	say(w, 1, NET);
	say(w, 1, "203.0.113.0/24");
	settle(w);
	unsigned changes = w->k.changes;

	fib_free(w->fib); /* killed */
	rib_forget(w->rib, 1);
	rib_add_source(w->rib, 1, &ebgp_source);
	start(w);
	fib_hold(w->fib);
	set(w, true);
	settle(w);
	IS(w, NET, "Held");
	say(w, 1, NET);
	settle(w);
	IS(w, NET, "Installed");
	assert_int_equal(w->k.changes, changes); /* nothing was done */
	unsay(w, 1, NET); /* said and withdrawn in this run */
	settle(w);
	HAS(w, NET, "");
	HAS(w, "203.0.113.0/24", ONE);
	fib_release(w->fib);
	settle(w);
	HAS(w, "203.0.113.0/24", "");
	end(w);
}

TEST(what_an_earlier_run_left_goes_when_it_is_our_own_by_now)
{
	struct world *w = on();

	say(w, 1, NET);
	say(w, 1, "203.0.113.0/24");
	settle(w);
	fib_free(w->fib); /* killed */
	rib_forget(w->rib, 1);
	rib_add_source(w->rib, 1, &ebgp_source);
	start(w);
	fib_hold(w->fib);
	say(w, RIB_LOCAL, NET);
	set(w, true);
	settle(w);
	HAS(w, NET, "");
	HAS(w, "203.0.113.0/24", ONE);
	say(w, RIB_LOCAL, "203.0.0.0/16");
	settle(w);
	HAS(w, "203.0.113.0/24", "");
	end(w);
}

/* RFC 4724 4.1: the first one that is back knows only its own. */
TEST(hops_of_an_earlier_run_stay_until_all_have_had_their_say)
{
	struct world *w = on();

	say(w, 1, NET);
	say(w, 2, NET);
	settle(w);
	fib_free(w->fib);
	unsay(w, 2, NET);
	start(w);
	fib_hold(w->fib);
	set(w, true);
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	fake_fib_link(&w->k, 2, false); /* but not over a dead link */
	settle(w);
	HAS(w, NET, ONE);
	IS(w, NET, "Installed");
	fib_release(w->fib);
	settle(w);
	HAS(w, NET, ONE);
	end(w);
}

TEST(what_is_off_holds_nothing)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	fib_free(w->fib);
	start(w);
	fib_hold(w->fib);
	set(w, false);
	settle(w);
	assert_int_equal(fake_fib_count(&w->k), 0);
	end(w);
}

TEST(other_table_and_metric_are_filled_before_the_old_ones_go)
{
	struct world *w = on();
	struct prefix p = pfx(NET);

	say(w, 1, NET);
	settle(w);
	w->settings.table = 100;
	w->settings.metric = 7;
	set(w, true);
	while (fib_run(w->fib, 7) || fib_wants_look(w->fib))
		if (fib_wants_look(w->fib))
			fake_fib_look(&w->k);
	assert_int_equal(fake_fib_carry(&w->k, 1), 1);
	assert_non_null(fake_fib_find(&w->k, &p, 100, 7));
	assert_non_null(fake_fib_find(&w->k, &p, TABLE_MAIN, METRIC));
	settle(w);
	assert_non_null(fake_fib_find(&w->k, &p, 100, 7));
	assert_null(fake_fib_find(&w->k, &p, TABLE_MAIN, METRIC));
	end(w);
}

TEST(refused_is_told_and_tried_again)
{
	struct world *w = on();
	struct prefix p = pfx(NET);

	w->k.refused = 1;
	w->k.error = ENOMEM;
	say(w, 1, NET);
	settle(w);
	IS(w, NET, "Refused");
	assert_int_equal(fib_look_up(w->fib, &p).error, ENOMEM);
	assert_int_equal(fib_count(w->fib)->n[FAMILY_V4][FIB_REFUSED], 1);
	fib_retry(w->fib);
	settle(w);
	HAS(w, NET, ONE);
	end(w);
}

TEST(what_can_not_be_replaced_goes)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	w->k.refused = 1;
	w->k.error = EINVAL;
	say(w, 2, NET);
	settle(w);
	HAS(w, NET, "");
	fib_retry(w->fib);
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	end(w);
}

TEST(what_can_not_be_deleted_is_tried_again)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	w->k.refused = 1;
	w->k.error = EPERM;
	unsay(w, 1, NET);
	settle(w);
	HAS(w, NET, ONE);
	fib_retry(w->fib);
	settle(w);
	HAS(w, NET, "");
	end(w);
}

/* Nor does it take more room each time. */
TEST(what_was_left_by_other_settings_is_tried_again)
{
	struct world *w = on();

	say(w, 1, "203.0.113.0/24");
	settle(w);
	w->settings.metric++;
	set(w, true);
	w->k.error = EPERM;
	for (unsigned n = 0; n < 5000; n++) {
		w->k.refused = 2;
		fib_retry(w->fib);
		settle(w);
	}
	assert_in_range(w->fib->n_strays, 1, 1024);
	w->k.refused = 0;
	fib_retry(w->fib);
	settle(w);
	assert_int_equal(fake_fib_count(&w->k), 1);
	end(w);
}

TEST(lost_answers_cost_a_look)
{
	struct world *w = on();
	unsigned looks = w->k.looks;

	w->k.lost = 1;
	say(w, 1, NET);
	settle(w);
	HAS(w, NET, ONE);
	assert_int_equal(w->k.looks, looks + 1);
	end(w);
}

TEST(what_somebody_took_away_is_put_back)
{
	struct world *w = on();

	say(w, 1, NET);
	settle(w);
	assert_true(fake_fib_steal(&w->k, w->k.n - 1));
	fake_fib_look(&w->k);
	settle(w);
	HAS(w, NET, ONE);
	end(w);
}

TEST(what_somebody_put_in_the_place_of_ours_is_his)
{
	struct world *w = on();
	struct fake_route *r;

	say(w, 1, NET);
	settle(w);
	r = &w->k.routes[w->k.n - 1];
	r->protocol = FAKE_OTHERS;
	struct reach_route o = { .prefix = r->prefix,
		.table = r->table,
		.metric = r->metric,
		.protocol = FAKE_OTHERS,
		.leads = true,
		.n = 1,
		.hops[0] = r->hops[0] };

	fib_other(w->fib, &o, true);
	settle(w);
	IS(w, NET, "Taken");
	assert_int_equal(w->k.routes[w->k.n - 1].protocol, FAKE_OTHERS);
	end(w);
}

TEST(leaving_takes_all_away)
{
	struct world *w = on();

	say(w, 1, NET);
	say(w, 2, "203.0.113.0/24");
	settle(w);
	fib_hold(w->fib);
	fib_clear(w->fib);
	while (fake_fib_carry(&w->k, 64) > 0)
		continue;
	assert_int_equal(fake_fib_count(&w->k), 0);
	assert_int_equal(w->k.n, 5);
	end(w);
}

/* 4 and 1 gigabit a second; RFC 10005: bytes, as IEEE float. */
#define FOUR "4004 fde9 4dee6b28"
#define FAST "0004 fde9 4cee6b28"

TEST(bandwidth_makes_weights)
{
	struct world *w = on();
	struct prefix p = pfx(NET);
	struct path *a = path_via(w, hops[1], hex(FOUR));
	struct path *b = path_via(w, hops[2], hex("0002 fde9 00000001 " FAST));

	rib_set(w->rib, 1, &p, a);
	rib_set(w->rib, 2, &p, b);
	settle(w);
	HAS(w, NET, "10.0.1.1 dev 1 weight 4, " TWO);
	say(w, 2, NET); /* without one: all are equal */
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	path_unref(a);
	path_unref(b);
	end(w);
}

/* Row 40 of doc/bgp.md: NaN, infinity, below 0; and two of them. */
TEST(odd_bandwidths_are_ignored_and_the_lowest_counts)
{
	struct world *w = on();
	struct prefix p = pfx(NET);
	struct path *a = path_via(w, hops[1],
	    hex("4004 fde9 7fc00000 4004 fde9 7f800000 4004 fde9 cdee6b28 "
		"4004 fde9 4e6e6b28" FOUR));
	struct path *b = path_via(w, hops[2], hex(FAST));

	rib_set(w->rib, 1, &p, a);
	rib_set(w->rib, 2, &p, b);
	settle(w);
	HAS(w, NET, "10.0.1.1 dev 1 weight 4, " TWO);
	path_unref(a);
	path_unref(b);
	end(w);
}

/* The kernel has no weight of 0; and no proportion is to be had of nothing. */
TEST(no_bandwidth_at_all_is_the_least_weight)
{
	struct world *w = on();
	struct prefix p = pfx(NET);
	struct path *none = path_via(w, hops[1], hex("4004 fde9 00000000"));
	struct path *some = path_via(w, hops[2], hex(FAST));
	struct path *other = path_via(w, hops[2], hex("0004 fde9 00000000"));

	rib_set(w->rib, 1, &p, none);
	rib_set(w->rib, 2, &p, some);
	settle(w);
	HAS(w, NET, "10.0.1.1 dev 1 weight 1, 10.0.2.1 dev 2 weight 100");
	rib_set(w->rib, 2, &p, other);
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	path_unref(none);
	path_unref(some);
	path_unref(other);
	end(w);
}

TEST(hops_to_one_place_are_one_with_the_weight_of_both)
{
	struct world *w = on();

	fake_fib_other(&w->k, "10.0.2.1/32", TABLE_MAIN, 0, "10.0.1.9", 1);
	say(w, 1, NET);
	say(w, 2, NET);
	say(w, 3, NET);
	settle(w);
	HAS(w, NET, ONE ", 10.0.1.9 dev 1 weight 2");
	end(w);
}

/* The kernel has a byte for a weight: three times as much stays so. */
TEST(weight_of_many_to_one_place_is_in_proportion)
{
	struct hops_table t = { 0 };
	struct hop at[] = { { ip(hops[1]), 1, 100 }, { ip(hops[2]), 2, 75 },
		{ ip(hops[1]), 1, 100 }, { ip(hops[3]), 1, 1 },
		{ ip(hops[1]), 1, 100 } };
	struct hop few[] = { { ip(hops[1]), 1, 100 }, { ip(hops[2]), 2, 75 },
		{ ip(hops[1]), 1, 100 } };
	struct hops *h = hops_intern(&t, at, 5);

	assert_int_equal(h->n, 3);
	assert_true(addr_eq(&h->at[0].via, &at[0].via));
	assert_int_equal(h->at[0].weight, 256);
	assert_int_equal(h->at[1].weight, 64);
	assert_int_equal(h->at[2].weight, 1);
	hops_unref(h);
	h = hops_intern(&t, few, 3);
	assert_int_equal(h->at[0].weight, 200);
	assert_int_equal(h->at[1].weight, 75);
	hops_unref(h);
}

TEST(link_local_hop_is_on_the_link_of_its_peer)
{
	struct world *w = on();
	struct prefix p = pfx("2001:db8:ff::/48");
	struct path *path = path_via(w, "fe80::1", hex(""));

	rib_set(w->rib, 1, &p, path);
	settle(w);
	HAS(w, "2001:db8:ff::/48", "fe80::1 dev 1 weight 1");
	rib_set(w->rib, 2, &p, path);
	rib_unset(w->rib, 1, &p);
	settle(w);
	HAS(w, "2001:db8:ff::/48", "");
	path_unref(path);
	end(w);
}

/* Switches have one address on all of their links: one that fails leaves the others. */
TEST(one_link_local_address_on_two_links_is_two_hops)
{
	const char *net = "2001:db8:ff::/48";
	struct world *w = on();
	struct prefix v6 = pfx(net), v4 = pfx(NET);
	struct path *path = path_via(w, "fe80::1", hex(""));

	w->other = "eth2";
	for (uint32_t i = 1; i <= 2; i++) {
		rib_set(w->rib, i, &v6, path);
		rib_set(w->rib, i, &v4, path);
	}
	settle(w);
	HAS(w, net, "fe80::1 dev 1 weight 1, fe80::1 dev 2 weight 1");
	HAS(w, NET, "fe80::1 dev 1 weight 1, fe80::1 dev 2 weight 1");
	fake_fib_link(&w->k, 1, false);
	settle(w);
	HAS(w, net, "fe80::1 dev 2 weight 1");
	HAS(w, NET, "fe80::1 dev 2 weight 1");
	fake_fib_link(&w->k, 1, true);
	settle(w);
	HAS(w, net, "fe80::1 dev 1 weight 1, fe80::1 dev 2 weight 1");
	path_unref(path);
	end(w);
}

/* RFC 2545 3: of the router's two addresses the global one may be out of reach. */
TEST(link_local_hop_beside_a_global_one_is_used_on_the_link_of_its_peer)
{
	struct world *w = on();
	struct attrs a = heard(VIA_65001, "2001:db8:77::1");

	a.next_hop.link_local = ip("fe80::1");
	struct prefix v6 = pfx("2001:db8:ff::/48"), v4 = pfx(NET);
	struct path *path = path_intern(w->paths, &a);

	rib_set(w->rib, 1, &v6, path);
	rib_set(w->rib, 1, &v4, path);
	settle(w);
	HAS(w, "2001:db8:ff::/48", "fe80::1 dev 1 weight 1");
	HAS(w, NET, "fe80::1 dev 1 weight 1");
	fake_fib_other(&w->k, "2001:db8:77::/64", TABLE_MAIN, 256, "", 2);
	rib_set(w->rib, 2, &v6, path);
	rib_unset(w->rib, 1, &v6);
	settle(w);
	HAS(w, "2001:db8:ff::/48", "2001:db8:77::1 dev 2 weight 1");
	path_unref(path);
	end(w);
}

/* All routers may be fe80::1: what held of the one before is not so of the next. */
TEST(peer_in_the_place_of_another_is_on_a_link_of_its_own)
{
	const char *net = "2001:db8:ff::/48";
	struct world *w = on();

	path_unref(w->path[1]);
	w->path[1] = path_via(w, "fe80::1", hex(""));
	hear(w, 1, net);
	fake_fib_link(&w->k, 1, false);
	settle(w);
	assert_int_equal(best_of(w, net), 0);
	unsay(w, 1, net);
	settle(w);
	w->zone = "eth2";
	hear(w, 1, net);
	assert_int_equal(best_of(w, net), 1);
	settle(w);
	HAS(w, net, "fe80::1 dev 2 weight 1");
	fake_fib_link(&w->k, 2, false);
	settle(w);
	assert_int_equal(best_of(w, net), 0);
	end(w);
}

/* As a VLAN that is made anew; the session may keep its routes over that. */
TEST(link_that_comes_back_with_another_index_is_used_again)
{
	struct world *w = on();
	struct prefix p = pfx("2001:db8:ff::/48");
	struct path *path = path_via(w, "fe80::1", hex(""));

	rib_set(w->rib, 1, &p, path);
	settle(w);
	HAS(w, "2001:db8:ff::/48", "fe80::1 dev 1 weight 1");
	fake_fib_link(&w->k, 1, false);
	fib_heard_link_gone(w->fib, 1);
	fib_heard_link_gone(w->fib, 8); /* so that this is a new one */
	settle(w);
	HAS(w, "2001:db8:ff::/48", "");
	fib_link(w->fib,
	    &(struct reach_link){ .index = 8, .up = true, .name = "eth1" });
	settle(w);
	HAS(w, "2001:db8:ff::/48", "fe80::1 dev 8 weight 1");
	path_unref(path);
	end(w);
}

TEST(work_is_done_a_slice_at_a_time)
{
	struct world *w = on();
	char text[32];

	for (int i = 0; i < 200; i++) {
		snprintf(text, sizeof(text), "172.16.%d.0/24", i);
		say(w, 1, text);
	}
	unsigned runs = 0;

	while (fib_run(w->fib, 10))
		runs++;
	assert_in_range(runs, 19, 21);
	assert_int_equal(fake_fib_carry(&w->k, 64), 64);
	settle(w);
	assert_int_equal(fake_fib_count(&w->k), 200);
	assert_int_equal(fib_count(w->fib)->n[FAMILY_V4][FIB_INSTALLED], 200);
	end(w);
}

TEST(nothing_is_changed_before_it_is_known_what_is_there)
{
	struct world *w = world();
	struct fib_change c[4];

	say(w, 1, NET);
	set(w, true);
	while (fib_run(w->fib, 100))
		continue;
	assert_int_equal(fib_next(w->fib, c, 4), 0);
	settle(w);
	HAS(w, NET, ONE);
	say(w, 2, NET);
	while (fib_run(w->fib, 100))
		continue;
	fib_look_begin(w->fib);
	assert_int_equal(fib_next(w->fib, c, 4), 0);
	fake_fib_look(&w->k);
	settle(w);
	HAS(w, NET, ONE ", " TWO);
	end(w);
}

/* It is to come to what stood there when it was begun, also behind them. */
TEST(walk_is_not_over_sooner_for_those_that_come_meanwhile)
{
	struct world *w = on();
	struct prefix inner = pfx("2001:db8:ff::/48");
	struct path *path = path_via(w, "2001:db8:1::1", hex(""));
	char text[32];

	rib_set(w->rib, 1, &inner, path);
	say(w, 1, NET);
	settle(w);
	IS(w, "2001:db8:ff::/48", "Installed");
	say(w, RIB_LOCAL, "2001:db8::/32");
	say(w, RIB_LOCAL, "198.51.0.0/16");
	for (int i = 0; i < 100; i++) {
		snprintf(text, sizeof(text), "172.16.%d.0/24", i);
		say(w, 1, text);
		snprintf(text, sizeof(text), "2001:db9:%d::/48", i);
		say(w, 2, text);
	}
	settle(w);
	IS(w, "2001:db8:ff::/48", "Own");
	IS(w, NET, "Own");
	rib_unset(w->rib, 1, &inner);
	path_unref(path);
	end(w);
}

/* Random histories. */

static const char *const nets[] = { NET, "198.51.100.128/25", "198.51.0.0/16",
	"203.0.113.7/32", "0.0.0.0/0", "10.244.1.0/24", "10.244.1.5/32",
	"192.0.2.0/24" };
enum { NETS = sizeof(nets) / sizeof(nets[0]) };

/* The gateway and link by which a hop is reached, the plain way; false: it is not. */
static bool
reached(
    const struct fake_fib *k, uint32_t table, const char *text, struct hop *hop)
{
	const struct fake_route *best = NULL;
	struct addr to = ip(text);

	for (unsigned side = 0; side < 2 && best == NULL; side++)
		for (size_t i = 0; i < k->n; i++) {
			const struct fake_route *r = &k->routes[i];

			if (r->protocol != FIB_PROTOCOL && r->prefix.len > 0 &&
			    r->table == (side == 0 ? table : TABLE_MAIN) &&
			    prefix_contains(&r->prefix, &to) &&
			    (best == NULL || r->prefix.len > best->prefix.len ||
				(r->prefix.len == best->prefix.len &&
				    r->metric < best->metric)))
				best = r;
		}
	if (best == NULL || !k->up[best->hops[0].link])
		return false;
	*hop = best->hops[0];
	if (hop->via.family == FAMILY_NONE)
		hop->via = to;
	return true;
}

static bool
is_own(struct world *w, const struct prefix *p)
{
	struct rib_route r;

	for (size_t i = 0; i < NETS; i++) {
		struct prefix q = pfx(nets[i]);

		if (q.len > 0 && prefix_covers(&q, p) &&
		    rib_best(w->rib, &q, &r) && r.source == RIB_LOCAL)
			return true;
	}
	return false;
}

static bool
is_taken(struct world *w, const struct prefix *p)
{
	for (size_t i = 0; i < w->k.n; i++)
		if (w->k.routes[i].protocol != FIB_PROTOCOL &&
		    prefix_eq(&w->k.routes[i].prefix, p) &&
		    w->k.routes[i].table == w->settings.table &&
		    w->k.routes[i].metric == w->settings.metric)
			return true;
	return false;
}

static void
check_net(struct world *w, const char *net)
{
	struct prefix p = pfx(net);
	const struct fake_route *r =
	    fake_fib_find(&w->k, &p, w->settings.table, w->settings.metric);
	struct rib_route route;
	unsigned weights = 0, all = 0;

	for (uint32_t i = 0; w->on && rib_lookup(w->rib, &p, i, &route); i++) {
		struct hop hop;
		bool seen = false;

		if (route.source == RIB_LOCAL || is_own(w, &p) ||
		    is_taken(w, &p) ||
		    (p.len == 0 && !w->settings.has_default) ||
		    !reached(
			&w->k, w->settings.table, hops[route.source], &hop))
			continue;
		weights++;
		assert_non_null(r);
		for (size_t h = 0; h < r->n; h++)
			seen |= addr_eq(&r->hops[h].via, &hop.via) &&
			    r->hops[h].link == hop.link;
		assert_true(seen);
	}
	for (size_t h = 0; r != NULL && h < r->n; h++)
		all += r->hops[h].weight;
	assert_true(r != NULL ? all > 0 && all <= weights : weights == 0);
}

static void
check(struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < NETS; i++) {
		struct prefix p = pfx(nets[i]);

		check_net(w, nets[i]);
		n += fake_fib_find(&w->k, &p, w->settings.table,
			 w->settings.metric) != NULL;
	}
	assert_int_equal(fake_fib_count(&w->k), n);
}

static void
crash(struct world *w)
{
	fib_free(w->fib);
	start(w);
	fib_hold(w->fib);
	set(w, w->on);
}

/* A link that is up again has its connected route again. */
static void
flap(struct world *w, struct rng *rng)
{
	int32_t link = 1 + (int32_t)rng_below(rng, 2);
	char text[32];

	snprintf(text, sizeof(text), "10.0.%d.0/24", (int)link);
	if (w->k.up[link]) {
		fake_fib_link(&w->k, link, false);
		return;
	}
	fake_fib_link(&w->k, link, true);
	fake_fib_other(&w->k, text, TABLE_MAIN, 0, "", link);
}

static void
somebody_else(struct world *w, struct rng *rng, const char *net)
{
	static const char *const detours[] = { "10.9.9.0/24", "10.0.2.1/32" };
	bool detour = rng_below(rng, 2) == 0;
	const char *what = detour ? detours[rng_below(rng, 2)] : net;
	uint32_t metric = rng_below(rng, 2) == 0 ? METRIC : 5;
	uint32_t table = rng_below(rng, 3) == 0 ? 100 : TABLE_MAIN;

	if (!fake_fib_other_gone(&w->k, what, table, metric) && w->k.up[1])
		fake_fib_other(&w->k, what, table, metric, "10.0.1.9", 1);
}

static void
reset(struct world *w, struct rng *rng)
{
	w->settings.table = rng_below(rng, 2) == 0 ? TABLE_MAIN : 100;
	w->settings.metric = rng_below(rng, 2) == 0 ? METRIC : 5;
	w->settings.has_default = rng_below(rng, 2) == 0;
	set(w, rng_below(rng, 4) != 0);
}

static void
trouble(struct world *w, struct rng *rng)
{
	w->k.error = rng_below(rng, 2) == 0 ? ENOBUFS : EPERM;
	if (rng_below(rng, 2) == 0)
		w->k.refused = rng_below(rng, 4);
	else
		w->k.lost = rng_below(rng, 4);
}

static void
step(struct world *w, struct rng *rng)
{
	const char *net = nets[rng_below(rng, NETS)];
	uint32_t source = rng_below(rng, PEERS + 1);

	switch (rng_below(rng, 16)) {
	case 0:
		flap(w, rng);
		break;
	case 1:
		somebody_else(w, rng, net);
		break;
	case 2:
		reset(w, rng);
		break;
	case 3:
		trouble(w, rng);
		break;
	case 4:
		if (rng_below(rng, 4) == 0)
			crash(w);
		break;
	case 5: /* it may be under way to what nobody has looked at */
		if (fake_fib_steal(&w->k, rng_below(rng, 20)))
			fake_fib_look(&w->k);
		break;
	case 6:
	case 7:
		(void)fib_run(w->fib, rng_below(rng, 5));
		(void)fake_fib_carry(&w->k, 1 + rng_below(rng, 4));
		break;
	case 8:
	case 9:
	case 10:
		unsay(w, source, net);
		break;
	default:
		if (source != RIB_LOCAL || strcmp(net, "0.0.0.0/0") != 0)
			say(w, source, net);
	}
}

static void
history(uint64_t seed)
{
	struct world *w = on();
	struct rng rng;

	rng_init(&rng, seed);
	for (unsigned i = 0; i < 300; i++) {
		step(w, &rng);
		if (rng_below(&rng, 12) != 0)
			continue;
		w->k.refused = w->k.lost = 0;
		settle(w);
		fib_release(w->fib);
		fib_retry(w->fib);
		settle(w);
		check(w);
	}
	end(w);
}

TEST(any_history_ends_in_what_a_plain_look_says)
{
	const char *only = getenv("LBBGP_SEED");
	const char *many = getenv("LBBGP_SEEDS");
	unsigned long n = many != NULL ? strtoul(many, NULL, 10) : 100;

	if (only != NULL) {
		history(strtoul(only, NULL, 10));
		return;
	}
	for (unsigned long seed = 1; seed <= n; seed++) {
		printf("# seed %lu\n", seed);
		history(seed);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    what_peers_say_is_in_the_kernel_over_all_of_them),
		cmocka_unit_test(nothing_is_touched_while_it_is_off),
		cmocka_unit_test(hop_behind_a_gateway_is_reached_by_it),
		cmocka_unit_test(default_route_leads_to_no_hop),
		cmocka_unit_test(hop_on_a_dead_link_is_left_out),
		cmocka_unit_test(path_whose_hop_is_not_reached_hides_no_other),
		cmocka_unit_test(
		    prefix_none_of_whose_hops_is_reached_has_no_best_path),
		cmocka_unit_test(hop_behind_many_others_is_judged_anew_as_well),
		cmocka_unit_test(
		    routes_that_went_with_a_link_come_back_with_it),
		cmocka_unit_test(what_the_node_announces_is_never_installed),
		cmocka_unit_test(
		    what_is_announced_already_is_known_when_it_is_switched_on),
		cmocka_unit_test(default_route_is_installed_only_if_asked_for),
		cmocka_unit_test(route_of_somebody_else_is_left_alone),
		cmocka_unit_test(route_that_nobody_told_of_is_left_alone),
		cmocka_unit_test(route_of_another_metric_stands_beside_ours),
		cmocka_unit_test(
		    what_an_earlier_run_left_stays_until_it_is_released),
		cmocka_unit_test(
		    hops_of_an_earlier_run_stay_until_all_have_had_their_say),
		cmocka_unit_test(
		    what_an_earlier_run_left_goes_when_it_is_our_own_by_now),
		cmocka_unit_test(what_is_off_holds_nothing),
		cmocka_unit_test(
		    other_table_and_metric_are_filled_before_the_old_ones_go),
		cmocka_unit_test(refused_is_told_and_tried_again),
		cmocka_unit_test(what_can_not_be_replaced_goes),
		cmocka_unit_test(what_can_not_be_deleted_is_tried_again),
		cmocka_unit_test(
		    what_was_left_by_other_settings_is_tried_again),
		cmocka_unit_test(lost_answers_cost_a_look),
		cmocka_unit_test(what_somebody_took_away_is_put_back),
		cmocka_unit_test(what_somebody_put_in_the_place_of_ours_is_his),
		cmocka_unit_test(leaving_takes_all_away),
		cmocka_unit_test(bandwidth_makes_weights),
		cmocka_unit_test(no_bandwidth_at_all_is_the_least_weight),
		cmocka_unit_test(
		    odd_bandwidths_are_ignored_and_the_lowest_counts),
		cmocka_unit_test(
		    hops_to_one_place_are_one_with_the_weight_of_both),
		cmocka_unit_test(weight_of_many_to_one_place_is_in_proportion),
		cmocka_unit_test(link_local_hop_is_on_the_link_of_its_peer),
		cmocka_unit_test(
		    one_link_local_address_on_two_links_is_two_hops),
		cmocka_unit_test(
		    peer_in_the_place_of_another_is_on_a_link_of_its_own),
		cmocka_unit_test(
		    link_local_hop_beside_a_global_one_is_used_on_the_link_of_its_peer),
		cmocka_unit_test(
		    link_that_comes_back_with_another_index_is_used_again),
		cmocka_unit_test(work_is_done_a_slice_at_a_time),
		cmocka_unit_test(
		    nothing_is_changed_before_it_is_known_what_is_there),
		cmocka_unit_test(
		    walk_is_not_over_sooner_for_those_that_come_meanwhile),
		cmocka_unit_test(any_history_ends_in_what_a_plain_look_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
