/* SPDX-License-Identifier: Apache-2.0 */
#include <jansson.h>
#include <stdint.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/metallb.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
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
	json_t *value = turn_community(known != NULL ? known : v, &err);

	if (value == NULL)
		job_remark(j, label, "spec.communities", "%s", err.text);
	return value;
}

static void
add_communities(
    struct job *j, const char *label, const json_t *list, json_t *group)
{
	json_t *ours =
	    (json_t *)rule_get(group, "spec.announce.bgp.communities");
	const json_t *v;
	size_t i, k;

	json_array_foreach (list, i, v) {
		json_t *value = community(j, label, v), *other;
		bool there = value == NULL;

		if (ours == NULL && value != NULL)
			rule_set(group, "spec.announce.bgp.communities",
			    ours = json_array());
		json_array_foreach (ours, k, other)
			there = there || json_equal(other, value);
		if (!there)
			json_array_append(ours, value);
		json_decref(value);
	}
}

static void
add_local_preference(const json_t *advertisement, json_t *group)
{
	const json_t *v = rule_get(advertisement, "spec.localPref");
	const json_t *old =
	    rule_get(group, "spec.announce.bgp.localPreference");

	if (json_integer_value(v) > json_integer_value(old))
		rule_set(group, "spec.announce.bgp.localPreference",
		    json_incref((json_t *)v));
}

/* first: no other advertisement has said anything of this group yet. */
static void
add_nodes(struct job *j, const char *label, const json_t *advertisement,
    json_t *group, bool first)
{
	static const char path[] = "spec.announce.bgp.nodeSelector";
	struct err err;
	json_t *nodes = label_selector_any(
	    rule_get(advertisement, "spec.nodeSelectors"), &err);
	json_t *old = (json_t *)rule_get(group, path);

	if (nodes != NULL && first && json_object_size(nodes) > 0)
		rule_set(group, path, json_incref(nodes));
	else if (nodes == NULL ||
	    (old != NULL && !label_selector_widen(old, nodes, &err))) {
		job_remark(j, label, "spec.nodeSelectors",
		    "%s: all nodes announce %s", err.text, job_name(group));
		json_object_del((json_t *)rule_get(group, "spec.announce.bgp"),
		    "nodeSelector");
	}
	json_decref(nodes);
}

static int
length_of(const json_t *advertisement, const char *path, int whole)
{
	const json_t *v = rule_get(advertisement, path);

	return json_is_integer(v) && json_integer_value(v) > 0 &&
		json_integer_value(v) < whole
	    ? (int)json_integer_value(v)
	    : whole;
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
	    j, label, rule_get(advertisement, "spec.communities"), pool->ours);
	add_local_preference(advertisement, pool->ours);
	add_nodes(j, label, advertisement, pool->ours, first);
}

static bool
holds_text(const json_t *list, const char *text)
{
	const json_t *v;
	size_t i;

	json_array_foreach (list, i, v)
		if (json_is_string(v) &&
		    strcmp(json_string_value(v), text) == 0)
			return true;
	return false;
}

/* Without names and selectors every pool is meant. */
static bool
means(const json_t *advertisement, const struct foreign *pool)
{
	const json_t *names = rule_get(advertisement, "spec.ipAddressPools");
	const json_t *selectors =
	    rule_get(advertisement, "spec.ipAddressPoolSelectors");
	const json_t *labels = rule_get(pool->left, "metadata.labels");
	const json_t *one;
	size_t i;

	if (holds_text(names, pool->name))
		return true;
	json_array_foreach (selectors, i, one)
		if (label_selector_matches(one, labels))
			return true;
	return json_array_size(names) + json_array_size(selectors) == 0;
}

/* Nothing to be said when all of them are named. */
static void
tell_peers(struct job *j, struct foreign *f)
{
	const json_t *names = rule_get(f->left, "spec.peers");
	const struct foreign *peer;
	bool all = true;
	size_t i = 0;

	while ((peer = job_next(j, GROUP, "BGPPeer", &i)) != NULL)
		all = all &&
		    (peer->ours == NULL || holds_text(names, peer->name));
	if (!all && json_array_size(names) > 0)
		job_remark(j, f->label, "spec.peers",
		    "addresses are announced to all peers");
}

/* What it can't be read without: a list that is none would mean all pools. */
static bool
lists_check(struct job *j, const char *label, const json_t *advertisement)
{
	static const char *const lists[] = { "spec.ipAddressPools",
		"spec.ipAddressPoolSelectors", "spec.communities",
		"spec.nodeSelectors", "spec.peers" };
	bool good = true;

	for (size_t i = 0; i < sizeof(lists) / sizeof(lists[0]); i++) {
		const json_t *v = rule_get(advertisement, lists[i]);

		if (v == NULL || json_is_null(v) || json_is_array(v))
			continue;
		rule_refuse(j, label, lists[i], v, "not a list");
		good = false;
	}
	return good;
}

static void
number_check(struct job *j, const char *label, const json_t *advertisement,
    const char *path, json_int_t most)
{
	const json_t *v = rule_get(advertisement, path);

	if (v != NULL && !json_is_null(v) &&
	    (!json_is_integer(v) || json_integer_value(v) < 0 ||
		json_integer_value(v) > most))
		rule_refuse(j, label, path, v, "out of range");
}

/* False: it has to be left out. */
static bool
advertisement_check(
    struct job *j, const char *label, const json_t *advertisement)
{
	number_check(j, label, advertisement, "spec.aggregationLength", 32);
	number_check(j, label, advertisement, "spec.aggregationLengthV6", 128);
	number_check(j, label, advertisement, "spec.localPref", UINT32_MAX);
	return lists_check(j, label, advertisement);
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

void
metallb_advertisement(struct job *j, struct foreign *f)
{
	struct foreign *pool;
	size_t i = 0;

	if (!advertisement_check(j, f->label, f->left)) {
		job_dismiss(j, f, "left out");
		return;
	}
	while ((pool = job_next(j, GROUP, "IPAddressPool", &i)) != NULL)
		if (pool->ours != NULL && means(f->left, pool))
			advertise(j, f->label, f->left, pool);
	tell_peers(j, f);
	understood_drop(json_object_get(f->left, "spec"));
}

void
metallb_tell_unselected(struct job *j)
{
	const struct foreign *pool;
	size_t i = 0;

	while ((pool = job_next(j, GROUP, "IPAddressPool", &i)) != NULL)
		if (!pool->selected)
			job_remark(j, pool->label, NULL,
			    "no BGPAdvertisement means it; here its addresses "
			    "are announced to all peers");
}

/* ---- AddressPool ---- */

void
metallb_old_pool(struct job *j, struct foreign *f)
{
	json_t *list = rule_take_list(j, f, "spec.bgpAdvertisements"), *item;
	json_t *protocol = rule_take(f->left, "spec.protocol");
	const char *how = json_string_value(protocol);
	size_t i;

	metallb_pool(j, f);
	json_array_foreach (list, i, item) {
		json_t *one = json_pack("{s:O}", "spec", item);

		if (advertisement_check(j, f->label, one))
			advertise(j, f->label, one, f);
		understood_drop(item);
		job_tell(j, f->label, "spec.bgpAdvertisements", item);
		json_decref(one);
	}
	if (how != NULL && strcmp(how, "layer2") == 0)
		job_remark(j, f->label, "spec.protocol",
		    "layer2: there is no announcement on the local network "
		    "yet");
	json_decref(protocol);
	json_decref(list);
}
