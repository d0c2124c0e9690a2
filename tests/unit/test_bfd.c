/* SPDX-License-Identifier: Apache-2.0 */
/* The table of sessions; the other end is written by hand. */
#include <stdio.h>
#include <string.h>

#include "bgpd/bfd/bfd.h"
#include "common/prefix.h"
#include "tests/test.h"
#include "tests/unit/hex.h"

#define MS 1000u

static struct bfd *bfd;
static uint64_t now;
static unsigned sent, told, gone;
static void *sent_over, *gone_with;
static struct bfd_packet out;

static void
on_send(void *arg, void *link, const uint8_t *bytes, size_t n)
{
	uint8_t auth;

	(void)arg;
	sent++;
	sent_over = link;
	assert_int_equal(
	    bfd_parse(exact_copy(bytes, n), &out, &auth), BFD_GOOD);
}

static void
on_news(void *arg)
{
	(void)arg;
	told++;
}

static void
on_gone(void *arg, void *link)
{
	(void)arg;
	gone++;
	gone_with = link;
}

static const struct bfd_ops ops = { on_send, on_news, on_gone };

static struct bfd_config
config(uint32_t id, const char *remote)
{
	struct bfd_config c = {
		.id = id, .min_ttl = 255, .tx_ms = 300, .rx_ms = 300, .mult = 3
	};

	assert_true(scoped_addr_parse(remote, &c.remote));
	return c;
}

static void
set(uint32_t id, const char *remote, void *link)
{
	struct bfd_config c = config(id, remote);

	assert_true(bfd_set(bfd, &c, now));
	assert_null(bfd_link(bfd, id, link, 0));
	bfd_run(bfd, now);
}

static int
begin(void **state)
{
	(void)state;
	now = 5000000;
	sent = told = gone = 0;
	bfd = bfd_new(3, &ops, NULL);
	set(1, "10.0.0.1", "link 1");
	set(2, "10.0.0.2", "link 2");
	return 0;
}

static int
end(void **state)
{
	(void)state;
	bfd_free(bfd);
	return 0;
}

static struct bfd_view
look(uint32_t id)
{
	struct bfd_view v;

	bfd_look(bfd, id, &v);
	return v;
}

static struct bfd_from
from(const char *text)
{
	struct bfd_from f = { .ttl = 255 };

	assert_true(addr_parse(text, &f.addr));
	return f;
}

static void
say(const struct bfd_from *f, const struct bfd_packet *p)
{
	uint8_t bytes[BFD_LENGTH];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	assert_true(bfd_build(&w, p));
	bfd_input(bfd, f, exact_copy(bytes, w.len), now);
	bfd_run(bfd, now);
}

static void
say_from(const char *who, enum bfd_state state, uint32_t yours)
{
	struct bfd_from f = from(who);
	struct bfd_packet p = { .state = (uint8_t)state,
		.mult = 3,
		.mine = 99,
		.yours = yours,
		.min_tx = 300 * MS,
		.min_rx = 300 * MS };

	say(&f, &p);
}

static void
bring_up(uint32_t id, const char *who)
{
	say_from(who, BFD_DOWN, 0);
	assert_int_equal(look(id).state, BFD_INIT);
	say_from(who, BFD_INIT, look(id).mine);
	assert_int_equal(look(id).state, BFD_UP);
}

static uint64_t
refused(enum bfd_fault fault)
{
	struct bfd_totals t;

	bfd_count_packets(bfd, &t);
	return t.refused[fault];
}

static void
assert_news(uint32_t id, enum bfd_state state, bool admin)
{
	struct bfd_news news;

	assert_true(bfd_take(bfd, &news));
	assert_int_equal(news.id, id);
	assert_int_equal(news.state, state);
	assert_int_equal(news.fell, state == BFD_DOWN);
	assert_int_equal(news.admin, admin);
}

static void
assert_no_news(void)
{
	struct bfd_news news;

	assert_false(bfd_take(bfd, &news));
}

