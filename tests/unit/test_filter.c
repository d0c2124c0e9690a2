/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Filters as YAML, compiled, and asked about single routes: what becomes of them, and
 * which rule it was.
 */
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/verdict.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct rib *rib;
	struct filters *filters;
	struct bgp_configuration *config;
	struct filter_peer peer;
	const char *interface; /* by which the peer is reached */
	unsigned asked;
};

static const char *
reached_by(void *arg)
{
	struct world *w = arg;

	w->asked++;
	return w->interface;
}

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	w->filters = filters_new(w->rib);
	w->config = decoded(bgp_configuration_decode,
	    "metadata: {name: default}\nspec: {asNumber: 65000, communities: "
	    "[{name: blue, value: '65000:7'}, {name: big, value: '1:2:3'}]}\n");
	w->peer = (struct filter_peer){ .config = w->config,
		.local_as = 65000,
		.interface = reached_by,
		.arg = w };
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	filters_free(w->filters);
	rib_free(w->rib);
	path_table_free(w->paths);
	bgp_configuration_free(w->config);
	free(w);
	return 0;
}

static struct bgp_filter *
filter(const char *name, const char *spec)
{
	char *yaml =
	    xasprintf("metadata: {name: %s}\nspec: {%s}\n", name, spec);
	struct bgp_filter *f = decoded(bgp_filter_decode, yaml);

	free(yaml);
	return f;
}

/* Of one filter; a reference. */
static const struct policy *
compiled(struct world *w, enum filter_way way, const char *spec)
{
	struct bgp_filter *f = filter("f", spec);
	const struct bgp_filter *list[] = { f };
	const struct policy *policy;
	struct err err = { "" };

	assert_true(
	    filters_compile(w->filters, list, 1, way, &w->peer, &policy, &err));
	bgp_filter_free(f);
	return policy;
}

/* What becomes of a path for a prefix, a reference; NULL: it is refused. */
static struct path *
judged(struct world *w, const struct policy *policy, const char *prefix,
    const struct attrs *a)
{
	struct path *in = path_intern(w->paths, a);
	struct prefix p = pfx(prefix);
	struct policy_case of;

	policy_case_init(&of, policy, in, &ebgp_source);
	struct path *out =
	    verdict_apply(rib_verdicts(w->rib), policy_judge(&of, &p), in);

	path_unref(in);
	return out;
}

static bool
accepts(struct world *w, const struct policy *policy, const char *prefix)
{
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct path *p = judged(w, policy, prefix, &a);

	path_unref(p);
	return p != NULL;
}

static void
without_a_rule_there_is_no_policy(void **state)
{
	struct world *w = *state;

	assert_null(compiled(w, FILTER_IMPORT,
	    "export: [{name: a, action: Reject}], import: []"));
	assert_null(
	    compiled(w, FILTER_EXPORT, "import: [{name: a, action: Accept}]"));
}

/* RFC 8212 */
static void
what_no_rule_decides_about_is_not_taken_but_told(void **state)
{
	struct world *w = *state;
	const char *spec =
	    "import: [{name: a, action: Accept, prefixes: [{cidr: "
	    "10.0.0.0/8, maxLength: 24}]}], export: [{name: b, action: Reject, "
	    "prefixes: [{cidr: 10.0.0.0/8, maxLength: 24}]}]";
	const struct policy *in = compiled(w, FILTER_IMPORT, spec);
	const struct policy *out = compiled(w, FILTER_EXPORT, spec);

	assert_true(accepts(w, in, "10.1.0.0/16"));
	assert_false(accepts(w, in, "10.1.0.0/25"));
	assert_false(accepts(w, in, "2001:db8::/32"));
	assert_false(accepts(w, out, "10.1.0.0/16"));
	assert_true(accepts(w, out, "10.1.0.0/25"));
	assert_true(accepts(w, out, "2001:db8::/32"));
	assert_int_equal(filters_others(in), 2);
	filters_unref(in);
	filters_unref(out);
}

static void
a_rule_without_prefixes_is_about_both_families(void **state)
{
	struct world *w = *state;
	const struct policy *p =
	    compiled(w, FILTER_IMPORT, "import: [{name: a, action: Accept}]");

	assert_true(accepts(w, p, "0.0.0.0/0"));
	assert_true(accepts(w, p, "10.1.2.3/32"));
	assert_true(accepts(w, p, "::/0"));
	assert_true(accepts(w, p, "2001:db8::1/128"));
	filters_unref(p);
}

