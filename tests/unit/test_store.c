/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A store with three kinds, whose items are numbers, and what it tells kept as words. A
 * test is the source: it lists, puts, drops and refuses. Items are counted, so that
 * none is lost or freed twice.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source/store.h"
#include "tests/test.h"

/*
 * The item of these tests is spec.v as an int; a negative one is refused, and one
 * above 100 is odd.
 */
static char news[4096]; /* what the store told, as words */
static size_t items;    /* how many are alive */

static void
tell(const char *fmt, ...)
{
	size_t n = strlen(news);
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(news + n, sizeof(news) - n, fmt, ap);
	va_end(ap);
}

static void *
decode(const json_t *obj, struct err *err)
{
	int v = (int)json_integer_value(
	    json_object_get(json_object_get(obj, "spec"), "v"));

	if (v < 0) {
		err_set(err, "spec.v: %d: below 0", v);
		return NULL;
	}
	int *item = xcalloc(1, sizeof(*item));
	*item = v;
	items++;
	if (v > 100)
		err_set(err, "spec.v: %d: odd", v);
	return item;
}

static void
item_free(void *item)
{
	items--;
	free(item);
}

static void
changed(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	const int *from = was, *to = now;

	(void)arg;
	tell("%s/%s %d>%d ", key->ns, key->name, from ? *from : -1,
	    to ? *to : -1);
}

static void
refused(void *arg, const struct object_key *key, const struct err *err)
{
	(void)arg;
	tell("%s/%s %s ", key->ns, key->name, err ? err->text : "pardoned");
}

static size_t bad; /* objects that were seen so */

static void
seen_bad(void *arg, const struct object_key *key, const json_t *obj)
{
	(void)arg;
	(void)key;
	bad += json_is_object(obj);
}

/* In these tests 7 stands for a field that does not exist. */
static bool
known(const json_t *obj, struct err *err)
{
	json_int_t v = json_integer_value(
	    json_object_get(json_object_get(obj, "spec"), "v"));

	return v != 7 || err_set(err, "spec.w: unknown field");
}

static void
ready(void *arg)
{
	(void)arg;
	tell("ready ");
}

static void
missing(void *arg, size_t kind, bool is)
{
	(void)arg;
	tell("missing %zu %d ", kind, is);
}

/* In these tests 9 stands for what somebody else has. */
static bool
ours(void *arg, const json_t *obj)
{
	(void)arg;
	return json_integer_value(
		   json_object_get(json_object_get(obj, "spec"), "v")) != 9;
}

static void
other(void *arg, const struct object_key *key, const json_t *obj)
{
	(void)arg;
	tell("other %s %s ", key->name, obj != NULL ? "is" : "is not");
}

enum { THING, NODE, SECRET, GROUP, KINDS };

static const struct store_kind kinds[KINDS] = {
	{ .api = "v1",
	    .kind = "Thing",
	    .plural = "things",
	    .namespaced = true,
	    .decode = decode,
	    .free = item_free,
	    .changed = changed,
	    .refused = refused,
	    .bad = seen_bad,
	    .known = known },
	{ .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = decode,
	    .free = item_free,
	    .changed = changed },
	{ .api = "v1",
	    .kind = "Secret",
	    .plural = "secrets",
	    .namespaced = true,
	    .ns = "ours",
	    .decode = decode,
	    .free = item_free,
	    .changed = changed },
	{ .api = "v1",
	    .kind = "Group",
	    .plural = "groups",
	    .decode = decode,
	    .free = item_free,
	    .changed = changed,
	    .refused = refused,
	    .ours = ours,
	    .other = other },
};

/* Numbers of keeping are 1, 2, 3, …; what is no longer kept is told with its own. */
static uint32_t keeps;

static void
keep(void *arg, size_t kind, const struct object_key *key, const json_t *obj,
    uint32_t *note)
{
	(void)arg;
	(void)kind;
	assert_true(json_is_object(obj));
	*note = ++keeps;
	tell("keep %s/%s %u ", key->ns, key->name, *note);
}

static void
unkeep(void *arg, size_t kind, const struct object_key *key, uint32_t note)
{
	(void)arg;
	(void)kind;
	tell("unkeep %s/%s %u ", key->ns, key->name, note);
}

static const struct store_ops ops = { .ready = ready, .missing = missing };
static const struct store_ops keeping_ops = {
	.ready = ready, .missing = missing, .keep = keep, .unkeep = unkeep
};

