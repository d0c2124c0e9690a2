/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/servers.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

/* A name instead of an address is nothing that could be in a pool. */
static void
addresses_read(
    struct servers *s, const struct json_at *endpoint, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(
	    fault, json_get_array(endpoint, "addresses", &list, &why), &why);
	s->at = xrealloc(s->at, s->n + json_at_count(&list), sizeof(*s->at));
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = "";

		read_fault(
		    fault, json_get_string(&item, NULL, &text, &why), &why);
		s->n += addr_parse(text, &s->at[s->n]);
	}
}

void *
servers_decode(const json_t *obj, struct err *err)
{
	struct servers *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_root(obj), list;
	struct err why;

	read_fault(err, json_get_array(&root, "endpoints", &list, &why), &why);
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at endpoint = json_at_item(&list, i);

		addresses_read(s, &endpoint, err);
	}
	return s;
}

void
servers_free(void *item)
{
	struct servers *s = item;

	if (s == NULL)
		return;
	free(s->at);
	free(s);
}
