/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What one life of a store knows, and the next one recalls. The objects are things with
 * a number, spec.v; a life is a store, its log and what is recalled into it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "bgpd/state/state_header.h"
#include "bgpd/state/state_log.h"
#include "bgpd/state/state_recall.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/fake/fake_state.h"
#include "tests/test.h"

enum { THING, SECRET, NODE, KINDS };

struct life {
	struct fake_state *disk;
	struct state_header header;
	struct store *store;
	struct state_log *log;
	struct state_recall *recall;
	struct err err;
	bool due;
};

static void *
decode(const json_t *obj, struct err *err)
{
	int *item = xcalloc(1, sizeof(*item));

	(void)err;
	*item = (int)json_integer_value(
	    json_object_get(json_object_get(obj, "spec"), "v"));
	return item;
}

#define KIND(api_, kind_)                                          \
	{                                                          \
		.api = api_, .kind = kind_, .plural = kind_ "s",   \
		.namespaced = true, .decode = decode, .free = free \
	}
static const struct store_kind kinds[KINDS] = { KIND("lbbgp.io/v1", "Thing"),
	KIND("v1", "Secret"), KIND("v1", "Node") };

static void
on_ready(void *arg)
{
	struct life *l = arg;

	state_log_complete(l->log);
}

static void
on_missing(void *arg, size_t kind, bool missing)
{
	struct life *l = arg;

	state_log_missing(l->log, kind, missing);
}

static void
on_keep(void *arg, size_t kind, const struct object_key *key, const json_t *obj,
    uint32_t *note)
{
	struct life *l = arg;

	state_log_keep(l->log, kind, key, obj, note);
}

static void
on_unkeep(void *arg, size_t kind, const struct object_key *key, uint32_t note)
{
	struct life *l = arg;

	state_log_unkeep(l->log, kind, key, note);
}

static void
on_due(void *arg)
{
	struct life *l = arg;

	l->due = true;
}

static const struct store_ops ops = { .ready = on_ready,
	.missing = on_missing,
	.keep = on_keep,
	.unkeep = on_unkeep };

/* Secrets are left out of it where it is on a disk. */
static void
life_begin(struct life *l, struct fake_state *disk, size_t most)
{
	*l = (struct life){ .disk = disk,
		.header = { .boot = disk->port.boot,
		    .cluster = "one",
		    .node = "node1",
		    .secrets = disk->port.in_memory,
		    .kinds = kinds,
		    .n_kinds = KINDS } };
	l->store = store_new(kinds, KINDS, &ops, l);
	l->log =
	    state_log_new(&l->header, &disk->port, l->store, most, on_due, l);
}

/* As by SIGKILL: nothing is written any more. */
static void
life_end(struct life *l)
{
	state_recall_free(l->recall);
	state_log_free(l->log);
	store_free(l->store);
	fake_state_restart(l->disk);
}

static void
put(struct life *l, size_t kind, const char *name, int v)
{
	json_t *obj = json_pack("{s:{s:s,s:s},s:{s:i}}", "metadata",
	    "namespace", "a", "name", name, "spec", "v", v);

	store_put(l->store, kind, obj);
	json_decref(obj);
}

static void
drop(struct life *l, size_t kind, const char *name)
{
	struct object_key key = { "a", name };

	store_drop(l->store, kind, &key);
}

static void
list_all(struct life *l)
{
	for (size_t i = 0; i < KINDS; i++)
		store_list_end(l->store, i);
}

static void
settle(struct life *l)
{
	while (state_log_run(l->log))
		;
}

static enum state_recalled
recall(struct life *l)
{
	enum state_recalled was;

	l->recall = state_recall_new(&l->header, &l->disk->port, l->store);
	do
		was = state_recall_run(l->recall, &l->err);
	while (was == RECALL_MORE);
	return was;
}

/* -1: it is not there. */
static int
value(const struct life *l, size_t kind, const char *name)
{
	struct object_key key = { "a", name };
	const int *item = store_get(l->store, kind, &key);

	return item != NULL ? *item : -1;
}

