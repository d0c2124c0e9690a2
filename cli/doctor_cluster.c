/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many nodes have is one finding, with the first of them by name: a fault of the
 * network or of a router shows on all. A node that is not heard of, by a status that is
 * missing or old, is a finding of its own and no witness for anything else.
 *
 * Every check adds at least one finding, as in doctor.c. A kind that the cluster does
 * not know is told first; what would be asked of it then is told as unseen.
 */
#include "cli/doctor_cluster.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "cli/doctor.h"
#include "cli/objects.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/json.h"
#include "config.h"

enum { NODE, CONFIGURATION, PEER, FILTER, GROUP, STATUS, KINDS };

#define OURS(kind, plural, prefix)                                      \
	{                                                               \
		"lbbgp.io/v1", kind, plural, .decode = prefix##_decode, \
					     .free = prefix##_free,     \
					     .known = prefix##_known    \
	}

static const struct store_kind kinds[KINDS] = {
	[NODE] = { "v1", "Node", "nodes", .decode = node_decode,
	    .free = node_free },
	[CONFIGURATION] =
	    OURS("BGPConfiguration", "bgpconfigurations", bgp_configuration),
	[PEER] = OURS("BGPPeer", "bgppeers", bgp_peer),
	[FILTER] = OURS("BGPFilter", "bgpfilters", bgp_filter),
	[GROUP] = OURS("ServiceGroup", "servicegroups", service_group),
	[STATUS] = { "lbbgp.io/v1", "BGPNodeStatus", "bgpnodestatuses",
	    .decode = bgp_node_status_decode, .free = bgp_node_status_free },
};

/* ---- the same of many nodes ---- */

#define NAMED 3 /* nodes; the others are counted */

struct alike {
	char *key, *text; /* owned; text: of the first node */
	char *nodes;      /* owned: "n1, n2" */
	size_t n;
};

struct alikes {
	struct alike *at; /* owned */
	size_t n;
};

static struct alike *
alike_of(struct alikes *all, const char *key, const char *text)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i].key, key) == 0)
			return &all->at[i];
	all->at = xrealloc(all->at, all->n + 1, sizeof(all->at[0]));
	all->at[all->n] =
	    (struct alike){ xstrdup(key), xstrdup(text), xstrdup(""), 0 };
	return &all->at[all->n++];
}

static void
alike_add(
    struct alikes *all, const char *key, const char *text, const char *node)
{
	struct alike *a = alike_of(all, key, text);
	char *nodes;

	if (a->n++ >= NAMED)
		return;
	nodes = xasprintf("%s%s%s", a->nodes, a->n > 1 ? ", " : "", node);
	free(a->nodes);
	a->nodes = nodes;
}

/* "n1, n2, n3 and 4 more", owned. */
static char *
alike_nodes(const struct alike *a)
{
	return a->n <= NAMED
	    ? xstrdup(a->nodes)
	    : xasprintf("%s and %zu more", a->nodes, a->n - NAMED);
}

static void
alikes_fini(struct alikes *all)
{
	for (size_t i = 0; i < all->n; i++) {
		free(all->at[i].key);
		free(all->at[i].text);
		free(all->at[i].nodes);
	}
	free(all->at);
}

/* ---- the objects ---- */

struct cluster {
	const struct store *store;
	struct findings *f;
	int64_t now; /* s since 1970 */
	/* Of nodes: not heard of, without a configuration, left out. */
	struct alikes silent, bare, excluded;
	struct alikes versions, conditions, sessions;
	size_t heard, up; /* nodes; sessions on them that are up */
};

/* Nothing was found since there were so many. */
static void
find_good(
    const struct cluster *c, size_t before, const char *check, const char *text)
{
	if (c->f->n == before)
		findings_add(c->f, check, DOCTOR_GOOD, NULL, "%s", text);
}

