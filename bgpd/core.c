/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The parts and the roads between them:
 *
 *	source -> store -> announce -> rib -> adjout -> sessions -> routers
 *	               \-> peers (which sessions there are) -/
 *	routers -> sessions -> rib
 *
 * A change of an object comes in through a row of the table of kinds (objects.c). It
 * goes to announce, which answers with prefixes that are announced or withdrawn; each
 * becomes a path in the rib, from where update groups carry it to the peers. Changes of
 * peers, of Secrets, of the Node and of the configuration refresh the set of sessions.
 *
 * Until every kind has been listed nothing is decided: no session, no announcement.
 * Work that may wait (the guard, the status, a refresh of the peers) is marked in a
 * table of jobs and done in bgpd_tick(), once, however many changes asked for it; what
 * is long is done there in slices. All that leaves the daemon goes through its ports
 * (bgpd.h), each of which the part that uses it is given at birth.
 */
#include "bgpd/core.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/peering.h"
#include "bgpd/control/monitor.h"
#include "bgpd/control/node_status.h"
#include "bgpd/control/ready.h"
#include "bgpd/fib/fib.h"
#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_port.h"
#include "bgpd/peer/peers.h"
#include "bgpd/policy/announced.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/status/accepted.h"
#include "bgpd/status/status.h"
#include "bgpd/status/tells.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

#define PEERS_PAUSE 10     /* ms in which changes of objects gather */
#define ROUTES_SLICE 8192  /* about a millisecond's work */
#define GUARD_LINGER 10000 /* ms, beyond what peers keep */

uint64_t
bgpd_now(const struct bgpd *b)
{
	return clock_now(b->ports.clock);
}

/* Marked work. */

void
bgpd_mark(struct bgpd *b, enum bgpd_job job, uint64_t at)
{
	if (b->phase == PHASE_RUNNING && jobs_mark(&b->jobs, job, at))
		b->ops->arm(b->arg, jobs_next(&b->jobs));
}

void
bgpd_mark_stop(struct bgpd *b)
{
	jobs_init(&b->jobs, b->jobs.table, b->jobs.n);
	jobs_mark(&b->jobs, JOB_STOP, bgpd_now(b));
	b->ops->arm(b->arg, bgpd_now(b));
}

void
bgpd_mark_peers(struct bgpd *b)
{
	if (b->listed)
		bgpd_mark(b, JOB_PEERS, bgpd_now(b) + PEERS_PAUSE);
}

void
bgpd_mark_status(struct bgpd *b)
{
	if (b->listed)
		status_mark(b->status);
}

void
bgpd_mark_health(struct bgpd *b)
{
	bgpd_mark(b, JOB_HEALTH, bgpd_now(b));
}

void
bgpd_mark_handover(struct bgpd *b)
{
	if (b->listed && announce_overlaps(b->announce))
		bgpd_mark(b, JOB_HANDOVER, bgpd_now(b) + HANDOVER_PAUSE);
}

/*
 * As long as nobody knows whether Services will be announced, the rules of the run
 * before stay as they are.
 */
void
bgpd_mark_guard(struct bgpd *b)
{
	if (b->listed && !health_is_pending(&b->health))
		bgpd_mark(b, JOB_GUARD, bgpd_now(b));
}

/*
 * Who is about to end withdraws what has gone, but begins nothing: there is nobody any
 * more to guard it.
 */
static void
on_announced(
    void *arg, const struct prefix *prefix, const struct attributes *attributes)
{
	struct bgpd *b = arg;

	if (attributes == NULL || b->phase == PHASE_RUNNING)
		monitor_announcement(b->monitor, prefix, attributes != NULL);
	if (attributes == NULL) {
		rib_unset(b->rib, RIB_LOCAL, prefix);
		fib_own_changed(b->fib, prefix);
		bgpd_mark_status(b);
		return;
	}
	if (b->phase != PHASE_RUNNING)
		return;
	struct path *path = announced_path(b->paths, attributes);

	rib_set(b->rib, RIB_LOCAL, prefix, path);
	fib_own_changed(b->fib, prefix);
	path_unref(path);
	bgpd_mark_status(b);
}

/*
 * How long an aggregate is guarded when it is gone, ms: until it is withdrawn from
 * routers, or they no longer keep it for want of a session.
 */
static uint64_t
guard_until(const struct bgpd *b)
{
	uint64_t now = bgpd_now(b), kept = peers_keep_until(b->peers);

	return GUARD_LINGER + (kept > now ? kept : now);
}

