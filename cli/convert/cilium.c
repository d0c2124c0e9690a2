/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/cilium.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/peer.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define GROUP "cilium.io"

/* A virtual router of Cilium's, and who it is for. */
struct speaker {
	struct job *job;
	const char *label;
	const char *name;    /* for the BGPConfiguration */
	const json_t *nodes; /* a label selector; {}: all */
	const json_t *as;    /* its AS number */
	const json_t *port;  /* NULL: Cilium does not listen */
	bool pods;           /* pod CIDRs are announced */
};

static bool
is_text(const json_t *v, const char *text)
{
	return json_is_string(v) && strcmp(json_string_value(v), text) == 0;
}

/* ---- BGPConfiguration ---- */

/*
 * Nodes have one AS number here, so the first speaker of some nodes gives them
 * their configuration; peers of others say that theirs differs. The result is
 * borrowed.
 */
static json_t *
configuration(const struct speaker *s)
{
	bool all = json_object_size(s->nodes) == 0;
	const char *name = all ? "default" : s->name;
	json_t *ours = job_find(s->job, "BGPConfiguration", name);

	if (ours != NULL)
		return ours;
	/* The one named default is for all nodes. */
	if (!all && strcmp(name, "default") == 0)
		name = "cilium-default";
	ours = job_make(s->job, s->label, "BGPConfiguration", name);
	if (!all)
		rule_set(
		    ours, "spec.nodeSelector", json_incref((json_t *)s->nodes));
	rule_set(ours, "spec.asNumber", json_incref((json_t *)s->as));
	if (s->port != NULL)
		rule_set(
		    ours, "spec.listenPort", json_incref((json_t *)s->port));
	rule_set(ours, "spec.advertisePodCIDRs", json_boolean(s->pods));
	return ours;
}

/* ---- BGPPeer ---- */

/* clang-format off */
static const struct rule peer_config_rules[] = { /* CiliumBGPPeerConfig */
	{ "spec.timers.holdTimeSeconds", .to = "spec.holdTime" },
	{ "spec.timers.keepAliveTimeSeconds", .to = "spec.keepaliveTime" },
	{ "spec.timers.connectRetryTimeSeconds",
	  .to = "spec.connectRetryTime" },
	{ "spec.ebgpMultihop", .to = "spec.ebgpMultihop", .idle = "1" },
	{ "spec.gracefulRestart.enabled",
	  .why = "there is no graceful restart yet" },
	{ "spec.gracefulRestart.restartTimeSeconds", .idle = "120" },
	{ 0 },
};

static const struct rule password_rules[] = {
	{ "spec.authSecretRef", .to = "spec.password",
	  .turn = turn_secret_name },
	{ 0 },
};

static const struct rule neighbor_rules[] = { /* CiliumBGPPeeringPolicy */
	{ "spec.holdTimeSeconds", .to = "spec.holdTime" },
	{ "spec.keepAliveTimeSeconds", .to = "spec.keepaliveTime" },
	{ "spec.connectRetryTimeSeconds", .to = "spec.connectRetryTime" },
	{ "spec.eBGPMultihopTTL", .to = "spec.ebgpMultihop", .idle = "1" },
	{ "spec.gracefulRestart.enabled",
	  .why = "there is no graceful restart yet" },
	{ "spec.gracefulRestart.restartTimeSeconds", .idle = "120" },
	{ 0 },
};
/* clang-format on */

/* All that is announced goes to every peer here. */
static void
family_tell(struct job *j, const struct foreign *f, const json_t *selector)
{
	const struct foreign *other;
	size_t i = 0;

	while (
	    (other = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) != NULL)
		if (selector == NULL ||
		    !label_selector_matches(
			selector, rule_get(other->left, "metadata.labels")))
			job_remark(j, f->label, "spec.families",
			    "advertisements: those of %s go to its peers too",
			    other->name);
}

static void
families(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *list = rule_take_list(j, f, "spec.families"), *item;
	bool four = false, six = false;
	size_t i;

	json_array_foreach (list, i, item) {
		const json_t *afi = json_object_get(item, "afi");
		bool unicast =
		    is_text(json_object_get(item, "safi"), "unicast");

		four = four || (unicast && is_text(afi, "ipv4"));
		six = six || (unicast && is_text(afi, "ipv6"));
		if (!unicast ||
		    (!is_text(afi, "ipv4") && !is_text(afi, "ipv6")))
			job_remark(j, f->label, "spec.families",
			    "only unicast of IPv4 and IPv6 is spoken");
		family_tell(j, f, json_object_get(item, "advertisements"));
	}
	if (four || six)
		rule_set(ours, "spec.families", json_array());
	if (four)
		json_array_append_new((json_t *)rule_get(ours, "spec.families"),
		    json_string("IPv4"));
	if (six)
		json_array_append_new((json_t *)rule_get(ours, "spec.families"),
		    json_string("IPv6"));
	json_decref(list);
}

