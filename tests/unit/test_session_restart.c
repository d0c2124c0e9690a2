/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Ends of a session that are bridged by graceful restart, and those that are not: RFC
 * 4724 and RFC 8538.
 */
#include <string.h>

#include "bgpd/wire/msg.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"

enum { OURS = 1, THEIRS = 2, N_OURS = 4, N_THEIRS = 8 };

#define AGREED (OURS | THEIRS)
#define N_AGREED (AGREED | N_OURS | N_THEIRS)

static void
come_up(struct fake_peer *p)
{
	fake_connects(p);

	struct bgp_open o = fake_open(p);

	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
	fake_forget(p);
}

/* Established; who says what of it, and no word yet. */
static struct fake_peer *
restarting(unsigned said)
{
	struct fake_peer *p = fake_new();

	p->config.hold_time = 90;
	p->config.restart = (struct restart_config){
		.on = said & OURS, .time = 60, .notification = said & N_OURS
	};
	p->restart = (struct caps_restart){ .present = said & THEIRS,
		.notification = said & N_THEIRS,
		.time = 120,
		.family = { false, true, false },
		.forwarding = { false, true, false } };
	fake_start(p);
	come_up(p);
	return p;
}

static bool
was_graceful(const struct fake_peer *p)
{
	assert_int_equal(session_state(p->session) < STATE_OPENSENT, true);
	return session_error(p->session)->graceful;
}

static void
leave(struct fake_peer *p)
{
	session_leave(p->session, "restart", p->now);
}

/* --- Leaving for a restart. --- */

TEST(who_leaves_for_a_restart_says_nothing)
{
	struct fake_peer *p = restarting(AGREED);

	assert_true(session_keeps_ours(p->session));
	leave(p);
	assert_said(p, "CLOSE");
	assert_true(was_graceful(p));
	fake_sleep(p, 3600);
	assert_int_equal(p->tcps, 1);
}

TEST(who_leaves_says_so_where_routes_would_not_be_kept)
{
	static const unsigned rows[] = { 0, OURS, THEIRS };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_peer *p = restarting(rows[i]);

		assert_false(session_keeps_ours(p->session));
		leave(p);
		assert_said(p, "NOTIFICATION 6/2 \"restart\" CLOSE");
		assert_false(was_graceful(p));
	}
}

TEST(who_leaves_while_it_comes_up_says_so)
{
	struct fake_peer *p = fake_new();

	p->config.restart.on = true;
	fake_start(p);
	fake_connects(p);
	fake_forget(p);
	leave(p);
	assert_said(p, "NOTIFICATION 6/2 \"restart\" CLOSE");
}

TEST(session_renewed_is_back_within_a_second)
{
	struct fake_peer *p = restarting(AGREED);

	session_renew(p->session, p->now);
	assert_said(p, "CLOSE");
	assert_true(session_error(p->session)->graceful);
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
	p = restarting(OURS);
	session_renew(p->session, p->now);
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	fake_sleep(p, 1);
	assert_int_equal(p->tcps, 2);
}

/* --- What else ends it. --- */

TEST(tcp_that_ends_without_a_word_is_bridged)
{
	static const struct {
		unsigned said;
		bool graceful;
	} rows[] = { { AGREED, true }, { OURS, false }, { THEIRS, false },
		{ N_AGREED, true } };

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_peer *p = restarting(rows[i].said);

		fake_hangs_up(p);
		assert_int_equal(was_graceful(p), rows[i].graceful);
	}
}

