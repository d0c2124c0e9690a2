/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A session and a scripted peer (fake_peer): what it says on each connection and what
 * it tells its owner are words that a test reads in order. Coming up, timers, ends and
 * new starts, errors, the pauses between dials, two connections at once, what is
 * refused, and edits of a running session follow each other.
 */
#include <string.h>

#include "common/err.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"

#define T(test) cmocka_unit_test_teardown(test, fake_teardown)

static enum fsm_state
state_of(const struct fake_peer *p)
{
	return session_state(p->session);
}

static const struct session_stats *
stats_of(const struct fake_peer *p)
{
	return session_stats(p->session);
}

/* --- Coming up. --- */

TEST(a_started_session_dials_and_comes_up)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	assert_int_equal(state_of(p), STATE_CONNECT);
	fake_connects(p);
	assert_said(p, "OPEN");
	fake_say_open(p, &o);
	assert_said(p, "KEEPALIVE");
	assert_int_equal(state_of(p), STATE_OPENCONFIRM);
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
}

TEST(a_passive_session_waits_for_the_peer)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.passive = true;
	fake_start(p);
	fake_sleep(p, 3600);
	assert_int_equal(p->tcps, 0);
	assert_int_equal(state_of(p), STATE_ACTIVE);
	assert_true(fake_arrives(p));
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_said(p, "OPEN KEEPALIVE");
	assert_news(p, "up");
}

TEST(what_is_agreed_is_what_both_can_do)
{
	struct fake_peer *p = fake_established(30);
	const struct agreed *a = session_agreed(p->session);

	assert_int_equal(a->hold_time, 30);
	assert_int_equal(a->keepalive_time, 10);
	assert_int_equal(a->remote_as, PEER_AS);
	assert_int_equal(a->remote_id, PEER_ID);
	assert_false(a->internal);
	assert_true(a->caps.as4);
	assert_true(a->caps.family[FAMILY_V4]);
	assert_false(a->caps.family[FAMILY_V6]);
	assert_true(addr_eq(&a->remote, &p->config.remote));
	assert_true(session_open_received(p->session)->caps.family[FAMILY_V6]);
}

TEST(an_update_right_behind_the_keepalive_is_taken) /* row 14 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_bytes(p,
	    "ffffffffffffffffffffffffffffffff 0013 04"
	    "ffffffffffffffffffffffffffffffff 0017 02 0000 0000");
	assert_news(p, "up update eor");
}

TEST(the_table_goes_out_as_soon_as_it_is_up)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->updates = 2;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	assert_said(p, "OPEN KEEPALIVE");
	fake_say_keepalive(p);
	assert_said(p, "UPDATE UPDATE");
}

TEST(updates_are_pulled_when_there_is_something)
{
	struct fake_peer *p = fake_established(90);

	p->updates = 3;
	session_wake(p->session, p->now);
	fake_flush(p);
	assert_said(p, "UPDATE UPDATE UPDATE");
	assert_int_equal(stats_of(p)->out[MSG_UPDATE], 3);
}

/* --- Links. --- */

TEST(a_session_without_a_link_goes_through_its_states_alone)
{
	struct fake_peer *p = fake_new();

	fake_make(p);
	session_start(p->session, p->now);
	assert_int_equal(state_of(p), STATE_CONNECT);
	p->config.hold_time = 9;
	assert_null(session_reconfigure(p->session, &p->config, p->now));
	session_stop(p->session, CEASE_SHUTDOWN, NULL, p->now);
	assert_int_equal(state_of(p), STATE_IDLE);
	assert_int_equal(p->tcps, 0);
}

static struct fake_peer *
attached_again(struct fake_peer *p)
{
	struct session *session = p->session;

	session_stop(session, CEASE_CONFIG_CHANGE, NULL, p->now);
	fake_leave(p);

	struct fake_peer *next = fake_adopt(session, p->now);

	session_start(session, p->now);
	return next;
}

/* What was armed at the old link is nothing to wait for at the new one. */
TEST(timers_live_on_a_new_link)
{
	struct fake_peer *p = attached_again(fake_established(9));
	struct bgp_open o = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_said(p, "OPEN KEEPALIVE");
	fake_sleep(p, 4);
	assert_said(p, "KEEPALIVE");
	fake_sleep(p, 5);
	assert_non_null(strstr(p->at->said, "NOTIFICATION 4/0 CLOSE"));
	p->at->said[0] = '\0';
	fake_sleep(p, 10);
	assert_int_equal(p->tcps, 2); /* it dials again */
}

TEST(a_link_that_comes_late_is_told_what_is_armed)
{
	struct fake_peer *p = fake_new(), *late;

	fake_make(p);
	session_start(p->session, p->now);
	late = fake_adopt(p->session, p->now);
	p->session = NULL; /* it is the late one's */
	fake_sleep(late, 10);
	assert_int_equal(late->tcps, 1);
}

/* --- Timers. --- */

TEST(silent_peer_is_told_why) /* row 45 */
{
	struct fake_peer *p = fake_established(90);

	fake_sleep(p, 89);
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	fake_forget(p);
	fake_sleep(p, 1);
	assert_said(p, "NOTIFICATION 4/0 CLOSE");
	assert_news(p, "down 4/0");
	assert_int_equal(stats_of(p)->hold_expired, 1);
}

TEST(a_trickle_of_bytes_does_not_keep_it_up) /* rows 45, 50 */
{
	struct fake_peer *p = fake_established(9);

	fake_say_bytes(p, "ffffffffffffffffffffffffffffffff 0fff 02");
	for (unsigned i = 0; i < 8; i++) {
		fake_sleep(p, 1);
		fake_say_bytes(p, "00");
	}
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	fake_sleep(p, 1);
	assert_news(p, "down 4/0");
}

