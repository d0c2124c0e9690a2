/* SPDX-License-Identifier: Apache-2.0 */
/* ALLOCATOR.md 32: who holds what is written twice, and the two must agree. */
#include "allocator/reconcile/holders.h"
#include "allocator/reconcile/services.h"
#include "allocator/reconcile/svc.h"
#include "common/api/service.h"
#include "common/log.h"
#include "tests/unit/addresses.h"
#include "tests/unit/allocator_cases.h"
#include "tests/unit/holders_spy.h"

#include <stdlib.h>
#include <string.h>

/* ---- the books alone ---- */

static struct service web_a = { .meta = { .ns = "web", .name = "a" } };
static struct service web_b = { .meta = { .ns = "web", .name = "b" } };

static char told[1024]; /* what the books say, to people and to their owner */

static void
on_taken(void *arg, struct svc *s, const struct addr *a)
{
	char text[ADDR_TEXT];

	(void)arg;
	strcat(told, "+");
	strcat(told, addr_print(a, text));
	strcat(told, s->tenant.service->meta.name);
}

static void
on_left(void *arg, const struct addr *a)
{
	char text[ADDR_TEXT];

	(void)arg;
	strcat(told, "-");
	strcat(told, addr_print(a, text));
}

static void
on_mismatch(void *arg)
{
	++*(unsigned *)arg;
}

static void
on_line(enum log_level level, const char *text)
{
	if (level != LOG_LEVEL_ERROR)
		return;
	strcat(told, text);
	strcat(told, "\n");
}

struct fixture {
	struct holders holders;
	struct svc *a, *b;
	struct svc *services;
	unsigned mismatches;
};

static void
begin(struct fixture *f)
{
	static const struct holders_ops ops = {
		.taken = on_taken,
		.left = on_left,
		.mismatch = on_mismatch,
	};

	*f = (struct fixture){ .a = svc_new(&web_a), .b = svc_new(&web_b) };
	f->holders = (struct holders){
		.ipam = ipam_new(), .ops = &ops, .arg = &f->mismatches
	};
	services_add(&f->services, f->a);
	services_add(&f->services, f->b);
	told[0] = '\0';
	log_set_sink(on_line);
}

static void
end(struct fixture *f)
{
	log_set_sink(NULL);
	services_remove(&f->services, f->a);
	services_remove(&f->services, f->b);
	svc_free(f->a, NULL);
	svc_free(f->b, NULL);
	ipam_free(f->holders.ipam);
}

static void
set(struct fixture *f, struct svc *s, const char *first, const char *second)
{
	const struct addr at[] = { ip(first),
		ip(second != NULL ? second : first) };

	holders_set(&f->holders, s, at, second != NULL ? 2 : 1);
}

static void
what_is_taken_and_what_is_left_is_told(void **state)
{
	struct fixture f;

	(void)state;
	begin(&f);
	set(&f, f.a, "10.0.0.1", "10.0.0.2");
	set(&f, f.b, "10.0.0.2", NULL);
	assert_string_equal(told, "+10.0.0.1a+10.0.0.2a+10.0.0.2b");
	told[0] = '\0';
	set(&f, f.a, "10.0.0.3", NULL); /* new first; b has .2 still */
	assert_string_equal(told, "+10.0.0.3a-10.0.0.1-10.0.0.2");
	assert_true(holders_are_good(&f.holders));
	holders_set(&f.holders, f.a, NULL, 0);
	holders_set(&f.holders, f.b, NULL, 0);
	assert_int_equal(ipam_sum(f.holders.ipam), 0);
	assert_true(holders_are_good(&f.holders));
	assert_int_equal(f.mismatches, 0);
	end(&f);
}

static void
no_change_behind_their_back_goes_unnoticed(void **state)
{
	struct addr one = ip("10.0.0.1"), two = ip("10.0.0.2");
	struct fixture f;

	(void)state;
	begin(&f);
	set(&f, f.a, "10.0.0.1", NULL);
	ipam_release(f.holders.ipam, &one, f.a);
	assert_false(holders_are_good(&f.holders));
	ipam_hold(f.holders.ipam, &two, f.a); /* as many as before */
	assert_false(holders_are_good(&f.holders));
	ipam_release(f.holders.ipam, &two, f.a);
	ipam_hold(f.holders.ipam, &one, f.b); /* by another one */
	assert_false(holders_are_good(&f.holders));
	ipam_release(f.holders.ipam, &one, f.b);
	ipam_hold(f.holders.ipam, &one, f.a);
	assert_true(holders_are_good(&f.holders));
	end(&f);
}