/* RFC 4724 4.2, RFC 8538 4. */
TEST(notification_that_comes_is_bridged_where_both_say_n)
{
	static const struct {
		unsigned said;
		const char *body;
		bool graceful;
	} rows[] = {
		{ AGREED, "06 04", false },
		{ AGREED | N_OURS, "06 04", false },
		{ AGREED | N_THEIRS, "06 04", false },
		{ N_AGREED, "06 04", true },
		{ N_AGREED, "04 00", true },
		{ N_AGREED, "06 09 06 04", false },
		{ N_AGREED, "06 09", false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_peer *p = restarting(rows[i].said);

		fake_say(p, MSG_NOTIFICATION, rows[i].body);
		assert_int_equal(was_graceful(p), rows[i].graceful);
	}
}

/* Nobody can say what it was meant to be. */
TEST(notification_in_bad_shape_is_not_bridged)
{
	struct fake_peer *p = restarting(AGREED);

	fake_say(p, MSG_NOTIFICATION, "06");
	assert_said(p, "CLOSE");
	assert_false(was_graceful(p));
}

TEST(hold_time_that_is_over_is_bridged_where_both_say_n)
{
	struct fake_peer *p = restarting(AGREED);

	fake_sleep(p, 90);
	assert_said(p, "KEEPALIVE KEEPALIVE KEEPALIVE NOTIFICATION 4/0 CLOSE");
	assert_false(was_graceful(p));
	p = restarting(N_AGREED);
	fake_sleep(p, 90);
	assert_said(p, "KEEPALIVE KEEPALIVE KEEPALIVE NOTIFICATION 4/0 CLOSE");
	assert_true(was_graceful(p));
}

/* RFC 8538 3.1: else the peer would keep our routes. */
TEST(who_stops_for_good_says_it_by_a_hard_reset)
{
	static const struct {
		uint8_t subcode;
		const char *said;
		bool graceful;
	} rows[] = {
		{ CEASE_SHUTDOWN, "NOTIFICATION 6/2 \"x\" CLOSE", false },
		{ CEASE_DECONFIGURED, "NOTIFICATION 6/3 CLOSE", false },
		{ CEASE_MAX_PREFIXES, "NOTIFICATION 6/1 CLOSE", false },
		{ CEASE_RESOURCES, "NOTIFICATION 6/8 CLOSE", false },
		{ CEASE_BFD_DOWN, "NOTIFICATION 6/10 CLOSE", false },
		{ CEASE_CONFIG_CHANGE, "NOTIFICATION 6/6 CLOSE", false },
		{ CEASE_COLLISION, "NOTIFICATION 6/7 CLOSE", true },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fake_peer *p = restarting(N_AGREED);

		session_stop(p->session, rows[i].subcode, "x", p->now);
		assert_int_equal(p->hard_resets, !rows[i].graceful);
		assert_said(p, rows[i].said);
		assert_int_equal(was_graceful(p), rows[i].graceful);
		p = restarting(AGREED);
		session_stop(p->session, rows[i].subcode, "x", p->now);
		assert_int_equal(p->hard_resets, 0);
		assert_false(was_graceful(p));
	}
}

/* It is not to come back as long as that holds. */
TEST(who_is_blocked_says_it_by_a_hard_reset)
{
	struct fake_peer *p = restarting(N_AGREED);

	session_block(p->session, "no Secret", p->now);
	assert_int_equal(p->hard_resets, 1);
	assert_said(p, "NOTIFICATION 6/6 CLOSE");
	assert_false(was_graceful(p));
}

/* --- What OPENs say. --- */

static struct caps_restart
sent(struct fake_peer *p)
{
	fake_connects(p);

	struct bgp_open o = fake_open(p);

	fake_say_open(p, &o);
	fake_say_keepalive(p);
	return session_open_sent(p->session)->caps.restart;
}

TEST(open_says_what_is_so_when_it_goes_out)
{
	struct fake_peer *p = fake_new();

	p->config.restart.on = true;
	fake_start(p);
	session_set_restarting(p->session, true, true);

	struct caps_restart r = sent(p);

	assert_true(r.restarting && r.forwarding[FAMILY_V4]);
	session_set_restarting(p->session, false, true);
	assert_null(session_pending_reset(p->session));
}

/* --- A peer that has restarted without our noticing. --- */

static void
comes_again(struct fake_peer *p)
{
	struct bgp_open o = fake_open(p);

	assert_true(fake_arrives(p));
	fake_say_open(p, &o);
}

/* RFC 4724 5. */
TEST(peer_that_comes_again_has_restarted)
{
	struct fake_peer *p = restarting(AGREED);

	fake_sleep(p, 10);
	fake_forget(p);
	comes_again(p);
	assert_string_equal(p->tcp[0].said, "CLOSE");
	assert_said(p, "OPEN KEEPALIVE");
	assert_news(p, "down 0/0");
	assert_true(session_error(p->session)->graceful);
	fake_say_keepalive(p);
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
}

/* Both may have dialed at once: the one that is up stays. */
TEST(peer_that_comes_twice_has_not)
{
	struct fake_peer *p = restarting(AGREED);

	fake_sleep(p, 9);
	fake_forget(p);
	comes_again(p);
	assert_said(p, "OPEN NOTIFICATION 6/7 CLOSE");
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
	assert_string_equal(p->tcp[0].said, "");
}

/* Whoever is not the peer must not take its session away. */
TEST(stranger_at_its_address_does_not_end_it)
{
	struct fake_peer *p = restarting(AGREED);

	fake_sleep(p, 10);
	fake_forget(p);

	struct bgp_open o = fake_open(p);

	o.asn = PEER_AS + 1;
	assert_true(fake_arrives(p));
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
	fake_say_open(p, &o);
	assert_said(p, "OPEN NOTIFICATION 2/2 CLOSE");
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
}

/* TCP came without the key that there is by now. */
TEST(who_came_before_a_password_does_not_end_it)
{
	struct fake_peer *p = restarting(AGREED);
	struct session_config config = p->config;

	fake_sleep(p, 10);
	fake_forget(p);
	assert_true(fake_arrives(p));
	config.password = "key";
	session_reconfigure(p->session, &config, p->now);
	assert_said(p, "OPEN NOTIFICATION 6/6 CLOSE");
	assert_int_equal(session_state(p->session), STATE_ESTABLISHED);
	assert_string_equal(p->tcp[0].said, "");
}

/* --- The dial comes before what is kept goes. --- */

TEST(peer_that_restarts_again_and_again_is_dialed_in_time)
{
	struct fake_peer *p = restarting(AGREED);

	for (unsigned i = 0; i < 6; i++) {
		fake_hangs_up(p);
		fake_sleep(p, 15); /* of the 60 s that it keeps our routes */
		assert_int_equal(session_state(p->session), STATE_CONNECT);
		come_up(p);
	}
}

/* --- Last words to a peer that keeps routes, when there is no session. --- */

static void
part(struct fake_peer *p)
{
	session_part(p->session, "bye", p->now);
}

TEST(who_leaves_for_good_comes_back_to_say_so)
{
	struct fake_peer *p = restarting(N_AGREED);

	fake_hangs_up(p);
	part(p);
	assert_true(session_is_parting(p->session));
	assert_int_equal(session_state(p->session), STATE_CONNECT);
	part(p);
	assert_int_equal(p->tcps, 2);
	fake_connects(p);

	struct bgp_open o = fake_open(p);

	fake_say_open(p, &o);
	fake_say_keepalive(p);
	assert_said(p, "OPEN KEEPALIVE NOTIFICATION 6/2 \"bye\" CLOSE");
	assert_int_equal(p->hard_resets, 1);
	assert_false(session_is_parting(p->session));
	fake_sleep(p, 3600);
	assert_int_equal(p->tcps, 2);
}

/* With a session it says so at once; and who keeps nothing is told nothing. */
TEST(who_leaves_for_good_is_not_back_for_nothing)
{
	static const unsigned rows[] = { 0, OURS, THEIRS };
	struct fake_peer *p = restarting(AGREED);

	part(p);
	assert_said(p, "NOTIFICATION 6/2 \"bye\" CLOSE");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		p = restarting(rows[i]);
		fake_hangs_up(p);
		part(p);
		assert_false(session_is_parting(p->session));
		assert_int_equal(session_state(p->session), STATE_IDLE);
	}
	p = restarting(AGREED);
	fake_hangs_up(p);
	fake_sleep(p, 60);
	part(p);
	assert_false(session_is_parting(p->session));
}

