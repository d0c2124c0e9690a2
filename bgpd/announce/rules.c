/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each function takes one source object and the view (node, configuration, groups,
 * endpoints, other nodes) and adds a want for each prefix that the object is about,
 * with the verdict: announced and why, or not announced and why not. Nothing is
 * remembered and nothing compared: what several objects say of one prefix is for
 * index.c.
 *
 * From the top: what keeps the node as a whole from announcing Services; the CIDRs
 * listed in the configuration; then one Service. Each address of a Service becomes a
 * candidate, with the pool that it is from and the longest listed CIDR that contains
 * it. candidate_verdict() asks in this order: may the node announce Services, does a
 * listed CIDR do it already, is the node excluded, does the group select the node, and
 * where are the endpoints. The first answer is the reason that people see, so the order
 * is part of the interface. Last, where the group has maxAnnouncers, the node must be
 * one of those chosen (chosen.h) for what would be announced. With which attributes is
 * for dress.c.
 *
 * A listed CIDR of host length has nothing in it but one address: it is not announced
 * as a whole, but as the Service that has the address would be. With policy Local an
 * address is announced where a ready endpoint is, and for a while where one still
 * serves that is about to go; where the first one is new and others serve, a moment
 * later (local_verdict()).
 *
 * A group may have its addresses announced on the links of nodes, beside BGP or in its
 * place. Such an address becomes a host_want, for lan.c, with or without BGP; without a
 * BGPConfiguration the defaults hold. By itself the verdict says what keeps this node
 * from it, or that it is announced on links only.
 */
#include "bgpd/announce/rules.h"

#include <string.h>

#include "bgpd/announce/chosen.h"
#include "bgpd/announce/dress.h"
#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/facts.h"
#include "bgpd/announce/others.h"
#include "bgpd/announce/want.h"
#include "bgpd/announce/words.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/node_drain.h"
#include "bgpd/config/routable.h"
#include "bgpd/config/virtual_ip.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/api/service_routes.h"
#include "common/err.h"

/* The one in force, or what holds without one: all zeros. */
static const struct bgp_configuration *
configuration(const struct view *view)
{
	static const struct bgp_configuration none = { 0 };

	return view->config != NULL ? view->config : &none;
}

/* Does this node announce anything by BGP? */
static bool
speaks(const struct view *view)
{
	return view->node != NULL && bgp_configuration_speaks(view->config);
}

/* VERDICTS: this node may announce Services; else why it may not. */
static enum verdict
node_verdict(const struct view *view)
{
	if (view->node == NULL)
		return VERDICT_NO_NODE;
	if (!selector_matches(
		&configuration(view)->service_nodes, &view->node->labels))
		return VERDICT_NODE_NOT_SELECTED;
	if (view->drained)
		return VERDICT_DRAINED;
	if (view->node->network_unavailable)
		return VERDICT_NETWORK;
	if (view->stale)
		return VERDICT_STALE;
	return view->data_plane ? VERDICTS : VERDICT_DATA_PLANE;
}

bool
announce_serves(const struct view *view)
{
	return speaks(view) && node_verdict(view) == VERDICTS;
}

static bool
is_excluded(const struct view *view)
{
	return view->node != NULL && node_is_excluded(view->node, view->config);
}

enum verdict
announce_hosts_verdict(const struct view *view)
{
	enum verdict verdict = node_verdict(view);

	if (verdict != VERDICTS)
		return verdict;
	if (view->draining)
		return VERDICT_DRAINED;
	return is_excluded(view) ? VERDICT_NODE_EXCLUDED : verdict;
}

/* RFC 8326 4.2: what is about to be withdrawn says so. Pod CIDRs stay, and don't. */
static void
want_finish(struct want *want, bool goes)
{
	if (goes)
		attributes_add_shutdown(&want->attributes);
}

enum { LISTED_CLUSTER, FOUND_CLUSTER, LISTED_EXTERNAL, LISTED_BALANCER, LISTS };

