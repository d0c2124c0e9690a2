/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of BGPPeers, as conditions.c has the others; those of their BFD are in
 * bfd_conditions.c.
 */
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/views.h"
#include "bgpd/core.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/session/session.h"
#include "common/clock.h"

#define HOLDS(b, type, reason, ...) \
	standing_add(&(b)->standing, type, reason, bgpd_now(b), __VA_ARGS__)

static void
suspended_condition(struct bgpd *b, const struct view_peer *p)
{
	char *until = view_suspended(&b->view, p);

	if (until != NULL)
		HOLDS(b, "PeerSuspended", "TooMuchReceived",
		    "BGPPeer %s: %s; down %s", p->name,
		    session_error(p->session)->text, until);
	free(until);
}

static void
hold_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct agreed *agreed = session_agreed(p->session);
	unsigned ours = session_config(p->session)->hold_time;

	if (agreed != NULL && agreed->hold_time == 0 && ours != 0)
		HOLDS(b, "HoldTimeOff", "PeerOffersZero",
		    "BGPPeer %s: the peer's hold time is 0, so nobody sends "
		    "KEEPALIVEs; TCP finds within %u s (spec.holdTime) that "
		    "its host is gone, but not that BGP there hangs",
		    p->name, ours);
}

/* RFC 9234 4.2; until the session is up, or something else is wrong with it. */
static void
role_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct session_error *e = session_error(p->session);
	const char *role = role_name(session_config(p->session)->role);

	if (session_agreed(p->session) != NULL || e->at == 0 ||
	    e->code != ERR_OPEN || e->subcode != OPEN_ROLE)
		return;
	if (!e->received && role == NULL)
		return; /* of a role that has been taken away since */
	if (!e->received)
		HOLDS(b, "RoleMismatch", "RefusedByNode",
		    "BGPPeer %s: spec.role: %s", p->name, e->text);
	else if (role != NULL)
		HOLDS(b, "RoleMismatch", "RefusedByPeer",
		    "BGPPeer %s: spec.role: the peer's role does not go with "
		    "%s, it says",
		    p->name, role);
	else
		HOLDS(b, "RoleMismatch", "RefusedByPeer",
		    "BGPPeer %s: spec.role: the peer has to hear a role that "
		    "goes with its own, and there is none",
		    p->name);
}

static void
reset_condition(struct bgpd *b, const struct view_peer *p)
{
	const char *pending = session_pending_reset(p->session);

	if (pending == NULL || p->reset_at == 0)
		return;
	json_t *at = view_time(&b->view, p->reset_at);

	HOLDS(b, "ResetPending", "FieldChanged",
	    "BGPPeer %s: its %s is another now, for which the session is reset "
	    "at %s",
	    p->name, pending, json_string_value(at));
	json_decref(at);
}

#define LATE_TOLD 3600000 /* ms: for an hour */

/* As when an image was pulled meanwhile. The routers had dropped our routes by then. */
static void
late_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct restart_config *restart =
	    &session_config(p->session)->restart;
	const struct agreed *agreed = session_agreed(p->session);
	uint64_t away = b->options.away / 1000, kept = restart->time;

	/* A router that has said nothing yet gets the benefit of the doubt. */
	if (agreed == NULL || agreed->caps.long_lived.present)
		kept += restart->long_lived;

	if (restart->on && away > kept && bgpd_now(b) - b->started < LATE_TOLD)
		HOLDS(b, "RestartedLate", "RestartTime",
		    "BGPPeer %s: nobody was there for %" PRIu64
		    " s at the last restart, and the router kept the routes "
		    "for %" PRIu64 " s (spec.gracefulRestart.restartTime): was "
		    "the image pulled meanwhile?",
		    p->name, away, kept);
}

/* s: to end (stop.c), to hear what there is (last_state.c), and to come up again. */
#define RESTART_TAKES 10

/* The routes are not kept for as long as somebody may have thought. */
static void
restart_condition(struct bgpd *b, const struct view_peer *p)
{
	const struct restart_config *restart =
	    &session_config(p->session)->restart;
	bool has_bfd = p->bfd != 0 || p->bfd_missing;
	unsigned time = restart->time;

	if (!restart->on)
		return;
	if (time < RESTART_TAKES && restart->long_lived == 0)
		HOLDS(b, "RestartTimeDoubtful", "TooShort",
		    "BGPPeer %s: gracefulRestart.restartTime: %u s: a restart "
		    "of the daemon may take %d s by itself, and the router "
		    "drops the node's routes before",
		    p->name, time, RESTART_TAKES);
	else if (has_bfd && time > BFD_HOLD / 1000)
		HOLDS(b, "RestartTimeDoubtful", "BFDIsSooner",
		    "BGPPeer %s: gracefulRestart.restartTime: %u s: with BFD "
		    "(spec.bfd) the router bears %d s of silence, and drops "
		    "the node's routes then",
		    p->name, time, BFD_HOLD / 1000);
}

#define NAMED 4 /* of a peer's too long prefixes, with who wants them */

static void
too_long_conditions(struct bgpd *b, const struct view_peer *p, enum family f)
{
	struct adjout_cursor at = { .family = f };
	struct prefix prefix;
	char text[PREFIX_TEXT];

	for (size_t n = 0; p->member != NULL && n < NAMED &&
	     adjout_too_long_next(p->member, &at, &prefix);
	     n++) {
		const char *owner = announce_who(b->announce, &prefix);

		HOLDS(b, "AttributesTooLong", "NoRoomInMessage",
		    "BGPPeer %s: not told of %s%s%s%s, one of %zu whose "
		    "attributes (communities, AS path) fit no message",
		    p->name, prefix_print(&prefix, text),
		    owner != NULL ? " (Service " : "",
		    owner != NULL ? owner : "", owner != NULL ? ")" : "",
		    adjout_too_long(p->member, f));
	}
}

