/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts and the roads between them:
 *
 *	source -> store -> announce -> rib -> adjout -> sessions -> routers
 *	               \-> peers (which sessions there are) -/
 *	routers -> sessions -> rib
 *
 * A change of an object comes in through a row of the table of kinds below. It goes to
 * announce, which answers with prefixes that are announced or withdrawn; each becomes a
 * path in the rib, from where update groups carry it to the peers. Changes of peers,
 * of Secrets, of the Node and of the configuration refresh the set of sessions.
 *
 * Until every kind has been listed nothing is decided: no session, no announcement.
 * Work that may wait (the guard, the status, a refresh of the peers) is marked and done
 * in bgpd_tick(), once, however many changes asked for it.
 */
#include "bgpd/bgpd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/announce/health.h"
#include "bgpd/announce/peering.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/secret.h"
#include "bgpd/conditions.h"
#include "bgpd/control/node_status.h"
#include "bgpd/control/view.h"
#include "bgpd/peer/peer_io.h"
#include "bgpd/peers.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/standing.h"
#include "common/alloc.h"
#include "common/api/block_affinity.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/log.h"
#include "common/rng.h"
#include "common/source.h"
#include "common/store.h"

#define STATUS_PAUSE 5000 /* ms between two writes of the status, at least */
#define STATUS_HEARTBEAT 60000 /* ms, at most */
#define PEERS_PAUSE 10         /* ms in which changes of objects gather */

enum kind {
	KIND_NODE,
	KIND_CONFIGURATION,
	KIND_PEER,
	KIND_SECRET,
	KIND_GROUP,
	KIND_SERVICE,
	KIND_SLICE,
	KIND_BLOCK,
	KIND_STATUS,
	KINDS
};

struct bgpd {
	struct bgpd_options options;
	const struct bgpd_rim *rim;
	void *rim_arg;
	struct rng rng;
	struct store *store;       /* owned */
	struct source *source;     /* borrowed */
	struct announce *announce; /* owned */
	struct path_table *paths;  /* owned */
	struct rib *rib;           /* owned */
	struct adjout *adjout;     /* owned */
	struct peers *peers;       /* owned */
	struct health health;
	char *health_url;       /* owned; NULL: nobody is asked */
	struct prefix *guarded; /* owned; sorted */
	size_t n_guarded;
	struct addr *own_addrs; /* owned; in the rib's identity */
	char *deaf[FAMILIES];   /* owned; why it does not listen */
	char *unguarded;        /* owned; why the guard is not in place */
	size_t refusals;        /* objects that are refused now */
	uint64_t started;
	/* When what is marked is due; 0: it is not marked. */
	uint64_t guard_due, peers_due, status_due, probe_due;
	uint64_t status_sent;
	bool status_in_flight;
	bool running; /* every kind has been listed */
	bool stopped;
	struct daemon_view view;
	struct standing standing;
};

static uint64_t
now(const struct bgpd *b)
{
	return b->rim->now(b->rim_arg);
}

/* Marked work. */

static uint64_t
earlier(uint64_t a, uint64_t b)
{
	return a == 0 || (b != 0 && b < a) ? b : a;
}

static void
rearm(struct bgpd *b)
{
	uint64_t at = earlier(earlier(b->guard_due, b->peers_due),
	    earlier(b->status_due, b->probe_due));

	if (at != 0)
		b->rim->arm(b->rim_arg, at);
}

/* Marks work for `at` unless it is marked for an earlier time. */
static void
mark(struct bgpd *b, uint64_t *due, uint64_t at)
{
	if (*due != 0 && *due <= at)
		return;
	*due = at;
	rearm(b);
}

static void
mark_peers(struct bgpd *b)
{
	if (b->running)
		mark(b, &b->peers_due, now(b) + PEERS_PAUSE);
}

