/* SPDX-License-Identifier: Apache-2.0 */
#include <stdbool.h>
#include <string.h>

#include "bgpd/rib/verdict.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct verdict_table *verdicts;
	struct path *path; /* of ours, for the audience 7 */
};

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->verdicts = verdict_table_new();
	w->path = path_local(w->paths,
	    &(struct path_local){ .local_pref = 100,
		.audiences = &(uint32_t){ 7 },
		.n_audiences = 1 });
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	path_unref(w->path);
	verdict_table_free(w->verdicts);
	path_table_free(w->paths);
	free(w);
	return 0;
}

static void
equal_lists_are_one_verdict(void **state)
{
	struct world *w = *state;
	struct action a[] = { { ACTION_LOCAL_PREF, { 50 }, { 0 } },
		{ ACTION_PREPEND, { 65000, 1 }, { 0 } } };
	struct action b[] = { a[1], a[0] };
	uint32_t one = verdict_intern(w->verdicts, a, 2);

	assert_int_equal(verdict_intern(w->verdicts, a, 2), one);
	assert_int_not_equal(verdict_intern(w->verdicts, a, 1), one);
	assert_int_not_equal(verdict_intern(w->verdicts, b, 2), one);
	assert_int_equal(verdict_intern(w->verdicts, NULL, 0), VERDICT_ACCEPT);
}

static void
a_number_that_nobody_has_is_given_anew(void **state)
{
	struct world *w = *state;
	struct action a = { ACTION_LOCAL_PREF, { 50 }, { 0 } };
	struct action b = { ACTION_LOCAL_PREF, { 51 }, { 0 } };
	uint32_t one = verdict_intern(w->verdicts, &a, 1);

	verdict_intern(w->verdicts, &a, 1);
	verdict_unref(w->verdicts, one);
	assert_int_not_equal(verdict_intern(w->verdicts, &b, 1), one);
	verdict_unref(w->verdicts, one);
	assert_int_equal(verdict_intern(w->verdicts, NULL, 0), VERDICT_ACCEPT);
	assert_int_not_equal(verdict_intern(w->verdicts, &b, 1), one);
	b.value[0]++;
	assert_int_equal(verdict_intern(w->verdicts, &b, 1), one);
	for (unsigned i = 0; i < 3; i++)
		verdict_unref(w->verdicts, VERDICT_ACCEPT);
	assert_int_equal(verdict_intern(w->verdicts, NULL, 0), VERDICT_ACCEPT);
}

static void
without_actions_a_path_stays_or_is_refused(void **state)
{
	struct world *w = *state;
	struct path *p = verdict_apply(w->verdicts, VERDICT_ACCEPT, w->path);

	assert_ptr_equal(p, w->path);
	path_unref(p);
	assert_null(verdict_apply(w->verdicts, VERDICT_REFUSE, w->path));
	assert_int_equal(w->path->refs, 1);
}

static void
actions_are_done_in_their_order(void **state)
{
	struct world *w = *state;
	struct action list[] = { { ACTION_LOCAL_PREF, { 50 }, { 0 } },
		{ ACTION_PREPEND, { 65001, 1 }, { 0 } },
		{ ACTION_PREPEND, { 65002, 1 }, { 0 } } };
	struct path *p = verdict_apply(
	    w->verdicts, verdict_intern(w->verdicts, list, 3), w->path);
	struct attrs a;

	path_attrs(p, &a);
	assert_int_equal(a.local_pref, 50);
	assert_true(rbuf_eq(a.as_path, hex(VIA_65002_65001)));
	assert_true(path_for_audience(p, 7));
	assert_false(path_for_audience(p, 8));
	path_unref(p);
	assert_int_equal(path_table_count(w->paths), 1);
}

/* What a list of one action makes of a path with these attributes. */
static struct path *
acted(struct world *w, struct action action, const struct attrs *before,
    struct attrs *after)
{
	struct path *from = path_intern(w->paths, before);
	struct path *to = verdict_apply(
	    w->verdicts, verdict_intern(w->verdicts, &action, 1), from);

	path_unref(from);
	path_attrs(to, after);
	return to;
}

static void
an_as_number_comes_in_front_as_often_as_asked(void **state)
{
	struct world *w = *state;
	struct attrs a = { .as_path = hex(VIA_65001) };
	struct path *p = acted(w,
	    (struct action){ ACTION_PREPEND, { 65002, 600 }, { 0 } }, &a, &a);

	assert_int_equal(as_path_length(a.as_path), 601);
	assert_int_equal(as_path_count(a.as_path, 65002), 600);
	assert_int_equal(as_path_first(a.as_path), 65002);
	path_unref(p);
}

