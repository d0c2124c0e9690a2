/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/metallb.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/peer.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

/* ---- BGPPeer ---- */

/* clang-format off */
static const struct rule peer_rules[] = {
	{ "spec.peerASN", .to = "spec.asNumber", .idle = "0" },
	{ "spec.sourceAddress", .to = "spec.sourceAddress", .idle = "\"\"" },
	{ "spec.holdTime", .to = "spec.holdTime", .turn = turn_seconds },
	{ "spec.keepaliveTime", .to = "spec.keepaliveTime",
	  .turn = turn_seconds },
	{ "spec.connectTime", .to = "spec.connectRetryTime",
	  .turn = turn_seconds },
	{ "spec.ebgpMultiHop", .to = "spec.ebgpMultihop", .turn = turn_hops,
	  .idle = "false" },
	{ "spec.routerID", .why = "the annotation lbbgp.io/router-id of a Node "
	  "does that" },
	{ "spec.bfdProfile", .why = "there is no BFD yet" },
	{ "spec.enableGracefulRestart",
	  .why = "there is no graceful restart yet" },
	{ "spec.interface", .why = "a peer needs an address" },
	{ 0 },
};

static const struct rule password_rules[] = {
	{ "spec.passwordSecret.name", .to = "spec.password",
	  .turn = turn_secret_name, .idle = "\"\"" },
	{ "spec.passwordSecret.namespace", .idle = "\"metallb-system\"" },
	{ 0 },
};
/* clang-format on */

/*
 * There every peer says which AS number the nodes have; here the configuration
 * does, and a peer only if it differs. MetalLB announces no pods.
 */
static void
peer_my_as(struct job *j, struct foreign *f, json_t *as, json_t *ours)
{
	json_t *configuration = job_find(j, "BGPConfiguration", "default");

	if (as == NULL)
		return;
	if (configuration == NULL) {
		configuration =
		    job_make(j, f->label, "BGPConfiguration", "default");
		rule_set(configuration, "spec.asNumber", json_incref(as));
		rule_set(configuration, "spec.advertisePodCIDRs", json_false());
	} else if (!json_equal(rule_get(configuration, "spec.asNumber"), as)) {
		rule_set(ours, "spec.localASNumber", json_incref(as));
	}
}

static void
peer_dynamic_as(struct foreign *f, json_t *ours)
{
	const char *mode = rule_text(f->left, "spec.dynamicASN");

	if (mode == NULL || rule_get(ours, "spec.asNumber") != NULL ||
	    (strcmp(mode, "internal") != 0 && strcmp(mode, "external") != 0))
		return; /* what is not understood is told in the end */
	json_object_set_new(job_spec(ours), mode, json_true());
	json_decref(rule_take(f->left, "spec.dynamicASN"));
}

/*
 * One session for both families, and what is about sessions with one is over.
 */
static void
peer_families(struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.dualStackAddressFamily";

	json_decref(rule_take(f->left, "spec.disableMP"));
	if (!json_is_true(rule_get(f->left, path)))
		return;
	rule_set(ours, "spec.families", json_pack("[s, s]", "IPv4", "IPv6"));
	json_decref(rule_take(f->left, path));
}

/* A password in the open becomes a Secret. */
static void
secret_make(struct job *j, const char *label, json_t *password, json_t *ours)
{
	char *name = xasprintf("%s-password", job_name(ours));
	json_t *made = job_make(j, label, "Secret", name);

	rule_set(ours, "spec.password.secretKeyRef",
	    json_pack("{s:s, s:s}", "name", job_name(made), "key", "password"));
	rule_set(made, "apiVersion", json_string("v1"));
	rule_set(made, "metadata.namespace", json_string("lbbgp-system"));
	rule_set(made, "stringData.password", json_incref(password));
	json_object_del(made, "spec");
	free(name);
}

static bool
peer_secret(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *password = rule_take(f->left, "spec.password");
	bool none = password == NULL || rule_says_nothing(password);
	bool good = none
	    ? peer_password(j, f, "spec.passwordSecret", password_rules, ours)
	    : json_is_string(password);

	if (good && !none)
		secret_make(j, f->label, password, ours);
	if (!good)
		job_remark(j, f->label, "spec.password", "it can't be told");
	json_decref(password);
	return good;
}

/* False: which nodes can't be said, and all of them would be too many. */
static bool
peer_nodes(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *list = rule_take(f->left, "spec.nodeSelectors");
	struct err err;
	json_t *selector = label_selector_any(list, &err);

	json_decref(list);
	if (selector == NULL) {
		job_remark(j, f->label, "spec.nodeSelectors", "%s", err.text);
		return false;
	}
	if (json_object_size(selector) > 0)
		rule_set(ours, "spec.nodeSelector", json_incref(selector));
	json_decref(selector);
	return true;
}

static bool
peer_address(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *address = rule_take(f->left, "spec.peerAddress");
	json_t *port = rule_take(f->left, "spec.peerPort");
	struct err err;
	json_t *peer = turn_peer(address, port, &err);

	if (peer != NULL)
		rule_set(ours, "spec.peerIP", peer);
	else
		job_remark(j, f->label, "spec.peerAddress", "%s",
		    address != NULL ? err.text : "a peer needs an address");
	json_decref(address);
	json_decref(port);
	return peer != NULL;
}

void
metallb_peer(struct job *j, struct foreign *f)
{
	json_t *as = rule_take(f->left, "spec.myASN");

	json_t *ours = job_make(j, f->label, "BGPPeer", f->name);

	bool good = peer_address(j, f, ours);

	rule_apply(j, f, peer_rules, ours);
	if (good && peer_nodes(j, f, ours) && peer_secret(j, f, ours)) {
		f->ours = json_incref(ours);
		peer_dynamic_as(f, ours);
		peer_families(f, ours);
		peer_my_as(j, f, as, ours);
	} else {
		job_unmake(j);
		job_dismiss(j, f, "left out");
	}
	json_decref(as);
}

/* ---- Community ---- */

void
metallb_community(struct job *j, struct foreign *f)
{
	json_t *list = rule_take_list(j, f, "spec.communities"), *item;
	struct err err;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = rule_text(item, "name");
		const json_t *text = rule_get(item, "value");
		json_t *value = turn_community(text, &err);

		if (name != NULL && value != NULL)
			json_object_set(j->communities, name, value);
		else
			job_remark(j, f->label, "spec.communities", "%s",
			    name == NULL ? "one has no name" : err.text);
		json_decref(value);
	}
	json_decref(list);
}