/* RFC 9494 4.2: as long as both said that they know of it. */
TEST(who_leaves_for_good_thinks_of_long_lived_routes)
{
	for (unsigned known = 0; known < 2; known++) {
		struct fake_peer *p = restarting(0);

		p->config.restart = (struct restart_config){
			.on = true, .time = 5, .long_lived = 100
		};
		p->restart.present = true;
		p->long_lived = (struct caps_long_lived){ .present = known,
			.family = { false, true, false } };
		session_reconfigure(p->session, &p->config, p->now);
		session_reset(p->session, CEASE_RESET, NULL, p->now);
		fake_sleep(p, 1);
		come_up(p);
		assert_int_equal(session_kept_until(p->session), 0);
		fake_hangs_up(p);
		assert_int_equal(session_kept_until(p->session),
		    p->now + (known ? 105000 : 5000));
		fake_sleep(p, 104);
		part(p);
		assert_int_equal(session_is_parting(p->session), known);
	}
}

TEST(who_is_stopped_has_no_last_words)
{
	struct fake_peer *p = restarting(AGREED);

	fake_hangs_up(p);
	part(p);
	session_stop(p->session, CEASE_SHUTDOWN, NULL, p->now);
	assert_false(session_is_parting(p->session));
	session_start(p->session, p->now);
	come_up(p);
}

