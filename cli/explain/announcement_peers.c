/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each neighbor of the node is looked at once for a route, in the order in which a
 * reason hides those behind it: it is for other peers, not of its family, shut down;
 * its filters can't be found, there is no session, a filter refuses it. The first that
 * holds is said. Routers that are told are remembered, to be asked (routers.c).
 */
#include "cli/explain/announcement_state.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/attributes.h"
#include "bgpd/announce/audiences.h"
#include "bgpd/announce/index.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/neighbors.h"
#include "bgpd/config/peering.h"
#include "cli/explain/filtered.h"
#include "cli/explain/kinds.h"
#include "cli/explain/routers.h"
#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

#define FRESH_S 10 /* a status may be some seconds behind */

static const json_t *
session_of(const json_t *status, const char *peer)
{
	const json_t *list = json_object_get(status, "peers");

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_text(json_array_get(list, i), "name"), peer) ==
		    0)
			return json_array_get(list, i);
	return NULL;
}

static bool
has_agreed(const json_t *session, enum family family)
{
	const json_t *list = json_object_get(session, "capabilities");
	const char *word =
	    family == FAMILY_V4 ? "ipv4-unicast" : "ipv6-unicast";

	for (size_t i = 0; i < json_array_size(list); i++)
		if (strcmp(json_string_value(json_array_get(list, i)), word) ==
		    0)
			return true;
	return false;
}

/* ---- to whom ---- */

struct peer_walk {
	const struct explainer *e;
	enum family family;
	const struct prefix *prefix;
	const struct attributes *told; /* NULL: it is not announced */
	const struct attributes *all;  /* … with what the prefix has */
	FILE *to;                      /* " to a (10.0.0.1), b (10.0.0.2)" */
	FILE *not_to;                  /* "; not to c: why; not to d: why" */
	size_t n, out;                 /* peers in either */
	struct neighbors *neighbors;   /* owned */
};

/* How it is reached, for people. */
static const char *
peer_place(const struct bgp_peer *peer, char *room)
{
	struct scoped_addr at = scoped_addr(&peer->address, peer->zone);

	if (peer->unnumbered)
		return peer->zone;
	return peer->gateway != FAMILY_NONE ? "its default gateway"
					    : scoped_addr_print(&at, room);
}

/* A router can be asked what it makes of the route; another node of ours need not. */
static void
router_add(const struct peer_walk *w, const struct bgp_peer *peer,
    const struct addr *node)
{
	const struct bgp_peer *of = peer->of != NULL ? peer->of : peer;
	char place[SCOPED_ADDR_TEXT];

	if (peer->by_mesh || of->peers.present)
		return;
	char *text =
	    xasprintf("%s (%s)", peer->meta.name, peer_place(peer, place));

	asked_add(w->e->asked, w->prefix,
	    router_of(json_text(
		session_of(w->e->status, peer->meta.name), "software")),
	    node, text);
	free(text);
}

/* how: what filters make of it, or "". */
static void
peer_print(struct peer_walk *w, const struct bgp_peer *peer, bool confirmed,
    const char *how)
{
	char text[SCOPED_ADDR_TEXT];

	fprintf(w->to, "%s%s (%s%s)%s%s", w->n++ > 0 ? ", " : " to ",
	    peer->meta.name, peer_place(peer, text),
	    peer->ao.n > 0                  ? ", with TCP-AO"
		: peer->secret_name != NULL ? ", with a password"
					    : "",
	    confirmed ? "" : ", which no BGPNodeStatus confirms", how);
}

static void
silent_print(struct peer_walk *w, const char *peer, const char *why)
{
	fprintf(
	    w->not_to, "%snot to %s: %s", w->out++ > 0 ? "; " : "", peer, why);
}

#define CODE_OPEN 2 /* RFC 4271 4.5 */

