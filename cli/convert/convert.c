/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/convert.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "cli/convert/calico.h"
#include "cli/convert/cilium.h"
#include "cli/convert/job.h"
#include "cli/convert/kube_vip.h"
#include "cli/convert/metallb.h"
#include "cli/convert/purelb.h"
#include "cli/convert/rule.h"
#include "cli/convert/service.h"
#include "common/alloc.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/manifest.h"

struct convert {
	struct job *job; /* owned */
	json_t *objects; /* owned: those of ours that are good */
};

/* ---- the kinds of others, in the order in which they are read ---- */

struct kind {
	const char *group, *name;
	void (*read)(struct job *, struct foreign *);
	const char *why; /* without read: why it is left out */
};

#define NO_BFD "left out: there is no BFD yet"
#define NO_L2 "left out: there is no announcement on the local network yet"
#define NO_FILTER "left out: there are no filters yet"
#define NO_AGENT "left out: there is nothing to be set for the daemon of a node"
#define NOT_NEEDED "left out: the system that it is for writes it itself"

static const struct kind kinds[] = {
	{ "projectcalico.org", "BGPConfiguration", calico_configuration, NULL },
	{ "cilium.io", "CiliumBGPClusterConfig", cilium_cluster, NULL },
	{ "cilium.io", "CiliumBGPPeeringPolicy", cilium_policy, NULL },
	{ "projectcalico.org", "BGPPeer", calico_peer, NULL },
	{ "metallb.io", "BGPPeer", metallb_peer, NULL },
	{ "metallb.io", "Community", metallb_community, NULL },
	{ "purelb.io", "ServiceGroup", purelb_group, NULL },
	{ "metallb.io", "IPAddressPool", metallb_pool, NULL },
	{ "metallb.io", "AddressPool", metallb_old_pool, NULL },
	{ "cilium.io", "CiliumLoadBalancerIPPool", cilium_pool, NULL },
	{ "projectcalico.org", "IPPool", calico_pool, NULL },
	{ "", "ConfigMap", kube_vip_config, NULL },
	{ "", "Service", service_check, NULL },
	{ "metallb.io", "BGPAdvertisement", metallb_advertisement, NULL },
	{ "cilium.io", "CiliumBGPAdvertisement", cilium_advertisement, NULL },
	{ "projectcalico.org", "BGPFilter", NULL, NO_FILTER },
	{ "metallb.io", "BFDProfile", NULL, NO_BFD },
	{ "metallb.io", "L2Advertisement", NULL, NO_L2 },
	{ "purelb.io", "LBNodeAgent", NULL, NO_AGENT },
	{ "cilium.io", "CiliumL2AnnouncementPolicy", NULL, NO_L2 },
	{ "cilium.io", "CiliumBGPPeerConfig", NULL,
	    "left out: no peer refers to it" },
	{ "cilium.io", "CiliumBGPNodeConfig", NULL, NOT_NEEDED },
	{ "cilium.io", "CiliumBGPNodeConfigOverride", NULL,
	    "left out: the annotation lbbgp.io/router-id of a Node, and "
	    "BGPConfigurations with a nodeSelector, do that" },
	{ "lbbgp.io", "BGPConfiguration", NULL, "left out: it is one of ours" },
	{ "lbbgp.io", "BGPPeer", NULL, "left out: it is one of ours" },
	{ "lbbgp.io", "ServiceGroup", NULL, "left out: it is one of ours" },
};

static void
kind_read(struct job *j, const struct kind *k)
{
	struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, k->group, k->name, &i)) != NULL) {
		f->seen = true;
		if (k->read != NULL)
			k->read(j, f);
		else if (!f->told)
			job_dismiss(j, f, k->why);
	}
}

/* ---- what is made: in a useful order, and good ---- */

struct our_kind {
	const char *name;
	bool (*known)(const json_t *, struct err *);
	void (*tell)(struct job *, const struct made *); /* of a good one */
};

