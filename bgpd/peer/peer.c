/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One peer, as the objects say: the road of a change is from its BGPPeer to the
 * session. That of a route is in peer_session.c.
 *
 * A change reaches all nodes in the same moment. So that they don't take their routes
 * away together, each node waits a while of its own before it resets a session, long
 * enough to say so in its status before; where the session would not go on anyway it is
 * reset at once.
 */
#include "bgpd/peer/peer.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/config/secret.h"
#include "bgpd/peer/peer_bfd.h"
#include "bgpd/peer/peer_restart.h"
#include "bgpd/peer/peer_state.h"
#include "bgpd/policy/filter.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/session.h"
#include "bgpd/session/session_port.h"
#include "bgpd/wire/bgp.h"
#include "common/alloc.h"
#include "common/log.h"

#define RESET_FIRST 5000 /* ms: the status is written that often */
#define RESET_OWED 1000  /* ms until it may have been told all */

/* From objects to sessions. */

struct session_config
peer_config(const struct bgp_peer *p, const struct peering *peering)
{
	static const enum remote_as_rule rules[] = {
		[PEER_AS_NUMBER] = REMOTE_AS_NUMBER,
		[PEER_AS_EXTERNAL] = REMOTE_AS_EXTERNAL,
		[PEER_AS_INTERNAL] = REMOTE_AS_INTERNAL,
		[PEER_AS_RANGES] = REMOTE_AS_RANGES,
	};
	struct session_config c = {
		.name = p->meta.name,
		.remote = peering->remote,
		.port = p->port,
		.source = peering->source,
		.local_as = peering->local_as,
		.remote_as_rule = rules[p->as],
		.remote_as = p->as_number,
		.remote_ranges = p->ranges,
		.n_remote_ranges = p->n_ranges,
		.router_id = peering->router_id,
		.cluster_id = peering->cluster_id,
		.client = p->client && peering->cluster_id != 0,
		.hold_time = p->hold_time,
		.keepalive_time = p->keepalive_time,
		.connect_retry = p->connect_retry_time,
		.retry_most = p->connect_retry_max_time,
		.limit_restart = p->max_prefixes_restart,
		.passive = p->passive,
		.add_path_send = p->add_path_send != 0,
		.add_path_receive = p->add_path_receive,
		.role = p->role,
		.role_strict = p->role_strict,
		.extended_messages = p->extended_messages,
		.extended_next_hop = p->extended_next_hop,
		.multihop = p->multihop,
		.ttl_security = p->ttl_security,
		.restart = { peering->restart.enabled, peering->restart.time,
		    peering->restart.long_lived,
		    peering->restart.notification },
		.password =
		    peering->password != NULL ? peering->password->value : NULL,
		.ao = { peering->ao, peering->n_ao },
	};

	if (peering->node_as != peering->local_as) {
		c.node_as = peering->node_as;
		c.prepend_as = p->prepend_as;
		c.keep_as = p->keep_as;
		c.dual_as = p->dual_as;
	}
	if (session_config_external(&c)) {
		c.cluster_id = 0;
		c.client = false;
	}
	memcpy(c.families, p->families, sizeof(c.families));
	memcpy(c.zone, p->zone, sizeof(c.zone));
	return c;
}

void
peer_attach(struct peer *peer)
{
	const struct session_port *tcp = peer->all->env.tcp;

	if (peer->link == NULL && tcp != NULL)
		peer->link = tcp->attach(tcp->arg, peer->session);
}

void
peer_detach(struct peer *peer)
{
	const struct session_port *tcp = peer->all->env.tcp;

	if (peer->link != NULL)
		tcp->detach(tcp->arg, peer->link);
	peer->link = NULL;
}

bool
peer_is_attached(const struct peer *peer)
{
	return peer->link != NULL;
}

struct peer *
peer_new(const struct peers_shared *all, const struct session_config *config,
    uint32_t source, uint32_t bfd)
{
	struct peer *peer = xcalloc(1, sizeof(*peer));

	peer->all = all;
	peer->name = xstrdup(config->name);
	peer->source = source;
	peer->bfd = (struct peer_bfd){ .port = all->env.bfd, .id = bfd };
	peer->session = session_new(
	    config, &peer_session_ops, peer, all->env.rng, peer_now(all));
	session_set_restarting(peer->session, true, all->env.preserved);
	return peer;
}

