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
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/rivals.h"
#include "cli/alikes.h"
#include "cli/cluster_kinds.h"
#include "cli/doctor_api.h"
#include "cli/doctor_classes.h"
#include "cli/doctor_conditions.h"
#include "cli/doctor_others.h"
#include "cli/doctor_rights.h"
#include "cli/findings.h"
#include "cli/inquiry.h"
#include "cli/objects.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"
#include "config.h"

#define CLOCK_BAD 60 /* s; a status may take some time until it is written */

/* ---- the objects ---- */

struct cluster {
	const struct store *store;
	const struct json_at *request;
	struct findings *f;
	/* s since 1970; the other one by the API server, where that tells it */
	int64_t now, server_now;
	/* Of nodes: not heard of, without a configuration, left out. */
	struct alikes silent, bare, excluded, clocks;
	struct alikes versions, conditions, sessions;
	size_t nodes;
	size_t heard, timed; /* nodes; those whose clock is seen */
	size_t up;           /* sessions that are */
};

/*
 * A node without the label is the default lbbgp's. Where another one has chosen its
 * nodes otherwise, what their daemons report says so, if it can be read.
 */
static bool
has_node(const struct cluster *c, const struct node *node)
{
	const struct object_key key = { "", node->meta.name };

	return instance_is_default(c->f->of) ||
	    labels_get(&node->labels, INSTANCE_LABEL) != NULL ||
	    !store_is_listed(c->store, CLUSTER_STATUS) ||
	    store_get(c->store, CLUSTER_STATUS, &key) != NULL;
}

/* Nothing was found since there were so many. */
static void
find_good(
    const struct cluster *c, size_t before, const char *check, const char *text)
{
	if (c->f->n == before)
		findings_add(c->f, check, DOCTOR_GOOD, NULL, "%s", text);
}

static void
resources_look(struct cluster *c)
{
	size_t before = c->f->n;

	for (size_t k = CLUSTER_CONFIGURATION; k <= CLUSTER_VIP; k++)
		if (store_is_missing(c->store, k))
			findings_add(c->f, "resources", DOCTOR_BAD,
			    doctor_step("ResourceMissing", ""),
			    "%s: the cluster does not know this kind",
			    cluster_kinds[k].kind);
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
	    xasprintf("kubectl describe %s%s %s", cluster_kinds[r->kind].plural,
		r->kind == CLUSTER_NODE ? "" : ".lbbgp.io", key->name);

	findings_add(r->c->f, "objects", DOCTOR_BAD, next, "%s %s: %s",
	    cluster_kinds[r->kind].kind, key->name, why->text);
	free(next);
}

static void
objects_look(struct cluster *c)
{
	size_t before = c->f->n;
	const char *kind;
	json_t *why;

	json_object_foreach (
	    json_object_get(c->request->v, "unread"), kind, why)
		findings_add(c->f, "objects", DOCTOR_UNSEEN,
		    "kubectl auth can-i list, or ask who may", "%s: %s", kind,
		    json_string_value(why));
	for (size_t k = CLUSTER_CONFIGURATION; k < CLUSTER_STATUS; k++) {
		struct refusals r = { c, k };

		store_each_refused(c->store, k, refused_each, &r);
	}
	find_good(c, before, "objects", "all can be read");
}

struct choice {
	const struct cluster *c;
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
	if (!has_node(choice->c, node))
		return true;
	choice->nodes += has;
	choice->peers += is_peer;
	choice->reflectors += (has || is_peer) && peering_cluster_id(node) != 0;
	return true;
}

