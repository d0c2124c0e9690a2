/* SPDX-License-Identifier: Apache-2.0 */
/* TCP-AO keys of a socket, with a kernel that knows a key by either of its ids. */
#include <stdio.h>
#include <string.h>

#include "bgpd/session/ao.h"
#include "common/rng.h"
#include "tests/test.h"

enum { ROOM = 8, ROUNDS = 3000 };

#define ONE                                   \
	{                                     \
		1, 1, AO_HMAC_SHA_1_96, "one" \
	}
#define TWO                                     \
	{                                       \
		2, 2, AO_AES_128_CMAC_96, "two" \
	}
#define NEW_ONE                                   \
	{                                         \
		1, 1, AO_HMAC_SHA_1_96, "another" \
	}

/* A socket: what the kernel would have. */
static struct {
	struct ao_key at[ROOM];
	size_t n;
	char said[256];
	unsigned refused; /* that many steps from now on */
	bool refuses;     /* something of this update */
	bool had_one;     /* it must have one at every moment */
} sock;

static struct ao_keys has;
static struct ao_table *table;
static struct prefix peer;

static void
say(const char *what, const struct prefix *peers, const struct ao_key *key,
    const struct ao_key *next)
{
	size_t used = strlen(sock.said);
	char more[32] = "", where[16] = "";

	if (next != NULL)
		snprintf(more, sizeof(more), ">%u", next->send_id);
	if (peers->addr.bytes[3] != peer.addr.bytes[3])
		snprintf(where, sizeof(where), "@%u", peers->addr.bytes[3]);
	snprintf(sock.said + used, sizeof(sock.said) - used, "%s%s%u%s%s",
	    used > 0 ? " " : "", what, key->send_id, more, where);
}

static size_t
sock_find(const struct ao_key *key)
{
	size_t i = 0;

	while (i < sock.n && !ao_key_eq(&sock.at[i], key))
		i++;
	return i;
}

/* Nothing that was not refused may stand in its way. */
static bool
sock_add(const struct ao_key *key)
{
	for (size_t i = 0; i < sock.n; i++)
		if (sock.at[i].send_id == key->send_id ||
		    sock.at[i].recv_id == key->recv_id) {
			assert_true(sock.refuses);
			return false;
		}
	assert_true(sock.n < ROOM);
	sock.at[sock.n++] = *key;
	return true;
}

static bool
on_step(void *arg, const struct prefix *peers, enum ao_step step,
    const struct ao_key *key, const struct ao_key *next)
{
	static const char *const words[] = { "+", "!", "-" };
	size_t at = sock_find(key);

	(void)arg;
	say(words[step], peers, key, next);
	if (sock.refused > 0) {
		sock.refused--;
		return false;
	}
	if (peers->addr.bytes[3] != peer.addr.bytes[3])
		return true;
	if (step == AO_ADD)
		return sock_add(key);
	assert_true(at < sock.n);
	if (step == AO_REMOVE)
		sock.at[at] = sock.at[--sock.n];
	if (next != NULL)
		assert_true(sock_find(next) < sock.n);
	if (sock.had_one)
		assert_true(sock.n > 0);
	return true;
}

static const struct ao_ops ops = { on_step };

static struct prefix
address(unsigned i)
{
	struct addr a = addr_v4(0x0a000000 + i);

	return prefix_host(&a);
}

static const char *
changed(bool connection, const struct ao_key *keys, size_t n)
{
	struct ao_keys wanted = { keys, n };

	sock.said[0] = '\0';
	ao_keys_update(&has, &wanted, &peer, connection, &ops, NULL);
	return sock.said;
}

#define CHANGED(connection, ...)                                    \
	changed(connection, (const struct ao_key[]){ __VA_ARGS__ }, \
	    sizeof((const struct ao_key[]){ __VA_ARGS__ }) /        \
		sizeof(struct ao_key))

static int
setup(void **state)
{
	(void)state;
	memset(&sock, 0, sizeof(sock));
	peer = address(1);
	table = ao_table_new();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	ao_keys_free(&has);
	ao_table_free(table);
	return 0;
}

TEST(new_key_is_there_before_the_old_one_goes)
{
	assert_string_equal(CHANGED(true, ONE), "+1 !1");
	assert_string_equal(CHANGED(true, ONE, TWO), "+2 !1");
	assert_string_equal(CHANGED(true, TWO, ONE), "!2");
	assert_string_equal(CHANGED(true, TWO), "!2 -1>2");
	assert_int_equal(has.n, 1);
	assert_int_equal(sock.n, 1);
}

TEST(keys_change_at_once)
{
	CHANGED(true, ONE);
	assert_string_equal(CHANGED(true, TWO), "+2 !2 -1>2");
}

TEST(listener_asks_nobody_for_a_key)
{
	assert_string_equal(CHANGED(false, ONE, TWO), "+1 +2");
	assert_string_equal(CHANGED(false, ONE, TWO), "");
}

/* RFC 5925 3.1: a key never changes; where it does all the same, it is two. */
TEST(another_key_with_the_same_id_takes_its_place)
{
	CHANGED(false, ONE, TWO);
	assert_string_equal(CHANGED(false, NEW_ONE, TWO), "-1>2 +1");
	assert_string_equal(
	    CHANGED(false, TWO, { 3, 1, AO_HMAC_SHA_1_96, "one" }), "-1>2 +3");
}