void
peer_free(struct peer *peer)
{
	adjout_leave(peer->member);
	peer->member = NULL; /* detached, it is asked for last words */
	peer_detach(peer);
	peer_bfd_end(&peer->bfd);
	session_free(peer->session);
	peer_filters_fini(&peer->before);
	peer_filters_fini(&peer->filters);
	free(peer->filter_fault);
	free(peer->blocked);
	free(peer->doubt);
	peer_verdict_fini(&peer->verdict);
	free(peer->bgp_peer);
	free(peer->name);
	free(peer);
}

const char *
peer_name(const struct peer *peer)
{
	return peer->name;
}

void
peer_rename(struct peer *peer, const char *name)
{
	log_info("peer %s: is %s from now on", peer->name, name);
	free(peer->name);
	peer->name = xstrdup(name);
	session_rename(peer->session, name);
}

bool
peer_is_at(const struct peer *peer, const struct bgp_peer *spec)
{
	const struct session_config *config = session_config(peer->session);

	return addr_eq(&config->remote, &spec->address) &&
	    config->port == spec->port && strcmp(config->zone, spec->zone) == 0;
}

struct scoped_addr
peer_place(const struct peer *peer, uint16_t *port)
{
	static const struct addr none;
	const struct session_config *config = session_config(peer->session);

	*port = config->port;
	return scoped_addr(
	    peer->unnumbered ? &none : &config->remote, config->zone);
}

bool
peer_has_something(const struct peer *peer)
{
	return session_agreed(peer->session) != NULL ||
	    peer_restart_keeps(&peer->restart);
}

uint32_t
peer_source(const struct peer *peer)
{
	return peer->source;
}

void
peer_stop(struct peer *peer, uint8_t subcode, const char *text)
{
	session_stop(peer->session, subcode, text, peer_now(peer->all));
	peer_forget_stale(peer);
}

void
peer_part(struct peer *peer, const char *text)
{
	session_part(peer->session, text, peer_now(peer->all));
	peer_forget_stale(peer);
}

bool
peer_is_parting(const struct peer *peer)
{
	return session_is_parting(peer->session);
}

void
peer_leave(struct peer *peer, const char *text)
{
	session_leave(peer->session, text, peer_now(peer->all));
}

bool
peer_waits(const struct peer *peer)
{
	return session_keeps_ours(peer->session);
}

void
peer_set_leaving(struct peer *peer)
{
	peer->leaving = true;
}

bool
peer_give_way(struct peer *peer)
{
	if (peer->member == NULL) {
		bool keeps = peer_restart_keeps(&peer->restart);

		peer_forget_stale(peer);
		return keeps;
	}
	log_warn("peer %s: the table is over its budget, and its routes take "
		 "the most of it",
	    peer->name);
	session_suspend(peer->session, CEASE_RESOURCES,
	    "its routes take too much memory", peer_now(peer->all));
	return true;
}

bool
peer_is_idle(const struct peer *peer)
{
	enum fsm_state state = session_state(peer->session);

	return state != STATE_OPENSENT && state != STATE_OPENCONFIRM &&
	    state != STATE_ESTABLISHED && !session_suspended(peer->session) &&
	    !peer_restart_keeps(&peer->restart);
}

bool
peer_uses(const struct peer *peer, const char *interface)
{
	return session_agreed(peer->session) != NULL &&
	    strcmp(session_config(peer->session)->zone, interface) == 0;
}

const char *
peer_zone(const struct peer *peer)
{
	const char *zone = session_config(peer->session)->zone;

	return zone[0] != '\0' ? zone : NULL;
}

void
peer_set_off_link(struct peer *peer, bool off_link)
{
	peer->off_link = off_link;
}

void
peer_set_blocked(struct peer *peer, const char *why)
{
	const struct peers_shared *all = peer->all;

	if (why == NULL
		? peer->blocked == NULL
		: peer->blocked != NULL && strcmp(peer->blocked, why) == 0)
		return;
	free(peer->blocked);
	peer->blocked = xstrdup(why);
	all->ops->blocked(all->arg, peer->name, why);
}

bool
peer_is_blocked(const struct peer *peer)
{
	return peer->blocked != NULL;
}

