/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/peer.h"

#include <jansson.h>
#include <stdlib.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/placeholder.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
#include "common/alloc.h"
#include "common/err.h"

json_t *
peer_ip(struct job *j, const char *label, const json_t *address,
    const json_t *port, struct err *err)
{
	json_t *number = port != NULL ? turn_port(port, err) : NULL;

	if (port != NULL && number == NULL)
		job_remark(
		    j, label, "spec.peerPort", "%s: it is 179", err->text);
	json_t *peer = turn_peer(address, number, err);

	json_decref(number);
	return peer;
}

bool
peer_password(struct job *j, struct foreign *f, const char *path,
    const struct rule *rules, json_t *ours)
{
	const json_t *asked = path_get(f->left, path);
	bool wanted = asked != NULL && !path_says_nothing(asked);

	rule_apply(j, f, rules, ours);
	const char *secret = path_text(ours, "spec.password.secretKeyRef.name");

	if (secret != NULL)
		job_remark(j, f->label, path,
		    "the Secret %s has to be in the namespace lbbgp-system",
		    secret);
	return !wanted || secret != NULL;
}

void
peer_local_as(struct job *j, const char *label, const json_t *as, json_t *ours)
{
	json_t *configuration = job_find(j, "BGPConfiguration", "default");

	if (configuration == NULL)
		configuration =
		    job_make(j, label, "BGPConfiguration", "default");
	if (path_get(configuration, "spec.asNumber") == NULL) {
		path_set(
		    configuration, "spec.asNumber", json_incref((json_t *)as));
		path_set(configuration, "spec.advertisePodCIDRs", json_false());
	} else if (!json_equal(path_get(configuration, "spec.asNumber"), as)) {
		path_set(ours, "spec.localASNumber", json_incref((json_t *)as));
	}
}

void
peer_secret_make(struct job *j, const char *label, const char *path,
    const json_t *password, json_t *ours)
{
	const char *text = json_string_value(password);
	char *name = xasprintf("%s-password", job_name(ours));

	if (text == NULL || placeholder_is(text)) {
		job_remark(j, label, path,
		    "%s: no Secret is written; make the Secret %s, with the "
		    "key password, in the namespace lbbgp-system",
		    text != NULL ? "a placeholder, not a password"
				 : "not a text",
		    name);
		path_set(ours, "spec.password.secretKeyRef",
		    json_pack("{s:s, s:s}", "name", name, "key", "password"));
		free(name);
		return;
	}
	json_t *made = job_make(j, label, "Secret", name);

	path_set(ours, "spec.password.secretKeyRef",
	    json_pack("{s:s, s:s}", "name", job_name(made), "key", "password"));
	path_set(made, "apiVersion", json_string("v1"));
	path_set(made, "metadata.namespace", json_string("lbbgp-system"));
	path_set(made, "stringData.password", json_string(text));
	json_object_del(made, "spec");
	free(name);
}
