/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "bgpd/link/interfaces.h"
#include "common/err.h"
#include "tests/test.h"

struct fixture {
	struct interfaces *all;
	char text[512];
};

static int
setup(void **state)
{
	static struct fixture f;

	f.all = interfaces_new();
	*state = &f;
	return 0;
}

static int
teardown(void **state)
{
	struct fixture *f = *state;

	interfaces_free(f->all);
	return 0;
}

static struct link_facts
link_of(int index, const char *name)
{
	struct link_facts l = {
		.index = index,
		.mac = { { 2, 0, 0, 0, 0, (uint8_t)index } },
		.up = true,
		.mtu = 1500,
		.has_neighbors = true,
		.has_arp = true,
	};

	snprintf(l.name, sizeof(l.name), "%s", name);
	return l;
}

static void
tell(struct fixture *f, int index, const char *name)
{
	struct link_facts l = link_of(index, name);

	interfaces_link(f->all, &l);
}

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static void
tell_addr(struct fixture *f, int index, const char *text, unsigned rank)
{
	struct prefix p = prefix(text);

	interfaces_addr(f->all, index, &p, rank);
}

static void
tell_addr_gone(struct fixture *f, int index, const char *text)
{
	struct prefix p = prefix(text);

	interfaces_addr_gone(f->all, index, &p);
}

/* "=" for a list as before; names and addresses. */
static void
assert_list(struct fixture *f, const char *wanted)
{
	size_t n, at = 0;
	bool changed;
	const struct interface *list = interfaces_list(f->all, &n, &changed);

	at += (size_t)snprintf(f->text, sizeof(f->text), changed ? "" : "=");
	for (size_t i = 0; i < n; i++) {
		at += (size_t)snprintf(f->text + at, sizeof(f->text) - at,
		    " %s%s", list[i].name, list[i].up ? "" : " down");
		for (size_t j = 0; j < list[i].n; j++) {
			char text[PREFIX_TEXT];

			at +=
			    (size_t)snprintf(f->text + at, sizeof(f->text) - at,
				" %s", prefix_print(&list[i].at[j], text));
		}
	}
	assert_string_equal(f->text, wanted);
}

static void
links_come_and_go_by_index(void **state)
{
	struct fixture *f = *state;

	assert_list(f, "=");
	tell(f, 7, "eth1");
	tell(f, 3, "eth0");
	assert_list(f, " eth0 eth1");
	assert_list(f, "= eth0 eth1");
	tell(f, 3, "lan");
	assert_list(f, " lan eth1");
	interfaces_link_gone(f->all, 7);
	interfaces_link_gone(f->all, 8);
	assert_list(f, " lan");
}

static void
a_link_has_a_name_while_it_is_there(void **state)
{
	struct fixture *f = *state;

	tell(f, 3, "eth0");
	assert_string_equal(interfaces_name(f->all, 3), "eth0");
	assert_string_equal(interfaces_name(f->all, 4), "?");
	interfaces_link_gone(f->all, 3);
	assert_string_equal(interfaces_name(f->all, 3), "?");
}

static void
every_fact_is_news(void **state)
{
	struct fixture *f = *state;
	struct link_facts l = link_of(3, "eth0");
	size_t n;
	bool changed;

	tell(f, 3, "eth0");
	assert_list(f, " eth0");
	l.up = false;
	interfaces_link(f->all, &l);
	assert_list(f, " eth0 down");
	l.mtu = 9000;
	interfaces_link(f->all, &l);
	assert_int_equal(interfaces_list(f->all, &n, &changed)->mtu, 9000);
	assert_true(changed);
	l.mac.bytes[0] = 6;
	interfaces_link(f->all, &l);
	assert_true(
	    mac_eq(&interfaces_list(f->all, &n, &changed)->mac, &l.mac));
	assert_true(changed);
	l.has_neighbors = false;
	interfaces_link(f->all, &l);
	assert_list(f, "");
}

static void
addresses_are_in_the_order_of_their_rank(void **state)
{
	struct fixture *f = *state;

	tell_addr(f, 3, "192.0.2.9/24", 1); /* before its link is known */
	tell(f, 3, "eth0");
	tell_addr(f, 3, "192.0.2.1/24", 0);
	tell_addr(f, 3, "2001:db8::1/64", 0);
	assert_list(f, " eth0 192.0.2.1/24 2001:db8::1/64 192.0.2.9/24");
	tell_addr(f, 3, "192.0.2.1/24", 0);
	assert_list(f, "= eth0 192.0.2.1/24 2001:db8::1/64 192.0.2.9/24");
	tell_addr_gone(f, 3, "192.0.2.1/24");
	tell_addr_gone(f, 3, "192.0.2.1/25");
	tell_addr_gone(f, 4, "192.0.2.9/24");
	tell_addr(f, 3, "192.0.2.9/24", 0);
	assert_list(f, " eth0 2001:db8::1/64 192.0.2.9/24");
}