void
peer_set_doubt(struct peer *peer, const char *text, bool of_password)
{
	peer->doubts_password = of_password;
	if (text[0] != '\0' &&
	    (peer->doubt == NULL || strcmp(peer->doubt, text) != 0))
		log_warn("peer %s: %s", peer->name, text);
	free(peer->doubt);
	peer->doubt = text[0] != '\0' ? xstrdup(text) : NULL;
}

/*
 * Of one end's address the session has nothing any more, so there is no sense in
 * waiting.
 */
static bool
ends_anyway(const char *field)
{
	return strcmp(field, "peerIP") == 0 ||
	    strcmp(field, "sourceAddress") == 0;
}

/*
 * Up, and still with whom it is meant to be: it goes on as it came up, with the
 * password of before or with none, see on_down() for what comes then. A Secret that is
 * missing is so on all nodes: to end their sessions would take the cluster down at
 * once, and protect nothing that has not been as open until now.
 */
static bool
goes_on_without_secret(
    const struct peer *peer, const struct session_config *config)
{
	const struct session_config *was = session_running(peer->session);

	if (was == NULL)
		return false;
	const char *field = session_config_resets(was, config);

	return field == NULL || !ends_anyway(field);
}

/* The limit was lowered below what is there. */
static bool
holds_too_many(const struct peer *peer)
{
	const struct rib *rib = peer->all->env.rib;
	bool too_many = false;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct rib_counts c = rib_counts(rib, peer->source, f);

		too_many |= c.received - c.stale > peer->max_prefixes;
	}
	return too_many && peer->max_prefixes != 0;
}

/*
 * What it was only counted by, or kept without attributes, it has to tell again
 * (RFC 2918). One that can't be asked is told of: its session is not reset for that.
 */
static void
peer_ask(struct peer *peer)
{
	bool asked = false;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		asked |= session_refresh(peer->session, f, peer_now(peer->all));
	peer->unheard = !asked;
	if (asked)
		rib_relearn(peer->all->env.rib, peer->source);
}

/* Also of one that is away, and whose routes stay. */
static void
peer_apply_import(struct peer *peer, const struct agreed *agreed)
{
	struct rib *rib = peer->all->env.rib;
	const struct rib_source *was = rib_source(rib, peer->source);
	struct rib_source source;

	if (was == NULL || rib_is_leaving(rib, peer->source))
		return;
	source = *was;
	if (agreed != NULL)
		source = peer_rib_source(peer, agreed);
	source.policy = peer->filters.import;
	source.import = peer_import_mode(&source);
	source.own_as = peer->own_as;
	bool same = was->policy == source.policy &&
	    was->import == source.import && was->own_as == source.own_as;

	rib_add_source(rib, peer->source, &source);
	if (same)
		return;
	if (!rib_judge_begin(rib, peer->source) && agreed != NULL)
		peer_ask(peer);
	peer->all->ops->routes_due(peer->all->arg);
}

bool
peer_has_filters(const struct peer *peer)
{
	return peer->filters.known;
}

bool
peer_find_filters(struct peer *peer, const struct filter_objects *objects,
    const struct filter_peer *of, struct err *err)
{
	const struct agreed *agreed = session_agreed(peer->session);
	struct filter_peer as = *of;
	struct peer_filters found;

	if (agreed != NULL) /* another one waits for a reset */
		as.local_as = agreed->local_as;
	free(peer->filter_fault);
	peer->filter_fault = NULL;
	peer->filter_missing =
	    objects->config == NULL && peer_filters_lacks(objects);
	if (!peer_filters_find(objects, peer->all->filters, &as, &found, err)) {
		peer->filter_fault = xstrdup(err->text);
		return false;
	}
	peer_filters_fini(&peer->before);
	peer->before = peer->filters;
	peer->filters = found;
	peer->filters_as = as.local_as;
	return true;
}

void
peer_regroup(struct peer *peer)
{
	const struct agreed *agreed = session_agreed(peer->session);

	if (agreed == NULL)
		return;
	struct group_key key = peer_group_key(peer, agreed);

	adjout_move(peer->member, &key);
	peer->all->ops->routes_due(peer->all->arg);
}

