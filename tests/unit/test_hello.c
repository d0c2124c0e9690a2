/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/hello.h"

#include <string.h>

#include "tests/test.h"
#include "tests/unit/hex.h"

static struct hello_keys
keys_of(const char *a, const char *b)
{
	struct hello_keys keys = { 0 };

	for (; a != NULL; a = b, b = NULL) {
		struct hello_key *key = &keys.key[keys.n++];

		key->n = strlen(a);
		memcpy(key->bytes, a, key->n);
	}
	return keys;
}

static struct hello
alive(size_t n_heard)
{
	struct hello h = { .kind = HELLO_ALIVE,
		.name = "node-1.example",
		.epoch = UINT64_C(0xfedcba9876543210),
		.seq = UINT64_C(1700000000000000),
		.interval = 200,
		.dead = 800,
		.number = 7,
		.version = 0xdeadbeef,
		.n_held = 1000,
		.idle = true,
		.complete = true,
		.n_heard = n_heard };

	for (size_t i = 0; i < n_heard; i++)
		h.heard[i] =
		    (struct hello_heard){ i + 1, ~i, (uint32_t)(3 * i) };
	return h;
}

static struct hello
claims(uint16_t part, uint16_t parts)
{
	struct hello h = { .kind = HELLO_CLAIMS,
		.name = "n",
		.epoch = 5,
		.seq = 6,
		.from = 8,
		.to = 9,
		.part = part,
		.parts = parts };
	struct addr six = addr_from(FAMILY_V6, (uint8_t[16]){ 0xfd, [15] = 9 });

	hello_add(&h, &(struct hello_entry){ addr_v4(0x0a000001), CLAIM_HOLD });
	hello_add(&h, &(struct hello_entry){ six, CLAIM_YIELD });
	hello_add(&h, &(struct hello_entry){ addr_v4(0x0a000002), CLAIM_NONE });
	hello_add_heard(&h, &(struct hello_heard){ 10, 11, 12 });
	return h;
}

static struct rbuf
built(const struct hello *h, const struct hello_keys *keys)
{
	uint8_t bytes[HELLO_MAX];

	return exact_copy(bytes, hello_build(h, keys, bytes));
}

static void
comes_back(const struct hello *h)
{
	struct hello_keys keys = keys_of("key", NULL);
	struct rbuf bytes = built(h, &keys);
	struct hello got;

	assert_true(hello_parse(bytes, &got));
	assert_int_equal(got.kind, h->kind);
	assert_string_equal(got.name, h->name);
	assert_true(got.epoch == h->epoch && got.seq == h->seq);
	assert_int_equal(got.n_heard, h->n_heard);
	assert_int_equal(got.n_entries, h->n_entries);
	assert_true(rbuf_eq(built(&got, &keys), bytes));
}

TEST(what_is_built_is_parsed)
{
	struct hello few = alive(3), most = alive(HELLO_HEARD_MAX),
		     nobody = alive(0);
	struct hello change = claims(0, 0), part = claims(2, 3);
	struct hello ask = { .kind = HELLO_ASK,
		.name = "n",
		.epoch = 1,
		.seq = 2,
		.whom = 3,
		.whose_epoch = UINT64_MAX };

	comes_back(&few);
	comes_back(&most);
	comes_back(&nobody);
	comes_back(&change);
	comes_back(&part);
	comes_back(&ask);
}

TEST(the_longest_fits_a_frame)
{
	struct hello h = alive(HELLO_HEARD_MAX), c = claims(0, 0);
	struct hello_keys keys = keys_of("a", "b");
	struct hello_entry e = { addr_v4(1), CLAIM_HOLD };

	memset(h.name, 'x', HELLO_NAME_MAX);
	memset(c.name, 'x', HELLO_NAME_MAX);
	while (hello_add(&c, &e))
		;
	assert_true(built(&h, &keys).left <= HELLO_MAX);
	assert_true(built(&c, &keys).left <= HELLO_MAX);
	assert_true(c.n_entries > 200);
	comes_back(&c);
}

TEST(who_is_heard_is_listed_once_and_leaves_room_for_a_claim)
{
	struct hello c = claims(0, 0);
	struct hello_heard heard = { 10, 11, 13 };
	struct hello_entry e = { addr_from(FAMILY_V6, (uint8_t[16]){ 0xfd }),
		CLAIM_HOLD };

	assert_true(hello_add_heard(&c, &heard));
	assert_int_equal(c.n_heard, 1);
	memset(c.name, 'x', HELLO_NAME_MAX);
	c.body_max = 500;
	while (hello_add_heard(&c, &heard))
		heard.epoch++;
	assert_in_range(c.n_heard, 2, HELLO_HEARD_MAX - 1);
	assert_true(hello_add(&c, &e));
	comes_back(&c);
	hello_clear(&c);
	assert_int_equal(c.n_heard, 0);
	c.body_max = 0;
	while (hello_add_heard(&c, &heard))
		heard.epoch++;
	assert_int_equal(c.n_heard, HELLO_HEARD_MAX);
	comes_back(&c);
}