static void
resources_look(const struct cluster *c)
{
	size_t before = c->f->n;

	for (size_t k = CONFIGURATION; k < KINDS; k++)
		if (store_is_missing(c->store, k))
			findings_add(c->f, "resources", DOCTOR_BAD,
			    doctor_step("ResourceMissing"),
			    "%s: the cluster does not know this kind",
			    kinds[k].kind);
	find_good(c, before, "resources", "all are installed");
}

struct refusals {
	const struct cluster *c;
	size_t kind;
};

static void
refused_each(void *arg, const struct object_key *key, const struct err *why)
{
	const struct refusals *r = arg;
	char *next =
	    xasprintf("kubectl describe %s%s %s", kinds[r->kind].plural,
		r->kind == NODE ? "" : ".lbbgp.io", key->name);

	findings_add(r->c->f, "objects", DOCTOR_BAD, next, "%s %s: %s",
	    kinds[r->kind].kind, key->name, why->text);
	free(next);
}

static void
objects_look(const struct cluster *c)
{
	size_t before = c->f->n;

	for (size_t k = CONFIGURATION; k < STATUS; k++) {
		struct refusals r = { c, k };

		store_each_refused(c->store, k, refused_each, &r);
	}
	find_good(c, before, "objects", "all can be read");
}

struct choice {
	const struct bgp_peer *peer;
	size_t nodes;      /* that have it */
	size_t peers;      /* of its peerSelector */
	size_t reflectors; /* of both */
};

static bool
choice_each(void *arg, const struct object_key *key, const void *item)
{
	struct choice *choice = arg;
	const struct node *node = item;
	bool has = peering_selects(choice->peer, node);
	bool is_peer = choice->peer->peers.present &&
	    selector_matches(&choice->peer->peers, &node->labels);

	(void)key;
	choice->nodes += has;
	choice->peers += is_peer;
	choice->reflectors += (has || is_peer) && peering_cluster_id(node) != 0;
	return true;
}

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	const struct cluster *c = arg;
	struct choice choice = { .peer = item };

	store_each(c->store, NODE, choice_each, &choice);
	if (choice.peer->shutdown)
		findings_add(c->f, "peers", DOCTOR_DOUBT, "its spec.shutdown",
		    "BGPPeer %s is shut down", key->name);
	else if (choice.nodes == 0)
		findings_add(c->f, "peers", DOCTOR_DOUBT,
		    "its nodeSelector, against kubectl get nodes --show-labels",
		    "BGPPeer %s is for no node", key->name);
	else if (choice.peer->peers.present && choice.peers == 0)
		findings_add(c->f, "peers", DOCTOR_DOUBT,
		    "its peerSelector, against kubectl get nodes --show-labels",
		    "BGPPeer %s selects no node as peer", key->name);
	else if (choice.peer->client && choice.reflectors == 0)
		findings_add(c->f, "peers", DOCTOR_DOUBT,
		    "kubectl annotate node NODE " NODE_CLUSTER_ID "=10.0.0.1",
		    "BGPPeer %s has routeReflectorClient, and none of its nodes "
		    "reflects routes",
		    key->name);
	return true;
}

static bool
mesh_each(void *arg, const struct object_key *key, const void *item)
{
	const struct bgp_configuration *config = item;
	bool *meshed = arg;

	(void)key;
	*meshed |= config->mesh && bgp_configuration_speaks(config);
	return true;
}

static void
peers_look(struct cluster *c)
{
	size_t before = c->f->n;
	bool meshed = false;

	store_each(c->store, CONFIGURATION, mesh_each, &meshed);
	store_each(c->store, PEER, peer_each, c);
	if (store_count(c->store, PEER) == 0 && !meshed)
		findings_add(c->f, "peers", DOCTOR_DOUBT,
		    "doc/sessions.md, where BGP is wanted",
		    "there is no BGPPeer and no mesh");
	find_good(c, before, "peers", "each is for a node");
}

