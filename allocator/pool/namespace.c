/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/pool/namespace.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

static void
labels_read(struct labels *labels, const json_t *obj, struct err *fault)
{
	struct json_at root = json_at_root(obj), meta, map;
	struct err why;

	json_get_object(&root, "metadata", &meta, &why);
	read_fault(fault, json_get_object(&meta, "labels", &map, &why), &why);
	read_fault(
	    fault, labels_decode(labels, map.v, "metadata.labels", &why), &why);
}

void *
namespace_decode(const json_t *obj, struct err *err)
{
	struct namespace *ns = xcalloc(1, sizeof(*ns));

	if (!meta_decode(&ns->meta, obj, err)) {
		namespace_free(ns);
		return NULL;
	}
	labels_read(&ns->labels, obj, err);
	ns->class = xstrdup(instance_annotation(obj));
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
	free(ns->class);
	free(ns);
}
