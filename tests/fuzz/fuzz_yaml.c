/* SPDX-License-Identifier: Apache-2.0 */
/* A document. What is accepted is printed as YAML, which means the same again. */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/yaml.h"
#include "common/yaml_print.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "yaml";

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct err err = { "" };
	json_t *v = yaml_parse((const char *)bytes, size, 1, &err);

	if (v == NULL) {
		assert(strncmp(err.text, "line ", 5) == 0);
		return 0;
	}
	json_t *object = json_pack("{s:O}", "v", v);
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	yaml_print(to, object);
	fclose(to);
	/* libyaml takes no long keys: NULL. */
	json_t *again = yaml_parse(text, n, 1, &err);
	assert(again == NULL || json_equal(object, again));
	json_decref(object);
	json_decref(again);
	json_decref(v);
	free(text);
	return 0;
}
