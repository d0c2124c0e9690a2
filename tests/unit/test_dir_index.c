/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Files are words here: "a=1 b=2" has two documents, named a and b, whose contents have
 * the hashes 1 and 2. A test says what files there are, and reads what has changed as
 * words of the same kind. So it is seen which of two files with one object counts, what
 * a file that cannot be read leaves as it was, and that nothing is told twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
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

static unsigned warnings;

static void
count_warnings(enum log_level level, const char *text)
{
	(void)text;
	warnings += level == LOG_LEVEL_WARN;
}

static int
setup(void **state)
{
	log_set_sink(count_warnings);
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

/* An object of this value; whole: not only a patch. */
static void
found(struct dir_index *x, enum dir_side side, const char *name, int v,
    bool whole)
{
	struct object_key key = { "ns", name };
	json_t *obj = json_pack("{s:i}", "v", v);

	if (whole)
		json_object_set_new(obj, "kind", json_string("Thing"));
	dir_file_found(x, side, 0, &key, obj, 1);
	json_decref(obj);
}

/* words: "name=value" of one digit, each a document of the file. */
static void
file_reads(struct dir_index *x, const char *path, const char *words,
    const struct dir_stamp *stamp, const struct err *broken)
{
	dir_file_begin(x, DIR_MANIFESTS, path);
	for (const char *w = words; *w != '\0'; w += w[3] != '\0' ? 4 : 3)
		found(
		    x, DIR_MANIFESTS, (char[]){ w[0], '\0' }, w[2] - '0', true);
	dir_file_end(x, DIR_MANIFESTS, stamp, broken);
}

static void
state_reads(struct dir_index *x, const char *name, int v,
    const struct dir_stamp *stamp, bool whole)
{
	dir_file_begin(x, DIR_STATES, name);
	found(x, DIR_STATES, name, v, whole);
	dir_file_end(x, DIR_STATES, stamp, NULL);
}

static void
file_says(struct dir_index *x, const char *path, const char *words,
    const struct err *broken)
{
	file_reads(x, path, words, &unknown, broken);
}

/* All files there are: "path" and words by turns, ended by NULL. */
static void
files_say(struct dir_index *x, const char *const *files)
{
	dir_walk_begin(x, DIR_MANIFESTS);
	for (; *files != NULL; files += 2)
		file_says(x, files[0], files[1], NULL);
	dir_walk_end(x, DIR_MANIFESTS, true);
}
#define FILES(x, ...) files_say(x, (const char *const[]){ __VA_ARGS__, NULL })

/* The value; 0: there is none. */
static int
value_of(const struct dir_object *o, enum dir_side side)
{
	json_t *obj =
	    o->text[side] != NULL ? json_loads(o->text[side], 0, NULL) : NULL;
	int v = (int)json_integer_value(json_object_get(obj, "v"));

	assert_true((obj != NULL) == (o->hash[side] != 0));
	json_decref(obj);
	return v;
}

/* Changes as "name=value/state " in their order. */
static void
changes_are(struct dir_index *x, const char *want, bool told)
{
	char got[512] = "";
	size_t len = 0;
	struct dir_object o;

	dir_changes_begin(x);
	while (dir_changes_next(x, &o)) {
		if (!o.is_due)
			continue;
		len += (size_t)snprintf(got + len, sizeof(got) - len,
		    "%s=%d/%d ", o.key.name, value_of(&o, DIR_MANIFESTS),
		    value_of(&o, DIR_STATES));
		if (told)
			dir_told(x, &o);
	}
	assert_string_equal(got, want);
}

/* All of them are told. */
static void
assert_changes(struct dir_index *x, const char *want)
{
	changes_are(x, want, true);
}

static void
changes_come_as_they_were_first_read(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "b", "z=1 a=2", NULL);
	file_says(x, "a", "m=3", NULL);
	assert_changes(x, "z=1/0 a=2/0 m=3/0 ");
	assert_changes(x, "");
}

static void
only_what_differs_has_changed(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "a", "x=1 y=2 z=3", NULL);
	assert_changes(x, "x=1/0 y=2/0 z=3/0 ");
	file_says(x, "a", "z=3 y=5 n=6", NULL);
	assert_changes(x, "x=0/0 y=5/0 n=6/0 ");
	file_says(x, "a", "z=3 y=5 n=6", NULL);
	assert_changes(x, "");
}

static void
what_was_not_told_still_differs(void **state)
{
	struct dir_index *x = *state;

	file_says(x, "a", "x=1", NULL);
	changes_are(x, "x=1/0 ", false);
	assert_changes(x, "x=1/0 ");
	assert_changes(x, "");
}

