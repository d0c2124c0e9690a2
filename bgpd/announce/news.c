/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/news.h"

#include <stddef.h>
#include <string.h>

#include "bgpd/announce/facts.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/text.h"

static bool
same_taints(const struct node *a, const struct node *b)
{
	if (a->n_taints != b->n_taints)
		return false;
	for (size_t i = 0; i < a->n_taints; i++)
		if (strcmp(a->taints[i].key, b->taints[i].key) != 0 ||
		    strcmp(a->taints[i].value, b->taints[i].value) != 0 ||
		    strcmp(a->taints[i].effect, b->taints[i].effect) != 0)
			return false;
	return true;
}

/* Who drains another node reads this; our own is told by its daemon. */
static bool
same_drain(const struct node *a, const struct node *b)
{
	return (a->drain == NULL) == (b->drain == NULL) &&
	    a->cordoned == b->cordoned &&
	    a->shutting_down == b->shutting_down && same_taints(a, b);
}

bool
news_none_of(const struct node *a, const struct node *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->n_pod_cidrs != b->n_pod_cidrs ||
	    a->network_unavailable != b->network_unavailable ||
	    !labels_eq(&a->labels, &b->labels) ||
	    !labels_eq(&a->annotations, &b->annotations) || !same_drain(a, b) ||
	    !text_eq(a->annotated_pod_cidrs, b->annotated_pod_cidrs))
		return false;
	for (size_t i = 0; i < a->n_pod_cidrs; i++)
		if (!prefix_eq(&a->pod_cidrs[i], &b->pod_cidrs[i]))
			return false;
	return true;
}

/* One that is not known is left in, as in others_may(). */
static bool
leaves_in(const struct service_group *g, const struct node *node)
{
	return node == NULL ||
	    selector_matches(&g->announce.nodes, &node->labels);
}

static bool
holds_otherwise(const struct service_group *g, const struct node *was,
    const struct node *now)
{
	if (!g->l2.present)
		return false;
	if (was == NULL || now == NULL)
		return true;
	return selector_matches(&g->l2.nodes, &was->labels) !=
	    selector_matches(&g->l2.nodes, &now->labels) ||
	    lan_terms_weight(&g->l2.terms, &was->labels) !=
	    lan_terms_weight(&g->l2.terms, &now->labels);
}

bool
news_for_links(
    const struct view *view, const struct node *was, const struct node *now)
{
	for (size_t i = 0; i < view->n_groups; i++)
		if (holds_otherwise(view->groups[i], was, now))
			return true;
	return false;
}

/* By its labels and annotations it has peers: so the group's may be others. */
static bool
has_other_peers(const struct service_group *g, const struct node *was,
    const struct node *now)
{
	return g->announce.n_peers > 0 &&
	    (was == NULL || now == NULL ||
		!labels_eq(&was->labels, &now->labels) ||
		!labels_eq(&was->annotations, &now->annotations));
}

bool
news_for_peers(
    const struct view *view, const struct node *was, const struct node *now)
{
	for (size_t i = 0; i < view->n_groups; i++)
		if (leaves_in(view->groups[i], was) !=
			leaves_in(view->groups[i], now) ||
		    has_other_peers(view->groups[i], was, now))
			return true;
	return false;
}
