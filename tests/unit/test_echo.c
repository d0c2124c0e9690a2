/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events that come late: what is heard of one write when the next is under way or its
 * fate is not known. doc/rules.md 3, 4, 13, 47.
 */
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/log.h"
#include "common/source/source.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

struct world {
	struct reconcile *r;
	struct service_group *group; /* one; its addresses are wanted back */
	struct service *shop, *next; /* the next one comes last of all */
	struct task task;
	uint64_t now; /* of events */
};

static void
put_group(struct world *w, const char *pool)
{
	char *yaml = xasprintf("metadata: {name: g}\n"
			       "spec: {reclaimPolicy: Reallocate, "
			       "pools: [{subnet: 10.0.0.0/24, pool: %s}]}\n",
	    pool);
	struct service_group *now = decoded(service_group_decode, yaml);

	supply_group(reconcile_supply(w->r), w->group, now);
	service_group_free(w->group);
	w->group = now;
	free(yaml);
	reconcile_run(w->r, 0);
}

/*
 * The event with that version; who wrote the address last kept our record, and what
 * our condition says of it.
 */
static void
tell_with(struct world *w, const char *version, const char *record,
    const char *address, const char *words)
{
	char *yaml = xasprintf(
	    "metadata: {name: shop, namespace: web, uid: u1, "
	    "resourceVersion: \"%s\", annotations: {lbbgp.io/allocated-from: g, "
	    "lbbgp.io/allocated-addresses: \"%s\"}}\n"
	    "spec: {type: LoadBalancer}\n"
	    "status: {loadBalancer: {ingress: [{ip: %s}]}, conditions: ["
	    "{type: lbbgp.io/AddressAssigned, status: \"True\", reason: Assigned,"
	    " message: %s from ServiceGroup g%s}]}\n",
	    version, record, address, record, words);
	struct service *now = decoded(service_decode, yaml);

	reconcile_service(w->r, w->shop, now, w->now);
	service_free(w->shop);
	w->shop = now;
	free(yaml);
}

static void
tell(struct world *w, const char *version, const char *record,
    const char *address)
{
	tell_with(w, version, record, address, "");
}

/* The event with that version, of a write of that address. */
static void
hear(struct world *w, const char *version, const char *address)
{
	tell(w, version, address, address);
	reconcile_run(w->r, 0);
}

/* Somebody else has written an address over ours. */
static void
hear_overwritten(struct world *w, const char *version)
{
	tell(w, version, "10.0.0.0", "192.0.2.1");
	reconcile_run(w->r, 0);
}

static void
assert_sends(struct world *w, const char *version, const char *address)
{
	char text[ADDR_TEXT];

	assert_true(reconcile_next(w->r, &w->task));
	assert_string_equal(w->task.version, version);
	assert_int_equal(w->task.n_addrs, 1);
	assert_string_equal(addr_print(&w->task.addrs[0], text), address);
}

static void
answer(struct world *w, enum source_code code, const char *version)
{
	const struct source_result result = { code, "full", version };

	reconcile_wrote(w->r, "web", "shop", w->task.id, &result, 0);
	reconcile_run(w->r, 0);
}

/* It finds no other. */
static void
assert_next_gets(struct world *w, const char *address)
{
	struct task t;
	char text[ADDR_TEXT];

	w->next = decoded(service_decode,
	    "metadata: {name: next, namespace: web, uid: u2,"
	    " resourceVersion: \"10\"}\n"
	    "spec: {type: LoadBalancer}\n");
	reconcile_service(w->r, NULL, w->next, 0);
	reconcile_run(w->r, 0);
	do
		assert_true(reconcile_next(w->r, &t));
	while (t.service != w->next);
	assert_int_equal(t.n_addrs, 1);
	assert_string_equal(addr_print(&t.addrs[0], text), address);
}

/* The first address has been given, and there was no event of that yet. */
static int
setup(void **state)
{
	static const struct reconcile_options options = { .class.unclassed =
							      true };
	struct world *w = xcalloc(1, sizeof(*w));

	w->r = reconcile_new(&options);
	w->shop = decoded(service_decode,
	    "metadata: {name: shop, namespace: web, uid: u1,"
	    " resourceVersion: \"8\"}\n"
	    "spec: {type: LoadBalancer}\n");
	put_group(w, "10.0.0.0/32");
	reconcile_service(w->r, NULL, w->shop, 0);
	reconcile_start(w->r);
	reconcile_run(w->r, 0);
	assert_sends(w, "8", "10.0.0.0");
	answer(w, WRITE_OK, "9");
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	reconcile_free(w->r);
	service_free(w->shop);
	service_free(w->next);
	service_group_free(w->group);
	free(w);
	return 0;
}