/* CIDRs that are announced as a whole: those in the configuration, and ServiceCIDRs. */
static const struct cidrs *
listed(const struct view *view, unsigned list)
{
	static const struct cidrs none = { 0 };
	const struct bgp_configuration *config = configuration(view);
	const struct cidrs *lists[LISTS] = { &config->cluster_ips,
		config->follow_service_cidrs ? &view->service_cidrs : &none,
		&config->external_ips, &config->load_balancer_ips };

	return lists[list];
}

void
announce_config(const struct view *view, struct wants *wants)
{
	if (!speaks(view))
		return;
	static const uint8_t kinds[LISTS] = { ANNOUNCED_SERVICE,
		ANNOUNCED_SERVICE, ANNOUNCED_EXTERNAL,
		ANNOUNCED_LOAD_BALANCER };
	enum verdict verdict = node_verdict(view);

	for (unsigned l = 0; l < LISTS; l++) {
		const struct cidrs *list = listed(view, l);

		for (size_t i = 0; i < list->n; i++) {
			struct want *want = wants_add(wants, &list->at[i],
			    verdict != VERDICTS ? verdict
				: prefix_is_host(&list->at[i])
				? VERDICT_FOLLOWS
				: VERDICT_SERVICE_CIDR);

			want->attributes.kinds = kinds[l];
			want_finish(want, view->draining);
		}
	}
}

static bool
cidrs_contain(const struct cidrs *list, const struct addr *addr)
{
	for (size_t i = 0; i < list->n; i++)
		if (prefix_contains(&list->at[i], addr))
			return true;
	return false;
}

/*
 * How long the longest listed CIDR is that contains the address, whatever kind either
 * is of; 0: none does. One is announced as a whole, but for one of host length: there
 * is nothing in it but the address, so who has that decides.
 */
static unsigned
listed_length(const struct view *view, const struct addr *addr)
{
	unsigned most = 0;

	if (!speaks(view)) /* none is announced */
		return 0;
	for (unsigned l = 0; l < LISTS; l++) {
		const struct cidrs *list = listed(view, l);

		for (size_t i = 0; i < list->n; i++)
			if (list->at[i].len > most &&
			    prefix_contains(&list->at[i], addr))
				most = list->at[i].len;
	}
	return most;
}

/* One Service, and what is the same for all its addresses. */
struct subject {
	const struct view *view;
	const struct service *service;
	enum verdict node; /* node_verdict() */
	bool excluded;
	bool everywhere;                     /* subject_is_everywhere() */
	bool counted[FAMILIES];              /* of its endpoints: */
	const struct tally *tally[FAMILIES]; /* NULL: there are none */
};

static const struct tally *
subject_tally(struct subject *of, enum family family)
{
	const struct meta *meta = &of->service->meta;

	if (!of->counted[family])
		of->tally[family] = endpoints_of(
		    of->view->endpoints, meta->ns, meta->name, family);
	of->counted[family] = true;
	return of->tally[family];
}

/*
 * Where the nodes themselves are the proxies of a gateway there is a placeholder in
 * place of endpoints, in one family for both: the gateway is served by each node,
 * whatever the traffic policy says. No placeholder means that there is no gateway.
 */
static bool
subject_is_everywhere(struct subject *of)
{
	bool has_placeholder = false;

	if (!of->service->podless_gateway)
		return false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		const struct tally *t = subject_tally(of, f);

		if (t != NULL && !tally_is_nowhere(t))
			return false;
		has_placeholder |= t != NULL;
	}
	return has_placeholder;
}

struct group_match { /* the pool that an address is from */
	const struct service_group *group;
	const struct group_pool *pool;
};

static bool
pool_contains(const struct group_pool *pool, const struct addr *addr)
{
	return pool->fault == NULL && addr_cmp(&pool->range.first, addr) <= 0 &&
	    addr_cmp(addr, &pool->range.last) <= 0;
}