/* It can't come up as it is: TCP fails, or an OPEN was refused. */
static bool
is_failing(const json_t *session)
{
	const json_t *last = json_object_get(session, "lastError");

	return json_is_object(json_object_get(session, "tcpError")) ||
	    json_integer_value(json_object_get(last, "code")) == CODE_OPEN;
}

/*
 * It came into its state just now: the next status may have it up. One that fails has
 * another state every few seconds.
 */
static bool
is_fresh(const struct explainer *e, const json_t *session)
{
	struct json_at at = json_at_root(session);
	int64_t since = 0;
	struct err err;

	return session != NULL && !is_failing(session) &&
	    read_time(&at, "since", &since, &err) && since != 0 &&
	    e->now - since < FRESH_S;
}

static bool
is_confirmed(const struct explainer *e, const struct bgp_peer *peer)
{
	return strcmp(
		   json_text(session_of(e->status, peer->meta.name), "state"),
		   "Established") == 0;
}

static void
down_say(const json_t *session, struct err *why)
{
	const json_t *tcp = json_object_get(session, "tcpError");
	const char *error = json_text(
	    json_is_object(tcp) ? tcp : json_object_get(session, "lastError"),
	    "text");

	err_set(why, "the session is %.20s%s%.200s",
	    json_text(session, "state"), error[0] != '\0' ? ": " : "", error);
}

/* It has more peers than there is room for in a status. */
static bool
is_cut(const json_t *status)
{
	return json_integer_value(json_object_get(status, "peersConfigured")) >
	    (json_int_t)json_array_size(json_object_get(status, "peers"));
}

/* What the node's session with the peer lacks; false: nothing that is known. */
static bool
session_lacks(
    const struct peer_walk *w, const struct bgp_peer *peer, struct err *why)
{
	const json_t *session = session_of(w->e->status, peer->meta.name);

	if (w->e->status == NULL || (session == NULL && is_cut(w->e->status)) ||
	    (!is_confirmed(w->e, peer) && is_fresh(w->e, session)))
		return false;
	if (session == NULL)
		err_set(why, "the node has no session with it yet");
	else if (strcmp(json_text(session, "state"), "Established") != 0)
		down_say(session, why);
	else if (!has_agreed(session, w->family))
		err_set(why, "the peer did not agree on %s",
		    family_name(w->family));
	else
		return false;
	return true;
}

/* Is the route for that peer, or for others only? */
static bool
is_for(const struct peer_walk *w, const struct bgp_peer *peer)
{
	const struct bgp_peer *of = peer->of != NULL ? peer->of : peer;
	uint32_t audience = peer->by_mesh
	    ? 0
	    : audiences_number(w->e->view.audiences, of->meta.name);

	return w->told == NULL || attributes_are_for(w->told, audience);
}

/* It is for the peer: is there a session for it, and what do filters make of it? */
static void
told_look(
    struct peer_walk *w, const struct bgp_peer *peer, const struct peering *p)
{
	static const char *const how[] = { [FILTERED_AS_IS] = "%s",
		[FILTERED_CHANGED] = ", changed by %s",
		[FILTERED_REFUSED] = "%s refuses it",
		[FILTERED_UNKNOWN] = (", by the filters that it had before: "
				      "%s") };
	const struct filtering_of of = { peer, w->e->view.config, p->local_as,
		w->prefix, w->all };
	const char *name = peer->meta.name;
	char *said;
	enum filtered filtered = filtering_judge(w->e->filtering, &of, &said);
	char *text = xasprintf(how[filtered], said);
	struct err why;

	if (filtered == FILTERED_UNKNOWN && !is_confirmed(w->e, peer))
		silent_print(w, name, said);
	else if (session_lacks(w, peer, &why))
		silent_print(w, name, why.text);
	else if (filtered == FILTERED_REFUSED)
		silent_print(w, name, text);
	else {
		peer_print(w, peer, is_confirmed(w->e, peer), text);
		router_add(w, peer, &p->source);
	}
	free(text);
	free(said);
}