TEST(keepalives_and_updates_keep_it_up)
{
	struct fake_peer *p = fake_established(9);

	for (unsigned i = 0; i < 20; i++) {
		fake_sleep(p, 8);
		if (i % 2 == 0)
			fake_say_keepalive(p);
		else
			fake_say(p, MSG_UPDATE, "0000 0000");
	}
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
}

TEST(without_a_hold_time_silence_is_fine)
{
	struct fake_peer *p = fake_established(0);

	fake_sleep(p, 100000);
	assert_said(p, "");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
}

/* Else one that is dead would stay for ever. */
TEST(peer_that_switches_the_hold_time_off_is_watched_by_tcp)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	o.hold_time = 0;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_int_equal(session_agreed(p->session)->hold_time, 0);
	assert_int_equal(p->watched, 90);
	p = fake_new();
	p->config.hold_time = 0; /* both want it so */
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_int_equal(p->watched, 0);
	assert_int_equal(fake_established(9)->watched, 0);
}

TEST(keepalives_go_out_within_a_third_of_the_hold_time)
{
	struct fake_peer *p = fake_established(9);

	for (unsigned i = 0; i < 10; i++) {
		fake_sleep(p, 3);
		assert_non_null(strstr(p->at->said, "KEEPALIVE"));
		fake_forget(p);
		fake_say_keepalive(p);
	}
}

TEST(a_peer_that_came_and_never_opens_is_given_four_minutes)
{
	struct fake_peer *p = fake_new();

	p->config.passive = true;
	fake_start(p);
	assert_true(fake_arrives(p));
	fake_sleep(p, 239);
	assert_said(p, "OPEN");
	fake_sleep(p, 1);
	assert_string_equal(p->tcp[0].said, "NOTIFICATION 4/0 CLOSE");
}

static void
sleep_and_keep_alive(struct fake_peer *p, unsigned seconds)
{
	for (unsigned i = 0; i < seconds && p->at->conn != NULL; i++) {
		fake_sleep(p, 1);
		if (p->at->conn != NULL)
			fake_say_keepalive(p);
	}
}

TEST(a_peer_that_reads_nothing_is_dropped) /* row 45, RFC 9687 */
{
	struct fake_peer *p = fake_established(9);

	p->stuck = true;
	p->updates = 1;
	session_wake(p->session, p->now);
	sleep_and_keep_alive(p, 479);
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	sleep_and_keep_alive(p, 1);
	assert_news(p, "down 8/0");
	assert_int_equal(stats_of(p)->send_hold_expired, 1);
}

TEST(the_send_hold_time_is_at_least_twice_the_hold_time)
{
	assert_int_equal(session_config_send_hold(9), 480 * 1000);
	assert_int_equal(session_config_send_hold(300), 600 * 1000);
}

TEST(ttl_is_one_hop_for_external_peers_only)
{
	struct session_config c = { .local_as = 1, .remote_as = 2 };

	assert_int_equal(session_config_ttl(&c), 1);
	c.multihop = 7;
	assert_int_equal(session_config_ttl(&c), 7);
	c.ttl_security = 1;
	assert_int_equal(session_config_ttl(&c), 255);
	c = (struct session_config){ .local_as = 1, .remote_as = 1 };
	assert_int_equal(session_config_ttl(&c), 255);
}

TEST(bytes_that_tcp_takes_restart_the_send_hold_time)
{
	struct fake_peer *p = fake_established(0);

	p->stuck = true;
	session_wake(p->session, p->now);
	fake_sleep(p, 470);
	conn_sent(p->at->conn, 4096, true, p->now);
	fake_sleep(p, 470);
	conn_sent(p->at->conn, 1, true, p->now); /* a trickle doesn't count */
	fake_sleep(p, 9);
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	fake_sleep(p, 1);
	assert_news(p, "down 8/0");
}

/* --- Ends and new starts. --- */

TEST(stop_says_why_and_stays_down)
{
	struct fake_peer *p = fake_established(90);

	session_stop(p->session, CEASE_SHUTDOWN, "going away", p->now);
	assert_said(p, "NOTIFICATION 6/2 \"going away\" CLOSE");
	assert_news(p, "down 6/2");
	fake_sleep(p, 3600);
	assert_int_equal(p->tcps, 1);
	assert_false(fake_arrives(p));
	assert_int_equal(state_of(p), STATE_IDLE);
	session_start(p->session, p->now);
	assert_int_equal(state_of(p), STATE_CONNECT);
}

TEST(too_many_prefixes_end_it) /* row 46 */
{
	struct fake_peer *p = fake_established(90);

	session_stop(p->session, CEASE_MAX_PREFIXES, NULL, p->now);
	assert_said(p, "NOTIFICATION 6/1 CLOSE");
}

static void
stop_here(struct fake_peer *p, const struct update *u)
{
	(void)u;
	session_stop(p->session, CEASE_MAX_PREFIXES, NULL, p->now);
}

TEST(the_owner_may_stop_it_from_within_an_update)
{
	struct fake_peer *p = fake_established(90);

	p->on_update = stop_here;
	fake_say_bytes(p,
	    "ffffffffffffffffffffffffffffffff 0017 02 0000 0000"
	    "ffffffffffffffffffffffffffffffff 0017 02 0000 0000");
	assert_said(p, "NOTIFICATION 6/1 CLOSE");
	assert_news(p, "update eor down 6/1");
}

TEST(reset_comes_back_within_a_second)
{
	struct fake_peer *p = fake_established(90);

	session_reset(p->session, CEASE_RESET, NULL, p->now);
	assert_said(p, "NOTIFICATION 6/4 CLOSE");
	assert_int_equal(state_of(p), STATE_ACTIVE);
	fake_sleep(p, 1);
	assert_int_equal(state_of(p), STATE_CONNECT);
}