static bool
peer_each(void *arg, const struct object_key *key, const void *item)
{
	const struct cluster *c = arg;
	struct choice choice = { .c = c, .peer = item };

	store_each(c->store, CLUSTER_NODE, choice_each, &choice);
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

	store_each(c->store, CLUSTER_CONFIGURATION, mesh_each, &meshed);
	store_each(c->store, CLUSTER_PEER, peer_each, c);
	if (store_count(c->store, CLUSTER_PEER) == 0 && !meshed)
		findings_add(c->f, "peers", DOCTOR_DOUBT,
		    "doc/sessions.md, where BGP is wanted",
		    "there is no BGPPeer and no mesh");
	find_good(c, before, "peers", "each is for a node");
}

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	static const struct {
		const char *key, *name;
	} families[] = { { "ipv4", "IPv4" }, { "ipv6", "IPv6" } };
	const struct cluster *c = arg;
	const json_t *conditions = json_object_get(item, "conditions");
	json_int_t waiting =
	    json_integer_value(json_object_get(item, "waiting"));

	for (size_t i = 0; i < json_array_size(conditions); i++) {
		const json_t *one = json_array_get(conditions, i);

		if (strcmp(json_text(one, "status"), "False") == 0)
			findings_add(c->f, "groups", DOCTOR_BAD,
			    "kubectl describe servicegroups.lbbgp.io",
			    "ServiceGroup %s: %s: %s", key->name,
			    json_text(one, "reason"),
			    json_text(one, "message"));
	}
	/* One that has as many addresses as are needed is full on purpose. */
	for (size_t i = 0; i < 2 && waiting > 0; i++) {
		const json_t *counts = json_object_get(item, families[i].key);

		if (json_integer_value(json_object_get(counts, "capacity")) >
			0 &&
		    json_integer_value(json_object_get(counts, "free")) == 0)
			findings_add(c->f, "groups", DOCTOR_BAD,
			    "lbbgp show pools; another pool in spec.pools",
			    "ServiceGroup %s has no %s address left, and %d %s",
			    key->name, families[i].name, (int)waiting,
			    waiting == 1 ? "Service waits" : "Services wait");
	}
	return true;
}

static void
groups_look(struct cluster *c)
{
	size_t n = store_count(c->store, CLUSTER_GROUP), before = c->f->n;

	store_each(c->store, CLUSTER_GROUP, group_each, c);
	if (n == 0)
		findings_add(c->f, "groups", DOCTOR_DOUBT, "doc/pools.md",
		    "there is no ServiceGroup: no Service gets an address");
	else if (c->f->n == before)
		findings_add(c->f, "groups", DOCTOR_GOOD, NULL, "%zu", n);
}

/* ---- what nodes say ---- */

/* Drained and Ready are there always; of that one the others tell more. */
static void
conditions_gather(struct cluster *c, const json_t *status, const char *node)
{
	const json_t *list = json_object_get(status, "conditions");

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);

		if (strcmp(json_text(one, "status"), "True") == 0 &&
		    strcmp(json_text(one, "type"), "Ready") != 0)
			alike_add(&c->conditions, json_text(one, "type"),
			    json_text(one, "message"), node);
	}
}

/* Is the session of a BGPPeer that is shut down on purpose? */
static bool
is_shut_down(const struct cluster *c, const char *name)
{
	const struct object_key key = { "", name };
	const struct bgp_peer *peer = store_get(c->store, CLUSTER_PEER, &key);

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

/* s by which a node's clock is ahead of the API server's; 0: that is not told. */
static int64_t
clock_ahead(struct cluster *c, const json_t *status)
{
	int64_t heartbeat, written;

	if (!date_parse(json_text(status, "heartbeat"), &heartbeat) ||
	    !date_parse(json_text(status, "written"), &written))
		return 0;
	c->timed++;
	return heartbeat - written;
}

static void
clock_gather(struct cluster *c, int64_t ahead, const char *node)
{
	char text[32];

	snprintf(text, sizeof(text), "%lld s", llabs((long long)ahead));
	if (ahead >= CLOCK_BAD)
		alike_add(&c->clocks, "ahead of the API server's", text, node);
	else if (ahead <= -CLOCK_BAD)
		alike_add(&c->clocks, "behind the API server's", text, node);
}

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	struct cluster *c = arg;
	const struct node *node = item;
	const struct bgp_configuration *rival,
	    *config = rivals_configuration(
		c->store, CLUSTER_CONFIGURATION, node, &rival);
	const struct object_key named = { "", key->name };
	const json_t *status = store_get(c->store, CLUSTER_STATUS, &named);
	int64_t ahead = status != NULL ? clock_ahead(c, status) : 0;

	if (!has_node(c, node))
		return true;
	c->nodes++;
	clock_gather(c, ahead, key->name);
	if (config == NULL)
		alike_add(&c->bare, "", "", key->name);
	else if (!config->ignore_exclude_label &&
	    labels_get(&node->labels, NODE_EXCLUDE_LABEL) != NULL)
		alike_add(&c->excluded, "", "", key->name);
	if (status == NULL)
		alike_add(
		    &c->silent, "there is no BGPNodeStatus", "", key->name);
	else if (bgp_node_status_is_stale(status, c->server_now + ahead))
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
	return "kubectl --namespace NAMESPACE get pods --output wide: "
	       "the daemon there";
}