static void
what_a_dump_does_not_tell_is_gone(void **state)
{
	struct fixture *f = *state;

	tell(f, 3, "eth0");
	tell(f, 4, "eth1");
	tell_addr(f, 3, "192.0.2.1/24", 0);
	tell_addr(f, 3, "192.0.2.2/24", 0);
	assert_list(f, " eth0 192.0.2.1/24 192.0.2.2/24 eth1");
	interfaces_links_begin(f->all);
	tell(f, 3, "eth0");
	tell(f, 9, "eth2"); /* between its answers, as news */
	interfaces_links_end(f->all);
	assert_list(f, " eth0 192.0.2.1/24 192.0.2.2/24 eth2");
	interfaces_addrs_begin(f->all);
	tell_addr(f, 3, "192.0.2.2/24", 0);
	interfaces_addrs_end(f->all);
	assert_list(f, " eth0 192.0.2.2/24 eth2");
}

static void
a_link_that_is_back_has_none_of_its_addresses(void **state)
{
	struct fixture *f = *state;

	tell(f, 3, "eth0");
	tell_addr(f, 3, "192.0.2.1/24", 0);
	assert_list(f, " eth0 192.0.2.1/24");
	interfaces_link_gone(f->all, 3);
	tell(f, 3, "eth0");
	assert_list(f, " eth0");
}

/* "" when nothing is to be set. */
static void
assert_setting(struct fixture *f, const char *wanted)
{
	struct arp_setting s;
	int index;

	f->text[0] = '\0';
	if (interfaces_next_setting(f->all, &index, &s))
		snprintf(f->text, sizeof(f->text), "%d: %u %u", index, s.ignore,
		    s.announce);
	assert_string_equal(f->text, wanted);
}

static void
tell_arp(struct fixture *f, int index, uint32_t ignore, uint32_t announce)
{
	struct link_facts l = link_of(index, "eth0");

	l.arp = (struct arp_setting){ ignore, announce };
	interfaces_link(f->all, &l);
}

static void
a_link_is_hushed_and_is_as_before(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 0, 1);
	assert_setting(f, "");
	interfaces_hush(f->all, 3, true);
	interfaces_hush(f->all, 4, true); /* is nobody */
	assert_setting(f, "3: 1 2");
	assert_setting(f, "");
	tell_arp(f, 3, 1, 2);
	assert_setting(f, "");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "3: 0 1");
	assert_setting(f, "");
}

static void
what_was_asked_for_at_once_one_after_the_other_is_made(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 0, 0);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 1 2");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "3: 0 0");
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 1 2");
}

/* Addresses of Services and a virtual router may be on one link. */
static void
what_two_want_hushed_is_so_until_both_do_not(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 0, 0);
	interfaces_hush(f->all, 3, true);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 1 2");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "3: 0 0");
	interfaces_hush(f->all, 3, false);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 1 2");
}

static void
what_others_set_is_raised_and_never_lowered(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 2, 0);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 2 2");
	tell_arp(f, 3, 0, 0); /* by somebody else */
	assert_setting(f, "3: 1 2");
	tell_arp(f, 3, 8, 2);
	assert_setting(f, "");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, ""); /* is not ours to put back */
}

static void
what_is_hushed_already_stays_so(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 1, 2);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "");
}

static void
a_link_made_anew_is_hushed_anew_and_one_that_was_gone_is_not(void **state)
{
	struct fixture *f = *state;

	tell_arp(f, 3, 0, 0);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "3: 1 2");
	interfaces_link_gone(f->all, 3);
	assert_setting(f, "");
	tell_arp(f, 3, 0, 1);
	assert_setting(f, "3: 1 2");
	interfaces_hush(f->all, 3, false);
	assert_setting(f, "3: 0 1");
	interfaces_hush(f->all, 3, true);
	interfaces_link_gone(f->all, 3);
	assert_list(f, "=");
	tell_arp(f, 3, 0, 1);
	assert_setting(f, "");
}

static void
a_link_without_ipv4_has_nothing_to_set(void **state)
{
	struct fixture *f = *state;
	struct link_facts l = link_of(3, "eth0");

	l.has_arp = false;
	interfaces_link(f->all, &l);
	interfaces_hush(f->all, 3, true);
	assert_setting(f, "");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(links_come_and_go_by_index),
		CASE(a_link_has_a_name_while_it_is_there),
		CASE(every_fact_is_news),
		CASE(addresses_are_in_the_order_of_their_rank),
		CASE(what_a_dump_does_not_tell_is_gone),
		CASE(a_link_that_is_back_has_none_of_its_addresses),
		CASE(a_link_is_hushed_and_is_as_before),
		CASE(what_was_asked_for_at_once_one_after_the_other_is_made),
		CASE(what_two_want_hushed_is_so_until_both_do_not),
		CASE(what_others_set_is_raised_and_never_lowered),
		CASE(what_is_hushed_already_stays_so),
		CASE(
		    a_link_made_anew_is_hushed_anew_and_one_that_was_gone_is_not),
		CASE(a_link_without_ipv4_has_nothing_to_set),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
