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
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/bmp/stations.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/l2_key.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/virtual_ip.h"
#include "bgpd/control/ready.h"
#include "bgpd/control/told.h"
#include "bgpd/control/views.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/adjout.h"
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

static void
suspended_condition(struct bgpd *b, const struct view_peer *p)
{
	char *until = view_suspended(&b->view, p);

	if (until != NULL)
		HOLDS(b, "PeerSuspended", "TooMuchReceived",
		    "BGPPeer %s: %s; down %s", p->name,
		    session_error(p->session)->text, until);
	free(until);
}

static void
hold_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct agreed *agreed = session_agreed(p->session);
	unsigned ours = session_config(p->session)->hold_time;

	if (agreed != NULL && agreed->hold_time == 0 && ours != 0)
		HOLDS(b, "HoldTimeOff", "PeerOffersZero",
		    "BGPPeer %s: the peer's hold time is 0, so nobody sends "
		    "KEEPALIVEs; TCP finds within %u s (spec.holdTime) that "
		    "its host is gone, but not that BGP there hangs",
		    p->name, ours);
}

/* RFC 9234 4.2; until the session is up, or something else is wrong with it. */
static void
role_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct session_error *e = session_error(p->session);
	const char *role = role_name(session_config(p->session)->role);

	if (session_agreed(p->session) != NULL || e->at == 0 ||
	    e->code != ERR_OPEN || e->subcode != OPEN_ROLE)
		return;
	if (!e->received && role == NULL)
		return; /* of a role that has been taken away since */
	if (!e->received)
		HOLDS(b, "RoleMismatch", "RefusedByNode",
		    "BGPPeer %s: spec.role: %s", p->name, e->text);
	else if (role != NULL)
		HOLDS(b, "RoleMismatch", "RefusedByPeer",
		    "BGPPeer %s: spec.role: the peer's role does not go with "
		    "%s, it says",
		    p->name, role);
	else
		HOLDS(b, "RoleMismatch", "RefusedByPeer",
		    "BGPPeer %s: spec.role: the peer has to hear a role that "
		    "goes with its own, and there is none",
		    p->name);
}

static void
reset_condition(struct bgpd *b, const struct view_peer *p)
{
	const char *pending = session_pending_reset(p->session);

	if (pending == NULL || p->reset_at == 0)
		return;
	json_t *at = view_time(&b->view, p->reset_at);

	HOLDS(b, "ResetPending", "FieldChanged",
	    "BGPPeer %s: its %s is another now, for which the session is reset "
	    "at %s",
	    p->name, pending, json_string_value(at));
	json_decref(at);
}

#define LATE_TOLD 3600000 /* ms: for an hour */

/* As when an image was pulled meanwhile. The routers had dropped our routes by then. */
static void
late_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct restart_config *restart =
	    &session_config(p->session)->restart;
	const struct agreed *agreed = session_agreed(p->session);
	uint64_t away = b->options.away / 1000, kept = restart->time;

	/* A router that has said nothing yet gets the benefit of the doubt. */
	if (agreed == NULL || agreed->caps.long_lived.present)
		kept += restart->long_lived;

	if (restart->on && away > kept && bgpd_now(b) - b->started < LATE_TOLD)
		HOLDS(b, "RestartedLate", "RestartTime",
		    "BGPPeer %s: nobody was there for %" PRIu64
		    " s at the last restart, and the router kept the routes "
		    "for %" PRIu64 " s (spec.gracefulRestart.restartTime): was "
		    "the image pulled meanwhile?",
		    p->name, away, kept);
}

/* s: to end (stop.c), to hear what there is (last_state.c), and to come up again. */
#define RESTART_TAKES 10

/* The routes are not kept for as long as somebody may have thought. */
static void
restart_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct restart_config *restart =
	    &session_config(p->session)->restart;
	bool has_bfd = p->bfd != 0 || p->bfd_missing;
	unsigned time = restart->time;

	if (!restart->on)
		return;
	if (time < RESTART_TAKES && restart->long_lived == 0)
		HOLDS(b, "RestartTimeDoubtful", "TooShort",
		    "BGPPeer %s: gracefulRestart.restartTime: %u s: a restart "
		    "of the daemon may take %d s by itself, and the router "
		    "drops the node's routes before",
		    p->name, time, RESTART_TAKES);
	else if (has_bfd && time > BFD_HOLD / 1000)
		HOLDS(b, "RestartTimeDoubtful", "BFDIsSooner",
		    "BGPPeer %s: gracefulRestart.restartTime: %u s: with BFD "
		    "(spec.bfd) the router bears %d s of silence, and drops "
		    "the node's routes then",
		    p->name, time, BFD_HOLD / 1000);
}

#define NAMED 4 /* of a peer's too long prefixes, with who wants them */

static void
too_long_conditions(struct bgpd *b, const struct view_peer *p, enum family f)
{
	struct adjout_cursor at = { .family = f };
	struct prefix prefix;
	char text[PREFIX_TEXT];

	for (size_t n = 0; p->member != NULL && n < NAMED &&
	     adjout_too_long_next(p->member, &at, &prefix);
	     n++) {
		const char *owner = announce_who(b->announce, &prefix);

		HOLDS(b, "AttributesTooLong", "NoRoomInMessage",
		    "BGPPeer %s: not told of %s%s%s%s, one of %zu whose "
		    "attributes (communities, AS path) fit no message",
		    p->name, prefix_print(&prefix, text),
		    owner != NULL ? " (Service " : "",
		    owner != NULL ? owner : "", owner != NULL ? ")" : "",
		    adjout_too_long(p->member, f));
	}
}

