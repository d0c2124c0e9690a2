/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop - how long the event loop of a node daemon is held at most, by each kind of work
 * that grows with what there is.
 *
 *	loop [ROW]...
 *
 * The daemon is the simulator's, its clock virtual, so nothing runs but its core. The
 * linker puts a stopwatch around each function by which a rim calls it (--wrap, see
 * local.mk): what runs within the outermost of these holds the loop. CPU time counts,
 * so others on the machine don't. The directory is read by its own event loop, of which
 * each turn is one call.
 *
 * A row is a process of its own: it prepares, then the watch is set to zero, then the
 * work is done to its end. All are well below MOST, or the bench fails.
 */
#include <event2/event.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <jansson.h>

#include "bench/cpu.h"
#include "bgpd/control/control.h"
#include "bgpd/control/metrics.h"
#include "bgpd/kernel/guard.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/session/links.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "common/metrics.h"
#include "common/source/source.h"
#include "common/source_io.h"
#include "tests/sim/sim_load.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define MOST 10.0 /* ms */
#define ROUTES 1000000
#define SERVICES 20000
#define AGGREGATES 5000
#define NODES 5000
#define PEERS 100
#define BULK 1000  /* Services of as many addresses: ROUTES */
#define BATCH 64   /* as guard_io */
#define SLICE 8192 /* of routes, as the daemon */

/* ---- the stopwatch ---- */

static struct {
	unsigned depth;
	double begun, longest, sum; /* ms */
	unsigned long calls;
	const char *call, *longest_call;
} held;

static void
hold(const char *call)
{
	if (held.depth++ > 0)
		return;
	held.call = call;
	held.begun = cpu_ms();
}

static void
let_go(void)
{
	if (--held.depth > 0)
		return;
	double ms = cpu_ms() - held.begun;

	held.calls++;
	held.sum += ms;
	if (ms <= held.longest)
		return;
	held.longest = ms;
	held.longest_call = held.call;
}