static void
an_earlier_write_says_nothing_of_the_one_under_way(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	hear(w, "9", "10.0.0.0");
	answer(w, WRITE_OK, "10");
	assert_false(reconcile_next(w->r, &w->task));
	put_group(w, "10.0.0.2/32");
	put_group(w, "10.0.0.1-10.0.0.3");
	assert_next_gets(w, "10.0.0.3");
}

static void
one_before_that_says_nothing_of_it_either(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_OK, "10");
	put_group(w, "10.0.0.2/32");
	assert_sends(w, "10", "10.0.0.2");
	hear(w, "9", "10.0.0.0");
	answer(w, WRITE_OK, "11");
	hear(w, "10", "10.0.0.1");
	assert_false(reconcile_next(w->r, &w->task));
	put_group(w, "10.0.0.3/32");
	put_group(w, "10.0.0.2-10.0.0.4");
	assert_next_gets(w, "10.0.0.4");
}

static void
an_earlier_write_says_nothing_of_one_that_may_have_failed(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_RETRY, "");
	put_group(w, "10.0.0.2/32");
	hear(w, "9", "10.0.0.0");
	put_group(w, "10.0.0.1-10.0.0.3");
	assert_next_gets(w, "10.0.0.3");
}

static void
what_was_written_is_free_when_a_later_event_does_not_show_it(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_OK, "10");
	put_group(w, "10.0.0.2/32");
	assert_sends(w, "10", "10.0.0.2");
	hear(w, "11", "10.0.0.2");
	answer(w, WRITE_OK, "11");
	assert_false(reconcile_next(w->r, &w->task));
	put_group(w, "10.0.0.1-10.0.0.2");
	assert_next_gets(w, "10.0.0.1");
}

/* As after a restore of what the API server keeps. */
static void
an_event_from_before_is_news_when_time_goes_backwards(void **state)
{
	struct world *w = *state;

	hear(w, "9", "10.0.0.0");
	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_OK, "10");
	hear(w, "5", "10.0.0.0");
	assert_sends(w, "5", "10.0.0.1");
}

/* Each time before the answer to our write. */
static void
who_overwrites_what_is_not_answered_yet_slows_down_too(void **state)
{
	struct world *w = *state;
	unsigned sent = 0, version = 10;
	char text[16];

	hear(w, "9", "10.0.0.0");
	hear_overwritten(w, "10");
	for (; sent < 20 && reconcile_next(w->r, &w->task); sent++) {
		snprintf(text, sizeof(text), "%u", ++version);
		hear(w, text, "10.0.0.0");
		snprintf(text, sizeof(text), "%u", ++version);
		hear_overwritten(w, text);
		answer(w, WRITE_OK, text);
	}
	assert_in_range(sent, 1, 5);
	reconcile_run(w->r, 60000);
	assert_true(reconcile_next(w->r, &w->task));
}

static void
who_is_overwritten_while_it_waits_to_be_written_rests_too(void **state)
{
	struct world *w = *state;

	hear(w, "9", "10.0.0.0");
	hear_overwritten(w, "10");
	for (unsigned i = 0; i < 3; i++) {
		tell(w, "11", "10.0.0.0", "10.0.0.0");
		tell(w, "12", "10.0.0.0", "192.0.2.1");
	}
	reconcile_run(w->r, 0);
	assert_false(reconcile_next(w->r, &w->task));
	reconcile_run(w->r, 60000);
	assert_true(reconcile_next(w->r, &w->task));
}

/* Only that our words of the fight go is no news. */
static void
what_is_new_when_a_fight_ends_is_told(void **state)
{
	struct world *w = *state;

	hear(w, "9", "10.0.0.0");
	for (unsigned i = 0; i < 4; i++) {
		tell(w, "11", "10.0.0.0", "10.0.0.0");
		tell(w, "12", "10.0.0.0", "192.0.2.1");
	}
	reconcile_run(w->r, 60000);
	assert_sends(w, "12", "10.0.0.0");
	answer(w, WRITE_OK, "13");
	tell_with(w, "13", "10.0.0.0", "10.0.0.0",
	    "; others keep changing this status");
	uint64_t told = reconcile_stats(w->r)->assigned;

	put_group(w, "10.0.0.1/32");
	reconcile_run(w->r, 1800000);
	assert_sends(w, "13", "10.0.0.1");
	answer(w, WRITE_OK, "14");
	assert_int_equal(reconcile_stats(w->r)->assigned, told + 1);
}