/* The password or keys of the mesh, or the kernel those. */
static bool
lacks_mesh_secret(const struct view_peer *p)
{
	const char field[] = "spec.nodeMesh";

	return p->blocked != NULL &&
	    strncmp(p->blocked, field, strlen(field)) == 0;
}

/* One thing for all of them, of the BGPConfiguration. */
static void
mesh_condition(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	const struct view_peer *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];

		if (!lacks_mesh_secret(p))
			continue;
		first = first == NULL ? p : first;
		n++;
	}
	if (first != NULL && config != NULL)
		HOLDS(b, "PeerBlocked", "Configuration",
		    "BGPConfiguration %s: %s; of %zu sessions, as %s",
		    config->meta.name, first->blocked, n, first->name);
}

/* Without any that are in force it is blocked for that. */
static void
filter_condition(struct bgpd *b, const struct view_peer *p)
{
	bool blocked = p->filter_fault != NULL && p->blocked != NULL &&
	    strcmp(p->blocked, p->filter_fault) == 0;

	if (p->filter_fault != NULL)
		HOLDS(b, "FilterMissing", "NotFound", "BGPPeer %s: %s; %s",
		    p->name, p->filter_fault,
		    blocked ? "it has none in force, so there is no session"
			    : "its filters stay as they were");
}

static void
known_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];

		for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
			if (p->mute[f] && announce_count(b->announce, f) > 0)
				HOLDS(b, "NextHopMissing", "NoInternalIP",
				    "BGPPeer %s: spec.families: %s: the node "
				    "has no InternalIP of that family, so its "
				    "prefixes are not announced",
				    p->name, family_name(f));
			too_long_conditions(b, p, f);
		}
		if (p->blocked != NULL && !lacks_mesh_secret(p))
			HOLDS(b, "PeerBlocked", "Configuration",
			    "BGPPeer %s: %s", p->name, p->blocked);
		filter_condition(b, p);
		if (p->unheard)
			HOLDS(b, "ResetNeeded", "NoRouteRefresh",
			    "BGPPeer %s: its filters are others now, but the "
			    "peer can't be asked for what of its routes was "
			    "only counted; they apply to those when its "
			    "session is reset",
			    p->name);
		if (p->doubt != NULL && p->doubts_password)
			HOLDS(b, "PasswordDoubtful", "ValueOfSecret",
			    "BGPPeer %s: %s", p->name, p->doubt);
		if (p->doubt != NULL && !p->doubts_password)
			HOLDS(b, "PeerDoubtful", "NotClear", "BGPPeer %s: %s",
			    p->name, p->doubt);
		suspended_condition(b, p);
		hold_condition(b, p);
		role_condition(b, p);
		reset_condition(b, p);
		late_condition(b, p);
		restart_condition(b, p);
	}
}

/*
 * The kernel wants every packet from the prefix signed, unless a key is for a longer
 * one, and there is none that stands for no password.
 */
static bool
is_signed(const struct session_config *c)
{
	return c->password != NULL || c->ao.n > 0;
}

static void
unsigned_conditions(struct bgpd *b, const struct view_range *keyed)
{
	bool ao = keyed->config->ao.n > 0;
	const char *field = ao ? "tcpAO" : "password";
	const char *what = ao ? "keys of TCP-AO" : "password";
	const char *some = ao ? "some" : "one";
	char text[PREFIX_TEXT];

	prefix_print(&keyed->prefix, text);
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];
		const struct session_config *c = session_config(p->session);

		if (!is_signed(c) &&
		    prefix_contains(&keyed->prefix, &c->remote))
			HOLDS(b, "PasswordOfPrefix", "PeerWithoutPassword",
			    "BGPPeer %s: it has no %s, but is in %s, whose "
			    "BGPPeer %s has %s (spec.%s): its connections are not "
			    "let in, the session can only be opened from here",
			    p->name, what, text, keyed->name, some, field);
	}
	for (size_t i = 0; i < b->view.n_ranges; i++) {
		const struct view_range *r = &b->view.ranges[i];

		if (!is_signed(r->config) && r != keyed && r->blocked == NULL &&
		    !r->shut && prefix_covers(&keyed->prefix, &r->prefix))
			HOLDS(b, "PasswordOfPrefix", "PeerWithoutPassword",
			    "BGPPeer %s: it has no %s, but is in %s, whose "
			    "BGPPeer %s has %s (spec.%s): nobody is let in from "
			    "its peerPrefix",
			    r->name, what, text, keyed->name, some, field);
	}
}

static void
range_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_ranges; i++) {
		const struct view_range *r = &b->view.ranges[i];

		if (r->blocked != NULL)
			HOLDS(b, "PeerBlocked", "Configuration",
			    "BGPPeer %s: %s", r->name, r->blocked);
		else if (is_signed(r->config) && !r->shut)
			unsigned_conditions(b, r);
		if (r->n >= r->limit)
			HOLDS(b, "PeerLimitReached", "PeerLimit",
			    "BGPPeer %s: %zu peer%s come (spec.peerLimit: "
			    "%u): more are refused",
			    r->name, r->n, r->n == 1 ? " has" : "s have",
			    r->limit);
	}
}

void
bgpd_peer_conditions(struct bgpd *b)
{
	known_conditions(b);
	mesh_condition(b);
	range_conditions(b);
}

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
		if (!bgpd_kind_is_optional(kind) &&
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