static struct fake_peer *
suspended(unsigned restart)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.limit_restart = restart;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	fake_forget(p);
	session_suspend(
	    p->session, CEASE_MAX_PREFIXES, "more than 10 prefixes", p->now);
	assert_said(p, "NOTIFICATION 6/1 CLOSE");
	return p;
}

TEST(too_many_prefixes_keep_it_down_until_told) /* RFC 4486 4 */
{
	struct fake_peer *p = suspended(0);

	for (unsigned i = 0; i < 24; i++) {
		fake_sleep(p, 3600);
		assert_false(fake_arrives(p));
		session_start(p->session, p->now); /* it is started */
	}
	assert_int_equal(p->tcps, 1);
	assert_int_equal(state_of(p), STATE_IDLE);
	assert_true(session_suspended(p->session));
	assert_string_equal(
	    session_error(p->session)->text, "more than 10 prefixes");
	session_resume(p->session, p->now);
	assert_false(session_suspended(p->session));
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
}

TEST(too_many_prefixes_keep_it_down_for_the_restart_time)
{
	struct fake_peer *p = suspended(900);

	fake_sleep(p, 899);
	assert_false(fake_arrives(p));
	assert_true(session_suspended(p->session));
	assert_int_equal(p->tcps, 1);
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
	assert_false(session_suspended(p->session));
}

TEST(shutdown_and_start_are_a_word_to_one_that_is_suspended)
{
	struct fake_peer *p = suspended(0);

	session_stop(p->session, CEASE_SHUTDOWN, NULL, p->now);
	assert_false(session_suspended(p->session));
	fake_sleep(p, 10);
	assert_int_equal(p->tcps, 1);
	session_start(p->session, p->now);
	assert_int_equal(p->tcps, 2);
}

TEST(change_that_needs_a_session_is_a_word_to_one_that_is_suspended)
{
	struct fake_peer *p = suspended(0);

	p->config.connect_retry = 9;
	session_reconfigure(p->session, &p->config, p->now);
	assert_true(session_suspended(p->session));
	p->config.hold_time = 30;
	session_reconfigure(p->session, &p->config, p->now);
	assert_false(session_suspended(p->session));
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
}

static void
block_here(struct fake_peer *p)
{
	session_block(p->session, "no Secret", p->now);
}

TEST(what_is_blocked_when_it_goes_down_stays_down)
{
	for (unsigned i = 0; i < 2; i++) {
		struct fake_peer *p = fake_established(90);

		p->on_down = block_here;
		if (i == 0)
			session_reset(p->session, CEASE_RESET, NULL, p->now);
		else
			session_suspend(
			    p->session, CEASE_MAX_PREFIXES, "", p->now);
		session_resume(p->session, p->now);
		fake_sleep(p, 3600);
		assert_int_equal(p->tcps, 1);
		assert_false(fake_arrives(p));
		assert_string_equal(
		    session_error(p->session)->text, "no Secret");
	}
}

/* Its limit is not ours: we don't dial for a while, but it may come. */
TEST(peer_that_has_too_many_is_left_alone_for_long)
{
	static const uint8_t full[] = { CEASE_MAX_PREFIXES, CEASE_RESOURCES };

	for (size_t i = 0; i < sizeof(full); i++) {
		struct fake_peer *p = fake_established(90);

		fake_say_notification(p, ERR_CEASE, full[i]);
		fake_sleep(p, 224);
		assert_int_equal(p->tcps, 1);
		fake_sleep(p, 76);
		assert_int_equal(p->tcps, 2);
		fake_refuses(p); /* once */
		fake_sleep(p, 20);
		assert_int_equal(p->tcps, 3);
	}
	struct fake_peer *p = fake_established(90);

	fake_say_notification(p, ERR_CEASE, CEASE_MAX_PREFIXES);
	assert_true(fake_arrives(p));
}

TEST(another_as_number_is_told)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	o.asn = 65099;
	fake_start(p);
	fake_connects(p);
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/2 CLOSE");
	assert_string_equal(session_error(p->session)->text,
	    "OPEN: AS 65099 is not the one configured");
}

TEST(to_be_stopped_twice_is_no_news)
{
	struct fake_peer *p = fake_established(90);

	session_stop(p->session, CEASE_SHUTDOWN, "x", p->now);
	fake_forget(p);
	session_stop(p->session, CEASE_SHUTDOWN, "x", p->now + 1);
	assert_int_equal(session_error(p->session)->at, p->now);
	session_stop(p->session, CEASE_SHUTDOWN, "y", p->now + 1);
	assert_string_equal(session_error(p->session)->text, "y");
}

TEST(a_blocked_session_says_why_and_lets_nobody_in)
{
	struct fake_peer *p = fake_established(90);

	session_block(p->session, "no Secret tor-password", p->now);
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	assert_false(fake_arrives(p));
	fake_sleep(p, 3600);
	assert_int_equal(p->tcps, 1);
	assert_string_equal(
	    session_error(p->session)->text, "no Secret tor-password");
}

/* Names of objects may be long, and stand before what is wrong. */
TEST(reason_of_a_block_is_kept_whole)
{
	struct fake_peer *p = fake_established(90);
	struct err why;

	err_set(&why, "%*s: there is no such Secret", 450, "x");
	session_block(p->session, why.text, p->now);
	assert_string_equal(session_error(p->session)->text, why.text);
}

TEST(waits_double_up_to_a_minute)
{
	static const unsigned waits[] = { 5, 10, 20, 40, 60, 60, 60 };
	struct fake_peer *p = fake_new();

	fake_start(p);
	for (unsigned i = 0; i < sizeof(waits) / sizeof(waits[0]); i++) {
		unsigned tcps = p->tcps;
		unsigned least = waits[i] * 3 / 4;

		fake_refuses(p);
		assert_int_equal(state_of(p), STATE_ACTIVE);
		fake_sleep(p, least - 1);
		assert_int_equal(p->tcps, tcps);
		fake_sleep(p, waits[i] - least + 1);
		assert_int_equal(p->tcps, tcps + 1);
	}
	assert_string_equal(
	    session_error(p->session)->text, "Connection refused");
}

