/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The key of a class is a text with all that bears on a verdict and differs among
 * nodes: which BGPConfiguration is in force, which selectors choose the node (of the
 * configuration, of each group for BGP and for links), what keeps it as a whole from
 * announcing, and to whom it can tell something. A BGPPeer counts by its audience: one
 * that no group names is as good as another, so racks with peers of their own are no
 * classes of their own.
 *
 * All is made anew when something has changed, which costs a look at each node. A sum
 * over who is in which class tells whether that led to anything.
 *
 * A class has the name of one of its nodes, not the node: objects come and go between
 * two looks. node_classes_look() finds them again; that one is gone, or unlike the
 * others by now, node_classes_stand() tells.
 */
#include "allocator/announced/node_classes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "allocator/announced/report.h"
#include "bgpd/announce/attributes.h"
#include "bgpd/announce/audiences.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/others.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/node_drain.h"
#include "bgpd/config/rivals.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/selector.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/fnv.h"
#include "common/source/store.h"

#define OS_LABEL "kubernetes.io/os" /* a kubelet's own; our pods go by it */

struct placed {     /* a node, and of which class it is */
	char *name; /* owned */
	size_t of;
	UT_hash_handle hh;
};

struct node_classes {
	struct node_classes_spec spec;
	struct audiences *audiences; /* owned, as the rest */
	struct others *others;
	struct node_class *at;
	size_t n;
	struct placed *members; /* by name */
	struct placed *daemons; /* nodes whose daemon is ready */
	bool daemons_known;
	struct placed *keys; /* of classes */
	struct placed *held; /* addresses that are, on a link of any node */
	bool held_cut;       /* … and others that are in no status */
	const struct service_group **groups; /* themselves borrowed */
	size_t n_groups;
	uint64_t sum; /* of who is in which class */
};

struct node_classes *
node_classes_new(const struct node_classes_spec *spec)
{
	struct node_classes *c = xcalloc(1, sizeof(*c));

	c->spec = *spec;
	c->audiences = audiences_new();
	return c;
}

static void
member_add(struct placed **to, const char *name, size_t of)
{
	struct placed *m = xcalloc(1, sizeof(*m));

	m->name = xstrdup(name);
	m->of = of;
	HASH_ADD_KEYPTR(hh, *to, m->name, strlen(m->name), m);
}

static void
members_free(struct placed **all)
{
	struct placed *m, *next;

	HASH_ITER (hh, *all, m, next) {
		HASH_DEL(*all, m);
		free(m->name);
		free(m);
	}
}

static void
clear(struct node_classes *c)
{
	for (size_t i = 0; i < c->n; i++) {
		free(c->at[i].key);
		free(c->at[i].sample);
		free(c->at[i].up);
	}
	free(c->at);
	c->at = NULL;
	c->n = 0;
	members_free(&c->members);
	members_free(&c->daemons);
	members_free(&c->keys);
	members_free(&c->held);
	c->held_cut = false;
	others_free(c->others);
	c->others = NULL;
}

void
node_classes_free(struct node_classes *c)
{
	if (c == NULL)
		return;
	clear(c);
	audiences_free(c->audiences);
	free((void *)c->groups);
	free(c);
}

/* ---- groups ---- */

static bool
group_each(void *arg, const struct object_key *key, const void *item)
{
	struct node_classes *c = arg;
	const struct service_group *group = item;

	(void)key;
	c->groups[c->n_groups++] = group;
	for (size_t i = 0; i < group->announce.n_peers; i++)
		audiences_add(c->audiences, group->announce.peers[i]);
	return true;
}

static void
groups_gather(struct node_classes *c)
{
	size_t n = store_count(c->spec.store, c->spec.group);

	c->groups =
	    xrealloc((void *)c->groups, n + 1, sizeof(struct service_group *));
	c->n_groups = 0;
	store_each(c->spec.store, c->spec.group, group_each, c);
}

/* ---- what a node is like ---- */

struct traits { /* of a node */
	const struct node *node;
	const struct report *report; /* NULL: none that counts */
	const struct bgp_configuration *config;
	bool daemon, draining, drained;
	struct class_session *up; /* owned; sorted, each once */
	size_t n_up;
};

static void
session_add(struct traits *t, uint32_t audience, enum family family)
{
	size_t i = 0;

	while (i < t->n_up &&
	    (t->up[i].audience < audience ||
		(t->up[i].audience == audience && t->up[i].family < family)))
		i++;
	if (i < t->n_up && t->up[i].audience == audience &&
	    t->up[i].family == family)
		return;
	t->up = xrealloc(t->up, t->n_up + 1, sizeof(*t->up));
	memmove(&t->up[i + 1], &t->up[i], (t->n_up - i) * sizeof(*t->up));
	t->up[i] = (struct class_session){ audience, family };
	t->n_up++;
}