static void
first_definition_counts(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "b", "x=1", "c", "x=2");
	assert_changes(x, "x=1/0 ");
	FILES(x, "c", "x=2", "b", "x=1", "a", "x=3");
	assert_changes(x, "x=3/0 ");
	FILES(x, "a", "x=3 x=4", "b", "x=1", "c", "x=2");
	assert_changes(x, "");
	FILES(x, "b", "x=1", "c", "x=2");
	assert_changes(x, "x=1/0 ");
	FILES(x, "b", "x=1");
	assert_changes(x, "");
	FILES(x, "d", "");
	assert_changes(x, "x=0/0 ");
}

static void
same_text_elsewhere_is_no_change(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "b", "x=1");
	assert_changes(x, "x=1/0 ");
	FILES(x, "a", "x=1");
	assert_changes(x, "");
}

static void
known_file_is_not_read_again(void **state)
{
	static const struct dir_stamp one = { 1, 2, 3, 4, 5 };
	struct dir_stamp other = one;
	struct dir_index *x = *state;

	file_reads(x, "a", "x=1", &one, NULL);
	assert_changes(x, "x=1/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	assert_true(dir_file_is_known(x, DIR_MANIFESTS, "a", &one));
	dir_walk_end(x, DIR_MANIFESTS, true);
	assert_changes(x, "");
	other.changed++;
	assert_false(dir_file_is_known(x, DIR_MANIFESTS, "a", &other));
	assert_false(dir_file_is_known(x, DIR_MANIFESTS, "b", &one));
	dir_forget_stamps(x);
	assert_false(dir_file_is_known(x, DIR_MANIFESTS, "a", &one));
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_walk_end(x, DIR_MANIFESTS, true);
	assert_changes(x, "x=0/0 ");
}

static void
what_cannot_be_looked_at_stays(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1", "d/a", "y=1", "d/e/b", "z=1", "da", "v=1");
	assert_changes(x, "x=1/0 y=1/0 z=1/0 v=1/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_file_keep(x, DIR_MANIFESTS, "a");
	dir_file_keep(x, DIR_MANIFESTS, "unheard-of");
	dir_keep_below(x, DIR_MANIFESTS, "d");
	dir_walk_end(x, DIR_MANIFESTS, true);
	assert_changes(x, "v=0/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_keep_below(x, DIR_MANIFESTS, "");
	dir_walk_end(x, DIR_MANIFESTS, true);
	assert_changes(x, "");
}

/* Things were moved during the walk: what it missed may have been moved too. */
static void
what_is_missed_twice_is_gone_though_nothing_is_sure(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1 y=1");
	assert_changes(x, "x=1/0 y=1/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_walk_end(x, DIR_MANIFESTS, false);
	assert_changes(x, "");
	dir_walk_begin(x, DIR_MANIFESTS);
	file_says(x, "b", "x=2", NULL);
	dir_walk_end(x, DIR_MANIFESTS, false);
	assert_changes(x, "y=0/0 x=2/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_walk_end(x, DIR_MANIFESTS, false);
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_file_keep(x, DIR_MANIFESTS, "b");
	dir_walk_end(x, DIR_MANIFESTS, false);
	dir_walk_begin(x, DIR_MANIFESTS);
	dir_walk_end(x, DIR_MANIFESTS, false);
	assert_changes(x, "");
}

/* Whose object is elsewhere now has perhaps been moved: no reason to warn yet. */
static void
what_was_perhaps_gone_and_is_back_is_told_to_be_there_twice(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "b", "x=1");
	assert_changes(x, "x=1/0 ");
	warnings = 0;
	dir_walk_begin(x, DIR_MANIFESTS);
	file_says(x, "a", "x=1", NULL);
	dir_walk_end(x, DIR_MANIFESTS, false);
	assert_changes(x, "");
	assert_int_equal(warnings, 0);
	FILES(x, "a", "x=1", "b", "x=1");
	assert_changes(x, "");
	assert_int_equal(warnings, 1);
}

static void
what_is_perhaps_gone_counts_last(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1");
	assert_changes(x, "x=1/0 ");
	dir_walk_begin(x, DIR_MANIFESTS);
	file_says(x, "b", "x=2", NULL);
	dir_walk_end(x, DIR_MANIFESTS, false);
	assert_changes(x, "x=2/0 ");
	FILES(x, "a", "x=1", "b", "x=2");
	assert_changes(x, "x=1/0 ");
}

static void
broken_file_keeps_what_it_had(void **state)
{
	struct err why = { "line 3: no" };
	struct dir_index *x = *state;
	const char *first;

	file_says(x, "a", "x=1 y=2", NULL);
	assert_changes(x, "x=1/0 y=2/0 ");
	file_says(x, "a", "x=3 z=4", &why);
	assert_changes(x, "x=3/0 z=4/0 ");
	assert_int_equal(dir_broken(x, DIR_MANIFESTS, &first), 1);
	assert_string_equal(first, "a: line 3: no");
	file_says(x, "a", "x=3", NULL);
	assert_changes(x, "y=0/0 z=0/0 ");
	assert_int_equal(dir_broken(x, DIR_MANIFESTS, &first), 0);
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
	assert_changes(x, "x=1/0 ");
	assert_true(dir_find(x, 0, &key, &o));
	dir_version(&o, one);
	state_reads(x, "x", 7, &unknown, false);
	assert_changes(x, "x=1/7 ");
	state_reads(x, "x", 7, &unknown, false);
	assert_changes(x, "");
	assert_true(dir_find(x, 0, &key, &o));
	assert_string_not_equal(dir_version(&o, two), one);
	FILES(x, "b", "");
	assert_true(dir_find(x, 0, &key, &o));
	assert_false(o.exists); /* only a patch of it is left */
	assert_changes(x, "x=0/7 ");
	dir_file_gone(x, DIR_STATES, "x");
	assert_changes(x, "x=0/0 ");
	assert_false(dir_find(x, 0, &key, &o));
}

static void
states_that_were_not_seen_are_gone(void **state)
{
	static const struct dir_stamp one = { 1, 2, 3, 4, 5 };
	struct dir_index *x = *state;

	state_reads(x, "k", 7, &unknown, true);
	state_reads(x, "g", 8, &unknown, true);
	state_reads(x, "s", 9, &one, true);
	assert_changes(x, "k=0/7 g=0/8 s=0/9 ");
	dir_walk_begin(x, DIR_STATES);
	dir_file_keep(x, DIR_STATES, "k");
	assert_true(dir_file_is_known(x, DIR_STATES, "s", &one));
	assert_false(dir_file_is_known(x, DIR_STATES, "g", &one));
	dir_walk_end(x, DIR_STATES, true);
	assert_changes(x, "g=0/0 ");
}

/* As when a status is written while a List is read. */
static void
state_is_read_in_the_middle_of_a_file(void **state)
{
	struct dir_index *x = *state;

	FILES(x, "a", "x=1 y=1");
	dir_file_begin(x, DIR_MANIFESTS, "a");
	found(x, DIR_MANIFESTS, "x", 2, true);
	state_reads(x, "x", 7, &unknown, false);
	found(x, DIR_MANIFESTS, "z", 2, true);
	dir_file_end(x, DIR_MANIFESTS, &unknown, NULL);
	assert_changes(x, "x=2/7 z=2/0 ");
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
		dir_walk_begin(x, DIR_MANIFESTS);
		for (unsigned k = 0; k < PATHS; k++)
			if (k != f)
				dir_file_keep(x, DIR_MANIFESTS, paths[k]);
		if (!gone)
			file_says(x, paths[f], words, NULL);
		dir_walk_end(x, DIR_MANIFESTS, true);
		if (rng_below(&r, 3) != 0)
			continue;
		struct dir_object o;
		dir_changes_begin(x);
		while (dir_changes_next(x, &o)) {
			if (!o.is_due)
				continue;
			told[o.key.name[0] - 'a'] =
			    (unsigned)value_of(&o, DIR_MANIFESTS);
			dir_told(x, &o);
		}
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
		T(changes_come_as_they_were_first_read),
		T(only_what_differs_has_changed),
		T(what_was_not_told_still_differs),
		T(first_definition_counts),
		T(same_text_elsewhere_is_no_change),
		T(known_file_is_not_read_again),
		T(what_cannot_be_looked_at_stays),
		T(what_is_missed_twice_is_gone_though_nothing_is_sure),
		T(what_was_perhaps_gone_and_is_back_is_told_to_be_there_twice),
		T(what_is_perhaps_gone_counts_last),
		T(broken_file_keeps_what_it_had),
		T(state_is_part_of_an_object),
		T(states_that_were_not_seen_are_gone),
		T(state_is_read_in_the_middle_of_a_file),
		T(random_histories_agree_with_the_files),
	};

	return cmocka_run_group_tests_name("dir_index", tests, NULL, NULL);
}
