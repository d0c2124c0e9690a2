/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routers on a virtual clock, with one link and whoever speaks there.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "bgpd/link/link_port.h"
#include "bgpd/link/routers.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/rng.h"
#include "tests/test.h"

#define INDEX 7

static struct {
	struct routers *routers;
	struct rng rng;
	uint64_t now, due;
	unsigned adverts, solicitations, changes;
	uint64_t last_advert, least_gap;
	bool in_use, joined;
	struct prefix at[2];
	struct interface eth0;
} w;

static struct addr
addr(const char *text)
{
	struct addr a;

	assert_true(addr_parse(text, &a));
	return a;
}

static uint64_t
on_now(void *arg)
{
	(void)arg;
	return w.now;
}

static const struct clock clock_of_test = { .now = on_now };

/* RFC 4861 4.1, 4.2: what goes out is for this link, and says nothing to hosts. */
static void
on_send(void *arg, int index, const uint8_t *bytes, size_t n)
{
	struct addr nodes = addr("ff02::1"), routers = addr("ff02::2");
	struct frame f;

	(void)arg;
	assert_int_equal(index, INDEX);
	assert_true(frame_parse(bytes, n, &f));
	assert_int_equal(f.kind, FRAME_ROUTER);
	assert_true(addr_eq(&f.router.src, &w.at[0].addr));
	assert_true(
	    addr_eq(&f.router.dst, f.router.advert ? &nodes : &routers));
	assert_true(f.router.has_mac && mac_eq(&f.router.mac, &w.eth0.mac));
	assert_int_equal(f.router.lifetime, 0);
	w.solicitations += !f.router.advert;
	if (!f.router.advert)
		return;
	if (w.adverts++ > 0 && w.now - w.last_advert < w.least_gap)
		w.least_gap = w.now - w.last_advert;
	w.last_advert = w.now;
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	struct addr routers = addr("ff02::2");

	(void)arg;
	assert_int_equal(index, INDEX);
	assert_true(addr_eq(group, &routers));
	assert_int_equal(w.joined, !in);
	w.joined = in;
}

static const struct link_port port = { .send = on_send, .join = on_join };

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	w.due = at;
}

static void
on_listens(void *arg)
{
	(void)arg;
}

static bool
on_in_use(void *arg, const char *interface)
{
	(void)arg;
	assert_string_equal(interface, "eth0");
	return w.in_use;
}

static void
on_changed(void *arg)
{
	(void)arg;
	w.changes++;
}

static const struct routers_ops ops = { on_arm, on_listens, on_in_use,
	on_changed };

static void
tell(void)
{
	routers_interfaces(w.routers, &w.eth0, 1);
}

static int
setup(void **state)
{
	static const char *const names[] = { "eth0" };

	(void)state;
	memset(&w, 0, sizeof(w));
	rng_init(&w.rng, 1);
	w.now = 1000;
	w.least_gap = UINT64_MAX;
	w.at[0] = (struct prefix){ .addr = addr("fe80::1"), .len = 64 };
	w.at[1] = (struct prefix){ .addr = addr("fd00::1"), .len = 64 };
	w.eth0 = (struct interface){ .name = "eth0",
		.index = INDEX,
		.mac = { { 2, 0, 0, 0, 0, 1 } },
		.up = true,
		.at = w.at,
		.n = 2 };
	w.routers = routers_new(&clock_of_test, &w.rng, &port, &ops, NULL);
	routers_want(w.routers, names, 1);
	tell();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	routers_free(w.routers);
	return 0;
}

static void
sleep_for(uint64_t ms)
{
	uint64_t until = w.now + ms;

	while (w.due != 0 && w.due <= until) {
		w.now = w.due > w.now ? w.due : w.now;
		w.due = 0;
		routers_tick(w.routers);
	}
	w.now = until;
}

static void
say(bool advert, const char *from)
{
	struct frame f = { .kind = FRAME_ROUTER,
		.router = { .advert = advert, .src = addr(from) } };

	routers_frame(w.routers, INDEX, &f);
}

static const char *
router(void)
{
	static char text[ADDR_TEXT];
	struct router_found found = routers_find(w.routers, "eth0");

	return found.router.family != FAMILY_NONE
	    ? addr_print(&found.router, text)
	    : found.why;
}

TEST(who_advertises_himself_is_the_router)
{
	assert_string_equal(router(), "no router advertises itself there");
	say(false, "fe80::9");
	assert_string_equal(router(), "no router advertises itself there");
	w.changes = 0;
	say(true, "fe80::9");
	assert_string_equal(router(), "fe80::9");
	say(true, "fe80::9");
	assert_int_equal(w.changes, 1);
}

/* A session has a hold time for that. */
TEST(router_that_is_not_heard_any_more_stays)
{
	say(true, "fe80::9");
	sleep_for(3600000);
	assert_string_equal(router(), "fe80::9");
}

TEST(another_one_takes_the_place_of_one_that_is_silent)
{
	say(true, "fe80::9");
	sleep_for(29999);
	say(true, "fe80::8");
	assert_string_equal(router(), "fe80::9");
	w.in_use = true;
	sleep_for(60000);
	say(true, "fe80::8");
	assert_string_equal(router(), "fe80::9");
	w.in_use = false;
	say(true, "fe80::8");
	assert_string_equal(router(), "fe80::8");
}

