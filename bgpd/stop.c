/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The end of the daemon, in phases. Draining and leaving wait for the same: last
 * messages that are on their way, the last status, the kernel, other nodes that take
 * over addresses on the links. But nobody waits long for a peer or an API server that
 * may be dead.
 *
 * Peers that keep our routes over a restart lose TCP as the last thing, since until
 * then we may hear that it is for good, and they are to hear of that.
 *
 * One that has come back to us has what it keeps marked as stale until we have told it
 * all anew. If the session ended before, it would drop the rest at once: RFC 4724 4.2,
 * consecutive restarts. So who is restarted again that soon goes on as before until
 * then, for as long as who asked has patience with us.
 */
#include "bgpd/announce/announce.h"
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/bmp/stations.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_port.h"
#include "bgpd/peer/peers.h"
#include "bgpd/session/listeners.h"
#include "bgpd/session/session_port.h"
#include "bgpd/core.h"
#include "bgpd/status/status.h"
#include "common/api/node.h"
#include "common/log.h"

#define WORDS_MS 5000   /* for first words that are not out yet, and then … */
#define STOP_MS 2000    /* … for all of the rest */
#define STOP_STEP 5     /* ms between two looks */
#define UNGUARD_MS 1000 /* … before which peers are to have been told */

/* NULL: it is there and stays. */
static const char *
keeper_end(const struct bgpd *b, enum kind kind, const struct object_key *key)
{
	const struct meta *meta = store_get(b->store, kind, key);

	if (meta == NULL) /* a state that was damaged is no sign of that */
		return store_is_recalled(b->store, kind) ? NULL : "is gone";
	return meta->deleted ? "is being deleted" : NULL;
}

/*
 * Uninstalled: our DaemonSet goes, or the namespace that all of us is in; kubectl
 * delete -k takes the namespace first.
 */
static bool
is_uninstalled(const struct bgpd *b, struct err *why)
{
	struct object_key set = { b->options.instance.ns,
		b->options.daemonset };
	struct object_key ns = { "", b->options.instance.ns };
	const char *end;

	if (b->options.daemonset == NULL)
		return false;
	end = keeper_end(b, KIND_DAEMONSET, &set);
	if (end != NULL)
		return !err_set(
		    why, "DaemonSet %s/%s %s", set.ns, set.name, end);
	end = keeper_end(b, KIND_NAMESPACE, &ns);
	return end != NULL && !err_set(why, "Namespace %s %s", ns.name, end);
}

static bool
node_leaves(const struct bgpd *b, struct err *why)
{
	const struct node *node = announce_our_node(b->announce);

	if (node == NULL)
		return !store_is_recalled(b->store, KIND_NODE) &&
		    !err_set(why, "the Node is gone");
	if (node->meta.deleted)
		return !err_set(why, "the Node is being deleted");
	return node->shutting_down &&
	    !err_set(why, "the Node says that it shuts down");
}

/* Nobody is to keep routes to a node from which traffic was led away. */
static bool
is_drained(const struct bgpd *b, struct err *why)
{
	return b->drain.state != DRAIN_ACTIVE &&
	    !err_set(why, "the node is drained: %.400s", b->drain.reason);
}

/* The node, or we on it, are leaving for good, as far as objects tell. */
static bool
leaves(const struct bgpd *b, struct err *why)
{
	return b->listed &&
	    (node_leaves(b, why) || is_uninstalled(b, why) ||
		is_drained(b, why));
}

/* RFC 9003: for whoever looks at the router. */
static const char *
farewell(const struct bgpd *b)
{
	return b->drain.state != DRAIN_ACTIVE ? "node is drained"
					      : "node is leaving";
}

/* Nothing of ours stays in the node's kernel. */
static void
leave(struct bgpd *b, const char *why)
{
	struct err uninstalled;

	b->phase = PHASE_LEAVING;
	b->restarting = false;
	log_info("node %s: leaving: %s", b->options.node, why);
	if (b->ports.bfd != NULL)
		b->ports.bfd->admin_down_all(b->ports.bfd->arg);
	peers_stop(b->peers, farewell(b));
	if (b->ops->stands != NULL)
		b->ops->stands(b->arg, false);
	if (b->listed)
		bgpd_end_node_ready(b, is_uninstalled(b, &uninstalled));
	bgpd_keep_nothing(b);
	bgpd_lan_leave(b);
}

