/* SPDX-License-Identifier: Apache-2.0 */
/* The short way gives what asking each group gives. */
#include "allocator/pool/access.h"
#include "allocator/pool/bitset.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/groups_make.h"
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

static void
assert_access(const struct groups *gs, const char *ns, const char *labels)
{
	char *yaml = xasprintf("metadata: {name: a, namespace: %s, labels: "
			       "%s}\nspec: {type: LoadBalancer}\n",
	    ns, labels);
	struct service *s = decoded(service_decode, yaml);
	struct bitset open;

	access_find(gs->access, s, &open);
	for (size_t i = 0; i < gs->n; i++)
		assert_int_equal(bitset_has(&open, i),
		    gs->at[i].auto_assign && group_allows(&gs->at[i], s));
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
	assert_access(&gs, "web", "{}");
	assert_access(&gs, "web", "{tier: gold}");
	assert_access(&gs, "mail", "{tier: gold}");
	assert_access(&gs, "other", "{tier: tin}");
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