static void
a_mismatch_found_on_the_way_is_logged_once_for_each_address(void **state)
{
	struct addr one = ip("10.0.0.1"), two = ip("10.0.0.2");
	struct fixture f;

	(void)state;
	begin(&f);
	set(&f, f.a, "10.0.0.1", NULL);
	ipam_release(f.holders.ipam, &one, f.a);
	ipam_hold(f.holders.ipam, &two, f.a);
	told[0] = '\0';
	set(&f, f.a, "10.0.0.2", NULL);
	assert_string_equal(told,
	    "service web/a: the books are wrong: 10.0.0.2 is held before it "
	    "is taken\n"
	    "service web/a: the books are wrong: 10.0.0.1 is held by others "
	    "only\n");
	assert_int_equal(f.mismatches, 2);
	assert_false(
	    holders_are_good(&f.holders)); /* until they are made anew */
	end(&f);
}

static void
rebuilt_they_have_what_the_objects_say(void **state)
{
	struct service_ingress ingress = { .addr = ip("10.0.0.1") };
	struct addr one = ip("10.0.0.1"), two = ip("10.0.0.2");
	struct fixture f;

	(void)state;
	begin(&f);
	web_a.ingress = &ingress;
	web_a.n_ingress = 1;
	set(&f, f.a, "10.0.0.1", NULL);
	ipam_release(f.holders.ipam, &one, f.a);
	ipam_hold(f.holders.ipam, &two, f.b);
	told[0] = '\0';
	holders_rebuild(&f.holders, f.services);
	assert_string_equal(told,
	    "service web/a: the books are wrong: 10.0.0.1 is held by others "
	    "only\n"
	    "address 10.0.0.2: the books are wrong: who holds it does not "
	    "know of it\n");
	assert_int_equal(f.mismatches, 2);
	assert_true(holders_are_good(&f.holders));
	assert_ptr_equal(ipam_holders(f.holders.ipam, &one)->owner, f.a);
	assert_null(ipam_holders(f.holders.ipam, &two));
	end(&f);
	web_a.n_ingress = 0;
}

/* ---- an allocator with them ---- */

static void *
holder_of(const char *address)
{
	const struct addr a = ip(address);
	const struct ipam_holder *h = ipam_holders(spied_books, &a);

	return h != NULL ? h->owner : NULL;
}

static void
expect_metric(struct cluster *c, const char *line)
{
	char *text = cluster_metrics(c);

	assert_non_null(strstr(text, line));
	free(text);
}

static void
a_mismatch_is_logged_and_the_books_are_rebuilt_from_the_objects(void **state)
{
	struct cluster *c = cluster_with_four();
	struct addr a = ip("10.0.0.0");

	(void)state;
	service(c, "web/a", NULL);
	service(c, "web/b", NULL);
	void *owner = holder_of("10.0.0.0");

	ipam_release(spied_books, &a, owner);
	told[0] = '\0';
	log_set_sink(on_line);
	service(c, "web/c", NULL); /* not what the books take for free */
	log_set_sink(NULL);
	assert_string_equal(told,
	    "service web/a: the books are wrong: 10.0.0.0 is held by others "
	    "only\n");
	assert_ptr_equal(holder_of("10.0.0.0"), owner);
	assert_has(c, "web/a", "10.0.0.0");
	assert_has(c, "web/b", "10.0.0.1");
	assert_has(c, "web/c", "10.0.0.2");
	expect_metric(c, "\nlbbgp_allocator_mismatches_total 1\n");
	cluster_free(c);
}

static void
an_address_whose_holder_does_not_know_of_it_is_free_again(void **state)
{
	struct cluster *c = cluster_with_four();
	struct addr a = ip("10.0.0.1");

	(void)state;
	service(c, "web/a", NULL);
	ipam_hold(spied_books, &a, holder_of("10.0.0.0"));
	service(c, "web/b", NULL);
	assert_has(c, "web/b", "10.0.0.1");
	expect_metric(c, "\nlbbgp_allocator_mismatches_total 1\n");
	cluster_free(c);
}

static void
who_goes_leaves_no_trace_in_the_books(void **state)
{
	struct cluster *c = cluster_with_four();
	struct addr a = ip("10.0.0.1");

	(void)state;
	service(c, "web/a", NULL);
	ipam_hold(spied_books, &a, holder_of("10.0.0.0"));
	cluster_delete(c, "Service", "web/a");
	cluster_put(c, "Service", "web/b", ASKS("10.0.0.1"));
	cluster_settle(c);
	assert_has(c, "web/b", "10.0.0.1");
	assert_null(holder_of("10.0.0.0"));
	cluster_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_taken_and_what_is_left_is_told),
		cmocka_unit_test(no_change_behind_their_back_goes_unnoticed),
		cmocka_unit_test(
		    a_mismatch_found_on_the_way_is_logged_once_for_each_address),
		cmocka_unit_test(rebuilt_they_have_what_the_objects_say),
		cmocka_unit_test(
		    a_mismatch_is_logged_and_the_books_are_rebuilt_from_the_objects),
		cmocka_unit_test(
		    an_address_whose_holder_does_not_know_of_it_is_free_again),
		cmocka_unit_test(who_goes_leaves_no_trace_in_the_books),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
