/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What our programs would refuse is taken out: each field by itself, and no
 * more than is safe.
 */
#include "cli/convert/placeholder.h"
#include "common/api/addr_range.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/conversions.h"

#define SEED 20261129
#define ROUNDS 300
#define ADDRESSES 48
#define POOLS_MAX 6

static struct convert *
converted_text(const char *yaml)
{
	char *text = xstrdup(yaml);
	json_t *docs = documents(text);
	struct convert *c = converted(docs);

	json_decref(docs);
	free(text);
	return c;
}

/* The spec of the object of that kind; NULL: there is none. Borrowed. */
static const json_t *
spec_of(const struct convert *c, const char *kind)
{
	const json_t *obj;

	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++)
		if (strcmp(json_string_value(json_object_get(obj, "kind")),
			kind) == 0)
			return json_object_get(obj, "spec");
	return NULL;
}

static void
assert_told(const struct convert *c, const char *what)
{
	char *text = remarks(c);

	if (strstr(text, what) == NULL)
		fail_msg("\"%s\" is not told in:\n%s", what, text);
	free(text);
}

#define SEVENTY \
	"0123456789012345678901234567890123456789012345678901234567890123456789"
#define METALLB_PEER                                                        \
	"{apiVersion: metallb.io/v1beta2, kind: BGPPeer, metadata: {name: " \
	"p}, spec: {myASN: 64500, peerASN: 64501, peerAddress: 10.0.0.1, "
#define CALICO_PEER                                                           \
	"{apiVersion: projectcalico.org/v3, kind: BGPPeer, metadata: {name: " \
	"p}, spec: {asNumber: 64501, peerIP: 10.0.0.1, "

TEST(a_flawed_field_costs_itself)
{
	static const struct {
		const char *manifest, *field, *told;
	} rows[] = {
		{ METALLB_PEER "holdTime: 2s}}", "holdTime", "2: not 0 or 3" },
		{ METALLB_PEER "keepaliveTime: 0s}}", "keepaliveTime", "0s" },
		{ METALLB_PEER "keepaliveTime: 5m, holdTime: 9s}}",
		    "keepaliveTime", "not below holdTime" },
		{ METALLB_PEER "sourceAddress: x}}", "sourceAddress", "\"x\"" },
		{ METALLB_PEER "sourceAddress: 'fd00::1'}}", "sourceAddress",
		    "different families" },
		{ METALLB_PEER "connectTime: 90h}}", "connectRetryTime",
		    "324000: not" },
		{ METALLB_PEER "ebgpMultiHop: 7}}", "ebgpMultihop",
		    "7: not true or false" },
		{ CALICO_PEER "ttlSecurity: 255}}", "ttlSecurity", "255: not" },
		{ CALICO_PEER "localASNumber: 0}}", "localASNumber", "0: not" },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct convert *c = converted_text(rows[i].manifest);
		const json_t *spec = spec_of(c, "BGPPeer");

		assert_non_null(spec);
		assert_null(json_object_get(spec, rows[i].field));
		assert_told(c, rows[i].told);
		convert_free(c);
	}
}

/* An interface that can't be is not to become all of them. */
TEST(an_address_is_not_held_anywhere_else_for_a_flaw)
{
	static const char yaml[] =
	    "{apiVersion: v1, kind: ConfigMap, metadata: {name: kubevip}, "
	    "data: {cidr-global: 10.0.0.0/28}}\n---\n"
	    "{apiVersion: apps/v1, kind: DaemonSet, metadata: {name: v}, "
	    "spec: {template: {spec: {containers: [{env: ["
	    "{name: vip_arp, value: 'true'}, {name: cp_enable, value: 'true'}, "
	    "{name: svc_enable, value: 'true'}, {name: address, value: "
	    "10.0.1.1}, {name: vip_interface, value: 'eth 0'}]}]}}}}";
	struct convert *c = converted_text(yaml);
	const json_t *l2 = json_object_get(
	    json_object_get(spec_of(c, "ServiceGroup"), "announce"), "l2");

	assert_null(spec_of(c, "VirtualIP"));
	assert_told(c, "the VirtualIP v is left out: spec.l2.interfaces[0]: ");
	assert_null(json_object_get(l2, "interfaces"));
	assert_non_null(json_object_get(l2, "nodeSelector"));
	assert_told(c, "no node answers for it");
	convert_free(c);
}