#define WATCHED_VOID(name, params, args) \
	void __real_##name params;       \
	void __wrap_##name params;       \
	void __wrap_##name params        \
	{                                \
		hold(#name);             \
		__real_##name args;      \
		let_go();                \
	}

#define WATCHED(type, name, params, args)         \
	type __real_##name params;                \
	type __wrap_##name params;                \
	type __wrap_##name params                 \
	{                                         \
		hold(#name);                      \
		type result = __real_##name args; \
		let_go();                         \
		return result;                    \
	}

WATCHED_VOID(bgpd_tick, (struct bgpd * b), (b))
WATCHED_VOID(store_put,
    (struct store * s, size_t kind, const struct json_t *obj), (s, kind, obj))
WATCHED_VOID(store_drop,
    (struct store * s, size_t kind, const struct object_key *key),
    (s, kind, key))
WATCHED_VOID(store_list_end, (struct store * s, size_t kind), (s, kind))
WATCHED(size_t, conn_input,
    (struct conn * c, const uint8_t *bytes, size_t n, uint64_t now),
    (c, bytes, n, now))
WATCHED(bool, conn_output, (struct conn * c, struct rbuf *msg), (c, msg))
WATCHED_VOID(conn_sent, (struct conn * c, size_t n, bool full, uint64_t now),
    (c, n, full, now))
WATCHED_VOID(conn_tcp_down, (struct conn * c, const char *why, uint64_t now),
    (c, why, now))
WATCHED_VOID(session_tick, (struct session * s, uint64_t now), (s, now))
WATCHED(bool, rib_forget_some, (struct rib * r, uint32_t most), (r, most))
WATCHED(bool, adjout_fill_some, (struct adjout * a, uint32_t most), (a, most))
WATCHED_VOID(adjout_leave, (struct member * m), (m))
WATCHED(char *, control_answer,
    (const struct control_ops *ops, void *arg, const char *line, size_t n,
	struct control_caller *caller),
    (ops, arg, line, n, caller))
WATCHED(char *, metrics_text, (const struct metrics *m), (m))
WATCHED_VOID(guard_compare, (struct guard * g), (g))
WATCHED(size_t, guard_next,
    (struct guard * g, struct guard_change *changes, size_t max),
    (g, changes, max))
WATCHED(
    int, event_base_loop, (struct event_base * base, int flags), (base, flags))

/* ---- what there is ---- */

static char *
text_of(char **text, size_t *n, FILE *to)
{
	(void)n;
	fclose(to);
	return *text;
}

static void
put_configuration(struct sim *s, const char *more)
{
	char *yaml = xasprintf(
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, advertiseWithoutEndpoints: true, "
	    "serviceExternalIPs: [{cidr: 11.0.0.0/8}]%s}\n",
	    more);

	sim_put(s, yaml);
	free(yaml);
}

static void
put_group(struct sim *s, const char *more)
{
	char *yaml =
	    xasprintf("apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
		      "metadata: {name: web}\n"
		      "spec: {pools: [{subnet: 10.0.0.0/8, pool: 10.0.0.0/8, "
		      "aggregation: /28}]%s}\n",
		more);

	sim_put(s, yaml);
	free(yaml);
}

/* The n-th address of a pool, so that each is in an aggregate of its own. */
static void
put_service(struct sim *s, unsigned n, const char *policy)
{
	char *yaml = xasprintf(
	    "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: s-%u, namespace: web}\n"
	    "spec: {type: LoadBalancer, clusterIP: 172.16.%u.%u, "
	    "externalTrafficPolicy: %s, ports: [{port: 80}]}\n"
	    "status: {loadBalancer: {ingress: [{ip: 10.%u.%u.%u}]}}\n",
	    n, n >> 8, n & 0xff, policy, n >> 12, n >> 4 & 0xff,
	    (n & 0xf) << 4);

	sim_put(s, yaml);
	free(yaml);
}

static void
put_services(struct sim *s, unsigned count, const char *policy)
{
	for (unsigned n = 0; n < count; n++)
		put_service(s, n, policy);
}

static void
put_peer(struct sim *s, const char *name, const char *address)
{
	char *yaml = xasprintf("apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
			       "metadata: {name: %s}\n"
			       "spec: {peerIP: %s, asNumber: 65002}\n",
	    name, address);

	sim_put(s, yaml);
	free(yaml);
	sim_sleep(s, 1000);
}

static struct fake_peer *
established(struct sim *s, const char *name)
{
	struct fake_peer *p = sim_peer(s, name);

	p->spells = false;
	return sim_establish(s, name);
}

static void
table_announced(struct sim *s)
{
	put_configuration(s, "");
	for (unsigned n = 0; n < ROUTES / BULK; n++)
		sim_put_bulk(s, n * BULK, BULK);
	sim_settle(s);
}

static struct fake_peer *
table_received(struct sim *s)
{
	struct fake_peer *p = established(s, "a");

	for (uint32_t i = 0; i < ROUTES;)
		i += sim_say_routes(p, i, ROUTES);
	sim_settle(s);
	return p;
}

/* ---- the rows ---- */

static void
begin(void)
{
	memset(&held, 0, sizeof(held));
}

static void
row_receive(struct sim *s)
{
	begin();
	table_received(s);
}

/* A rib by itself, with routes of a source that a daemon would use. */
struct table {
	struct path_table *paths;
	struct rib *rib;
};

enum { SOURCE = 1, LISTENER };

static void
table_say(const struct table *t, uint32_t community)
{
	struct path_local local = {
		.communities = &community,
		.n_communities = 1,
		.local_pref = 100,
	};
	struct path *path = path_local(t->paths, &local);

	for (uint32_t i = 0; i < ROUTES; i++) {
		struct addr a = addr_v4(0x0b000000 + i);
		struct prefix p = prefix_host(&a);

		rib_set(t->rib, SOURCE, &p, path);
	}
	path_unref(path);
}

static struct table
table_new(void)
{
	struct table t = { .paths = path_table_new(1) };

	t.rib = rib_new(t.paths);
	rib_add_source(
	    t.rib, SOURCE, &(struct rib_source){ .kind = PEER_EBGP });
	table_say(&t, 1);
	return t;
}

static void
table_free(struct table *t)
{
	rib_free(t->rib);
	path_table_free(t->paths);
}

/* A daemon with no use for so many only counts them. */
static void
row_forget(struct sim *s)
{
	struct table t = table_new();

	(void)s;
	begin();
	rib_forget_begin(t.rib, SOURCE);
	while (!rib_forget_some(t.rib, SLICE))
		;
	table_free(&t);
}

static void
on_wake(void *arg)
{
	(void)arg;
}

/* Who reads slowly. */
static void
row_leave(struct sim *s)
{
	static const struct adjout_ops ops = { .wake = on_wake };
	static const struct group_key key = {
		.families = { [FAMILY_V4] = true },
		.kind = PEER_EBGP,
		.pass_received = true,
		.max_message = 4096,
		.local_as = 65001,
		.next_hop = { [FAMILY_V4] = { FAMILY_V4, { 192, 0, 2, 1 } } },
	};
	struct table t = table_new();
	struct adjout *a = adjout_new(t.rib);
	struct member *m;

	(void)s;
	adjout_start(a);
	m = adjout_join(a, &key, LISTENER, &ops, NULL);
	while (!adjout_fill_some(a, SLICE))
		;
	table_say(&t, 2);
	begin();
	adjout_leave(m);
	while (!adjout_fill_some(a, SLICE))
		;
	adjout_free(a);
	table_free(&t);
}

static void
row_fill(struct sim *s)
{
	table_announced(s);
	put_peer(s, "b", "192.0.2.3");
	begin();
	established(s, "b");
	sim_sleep(s, 3000);
}

static void
row_move(struct sim *s)
{
	table_announced(s);
	established(s, "a");
	sim_sleep(s, 3000);
	begin();
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
	    "metadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002, "
	    "keepOriginalNextHop: true}\n");
	sim_sleep(s, 3000);
}

static void
row_configuration(struct sim *s)
{
	put_configuration(s, "");
	put_group(s, "");
	put_services(s, SERVICES, "Local");
	sim_settle(s);
	established(s, "a");
	begin();
	put_configuration(s,
	    ", prefixAdvertisements: [{cidr: 10.0.0.0/8, communities: ['65001:7']}]");
	sim_sleep(s, 3000);
}

static void
row_group(struct sim *s)
{
	put_configuration(s, "");
	put_group(s, "");
	put_services(s, SERVICES, "Local");
	sim_settle(s);
	established(s, "a");
	begin();
	put_group(s, ", announce: {bgp: {communities: ['65001:7']}}");
	sim_sleep(s, 3000);
}

#define NODE(more)                                     \
	"apiVersion: v1\nkind: Node\n"                 \
	"metadata: {name: node1, uid: u1, " more "}\n" \
	"spec: {podCIDRs: [10.33.5.0/24]}\n"           \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n"

/* Announced with GRACEFUL_SHUTDOWN, and 10 s later withdrawn. */
static void
node_change(struct sim *s, const char *node)
{
	put_configuration(s, "");
	put_group(s, "");
	put_services(s, SERVICES, "Local");
	sim_settle(s);
	established(s, "a");
	begin();
	sim_put(s, node);
	sim_sleep(s, 14000);
}

static void
row_node(struct sim *s)
{
	node_change(s,
	    NODE(
		"labels: {rack: a, "
		"node.kubernetes.io/exclude-from-external-load-balancers: ''}"));
}

static void
row_drain(struct sim *s)
{
	node_change(
	    s, NODE("labels: {rack: a}, annotations: {lbbgp.io/drain: ''}"));
}

/* Each Service has its endpoint on another node, each rack of nodes its peer. */
static void
put_cluster(struct sim *s)
{
	char *yaml;

	for (unsigned n = 0; n < PEERS; n++) {
		yaml =
		    xasprintf("apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
			      "metadata: {name: rack-%u}\n"
			      "spec: {peerIP: 198.51.100.%u, asNumber: 65002, "
			      "nodeSelector: {matchLabels: {rack: r%u}}}\n",
			n, n + 1, n);
		sim_put(s, yaml);
		free(yaml);
	}
	for (unsigned n = 0; n < NODES; n++) {
		yaml =
		    xasprintf("apiVersion: v1\nkind: Node\n"
			      "metadata: {name: n-%u, labels: {rack: r%u}}\n",
			n, n % PEERS);
		sim_put(s, yaml);
		free(yaml);
	}
	for (unsigned n = 0; n < SERVICES; n++) {
		yaml = xasprintf(
		    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
		    "metadata: {name: s-%u, namespace: web, labels: "
		    "{kubernetes.io/service-name: s-%u}}\n"
		    "addressType: IPv4\n"
		    "endpoints: [{addresses: [10.33.5.9], nodeName: n-%u}, "
		    "{addresses: [10.33.5.8], nodeName: node1, conditions: "
		    "{ready: false, serving: true, terminating: true}}]\n",
		    n, n, n % NODES);
		sim_put(s, yaml);
		free(yaml);
	}
}

static void
cluster_announced(struct sim *s)
{
	put_configuration(s, "");
	put_group(s, "");
	put_services(s, SERVICES, "Local");
	put_cluster(s);
	sim_sleep(s, 10000);
	established(s, "a");
}

static void
row_others(struct sim *s)
{
	cluster_announced(s);
	begin();
	put_configuration(s, ", serviceNodeSelector: {matchLabels: {rack: a}}");
	sim_sleep(s, 3000);
}

/* All at once, as after a network that was away: the first ones of their nodes. */
static void
row_endpoints(struct sim *s)
{
	put_configuration(s, "");
	put_group(s, "");
	put_services(s, SERVICES, "Local");
	sim_settle(s);
	put_cluster(s);
	begin();
	sim_sleep(s, 10000);
}

static void
row_peer(struct sim *s)
{
	cluster_announced(s);
	begin();
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
	    "metadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002, "
	    "nodeSelector: {matchLabels: {rack: a}}}\n");
	sim_sleep(s, 3000);
}