TEST(a_new_session_says_down_over_its_link)
{
	assert_int_equal(sent, 2);
	assert_string_equal(sent_over, "link 2");
	assert_int_equal(out.state, BFD_DOWN);
	assert_int_equal(out.mine, look(2).mine);
}

TEST(a_peer_that_knows_no_discriminator_is_found_by_address)
{
	bring_up(2, "10.0.0.2");
	assert_int_equal(look(1).state, BFD_DOWN);
	assert_true(told > 0);
	assert_news(2, BFD_UP, false);
	assert_no_news();
}

TEST(discriminators_are_not_guessed_from_each_other)
{
	assert_int_not_equal(look(1).mine >> 16, look(2).mine >> 16);
	assert_int_not_equal(look(1).mine + 1, look(2).mine);
}

/* doc/bgp.md 52 */
TEST(a_packet_of_nobody_is_counted)
{
	say_from("10.0.0.3", BFD_DOWN, 0);
	say_from("10.0.0.1", BFD_UP, look(1).mine ^ 0x10000);
	say_from("10.0.0.1", BFD_UP, 0x10000);
	assert_int_equal(refused(BFD_NO_SESSION), 3);
	assert_int_equal(look(1).state, BFD_DOWN);
}

TEST(one_peer_does_not_speak_for_another)
{
	bring_up(1, "10.0.0.1");
	say_from("10.0.0.2", BFD_DOWN, look(1).mine);
	assert_int_equal(look(1).state, BFD_UP);
	assert_int_equal(look(1).refused, 0);
	assert_int_equal(refused(BFD_NO_SESSION), 1);
}

/* RFC 5881 5 */
TEST(what_came_over_a_router_is_refused)
{
	struct bfd_from f = from("10.0.0.1");
	struct bfd_packet p = { .state = BFD_DOWN, .mult = 3, .mine = 9 };

	f.ttl = 254;
	say(&f, &p);
	assert_int_equal(refused(BFD_BAD_TTL), 1);
	assert_int_equal(look(1).state, BFD_DOWN);
	assert_string_equal(look(1).refusal, "ttl");
}

/* What is refused now is not what was refused once, nor what is beside good ones. */
TEST(packets_that_are_refused_are_a_row)
{
	struct bfd_from f = from("10.0.0.1");
	struct bfd_packet p = { .state = BFD_DOWN, .mult = 3, .mine = 9 };

	f.ttl = 254;
	for (unsigned i = 1; i <= 3; i++) {
		now += 10000 * MS;
		say(&f, &p);
		assert_int_equal(look(1).refused_row, i);
		assert_int_equal(look(1).refused_at, now / 1000);
	}
	now += 10001 * MS;
	say(&f, &p);
	assert_int_equal(look(1).refused_row, 1);
	say_from("10.0.0.1", BFD_DOWN, 0);
	assert_int_equal(look(1).refused_row, 0);
	assert_int_equal(look(1).refused, 4);
}

TEST(a_session_has_a_port_of_its_own_kind)
{
	struct bfd_from f = from("10.0.0.1");
	struct bfd_packet p = { .state = BFD_DOWN, .mult = 3, .mine = 9 };

	f.multihop = true;
	say(&f, &p);
	assert_int_equal(refused(BFD_NO_SESSION), 1);
}

TEST(over_several_hops_the_ttl_is_as_configured)
{
	struct bfd_config c = config(4, "10.0.0.4");
	struct bfd_from f = from("10.0.0.4");
	struct bfd_packet p = { .state = BFD_DOWN, .mult = 3, .mine = 9 };

	c.multihop = f.multihop = true;
	c.min_ttl = 250;
	assert_true(bfd_set(bfd, &c, now));
	f.ttl = 249;
	say(&f, &p);
	assert_int_equal(look(4).state, BFD_DOWN);
	f.ttl = 250;
	say(&f, &p);
	assert_int_equal(look(4).state, BFD_INIT);
}