/* Whoever applies it has to know that before. */
static void
configuration_tell(struct job *j, const struct made *made)
{
	if (strcmp(job_name(made->obj), "default") == 0)
		job_remark(j, made->label, NULL,
		    "lbbgp's BGPConfiguration default is written; applied, "
		    "it replaces one that is there");
}

/* A pool that nobody could use is in force in no way; it is told here. */
static void
faults_tell(struct job *j, const struct made *made)
{
	struct err err;
	struct service_group *g = service_group_decode(made->obj, &err);

	for (size_t i = 0; g != NULL && i < g->n_pools; i++)
		if (g->pools[i].fault != NULL)
			job_remark(j, made->label, NULL, "pool %zu of %s: %s",
			    i + 1, g->meta.name, g->pools[i].fault);
	service_group_free(g);
}

/* What others refer to comes first. */
static const struct our_kind our_kinds[] = {
	{ "BGPConfiguration", bgp_configuration_known, configuration_tell },
	{ "Secret", NULL, NULL },
	{ "BGPPeer", bgp_peer_known, NULL },
	{ "ServiceGroup", service_group_known, faults_tell },
};

#define OUR_KINDS (sizeof(our_kinds) / sizeof(our_kinds[0]))

static bool
is_good(struct job *j, const struct our_kind *k, const struct made *made)
{
	struct err err;

	if (k->known != NULL && !k->known(made->obj, &err)) {
		job_remark(j, made->label, NULL, "the %s %s is left out: %s",
		    k->name, job_name(made->obj), err.text);
		return false;
	}
	if (k->tell != NULL)
		k->tell(j, made);
	return true;
}

static void
made_sort(struct convert *c)
{
	struct job *j = c->job;

	for (size_t k = 0; k < OUR_KINDS; k++)
		for (size_t i = 0; i < j->n_made; i++) {
			json_t *obj = j->made[i].obj;

			if (strcmp(rule_text(obj, "kind"), our_kinds[k].name) ==
				0 &&
			    is_good(j, &our_kinds[k], &j->made[i]))
				json_array_append(c->objects, obj);
		}
}

/* ---- the way in and out ---- */

struct convert *
convert_new(void)
{
	struct convert *c = xcalloc(1, sizeof(*c));

	c->job = job_new();
	c->objects = json_array();
	return c;
}

void
convert_free(struct convert *c)
{
	if (c == NULL)
		return;
	job_free(c->job);
	json_decref(c->objects);
	free(c);
}

struct given {
	struct job *job;
	const char *where;
};

static void
give(void *arg, const json_t *obj, size_t item)
{
	const struct given *g = arg;
	struct job *j = g->job;

	(void)item;
	if (rule_text(obj, "kind") == NULL ||
	    rule_text(obj, "apiVersion") == NULL)
		job_remark(j, g->where, rule_text(obj, "metadata.name"),
		    "left out: it has no apiVersion or kind");
	else if (strcmp(rule_text(obj, "kind"), "ConfigMap") != 0 ||
	    !metallb_config(j, obj))
		job_add(j, json_deep_copy(obj), NULL, NULL);
}

void
convert_give(struct convert *c, const json_t *doc, const char *where)
{
	struct given g = { c->job, where };

	manifest_expand(doc, give, &g);
}

void
convert_run(struct convert *c)
{
	struct job *j = c->job;

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		kind_read(j, &kinds[i]);
	metallb_tell_unselected(j);
	if (j->n_foreign == 0 && j->n_remarks == 0)
		job_remark(j, "input", NULL, "there is no object in it");
	for (size_t i = 0; i < j->n_foreign; i++) {
		struct foreign *f = j->foreign[i];

		if (!f->seen && rule_text(f->left, "kind") != NULL)
			job_dismiss(
			    j, f, "left out: not of a kind that is converted");
		job_tell_left(j, f);
	}
	made_sort(c);
}

const json_t *
convert_object(const struct convert *c, size_t i)
{
	return json_array_get(c->objects, i);
}

const char *
convert_remark(const struct convert *c, size_t i)
{
	return i < c->job->n_remarks ? c->job->remarks[i] : NULL;
}
