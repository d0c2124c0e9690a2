/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a station is told, read by a small station of the test: a word for each
 * message. A peer is named by its AS: "up 65002", "pre 65002 +20.0.0.0/24", "post
 * 65002 end4".
 */
#include "bgpd/bmp/station.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/update_in.h"
#include "tests/test.h"
#include "tests/unit/bmp_words.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct rib *rib;
	struct station *s;
	unsigned wakes;
	char text[1 << 16];
};

static void
on_wake(void *arg)
{
	struct world *w = arg;

	w->wakes++;
}

static const struct station_ops ops = { .wake = on_wake };

static void
world_station(struct world *w, bool pre, bool post, bool table)
{
	const struct station_config c = { .name = "n1",
		.description = "lbbgp",
		.pre_policy = pre,
		.post_policy = post,
		.loc_rib = table };

	station_free(w->s);
	w->s = station_new(w->rib, &c, &ops, w);
}

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	rib_add_source(w->rib, 1, &ebgp_source);
	rib_add_source(w->rib, 2, &ebgp_source);
	world_station(w, true, false, false);
	path_ids_are_said = as_paths_are_told = false;
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	station_free(w->s);
	rib_free(w->rib);
	path_table_free(w->paths);
	free(w);
	return 0;
}

static void
route(struct world *w, uint32_t source, const char *prefix, bool on)
{
	struct attrs a = heard(VIA_65002, "10.0.0.1");
	struct prefix p = pfx(prefix);
	struct path *path = path_intern(w->paths, &a);

	if (on)
		rib_set(w->rib, source, &p, path);
	else
		rib_unset(w->rib, source, &p);
	path_unref(path);
	station_touch(w->s, source, &p, 0, true);
	station_touch(w->s, STATION_LOC_RIB, &p, 0, true);
}

static void
up(struct world *w, uint32_t source)
{
	struct station_peer p = { .source = source,
		.peer = { .addr = { FAMILY_V4, { 192, 0, 2, 1 } },
		    .asn = 65000 + source },
		.up = { .sent = hex("aa"), .received = hex("bb") },
		.families = { [FAMILY_V4] = true, [FAMILY_V6] = true },
		.path_ids = { [FAMILY_V4] = path_ids_are_said,
		    [FAMILY_V6] = path_ids_are_said } };

	if (source == STATION_LOC_RIB) {
		p.peer = (struct bmp_peer){ .type = BMP_LOC_RIB, .asn = 64517 };
		p.up.table = "global";
	}
	station_up(w->s, &p);
}

/* Some calls; what came of them is these messages. */
static void
assert_told(struct world *w, const char *want)
{
	static uint8_t bytes[STATION_ROOM];

	w->text[0] = '\0';
	for (unsigned i = 0; station_waits(w->s); i++) {
		struct wbuf out = wbuf_of(bytes, sizeof(bytes));

		assert_true(i < 100000);
		station_next(w->s, &out, 10);
		for (struct rbuf r = wbuf_read(&out, 0); r.left > 0;)
			hear_message(w->text, sizeof(w->text), &r);
	}
	assert_string_equal(w->text, want);
}

static void
all_is_told_from_the_start(void **state)
{
	struct world *w = *state;

	route(w, 1, "20.0.0.0/24", true);
	route(w, 1, "2001:db8::/32", true);
	up(w, 1);
	assert_false(station_waits(w->s)); /* nobody is there */
	station_begin(w->s);
	assert_int_equal(w->wakes, 1);
	assert_told(w,
	    "initiation\nup 65001\n"
	    "pre 65001 +20.0.0.0/24\npre 65001 +2001:db8::/32\n"
	    "pre 65001 end4\npre 65001 end6\n");
	station_begin(w->s); /* once more, on another connection */
	assert_told(w,
	    "initiation\nup 65001\n"
	    "pre 65001 +20.0.0.0/24\npre 65001 +2001:db8::/32\n"
	    "pre 65001 end4\npre 65001 end6\n");
}

