/* SPDX-License-Identifier: Apache-2.0 */
/* A document. What is accepted is JSON, which as YAML means the same again. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"
#include "common/yaml.h"
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
	char *text = json_dumps(v, JSON_COMPACT | JSON_ENCODE_ANY);
	assert(text != NULL);
	/* libyaml takes no long keys and no bare control characters: NULL. */
	json_t *again = yaml_parse(text, strlen(text), 1, &err);
	assert(again == NULL || json_equal(v, again));
	json_decref(again);
	json_decref(v);
	free(text);
	return 0;
}
