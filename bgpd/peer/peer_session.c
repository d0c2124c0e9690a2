/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The road of a route, from the session of a peer to the rib and back: each news of the
 * session, and what follows from it for what the peer has said and is told. Whether the
 * peer is to have a session at all, and with what, is for peer.c.
 */
#include <stdio.h>

#include "bgpd/peer/peer.h"
#include "bgpd/peer/peer_bfd.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/peer/peer_state.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/wire/bgp.h"
#include "bgpd/wire/refresh.h"
#include "common/clock.h"
#include "common/log.h"

uint64_t
peer_now(const struct peers_shared *all)
{
	return clock_now(all->env.clock);
}

struct next_hop
peer_next_hop(
    const struct peer *peer, const struct agreed *agreed, enum family f)
{
	const struct addr *local = &agreed->local, *ips = peer->all->node_ips;
	bool extended = agreed->caps.extended_next_hop && f == FAMILY_V4;

	if (local->family != f && !(extended && local->family == FAMILY_V6))
		return (struct next_hop){ .addr = ips[f] };
	if (local->family == FAMILY_V4 || !addr_is_link_local(local) ||
	    ips[FAMILY_V6].family == FAMILY_NONE || peer->off_link)
		return (struct next_hop){ .addr = *local };
	return (struct next_hop){ ips[FAMILY_V6], *local };
}

/*
 * What was agreed holds until the session is reset, though none but the best may be
 * wanted by now: path ids are sent then, too.
 */
static uint32_t
paths_sent(const struct peer *peer, const struct agreed *agreed, enum family f)
{
	if ((agreed->caps.add_path[f] & ADD_PATH_SEND) == 0)
		return 0;
	return peer->add_path_send != 0 ? peer->add_path_send : 1;
}

static uint32_t
peer_audience(const struct peer *peer)
{
	const struct peers_shared *all = peer->all;

	return all->ops->audience != NULL && peer->bgp_peer != NULL
	    ? all->ops->audience(all->arg, peer->bgp_peer)
	    : 0;
}

struct group_key
peer_group_key(const struct peer *peer, const struct agreed *agreed)
{
	struct group_key key = {
		.kind = agreed->internal ? PEER_IBGP : PEER_EBGP,
		.role = agreed->role,
		.next_hop_mode =
		    peer->keep_next_hop ? NEXT_HOP_KEEP : NEXT_HOP_AUTO,
		.as4 = agreed->caps.as4,
		.max_message = (uint16_t)agreed_message_max(agreed),
		.local_as = agreed->local_as,
		.behind_as = agreed->behind_as,
		.cluster_id = agreed->cluster_id,
		.client = agreed->client,
		.long_lived = agreed->knows_long_lived,
		.audience = peer_audience(peer),
		.policy = peer->filters.export,
		.pass_received = filters_pass_received(peer->filters.export),
		.extended_next_hop = agreed->caps.extended_next_hop,
	};

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct next_hop hop = peer_next_hop(peer, agreed, f);

		key.families[f] = agreed->caps.family[f];
		key.next_hop[f] = hop.addr;
		if (hop.link_local.family != FAMILY_NONE)
			key.link_local = hop.link_local;
		key.add_path[f] = paths_sent(peer, agreed, f);
	}
	return key;
}

enum import_mode
peer_import_mode(const struct rib_source *s)
{
	return s->policy != NULL || s->reflected ? IMPORT_ACCEPT : IMPORT_KEEP;
}

struct rib_source
peer_rib_source(const struct peer *peer, const struct agreed *agreed)
{
	struct rib_source s = {
		.kind = agreed->internal ? PEER_IBGP : PEER_EBGP,
		.role = agreed->role,
		.policy = peer->filters.import,
		.tag = filters_tag(peer->all->filters,
		    peer->bgp_peer != NULL ? peer->bgp_peer : peer->name),
		.reflected = agreed->cluster_id != 0,
		.client = agreed->client,
		.own_as = peer->own_as,
		.local_as = agreed->local_as,
		.prepended = agreed->prepend_as != 0,
		.long_lived = agreed->caps.long_lived.present,
		.asn = agreed->remote_as,
		.router_id = agreed->remote_id,
		.addr = agreed->remote,
	};

	s.import = peer_import_mode(&s);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		s.max_prefixes[f] = peer->max_prefixes;
	return s;
}

