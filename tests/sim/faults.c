/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A step begins something and then lets time go on, mostly for moments, sometimes for
 * minutes, so that what one step has begun meets the next ones. What a step takes away
 * it has given back when its own time is over; scene_heal() does not wait for that.
 * Each stands by itself, so that a failing history can be made shorter by leaving steps
 * out.
 */
#include "tests/sim/faults.h"

#include "bgpd/bfd/bfd_port.h"
#include "bgpd/session/agreed.h"
#include "tests/fake/fake_cluster.h"
#include "tests/sim/allocators.h"
#include "tests/sim/chance.h"
#include "tests/sim/daemon.h"
#include "tests/sim/edits.h"
#include "tests/sim/etcd.h"
#include "tests/sim/faults_net.h"
#include "tests/sim/limited.h"
#include "tests/sim/plane.h"
#include "tests/sim/promises.h"
#include "tests/sim/rim.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

/* --- Hosts and programs. --- */

static void
on_router_due(void *arg, uint64_t nth)
{
	struct history *h = arg;

	router_start(h->routers[nth]);
}

static void
router_goes(struct history *h)
{
	unsigned nth = any_router(h), how = below(h, 3);

	h->troubles++;
	if (how == 0)
		vhost_set_power(router_host(h->routers[nth]), false);
	if (how == 1)
		router_stop(h->routers[nth]);
	else
		router_kill(h->routers[nth]);
	later(h, on_router_due, nth);
	go_on(h);
}

static void
router_resets(struct history *h)
{
	router_reset(h->routers[any_router(h)], any_node(h));
	go_on(h);
}

static void
router_asks_again(struct history *h)
{
	router_refresh(h->routers[any_router(h)], any_node(h));
	go_on(h);
}

static void
on_node_due(void *arg, uint64_t nth)
{
	struct history *h = arg;

	h->stopped[nth] = 0;
	if (!daemon_is_running(h->nodes[nth]))
		daemon_start(h->nodes[nth]);
}

/* Is nothing wrong that could keep a goodbye from its routers? */
static bool
is_undisturbed(const struct history *h)
{
	return h->troubles == 0;
}

static unsigned
any_version(struct history *h)
{
	return below(h, 3) == 0 ? below(h, KNOWS_ALL + 1) : KNOWS_ALL;
}

static void
node_restarts(struct history *h)
{
	unsigned nth = any_node(h);

	if (!daemon_is_running(h->nodes[nth]))
		return;
	h->stopped[nth] = h->w->now;
	if (below(h, 2) == 0)
		daemon_set_version(h->nodes[nth], any_version(h));
	daemon_stop(h->nodes[nth]);
	later(h, on_node_due, nth);
	go_on(h);
}

static void
node_leaves(struct history *h)
{
	unsigned nth = any_node(h);

	if (!daemon_is_running(h->nodes[nth]))
		return;
	h->stopped[nth] = h->w->now;
	if (is_undisturbed(h))
		promises_expect_goodbye(h, nth);
	daemon_leave(h->nodes[nth]);
	later(h, on_node_due, nth);
	go_on(h);
}

static void
node_goes(struct history *h)
{
	unsigned nth = any_node(h);

	h->troubles++;
	if (below(h, 2) == 0) {
		daemon_lose_power(h->nodes[nth]);
		if (h->teaches)
			taught_links(h, nth);
	} else
		daemon_kill(h->nodes[nth]);
	h->stopped[nth] = h->w->now;
	later(h, on_node_due, nth);
	go_on(h);
}

static void
on_whole(void *arg, uint64_t nth)
{
	struct history *h = arg;

	daemon_set_kernel(h->nodes[nth], &(struct kernel){ 0 });
}

/* Where it is to listen is only seen by one that starts; an intruder waits for it. */
static void
kernel_refuses(struct history *h)
{
	unsigned nth = any_node(h), what = 1 + below(h, 15);
	struct kernel kernel = { .no_keys = (what & 1) != 0,
		.no_filters = (what & 2) != 0,
		.no_listening = (what & 4) != 0,
		.astray = (what & 8) != 0 };

	h->troubles++;
	world_trace(h->w, "node%u: the kernel refuses %u", nth, what);
	daemon_set_kernel(h->nodes[nth], &kernel);
	if (below(h, 2) == 0 && daemon_is_running(h->nodes[nth])) {
		daemon_kill(h->nodes[nth]);
		daemon_start(h->nodes[nth]);
	}
	later(h, on_whole, nth);
	go_on(h);
	if (below(h, 2) == 0)
		intrude(h, nth, any_router(h));
	go_on(h);
}

