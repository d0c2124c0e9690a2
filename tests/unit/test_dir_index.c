/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "common/dir/dir_index.h"
#include "common/err.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source/store.h"

static const struct store_kind kinds[] = {
	{ .api = "v1", .kind = "Thing", .namespaced = true },
};

static const struct store_ops ops = { 0 };
static struct store *store;

static void
quiet(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static int
setup(void **state)
{
	log_set_sink(quiet);
	store = store_new(kinds, 1, &ops, NULL);
	*state = dir_index_new(store);
	return 0;
}

static int
teardown(void **state)
{
	dir_index_free(*state);
	store_free(store);
	return 0;
}

/* words: "name=hash" of one digit, each a document of the file. */
static void
file_says(struct dir_index *x, const char *path, const char *words,
    const struct err *broken)
{
	struct dir_place place = { .length = 1 };

	dir_file_begin(x, path);
	for (const char *w = words; *w != '\0'; w += w[3] != '\0' ? 4 : 3) {
		char name[2] = { w[0], '\0' };
		struct object_key key = { "ns", name };

		place.offset = w - words;
		dir_file_found(x, 0, &key, &place, (uint64_t)(w[2] - '0'));
	}
	dir_file_end(x, broken);
}

/* Changes as "name=hash/state@path " in their order. */
static void
assert_changes(struct dir_index *x, const char *want)
{
	char got[512] = "";
	size_t n, len = 0;
	struct dir_object *changes = dir_changes(x, &n);

	for (size_t i = 0; i < n; i++)
		len += (size_t)snprintf(got + len, sizeof(got) - len,
		    "%s=%u/%u@%s ", changes[i].key.name,
		    (unsigned)changes[i].hash, (unsigned)changes[i].state_hash,
		    changes[i].path != NULL ? changes[i].path : "");
	free(changes);
	assert_string_equal(got, want);
}

static void
changes_come_in_the_order_of_places(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "b", "z=1 a=2", NULL);
	file_says(x, "a", "m=3", NULL);
	assert_changes(x, "m=3/0@a z=1/0@b a=2/0@b ");
	assert_changes(x, "");
}

static void
only_what_differs_has_changed(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "a", "x=1 y=2 z=3", NULL);
	assert_changes(x, "x=1/0@a y=2/0@a z=3/0@a ");
	file_says(x, "a", "z=3 y=5 n=6", NULL);
	assert_changes(x, "x=0/0@ y=5/0@a n=6/0@a ");
	file_says(x, "a", "z=3 y=5 n=6", NULL);
	assert_changes(x, "");
}

static void
first_definition_counts(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "b", "x=1", NULL);
	file_says(x, "c", "x=2", NULL);
	assert_changes(x, "x=1/0@b ");
	file_says(x, "a", "x=3", NULL);
	assert_changes(x, "x=3/0@a ");
	file_says(x, "a", "x=3 x=4", NULL);
	assert_changes(x, "");
	dir_file_gone(x, "a");
	assert_changes(x, "x=1/0@b ");
	dir_file_gone(x, "c");
	assert_changes(x, "");
	dir_file_gone(x, "b");
	assert_changes(x, "x=0/0@ ");
}

static void
same_text_elsewhere_is_no_change(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "b", "x=1", NULL);
	assert_changes(x, "x=1/0@b ");
	file_says(x, "a", "x=1", NULL);
	dir_file_gone(x, "b");
	assert_changes(x, "");
}

static void
broken_file_keeps_what_it_had(void **state)
{
	struct err why = { "line 3: no" };
	struct dir_index *x = *state;
	const char *first;

	file_says(x, "a", "x=1 y=2", NULL);
	assert_changes(x, "x=1/0@a y=2/0@a ");
	file_says(x, "a", "x=3 z=4", &why);
	assert_changes(x, "x=3/0@a z=4/0@a ");
	assert_int_equal(dir_broken(x, &first), 1);
	assert_string_equal(first, "a: line 3: no");
	file_says(x, "a", "x=3", NULL);
	assert_changes(x, "y=0/0@ z=0/0@ ");
	assert_int_equal(dir_broken(x, &first), 0);
	assert_null(first);
}

