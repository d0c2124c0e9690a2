/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/status/holdings.h"

#include <stdio.h>
#include <string.h>

#include "tests/test.h"

enum { PAUSE = 30000, TURN = 1000, IN_TURN = 10, START = 5000 };

static struct said {
	unsigned held, conflicts;
	struct addr addr;
	struct holding_state is;
} said;

static void
on_news(void *arg, const struct addr *addr, const struct holding_state *is,
    enum holdings_news news)
{
	struct said *s = arg;

	s->held += news == HOLDINGS_HELD;
	s->conflicts += news == HOLDINGS_CONFLICT;
	s->addr = *addr;
	s->is = *is;
}

static void
take(struct holdings *h, uint64_t now)
{
	said = (struct said){ 0 };
	holdings_take(h, now, on_news, &said);
}

static struct holding_state
held_on(const char *interface)
{
	struct holding_state is = { .held = true };

	snprintf(is.interface, sizeof(is.interface), "%s", interface);
	return is;
}

static struct holding_state
used_by(uint8_t mac)
{
	struct holding_state is = { .conflict = true,
		.mac = { 2, 0, 0, 0, 0, mac } };

	snprintf(is.interface, sizeof(is.interface), "eth0");
	return is;
}

static void
set(struct holdings *h, unsigned address, const struct holding_state *is,
    uint64_t at)
{
	struct addr addr = addr_v4(0xc0000200 + address);

	holdings_set(h, &addr, is, at);
}

static void
hold(struct holdings *h, unsigned address, uint64_t at)
{
	struct holding_state is = held_on("eth0");

	set(h, address, &is, at);
}

TEST(what_begins_to_be_held_is_told_once)
{
	struct holdings *h = holdings_new();

	assert_int_equal(holdings_due(h), 0);
	hold(h, 1, START);
	assert_int_equal(holdings_due(h), START);
	take(h, START);
	assert_int_equal(said.held, 1);
	assert_string_equal(said.is.interface, "eth0");
	hold(h, 1, START + PAUSE);
	assert_int_equal(holdings_due(h), 0);
	take(h, START + PAUSE);
	assert_int_equal(said.held, 0);
	holdings_free(h);
}

TEST(another_interface_is_news)
{
	struct holdings *h = holdings_new();
	struct holding_state other = held_on("eth1");

	hold(h, 1, START);
	take(h, START);
	set(h, 1, &other, START + 10);
	assert_int_equal(holdings_due(h), START + PAUSE);
	take(h, START + PAUSE - 1);
	assert_int_equal(said.held, 0);
	take(h, START + PAUSE + TURN);
	assert_int_equal(said.held, 1);
	assert_string_equal(said.is.interface, "eth1");
	holdings_free(h);
}

TEST(what_comes_and_goes_is_told_twice_a_minute)
{
	struct holdings *h = holdings_new();
	unsigned told = 0;

	for (uint64_t at = START; at < START + 120000; at += 500) {
		if (at / 500 % 2 == 0)
			hold(h, 1, at);
		else
			set(h, 1, NULL, at);
		take(h, at);
		told += said.held;
	}
	assert_in_range(told, 3, 4);
	holdings_free(h);
}

TEST(what_has_gone_is_not_told)
{
	struct holdings *h = holdings_new();

	hold(h, 1, START);
	set(h, 1, NULL, START);
	take(h, START + TURN);
	assert_int_equal(said.held, 0);
	assert_int_equal(holdings_due(h), 0);
	holdings_free(h);
}

TEST(what_is_held_elsewhere_is_no_matter)
{
	struct holdings *h = holdings_new();
	struct holding_state is = held_on("eth0");

	is.held = false;
	set(h, 1, &is, START);
	assert_int_equal(holdings_due(h), 0);
	holdings_free(h);
}

TEST(a_stranger_is_told_once_and_another_one_again)
{
	struct holdings *h = holdings_new();
	struct holding_state a = used_by(1), b = used_by(2);

	set(h, 1, &a, START);
	take(h, START);
	assert_int_equal(said.conflicts, 1);
	assert_int_equal(said.is.mac[5], 1);
	set(h, 1, &a, START + PAUSE);
	take(h, START + PAUSE);
	assert_int_equal(said.conflicts, 0);
	set(h, 1, &b, START + 2 * PAUSE);
	take(h, START + 2 * PAUSE);
	assert_int_equal(said.conflicts, 1);
	assert_int_equal(said.is.mac[5], 2);
	holdings_free(h);
}

TEST(held_and_contested_are_two_things)
{
	struct holdings *h = holdings_new();
	struct holding_state is = used_by(1);

	is.held = true;
	set(h, 1, &is, START);
	take(h, START);
	assert_int_equal(said.held, 1);
	assert_int_equal(said.conflicts, 1);
	holdings_free(h);
}

TEST(of_many_some_are_told_in_each_second)
{
	struct holdings *h = holdings_new();
	uint64_t now = START;
	unsigned told = 0, turns = 0;

	for (unsigned i = 0; i < 95; i++)
		hold(h, i, START);
	for (; holdings_due(h) != 0; turns++) {
		assert_true(turns < 20);
		now = holdings_due(h);
		take(h, now);
		assert_in_range(said.held, 1, IN_TURN);
		told += said.held;
	}
	assert_int_equal(told, 95);
	assert_int_equal(turns, 10);
	assert_int_equal(now, START + 9 * TURN);
	holdings_free(h);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_begins_to_be_held_is_told_once),
		cmocka_unit_test(another_interface_is_news),
		cmocka_unit_test(what_comes_and_goes_is_told_twice_a_minute),
		cmocka_unit_test(what_has_gone_is_not_told),
		cmocka_unit_test(what_is_held_elsewhere_is_no_matter),
		cmocka_unit_test(a_stranger_is_told_once_and_another_one_again),
		cmocka_unit_test(held_and_contested_are_two_things),
		cmocka_unit_test(of_many_some_are_told_in_each_second),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
