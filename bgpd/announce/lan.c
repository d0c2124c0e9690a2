/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each address that a Service has, of a group that says something of links or of an
 * interface, is a seat. It knows the claims of Services to it, with the name of the
 * group that they have it from. Groups themselves come and go, so they are looked up
 * when they are asked for; of several the first by name has the say, which is the same
 * one on every node.
 *
 * Which nodes may hold an address, as far as objects tell: those that serve, that the
 * group selects, and from which traffic gets further. For a Service with policy Cluster
 * any node will do while there is an endpoint anywhere. For Local ones a node is as
 * good as the Services are many that it has ready endpoints of, and, far less than
 * that, endpoints that terminate and still serve; the best nodes may hold the address,
 * and no others. So it stays where the last endpoint is about to go until there is a
 * better place. What a node alone knows, its data plane, keeps it from holding the
 * address, but makes no other node better.
 *
 * The best is kept in the seat as of an age: what changes for many makes all of it
 * older, a change of endpoints only the seats of their Service.
 */
#include "bgpd/announce/lan.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/others.h"
#include "bgpd/announce/rules.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/source/store.h"
#include "common/text.h"

/* What a node has of one Service: of many that terminate is less than one ready. */
#define SCORE_READY 262144
#define SCORE_LINGERING 512
#define SCORE_FRESH 1

struct lan_service {     /* it has addresses here */
	char *ns, *name; /* owned */
	struct addr *at; /* owned; the addresses */
	size_t n;
	UT_hash_handle hh; /* by "namespace/name" */
	char key[];
};

struct lan_claim {                         /* of a Service to an address */
	const struct lan_service *service; /* borrowed */
	char *group;                       /* owned */
	bool local, link, bgp, everywhere; /* as in struct host_want */
	bool old; /* lan_set() has not come to it again, yet */
};

struct lan_told { /* of the want of a seat */
	bool wanted;
	int preference;
	const char *why_not;
	uint64_t terms; /* their age */
};

struct seat { /* an address */
	struct addr addr;
	struct lan_claim *claims; /* owned */
	size_t n;
	uint64_t best_at; /* the age that best is of; 0: of none */
	uint32_t best;    /* score of a node */
	bool doubted;     /* claims are others than when it was settled */
	struct lan_told told;
	bool held; /* by this node, on a link */
	char *on;  /* owned; the interface, as told; NULL: none */
	UT_hash_handle hh;
};

struct lan {
	const struct view *view;
	const struct lan_ops *ops;
	void *arg;
	struct lan_service *services; /* owned */
	struct seat *seats;           /* owned */
	size_t wanted;                /* seats that are told to be */
	uint64_t age;                 /* of what nodes may, from 1 on */
	uint64_t terms;               /* … of what groups say */
};

struct lan *
lan_new(const struct view *view, const struct lan_ops *ops, void *arg)
{
	struct lan *l = xcalloc(1, sizeof(*l));

	l->view = view;
	l->ops = ops;
	l->arg = arg;
	l->age = 1;
	return l;
}

/* ---- Services, addresses, and claims of one to the other ---- */

static struct lan_service *
service_find(const struct lan *l, const struct object_key *key)
{
	struct lan_service *s;

	if (l->services == NULL) /* as mostly */
		return NULL;
	char *text = xasprintf("%s/%s", key->ns, key->name);

	HASH_FIND_STR(l->services, text, s);
	free(text);
	return s;
}

static struct lan_service *
service_get(struct lan *l, const struct object_key *key)
{
	struct lan_service *s = service_find(l, key);
	size_t size = strlen(key->ns) + strlen(key->name) + 2;

	if (s != NULL)
		return s;
	s = xcalloc(1, sizeof(*s) + size);
	snprintf(s->key, size, "%s/%s", key->ns, key->name);
	s->ns = xstrdup(key->ns);
	s->name = xstrdup(key->name);
	HASH_ADD_STR(l->services, key, s);
	return s;
}

static void
service_remove(struct lan *l, struct lan_service *s)
{
	HASH_DEL(l->services, s);
	free(s->ns);
	free(s->name);
	free(s->at);
	free(s);
}

static struct seat *
seat_find(const struct lan *l, const struct addr *addr)
{
	struct seat *seat;

	HASH_FIND(hh, l->seats, addr, sizeof(*addr), seat);
	return seat;
}

static struct seat *
seat_get(struct lan *l, const struct addr *addr)
{
	struct seat *seat = seat_find(l, addr);

	if (seat != NULL)
		return seat;
	seat = xcalloc(1, sizeof(*seat));
	seat->addr = *addr;
	HASH_ADD(hh, l->seats, addr, sizeof(seat->addr), seat);
	return seat;
}