#define PLENTY (64u << 20)

static void
quiet(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static int
setup(void **state)
{
	struct fake_state *disk = xcalloc(1, sizeof(*disk));

	fake_state_init(disk);
	log_set_sink(quiet);
	*state = disk;
	return 0;
}

static int
teardown(void **state)
{
	fake_state_fini(*state);
	free(*state);
	return 0;
}

/* A life that knew x = 2, a Secret, no y, and that there are no Nodes at all. */
static void
first_life(struct fake_state *disk)
{
	struct life l;

	life_begin(&l, disk, PLENTY);
	put(&l, THING, "x", 1);
	put(&l, THING, "y", 7);
	put(&l, SECRET, "s", 3);
	store_list_end(l.store, THING);
	store_list_end(l.store, SECRET);
	store_missing(l.store, NODE);
	put(&l, THING, "x", 2);
	drop(&l, THING, "y");
	assert_true(l.due);
	settle(&l);
	life_end(&l);
}

static void
the_next_life_knows_what_the_last_one_did(void **state)
{
	struct life l;

	first_life(*state);
	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_string_equal(l.err.text, "");
	assert_int_equal(value(&l, THING, "x"), 2);
	assert_int_equal(value(&l, THING, "y"), -1);
	assert_int_equal(value(&l, SECRET, "s"), 3);
	assert_true(store_is_missing(l.store, NODE));
	assert_true(store_is_listed(l.store, THING));
	life_end(&l);
}

static void
what_was_recalled_is_known_to_a_third_life(void **state)
{
	struct life l;

	first_life(*state);
	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	life_end(&l);
	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_int_equal(value(&l, THING, "x"), 2);
	assert_true(store_is_missing(l.store, NODE));
	life_end(&l);
}

/* Half a list is no state: the one before it stands. */
static void
who_ends_before_all_is_listed_leaves_the_former_state(void **state)
{
	struct life l;

	first_life(*state);
	life_begin(&l, *state, PLENTY);
	put(&l, THING, "z", 1);
	store_list_end(l.store, THING);
	settle(&l);
	life_end(&l);
	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_int_equal(value(&l, THING, "x"), 2);
	assert_int_equal(value(&l, THING, "z"), -1);
	life_end(&l);
}

static void
nothing_kept_is_nothing_to_go_on_from(void **state)
{
	struct life l;

	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_NONE);
	assert_string_equal(l.err.text, "nothing was kept");
	assert_false(store_is_listed(l.store, THING));
	life_end(&l);
}

static void
assert_refused(struct life *l, const char *why)
{
	assert_int_equal(recall(l), RECALL_NONE);
	assert_non_null(strstr(l->err.text, why));
	assert_false(store_is_listed(l->store, THING));
	assert_int_equal(store_count(l->store, THING), 0);
	life_end(l);
}

static void
the_state_of_another_boot_node_or_cluster_is_refused(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	first_life(disk);
	life_begin(&l, disk, PLENTY);
	l.header.node = "node2";
	assert_refused(&l, "segment 1: it is of node node1, this is node2");
	life_begin(&l, disk, PLENTY);
	l.header.boot = "other";
	assert_refused(&l, "it is of boot boot, this is other");
	life_begin(&l, disk, PLENTY);
	l.header.cluster = "two";
	assert_refused(&l, "it is of cluster one, this is two");
}

/* A kind that is new would look as if there were none of it. */
static void
the_state_of_a_version_that_read_less_is_refused(void **state)
{
	static const struct store_kind more[] = { KIND("lbbgp.io/v1", "Thing"),
		KIND("v1", "Secret"), KIND("v1", "Other") };
	struct life l;

	first_life(*state);
	life_begin(&l, *state, PLENTY);
	l.header.kinds = more;
	assert_refused(&l, "did not read Others");
}