/* RFC 9069 1: they are of the table alone. */
static void
own_routes_are_of_no_peer(void **state)
{
	struct world *w = *state;

	world_station(w, true, true, false);
	route(w, RIB_LOCAL, "20.0.0.0/24", true);
	up(w, 1);
	station_begin(w->s);
	assert_told(w,
	    "initiation\nup 65001\npre 65001 end4\npost 65001 end4\n"
	    "pre 65001 end6\npost 65001 end6\n");
	route(w, RIB_LOCAL, "20.0.1.0/24", true);
	route(w, RIB_LOCAL, "20.0.0.0/24", false);
	assert_told(w, "");
}

/* One message: the walk is in the midst of a prefix. */
static void
assert_told_next(struct world *w, const char *want)
{
	static uint8_t bytes[STATION_ROOM];
	struct wbuf out = wbuf_of(bytes, sizeof(bytes));

	w->text[0] = '\0';
	station_next(w->s, &out, 1);
	for (struct rbuf r = wbuf_read(&out, 0); r.left > 0;)
		hear_message(w->text, sizeof(w->text), &r);
	assert_string_equal(w->text, want);
}

static void
a_route_is_told_though_those_before_it_go(void **state)
{
	struct world *w = *state;

	route(w, 1, "20.0.0.0/24", true);
	route(w, 2, "20.0.0.0/24", true);
	up(w, 1);
	up(w, 2);
	station_begin(w->s);
	assert_told_next(w, "initiation\n");
	assert_told_next(w, "up 65001\n");
	assert_told_next(w, "up 65002\n");
	assert_told_next(w, "pre 65002 +20.0.0.0/24\n");
	route(w, 2, "20.0.0.0/24", false); /* now the other one is the first */
	assert_told(w,
	    "pre 65001 +20.0.0.0/24\npre 65002 -20.0.0.0/24\n"
	    "pre 65001 end4\npre 65001 end6\npre 65002 end4\npre 65002 end6\n");
}

static void
changes_are_told_once_and_as_they_are(void **state)
{
	struct world *w = *state;

	up(w, 1);
	station_begin(w->s);
	assert_told(
	    w, "initiation\nup 65001\npre 65001 end4\npre 65001 end6\n");
	route(w, 1, "20.0.0.0/24", true);
	route(w, 1, "20.0.0.0/24", false);
	route(w, 1, "20.0.0.0/24", true);
	route(w, 1, "3fff::/20", true);
	assert_told(w, "pre 65001 +20.0.0.0/24\npre 65001 +3fff::/20\n");
	route(w, 1, "3fff::/20", false);
	route(w, 1, "20.0.0.0/24", false);
	assert_told(w, "pre 65001 -3fff::/20\npre 65001 -20.0.0.0/24\n");
	route(w, 2, "20.0.0.0/24", true); /* not up */
	assert_told(w, "");
}

static void
who_is_down_is_told_once(void **state)
{
	struct world *w = *state;

	up(w, 1);
	station_begin(w->s);
	station_down(w->s, 1, BMP_DOWN_PEER, hex(""));
	assert_told(w, "initiation\n"); /* nobody has heard of him */
	up(w, 1);
	assert_told(w, "up 65001\npre 65001 end4\npre 65001 end6\n");
	station_down(w->s, 1, BMP_DOWN_PEER, hex(""));
	up(w, 1);
	route(w, 1, "20.0.0.0/24", true);
	assert_told(w,
	    "down 65001 4\nup 65001\npre 65001 +20.0.0.0/24\npre 65001 end4\n"
	    "pre 65001 end6\n");
	station_down(w->s, 7, BMP_DOWN_PEER, hex(""));
	assert_told(w, "");
}

/* By an UPDATE, as only that is judged; id: 0, or there are path ids. */
static void
hears(struct world *w, uint32_t source, const char *prefix, uint32_t id,
    const char *nlri)
{
	struct update u = { .attrs = heard(VIA_65002, "10.0.0.1"),
		.reach[0].nlri = { hex(nlri), FAMILY_V4, id != 0, 1 } };
	struct prefix p = pfx(prefix);

	rib_import(w->rib, source, &u);
	station_touch(w->s, source, &p, id, false);
}

