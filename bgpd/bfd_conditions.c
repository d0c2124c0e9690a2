/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The conditions of BFD, as conditions.c has the others.
 */
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/control/bfd_view.h"
#include "bgpd/core.h"
#include "bgpd/session/session.h"
#include "bgpd/status/status.h"

#define HOLDS(b, type, reason, ...) \
	standing_add(&(b)->standing, type, reason, bgpd_now(b), __VA_ARGS__)

#define BFD_PATIENCE 10000 /* ms until BFD that is not Up is told */
#define REFUSED_ROW 3 /* packets in a row: one may be forged, or of long ago */

static uint64_t
later(uint64_t a, uint64_t b)
{
	return a > b ? a : b;
}

/*
 * BGP is up and its BFD is not, or it waits for that by spec.bfd.strict: as a rule the
 * peer has none for us. Nothing else happens when there was enough patience, so the
 * status is due then. BFD's thread may be ahead of the time that a view is of.
 */
static bool
is_behind(struct bgpd *b, const struct view_peer *p, const struct bfd_view *v)
{
	bool up = session_agreed(p->session) != NULL;
	uint64_t until = v->since;

	if (v->state == BFD_UP || !(up || p->bfd_strict))
		return false;
	if (up)
		until = later(until, session_since(p->session));
	until += BFD_PATIENCE;
	if (b->view.now >= until)
		return true;
	bgpd_mark(b, JOB_STATUS, later(until, b->view.now + STATUS_PAUSE));
	return false;
}

static bool
is_refused(const struct bgpd *b, const struct bfd_view *v)
{
	return v->refused_row >= REFUSED_ROW &&
	    v->refused_at + BFD_ROW >= b->view.now;
}

struct cause {
	const char *reason, *text;
};

static struct cause
cause(const struct bgpd *b, const struct bfd_view *v)
{
	if (is_refused(b, v))
		return (struct cause){ "PacketsRefused", v->refusal };
	if (v->received == 0)
		return (struct cause){ "PeerSilent",
			"the peer sends no packets of BFD" };
	if (v->yours != 0 && v->remote_state != BFD_ADMIN_DOWN)
		return (struct cause){ "PeerHearsNothing",
			"the peer hears none of ours" };
	/* Who shuts it down says so, FRR for a moment only. */
	if (v->diag == BFD_DIAG_EXPIRED)
		return (struct cause){ "PeerSilent",
			"the peer sends no packets of BFD any more" };
	return (struct cause){ "PeerSaysSo", "the peer has it shut down" };
}

static void
peer_condition(struct bgpd *b, const struct view_peer *p)
{
	struct bfd_view v;

	if (p->bfd_missing)
		HOLDS(b, "BFDDown", "NotRunning",
		    "BGPPeer %s: spec.bfd: BFD does not run on this node",
		    p->name);
	if (!bfd_view_of(&b->view, p, &v))
		return;
	if (v.trouble[0] != '\0') {
		HOLDS(b, "BFDDown", "NoPackets", "BGPPeer %s: spec.bfd: %s",
		    p->name, v.trouble);
	} else if (is_behind(b, p, &v)) {
		struct cause why = cause(b, &v);

		HOLDS(b, "BFDDown", why.reason,
		    "BGPPeer %s: %s BFD, which is %s; %s", p->name,
		    session_agreed(p->session) == NULL
			? "spec.bfd.strict: BGP waits for"
			: "spec.bfd: BGP is Established without",
		    bfd_state_name(v.state), why.text);
	}
}

/* That the node may keep BFD waiting. */
static void
priority_condition(struct bgpd *b)
{
	const struct bfd_port *port = b->view.bfd;
	struct bfd_totals t;
	bool used = false;

	for (size_t i = 0; i < b->view.n_peers; i++)
		used |= b->view.peers[i].bfd != 0;
	if (port == NULL || !used)
		return;
	port->totals(port->arg, &t);
	if (!t.real_time)
		HOLDS(b, "BFDNotRealTime", "Rights",
		    "BFD may take peers for gone while the node is busy: %s",
		    t.trouble);
}

void
bgpd_bfd_conditions(struct bgpd *b)
{
	for (size_t i = 0; i < b->view.n_peers; i++)
		peer_condition(b, &b->view.peers[i]);
	priority_condition(b);
}
