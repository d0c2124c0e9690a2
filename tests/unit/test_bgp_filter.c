/* SPDX-License-Identifier: Apache-2.0 */
#include <string.h>

#include "bgpd/config/bgp_filter.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static struct bgp_filter *
filter(const char *spec)
{
	char *yaml = xasprintf("metadata: {name: f}\nspec: {%s}\n", spec);
	struct bgp_filter *f = decoded(bgp_filter_decode, yaml);

	free(yaml);
	return f;
}

TEST(a_rule_without_conditions_has_none)
{
	struct bgp_filter *f = filter("export: [{name: all, action: Reject}]");
	const struct filter_rule *r = &f->export.at[0];

	assert_int_equal(f->import.n, 0);
	assert_int_equal(f->export.n, 1);
	assert_string_equal(r->name, "all");
	assert_int_equal(r->n_prefixes, 0);
	assert_int_equal(r->sources, 0);
	assert_null(r->peers[0]);
	assert_null(r->interfaces[0]);
	assert_int_equal(r->communities.n, 0);
	assert_int_equal(r->starts.n + r->contains.n, 0);
	assert_int_equal(r->min_length, 0);
	assert_int_equal(r->max_length, 0);
	assert_false(r->accept || r->set.has_med || r->set.has_origin ||
	    r->set.has_local_preference || r->set.next_hop_self);
	assert_int_equal(r->set.prepend_times, 0);
	assert_int_equal(r->set.next_hop.family, FAMILY_NONE);
	bgp_filter_free(f);
}

