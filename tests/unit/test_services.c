/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocator/reconcile/services.h"
#include "allocator/reconcile/svc.h"
#include "common/api/service.h"

static void
a_service_is_found_by_namespace_and_name(void **state)
{
	const struct service a = { .meta = { .ns = "web", .name = "a" } };
	const struct service b = { .meta = { .ns = "mail", .name = "a" } };
	struct svc first = { .tenant.service = &a };
	struct svc second = { .tenant.service = &b };
	struct svc *services = NULL;

	(void)state;
	assert_null(services_find(services, "web", "a"));
	services_add(&services, &first);
	services_add(&services, &second);
	assert_ptr_equal(services_find(services, "web", "a"), &first);
	assert_ptr_equal(services_find(services, "mail", "a"), &second);
	assert_null(services_find(services, "mail", "b"));
	services_remove(&services, &first);
	assert_null(services_find(services, "web", "a"));
	services_remove(&services, &second);
	assert_null(services);
}

/* With each event the Service is another object, and the old one is gone. */
static void
it_is_found_by_what_its_service_says_now(void **state)
{
	char ns[] = "web", name[] = "a", new_ns[] = "web", new_name[] = "a";
	const struct service was = { .meta = { .ns = ns, .name = name } };
	const struct service now = { .meta = {
					 .ns = new_ns, .name = new_name } };
	struct svc s = { .tenant.service = &was };
	struct svc *services = NULL;

	(void)state;
	services_add(&services, &s);
	s.tenant.service = &now;
	ns[0] = name[0] = '?';
	assert_ptr_equal(services_find(services, "web", "a"), &s);
	services_remove(&services, &s);
	assert_null(services);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_service_is_found_by_namespace_and_name),
		cmocka_unit_test(it_is_found_by_what_its_service_says_now),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