static void
all_conditions_have_to_be_met(void **state)
{
	struct world *w = *state;
	const struct policy *p = compiled(w, FILTER_IMPORT,
	    "import: [{name: a, action: Accept, sources: [Peer], communities: "
	    "[blue, big, 'rt:65000:1'], asPath: {startsWith: [65001], "
	    "contains: [65001], minLength: 1, maxLength: 1}, peers: [tor]}]");
	struct rib_source source = ebgp_source;
	struct attrs a = heard(VIA_65001, "10.0.0.1");
	struct prefix net = pfx("10.0.0.0/8");
	struct policy_case of;

	a.communities = hex("fde80007");
	a.large_communities = hex("00000001 00000002 00000003");
	a.ext_communities = hex("0002fde8 00000001");
	struct path *path = path_intern(w->paths, &a);

	policy_case_init(&of, p, path, &source);
	assert_int_equal(policy_judge(&of, &net), VERDICT_REFUSE);
	source.tag = filters_tag(w->filters, "tor");
	policy_case_init(&of, p, path, &source);
	assert_int_equal(policy_judge(&of, &net), VERDICT_ACCEPT);
	path_unref(path);
	filters_unref(p);
}

static void
what_a_rule_sets_is_set(void **state)
{
	struct world *w = *state;
	const struct policy *p = compiled(w, FILTER_EXPORT,
	    "export: [{name: a, action: Accept, set: {removeCommunities: "
	    "['65000:1'], addCommunities: [blue, big, 'rt:65000:1'], prepend: "
	    "{times: 2}, med: 5, localPreference: 6, origin: EGP, nextHop: "
	    "192.0.2.9}}]");
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	a.communities = hex("fde80001");
	struct path *four = judged(w, p, "10.0.0.0/8", &a);
	struct path *six = judged(w, p, "2001:db8::/32", &a);

	path_attrs(four, &a);
	assert_true(rbuf_eq(a.communities, hex("fde80007")));
	assert_true(
	    rbuf_eq(a.large_communities, hex("00000001 00000002 00000003")));
	assert_true(rbuf_eq(a.ext_communities, hex("0002fde8 00000001")));
	assert_int_equal(as_path_count(a.as_path, 65000), 2);
	assert_int_equal(a.med, 5);
	assert_int_equal(a.local_pref, 6);
	assert_int_equal(a.origin, ORIGIN_EGP);
	assert_addr(&a.next_hop.addr, "192.0.2.9");
	path_attrs(six, &a); /* its next hop is of the other family */
	assert_addr(&a.next_hop.addr, "10.0.0.1");
	assert_int_equal(a.med, 5);
	path_unref(four);
	path_unref(six);
	filters_unref(p);
}

static void
interfaces_are_those_that_the_peer_is_reached_by(void **state)
{
	static const struct {
		const char *interface;
		bool accepted;
	} rows[] = {
		{ "eth0", true },
		{ "eth12", true },
		{ "veth0", false },
		{ "lo", true },
		{ NULL, false },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w->interface = rows[i].interface;
		const struct policy *p = compiled(w, FILTER_IMPORT,
		    "import: [{name: a, action: Accept, interfaces: "
		    "['eth[0-9]+', lo]}]");

		assert_int_equal(accepts(w, p, "10.0.0.0/8"), rows[i].accepted);
		filters_unref(p);
	}
	w->asked = 0;
	filters_unref(
	    compiled(w, FILTER_IMPORT, "import: [{name: a, action: Accept}]"));
	assert_int_equal(w->asked, 0); /* nobody wants to know */
}

static void
filters_of_a_list_are_tried_one_after_the_other(void **state)
{
	struct world *w = *state;
	struct bgp_filter *a = filter("a",
	    "import: [{name: drop, action: Reject, prefixes: [{cidr: "
	    "10.1.0.0/16}]}]");
	struct bgp_filter *b =
	    filter("b", "import: [{name: rest, action: Accept}]");
	const struct bgp_filter *list[] = { a, b };
	struct filter_counter c;
	const struct policy *p;
	struct err err;

	assert_true(filters_compile(
	    w->filters, list, 2, FILTER_IMPORT, &w->peer, &p, &err));
	bgp_filter_free(a);
	bgp_filter_free(b);
	assert_false(accepts(w, p, "10.1.0.0/16"));
	assert_true(accepts(w, p, "10.2.0.0/16"));
	assert_true(accepts(w, p, "10.3.0.0/16"));
	assert_true(filters_counter(p, 0, &c));
	assert_string_equal(c.filter, "a");
	assert_string_equal(c.rule, "drop");
	assert_false(c.accept);
	assert_int_equal(c.hits, 1);
	assert_true(filters_counter(p, 1, &c));
	assert_string_equal(c.rule, "rest");
	assert_true(c.accept);
	assert_int_equal(c.hits, 2);
	assert_false(filters_counter(p, 2, &c));
	filters_unref(p);
}

static uint32_t
verdict_on(struct world *w, const struct policy *policy,
    const struct rib_source *source)
{
	struct path *path = local_path(w->paths, 0);
	struct prefix p = pfx("10.0.0.0/8");
	struct policy_case of;

	policy_case_init(&of, policy, path, source);
	uint32_t verdict = policy_judge(&of, &p);

	path_unref(path);
	return verdict;
}