static void
sessions_gather(const struct node_classes *c, struct traits *t)
{
	for (size_t i = 0; t->report != NULL && i < t->report->n; i++) {
		const struct report_session *s = &t->report->sessions[i];
		uint32_t audience = audiences_number(c->audiences, s->peer);

		for (unsigned f = FAMILY_V4; s->up && f < FAMILIES; f++)
			if (s->families[f])
				session_add(t, audience, f);
	}
}

static void
daemon_add(void *arg, const char *node)
{
	struct node_classes *c = arg;
	struct placed *m;

	HASH_FIND_STR(c->daemons, node, m);
	if (m == NULL)
		member_add(&c->daemons, node, 0);
}

/*
 * No endpoints of daemons: there is no such Service, or no kubelet, and their word has
 * to do.
 */
static void
daemons_gather(struct node_classes *c)
{
	c->daemons_known = *c->spec.n_daemons > 0;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		const struct tally *t = endpoints_of(c->spec.daemons,
		    c->spec.instance->ns, DAEMONS_SERVICE, (enum family)f);

		if (t != NULL)
			tally_each_ready(t, daemon_add, c);
	}
}

bool
node_classes_daemon_is_ready(const struct node_classes *c, const char *node)
{
	struct placed *m;

	HASH_FIND_STR(c->daemons, node, m);
	return m != NULL || !c->daemons_known;
}

const struct instance *
node_classes_instance(const struct node_classes *c)
{
	return c->spec.instance;
}

/*
 * A node without the label is the default lbbgp's. Where another one has chosen its
 * nodes otherwise, what their daemons report says so.
 */
static bool
is_ours(const struct node_classes *c, const struct node *node)
{
	const struct object_key key = { "", node->meta.name };

	if (labels_get(&node->labels, INSTANCE_LABEL) == NULL &&
	    !instance_is_default(c->spec.instance))
		return store_get(c->spec.store, c->spec.report, &key) != NULL;
	return !instance_yields_node(c->spec.instance, &node->labels);
}

bool
node_classes_may_have(const struct node_classes *c, const struct node *node)
{
	const char *os = labels_get(&node->labels, OS_LABEL);

	return (os == NULL || strcmp(os, "linux") == 0) && is_ours(c, node);
}

/*
 * An old heartbeat of a daemon that is ready, as its endpoint has it, is that of a
 * clock that is wrong, there or here.
 */
const struct report *
node_classes_report(
    const struct node_classes *c, const struct object_key *node, int64_t wall)
{
	const struct report *r = store_get(c->spec.store, c->spec.report, node);
	bool ready =
	    c->daemons_known && node_classes_daemon_is_ready(c, node->name);

	return ready || !report_is_stale(r, wall) ? r : NULL;
}

/* As the node says how far it is; one that says nothing is taken to be through. */
static void
traits_find(const struct node_classes *c, const struct node *node, int64_t wall,
    struct traits *t)
{
	const struct object_key key = { "", node->meta.name };
	const struct bgp_configuration *rival;
	struct err why;

	*t = (struct traits){ .node = node,
		.report = node_classes_report(c, &key, wall) };
	t->config = rivals_configuration(
	    c->spec.store, c->spec.configuration, node, &rival);
	t->daemon = t->report != NULL && !t->report->restarting &&
	    node_classes_daemon_is_ready(c, node->meta.name);
	bool drains = node_drains(node, t->config, &why);

	t->draining = drains && t->report != NULL && t->report->draining;
	t->drained = drains && !t->draining;
	sessions_gather(c, t);
}

static void
group_print(const struct service_group *g, const struct node *node, FILE *to)
{
	bool bgp = selector_matches(&g->announce.nodes, &node->labels);
	bool links = selector_matches(&g->l2.nodes, &node->labels);

	fputc('0' + (bgp ? 1 : 0) + (links ? 2 : 0), to);
}

static char *
key_make(const struct node_classes *c, const struct traits *t)
{
	const struct report *r = t->report;
	const struct bgp_configuration *config = t->config;
	const bool facts[] = { t->daemon, t->draining, t->drained,
		r != NULL && r->data_plane_down, r != NULL && r->state_stale,
		r != NULL && r->n > 0, t->node->network_unavailable,
		node_is_excluded(t->node, config),
		config == NULL ||
		    selector_matches(
			&config->service_nodes, &t->node->labels) };
	char *text = NULL;
	size_t n;
	FILE *to = open_memstream(&text, &n);

	if (to == NULL)
		abort();
	for (size_t i = 0; i < sizeof(facts) / sizeof(facts[0]); i++)
		fputc('0' + facts[i], to);
	fprintf(to, " %s ", config != NULL ? config->meta.name : "");
	for (size_t i = 0; i < c->n_groups; i++)
		group_print(c->groups[i], t->node, to);
	for (size_t i = 0; i < t->n_up; i++)
		fprintf(to, " %u/%u", (unsigned)t->up[i].audience,
		    (unsigned)t->up[i].family);
	fclose(to);
	return text;
}

