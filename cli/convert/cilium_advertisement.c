/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An advertisement of Services selects these by labels, and announces their
 * addresses, whichever pool they are from. A group of ours is announced as a
 * whole, so each goes into the groups of all pools: first those for all
 * Services, whose communities add up, then those for some of them, which are
 * told, and left out where they say something else than what is there.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/cilium.h"
#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define GROUP "cilium.io"

#define ADVERTISEMENTS "spec.advertisements"
#define ADDRESSES "service.addresses" /* in one of them */

/* ---- attributes ---- */

static void
communities_add(
    struct job *j, const char *label, const json_t *list, json_t *to)
{
	json_t *item;
	struct err err;
	size_t i;

	json_array_foreach (list, i, item) {
		json_t *value = turn_community_number(item, &err);

		if (value != NULL)
			path_list_add(to, value);
		else
			job_remark(j, label, ADVERTISEMENTS, "%s", err.text);
		json_decref(value);
	}
}

/* What it adds to a route, {communities, localPreference}; owned. */
static json_t *
attributes(struct job *j, const char *label, const json_t *advertisement)
{
	static const char *const lists[] = { "attributes.communities.standard",
		"attributes.communities.wellKnown",
		"attributes.communities.large" };
	json_t *preference =
	    (json_t *)path_get(advertisement, "attributes.localPreference");
	json_t *all = json_array(), *out = json_object();

	for (size_t i = 0; i < 3; i++)
		communities_add(
		    j, label, path_get(advertisement, lists[i]), all);
	if (json_array_size(all) > 0)
		json_object_set(out, "communities", all);
	if (preference != NULL)
		json_object_set(out, "localPreference", preference);
	json_decref(all);
	return out;
}

static void
attributes_add(
    struct job *j, const char *label, const json_t *added, json_t *group)
{
	static const char bgp[] = "spec.announce.bgp";
	const json_t *old = path_get(group, bgp);
	json_t *all = json_copy(json_object_get(old, "communities")), *out,
	       *preference;

	if (json_object_size(added) == 0)
		return;
	if (all == NULL)
		all = json_array();
	communities_add(j, label, json_object_get(added, "communities"), all);
	out = json_pack("{s:o}", "communities", all);
	if (json_array_size(all) == 0)
		json_object_del(out, "communities");
	preference = json_object_get(added, "localPreference");
	if (preference == NULL)
		preference = json_object_get(old, "localPreference");
	if (preference != NULL)
		json_object_set(out, "localPreference", preference);
	path_set(group, bgp, out);
}

static int
length_of(const json_t *advertisement, const char *path)
{
	const json_t *v = path_get(advertisement, path);

	return json_is_integer(v) && json_integer_value(v) >= 0 &&
		json_integer_value(v) < 128
	    ? (int)json_integer_value(v)
	    : -1;
}

/* ---- what it is about ---- */

/* Labels that every Service has in Cilium's eyes. */
#define SERVICE_LABEL "io.kubernetes.service."

/*
 * Does every Service match the requirement? "not in never-used-value", as
 * Cilium's pages have it, is for that.
 */
static bool
is_met_by_all(const json_t *e)
{
	const char *op = path_text(e, "operator"), *key = path_text(e, "key");
	const char *value =
	    json_string_value(json_array_get(json_object_get(e, "values"), 0));

	if (op == NULL || key == NULL)
		return false;
	if (strcmp(op, "Exists") == 0)
		return strncmp(key, SERVICE_LABEL, strlen(SERVICE_LABEL)) == 0;
	return strcmp(op, "NotIn") == 0 && value != NULL &&
	    strncmp(value, "never", 5) == 0 &&
	    json_array_size(json_object_get(e, "values")) == 1;
}

