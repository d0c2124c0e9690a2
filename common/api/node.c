/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/node.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

#define ANNOTATION_MOST 253 /* bytes of one that is kept */

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

static void
addresses_decode(
    struct node *node, const struct json_at *status, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(
	    fault, json_get_array(status, "addresses", &list, &why), &why);
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);

		read_fault(fault, address_decode(node, &item, &why), &why);
	}
}

static void
pod_cidrs_decode(
    struct node *node, const struct json_at *spec, struct err *fault)
{
	const char *one = NULL;
	struct prefix cidr;
	struct err why;

	read_prefixes(
	    spec, "podCIDRs", &node->pod_cidrs, &node->n_pod_cidrs, fault);
	read_fault(fault, json_get_string(spec, "podCIDR", &one, &why), &why);
	if (one == NULL || one[0] == '\0' || node->n_pod_cidrs > 0)
		return;
	if (!prefix_parse(one, &cidr, &why)) {
		err_prefix(&why, "spec.podCIDR: ");
		read_fault(fault, false, &why);
		return;
	}
	node->pod_cidrs = xrealloc(node->pod_cidrs, 1, sizeof(cidr));
	node->pod_cidrs[node->n_pod_cidrs++] = prefix_canonical(&cidr);
}

static bool
taint_decode(struct node *node, const struct json_at *item, struct err *err)
{
	const char *key = "", *value = "", *effect = "";

	if (!json_get_string(item, "key", &key, err) ||
	    !json_get_string(item, "value", &value, err) ||
	    !json_get_string(item, "effect", &effect, err))
		return false;
	node->taints =
	    xrealloc(node->taints, node->n_taints + 1, sizeof(node->taints[0]));
	node->taints[node->n_taints++] = (struct node_taint){ xstrdup(key),
		xstrdup(value), xstrdup(effect) };
	return true;
}

static void
schedule_decode(
    struct node *node, const struct json_at *spec, struct err *fault)
{
	struct json_at list;
	struct err why;

	read_fault(fault,
	    json_get_bool(spec, "unschedulable", &node->cordoned, &why), &why);
	read_fault(fault, json_get_array(spec, "taints", &list, &why), &why);
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);

		read_fault(fault, taint_decode(node, &item, &why), &why);
	}
}

static enum node_bgp_ready
bgp_ready_decode(const json_t *obj)
{
	enum node_bgp_ready says = NODE_BGP_READY_OTHER;
	struct condition c;

	if (!condition_decode(&c, obj, NODE_BGP_READY))
		return NODE_BGP_READY_ABSENT;
	if (strcmp(c.status, "True") == 0)
		says = NODE_BGP_READY_TRUE;
	else if (strcmp(c.status, "False") == 0)
		says = NODE_BGP_READY_FALSE;
	condition_fini(&c);
	return says;
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
	node->bgp_ready = bgp_ready_decode(obj);
}

/* As a BGPPeer may ask for any of them; what else stands there can be long. */
static void
annotations_decode(struct node *node, const struct json_at *all)
{
	json_t *ours = json_object();
	const char *key;
	json_t *value;
	struct err why;

	json_object_foreach ((json_t *)all->v, key, value) {
		char *text = strncmp(key, NODE_GROUP, strlen(NODE_GROUP)) == 0
		    ? json_at_visible(all, key)
		    : NULL;

		if (text != NULL && strlen(text) <= ANNOTATION_MOST)
			json_object_set_new(ours, key, json_string(text));
		free(text);
	}
	labels_decode(&node->annotations, ours, "metadata.annotations", &why);
	json_decref(ours);
}

static void
metadata_decode(
    struct node *node, const struct json_at *root, struct err *fault)
{
	struct json_at meta, labels, annotations;
	struct err why;

	json_get_object(root, "metadata", &meta, &why);
	read_fault(
	    fault, json_get_object(&meta, "labels", &labels, &why), &why);
	read_fault(fault,
	    labels_decode(&node->labels, labels.v, "metadata.labels", &why),
	    &why);
	read_fault(fault,
	    json_get_object(&meta, "annotations", &annotations, &why), &why);
	annotations_decode(node, &annotations);
	read_visible(
	    &annotations, NODE_POD_CIDRS, &node->annotated_pod_cidrs, fault);
	read_visible(&annotations, NODE_ROUTER_ID, &node->router_id, fault);
	read_visible(&annotations, NODE_CLUSTER_ID, &node->cluster_id, fault);
	read_visible(&annotations, NODE_DRAIN, &node->drain, fault);
}

void *
node_decode(const json_t *obj, struct err *err)
{
	struct node *node = xcalloc(1, sizeof(*node));
	struct json_at root = json_at_root(obj), spec, status;
	struct err why;

	if (!meta_decode(&node->meta, obj, err)) {
		node_free(node);
		return NULL;
	}
	metadata_decode(node, &root, err);
	read_fault(err, json_get_object(&root, "spec", &spec, &why), &why);
	pod_cidrs_decode(node, &spec, err);
	schedule_decode(node, &spec, err);
	read_fault(err, json_get_object(&root, "status", &status, &why), &why);
	addresses_decode(node, &status, err);
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
	labels_fini(&node->annotations);
	free(node->internal_ips);
	free(node->other_ips);
	free(node->pod_cidrs);
	free(node->annotated_pod_cidrs);
	free(node->router_id);
	free(node->cluster_id);
	free(node->drain);
	for (size_t i = 0; i < node->n_taints; i++) {
		free(node->taints[i].key);
		free(node->taints[i].value);
		free(node->taints[i].effect);
	}
	free(node->taints);
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

static bool
list_same(const struct addr *a, size_t n, const struct addr *b, size_t m)
{
	return n == m && (n == 0 || memcmp(a, b, n * sizeof(*a)) == 0);
}

bool
node_same_addresses(const struct node *a, const struct node *b)
{
	return list_same(a->internal_ips, a->n_internal_ips, b->internal_ips,
		   b->n_internal_ips) &&
	    list_same(
		a->other_ips, a->n_other_ips, b->other_ips, b->n_other_ips);
}

static bool
list_has(const struct addr *list, size_t n, const struct addr *addr)
{
	for (size_t i = 0; i < n; i++)
		if (addr_eq(&list[i], addr))
			return true;
	return false;
}

bool
node_has_address(const struct node *node, const struct addr *addr)
{
	return list_has(node->internal_ips, node->n_internal_ips, addr) ||
	    list_has(node->other_ips, node->n_other_ips, addr);
}