void
peer_apply(struct peer *peer, const struct bgp_peer *spec)
{
	const struct agreed *agreed = session_agreed(peer->session);

	if (peer->max_prefixes != spec->max_prefixes ||
	    peer->limit_restart != spec->max_prefixes_restart)
		session_resume(peer->session, peer_now(peer->all));
	peer->max_prefixes = spec->max_prefixes;
	peer->limit_restart = spec->max_prefixes_restart;
	peer->keep_next_hop = spec->keep_next_hop;
	peer->unnumbered = spec->unnumbered;
	peer->own_as = spec->own_as;
	peer->node_secret = bgp_peer_secret_of_node(spec);
	peer->add_path_send = spec->add_path_send;
	peer_apply_import(peer, agreed);
	peer_regroup(peer);
	peer_filters_fini(&peer->before);
	if (agreed != NULL && holds_too_many(peer))
		peer_over_limit(peer);
}

/*
 * Its configuration follows, whatever it is blocked for: with the address of before it
 * would be in the way of a peer that has that one now. What waits for a reset waits for
 * the Secret: without it no session would come back.
 */
static void
peer_block(struct peer *peer, const struct peering *peering,
    const struct bgp_peer *spec)
{
	struct session_config config = peer_config(spec, peering);
	uint64_t t = peer_now(peer->all);

	peer->reset_at = 0;
	if (peering->no_secret && goes_on_without_secret(peer, &config))
		return;
	session_block(peer->session, peering->why.text, t);
	peer_forget_stale(peer);
	session_reconfigure(peer->session, &config, t);
}

/* A session that is up stays so, also when it is to wait for BFD from now on. */
static void
peer_start(struct peer *peer)
{
	const char *waits = session_agreed(peer->session) == NULL
	    ? peer_bfd_holds(&peer->bfd)
	    : NULL;

	if (waits != NULL)
		session_block(peer->session, waits, peer_now(peer->all));
	else
		session_start(peer->session, peer_now(peer->all));
}

static bool
peer_may_run(const struct peer *peer)
{
	return peer->blocked == NULL && !peer->shut && !peer->waits;
}

bool
peer_has_bfd(const struct peer *peer, uint32_t id)
{
	return peer->bfd.on && peer->bfd.id == id;
}

/* For people, each change once. */
static void
peer_bfd_tell(struct peer *peer, const struct bfd_news *news, const char *why)
{
	const struct peers_shared *all = peer->all;

	if (news->fell)
		all->ops->bfd_changed(all->arg, peer->name, peer->bgp_peer,
		    news->admin ? "BFD is shut down by the peer" : why);
	else if (news->state == BFD_UP && peer->bfd.fell)
		all->ops->bfd_changed(
		    all->arg, peer->name, peer->bgp_peer, NULL);
	peer->bfd.fell =
	    news->fell || (peer->bfd.fell && news->state != BFD_UP);
}

/* RFC 9384 for the peer, and for people what BFD said. */
void
peer_bfd(struct peer *peer, const struct bfd_news *news)
{
	char why[80];

	snprintf(why, sizeof(why), "BFD Down: %s", bfd_diag_name(news->diag));
	peer_bfd_tell(peer, news, why);
	if (peer_bfd_news(&peer->bfd, peer->name, news) &&
	    session_agreed(peer->session) != NULL)
		session_reset(
		    peer->session, CEASE_BFD_DOWN, why, peer_now(peer->all));
	if (peer->bfd.strict && peer_may_run(peer))
		peer_start(peer);
	peer->all->ops->changed(peer->all->arg);
}

void
peer_run(struct peer *peer, const struct peering *peering,
    const struct bgp_peer *spec)
{
	uint64_t t = peer_now(peer->all);

	peer->shut = peering->state == PEERING_SHUT;
	peer->waits = peering->state == PEERING_WAITS;
	peer_set_blocked(
	    peer, peering->state == PEERING_BLOCKED ? peering->why.text : NULL);
	peer_bfd_apply(&peer->bfd, spec, session_config(peer->session),
	    peering->state == PEERING_RUN);
	switch (peering->state) {
	case PEERING_BLOCKED:
	case PEERING_WAITS:
		peer_block(peer, peering, spec);
		break;
	case PEERING_SHUT:
		session_stop(
		    peer->session, CEASE_SHUTDOWN, spec->shutdown_message, t);
		peer_forget_stale(peer);
		break;
	default:
		peer_start(peer);
	}
}

/*
 * What the peer keeps of us is right as soon as we are back. But BIRD 2.0 that has kept
 * routes over a change of families never ends a protocol from which it loses one.
 */