static void
post_policy_has_what_may_be_used(void **state)
{
	struct world *w = *state;
	struct rib_source source = ebgp_source;

	world_station(w, true, true, false);
	source.import = IMPORT_KEEP; /* kept, used for nothing */
	rib_add_source(w->rib, 3, &source);
	up(w, 1);
	up(w, 3);
	station_begin(w->s);
	route(w, 1, "20.0.0.0/24", true);
	hears(w, 3, "20.0.1.0/24", 0, "18 140001");
	assert_told(w,
	    "initiation\nup 65001\nup 65003\n"
	    "pre 65001 +20.0.0.0/24\npost 65001 +20.0.0.0/24\n"
	    "pre 65003 +20.0.1.0/24\n"
	    "pre 65001 end4\npost 65001 end4\npre 65001 end6\npost 65001 end6\n"
	    "pre 65003 end4\npost 65003 end4\npre 65003 end6\npost 65003 end6\n");
	hears(w, 3, "20.0.2.0/24", 0, "18 140002");
	assert_told(w, "pre 65003 +20.0.2.0/24\n");
	struct prefix p = pfx("20.0.2.0/24");

	station_touch(w->s, 3, &p, 0, false);
	station_touch(w->s, 3, &p, 0, true); /* it was, in between */
	assert_told(w, "pre 65003 +20.0.2.0/24\npost 65003 -20.0.2.0/24\n");
}

static void
before_the_policy_a_route_is_as_it_came(void **state)
{
	struct world *w = *state;
	struct action med = { ACTION_MED, { 7 }, { 0 } };
	const struct policy_rule rules[] = {
		{ pfx("20.0.0.0/24"), 24, 24, rib_verdict(w->rib, &med, 1), 0,
		    0 },
		{ pfx("20.0.1.0/24"), 24, 24, VERDICT_REFUSE, 0, 0 },
	};
	const struct policy policy = {
		.rules = rules, .n = 2, .otherwise = VERDICT_ACCEPT
	};
	struct rib_source source = ebgp_source;

	world_station(w, true, true, false);
	source.policy = &policy;
	rib_add_source(w->rib, 3, &source);
	up(w, 3);
	station_begin(w->s);
	hears(w, 3, "20.0.0.0/24", 0, "18 140000");
	hears(w, 3, "20.0.1.0/24", 0, "18 140001");
	assert_told(w,
	    "initiation\nup 65003\n"
	    "pre 65003 +20.0.0.0/24\npost 65003 +20.0.0.0/24 med 7\n"
	    "pre 65003 +20.0.1.0/24\n"
	    "pre 65003 end4\npost 65003 end4\npre 65003 end6\npost 65003 end6\n");
	hears(w, 3, "20.0.0.0/24", 0, "18 140000");
	assert_told(
	    w, "pre 65003 +20.0.0.0/24\npost 65003 +20.0.0.0/24 med 7\n");
}

/* RFC 7705 3.1: localASNumber is put in front of what a peer says. */
static void
before_the_policy_no_as_is_in_front(void **state)
{
	struct world *w = *state;
	struct rib_source source = ebgp_source;
	struct station_peer p = { .source = 3,
		.peer = { .addr = { FAMILY_V4, { 192, 0, 2, 1 } },
		    .asn = 65003 },
		.up = { .sent = hex("aa"), .received = hex("bb") },
		.families = { [FAMILY_V4] = true },
		.prepended = 64999 };

	as_paths_are_told = true;
	world_station(w, true, true, false);
	source.local_as = 64999;
	source.prepended = true;
	rib_add_source(w->rib, 3, &source);
	station_up(w->s, &p);
	station_begin(w->s);
	hears(w, 3, "20.0.0.0/24", 0, "18 140000");
	assert_told(w,
	    "initiation\nup 65003\n"
	    "pre 65003 +20.0.0.0/24 as 65002\n"
	    "post 65003 +20.0.0.0/24 as 64999 65002\n"
	    "pre 65003 end4\npost 65003 end4\n");
	source.prepended = false; /* a route of before that was so */
	rib_add_source(w->rib, 3, &source);
	hears(w, 3, "20.0.0.0/24", 0, "18 140000");
	assert_told(w,
	    "pre 65003 +20.0.0.0/24 as 65002\n"
	    "post 65003 +20.0.0.0/24 as 65002\n");
}