/* The address may be a host prefix, as in the policy; NULL: there is none. */
static json_t *
address_take(struct foreign *f)
{
	json_t *v = rule_take(f->left, "spec.peerAddress");
	const char *text = json_string_value(v);

	if (text == NULL || strchr(text, '/') == NULL)
		return v;
	json_t *host = json_stringn(text, strcspn(text, "/"));

	json_decref(v);
	return host;
}

static void
peer_as(const struct speaker *s, struct foreign *f, json_t *ours)
{
	json_t *as = rule_take(f->left, "spec.peerASN");

	if (json_integer_value(as) != 0)
		rule_set(ours, "spec.asNumber", json_incref(as));
	else
		job_remark(s->job, f->label, "spec.peerASN",
		    "not given: any AS number but that of the node");
	if (json_integer_value(as) == 0)
		rule_set(ours, "spec.external", json_true());
	json_decref(as);
}

/* f is the peer, more what else is said of it, by these rules; it may be f. */
static void
peer_add(const struct speaker *s, const json_t *configured, struct foreign *f,
    struct foreign *more, const struct rule *rules)
{
	json_t *address = address_take(f);
	json_t *port = rule_take(more->left,
	    f == more ? "spec.peerPort" : "spec.transport.peerPort");
	struct err err;
	json_t *peer = turn_peer(address, port, &err);

	if (peer == NULL)
		job_remark(s->job, f->label, "spec.peerAddress", "left out: %s",
		    address != NULL ? err.text : "a peer needs an address");
	json_decref(port);
	json_decref(address);
	if (peer == NULL) {
		f->told = true;
		return;
	}
	json_t *ours = job_make(s->job, f->label, "BGPPeer", f->name);

	rule_set(ours, "spec.peerIP", peer);
	peer_as(s, f, ours);
	if (!json_equal(rule_get(configured, "spec.asNumber"), s->as))
		rule_set(
		    ours, "spec.localASNumber", json_incref((json_t *)s->as));
	if (json_object_size(s->nodes) > 0)
		rule_set(
		    ours, "spec.nodeSelector", json_incref((json_t *)s->nodes));
	rule_apply(s->job, more, rules, ours);
	families(s->job, more, ours);
	if (peer_password(
		s->job, more, "spec.authSecretRef", password_rules, ours))
		return;
	job_unmake(s->job);
	job_dismiss(s->job, f, "left out: its password can't be told");
}

static struct foreign *
peer_config_find(const struct job *j, const char *name)
{
	struct foreign *config;
	size_t i = 0;

	while ((config = job_next(j, GROUP, "CiliumBGPPeerConfig", &i)) != NULL)
		if (strcmp(config->name, name) == 0)
			return config;
	return NULL;
}

/*
 * What is said of the peer elsewhere, to be taken apart; borrowed. NULL: it is
 * not there, and it may have said that there is a password.
 */
static struct foreign *
peer_config(const struct speaker *s, struct foreign *f)
{
	const char *name = rule_text(f->left, "spec.peerConfigRef.name");

	if (rule_get(f->left, "spec.peerConfigRef") == NULL)
		return job_add(s->job, json_object(), f->label, "");
	struct foreign *found =
	    peer_config_find(s->job, name != NULL ? name : "");

	if (found == NULL)
		return NULL;
	found->told = true; /* by the copies */
	json_object_del(json_object_get(f->left, "spec"), "peerConfigRef");
	json_t *left = json_deep_copy(found->left);

	json_object_del(left, "kind");
	return job_add(s->job, left, found->label, "");
}

/* Each peer becomes an object of its own: what is left of it is told. */
static struct foreign *
peer_split(const struct speaker *s, const json_t *peer, const char *name)
{
	char *label = xasprintf("%s peer %s", s->label, name);
	struct foreign *f = job_add(s->job,
	    json_pack("{s:o}", "spec", json_deep_copy(peer)), label, name);

	free(label);
	json_object_del(json_object_get(f->left, "spec"), "name");
	return f;
}

