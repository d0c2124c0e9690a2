/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/metallb.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/convert/job.h"
#include "cli/convert/label_selector.h"
#include "cli/convert/peer.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

#define HOLD_MAX 65535

/* ---- BGPPeer ---- */

/* clang-format off */
static const struct rule peer_rules[] = {
	{ "spec.peerASN", .to = "spec.asNumber", .turn = turn_as_number,
	  .idle = "0" },
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
	{ "spec.enableGracefulRestart",
	  .why = "there is no graceful restart yet" },
	{ "spec.interface", .why = "a peer needs an address" },
	{ "spec.vrf", .why = "there are no VRFs: the session goes where the "
	  "main table says" },
	{ 0 },
};

static const struct rule bfd_rules[] = { /* into spec of a peer of ours */
	{ "spec.receiveInterval", .to = "bfd.receiveInterval" },
	{ "spec.transmitInterval", .to = "bfd.transmitInterval" },
	{ "spec.detectMultiplier", .to = "bfd.detectMultiplier" },
	{ "spec.minimumTtl", .to = "bfd.minimumTTL" },
	{ "spec.echoMode", .idle = "false", .why = "there is no echo mode" },
	{ "spec.echoInterval", .why = "there is no echo mode" },
	{ "spec.passiveMode", .idle = "false",
	  .why = "the node always sends packets" },
	{ 0 },
};

static const struct rule local_as_rules[] = { /* after myASN, which it beats */
	{ "spec.localASN", .to = "spec.localASNumber", .turn = turn_as_number,
	  .idle = "0" },
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
 * Three times keepaliveTime is holdTime when that is not given. 0 s is what
 * MetalLB's own converter writes for nothing.
 */
static void
peer_times(struct job *j, const struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.keepaliveTime";
	const json_t *hold = path_get(ours, "spec.holdTime");
	const json_t *keepalive = path_get(ours, path);
	json_int_t seconds = json_integer_value(keepalive);

	if (keepalive == NULL)
		return;
	if (seconds == 0) {
		json_object_del(job_spec(ours), "keepaliveTime");
		job_remark(j, f->label, path,
		    "0s: left out, so it is a third of holdTime");
	} else if (hold == NULL) {
		hold = json_integer(
		    seconds < HOLD_MAX / 3 ? 3 * seconds : HOLD_MAX);
		path_set(ours, "spec.holdTime", (json_t *)hold);
	}
}

/* Owned; NULL: there is none, which is told. */
static json_t *
my_as_take(struct job *j, struct foreign *f)
{
	json_t *v = path_take(f->left, "spec.myASN"), *as = NULL;
	struct err err;

	if (v == NULL)
		job_remark(j, f->label, "spec.myASN",
		    "not given: the BGPConfiguration says it");
	else if ((as = turn_as_number(v, &err)) == NULL)
		job_remark(j, f->label, "spec.myASN", "%s", err.text);
	json_decref(v);
	return as;
}

static void
peer_dynamic_as(struct foreign *f, json_t *ours)
{
	const char *mode = path_text(f->left, "spec.dynamicASN");

	if (mode == NULL || path_get(ours, "spec.asNumber") != NULL ||
	    (strcmp(mode, "internal") != 0 && strcmp(mode, "external") != 0))
		return; /* what is not understood is told in the end */
	json_object_set_new(job_spec(ours), mode, json_true());
	json_decref(path_take(f->left, "spec.dynamicASN"));
}

/*
 * One session for both families, and what is about sessions with one is over.
 */
static void
peer_families(struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.dualStackAddressFamily";

	json_t *apart = path_take(f->left, "spec.disableMP");
	const json_t *both = path_get(f->left, path);

	f->selected = both != NULL || json_is_true(apart); /* it says so */
	json_decref(apart);
	if (!json_is_true(both))
		return;
	path_set(ours, "spec.families", json_pack("[s, s]", "IPv4", "IPv6"));
	json_decref(path_take(f->left, path));
}

/* What it says waits in it for the peers that name it. */
void
metallb_bfd_profile(struct job *j, struct foreign *f)
{
	f->ours = json_pack("{s:{}}", "bfd");
	rule_apply(j, f, bfd_rules, f->ours);
}

static void
peer_bfd(struct job *j, struct foreign *f, json_t *ours)
{
	static const char path[] = "spec.bfdProfile";
	json_t *name = path_take(f->left, path);
	struct foreign *profile =
	    job_named(j, "metallb.io", "BFDProfile", json_string_value(name));

	if (profile != NULL) {
		profile->selected = true;
		path_set(ours, "spec.bfd",
		    json_deep_copy(path_get(profile->ours, "bfd")));
	} else if (name != NULL && !path_says_nothing(name)) {
		job_refuse(j, f->label, path, name,
		    "no BFDProfile of the input has that name: without BFD");
	}
	json_decref(name);
}

static bool
peer_secret(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *password = path_take(f->left, "spec.password");
	bool none = password == NULL || path_says_nothing(password);
	bool good = !none ||
	    peer_password(j, f, "spec.passwordSecret", password_rules, ours);

	if (!none)
		peer_secret_make(j, f->label, "spec.password", password, ours);
	if (!good)
		job_remark(
		    j, f->label, "spec.passwordSecret", "it can't be told");
	json_decref(password);
	return good;
}

/* False: which nodes can't be said, and all of them would be too many. */
static bool
peer_nodes(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *list = path_take(f->left, "spec.nodeSelectors");
	struct err err;
	json_t *selector = label_selector_any(list, &err);

	json_decref(list);
	if (selector == NULL) {
		job_remark(j, f->label, "spec.nodeSelectors", "%s", err.text);
		return false;
	}
	if (json_object_size(selector) > 0)
		path_set(ours, "spec.nodeSelector", json_incref(selector));
	json_decref(selector);
	return true;
}

static bool
peer_address(struct job *j, struct foreign *f, json_t *ours)
{
	json_t *address = path_take(f->left, "spec.peerAddress");
	json_t *port = path_take(f->left, "spec.peerPort");
	struct err err;
	json_t *peer = peer_ip(j, f->label, address, port, &err);

	if (peer != NULL)
		path_set(ours, "spec.peerIP", peer);
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
	json_t *as = my_as_take(j, f);
	json_t *ours = job_make(j, f->label, "BGPPeer", f->name);

	bool good = peer_address(j, f, ours);

	rule_apply(j, f, peer_rules, ours);
	peer_bfd(j, f, ours);
	peer_times(j, f, ours);
	if (good && peer_nodes(j, f, ours) && peer_secret(j, f, ours)) {
		f->ours = json_incref(ours);
		peer_dynamic_as(f, ours);
		peer_families(f, ours);
		if (as != NULL)
			peer_local_as(j, f->label, as, ours);
		rule_apply(j, f, local_as_rules, ours);
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
	json_t *list = job_take_list(j, f, "spec.communities"), *item;
	struct err err;
	size_t i;

	json_array_foreach (list, i, item) {
		const char *name = path_text(item, "name");
		const json_t *text = path_get(item, "value");
		json_t *value = turn_community(text, &err);

		if (name != NULL && value != NULL)
			json_object_set_new(j->communities, name,
			    json_pack("{s:O, s:s}", "value", value, "label",
				f->label));
		else if (name == NULL)
			job_refuse(j, f->label, "spec.communities", item,
			    "it has no name");
		else
			job_remark(j, f->label, "spec.communities", "%s: %s",
			    name, err.text);
		json_decref(value);
		json_object_del(item, "name");
		json_object_del(item, "value");
		job_tell(j, f->label, "spec.communities", item);
	}
	json_decref(list);
}