/* Of its day: nothing is to depend on it but what people read. */
static void
clock_is_set(struct history *h)
{
	unsigned nth = any_node(h);
	int64_t ms = (int64_t)below(h, 2 * 86400000) - 86400000;

	world_trace(
	    h->w, "node%u: its clock is set by %lld ms", nth, (long long)ms);
	daemon_step_clock(h->nodes[nth], ms);
	go_on(h);
}

/* --- What is planned. --- */

enum {
	WAIT = 5000, /* ms */
	WAITS = 20,
	START_MOST =
	    15000, /* ms until a daemon that was restarted is there again */
	LATE_MOST = 30000, /* ms from its start to its sessions */
};

/* As Kubernetes knows it by bgpd_ready(): who was restarted is through with it. */
static bool
is_ready(const struct history *h, unsigned nth)
{
	for (unsigned k = 0; k < h->n_routers; k++)
		if (router_connection(h->routers[k], nth) == 0 ||
		    router_table(h->routers[k], nth).stale != 0)
			return false;
	return daemon_is_running(h->nodes[nth]);
}

/* Who is drained leaves for good, and not all routers know others by then. */
static bool
may_not_end(const struct history *h, unsigned nth)
{
	return h->racks && h->drained[nth];
}

static void
restart(struct history *h, unsigned nth, bool kill)
{
	uint64_t at = h->w->now + 100 + below(h, START_MOST);

	if (!is_ready(h, nth) || may_not_end(h, nth))
		return;
	if (kill && h->bfd == NULL) /* BFD takes it for what it is */
		daemon_kill(h->nodes[nth]);
	else
		daemon_stop(h->nodes[nth]);
	world_at(h->w, at, on_node_due, h, nth);
}

/* ms for which all routers keep what the node has announced; 0: not for long. */
static uint64_t
kept_for(const struct history *h, unsigned nth)
{
	uint64_t least = h->bfd != NULL ? BFD_HOLD : UINT64_MAX;

	for (unsigned k = 0; k < h->n_routers; k++) {
		struct agreed a = { 0 };
		bool up = router_agreed(h->routers[k], nth, &a);
		uint32_t s = a.caps.long_lived.time[FAMILY_V4];

		/* Else it comes back with another wish, and routes go. */
		if (!up || s == 0 || s != h->long_lived)
			return 0;
		if ((s + a.caps.restart.time) * 1000ull < least)
			least = (s + a.caps.restart.time) * 1000ull;
	}
	return least;
}

/* Behind the restart time there is what RFC 9494 says. */
static void
daemon_is_long_away(struct history *h)
{
	unsigned nth = any_node(h);
	uint64_t most = is_ready(h, nth) ? kept_for(h, nth) : 0;

	if (most == 0 || may_not_end(h, nth))
		return;
	if (below(h, 2) == 0 && h->bfd == NULL)
		daemon_kill(h->nodes[nth]);
	else
		daemon_stop(h->nodes[nth]);
	world_at(h->w, h->w->now + below(h, (uint32_t)most - LATE_MOST),
	    on_node_due, h, nth);
	go_on(h);
}

static void
daemon_is_restarted(struct history *h)
{
	restart(h, any_node(h), false);
	go_on(h);
}

static void
daemon_is_killed(struct history *h)
{
	restart(h, any_node(h), true);
	go_on(h);
}

/* Who loses a connection again before all was said anew is forgotten (RFC 4724 4.2). */
static void
ready_connection_is_reset(struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++)
		if (!is_ready(h, i))
			return;
	connection_is_reset(h);
}

/* To an older one, and to a newer one again. */
static void
daemons_are_upgraded(struct history *h)
{
	unsigned version = any_version(h);

	for (unsigned i = 0; i < h->n_nodes; i++) {
		if (is_ready(h, i))
			daemon_set_version(h->nodes[i], version);
		restart(h, i, below(h, 4) == 0);
		world_run(h->w, h->w->now + 2 * START_MOST + below(h, 10000));
	}
	go_on(h);
}