static const char *
step_of_version(const struct alike *a)
{
	(void)a;
	return "kubectl --namespace NAMESPACE rollout status ds/lbbgp-bgpd";
}

static const char *
step_of_condition(const struct alike *a)
{
	return doctor_step(a->key, a->text);
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
	alikes_find(c, "daemons", is_bad, &c->silent, step_of_silence);
	if (c->nodes == 0)
		findings_add(c->f, "daemons", DOCTOR_DOUBT,
		    "kubectl --namespace NAMESPACE get pods --output wide: is "
		    "a daemon on each node that is to have one?",
		    "no node is known to be of this lbbgp, by its label " INSTANCE_LABEL
		    " or a BGPNodeStatus");
	else if (c->silent.n == 0)
		findings_add(c->f, "daemons", DOCTOR_GOOD, NULL,
		    "%zu of %zu nodes are heard of", c->heard, c->nodes);
}

/* False, and told: what nodes say can't be judged, for none does. */
static bool
is_heard(const struct cluster *c, const char *check)
{
	if (c->heard > 0)
		return true;
	findings_add(c->f, check, DOCTOR_UNSEEN, NULL, "no node is heard of");
	return false;
}

static void
versions_look(struct cluster *c)
{
	if (!is_heard(c, "versions"))
		return;
	alikes_find(c, "versions", is_doubtful, &c->versions, step_of_version);
	if (c->versions.n == 0)
		findings_add(
		    c->f, "versions", DOCTOR_GOOD, NULL, "%s", PACKAGE_VERSION);
}

static const char *
step_of_clock(const struct alike *a)
{
	(void)a;
	return "timedatectl there: is its time kept by NTP?";
}

static void
clocks_look(struct cluster *c)
{
	if (!is_heard(c, "clocks"))
		return;
	alikes_find(c, "clocks", is_bad, &c->clocks, step_of_clock);
	if (c->clocks.n == 0 && c->timed == 0)
		findings_add(c->f, "clocks", DOCTOR_UNSEEN, NULL,
		    "when a status was written is not told");
	else if (c->clocks.n == 0)
		findings_add(c->f, "clocks", DOCTOR_GOOD, NULL,
		    "those of %zu nodes agree with the API server's", c->timed);
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

	if (n > 0 && n == c->nodes)
		findings_add(c->f, "exclusion", DOCTOR_BAD,
		    "kubectl label nodes --all " NODE_EXCLUDE_LABEL
		    "-, or excludeLabel: Ignore in the BGPConfiguration",
		    "every node has the label " NODE_EXCLUDE_LABEL
		    ": nobody announces Services");
	else
		findings_add(c->f, "exclusion", DOCTOR_GOOD, NULL,
		    "%zu of %zu nodes are left out by label", n, c->nodes);
}

static void
conditions_look(struct cluster *c)
{
	if (!is_heard(c, "conditions"))
		return;
	alikes_find(
	    c, "conditions", doctor_verdict, &c->conditions, step_of_condition);
	if (c->conditions.n == 0)
		findings_add(c->f, "conditions", DOCTOR_GOOD, NULL, "none");
}

static void
sessions_look(struct cluster *c)
{
	if (!is_heard(c, "sessions"))
		return;
	alikes_find(c, "sessions", is_bad, &c->sessions, step_of_session);
	if (c->sessions.n > 0)
		return;
	if (c->up == 0)
		findings_add(c->f, "sessions", DOCTOR_GOOD, NULL,
		    "no node is to have one");
	else
		findings_add(c->f, "sessions", DOCTOR_GOOD, NULL,
		    "%zu %s up on %zu node%s", c->up, c->up == 1 ? "is" : "are",
		    c->heard, c->heard == 1 ? "" : "s");
}

static void
classes_look(struct cluster *c)
{
	static const size_t classed[] = { CLUSTER_ANY_CONFIGURATION,
		CLUSTER_ANY_PEER, CLUSTER_ANY_GROUP, CLUSTER_VIP,
		CLUSTER_SERVICE, CLUSTER_NAMESPACE };

	doctor_classes(c->store, classed, CLUSTER_NAMESPACE, c->f);
}

/* ---- what an API server says ---- */

static void
server_look(struct cluster *c)
{
	doctor_api_server(c->request, c->now, c->f);
}

static void
schemas_look(struct cluster *c)
{
	doctor_api_schemas(c->request, c->f);
}