static void
quiet(enum log_level level, const char *text)
{
	(void)level;
	(void)text;
}

static int
setup(void **state)
{
	news[0] = '\0';
	items = 0;
	log_set_sink(quiet);
	*state = store_new(kinds, KINDS, &ops, NULL);
	return 0;
}

static int
setup_keeping(void **state)
{
	setup(state);
	store_free(*state);
	keeps = 0;
	*state = store_new(kinds, KINDS, &keeping_ops, NULL);
	return 0;
}

static int
teardown(void **state)
{
	store_free(*state);
	return items == 0 ? 0 : -1;
}

static void
put(struct store *s, size_t kind, const char *ns, const char *name, int v,
    const char *version)
{
	json_t *obj =
	    json_pack("{s:{s:s,s:s,s:s},s:{s:i}}", "metadata", "namespace", ns,
		"name", name, "resourceVersion", version, "spec", "v", v);

	store_put(s, kind, obj);
	json_decref(obj);
}

static void
assert_news(const char *text)
{
	assert_string_equal(news, text);
	news[0] = '\0';
}

static void
changes_are_told_with_before_and_after(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	put(s, THING, "a", "x", 1, "r1");
	put(s, THING, "a", "x", 2, "r2");
	put(s, THING, "a", "x", 2, "r2");
	assert_news("a/x -1>1 a/x 1>2 ");
	assert_int_equal(*(const int *)store_get(s, THING, &key), 2);
	store_drop(s, THING, &key);
	store_drop(s, THING, &key);
	assert_news("a/x 2>-1 ");
	assert_null(store_get(s, THING, &key));
}

static void
what_has_no_version_is_a_change_each_time(void **state)
{
	put(*state, THING, "a", "x", 1, "r1");
	put(*state, THING, "a", "x", 1, "");
	put(*state, THING, "a", "x", 1, "");
	put(*state, THING, "a", "x", 1, "r1");
	assert_news("a/x -1>1 a/x 1>1 a/x 1>1 a/x 1>1 ");
}

static void
last_good_value_stays_when_a_bad_one_comes(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	put(s, THING, "a", "x", 1, "r1");
	put(s, THING, "a", "x", -5, "r2");
	assert_news("a/x -1>1 a/x spec.v: -5: below 0 ");
	assert_int_equal(*(const int *)store_get(s, THING, &key), 1);
	assert_int_equal(store_count_refused(s, THING), 1);
	put(s, THING, "a", "x", -5, "r2");
	put(s, THING, "a", "x", -5, "r2 with the refusal in its status");
	assert_news("");
	put(s, THING, "a", "x", -6, "r3");
	assert_news("a/x spec.v: -6: below 0 ");
	assert_int_equal(store_count_refused(s, THING), 1);
	put(s, THING, "a", "x", 3, "r4");
	assert_news("a/x 1>3 a/x pardoned ");
	assert_int_equal(store_count_refused(s, THING), 0);
}

static void
changes_are_counted_by_kind(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };
	uint64_t others = store_changes(s, GROUP);

	assert_int_equal(store_changes(s, THING), 0);
	put(s, THING, "a", "x", 1, "r1");
	assert_int_equal(store_changes(s, THING), 1);
	put(s, THING, "a", "x", 1, "r1");
	assert_int_equal(store_changes(s, THING), 1);
	put(s, THING, "a", "x", -5, "r2");
	assert_int_equal(store_changes(s, THING), 2);
	put(s, THING, "a", "x", -5, "r2 with the refusal in its status");
	assert_int_equal(store_changes(s, THING), 2);
	store_drop(s, THING, &key); /* the item, and the refusal */
	assert_int_equal(store_changes(s, THING), 4);
	store_drop(s, THING, &key);
	assert_int_equal(store_changes(s, THING), 4);
	assert_int_equal(store_changes(s, GROUP), others);
}