static void
a_disk_gets_no_secrets(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	disk->port.in_memory = false;
	first_life(disk);
	for (size_t i = 0; i < FAKE_SEGMENTS; i++) {
		const struct fake_segment *s = &fake_state_former(disk)->at[i];

		assert_true(s->bytes == NULL ||
		    memmem(s->bytes, s->n, "Secret a/s", 10) == NULL);
	}
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_int_equal(value(&l, SECRET, "s"), -1);
	assert_true(store_is_listed(l.store, SECRET));
	assert_int_equal(value(&l, THING, "x"), 2);
	life_end(&l);
}

/* All of it, cut behind each byte. Nothing that was not said is ever believed. */
static void
a_state_cut_anywhere_is_used_up_to_there(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	first_life(disk);
	struct fake_segment *s = &fake_state_former(disk)->at[1];
	size_t whole = s->n;
	char *bytes = xcalloc(1, whole);

	memcpy(bytes, s->bytes, whole);
	for (size_t cut = 0; cut < whole; cut++) {
		first_life(disk);
		s = &fake_state_former(disk)->at[1];
		assert_int_equal(s->n, whole);
		s->n = cut;
		life_begin(&l, disk, PLENTY);
		bool headed = memchr(bytes, '\n', cut) != NULL;

		assert_int_equal(
		    recall(&l), headed ? RECALL_DONE : RECALL_NONE);
		int x = value(&l, THING, "x");

		assert_true(x == -1 || x == 1 || x == 2);
		assert_int_equal(
		    l.err.text[0] != '\0', cut == 0 || bytes[cut - 1] != '\n');
		life_end(&l);
	}
	free(bytes);
}

static void
a_damaged_line_hides_what_is_behind_it(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	first_life(disk);
	struct fake_segment *s = &fake_state_former(disk)->at[1];
	char *second = memmem(s->bytes, s->n, "\"v\":2", 5);

	assert_non_null(second);
	second[4] = '3';
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_non_null(strstr(l.err.text, "segment 1: it is damaged at byte"));
	assert_int_equal(value(&l, THING, "x"), 1);
	assert_int_equal(value(&l, THING, "y"), 7);
	life_end(&l);
}

static void
a_lost_segment_hides_what_is_behind_it(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	first_life(disk);
	fake_state_former(disk)->end++;
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_string_equal(l.err.text, "segment 2: it is not there");
	assert_int_equal(value(&l, THING, "x"), 2);
	life_end(&l);
}

static void
a_full_disk_leaves_nothing_old_behind(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	first_life(disk);
	life_begin(&l, disk, PLENTY);
	disk->room = 100;
	put(&l, THING, "z", 1);
	list_all(&l);
	settle(&l);
	assert_string_equal(state_log_fault(l.log), "no room");
	put(&l, THING, "z", 2);
	drop(&l, THING, "z");
	life_end(&l);
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_NONE);
	life_end(&l);
}

static void
after_a_fault_it_is_kept_anew(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	life_begin(&l, disk, PLENTY);
	list_all(&l);
	put(&l, THING, "x", 1);
	disk->room = 0;
	settle(&l);
	assert_non_null(state_log_fault(l.log));
	disk->room = SIZE_MAX;
	state_log_restart(l.log);
	store_forget_versions(l.store);
	put(&l, THING, "x", 1);
	drop(&l, THING, "none");
	state_log_complete(l.log);
	assert_null(state_log_fault(l.log));
	life_end(&l);
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_int_equal(value(&l, THING, "x"), 1);
	life_end(&l);
}

static void
more_than_it_may_have_is_not_kept(void **state)
{
	struct life l;
	char name[16];

	life_begin(&l, *state, 1u << 20);
	list_all(&l);
	for (int i = 0; i < 20000; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		put(&l, THING, name, i);
		state_log_run(l.log);
	}
	assert_string_equal(state_log_fault(l.log), "more than 1024 KiB");
	life_end(&l);
}