static void
values_are_set_whatever_the_path_had(void **state)
{
	struct world *w = *state;
	struct action list[] = { { ACTION_MED, { 70 }, { 0 } },
		{ ACTION_ORIGIN, { ORIGIN_INCOMPLETE }, { 0 } },
		{ ACTION_NEXT_HOP, { 0 }, addr_v4(0x0a000009) } };
	uint32_t verdict = verdict_intern(w->verdicts, list, 3);
	struct path *p = verdict_apply(w->verdicts, verdict, w->path);
	struct attrs a;

	path_attrs(p, &a);
	assert_true(attrs_has(&a, ATTR_MED));
	assert_int_equal(a.med, 70);
	assert_int_equal(a.origin, ORIGIN_INCOMPLETE);
	assert_true(addr_eq(&a.next_hop.addr, &list[2].hop));
	assert_true(verdict_sets(w->verdicts, verdict) ==
	    (ATTR_BIT(ATTR_MED) | ATTR_BIT(ATTR_ORIGIN) |
		ATTR_BIT(ATTR_NEXT_HOP)));
	assert_true(verdict_sets(w->verdicts, VERDICT_ACCEPT) == 0);
	path_unref(p);
}

static void
next_hops_tell_lists_apart(void **state)
{
	struct world *w = *state;
	struct action a = { ACTION_NEXT_HOP, { 0 }, addr_v4(1) };
	struct action b = { ACTION_NEXT_HOP, { 0 }, addr_v4(2) };

	assert_int_not_equal(verdict_intern(w->verdicts, &a, 1),
	    verdict_intern(w->verdicts, &b, 1));
}

/* Each row: a list, as it comes and as it is then. */
static void
communities_come_and_go(void **state)
{
	struct world *w = *state;
	static const struct {
		enum action_kind kind;
		uint32_t value[3];
		const char *before, *after;
	} rows[] = {
		{ ACTION_COMMUNITY_ADD, { 2 }, "", "00000002" },
		{ ACTION_COMMUNITY_ADD, { 2 }, "00000001 00000003",
		    "00000001 00000002 00000003" },
		{ ACTION_COMMUNITY_ADD, { 4 }, "00000001 00000003",
		    "00000001 00000003 00000004" },
		/* not sorted, as somebody sent it */
		{ ACTION_COMMUNITY_ADD, { 2 }, "00000003 00000002",
		    "00000003 00000002" },
		{ ACTION_COMMUNITY_REMOVE, { 2 }, "00000002 00000001 00000002",
		    "00000001" },
		{ ACTION_COMMUNITY_REMOVE, { 2 }, "00000002", "" },
		{ ACTION_COMMUNITY_REMOVE, { 5 }, "00000002", "00000002" },
		{ ACTION_EXT_ADD, { 0x4004fde8, 7 }, "0002fde800000001",
		    "0002fde800000001 4004fde800000007" },
		{ ACTION_EXT_REMOVE, { 0x0002fde8, 1 }, "0002fde800000001",
		    "" },
		{ ACTION_LARGE_ADD, { 1, 2, 3 }, "000000010000000200000004",
		    "000000010000000200000003 000000010000000200000004" },
		{ ACTION_LARGE_REMOVE, { 1, 2, 3 }, "000000010000000200000003",
		    "" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct action action = { .kind = rows[i].kind };
		bool standard = action.kind <= ACTION_COMMUNITY_REMOVE;
		bool ext = !standard && action.kind <= ACTION_EXT_REMOVE;
		struct attrs a = { 0 };
		struct rbuf *list = standard ? &a.communities
		    : ext                    ? &a.ext_communities
					     : &a.large_communities;

		memcpy(action.value, rows[i].value, sizeof(action.value));
		*list = hex(rows[i].before);
		struct path *p = acted(w, action, &a, &a);

		assert_true(rbuf_eq(*list, hex(rows[i].after)));
		assert_int_equal(attrs_has(&a,
				     standard  ? ATTR_COMMUNITIES
					 : ext ? ATTR_EXT_COMMUNITIES
					       : ATTR_LARGE_COMMUNITIES),
		    rows[i].after[0] != '\0');
		path_unref(p);
	}
}

/* Step by step a path would be made for each action and thrown away. */
static void
no_path_is_made_on_the_way(void **state)
{
	struct world *w = *state;
	struct action list[] = { { ACTION_COMMUNITY_ADD, { 1 }, { 0 } },
		{ ACTION_COMMUNITY_ADD, { 2 }, { 0 } },
		{ ACTION_COMMUNITY_REMOVE, { 1 }, { 0 } },
		{ ACTION_COMMUNITY_REMOVE, { 2 }, { 0 } } };
	uint32_t end = path_table_end(w->paths);
	struct path *p = verdict_apply(
	    w->verdicts, verdict_intern(w->verdicts, list, 4), w->path);

	assert_ptr_equal(p, w->path);
	assert_int_equal(path_table_end(w->paths), end);
	path_unref(p);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(equal_lists_are_one_verdict),
		T(a_number_that_nobody_has_is_given_anew),
		T(without_actions_a_path_stays_or_is_refused),
		T(actions_are_done_in_their_order),
		T(an_as_number_comes_in_front_as_often_as_asked),
		T(values_are_set_whatever_the_path_had),
		T(next_hops_tell_lists_apart),
		T(communities_come_and_go),
		T(no_path_is_made_on_the_way),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
