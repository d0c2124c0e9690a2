/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocator/reconcile/names.h"

static void
a_name_is_kept_once_for_as_long_as_somebody_has_it(void **state)
{
	char text[] = "red";
	struct name *names = NULL;
	const char *one = name_take(&names, text);
	const char *other = name_take(&names, "blue");

	(void)state;
	assert_string_equal(one, "red");
	text[0] = '?';
	assert_ptr_equal(name_take(&names, "red"), one);
	assert_ptr_not_equal(one, other);
	name_drop(&names, one);
	name_drop(&names, other);
	assert_string_equal(one, "red"); /* one has it still */
	name_drop(&names, one);
	name_drop(&names, NULL);
	assert_null(names);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(
		    a_name_is_kept_once_for_as_long_as_somebody_has_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
