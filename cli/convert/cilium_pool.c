/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <string.h>

#include "cli/convert/cilium.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/err.h"

#define GROUP "cilium.io"
/* A label that Cilium gives to Services in selectors. */
#define NAMESPACE "io.kubernetes.service.namespace"

/* ---- CiliumLoadBalancerIPPool ---- */

/* {cidr} or {start, stop}; owned, NULL: neither. */
static json_t *
block_text(const json_t *block)
{
	const char *start = rule_text(block, "start");
	const char *stop = rule_text(block, "stop");
	json_t *cidr = json_object_get(block, "cidr");

	if (start != NULL && stop != NULL)
		return json_sprintf("%s-%s", start, stop);
	return start != NULL ? json_string(start) : json_incref(cidr);
}

static void
blocks(struct job *j, struct foreign *f, json_t *group, const char *path,
    bool skip_ends)
{
	json_t *list = rule_take(f->left, path), *block;
	struct err err;
	size_t i;

	json_array_foreach (list, i, block) {
		json_t *text = block_text(block);
		const char *cidr = rule_text(block, "cidr");

		if (!group_add_range(group, text, &err))
			job_remark(j, f->label, path, "%s", err.text);
		else if (skip_ends && cidr != NULL)
			group_exclude_ends(group, cidr);
		json_decref(text);
	}
	json_decref(list);
}

/* The namespaces, when nothing else is asked of Services; owned, or NULL. */
static json_t *
namespaces_of(const json_t *selector)
{
	json_t *labels = json_object_get(selector, "matchLabels");
	json_t *list = json_object_get(selector, "matchExpressions");
	const json_t *e = json_array_get(list, 0);
	const char *key = rule_text(e, "key"), *op = rule_text(e, "operator");
	json_t *one = json_object_get(labels, NAMESPACE);

	if (json_object_size(labels) + json_array_size(list) != 1)
		return NULL;
	if (one != NULL)
		return json_pack("[O]", one);
	if (key == NULL || strcmp(key, NAMESPACE) != 0 || op == NULL ||
	    strcmp(op, "In") != 0)
		return NULL;
	return json_incref(json_object_get(e, "values"));
}

static void
services(struct job *j, struct foreign *f, json_t *group)
{
	json_t *selector = rule_take(f->left, "spec.serviceSelector");
	json_t *namespaces = namespaces_of(selector);

	if (namespaces != NULL) {
		rule_set(group, "spec.namespaces", namespaces);
	} else if (json_object_size(selector) > 0) {
		job_remark(j, f->label, "spec.serviceSelector",
		    "Services have to name the group instead");
		group_only_by_name(group);
	}
	json_decref(selector);
}

void
cilium_pool(struct job *j, struct foreign *f)
{
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	json_t *ends = rule_take(f->left, "spec.allowFirstLastIPs");
	json_t *off = rule_take(f->left, "spec.disabled");
	const char *allowed = json_string_value(ends);
	bool skip_ends = allowed != NULL && strcmp(allowed, "No") == 0;

	f->ours = json_incref(group);
	blocks(j, f, group, "spec.blocks", skip_ends);
	blocks(j, f, group, "spec.cidrs", skip_ends);
	services(j, f, group);
	if (json_is_true(off)) {
		job_remark(j, f->label, "spec.disabled",
		    "Services that name the group still get addresses");
		group_only_by_name(group);
	}
	json_decref(ends);
	json_decref(off);
}

/* ---- CiliumBGPAdvertisement ---- */

static void
communities_add(
    struct job *j, const char *label, const json_t *list, json_t *to)
{
	json_t *item, *other;
	struct err err;
	size_t i, k;

	json_array_foreach (list, i, item) {
		json_t *value = turn_community(item, &err);
		bool there = value == NULL;

		if (value == NULL)
			job_remark(
			    j, label, "spec.advertisements", "%s", err.text);
		json_array_foreach (to, k, other)
			there = there || json_equal(other, value);
		if (!there)
			json_array_append(to, value);
		json_decref(value);
	}
}

