/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A ClusterConfig says who speaks on which nodes, with which AS number, and
 * names its peers; each of them refers to a PeerConfig for the rest, whose
 * families select advertisements by labels. The peering policy before these has
 * all of that in one object. A speaker of some nodes becomes a BGPConfiguration
 * for them, and its peers become BGPPeers. A PeerConfig is taken apart once for
 * each peer that refers to it, in a copy.
 *
 * Advertisements come last, when it is known which of them a peer selects:
 * what none does was announced to nobody, and so are the pools that are in no
 * advertisement.
 */
#include "cli/convert/cilium.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/link.h"
#include "cli/convert/peer.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define GROUP "cilium.io"
#define INSTANCES "spec.bgpInstances" /* of a ClusterConfig */
#define ROUTERS "spec.virtualRouters" /* of a peering policy */

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
		path_set(
		    ours, "spec.nodeSelector", json_incref((json_t *)s->nodes));
	path_set(ours, "spec.asNumber", json_incref((json_t *)s->as));
	if (s->port != NULL)
		path_set(
		    ours, "spec.listenPort", json_incref((json_t *)s->port));
	path_set(ours, "spec.advertisePodCIDRs", json_boolean(s->pods));
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

#define PORT_BGP 179

static const struct rule password_rules[] = {
	{ "spec.authSecretRef", .to = "spec.password",
	  .turn = turn_secret_name },
	{ 0 },
};

static const struct rule local_as_rules[] = {
	{ "spec.localASN", .to = "spec.localASNumber", .turn = turn_as_number,
	  .idle = "0" },
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

static bool
is_selected(const json_t *selector, const struct foreign *advertisement)
{
	return selector != NULL &&
	    label_selector_matches(
		selector, path_get(advertisement->left, "metadata.labels"));
}

/*
 * Marks the advertisements that it selects. All that is announced goes to every
 * peer here, but what no peer's families select was announced to nobody.
 */
static void
family_select(struct job *j, const struct foreign *f, const json_t *selector)
{
	struct foreign *other;
	bool any = false;
	size_t i = 0;

	job_use_labels(j, selector);
	while (
	    (other = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) != NULL)
		if (is_selected(selector, other))
			any = other->selected = true;
	if (selector == NULL)
		job_remark(j, f->label, "spec.families",
		    "advertisements: one family selects none");
	else if (!any)
		job_refuse(j, f->label, "spec.families", selector,
		    "advertisements: none of the input is selected");
}

static bool
announces_anything(const struct foreign *f)
{
	const json_t *item;
	size_t i;

	json_array_foreach (path_get(f->left, "spec.advertisements"), i, item)
		if (cilium_announces(item))
			return true;
	return false;
}

/* When it is known which of them somebody selects. */
static void
families_tell(struct job *j, const struct foreign *f)
{
	const struct foreign *other;
	const json_t *family;
	size_t i = 0, k;

	while (
	    (other = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) != NULL)
		json_array_foreach (
		    path_get(f->left, "spec.families"), k, family)
			if (other->selected && announces_anything(other) &&
			    !is_selected(
				json_object_get(family, "advertisements"),
				other))
				job_remark(j, f->label, "spec.families",
				    "advertisements: those of %s go to its "
				    "peers too",
				    other->name);
}

/* chooses: the families say which advertisements are theirs. */
static void
families(struct job *j, struct foreign *f, bool chooses, json_t *ours)
{
	json_t *list = job_take_list(j, f, "spec.families"), *item;
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
		if (chooses)
			family_select(
			    j, f, json_object_get(item, "advertisements"));
		json_object_del(item, "afi");
		json_object_del(item, "safi");
		json_object_del(item, "advertisements");
		job_tell(j, f->label, "spec.families", item);
	}
	if (four || six)
		path_set(ours, "spec.families", json_array());
	if (four)
		json_array_append_new((json_t *)path_get(ours, "spec.families"),
		    json_string("IPv4"));
	if (six)
		json_array_append_new((json_t *)path_get(ours, "spec.families"),
		    json_string("IPv6"));
	json_decref(list);
}