/* The password or keys of the mesh, or the kernel those. */
static bool
lacks_mesh_secret(const struct view_peer *p)
{
	const char field[] = "spec.nodeMesh";

	return p->blocked != NULL &&
	    strncmp(p->blocked, field, strlen(field)) == 0;
}

/* One thing for all of them, of the BGPConfiguration. */
static void
mesh_condition(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	const struct view_peer *first = NULL;
	size_t n = 0;

	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];

		if (!lacks_mesh_secret(p))
			continue;
		first = first == NULL ? p : first;
		n++;
	}
	if (first != NULL && config != NULL)
		HOLDS(b, "PeerBlocked", "Configuration",
		    "BGPConfiguration %s: %s; of %zu sessions, as %s",
		    config->meta.name, first->blocked, n, first->name);
}

/* Without any that are in force it is blocked for that. */
static void
filter_condition(struct bgpd *b, const struct view_peer *p)
{
	bool blocked = p->filter_fault != NULL && p->blocked != NULL &&
	    strcmp(p->blocked, p->filter_fault) == 0;

	if (p->filter_fault != NULL)
		HOLDS(b, "FilterMissing", "NotFound", "BGPPeer %s: %s; %s",
		    p->name, p->filter_fault,
		    blocked ? "it has none in force, so there is no session"
			    : "its filters stay as they were");
}

static void
known_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];

		for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
			if (p->mute[f] && announce_count(b->announce, f) > 0)
				HOLDS(b, "NextHopMissing", "NoInternalIP",
				    "BGPPeer %s: spec.families: %s: the node "
				    "has no InternalIP of that family, so its "
				    "prefixes are not announced",
				    p->name, family_name(f));
			too_long_conditions(b, p, f);
		}
		if (p->blocked != NULL && !lacks_mesh_secret(p))
			HOLDS(b, "PeerBlocked", "Configuration",
			    "BGPPeer %s: %s", p->name, p->blocked);
		filter_condition(b, p);
		if (p->unheard)
			HOLDS(b, "ResetNeeded", "NoRouteRefresh",
			    "BGPPeer %s: its filters are others now, but the "
			    "peer can't be asked for what of its routes was "
			    "only counted; they apply to those when its "
			    "session is reset",
			    p->name);
		if (p->doubt != NULL && p->doubts_password)
			HOLDS(b, "PasswordDoubtful", "ValueOfSecret",
			    "BGPPeer %s: %s", p->name, p->doubt);
		if (p->doubt != NULL && !p->doubts_password)
			HOLDS(b, "PeerDoubtful", "NotClear", "BGPPeer %s: %s",
			    p->name, p->doubt);
		suspended_condition(b, p);
		hold_condition(b, p);
		role_condition(b, p);
		reset_condition(b, p);
		late_condition(b, p);
		restart_condition(b, p);
	}
}

/*
 * The kernel wants every packet from the prefix signed, unless a key is for a longer
 * one, and there is none that stands for no password.
 */
static bool
is_signed(const struct session_config *c)
{
	return c->password != NULL || c->ao.n > 0;
}

static void
unsigned_conditions(struct bgpd *b, const struct view_range *keyed)
{
	bool ao = keyed->config->ao.n > 0;
	const char *field = ao ? "tcpAO" : "password";
	const char *what = ao ? "keys of TCP-AO" : "password";
	const char *some = ao ? "some" : "one";
	char text[PREFIX_TEXT];

	prefix_print(&keyed->prefix, text);
	for (size_t i = 0; i < b->view.n_peers; i++) {
		const struct view_peer *p = &b->view.peers[i];
		const struct session_config *c = session_config(p->session);

		if (!is_signed(c) &&
		    prefix_contains(&keyed->prefix, &c->remote))
			HOLDS(b, "PasswordOfPrefix", "PeerWithoutPassword",
			    "BGPPeer %s: it has no %s, but is in %s, whose "
			    "BGPPeer %s has %s (spec.%s): its connections are not "
			    "let in, the session can only be opened from here",
			    p->name, what, text, keyed->name, some, field);
	}
	for (size_t i = 0; i < b->view.n_ranges; i++) {
		const struct view_range *r = &b->view.ranges[i];

		if (!is_signed(r->config) && r != keyed && r->blocked == NULL &&
		    !r->shut && prefix_covers(&keyed->prefix, &r->prefix))
			HOLDS(b, "PasswordOfPrefix", "PeerWithoutPassword",
			    "BGPPeer %s: it has no %s, but is in %s, whose "
			    "BGPPeer %s has %s (spec.%s): nobody is let in from "
			    "its peerPrefix",
			    r->name, what, text, keyed->name, some, field);
	}
}

static void
range_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_ranges; i++) {
		const struct view_range *r = &b->view.ranges[i];

		if (r->blocked != NULL)
			HOLDS(b, "PeerBlocked", "Configuration",
			    "BGPPeer %s: %s", r->name, r->blocked);
		else if (is_signed(r->config) && !r->shut)
			unsigned_conditions(b, r);
		if (r->n >= r->limit)
			HOLDS(b, "PeerLimitReached", "PeerLimit",
			    "BGPPeer %s: %zu peer%s come (spec.peerLimit: "
			    "%u): more are refused",
			    r->name, r->n, r->n == 1 ? " has" : "s have",
			    r->limit);
	}
}

void
bgpd_peer_conditions(struct bgpd *b)
{
	known_conditions(b);
	mesh_condition(b);
	range_conditions(b);
}
