/* SPDX-License-Identifier: Apache-2.0 */
/* To which groups a Service has access by its namespace and its labels. */
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

static const char *const specs[] = {
	"",
	", namespaces: [web]",
	", namespaces: [mail, web]",
	", namespaces: [mail]",
	", serviceSelector: {matchLabels: {tier: gold}}",
	", namespaces: [web], serviceSelector: {matchLabels: {tier: gold}}",
	", autoAssign: false",
	", priority: 1",
};

enum { GROUPS = sizeof(specs) / sizeof(*specs) };

/* want: the groups by their number, those of the lowest priority first. */
static void
assert_access(const struct groups *gs, const char *ns, const char *labels,
    const char *want)
{
	char *yaml = xasprintf("metadata: {name: a, namespace: %s, labels: "
			       "%s}\nspec: {type: LoadBalancer}\n",
	    ns, labels);
	struct service *s = decoded(service_decode, yaml);
	char got[GROUPS + 1] = "", *end = got;
	struct bitset open;

	groups_open_to(gs, s, &open);
	for (size_t i = 0; i < gs->n; i++)
		if (bitset_has(&open, i))
			*end++ = gs->at[i].name[1];
	assert_string_equal(got, want);
	bitset_fini(&open);
	service_free(s);
	free(yaml);
}

TEST(a_service_has_access_to_the_groups_that_allow_it)
{
	const struct service_group *made[GROUPS];
	struct service_group *owned[GROUPS];
	struct groups gs;

	for (unsigned i = 0; i < GROUPS; i++) {
		char *yaml = xasprintf("metadata: {name: g%u}\n"
				       "spec: {pools: [{subnet: 10.0.%u.0/24, "
				       "pool: 10.0.%u.0/24}]%s}\n",
		    i, i, i, specs[i]);

		made[i] = owned[i] = decoded(service_group_decode, yaml);
		free(yaml);
	}
	groups_init(
	    &gs, &(struct groups_spec){ .specs = made, .n_specs = GROUPS });
	assert_access(&gs, "web", "{}", "7012");
	assert_access(&gs, "web", "{tier: gold}", "701245");
	assert_access(&gs, "mail", "{tier: gold}", "70234");
	assert_access(&gs, "other", "{tier: tin}", "70");
	groups_fini(&gs);
	for (unsigned i = 0; i < GROUPS; i++)
		service_group_free(owned[i]);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_service_has_access_to_the_groups_that_allow_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
