/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <string.h>

#include "bgpd/session/keys.h"
#include "common/rng.h"
#include "tests/test.h"

enum { ADDRESSES = 8, ROUNDS = 2000 };

/* A socket: what the kernel would have. */
struct sock {
	struct keys *keys;
	char has[ADDRESSES][8]; /* "": no key */
	char said[256];
	bool refuses;
	const struct key_wanted *wanted; /* of the update under way */
	size_t n;
	bool was[ADDRESSES]; /* had a key before it */
};

static struct prefix
address(unsigned i)
{
	struct addr a = addr_v4(0x0a000000 + i);

	return prefix_host(&a);
}

static bool
is_wanted(const struct sock *s, unsigned i)
{
	for (size_t j = 0; j < s->n; j++)
		if (s->wanted[j].prefix.addr.bytes[3] == i &&
		    s->wanted[j].key != NULL)
			return true;
	return false;
}

static bool
on_set(void *arg, const struct prefix *from, const char *key)
{
	struct sock *s = arg;
	size_t used = strlen(s->said);

	snprintf(s->said + used, sizeof(s->said) - used, "%s%u=%s",
	    used > 0 ? " " : "", from->addr.bytes[3], key != NULL ? key : "-");
	if (s->refuses)
		return false;
	snprintf(s->has[from->addr.bytes[3]], sizeof(s->has[0]), "%s",
	    key != NULL ? key : "");
	for (unsigned i = 0; i < ADDRESSES; i++)
		if (s->was[i] && is_wanted(s, i))
			assert_string_not_equal(s->has[i], "");
	return true;
}

static const struct keys_ops ops = { on_set };

static void
update(struct sock *s, const struct key_wanted *wanted, size_t n)
{
	s->wanted = wanted;
	s->n = n;
	s->said[0] = '\0';
	for (unsigned i = 0; i < ADDRESSES; i++)
		s->was[i] = s->has[i][0] != '\0';
	keys_update(s->keys, wanted, n, &ops, s);
}

static int
setup(void **state)
{
	static struct sock s;

	s = (struct sock){ .keys = keys_new() };
	*state = &s;
	return 0;
}

static int
teardown(void **state)
{
	struct sock *s = *state;

	keys_free(s->keys);
	return 0;
}

static void
what_is_wanted_is_set_once(void **state)
{
	struct sock *s = *state;
	const struct key_wanted wanted[] = { { address(1), "one" },
		{ address(2), NULL }, { address(3), "three" } };

	update(s, wanted, 3);
	assert_string_equal(s->said, "1=one 3=three");
	assert_string_equal(keys_get(s->keys, &wanted[0].prefix.addr), "one");
	assert_null(keys_get(s->keys, &wanted[1].prefix.addr));
	update(s, wanted, 3);
	assert_string_equal(s->said, "");
}

static void
two_that_swap_addresses_both_keep_a_key(void **state)
{
	struct sock *s = *state;
	const struct key_wanted was[] = { { address(1), "a" },
		{ address(2), "b" } };
	const struct key_wanted is[] = { { address(2), "a" },
		{ address(1), "b" } };

	update(s, was, 2);
	update(s, is, 2);
	assert_string_equal(s->said, "2=a 1=b");
}

static void
one_that_leaves_takes_its_key_only(void **state)
{
	struct sock *s = *state;
	const struct key_wanted was[] = { { address(1), "a" },
		{ address(2), "b" } };
	const struct key_wanted is[] = { { address(3), "a" },
		{ address(1), "b" } };

	update(s, was, 2);
	update(s, is, 2);
	assert_string_equal(s->said, "3=a 1=b 2=-");
}

static void
of_two_keys_for_one_address_the_first_counts(void **state)
{
	struct sock *s = *state;
	const struct key_wanted wanted[] = { { address(1), "a" },
		{ address(1), "b" }, { address(1), NULL } };

	update(s, wanted, 3);
	update(s, wanted, 3);
	assert_string_equal(s->has[1], "a");
	assert_string_equal(s->said, "");
}

static bool
on_any(void *arg, const struct prefix *from, const char *key)
{
	(void)arg;
	(void)from;
	(void)key;
	return true;
}

/* As the kernel does, whichever was set first. */
static void
the_key_of_the_longest_prefix_holds(void **state)
{
	static const struct keys_ops any = { on_any };
	struct sock *s = *state;
	struct addr in = addr_v4(0x0a000003), out = addr_v4(0x0b000003);
	struct prefix host = prefix_host(&in);
	const struct key_wanted wanted[] = {
		{ prefix_of(&in, 24), "range" },
		{ prefix_of(&in, 8), "wide" },
		{ host, "host" },
	};

	keys_update(s->keys, wanted, 3, &any, NULL);
	assert_string_equal(keys_get(s->keys, &in), "host");
	assert_null(keys_get(s->keys, &out));
	keys_update(s->keys, wanted, 2, &any, NULL);
	assert_string_equal(keys_get(s->keys, &in), "range");
	keys_update(s->keys, wanted + 1, 1, &any, NULL);
	assert_string_equal(keys_get(s->keys, &in), "wide");
}

static void
what_was_refused_is_tried_again(void **state)
{
	struct sock *s = *state;
	const struct key_wanted one[] = { { address(1), "a" } };
	const struct key_wanted other[] = { { address(1), "b" } };

	s->refuses = true;
	update(s, one, 1);
	assert_null(keys_get(s->keys, &one[0].prefix.addr));
	s->refuses = false;
	update(s, one, 1);
	s->refuses = true;
	update(s, other, 1);
	assert_string_equal(keys_get(s->keys, &one[0].prefix.addr), "a");
	update(s, NULL, 0);
	assert_string_equal(keys_get(s->keys, &one[0].prefix.addr), "a");
	s->refuses = false;
	update(s, NULL, 0);
	assert_string_equal(s->said, "1=-");
	assert_null(keys_get(s->keys, &one[0].prefix.addr));
}

/* on_set() looks that nobody is without a key in between. */
static void
whatever_is_wanted_is_there_in_the_end(void **state)
{
	static const char *const names[] = { NULL, "x", "y", "z" };
	struct sock *s = *state;
	struct rng rng;

	rng_init(&rng, 3);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct key_wanted wanted[ADDRESSES];

		for (unsigned i = 0; i < ADDRESSES; i++)
			wanted[i] = (struct key_wanted){ address(i),
				names[rng_below(&rng, 4)] };
		update(s, wanted, ADDRESSES);
		for (unsigned i = 0; i < ADDRESSES; i++)
			assert_string_equal(s->has[i],
			    wanted[i].key != NULL ? wanted[i].key : "");
	}
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(what_is_wanted_is_set_once),
		T(two_that_swap_addresses_both_keep_a_key),
		T(one_that_leaves_takes_its_key_only),
		T(of_two_keys_for_one_address_the_first_counts),
		T(the_key_of_the_longest_prefix_holds),
		T(what_was_refused_is_tried_again),
		T(whatever_is_wanted_is_there_in_the_end),
	};
#undef T

	return cmocka_run_group_tests_name("keys", tests, NULL, NULL);
}