/* When we leave nothing is guarded any more, whatever objects still say. */
static void
on_shared(void *arg, const struct prefix *prefix, bool shared)
{
	struct bgpd *b = arg;

	if (b->phase == PHASE_LEAVING)
		return;
	if (shared || prefix_is_host(prefix))
		guard_want(b->guard, prefix, shared);
	else
		guard_release(b->guard, prefix, guard_until(b));
	bgpd_mark_guard(b);
}

/* Who comes meanwhile is to hear of all before its End-of-RIB. */
static void
on_announce_busy(void *arg)
{
	struct bgpd *b = arg;

	adjout_hold(b->adjout, true);
	bgpd_mark(b, JOB_ANNOUNCE, bgpd_now(b));
}

/*
 * As a whole, be there many routes: no peer is named for the first time twice. That is
 * 1.4 ms for each name and 100,000 routes.
 */
static void
on_audiences(void *arg)
{
	struct bgpd *b = arg;

	peers_regroup(b->peers);
	while (!adjout_fill_some(b->adjout, ROUTES_SLICE))
		;
}

static const struct announce_ops announce_ops = {
	.changed = on_announced,
	.shared = on_shared,
	.busy = on_announce_busy,
	.audiences = on_audiences,
	.lan = &bgpd_lan_ops,
};

/* News of sessions. */

static void
on_peers_arm(void *arg, uint64_t at)
{
	struct bgpd *b = arg;

	bgpd_mark(b, JOB_RESETS, at);
}

static void
on_routes_due(void *arg)
{
	struct bgpd *b = arg;

	bgpd_mark(b, JOB_ROUTES, bgpd_now(b));
}

static void
on_refresh_due(void *arg)
{
	bgpd_mark_peers(arg);
}

static void
on_peers_changed(void *arg)
{
	bgpd_mark_status(arg);
	bgpd_mark_node_ready(arg);
}

static void
on_blocked(void *arg, const char *peer, const char *why)
{
	(void)arg;
	if (why == NULL)
		log_info("peer %s: no longer blocked", peer);
	else
		log_warn("peer %s: blocked: %s", peer, why);
}

void
bgpd_tell(struct bgpd *b, enum kind kind, const char *name,
    const struct meta *meta, const char *why)
{
	struct tell tell = { kind, name, meta->uid, meta->generation, why };

	if (b->source == NULL)
		return;
	tells_add(b->tells, &tell, bgpd_now(b));
	bgpd_mark(b, JOB_TELLS, tells_due(b->tells));
}

static void
tell_each(void *arg, const struct tell *tell)
{
	struct bgpd *b = arg;
	struct object_key key = { "", tell->name };
	struct meta meta = { .uid = (char *)tell->uid,
		.generation = tell->generation };
	struct err err;

	if (tell->why != NULL)
		err_set(&err, "%s", tell->why);
	conditions_tell(b->source, &b->writes, tell->kind, &key, &meta,
	    tell->why != NULL ? &err : NULL, clock_wall(b->ports.clock));
}

/* What holds on every node that has the peer is said on the BGPPeer itself. */
static void
on_judged(void *arg, const struct bgp_peer *peer, const char *why)
{
	bgpd_tell(arg, KIND_PEER, peer->meta.name, &peer->meta, why);
}

static void
on_recanted(void *arg, const char *peer, const char *why)
{
	struct bgpd *b = arg;

	tells_recant(b->tells, KIND_PEER, peer, why);
}

static void
on_told(void *arg)
{
	struct bgpd *b = arg;

	if (!b->stands && b->ops->stands != NULL)
		b->ops->stands(b->arg, true);
	b->stands = true;
	bgpd_mark_node_ready(b);
}

/* On the BGPPeer, of which other nodes may well say something else. */
static void
on_bfd_changed(void *arg, const char *peer, const char *object, const char *why)
{
	struct bgpd *b = arg;
	struct object_key key = { "", object };
	const struct bgp_peer *spec =
	    object != NULL ? store_get(b->store, KIND_PEER, &key) : NULL;
	struct err text;

	monitor_bfd(b->monitor, peer, why);
	if (b->source == NULL || spec == NULL)
		return;
	err_set(&text, "node %s: %s", b->options.node,
	    why != NULL ? why : "BFD is Up again");
	struct source_event event = { KIND_PEER, key, spec->meta.uid,
		why != NULL, why != NULL ? "BFDDown" : "BFDUp", text.text };

	source_event(b->source, &event);
}

static const struct bgp_configuration *
spoken_configuration(const struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);

	return bgp_configuration_speaks(config) ? config : NULL;
}

/* What follows from other changes waits for its job; who has come does not. */
static void
on_came(void *arg)
{
	struct bgpd *b = arg;

	peers_refresh(
	    b->peers, announce_our_node(b->announce), spoken_configuration(b));
}

