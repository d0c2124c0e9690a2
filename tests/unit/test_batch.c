/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bgpd/rib/batch.h"
#include "tests/test.h"

static struct batch_key
key_at(uint32_t pos)
{
	return (struct batch_key){ .of = BATCH_CHANGES, .from = { 0, pos } };
}

/* A batch of n bytes in the cache, and nowhere else. */
static void
put(struct batch_cache *c, uint32_t pos, size_t n)
{
	struct batch_key key = key_at(pos);
	struct batch *b = batch_new(&key);
	struct wbuf w = batch_room(b, n);

	w.len += n;
	memset(w.p, 0, n);
	batch_wrote(b, &w);
	batch_close(b);
	batch_cache_put(c, b);
	batch_unref(b);
}

TEST(a_batch_is_found_by_where_it_starts)
{
	struct batch_cache c = { 0 };
	struct batch_key there = key_at(5), elsewhere = key_at(6);
	struct batch_key older = there, of_a_viewer = there;

	older.version = 1;
	of_a_viewer.viewer = 1;
	put(&c, 5, 100);
	struct batch *b = batch_cache_find(&c, &there);

	assert_non_null(b);
	assert_null(batch_cache_find(&c, &elsewhere));
	assert_null(batch_cache_find(&c, &older));
	assert_null(batch_cache_find(&c, &of_a_viewer));
	batch_cache_clear(&c);
	assert_int_equal(b->len, 100); /* ours still */
	batch_unref(b);
}

TEST(the_oldest_makes_room_for_the_newest)
{
	struct batch_cache c = { 0 };
	struct batch_key oldest = key_at(0), newest = key_at(99);

	for (uint32_t i = 0; i < 100; i++) {
		put(&c, i, BATCH_SIZE);
		assert_true(c.bytes <= BATCH_CACHE);
	}
	assert_null(batch_cache_find(&c, &oldest));
	struct batch *b = batch_cache_find(&c, &newest);

	assert_non_null(b);
	batch_unref(b);
	batch_cache_clear(&c);
}

TEST(many_small_ones_do_not_make_a_long_search)
{
	struct batch_cache c = { 0 };
	unsigned n = 0;

	for (uint32_t i = 0; i < 1000; i++)
		put(&c, i, 50);
	for (const struct batch *b = c.first; b != NULL; b = b->next)
		n++;
	assert_int_equal(n, BATCH_CACHE / BATCH_COUNTS);
	batch_cache_clear(&c);
	assert_int_equal(c.bytes, 0);
}

TEST(room_is_there_however_much_is_written)
{
	struct batch *b = batch_new(&(struct batch_key){ .of = BATCH_OTHER });

	for (unsigned i = 0; i < 100; i++) {
		struct wbuf w = batch_room(b, 4096);
		uint8_t bytes[4096] = { (uint8_t)i };

		wbuf_bytes(&w, bytes, sizeof(bytes));
		assert_false(w.bad);
		batch_wrote(b, &w);
	}
	assert_int_equal(b->len, 100 * 4096);
	assert_int_equal(b->bytes[99 * 4096], 99);
	batch_unref(b);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_batch_is_found_by_where_it_starts),
		cmocka_unit_test(the_oldest_makes_room_for_the_newest),
		cmocka_unit_test(many_small_ones_do_not_make_a_long_search),
		cmocka_unit_test(room_is_there_however_much_is_written),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