static void
groups_look(const struct cluster *c)
{
	size_t n = store_count(c->store, GROUP);

	if (n == 0)
		findings_add(c->f, "groups", DOCTOR_DOUBT, "doc/pools.md",
		    "there is no ServiceGroup: no Service gets an address");
	else
		findings_add(c->f, "groups", DOCTOR_GOOD, NULL, "%zu", n);
}

/* ---- what nodes say ---- */

/* Drained is there always. */
static void
conditions_gather(struct cluster *c, const json_t *status, const char *node)
{
	const json_t *list = json_object_get(status, "conditions");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (strcmp(json_text(one, "status"), "True") == 0)
			alike_add(&c->conditions, json_text(one, "type"),
			    json_text(one, "message"), node);
	}
}

/* Is the session of a BGPPeer that is shut down on purpose? */
static bool
is_shut_down(const struct cluster *c, const char *name)
{
	const struct object_key key = { "", name };
	const struct bgp_peer *peer = store_get(c->store, PEER, &key);

	return peer != NULL && peer->shutdown;
}

static void
sessions_gather(struct cluster *c, const json_t *status, const char *node)
{
	const json_t *list = json_object_get(status, "peers");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *error = json_object_get(one, "tcpError");

		if (strcmp(json_text(one, "state"), "Established") == 0) {
			c->up++;
			continue;
		}
		if (is_shut_down(c, json_text(one, "name")))
			continue;
		if (error == NULL)
			error = json_object_get(one, "lastError");
		alike_add(&c->sessions, json_text(one, "name"),
		    error != NULL ? json_text(error, "text")
				  : json_text(one, "state"),
		    node);
	}
}

static void
status_gather(struct cluster *c, const json_t *status, const char *node)
{
	const char *version = json_text(status, "version");

	c->heard++;
	if (strcmp(version, PACKAGE_VERSION) != 0)
		alike_add(&c->versions, version, "", node);
	conditions_gather(c, status, node);
	sessions_gather(c, status, node);
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct cluster *c = arg;
	const struct node *node = item;
	const struct bgp_configuration *rival,
	    *config =
		rivals_configuration(c->store, CONFIGURATION, node, &rival);
	const struct object_key named = { "", key->name };
	const json_t *status = store_get(c->store, STATUS, &named);

	if (config == NULL)
		alike_add(&c->bare, "", "", key->name);
	else if (!config->ignore_exclude_label &&
	    labels_get(&node->labels, NODE_EXCLUDE_LABEL) != NULL)
		alike_add(&c->excluded, "", "", key->name);
	if (status == NULL)
		alike_add(
		    &c->silent, "there is no BGPNodeStatus", "", key->name);
	else if (bgp_node_status_is_stale(status, c->now))
		alike_add(
		    &c->silent, "its BGPNodeStatus is old", "", key->name);
	else
		status_gather(c, status, key->name);
	return true;
}

/* A finding for each, "NODES: KEY: TEXT". */
static void
alikes_find(const struct cluster *c, const char *check,
    enum verdict_of_doctor (*verdict)(const char *key),
    const struct alikes *all, const char *(*step)(const struct alike *))
{
	for (size_t i = 0; i < all->n; i++) {
		const struct alike *a = &all->at[i];
		char *nodes = alike_nodes(a);

		findings_add(c->f, check, verdict(a->key), step(a),
		    "%s%s%s on %s", a->key, a->text[0] != '\0' ? ": " : "",
		    a->text, nodes);
		free(nodes);
	}
}

static enum verdict_of_doctor
is_bad(const char *key)
{
	(void)key;
	return DOCTOR_BAD;
}

static enum verdict_of_doctor
is_doubtful(const char *key)
{
	(void)key;
	return DOCTOR_DOUBT;
}

static const char *
step_of_silence(const struct alike *a)
{
	(void)a;
	return "kubectl --namespace lbbgp-system get pods --output wide: the "
	       "daemon there";
}

static const char *
step_of_version(const struct alike *a)
{
	(void)a;
	return "kubectl --namespace lbbgp-system rollout status ds/lbbgp-bgpd";
}