static void
directory_takes_all_below_with_it(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "d/a", "x=1", NULL);
	file_says(x, "d/e/b", "y=1", NULL);
	file_says(x, "da", "z=1", NULL);
	assert_changes(x, "x=1/0@d/a y=1/0@d/e/b z=1/0@da ");
	dir_file_gone(x, "d");
	assert_changes(x, "x=0/0@ y=0/0@ ");
}

static void
state_is_part_of_an_object(void **state)
{
	struct object_key key = { "ns", "x" };
	struct dir_index *x = *state;
	struct dir_object o;
	char one[DIR_VERSION], two[DIR_VERSION];

	file_says(x, "a", "x=1", NULL);
	assert_true(dir_find(x, 0, &key, &o));
	dir_version(&o, one);
	dir_state_found(x, 0, &key, 7, false);
	assert_changes(x, "x=1/7@a ");
	dir_state_found(x, 0, &key, 7, false);
	assert_changes(x, "");
	assert_true(dir_find(x, 0, &key, &o));
	assert_string_not_equal(dir_version(&o, two), one);
	dir_file_gone(x, "a");
	assert_changes(x, "x=0/7@ ");
	dir_state_gone(x, 0, &key);
	assert_changes(x, "x=0/0@ ");
	assert_false(dir_find(x, 0, &key, &o));
}

static void
scan_drops_what_it_did_not_see(void **state)
{
	struct object_key kept = { "ns", "k" }, gone = { "ns", "g" };
	struct dir_index *x = *state;

	file_says(x, "a", "x=1", NULL);
	file_says(x, "b", "y=2", NULL);
	dir_state_found(x, 0, &kept, 7, true);
	dir_state_found(x, 0, &gone, 8, true);
	assert_changes(x, "g=0/8@ k=0/7@ x=1/0@a y=2/0@b ");
	dir_scan_begin(x);
	file_says(x, "b", "y=2", NULL);
	dir_state_found(x, 0, &kept, 7, true);
	dir_scan_end(x);
	assert_changes(x, "g=0/0@ x=0/0@ ");
}

/* After any history an object is what the first file that has it says. */
static void
random_histories_agree_with_the_files(void **state)
{
	enum { FILES = 4, NAMES = 5, ROUNDS = 5000 };
	struct dir_index *x = *state;
	unsigned files[FILES][NAMES] = { 0 }, told[NAMES] = { 0 };
	struct rng r;

	rng_init(&r, 13);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned f = rng_below(&r, FILES);
		char path[2] = { (char)('a' + f), '\0' }, words[64] = "";
		bool gone = rng_below(&r, 4) == 0;

		for (unsigned i = 0; i < NAMES; i++) {
			files[f][i] = gone ? 0 : rng_below(&r, 3);
			if (files[f][i] != 0)
				sprintf(words + strlen(words), "%c=%u ",
				    'a' + i, files[f][i]);
		}
		if (words[0] != '\0')
			words[strlen(words) - 1] = '\0';
		if (gone)
			dir_file_gone(x, path);
		else
			file_says(x, path, words, NULL);
		if (rng_below(&r, 3) != 0)
			continue;
		size_t n;
		struct dir_object *changes = dir_changes(x, &n);
		for (size_t i = 0; i < n; i++) {
			unsigned *was = &told[changes[i].key.name[0] - 'a'];
			*was = (unsigned)changes[i].hash;
		}
		free(changes);
		for (unsigned i = 0; i < NAMES; i++) {
			unsigned want = 0;
			for (unsigned j = FILES; j-- > 0;)
				want = files[j][i] != 0 ? files[j][i] : want;
			assert_int_equal(told[i], want);
		}
	}
}

#define TEST(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(changes_come_in_the_order_of_places),
		TEST(only_what_differs_has_changed),
		TEST(first_definition_counts),
		TEST(same_text_elsewhere_is_no_change),
		TEST(broken_file_keeps_what_it_had),
		TEST(directory_takes_all_below_with_it),
		TEST(state_is_part_of_an_object),
		TEST(scan_drops_what_it_did_not_see),
		TEST(random_histories_agree_with_the_files),
	};

	return cmocka_run_group_tests_name("dir_index", tests, NULL, NULL);
}
