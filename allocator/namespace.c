/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/namespace.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

static bool
labels_read(struct labels *labels, const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj), meta, map;

	return json_get_object(&root, "metadata", &meta, err) &&
	    json_get_object(&meta, "labels", &map, err) &&
	    labels_decode(labels, map.v, "metadata.labels", err);
}

void *
namespace_decode(const json_t *obj, struct err *err)
{
	struct namespace *ns = xcalloc(1, sizeof(*ns));

	if (!meta_decode(&ns->meta, obj, err) ||
	    !labels_read(&ns->labels, obj, err)) {
		namespace_free(ns);
		return NULL;
	}
	return ns;
}

void
namespace_free(void *item)
{
	struct namespace *ns = item;

	if (ns == NULL)
		return;
	meta_fini(&ns->meta);
	labels_fini(&ns->labels);
	free(ns);
}