static void
what_is_odd_in_a_part_is_in_force_and_told(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	put(s, THING, "a", "x", 101, "r1");
	assert_news(
	    "a/x -1>101 a/x spec.v: 101: odd; the rest of it is in force ");
	assert_int_equal(*(const int *)store_get(s, THING, &key), 101);
	assert_int_equal(store_count_refused(s, THING), 1);
	put(s, THING, "a", "x", 101, "r2 with a condition");
	assert_news("a/x 101>101 ");
	put(s, THING, "a", "x", -1, "r3");
	put(s, THING, "a", "x", 102, "r4");
	assert_news("a/x spec.v: -1: below 0 a/x 101>102 "
		    "a/x spec.v: 102: odd; the rest of it is in force ");
	put(s, THING, "a", "x", 3, "r5");
	assert_news("a/x 102>3 a/x pardoned ");
	assert_int_equal(store_count_refused(s, THING), 0);
}

static void
unknown_field_is_refused_by_a_strict_store_only(void **state)
{
	put(*state, THING, "a", "x", 7, "r1");
	assert_news("a/x -1>7 ");
	store_set_strict(*state);
	put(*state, THING, "a", "x", 7, "r2");
	assert_news("a/x spec.w: unknown field ");
	put(*state, NODE, "", "n", 7, "r1");
	assert_news("/n -1>7 ");
}

static void
never_good_object_is_pardoned_when_it_goes(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	put(s, THING, "a", "x", -1, "r1");
	assert_int_equal(store_count(s, THING), 0);
	assert_null(store_get(s, THING, &key));
	store_drop(s, THING, &key);
	assert_news("a/x spec.v: -1: below 0 a/x pardoned ");
}

static void
the_same_refusal_is_told_once(void **state)
{
	struct store *s = *state;
	size_t before = bad;

	put(s, THING, "a", "x", -5, "r1");
	put(s, THING, "a", "x", -5, "r2"); /* its condition was written */
	assert_news("a/x spec.v: -5: below 0 ");
	put(s, THING, "a", "x", -6, "r3");
	assert_news("a/x spec.v: -6: below 0 ");
	assert_int_equal(bad - before, 3); /* but seen each time */
	assert_int_equal(store_count_refused(s, THING), 1);
}

static void
object_too_large_is_refused_like_a_bad_one(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };
	struct err err;

	put(s, THING, "a", "x", 1, "r1");
	err_set(&err, "too large");
	store_refuse(s, THING, &key, &err);
	put(s, THING, "a", "x", 1, "r1");
	assert_news("a/x -1>1 a/x too large a/x 1>1 a/x pardoned ");
}

static void
listing_is_applied_as_a_difference(void **state)
{
	struct store *s = *state;

	put(s, THING, "a", "gone", 1, "r1");
	put(s, THING, "a", "same", 2, "r2");
	put(s, THING, "a", "new", 3, "r3");
	news[0] = '\0';
	store_list_begin(s, THING);
	put(s, THING, "a", "same", 2, "r2");
	put(s, THING, "a", "new", 4, "r4");
	store_list_end(s, THING);
	assert_news("a/new 3>4 a/gone 1>-1 ");
	assert_int_equal(store_count(s, THING), 2);
}

static void
refused_each(void *arg, const struct object_key *key, const struct err *why)
{
	(void)arg;
	tell("%s/%s: %s ", key->ns, key->name, why->text);
}

static void
refused_objects_can_be_asked_for(void **state)
{
	struct store *s = *state;

	put(s, THING, "a", "good", 1, "r1");
	put(s, THING, "a", "bad", -1, "r2");
	news[0] = '\0';
	store_each_refused(s, THING, refused_each, NULL);
	assert_news("a/bad: spec.v: -1: below 0 ");
}

static void
listed(void *arg, size_t kind)
{
	(void)arg;
	tell("listed %zu ", kind);
}

TEST(every_complete_list_is_told)
{
	static const struct store_ops each = { .ready = ready,
		.listed = listed };
	struct store *s = store_new(kinds, 1, &each, NULL);

	store_list_begin(s, THING);
	assert_news("");
	store_list_end(s, THING);
	assert_news("ready listed 0 ");
	store_list_begin(s, THING);
	store_list_end(s, THING);
	store_missing(s, THING);
	assert_news("listed 0 listed 0 ");
	store_free(s);
}

static void
ready_is_told_once_after_every_kind(void **state)
{
	struct store *s = *state;

	for (size_t kind = 0; kind < KINDS; kind++) {
		assert_false(store_is_listed(s, kind));
		store_list_begin(s, kind);
		store_list_end(s, kind);
		assert_true(store_is_listed(s, kind));
	}
	store_list_begin(s, THING);
	store_list_end(s, THING);
	assert_news("ready ");
}

