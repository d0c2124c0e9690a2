/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A manifest of any kind. What is made of it is accepted, and means itself in
 * YAML.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/virtual_ip.h"
#include "cli/convert/convert.h"
#include "common/yaml_print.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/yaml.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>

const char fuzz_name[] = "convert";

static void
check(const json_t *obj)
{
	struct err err;
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	assert(bgp_peer_known(obj, &err) || bgp_filter_known(obj, &err) ||
	    bgp_configuration_known(obj, &err) ||
	    service_group_known(obj, &err) || virtual_ip_known(obj, &err) ||
	    json_object_get(obj, "stringData") != NULL);
	yaml_print(to, obj);
	fclose(to);
	json_t *again = yaml_parse(text, n, 1, &err);

	/* libyaml takes no long keys and no bare control characters: NULL. */
	assert(again == NULL || json_equal(obj, again));
	json_decref(again);
	free(text);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct err err;
	json_t *doc = yaml_parse((const char *)bytes, size, 1, &err);
	const json_t *obj;

	if (doc == NULL)
		return 0;
	struct convert *c = convert_new();

	convert_give(c, doc, "input");
	convert_run(c);
	for (size_t i = 0; (obj = convert_object(c, i)) != NULL; i++)
		check(obj);
	convert_free(c);
	json_decref(doc);
	return 0;
}
