/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/endpoint_slice.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

static bool
endpoint_decode(struct endpoint *e, const struct json_at *item, struct err *err)
{
	struct json_at conditions;

	/* Absent: ready is to be read as true, serving as ready. */
	*e = (struct endpoint){ .node = xstrdup(""), .ready = true };
	if (!read_text(item, "nodeName", &e->node, err) ||
	    !json_get_object(item, "conditions", &conditions, err) ||
	    !json_get_bool(&conditions, "ready", &e->ready, err))
		return false;
	e->serving = e->ready;
	return json_get_bool(&conditions, "serving", &e->serving, err) &&
	    json_get_bool(&conditions, "terminating", &e->terminating, err);
}

static void
endpoints_decode(
    struct endpoint_slice *s, const struct json_at *root, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault, json_get_array(root, "endpoints", &list, &why), &why);
	size_t n = json_at_count(&list);

	s->endpoints = xcalloc(n, sizeof(*s->endpoints));
	for (size_t i = 0; i < n; i++) {
		struct endpoint *e = &s->endpoints[s->n_endpoints];
		struct json_at item = json_at_item(&list, i);

		if (endpoint_decode(e, &item, &why)) {
			s->n_endpoints++;
			continue;
		}
		free(e->node);
		read_fault(fault, false, &why);
	}
}

static void
parts_decode(
    struct endpoint_slice *s, const struct json_at *root, struct err *fault)
{
	static const char *const types[] = { "FQDN", "IPv4", "IPv6", NULL };
	struct json_at meta, labels;
	unsigned family = FAMILY_NONE;
	struct err why;

	s->service = xstrdup("");
	json_get_object(root, "metadata", &meta, &why);
	read_fault(
	    fault, json_get_object(&meta, "labels", &labels, &why), &why);
	read_visible(&labels, "kubernetes.io/service-name", &s->service, fault);
	read_fault(fault,
	    json_get_enum(root, "addressType", types, &family, &why), &why);
	s->family = family;
	endpoints_decode(s, root, fault);
}

void *
endpoint_slice_decode(const json_t *obj, struct err *err)
{
	struct endpoint_slice *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_root(obj);

	if (!meta_decode(&s->meta, obj, err)) {
		endpoint_slice_free(s);
		return NULL;
	}
	parts_decode(s, &root, err);
	return s;
}

void
endpoint_slice_free(void *slice)
{
	struct endpoint_slice *s = slice;

	if (s == NULL)
		return;
	meta_fini(&s->meta);
	for (size_t i = 0; i < s->n_endpoints; i++)
		free(s->endpoints[i].node);
	free(s->endpoints);
	free(s->service);
	free(s);
}