static bool
is_everything(const json_t *selector)
{
	const json_t *labels = json_object_get(selector, "matchLabels");
	const json_t *list = json_object_get(selector, "matchExpressions"), *e;
	size_t i, known = (labels != NULL) + (list != NULL);

	if (!json_is_object(selector) || json_object_size(selector) > known ||
	    json_object_size(labels) > 0)
		return false;
	json_array_foreach (list, i, e)
		if (!is_met_by_all(e))
			return false;
	return true;
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

bool
cilium_announces(const json_t *advertisement)
{
	const char *type = path_text(advertisement, "advertisementType");

	if (type == NULL || strcmp(type, "Service") != 0)
		return type != NULL && strcmp(type, "PodCIDR") == 0;
	return json_object_get(advertisement, "selector") != NULL &&
	    path_lists(advertisement, ADDRESSES, "LoadBalancerIP");
}

bool
cilium_services_tell(struct job *j, const char *label, const char *path,
    const json_t *advertisement)
{
	const json_t *selector = json_object_get(advertisement, "selector");
	bool pools = path_lists(advertisement, ADDRESSES, "LoadBalancerIP");

	for (size_t i = 0; i < 2; i++)
		if (path_lists(advertisement, ADDRESSES, address_kinds[i].name))
			job_remark(j, label, path, "%s", address_kinds[i].why);
	if (selector == NULL)
		job_refuse(j, label, path, advertisement,
		    "without a selector no Service is announced");
	else if (!pools)
		job_remark(
		    j, label, path, "no LoadBalancerIP: no pool is announced");
	else if (!is_everything(selector))
		job_refuse(j, label, path, selector,
		    json_object_get(advertisement, "attributes") != NULL
			? "selector: all Services are announced, with its "
			  "attributes"
			: "selector: all Services are announced");
	return selector != NULL && pools;
}

/* ---- into the groups ---- */

struct advertisement {
	struct job *job;
	const char *label;
	const json_t *said;
	json_t *added; /* owned: attributes */
	bool for_all;  /* Services */
};

/*
 * Several may announce one pool. Of different lengths only one can be had, and
 * attributes that are for some Services only can't be added to others'.
 */
static void
pool_announce(const struct advertisement *a, struct foreign *pool)
{
	int v4 = length_of(a->said, "service.aggregationLengthIPv4");
	int v6 = length_of(a->said, "service.aggregationLengthIPv6");
	const json_t *old = path_get(pool->ours, "spec.announce.bgp");
	bool same = json_equal(a->added, old) ||
	    json_object_size(a->added) + json_object_size(old) == 0;

	if (pool->selected &&
	    (pool->lengths[0] != v4 || pool->lengths[1] != v6)) {
		job_remark(a->job, a->label, ADVERTISEMENTS,
		    "left out: prefixes of /%d and /%d (-1: as they are) for "
		    "%s, which keeps those of the advertisement before",
		    v4, v6, job_name(pool->ours));
	} else if (pool->selected && !same && !a->for_all) {
		job_remark(a->job, a->label, ADVERTISEMENTS,
		    "left out: its attributes for %s, which keeps those of the "
		    "advertisement before",
		    job_name(pool->ours));
	} else {
		group_aggregate(pool->ours, v4, v6);
		attributes_add(a->job, a->label, a->added, pool->ours);
		pool->selected = true;
		pool->lengths[0] = v4;
		pool->lengths[1] = v6;
	}
}

static void
services_announce(struct job *j, struct foreign *f, const json_t *said)
{
	struct advertisement a = { j, f->label, said,
		attributes(j, f->label, said),
		is_everything(json_object_get(said, "selector")) };
	struct foreign *pool;
	size_t i = 0;

	while (
	    (pool = job_next(j, GROUP, "CiliumLoadBalancerIPPool", &i)) != NULL)
		pool_announce(&a, pool);
	json_decref(a.added);
}

static void
understood_drop(json_t *advertisement)
{
	static const char *const understood[] = { ADDRESSES,
		"service.aggregationLengthIPv4",
		"service.aggregationLengthIPv6", "selector",
		"attributes.communities.standard",
		"attributes.communities.wellKnown",
		"attributes.communities.large", "attributes.localPreference" };

	for (size_t i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		json_decref(path_take(advertisement, understood[i]));
}

static bool
is_for_all(const json_t *advertisement)
{
	return is_everything(json_object_get(advertisement, "selector"));
}

static bool
is_of_services(const json_t *advertisement)
{
	const char *type = path_text(advertisement, "advertisementType");

	return type != NULL && strcmp(type, "Service") == 0;
}

/* Those for all Services first: the others have to fit to them. */
static void
services_read(struct job *j, struct foreign *f, bool for_all)
{
	json_t *item;
	size_t i;

	json_array_foreach (path_get(f->left, ADVERTISEMENTS), i, item) {
		if (!is_of_services(item) || is_for_all(item) != for_all)
			continue;
		if (cilium_services_tell(j, f->label, ADVERTISEMENTS, item))
			services_announce(j, f, item);
	}
}

static void
pods_tell(struct job *j, const struct foreign *f, const json_t *advertisement)
{
	if (json_object_size(json_object_get(advertisement, "attributes")) > 0)
		job_remark(j, f->label, ADVERTISEMENTS,
		    "PodCIDR: prefixAdvertisements of the BGPConfiguration "
		    "have attributes");
}

static void
rest_tell(struct job *j, struct foreign *f)
{
	json_t *list = job_take_list(j, f, ADVERTISEMENTS), *item;
	size_t i;

	json_array_foreach (list, i, item) {
		bool services = is_of_services(item);
		json_t *kind = path_take(item, "advertisementType");
		const char *type = json_string_value(kind);
		char *path = xasprintf("%s[%zu]", ADVERTISEMENTS, i);

		if (services)
			understood_drop(item);
		else if (type != NULL && strcmp(type, "PodCIDR") == 0)
			pods_tell(j, f, item);
		else
			job_remark(j, f->label, ADVERTISEMENTS,
			    "%.60s has no counterpart",
			    type != NULL ? type : "one without a type");
		job_tell(j, f->label, path, item);
		free(path);
		json_decref(kind);
	}
	json_decref(list);
}

void
cilium_advertise(struct job *j)
{
	struct foreign *f;

	for (int for_some = 0; for_some < 2; for_some++)
		for (size_t i = 0; (f = job_next(j, GROUP,
					"CiliumBGPAdvertisement", &i)) != NULL;)
			if (f->selected)
				services_read(j, f, for_some == 0);
	for (size_t i = 0;
	     (f = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) != NULL;) {
		f->seen = true;
		if (!f->told)
			rest_tell(j, f);
	}
}