TEST(what_is_refused_is_tried_again)
{
	CHANGED(false, ONE);
	sock.refused = 1;
	assert_string_equal(CHANGED(false, ONE, TWO), "+2");
	assert_int_equal(has.n, 1);
	assert_string_equal(CHANGED(false, ONE, TWO), "+2");
	assert_int_equal(has.n, 2);
	sock.refused = 1;
	assert_string_equal(CHANGED(false, TWO), "-1>2");
	assert_int_equal(has.n, 2);
	assert_string_equal(CHANGED(false, TWO), "-1>2");
	assert_int_equal(has.n, 1);
}

TEST(last_key_stays_while_the_new_one_is_refused)
{
	struct ao_key two = TWO;
	struct ao_keys wanted = { &two, 1 };

	CHANGED(true, ONE);
	sock.refused = 2;
	assert_false(ao_keys_update(&has, &wanted, &peer, true, &ops, NULL));
	assert_int_equal(sock.n, 1);
	assert_true(ao_keys_update(&has, &wanted, &peer, true, &ops, NULL));
	assert_int_equal(sock.at[0].send_id, 2);
}

static bool
follows(const struct ao_key *was, size_t n_was, const struct ao_key *now,
    size_t n_now)
{
	struct ao_keys a = { was, n_was }, b = { now, n_now };

	return ao_keys_follow(&a, &b);
}

TEST(connection_goes_on_as_long_as_it_keeps_a_key)
{
	const struct ao_key one[] = { ONE }, two[] = { TWO },
			    both[] = { TWO, ONE }, other[] = { NEW_ONE, TWO };

	assert_true(follows(NULL, 0, NULL, 0));
	assert_false(follows(NULL, 0, one, 1));
	assert_false(follows(one, 1, NULL, 0));
	assert_true(follows(one, 1, one, 1));
	assert_true(follows(one, 1, both, 2));
	assert_true(follows(both, 2, two, 1));
	assert_false(follows(one, 1, two, 1));
	assert_false(follows(both, 2, other, 2));
}

/* By any way from keys to keys that follow each other. */
TEST(socket_is_never_without_a_key)
{
	struct rng rng;

	rng_init(&rng, 5925);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct ao_key keys[4];
		size_t n = 0;

		for (uint8_t id = 0; id < 4; id++)
			if (rng_below(&rng, 2) == 0)
				keys[n++] = (struct ao_key){ id, id,
					AO_HMAC_SHA_1_96,
					rng_below(&rng, 8) == 0 ? "b" : "a" };
		struct ao_keys wanted = { keys, n };

		if (n == 0)
			continue;
		sock.said[0] = '\0';
		sock.refuses = rng_below(&rng, 4) == 0;
		sock.refused = sock.refuses;
		sock.had_one = sock.n > 0 && ao_keys_follow(&has, &wanted);
		bool done =
		    ao_keys_update(&has, &wanted, &peer, true, &ops, NULL);

		assert_int_equal(has.n, sock.n);
		if (done)
			assert_true(ao_keys_same(&has, &wanted));
	}
}

static const char *
table_changed(const struct ao_wanted *wanted, size_t n)
{
	sock.said[0] = '\0';
	ao_table_update(table, wanted, n, &ops, NULL);
	return sock.said;
}

TEST(listener_has_the_keys_of_all)
{
	const struct ao_key one[] = { ONE }, two[] = { TWO };
	struct ao_wanted wanted[] = {
		{ address(7), { one, 1 } },
		{ address(8), { two, 1 } },
	};
	struct addr seven = address(7).addr, nine = address(9).addr;

	assert_string_equal(table_changed(wanted, 2), "+1@7 +2@8");
	assert_int_equal(ao_table_get(table, &seven)->at[0].send_id, 1);
	assert_null(ao_table_get(table, &nine));
	wanted[1].peers = address(9);
	assert_string_equal(table_changed(wanted, 2), "-2@8 +2@9");
	assert_int_equal(ao_table_get(table, &nine)->at[0].send_id, 2);
}

/* One that leaves an address must not take the key of one that came to it. */
TEST(first_of_two_at_one_address_counts)
{
	const struct ao_key one[] = { ONE }, two[] = { TWO };
	struct ao_wanted wanted[] = {
		{ address(7), { NULL, 0 } },
		{ address(7), { two, 1 } },
		{ address(7), { one, 1 } },
	};

	assert_string_equal(table_changed(wanted, 3), "+2@7");
	assert_string_equal(table_changed(wanted + 2, 1), "+1@7 -2>1@7");
	assert_string_equal(table_changed(NULL, 0), "-1@7");
}

TEST(longest_prefix_is_whose_keys_hold)
{
	const struct ao_key one[] = { ONE }, two[] = { TWO };
	struct addr seven = address(7).addr, eight = address(8).addr;
	struct ao_wanted wanted[] = {
		{ prefix_of(&seven, 24), { one, 1 } },
		{ address(7), { two, 1 } },
	};

	table_changed(wanted, 2);
	assert_int_equal(ao_table_get(table, &seven)->at[0].send_id, 2);
	assert_int_equal(ao_table_get(table, &eight)->at[0].send_id, 1);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(new_key_is_there_before_the_old_one_goes),
		T(keys_change_at_once),
		T(listener_asks_nobody_for_a_key),
		T(another_key_with_the_same_id_takes_its_place),
		T(what_is_refused_is_tried_again),
		T(last_key_stays_while_the_new_one_is_refused),
		T(connection_goes_on_as_long_as_it_keeps_a_key),
		T(socket_is_never_without_a_key),
		T(listener_has_the_keys_of_all),
		T(first_of_two_at_one_address_counts),
		T(longest_prefix_is_whose_keys_hold),
	};
#undef T

	return cmocka_run_group_tests_name("ao", tests, NULL, NULL);
}