TEST(a_link_local_address_counts_on_its_link)
{
	struct bfd_config c = config(3, "fe80::1%eth0");
	struct bfd_from f = from("fe80::1");
	struct bfd_packet p = { .state = BFD_DOWN, .mult = 3, .mine = 9 };

	assert_true(bfd_set(bfd, &c, now));
	bfd_link(bfd, 3, "link 3", 7);
	f.scope = 8;
	say(&f, &p);
	assert_int_equal(look(3).state, BFD_DOWN);
	f.scope = 7;
	say(&f, &p);
	assert_int_equal(look(3).state, BFD_INIT);
}

/* doc/bgp.md 52 */
TEST(authentication_is_refused_by_its_name)
{
	struct bfd_from f = from("10.0.0.1");

	bfd_input(bfd, &f,
	    hex("20 44 03 1c 00000007 00000000 000493e0 00030d40 00000000 "
		"02 04 01 00"),
	    now);
	assert_int_equal(refused(BFD_AUTHENTICATED), 1);
	assert_string_equal(look(1).refusal,
	    "authentication (Keyed MD5), which is not supported");
	assert_int_equal(look(1).state, BFD_DOWN);
}

TEST(a_fall_is_told_even_when_it_is_over)
{
	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_UP, false);
	say_from("10.0.0.1", BFD_DOWN, look(1).mine);
	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_DOWN, false);
	assert_news(1, BFD_UP, false);
	assert_no_news();
}

/* RFC 5882 3.2 */
TEST(a_peer_that_is_shut_down_is_told_as_such)
{
	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_UP, false);
	say_from("10.0.0.1", BFD_ADMIN_DOWN, look(1).mine);
	assert_news(1, BFD_DOWN, true);
	assert_no_news();
}

TEST(a_fall_is_not_hidden_by_a_later_shutdown)
{
	bring_up(1, "10.0.0.1");
	say_from("10.0.0.1", BFD_DOWN, look(1).mine);
	bring_up(1, "10.0.0.1");
	say_from("10.0.0.1", BFD_ADMIN_DOWN, look(1).mine);
	assert_news(1, BFD_DOWN, false);
	assert_no_news();
}

TEST(silence_is_found_when_it_is_due)
{
	bring_up(1, "10.0.0.1");
	uint64_t start = now, next;

	while (look(1).state == BFD_UP && now < start + 2000 * MS) {
		next = bfd_run(bfd, now);
		assert_true(next > now);
		now = next;
	}
	assert_int_equal(look(1).since - start / MS, 900);
	assert_int_equal(look(1).last_down, BFD_DIAG_EXPIRED);
}

TEST(who_is_unset_says_so_and_gives_its_link_back)
{
	bring_up(1, "10.0.0.1");
	sent = 0;
	bfd_unset(bfd, 1, now);
	assert_false(look(1).known);
	for (unsigned i = 0; i < 5; i++, now += 2 * MS)
		bfd_run(bfd, now);
	assert_int_equal(sent, BFD_LAST);
	assert_int_equal(out.state, BFD_ADMIN_DOWN);
	assert_int_equal(gone, 0);
	bfd_reap(bfd);
	assert_int_equal(gone, 1);
	assert_string_equal(gone_with, "link 1");
	assert_int_equal(bfd_count(bfd), 1);
	assert_no_news();
	bfd_unset(bfd, 1, now);
}

TEST(what_takes_the_place_of_one_that_was_up_is_told_to_be_down)
{
	struct bfd_news news;

	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_UP, false);
	set(1, "10.0.0.9", "link 9");
	assert_true(bfd_take(bfd, &news));
	assert_int_equal(news.id, 1);
	assert_int_equal(news.state, BFD_DOWN);
	assert_false(news.fell); /* nobody's fault */
	set(1, "10.0.0.10", "link 10");
	assert_no_news();
}