/* Without these it would be open to more than it should be. */
TEST(what_is_vital_costs_the_object)
{
	static const char *const rows[] = {
		"{apiVersion: metallb.io/v1beta2, kind: BGPPeer, metadata: "
		"{name: p}, spec: {myASN: 64500, peerASN: 4294967296, "
		"peerAddress: 10.0.0.1}}",
		METALLB_PEER "nodeSelectors: [{matchLabels: 7}]}}",
		METALLB_PEER "nodeSelectors: [{matchExpressions: [{key: a, "
			     "operator: Near}]}]}}",
		METALLB_PEER "passwordSecret: text}}",
		METALLB_PEER "passwordSecret: {name: 7}}}",
		CALICO_PEER "password: {secretKeyRef: {name: a}}}}",
		CALICO_PEER "nodeSelector: 'a > 1'}}",
		CALICO_PEER "nodeSelector: \"rack == '" SEVENTY "'\"}}",
		CALICO_PEER "nodeSelector: \"rack in {'" SEVENTY "'}\"}}",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct convert *c = converted_text(rows[i]);

		if (spec_of(c, "BGPPeer") != NULL)
			fail_msg("%s", rows[i]);
		assert_told(c, "left out");
		convert_free(c);
	}
}

#define POOL                                                               \
	"{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: " \
	"{name: p}, spec: {addresses: [10.0.0.0/24], "

TEST(whoever_may_use_a_group_never_becomes_everybody)
{
	static const char *const rows[] = {
		POOL "autoAssign: 'false'}}",
		POOL "autoAssign: 0}}",
		POOL "serviceAllocation: {namespaces: [7]}}}",
		POOL "serviceAllocation: {namespaces: a}}}",
		POOL "serviceAllocation: {namespaceSelectors: [7]}}}",
		POOL "serviceAllocation: {serviceSelectors: {a: b}}}}",
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct convert *c = converted_text(rows[i]);
		const json_t *spec = spec_of(c, "ServiceGroup");

		if (!json_is_false(json_object_get(spec, "autoAssign")))
			fail_msg("%s", rows[i]);
		convert_free(c);
	}
}

TEST(the_first_of_too_many_stay)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	fputs("{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, "
	      "metadata: {name: p}, spec: {addresses: [10.0.0.0",
	    to);
	for (unsigned i = 1; i < 70; i++)
		fprintf(to, ", 10.0.0.%u", 2 * i);
	fputs("]}}", to);
	fclose(to);
	struct convert *c = converted_text(text);

	assert_int_equal(json_array_size(json_object_get(
			     spec_of(c, "ServiceGroup"), "pools")),
	    64);
	assert_told(c, "no more than 64 are possible, 6 are left out");
	convert_free(c);
	free(text);
}

/* ---- pools that overlap ---- */

struct coverage {
	unsigned asked[ADDRESSES], got[ADDRESSES];
};

static char *
pools_random(struct rng *r, struct coverage *seen)
{
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	for (unsigned k = 0, all = 1 + rng_below(r, POOLS_MAX); k < all; k++) {
		unsigned first = rng_below(r, ADDRESSES);
		unsigned last = first + rng_below(r, ADDRESSES - first);

		for (unsigned i = first; i <= last; i++)
			seen->asked[i]++;
		fprintf(to,
		    "%s{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, "
		    "metadata: {name: p%u}, spec: {addresses: "
		    "[10.0.0.%u-10.0.0.%u]%s}}",
		    k > 0 ? "\n---\n" : "", k, first, last,
		    rng_below(r, 2) == 0
			? ""
			: ", serviceAllocation: {namespaces: [a]}");
	}
	fclose(to);
	return text;
}

static void
count(const json_t *pools, struct coverage *seen)
{
	const json_t *pool;
	struct addr_range range;
	struct err err;
	size_t i;

	json_array_foreach (pools, i, pool) {
		assert_true(addr_range_parse(
		    json_string_value(json_object_get(pool, "pool")), &range,
		    &err));
		for (unsigned a = range.first.bytes[3];
		     a <= range.last.bytes[3]; a++)
			seen->got[a]++;
	}
}