static void
missing_kind_is_listed_and_empty(void **state)
{
	struct store *s = *state;

	put(s, NODE, "", "n", 1, "r1");
	store_missing(s, NODE);
	store_missing(s, NODE);
	assert_true(store_is_listed(s, NODE));
	assert_true(store_is_missing(s, NODE));
	assert_news("/n -1>1 /n 1>-1 missing 1 1 ");
	store_list_begin(s, NODE);
	store_list_end(s, NODE);
	assert_false(store_is_missing(s, NODE));
	assert_news("missing 1 0 ");
}

static void
foreign_objects_are_ignored(void **state)
{
	struct store *s = *state;

	store_only(s, NODE, "me");
	assert_string_equal(store_only_name(s, NODE), "me");
	put(s, NODE, "", "other", 1, "r1");
	put(s, NODE, "", "me", 2, "r1");
	put(s, SECRET, "theirs", "x", 3, "r1");
	put(s, SECRET, "ours", "x", 4, "r1");
	assert_news("/me -1>2 ours/x -1>4 ");
}

TEST(namespace_is_the_programs)
{
	struct store *s = *state;

	assert_string_equal(store_namespace(s, SECRET), "ours");
	store_set_namespace(s, SECRET, "mine");
	assert_string_equal(store_namespace(s, SECRET), "mine");
	assert_null(store_namespace(s, THING));
	put(s, SECRET, "ours", "x", 3, "r1");
	put(s, SECRET, "mine", "x", 4, "r1");
	assert_news("mine/x -1>4 ");
}

TEST(what_is_somebody_elses_is_not_there)
{
	struct store *s = *state;
	struct object_key key = { "", "g" };
	struct err why;

	put(s, GROUP, "", "g", 9, "r1");
	put(s, GROUP, "", "g", 9, "r1");
	assert_news("other g is ");
	err_set(&why, "too large");
	store_refuse(s, GROUP, &key, &why);
	put(s, GROUP, "", "g", 9, "r2");
	assert_news("other g is ");
	assert_int_equal(store_count(s, GROUP), 0);
	assert_int_equal(store_count_refused(s, GROUP), 0);
	store_drop(s, GROUP, &key);
	assert_news("other g is not ");
}

TEST(what_changes_hands_goes_and_comes)
{
	struct store *s = *state;

	put(s, GROUP, "", "g", 1, "r1");
	put(s, GROUP, "", "g", -1, "r2");
	news[0] = '\0';
	put(s, GROUP, "", "g", 9, "r3");
	assert_news("/g 1>-1 /g pardoned other g is ");
	put(s, GROUP, "", "g", 2, "r4");
	assert_news("other g is not /g -1>2 ");
	put(s, GROUP, "", "g", 9, "r5");
	news[0] = '\0';
	store_list_begin(s, GROUP);
	store_list_end(s, GROUP);
	assert_news("other g is not ");
}

static void
cluster_scoped_kind_has_no_namespace(void **state)
{
	struct object_key key = { "", "n" };

	put(*state, NODE, "stray", "n", 1, "r1");
	assert_non_null(store_get(*state, NODE, &key));
}

static void
name_no_cluster_allows_is_ignored(void **state)
{
	char name[400];
	struct object_key key = { "a", name };

	memset(name, 'x', sizeof(name) - 1);
	name[sizeof(name) - 1] = '\0';
	put(*state, THING, "a", name, 1, "r1");
	put(*state, THING, "a", "", 1, "r1");
	assert_null(store_get(*state, THING, &key));
	assert_int_equal(store_count(*state, THING), 0);
}

static void
kinds_are_found_by_api_and_name(void **state)
{
	assert_int_equal(store_kind_find(*state, "v1", "Node"), NODE);
	assert_true(store_kind_find(*state, "v2", "Node") == SIZE_MAX);
	assert_true(store_kind_find(*state, "v1", "node") == SIZE_MAX);
}

static bool
add_up(void *arg, const struct object_key *key, const void *item)
{
	(void)key;
	*(int *)arg += *(const int *)item;
	return true;
}

