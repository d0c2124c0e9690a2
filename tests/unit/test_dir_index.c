/* SPDX-License-Identifier: Apache-2.0 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/dir/dir_index.h"
#include "common/err.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"

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

static const struct dir_stamp unknown;

/* words: "name=hash" of one digit, each a document of the file. */
static void
file_reads(struct dir_index *x, const char *path, const char *words,
    const struct dir_stamp *stamp, bool whole, const struct err *broken)
{
	struct dir_place place = { .length = 1 };

	dir_file_begin(x, path);
	for (const char *w = words; *w != '\0'; w += w[3] != '\0' ? 4 : 3) {
		char name[2] = { w[0], '\0' };
		struct object_key key = { "ns", name };

		place.offset = w - words;
		dir_file_found(x, 0, &key, &place, (uint64_t)(w[2] - '0'));
	}
	dir_file_end(x, stamp, whole, broken);
}

static void
file_says(struct dir_index *x, const char *path, const char *words,
    const struct err *broken)
{
	file_reads(x, path, words, &unknown, true, broken);
}

/* All files there are: "path" and words by turns, ended by NULL. */
static void
files_say(struct dir_index *x, const char *const *files)
{
	dir_files_begin(x);
	for (; *files != NULL; files += 2)
		file_says(x, files[0], files[1], NULL);
	dir_files_end(x, true);
}
#define FILES(x, ...) files_say(x, (const char *const[]){ __VA_ARGS__, NULL })

/* Changes as "name=hash/state@path " in their order; all are told. */
static void
assert_changes(struct dir_index *x, const char *want)
{
	char got[512] = "";
	size_t n, len = 0;
	struct dir_object *changes = dir_changes(x, &n);

	for (size_t i = 0; i < n; i++) {
		len += (size_t)snprintf(got + len, sizeof(got) - len,
		    "%s=%u/%u@%s ", changes[i].key.name,
		    (unsigned)changes[i].hash, (unsigned)changes[i].state_hash,
		    changes[i].path != NULL ? changes[i].path : "");
		dir_told(x, &changes[i]);
	}
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
what_was_not_told_still_differs(void **state)
{
	struct dir_index *x = *state;
	size_t n;

	file_says(x, "a", "x=1", NULL);
	free(dir_changes(x, &n));
	assert_int_equal(n, 1);
	assert_changes(x, "x=1/0@a ");
	assert_changes(x, "");
}

static void
first_definition_counts(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "b", "x=1", "c", "x=2");
	assert_changes(x, "x=1/0@b ");
	FILES(x, "c", "x=2", "b", "x=1", "a", "x=3");
	assert_changes(x, "x=3/0@a ");
	FILES(x, "a", "x=3 x=4", "b", "x=1", "c", "x=2");
	assert_changes(x, "");
	FILES(x, "b", "x=1", "c", "x=2");
	assert_changes(x, "x=1/0@b ");
	FILES(x, "b", "x=1");
	assert_changes(x, "");
	FILES(x, "d", "");
	assert_changes(x, "x=0/0@ ");
}

static void
same_text_elsewhere_is_no_change(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "b", "x=1");
	assert_changes(x, "x=1/0@b ");
	FILES(x, "a", "x=1");
	assert_changes(x, "");
}

static void
known_file_is_not_read_again(void **state)
{
	static const struct dir_stamp one = { 1, 2, 3, 4, 5 };
	struct dir_stamp other = one;
	struct dir_index *x = *state;

	file_reads(x, "a", "x=1", &one, true, NULL);
	assert_changes(x, "x=1/0@a ");
	dir_files_begin(x);
	assert_true(dir_file_is_known(x, "a", &one));
	dir_files_end(x, true);
	assert_changes(x, "");
	other.changed++;
	assert_false(dir_file_is_known(x, "a", &other));
	assert_false(dir_file_is_known(x, "b", &one));
	dir_forget_stamps(x);
	assert_false(dir_file_is_known(x, "a", &one));
	dir_files_begin(x);
	dir_files_end(x, true);
	assert_changes(x, "x=0/0@ ");
}

static void
what_cannot_be_looked_at_stays(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1", "d/a", "y=1", "d/e/b", "z=1", "da", "v=1");
	assert_changes(x, "x=1/0@a y=1/0@d/a z=1/0@d/e/b v=1/0@da ");
	dir_files_begin(x);
	dir_file_keep(x, "a");
	dir_file_keep(x, "unheard-of");
	dir_files_keep_below(x, "d");
	dir_files_end(x, true);
	assert_changes(x, "v=0/0@ ");
	dir_files_begin(x);
	dir_files_keep_below(x, "");
	dir_files_end(x, true);
	assert_changes(x, "");
}

/* Things were moved during the walk: what it missed may have been moved too. */
static void
what_is_missed_twice_is_gone_though_nothing_is_sure(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1 y=1");
	assert_changes(x, "x=1/0@a y=1/0@a ");
	dir_files_begin(x);
	dir_files_end(x, false);
	assert_changes(x, "");
	dir_files_begin(x);
	file_says(x, "b", "x=2", NULL);
	dir_files_end(x, false);
	assert_changes(x, "y=0/0@ x=2/0@b ");
	dir_files_begin(x);
	dir_files_end(x, false);
	dir_files_begin(x);
	dir_file_keep(x, "b");
	dir_files_end(x, false);
	dir_files_begin(x);
	dir_files_end(x, false);
	assert_changes(x, "");
}

