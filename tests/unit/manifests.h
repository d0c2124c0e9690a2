/* SPDX-License-Identifier: Apache-2.0 */
/*
 * manifests - YAML as objects, from files of the source tree and from literals.
 */
#ifndef TESTS_UNIT_MANIFESTS_H
#define TESTS_UNIT_MANIFESTS_H

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/prefix.h"
#include "common/yaml.h"

/* An absolute or relative path of a file in the source tree, owned. */
static inline char *
source_path(const char *name)
{
	const char *srcdir = getenv("srcdir");

	return xasprintf("%s/%s", srcdir != NULL ? srcdir : ".", name);
}

/* The whole file, owned; ends the test when it can't be read. */
static inline char *
file_text(const char *path)
{
	FILE *f = fopen(path, "re");
	size_t n = 0, room = 1 << 20;
	char *text = xcalloc(1, room);

	assert_non_null(f);
	n = fread(text, 1, room - 1, f);
	fclose(f);
	text[n] = '\0';
	return text;
}

static inline json_t *
manifest(const char *yaml)
{
	struct err err = { "" };
	json_t *obj = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	assert_non_null(obj);
	return obj;
}

/* Decodes a literal that is good but for `why`; the caller owns what comes back. */
static inline void *
decoded_but(void *(*decode)(const json_t *, struct err *), const char *yaml,
    const char *why)
{
	struct err err = { "" };
	json_t *obj = manifest(yaml);
	void *item = decode(obj, &err);

	json_decref(obj);
	assert_string_equal(err.text, why);
	assert_non_null(item);
	return item;
}

/* The same, and all of it has to be good. */
static inline void *
decoded(void *(*decode)(const json_t *, struct err *), const char *yaml)
{
	return decoded_but(decode, yaml, "");
}

static inline void
assert_not_decoded(void *(*decode)(const json_t *, struct err *),
    const char *yaml, const char *why)
{
	struct err err = { "" };
	json_t *obj = manifest(yaml);

	assert_null(decode(obj, &err));
	json_decref(obj);
	assert_string_equal(err.text, why);
}

static inline void
assert_addr(const struct addr *a, const char *text)
{
	char got[ADDR_TEXT];

	assert_string_equal(addr_print(a, got), text);
}

static inline void
assert_prefix(const struct prefix *p, const char *text)
{
	char got[PREFIX_TEXT];

	assert_string_equal(prefix_print(p, got), text);
}
#endif