static void
peer_reset(struct peer *peer)
{
	const char *field = session_pending_reset(peer->session);

	peer->reset_at = 0;
	if (field != NULL && strcmp(field, "families") == 0)
		session_reset(peer->session, CEASE_CONFIG_CHANGE, NULL,
		    peer_now(peer->all));
	else
		session_renew(peer->session, peer_now(peer->all));
}

bool
peer_is_owed(const struct peer *peer)
{
	return peer->member != NULL && session_keeps_ours(peer->session) &&
	    !adjout_has_ended(peer->member);
}

uint64_t
peer_kept_until(const struct peer *peer)
{
	return session_kept_until(peer->session);
}

uint64_t
peer_would_keep_until(const struct peer *peer)
{
	const struct session_config *running = session_running(peer->session);
	const struct restart_config *r = running != NULL
	    ? &running->restart
	    : &session_config(peer->session)->restart;
	uint64_t kept = peer_kept_until(peer);
	uint64_t until = peer_now(peer->all) + (r->on ? r->time * 1000u : 0);

	return kept > until ? kept : until;
}

/* Without a Cease it would be a restart that comes too early: peer_is_owed(). */
static void
peer_reset_due(struct peer *peer)
{
	if (peer_is_owed(peer))
		peer->reset_at = peer_now(peer->all) + RESET_OWED;
	else
		peer_reset(peer);
}

/* Who restarts now is not whom we wait for from now on. */
static bool
is_another(const struct session_config *was, const struct session_config *is)
{
	return !addr_eq(&was->remote, &is->remote) || was->port != is->port ||
	    strcmp(was->zone, is->zone) != 0 ||
	    (was->remote_as_rule == REMOTE_AS_NUMBER &&
		is->remote_as_rule == REMOTE_AS_NUMBER &&
		was->remote_as != is->remote_as);
}

/* One that is shut down ends with its message, not for what else has changed. */
void
peer_reconfigure(struct peer *peer, const struct session_config *config,
    enum peering_state state)
{
	const struct peers_shared *all = peer->all;
	uint64_t t = peer_now(all);

	if (peer->member == NULL &&
	    is_another(session_config(peer->session), config))
		peer_forget_stale(peer);

	const char *field = session_reconfigure(peer->session, config, t);

	if (field == NULL || state == PEERING_SHUT) {
		peer->reset_at = 0;
		return;
	}
	if (ends_anyway(field)) {
		log_info("peer %s: needs a new session, since its %s is "
			 "another now",
		    peer->name, field);
		peer->reset_at = 0;
		session_reset(peer->session, CEASE_CONFIG_CHANGE, NULL, t);
	} else if (peer->reset_at == 0) {
		/* It may come from the BGPConfiguration, the Node or a Secret. */
		peer->reset_at = t + RESET_FIRST + all->spread;
		log_info("peer %s: needs a new session, since its %s is "
			 "another now: in %u s",
		    peer->name, field,
		    (RESET_FIRST + all->spread + 999) / 1000);
		all->ops->arm(all->arg, peer->reset_at);
	}
}

/* When the next of it is due, or 0. */
static uint64_t
peer_tick_stale(struct peer *peer)
{
	const struct peers_shared *all = peer->all;

	if (!peer_restart_keeps(&peer->restart))
		return 0;
	if (!peer_restart_tick(&peer->restart, all->env.rib, peer->source,
		peer->member != NULL, peer_now(all)))
		peer_forget(peer);
	all->ops->routes_due(all->arg);
	return peer_restart_due(&peer->restart);
}

uint64_t
peer_tick(struct peer *peer)
{
	uint64_t due;

	if (session_pending_reset(peer->session) == NULL)
		peer->reset_at = 0; /* it has come up anew by itself */
	if (peer->reset_at != 0 && peer->reset_at <= peer_now(peer->all))
		peer_reset_due(peer);
	due = peer_tick_stale(peer);
	return due == 0 || (peer->reset_at != 0 && peer->reset_at < due)
	    ? peer->reset_at
	    : due;
}

/* What waits to be told is not so any more; object: its name. */
static void
verdict_recant(
    struct peer_verdict *v, const struct peers_shared *all, const char *object)
{
	if (v->told != NULL)
		all->ops->recanted(all->arg, object, v->text);
	peer_verdict_fini(v);
}