/* One after the other, as a DaemonSet does. */
static void
daemons_are_updated(struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++) {
		restart(h, i, false);
		world_run(h->w, h->w->now + 2 * START_MOST + below(h, 10000));
	}
	go_on(h);
}

static bool
is_at_peace(const struct history *h)
{
	for (unsigned i = 0; i < h->n_nodes; i++)
		if (!is_ready(h, i))
			return false;
	return plane_is_whole(h->plane);
}

/* People wait for one change to end before they begin another. */
static bool
await(struct history *h)
{
	for (unsigned i = 0; h->planned && !is_at_peace(h); i++) {
		if (i == WAITS)
			return false;
		world_run(h->w, h->w->now + WAIT);
	}
	return true;
}

static void
drain_is_edited(struct history *h)
{
	unsigned nth = any_node(h);

	if (!await(h))
		return;
	h->drained[nth] = !h->drained[nth];
	world_trace(h->w, "node%u is %s", nth,
	    h->drained[nth] ? "to be drained" : "in service again");
	scene_put_node(h, nth);
	go_on(h);
}

static void
configuration_is_edited(struct history *h)
{
	if (!await(h))
		return;
	switch (below(h, 4)) {
	case 0:
		h->restart_time = 60 + below(h, 60);
		break;
	case 1:
		h->notification = !h->notification;
		break;
	case 2:
		h->long_lived = h->long_lived != 0 ? 0 : scene_long_lived(h);
		break;
	default:
		h->drain_wait = scene_drain_wait(h);
		break;
	}
	world_trace(h->w,
	    "restart time %u s, for long %u s%s, drain's wait %u s",
	    h->restart_time, h->long_lived, h->notification ? ", N" : "",
	    h->drain_wait);
	scene_put_configuration(h);
	go_on(h);
}

/* What resets a session, or does not. */
static void
timers_are_edited(struct history *h)
{
	unsigned nth = any_router(h);

	if ((h->filtered || h->mesh.there) && below(h, 2) == 0 &&
	    more_is_edited(h))
		return;
	if (!await(h))
		return;
	if (h->bfd != NULL && below(h, 2) == 0) {
		watch_is_edited(h, nth);
		return;
	}
	if (below(h, 2) == 0)
		h->peers[nth].hold_time = 9 + 9 * below(h, 10);
	else
		h->peers[nth].connect_retry = 1 + below(h, 10);
	world_trace(h->w, "r%u: hold time %u s, retry %u s", nth,
	    h->peers[nth].hold_time, h->peers[nth].connect_retry);
	scene_put_peer(h, nth);
	go_on(h);
}

/* --- The way to the objects, and kube-proxy. --- */

static void
on_back(void *arg, uint64_t nth)
{
	daemon_set_away(((struct history *)arg)->nodes[nth], false);
}

static void
source_is_away(struct history *h)
{
	unsigned nth = any_node(h);

	world_trace(h->w, "node%u: source is away", nth);
	daemon_set_away(h->nodes[nth], true);
	later(h, on_back, nth);
	go_on(h);
}

static void
source_lags(struct history *h)
{
	unsigned nth = any_node(h);
	unsigned ms =
	    below(h, 2) == 0 ? 0 : below(h, h->planned ? 3000 : 30000);

	world_trace(h->w, "node%u: source is %u ms late", nth, ms);
	daemon_set_lag(h->nodes[nth], ms);
	go_on(h);
}

static void
source_shows_the_past(struct history *h)
{
	unsigned nth = any_node(h), ms = (unsigned)a_fault(h);

	world_trace(h->w, "node%u: source is behind for %u ms", nth, ms);
	daemon_show_past(h->nodes[nth], rng_u32(&h->rng), ms);
	h->past_until[nth] = h->w->now + ms;
	go_on(h);
}

static void
cluster_is_backed_up(struct history *h)
{
	etcd_back_up(h->etcd);
	go_on(h);
}

