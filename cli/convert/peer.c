/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/convert/peer.h"

#include <jansson.h>

#include "cli/convert/job.h"
#include "cli/convert/path.h"
#include "cli/convert/rule.h"
#include "cli/convert/turn.h"
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