/* Seconds until the next dial. */
static unsigned
pause_of(struct fake_peer *p)
{
	unsigned tcps = p->tcps, s = 0;

	while (p->tcps == tcps && s < 1000) {
		fake_sleep(p, 1);
		s++;
	}
	return s;
}

static void
refuse_open(struct fake_peer *p)
{
	fake_connects(p);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
}

static void
close_after_tcp(struct fake_peer *p)
{
	fake_connects(p);
	fake_hangs_up(p);
}

static void
send_garbage(struct fake_peer *p)
{
	fake_connects(p);
	fake_say_bytes(p, "00ffffffffffffffffffffffffffffff 0013 04");
}

static void
say_another_as(struct fake_peer *p)
{
	struct bgp_open o = fake_open(p);

	o.asn++;
	fake_connects(p);
	fake_say_open(p, &o);
}

static void
close_after_open(struct fake_peer *p)
{
	struct bgp_open o = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &o);
	fake_hangs_up(p);
}

static void
cease_once_up(struct fake_peer *p)
{
	struct bgp_open o = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	fake_say_notification(p, ERR_CEASE, CEASE_REJECTED);
}

static void
bad_update_once_up(struct fake_peer *p)
{
	struct bgp_open o = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	fake_say(p, MSG_UPDATE, "0000 0005 400101");
}

static void
come_and_close(struct fake_peer *p)
{
	fake_refuses(p);
	if (fake_arrives(p))
		fake_hangs_up(p);
}

/* Pauses are 75 % to 100 % of 1, 2, 4, 8, 16, 20, 20 s. */
TEST(every_failure_makes_the_pause_grow)
{
	static const unsigned most[] = { 1, 2, 4, 8, 16, 20, 20 };
	static void (*const fail[])(struct fake_peer *) = { fake_refuses,
		refuse_open, close_after_tcp, send_garbage, say_another_as,
		close_after_open, come_and_close, cease_once_up,
		bad_update_once_up };

	for (size_t k = 0; k < sizeof(fail) / sizeof(fail[0]); k++) {
		struct fake_peer *p = fake_new();
		/* What was up for a moment has failed once when it plans. */
		unsigned later =
		    fail[k] == cease_once_up || fail[k] == bad_update_once_up;

		p->config.connect_retry = 1;
		p->config.retry_most = 20;
		fake_start(p);
		for (unsigned i = 0; i < 6; i++) {
			fail[k](p);
			unsigned s = pause_of(p), n = most[i + later];

			if (s < n * 3 / 4 || s > n + 1)
				fail_msg("failure %zu, %u: %u s", k, i, s);
		}
	}
}

TEST(the_error_that_explains_stays)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	fake_connects(p);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	fake_sleep(p, 5);
	fake_refuses(p);
	fake_sleep(p, 10);
	assert_int_equal(session_error(p->session)->code, ERR_OPEN);
	assert_true(session_error(p->session)->received);
	assert_string_equal(
	    session_tcp_error(p->session)->text, "Connection refused");
	o.asn++;
	fake_connects(p);
	fake_say_open(p, &o); /* another one that explains */
	assert_false(session_error(p->session)->received);
	assert_int_equal(session_tcp_error(p->session)->at, 0);
	fake_sleep(p, 20);
	fake_connects(p);
	fake_say_open(p,
	    &(struct bgp_open){ o.asn - 1, o.hold_time, o.router_id, o.has_caps,
		o.caps, o.seen });
	fake_say_keepalive(p);
	assert_int_equal(session_error(p->session)->code, ERR_OPEN);
	fake_hangs_up(p); /* that was before it was up */
	assert_string_equal(
	    session_error(p->session)->text, "closed by the peer");
	assert_int_equal(session_tcp_error(p->session)->at, 0);
}

TEST(what_was_done_on_purpose_hides_no_fault)
{
	struct fake_peer *p = fake_established(90);

	session_reset(p->session, CEASE_CONFIG_CHANGE, NULL, p->now);
	fake_sleep(p, 1);
	fake_refuses(p);
	assert_string_equal(
	    session_error(p->session)->text, "Connection refused");
	session_block(p->session, "no Secret", p->now);
	session_start(p->session, p->now);
	fake_refuses(p);
	assert_string_equal(
	    session_error(p->session)->text, "Connection refused");
}

TEST(a_dial_without_an_answer_is_given_up) /* row 49 */
{
	struct fake_peer *p = fake_new();

	p->config.password = "secret";
	fake_start(p);
	fake_sleep(p, 5);
	assert_string_equal(p->tcp[0].said, "CLOSE");
	assert_int_equal(p->tcps, 2);
	assert_string_equal(session_error(p->session)->text,
	    "connect timed out, MD5 configured");
}

TEST(a_lost_peer_may_come_back_at_once)
{
	struct fake_peer *p = fake_established(90);
	struct bgp_open o = fake_open(p);

	fake_hangs_up(p);
	assert_news(p, "down 0/0");
	assert_int_equal(state_of(p), STATE_ACTIVE);
	assert_true(fake_arrives(p));
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_int_equal(stats_of(p)->flaps, 1);
}

TEST(after_a_protocol_error_the_peer_is_damped)
{
	struct fake_peer *p = fake_established(90);

	fake_say_notification(p, ERR_UPDATE, UPDATE_LIST);
	assert_said(p, "CLOSE");
	assert_int_equal(state_of(p), STATE_IDLE);
	assert_false(fake_arrives(p));
	assert_int_equal(stats_of(p)->turned_away, 1);
	fake_sleep(p, 10);
	assert_int_equal(state_of(p), STATE_CONNECT);
}

