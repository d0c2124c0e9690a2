/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What people see of the daemon: its parts as data, and the conditions that hold.
 *
 * Nobody keeps a list of what is amiss: each time somebody looks, all is looked through
 * anew, part by part, and what holds is said by HOLDS(). Several of one type become one
 * condition, and one that held at the last look keeps the time since when it does
 * (standing.c). So a condition can't be forgotten when its cause goes, and the status
 * and the control socket can't say different things.
 *
 * Each message names the object that has to be changed, and its field.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/attributes.h"
#include "bgpd/announce/covered.h"
#include "bgpd/announce/facts.h"
#include "bgpd/bmp/stations.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/l2_key.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/virtual_ip.h"
#include "bgpd/control/ready.h"
#include "bgpd/control/told.h"
#include "bgpd/control/views.h"
#include "bgpd/peer/peers.h"
#include "bgpd/session/session.h"
#include "bgpd/core.h"
#include "bgpd/l2/l2.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/clock.h"
#include "common/source/source.h"

/* One line of it: what holds, in one CamelCase word why, and in a sentence. */
#define HOLDS(b, type, reason, ...) \
	standing_add(&(b)->standing, type, reason, bgpd_now(b), __VA_ARGS__)

/* Has it a peer that would be told of the family while their session is up? */
static bool
has_carrier(const struct daemon_view *view, enum family f)
{
	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		if (session_config(p->session)->families[f] &&
		    p->blocked == NULL && !p->mute[f])
			return true;
	}
	for (size_t i = 0; i < view->n_ranges; i++)
		if (view->ranges[i].config->families[f] &&
		    view->ranges[i].blocked == NULL)
			return true;
	return false;
}

/* What is announced has to reach somebody. */
static void
silence_conditions(struct bgpd *b)
{
	struct err why;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		size_t n = announce_count(b->announce, f);

		if (n > 0 && !told_anybody(&b->view, f, &why))
			HOLDS(b, "SentToNobody",
			    has_carrier(&b->view, f) ? "NoSession" : "NoPeer",
			    "%s: %zu %s sent to nobody: %s", family_name(f), n,
			    n > 1 ? "prefixes are" : "prefix is", why.text);
	}
}

struct peer_search { /* for one that is for a node */
	const struct node *node;
	const char *found; /* its name, borrowed; NULL: there is none */
};

static bool
peer_search(void *arg, const struct object_key *key, const void *item)
{
	struct peer_search *s = arg;

	if (peering_selects(item, s->node))
		s->found = key->name;
	return s->found == NULL;
}

/* One for links alone may be meant to speak no BGP; not so with peers or a mesh. */
static void
speechless_condition(struct bgpd *b, const struct bgp_configuration *config)
{
	struct peer_search s = { announce_our_node(b->announce), NULL };

	if (bgp_configuration_speaks(config))
		return;
	store_each(b->store, KIND_PEER, peer_search, &s);
	if (s.found != NULL && config != NULL)
		HOLDS(b, "NotConfigured", "NoASNumber",
		    "BGPConfiguration %s: spec.asNumber: missing, so this node "
		    "speaks no BGP, not with BGPPeer %s either",
		    config->meta.name, s.found);
	else if (config != NULL && config->mesh)
		HOLDS(b, "NotConfigured", "NoASNumber",
		    "BGPConfiguration %s: spec.asNumber: missing, so this node "
		    "speaks no BGP, and nodeToNodeMeshEnabled is without "
		    "effect",
		    config->meta.name);
	else if (s.found != NULL)
		HOLDS(b, "NotConfigured", "NoBGPConfiguration",
		    "no valid BGPConfiguration selects this node or is called "
		    "default, so it speaks no BGP, not with BGPPeer %s either",
		    s.found);
}

struct vip_kinds {
	bool any, on_links;
};

static bool
vip_kinds_each(void *arg, const struct object_key *key, const void *item)
{
	struct vip_kinds *kinds = arg;
	const struct virtual_ip *vip = item;

	(void)key;
	kinds->any = true;
	kinds->on_links |= vip->l2 != NULL;
	return true;
}