/* What is newer than the base of the write shows what has come of it. */
static void
a_write_without_an_answer_holds_nothing_after_a_later_event(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	hear(w, "10", "10.0.0.0");
	put_group(w, "10.0.0.2/32");
	answer(w, WRITE_RETRY, "");
	put_group(w, "10.0.0.1-10.0.0.2");
	assert_next_gets(w, "10.0.0.1");
}

static void
a_failure_counts_no_more_when_the_event_shows_what_was_sent(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_RETRY, "");
	hear(w, "10", "10.0.0.1");
	put_group(w, "10.0.0.2/32");
	assert_sends(w, "10", "10.0.0.2");
	answer(w, WRITE_RETRY, "");
	assert_int_equal(reconcile_due(w->r), 5000); /* as for the first */
}

static void
a_failure_counts_no_more_after_a_conflict(void **state)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_RETRY, "");
	reconcile_run(w->r, 5000);
	assert_sends(w, "9", "10.0.0.1");
	answer(w, WRITE_CONFLICT, "");
	hear(w, "10", "10.0.0.0");
	assert_sends(w, "10", "10.0.0.1");
	answer(w, WRITE_RETRY, "");
	assert_int_equal(reconcile_due(w->r), 5000);
}

/* An admission policy says no, to the whole of the status and to less. */
static void
answer_refused(struct world *w, unsigned times)
{
	static const struct source_result refused = { WRITE_REFUSED, "policy",
		"" };

	while (times > 0) {
		if (!reconcile_next(w->r, &w->task)) {
			w->now = reconcile_due(w->r);
			reconcile_run(w->r, w->now);
			continue;
		}
		reconcile_wrote(
		    w->r, "web", "shop", w->task.id, &refused, w->now);
		reconcile_run(w->r, w->now);
		times--;
	}
}

TEST(who_was_refused_and_has_changed_is_written_soon)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	answer_refused(w, 8);
	assert_int_equal(reconcile_due(w->r), w->now + 300000);
	tell(w, "10", "10.0.0.0", "10.0.0.0");
	assert_int_equal(reconcile_due(w->r), w->now + 5000);
	reconcile_run(w->r, w->now + 5000);
	assert_sends(w, "10", "10.0.0.1");
}

/* As many events as there are make no more attempts than one in 5 s. */
TEST(who_was_refused_and_keeps_changing_is_not_written_more_often)
{
	struct world *w = *state;
	uint64_t due;

	put_group(w, "10.0.0.1/32");
	answer_refused(w, 2);
	due = reconcile_due(w->r);
	w->now += 1000;
	tell(w, "10", "10.0.0.0", "10.0.0.0");
	reconcile_run(w->r, w->now);
	assert_false(reconcile_next(w->r, &w->task));
	assert_int_equal(reconcile_due(w->r), due);
}

/* The refusal is of what the Service was: it may have been mended since. */
TEST(a_refusal_that_comes_after_an_event_says_nothing_of_the_annotations)
{
	struct world *w = *state;

	put_group(w, "10.0.0.1/32");
	assert_sends(w, "9", "10.0.0.1");
	hear(w, "10", "10.0.0.0");
	answer(w, WRITE_REFUSED, "");
	assert_int_equal(reconcile_stats(w->r)->refused_writes, 1);
	assert_sends(w, "10", "10.0.0.1");
	assert_false(w->task.brief);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(an_earlier_write_says_nothing_of_the_one_under_way),
		T(one_before_that_says_nothing_of_it_either),
		T(an_earlier_write_says_nothing_of_one_that_may_have_failed),
		T(what_was_written_is_free_when_a_later_event_does_not_show_it),
		T(an_event_from_before_is_news_when_time_goes_backwards),
		T(who_overwrites_what_is_not_answered_yet_slows_down_too),
		T(a_failure_counts_no_more_when_the_event_shows_what_was_sent),
		T(a_write_without_an_answer_holds_nothing_after_a_later_event),
		T(a_failure_counts_no_more_after_a_conflict),
		T(who_was_refused_and_has_changed_is_written_soon),
		T(who_was_refused_and_keeps_changing_is_not_written_more_often),
		T(who_is_overwritten_while_it_waits_to_be_written_rests_too),
		T(what_is_new_when_a_fight_ends_is_told),
		T(a_refusal_that_comes_after_an_event_says_nothing_of_the_annotations),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