/* Whatever happened before, after a listing the store holds what was listed. */
static void
random_histories_end_as_the_last_listing(void **state)
{
	struct store *s = *state;
	struct rng rng;

	rng_init(&rng, 7);
	for (int round = 0; round < 200; round++) {
		int sum = 0, want = 0;
		char name[8], version[16];

		store_list_begin(s, THING);
		for (unsigned i = 0; i < 20; i++) {
			struct object_key key = { "a", name };
			int v = (int)rng_below(&rng, 100);

			snprintf(name, sizeof(name), "t%u", i);
			snprintf(version, sizeof(version), "r%d-%d", round, v);
			if (rng_below(&rng, 3) == 0)
				store_drop(s, THING, &key);
			if (rng_below(&rng, 2) == 0)
				continue;
			put(s, THING, "a", name, v, version);
			want += v;
		}
		store_list_end(s, THING);
		store_each(s, THING, add_up, &sum);
		assert_int_equal(sum, want);
		news[0] = '\0';
	}
}

static void
a_walk_goes_on_behind_the_object_that_it_came_to(void **state)
{
	struct store *s = *state;
	struct object_key second = { "a", "t2" }, gone = { "a", "t9" };
	int sum = 0;

	store_list_begin(s, THING);
	put(s, THING, "a", "t1", 1, "1");
	put(s, THING, "a", "t2", 20, "1");
	put(s, THING, "a", "t3", 300, "1");
	put(s, THING, "a", "t4", 4000, "1");
	store_list_end(s, THING);
	assert_true(store_each_after(s, THING, &second, add_up, &sum));
	assert_int_equal(sum, 4300);
	assert_false(store_each_after(s, THING, &gone, add_up, &sum));
	assert_int_equal(sum, 4300);
}

static bool
name_note(void *arg, const struct object_key *key, const void *item)
{
	char *names = arg;

	(void)item;
	strcat(names, key->ns);
	strcat(names, "/");
	strcat(names, key->name);
	strcat(names, " ");
	return true;
}

static void
a_walk_is_in_the_order_of_names_once_they_are_sorted(void **state)
{
	struct store *s = *state;
	struct object_key first = { "a", "t1" };
	char names[64] = "";
	int sum = 0;

	store_sort(s); /* nothing is known yet */
	put(s, THING, "b", "t1", 1, "1");
	put(s, THING, "a", "t3", 20, "1");
	put(s, THING, "a", "t1", 300, "1");
	store_each(s, THING, name_note, names);
	assert_string_equal(names, "b/t1 a/t3 a/t1 ");
	names[0] = '\0';
	store_sort(s);
	store_each(s, THING, name_note, names);
	assert_string_equal(names, "a/t1 a/t3 b/t1 ");
	assert_true(store_each_after(s, THING, &first, add_up, &sum));
	assert_int_equal(sum, 21);
	news[0] = '\0';
}

static void
recall(struct store *s, const char *ns, const char *name, int v)
{
	struct object_key key = { ns, name };
	json_t *obj = v == 0
	    ? NULL
	    : json_pack("{s:{s:s,s:s,s:s},s:{s:i}}", "metadata", "namespace",
		  ns, "name", name, "resourceVersion", "r1", "spec", "v", v);

	store_recall(s, THING, &key, obj);
	json_decref(obj);
}

static void
what_is_recalled_counts_until_the_source_lists(void **state)
{
	struct store *s = *state;

	recall(s, "a", "x", 1);
	recall(s, "a", "x", 2);
	recall(s, "a", "y", 3);
	recall(s, "a", "y", 0); /* it was deleted behind that */
	assert_news("a/x -1>1 a/x 1>2 a/y -1>3 a/y 3>-1 ");
	store_recalled(s, THING, false);
	store_recalled(s, NODE, false);
	assert_false(store_is_missing(s, NODE));
	assert_news("");
	store_recalled(s, GROUP, false);
	store_recalled(s, SECRET, true);
	assert_news("missing 2 1 ready ");
	assert_true(store_is_recalled(s, THING));
	store_list_begin(s, THING);
	store_list_end(s, THING);
	assert_news("a/x 2>-1 ");
	assert_false(store_is_recalled(s, THING));
	assert_true(store_is_recalled(s, NODE));
	recall(s, "a", "z", 1); /* too late */
	assert_news("");
}

/* Another cluster may count the same: after kubeadm reset, say. */
static void
a_version_that_is_recalled_says_nothing(void **state)
{
	recall(*state, "a", "x", 1);
	put(*state, THING, "a", "x", 5, "r1");
	assert_news("a/x -1>1 a/x 1>5 ");
}

