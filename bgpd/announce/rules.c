/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/rules.h"

#include <stdio.h>
#include <string.h>

#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/view.h"
#include "bgpd/announce/want.h"
#include "bgpd/config/bgp_configuration.h"
#include "common/api/block_affinity.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"

/*
 * Reads one comma-separated word; false at the end. Too long a word comes back as "?",
 * which is no address.
 */
static bool
word_next(const char **text, char word[PREFIX_TEXT])
{
	const char *p = *text + strspn(*text, ", \t");
	size_t n = strcspn(p, ", \t");

	if (n == 0)
		return false;
	*text = p + n;
	snprintf(word, PREFIX_TEXT, "%.*s", n < PREFIX_TEXT ? (int)n : 1,
	    n < PREFIX_TEXT ? p : "?");
	return true;
}

static bool
annotated_pod_cidrs(const char *text, struct wants *wants, struct err *err)
{
	char word[PREFIX_TEXT];
	bool good = true;

	while (word_next(&text, word)) {
		struct prefix p;

		if (!prefix_parse(word, &p, err)) {
			good =
			    err_prefix(err, "annotation " NODE_POD_CIDRS ": ");
			continue;
		}
		p = prefix_canonical(&p);
		wants_add(wants, &p, VERDICT_POD_CIDR);
	}
	return good;
}

static void
calico_pod_cidrs(const struct view *view, struct wants *wants)
{
	for (size_t i = 0; i < view->n_blocks; i++) {
		const struct block_affinity *b = view->blocks[i];

		if (b->confirmed && strcmp(b->node, view->node->meta.name) == 0)
			wants_add(wants, &b->cidr, VERDICT_POD_CIDR);
	}
}

/* Auto: with Calico's IPAM spec.podCIDRs would black-hole the pods. */
static enum pod_cidr_source
pod_cidr_source(const struct view *view)
{
	if (view->config->pod_cidr_source != POD_CIDR_AUTO)
		return view->config->pod_cidr_source;
	if (view->calico)
		return POD_CIDR_CALICO_IPAM;
	return view->node->annotated_pod_cidrs != NULL ? POD_CIDR_ANNOTATION
						       : POD_CIDR_NODE_SPEC;
}

bool
announce_node(const struct view *view, struct wants *wants, struct err *err)
{
	const struct node *node = view->node;

	if (node == NULL || view->config == NULL ||
	    !view->config->advertise_pod_cidrs)
		return true;
	switch (pod_cidr_source(view)) {
	case POD_CIDR_CALICO_IPAM:
		calico_pod_cidrs(view, wants);
		return true;
	case POD_CIDR_ANNOTATION:
		return node->annotated_pod_cidrs == NULL ||
		    annotated_pod_cidrs(node->annotated_pod_cidrs, wants, err);
	default:
		for (size_t i = 0; i < node->n_pod_cidrs; i++)
			wants_add(wants, &node->pod_cidrs[i], VERDICT_POD_CIDR);
		return true;
	}
}

/* VERDICTS: this node may announce Services; else why it may not. */
static enum verdict
node_verdict(const struct view *view)
{
	if (!selector_matches(
		&view->config->service_nodes, &view->node->labels))
		return VERDICT_NODE_NOT_SELECTED;
	if (view->node->network_unavailable)
		return VERDICT_NETWORK;
	return view->data_plane ? VERDICTS : VERDICT_DATA_PLANE;
}

static bool
node_is_excluded(const struct view *view)
{
	return !view->config->ignore_exclude_label &&
	    labels_get(&view->node->labels, NODE_EXCLUDE_LABEL) != NULL;
}

void
announce_config(const struct view *view, struct wants *wants)
{
	if (view->node == NULL || view->config == NULL)
		return;
	const struct cidrs *lists[] = { &view->config->cluster_ips,
		&view->config->external_ips, &view->config->load_balancer_ips };
	enum verdict verdict = node_verdict(view);

	if (verdict == VERDICTS)
		verdict = VERDICT_SERVICE_CIDR;
	for (unsigned l = 0; l < 3; l++)
		for (size_t i = 0; i < lists[l]->n; i++)
			wants_add(wants, &lists[l]->at[i], verdict);
}

static bool
cidrs_contain(const struct cidrs *list, const struct addr *addr)
{
	for (size_t i = 0; i < list->n; i++)
		if (prefix_contains(&list->at[i], addr))
			return true;
	return false;
}