/* The group that the allocator noted goes before others that contain it too. */
static struct group_match
group_of(
    const struct view *view, const struct service *s, const struct addr *addr)
{
	struct group_match found = { 0 };

	for (size_t i = 0; i < view->n_groups; i++) {
		const struct service_group *g = view->groups[i];
		bool noted = s->allocated_from != NULL &&
		    strcmp(g->meta.name, s->allocated_from) == 0;

		for (size_t j = 0; j < g->n_pools; j++)
			if (pool_contains(&g->pools[j], addr) &&
			    (found.group == NULL || noted))
				found = (struct group_match){ g, &g->pools[j] };
	}
	return found;
}

const struct service_group *
announce_group_of(
    const struct view *view, const struct service *s, const struct addr *addr)
{
	return group_of(view, s, addr).group;
}

static bool
is_retained(const struct service *s, const struct addr *addr)
{
	const char *text = s->allocated_addresses;
	char word[PREFIX_TEXT];
	struct addr a;

	while (text != NULL && words_next(&text, word))
		if (addr_parse(word, &a) && addr_eq(&a, addr))
			return true;
	return false;
}

struct candidate { /* one address of a Service */
	const struct addr *addr;
	struct group_match match;          /* group NULL: of no pool */
	const struct service_group *hosts; /* for links; NULL: none */
	bool link;                         /* announced on links */
	bool link_only;                    /* … and not by BGP */
	bool local;                        /* its traffic policy is Local */
	bool everywhere; /* each node serves it, so there is no policy */
	unsigned listed; /* length of the CIDR listed for it, or 0 */
	uint8_t kind;    /* ANNOUNCED_… */
};

static bool
listed_alone(const struct candidate *c)
{
	return c->listed == family_bits(c->addr->family);
}

struct elsewhere_of { /* who else might announce the address */
	struct others *others;
	enum family family;
	const struct service_group *group; /* its group; NULL: of none */
	bool link_only;                    /* on links: needs no BGP there */
	uint16_t peers; /* 1 << i: peers[i] of the group is to be told */
};

static bool
may_announce(void *arg, const char *node)
{
	const struct elsewhere_of *e = arg;

	if (e->others == NULL)
		return node[0] != '\0';
	return e->link_only
	    ? others_serve(e->others, node, &e->group->l2.nodes) != NULL
	    : others_may(e->others, node, e->family,
		  e->group != NULL ? &e->group->announce : NULL, e->peers);
}

/* Those of the group, or which of them the Service asks for its own route. */
static uint16_t
peers_told(const struct subject *of, const struct candidate *c)
{
	const struct service_group *g = c->match.group;
	struct service_routes r;
	struct err refused;

	if (g == NULL || !service_says_routes(of->service))
		return UINT16_MAX;
	service_routes_read(of->service, g, &r, &refused);
	uint16_t peers =
	    service_routes_say(&r, WISH_PEERS) ? r.peers : UINT16_MAX;

	service_routes_fini(&r);
	return peers;
}

/* The group's selector for the way that decides; NULL: there is no group. */
static const struct selector *
candidate_nodes(const struct candidate *c)
{
	const struct service_group *g = c->match.group;

	return g == NULL   ? NULL
	    : c->link_only ? &g->l2.nodes
			   : &g->announce.nodes;
}

/*
 * Policy Local. A node goes when its last ready endpoint does, so that what still
 * serves while it terminates is spared, but only in favour of ready ones that somebody
 * can reach: on a node that may announce them, and has had the time to. Others don't
 * count, as if there were none. And a node whose first endpoint is fresh waits as long
 * as others serve, for it may not serve itself yet.
 */