/* No node becomes a way through by a rule that was meant for its own prefixes. */
static void
what_others_gave_is_passed_on_only_by_name(void **state)
{
	static const struct {
		const char *spec;
		bool passes, own, received;
	} rows[] = {
		{ "export: [{name: a, action: Accept}]", false, true, true },
		{ "export: [{name: a, action: Accept, sources: [Peer]}]", true,
		    true, true },
		{ "export: [{name: a, action: Accept, peers: [tor]}]", true,
		    true, true },
		{ "export: [{name: a, action: Accept, peers: [other]}]", true,
		    true, false },
		{ "export: [{name: a, action: Accept, sources: [Peer], asPath: "
		  "{minLength: 9}}, {name: b, action: Accept}]",
		    true, true, false },
		{ "export: [{name: a, action: Reject, sources: [Peer]}]", false,
		    true, false },
		{ "export: [{name: a, action: Accept, sources: [Peer]}, {name: "
		  "b, action: Reject}]",
		    true, false, true },
	};
	static const struct rib_source own = { .kind = PEER_LOCAL };
	struct world *w = *state;
	struct rib_source tor = ebgp_source;

	tor.tag = filters_tag(w->filters, "tor");
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct policy *p =
		    compiled(w, FILTER_EXPORT, rows[i].spec);

		assert_int_equal(filters_pass_received(p), rows[i].passes);
		assert_int_equal(verdict_on(w, p, &own), rows[i].own);
		assert_int_equal(verdict_on(w, p, &tor), rows[i].received);
		filters_unref(p);
	}
	assert_false(filters_pass_received(NULL));
}

/* So that nothing is judged or sent anew where nothing has changed. */
static void
equal_content_is_one_policy(void **state)
{
	static const char *const others[] = {
		"export: [{name: b, action: Accept, set: {med: 1}}]",
		"export: [{name: a, action: Accept, set: {med: 2}}]",
		"export: [{name: a, action: Reject}]",
		"export: [{name: a, action: Accept, set: {med: 1}, sources: "
		"[Pod]}]",
		"export: [{name: a, action: Accept, set: {med: 1}, prefixes: "
		"[{cidr: 10.0.0.0/8}]}]",
	};
	struct world *w = *state;
	const char *spec = "export: [{name: a, action: Accept, set: {med: 1}}]";
	const struct policy *one = compiled(w, FILTER_EXPORT, spec);
	const struct policy *same = compiled(w, FILTER_EXPORT, spec);

	assert_ptr_equal(one, same);
	filters_unref(same);
	for (size_t i = 0; i < sizeof(others) / sizeof(others[0]); i++) {
		const struct policy *p = compiled(w, FILTER_EXPORT, others[i]);

		assert_ptr_not_equal(one, p);
		filters_unref(p);
	}
	filters_unref(one);
}

/* As by somebody who sets another value every minute. */
static void
what_filters_were_once_takes_no_room(void **state)
{
	struct world *w = *state;

	for (unsigned i = 0; i < 1000; i++) {
		const struct action med = { .kind = ACTION_MED,
			.value = { i } };
		char *spec = xasprintf(
		    "export: [{name: a, action: Accept, set: {med: %u}}]", i);
		uint32_t verdict;

		filters_unref(compiled(w, FILTER_EXPORT, spec));
		verdict = rib_verdict(w->rib, &med, 1);
		filters_tidy(w->filters);
		assert_in_range(verdict, VERDICT_ACCEPT + 1, 8);
		rib_verdict_unref(w->rib, verdict);
		free(spec);
	}
}

static void
a_community_that_nobody_names_is_told(void **state)
{
	static const char *const specs[] = {
		"export: [{name: a, action: Accept, communities: ['1:1', "
		"green]}]",
		"export: [{name: a, action: Accept, set: {addCommunities: "
		"[green]}}]",
		"export: [{name: a, action: Accept, set: {removeCommunities: "
		"[green]}}]",
	};
	struct world *w = *state;

	for (size_t i = 0; i < 3; i++) {
		struct bgp_filter *f = filter("f", specs[i]);
		const struct bgp_filter *list[] = { f };
		const struct policy *policy;
		struct err err = { "" };

		assert_false(filters_compile(w->filters, list, 1, FILTER_EXPORT,
		    &w->peer, &policy, &err));
		assert_null(policy);
		assert_non_null(strstr(err.text, "\"green\""));
		bgp_filter_free(f);
	}
}

static void
a_name_has_one_tag(void **state)
{
	struct world *w = *state;
	uint32_t a = filters_tag(w->filters, "a");

	assert_int_not_equal(a, 0);
	assert_int_not_equal(filters_tag(w->filters, "b"), a);
	assert_int_equal(filters_tag(w->filters, "a"), a);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(without_a_rule_there_is_no_policy),
		T(what_no_rule_decides_about_is_not_taken_but_told),
		T(a_rule_without_prefixes_is_about_both_families),
		T(all_conditions_have_to_be_met),
		T(what_a_rule_sets_is_set),
		T(interfaces_are_those_that_the_peer_is_reached_by),
		T(filters_of_a_list_are_tried_one_after_the_other),
		T(what_others_gave_is_passed_on_only_by_name),
		T(equal_content_is_one_policy),
		T(what_filters_were_once_takes_no_room),
		T(a_community_that_nobody_names_is_told),
		T(a_name_has_one_tag),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