TEST(lengths_are_those_of_the_prefix_unless_given)
{
	static const struct {
		const char *lengths;
		uint8_t min, max;
	} rows[] = {
		{ "", 8, 8 },
		{ ", minLength: 16", 16, 32 },
		{ ", maxLength: 24", 8, 24 },
		{ ", minLength: 24, maxLength: 24", 24, 24 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *spec =
		    xasprintf("import: [{name: a, action: Accept, prefixes: "
			      "[{cidr: 10.0.0.0/8%s}]}]",
			rows[i].lengths);
		struct bgp_filter *f = filter(spec);
		const struct filter_prefix *p = f->import.at[0].prefixes;

		assert_int_equal(p->cidr.len, 8);
		assert_int_equal(p->min_len, rows[i].min);
		assert_int_equal(p->max_len, rows[i].max);
		bgp_filter_free(f);
		free(spec);
	}
}

TEST(conditions_are_read)
{
	struct bgp_filter *f = filter(
	    "import: [{name: a.b, action: Accept, sources: [Peer, Pod], "
	    "peers: [tor-a, tor-b], communities: ['65000:1', '1:2:3', "
	    "'rt:65000:1', customers], interfaces: ['eth.*'], asPath: "
	    "{startsWith: [65001, 65002], contains: [65003], minLength: 3, "
	    "maxLength: 9}}]");
	const struct filter_rule *r = &f->import.at[0];

	assert_int_equal(r->sources, FILTER_PEER | FILTER_POD);
	assert_string_equal(r->peers[0], "tor-a");
	assert_string_equal(r->peers[1], "tor-b");
	assert_null(r->peers[2]);
	assert_int_equal(r->communities.n, 4);
	assert_int_equal(r->communities.at[0].kind, FILTER_COMMUNITY_STANDARD);
	assert_int_equal(r->communities.at[0].value[0], 0xfde80001);
	assert_int_equal(r->communities.at[1].kind, FILTER_COMMUNITY_LARGE);
	assert_int_equal(r->communities.at[1].value[2], 3);
	assert_int_equal(r->communities.at[2].kind, FILTER_COMMUNITY_EXTENDED);
	assert_string_equal(r->communities.at[3].name, "customers");
	assert_string_equal(r->interfaces[0], "eth.*");
	assert_int_equal(r->starts.n, 2);
	assert_int_equal(r->starts.at[1], 65002);
	assert_int_equal(r->contains.at[0], 65003);
	assert_int_equal(r->min_length, 3);
	assert_int_equal(r->max_length, 9);
	bgp_filter_free(f);
}

TEST(what_is_set_is_read)
{
	struct bgp_filter *f = filter(
	    "export: [{name: a, action: Accept, set: {addCommunities: "
	    "[no-export], removeCommunities: ['1:1'], prepend: {times: 3}, "
	    "med: 0, localPreference: 7, origin: Incomplete, nextHop: Self}}, "
	    "{name: b, action: Accept, set: {prepend: {asNumber: 9}, nextHop: "
	    "'fd00::1'}}]");
	const struct filter_set *a = &f->export.at[0].set;
	const struct filter_set *b = &f->export.at[1].set;

	assert_int_equal(a->add.at[0].value[0], 0xffffff01);
	assert_int_equal(a->remove.at[0].value[0], 0x00010001);
	assert_int_equal(a->prepend_as, 0);
	assert_int_equal(a->prepend_times, 3);
	assert_true(a->has_med && a->has_local_preference && a->has_origin);
	assert_int_equal(a->med, 0);
	assert_int_equal(a->local_preference, 7);
	assert_int_equal(a->origin, 2);
	assert_true(a->next_hop_self);
	assert_int_equal(b->prepend_as, 9);
	assert_int_equal(b->prepend_times, 1);
	assert_false(b->next_hop_self || b->has_med);
	assert_addr(&b->next_hop, "fd00::1");
	bgp_filter_free(f);
}

TEST(extended_communities_have_three_forms)
{
	static const struct {
		const char *text;
		bool good;
		uint32_t high, low;
	} rows[] = {
		{ "rt:65000:4294967295", true, 0x0002fde8, 0xffffffff },
		{ "rt:65536:65535", true, 0x02020001, 0x0000ffff },
		{ "rt:10.0.0.1:7", true, 0x01020a00, 0x00010007 },
		{ "0x4004FDE80000000a", true, 0x4004fde8, 0x0000000a },
		{ "rt:65536:65536", false, 0, 0 },
		{ "rt:65000:4294967296", false, 0, 0 },
		{ "rt:4294967296:1", false, 0, 0 },
		{ "rt:10.0.0.1:65536", false, 0, 0 },
		{ "rt:10.0.0:1", false, 0, 0 },
		{ "rt:65000", false, 0, 0 },
		{ "rt:65000:", false, 0, 0 },
		{ "rt:65000:1:", false, 0, 0 },
		{ "rt::1", false, 0, 0 },
		{ "rt:fd00::1:1", false, 0, 0 },
		{ "rt:-1:1", false, 0, 0 },
		{ "0x4004fde80000000", false, 0, 0 },
		{ "0x4004fde80000000g", false, 0, 0 },
		{ "0x4004fde80000000aa", false, 0, 0 },
		{ "1:65536", false, 0, 0 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct filter_community c;

		assert_int_equal(
		    filter_community_parse(rows[i].text, &c), rows[i].good);
		if (!rows[i].good)
			continue;
		assert_int_equal(c.kind, FILTER_COMMUNITY_EXTENDED);
		assert_int_equal(c.value[0], rows[i].high);
		assert_int_equal(c.value[1], rows[i].low);
	}
}

TEST(what_is_no_rule_is_refused_by_name)
{
	static const struct {
		const char *spec, *why;
	} rows[] = {
		{ "import: [{action: Accept}]",
		    "spec.import[0].name: missing" },
		{ "import: [{name: a, action: Accept}, {name: a, action: "
		  "Reject}]",
		    "spec.import[1].name: \"a\": stands there twice" },
		{ "import: [{name: a}]", "spec.import[0].action: missing" },
		{ "import: [{name: 'a b', action: Accept}]",
		    "spec.import[0].name: \"a b\"" },
		{ "import: [{name: a, action: Accept, prefixes: [{cidr: "
		  "10.0.0.1/8}]}]",
		    "spec.import[0].prefixes[0].cidr: \"10.0.0.1/8\"" },
		{ "import: [{name: a, action: Accept, prefixes: [{cidr: "
		  "10.0.0.0/8, maxLength: 33}]}]",
		    "spec.import[0].prefixes[0]" },
		{ "import: [{name: a, action: Accept, prefixes: [{cidr: "
		  "10.0.0.0/8, minLength: 7}]}]",
		    "spec.import[0].prefixes[0]" },
		{ "import: [{name: a, action: Accept, prefixes: [{cidr: "
		  "10.0.0.0/8, minLength: 20, maxLength: 19}]}]",
		    "spec.import[0].prefixes[0]" },
		{ "import: [{name: a, action: Reject, set: {med: 1}}]",
		    "set goes with the action Accept" },
		{ "import: [{name: a, action: Accept, set: {nextHop: Self}}]",
		    "spec.import[0].set.nextHop: \"Self\": not an IP address" },
		{ "import: [{name: a, action: Accept, interfaces: ['(']}]",
		    "spec.import[0].interfaces[0]: \"(\"" },
		{ "export: [{name: a, action: Accept, set: {nextHop: me}}]",
		    "spec.export[0].set.nextHop: \"me\"" },
		{ "export: [{name: a, action: Accept, asPath: {minLength: 3, "
		  "maxLength: 2}}]",
		    "minLength is above maxLength" },
		{ "export: [{name: a, action: Accept, sources: [Static]}]",
		    "spec.export[0].sources[0]: \"Static\"" },
		{ "export: [{name: a, action: Accept, communities: "
		  "['rt:1']}]",
		    "spec.export[0].communities[0]: \"rt:1\"" },
		{ "export: [{name: a, action: Accept, set: {prepend: {times: "
		  "11}}}]",
		    "spec.export[0].set.prepend.times: 11" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *yaml = xasprintf(
		    "metadata: {name: f}\nspec: {%s}\n", rows[i].spec);
		json_t *obj = manifest(yaml);
		struct err err = { "" };

		assert_null(bgp_filter_decode(obj, &err));
		if (strstr(err.text, rows[i].why) == NULL)
			print_error("%s\n  of %s\n", err.text, rows[i].spec);
		assert_non_null(strstr(err.text, rows[i].why));
		json_decref(obj);
		free(yaml);
	}
}

TEST(interfaces_are_for_import_alone)
{
	json_t *obj = manifest("metadata: {name: f}\nspec: {export: [{name: a, "
			       "action: Accept, interfaces: [eth0]}]}\n");
	struct err err = { "" };

	assert_false(bgp_filter_known(obj, &err));
	assert_non_null(strstr(err.text, "interfaces"));
	json_decref(obj);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_rule_without_conditions_has_none),
		cmocka_unit_test(lengths_are_those_of_the_prefix_unless_given),
		cmocka_unit_test(conditions_are_read),
		cmocka_unit_test(what_is_set_is_read),
		cmocka_unit_test(extended_communities_have_three_forms),
		cmocka_unit_test(what_is_no_rule_is_refused_by_name),
		cmocka_unit_test(interfaces_are_for_import_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