TEST(a_session_that_keeps_falling_waits_longer)
{
	struct fake_peer *p = fake_established(90);

	fake_hangs_up(p); /* lived less than a minute */
	fake_sleep(p, 7);
	assert_int_equal(state_of(p), STATE_ACTIVE);
	fake_sleep(p, 3);
	assert_int_equal(state_of(p), STATE_CONNECT);
}

TEST(a_session_that_lasted_is_dialed_again_soon)
{
	struct fake_peer *p = fake_established(90);

	sleep_and_keep_alive(p, 61);
	fake_hangs_up(p);
	fake_sleep(p, 5);
	assert_int_equal(state_of(p), STATE_CONNECT);
}

TEST(plain_after_the_peer_refused_capabilities) /* RFC 5492 3 */
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	fake_start(p);
	fake_connects(p);
	fake_say_notification(p, ERR_OPEN, OPEN_PARAMETER);
	fake_sleep(p, 5);
	fake_connects(p);
	o.has_caps = false;
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_false(session_open_sent(p->session)->has_caps);
	assert_false(session_agreed(p->session)->caps.as4);
	sleep_and_keep_alive(p, 3600); /* forgotten by then */
	fake_hangs_up(p);
	fake_arrives(p);
	o.has_caps = true;
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_true(session_open_sent(p->session)->has_caps);
}

TEST(of_two_as_numbers_the_other_after_one_was_refused) /* RFC 7705 */
{
	struct fake_peer *p = fake_new();
	uint32_t ours = p->config.local_as;
	struct bgp_open o = fake_open(p);

	p->config.dual_as = true;
	p->config.node_as = 64999;
	fake_start(p);
	fake_connects(p);
	assert_int_equal(conn_open_sent(p->at->conn)->asn, ours);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	fake_sleep(p, 5);
	fake_connects(p);
	assert_int_equal(conn_open_sent(p->at->conn)->asn, 64999);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	fake_sleep(p, 20);
	fake_connects(p);
	assert_int_equal(conn_open_sent(p->at->conn)->asn, ours);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	fake_sleep(p, 60);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_int_equal(session_agreed(p->session)->local_as, 64999);
}

/* With internal the peer has that of the two by which it is to know us. */
TEST(of_two_as_numbers_the_other_after_we_refused_the_peer_s)
{
	struct fake_peer *p = fake_new();

	p->config.dual_as = true;
	p->config.node_as = 64999;
	p->config.remote_as_rule = REMOTE_AS_INTERNAL;
	fake_start(p);
	fake_connects(p);
	struct bgp_open o = fake_open(p);

	o.asn = 64999;
	fake_say_open(p, &o);
	assert_int_equal(session_error(p->session)->subcode, OPEN_PEER_AS);
	fake_sleep(p, 60);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	assert_true(session_agreed(p->session)->internal);
}

TEST(a_refused_as_number_stays_where_there_is_no_other)
{
	struct fake_peer *p = fake_new();

	p->config.node_as = 64999;
	fake_start(p);
	fake_connects(p);
	fake_say_notification(p, ERR_OPEN, OPEN_PEER_AS);
	fake_sleep(p, 60);
	fake_connects(p);
	assert_int_equal(conn_open_sent(p->at->conn)->asn, p->config.local_as);
}

TEST(not_plain_when_capabilities_are_needed)
{
	struct fake_peer *p = fake_new();
	struct bgp_open o = fake_open(p);

	p->config.families[FAMILY_V6] = true;
	fake_start(p);
	fake_connects(p);
	fake_say_notification(p, ERR_OPEN, OPEN_PARAMETER);
	assert_int_equal(state_of(p), STATE_IDLE);
	fake_sleep(p, 5);
	fake_connects(p);
	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_true(session_open_sent(p->session)->has_caps);
}

/* --- Collision: row 47, RFC 4271 6.8, RFC 6286 2.3. --- */

/* tcp[0] is ours, tcp[1] the peer's; both have sent their OPEN. */
static struct fake_peer *
collision(uint32_t local_as, uint32_t local_id)
{
	struct fake_peer *p = fake_new();

	p->config.local_as = local_as;
	p->config.router_id = local_id;
	fake_start(p);
	assert_true(fake_arrives(p));
	p->at = &p->tcp[0];
	fake_connects(p);
	fake_forget(p);
	return p;
}

static void
say_open_on(struct fake_peer *p, unsigned tcp)
{
	struct bgp_open o = fake_open(p);

	p->at = &p->tcp[tcp];
	fake_say_open(p, &o);
}

static void
assert_up_on(struct fake_peer *p, unsigned winner, unsigned loser)
{
	p->at = &p->tcp[winner];
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_non_null(strstr(p->tcp[loser].said, "NOTIFICATION 6/7 CLOSE"));
	assert_int_equal(stats_of(p)->collisions, 1);
}

static void
assert_survives(struct fake_peer *p, unsigned winner, unsigned loser)
{
	assert_non_null(strstr(p->tcp[loser].said, "NOTIFICATION 6/7 CLOSE"));
	assert_up_on(p, winner, loser);
}

TEST(the_larger_router_id_keeps_its_connection)
{
	struct fake_peer *p = collision(LOCAL_AS, PEER_ID + 1);

	say_open_on(p, 1);
	say_open_on(p, 0);
	assert_survives(p, 0, 1);
}

TEST(the_smaller_router_id_gives_way)
{
	struct fake_peer *p = collision(LOCAL_AS, PEER_ID - 1);

	say_open_on(p, 0);
	assert_string_equal(p->tcp[1].said, ""); /* the peer picks */
	say_open_on(p, 1);
	assert_up_on(p, 1, 0);
}

