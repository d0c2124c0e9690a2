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

/* Several may announce one pool; of different lengths only one can be had. */
static void
lengths_set(struct job *j, const char *label, const json_t *advertisement,
    struct foreign *pool)
{
	int v4 = length_of(advertisement, "service.aggregationLengthIPv4");
	int v6 = length_of(advertisement, "service.aggregationLengthIPv6");

	if (pool->selected &&
	    (pool->lengths[0] != v4 || pool->lengths[1] != v6)) {
		job_remark(j, label, "spec.advertisements",
		    "left out: prefixes of another length for %s, which "
		    "keeps those of the advertisement before",
		    job_name(pool->ours));
		return;
	}
	pool->selected = true;
	pool->lengths[0] = v4;
	pool->lengths[1] = v6;
	group_aggregate(pool->ours, v4, v6);
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
	const char *why;
} address_kinds[] = {
	{ "ClusterIP",
	    "ClusterIP: list the prefixes in serviceClusterIPs of the "
	    "BGPConfiguration, with attributes in prefixAdvertisements" },
	{ "ExternalIP",
	    "ExternalIP: list the prefixes in serviceExternalIPs of the "
	    "BGPConfiguration, with attributes in prefixAdvertisements" },
};

static bool
holds_text(const json_t *list, const char *text)
{
	size_t i;
	json_t *item;

	json_array_foreach (list, i, item)
		if (json_is_string(item) &&
		    strcmp(json_string_value(item), text) == 0)
			return true;
	return false;
}

static void
services_tell(struct job *j, struct foreign *f, const json_t *advertisement)
{
	const json_t *kinds = rule_get(advertisement, "service.addresses");
	const json_t *selector = json_object_get(advertisement, "selector");

	for (size_t i = 0; i < 2; i++)
		if (holds_text(kinds, address_kinds[i].name))
			job_remark(j, f->label, "spec.advertisements", "%s",
			    address_kinds[i].why);
	if (selector == NULL)
		job_remark(j, f->label, "spec.advertisements",
		    "selector: none is no Service there; here all are "
		    "announced");
	else if (!is_everything(selector))
		job_remark(j, f->label, "spec.advertisements",
		    "selector: all Services are announced");
}

static void
services_announce(struct job *j, struct foreign *f, json_t *advertisement)
{
	static const char *const understood[] = { "service", "selector",
		"attributes.communities.standard",
		"attributes.communities.wellKnown",
		"attributes.communities.large", "attributes.localPreference" };
	struct foreign *pool;
	size_t i = 0;

	services_tell(j, f, advertisement);
	if (holds_text(
		rule_get(advertisement, "service.addresses"), "LoadBalancerIP"))
		while ((pool = job_next(j, GROUP, "CiliumLoadBalancerIPPool",
			    &i)) != NULL) {
			lengths_set(j, f->label, advertisement, pool);
			attributes_add(j, f->label, advertisement, pool->ours);
		}
	for (i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		json_decref(rule_take(advertisement, understood[i]));
}

static void
pods_announce(struct job *j, struct foreign *f, json_t *advertisement)
{
	json_t *attributes = rule_take(advertisement, "attributes");

	if (json_object_size(attributes) > 0)
		job_remark(j, f->label, "spec.advertisements",
		    "PodCIDR: prefixAdvertisements of the BGPConfiguration "
		    "have attributes");
	json_decref(attributes);
}

void
cilium_advertisement(struct job *j, struct foreign *f)
{
	json_t *list = rule_take_list(j, f, "spec.advertisements"), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		json_t *kind = rule_take(item, "advertisementType");
		const char *type = json_string_value(kind);

		if (type != NULL && strcmp(type, "Service") == 0)
			services_announce(j, f, item);
		else if (type != NULL && strcmp(type, "PodCIDR") == 0)
			pods_announce(j, f, item);
		else
			job_remark(j, f->label, "spec.advertisements",
			    "%.60s has no counterpart",
			    type != NULL ? type : "one without a type");
		job_tell(j, f->label, "spec.advertisements", item);
		json_decref(kind);
	}
	json_decref(list);
}