/* ---- CiliumBGPClusterConfig ---- */

static bool
announces_pods(const struct job *j)
{
	const struct foreign *f;
	size_t at = 0, i;
	json_t *item;

	while ((f = job_next(j, GROUP, "CiliumBGPAdvertisement", &at)) != NULL)
		json_array_foreach (
		    rule_get(f->left, "spec.advertisements"), i, item)
			if (is_text(json_object_get(item, "advertisementType"),
				"PodCIDR"))
				return true;
	return false;
}

/* Owned; NULL: told, and nothing can be made of the object. */
static json_t *
nodes_take(struct job *j, struct foreign *f)
{
	json_t *v = rule_take(f->left, "spec.nodeSelector");
	struct err err;
	json_t *nodes =
	    v != NULL ? label_selector_clean(v, &err) : json_object();

	json_decref(v);
	if (nodes == NULL)
		job_dismiss(j, f, "left out: its nodes can't be told");
	return nodes;
}

/* What of an instance or a router nobody has read. */
static void
rest_tell(const struct speaker *s, const char *path, const json_t *from)
{
	static const char *const read[] = { "name", "localASN", "localPort",
		"peers", "neighbors", "exportPodCIDR", "serviceSelector" };
	json_t *rest = json_copy((json_t *)from);

	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		json_object_del(rest, read[i]);
	job_tell(s->job, s->label, path, rest);
	json_decref(rest);
}

static void
instance_read(struct speaker *s, const json_t *instance)
{
	json_t *list = json_object_get(instance, "peers"), *peer;
	size_t i;

	s->as = json_object_get(instance, "localASN");
	s->port = json_object_get(instance, "localPort");
	if (s->as == NULL) {
		job_remark(s->job, s->label, "spec.bgpInstances",
		    "one without localASN is left out");
		return;
	}
	rest_tell(s, "spec.bgpInstances", instance);
	const json_t *configured = configuration(s);

	json_array_foreach (list, i, peer) {
		const char *name = rule_text(peer, "name");
		struct foreign *f =
		    peer_split(s, peer, name != NULL ? name : "");

		struct foreign *config = peer_config(s, f);

		if (config != NULL)
			peer_add(s, configured, f, config, peer_config_rules);
		else
			job_dismiss(s->job, f,
			    "left out: its CiliumBGPPeerConfig is not there");
	}
}

void
cilium_cluster(struct job *j, struct foreign *f)
{
	json_t *instances = rule_take_list(j, f, "spec.bgpInstances");
	json_t *instance;
	json_t *nodes = nodes_take(j, f);
	struct speaker s = { j, f->label, f->name, nodes, NULL, NULL,
		announces_pods(j) };
	size_t i;

	if (nodes != NULL)
		json_array_foreach (instances, i, instance)
			instance_read(&s, instance);
	json_decref(nodes);
	json_decref(instances);
}

/* ---- CiliumBGPPeeringPolicy ---- */

static void
router_read(struct speaker *s, const json_t *router)
{
	json_t *list = json_object_get(router, "neighbors"), *neighbor;
	size_t i;

	s->as = json_object_get(router, "localASN");
	s->pods = json_is_true(json_object_get(router, "exportPodCIDR"));
	if (s->as == NULL) {
		job_remark(s->job, s->label, "spec.virtualRouters",
		    "one without localASN is left out");
		return;
	}
	rest_tell(s, "spec.virtualRouters", router);
	job_remark(s->job, s->label, "spec.virtualRouters",
	    "serviceSelector: all Services are announced");
	const json_t *configured = configuration(s);

	json_array_foreach (list, i, neighbor) {
		const char *address = rule_text(neighbor, "peerAddress");
		size_t n = address != NULL ? strcspn(address, "/") : 0;
		char *name = xasprintf(
		    "%s-%.*s", s->name, (int)n, address != NULL ? address : "");
		struct foreign *f = peer_split(s, neighbor, name);

		peer_add(s, configured, f, f, neighbor_rules);
		free(name);
	}
}

void
cilium_policy(struct job *j, struct foreign *f)
{
	json_t *routers = rule_take_list(j, f, "spec.virtualRouters"), *router;
	json_t *nodes = nodes_take(j, f);
	struct speaker s = { j, f->label, f->name, nodes, NULL, NULL, false };
	size_t i;

	if (nodes != NULL)
		json_array_foreach (routers, i, router)
			router_read(&s, router);
	json_decref(nodes);
	json_decref(routers);
}
