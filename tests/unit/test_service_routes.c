/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a Service may say of its routes: each annotation with what is good and what is
 * refused in it, and nothing that its group does not allow.
 */
#include "common/api/service_routes.h"

#include <stdio.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/prefix.h"
#include "tests/test.h"
#include "tests/unit/objects.h"

#define ALL                                                         \
	"serviceAnnotations: [communities, local-preference, med, " \
	"prepend, peers, max-announcers]"

static struct service_group *
group(const char *bgp)
{
	char *yaml = xasprintf(
	    "{metadata: {name: g}, spec: {pools: [{subnet: 10.0.0.0/24, pool: "
	    "10.0.0.0/25, aggregation: /25}, {subnet: 10.0.0.0/24, pool: "
	    "10.0.0.128/25}], announce: {bgp: {%s}}}}",
	    bgp);
	struct service_group *g = object(service_group_decode, yaml);

	free(yaml);
	return g;
}

static struct service *
service(void *(*decode)(const json_t *, struct err *), const char *annotations)
{
	char *yaml = xasprintf("{metadata: {name: s, namespace: a, "
			       "annotations: {%s}}, spec: {}}",
	    annotations);
	struct service *s = object(decode, yaml);

	free(yaml);
	return s;
}

/* *r is the caller's; returns how many are refused, and the first in *err. */
static unsigned
read(const char *bgp, const char *annotations, struct service_routes *r,
    struct err *err)
{
	struct service_group *g = group(bgp);
	struct service *s = service(service_decode_brief, annotations);
	unsigned refused = service_routes_read(s, g, r, err);

	service_free(s);
	service_group_free(g);
	return refused;
}

TEST(each_annotation_is_read)
{
	struct service_routes r;
	struct err err;

	assert_int_equal(
	    read(ALL ", peers: [a, b, c]",
		"lbbgp.io/communities: '64517:7, 1:2:3 no-export', "
		"lbbgp.io/local-preference: '4294967295', lbbgp.io/med: '0', "
		"lbbgp.io/prepend: '10', lbbgp.io/peers: 'c,a', "
		"lbbgp.io/max-announcers: '5000'",
		&r, &err),
	    0);
	assert_int_equal(r.said, 0x3f);
	assert_int_equal(r.communities.n, 3);
	assert_int_equal(r.communities.at[2].value[0], 0xffffff01);
	assert_int_equal(r.local_preference, UINT32_MAX);
	assert_int_equal(r.med, 0);
	assert_int_equal(r.prepends, 10);
	assert_int_equal(r.peers, 1 | 1 << 2);
	assert_int_equal(r.max_announcers, 5000);
	service_routes_fini(&r);
}

TEST(without_annotations_nothing_is_said)
{
	struct service_routes r;
	struct err err;
	struct service *s = service(service_decode, "lbbgp.io/addresses: x");

	assert_false(service_says_routes(s));
	service_free(s);
	s = service(service_decode, "lbbgp.io/med: x");
	assert_true(service_says_routes(s));
	assert_null(s->unknown);
	assert_null(s->fault);
	service_free(s);
	assert_int_equal(read(ALL, "", &r, &err), 0);
	assert_int_equal(r.said, 0);
}