static void
mark_status(struct bgpd *b)
{
	uint64_t t = now(b);

	if (!b->running)
		return;
	mark(b, &b->status_due,
	    b->status_sent + STATUS_PAUSE > t ? b->status_sent + STATUS_PAUSE
					      : t);
}

/* From announcements to paths. */

static void
on_announced(
    void *arg, const struct prefix *prefix, const struct attributes *attributes)
{
	struct bgpd *b = arg;

	if (attributes == NULL) {
		rib_unset(b->rib, RIB_LOCAL, prefix);
		mark_status(b);
		return;
	}
	struct path_local local = {
		.communities = attributes->standard,
		.n_communities = attributes->n_standard,
		.large = (const struct large_community *)attributes->large,
		.n_large = attributes->n_large,
		.local_pref = attributes->local_pref != 0
		    ? attributes->local_pref
		    : LOCAL_PREF_DEFAULT,
	};
	struct path *path = path_local(b->paths, &local);

	rib_set(b->rib, RIB_LOCAL, prefix, path);
	path_unref(path);
	mark_status(b);
}

static void
on_shared(void *arg, const struct prefix *prefix, bool shared)
{
	struct bgpd *b = arg;
	size_t at = 0;

	while (at < b->n_guarded && prefix_cmp(&b->guarded[at], prefix) < 0)
		at++;
	size_t tail = b->n_guarded - at;

	if (shared) {
		b->guarded = xrealloc(
		    b->guarded, b->n_guarded + 1, sizeof(b->guarded[0]));
		memmove(b->guarded + at + 1, b->guarded + at,
		    tail * sizeof(b->guarded[0]));
		b->guarded[at] = *prefix;
		b->n_guarded++;
	} else {
		memmove(b->guarded + at, b->guarded + at + 1,
		    (tail - 1) * sizeof(b->guarded[0]));
		b->n_guarded--;
	}
	mark(b, &b->guard_due, now(b));
}

static const struct announce_ops announce_ops = {
	.changed = on_announced,
	.shared = on_shared,
};

/* News of sessions. */

static void *
on_attach(void *arg, struct session *session)
{
	struct bgpd *b = arg;

	return b->rim->attach(b->rim_arg, session);
}

static void
on_detach(void *arg, void *link)
{
	struct bgpd *b = arg;

	b->rim->detach(b->rim_arg, link);
}

static uint64_t
on_now(void *arg)
{
	return now(arg);
}

static void
on_peers_changed(void *arg)
{
	mark_status(arg);
}

static void
tell_peer(struct bgpd *b, const char *name, const struct err *err)
{
	struct object_key key = { "", name };
	const struct bgp_peer *peer = store_get(b->store, KIND_PEER, &key);

	if (b->source == NULL || peer == NULL)
		return;
	conditions_tell(b->source, KIND_PEER, &key, &peer->meta, err,
	    b->rim->wall(b->rim_arg));
}

static void
on_blocked(void *arg, const char *peer, const char *why)
{
	struct bgpd *b = arg;
	struct err err;

	if (why == NULL) {
		log_info("peer %s: no longer blocked", peer);
		tell_peer(b, peer, NULL);
		return;
	}
	log_warn("peer %s: blocked: %s", peer, why);
	err_set(&err, "%s", why);
	tell_peer(b, peer, &err);
}

static const struct peers_ops peers_ops = {
	.attach = on_attach,
	.detach = on_detach,
	.now = on_now,
	.changed = on_peers_changed,
	.blocked = on_blocked,
};

/* What follows from the node and the configuration in force. */

static void
apply_identity(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	free(b->own_addrs);
	b->own_addrs = xcalloc(node->n_internal_ips, sizeof(struct addr));
	memcpy(b->own_addrs, node->internal_ips,
	    node->n_internal_ips * sizeof(struct addr));
	struct identity identity = {
		.asn = config->as_number,
		.router_id = peering_router_id(node, config),
		.addrs = b->own_addrs,
		.n_addrs = node->n_internal_ips,
	};

	rib_set_identity(b->rib, &identity);
}