/* The kernel's part is bench/guard's. */
static void
carry_out(struct guard *g)
{
	struct guard_change changes[BATCH];
	size_t n;

	guard_forget_rules(g);
	guard_forget_routes(g);
	guard_compare(g);
	while ((n = guard_next(g, changes, BATCH)) > 0)
		for (size_t i = 0; i < n; i++)
			guard_made(g, &changes[i], true);
}

static void
row_guard(struct sim *s)
{
	put_configuration(s, "");
	put_services(s, AGGREGATES, "Cluster");
	sim_settle(s);
	begin();
	put_group(s, "");
	sim_sleep(s, 3000);
	if (guard_count(s->lent) != AGGREGATES + 1)
		abort();
	carry_out(s->lent);
}

static const struct daemon_view *
on_view(void *arg)
{
	const struct sim *s = arg;

	return bgpd_view(s->bgpd);
}

/* All parts of the reply, one after the other. */
static void
ask_all(struct sim *s, const char *question)
{
	static const struct control_ops ops = { .view = on_view };
	struct control_caller nobody = { .may_act = false };
	json_t *request = json_loads(question, 0, NULL), *cursor;

	do {
		char *line = json_dumps(request, JSON_COMPACT);
		char *text =
		    control_answer(&ops, s, line, strlen(line), &nobody);
		json_t *reply = json_loads(text, 0, NULL);

		if (json_object_get(reply, "error") != NULL)
			abort();
		cursor = json_object_get(reply, "cursor");
		if (json_is_array(cursor))
			json_object_set(request, "cursor", cursor);
		else
			cursor = NULL;
		json_decref(reply);
		free(text);
		free(line);
	} while (cursor != NULL);
	json_decref(request);
}

