/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/ready.h"

#include <jansson.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "bgpd/control/views.h"
#include "bgpd/session/session.h"
#include "common/err.h"

#define MESH "mesh:" /* of a peer that is another node */

/* Conditions under which no Service is announced, in the order of their weight. */
static const char *const stops[] = { "NodeUnknown", "NotConfigured",
	"DataPlaneDown", "NetworkUnavailable", "StateStale" };

static const struct view_condition *
condition_of(const struct daemon_view *view, const char *type)
{
	for (size_t i = 0; i < view->n_conditions; i++)
		if (strcmp(view->conditions[i].type, type) == 0)
			return &view->conditions[i];
	return NULL;
}

static bool
is_stopped(
    const struct daemon_view *view, const char **reason, struct err *message)
{
	if (view->restarting) {
		*reason = NODE_STATUS_RESTARTING;
		err_set(message, "the daemon was stopped, for a restart");
		return true;
	}
	for (size_t i = 0; i < sizeof(stops) / sizeof(stops[0]); i++) {
		const struct view_condition *c = condition_of(view, stops[i]);

		if (c == NULL)
			continue;
		*reason = stops[i];
		err_set(message, "%s", c->message);
		return true;
	}
	if (view->drain.state == DRAIN_ACTIVE)
		return false;
	*reason = "Drained";
	err_set(message, "%s",
	    view->drain.reason != NULL ? view->drain.reason : "drained");
	return true;
}

struct session_count {
	size_t n, up; /* that are to be up */
	size_t mesh;
	const struct view_peer *down; /* the first one; NULL: none */
};

static struct session_count
sessions_count(const struct daemon_view *view)
{
	struct session_count s = { 0 };

	for (size_t i = 0; i < view->n_peers; i++) {
		const struct view_peer *p = &view->peers[i];

		/* A node may be gone for good: that is not this one's fault. */
		if (strncmp(p->name, MESH, strlen(MESH)) == 0) {
			s.mesh++;
			continue;
		}
		if (p->shut)
			continue;
		s.n++;
		if (session_agreed(p->session) != NULL && !p->leaving)
			s.up++;
		else if (s.down == NULL)
			s.down = p;
	}
	return s;
}

static void
down_print(const struct session_count *s, struct err *message)
{
	const struct view_peer *p = s->down;

	if (p->blocked != NULL)
		err_set(message, "%zu of %zu sessions are up; BGPPeer %s: %s",
		    s->up, s->n, p->name, p->blocked);
	else
		err_set(message,
		    "%zu of %zu sessions are up; BGPPeer %s: the session is %s",
		    s->up, s->n, p->name,
		    fsm_state_name(session_state(p->session)));
}

bool
ready_judge(
    const struct daemon_view *view, const char **reason, struct err *message)
{
	struct session_count s = sessions_count(view);

	if (is_stopped(view, reason, message))
		return false;
	if (s.down != NULL) {
		*reason = "NoSession";
		down_print(&s, message);
		return false;
	}
	if (s.n + s.mesh + view->n_ranges == 0 && view->asn != 0) {
		*reason = "NoPeer";
		return err_set(message,
		    "no BGPPeer is for this node, or each is shut down");
	}
	*reason = "Ready";
	err_set(message, "%zu of %zu sessions are up", s.up, s.n);
	return true;
}

bool
ready_lacks_session(const struct daemon_view *view)
{
	return sessions_count(view).down != NULL;
}

json_t *
ready_condition(const struct daemon_view *view)
{
	uint64_t since = view->ready_since;
	const char *reason;
	struct err message;
	bool ready = ready_judge(view, &reason, &message);

	return json_pack("{s:s, s:s, s:s, s:s, s:o}", "type", "Ready", "status",
	    ready ? "True" : "False", "reason", reason, "message", message.text,
	    "lastTransitionTime",
	    view_time(view, since != 0 ? since : view->started));
}