static struct vip_kinds
vip_kinds(const struct bgpd *b)
{
	struct vip_kinds kinds = { false, false };

	store_each(b->store, KIND_VIRTUAL_IP, vip_kinds_each, &kinds);
	return kinds;
}

static void
configuration_conditions(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	const struct bgp_configuration *rival =
	    announce_configuration_rival(b->announce);
	struct err why;

	if (announce_our_node(b->announce) == NULL &&
	    (!store_is_listed(b->store, KIND_NODE) ||
		store_is_recalled(b->store, KIND_NODE)))
		HOLDS(b, "NodeUnknown", "NotListed",
		    "whether there is a Node %s is not known: no Node has been "
		    "listed",
		    b->options.node);
	else if (announce_our_node(b->announce) == NULL)
		HOLDS(b, "NodeUnknown", "NoNode", "there is no Node %s",
		    b->options.node);
	else if (config == NULL && !announce_on_links(b->announce) &&
	    !vip_kinds(b).any)
		HOLDS(b, "NotConfigured", "NoBGPConfiguration",
		    "no valid BGPConfiguration selects this node or is called "
		    "default: nothing listens, nothing is announced");
	else
		speechless_condition(b, config);
	if (peers_mesh(b->peers) > MESH_NODES_MOST)
		HOLDS(b, "MeshTooLarge", "TooManyNodes",
		    "the node-to-node mesh has %zu nodes, and so each as many "
		    "sessions; above %d let some nodes reflect routes: BGPPeer "
		    "spec.peerSelector, annotation " NODE_CLUSTER_ID,
		    peers_mesh(b->peers), MESH_NODES_MOST);
	if (rival != NULL)
		HOLDS(b, "ConfigurationConflict", "TwoSelect",
		    "BGPConfiguration %s selects this node too, but %s is "
		    "older and in force",
		    rival->meta.name, config->meta.name);
	/* Where they can't be read SourceUnhealthy says so. */
	if (announce_lacks_service_cidrs(b->announce) &&
	    (b->source == NULL ||
		source_healthy(b->source, KIND_SERVICE_CIDR, &why)))
		HOLDS(b, "ServiceCIDRsUnknown", "NoServiceCIDR",
		    "BGPConfiguration %s: spec.serviceClusterIPSource: Auto, "
		    "but the cluster has no ServiceCIDR (Kubernetes 1.33 and "
		    "later have), and spec.serviceClusterIPs lists nothing: no "
		    "prefix of cluster IPs is announced",
		    config->meta.name);
	if (announce_node_error(b->announce) != NULL)
		HOLDS(b, "PodCIDRInvalid", "Unreadable", "%s",
		    announce_node_error(b->announce));
}

/* Who can say on a link what others believe. */
static void
link_conditions(struct bgpd *b)
{
	struct l2_key key = l2_key_find(
	    announce_configuration(b->announce), b->store, KIND_SECRET);

	if (!announce_on_links(b->announce) && !vip_kinds(b).on_links)
		return;
	if (key.state == L2_KEY_NONE)
		HOLDS(b, "L2NotAuthenticated", "NoSecret",
		    "what nodes tell each other on their links is not signed: "
		    "no spec.l2.secretKeyRef names a key, and there is no "
		    "Secret %s in namespace %s",
		    l2_key_secret(NULL), b->options.instance.ns);
	if (key.state == L2_KEY_MISSING)
		HOLDS(b, "L2Blocked", "KeyMissing",
		    "%s; without it this node holds no address on its links",
		    key.why.text);
	if (key.doubt.text[0] != '\0')
		HOLDS(b, "L2KeyDoubtful", "ShortKey", "%s", key.doubt.text);
}

/* The first ones by name; a whole pool may be in use by somebody else. */
struct conflicts {
	struct bgpd *b;
	unsigned n;
};

#define NAMED 4 /* of the addresses that somebody else has, too */

