/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/convert.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/calico.h"
#include "cli/convert/cilium.h"
#include "cli/convert/job.h"
#include "cli/convert/kube_vip.h"
#include "cli/convert/mend.h"
#include "cli/convert/metallb.h"
#include "cli/convert/purelb.h"
#include "cli/convert/path.h"
#include "cli/convert/service.h"
#include "cli/convert/sharing.h"
#include "common/alloc.h"
#include "common/dir/manifest.h"

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

#define NOT_NEEDED "left out: the system that it is for writes it itself"

static const struct kind kinds[] = {
	{ "projectcalico.org", "BGPConfiguration", calico_configuration, NULL },
	{ "cilium.io", "CiliumBGPClusterConfig", cilium_cluster, NULL },
	{ "cilium.io", "CiliumBGPPeeringPolicy", cilium_policy, NULL },
	{ "projectcalico.org", "BGPPeer", calico_peer, NULL },
	{ "metallb.io", "BFDProfile", metallb_bfd_profile, NULL },
	{ "metallb.io", "BGPPeer", metallb_peer, NULL },
	{ "metallb.io", "Community", metallb_community, NULL },
	{ "purelb.io", "ServiceGroup", purelb_group, NULL },
	{ "purelb.io", "LBNodeAgent", purelb_agent, NULL },
	{ "metallb.io", "IPAddressPool", metallb_pool, NULL },
	{ "metallb.io", "AddressPool", metallb_old_pool, NULL },
	{ "cilium.io", "CiliumLoadBalancerIPPool", cilium_pool, NULL },
	{ "projectcalico.org", "IPPool", calico_pool, NULL },
	{ "", "ConfigMap", kube_vip_config, NULL },
	{ "apps", "DaemonSet", kube_vip_daemon_set, NULL },
	{ "", "Pod", kube_vip_pod, NULL },
	{ "metallb.io", "BGPAdvertisement", metallb_advertisement, NULL },
	{ "metallb.io", "L2Advertisement", metallb_l2_advertisement, NULL },
	{ "", "Secret", NULL,
	    "left out: one that a peer names has to be made in the namespace "
	    "lbbgp-system" },
	{ "projectcalico.org", "BGPFilter", calico_filter, NULL },
	{ "cilium.io", "CiliumBGPPeerConfig", NULL,
	    "left out: no peer refers to it" },
	{ "cilium.io", "CiliumBGPNodeConfig", NULL, NOT_NEEDED },
	{ "cilium.io", "CiliumBGPNodeConfigOverride", NULL,
	    "left out: the annotation lbbgp.io/router-id of a Node, and "
	    "BGPConfigurations with a nodeSelector, do that" },
	{ "lbbgp.io", "BGPConfiguration", NULL, "left out: it is one of ours" },
	{ "lbbgp.io", "BGPPeer", NULL, "left out: it is one of ours" },
	{ "lbbgp.io", "ServiceGroup", NULL, "left out: it is one of ours" },
	{ "lbbgp.io", "VirtualIP", NULL, "left out: it is one of ours" },
};

/* They may name what is made of all the others. */
static const struct kind services = { "", "Service", service_check, NULL };

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

/* ---- what is made, in a useful order ---- */

/* What others refer to comes first. */
static const char *const our_kinds[] = { "BGPConfiguration", "Secret",
	"BGPFilter", "BGPPeer", "VirtualIP", "ServiceGroup" };

/* Whoever applies it has to know that before. */
static void
configuration_tell(struct job *j, const struct made *made)
{
	if (strcmp(path_text(made->obj, "kind"), "BGPConfiguration") == 0 &&
	    strcmp(job_name(made->obj), "default") == 0)
		job_remark(j, made->label, NULL,
		    "lbbgp's BGPConfiguration default is written; applied, "
		    "it replaces one that is there");
}

static void
made_sort(struct convert *c)
{
	struct job *j = c->job;

	for (size_t k = 0; k < sizeof(our_kinds) / sizeof(our_kinds[0]); k++)
		for (size_t i = 0; i < j->n_made; i++) {
			const struct made *made = &j->made[i];

			if (made->gone ||
			    strcmp(path_text(made->obj, "kind"),
				our_kinds[k]) != 0)
				continue;
			configuration_tell(j, made);
			json_array_append(c->objects, made->obj);
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
give(void *arg, const json_t *obj)
{
	const struct given *g = arg;
	struct job *j = g->job;

	if (path_text(obj, "kind") == NULL ||
	    path_text(obj, "apiVersion") == NULL)
		job_remark(j, g->where, path_text(obj, "metadata.name"),
		    "left out: it has no apiVersion or kind");
	else if (strcmp(path_text(obj, "kind"), "ConfigMap") != 0 ||
	    !metallb_config(j, obj))
		job_add(j, json_deep_copy(obj), NULL, NULL);
}

void
convert_give(struct convert *c, json_t *doc, const char *where)
{
	struct given g = { c->job, where };

	for (size_t i = 0; i < manifest_count(doc); i++)
		manifest_expand(doc, i, give, &g);
}

static void
kinds_read(struct job *j)
{
	static const size_t n = sizeof(kinds) / sizeof(kinds[0]);

	for (size_t i = 0; i < n; i++)
		job_merge(j, kinds[i].group, kinds[i].name);
	job_merge(j, services.group, services.name);
	for (size_t i = 0; i < n; i++)
		kind_read(j, &kinds[i]);
	calico_finish(j);
	cilium_finish(j);
	metallb_finish(j);
	purelb_finish(j);
}

static void
left_tell(struct job *j)
{
	for (size_t i = 0; i < j->n_foreign; i++) {
		struct foreign *f = j->foreign[i];

		if (!f->seen && path_text(f->left, "kind") != NULL)
			job_dismiss(
			    j, f, "left out: not of a kind that is converted");
		job_tell_left(j, f);
	}
}

void
convert_run(struct convert *c)
{
	struct job *j = c->job;

	kinds_read(j);
	mend_all(j);
	kind_read(j, &services);
	sharing_check(j);
	if (j->n_foreign == 0 && j->n_remarks == 0)
		job_remark(j, "input", NULL, "there is no object in it");
	left_tell(j);
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