static void
attributes_add(struct job *j, const char *label, const json_t *advertisement,
    json_t *group)
{
	static const char *const lists[] = { "attributes.communities.standard",
		"attributes.communities.wellKnown",
		"attributes.communities.large" };
	static const char path[] = "spec.announce.bgp.communities";
	const json_t *preference =
	    rule_get(advertisement, "attributes.localPreference");
	const json_t *old = rule_get(group, path);
	json_t *all = old != NULL ? json_deep_copy(old) : json_array();

	for (size_t i = 0; i < 3; i++)
		communities_add(
		    j, label, rule_get(advertisement, lists[i]), all);
	if (json_array_size(all) > 0)
		rule_set(group, path, json_incref(all));
	if (preference != NULL)
		rule_set(group, "spec.announce.bgp.localPreference",
		    json_incref((json_t *)preference));
	json_decref(all);
}

static int
length_of(const json_t *advertisement, const char *path)
{
	const json_t *v = rule_get(advertisement, path);

	return json_is_integer(v) && json_integer_value(v) >= 0 &&
		json_integer_value(v) < 128
	    ? (int)json_integer_value(v)
	    : -1;
}

/*
 * {} is everything, and so is "not in never-used-value", as Cilium's pages do
 * it.
 */
static bool
is_everything(const json_t *selector)
{
	const json_t *e =
	    json_array_get(json_object_get(selector, "matchExpressions"), 0);
	const char *op = rule_text(e, "operator");
	const char *value =
	    json_string_value(json_array_get(json_object_get(e, "values"), 0));

	if (json_object_size(selector) == 0)
		return true;
	return json_object_size(selector) == 1 && op != NULL &&
	    strcmp(op, "NotIn") == 0 && value != NULL &&
	    strncmp(value, "never", 5) == 0;
}

/* Kinds of addresses of Services, and what does for them here. */
static const struct address_kind {
	const char *name;
	const char *why; /* NULL: nothing is to be done */
} address_kinds[] = {
	{ "LoadBalancerIP", NULL },
	{ "ClusterIP",
	    "ClusterIP: list the prefixes in serviceClusterIPs of the "
	    "BGPConfiguration" },
	{ "ExternalIP",
	    "ExternalIP: list the prefixes in serviceExternalIPs of the "
	    "BGPConfiguration" },
};

static void
services_announce(struct job *j, struct foreign *f, const json_t *advertisement)
{
	json_t *list = (json_t *)rule_get(advertisement, "service.addresses");
	struct foreign *pool;
	size_t i, k = 0;
	json_t *item;

	json_array_foreach (list, i, item)
		for (k = 0; k < 3; k++)
			if (json_is_string(item) &&
			    address_kinds[k].why != NULL &&
			    strcmp(json_string_value(item),
				address_kinds[k].name) == 0)
				job_remark(j, f->label, "spec.advertisements",
				    "%s", address_kinds[k].why);
	if (!is_everything(json_object_get(advertisement, "selector")))
		job_remark(j, f->label, "spec.advertisements",
		    "selector: all Services are announced");
	k = 0;
	while ((pool = job_next(j, GROUP, "CiliumLoadBalancerIPPool", &k)) !=
	    NULL) {
		group_aggregate(pool->ours,
		    length_of(advertisement, "service.aggregationLengthIPv4"),
		    length_of(advertisement, "service.aggregationLengthIPv6"));
		attributes_add(j, f->label, advertisement, pool->ours);
	}
}

void
cilium_advertisement(struct job *j, struct foreign *f)
{
	json_t *list = rule_take(f->left, "spec.advertisements"), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *type = rule_text(item, "advertisementType");

		if (type != NULL && strcmp(type, "Service") == 0)
			services_announce(j, f, item);
		else if (type == NULL || strcmp(type, "PodCIDR") != 0)
			job_remark(j, f->label, "spec.advertisements",
			    "%.60s has no counterpart",
			    type != NULL ? type : "one without a type");
		else if (rule_get(item, "attributes") != NULL)
			job_remark(j, f->label, "spec.advertisements",
			    "PodCIDR: prefixAdvertisements of the "
			    "BGPConfiguration have attributes");
	}
	json_decref(list);
}