TEST(every_address_ends_in_one_pool)
{
	struct rng r;

	rng_init(&r, SEED);
	for (unsigned round = 0; round < ROUNDS; round++) {
		struct coverage seen = { 0 };
		char *text = pools_random(&r, &seen);
		struct convert *c = converted_text(text);
		const json_t *obj;

		for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++)
			count(json_object_get(
				  json_object_get(obj, "spec"), "pools"),
			    &seen);
		for (unsigned i = 0; i < ADDRESSES; i++)
			if (seen.got[i] != (seen.asked[i] > 0))
				fail_msg("10.0.0.%u is in %u pools of\n%s", i,
				    seen.got[i], text);
		convert_free(c);
		free(text);
	}
}

TEST(the_ends_of_the_families_overlap_as_well)
{
	struct convert *c = converted_text(
	    "{apiVersion: metallb.io/v1beta1, kind: IPAddressPool, metadata: "
	    "{name: p}, spec: {addresses: [255.255.255.0/24, 255.255.255.255, "
	    "'ffff::/16', 'ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff', "
	    "0.0.0.0/24, 0.0.0.0]}}");
	static const char *const want[] = { "255.255.255.0-255.255.255.254",
		"255.255.255.255/32",
		"ffff::-ffff:ffff:ffff:ffff:ffff:ffff:ffff:fffe",
		"ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128",
		"0.0.0.1-0.0.0.255", "0.0.0.0/32" };
	const json_t *pools =
	    json_object_get(spec_of(c, "ServiceGroup"), "pools");

	assert_int_equal(json_array_size(pools), 6);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(json_string_value(json_object_get(
					json_array_get(pools, i), "pool")),
		    want[i]);
	convert_free(c);
}

/* ---- placeholders ---- */

TEST(placeholders_are_no_values)
{
	static const char *const yes[] = { "${PASSWORD}", "a${B}c", "$(VAR)",
		"$PASSWORD", " $PASSWORD\n", "{{ .Values.x }}", "{% x %}",
		"ENC[AES256_GCM,data:x,type:str]", "<path:a/b#c>", "<password>",
		"ref+vault://a/b", "vault:secret/data/a#b", "op://a/b/c",
		"$ANSIBLE_VAULT;1.1;AES256\n33", "@@PASSWORD@@", "%%X%%",
		"__PASSWORD__" };
	static const char *const no[] = { "", "secret", "pa$$word", "$",
		"$5.00", "$ecret", "a<b>c", "ENC", "ENC[", "x{y}", "__", "@@",
		"100%", "vault", "-----BEGIN" };

	for (size_t i = 0; i < sizeof(yes) / sizeof(yes[0]); i++)
		if (!placeholder_is(yes[i]))
			fail_msg("%s", yes[i]);
	for (size_t i = 0; i < sizeof(no) / sizeof(no[0]); i++)
		if (placeholder_is(no[i]))
			fail_msg("%s", no[i]);
}

TEST(no_secret_is_made_of_a_placeholder)
{
	struct convert *c =
	    converted_text(METALLB_PEER "password: 'ENC[AES256_GCM,data:x]'}}");
	char *out = printed(c), *told = remarks(c);

	assert_null(strstr(out, "ENC["));
	assert_null(strstr(told, "ENC["));
	assert_non_null(strstr(out, "name: p-password"));
	assert_null(strstr(out, "kind: Secret"));
	free(told);
	free(out);
	convert_free(c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_flawed_field_costs_itself),
		cmocka_unit_test(
		    an_address_is_not_held_anywhere_else_for_a_flaw),
		cmocka_unit_test(what_is_vital_costs_the_object),
		cmocka_unit_test(
		    whoever_may_use_a_group_never_becomes_everybody),
		cmocka_unit_test(the_first_of_too_many_stay),
		cmocka_unit_test(every_address_ends_in_one_pool),
		cmocka_unit_test(the_ends_of_the_families_overlap_as_well),
		cmocka_unit_test(placeholders_are_no_values),
		cmocka_unit_test(no_secret_is_made_of_a_placeholder),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