static void
apply_listen(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	struct peer_listen listen = { 0 };

	if (node != NULL && config != NULL && !b->stopped) {
		listen.port = config->listen_port;
		for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
			const struct addr *ip = node_internal_ip(node, f);

			listen.families[f] =
			    config->bind_mode == BIND_NONE || ip != NULL;
			if (config->bind_mode == BIND_NODE_IP && ip != NULL)
				listen.at[f] = *ip;
		}
	}
	b->rim->listen(b->rim_arg, &listen);
}

/* dataPlaneHealth: Auto asks kube-proxy on a cluster, and nobody on a directory. */
static const char *
wanted_health_url(const struct bgpd *b, const struct bgp_configuration *config)
{
	if (config == NULL || config->health == HEALTH_NONE)
		return NULL;
	if (config->health == HEALTH_URL)
		return config->health_url;
	return b->options.on_dir ? NULL : "http://127.0.0.1:10256/healthz";
}

static void
apply_health(struct bgpd *b, const struct bgp_configuration *config)
{
	const char *url = wanted_health_url(b, config);

	if (url == NULL) {
		health_stop(&b->health);
		b->probe_due = 0;
	} else if (b->health_url == NULL || strcmp(url, b->health_url) != 0) {
		health_start(&b->health, now(b));
		mark(b, &b->probe_due, now(b));
	}
	char *copy = xstrdup(url);

	free(b->health_url);
	b->health_url = copy;
	announce_data_plane_changed(b->announce, health_is_up(&b->health));
}

static void
refresh_peers(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);

	if (node != NULL && config != NULL)
		apply_identity(b, node, config);
	apply_listen(b, node, config);
	peers_refresh(b->peers, node, config);
}

/* News of objects. */

static void
node_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	announce_node_changed(b->announce, was, is);
	mark_peers(b);
}

/* Its last refusal was written into it: it is no longer true. */
static void
tell_accepted(struct bgpd *b, enum kind kind, const struct object_key *key,
    const struct meta *meta, const struct conditions *conditions)
{
	if (conditions_refused(conditions) && b->source != NULL)
		conditions_tell(
		    b->source, kind, key, meta, NULL, b->rim->wall(b->rim_arg));
}

static void
configuration_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;
	const struct bgp_configuration *config = is;

	(void)was;
	if (config != NULL)
		tell_accepted(b, KIND_CONFIGURATION, key, &config->meta,
		    &config->conditions);
	announce_configuration_changed(b->announce);
	if (b->running)
		apply_health(b, announce_configuration(b->announce));
	mark_peers(b);
}

static void
peer_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	(void)key;
	(void)was;
	(void)is;
	mark_peers(arg);
}

static void
group_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	announce_group_changed(b->announce, was, is);
}

static void
service_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)was;
	(void)is;
	announce_service_changed(b->announce, key);
}

static void
slice_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	announce_slice_changed(b->announce, was, is);
}

static void
block_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	struct bgpd *b = arg;

	(void)key;
	(void)was;
	(void)is;
	announce_blocks_changed(b->announce);
}

/* Our own echo, or somebody has deleted it: then it is written again. */
static void
status_changed(
    void *arg, const struct object_key *key, const void *was, const void *is)
{
	(void)key;
	if (is == NULL && was != NULL)
		mark_status(arg);
}

static void
count_refusal(struct bgpd *b, const struct err *err)
{
	b->refusals += err != NULL ? 1 : (size_t)-1;
	mark_status(b);
}

static void
any_refused(void *arg, const struct object_key *key, const struct err *err)
{
	(void)key;
	count_refusal(arg, err);
}

static void
tell_refused(struct bgpd *b, enum kind kind, const struct object_key *key,
    const struct err *err)
{
	struct meta meta = { .uid = (char *)"" };

	count_refusal(b, err);
	if (b->source != NULL && err != NULL)
		conditions_tell(
		    b->source, kind, key, &meta, err, b->rim->wall(b->rim_arg));
}

