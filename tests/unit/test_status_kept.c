/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Who reads status.loadBalancer.ingress, as external-dns and gateways do, deletes names
 * when it is empty: a Service that has an address has one all the time, be it another,
 * whatever happens to allocators and groups.
 */
#include "tests/unit/allocator_cases.h"
#include "tests/unit/histories.h"

#include <string.h>

#include "common/log.h"

enum { HISTORIES = 60, STEPS = 60, SERVICES = 6 };

struct history {
	struct cluster *c;
	struct rng rng;
	char complaint[256];
};

static unsigned
any(struct history *h, unsigned n)
{
	return rng_below(&h->rng, n);
}

static const char *
any_service(struct history *h)
{
	static char where[16];

	snprintf(where, sizeof(where), "web/s%u", any(h, SERVICES));
	return where;
}

static void
look(struct history *h)
{
	if (h->complaint[0] == '\0' && cluster_emptied(h->c) > 0)
		snprintf(h->complaint, sizeof(h->complaint),
		    "a Service has lost its last address");
}

static void
time_goes_on(struct history *h)
{
	cluster_run(h->c, 1 + any(h, 6000));
	look(h);
}

static void
leader_is_killed(struct history *h)
{
	cluster_kill(h->c, any(h, 2));
	time_goes_on(h);
}

static void
leader_ends(struct history *h)
{
	cluster_end(h->c, any(h, 2));
	time_goes_on(h);
}

static void
leader_stands_still(struct history *h)
{
	cluster_set_away(h->c, any(h, 2), 1000 + any(h, 30000));
	time_goes_on(h);
}

static void
both_start_again(struct history *h)
{
	cluster_crash(h->c);
	time_goes_on(h);
}

static void
writes_fail_for_a_while(struct history *h)
{
	cluster_set_faults(h->c, 128);
	time_goes_on(h);
	cluster_set_faults(h->c, 0);
}

/* Its pool is another, and its addresses are to move or may stay. */
static void
group_is_another(struct history *h)
{
	static const char *const names[] = { "a", "b" };
	char text[512];

	snprintf(text, sizeof(text),
	    "{'spec':{'priority':%u,'reclaimPolicy':'%s','autoAssign':%s,"
	    "'pools':[{'subnet':'10.%u.0.0/24','pool':'10.%u.0.%u/28'}]}}",
	    1 + any(h, 9), any(h, 2) == 0 ? "Retain" : "Reallocate",
	    any(h, 4) == 0 ? "false" : "true", any(h, 3), any(h, 3),
	    16 * any(h, 4));
	cluster_put(h->c, "ServiceGroup", names[any(h, 2)], text);
	time_goes_on(h);
}

static void
groups_are_gone_for_a_while(struct history *h)
{
	cluster_delete(h->c, "ServiceGroup", "a");
	if (any(h, 2) == 0)
		cluster_delete(h->c, "ServiceGroup", "b");
	time_goes_on(h);
}

static void
service_asks_for_another(struct history *h)
{
	char text[256];

	if (any(h, 2) == 0)
		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'lbbgp.io/addresses':"
		    "'10.%u.0.%u'}}}",
		    any(h, 3), any(h, 64));
	else
		snprintf(text, sizeof(text),
		    "{'metadata':{'annotations':{'lbbgp.io/addresses':null,"
		    "'lbbgp.io/service-group':'%s'}}}",
		    any(h, 2) == 0 ? "a" : "b");
	cluster_put(h->c, "Service", any_service(h), text);
	time_goes_on(h);
}

static void
service_asks_for_nothing(struct history *h)
{
	cluster_put(h->c, "Service", any_service(h),
	    "{'metadata':{'annotations':{'lbbgp.io/addresses':null,"
	    "'lbbgp.io/service-group':null}}}");
	time_goes_on(h);
}

static const struct step_kind kinds[] = {
	{ "time goes on", 4, time_goes_on },
	{ "an allocator is killed", 2, leader_is_killed },
	{ "an allocator ends", 2, leader_ends },
	{ "an allocator stands still", 2, leader_stands_still },
	{ "both start again", 1, both_start_again },
	{ "writes fail for a while", 1, writes_fail_for_a_while },
	{ "a group is another", 4, group_is_another },
	{ "groups are gone", 1, groups_are_gone_for_a_while },
	{ "a Service asks for another", 4, service_asks_for_another },
	{ "a Service asks for nothing", 2, service_asks_for_nothing },
	{ NULL, 0, NULL },
};

static bool
breaks(const struct script *s, bool aloud, void *arg)
{
	struct history h = { .c = cluster_new_pair(s->seed) };

	(void)arg;
	group(h.c, "a", "10.0.0.0/24", "10.0.0.0/28");
	group(h.c, "b", "10.1.0.0/24", "10.1.0.0/28");
	cluster_run(h.c, 3000);
	for (unsigned i = 0; i < SERVICES; i++) {
		char where[16];

		snprintf(where, sizeof(where), "web/s%u", i);
		cluster_put(h.c, "Service", where, NULL);
	}
	cluster_run(h.c, 3000);
	for (unsigned i = 0; i < SERVICES; i++) {
		char where[16];

		snprintf(where, sizeof(where), "web/s%u", i);
		assert_string_not_equal(cluster_addresses(h.c, where), "");
	}
	script_play(s, &h, &h.rng, h.complaint, aloud);
	if (aloud)
		print_error("%s\n", h.complaint);
	cluster_free(h.c);
	return h.complaint[0] != '\0';
}

TEST(a_service_with_an_address_is_never_without_one)
{
	static const struct histories all = {
		.kinds = kinds,
		.count = HISTORIES,
		.steps = STEPS,
		.breaks = breaks,
	};

	histories_hold(&all);
}

/* What the histories look for is seen. */
TEST(a_type_changed_away_empties_the_status)
{
	struct cluster *c = cluster_with_four();

	service(c, "web/shop", NULL);
	assert_int_equal(cluster_emptied(c), 0);
	service(c, "web/shop", "{'spec':{'type':'ClusterIP'}}");
	assert_has(c, "web/shop", "");
	assert_int_equal(cluster_emptied(c), 1);
	cluster_free(c);
}

static void
quiet(enum log_level level, const char *line)
{
	(void)level;
	(void)line;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_service_with_an_address_is_never_without_one),
		cmocka_unit_test(a_type_changed_away_empties_the_status),
	};

	log_set_sink(quiet);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