static bool
conflict_each(void *arg, const struct l2_view *v)
{
	struct conflicts *c = arg;
	char addr[ADDR_TEXT], mac[MAC_TEXT];

	if (!v->has_conflict || c->n++ >= NAMED)
		return true;
	HOLDS(c->b, "AddressConflict", "InUse",
	    "%s: %s on %s uses it and is no node of this cluster%s",
	    addr_print(&v->addr, addr), mac_print(&v->conflict, mac),
	    v->interface, v->state == L2_CONFLICT ? ": not taken" : "");
	return true;
}

static void
lan_conditions(struct bgpd *b)
{
	struct conflicts c = { b, 0 };

	if (b->l2 != NULL)
		l2_each(b->l2, conflict_each, &c);
	if (b->unheard != NULL)
		HOLDS(b, "LinkUnheard", "NoSocket",
		    "%s; who hears nobody there can't know who answers, so "
		    "this node holds no address there (it takes CAP_NET_RAW)",
		    b->unheard);
	if (b->unplaced != NULL)
		HOLDS(b, "AddressMissing", "NotInPlace", "%s", b->unplaced);
}

static void
station_conditions(struct bgpd *b)
{
	struct stations_view v;
	char text[ADDR_TEXT];

	for (size_t i = 0;
	     b->stations != NULL && stations_view(b->stations, i, &v); i++)
		if (!v.connected && v.why != NULL)
			HOLDS(b, "BMPStationAway", "NotConnected",
			    "BMP station %s, port %u: %s; it is told nothing",
			    addr_print(&v.target->addr, text), v.target->port,
			    v.why);
}

struct refusals { /* of one kind */
	struct bgpd *b;
	size_t kind;
};

static void
refusal_each(void *arg, const struct object_key *key, const struct err *why)
{
	const struct refusals *r = arg;

	if (r->kind == KIND_NODE && strcmp(key->name, r->b->options.node) != 0)
		return; /* that is for its own daemon to tell */
	HOLDS(r->b, "ObjectsRefused",
	    store_get(r->b->store, r->kind, key) != NULL ? "LastGoodInForce"
							 : "NothingInForce",
	    "%s %s%s%s: %s", bgpd_kinds[r->kind].kind, key->ns,
	    key->ns[0] != '\0' ? "/" : "", key->name, why->text);
}

static void
refusal_conditions(struct bgpd *b)
{
	for (size_t kind = 0; kind < b->n_kinds; kind++) {
		struct refusals r = { b, kind };

		store_each_refused(b->store, kind, refusal_each, &r);
	}
}

/* Good in form, but hardly meant so. */
static void
covered_condition(struct bgpd *b, const struct service_group *group)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	struct prefix cidr;
	struct err names;
	char text[PREFIX_TEXT];

	if (!service_group_on_bgp(group) || !bgp_configuration_speaks(config) ||
	    !covered_fields(group, &names) ||
	    !covered_pool(group, config, &cidr))
		return;
	HOLDS(b, "AttributesCovered", "CIDRListed",
	    "ServiceGroup %s: spec.announce.bgp: %s: without effect for "
	    "Services with policy Cluster, as their addresses are in %s, which "
	    "BGPConfiguration %s lists and which is announced in their place",
	    group->meta.name, names.text, prefix_print(&cidr, text),
	    config->meta.name);
}

/* Routes go out without one that nobody defines; field: of spec.announce.bgp. */
static void
unknown_condition(struct bgpd *b, const struct service_group *group,
    const struct communities *list, const char *field)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	struct attributes found = { 0 };
	const char *unknown = attributes_add(&found, list, config);

	attributes_fini(&found);
	if (unknown != NULL && config != NULL)
		HOLDS(b, "CommunityUnknown", "NoSuchName",
		    "ServiceGroup %s: spec.announce.bgp.%s: no community of "
		    "BGPConfiguration %s is called %s",
		    group->meta.name, field, config->meta.name, unknown);
}

