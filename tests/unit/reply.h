/* SPDX-License-Identifier: Apache-2.0 */
/*
 * reply - JSON in tests, compared by what it means.
 */
#ifndef TESTS_UNIT_REPLY_H
#define TESTS_UNIT_REPLY_H

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

/* Owned. */
static inline json_t *
json_of(const char *text)
{
	json_error_t error;
	json_t *v = json_loads(text, JSON_DECODE_ANY, &error);

	if (v == NULL)
		print_error("%s\n  in %s\n", error.text, text);
	assert_non_null(v);
	return v;
}

/* What is at a path like "neighbors.0.state"; fails the test when nothing is. */
static inline const json_t *
at(const json_t *v, const char *path)
{
	for (const char *p = path; v != NULL && *p != '\0';) {
		size_t n = strcspn(p, ".");
		char key[64] = "";

		assert_true(n < sizeof(key));
		memcpy(key, p, n);
		v = json_is_array(v) ? json_array_get(v, strtoul(key, NULL, 10))
				     : json_object_get(v, key);
		p += n + (p[n] == '.');
	}
	if (v == NULL)
		print_error("nothing at %s\n", path);
	assert_non_null(v);
	return v;
}

/* The value at the path is this JSON. */
static inline void
assert_at(const json_t *v, const char *path, const char *text)
{
	json_t *want = json_of(text);
	const json_t *is = at(v, path);
	char *dump = json_dumps(is, JSON_ENCODE_ANY | JSON_COMPACT);

	if (!json_equal(is, want))
		print_error("%s is %s, not %s\n", path, dump, text);
	assert_true(json_equal(is, want));
	free(dump);
	json_decref(want);
}
#endif
