/* SPDX-License-Identifier: Apache-2.0 */
/* Only what is refused: the rest would hold for the test as well. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "common/err.h"
#include "common/lockdown_io.h"

static void
what_is_no_user_changes_nobody(void **state)
{
	static const char *const users[] = { "", "root", "-1", "+1", " 1",
		"65532:", "65532:x", "65532:1:1", ":1", "65532 ", "4294967295",
		"65532:-1", "65532:4294967295", "99999999999999999999" };
	struct err err;

	(void)state;
	for (size_t i = 0; i < sizeof(users) / sizeof(users[0]); i++) {
		uid_t before = geteuid();

		assert_false(lockdown(users[i], LOCKDOWN_NOTHING, &err));
		assert_non_null(strstr(err.text, "not UID or UID:GID"));
		assert_int_equal(geteuid(), before);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_no_user_changes_nobody),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
