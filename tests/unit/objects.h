/* SPDX-License-Identifier: Apache-2.0 */
/*
 * objects - decoded objects for tests, from one line of YAML.
 */
#ifndef TESTS_UNIT_OBJECTS_H
#define TESTS_UNIT_OBJECTS_H

#include <jansson.h>
#include <string.h>

#include "common/err.h"
#include "common/yaml.h"

/* The item that decode makes of it, owned; a refusal fails the test. */
static inline void *
object(void *(*decode)(const json_t *, struct err *), const char *yaml)
{
	struct err err = { "" };
	json_t *json = yaml_parse(yaml, strlen(yaml), 1, &err);
	void *item = json != NULL ? decode(json, &err) : NULL;

	if (item == NULL)
		print_error("%s\n  in %s\n", err.text, yaml);
	assert_non_null(item);
	json_decref(json);
	return item;
}
#endif
