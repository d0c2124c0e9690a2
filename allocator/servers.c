/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/servers.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

/* A name instead of an address is nothing that could be in a pool. */
static bool
addresses_read(
    struct servers *s, const struct json_at *endpoint, struct err *err)
{
	struct json_at list;

	if (!json_get_array(endpoint, "addresses", &list, err))
		return false;
	s->at = xrealloc(s->at, s->n + json_at_count(&list), sizeof(*s->at));
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = "";

		if (!json_get_string(&item, NULL, &text, err))
			return false;
		s->n += addr_parse(text, &s->at[s->n]);
	}
	return true;
}

static bool
endpoints_read(struct servers *s, const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj), list;

	if (!json_get_array(&root, "endpoints", &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at endpoint = json_at_item(&list, i);

		if (!addresses_read(s, &endpoint, err))
			return false;
	}
	return true;
}

void *
servers_decode(const json_t *obj, struct err *err)
{
	struct servers *s = xcalloc(1, sizeof(*s));

	if (!endpoints_read(s, obj, err)) {
		servers_free(s);
		return NULL;
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