TEST(two_on_one_link_are_told_and_the_first_one_stays)
{
	struct addr other = addr("fe80::8");

	for (unsigned i = 0; i < 20; i++) {
		struct router_found found;

		say(true, "fe80::9");
		say(true, "fe80::8");
		say(true, "fe80::7"); /* of a third one nothing is kept */
		found = routers_find(w.routers, "eth0");
		assert_string_equal(router(), "fe80::9");
		assert_true(addr_eq(&found.other, &other));
		sleep_for(10000);
	}
	assert_int_equal(w.changes, 3); /* link, router, other */
	for (unsigned i = 0; i < 3; i++) {
		sleep_for(10000);
		say(true, "fe80::9");
	}
	assert_int_equal(
	    routers_find(w.routers, "eth0").other.family, FAMILY_NONE);
	assert_int_equal(w.changes, 4);
}

TEST(flood_of_routers_changes_nothing_and_is_not_answered_more)
{
	say(true, "fe80::9");
	w.changes = w.adverts = 0;
	for (unsigned i = 0; i < 60000; i++) {
		char from[ADDR_TEXT];

		snprintf(from, sizeof(from), "fe80::1:%x", i % 60000);
		say(true, from);
		say(false, from);
		sleep_for(1);
		if (i % 10000 == 0)
			say(true, "fe80::9");
	}
	assert_string_equal(router(), "fe80::9");
	assert_in_range(w.changes, 1, 5);
	assert_in_range(w.adverts, 1, 60 / 3 + 1);
	assert_true(w.least_gap >= 3000);
}

TEST(we_ask_until_there_is_one_and_advertise_for_good)
{
	sleep_for(500);
	assert_int_equal(w.adverts, 1);
	sleep_for(60000);
	assert_in_range(w.adverts, 8, 11);
	assert_int_equal(w.solicitations, w.adverts);
	say(true, "fe80::9");
	sleep_for(60000);
	assert_in_range(w.adverts, 14, 21);
	assert_true(w.solicitations < w.adverts - 5);
	assert_true(w.least_gap >= 3000);
}

/* So that who comes later finds us at once. */
TEST(who_asks_or_is_new_is_told)
{
	sleep_for(20000);
	sleep_for(w.last_advert + 3000 - w.now);
	w.adverts = 0;
	say(false, "fe80::9");
	sleep_for(500);
	assert_int_equal(w.adverts, 1);
	sleep_for(3000);
	w.adverts = 0;
	say(true, "fe80::9");
	sleep_for(500);
	assert_int_equal(w.adverts, 1);
}

TEST(our_own_words_that_come_back_are_not_a_router)
{
	say(true, "fe80::1");
	assert_string_equal(router(), "no router advertises itself there");
}

TEST(nothing_is_said_or_heard_before_there_is_an_address)
{
	struct interface without = w.eth0;

	without.at = w.at + 1;
	without.n = 1;
	routers_interfaces(w.routers, &without, 1);
	say(true, "fe80::9");
	sleep_for(60000);
	assert_int_equal(w.adverts, 0);
	assert_string_equal(
	    router(), "the node has no link-local address there");
	tell();
	sleep_for(500);
	assert_int_equal(w.adverts, 1);
}

TEST(link_that_is_down_for_a_while_keeps_its_router)
{
	say(true, "fe80::9");
	w.eth0.up = false;
	tell();
	w.adverts = 0;
	sleep_for(60000);
	assert_int_equal(w.adverts, 0);
	assert_string_equal(router(), "fe80::9");
	w.eth0.up = true;
	tell();
	sleep_for(500);
	assert_int_equal(w.adverts, 1);
}

TEST(interface_that_is_back_is_another_one)
{
	int at[2];

	say(true, "fe80::9");
	w.changes = 0;
	routers_interfaces(w.routers, NULL, 0);
	assert_int_equal(w.changes, 1);
	assert_int_equal(routers_listens(w.routers, at, 2), 0);
	assert_string_equal(
	    router(), "the node has no such interface for a session");
	w.joined = false; /* with the interface */
	tell();
	assert_true(w.joined);
	assert_string_equal(router(), "no router advertises itself there");
	assert_int_equal(routers_listens(w.routers, at, 2), 1);
	assert_int_equal(at[0], INDEX);
}

TEST(what_is_not_wanted_any_more_is_left)
{
	say(true, "fe80::9");
	routers_want(w.routers, NULL, 0);
	assert_false(w.joined);
	w.adverts = 0;
	sleep_for(60000);
	assert_int_equal(w.adverts, 0);
	assert_int_equal(routers_listens(w.routers, NULL, 0), 0);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(who_advertises_himself_is_the_router),
		T(router_that_is_not_heard_any_more_stays),
		T(another_one_takes_the_place_of_one_that_is_silent),
		T(two_on_one_link_are_told_and_the_first_one_stays),
		T(flood_of_routers_changes_nothing_and_is_not_answered_more),
		T(we_ask_until_there_is_one_and_advertise_for_good),
		T(who_asks_or_is_new_is_told),
		T(our_own_words_that_come_back_are_not_a_router),
		T(nothing_is_said_or_heard_before_there_is_an_address),
		T(link_that_is_down_for_a_while_keeps_its_router),
		T(interface_that_is_back_is_another_one),
		T(what_is_not_wanted_any_more_is_left),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("routers", tests, NULL, NULL);
}