static void
peer_refused(void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_PEER, key, err);
}

static void
configuration_refused(
    void *arg, const struct object_key *key, const struct err *err)
{
	tell_refused(arg, KIND_CONFIGURATION, key, err);
}

/* There is nothing in it that we don't know: only that it is there. */
static void *
status_decode(const struct json_t *object, struct err *err)
{
	(void)object;
	(void)err;
	return xcalloc(1, 1);
}

/* clang-format off */
static const struct store_kind kinds[KINDS] = {
	[KIND_NODE] = { "v1", "Node", "nodes", false, NULL,
	    node_decode, node_free, node_changed, any_refused, NULL },
	[KIND_CONFIGURATION] = { "lbbgp.io/v1", "BGPConfiguration",
	    "bgpconfigurations", false, NULL, bgp_configuration_decode,
	    bgp_configuration_free, configuration_changed,
	    configuration_refused, bgp_configuration_known },
	[KIND_PEER] = { "lbbgp.io/v1", "BGPPeer", "bgppeers", false, NULL,
	    bgp_peer_decode, bgp_peer_free, peer_changed, peer_refused,
	    bgp_peer_known },
	[KIND_SECRET] = { "v1", "Secret", "secrets", true, "lbbgp-system",
	    secret_decode, secret_free, peer_changed, any_refused, NULL },
	[KIND_GROUP] = { "lbbgp.io/v1", "ServiceGroup", "servicegroups",
	    false, NULL, service_group_decode, service_group_free,
	    group_changed, any_refused, service_group_known },
	[KIND_SERVICE] = { "v1", "Service", "services", true, NULL,
	    service_decode, service_free, service_changed, any_refused, NULL },
	[KIND_SLICE] = { "discovery.k8s.io/v1", "EndpointSlice",
	    "endpointslices", true, NULL, endpoint_slice_decode,
	    endpoint_slice_free, slice_changed, any_refused, NULL },
	[KIND_BLOCK] = { "crd.projectcalico.org/v1", "BlockAffinity",
	    "blockaffinities", false, NULL, block_affinity_decode,
	    block_affinity_free, block_changed, any_refused, NULL },
	[KIND_STATUS] = { "lbbgp.io/v1", "BGPNodeStatus", "bgpnodestatuses",
	    false, NULL, status_decode, free, status_changed, any_refused,
	    NULL },
};
/* clang-format on */

static void
on_ready(void *arg)
{
	struct bgpd *b = arg;

	log_info("node %s: everything is listed", b->options.node);
	b->running = true;
	announce_start(b->announce);
	apply_health(b, announce_configuration(b->announce));
	refresh_peers(b);
	adjout_start(b->adjout);
	mark(b, &b->guard_due, now(b));
	mark_status(b);
}

static void
on_missing(void *arg, size_t kind, bool missing)
{
	struct bgpd *b = arg;

	if (kind == KIND_BLOCK) {
		announce_blocks_changed(b->announce);
		return;
	}
	if (missing)
		log_warn("%s: the resource is not installed (crd/)",
		    kinds[kind].plural);
	else
		log_info("%s: the resource is installed", kinds[kind].plural);
	mark_status(b);
}

static const struct store_ops store_ops = {
	.ready = on_ready,
	.missing = on_missing,
};

struct bgpd *
bgpd_new(const struct bgpd_options *options, const struct bgpd_rim *rim,
    void *rim_arg)
{
	struct bgpd *b = xcalloc(1, sizeof(*b));

	b->options = *options;
	b->rim = rim;
	b->rim_arg = rim_arg;
	b->started = now(b);
	rng_init(&b->rng, options->seed);
	b->store = store_new(kinds, KINDS, &store_ops, b);
	store_only(b->store, KIND_NODE, options->node);
	store_only(b->store, KIND_STATUS, options->node);
	struct announce_kinds k = { KIND_NODE, KIND_CONFIGURATION, KIND_GROUP,
		KIND_SERVICE, KIND_BLOCK, !options->on_dir };

	b->announce =
	    announce_new(options->node, b->store, &k, &announce_ops, b);
	b->paths = path_table_new();
	b->rib = rib_new(b->paths);
	b->adjout = adjout_new(b->rib);
	struct peers_env env = { b->store, KIND_PEER, KIND_SECRET, b->rib,
		b->adjout, &b->rng };

	b->peers = peers_new(&env, &peers_ops, b);
	return b;
}

