/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/metallb.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/peer.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define GROUP "metallb.io"

/* ---- BGPPeer ---- */

/* clang-format off */
static const struct rule peer_rules[] = {
	{ "spec.peerASN", .to = "spec.asNumber", .idle = "0" },
	{ "spec.sourceAddress", .to = "spec.sourceAddress", .idle = "\"\"" },
	{ "spec.holdTime", .to = "spec.holdTime", .turn = turn_seconds },
	{ "spec.keepaliveTime", .to = "spec.keepaliveTime",
	  .turn = turn_seconds },
	{ "spec.connectTime", .to = "spec.connectRetryTime",
	  .turn = turn_seconds },
	{ "spec.ebgpMultiHop", .to = "spec.ebgpMultihop", .turn = turn_hops,
	  .idle = "false" },
	{ "spec.routerID", .why = "the annotation lbbgp.io/router-id of a Node "
	  "does that" },
	{ "spec.bfdProfile", .why = "there is no BFD yet" },
	{ "spec.enableGracefulRestart",
	  .why = "there is no graceful restart yet" },
	{ "spec.interface", .why = "a peer needs an address" },
	{ 0 },
};

static const struct rule password_rules[] = {
	{ "spec.passwordSecret.name", .to = "spec.password",
	  .turn = turn_secret_name, .idle = "\"\"" },
	{ "spec.passwordSecret.namespace", .idle = "\"metallb-system\"" },
	{ 0 },
};
/* clang-format on */

/*
 * There every peer says which AS number the nodes have; here the configuration
 * does, and a peer only if it differs. MetalLB announces no pods.
 */
static void
peer_my_as(struct job *j, struct foreign *f, json_t *as, json_t *ours)
{
	json_t *configuration = job_find(j, "BGPConfiguration", "default");

	if (as == NULL)
		return;
	if (configuration == NULL) {
		configuration =
		    job_make(j, f->label, "BGPConfiguration", "default");
		rule_set(configuration, "spec.asNumber", json_incref(as));
		rule_set(configuration, "spec.advertisePodCIDRs", json_false());
	} else if (!json_equal(rule_get(configuration, "spec.asNumber"), as)) {
		rule_set(ours, "spec.localASNumber", json_incref(as));
	}
}

static void
peer_dynamic_as(struct foreign *f, json_t *ours)
{
	const char *mode = rule_text(f->left, "spec.dynamicASN");

	if (mode == NULL || rule_get(ours, "spec.asNumber") != NULL ||
	    (strcmp(mode, "internal") != 0 && strcmp(mode, "external") != 0))
		return; /* what is not understood is told in the end */
	json_object_set_new(job_spec(ours), mode, json_true());
	json_decref(rule_take(f->left, "spec.dynamicASN"));
}

/*
 * One session for both families, and what is about sessions with one is over.
 */
static void
peer_families(struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.dualStackAddressFamily";

	json_decref(rule_take(f->left, "spec.disableMP"));
	if (!json_is_true(rule_get(f->left, path)))
		return;
	rule_set(ours, "spec.families", json_pack("[s, s]", "IPv4", "IPv6"));
	json_decref(rule_take(f->left, path));
}

/* A password in the open becomes a Secret. */
static void
secret_make(struct job *j, const char *label, json_t *password, json_t *ours)
{
	char *name = xasprintf("%s-password", job_name(ours));
	json_t *made = job_make(j, label, "Secret", name);

	rule_set(ours, "spec.password.secretKeyRef",
	    json_pack("{s:s, s:s}", "name", job_name(made), "key", "password"));
	rule_set(made, "apiVersion", json_string("v1"));
	rule_set(made, "metadata.namespace", json_string("lbbgp-system"));
	rule_set(made, "stringData.password", json_incref(password));
	json_object_del(made, "spec");
	free(name);
}

static bool
peer_secret(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *password = rule_take(f->left, "spec.password");
	bool none = password == NULL || rule_says_nothing(password);
	bool good = none
	    ? peer_password(j, f, "spec.passwordSecret", password_rules, ours)
	    : json_is_string(password);

	if (good && !none)
		secret_make(j, f->label, password, ours);
	if (!good)
		job_remark(j, f->label, "spec.password", "it can't be told");
	json_decref(password);
	return good;
}

/* False: which nodes can't be said, and all of them would be too many. */
static bool
peer_nodes(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *list = rule_take(f->left, "spec.nodeSelectors");
	struct err err;
	json_t *selector = label_selector_any(list, &err);

	json_decref(list);
	if (selector == NULL) {
		job_remark(j, f->label, "spec.nodeSelectors", "%s", err.text);
		return false;
	}
	if (json_object_size(selector) > 0)
		rule_set(ours, "spec.nodeSelector", json_incref(selector));
	json_decref(selector);
	return true;
}

static bool
peer_address(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *address = rule_take(f->left, "spec.peerAddress");
	json_t *port = rule_take(f->left, "spec.peerPort");
	struct err err;
	json_t *peer = turn_peer(address, port, &err);

	if (peer != NULL)
		rule_set(ours, "spec.peerIP", peer);
	else
		job_remark(j, f->label, "spec.peerAddress", "%s",
		    address != NULL ? err.text : "a peer needs an address");
	json_decref(address);
	json_decref(port);
	return peer != NULL;
}

void
metallb_peer(struct job *j, struct foreign *f)
{
	json_t *as = rule_take(f->left, "spec.myASN");

	json_t *ours = job_make(j, f->label, "BGPPeer", f->name);

	bool good = peer_address(j, f, ours);

	rule_apply(j, f, peer_rules, ours);
	if (good && peer_nodes(j, f, ours) && peer_secret(j, f, ours)) {
		f->ours = json_incref(ours);
		peer_dynamic_as(f, ours);
		peer_families(f, ours);
		peer_my_as(j, f, as, ours);
	} else {
		job_unmake(j);
		job_dismiss(j, f, "left out");
	}
	json_decref(as);
}

/* ---- Community ---- */

void
metallb_community(struct job *j, struct foreign *f)
{
	json_t *list = rule_take_list(j, f, "spec.communities"), *item;
	struct err err;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = rule_text(item, "name");
		const json_t *text = rule_get(item, "value");
		json_t *value = turn_community(text, &err);

		if (name != NULL && value != NULL)
			json_object_set(j->communities, name, value);
		else
			job_remark(j, f->label, "spec.communities", "%s",
			    name == NULL ? "one has no name" : err.text);
		json_decref(value);
	}
	json_decref(list);
}

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
		    "%s is announced already, by prefixes of another length",
		    job_name(pool->ours));
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

void
metallb_advertisement(struct job *j, struct foreign *f)
{
	static const char *const understood[] = { "aggregationLength",
		"aggregationLengthV6", "communities", "localPref",
		"nodeSelectors", "ipAddressPools", "ipAddressPoolSelectors",
		"peers" };
	json_t *spec = json_object_get(f->left, "spec");
	struct foreign *pool;
	size_t i = 0;

	while ((pool = job_next(j, GROUP, "IPAddressPool", &i)) != NULL)
		if (pool->ours != NULL && means(f->left, pool))
			advertise(j, f->label, f->left, pool);
	tell_peers(j, f);
	for (i = 0; i < sizeof(understood) / sizeof(understood[0]); i++)
		json_object_del(spec, understood[i]);
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

		advertise(j, f->label, one, f);
		json_decref(one);
	}
	if (how != NULL && strcmp(how, "layer2") == 0)
		job_remark(j, f->label, "spec.protocol",
		    "layer2: there is no announcement on the local network "
		    "yet");
	json_decref(protocol);
	json_decref(list);
}
