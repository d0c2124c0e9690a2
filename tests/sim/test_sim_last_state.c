/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A daemon that starts while its API server says nothing, with what a run before it
 * knew; what it does not write meanwhile, and what follows when the server is back.
 */
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/control/views.h"
#include "common/alloc.h"
#include "common/source/store.h"
#include "tests/fake/fake_state.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, "                          \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" spec "}\n"
#define NO_SECRET                                                       \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: b}\n" \
	"spec: {peerIP: 192.0.2.3, asNumber: 65002, "                   \
	"password: {secretKeyRef: {name: none, key: none}}}\n"

static struct fake_state disk;
static const char *cluster; /* of which a life is */

static int
setup(void **state)
{
	(void)state;
	fake_state_init(&disk);
	cluster = "";
	return 0;
}

static int
teardown(void **state)
{
	int rc = sim_teardown(state);

	fake_state_fini(&disk);
	return rc;
}

static struct sim *
life(void)
{
	struct sim *s = sim_new_on_cluster();

	s->cluster = cluster;
	sim_put(s, CONFIG(""));
	bgpd_set_state(s->bgpd, &disk.port, NULL);
	return s;
}

/* One that had a server and was killed. */
static void
first_life(const char *object)
{
	void *state = NULL;
	struct sim *s = life();

	if (object != NULL)
		sim_put(s, object);
	sim_list_all(s);
	sim_establish(s, "a");
	sim_sleep(s, 100);
	assert_string_equal(sim_condition(s, "FromLastState"), "");
	assert_int_equal(sim_teardown(&state), 0);
	fake_state_restart(&disk);
}

/* … and the next has none. */
static struct sim *
second_life(const char *object)
{
	first_life(object);
	return life();
}

TEST(what_was_known_is_announced_after_a_second)
{
	struct sim *s = second_life(NULL);

	sim_sleep(s, 999);
	assert_null(sim_peer(s, "a"));
	sim_sleep(s, 10);
	sim_establish(s, "a");
	assert_non_null(strstr(sim_condition(s, "FromLastState"), "services"));
}

/* The node has moved to another cluster, and was not even booted for it. */
TEST(what_another_cluster_had_is_not_used)
{
	struct sim *s;

	cluster = "https://10.96.0.1, authority 1";
	first_life(NULL);
	cluster = "https://10.96.0.1, authority 2";
	s = life();
	sim_sleep(s, 3000);
	assert_null(sim_peer(s, "a"));
	assert_true(
	    sim_logged("it is of cluster https://10.96.0.1, authority 1, this "
		       "is https://10.96.0.1, authority 2; nothing is known"));
}

/* The node is that of another lbbgp now, which has peers of its own. */
TEST(what_another_lbbgp_had_is_not_used)
{
	static const struct instance second = { "other", "lbbgp.io/b" };
	struct sim *s;

	cluster = "https://10.96.0.1";
	first_life(NULL);
	s = sim_new_of(&second);
	s->cluster = cluster;
	bgpd_set_state(s->bgpd, &disk.port, NULL);
	sim_sleep(s, 3000);
	assert_true(sim_logged("it is of cluster https://10.96.0.1, this is "
			       "https://10.96.0.1 lbbgp.io/b in other; nothing "
			       "is known"));
}

/* Who is blocked for want of a Secret that was not kept has a peer all the same. */
TEST(bfd_of_before_goes_on_while_it_is_not_known_who_has_none)
{
	struct sim *s = second_life(NO_SECRET);

	sim_sleep(s, 5000);
	sim_establish(s, "a");
	assert_int_equal(s->resumed, 0);
	sim_list_all(s);
	sim_sleep(s, 100);
	assert_int_equal(s->resumed, 1);
}

TEST(a_server_that_answers_in_time_is_all_that_counts)
{
	struct sim *s = second_life(NULL);

	sim_list_all(s);
	sim_sleep(s, 3000);
	assert_false(sim_logged("a run before this one knew"));
	assert_string_equal(sim_condition(s, "FromLastState"), "");
}

TEST(nothing_kept_is_told_and_waited_for)
{
	struct sim *s = life();

	sim_sleep(s, 3000);
	assert_null(sim_peer(s, "a"));
	assert_true(sim_logged("nothing was kept; nothing is known until"));
	sim_list_all(s);
	sim_settle(s);
	assert_non_null(sim_peer(s, "a"));
}

