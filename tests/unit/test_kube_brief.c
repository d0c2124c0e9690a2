/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/kube/kube_brief.h"
#include "tests/test.h"

static char *
brief(const char *text, unsigned depth)
{
	size_t n = strlen(text);
	char *in = xcalloc(1, n), *out = xcalloc(1, n + 1);

	memcpy(in, text, n); /* nothing behind it is read */
	size_t used = kube_brief(out, in, n, depth);

	assert_true(used <= n);
	out[used] = '\0';
	free(in);
	return out;
}

static void
assert_brief_at(unsigned depth, const char *text, const char *want)
{
	char *out = brief(text, depth), *self = xstrdup(text);

	assert_string_equal(out, want);
	self[kube_brief(self, self, strlen(self), depth)] = '\0';
	assert_string_equal(self, want);
	free(out);
	free(self);
}

static void
assert_brief(const char *text, const char *want)
{
	assert_brief_at(2, text, want);
}

TEST(what_nobody_reads_is_left_out)
{
	assert_brief("{\"metadata\":{\"name\":\"a\",\"managedFields\":[{\"x\":"
		     "[\"]\\\"]\"]}],\"uid\":\"u\"},\"status\":{\"images\" : "
		     "[ ] ,\"n\":1}}",
	    "{\"metadata\":{\"name\":\"a\",\"managedFields\":0,\"uid\":\"u\"},"
	    "\"status\":{\"images\":0 ,\"n\":1}}");
	assert_brief_at(3,
	    "{\"type\":\"ADDED\",\"object\":{\"metadata\":"
	    "{\"managedFields\":[[],[]]}}}",
	    "{\"type\":\"ADDED\",\"object\":{\"metadata\":"
	    "{\"managedFields\":0}}}");
}

TEST(same_name_elsewhere_is_read)
{
	static const char *const texts[] = {
		"{\"images\":[1],\"managedFields\":[2]}",
		"{\"metadata\":{\"labels\":{\"images\":[\"x\"]}}}",
		"{\"metadata\":{\"images\":\"x\",\"managedFields\":{\"a\":1}}}",
		"{\"metadata\":{\"a\":\"images\",\"b\":\"managedFields\"}}",
		"{\"spec\":[\"images\",[1],\"managedFields\"]}",
		"{\"spec\":{\"image\":[1],\"images2\":[2],\"a\\\"images\":[3]}}",
	};

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++)
		assert_brief(texts[i], texts[i]);
	assert_brief_at(3, "{\"metadata\":{\"images\":[1]}}",
	    "{\"metadata\":{\"images\":[1]}}");
}

TEST(text_may_end_anywhere)
{
	static const char text[] =
	    "{\"metadata\":{\"managedFields\" : [{\"a\\\"\":[\"b\"]}],"
	    "\"n\":[]},\"status\":{\"images\":[1]}}";

	for (size_t n = 0; n < strlen(text); n++) {
		char *head = xcalloc(1, n + 1);

		memcpy(head, text, n);
		free(brief(head, 2));
		free(head);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_nobody_reads_is_left_out),
		cmocka_unit_test(same_name_elsewhere_is_read),
		cmocka_unit_test(text_may_end_anywhere),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