TEST(what_is_not_good_is_refused_with_what_is_allowed)
{
	static const struct {
		const char *bgp, *annotations, *why;
	} rows[] = {
		{ "", "lbbgp.io/med: '1'",
		    "lbbgp.io/med: not allowed by ServiceGroup g "
		    "(serviceAnnotations: none)" },
		{ "serviceAnnotations: [communities, prepend]",
		    "lbbgp.io/med: '1'",
		    "lbbgp.io/med: not allowed by ServiceGroup g "
		    "(serviceAnnotations: communities, prepend)" },
		{ ALL, "lbbgp.io/med: '-1'",
		    "lbbgp.io/med: \"-1\": not 0..4294967295" },
		{ ALL, "lbbgp.io/med: ''",
		    "lbbgp.io/med: \"\": not 0..4294967295" },
		{ ALL, "lbbgp.io/med: '4294967296'",
		    "lbbgp.io/med: \"4294967296\": not 0..4294967295" },
		{ ALL, "lbbgp.io/local-preference: '99999999999999999999'",
		    "lbbgp.io/local-preference: \"99999999999999999999\": not "
		    "0..4294967295" },
		{ ALL, "lbbgp.io/prepend: '11'",
		    "lbbgp.io/prepend: \"11\": not 1..10" },
		{ ALL, "lbbgp.io/prepend: '0'",
		    "lbbgp.io/prepend: \"0\": not 1..10" },
		{ ALL, "lbbgp.io/max-announcers: '5001'",
		    "lbbgp.io/max-announcers: \"5001\": not 1..5000" },
		{ ALL ", maxAnnouncers: 4", "lbbgp.io/max-announcers: '5'",
		    "lbbgp.io/max-announcers: \"5\": not 1..4" },
		{ ALL ", peers: [a, b]", "lbbgp.io/peers: 'a, x'",
		    "lbbgp.io/peers: \"x\": not in peers of ServiceGroup g: a, "
		    "b" },
		{ ALL, "lbbgp.io/peers: a",
		    "lbbgp.io/peers: \"a\": not in peers of ServiceGroup g: "
		    "there are none" },
		{ ALL ", peers: [a]", "lbbgp.io/peers: ' ,'",
		    "lbbgp.io/peers: there is none in it" },
		{ ALL, "lbbgp.io/communities: ','",
		    "lbbgp.io/communities: there is none in it" },
		{ ALL, "lbbgp.io/communities: '1:1 blackhole'",
		    "lbbgp.io/communities: \"blackhole\": of the well-known "
		    "ones only no-export is allowed" },
		{ ALL, "lbbgp.io/communities: '65535:666'",
		    "lbbgp.io/communities: \"65535:666\": of the well-known "
		    "ones only no-export is allowed" },
		{ ALL, "lbbgp.io/communities: gold",
		    "lbbgp.io/communities: \"gold\": neither N:N nor N:N:N nor "
		    "no-export" },
		{ ALL ", serviceCommunities: ['1:1', gold, '1:2:3']",
		    "lbbgp.io/communities: 'gold, 1:1, 1:2'",
		    "lbbgp.io/communities: \"1:2\": not in serviceCommunities "
		    "of ServiceGroup g: 1:1, gold, 1:2:3" },
		{ ALL ", serviceCommunities: ['1:1']",
		    "lbbgp.io/communities: no-export",
		    "lbbgp.io/communities: \"no-export\": not in "
		    "serviceCommunities of ServiceGroup g: 1:1" },
		{ ALL,
		    "lbbgp.io/communities: '1:1 1:2 1:3 1:4 1:5 1:6 1:7 1:8 "
		    "1:9 1:10 1:11 1:12 1:13 1:14 1:15 1:16 1:17'",
		    "lbbgp.io/communities: more than 16 of them" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct service_routes r;
		struct err err = { "" };

		assert_int_equal(
		    read(rows[i].bgp, rows[i].annotations, &r, &err), 1);
		assert_string_equal(err.text, rows[i].why);
		assert_int_equal(r.said, 0);
		assert_int_equal(r.communities.n, 0);
		assert_int_equal(r.peers, 0);
		service_routes_fini(&r);
	}
}

TEST(a_group_may_list_what_else_is_forbidden)
{
	struct service_routes r;
	struct err err;

	assert_int_equal(
	    read(ALL ", serviceCommunities: [blackhole, gold]",
		"lbbgp.io/communities: '65535:666 gold'", &r, &err),
	    0);
	assert_int_equal(r.communities.n, 2);
	service_routes_fini(&r);
}

/* Each for itself: what is wrong in one is no fault of the others. */
TEST(what_is_refused_leaves_the_others_in_force)
{
	struct service_routes r;
	struct err err;

	assert_int_equal(read("serviceAnnotations: [med, prepend]",
			     "lbbgp.io/communities: '1:1', lbbgp.io/med: x, "
			     "lbbgp.io/prepend: '2'",
			     &r, &err),
	    2);
	assert_int_equal(r.said, 1 << 3);
	assert_int_equal(r.prepends, 2);
	assert_string_equal(err.text,
	    "lbbgp.io/communities: not allowed by ServiceGroup g "
	    "(serviceAnnotations: med, prepend)");
	service_routes_fini(&r);
}

TEST(order_and_doubles_don_t_matter)
{
	struct service_routes a, b, c;
	struct err err;

	read(ALL, "lbbgp.io/communities: '1:1 2:2'", &a, &err);
	read(ALL, "lbbgp.io/communities: '2:2,1:1,2:2'", &b, &err);
	read(ALL, "lbbgp.io/communities: '2:2'", &c, &err);
	assert_true(service_routes_eq(&a, &b));
	assert_false(service_routes_eq(&a, &c));
	assert_false(service_routes_eq(&c, &a));
	service_routes_fini(&a);
	service_routes_fini(&b);
	service_routes_fini(&c);
}

TEST(same_words_are_the_same)
{
	struct service *a = service(service_decode, "lbbgp.io/med: '1'");
	struct service *b = service(service_decode_brief, "lbbgp.io/med: '1'");
	struct service *c = service(service_decode, "lbbgp.io/med: '2'");
	struct service *d = service(service_decode, "lbbgp.io/prepend: '1'");

	assert_true(service_routes_same(a, b));
	assert_false(service_routes_same(a, c));
	assert_false(service_routes_same(a, d));
	assert_false(service_routes_same(d, a));
	service_free(a);
	service_free(b);
	service_free(c);
	service_free(d);
}

TEST(an_address_has_a_route_of_its_own_as_the_group_says)
{
	static const struct {
		const char *bgp, *addr;
		bool local, alone;
	} rows[] = {
		{ "", "10.0.0.7", false, false },
		{ "", "10.0.0.7", true, true },
		{ "", "10.0.0.200", false, true },
		{ "lengths: Host", "10.0.0.7", false, true },
		{ "lengths: Both", "10.0.0.7", false, true },
		{ "lengths: Both", "10.9.0.7", false, false },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct service_group *g = group(rows[i].bgp);
		struct addr a;

		assert_true(addr_parse(rows[i].addr, &a));
		assert_int_equal(
		    service_group_has_routes_alone(g, &a, rows[i].local),
		    rows[i].alone);
		service_group_free(g);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_annotation_is_read),
		cmocka_unit_test(without_annotations_nothing_is_said),
		cmocka_unit_test(
		    what_is_not_good_is_refused_with_what_is_allowed),
		cmocka_unit_test(a_group_may_list_what_else_is_forbidden),
		cmocka_unit_test(what_is_refused_leaves_the_others_in_force),
		cmocka_unit_test(order_and_doubles_don_t_matter),
		cmocka_unit_test(same_words_are_the_same),
		cmocka_unit_test(
		    an_address_has_a_route_of_its_own_as_the_group_says),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