/* Others may have been there since: a Node of another uid, a condition. */
TEST(nothing_is_written_of_what_may_be_old)
{
	struct sim *s = second_life(NO_SECRET);

	sim_put(s, NO_SECRET); /* the server still has it */
	sim_sleep(s, 1100);
	sim_establish(s, "a");
	sim_sleep(s, 70000);
	assert_int_equal(s->statuses, 0);
	assert_int_equal(s->conditions, 0);
	sim_list(s, "Node");
	sim_sleep(s, 6000);
	assert_true(s->statuses > 0);
	assert_int_equal(s->conditions, 0);
	assert_string_not_equal(sim_condition(s, "FromLastState"), "");
	sim_list_all(s);
	sim_sleep(s, 10000);
	assert_int_equal(s->conditions, 1); /* that b has no Secret */
	assert_string_equal(sim_condition(s, "FromLastState"), "");
	assert_true(sim_is_up(s, "a"));
}

TEST(what_was_deleted_goes_when_the_server_is_back)
{
	struct sim *s = second_life(NULL);

	sim_sleep(s, 1100);
	sim_establish(s, "a");
	sim_drop(s, "BGPPeer", "a");
	sim_list_all(s);
	sim_sleep(s, 1000);
	assert_false(sim_is_up(s, "a"));
}

/* The list of a kind is half read when the second is over. */
TEST(a_server_in_the_middle_of_its_list_is_believed)
{
	struct sim *s = second_life(NULL);
	struct store *store = bgpd_store(s->bgpd);
	size_t node = store_kind_find(store, "v1", "Node");

	store_list_begin(store, node);
	sim_sleep(s, 1100);
	assert_true(store_is_recalled(store, node));
	sim_establish(s, "a");
	store_list_end(store, node); /* our Node is gone */
	sim_settle(s);
	assert_non_null(strstr(sim_condition(s, "NodeUnknown"), "node1"));
}

TEST(a_run_that_was_told_to_leave_is_not_gone_on_from)
{
	struct sim *s = life();

	sim_list_all(s);
	sim_settle(s);
	bgpd_stop(s->bgpd, "test");
	sim_sleep(s, 3000);
	assert_int_equal(sim_teardown(state), 0);
	fake_state_restart(&disk);
	s = life();
	sim_sleep(s, 3000);
	assert_true(sim_logged("nothing was kept"));
}

/* Neither our Node nor the DaemonSet is in what is left of it. */
TEST(a_damaged_state_is_no_sign_that_the_node_is_left)
{
	struct sim *s = second_life(NULL);
	struct fake_segment *segment = &fake_state_former(&disk)->at[1];
	const char *end = memchr(segment->bytes, '\n', segment->n);

	segment->n = (size_t)(end + 3 - segment->bytes);
	sim_sleep(s, 1100);
	assert_true(sim_logged("what is behind that is not used"));
	assert_non_null(
	    strstr(sim_condition(s, "NodeUnknown"), "no Node has been listed"));
	bgpd_stop(s->bgpd, NULL);
	assert_int_equal(bgpd_phase(s->bgpd), PHASE_DRAINING);
	sim_sleep(s, 5000);
	assert_false(sim_logged("leaving: "));
}

TEST(what_is_not_kept_is_told_and_tried_again)
{
	struct sim *s = life();

	disk.room = 10;
	sim_list_all(s);
	sim_sleep(s, 100);
	assert_non_null(strstr(sim_condition(s, "StateNotKept"), "no room"));
	disk.room = SIZE_MAX;
	sim_sleep(s, 601000);
	sim_list_all(s); /* it was asked to */
	sim_sleep(s, 100);
	assert_string_equal(sim_condition(s, "StateNotKept"), "");
	assert_int_equal(sim_teardown(state), 0);
	fake_state_restart(&disk);
	s = life();
	sim_sleep(s, 1100);
	assert_non_null(sim_peer(s, "a"));
}

/* As one whose watch is too old each time. */
TEST(what_is_kept_anew_is_whole_before_it_counts)
{
	struct sim *s = life();
	size_t n;

	disk.room = 10;
	sim_list_all(s);
	sim_sleep(s, 100);
	disk.room = SIZE_MAX;
	sim_sleep(s, 601000);
	store_kinds(bgpd_store(s->bgpd), &n);
	while (n-- > 0)
		sim_list(s, "Service");
	sim_sleep(s, 100);
	assert_int_equal(sim_teardown(state), 0);
	fake_state_restart(&disk);
	s = life();
	sim_sleep(s, 5000);
	assert_false(sim_logged("knew are in force"));
}