static uint32_t
on_audience(void *arg, const char *bgp_peer)
{
	const struct bgpd *b = arg;

	return announce_audience(b->announce, bgp_peer);
}

static const struct peers_ops peers_ops = {
	.arm = on_peers_arm,
	.routes_due = on_routes_due,
	.came = on_came,
	.refresh_due = on_refresh_due,
	.changed = on_peers_changed,
	.session = bgpd_watch_session,
	.up = bgpd_bmp_up,
	.down = bgpd_bmp_down,
	.blocked = on_blocked,
	.judged = on_judged,
	.recanted = on_recanted,
	.told = on_told,
	.router = bgpd_router,
	.audience = on_audience,
	.gateways = bgpd_gateways_known,
	.bfd_changed = on_bfd_changed,
};

/* What follows from the node and the configuration in force. */

static void
apply_identity(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	free(b->own_addrs);
	b->own_addrs = xcalloc(node->n_internal_ips, sizeof(struct addr));
	for (size_t i = 0; i < node->n_internal_ips; i++)
		b->own_addrs[i] = node->internal_ips[i];
	struct identity identity = {
		.asn = config->as_number,
		.router_id = peering_router_id(node, config),
		.cluster_id = peering_cluster_id(node),
		.addrs = b->own_addrs,
		.n_addrs = node->n_internal_ips,
	};

	rib_set_identity(b->rib, &identity);
}

static void
refresh_peers(struct bgpd *b)
{
	const struct node *node = announce_our_node(b->announce);
	const struct bgp_configuration *config = spoken_configuration(b);

	if (node != NULL && config != NULL)
		apply_identity(b, node, config);
	peers_refresh(b->peers, node, config);
	bgpd_apply_await(b, config);
	bgpd_apply_learned(b, config);
	bgpd_apply_listen(b, node, config);
	bgpd_apply_bmp(b, node, config);
	bgpd_apply_links(b);
	bgpd_apply_gateways(b);
	bgpd_end_resuming(b);
}

/* The status. */

static char *
on_build_status(void *arg)
{
	struct bgpd *b = arg;
	const struct node *node = announce_our_node(b->announce);

	/* One that is recalled may be another by now, of another uid. */
	if (node == NULL || store_is_recalled(b->store, KIND_NODE))
		return NULL;
	if (!b->status_of_other)
		return node_status_build(bgpd_view(b), node->meta.uid);
	b->status_of_other = false; /* unless we read again that it is */
	return node_status_claim(bgpd_view(b), node->meta.uid);
}

/* Sessions take a second or two, the data plane's first answer less. */
static bool
on_status_starts(void *arg)
{
	struct bgpd *b = arg;

	return !b->status_of_other &&
	    (health_is_pending(&b->health) ||
		ready_lacks_session(bgpd_view(b)));
}

static void
on_status_due(void *arg, uint64_t at)
{
	bgpd_mark(arg, JOB_STATUS, at);
}

static const struct status_ops status_ops = {
	.build = on_build_status,
	.starts = on_status_starts,
	.due = on_status_due,
};

/* The jobs. */

static uint64_t
run_guard(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	const struct guard_port *port = b->ports.guard;

	if (!b->guarding)
		guard_keep_found(b->guard, guard_until(b));
	b->guarding = true;

	uint64_t next = guard_expire(b->guard, now);

	if (port != NULL)
		port->settle(port->arg, b->guard);
	return next;
}

static uint64_t
run_peers(void *arg, uint64_t now)
{
	(void)now;
	bgpd_apply_stale(arg);
	refresh_peers(arg);
	return 0;
}

static uint64_t
run_tells(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	if (bgpd_is_recalled(b))
		return 0; /* until it is listed: last_state.c */
	tells_take(b->tells, now, tell_each, b);
	return tells_due(b->tells);
}

static uint64_t
run_status(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	return status_run(b->status);
}

static uint64_t
run_resets(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	(void)now;
	return peers_tick(b->peers);
}

/* Until all were visited, End-of-RIB waits. */
static uint64_t
run_announce(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	bool more = announce_run(b->announce);

	bgpd_hold_end(b);
	bgpd_mark_handover(b);
	return more ? now : 0;
}

static uint64_t
run_handover(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	announce_hand_over(b->announce);
	return announce_overlaps(b->announce) ? now + HANDOVER_PAUSE : 0;
}

/* Of millions a part at a time, so that sessions are served in between. */
static uint64_t
run_routes(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	bool forgot = rib_forget_some(b->rib, ROUTES_SLICE);
	bool filled = adjout_fill_some(b->adjout, ROUTES_SLICE);

	if (!forgot || !filled)
		return now;
	peers_settled(b->peers);
	return 0;
}

