/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/endpoint_slice.h"

#include <stdlib.h>

#include "common/alloc.h"
#include "common/api/read.h"
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

static bool
endpoints_decode(
    struct endpoint_slice *s, const struct json_at *root, struct err *err)
{
	struct json_at list;

	if (!json_get_array(root, "endpoints", &list, err))
		return false;
	size_t n = json_at_count(&list);

	s->endpoints = xcalloc(n, sizeof(*s->endpoints));
	while (s->n_endpoints < n) {
		struct json_at item = json_at_item(&list, s->n_endpoints);

		if (!endpoint_decode(
			&s->endpoints[s->n_endpoints++], &item, err))
			return false;
	}
	return true;
}

static bool
parts_decode(
    struct endpoint_slice *s, const struct json_at *root, struct err *err)
{
	static const char *const types[] = { "FQDN", "IPv4", "IPv6", NULL };
	struct json_at meta, labels;
	unsigned family = FAMILY_NONE;

	s->service = xstrdup("");
	if (!json_get_object(root, "metadata", &meta, err) ||
	    !json_get_object(&meta, "labels", &labels, err) ||
	    !read_text(
		&labels, "kubernetes.io/service-name", &s->service, err) ||
	    !json_get_enum(root, "addressType", types, &family, err))
		return false;
	s->family = family;
	return endpoints_decode(s, root, err);
}

void *
endpoint_slice_decode(const json_t *obj, struct err *err)
{
	struct endpoint_slice *s = xcalloc(1, sizeof(*s));
	struct json_at root = json_at_root(obj);

	if (!meta_decode(&s->meta, obj, err) || !parts_decode(s, &root, err)) {
		endpoint_slice_free(s);
		return NULL;
	}
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