static bool
group_conditions(void *arg, const struct object_key *key, const void *item)
{
	struct bgpd *b = arg;
	const struct service_group *group = item;

	unknown_condition(
	    b, group, &group->announce.communities, "communities");
	unknown_condition(b, group, &group->announce.service_communities,
	    "serviceCommunities");
	covered_condition(b, group);
	for (size_t i = 0; i < group->announce.n_peers; i++) {
		struct object_key peer = { "", group->announce.peers[i] };

		if (store_get(b->store, KIND_PEER, &peer) == NULL)
			HOLDS(b, "PeerUnknown", "NoSuchPeer",
			    "ServiceGroup %s: spec.announce.bgp.peers[%zu]: "
			    "there is no BGPPeer %s",
			    key->name, i, peer.name);
	}
	return true;
}

/* The kinds that are not followed for that reason; the first of them in *first. */
static struct err
kinds_not_followed(
    const struct bgpd *b, const struct err *reason, size_t *first)
{
	struct err why, names = { 0 };

	for (size_t kind = b->n_kinds; kind-- > 0;) {
		if (source_healthy(b->source, kind, &why) ||
		    strcmp(why.text, reason->text) != 0)
			continue;
		err_prefix(&names, "%s%s", bgpd_kinds[kind].plural,
		    names.text[0] != '\0' ? ", " : "");
		*first = kind;
	}
	return names;
}

static void
limit_condition(struct bgpd *b)
{
	if (announce_limit_fails(b->announce))
		HOLDS(b, "AnnouncersNotLimited", "DaemonsUnknown",
		    "ServiceGroup %s: spec.announce.bgp.maxAnnouncers, or what "
		    "Services ask for: no endpoint is ready of %s"
		    "/" DAEMONS_SERVICE
		    ", by which nodes know of each other, so all nodes "
		    "announce its addresses",
		    announce_limited(b->announce), b->options.instance.ns);
}

/* 2^32 bytes a second; FRR 8.4 and 10.3 begin at 0 again. */
#define BANDWIDTH_32_BITS 34359

static void
bandwidth_condition(struct bgpd *b)
{
	uint32_t most = announce_bandwidth(b->announce);

	if (most > BANDWIDTH_32_BITS)
		HOLDS(b, "LinkBandwidthTooHigh", "NotIn32Bits",
		    "a route says %" PRIu32 " Mbit/s, but FRR counts to "
		    "%u and then from 0: it may send the more to a node the "
		    "fewer endpoints that has; lower "
		    "spec.announce.bgp.weightedECMP.bandwidth of ServiceGroups",
		    most, BANDWIDTH_32_BITS);
}

static void
source_conditions(struct bgpd *b)
{
	struct err why, names;
	size_t first = KINDS;

	for (size_t kind = 0; kind < b->n_kinds && b->source != NULL; kind++) {
		if (!bgpd_kinds[kind].optional &&
		    store_is_missing(b->store, kind))
			HOLDS(b, "ResourceMissing", "NotInstalled",
			    "%s: the resource is not installed",
			    bgpd_kinds[kind].plural);
		if (source_healthy(b->source, kind, &why))
			continue;
		names = kinds_not_followed(b, &why, &first);
		if (first == kind)
			HOLDS(b, "SourceUnhealthy", "NotFollowed", "%s: %s",
			    names.text, why.text);
	}
}

/*
 * A BGPPeer that asked for the address and the field by which it did, or NULL: it is
 * the Node's.
 */
static const char *
asks_for(const struct bgpd *b, const struct node *node,
    const struct scoped_addr *at, const char **field)
{
	struct scoped_addr asked;

	for (size_t i = 0; node != NULL && i < node->n_internal_ips; i++)
		if (addr_eq(&node->internal_ips[i], &at->addr))
			return NULL;
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct session_config *c =
		    session_config(b->view.peers[i].session);

		if (!session_config_listens(c, &asked) ||
		    scoped_addr_cmp(&asked, at) != 0)
			continue;
		*field = c->source.family != FAMILY_NONE ? "sourceAddress"
		    : b->view.peers[i].unnumbered        ? "interface"
							 : "peerIP";
		return b->view.peers[i].name;
	}
	*field = "sourceAddress";
	for (size_t i = 0; i < b->view.n_ranges; i++)
		if (session_config_listens(b->view.ranges[i].config, &asked) &&
		    scoped_addr_cmp(&asked, at) == 0)
			return b->view.ranges[i].name;
	return NULL;
}