/* The Secret is not read: a peer that lacks nothing else is one to talk to. */
static void
peer_look(struct peer_walk *w, const struct bgp_peer *peer)
{
	const struct explainer *e = w->e;
	const char *name = peer->meta.name;
	const struct peering_view view = { .node = e->view.node,
		.config = e->view.config,
		.older = neighbors_older(w->neighbors, peer),
		.beside = peer->passive ? neighbors_beside(w->neighbors, peer)
					: NULL };
	struct peering p = peering_decide(peer, &view);
	struct err why;

	if (p.state == PEERING_ELSEWHERE)
		return;
	if (p.state == PEERING_BLOCKED && !p.no_secret)
		silent_print(w, name, p.why.text);
	else if (!is_for(w, peer))
		silent_print(w, name,
		    "peers of its ServiceGroup, or the Service's own, are others");
	else if (!peer->families[w->family]) {
		err_set(&why, "spec.families lacks %s", family_name(w->family));
		silent_print(w, name, why.text);
	} else if (peer->shutdown)
		silent_print(w, name, "it is shut down");
	else
		told_look(w, peer, &p);
}

/* Who has come, as far as the node says so, is a neighbor like others. */
static size_t
comers_find(struct peer_walk *w, const struct bgp_peer *range)
{
	const json_t *list = json_object_get(w->e->status, "peers");
	size_t length = strlen(range->meta.name), n = 0;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const char *name = json_text(json_array_get(list, i), "name");
		struct addr addr;

		if (strncmp(name, range->meta.name, length) == 0 &&
		    name[length] == '/' &&
		    addr_parse(name + length + 1, &addr) &&
		    neighbors_came(w->neighbors, range->meta.name, &addr) !=
			NULL)
			n++;
	}
	return n;
}

/* A peerPrefix from which nobody has come. */
static void
range_look(struct peer_walk *w, const struct bgp_peer *range)
{
	const struct peering_view view = { .node = w->e->view.node,
		.config = w->e->view.config,
		.older = neighbors_older(w->neighbors, range) };
	struct peering p = peering_decide(range, &view);
	struct err why;

	if (p.state == PEERING_ELSEWHERE || comers_find(w, range) > 0)
		return;
	if (p.state == PEERING_BLOCKED && !p.no_secret)
		why = p.why;
	else if (range->shutdown)
		err_set(&why, "it is shut down");
	else
		err_set(&why,
		    w->e->status != NULL && !is_cut(w->e->status)
			? "nobody has come from its peerPrefix"
			: "no BGPNodeStatus tells who has come from its "
			  "peerPrefix");
	silent_print(w, range->meta.name, why.text);
}

size_t
announcement_peers(const struct explainer *e, const struct prefix *prefix,
    const struct attributes *all, FILE *to)
{
	char *not_to = NULL;
	size_t n;
	struct peer_walk w = { .e = e,
		.family = prefix->addr.family,
		.prefix = prefix,
		.told = announce_index_told(e->index, prefix),
		.all = all,
		.to = to,
		.not_to = xmemstream(&not_to, &n) };

	w.neighbors = neighbors_new(e->store,
	    &(struct neighbor_kinds){ EXPLAIN_NODE, EXPLAIN_CONFIGURATION,
		EXPLAIN_PEER, e->view.instance },
	    e->view.node, e->view.config, NULL);
	for (size_t i = 0; neighbors_range(w.neighbors, i) != NULL; i++)
		range_look(&w, neighbors_range(w.neighbors, i));
	for (size_t i = 0; neighbors_at(w.neighbors, i) != NULL; i++)
		peer_look(&w, neighbors_at(w.neighbors, i));
	neighbors_free(w.neighbors);
	fclose(w.not_to);
	if (w.n == 0)
		fprintf(to, " to nobody: %s",
		    w.out > 0 ? not_to : "no BGPPeer for this node");
	else if (w.out > 0)
		fprintf(to, "; %s", not_to);
	free(not_to);
	return w.n;
}