static void
row_routes(struct sim *s)
{
	table_announced(s);
	established(s, "a");
	begin();
	ask_all(s, "{\"version\": 1, \"request\": \"routes\"}");
	ask_all(s,
	    "{\"version\": 1, \"request\": \"routes\", "
	    "\"scope\": \"advertised\"}");
}

static void
row_announcements(struct sim *s)
{
	table_announced(s);
	established(s, "a");
	begin();
	ask_all(s, "{\"version\": 1, \"request\": \"services\"}");
}

/*
 * Communities for all that contains the last four addresses: together they fit no
 * message, and who wants these four is to be told.
 */
static void
put_long_attributes(struct sim *s)
{
	uint32_t last = 0x0b000000 + ROUTES - 4;
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	fprintf(to, ", prefixAdvertisements: [");
	for (unsigned length = 8; length <= 30; length++) {
		uint32_t a = last & UINT32_MAX << (32 - length);

		fprintf(to, "{cidr: %u.%u.%u.%u/%u, communities: [", a >> 24,
		    a >> 16 & 0xff, a >> 8 & 0xff, a & 0xff, length);
		for (unsigned i = 0; i < 16; i++)
			fprintf(to, "'%u:%u:1',", 65001 + length, i);
		fprintf(to, "]},");
	}
	fprintf(to, "]");
	text = text_of(&text, &size, to);
	put_configuration(s, text);
	free(text);
}