void
bgpd_free(struct bgpd *b)
{
	if (b == NULL)
		return;
	peers_free(b->peers);
	adjout_free(b->adjout);
	announce_free(b->announce);
	rib_free(b->rib);
	path_table_free(b->paths);
	store_free(b->store);
	for (unsigned f = 0; f < FAMILIES; f++)
		free(b->deaf[f]);
	free(b->unguarded);
	free(b->health_url);
	free(b->guarded);
	free(b->own_addrs);
	free(b);
}

struct store *
bgpd_store(struct bgpd *b)
{
	return b->store;
}

void
bgpd_set_source(struct bgpd *b, struct source *source)
{
	b->source = source;
}

/* The status. */

static void
on_status_written(void *arg, const struct source_result *result)
{
	struct bgpd *b = arg;

	b->status_in_flight = false;
	if (result->code == WRITE_OK)
		return;
	log_warn("bgpnodestatus %s: not written: %s", b->options.node,
	    result->message);
	mark_status(b);
}

static void
write_status(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);

	b->status_sent = now(b);
	mark(b, &b->status_due, b->status_sent + STATUS_HEARTBEAT);
	if (b->source == NULL || b->status_in_flight || node == NULL)
		return;
	char *body = node_status_build(bgpd_view(b), node->meta.uid);
	struct source_write write = { WRITE_OBJECT, KIND_STATUS,
		{ "", b->options.node }, body };

	b->status_in_flight = true;
	source_write(b->source, &write, on_status_written, b);
	free(body);
}

static bool
take(uint64_t *due, uint64_t t)
{
	if (*due == 0 || *due > t)
		return false;
	*due = 0;
	return true;
}

void
bgpd_tick(struct bgpd *b)
{
	uint64_t t = now(b);

	if (b->stopped)
		return;
	if (take(&b->guard_due, t))
		b->rim->guard(b->rim_arg, b->guarded, b->n_guarded);
	if (take(&b->peers_due, t))
		refresh_peers(b);
	if (take(&b->status_due, t))
		write_status(b);
	if (take(&b->probe_due, t)) {
		b->rim->probe(b->rim_arg, b->health_url);
		mark(b, &b->probe_due, t + HEALTH_INTERVAL);
	}
	rearm(b);
}

void
bgpd_probed(struct bgpd *b, bool good)
{
	bool was = health_is_up(&b->health);

	if (b->health_url == NULL)
		return;
	health_answer(&b->health, good, now(b));
	bool is = health_is_up(&b->health);

	if (was == is)
		return;
	if (health_is_unknown(&b->health))
		log_warn("data plane: %s has never answered; nothing is held "
			 "back for it",
		    b->health_url);
	else
		log_info("data plane: %s %s", b->health_url,
		    is ? "answers" : "does not answer: Services withdrawn");
	announce_data_plane_changed(b->announce, is);
	mark_status(b);
}

static void
set_text(char **text, const char *now_text)
{
	free(*text);
	*text = xstrdup(now_text);
}

void
bgpd_listening(struct bgpd *b, enum family family, const char *why)
{
	set_text(&b->deaf[family], why);
	mark_status(b);
}

void
bgpd_guarded(struct bgpd *b, const char *why)
{
	set_text(&b->unguarded, why);
	mark_status(b);
}

void
bgpd_stop(struct bgpd *b, const char *text)
{
	b->stopped = true;
	apply_listen(b, NULL, NULL);
	peers_stop(b->peers, text);
}

