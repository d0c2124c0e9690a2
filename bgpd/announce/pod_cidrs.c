/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/pod_cidrs.h"

#include <string.h>

#include "bgpd/announce/facts.h"
#include "bgpd/announce/want.h"
#include "bgpd/announce/words.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/routable.h"
#include "common/api/block_affinity.h"
#include "common/api/node.h"
#include "common/err.h"

struct pod_cidrs { /* as they are found */
	struct wants *wants;
	const char *where; /* they stand, for a person */
	struct err first;  /* that is wrong */
	size_t wrong;
};

static void
pod_cidr_refuse(struct pod_cidrs *found, const char *why)
{
	if (found->wrong++ == 0)
		err_set(&found->first, "%s: %s", found->where, why);
}

static bool
pod_cidrs_end(const struct pod_cidrs *found, struct err *err)
{
	if (found->wrong == 0)
		return true;
	if (found->wrong == 1)
		return err_set(err, "%s", found->first.text);
	return err_set(
	    err, "%.480s; and %zu more", found->first.text, found->wrong - 1);
}

static void
pod_cidr_add(struct pod_cidrs *found, const struct prefix *p)
{
	const char *fault = routable_fault(p);
	char text[PREFIX_TEXT];
	struct err why;

	if (fault == NULL) {
		wants_add(found->wants, p, VERDICT_POD_CIDR)->attributes.kinds =
		    ANNOUNCED_POD;
		return;
	}
	err_set(&why, "%s: %s", prefix_print(p, text), fault);
	pod_cidr_refuse(found, why.text);
}

static void
annotated_pod_cidrs(const char *text, struct pod_cidrs *found)
{
	char word[PREFIX_TEXT];

	found->where = "annotation " NODE_POD_CIDRS;
	while (words_next(&text, word)) {
		struct prefix p;
		struct err why;

		if (!prefix_parse(word, &p, &why)) {
			pod_cidr_refuse(found, why.text);
			continue;
		}
		p = prefix_canonical(&p);
		pod_cidr_add(found, &p);
	}
}

static void
calico_pod_cidrs(const struct view *view, struct pod_cidrs *found)
{
	found->where = "BlockAffinity: spec.cidr";
	for (size_t i = 0; i < view->n_blocks; i++) {
		const struct block_affinity *b = view->blocks[i];

		if (b->confirmed && strcmp(b->node, view->node->meta.name) == 0)
			pod_cidr_add(found, &b->cidr);
	}
}

static void
spec_pod_cidrs(const struct node *node, struct pod_cidrs *found)
{
	found->where = "spec.podCIDRs";
	for (size_t i = 0; i < node->n_pod_cidrs; i++)
		pod_cidr_add(found, &node->pod_cidrs[i]);
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

	if (node == NULL || !bgp_configuration_speaks(view->config) ||
	    !view->config->advertise_pod_cidrs)
		return true;
	struct pod_cidrs found = { .wants = wants };

	switch (pod_cidr_source(view)) {
	case POD_CIDR_CALICO_IPAM:
		calico_pod_cidrs(view, &found);
		break;
	case POD_CIDR_ANNOTATION:
		if (node->annotated_pod_cidrs != NULL)
			annotated_pod_cidrs(node->annotated_pod_cidrs, &found);
		break;
	default:
		spec_pod_cidrs(node, &found);
	}
	return pod_cidrs_end(&found, err);
}