/* Its sessions become the class's. */
static size_t
class_add(struct node_classes *c, char *key, struct traits *t)
{
	const struct report *r = t->report;
	struct node_class *at;

	c->at = xrealloc(c->at, c->n + 1, sizeof(*c->at));
	at = &c->at[c->n];
	*at = (struct node_class){ .key = key,
		.sample = xstrdup(t->node->meta.name),
		.daemon = t->daemon,
		.peers = r != NULL && r->n > 0,
		.up = t->up,
		.n_up = t->n_up };
	at->view.draining = t->draining;
	at->view.drained = t->drained;
	at->view.data_plane = r == NULL || !r->data_plane_down;
	at->view.stale = r != NULL && r->state_stale;
	t->up = NULL;
	return c->n++;
}

/* Who of the nodes holds one is all the same. */
static void
held_gather(struct node_classes *c, const struct report *r)
{
	char text[ADDR_TEXT];
	struct placed *p;

	c->held_cut |= r != NULL && r->held_cut;
	for (size_t i = 0; r != NULL && i < r->n_held; i++) {
		addr_print(&r->held[i], text);
		HASH_FIND_STR(c->held, text, p);
		if (p != NULL)
			continue;
		member_add(&c->held, text, 0);
		c->sum += fnv_add(0, text, strlen(text));
	}
}

static size_t
class_find(struct node_classes *c, struct traits *t)
{
	char *key = key_make(c, t);
	struct placed *p;

	HASH_FIND_STR(c->keys, key, p);
	if (p == NULL) {
		member_add(&c->keys, key, c->n);
		return class_add(c, key, t);
	}
	free(key);
	return p->of;
}

struct walk { /* over all nodes */
	struct node_classes *classes;
	int64_t wall;
};

static bool
node_each(void *arg, const struct object_key *key, const void *item)
{
	const struct walk *w = arg;
	struct node_classes *c = w->classes;
	struct traits t;

	if (!node_classes_may_have(c, item))
		return true;
	traits_find(c, item, w->wall, &t);
	size_t of = class_find(c, &t);
	const char *like = c->at[of].key;

	held_gather(c, t.report);
	free(t.up);
	member_add(&c->members, key->name, of);
	c->at[of].n++;
	c->sum += fnv_add(
	    fnv_add(0, like, strlen(like) + 1), key->name, strlen(key->name));
	return true;
}

bool
node_classes_make(struct node_classes *c, int64_t wall)
{
	const struct others_kinds kinds = { c->spec.node, c->spec.configuration,
		c->spec.peer, c->spec.instance };
	struct walk w = { c, wall };
	uint64_t was = c->sum;

	clear(c);
	c->sum = 1; /* unlike that of none made yet */
	groups_gather(c);
	daemons_gather(c);
	store_each(c->spec.store, c->spec.node, node_each, &w);
	c->others = others_new(c->spec.store, &kinds);
	return c->sum != was;
}

void
node_classes_look(struct node_classes *c)
{
	const struct bgp_configuration *rival;

	groups_gather(c);
	for (size_t i = 0; i < c->n; i++) {
		struct view *v = &c->at[i].view;
		const struct object_key key = { "", c->at[i].sample };

		v->node = store_get(c->spec.store, c->spec.node, &key);
		v->config = rivals_configuration(
		    c->spec.store, c->spec.configuration, v->node, &rival);
		v->instance = c->spec.instance;
		v->groups = c->groups;
		v->n_groups = c->n_groups;
		v->audiences = c->audiences;
		v->endpoints = c->spec.endpoints;
		v->others = c->others;
	}
}

static bool
class_stands(
    const struct node_classes *c, const struct node_class *at, int64_t wall)
{
	struct traits t;

	if (at->view.node == NULL || !node_classes_may_have(c, at->view.node))
		return false;
	traits_find(c, at->view.node, wall, &t);
	char *key = key_make(c, &t);
	bool like = strcmp(key, at->key) == 0;

	free(key);
	free(t.up);
	return like;
}

bool
node_classes_stand(const struct node_classes *c, int64_t wall)
{
	for (size_t i = 0; i < c->n; i++)
		if (!class_stands(c, &c->at[i], wall))
			return false;
	return true;
}

size_t
node_classes_n(const struct node_classes *c)
{
	return c->n;
}

const struct node_class *
node_classes_at(const struct node_classes *c, size_t i)
{
	return &c->at[i];
}

size_t
node_classes_nodes(const struct node_classes *c)
{
	return HASH_COUNT(c->members);
}

size_t
node_classes_of(const struct node_classes *c, const char *node)
{
	struct placed *m;

	HASH_FIND_STR(c->members, node, m);
	return m != NULL ? m->of : SIZE_MAX;
}

bool
node_classes_hold(const struct node_classes *c, const struct addr *addr)
{
	char text[ADDR_TEXT];
	struct placed *p;

	HASH_FIND_STR(c->held, addr_print(addr, text), p);
	return p != NULL || c->held_cut;
}

bool
class_tells(const struct node_class *class, enum family family,
    const struct attributes *route)
{
	for (size_t i = 0; i < class->n_up; i++)
		if (class->up[i].family == family &&
		    (route == NULL ||
			attributes_are_for(route, class->up[i].audience)))
			return true;
	return false;
}
