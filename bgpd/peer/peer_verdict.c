/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/peer/peer_verdict.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/status/accepted.h"
#include "common/alloc.h"
#include "common/text.h"

void
peer_verdict_fini(struct peer_verdict *v)
{
	free(v->told);
	free(v->text);
	v->told = v->text = NULL;
}

enum verdict_step
peer_verdict_step(struct peer_verdict *v, const struct bgp_peer *object,
    const char *fault, bool here)
{
	const char *version = object->meta.resource_version;
	const struct conditions *says = &object->conditions;
	bool said = !conditions_lag(says, object->meta.generation) &&
	    (fault == NULL ? !conditions_refused(says)
			   : conditions_say(says, fault));

	if (object->in_part) /* told already */
		return VERDICT_STAYS;
	if (said || here)
		return VERDICT_RECANT;
	if (v->told != NULL && strcmp(v->told, version) == 0 &&
	    text_eq(v->text, fault))
		return VERDICT_STAYS;
	peer_verdict_fini(v);
	v->told = xstrdup(version);
	v->text = xstrdup(fault);
	return VERDICT_TELL;
}