static void
rights_look(struct cluster *c)
{
	doctor_rights(c->request, c->f);
}

static void
rollout_look(struct cluster *c)
{
	doctor_api_rollout(c->request, c->f);
}

static void
allocator_look(struct cluster *c)
{
	doctor_api_allocator(c->request, c->f);
}

static void
others_look(struct cluster *c)
{
	doctor_others(c->request, c->f);
}

static struct inquiry *
cluster_questions(const struct instance *of)
{
	struct inquiry *questions = inquiry_new();

	doctor_api_ask(questions, of);
	doctor_rights_ask(questions, of);
	doctor_others_ask(questions);
	return questions;
}

/* ---- all ---- */

#define NEEDS(kind) (1u << (kind))
#define SAID                                                  \
	(NEEDS(CLUSTER_NODE) | NEEDS(CLUSTER_CONFIGURATION) | \
	    NEEDS(CLUSTER_STATUS))

static const struct {
	const char *name;
	void (*look)(struct cluster *);
	unsigned needs; /* kinds, without which it can't be told */
	bool api;       /* by answers of an API server */
} checks[] = {
	{ "server", server_look, 0, true },
	{ "resources", resources_look, 0, false },
	{ "schemas", schemas_look, 0, true },
	{ "objects", objects_look, 0, false },
	{ "rights", rights_look, 0, true },
	{ "rollout", rollout_look, 0, true },
	{ "allocator", allocator_look, 0, true },
	{ "daemons", daemons_look, SAID, false },
	{ "versions", versions_look, SAID, false },
	{ "clocks", clocks_look, SAID, false },
	{ "configurations", configurations_look, SAID, false },
	{ "exclusion", exclusion_look, SAID, false },
	{ "peers", peers_look,
	    NEEDS(CLUSTER_NODE) | NEEDS(CLUSTER_CONFIGURATION) |
		NEEDS(CLUSTER_PEER),
	    false },
	{ "groups", groups_look, NEEDS(CLUSTER_GROUP), false },
	{ "classes", classes_look,
	    NEEDS(CLUSTER_NAMESPACE) | NEEDS(CLUSTER_SERVICE), false },
	{ "conditions", conditions_look, SAID, false },
	{ "sessions", sessions_look, SAID, false },
	{ "others", others_look, 0, true },
};

/* The first of the kinds that could not be read, or NULL. */
static const char *
unread_find(const struct cluster *c, unsigned needs)
{
	for (size_t k = 0; k < CLUSTER_KINDS; k++)
		if ((needs & NEEDS(k)) != 0 && !store_is_listed(c->store, k))
			return cluster_kinds[k].kind;
	return NULL;
}

static void
check_make(struct cluster *c, size_t i)
{
	bool asked = json_object_get(c->request->v, "answers") != NULL;
	const char *unread = unread_find(c, checks[i].needs);

	if (checks[i].api && !asked)
		return; /* told once, of all of them */
	if (unread != NULL)
		findings_add(c->f, checks[i].name, DOCTOR_UNSEEN, NULL,
		    "objects of kind %s can not be read", unread);
	else
		checks[i].look(c);
}

static char *
cluster_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	const struct instance of = objects_instance(request);
	struct findings findings = { .of = &of };
	int64_t date = doctor_api_date(request);
	struct cluster c = { .store = store,
		.request = request,
		.f = &findings,
		.now = now,
		.server_now = date != 0 ? date : now };

	store_each(store, CLUSTER_NODE, node_each, &c);
	if (json_object_get(request->v, "answers") == NULL)
		findings_add(&findings, "server", DOCTOR_UNSEEN, NULL,
		    "there is no API server behind the source: schemas, rights, "
		    "rollout, the allocator and other load balancers are "
		    "unseen");
	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++)
		check_make(&c, i);
	char *reply = doctor_reply(&findings);

	alikes_fini(&c.silent);
	alikes_fini(&c.bare);
	alikes_fini(&c.excluded);
	alikes_fini(&c.clocks);
	alikes_fini(&c.versions);
	alikes_fini(&c.conditions);
	alikes_fini(&c.sessions);
	findings_fini(&findings);
	return reply;
}

const struct objects_view doctor_cluster = {
	.kinds = cluster_kinds,
	.n = CLUSTER_KINDS,
	.may_lack = true,
	.may_be_refused = true,
	.questions = cluster_questions,
	.reply = cluster_reply,
};
