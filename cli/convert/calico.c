/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/calico.h"

#include <jansson.h>
#include <string.h>

#include "cli/convert/group.h"
#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/peer.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/err.h"

/* ---- BGPPeer ---- */

static json_t *
turn_selector(const json_t *v, struct err *err)
{
	if (json_is_string(v))
		return calico_selector_parse(json_string_value(v), err);
	err_set(err, "not a selector");
	return NULL;
}

static json_t *
turn_keep(const json_t *v, struct err *err)
{
	const char *mode = json_string_value(v);

	if (mode != NULL)
		return json_boolean(strcmp(mode, "Keep") == 0);
	err_set(err, "not a text");
	return NULL;
}

/* clang-format off */
static const struct rule peer_rules[] = {
	{ "spec.peerIP", .to = "spec.peerIP" },
	{ "spec.asNumber", .to = "spec.asNumber", .turn = turn_as_number },
	{ "spec.localASNumber", .to = "spec.localASNumber",
	  .turn = turn_as_number },
	{ "spec.nextHopMode", .to = "spec.keepOriginalNextHop",
	  .turn = turn_keep, .idle = "\"Auto\"" },
	{ "spec.keepOriginalNextHop", .to = "spec.keepOriginalNextHop",
	  .idle = "false" },
	{ "spec.ttlSecurity", .to = "spec.ttlSecurity" },
	{ "spec.keepaliveTime", .to = "spec.keepaliveTime",
	  .turn = turn_seconds },
	{ "spec.sourceAddress", .idle = "\"UseNodeIP\"",
	  .why = "sessions use the node's InternalIP" },
	{ "spec.filters", .to = "spec.filters" },
	{ "spec.maxRestartTime", .why = "there is no graceful restart yet" },
	{ "spec.reachableBy",
	  .why = "routes to a peer are the system's affair" },
	{ 0 },
};

static const struct rule password_rules[] = {
	{ "spec.password.secretKeyRef.name",
	  .to = "spec.password.secretKeyRef.name" },
	{ "spec.password.secretKeyRef.key",
	  .to = "spec.password.secretKeyRef.key" },
	{ "spec.password.secretKeyRef.optional", .idle = "false",
	  .why = "without its Secret a session stays down" },
	{ 0 },
};

static const struct rule selector_rules[] = {
	{ "spec.nodeSelector", .to = "spec.nodeSelector", .turn = turn_selector,
	  .idle = "\"\"" },
	{ 0 },
};
/* clang-format on */

/* False: its nodes can't be said, and all of them would be too many. */
static bool
peer_nodes(struct job *j, struct foreign *f, json_t *ours)
{
	const json_t *selector = path_get(f->left, "spec.nodeSelector");
	bool wanted = selector != NULL && !path_says_nothing(selector);
	const char *node = path_text(f->left, "spec.node");

	if (node != NULL && node[0] != '\0') {
		path_set(ours, "spec.nodeSelector", label_selector_host(node));
		json_decref(path_take(f->left, "spec.node"));
		return true;
	}
	rule_apply(j, f, selector_rules, ours);
	selector = path_get(ours, "spec.nodeSelector");
	if (selector != NULL && json_object_size(selector) == 0)
		json_object_del(job_spec(ours), "nodeSelector"); /* all() */
	return !wanted || selector != NULL;
}

void
calico_peer(struct job *j, struct foreign *f)
{
	if (path_get(f->left, "spec.peerIP") == NULL) {
		job_dismiss(j, f,
		    "left out: it has no peerIP, and nodes can't be chosen as "
		    "peers yet");
		return;
	}
	json_t *ours = job_make(j, f->label, "BGPPeer", f->name);

	rule_apply(j, f, peer_rules, ours);
	if (peer_nodes(j, f, ours) &&
	    peer_password(j, f, "spec.password", password_rules, ours))
		return;
	job_unmake(j);
	job_dismiss(j, f, "left out: its nodes or its password can't be told");
}

/* ---- IPPool ---- */

/* clang-format off */
static const struct rule pool_rules[] = {
	{ "spec.nodeSelector", .idle = "\"all()\"" },
	{ "spec.allowedUses", .idle = "[\"LoadBalancer\"]",
	  .why = "only addresses of Services are given" },
	{ "spec.ipipMode", .idle = "\"Never\"" },
	{ "spec.vxlanMode", .idle = "\"Never\"" },
	{ "spec.assignmentMode", .idle = "\"Automatic\"" },
	{ 0 },
};
/* clang-format on */

/*
 * There addresses of Services are announced only within the prefixes of
 * serviceLoadBalancerIPs.
 */
void
calico_finish(struct job *j)
{
	const json_t *configuration =
	    job_find(j, "BGPConfiguration", "default");
	struct foreign *f;
	size_t i = 0;

	while ((f = job_next(j, "projectcalico.org", "IPPool", &i)) != NULL) {
		if (!group_has_pools(f->ours) ||
		    (!f->selected && group_is_covered(f->ours, configuration)))
			continue;
		group_silence(j, f,
		    f->selected ? "disableBGPExport"
				: "no serviceLoadBalancerIPs of the input "
				  "cover it");
	}
}

void
calico_pool(struct job *j, struct foreign *f)
{
	struct err err;

	if (!path_lists(f->left, "spec.allowedUses", "LoadBalancer")) {
		job_dismiss(j, f, "left out: it is for pods");
		return;
	}
	json_t *group = job_make(j, f->label, "ServiceGroup", f->name);
	json_t *cidr = path_take(f->left, "spec.cidr");
	json_t *off = path_take(f->left, "spec.disabled");
	json_t *unexported = path_take(f->left, "spec.disableBGPExport");
	const char *mode = path_text(f->left, "spec.assignmentMode");

	f->ours = json_incref(group);
	f->selected = json_is_true(unexported);
	json_decref(unexported);

	if (!group_add_range(group, cidr, &err))
		job_remark(j, f->label, "spec.cidr", "%s", err.text);
	if (mode != NULL && strcmp(mode, "Manual") == 0) {
		json_decref(path_take(f->left, "spec.assignmentMode"));
		group_only_by_name(group);
	}
	if (json_is_true(off))
		group_disable(j, f);
	json_decref(path_take(f->left, "spec.blockSize")); /* how, not what */
	rule_apply(j, f, pool_rules, group);
	json_decref(cidr);
	json_decref(off);
}