static enum verdict
local_verdict(
    const struct subject *of, const struct candidate *c, const struct tally *t)
{
	struct elsewhere_of may = { of->view->others, c->addr->family,
		c->match.group, c->link_only, peers_told(of, c) };
	enum elsewhere elsewhere = tally_elsewhere(t, may_announce, &may);
	bool waits = t->fresh_here > 0 && elsewhere >= ELSEWHERE_LINGERING;

	if ((t->ready_here > 0 && !waits) ||
	    (t->lingering_here > 0 && elsewhere != ELSEWHERE_READY))
		return VERDICT_LOCAL_ENDPOINT;
	if (t->ready_here > 0)
		return VERDICT_FRESH_ENDPOINT;
	return t->ready > 0 && elsewhere == ELSEWHERE_NONE
	    ? VERDICT_STRANDED
	    : VERDICT_NO_LOCAL_ENDPOINT;
}

static enum verdict
endpoint_verdict(struct subject *of, const struct candidate *c)
{
	enum verdict any = listed_alone(c) ? VERDICT_LISTED : VERDICT_AGGREGATE;
	const struct tally *t = subject_tally(of, c->addr->family);

	if (c->everywhere)
		return any;
	if (t != NULL)
		return c->local ? local_verdict(of, c, t) : any;
	if (!configuration(of->view)->advertise_without_endpoints)
		return VERDICT_NO_ENDPOINT;
	return c->local ? VERDICT_LOCAL_ENDPOINT : any;
}

static enum verdict
candidate_verdict(struct subject *of, const struct candidate *c)
{
	if (of->node != VERDICTS)
		return of->node;
	if (!c->local && c->listed > 0 && !listed_alone(c) && !c->link_only)
		return VERDICT_COVERED;
	if (of->excluded)
		return VERDICT_NODE_EXCLUDED;
	const struct selector *nodes = candidate_nodes(c);

	if (nodes != NULL && !selector_matches(nodes, &of->view->node->labels))
		return VERDICT_NODE_NOT_SELECTED;
	enum verdict verdict = endpoint_verdict(of, c);

	return c->link_only && verdict_announces(verdict) ? VERDICT_LINK_ONLY
							  : verdict;
}

struct race { /* who else announces a prefix, or would */
	struct rendezvous rendezvous;
	struct elsewhere_of may;
	const struct tally *daemons;
	size_t rivals;
};

static void
rival_add(void *arg, const char *node)
{
	struct race *r = arg;

	r->rivals++;
	if (may_announce(&r->may, node))
		rendezvous_rival(&r->rendezvous, node);
}

/* Its endpoint is of use if its daemon is there to say so. */
static void
rival_add_running(void *arg, const char *node)
{
	struct race *r = arg;

	if (tally_has_ready(r->daemons, node))
		rival_add(r, node);
}

static const struct tally *
daemons_of(const struct view *view)
{
	const char *ns = view->instance->ns;
	const struct tally *t =
	    endpoints_of(view->endpoints, ns, DAEMONS_SERVICE, FAMILY_V4);

	return t != NULL
	    ? t
	    : endpoints_of(view->endpoints, ns, DAEMONS_SERVICE, FAMILY_V6);
}

bool
announce_knows_daemons(const struct view *view)
{
	return daemons_of(view) != NULL;
}

/*
 * maxAnnouncers, and if the Service asks for less, that. A node that has nobody to
 * count on announces, whatever its score: its rivals are those whose daemon has been
 * ready for a while, and who may announce; with policy Local, who have had a ready
 * endpoint for a while. This node is no rival of others until they see the same of it,
 * and goes on for others to take over while it drains.
 */
static enum verdict
chosen_verdict(struct subject *of, const struct candidate *c,
    const struct want *want, struct wants *wants)
{
	const struct view *view = of->view;
	const struct service_group *g = c->match.group;
	uint32_t own = want->attributes.max_announcers;
	uint32_t most = g != NULL ? g->announce.max_announcers : 0;
	struct race r = { .may = { view->others, c->addr->family,
			      c->match.group, false, UINT16_MAX },
		.daemons = most > 0 || own > 0 ? daemons_of(view) : NULL };
	const struct tally *t =
	    c->local ? subject_tally(of, c->addr->family) : NULL;

	if (r.daemons == NULL)
		return want->verdict;
	if (prefix_is_host(&want->prefix))
		r.may.peers = peers_told(of, c);
	r.rendezvous = rendezvous_begin(&want->prefix, view->node->meta.name);
	if (t != NULL)
		tally_each_ready(t, rival_add_running, &r);
	else
		tally_each_ready(r.daemons, rival_add, &r);
	wants->rivals += r.rivals;
	if (most > 0 && !rendezvous_won(&r.rendezvous, most))
		return VERDICT_NOT_CHOSEN;
	return own == 0 || rendezvous_won(&r.rendezvous, own)
	    ? want->verdict
	    : VERDICT_GIVES_WAY;
}

