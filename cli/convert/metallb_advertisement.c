/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Pools and advertisements refer to each other there; here a group says how it
 * is announced. So each advertisement goes into the groups of the pools that it
 * means, by name, by labels, or all of them. What several say of one pool is
 * put together where that is possible: communities add up, the highest local
 * preference counts, one of several selectors of nodes is enough; of several
 * lengths of prefixes the first is had. One that is for some Services only, or
 * for no pool that comes out, is left out.
 */
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/metallb.h"
#include "cli/convert/path.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define GROUP "metallb.io"

/* ---- BGPAdvertisement ---- */

/* The community as ServiceGroups have it; NULL: nobody knows it. Owned. */
static json_t *
community(struct job *j, const char *label, const json_t *v)
{
	const char *name = json_string_value(v);
	json_t *known =
	    name != NULL ? json_object_get(j->communities, name) : NULL;
	struct err err;

	if (known != NULL) {
		json_object_set_new(known, "used", json_true());
		return json_incref(json_object_get(known, "value"));
	}
	json_t *value = turn_community(v, &err);

	if (value == NULL)
		job_remark(j, label, "spec.communities", "%s%s", err.text,
		    name != NULL ? ", and no Community of the input has that "
				   "name"
				 : "");
	return value;
}

static void
add_communities(
    struct job *j, const char *label, const json_t *list, json_t *group)
{
	const json_t *v;
	size_t i;

	json_array_foreach (list, i, v) {
		json_t *value = community(j, label, v);

		if (value != NULL)
			path_list_add(path_list_make(group,
					  "spec.announce.bgp.communities"),
			    value);
		json_decref(value);
	}
}

/* Several may mean one pool; the highest counts. */
static void
add_local_preference(struct job *j, const char *label,
    const json_t *advertisement, json_t *group)
{
	static const char path[] = "spec.announce.bgp.localPreference";
	json_t *v = (json_t *)path_get(advertisement, "spec.localPref");
	const json_t *old = path_get(group, path);

	if (!turn_is_within(v, 0, UINT32_MAX))
		return; /* it is told */
	if (old != NULL && !json_equal(old, v))
		job_remark(j, label, "spec.localPref",
		    "%s has one already: the higher counts", job_name(group));
	if (old == NULL || json_integer_value(v) > json_integer_value(old))
		path_set(group, path, json_incref(v));
}

/* first: no other advertisement has said anything of this group yet. */
static void
add_nodes(struct job *j, const char *label, const json_t *advertisement,
    json_t *group, bool first)
{
	static const char path[] = "spec.announce.bgp.nodeSelector";
	struct err err;
	json_t *nodes = label_selector_any(
	    path_get(advertisement, "spec.nodeSelectors"), &err);
	json_t *old = (json_t *)path_get(group, path);

	if (nodes != NULL && first && json_object_size(nodes) > 0)
		path_set(group, path, json_incref(nodes));
	else if (nodes == NULL ||
	    (old != NULL && !label_selector_widen(old, nodes, &err))) {
		job_remark(j, label, "spec.nodeSelectors",
		    "%s: all nodes announce %s", err.text, job_name(group));
		json_object_del((json_t *)path_get(group, "spec.announce.bgp"),
		    "nodeSelector");
	}
	json_decref(nodes);
}

static int
length_of(const json_t *advertisement, const char *path, int whole)
{
	const json_t *v = path_get(advertisement, path);

	return turn_is_within(v, 1, whole) ? (int)json_integer_value(v) : whole;
}

/* Several may mean one pool; of different lengths only one can be had. */
static void
advertise(struct job *j, const char *label, const json_t *advertisement,
    struct foreign *pool)
{
	int v4 = length_of(advertisement, "spec.aggregationLength", 32);
	int v6 = length_of(advertisement, "spec.aggregationLengthV6", 128);
	bool first = !pool->selected;

	if (!first && (pool->lengths[0] != v4 || pool->lengths[1] != v6)) {
		job_remark(j, label, NULL,
		    "left out: %s is announced by prefixes of /%d and /%d "
		    "already; lost are those of /%d and /%d, with their "
		    "communities, local preference and nodes",
		    job_name(pool->ours), pool->lengths[0], pool->lengths[1],
		    v4, v6);
		return;
	}
	pool->selected = true;
	pool->lengths[0] = v4;
	pool->lengths[1] = v6;
	group_aggregate(pool->ours, v4, v6);
	add_communities(
	    j, label, path_get(advertisement, "spec.communities"), pool->ours);
	add_local_preference(j, label, advertisement, pool->ours);
	add_nodes(j, label, advertisement, pool->ours, first);
}

bool
metallb_means(
    struct job *j, const json_t *advertisement, const struct foreign *pool)
{
	const json_t *names = path_get(advertisement, "spec.ipAddressPools");
	const json_t *selectors =
	    path_get(advertisement, "spec.ipAddressPoolSelectors");
	const json_t *labels = path_get(pool->left, "metadata.labels");
	const json_t *one;
	size_t i;

	json_array_foreach (selectors, i, one)
		job_use_labels(j, one);
	if (path_lists(advertisement, "spec.ipAddressPools", pool->name))
		return true;
	json_array_foreach (selectors, i, one)
		if (label_selector_matches(one, labels))
			return true;
	return json_array_size(names) + json_array_size(selectors) == 0;
}

/* ---- what it refers to, and what it means that can't be said ---- */

void
metallb_strangers_tell(
    struct job *j, const struct foreign *f, const char *path, const char *kind)
{
	const json_t *name;
	size_t i;

