/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "allocator/reconcile/intern.h"

static void
a_name_is_kept_once_for_as_long_as_somebody_has_it(void **state)
{
	char text[] = "red";
	struct intern *texts = NULL;
	const char *one = intern_take(&texts, text);
	const char *other = intern_take(&texts, "blue");

	(void)state;
	assert_string_equal(one, "red");
	text[0] = '?';
	assert_ptr_equal(intern_take(&texts, "red"), one);
	assert_ptr_not_equal(one, other);
	intern_drop(&texts, one);
	intern_drop(&texts, other);
	assert_string_equal(one, "red"); /* one has it still */
	intern_drop(&texts, one);
	intern_drop(&texts, NULL);
	assert_null(texts);
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