static void
seat_remove(struct lan *l, struct seat *seat)
{
	HASH_DEL(l->seats, seat);
	for (size_t i = 0; i < seat->n; i++)
		free(seat->claims[i].group);
	free(seat->claims);
	free(seat->on);
	free(seat);
}

void
lan_free(struct lan *l)
{
	struct lan_service *s, *next_service;
	struct seat *seat, *next_seat;

	if (l == NULL)
		return;
	HASH_ITER (hh, l->services, s, next_service)
		service_remove(l, s);
	HASH_ITER (hh, l->seats, seat, next_seat)
		seat_remove(l, seat);
	free(l);
}

static struct lan_claim *
claim_find(const struct seat *seat, const struct lan_service *service)
{
	for (size_t i = 0; i < seat->n; i++)
		if (seat->claims[i].service == service)
			return &seat->claims[i];
	return NULL;
}

/* Who may hold it is to be found out anew. */
static void
seat_doubt(struct seat *seat)
{
	seat->best_at = 0;
	seat->doubted = true;
}

static struct lan_claim *
claim_get(struct seat *seat, const struct lan_service *service)
{
	struct lan_claim *c = claim_find(seat, service);

	if (c != NULL)
		return c;
	seat->claims =
	    xrealloc(seat->claims, seat->n + 1, sizeof(seat->claims[0]));
	c = &seat->claims[seat->n++];
	*c = (struct lan_claim){ .service = service };
	return c;
}

static void
claim_put(struct seat *seat, const struct lan_service *service,
    const struct host_want *host)
{
	struct lan_claim *c = claim_get(seat, service);

	if (!text_eq(c->group, host->group->meta.name) ||
	    c->local != host->local || c->link != host->link ||
	    c->everywhere != host->everywhere)
		seat_doubt(seat);
	xreplace(&c->group, host->group->meta.name);
	c->local = host->local;
	c->link = host->link;
	c->bgp = host->bgp;
	c->everywhere = host->everywhere;
	c->old = false;
}

/* Unless it was put anew. */
static void
claim_drop_old(struct seat *seat, const struct lan_service *service)
{
	struct lan_claim *c = claim_find(seat, service);

	if (c == NULL || !c->old)
		return;
	free(c->group);
	*c = seat->claims[--seat->n];
	seat_doubt(seat);
}

/* ---- who may hold it ---- */

static const struct service_group *
group_find(const struct lan *l, const char *name)
{
	for (size_t i = 0; i < l->view->n_groups; i++)
		if (text_eq(l->view->groups[i]->meta.name, name))
			return l->view->groups[i];
	return NULL;
}

/* The one that says how; links: of those that announce on links. NULL: none. */
static const struct service_group *
seat_group(const struct lan *l, const struct seat *seat, bool links)
{
	const char *first = NULL;

	for (size_t i = 0; i < seat->n; i++) {
		const struct lan_claim *c = &seat->claims[i];

		if ((c->link || !links) &&
		    (first == NULL || strcmp(c->group, first) < 0))
			first = c->group;
	}
	return group_find(l, first);
}

static const struct tally *
claim_tally(
    const struct lan *l, const struct seat *seat, const struct lan_claim *c)
{
	return endpoints_of(l->view->endpoints, c->service->ns,
	    c->service->name, seat->addr.family);
}

static bool
needs_no_endpoint(const struct lan *l)
{
	return l->view->config != NULL &&
	    l->view->config->advertise_without_endpoints;
}

/* What a seat asks of a node. */
struct demand {
	bool any;   /* of its Services any node will do for */
	bool local; /* … a node with an endpoint of its own */
};

static struct demand
seat_demand(const struct lan *l, const struct seat *seat)
{
	struct demand d = { false, false };

	for (size_t i = 0; i < seat->n; i++) {
		const struct lan_claim *c = &seat->claims[i];
		bool served = c->everywhere || claim_tally(l, seat, c) != NULL;

		if (!c->link)
			continue;
		d.local |= c->local && served;
		d.any |= c->local ? !served && needs_no_endpoint(l)
				  : served || needs_no_endpoint(l);
	}
	return d;
}

static uint32_t
seat_score(const struct lan *l, const struct seat *seat, const char *node)
{
	static const uint32_t scores[] = {
		[PRESENCE_FRESH] = SCORE_FRESH,
		[PRESENCE_LINGERING] = SCORE_LINGERING,
		[PRESENCE_READY] = SCORE_READY,
	};
	uint32_t score = 0;

	for (size_t i = 0; i < seat->n; i++) {
		const struct lan_claim *c = &seat->claims[i];
		const struct tally *t = claim_tally(l, seat, c);

		if (c->link && c->local && t != NULL)
			score +=
			    scores[endpoints_at(l->view->endpoints, t, node)];
	}
	return score;
}