	json_array_foreach (path_get(f->left, path), i, name)
		if (job_named(j, GROUP, kind, json_string_value(name)) == NULL)
			job_refuse(
			    j, f->label, path, name, "it is not in the input");
}

/* What is announced goes to all peers here. */
static void
tell_peers(struct job *j, struct foreign *f)
{
	const json_t *names = path_get(f->left, "spec.peers");
	const struct foreign *peer;
	size_t i = 0;

	metallb_strangers_tell(j, f, "spec.peers", "BGPPeer");
	while ((peer = job_next(j, GROUP, "BGPPeer", &i)) != NULL)
		if (json_array_size(names) > 0 && peer->ours != NULL &&
		    !path_lists(f->left, "spec.peers", peer->name))
			job_remark(j, f->label, "spec.peers",
			    "addresses are announced to all peers, to %s, too",
			    peer->name);
}

/* What it can't be read without: a list that is none would mean all pools. */
bool
metallb_lists_check(struct job *j, const char *label,
    const json_t *advertisement, const char *const *paths)
{
	bool good = true;

	for (; *paths != NULL; paths++) {
		const json_t *v = path_get(advertisement, *paths);

		if (v == NULL || json_is_null(v) || json_is_array(v))
			continue;
		job_refuse(j, label, *paths, v, "not a list");
		good = false;
	}
	return good;
}

static void
number_check(struct job *j, const char *label, const json_t *advertisement,
    const char *path, json_int_t most)
{
	const json_t *v = path_get(advertisement, path);

	if (v != NULL && !json_is_null(v) && !turn_is_within(v, 0, most))
		job_refuse(j, label, path, v, "out of range, left out");
}

/* False: it has to be left out. */
static bool
advertisement_check(
    struct job *j, const char *label, const json_t *advertisement)
{
	static const char *const lists[] = { "spec.ipAddressPools",
		"spec.ipAddressPoolSelectors", "spec.communities",
		"spec.nodeSelectors", "spec.serviceSelectors", "spec.peers",
		NULL };

	number_check(j, label, advertisement, "spec.aggregationLength", 32);
	number_check(j, label, advertisement, "spec.aggregationLengthV6", 128);
	number_check(j, label, advertisement, "spec.localPref", UINT32_MAX);
	return metallb_lists_check(j, label, advertisement, lists);
}

static void
understood_drop(json_t *spec)
{
	static const char *const fields[] = { "aggregationLength",
		"aggregationLengthV6", "communities", "localPref",
		"nodeSelectors", "ipAddressPools", "ipAddressPoolSelectors",
		"peers" };

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		json_object_del(spec, fields[i]);
}

/*
 * A group is announced as a whole: what is meant for some Services must not be
 * said of all of them.
 */
bool
metallb_is_for_some_services(const json_t *advertisement)
{
	const json_t *list = path_get(advertisement, "spec.serviceSelectors");
	const json_t *one;
	size_t i;

	json_array_foreach (list, i, one)
		if (json_object_size(one) == 0)
			return false; /* everything */
	return json_array_size(list) > 0;
}

void
metallb_advertisement(struct job *j, struct foreign *f)
{
	struct foreign *pool;
	bool used = false;
	size_t i = 0;

	if (!advertisement_check(j, f->label, f->left)) {
		job_dismiss(j, f, "left out");
		return;
	}
	metallb_strangers_tell(j, f, "spec.ipAddressPools", "IPAddressPool");
	if (metallb_is_for_some_services(f->left)) {
		job_dismiss(j, f,
		    "left out: its serviceSelectors mean some Services only, "
		    "and a ServiceGroup is announced as a whole");
		return;
	}
	while ((pool = job_next(j, GROUP, "IPAddressPool", &i)) != NULL)
		if (group_has_pools(pool->ours) &&
		    metallb_means(j, f->left, pool)) {
			advertise(j, f->label, f->left, pool);
			used = true;
		}
	if (!used) {
		job_dismiss(j, f,
		    "left out: it means no IPAddressPool of the input that "
		    "comes out; give them together");
		return;
	}
	tell_peers(j, f);
	json_decref(path_take(f->left, "spec.serviceSelectors"));
	understood_drop(json_object_get(f->left, "spec"));
}

/* ---- AddressPool ---- */

/* Without a word about it, addresses are announced one by one. */
static void
old_advertise(struct job *j, struct foreign *f, json_t *list)
{
	json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		f->selected = true;
	json_array_foreach (list, i, item) {
		json_t *one = json_pack("{s:O}", "spec", item);
		char *path = xasprintf("spec.bgpAdvertisements[%zu]", i);

		if (advertisement_check(j, f->label, one))
			advertise(j, f->label, one, f);
		understood_drop(item);
		job_tell(j, f->label, path, item);
		free(path);
		json_decref(one);
	}
}

void
metallb_old_pool(struct job *j, struct foreign *f)
{
	json_t *list = job_take_list(j, f, "spec.bgpAdvertisements");
	json_t *protocol = path_take(f->left, "spec.protocol");
	const char *how = json_string_value(protocol);
	static const struct answering anywhere = { 0 };

	metallb_pool(j, f);
	if (how != NULL && strcmp(how, "layer2") == 0) {
		link_add(j, f->label, &anywhere, f->ours);
		job_tell(j, f->label, "spec.bgpAdvertisements", list);
	} else {
		old_advertise(j, f, list);
	}
	json_decref(protocol);
	json_decref(list);
}