static void
on_wake(void *arg)
{
	struct peer *peer = arg;

	session_wake(peer->session, peer_now(peer->all));
}

static const struct adjout_ops adjout_ops = { .wake = on_wake };

void
peer_forget(struct peer *peer)
{
	peer_restart_forget(&peer->restart);
	rib_forget_begin(peer->all->env.rib, peer->source);
	peer->all->ops->routes_due(peer->all->arg);
}

void
peer_forget_stale(struct peer *peer)
{
	if (peer_restart_keeps(&peer->restart))
		peer_forget(peer);
}

static void
peer_arm(const struct peer *peer)
{
	uint64_t due = peer_restart_due(&peer->restart);

	if (due != 0)
		peer->all->ops->arm(peer->all->arg, due);
}

/* Routes of another AS are not what this one announces anew. */
static bool
has_moved(const struct peer *peer, const struct agreed *agreed)
{
	const struct rib_source *was =
	    rib_source(peer->all->env.rib, peer->source);

	return was != NULL && was->asn != agreed->remote_as;
}

/* They prepend the AS number of the session, if they name no other. */
static void
match_filters(const struct peer *peer, uint32_t local_as)
{
	if (peer->filters.known && peer->filters_as != local_as)
		peer->all->ops->refresh_due(peer->all->arg);
}

static void
on_up(void *arg, const struct agreed *agreed)
{
	struct peer *peer = arg;
	const struct peers_shared *all = peer->all;
	struct rib_source source = peer_rib_source(peer, agreed);
	struct group_key key = peer_group_key(peer, agreed);

	peer->unheard = false;
	if (rib_counts(all->env.rib, peer->source, FAMILY_V4).counted) {
		if (peer_restart_keeps(&peer->restart))
			rib_relearn(all->env.rib, peer->source);
		else
			peer_forget(peer);
	}
	if (has_moved(peer, agreed))
		peer_forget_stale(peer);
	/* What it said before goes in its own time. */
	if (rib_is_leaving(all->env.rib, peer->source))
		peer->source = all->other_source(all->peers, peer->source);
	rib_add_source(all->env.rib, peer->source, &source);
	peer_restart_up(&peer->restart, all->env.rib, peer->source,
	    &agreed->caps, peer_now(all));
	peer_arm(peer);
	/* From now on what the node forwards by is that of this session. */
	session_set_restarting(peer->session, !peer->told_all, true);
	peer->member =
	    adjout_join(all->env.adjout, &key, peer->source, &adjout_ops, peer);
	if (all->ops->up != NULL) {
		struct view_peer view = peer_view(peer);

		all->ops->up(all->arg, &view);
	}
	match_filters(peer, agreed->local_as);
	all->ops->routes_due(all->arg);
}

/* Until it is back, what it said stays; without a password it may not be back. */
static bool
peer_bridges(struct peer *peer, const struct session_error *error)
{
	const struct rib *rib = peer->all->env.rib;
	uint64_t t = peer_now(peer->all);

	if (!error->graceful || peer->blocked != NULL ||
	    !peer_restart_down(
		&peer->restart, peer->all->env.rib, peer->source, t))
		return false;
	log_info("peer %s: its %u routes stay for %llu s", peer->name,
	    rib_counts(rib, peer->source, FAMILY_V4).stale +
		rib_counts(rib, peer->source, FAMILY_V6).stale,
	    (unsigned long long)(peer_restart_due(&peer->restart) - t) / 1000);
	peer_arm(peer);
	return true;
}