#define STALE ", staleAfter: 10, dataPlaneHealth: None"

/* The Service CIDR, or not. Pods have none: Calico gave the node no block. */
static size_t
announced(struct sim *s)
{
	return announce_count(bgpd_view(s->bgpd)->announce, FAMILY_V4);
}

TEST(what_is_known_counts_as_long_as_it_says)
{
	struct sim *s = life();

	sim_put(s, CONFIG(STALE));
	sim_list_all(s);
	sim_sleep(s, 5000);
	s->all_ill = "connection refused";
	sim_sleep(s, 9900);
	assert_int_equal(announced(s), 1);
	sim_sleep(s, 1500);
	assert_int_equal(announced(s), 0);
	assert_non_null(
	    strstr(sim_condition(s, "StateStale"), "not been heard for 10 s"));
	s->all_ill = NULL;
	sim_sleep(s, 1500);
	assert_int_equal(announced(s), 1);
	assert_string_equal(sim_condition(s, "StateStale"), "");
}

TEST(one_kind_that_is_not_followed_is_no_sign_of_that)
{
	struct sim *s = life();

	sim_put(s, CONFIG(STALE));
	sim_list_all(s);
	s->ill[0] = "HTTP 403";
	sim_sleep(s, 60000);
	assert_int_equal(announced(s), 1);
	s->all_ill = "connection refused"; /* it has come to all now */
	sim_sleep(s, 1500);
	assert_int_equal(announced(s), 0);
}

TEST(how_long_it_is_away_is_counted_over_a_restart)
{
	struct sim *s = life();

	sim_put(s, CONFIG(STALE));
	s->all_ill = "connection refused";
	sim_list_all(s);
	sim_sleep(s, 100);
	assert_int_equal(sim_teardown(state), 0);
	fake_state_restart(&disk);
	s = life(); /* at the same time, and it waits a second */
	s->all_ill = "connection refused";
	sim_sleep(s, 9500);
	assert_int_equal(announced(s), 1);
	sim_sleep(s, 1000);
	assert_int_equal(announced(s), 0);
}

/* It was killed in the middle of a line. */
TEST(how_long_it_is_away_outlives_damage_behind_it)
{
	struct sim *s = life();
	struct fake_set *former;

	sim_put(s, CONFIG(STALE));
	s->all_ill = "connection refused";
	sim_list_all(s);
	sim_sleep(s, 100);
	sim_put(s, NO_SECRET);
	sim_sleep(s, 100);
	assert_int_equal(sim_teardown(state), 0);
	fake_state_restart(&disk);
	former = fake_state_former(&disk);
	former->at[former->end - 1].n--;
	s = life(); /* at the same time, and it waits a second */
	s->all_ill = "connection refused";
	sim_sleep(s, 9500);
	assert_true(sim_logged("what is behind that is not used"));
	assert_int_equal(announced(s), 1);
	sim_sleep(s, 1000);
	assert_int_equal(announced(s), 0);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_was_known_is_announced_after_a_second),
		T(what_another_cluster_had_is_not_used),
		T(what_another_lbbgp_had_is_not_used),
		T(bfd_of_before_goes_on_while_it_is_not_known_who_has_none),
		T(a_server_that_answers_in_time_is_all_that_counts),
		T(nothing_kept_is_told_and_waited_for),
		T(nothing_is_written_of_what_may_be_old),
		T(what_was_deleted_goes_when_the_server_is_back),
		T(a_server_in_the_middle_of_its_list_is_believed),
		T(a_run_that_was_told_to_leave_is_not_gone_on_from),
		T(a_damaged_state_is_no_sign_that_the_node_is_left),
		T(what_is_not_kept_is_told_and_tried_again),
		T(what_is_kept_anew_is_whole_before_it_counts),
		T(what_is_known_counts_as_long_as_it_says),
		T(one_kind_that_is_not_followed_is_no_sign_of_that),
		T(how_long_it_is_away_is_counted_over_a_restart),
		T(how_long_it_is_away_outlives_damage_behind_it),
	};

	return cmocka_run_group_tests_name("sim_last_state", tests, NULL, NULL);
}