TEST(what_takes_the_place_of_one_and_is_up_at_once_is_told_both)
{
	struct bfd_news news;

	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_UP, false);
	set(1, "10.0.0.9", "link 9");
	bring_up(1, "10.0.0.9");
	assert_true(bfd_take(bfd, &news));
	assert_int_equal(news.state, BFD_DOWN);
	assert_false(news.fell);
	assert_news(1, BFD_UP, false);
	assert_no_news();
}

TEST(a_fall_is_told_even_when_another_session_takes_its_place)
{
	bring_up(1, "10.0.0.1");
	assert_news(1, BFD_UP, false);
	say_from("10.0.0.1", BFD_DOWN, look(1).mine);
	set(1, "10.0.0.9", "link 9");
	assert_news(1, BFD_DOWN, false);
	assert_no_news();
}

TEST(all_say_that_they_are_shut_down_at_once)
{
	bring_up(1, "10.0.0.1");
	bring_up(2, "10.0.0.2");
	sent = 0;
	bfd_unset_all(bfd, now);
	bfd_run(bfd, now);
	assert_int_equal(sent, 2);
	assert_int_equal(out.state, BFD_ADMIN_DOWN);
}

TEST(who_goes_on_in_the_next_run_is_told)
{
	struct bfd_kept kept[2];

	bring_up(1, "10.0.0.1");
	sent = 0;
	assert_int_equal(bfd_hold_all(bfd, kept, 2, now), 1);
	assert_int_equal(kept[0].remote.addr.bytes[3], 1);
	assert_int_equal(kept[0].mine, look(1).mine);
	assert_int_equal(kept[0].yours, 99);
	for (unsigned i = 0; i < 5; i++, now += 2 * MS)
		bfd_run(bfd, now);
	assert_int_equal(sent, 2 * BFD_LAST);
	assert_int_equal(bfd_count(bfd), 1);
}

static void
resume(uint32_t mine)
{
	struct bfd_kept kept = { .mine = mine, .yours = 99 };

	set(3, "10.0.0.3", "link 3");
	bfd_resume(bfd, 3, &kept, now);
	bfd_run(bfd, now);
}

TEST(one_that_goes_on_is_news_when_its_peer_agrees)
{
	resume(1234);
	assert_int_equal(look(3).state, BFD_UP);
	assert_no_news();
	say_from("10.0.0.3", BFD_UP, 1234);
	assert_news(3, BFD_UP, false);
	say_from("10.0.0.3", BFD_DOWN, 1234);
	assert_news(3, BFD_DOWN, false);
}

TEST(one_whose_peer_began_anew_did_not_fall)
{
	struct bfd_news news;

	resume(1234);
	say_from("10.0.0.3", BFD_DOWN, 0);
	assert_int_equal(look(3).state, BFD_DOWN);
	while (bfd_take(bfd, &news))
		assert_false(news.fell);
	bring_up(3, "10.0.0.3");
	assert_news(3, BFD_UP, false);
}

TEST(a_discriminator_that_is_taken_is_not_taken_twice)
{
	resume(look(1).mine);
	assert_int_equal(look(3).state, BFD_DOWN);
	assert_int_not_equal(look(3).mine, look(1).mine);
}

TEST(times_change_in_place)
{
	struct bfd_config c = config(1, "10.0.0.1");

	bring_up(1, "10.0.0.1");
	c.tx_ms = 50;
	assert_false(bfd_set(bfd, &c, now));
	assert_int_equal(look(1).state, BFD_UP);
	assert_int_equal(look(1).config.tx_ms, 50);
}

TEST(another_address_is_another_session)
{
	struct bfd_config c = config(1, "10.0.0.9");

	bring_up(1, "10.0.0.1");
	assert_true(bfd_set(bfd, &c, now));
	assert_null(bfd_linked(bfd, 1));
	assert_int_equal(look(1).state, BFD_DOWN);
	for (unsigned i = 0; i < 5; i++, now += 2 * MS)
		bfd_run(bfd, now);
	bfd_reap(bfd);
	assert_string_equal(gone_with, "link 1");
}