static void
on_down(void *arg, const struct session_error *error)
{
	struct peer *peer = arg;

	adjout_leave(peer->member);
	peer->member = NULL;
	if (peer->all->ops->down != NULL)
		peer->all->ops->down(peer->all->arg, peer->source, error);
	if (!peer_bridges(peer, error))
		peer_forget(peer);
	match_filters(peer, session_config(peer->session)->local_as);
	peer->all->ops->routes_due(peer->all->arg);
	const char *why =
	    peer->blocked != NULL ? peer->blocked : peer_bfd_holds(&peer->bfd);

	if (why != NULL)
		session_block(peer->session, why, peer_now(peer->all));
}

void
peer_over_limit(struct peer *peer)
{
	char why[80];

	snprintf(why, sizeof(why),
	    "more than %u prefixes of a family (spec.maxPrefixes)",
	    peer->max_prefixes);
	log_warn("peer %s: %s", peer->name, why);
	session_suspend(
	    peer->session, CEASE_MAX_PREFIXES, why, peer_now(peer->all));
}

static void
on_update(void *arg, const struct update *update, enum upd_verdict verdict)
{
	struct peer *peer = arg;

	(void)verdict; /* the update says which of its routes are withdrawn */
	switch (rib_import(peer->all->env.rib, peer->source, update)) {
	case RIB_OVER_LIMIT:
		peer_over_limit(peer);
		break;
	case RIB_NO_ROOM:
		peer->all->crowded(peer->all->peers);
		break;
	case RIB_IMPORTED:
		break;
	}
	if (update->eor != FAMILY_NONE)
		peer_restart_end_of_rib(&peer->restart, peer->all->env.rib,
		    peer->source, update->eor, peer_now(peer->all));
	if (rib_has_rest(peer->all->env.rib))
		peer->all->ops->routes_due(peer->all->arg);
}

static void
on_refresh(void *arg, const struct refresh *refresh)
{
	struct peer *peer = arg;
	struct rib *rib = peer->all->env.rib;
	enum family family = refresh->family;

	switch (refresh->kind) {
	case REFRESH_REQUEST:
		adjout_refresh(peer->member, family,
		    session_agreed(peer->session)->caps.enhanced_refresh);
		break;
	case REFRESH_BEGIN:
		peer_restart_refresh_begin(&peer->restart, rib, peer->source,
		    family, peer_now(peer->all));
		peer_arm(peer);
		break;
	case REFRESH_END:
		peer_restart_refresh_end(
		    &peer->restart, rib, peer->source, family);
		peer->all->ops->routes_due(peer->all->arg);
		break;
	}
}

/* Once it has all of it R is over, and F holds (RFC 4724 3). */
static void
peer_told_all(struct peer *peer)
{
	uint64_t *sent = peer->restart.end_sent;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (sent[f] == 0 && adjout_family_has_ended(peer->member, f))
			sent[f] = peer_now(peer->all);
	if (peer->told_all || !adjout_has_ended(peer->member))
		return;
	peer->told_all = true;
	session_set_restarting(peer->session, false, true);
	peer->all->ops->told(peer->all->arg);
}

static bool
on_next(void *arg, struct rbuf *msg)
{
	struct peer *peer = arg;

	if (peer->member == NULL || !adjout_next(peer->member, msg))
		return false;
	peer_told_all(peer);
	return true;
}

static void
on_changed(void *arg)
{
	struct peer *peer = arg;
	const struct peers_ops *ops = peer->all->ops;

	if (ops->session != NULL)
		ops->session(peer->all->arg, peer->name, peer->session);
	if (peer->comes) /* is it idle now? */
		ops->arm(peer->all->arg, peer_now(peer->all));
	ops->changed(peer->all->arg);
}

const struct session_ops peer_session_ops = {
	.up = on_up,
	.down = on_down,
	.update = on_update,
	.refresh = on_refresh,
	.next = on_next,
	.changed = on_changed,
};