TEST(what_is_cut_anywhere_is_refused)
{
	const struct hello all[] = { alive(2), claims(0, 0), claims(1, 2),
		{ .kind = HELLO_ASK, .name = "n" } };
	struct hello_keys none = { .n = 1 };
	struct hello got;

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		struct rbuf whole = built(&all[i], &none);

		for (size_t n = 0; n < whole.left; n++)
			assert_false(hello_parse(exact_copy(whole.p, n), &got));
	}
}

/* The text of a hello of three that are heard, with a byte changed. */
static bool
parses_with(size_t at, uint8_t value)
{
	struct hello h = alive(1), got;
	struct hello_keys none = { .n = 1 };
	struct rbuf r = built(&h, &none);
	uint8_t *bytes = (uint8_t *)r.p;

	bytes[at] = value;
	return hello_parse(r, &got);
}

TEST(what_is_malformed_is_refused)
{
	enum { VERSION = 2, KIND = 3, NAME = 21, BODY = NAME + 14 };

	assert_true(parses_with(VERSION, 1));
	assert_false(parses_with(VERSION, 2));
	assert_false(parses_with(KIND, 0));
	assert_false(parses_with(KIND, 4));
	assert_false(parses_with(NAME - 1, 0));
	assert_false(parses_with(NAME, '\n'));
	assert_false(parses_with(NAME, 0));
	assert_false(parses_with(NAME, 0xff));
	assert_false(parses_with(BODY + 3, 0));   /* no interval */
	assert_false(parses_with(BODY + 6, 0));   /* dead within it */
	assert_false(parses_with(BODY + 21, 41)); /* too many heard */
	assert_false(parses_with(BODY + 21, 2));
	assert_false(parses_with(BODY + 21, 0));
}

TEST(a_part_is_one_of_the_parts)
{
	struct hello past = claims(3, 3), change = claims(1, 0), got;
	struct hello_keys none = { .n = 1 };

	assert_false(hello_parse(built(&past, &none), &got));
	assert_false(hello_parse(built(&change, &none), &got));
}

TEST(a_change_of_any_byte_is_not_authentic)
{
	struct hello h = alive(2);
	struct hello_keys keys = keys_of("key", NULL);
	struct rbuf r = built(&h, &keys);
	uint8_t *bytes = (uint8_t *)r.p;

	assert_true(hello_is_authentic(r, &keys));
	for (size_t i = 0; i < r.left; i++) {
		bytes[i] ^= 1;
		assert_false(hello_is_authentic(r, &keys));
		bytes[i] ^= 1;
	}
	for (size_t n = 0; n < r.left; n++)
		assert_false(hello_is_authentic(exact_copy(r.p, n), &keys));
}

TEST(only_who_has_a_key_is_authentic)
{
	struct hello h = alive(2);
	struct hello_keys ours = keys_of("ours", NULL),
			  old = keys_of("new", "ours"),
			  theirs = keys_of("theirs", NULL), none = { .n = 1 };

	assert_true(hello_is_authentic(built(&h, &ours), &ours));
	assert_false(hello_is_authentic(built(&h, &theirs), &ours));
	assert_false(hello_is_authentic(built(&h, &none), &ours));
	assert_true(hello_is_authentic(built(&h, &old), &ours));
	assert_true(hello_is_authentic(built(&h, &ours), &old));
	assert_false(hello_is_authentic(built(&h, &theirs), &old));
	assert_true(hello_is_authentic(built(&h, &ours), &none));
	assert_true(hello_is_authentic(built(&h, &none), &none));
}

/* Bytes and MAC as another implementation has them (Python's struct and hmac). */
TEST(the_bytes_are_those_of_the_format)
{
	struct hello h = { .kind = HELLO_ASK, .name = "n" };
	struct hello_keys keys = keys_of("Jefe", NULL);
	struct rbuf good =
	    hex("0026 01 03 0000000000000000 0000000000000000 016e"
		"00000000000000000000000000000000"
		"371321ee6a1a8e4663c974ed4de84a37");

	assert_true(rbuf_eq(built(&h, &keys), good));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_built_is_parsed),
		cmocka_unit_test(the_longest_fits_a_frame),
		cmocka_unit_test(
		    who_is_heard_is_listed_once_and_leaves_room_for_a_claim),
		cmocka_unit_test(what_is_cut_anywhere_is_refused),
		cmocka_unit_test(what_is_malformed_is_refused),
		cmocka_unit_test(a_part_is_one_of_the_parts),
		cmocka_unit_test(a_change_of_any_byte_is_not_authentic),
		cmocka_unit_test(only_who_has_a_key_is_authentic),
		cmocka_unit_test(the_bytes_are_those_of_the_format),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