/* It may be up on the older one: with our KEEPALIVE, which is under way. */
TEST(a_peer_that_is_up_already_does_not_lose_that_connection)
{
	struct fake_peer *p = collision(LOCAL_AS, PEER_ID - 1);

	say_open_on(p, 0);
	say_open_on(p, 1);
	assert_string_equal(p->tcp[0].said, "KEEPALIVE");
	assert_string_equal(p->tcp[1].said, "");
	assert_up_on(p, 0, 1);
}

/* By RFC 4271 6.8 it picks the one that it has dialed. */
TEST(peer_that_takes_the_older_connection_away_gets_the_newer)
{
	struct fake_peer *p = collision(LOCAL_AS, PEER_ID - 1);

	say_open_on(p, 0);
	say_open_on(p, 1);
	p->at = &p->tcp[0];
	fake_say(p, MSG_NOTIFICATION, "06 07");
	fake_flush(p);
	assert_string_equal(p->tcp[1].said, "KEEPALIVE");
	p->at = &p->tcp[1];
	fake_say_keepalive(p);
	assert_news(p, "up");
}

TEST(equal_router_ids_and_the_larger_as_keeps_its_connection)
{
	struct fake_peer *p = collision(PEER_AS + 1, PEER_ID);

	say_open_on(p, 1);
	say_open_on(p, 0);
	assert_survives(p, 0, 1);
}

TEST(equal_router_ids_and_the_smaller_as_gives_way)
{
	struct fake_peer *p = collision(PEER_AS - 1, PEER_ID);

	say_open_on(p, 0);
	say_open_on(p, 1);
	assert_up_on(p, 1, 0);
}

TEST(an_established_session_beats_any_newcomer)
{
	struct fake_peer *p = fake_established(90);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	assert_said(p, "OPEN NOTIFICATION 6/7 CLOSE");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	assert_news(p, "");
}

TEST(a_dial_that_got_nowhere_is_given_up)
{
	struct fake_peer *p = fake_new();

	fake_start(p);
	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	assert_string_equal(p->tcp[0].said, "CLOSE");
	fake_say_keepalive(p);
	assert_news(p, "up");
}

TEST(a_peer_that_dials_anew_replaces_its_first_try)
{
	struct fake_peer *p = fake_new();

	p->config.passive = true;
	fake_start(p);
	assert_true(fake_arrives(p));
	assert_true(fake_arrives(p));
	assert_string_equal(p->tcp[0].said, "OPEN NOTIFICATION 6/7 CLOSE");
	say_open_on(p, 1);
	fake_say_keepalive(p);
	assert_news(p, "up");
}

/* The port of the peer is open, but nobody speaks there: tcp[0] in OpenSent. */
static struct fake_peer *
dial_that_hangs(uint32_t local_id)
{
	struct fake_peer *p = fake_new();

	p->config.router_id = local_id;
	fake_start(p);
	fake_connects(p);
	fake_forget(p);
	return p;
}

TEST(a_dial_that_hangs_does_not_end_what_the_peer_began)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	assert_said(p, "OPEN"); /* the dial may be answered yet */
	fake_sleep(p, 3);
	assert_said(p, "KEEPALIVE");
	fake_say_keepalive(p);
	assert_news(p, "up");
	assert_string_equal(p->tcp[0].said, "NOTIFICATION 6/7 CLOSE");
	assert_int_equal(stats_of(p)->flaps, 0);
}

TEST(what_the_peer_says_meanwhile_is_not_lost)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	fake_say_keepalive(p);
	assert_int_equal(state_of(p), STATE_OPENSENT);
	fake_sleep(p, 3);
	assert_news(p, "up");
	assert_said(p, "OPEN KEEPALIVE");
}

TEST(a_dial_that_ends_lets_the_other_go_on_at_once)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	p->at = &p->tcp[0];
	fake_hangs_up(p);
	fake_flush(p);
	p->at = &p->tcp[1];
	assert_said(p, "OPEN KEEPALIVE");
	fake_say_keepalive(p);
	assert_news(p, "up");
}

TEST(a_session_that_is_stopped_while_one_waits_does_not_come_up)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	fake_say_keepalive(p);
	session_stop(p->session, CEASE_SHUTDOWN, NULL, p->now);
	assert_news(p, "");
	assert_said(p, "OPEN NOTIFICATION 6/2 CLOSE");
	assert_int_equal(state_of(p), STATE_IDLE);
}

TEST(what_is_out_of_place_while_it_waits_is_refused)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	fake_say(p, MSG_UPDATE, "0000 0000");
	assert_said(p, "OPEN KEEPALIVE NOTIFICATION 5/2 CLOSE");
}

/* Our dial is answered late, and the peer is not up on the one in OpenConfirm. */
TEST(a_late_answer_to_our_dial_may_still_win_over_openconfirm)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID + 1);

	assert_true(fake_arrives(p));
	say_open_on(p, 1);
	fake_sleep(p, 3);
	say_open_on(p, 0);
	assert_up_on(p, 0, 1);
}

TEST(a_dial_without_an_answer_ends_after_half_a_minute)
{
	struct fake_peer *p = dial_that_hangs(PEER_ID - 1);

	fake_sleep(p, 29);
	assert_said(p, "");
	fake_sleep(p, 1);
	assert_said(p, "NOTIFICATION 4/0 CLOSE");
	assert_string_equal(
	    session_error(p->session)->text, "no OPEN came in 30 s");
	fake_sleep(p, 6);
	assert_int_equal(p->tcps, 2);
}

/* --- Changes. --- */

TEST(what_need_not_reset_applies_in_place)
{
	struct fake_peer *p = fake_established(90);

	p->config.connect_retry = 30;
	p->config.passive = true;
	assert_null(session_reconfigure(p->session, &p->config, p->now));
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	assert_said(p, "");
}