/* A Service each, so that there are many who might want these four. */
static void
services_announced(struct sim *s)
{
	put_configuration(s, "");
	for (unsigned n = 0; n < ROUTES; n++)
		sim_put_bulk(s, n, 1);
	sim_settle(s);
}

static void
row_too_long(struct sim *s)
{
	services_announced(s);
	established(s, "a");
	put_long_attributes(s);
	sim_sleep(s, 10000);
	if (sim_condition(s, "AttributesTooLong")[0] == '\0')
		abort();
	begin();
	ask_all(s, "{\"version\": 1, \"request\": \"status\"}");
}

static void
row_metrics(struct sim *s)
{
	struct metrics *m = metrics_new();
	struct links_stats refused = { 0 };
	struct bgpd_metrics table = {
		.view = on_view, .arg = s, .refused = &refused
	};

	table_announced(s);
	established(s, "a");
	bgpd_metrics_add(m, &table);
	begin();
	free(metrics_text(m));
	metrics_free(m);
}

/* ---- a timer of the sessions, while sockets are busy ---- */

enum {
	BUSY = 64, /* sockets */
	BUSY_MS =
	    3, /* of each callback; a full read of UPDATEs takes as much */
	TIMERS = 50,   /* one after the other */
	TIMER_MS = 37, /* each */
};

struct late {
	struct event_base *base;
	struct event *timer;
	uint64_t due;   /* ms of loop_now() */
	double due_cpu; /* cpu_ms() then; 0: not due yet */
};

static void
on_busy(evutil_socket_t fd, short what, void *arg)
{
	struct late *l = arg;
	double end = cpu_ms() + BUSY_MS;

	(void)fd;
	(void)what;
	while (cpu_ms() < end)
		if (l->due_cpu == 0 && loop_now() > l->due)
			l->due_cpu = cpu_ms();
}

static void
late_arm(struct late *l)
{
	l->due = loop_now() + TIMER_MS;
	l->due_cpu = 0;
	loop_arm(l->timer, l->due);
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct late *l = arg;
	double ms = l->due_cpu != 0 ? cpu_ms() - l->due_cpu : 0;

	(void)fd;
	(void)what;
	held.sum += ms;
	if (ms > held.longest)
		held.longest = ms;
	if (++held.calls < TIMERS)
		late_arm(l);
	else
		event_base_loopbreak(l->base);
}

static void
row_timer(struct sim *s)
{
	struct late l = { .base = loop_new() };
	struct event *busy[BUSY];
	int fds[2];

	(void)s;
	if (pipe(fds) != 0 || write(fds[1], "", 1) != 1)
		abort();
	l.timer = evtimer_new(l.base, on_timer, &l);
	loop_ahead(l.timer);
	for (unsigned i = 0; i < BUSY; i++) {
		busy[i] = event_new(
		    l.base, fds[0], EV_READ | EV_PERSIST, on_busy, &l);
		event_add(busy[i], NULL);
	}
	begin();
	held.longest_call = "how late it is";
	late_arm(&l);
	event_base_dispatch(l.base);
	for (unsigned i = 0; i < BUSY; i++)
		event_free(busy[i]);
	event_free(l.timer);
	event_base_free(l.base);
}

/* ---- a directory ---- */

static void
write_service(const char *where, unsigned n, const char *ip)
{
	char *path = xasprintf("%s/s-%u.yaml", where, n);
	FILE *to = fopen(path, "w");

	if (to == NULL)
		abort();
	fprintf(to,
	    "apiVersion: v1\nkind: Service\n"
	    "metadata: {name: s-%u, namespace: web}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}], externalIPs: [%s]}\n",
	    n, ip);
	fclose(to);
	free(path);
}

static size_t
external_routes(struct sim *s)
{
	return s->guarded;
}