static void
what_is_left_for_good_is_forgotten(void **state)
{
	struct life l;

	first_life(*state);
	life_begin(&l, *state, PLENTY);
	state_log_forget(l.log);
	life_end(&l);
	life_begin(&l, *state, PLENTY);
	assert_int_equal(recall(&l), RECALL_NONE);
	life_end(&l);
}

static void
since_when_the_source_is_away_is_known(void **state)
{
	struct life l;

	life_begin(&l, *state, PLENTY);
	list_all(&l);
	state_log_away(l.log, 17);
	settle(&l);
	life_end(&l);
	life_begin(&l, *state, PLENTY);
	recall(&l);
	assert_int_equal(state_recall_away(l.recall), 17);
	life_end(&l);
}

static void
the_same_few_objects_take_no_more_room(void **state)
{
	struct fake_state *disk = *state;
	struct life l;

	life_begin(&l, disk, PLENTY);
	list_all(&l);
	put(&l, THING, "still", 5);
	for (int i = 0; i < 100000; i++) {
		put(&l, THING, i % 2 == 0 ? "x" : "y", i);
		if (l.due)
			state_log_run(l.log);
	}
	settle(&l);
	assert_true(state_log_bytes(l.log) < 3 * (256u << 10));
	life_end(&l);
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	assert_int_equal(value(&l, THING, "x"), 99998);
	assert_int_equal(value(&l, THING, "y"), 99999);
	assert_int_equal(value(&l, THING, "still"), 5);
	life_end(&l);
}

#define NAMES 3000

/* Killed at a random moment behind a write, the next life knows all of it. */
static void
random_history(struct fake_state *disk, uint64_t seed)
{
	static int want[NAMES];
	struct rng rng;
	struct life l;
	char name[16];

	rng_init(&rng, seed);
	life_begin(&l, disk, PLENTY);
	for (int i = 0; i < NAMES; i++)
		want[i] = -1;
	list_all(&l);
	for (unsigned i = 4000 + rng_below(&rng, 20000); i > 0; i--) {
		unsigned at = rng_below(&rng, NAMES);

		snprintf(name, sizeof(name), "t%u", at);
		want[at] = rng_below(&rng, 3) > 0 ? (int)i : -1;
		if (want[at] < 0)
			drop(&l, THING, name);
		else
			put(&l, THING, name, want[at]);
		if (rng_below(&rng, 100) == 0)
			state_log_run(l.log);
	}
	state_log_flush(l.log);
	life_end(&l);
	life_begin(&l, disk, PLENTY);
	assert_int_equal(recall(&l), RECALL_DONE);
	for (int i = 0; i < NAMES; i++) {
		snprintf(name, sizeof(name), "t%d", i);
		assert_int_equal(value(&l, THING, name), want[i]);
	}
	life_end(&l);
}

static void
random_histories_are_recalled_whole(void **state)
{
	for (uint64_t seed = 1; seed <= 30; seed++)
		random_history(*state, seed);
}

#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(the_next_life_knows_what_the_last_one_did),
		T(what_was_recalled_is_known_to_a_third_life),
		T(who_ends_before_all_is_listed_leaves_the_former_state),
		T(nothing_kept_is_nothing_to_go_on_from),
		T(the_state_of_another_boot_node_or_cluster_is_refused),
		T(the_state_of_a_version_that_read_less_is_refused),
		T(a_disk_gets_no_secrets),
		T(a_state_cut_anywhere_is_used_up_to_there),
		T(a_damaged_line_hides_what_is_behind_it),
		T(a_lost_segment_hides_what_is_behind_it),
		T(a_full_disk_leaves_nothing_old_behind),
		T(after_a_fault_it_is_kept_anew),
		T(more_than_it_may_have_is_not_kept),
		T(what_is_left_for_good_is_forgotten),
		T(since_when_the_source_is_away_is_known),
		T(the_same_few_objects_take_no_more_room),
		T(random_histories_are_recalled_whole),
	};

	return cmocka_run_group_tests_name("state_log", tests, NULL, NULL);
}
