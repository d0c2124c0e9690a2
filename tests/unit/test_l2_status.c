/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/l2_status.h"
#include "bgpd/control/views.h"
#include "tests/sim/lan.h"
#include "tests/test.h"
#include "tests/unit/reply.h"

#define SETTLED 5000 /* ms: by then all addresses are held */

static struct daemon_view
view_of(const struct lan *lan, unsigned node)
{
	return (struct daemon_view){ .l2 = lan->nodes[node].l2,
		.now = lan->now,
		.wall = 1700000000000 };
}

TEST(each_address_is_in_the_status_of_its_holder)
{
	struct lan *lan = lan_new(7, 3, 8, false);
	size_t held = 0;

	lan_run(lan, SETTLED);
	for (unsigned i = 0; i < 3; i++) {
		struct daemon_view view = view_of(lan, i);
		json_t *counts = l2_status_counts(&view);
		json_t *list = l2_status_held(&view);
		size_t n = json_array_size(list);

		assert_at(counts, "wanted", "8");
		assert_at(counts, "members", "2");
		assert_at(counts, "conflicts", "0");
		assert_int_equal(json_integer_value(at(counts, "held")), n);
		held += n;
		json_decref(counts);
		json_decref(list);
	}
	assert_int_equal(held, 8);
	lan_free(lan);
}

TEST(what_is_held_tells_where_and_since_when)
{
	struct lan *lan = lan_new(7, 1, 1, false);
	char addr[ADDR_TEXT];

	lan_run(lan, SETTLED);
	struct daemon_view view = view_of(lan, 0);
	json_t *list = l2_status_held(&view);
	struct addr first = lan_addr(0);

	assert_int_equal(json_array_size(list), 1);
	assert_string_equal(
	    json_string_value(at(list, "0.address")), addr_print(&first, addr));
	assert_string_equal(json_string_value(at(list, "0.interface")),
	    lan->nodes[0].interface.name);
	assert_at(list, "0.since", "\"2023-11-14T22:13:16Z\"");
	json_decref(list);
	lan_free(lan);
}

TEST(of_many_the_lowest_are_told)
{
	struct lan *lan = lan_new(7, 1, 1400, false);
	struct addr was = { FAMILY_NONE, { 0 } }, is;

	lan_run(lan, SETTLED);
	struct daemon_view view = view_of(lan, 0);
	json_t *counts = l2_status_counts(&view), *list = l2_status_held(&view);

	assert_at(counts, "held", "1400");
	assert_int_equal(json_array_size(list), 1024);
	for (size_t i = 0; i < 1024; i++) {
		json_t *row = json_array_get(list, i);

		assert_true(
		    addr_parse(json_string_value(at(row, "address")), &is));
		assert_true(addr_cmp(&was, &is) < 0);
		was = is;
	}
	json_decref(counts);
	json_decref(list);
	lan_free(lan);
}

TEST(an_address_that_a_stranger_uses_is_counted)
{
	struct lan *lan = lan_new(7, 1, 3, false);
	const struct mac mac = { { 2, 0xbb, 0, 0, 0, 1 } };
	struct frame_arp claim = {
		.sender_mac = mac, .sender = lan_addr(0), .target = lan_addr(0)
	};
	uint8_t bytes[FRAME_MAX];

	lan_run(lan, SETTLED);
	lan_inject(
	    lan, bytes, frame_put_arp(bytes, &mac, &mac_broadcast, &claim));
	lan_run(lan, 5);
	struct daemon_view view = view_of(lan, 0);
	json_t *counts = l2_status_counts(&view);

	assert_at(counts, "conflicts", "1");
	assert_at(counts, "held", "3");
	json_decref(counts);
	lan_free(lan);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_address_is_in_the_status_of_its_holder),
		cmocka_unit_test(what_is_held_tells_where_and_since_when),
		cmocka_unit_test(of_many_the_lowest_are_told),
		cmocka_unit_test(an_address_that_a_stranger_uses_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