static void
cluster_goes_back(struct history *h)
{
	world_trace(h->w, "the cluster goes back in time");
	etcd_restore(h->etcd);
	allocators_copy(h->allocators);
	for (unsigned i = 0; i < h->n_nodes; i++)
		daemon_went_back(h->nodes[i]);
	limited_went_back(h);
	scene_adapt_routers(h);
	go_on(h);
}

static void
on_plane_up(void *arg, uint64_t nth)
{
	daemon_set_plane(((struct history *)arg)->nodes[nth], true);
}

static void
plane_goes_down(struct history *h)
{
	unsigned nth = any_node(h);

	world_trace(h->w, "node%u: kube-proxy does not answer", nth);
	daemon_set_plane(h->nodes[nth], false);
	later(h, on_plane_up, nth);
	go_on(h);
}

/* --- Allocators. --- */

static void
replica_fails(struct history *h)
{
	struct cluster *c = allocators_cluster(h->allocators);
	unsigned replica = below(h, 2), how = below(h, 5);
	unsigned ms = (unsigned)a_fault(h);

	world_trace(h->w, "allocator %u fails, %u", replica, how);
	if (how == 0)
		cluster_set_away(c, replica, ms);
	else if (how == 1)
		cluster_set_cut(c, replica, ms);
	else if (how == 2)
		cluster_kill(c, replica);
	else if (how == 3)
		cluster_end(c, replica);
	else
		cluster_set_faults(c, below(h, 128));
	go_on(h);
}

static void
nothing_happens(struct history *h)
{
	if (more_is_edited(h))
		return;
	go_on(h);
}

const struct step_kind fault_kinds[] = {
	{ "a Service is put", 10, service_is_put },
	{ "a Service is dropped", 3, service_is_dropped },
	{ "a peer is edited", 4, peer_is_edited },
	{ "a password changes", 4, password_changes },
	{ "a Secret comes or goes", 2, secret_comes_and_goes },
	{ "addresses swap", 4, addresses_swap },
	{ "a rival comes or goes", 4, rival_comes_and_goes },
	{ "a way is cut", 5, way_is_cut },
	{ "a connection is reset", 4, connection_is_reset },
	{ "segments are lost", 3, segments_are_lost },
	{ "a clock is set", 1, clock_is_set },
	{ "a host reads nothing", 3, host_reads_nothing },
	{ "a router reads little", 3, router_reads_little },
	{ "a router goes", 4, router_goes },
	{ "a router resets", 2, router_resets },
	{ "a router asks again", 2, router_asks_again },
	{ "a node restarts", 4, node_restarts },
	{ "a node leaves", 2, node_leaves },
	{ "a node goes", 3, node_goes },
	{ "a kernel refuses", 6, kernel_refuses },
	{ "a source is away", 3, source_is_away },
	{ "a source lags", 3, source_lags },
	{ "a source shows the past", 4, source_shows_the_past },
	{ "the cluster is backed up", 2, cluster_is_backed_up },
	{ "the cluster goes back", 2, cluster_goes_back },
	{ "kube-proxy goes", 2, plane_goes_down },
	{ "a drain is edited", 2, drain_is_edited },
	{ "a configuration is edited", 1, configuration_is_edited },
	{ "an intruder dials", 4, intruder_dials },
	{ "an allocator fails", 5, replica_fails },
	{ "nothing", 4, nothing_happens },
	{ 0 },
};

const struct step_kind planned_kinds[] = {
	{ "a Service is put", 8, service_is_put },
	{ "a Service is dropped", 1, service_is_dropped },
	{ "a daemon is restarted", 4, daemon_is_restarted },
	{ "a daemon is killed", 3, daemon_is_killed },
	{ "daemons are updated", 2, daemons_are_updated },
	{ "daemons are upgraded", 2, daemons_are_upgraded },
	{ "a daemon is long away", 2, daemon_is_long_away },
	{ "a drain is edited", 4, drain_is_edited },
	{ "a configuration is edited", 2, configuration_is_edited },
	{ "timers are edited", 3, timers_are_edited },
	{ "a connection is reset", 2, ready_connection_is_reset },
	{ "a router asks again", 2, router_asks_again },
	{ "a router reads little", 2, router_reads_little },
	{ "a source is away", 2, source_is_away },
	{ "a source lags", 1, source_lags },
	{ "a clock is set", 1, clock_is_set },
	{ 0 },
};