struct search { /* for the best of the nodes */
	const struct lan *lan;
	const struct seat *seat;
	const struct service_group *group;
	uint32_t best;
};

static bool
search_each(void *arg, const char *node)
{
	struct search *s = arg;

	if (others_serve(s->lan->view->others, node, &s->group->l2.nodes) ==
	    NULL)
		return true;
	uint32_t score = seat_score(s->lan, s->seat, node);

	if (score > s->best)
		s->best = score;
	return true;
}

/* The score of the best nodes that may; 0: none has what the seat asks for. */
static uint32_t
seat_best(
    const struct lan *l, struct seat *seat, const struct service_group *group)
{
	struct search s = { l, seat, group, 0 };

	if (seat->best_at == l->age)
		return seat->best;
	for (size_t i = 0; i < seat->n; i++) {
		const struct lan_claim *c = &seat->claims[i];
		const struct tally *t = claim_tally(l, seat, c);

		if (c->link && c->local && t != NULL)
			endpoints_each_node(
			    l->view->endpoints, t, search_each, &s);
	}
	seat->best = s.best;
	seat->best_at = l->age;
	return s.best;
}

/* VERDICT_LINK_ONLY: traffic gets further from that node; else why not. */
static enum verdict
seat_verdict(const struct lan *l, struct seat *seat,
    const struct service_group *group, const char *node)
{
	struct demand d = seat_demand(l, seat);

	if (!d.local)
		return d.any ? VERDICT_LINK_ONLY : VERDICT_NO_ENDPOINT;
	uint32_t best = seat_best(l, seat, group);

	if (best == 0)
		return d.any ? VERDICT_LINK_ONLY : VERDICT_STRANDED;
	return seat_score(l, seat, node) == best ? VERDICT_LINK_ONLY
						 : VERDICT_NO_LOCAL_ENDPOINT;
}

int
lan_may(const struct lan *l, const struct addr *addr, const char *name)
{
	struct seat *seat = seat_find(l, addr);
	const struct service_group *group =
	    seat != NULL ? seat_group(l, seat, true) : NULL;
	const struct node *node = group != NULL
	    ? others_serve(l->view->others, name, &group->l2.nodes)
	    : NULL;

	if (node == NULL ||
	    seat_verdict(l, seat, group, name) != VERDICT_LINK_ONLY)
		return -1;
	return lan_terms_weight(&group->l2.terms, &node->labels);
}

/* As lan_may() of this node, and what it alone knows. */
static enum verdict
own_verdict(
    const struct lan *l, struct seat *seat, const struct service_group *group)
{
	const struct node *node = l->view->node;
	enum verdict verdict = announce_hosts_verdict(l->view);

	if (verdict != VERDICTS)
		return verdict;
	if (!selector_matches(&group->l2.nodes, &node->labels))
		return VERDICT_NODE_NOT_SELECTED;
	return seat_verdict(l, seat, group, node->meta.name);
}

/* ---- what is told ---- */

static struct lan_told
seat_want(
    const struct lan *l, struct seat *seat, const struct service_group *group)
{
	struct lan_told now = {
		.wanted = true, .preference = -1, .terms = l->terms
	};

	enum verdict verdict = own_verdict(l, seat, group);

	if (verdict == VERDICT_LINK_ONLY)
		now.preference =
		    lan_terms_weight(&group->l2.terms, &l->view->node->labels);
	else
		now.why_not = verdict_text(verdict);
	return now;
}

static void
seat_tell(struct lan *l, struct seat *seat)
{
	const struct service_group *group = seat_group(l, seat, true);
	struct lan_told was = seat->told, now = { .wanted = false };

	if (group != NULL && group->l2.present)
		now = seat_want(l, seat, group);
	seat->told = now;
	l->wanted += (size_t)now.wanted - (size_t)was.wanted;
	if (now.wanted &&
	    (!was.wanted || now.terms != was.terms ||
		now.preference != was.preference ||
		now.why_not != was.why_not)) {
		struct lan_want want = { seat->addr, &group->l2.terms,
			group->l2.always, now.preference, now.why_not };

		l->ops->want(l->arg, &want);
	}
	if (was.wanted && !now.wanted)
		l->ops->gone(l->arg, &seat->addr);
	if (was.wanted && now.wanted && seat->doubted)
		l->ops->recheck(l->arg, &seat->addr);
	seat->doubted = false;
}

