/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/endpoint_slice.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

/*
 * A cluster may have a hundred thousand endpoints, and each node knows them all. So a
 * slice is one block: its struct, the endpoints, the texts.
 */
struct parts {          /* of a slice, before the block is made */
	const char *ns; /* borrowed */
	char *service;  /* owned */
	enum family family;
	struct endpoint *endpoints; /* owned, n of them */
	const char **nodes;         /* owned, of borrowed texts: one each */
	uint32_t n;
};

static bool
endpoint_decode(struct endpoint *e, const char **node,
    const struct json_at *item, struct err *err)
{
	struct json_at conditions;

	/* Absent: ready is to be read as true, serving as ready. */
	*e = (struct endpoint){ .ready = true };
	*node = "";
	if (!json_get_string(item, "nodeName", node, err) ||
	    !json_get_object(item, "conditions", &conditions, err) ||
	    !json_get_bool(&conditions, "ready", &e->ready, err))
		return false;
	e->serving = e->ready;
	return json_get_bool(&conditions, "serving", &e->serving, err) &&
	    json_get_bool(&conditions, "terminating", &e->terminating, err);
}

static void
endpoints_decode(struct parts *p, const struct json_at *root, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault, json_get_array(root, "endpoints", &list, &why), &why);
	size_t n = json_at_count(&list);
	uint32_t *good = &p->n;

	p->endpoints = xcalloc(n, sizeof(*p->endpoints));
	p->nodes = xcalloc(n, sizeof(*p->nodes));
	for (size_t i = 0; i < n; i++) {
		struct json_at item = json_at_item(&list, i);
		bool is_good = endpoint_decode(
		    &p->endpoints[*good], &p->nodes[*good], &item, &why);

		*good += is_good;
		read_fault(fault, is_good, &why);
	}
}

static void
parts_decode(struct parts *p, const struct json_at *root, struct err *fault)
{
	static const char *const types[] = { "FQDN", "IPv4", "IPv6", NULL };
	struct json_at meta, labels;
	unsigned family = FAMILY_NONE;
	struct err why;

	p->service = xstrdup("");
	json_get_object(root, "metadata", &meta, &why);
	read_fault(
	    fault, json_get_object(&meta, "labels", &labels, &why), &why);
	read_visible(&labels, "kubernetes.io/service-name", &p->service, fault);
	read_fault(fault,
	    json_get_enum(root, "addressType", types, &family, &why), &why);
	p->family = family;
	endpoints_decode(p, root, fault);
}

static char *
text_add(char **end, const char *text)
{
	char *at = *end;

	*end = stpcpy(at, text) + 1;
	return at;
}

static struct endpoint_slice *
block_make(const struct parts *p)
{
	size_t n = p->n;
	size_t texts = strlen(p->ns) + strlen(p->service) + 2;

	for (size_t i = 0; i < n; i++)
		texts += strlen(p->nodes[i]) + 1;
	struct endpoint_slice *s =
	    xcalloc(1, sizeof(*s) + n * sizeof(s->endpoints[0]) + texts);
	char *end = (char *)&s->endpoints[n];

	s->family = p->family;
	s->n_endpoints = p->n;
	s->ns = text_add(&end, p->ns);
	s->service = text_add(&end, p->service);
	for (size_t i = 0; i < n; i++) {
		s->endpoints[i] = p->endpoints[i];
		s->endpoints[i].node =
		    (uint32_t)(text_add(&end, p->nodes[i]) - (char *)s);
	}
	return s;
}

void *
endpoint_slice_decode(const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj);
	struct parts p = { 0 };
	struct meta meta;

	if (!meta_decode(&meta, obj, err))
		return NULL;
	p.ns = meta.ns;
	parts_decode(&p, &root, err);
	struct endpoint_slice *s = block_make(&p);

	free(p.service);
	free(p.endpoints);
	free(p.nodes);
	meta_fini(&meta);
	return s;
}

void
endpoint_slice_free(void *slice)
{
	free(slice);
}

const char *
endpoint_node(const struct endpoint_slice *s, const struct endpoint *e)
{
	return (const char *)s + e->node;
}