static void
each_path_of_a_prefix_is_told(void **state)
{
	struct world *w = *state;
	struct prefix p = pfx("20.0.0.0/24");

	path_ids_are_said = true;
	up(w, 1);
	station_begin(w->s);
	hears(w, 1, "20.0.0.0/24", 1, "00000001 18 140000");
	assert_told(w,
	    "initiation\nup 65001\npre 65001 +20.0.0.0/24#1\n"
	    "pre 65001 end4\npre 65001 end6\n");
	hears(w, 1, "20.0.0.0/24", 2, "00000002 18 140000");
	station_touch(w->s, 1, &p, 3, true);
	assert_told(w, "pre 65001 +20.0.0.0/24#2\npre 65001 -20.0.0.0/24#3\n");
}

static void
the_table_has_the_best_routes(void **state)
{
	struct world *w = *state;

	world_station(w, false, false, true);
	route(w, 1, "20.0.0.0/24", true);
	route(w, 2, "20.0.0.0/24", true);
	up(w, STATION_LOC_RIB);
	station_begin(w->s);
	assert_told(w,
	    "initiation\nup 64517\ntable 64517 +20.0.0.0/24\n"
	    "table 64517 end4\ntable 64517 end6\n");
	route(w, 1, "20.0.0.0/24", false);
	assert_told(w, "table 64517 +20.0.0.0/24\n");
	route(w, 2, "20.0.0.0/24", false);
	assert_told(w, "table 64517 -20.0.0.0/24\n");
	world_station(w, true, false, false); /* one that does not want it */
	up(w, STATION_LOC_RIB);
	station_begin(w->s);
	assert_told(w, "initiation\n");
}

/* One who came while a walk is under way is told all in the next. */
static void
who_comes_in_a_walk_waits_for_the_next(void **state)
{
	static uint8_t bytes[STATION_ROOM];
	struct world *w = *state;

	route(w, 1, "20.0.0.0/24", true);
	route(w, 2, "20.0.1.0/24", true);
	up(w, 1);
	station_begin(w->s);
	for (unsigned i = 0; i < 3; i++) { /* initiation, up, a route */
		struct wbuf out = wbuf_of(bytes, sizeof(bytes));

		assert_true(station_next(w->s, &out, 10));
	}
	up(w, 2);
	assert_told(w,
	    "up 65002\npre 65001 end4\npre 65001 end6\n"
	    "pre 65002 +20.0.1.0/24\npre 65002 end4\npre 65002 end6\n");
}

static void
too_many_changes_lose_the_station(void **state)
{
	struct world *w = *state;

	up(w, 1);
	station_begin(w->s);
	assert_told(
	    w, "initiation\nup 65001\npre 65001 end4\npre 65001 end6\n");
	for (uint32_t i = 0; i <= STATION_TOUCHES; i++) {
		struct addr a = addr_v4(0x14000000 + (i << 8));
		struct prefix p = prefix_of(&a, 24);

		assert_false(station_is_lost(w->s));
		station_touch(w->s, 1, &p, 0, true);
		station_touch(w->s, 1, &p, 0, true); /* waits already */
	}
	assert_true(station_is_lost(w->s));
	assert_told(w, "");
	station_end(w->s);
	station_begin(w->s);
	assert_false(station_is_lost(w->s));
	assert_told(
	    w, "initiation\nup 65001\npre 65001 end4\npre 65001 end6\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(all_is_told_from_the_start),
		T(own_routes_are_of_no_peer),
		T(a_route_is_told_though_those_before_it_go),
		T(changes_are_told_once_and_as_they_are),
		T(who_is_down_is_told_once),
		T(post_policy_has_what_may_be_used),
		T(before_the_policy_a_route_is_as_it_came),
		T(before_the_policy_no_as_is_in_front),
		T(each_path_of_a_prefix_is_told),
		T(the_table_has_the_best_routes),
		T(who_comes_in_a_walk_waits_for_the_next),
		T(too_many_changes_lose_the_station),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
