/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/announced/report.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "common/alloc.h"
#include "common/api/read.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"

#define MESH "mesh:" /* before the name of a session with another node */

static const char *const states[] = { "Idle", "Connect", "Active", "OpenSent",
	"OpenConfirm", "Established", NULL };
static const char *const bfd_states[] = { "AdminDown", "Down", "Init", "Up",
	NULL };

/* Why Ready is False. */
static const char *const unready[] = { "NodeUnknown", "NotConfigured",
	"DataPlaneDown", "NetworkUnavailable", "StateStale", "Drained",
	"NoSession", "NoPeer", NODE_STATUS_RESTARTING, NULL };

static const char *
known_of(const json_t *object, const char *key, const char *const known[])
{
	const char *text = json_text(object, key);

	for (size_t i = 0; known[i] != NULL; i++)
		if (strcmp(known[i], text) == 0)
			return known[i];
	return "";
}

static void
families_decode(struct report_session *s, const json_t *list)
{
	size_t i;
	json_t *one;

	json_array_foreach (list, i, one) {
		const char *text = json_string_value(one);

		if (text == NULL)
			continue;
		s->families[FAMILY_V4] |= strcmp(text, "ipv4-unicast") == 0;
		s->families[FAMILY_V6] |= strcmp(text, "ipv6-unicast") == 0;
	}
}

static void
name_read(struct report_session *s, const char *name)
{
	size_t n = strcspn(name, "/");

	s->peer = xstrdup(name);
	s->rest = s->peer + n + (name[n] == '/');
	s->peer[n] = '\0';
}

/* What TCP said since the last error, or else that; owned, or NULL. */
static char *
error_decode(const json_t *session)
{
	const json_t *error = json_object_get(session, "tcpError");

	if (error == NULL)
		error = json_object_get(session, "lastError");
	const char *text = json_text(error, "text");

	return text[0] != '\0' ? xstrdup(text) : NULL;
}

static void
session_decode(struct report *r, const json_t *object)
{
	const char *name = json_text(object, "name");
	const json_t *bfd = json_object_get(object, "bfd");
	struct report_session *s = &r->sessions[r->n];
	const char *state = known_of(object, "state", states);
	bool up = strcmp(state, "Established") == 0;

	if (strncmp(name, MESH, strlen(MESH)) == 0) {
		r->mesh++;
		r->mesh_up += up;
		return;
	}
	if (name[0] == '\0')
		return;
	name_read(s, name);
	s->state = state;
	s->up = up;
	s->error = up ? NULL : error_decode(object);
	s->bfd =
	    json_is_object(bfd) ? known_of(bfd, "state", bfd_states) : NULL;
	if (!date_parse(json_text(object, "since"), &s->since))
		s->since = 0;
	families_decode(s, json_object_get(object, "capabilities"));
	r->n++;
}

static void
held_decode(struct report *r, const json_t *status)
{
	const json_t *list = json_object_get(status, "heldAddresses");
	json_int_t all = json_integer_value(
	    json_object_get(json_object_get(status, "l2"), "held"));
	size_t i;
	json_t *one;

	r->held = xcalloc(json_array_size(list) + 1, sizeof(*r->held));
	json_array_foreach (list, i, one)
		if (addr_parse(json_text(one, "address"), &r->held[r->n_held]))
			r->n_held++;
	r->held_cut = all > (json_int_t)json_array_size(list);
}

static void
condition_look(struct report *r, const json_t *object)
{
	const char *type = json_text(object, "type");
	const char *status = json_text(object, "status");

	bool ready = strcmp(type, "Ready") == 0;

	if (ready && strcmp(status, "False") == 0)
		r->unready = known_of(object, "reason", unready);
	r->unknown |= ready && strcmp(status, "Unknown") == 0;
	r->restarting |= ready &&
	    strcmp(json_text(object, "reason"), NODE_STATUS_RESTARTING) == 0;
	if (strcmp(status, "True") != 0)
		return;
	r->data_plane_down |= strcmp(type, "DataPlaneDown") == 0;
	r->state_stale |= strcmp(type, "StateStale") == 0;
	r->unheard |= strcmp(type, "SentToNobody") == 0;
}

void *
report_decode(const json_t *object, struct err *err)
{
	const json_t *status = json_object_get(object, "status");
	const json_t *peers = json_object_get(status, "peers");
	struct report *r = xcalloc(1, sizeof(*r));
	struct json_at at = json_at_root(status);
	const char *drain =
	    json_text(json_object_get(status, "drain"), "state");
	struct err why;
	size_t i;
	json_t *one;

	(void)err;
	if (!read_time(&at, "heartbeat", &r->heartbeat, &why))
		r->heartbeat = 0;
	r->sessions = xcalloc(json_array_size(peers) + 1, sizeof(*r->sessions));
	json_array_foreach (peers, i, one)
		session_decode(r, one);
	r->cut = json_integer_value(json_object_get(status,
		     "peersConfigured")) > (json_int_t)json_array_size(peers);
	json_array_foreach (json_object_get(status, "conditions"), i, one)
		condition_look(r, one);
	held_decode(r, status);
	r->draining = strcmp(drain, "Draining") == 0;
	r->drained = strcmp(drain, "Drained") == 0;
	return r;
}

void
report_free(void *report)
{
	struct report *r = report;

	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++) {
		free(r->sessions[i].peer);
		free(r->sessions[i].error);
	}
	free(r->sessions);
	free(r->held);
	free(r);
}

bool
report_is_stale(const struct report *r, int64_t now)
{
	return r == NULL || bgp_node_status_is_old(r->heartbeat, now);
}

/* But for what the error is: that is another each time it is tried. */
static bool
session_same(const struct report_session *a, const struct report_session *b)
{
	return strcmp(a->peer, b->peer) == 0 && a->state == b->state &&
	    (a->error == NULL) == (b->error == NULL) &&
	    a->families[FAMILY_V4] == b->families[FAMILY_V4] &&
	    a->families[FAMILY_V6] == b->families[FAMILY_V6];
}

bool
report_ends(const struct report *was, const struct report *is)
{
	return is != NULL && is->restarting &&
	    (was == NULL || !was->restarting ||
		was->heartbeat != is->heartbeat);
}

bool
report_same(const struct report *a, const struct report *b)
{
	if (a == NULL || b == NULL)
		return a == b;
	if (a->n != b->n || a->data_plane_down != b->data_plane_down ||
	    a->state_stale != b->state_stale || a->draining != b->draining ||
	    a->restarting != b->restarting || a->cut != b->cut)
		return false;
	if (a->n_held != b->n_held || a->held_cut != b->held_cut ||
	    memcmp(a->held, b->held, a->n_held * sizeof(*a->held)) != 0)
		return false;
	for (size_t i = 0; i < a->n; i++)
		if (!session_same(&a->sessions[i], &b->sessions[i]))
			return false;
	return true;
}