static bool
is_flushed(const struct bgpd *b)
{
	const struct session_port *tcp = b->ports.tcp;

	return (tcp == NULL || tcp->is_flushed(tcp->arg)) &&
	    !peers_are_parting(b->peers);
}

/* Once routers have been told not to send us what is guarded. */
static void
unguard(struct bgpd *b, uint64_t now)
{
	const struct guard_port *port = b->ports.guard;

	if (b->phase != PHASE_LEAVING || b->unguarding ||
	    (!is_flushed(b) && now + STOP_MS < b->stop_at + UNGUARD_MS))
		return;
	b->unguarding = true;
	bgpd_clear_learned(b);
	guard_clear(b->guard);
	if (port != NULL)
		port->settle(port->arg, b->guard);
}

/* Do its routers keep the node's routes meanwhile? Then it keeps theirs. */
static bool
restarts_gracefully(const struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);

	return config == NULL || config->restart.enabled;
}

static void
begin_end(struct bgpd *b, const char *leaving)
{
	const struct session_port *tcp = b->ports.tcp;
	const struct bfd_port *bfd = b->ports.bfd;

	if (leaving == NULL)
		log_info("node %s: stopping for a restart", b->options.node);
	b->phase = PHASE_DRAINING;
	b->restarting = leaving == NULL;
	b->stop_at = bgpd_now(b) + STOP_MS;
	/* Before TCP closes: who sees that first would take us for dead. */
	if (bfd != NULL && leaving != NULL)
		bfd->admin_down_all(bfd->arg);
	else if (bfd != NULL)
		bfd->hold_all(bfd->arg);
	if (tcp != NULL)
		tcp->listen(tcp->arg, &(struct peer_listen){ 0 });
	if (leaving == NULL)
		peers_stop_for_restart(b->peers, "daemon is stopped");
	else
		peers_stop(b->peers, farewell(b));
	if (b->stations != NULL)
		stations_stop(b->stations);
	/* So that nobody takes the sessions for up until the status is stale. */
	if (b->listed)
		status_end(b->status);
	if (leaving == NULL && !restarts_gracefully(b))
		bgpd_clear_learned(b);
	bgpd_lan_stop(b, leaving != NULL);
	if (leaving != NULL)
		leave(b, leaving);
	bgpd_mark_stop(b);
}

/* Is there somebody who has to hear something before a restart? */
static bool
owes_words(struct bgpd *b, uint64_t now)
{
	const char *peer = peers_owed(b->peers);

	if (peer != NULL && b->words_until == 0) {
		b->words_until = now + WORDS_MS;
		log_info("node %s: stops for a restart when peer %s has been "
			 "told everything, or in %u s",
		    b->options.node, peer, WORDS_MS / 1000);
	}
	return peer != NULL && now < b->words_until;
}

void
bgpd_stop(struct bgpd *b, const char *leaving)
{
	struct err why;

	if (b->phase != PHASE_RUNNING)
		return;
	if (leaving == NULL && leaves(b, &why))
		leaving = why.text;
	if (leaving == NULL && owes_words(b, bgpd_now(b)))
		bgpd_mark(b, JOB_LAST_WORDS, bgpd_now(b) + STOP_STEP);
	else
		begin_end(b, leaving);
}

uint64_t
bgpd_run_last_words(void *arg, uint64_t now)
{
	(void)now;
	bgpd_stop(arg, NULL); /* or it has marked itself */
	return 0;
}

static bool
is_quiet(const struct bgpd *b)
{
	const struct guard_port *guard = b->ports.guard;

	return is_flushed(b) && status_is_quiet(b->status) &&
	    bgpd_node_ready_is_quiet(b) &&
	    (guard == NULL || guard->is_idle(guard->arg)) &&
	    (b->stations == NULL || stations_are_left(b->stations)) &&
	    bgpd_learned_is_idle(b) && bgpd_lan_is_idle(b);
}

uint64_t
bgpd_run_stop(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	struct err why;

	if (b->phase == PHASE_DRAINING && leaves(b, &why))
		leave(b, why.text); /* the news came behind the signal */
	unguard(b, now);
	bgpd_lan_drain(b);
	bgpd_keep_last(b); /* no job does */
	if (!is_quiet(b) && now < b->stop_at)
		return now + STOP_STEP;
	if (b->phase == PHASE_DRAINING)
		peers_leave(b->peers, "restart of the daemon");
	b->phase = PHASE_STOPPED;
	b->ops->stopped(b->arg);
	return 0;
}

enum bgpd_phase
bgpd_phase(const struct bgpd *b)
{
	return b->phase;
}