void
peers_judge(const struct peers_shared *all, struct peer_verdict *v,
    const struct bgp_peer *object, const char *fault, bool here)
{
	switch (peer_verdict_step(v, object, fault, here)) {
	case VERDICT_TELL:
		all->ops->judged(all->arg, object, fault);
		break;
	case VERDICT_RECANT:
		verdict_recant(v, all, object->meta.name);
		break;
	case VERDICT_STAYS:
		break;
	}
}

void
peer_set_origin(struct peer *peer, const struct bgp_peer *spec)
{
	const struct bgp_peer *of = spec->of != NULL ? spec->of : spec;
	const char *name = spec->by_mesh ? NULL : of->meta.name;

	peer->comes = spec->of != NULL && bgp_peer_is_range(spec->of);
	if (name != NULL && peer->bgp_peer != NULL &&
	    strcmp(name, peer->bgp_peer) == 0)
		return;
	verdict_recant(&peer->verdict, peer->all, peer->bgp_peer);
	free(peer->bgp_peer);
	peer->bgp_peer = xstrdup(name);
}

/* What is wrong with its BGPPeer on every node, or NULL. */
static const char *
fault_of(const struct peer *peer, const struct peering *peering)
{
	if (peering->no_secret && !peer->node_secret)
		return peering->why.text;
	return peer->filter_missing ? peer->filter_fault : NULL;
}

void
peer_judge(struct peer *peer, const struct peering *peering,
    const struct bgp_peer *spec)
{
	const char *fault = fault_of(peer, peering);

	if (!spec->by_mesh) /* there is no object to tell */
		peers_judge(peer->all, &peer->verdict,
		    spec->of != NULL ? spec->of : spec, fault,
		    fault == NULL && peering->state == PEERING_BLOCKED);
}

bool
peer_is_behind(const struct peer *peer)
{
	return peer->blocked == NULL && !peer->shut &&
	    !session_suspended(peer->session) &&
	    !(peer->comes && peer->member == NULL) &&
	    (peer->member == NULL || !adjout_has_ended(peer->member));
}

bool
peer_is_wanted(const struct peer *peer)
{
	return !peer->shut && !(peer->comes && peer->member == NULL);
}

bool
peer_is_told(const struct peer *peer)
{
	return !peer->leaving && peer->member != NULL &&
	    adjout_has_ended(peer->member);
}

bool
peer_is_of_mesh(const struct peer *peer)
{
	return peer->bgp_peer == NULL;
}

/* Who has restarted itself may wait for us; who knows of none says no End-of-RIB. */
bool
peer_is_awaited(const struct peer *peer)
{
	const struct agreed *agreed = session_agreed(peer->session);
	const struct peer_restart *r = &peer->restart;

	if (peer->blocked != NULL || peer->shut ||
	    session_suspended(peer->session) ||
	    !session_config(peer->session)->restart.on)
		return false;
	if (agreed == NULL)
		return true;
	if (!r->said.present || r->said.restarting)
		return false;
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (agreed->caps.family[f] && r->end_received[f] == 0)
			return true;
	return false;
}

bool
peer_is_sought(const struct peer *peer)
{
	return peer->waits;
}

/* Families of the session whose prefixes cannot go out, for want of a next hop. */
static void
view_mute(const struct peer *peer, bool mute[FAMILIES])
{
	const struct agreed *agreed = session_agreed(peer->session);

	for (unsigned f = FAMILY_V4; agreed != NULL && f < FAMILIES; f++)
		mute[f] = agreed->caps.family[f] &&
		    peer_next_hop(peer, agreed, f).addr.family == FAMILY_NONE;
}

struct view_peer
peer_view(const struct peer *peer)
{
	struct view_peer view = {
		.name = peer->name,
		.session = peer->session,
		.member = peer->member,
		.leaving = peer->leaving,
		.source = peer->source,
		.restart = &peer->restart,
		.stale_until = peer_restart_due(&peer->restart),
		.blocked = peer->blocked,
		.doubt = peer->doubt,
		.unnumbered = peer->unnumbered,
		.doubts_password = peer->doubts_password,
		.filter_fault = peer->filter_fault,
		.import = peer->filters.import,
		.export = peer->filters.export,
		.unheard = peer->unheard,
		.reset_at = peer->reset_at,
		.shut = peer->shut,
		.comes = peer->comes,
		.bfd = peer->bfd.on ? peer->bfd.id : 0,
		.bfd_missing = peer->bfd.missing,
		.bfd_strict = peer->bfd.strict,
	};

	view_mute(peer, view.mute);
	return view;
}