/* Turns of the loop until nothing has happened for some time. */
static void
turn_until_quiet(struct sim *s, struct event_base *base)
{
	unsigned quiet = 0;

	while (quiet < 30) {
		double before = held.sum;

		event_base_loop(base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
		sim_settle(s);
		quiet = held.sum - before > 0.1 ? 0 : quiet + 1;
		usleep(10000);
	}
}

static void
write_scenario(const char *where)
{
	char *path = xasprintf("%s/scenario.yaml", where);
	FILE *to = fopen(path, "w");

	if (to == NULL)
		abort();
	fprintf(to,
	    "apiVersion: v1\nkind: Node\nmetadata: {name: node1}\n"
	    "status: {addresses: [{type: InternalIP, address: 192.0.2.1}]}\n"
	    "---\n"
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65001, advertiseWithoutEndpoints: true, "
	    "serviceExternalIPs: [{cidr: 11.0.0.1/32}]}\n");
	fclose(to);
	free(path);
}

static void
row_reload(struct sim *s)
{
	char work[] = "/tmp/lbbgp-loop-XXXXXX";
	struct event_base *base = event_base_new();
	struct err err;

	if (mkdtemp(work) == NULL)
		abort();
	char *spec = xasprintf("dir:%s", work);
	char *clean = xasprintf("rm -r '%s'*", work);
	struct source_options options = {
		.spec = spec, .program = "bench-loop", .read_only = true
	};

	write_scenario(work);
	for (unsigned n = 0; n < SERVICES; n++)
		write_service(work, n, "11.0.0.9");
	struct source *source =
	    source_open(&options, base, bgpd_store(s->bgpd), &err);

	if (source == NULL)
		abort();
	turn_until_quiet(s, base);
	if (external_routes(s) != 1)
		abort();
	begin();
	source_reload(source);
	turn_until_quiet(s, base);
	source_free(source);
	event_base_free(base);
	if (system(clean) != 0)
		fprintf(stderr, "%s stays\n", work);
	free(clean);
	free(spec);
}

/* ---- all of it ---- */

static const struct row {
	const char *word, *text;
	void (*run)(struct sim *);
	bool listed; /* by the simulator, before it starts */
} rows[] = {
	{ "receive", "1,000,000 routes come", row_receive, true },
	{ "forget", "a peer of 1,000,000 routes is forgotten", row_forget,
	    true },
	{ "leave", "the last peer of a group goes, 1,000,000 changes untold",
	    row_leave, false },
	{ "fill", "a group is filled with 1,000,000 routes", row_fill, true },
	{ "move", "its peer is told other next hops", row_move, true },
	{ "reload", "a directory of 20,000 Services is read anew", row_reload,
	    false },
	{ "configuration", "a BGPConfiguration edit at 20,000 Services",
	    row_configuration, true },
	{ "group", "a ServiceGroup edit at 20,000 Services", row_group, true },
	{ "node", "a label on our Node at 20,000 Services", row_node, true },
	{ "drain", "it is drained, from the annotation to the end", row_drain,
	    true },
	{ "others", "a label, where 5,000 other nodes serve them", row_others,
	    true },
	{ "peer", "a BGPPeer edit there", row_peer, true },
	{ "endpoints", "20,000 Services' first endpoints are no longer new",
	    row_endpoints, true },
	{ "guard", "5,000 aggregates are guarded", row_guard, true },
	{ "routes", "show routes, all and advertised, of 1,000,000", row_routes,
	    true },
	{ "services", "show services of 1,000,000 addresses", row_announcements,
	    true },
	{ "too-long", "show status, attributes of 4 of them too long",
	    row_too_long, true },
	{ "timer", "a timer of a session while 64 sockets are busy", row_timer,
	    true },
	{ "metrics", "metrics at 1,000,000 routes", row_metrics, true },
};

/* In a process of its own. */
static int
row_run(const struct row *row)
{
	struct sim *s = row->listed ? sim_started() : sim_new();

	row->run(s);
	printf("%-48s %10.2f %10.1f %8lu  %s\n", row->text, held.longest,
	    held.sum, held.calls,
	    held.longest_call != NULL ? held.longest_call : "");
	fflush(stdout);
	return held.longest <= MOST ? 0 : 1;
}

static bool
row_is_good(const struct row *row)
{
	int status = 0;
	pid_t child = fork();

	if (child == 0)
		_exit(row_run(row));
	waitpid(child, &status, 0);
	if (!WIFEXITED(status))
		printf("%-48s has failed\n", row->text);
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}

static bool
is_asked_for(const struct row *row, int argc, char **argv)
{
	for (int i = 1; i < argc; i++)
		if (strcmp(argv[i], row->word) == 0)
			return true;
	return argc == 1;
}

int
main(int argc, char **argv)
{
	bool good = true;

	printf("%-48s %10s %10s %8s  %s\n", "CPU ms", "longest", "all", "calls",
	    "the longest");
	fflush(stdout);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (is_asked_for(&rows[i], argc, argv))
			good &= row_is_good(&rows[i]);
	return good ? 0 : 1;
}