/* The address may be a host prefix, as in the policy; NULL: there is none. */
static json_t *
address_take(struct foreign *f)
{
	json_t *v = path_take(f->left, "spec.peerAddress");
	const char *text = json_string_value(v);

	if (text == NULL || strchr(text, '/') == NULL)
		return v;
	json_t *host = json_stringn(text, strcspn(text, "/"));

	json_decref(v);
	return host;
}

/* The node's default gateway in place of an address; NULL: it is not meant. */
static json_t *
gateway_take(const struct speaker *s, struct foreign *f, const json_t *port)
{
	json_t *mode = path_take(f->left, "spec.autoDiscovery.mode");
	json_t *family = path_take(
	    f->left, "spec.autoDiscovery.defaultGateway.addressFamily");
	const char *name = json_string_value(family);
	bool meant = json_is_string(mode) &&
	    strcmp(json_string_value(mode), "DefaultGateway") == 0;
	bool v6 = name != NULL && strcmp(name, "ipv6") == 0;

	if (meant && port != NULL && json_integer_value(port) != PORT_BGP)
		job_remark(s->job, f->label, "spec.transport.peerPort",
		    "%lld: with a default gateway it is 179",
		    (long long)json_integer_value(port));
	if (meant && name == NULL)
		job_remark(s->job, f->label,
		    "spec.autoDiscovery.defaultGateway.addressFamily",
		    "not given: that of IPv4");
	json_decref(mode);
	json_decref(family);
	return meant ? json_string(v6 ? "gateway/IPv6" : "gateway") : NULL;
}

static void
peer_as(const struct speaker *s, struct foreign *f, json_t *ours)
{
	json_t *as = path_take(f->left, "spec.peerASN");

	if (json_integer_value(as) != 0)
		path_set(ours, "spec.asNumber", json_incref(as));
	else
		job_remark(s->job, f->label, "spec.peerASN",
		    "not given: any AS number but that of the node");
	if (json_integer_value(as) == 0)
		path_set(ours, "spec.external", json_true());
	json_decref(as);
}

/* f is the peer, more what else is said of it, by these rules; it may be f. */
static void
peer_add(const struct speaker *s, const json_t *configured, struct foreign *f,
    struct foreign *more, const struct rule *rules)
{
	json_t *address = address_take(f);
	json_t *port = path_take(more->left,
	    f == more ? "spec.peerPort" : "spec.transport.peerPort");
	struct err err;
	json_t *peer = address == NULL ? gateway_take(s, f, port) : NULL;

	if (peer == NULL)
		peer = peer_ip(s->job, f->label, address, port, &err);

	if (peer == NULL)
		job_remark(s->job, f->label, "spec.peerAddress", "left out: %s",
		    address != NULL ? err.text : "a peer needs an address");
	json_decref(port);
	json_decref(address);
	if (peer == NULL) { /* what it would be told is chosen all the same */
		json_t *none = json_object();

		families(s->job, more, f != more, none);
		json_decref(none);
		f->told = more->told = true;
		return;
	}
	json_t *ours = job_make(s->job, f->label, "BGPPeer", f->name);

	path_set(ours, "spec.peerIP", peer);
	peer_as(s, f, ours);
	if (!json_equal(path_get(configured, "spec.asNumber"), s->as))
		path_set(
		    ours, "spec.localASNumber", json_incref((json_t *)s->as));
	if (json_object_size(s->nodes) > 0)
		path_set(
		    ours, "spec.nodeSelector", json_incref((json_t *)s->nodes));
	rule_apply(s->job, f, local_as_rules, ours);
	rule_apply(s->job, more, rules, ours);
	families(s->job, more, f != more, ours);
	if (peer_password(
		s->job, more, "spec.authSecretRef", password_rules, ours))
		return;
	job_unmake(s->job);
	job_dismiss(s->job, f, "left out: its password can't be told");
}