static void
what_is_perhaps_gone_counts_last(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1");
	assert_changes(x, "x=1/0@a ");
	dir_files_begin(x);
	file_says(x, "b", "x=2", NULL);
	dir_files_end(x, false);
	assert_changes(x, "x=2/0@b ");
	FILES(x, "a", "x=1", "b", "x=2");
	assert_changes(x, "x=1/0@a ");
}

/* It has become another while it was read. */
static void
part_of_a_file_takes_nothing_away(void **state)
{
	struct dir_index *x = *state;
	const char *first;

	file_says(x, "a", "x=1 y=1", NULL);
	assert_changes(x, "x=1/0@a y=1/0@a ");
	file_reads(x, "a", "x=2", &unknown, false, NULL);
	assert_changes(x, "x=2/0@a ");
	assert_int_equal(dir_broken(x, &first), 0);
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
state_is_part_of_an_object(void **state)
{
	struct object_key key = { "ns", "x" };
	struct dir_index *x = *state;
	struct dir_object o;
	char one[DIR_VERSION], two[DIR_VERSION];

	FILES(x, "a", "x=1");
	assert_changes(x, "x=1/0@a ");
	assert_true(dir_find(x, 0, &key, &o));
	dir_version(&o, one);
	dir_state_found(x, 0, &key, &unknown, 7, false);
	assert_changes(x, "x=1/7@a ");
	dir_state_found(x, 0, &key, &unknown, 7, false);
	assert_changes(x, "");
	assert_true(dir_find(x, 0, &key, &o));
	assert_string_not_equal(dir_version(&o, two), one);
	FILES(x, "b", "");
	assert_changes(x, "x=0/7@ ");
	dir_state_gone(x, 0, &key);
	assert_changes(x, "x=0/0@ ");
	assert_false(dir_find(x, 0, &key, &o));
}

static void
states_that_were_not_seen_are_gone(void **state)
{
	static const struct dir_stamp one = { 1, 2, 3, 4, 5 };
	struct object_key kept = { "ns", "k" }, gone = { "ns", "g" };
	struct object_key same = { "ns", "s" };
	struct dir_index *x = *state;

	dir_state_found(x, 0, &kept, &unknown, 7, true);
	dir_state_found(x, 0, &gone, &unknown, 8, true);
	dir_state_found(x, 0, &same, &one, 9, true);
	assert_changes(x, "g=0/8@ k=0/7@ s=0/9@ ");
	dir_states_begin(x);
	dir_state_keep(x, 0, &kept, &unknown);
	assert_true(dir_state_is_known(x, 0, &same, &one));
	assert_false(dir_state_is_known(x, 0, &gone, &one));
	dir_states_end(x);
	assert_changes(x, "g=0/0@ ");
}

/* After any history an object is what the first file that has it says. */
static void
random_histories_agree_with_the_files(void **state)
{
	enum { PATHS = 4, NAMES = 5, ROUNDS = 5000 };
	static const char *const paths[PATHS] = { "a", "b", "c", "d" };
	struct dir_index *x = *state;
	unsigned files[PATHS][NAMES] = { 0 }, told[NAMES] = { 0 };
	struct rng r;

	rng_init(&r, 13);
	for (int round = 0; round < ROUNDS; round++) {
		unsigned f = rng_below(&r, PATHS);
		char words[64] = "";
		bool gone = rng_below(&r, 4) == 0;

		for (unsigned i = 0; i < NAMES; i++) {
			files[f][i] = gone ? 0 : rng_below(&r, 3);
			if (files[f][i] != 0)
				sprintf(words + strlen(words), "%c=%u ",
				    'a' + i, files[f][i]);
		}
		if (words[0] != '\0')
			words[strlen(words) - 1] = '\0';
		dir_files_begin(x);
		for (unsigned k = 0; k < PATHS; k++)
			if (k != f)
				dir_file_keep(x, paths[k]);
		if (!gone)
			file_says(x, paths[f], words, NULL);
		dir_files_end(x, true);
		if (rng_below(&r, 3) != 0)
			continue;
		size_t n;
		struct dir_object *changes = dir_changes(x, &n);
		for (size_t i = 0; i < n; i++) {
			unsigned *was = &told[changes[i].key.name[0] - 'a'];
			*was = (unsigned)changes[i].hash;
			dir_told(x, &changes[i]);
		}
		free(changes);
		for (unsigned i = 0; i < NAMES; i++) {
			unsigned want = 0;
			for (unsigned k = PATHS; k-- > 0;)
				want = files[k][i] != 0 ? files[k][i] : want;
			assert_int_equal(told[i], want);
		}
	}
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(changes_come_in_the_order_of_places),
		T(only_what_differs_has_changed),
		T(what_was_not_told_still_differs),
		T(first_definition_counts),
		T(same_text_elsewhere_is_no_change),
		T(known_file_is_not_read_again),
		T(what_cannot_be_looked_at_stays),
		T(what_is_missed_twice_is_gone_though_nothing_is_sure),
		T(what_is_perhaps_gone_counts_last),
		T(part_of_a_file_takes_nothing_away),
		T(broken_file_keeps_what_it_had),
		T(state_is_part_of_an_object),
		T(states_that_were_not_seen_are_gone),
		T(random_histories_agree_with_the_files),
	};

	return cmocka_run_group_tests_name("dir_index", tests, NULL, NULL);
}