/* The interface that it is to be on; NULL: none. */
static const char *
seat_interface(const struct lan *l, const struct seat *seat)
{
	const struct service_group *group = seat_group(l, seat, false);
	bool here = seat->told.wanted && seat->held;

	for (size_t i = 0; i < seat->n; i++)
		here |= seat->claims[i].bgp;
	return here && group != NULL ? group->interface : NULL;
}

static void
seat_hold(struct lan *l, struct seat *seat)
{
	const char *on = seat_interface(l, seat);

	if (text_eq(on, seat->on))
		return;
	if (on != NULL)
		l->ops->hold(l->arg, on, &seat->addr, true);
	if (seat->on != NULL)
		l->ops->hold(l->arg, seat->on, &seat->addr, false);
	xreplace(&seat->on, on);
}

static void
seat_settle(struct lan *l, const struct addr *addr)
{
	struct seat *seat = seat_find(l, addr);

	if (seat == NULL)
		return;
	seat_tell(l, seat);
	seat_hold(l, seat);
	if (seat->n == 0)
		seat_remove(l, seat);
}

/* ---- news ---- */

static bool
service_has(const struct lan_service *s, const struct addr *addr)
{
	for (size_t i = 0; i < s->n; i++)
		if (addr_eq(&s->at[i], addr))
			return true;
	return false;
}

/* One may be in its status and in its spec: it has one claim to that. */
static void
service_take(struct lan *l, struct lan_service *s, const struct wants *wants)
{
	s->at = xcalloc(wants->n_hosts, sizeof(s->at[0]));
	s->n = 0;
	for (size_t i = 0; i < wants->n_hosts; i++) {
		const struct host_want *host = &wants->hosts[i];

		claim_put(seat_get(l, &host->addr), s, host);
		if (!service_has(s, &host->addr))
			s->at[s->n++] = host->addr;
	}
}

void
lan_set(struct lan *l, const struct object_key *key, const struct wants *wants)
{
	struct lan_service *s = wants->n_hosts > 0 && l->ops != NULL
	    ? service_get(l, key)
	    : service_find(l, key);

	if (s == NULL)
		return;
	struct addr *was = s->at;
	size_t n = s->n;

	for (size_t i = 0; i < n; i++)
		claim_find(seat_find(l, &was[i]), s)->old = true;
	service_take(l, s, wants);
	for (size_t i = 0; i < s->n; i++)
		seat_settle(l, &s->at[i]);
	for (size_t i = 0; i < n; i++) {
		claim_drop_old(seat_find(l, &was[i]), s);
		seat_settle(l, &was[i]);
	}
	free(was);
	if (s->n == 0)
		service_remove(l, s);
}

void
lan_endpoints_changed(struct lan *l, const struct object_key *key)
{
	const struct lan_service *s = service_find(l, key);

	for (size_t i = 0; s != NULL && i < s->n; i++) {
		struct seat *seat = seat_find(l, &s->at[i]);

		seat->best_at = 0;
		if (seat->told.wanted)
			l->ops->recheck(l->arg, &seat->addr);
	}
}

void
lan_nodes_changed(struct lan *l)
{
	l->age++;
	if (l->wanted > 0)
		l->ops->recheck(l->arg, NULL);
}

void
lan_groups_changed(struct lan *l)
{
	l->terms++;
	lan_nodes_changed(l);
}

void
lan_held(struct lan *l, const struct addr *addr, bool held)
{
	struct seat *seat = seat_find(l, addr);

	if (seat == NULL)
		return;
	seat->held = held;
	seat_hold(l, seat);
}

bool
lan_holds(const struct lan *l, const struct addr *addr)
{
	const struct seat *seat = seat_find(l, addr);

	return seat != NULL && seat->held;
}

void
lan_want_again(struct lan *l, const struct addr *addr)
{
	struct seat *seat = seat_find(l, addr);

	if (seat == NULL || !seat->told.wanted)
		return;
	seat->told.terms = l->terms - 1;
	seat_settle(l, addr);
}

void
lan_each_service(const struct lan *l, const struct addr *addr,
    void (*each)(void *arg, const struct object_key *), void *arg)
{
	const struct seat *seat = seat_find(l, addr);

	for (size_t i = 0; seat != NULL && i < seat->n; i++) {
		const struct lan_service *s = seat->claims[i].service;
		struct object_key key = { s->ns, s->name };

		if (seat->claims[i].link)
			each(arg, &key);
	}
}