TEST(peer_with_the_same_error_again_and_again_is_damped)
{
	struct fake_peer *p = restarting(N_AGREED);

	for (unsigned i = 0; i < 3; i++) {
		fake_say_notification(p, ERR_UPDATE, 1);
		assert_true(was_graceful(p));
		fake_sleep(p, i == 2 ? 15 : 20);
		if (i < 2)
			come_up(p);
	}
	assert_int_equal(session_state(p->session), STATE_IDLE);
}

static unsigned
dials_in_a_minute(bool anew, bool forwarding)
{
	struct fake_peer *p = fake_new();

	p->config.restart = (struct restart_config){ .on = true, .time = 60 };
	fake_start(p);
	session_stop(p->session, CEASE_SHUTDOWN, NULL, p->now);
	session_set_restarting(p->session, anew, forwarding);
	session_start(p->session, p->now);
	for (unsigned s = 0; s < 60; s++) {
		if (session_state(p->session) == STATE_CONNECT)
			fake_refuses(p);
		fake_sleep(p, 1);
	}
	return p->tcps;
}

TEST(who_comes_back_from_a_restart_dials_in_time)
{
	assert_true(dials_in_a_minute(true, true) >= 8);
	assert_true(dials_in_a_minute(true, false) <= 5);
	assert_true(dials_in_a_minute(false, true) <= 5);
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, fake_teardown)
	const struct CMUnitTest tests[] = {
		T(who_leaves_for_a_restart_says_nothing),
		T(who_leaves_says_so_where_routes_would_not_be_kept),
		T(who_leaves_while_it_comes_up_says_so),
		T(session_renewed_is_back_within_a_second),
		T(tcp_that_ends_without_a_word_is_bridged),
		T(notification_that_comes_is_bridged_where_both_say_n),
		T(notification_in_bad_shape_is_not_bridged),
		T(hold_time_that_is_over_is_bridged_where_both_say_n),
		T(who_stops_for_good_says_it_by_a_hard_reset),
		T(who_is_blocked_says_it_by_a_hard_reset),
		T(open_says_what_is_so_when_it_goes_out),
		T(peer_that_comes_again_has_restarted),
		T(peer_that_comes_twice_has_not),
		T(stranger_at_its_address_does_not_end_it),
		T(who_came_before_a_password_does_not_end_it),
		T(peer_that_restarts_again_and_again_is_dialed_in_time),
		T(peer_with_the_same_error_again_and_again_is_damped),
		T(who_comes_back_from_a_restart_dials_in_time),
		T(who_leaves_for_good_comes_back_to_say_so),
		T(who_leaves_for_good_is_not_back_for_nothing),
		T(who_leaves_for_good_thinks_of_long_lived_routes),
		T(who_is_stopped_has_no_last_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