static const char *
step_of_condition(const struct alike *a)
{
	return doctor_step(a->key);
}

static const char *
step_of_session(const struct alike *a)
{
	(void)a;
	return "lbbgp doctor on one of them";
}

static void
daemons_look(struct cluster *c)
{
	size_t nodes = store_count(c->store, NODE);

	alikes_find(c, "daemons", is_bad, &c->silent, step_of_silence);
	if (c->silent.n == 0)
		findings_add(c->f, "daemons", DOCTOR_GOOD, NULL,
		    "%zu of %zu nodes are heard of", c->heard, nodes);
	alikes_find(c, "versions", is_doubtful, &c->versions, step_of_version);
	if (c->versions.n == 0 && c->heard > 0)
		findings_add(
		    c->f, "versions", DOCTOR_GOOD, NULL, "%s", PACKAGE_VERSION);
}

static void
configurations_look(struct cluster *c)
{
	if (c->bare.n == 0) {
		findings_add(c->f, "configurations", DOCTOR_GOOD, NULL,
		    "each node has one");
		return;
	}
	char *nodes = alike_nodes(&c->bare.at[0]);

	findings_add(c->f, "configurations", DOCTOR_DOUBT,
	    "kubectl get bgpconfigurations.lbbgp.io: one is called default, others "
	    "select nodes",
	    "no BGPConfiguration is for %s", nodes);
	free(nodes);
}

/* kubeadm labels control planes so; on all nodes it leaves nobody to announce. */
static void
exclusion_look(struct cluster *c)
{
	size_t n = c->excluded.n > 0 ? c->excluded.at[0].n : 0;
	size_t nodes = store_count(c->store, NODE);

	if (n > 0 && n == nodes)
		findings_add(c->f, "exclusion", DOCTOR_BAD,
		    "kubectl label nodes --all " NODE_EXCLUDE_LABEL
		    "-, or excludeLabel: Ignore in the BGPConfiguration",
		    "every node has the label " NODE_EXCLUDE_LABEL
		    ": nobody announces Services");
	else
		findings_add(c->f, "exclusion", DOCTOR_GOOD, NULL,
		    "%zu of %zu nodes are left out by label", n, nodes);
}

static void
said_look(struct cluster *c)
{
	if (c->heard == 0) {
		findings_add(c->f, "conditions", DOCTOR_UNSEEN, NULL,
		    "no node is heard of");
		findings_add(c->f, "sessions", DOCTOR_UNSEEN, NULL,
		    "no node is heard of");
		return;
	}
	alikes_find(
	    c, "conditions", doctor_verdict, &c->conditions, step_of_condition);
	if (c->conditions.n == 0)
		findings_add(c->f, "conditions", DOCTOR_GOOD, NULL, "none");
	alikes_find(c, "sessions", is_bad, &c->sessions, step_of_session);
	if (c->sessions.n == 0)
		findings_add(c->f, "sessions", DOCTOR_GOOD, NULL,
		    "%zu are up on %zu nodes", c->up, c->heard);
}

static char *
cluster_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	struct findings findings = { 0 };
	struct cluster c = { .store = store, .f = &findings, .now = now };

	(void)request;
	store_each(store, NODE, node_each, &c);
	resources_look(&c);
	objects_look(&c);
	daemons_look(&c);
	configurations_look(&c);
	exclusion_look(&c);
	peers_look(&c);
	groups_look(&c);
	said_look(&c);
	char *reply = doctor_reply(&findings);

	alikes_fini(&c.silent);
	alikes_fini(&c.bare);
	alikes_fini(&c.excluded);
	alikes_fini(&c.versions);
	alikes_fini(&c.conditions);
	alikes_fini(&c.sessions);
	findings_fini(&findings);
	return reply;
}

const struct objects_view doctor_cluster = {
	.kinds = kinds,
	.n = KINDS,
	.may_lack = true,
	.reply = cluster_reply,
};