TEST(shorter_pause_counts_from_the_change_on)
{
	struct fake_peer *p = fake_new();

	p->config.connect_retry = p->config.retry_most = 3600;
	fake_start(p);
	fake_refuses(p);
	p->config.connect_retry = p->config.retry_most = 10;
	session_reconfigure(p->session, &p->config, p->now);
	fake_sleep(p, 11);
	assert_int_equal(p->tcps, 2);
}

/* It is the peer's limit that asks for it, not the retry times. */
TEST(pause_of_a_peer_that_is_full_is_not_cut_short)
{
	struct fake_peer *p = fake_established(90);

	fake_say_notification(p, ERR_CEASE, CEASE_MAX_PREFIXES);
	p->config.connect_retry = 7;
	session_reconfigure(p->session, &p->config, p->now);
	p->config.connect_retry = 8; /* nor by the second edit */
	session_reconfigure(p->session, &p->config, p->now);
	fake_sleep(p, 200);
	assert_int_equal(p->tcps, 1);
	fake_sleep(p, 101);
	assert_true(p->tcps > 1);
}

/* Not as if another try had failed. */
TEST(pause_is_cut_to_what_it_would_have_been)
{
	struct fake_peer *p = fake_new();

	p->config.connect_retry = p->config.retry_most = 3600;
	fake_start(p);
	fake_refuses(p);
	p->config.connect_retry = 10;
	session_reconfigure(p->session, &p->config, p->now);
	fake_sleep(p, 11);
	assert_int_equal(p->tcps, 2);
}

TEST(longer_pause_counts_from_the_next_one_on)
{
	struct fake_peer *p = fake_new();

	p->config.connect_retry = p->config.retry_most = 10;
	fake_start(p);
	fake_refuses(p);
	p->config.connect_retry = p->config.retry_most = 3600;
	session_reconfigure(p->session, &p->config, p->now);
	fake_sleep(p, 11);
	assert_int_equal(p->tcps, 2);
	fake_refuses(p);
	fake_sleep(p, 60);
	assert_int_equal(p->tcps, 2);
}

TEST(pause_of_one_that_is_suspended_is_its_own)
{
	struct fake_peer *p = fake_new();
	uint64_t at;

	p->config.limit_restart = 600;
	fake_start(p);
	session_suspend(p->session, CEASE_MAX_PREFIXES, "full", p->now);
	at = session_retry_at(p->session);
	p->config.connect_retry = p->config.retry_most = 1;
	session_reconfigure(p->session, &p->config, p->now);
	assert_int_equal(session_retry_at(p->session), at);
}

TEST(what_must_reset_waits_and_says_so)
{
	struct fake_peer *p = fake_established(90);

	p->config.hold_time = 30;
	assert_string_equal(
	    session_reconfigure(p->session, &p->config, p->now), "holdTime");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	assert_string_equal(session_pending_reset(p->session), "holdTime");
	assert_true(p->configured);
	session_reset(p->session, CEASE_CONFIG_CHANGE, NULL, p->now);
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	assert_null(session_pending_reset(p->session));
}

TEST(what_is_not_up_yet_starts_anew_with_the_change)
{
	struct fake_peer *p = fake_new();

	fake_start(p);
	fake_connects(p);
	p->config.password = "new";
	assert_null(session_reconfigure(p->session, &p->config, p->now));
	assert_said(p, "OPEN NOTIFICATION 6/6 CLOSE");
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
}

TEST(every_field_that_resets_is_named)
{
	struct session_config was = { .name = "x" }, now;

#define CHANGED(field, value, text) \
	now = was;                  \
	now.field = value;          \
	assert_string_equal(session_config_resets(&was, &now), text)
	CHANGED(remote, addr_v4(1), "peerIP");
	CHANGED(port, 1, "peerIP");
	CHANGED(source, addr_v4(1), "sourceAddress");
	CHANGED(local_as, 1, "localASNumber");
	CHANGED(remote_as, 1, "asNumber");
	CHANGED(remote_as_rule, REMOTE_AS_INTERNAL, "asNumber");
	CHANGED(router_id, 1, "routerID");
	CHANGED(hold_time, 3, "holdTime");
	CHANGED(keepalive_time, 1, "keepaliveTime");
	CHANGED(families[FAMILY_V6], true, "families");
	CHANGED(multihop, 2, "ebgpMultihop");
	CHANGED(ttl_security, 1, "ttlSecurity");
	CHANGED(password, "x", "password");
#undef CHANGED
	assert_null(session_config_resets(&was, &was));
}

/* --- ROUTE-REFRESH. --- */

TEST(the_peer_is_asked_for_its_routes_again)
{
	struct fake_peer *p = fake_established(90);

	fake_forget(p);
	assert_true(session_refresh(p->session, FAMILY_V4, p->now));
	assert_true(session_refresh(p->session, FAMILY_V4, p->now));
	fake_flush(p);
	assert_said(p, "ROUTE-REFRESH"); /* once */
	assert_int_equal(stats_of(p)->out[MSG_ROUTE_REFRESH], 1);
	/* A family that is not agreed, and a session that is down. */
	assert_false(session_refresh(p->session, FAMILY_V6, p->now));
	fake_hangs_up(p);
	assert_false(session_refresh(p->session, FAMILY_V4, p->now));
}

TEST(who_cannot_be_asked_is_not)
{
	struct fake_peer *p = fake_new();
	struct bgp_open open;

	fake_start(p);
	fake_connects(p);
	open = fake_open(p);
	open.caps.route_refresh = false;
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
	assert_false(session_refresh(p->session, FAMILY_V4, p->now));
}

TEST(a_refresh_of_an_agreed_family_is_passed_on)
{
	struct fake_peer *p = fake_established(90);

	fake_say(p, MSG_ROUTE_REFRESH, "0001 00 01");
	assert_news(p, "refresh IPv4");
	fake_say(p, MSG_ROUTE_REFRESH, "0002 00 01"); /* row 42 */
	fake_say(p, MSG_ROUTE_REFRESH, "0019 00 46");
	assert_news(p, "");
	/* Who does not know RFC 7313 has a reserved octet there. */
	fake_say(p, MSG_ROUTE_REFRESH, "0001 01 01");
	assert_news(p, "refresh IPv4");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
}