bool
bgpd_is_leaving(const struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);

	return b->running &&
	    (node == NULL || node->meta.deleted || node->shutting_down);
}

/* The view. */

/* One line of it: what holds, in one CamelCase word why, and in a sentence. */
#define HOLDS(b, type, reason, ...) \
	standing_add(&(b)->standing, type, reason, now(b), __VA_ARGS__)

static void
peer_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];

		if (p->blocked != NULL)
			HOLDS(b, "PeerBlocked", "Configuration",
			    "BGPPeer %s: %s", p->name, p->blocked);
	}
}

static void
configuration_conditions(struct bgpd *b)
{
	const struct bgp_configuration *rival =
	    announce_configuration_rival(b->announce);

	if (announce_our_node(b->announce) == NULL)
		HOLDS(b, "NodeUnknown", "NoNode", "there is no Node %s",
		    b->options.node);
	else if (announce_configuration(b->announce) == NULL)
		HOLDS(b, "NotConfigured", "NoBGPConfiguration",
		    "no BGPConfiguration selects this node and none is called "
		    "default: nothing listens, nothing is announced");
	if (rival != NULL)
		HOLDS(b, "ConfigurationConflict", "TwoSelect",
		    "BGPConfiguration %s selects this node too, but %s is "
		    "older and in force",
		    rival->meta.name,
		    announce_configuration(b->announce)->meta.name);
	if (announce_node_error(b->announce) != NULL)
		HOLDS(b, "PodCIDRInvalid", "Unreadable", "%s",
		    announce_node_error(b->announce));
	if (b->refusals > 0)
		HOLDS(b, "ObjectsRefused", "Invalid",
		    "%zu objects are refused; their last good values are in "
		    "force, the log names them",
		    b->refusals);
}

static void
source_conditions(struct bgpd *b)
{
	struct err why;

	for (size_t kind = 0; kind < KINDS && b->source != NULL; kind++)
		if (kind != KIND_BLOCK && store_is_missing(b->store, kind))
			HOLDS(b, "ResourceMissing", "NotInstalled",
			    "%s: the resource is not installed",
			    kinds[kind].plural);
		else if (!source_healthy(b->source, kind, &why))
			HOLDS(b, "SourceUnhealthy", "NotFollowed", "%s: %s",
			    kinds[kind].plural, why.text);
}

static void
node_conditions(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);

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
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (b->deaf[f] != NULL)
			HOLDS(b, "NotListening", "PortInUse", "%s", b->deaf[f]);
	if (b->unguarded != NULL)
		HOLDS(
		    b, "LoopGuardMissing", "KernelRefuses", "%s", b->unguarded);
}

#undef HOLDS

const struct daemon_view *
bgpd_view(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	bool known = node != NULL && config != NULL;

	b->view = (struct daemon_view){
		.node = b->options.node,
		.asn = known ? config->as_number : 0,
		.router_id = known ? peering_router_id(node, config) : 0,
		.rib = b->rib,
		.announce = b->announce,
		.now = now(b),
		.started = b->started,
		.wall = b->rim->wall(b->rim_arg),
	};
	b->view.peers = peers_view(b->peers, &b->view.n_peers);
	standing_begin(&b->standing);
	configuration_conditions(b);
	node_conditions(b);
	peer_conditions(b);
	source_conditions(b);
	standing_end(&b->standing);
	b->view.conditions = b->standing.at;
	b->view.n_conditions = b->standing.n;
	return &b->view;
}

bool
bgpd_ready(const struct bgpd *b, struct err *why)
{
	if (b->running)
		return true;
	for (size_t kind = 0; kind < KINDS; kind++)
		if (!store_is_listed(b->store, kind))
			return err_set(
			    why, "%s: not listed yet", kinds[kind].plural);
	return true;
}

size_t
bgpd_refusals(const struct bgpd *b)
{
	return b->refusals;
}