static void
ref_drop(struct foreign *f)
{
	static const char *const parts[] = { "spec.peerConfigRef.name",
		"spec.peerConfigRef.group", "spec.peerConfigRef.kind" };

	for (size_t i = 0; i < 3; i++)
		json_decref(path_take(f->left, parts[i]));
}

/*
 * What is said of the peer elsewhere, to be taken apart; borrowed. NULL: it is
 * not there, and it may have said that there is a password.
 */
static struct foreign *
peer_config(const struct speaker *s, struct foreign *f)
{
	const char *name = path_text(f->left, "spec.peerConfigRef.name");

	if (path_get(f->left, "spec.peerConfigRef") == NULL)
		return job_add(s->job, json_object(), f->label, "");
	struct foreign *found = job_named(
	    s->job, GROUP, "CiliumBGPPeerConfig", name != NULL ? name : "");

	if (found == NULL)
		return NULL;
	found->told = found->selected = true; /* by the copies */
	ref_drop(f);
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

/* Owned; NULL: told, and nothing can be made of the object. */
static json_t *
nodes_take(struct job *j, struct foreign *f)
{
	json_t *v = path_take(f->left, "spec.nodeSelector");
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
		"peers", "neighbors", "exportPodCIDR", "serviceSelector",
		"serviceAdvertisements" };
	json_t *rest = json_copy((json_t *)from);

	for (size_t i = 0; i < sizeof(read) / sizeof(read[0]); i++)
		json_object_del(rest, read[i]);
	job_tell(s->job, s->label, path, rest);
	json_decref(rest);
}

/* The configuration of its nodes, borrowed; NULL: it has no AS number, told. */
static const json_t *
speaker_read(struct speaker *s, const char *path, const json_t *from)
{
	s->as = json_object_get(from, "localASN");
	if (s->as == NULL) {
		job_remark(
		    s->job, s->label, path, "one without localASN is left out");
		job_tell(s->job, s->label, path, from);
		return NULL;
	}
	rest_tell(s, path, from);
	return configuration(s);
}

static void
peer_config_miss(struct job *j, struct foreign *f)
{
	const char *name = path_text(f->left, "spec.peerConfigRef.name");

	job_remark(j, f->label, "spec.peerConfigRef",
	    "left out: the CiliumBGPPeerConfig %s is not in the input, and "
	    "what it says of a password is not known",
	    name != NULL ? name : "without a name");
	f->told = true;
}

static void
instance_read(struct speaker *s, const json_t *instance)
{
	json_t *list = json_object_get(instance, "peers"), *peer;
	size_t i;

	s->port = json_object_get(instance, "localPort");
	const json_t *configured = speaker_read(s, INSTANCES, instance);

	if (configured == NULL)
		return;
	json_array_foreach (list, i, peer) {
		const char *name = path_text(peer, "name");
		struct foreign *f =
		    peer_split(s, peer, name != NULL ? name : "");

		struct foreign *config = peer_config(s, f);

		if (config != NULL)
			peer_add(s, configured, f, config, peer_config_rules);
		else
			peer_config_miss(s->job, f);
	}
}

void
cilium_cluster(struct job *j, struct foreign *f)
{
	json_t *instances = job_take_list(j, f, INSTANCES);
	json_t *instance;
	json_t *nodes = nodes_take(j, f);
	struct speaker s = { j, f->label, f->name, nodes, NULL, NULL, false };
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

	s->pods = json_is_true(json_object_get(router, "exportPodCIDR"));
	const json_t *configured = speaker_read(s, ROUTERS, router);

	if (configured == NULL)
		return;
	json_array_foreach (list, i, neighbor) {
		const char *address = path_text(neighbor, "peerAddress");
		size_t n = address != NULL ? strcspn(address, "/") : 0;
		char *name = xasprintf(
		    "%s-%.*s", s->name, (int)n, address != NULL ? address : "");
		struct foreign *f = peer_split(s, neighbor, name);

		peer_add(s, configured, f, f, neighbor_rules);
		free(name);
	}
}

