/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/classed.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/instance.h"

void *
classed_decode(const json_t *obj, struct err *err)
{
	struct classed *c = xcalloc(1, sizeof(*c));

	if (!meta_decode(&c->meta, obj, err)) {
		free(c);
		return NULL;
	}
	c->class = xstrdup(instance_class_of(obj));
	conditions_decode(&c->conditions, obj);
	return c;
}

void
classed_free(void *item)
{
	struct classed *c = item;

	if (c == NULL)
		return;
	meta_fini(&c->meta);
	conditions_fini(&c->conditions);
	free(c->class);
	free(c);
}
