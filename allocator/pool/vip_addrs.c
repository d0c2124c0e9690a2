/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/vip_addrs.h"

#include <jansson.h>
#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"

/* "ADDR" or "ADDR/LEN". */
static void
address_read(struct vip_addrs *v, const json_t *item)
{
	const char *text = json_string_value(item);
	struct prefix p;
	struct err err;

	if (text != NULL && prefix_parse(text, &p, &err))
		v->at[v->n++] = p.addr;
}

void *
vip_addrs_decode(const json_t *obj, struct err *err)
{
	struct vip_addrs *v = xcalloc(1, sizeof(*v));
	const json_t *list =
	    json_object_get(json_object_get(obj, "spec"), "addresses");
	json_t *item;
	size_t i;

	if (!meta_decode(&v->meta, obj, err)) {
		free(v);
		return NULL;
	}
	v->class = xstrdup(instance_class_of(obj));
	v->at = xcalloc(json_array_size(list) + 1, sizeof(*v->at));
	json_array_foreach (list, i, item)
		address_read(v, item);
	return v;
}

void
vip_addrs_free(void *item)
{
	struct vip_addrs *v = item;

	if (v == NULL)
		return;
	meta_fini(&v->meta);
	free(v->class);
	free(v->at);
	free(v);
}

bool
vip_addrs_have(const struct vip_addrs *v, const struct addr *a)
{
	for (size_t i = 0; v != NULL && i < v->n; i++)
		if (addr_eq(&v->at[i], a))
			return true;
	return false;
}