/* As an advertisement says it, for who reads these; owned. */
static json_t *
router_advertisement(const json_t *router)
{
	const json_t *kinds = json_object_get(router, "serviceAdvertisements");
	json_t *addresses = kinds != NULL ? json_copy((json_t *)kinds)
					  : json_pack("[s]", "LoadBalancerIP");
	json_t *a = json_pack("{s:{s:o}}", "service", "addresses", addresses);

	json_object_set(
	    a, "selector", json_object_get(router, "serviceSelector"));
	return a;
}

void
cilium_policy(struct job *j, struct foreign *f)
{
	json_t *routers = job_take_list(j, f, ROUTERS), *router;
	json_t *nodes = nodes_take(j, f);
	struct speaker s = { j, f->label, f->name, nodes, NULL, NULL, false };
	size_t i;

	if (nodes != NULL)
		json_array_foreach (routers, i, router) {
			json_t *a = router_advertisement(router);

			router_read(&s, router);
			if (cilium_services_tell(j, f->label, ROUTERS, a))
				f->selected = true;
			json_decref(a);
		}
	json_decref(nodes);
	json_decref(routers);
}

/* ---- when all of them are read ---- */

/* Without any PeerConfig the advertisements are taken as they are. */
static void
advertisements_select(struct job *j)
{
	struct foreign *f;
	size_t i = 0, k = 0;

	if (job_next(j, GROUP, "CiliumBGPPeerConfig", &k) == NULL) {
		while ((f = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) !=
		    NULL) {
			f->selected = true;
			job_remark(j, f->label, NULL,
			    "no CiliumBGPPeerConfig of the input selects it; "
			    "it is taken as selected");
		}
		return;
	}
	while ((f = job_next(j, GROUP, "CiliumBGPPeerConfig", &i)) != NULL)
		families_tell(j, f);
	i = 0;
	while ((f = job_next(j, GROUP, "CiliumBGPAdvertisement", &i)) != NULL)
		if (!f->selected)
			job_dismiss(j, f,
			    "left out: no peer's CiliumBGPPeerConfig selects "
			    "it, so it announces nothing");
}

static bool
announces_pods(const struct job *j)
{
	const struct foreign *f;
	size_t at = 0, i;
	json_t *item;

	while ((f = job_next(j, GROUP, "CiliumBGPAdvertisement", &at)) != NULL)
		json_array_foreach (
		    path_get(f->left, "spec.advertisements"), i, item)
			if (f->selected &&
			    is_text(json_object_get(item, "advertisementType"),
				"PodCIDR"))
				return true;
	return false;
}

/* Those that a cluster's configuration became. */
static void
pods_announce(struct job *j)
{
	static const char kind[] = "CiliumBGPClusterConfig ";

	for (size_t i = 0; i < j->n_made; i++)
		if (strncmp(j->made[i].label, kind, strlen(kind)) == 0 &&
		    path_get(j->made[i].obj, "spec.advertisePodCIDRs") != NULL)
			path_set(j->made[i].obj, "spec.advertisePodCIDRs",
			    json_true());
}

static bool
policy_announces(const struct job *j)
{
	const struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, GROUP, "CiliumBGPPeeringPolicy", &i)) != NULL)
		if (f->selected)
			return true;
	return false;
}

void
cilium_finish(struct job *j)
{
	bool by_policy = policy_announces(j);
	struct foreign *f;
	size_t i = 0;

	advertisements_select(j);
	if (announces_pods(j))
		pods_announce(j);
	cilium_advertise(j);
	cilium_l2_answer(j);
	while ((f = job_next(j, GROUP, "CiliumLoadBalancerIPPool", &i)) != NULL)
		if (link_has(f->ours) && (f->selected || by_policy))
			link_beside_bgp(f->ours);
		else if (group_has_pools(f->ours) && !link_has(f->ours) &&
		    !f->selected && !by_policy &&
		    !group_is_covered(
			f->ours, job_find(j, "BGPConfiguration", "default")))
			group_silence(
			    j, f, "nothing in the input announces it");
}