static const struct job_kind jobs[JOBS] = {
	[JOB_GUARD] = { run_guard },
	[JOB_PEERS] = { run_peers },
	[JOB_ROUTERS] = { bgpd_run_routers },
	[JOB_TELLS] = { run_tells },
	[JOB_HOLDINGS] = { bgpd_run_holdings },
	[JOB_STATUS] = { run_status },
	[JOB_RESETS] = { run_resets },
	[JOB_ANNOUNCE] = { run_announce },
	[JOB_HANDOVER] = { run_handover },
	[JOB_DRAIN] = { bgpd_run_drain },
	[JOB_NODE_READY] = { bgpd_run_node_ready },
	[JOB_HEALTH] = { bgpd_run_health },
	[JOB_BMP] = { bgpd_run_bmp },
	[JOB_AWAIT] = { bgpd_run_await },
	[JOB_LEARNED] = { bgpd_run_learned },
	[JOB_ROUTES] = { run_routes },
	[JOB_L2] = { bgpd_run_l2 },
	[JOB_VRRP] = { bgpd_run_vrrp },
	[JOB_VIPS] = { bgpd_run_vips },
	[JOB_VIP_STATUS] = { bgpd_run_vip_status },
	[JOB_ADDRESSES] = { bgpd_run_addresses },
	[JOB_RECALL] = { bgpd_run_recall },
	[JOB_STALE] = { bgpd_run_stale },
	[JOB_STATE] = { bgpd_run_state },
	[JOB_LAST_WORDS] = { bgpd_run_last_words },
	[JOB_STOP] = { bgpd_run_stop },
};

/* Who is about to end begins nothing any more. */
void
bgpd_all_listed(void *arg)
{
	struct bgpd *b = arg;

	if (b->phase != PHASE_RUNNING)
		return;
	log_info("node %s: everything is listed", b->options.node);
	b->listed = true;
	b->ran_at = bgpd_now(b);
	bgpd_apply_drain(b);
	announce_start(b->announce);
	bgpd_apply_health(b);
	bgpd_apply_stale(b);
	refresh_peers(b);
	bgpd_lan_start(b);
	adjout_start(b->adjout);
	on_routes_due(b);
	bgpd_mark_guard(b);
	bgpd_mark_status(b);
	bgpd_keep_all(b);
}

/*
 * A quarter of the memory: as much may be needed again for what peers are told, while
 * tables grow, and by all else that we keep.
 */
static size_t
table_budget(uint64_t memory)
{
	return memory == 0 || memory / 4 > RIB_BUDGET ? RIB_BUDGET
						      : (size_t)memory / 4;
}

struct bgpd *
bgpd_new(const struct bgpd_options *options, const struct bgpd_ports *ports,
    const struct bgpd_ops *ops, void *arg)
{
	struct bgpd *b = xcalloc(1, sizeof(*b));

	b->options = *options;
	if (options->instance.ns == NULL)
		b->options.instance = instance_default;
	b->ports = *ports;
	jobs_init(&b->jobs, jobs, JOBS);
	b->ops = ops;
	b->arg = arg;
	b->started = bgpd_now(b);
	rng_init(&b->rng, options->seed);
	b->bad_kind = KINDS;
	b->status = status_new(
	    options->node, KIND_STATUS, ports->clock, &status_ops, b);
	b->tells = tells_new(options->on_dir ? NULL : options->node);
	b->n_kinds = options->daemonset != NULL ? KINDS : KIND_DAEMONSET;
	b->store = store_new(bgpd_kinds, b->n_kinds, &bgpd_store_ops, b);
	store_only(b->store, KIND_STATUS, options->node);
	store_set_namespace(b->store, KIND_SECRET, b->options.instance.ns);
	if (options->daemonset != NULL) {
		store_only(b->store, KIND_DAEMONSET, options->daemonset);
		store_set_namespace(
		    b->store, KIND_DAEMONSET, b->options.instance.ns);
		store_only(b->store, KIND_NAMESPACE, b->options.instance.ns);
	}
	struct announce_kinds k = { KIND_NODE, KIND_CONFIGURATION, KIND_GROUP,
		KIND_SERVICE, KIND_BLOCK, KIND_SERVICE_CIDR, KIND_PEER,
		!options->on_dir, &b->options.instance };

	b->guard = guard_new();
	b->announce =
	    announce_new(options->node, b->store, &k, &announce_ops, b);
	b->paths = path_table_new(options->seed);
	b->rib = rib_new(b->paths);
	rib_set_budget(b->rib, table_budget(options->memory));
	b->adjout = adjout_new(b->rib);
	bgpd_watch_init(b);
	bgpd_bmp_init(b);
	bgpd_learned_init(b);
	struct peers_env env = { b->store,
		{ KIND_NODE, KIND_CONFIGURATION, KIND_PEER,
		    &b->options.instance },
		KIND_SECRET, KIND_FILTER, b->rib, b->adjout, &b->rng,
		ports->clock, ports->tcp, ports->bfd, options->preserved };

	b->peers = peers_new(&env, &peers_ops, b);
	bgpd_lan_init(b);
	bgpd_gateways_init(b);
	bgpd_node_ready_init(b);
	return b;
}

