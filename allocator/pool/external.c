/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/external.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"

static void
cidr_read(struct external *e, const json_t *item)
{
	const char *text = json_string_value(json_object_get(item, "cidr"));
	struct prefix p;
	struct err err;

	if (text == NULL || !prefix_parse(text, &p, &err))
		return;
	e->at = xrealloc(e->at, e->n + 1, sizeof(*e->at));
	e->at[e->n++] = p;
}

void *
external_decode(const json_t *obj, struct err *err)
{
	struct external *e = xcalloc(1, sizeof(*e));
	const json_t *list =
	    json_object_get(json_object_get(obj, "spec"), "serviceExternalIPs");
	json_t *item;
	size_t i;

	if (!meta_decode(&e->meta, obj, err)) {
		free(e);
		return NULL;
	}
	e->class = xstrdup(instance_class_of(obj));
	json_array_foreach (list, i, item)
		cidr_read(e, item);
	return e;
}

void
external_free(void *item)
{
	struct external *e = item;

	if (e == NULL)
		return;
	meta_fini(&e->meta);
	free(e->class);
	free(e->at);
	free(e);
}

bool
external_has(const struct external *e, const struct addr *a)
{
	for (size_t i = 0; i < e->n; i++)
		if (prefix_contains(&e->at[i], a))
			return true;
	return false;
}