/* A listed CIDR is announced as a whole, whatever kind its members are of. */
static bool
is_covered(const struct view *view, const struct addr *addr)
{
	return cidrs_contain(&view->config->cluster_ips, addr) ||
	    cidrs_contain(&view->config->external_ips, addr) ||
	    cidrs_contain(&view->config->load_balancer_ips, addr);
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

static bool
is_retained(const struct service *s, const struct addr *addr)
{
	const char *text = s->allocated_addresses;
	char word[PREFIX_TEXT];
	struct addr a;

	while (text != NULL && word_next(&text, word))
		if (addr_parse(word, &a) && addr_eq(&a, addr))
			return true;
	return false;
}

struct candidate { /* one address of a Service */
	const struct addr *addr;
	struct group_match match; /* group NULL: of no pool */
	bool local;               /* its traffic policy is Local */
};

static enum verdict
endpoint_verdict(
    const struct view *view, const struct service *s, const struct candidate *c)
{
	enum family family = c->addr->family;
	const char *ns = s->meta.ns, *name = s->meta.name;

	if (c->local && endpoints_here(view->endpoints, ns, name, family))
		return VERDICT_LOCAL_ENDPOINT;
	if (endpoints_anywhere(view->endpoints, ns, name, family))
		return c->local ? VERDICT_NO_LOCAL_ENDPOINT : VERDICT_AGGREGATE;
	if (!view->config->advertise_without_endpoints)
		return VERDICT_NO_ENDPOINT;
	return c->local ? VERDICT_LOCAL_ENDPOINT : VERDICT_AGGREGATE;
}

static enum verdict
candidate_verdict(
    const struct view *view, const struct service *s, const struct candidate *c)
{
	enum verdict verdict = node_verdict(view);

	if (verdict != VERDICTS)
		return verdict;
	if (!c->local && is_covered(view, c->addr))
		return VERDICT_COVERED;
	if (node_is_excluded(view))
		return VERDICT_NODE_EXCLUDED;
	if (c->match.group != NULL &&
	    !selector_matches(
		&c->match.group->announce.nodes, &view->node->labels))
		return VERDICT_NODE_NOT_SELECTED;
	return endpoint_verdict(view, s, c);
}

static void
candidate_add(const struct view *view, const struct service *s,
    const struct candidate *c, struct wants *wants)
{
	enum verdict verdict = candidate_verdict(view, s, c);
	struct prefix prefix = prefix_host(c->addr);

	if (verdict == VERDICT_AGGREGATE && c->match.pool != NULL)
		prefix = prefix_of(c->addr, c->match.pool->aggregation);
	struct want *want = wants_add(wants, &prefix, verdict);

	if (c->match.group == NULL || !verdict_announces(verdict))
		return;
	const struct group_announce *a = &c->match.group->announce;

	attributes_add(&want->attributes, &a->communities, view->config);
	if (a->has_local_preference)
		attributes_set_local_pref(
		    &want->attributes, a->local_preference);
}

static bool
service_is_ours(const struct service *s)
{
	return s->type == SERVICE_LOAD_BALANCER &&
	    (s->class == NULL || strcmp(s->class, SERVICE_CLASS) == 0);
}

static void
announce_ingress(
    const struct view *view, const struct service *s, struct wants *wants)
{
	for (size_t i = 0; i < s->n_ingress; i++) {
		const struct addr *addr = &s->ingress[i].addr;
		struct candidate c = { addr, group_of(view, s, addr),
			s->external_local };
		struct prefix host = prefix_host(addr);

		if (c.match.group != NULL || is_retained(s, addr) ||
		    cidrs_contain(&view->config->load_balancer_ips, addr))
			candidate_add(view, s, &c, wants);
		else
			wants_add(wants, &host, VERDICT_OUTSIDE_POOLS);
	}
}

static void
announce_external(
    const struct view *view, const struct service *s, struct wants *wants)
{
	for (size_t i = 0; i < s->n_external_ips; i++) {
		const struct addr *addr = &s->external_ips[i];
		struct candidate c = { addr, { NULL, NULL },
			s->external_local };
		struct prefix host = prefix_host(addr);

		if (cidrs_contain(&view->config->external_ips, addr))
			candidate_add(view, s, &c, wants);
		else
			wants_add(wants, &host, VERDICT_OUTSIDE_POOLS);
	}
}

/* Most Services have nothing to say here: their cluster IP is in the CIDR. */
static void
announce_cluster(
    const struct view *view, const struct service *s, struct wants *wants)
{
	for (size_t i = 0; i < s->n_cluster_ips; i++) {
		const struct addr *addr = &s->cluster_ips[i];
		struct candidate c = { addr, { NULL, NULL }, true };

		if (cidrs_contain(&view->config->cluster_ips, addr))
			candidate_add(view, s, &c, wants);
	}
}

void
announce_service(
    const struct view *view, const struct service *s, struct wants *wants)
{
	if (view->node == NULL || view->config == NULL)
		return;
	if (service_is_ours(s))
		announce_ingress(view, s, wants);
	if (s->internal_local && !s->headless)
		announce_cluster(view, s, wants);
	announce_external(view, s, wants);
}

void
announce_decorate(const struct view *view, const struct prefix *prefix,
    struct attributes *attributes)
{
	const struct prefix_advertisement *most = NULL;

	if (view->config == NULL)
		return;
	for (size_t i = 0; i < view->config->n_advertisements; i++) {
		const struct prefix_advertisement *a =
		    &view->config->advertisements[i];

		if (!prefix_covers(&a->cidr, prefix))
			continue;
		attributes_add(attributes, &a->communities, view->config);
		if (a->has_local_preference &&
		    (most == NULL || a->cidr.len > most->cidr.len))
			most = a;
	}
	if (most != NULL)
		attributes_set_local_pref(attributes, most->local_preference);
}