void
bgpd_free(struct bgpd *b)
{
	if (b == NULL)
		return;
	b->source = NULL; /* it has gone before; nothing is told any more */
	bgpd_lan_fini(b);
	bgpd_learned_fini(b);
	peers_free(b->peers);
	adjout_free(b->adjout);
	announce_free(b->announce);
	monitor_free(b->monitor);
	bgpd_bmp_fini(b);
	rib_free(b->rib);
	path_table_free(b->paths);
	store_free(b->store);
	bgpd_last_state_fini(b);
	for (size_t i = 0; i < b->n_deaf; i++)
		free(b->deaf[i].why);
	free(b->deaf);
	standing_fini(&b->standing);
	bgpd_node_ready_fini(b);
	drain_fini(&b->drain);
	drain_fini(&b->exclusion);
	conditions_fini(&b->bad);
	free(b->bad_name);
	tells_free(b->tells);
	writes_fini(&b->writes);
	free(b->unguarded);
	status_free(b->status);
	free(b->health_url);
	guard_free(b->guard);
	free(b->own_addrs);
	free(b);
}

struct store *
bgpd_store(struct bgpd *b)
{
	return b->store;
}

void
bgpd_set_source(struct bgpd *b, struct source *source)
{
	b->source = source;
	status_set_source(b->status, source);
}

void
bgpd_tick(struct bgpd *b)
{
	jobs_run(&b->jobs, b, bgpd_now(b));
	if (jobs_next(&b->jobs) != 0)
		b->ops->arm(b->arg, jobs_next(&b->jobs));
}

void
bgpd_guarded(struct bgpd *b, const char *why)
{
	free(b->unguarded);
	b->unguarded = xstrdup(why);
	bgpd_mark_status(b);
}

void
bgpd_bfd(struct bgpd *b, const struct bfd_news *news)
{
	peers_bfd(b->peers, news);
}

bool
bgpd_is_listed(const struct bgpd *b, struct err *why)
{
	if (b->listed)
		return true;
	for (size_t kind = 0; kind < b->n_kinds; kind++)
		if (!store_is_listed(b->store, kind))
			return err_set(
			    why, "%s: not listed yet", bgpd_kinds[kind].plural);
	return true;
}

/* Of one kind: the first that is refused and has no last good value. */
struct lost {
	const struct bgpd *b;
	size_t kind;
	struct err *why;
};

static void
lost_each(void *arg, const struct object_key *key, const struct err *why)
{
	struct lost *l = arg;

	if (l->why->text[0] == '\0' &&
	    store_get(l->b->store, l->kind, key) == NULL)
		err_set(l->why, "%s %s: %s", bgpd_kinds[l->kind].kind,
		    key->name, why->text);
}

/* Does what is refused leave this node without any peer? */
static bool
has_lost_peers(const struct bgpd *b, struct err *why)
{
	static const size_t kinds[] = { KIND_CONFIGURATION, KIND_PEER };
	size_t n;

	why->text[0] = '\0';
	peers_view(b->peers, &n);
	for (size_t i = 0; n == 0 && i < sizeof(kinds) / sizeof(kinds[0]); i++)
		store_each_refused(b->store, kinds[i], lost_each,
		    &(struct lost){ b, kinds[i], why });
	return why->text[0] != '\0';
}

bool
bgpd_ready(struct bgpd *b, struct err *why)
{
	if (b->ready || !bgpd_is_listed(b, why) || has_lost_peers(b, why))
		return b->ready;
	const char *behind = peers_behind(b->peers);
	bool over = bgpd_now(b) - b->ran_at >= BGPD_READY_WAIT;

	if (!over && health_is_pending(&b->health))
		return err_set(
		    why, "data plane: %s has not answered yet", b->health_url);
	if (!over && behind != NULL)
		return err_set(why, "peer %s: not told everything yet", behind);
	b->ready = true;
	return true;
}