/* A pool may be so wide that routers would not take its aggregate. */
static struct prefix
candidate_aggregate(const struct candidate *c)
{
	struct prefix host = prefix_host(c->addr);

	if (c->match.pool == NULL)
		return host;
	struct prefix p = prefix_of(c->addr, c->match.pool->aggregation);

	return routable_fault(&p) == NULL ? p : host;
}

static void
host_add(const struct candidate *c, enum verdict verdict, struct wants *wants)
{
	struct host_want host = { *c->addr, c->hosts, c->local, c->link,
		verdict_announces(verdict) || verdict == VERDICT_COVERED,
		c->everywhere };

	if (c->link || (c->hosts != NULL && c->hosts->interface != NULL))
		wants_add_host(wants, &host);
}

/* Returns the verdict that it came to. */
static enum verdict
prefix_add(struct subject *of, const struct candidate *c,
    const struct prefix *prefix, enum verdict verdict, struct wants *wants)
{
	const struct dress dress = { of->view, of->service, c->match.group,
		c->addr, of->tally[c->addr->family], c->local };
	struct want *want = wants_add(wants, prefix, verdict);

	want->holds = listed_alone(c);
	want->attributes.kinds = c->kind;
	want_finish(want, of->view->draining || of->view->excluding);
	announce_dress(&dress, want);
	if (verdict_announces(verdict))
		want->verdict = chosen_verdict(of, c, want, wants);
	return want->verdict;
}

/* Where any node will do the group says of which lengths the prefixes are. */
static void
candidate_add(
    struct subject *of, const struct candidate *c, struct wants *wants)
{
	enum verdict verdict = candidate_verdict(of, c);
	enum group_lengths lengths = c->match.group != NULL
	    ? c->match.group->announce.lengths
	    : GROUP_AGGREGATE;
	struct prefix host = prefix_host(c->addr);
	struct prefix whole = candidate_aggregate(c);
	enum verdict first, second;

	if (verdict != VERDICT_AGGREGATE || lengths == GROUP_HOST)
		whole = host;
	if (verdict == VERDICT_AGGREGATE && lengths == GROUP_HOST)
		verdict = VERDICT_HOST;
	first = second = prefix_add(of, c, &whole, verdict, wants);
	if (verdict == VERDICT_AGGREGATE && lengths == GROUP_BOTH &&
	    !prefix_is_host(&whole))
		second = prefix_add(of, c, &host, VERDICT_HOST, wants);
	host_add(c, verdict_announces(first) ? first : second, wants);
}

/* One address of a Service that has no say about it gets a reason. */
static void
address_add(struct subject *of, const struct candidate *c, bool good,
    struct wants *wants)
{
	const struct service *s = of->service;
	struct prefix host = prefix_host(c->addr);

	if (s->headless || s->type == SERVICE_EXTERNAL_NAME)
		wants_add(wants, &host, VERDICT_NOT_SERVED);
	else if (routable_fault(&host) != NULL)
		wants_add(wants, &host, VERDICT_NEVER);
	else if (good || listed_alone(c))
		candidate_add(of, c, wants);
	else
		wants_add(wants, &host, VERDICT_OUTSIDE_POOLS);
}

static bool
service_is_ours(const struct view *view, const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    instance_serves(view->instance, s->class);
}

