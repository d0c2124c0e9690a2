/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/node.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

static void
addr_append(struct addr **at, size_t *n, const struct addr *a)
{
	*at = xrealloc(*at, *n + 1, sizeof(**at));
	(*at)[(*n)++] = *a;
}

static bool
address_decode(struct node *node, const struct json_at *item, struct err *err)
{
	const char *type = "", *text = "";
	struct addr addr;

	if (!json_get_string(item, "type", &type, err) ||
	    !json_get_string(item, "address", &text, err))
		return false;
	bool internal = strcmp(type, "InternalIP") == 0;

	if (!internal && strcmp(type, "ExternalIP") != 0)
		return true; /* a name */
	if (!addr_parse(text, &addr))
		return json_refuse(
		    item, "address", err, "\"%.60s\": not an IP address", text);
	if (internal)
		addr_append(&node->internal_ips, &node->n_internal_ips, &addr);
	else
		addr_append(&node->other_ips, &node->n_other_ips, &addr);
	return true;
}

static bool
addresses_decode(
    struct node *node, const struct json_at *status, struct err *err)
{
	struct json_at list;

	if (!json_get_array(status, "addresses", &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);

		if (!address_decode(node, &item, err))
			return false;
	}
	return true;
}

static bool
pod_cidrs_decode(struct node *node, const struct json_at *spec, struct err *err)
{
	const char *one = NULL;
	struct err why;

	if (!read_prefixes(
		spec, "podCIDRs", &node->pod_cidrs, &node->n_pod_cidrs, err) ||
	    !json_get_string(spec, "podCIDR", &one, err))
		return false;
	if (one == NULL || one[0] == '\0' || node->n_pod_cidrs > 0)
		return true;
	node->pod_cidrs = xrealloc(node->pod_cidrs, 1, sizeof(struct prefix));
	if (!prefix_parse(one, node->pod_cidrs, &why))
		return json_refuse(spec, "podCIDR", err, "%s", why.text);
	*node->pod_cidrs = prefix_canonical(node->pod_cidrs);
	node->n_pod_cidrs = 1;
	return true;
}

static void
state_decode(struct node *node, const json_t *obj)
{
	struct condition c;

	if (condition_decode(&c, obj, "Ready")) {
		node->not_ready = strcmp(c.status, "True") != 0;
		/* What kubelet says while it ends the pods of a node. */
		node->shutting_down = strcmp(c.status, "False") == 0 &&
		    strstr(c.message, "node is shutting down") != NULL;
		condition_fini(&c);
	}
	if (condition_decode(&c, obj, "NetworkUnavailable")) {
		node->network_unavailable = strcmp(c.status, "True") == 0;
		condition_fini(&c);
	}
}

static bool
parts_decode(struct node *node, const json_t *obj, struct err *err)
{
	struct json_at root = json_at_root(obj);
	struct json_at meta, labels, annotations, spec, status;

	return json_get_object(&root, "metadata", &meta, err) &&
	    json_get_object(&meta, "labels", &labels, err) &&
	    json_get_object(&meta, "annotations", &annotations, err) &&
	    json_get_object(&root, "spec", &spec, err) &&
	    json_get_object(&root, "status", &status, err) &&
	    labels_decode(&node->labels, labels.v, "metadata.labels", err) &&
	    read_text(&annotations, NODE_POD_CIDRS, &node->annotated_pod_cidrs,
		err) &&
	    read_text(&annotations, NODE_ROUTER_ID, &node->router_id, err) &&
	    pod_cidrs_decode(node, &spec, err) &&
	    addresses_decode(node, &status, err);
}

void *
node_decode(const json_t *obj, struct err *err)
{
	struct node *node = xcalloc(1, sizeof(*node));

	if (!meta_decode(&node->meta, obj, err) ||
	    !parts_decode(node, obj, err)) {
		node_free(node);
		return NULL;
	}
	state_decode(node, obj);
	return node;
}

void
node_free(void *item)
{
	struct node *node = item;

	if (node == NULL)
		return;
	meta_fini(&node->meta);
	labels_fini(&node->labels);
	free(node->internal_ips);
	free(node->other_ips);
	free(node->pod_cidrs);
	free(node->annotated_pod_cidrs);
	free(node->router_id);
	free(node);
}

const struct addr *
node_internal_ip(const struct node *node, enum family family)
{
	for (size_t i = 0; i < node->n_internal_ips; i++)
		if (node->internal_ips[i].family == family)
			return &node->internal_ips[i];
	return NULL;
}
