/* SPDX-License-Identifier: Apache-2.0 */
/* Plugins are lines of sh. */
#include <stdlib.h>
#include <string.h>

#include "cli/plugin_io.h"
#include "common/err.h"
#include "common/kube/kube_plugin.h"
#include "tests/test.h"

/* What the line wrote, owned; NULL and err. */
static char *
run(char *line, struct err *err)
{
	char flag[] = "-c", where[] = "f: exec", sh[] = "sh", own[] = "OWN=x",
	     home[] = "HOME=/other", hint[] = "get it from there";
	char *args[] = { flag, line, NULL }, *env[] = { own, home, NULL };
	const struct kube_plugin p = { .where = where,
		.command = line != NULL ? sh : (char *)"lbbgp-none-such",
		.args = args,
		.n_args = 2,
		.env = env,
		.n_env = 2,
		.hint = hint };
	char *answer;

	if (plugin_run(&p, "INFO", &answer, err))
		return answer;
	free(answer);
	return NULL;
}

TEST(its_words_come_back)
{
	char line[] = "echo $OWN $HOME $KUBERNETES_EXEC_INFO ${PATH:+path}; "
		      "cat";
	struct err err;
	char *text = run(line, &err);

	assert_non_null(text);
	assert_string_equal(text, "x /other INFO path\n");
	free(text);
}

static void
assert_fails(char *line, const char *why)
{
	struct err err;

	assert_null(run(line, &err));
	assert_string_equal(err.text, why);
}

TEST(its_failure_is_told_without_its_words)
{
	char fails[] = "echo secret; exit 3", dies[] = "echo secret; kill $$",
	     flood[] = "head -c 2000000 /dev/zero";

	assert_fails(fails, "f: exec: sh ended with 3");
	assert_fails(dies, "f: exec: sh was ended by signal 15");
	assert_fails(NULL,
	    "f: exec: lbbgp-none-such: No such file or directory; get it from "
	    "there");
	struct err err;

	assert_null(run(flood, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(its_words_come_back),
		cmocka_unit_test(its_failure_is_told_without_its_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