static struct candidate
candidate(
    const struct subject *of, const struct addr *addr, uint8_t kind, bool local)
{
	return (struct candidate){ .addr = addr,
		.kind = kind,
		.local = local && !of->everywhere,
		.everywhere = of->everywhere,
		.listed = listed_length(of->view, addr) };
}

static void
candidate_host(
    struct candidate *c, const struct view *view, const struct service_group *g)
{
	c->hosts = g;
	c->link = g != NULL && g->l2.present;
	c->link_only = c->link && !(speaks(view) && service_group_on_bgp(g));
}

/* Without BGP there is nothing to be said of what is not for links. */
static bool
concerns(const struct candidate *c, const struct view *view)
{
	return c->link || speaks(view);
}

static void
announce_ingress(struct subject *of, struct wants *wants)
{
	const struct view *view = of->view;
	const struct service *s = of->service;

	for (size_t i = 0; i < s->n_ingress; i++) {
		const struct addr *addr = &s->ingress[i].addr;
		struct candidate c = candidate(
		    of, addr, ANNOUNCED_LOAD_BALANCER, s->external_local);

		c.match = group_of(view, s, addr);
		candidate_host(&c, view, c.match.group);
		if (concerns(&c, view))
			address_add(of, &c,
			    c.match.group != NULL || is_retained(s, addr) ||
				cidrs_contain(
				    listed(view, LISTED_BALANCER), addr),
			    wants);
	}
}

/* On links as the group says that has its address; to BGP peers as listed. */
static void
announce_external(struct subject *of, struct wants *wants)
{
	const struct view *view = of->view;
	const struct service *s = of->service;

	for (size_t i = 0; i < s->n_external_ips; i++) {
		const struct addr *addr = &s->external_ips[i];
		struct candidate c =
		    candidate(of, addr, ANNOUNCED_EXTERNAL, s->external_local);
		struct group_match match = group_of(view, s, addr);

		if (match.group != NULL && match.group->l2.present)
			candidate_host(&c, view, match.group);
		if (c.link_only)
			c.match = match;
		if (concerns(&c, view))
			address_add(of, &c,
			    cidrs_contain(listed(view, LISTED_EXTERNAL), addr),
			    wants);
	}
}

/* Most Services have nothing to say here: their cluster IP is in the CIDR. */
static void
announce_cluster(struct subject *of, struct wants *wants)
{
	const struct view *view = of->view;
	const struct service *s = of->service;

	for (size_t i = 0; i < s->n_cluster_ips; i++) {
		const struct addr *addr = &s->cluster_ips[i];
		struct candidate c =
		    candidate(of, addr, ANNOUNCED_SERVICE, s->internal_local);

		if (listed_alone(&c) ||
		    (s->internal_local &&
			(cidrs_contain(listed(view, LISTED_CLUSTER), addr) ||
			    cidrs_contain(listed(view, FOUND_CLUSTER), addr))))
			candidate_add(of, &c, wants);
	}
}

void
announce_service(
    const struct view *view, const struct service *s, struct wants *wants)
{
	struct subject of = { .view = view,
		.service = s,
		.node = node_verdict(view),
		.excluded = is_excluded(view) && !view->excluding };

	of.everywhere = subject_is_everywhere(&of);
	if (service_is_ours(view, s))
		announce_ingress(&of, wants);
	if (speaks(view) && !s->headless && s->type != SERVICE_EXTERNAL_NAME)
		announce_cluster(&of, wants);
	announce_external(&of, wants);
}

void
announce_vip(
    const struct view *view, const struct virtual_ip *vip, struct wants *wants)
{
	for (size_t i = 0; i < vip->n_addrs; i++) {
		struct prefix host = prefix_host(&vip->addrs[i].addr);
		struct want *want = wants_add(wants, &host, VERDICT_VIRTUAL_IP);

		want->holds = true;
		want_finish(want, view->draining);
		attributes_add(
		    &want->attributes, &vip->bgp->communities, view->config);
		if (vip->bgp->has_local_preference)
			attributes_set_local_pref(
			    &want->attributes, vip->bgp->local_preference);
	}
}