TEST(one_that_comes_back_is_found_while_the_old_one_leaves)
{
	bfd_unset(bfd, 1, now);
	set(1, "10.0.0.1", "link 1b");
	say_from("10.0.0.1", BFD_DOWN, 0);
	assert_int_equal(look(1).state, BFD_INIT);
}

TEST(without_a_link_nothing_goes_out)
{
	struct bfd_config c = config(3, "10.0.0.3");

	assert_true(bfd_set(bfd, &c, now));
	bfd_trouble(bfd, 3, "no address yet");
	sent = 0;
	bfd_run(bfd, now);
	assert_int_equal(sent, 0);
	assert_string_equal(look(3).trouble, "no address yet");
}

TEST(many_are_served_in_time)
{
	static uint32_t mine[1001];
	char text[ADDR_TEXT];

	for (uint32_t id = 3; id <= 1000; id++) {
		snprintf(text, sizeof(text), "10.1.%u.%u", id / 250, id % 250);
		set(id, text, "many");
		mine[id] = look(id).mine;
	}
	for (uint32_t id = 3; id <= 1000; id++) {
		snprintf(text, sizeof(text), "10.1.%u.%u", id / 250, id % 250);
		say_from(text, BFD_DOWN, 0);
		say_from(text, BFD_UP, mine[id]);
		assert_int_equal(look(id).state, BFD_UP);
	}
	now += 2 * MS; /* what they say now that they are up */
	bfd_run(bfd, now);
	sent = 0;
	for (uint64_t stop = now + 300 * MS, next; now < stop; now = next) {
		next = bfd_run(bfd, now);
		assert_true(next > now);
	}
	assert_in_range(sent, 998, 1400);
	for (uint32_t id = 3; id <= 1000; id += 2)
		bfd_unset(bfd, id, now);
	for (unsigned i = 0; i < 5; i++, now += 2 * MS)
		bfd_run(bfd, now);
	assert_int_equal(bfd_count(bfd), 501);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
#define T(name) cmocka_unit_test_setup_teardown(name, begin, end)
		T(a_new_session_says_down_over_its_link),
		T(a_peer_that_knows_no_discriminator_is_found_by_address),
		T(discriminators_are_not_guessed_from_each_other),
		T(a_packet_of_nobody_is_counted),
		T(one_peer_does_not_speak_for_another),
		T(what_came_over_a_router_is_refused),
		T(packets_that_are_refused_are_a_row),
		T(a_session_has_a_port_of_its_own_kind),
		T(over_several_hops_the_ttl_is_as_configured),
		T(a_link_local_address_counts_on_its_link),
		T(authentication_is_refused_by_its_name),
		T(a_fall_is_told_even_when_it_is_over),
		T(a_peer_that_is_shut_down_is_told_as_such),
		T(a_fall_is_not_hidden_by_a_later_shutdown),
		T(silence_is_found_when_it_is_due),
		T(who_is_unset_says_so_and_gives_its_link_back),
		T(what_takes_the_place_of_one_that_was_up_is_told_to_be_down),
		T(what_takes_the_place_of_one_and_is_up_at_once_is_told_both),
		T(a_fall_is_told_even_when_another_session_takes_its_place),
		T(all_say_that_they_are_shut_down_at_once),
		T(who_goes_on_in_the_next_run_is_told),
		T(one_that_goes_on_is_news_when_its_peer_agrees),
		T(one_whose_peer_began_anew_did_not_fall),
		T(a_discriminator_that_is_taken_is_not_taken_twice),
		T(times_change_in_place),
		T(another_address_is_another_session),
		T(one_that_comes_back_is_found_while_the_old_one_leaves),
		T(without_a_link_nothing_goes_out),
		T(many_are_served_in_time),
#undef T
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