static void
a_source_in_the_middle_of_its_list_knows_better(void **state)
{
	struct store *s = *state;

	store_list_begin(s, THING);
	put(s, THING, "a", "x", 1, "r9");
	put(s, THING, "a", "bad", -1, "r9");
	recall(s, "a", "x", 2);
	recall(s, "a", "x", 0);
	recall(s, "a", "bad", 2);
	recall(s, "a", "gone", 3);
	recall(s, "a", "later", 4);
	store_recalled(s, THING, true);
	assert_false(store_is_missing(s, THING));
	put(s, THING, "a", "later", 5, "r9");
	store_list_end(s, THING);
	assert_news("a/x -1>1 a/bad spec.v: -1: below 0 a/gone -1>3 "
		    "a/later -1>4 a/later 4>5 a/gone 3>-1 ");
}

static void
the_last_good_value_outlives_the_process(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	recall(s, "a", "x", 4);
	store_list_begin(s, THING);
	put(s, THING, "a", "x", -1, "r2");
	store_list_end(s, THING);
	assert_int_equal(*(const int *)store_get(s, THING, &key), 4);
}

static void
nothing_foreign_is_recalled(void **state)
{
	struct store *s = *state;
	struct object_key theirs = { "theirs", "x" };
	json_t *obj = json_pack("{s:{s:s}}", "metadata", "name", "x");

	store_recall(s, SECRET, &theirs, obj);
	json_decref(obj);
	assert_int_equal(store_count(s, SECRET), 0);
}

static void
what_is_in_force_is_kept(void **state)
{
	struct store *s = *state;
	struct object_key key = { "a", "x" };

	put(s, THING, "a", "x", 1, "r1");
	put(s, THING, "a", "x", 1, "r1");
	put(s, THING, "a", "x", 2, "r2");
	put(s, THING, "a", "x", -1, "r3"); /* the last good one is */
	put(s, THING, "a", "never", -1, "r3");
	assert_news("keep a/x 1 a/x -1>1 keep a/x 2 a/x 1>2 "
		    "a/x spec.v: -1: below 0 a/never spec.v: -1: below 0 ");
	assert_int_equal(*store_note(s, THING, &key), 2);
	store_drop(s, THING, &key);
	assert_news("unkeep a/x 2 a/x 2>-1 a/x pardoned ");
	assert_null(store_note(s, THING, &key));
	recall(s, "a", "y", 4);
	assert_news("keep a/y 3 a/y -1>4 ");
	store_clear_notes(s);
	store_list_begin(s, THING);
	store_list_end(s, THING);
	assert_news("a/never pardoned a/y 4>-1 ");
}

#define K(f) cmocka_unit_test_setup_teardown(f, setup_keeping, teardown)
#define T(f) cmocka_unit_test_setup_teardown(f, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(changes_are_told_with_before_and_after),
		T(changes_are_counted_by_kind),
		T(what_has_no_version_is_a_change_each_time),
		T(last_good_value_stays_when_a_bad_one_comes),
		T(what_is_odd_in_a_part_is_in_force_and_told),
		T(unknown_field_is_refused_by_a_strict_store_only),
		T(never_good_object_is_pardoned_when_it_goes),
		T(the_same_refusal_is_told_once),
		T(object_too_large_is_refused_like_a_bad_one),
		T(listing_is_applied_as_a_difference),
		T(refused_objects_can_be_asked_for),
		T(every_complete_list_is_told),
		T(ready_is_told_once_after_every_kind),
		T(missing_kind_is_listed_and_empty),
		T(foreign_objects_are_ignored),
		T(namespace_is_the_programs),
		T(what_is_somebody_elses_is_not_there),
		T(what_changes_hands_goes_and_comes),
		T(cluster_scoped_kind_has_no_namespace),
		T(name_no_cluster_allows_is_ignored),
		T(kinds_are_found_by_api_and_name),
		T(random_histories_end_as_the_last_listing),
		T(a_walk_goes_on_behind_the_object_that_it_came_to),
		T(a_walk_is_in_the_order_of_names_once_they_are_sorted),
		T(what_is_recalled_counts_until_the_source_lists),
		T(a_version_that_is_recalled_says_nothing),
		T(a_source_in_the_middle_of_its_list_knows_better),
		T(the_last_good_value_outlives_the_process),
		T(nothing_foreign_is_recalled),
		K(what_is_in_force_is_kept),
	};

	return cmocka_run_group_tests_name("store", tests, NULL, NULL);
}