static void
deaf_conditions(struct bgpd *b, const struct node *node)
{
	for (size_t i = 0; i < b->n_deaf; i++) {
		const struct deaf *deaf = &b->deaf[i];
		const char *field;
		const char *peer = asks_for(b, node, &deaf->at, &field);

		if (peer == NULL)
			HOLDS(b, "NotListening", "CannotBind", "%s", deaf->why);
		else
			HOLDS(b, "NotListening", "CannotBind",
			    "BGPPeer %s: spec.%s: %s", peer, field, deaf->why);
	}
}

static void
node_conditions(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);
	struct err why;

	if (node != NULL && !peering_router_id_fits(node, &why))
		HOLDS(b, "RouterIDInvalid", "Annotation", "%s", why.text);
	if (node != NULL && !peering_cluster_id_fits(node, &why))
		HOLDS(b, "ClusterIDInvalid", "Annotation", "%s", why.text);
	if (health_is_unknown(&b->health))
		HOLDS(b, "DataPlaneUnknown", "NeverAnswered",
		    "%s has never answered; nothing is held back for it",
		    b->health_url);
	else if (b->health_url != NULL && !health_is_up(&b->health))
		HOLDS(b, "DataPlaneDown", "NoAnswer",
		    "%s does not answer: Services are not announced",
		    b->health_url);
	if (node != NULL && node->network_unavailable)
		HOLDS(b, "NetworkUnavailable", "NodeCondition",
		    "the Node says NetworkUnavailable: Services are not "
		    "announced");
	deaf_conditions(b, node);
	if (b->unguarded != NULL)
		HOLDS(b, "LoopGuardMissing", "NotInPlace", "%s", b->unguarded);
}

#undef HOLDS

/* All of the view is there. */
static void
ready_look(struct bgpd *b)
{
	const char *reason;
	struct err message;
	bool ready = ready_judge(&b->view, &reason, &message);

	if (ready != b->was_ready)
		b->ready_since = bgpd_now(b);
	b->was_ready = ready;
	b->view.ready_since = b->ready_since;
}

const struct daemon_view *
bgpd_view(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	bool known = node != NULL && config != NULL;

	b->view = (struct daemon_view){
		.node = b->options.node,
		.class = b->options.instance.class,
		.ns = b->options.instance.ns,
		.asn = known ? config->as_number : 0,
		.router_id = known ? peering_router_id(node, config) : 0,
		.rib = b->rib,
		.fib = b->fib,
		.announce = b->announce,
		.l2 = b->l2,
		.vrrp = b->vrrp,
		.vips = b->vips,
		.stations = b->stations,
		.bfd = b->ports.bfd,
		.restarting = b->restarting,
		.now = bgpd_now(b),
		.started = b->started,
		.wall = clock_wall(b->ports.clock),
	};
	bgpd_view_drain(b, &b->view.drain);
	b->view.peers = peers_view(b->peers, &b->view.n_peers);
	b->view.ranges = peers_ranges(b->peers, &b->view.n_ranges);
	standing_begin(&b->standing);
	configuration_conditions(b);
	refusal_conditions(b);
	store_each(b->store, KIND_GROUP, group_conditions, b);
	limit_condition(b);
	bandwidth_condition(b);
	node_conditions(b);
	link_conditions(b);
	lan_conditions(b);
	bgpd_peer_conditions(b);
	station_conditions(b);
	bgpd_learned_conditions(b);
	bgpd_bfd_conditions(b);
	silence_conditions(b);
	source_conditions(b);
	bgpd_state_conditions(b);
	bgpd_node_ready_conditions(b);
	standing_end(&b->standing);
	b->view.conditions = b->standing.at;
	b->view.n_conditions = b->standing.n;
	ready_look(b);
	return &b->view;
}