/* RFC 7313 4 and 5. */
TEST(markers_of_a_refresh_are_passed_on_where_agreed)
{
	struct fake_peer *p = fake_new();
	struct bgp_open open;

	fake_start(p);
	fake_connects(p);
	open = fake_open(p);
	open.caps.enhanced_refresh = true;
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	assert_true(session_agreed(p->session)->caps.enhanced_refresh);
	fake_forget(p);
	fake_say(p, MSG_ROUTE_REFRESH, "0001 01 01");
	fake_say(p, MSG_ROUTE_REFRESH, "0001 02 01");
	assert_news(p, "BoRR IPv4 EoRR IPv4");
	fake_say(p, MSG_ROUTE_REFRESH, "0001 03 01");
	assert_news(p, "");
	assert_int_equal(state_of(p), STATE_ESTABLISHED);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_started_session_dials_and_comes_up),
		T(a_passive_session_waits_for_the_peer),
		T(what_is_agreed_is_what_both_can_do),
		T(an_update_right_behind_the_keepalive_is_taken),
		T(the_table_goes_out_as_soon_as_it_is_up),
		T(updates_are_pulled_when_there_is_something),
		T(a_session_without_a_link_goes_through_its_states_alone),
		T(timers_live_on_a_new_link),
		T(a_link_that_comes_late_is_told_what_is_armed),
		T(ttl_is_one_hop_for_external_peers_only),
		T(silent_peer_is_told_why),
		T(a_trickle_of_bytes_does_not_keep_it_up),
		T(keepalives_and_updates_keep_it_up),
		T(without_a_hold_time_silence_is_fine),
		T(peer_that_switches_the_hold_time_off_is_watched_by_tcp),
		T(keepalives_go_out_within_a_third_of_the_hold_time),
		T(a_peer_that_came_and_never_opens_is_given_four_minutes),
		T(a_peer_that_reads_nothing_is_dropped),
		T(the_send_hold_time_is_at_least_twice_the_hold_time),
		T(bytes_that_tcp_takes_restart_the_send_hold_time),
		T(stop_says_why_and_stays_down),
		T(too_many_prefixes_end_it),
		T(the_owner_may_stop_it_from_within_an_update),
		T(reset_comes_back_within_a_second),
		T(too_many_prefixes_keep_it_down_until_told),
		T(too_many_prefixes_keep_it_down_for_the_restart_time),
		T(shutdown_and_start_are_a_word_to_one_that_is_suspended),
		T(change_that_needs_a_session_is_a_word_to_one_that_is_suspended),
		T(what_is_blocked_when_it_goes_down_stays_down),
		T(peer_that_has_too_many_is_left_alone_for_long),
		T(another_as_number_is_told),
		T(to_be_stopped_twice_is_no_news),
		T(a_blocked_session_says_why_and_lets_nobody_in),
		T(reason_of_a_block_is_kept_whole),
		T(waits_double_up_to_a_minute),
		T(every_failure_makes_the_pause_grow),
		T(the_error_that_explains_stays),
		T(what_was_done_on_purpose_hides_no_fault),
		T(a_dial_without_an_answer_is_given_up),
		T(a_lost_peer_may_come_back_at_once),
		T(after_a_protocol_error_the_peer_is_damped),
		T(a_session_that_keeps_falling_waits_longer),
		T(a_session_that_lasted_is_dialed_again_soon),
		T(plain_after_the_peer_refused_capabilities),
		T(not_plain_when_capabilities_are_needed),
		T(of_two_as_numbers_the_other_after_one_was_refused),
		T(of_two_as_numbers_the_other_after_we_refused_the_peer_s),
		T(a_refused_as_number_stays_where_there_is_no_other),
		T(the_larger_router_id_keeps_its_connection),
		T(the_smaller_router_id_gives_way),
		T(a_peer_that_is_up_already_does_not_lose_that_connection),
		T(peer_that_takes_the_older_connection_away_gets_the_newer),
		T(equal_router_ids_and_the_larger_as_keeps_its_connection),
		T(equal_router_ids_and_the_smaller_as_gives_way),
		T(an_established_session_beats_any_newcomer),
		T(a_dial_that_got_nowhere_is_given_up),
		T(a_peer_that_dials_anew_replaces_its_first_try),
		T(a_dial_that_hangs_does_not_end_what_the_peer_began),
		T(what_the_peer_says_meanwhile_is_not_lost),
		T(a_dial_that_ends_lets_the_other_go_on_at_once),
		T(a_session_that_is_stopped_while_one_waits_does_not_come_up),
		T(what_is_out_of_place_while_it_waits_is_refused),
		T(a_late_answer_to_our_dial_may_still_win_over_openconfirm),
		T(a_dial_without_an_answer_ends_after_half_a_minute),
		T(what_need_not_reset_applies_in_place),
		T(shorter_pause_counts_from_the_change_on),
		T(pause_of_a_peer_that_is_full_is_not_cut_short),
		T(pause_is_cut_to_what_it_would_have_been),
		T(longer_pause_counts_from_the_next_one_on),
		T(pause_of_one_that_is_suspended_is_its_own),
		T(what_must_reset_waits_and_says_so),
		T(what_is_not_up_yet_starts_anew_with_the_change),
		T(every_field_that_resets_is_named),
		T(the_peer_is_asked_for_its_routes_again),
		T(who_cannot_be_asked_is_not),
		T(a_refresh_of_an_agreed_family_is_passed_on),
		T(markers_of_a_refresh_are_passed_on_where_agreed),
	};

	return cmocka_run_group_tests_name("session", tests, NULL, NULL);
}
