/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One list has all frames that are on their way, in the order in which they arrive;
 * each node has one time at which it is to tick. What comes first happens, and the
 * clock goes there. Frames for a frozen node stay at the end of the list, at a time
 * that never comes, until it goes on.
 *
 * truth is what objects say of each address and node, knows is how much of it a node
 * has heard, and sick what only the node itself knows of itself.
 */
#include "tests/sim/lan.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <utlist.h>

#include "bgpd/l2/hello.h"
#include "bgpd/l2/rank.h"
#include "common/alloc.h"

enum {
	START = 1000 * 1000, /* ms of the clock */
	QUEUE = 256,         /* frames that wait for a frozen node */
};

static const int64_t epoch_wall = 1700000000000; /* ms since 1970 at START */
static const uint8_t key[] = "a key of the nodes";

struct addr
lan_addr(unsigned address)
{
	if (address % 4 != 3)
		return addr_v4(0x0a000064 + address);

	uint8_t six[16] = { 0xfd, [14] = (uint8_t)(address >> 8),
		[15] = (uint8_t)address, [8] = 1 };

	return addr_from(FAMILY_V6, six);
}

/* --- What a node sees of the world. --- */

static uint64_t
on_now(void *arg)
{
	const struct lan_node *n = arg;

	return n->lan->now - n->behind;
}

static int64_t
on_wall(void *arg)
{
	const struct lan_node *n = arg;

	return epoch_wall + (int64_t)(on_now(arg) - START) + n->wall_off;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct lan_node *n = arg;

	n->tick_at = at + n->behind;
}

static unsigned
address_of(const struct addr *addr)
{
	if (addr->family == FAMILY_V6)
		return (unsigned)addr->bytes[14] << 8 | addr->bytes[15];
	return ((unsigned)addr->bytes[2] << 8 | addr->bytes[3]) - 0x64;
}

static int
on_may(void *arg, const struct addr *addr, const char *node)
{
	const struct lan_node *n = arg;
	unsigned other = (unsigned)atoi(node + 1);

	return n->knows[address_of(addr) * n->lan->n_nodes + other];
}

static void
on_told(void *arg, const struct addr *addr)
{
	struct lan_node *n = arg;

	(void)addr;
	n->told++;
}

static void
on_listens(void *arg)
{
	struct lan_node *n = arg;
	int index[4];

	n->listened = l2_listens(n->l2, index, 4);
}

static void
on_hush(void *arg, int index, bool hush)
{
	struct lan_node *n = arg;

	if (index == LAN_INDEX)
		n->hushed = hush;
}

static void
on_join(void *arg, int index, const struct addr *group, bool in)
{
	struct lan_node *n = arg;

	(void)index, (void)group;
	n->joined += in ? 1 : -1;
}

/* --- Frames. --- */

static uint64_t
arrival(struct lan *lan, unsigned from, unsigned to)
{
	uint64_t at = lan->now + rng_below(&lan->rng, lan->delay + 1);
	uint64_t *last = &lan->last[from][to];

	if (at < *last && !lan->reorder)
		at = *last;
	*last = at;
	return at;
}

static void
put_on_way(
    struct lan *lan, unsigned from, unsigned to, const uint8_t *bytes, size_t n)
{
	struct lan_frame *f = xcalloc(1, sizeof(*f) + n), *before;

	f->at = arrival(lan, from, to);
	f->to = to;
	f->n = n;
	memcpy(f->bytes, bytes, n);
	if (lan->frames == NULL || lan->frames->prev->at <= f->at) {
		DL_APPEND(lan->frames, f);
		return;
	}
	before = lan->frames;
	while (before->at <= f->at)
		before = before->next;
	DL_PREPEND_ELEM(lan->frames, before, f);
}

static void
on_send(void *arg, int index, const uint8_t *bytes, size_t n)
{
	struct lan_node *from = arg;
	struct lan *lan = from->lan;
	struct frame f;

	assert(n > 0);
	if (index != LAN_INDEX) /* nobody else is on another link */
		return;
	if (lan->sent != NULL && frame_parse(bytes, n, &f))
		lan->sent(lan, from, &f);
	for (unsigned to = 0; to < lan->n_nodes; to++)
		if (to != from->i && !lan->cut[from->i][to] &&
		    rng_below(&lan->rng, 100) >= lan->loss)
			put_on_way(lan, from->i, to, bytes, n);
}

void
lan_inject(struct lan *lan, const uint8_t *bytes, size_t n)
{
	for (unsigned to = 0; to < lan->n_nodes; to++)
		put_on_way(lan, to, to, bytes, n);
}

static bool
is_for(const struct lan_node *n, const struct frame *f)
{
	return mac_is_group(&f->to) || mac_eq(&f->to, &n->interface.mac);
}

static void
deliver(struct lan *lan, const struct lan_frame *way)
{
	struct lan_node *n = &lan->nodes[way->to];
	struct frame f;

	if (n->l2 == NULL || !frame_parse(way->bytes, way->n, &f) ||
	    !is_for(n, &f))
		return;
	lan->turn = n->name;
	l2_frame(n->l2, LAN_INDEX, &f);
	if (lan->judge != NULL)
		lan->judge(lan, n);
}

/* A frozen node has its frames when it goes on, as many as its socket holds. */
static bool
waits(struct lan *lan, struct lan_frame *f)
{
	struct lan_frame *other;
	unsigned n = 0;

	if (!lan->nodes[f->to].frozen)
		return false;
	DL_FOREACH (lan->frames, other)
		n += other->to == f->to && other->at == UINT64_MAX;
	if (n < QUEUE) {
		f->at = UINT64_MAX;
		DL_APPEND(lan->frames, f);
	} else {
		free(f);
	}
	return true;
}

void
lan_freeze(struct lan *lan, unsigned node, bool clock)
{
	struct lan_node *n = &lan->nodes[node];

	if (n->l2 == NULL || n->frozen)
		return;
	n->frozen = true;
	n->clock_stands = clock;
	n->frozen_at = lan->now;
}

static void
go_on(struct lan *lan, struct lan_node *n)
{
	uint64_t missed = n->clock_stands ? lan->now - n->frozen_at : 0;

	n->frozen = false;
	n->behind += missed;
	if (n->tick_at != 0)
		n->tick_at += missed;
}

void
lan_thaw(struct lan *lan, unsigned node)
{
	struct lan_frame *f, *tmp, *late = NULL;

	go_on(lan, &lan->nodes[node]);
	DL_FOREACH_SAFE (lan->frames, f, tmp)
		if (f->to == node && f->at == UINT64_MAX) {
			DL_DELETE(lan->frames, f);
			f->at = lan->now;
			DL_APPEND(late, f);
		}
	DL_CONCAT(late, lan->frames);
	lan->frames = late;
}

/* --- Nodes. --- */

static void
node_init(struct lan *lan, unsigned i)
{
	struct lan_node *n = &lan->nodes[i];

	*n = (struct lan_node){ .lan = lan, .i = i };
	snprintf(n->name, sizeof(n->name), "n%u", i);
	n->clock = (struct clock){ on_now, on_wall, n };
	n->port = (struct link_port){
		.send = on_send, .join = on_join, .hush = on_hush, .arg = n
	};
	n->at[0] = (struct prefix){ addr_v4(0x0a00000a + i), 8 };
	n->at[1] = (struct prefix){
		addr_from(
		    FAMILY_V6, (uint8_t[16]){ 0xfd, [15] = (uint8_t)(10 + i) }),
		64
	};
	n->at[1].len = 48;
	n->interface = (struct interface){ .name = "eth0",
		.index = LAN_INDEX,
		.mac = { { 2, 0, 0, 0, 0, (uint8_t)(i + 1) } },
		.up = true,
		.mtu = 1500,
		.at = n->at,
		.n = 2 };
	n->knows = xcalloc((size_t)lan->n_addrs * lan->n_nodes + 1, 1);
	rng_init(&n->rng, rng_u32(&lan->rng));
}

static const struct l2_ops node_ops = { on_arm, on_may, on_told, on_listens };

void
lan_hear_one(struct lan *lan, unsigned node, unsigned address)
{
	struct lan_node *n = &lan->nodes[node];
	size_t at = (size_t)address * lan->n_nodes;
	struct l2_want want = { .addr = lan_addr(address),
		.terms = lan->terms,
		.preference = lan->truth[at + node],
		.why_not = "no endpoint here" };

	memcpy(n->knows + at, lan->truth + at, lan->n_nodes);
	if (lan->sick[at + node])
		want.preference = LAN_NOWHERE;
	if (n->l2 != NULL && !n->frozen)
		l2_set(n->l2, &want);
}

void
lan_hear(struct lan *lan, unsigned node)
{
	for (unsigned a = 0; a < lan->n_addrs; a++)
		lan_hear_one(lan, node, a);
}

void
lan_start(struct lan *lan, unsigned node)
{
	struct lan_node *n = &lan->nodes[node];

	lan_kill(lan, node);
	n->leaving = n->frozen = false;
	n->l2 = l2_new(n->name, &n->clock, &n->rng, &n->port, &node_ops, n);
	l2_configure(n->l2, &lan->config);
	l2_set_node(n->l2, &n->at[0].addr, 1);
	l2_interfaces(n->l2, &n->interface, 1);
	lan_hear(lan, node);
}

void
lan_kill(struct lan *lan, unsigned node)
{
	struct lan_node *n = &lan->nodes[node];
	struct lan_frame *f, *tmp;

	l2_free(n->l2);
	n->l2 = NULL;
	n->tick_at = 0;
	DL_FOREACH_SAFE (lan->frames, f, tmp)
		if (f->to == node) {
			DL_DELETE(lan->frames, f);
			free(f);
		}
}

struct lan *
lan_new(uint64_t seed, unsigned nodes, unsigned addrs, bool tuned)
{
	struct lan *lan = xcalloc(1, sizeof(*lan));
	size_t n = (size_t)addrs * nodes + 1;

	lan->n_nodes = nodes;
	lan->n_addrs = addrs;
	lan->now = START;
	lan->delay = 1;
	lan->config = (struct l2_config){ .interval = tuned ? 50 : 200,
		.dead = tuned ? 200 : 800,
		.key = key,
		.n_key = sizeof(key) };
	lan->terms = (struct l2_terms){ .fail_back = true, .detect = true };
	lan->truth = xcalloc(n, 1);
	lan->sick = xcalloc(n, 1);
	rng_init(&lan->rng, seed);
	for (unsigned i = 0; i < nodes; i++)
		node_init(lan, i);
	for (unsigned i = 0; i < nodes; i++)
		lan_start(lan, i);
	return lan;
}

void
lan_free(struct lan *lan)
{
	struct lan_frame *f, *tmp;

	for (unsigned i = 0; i < lan->n_nodes; i++) {
		lan_kill(lan, i);
		free(lan->nodes[i].knows);
	}
	DL_FOREACH_SAFE (lan->frames, f, tmp)
		free(f);
	free(lan->truth);
	free(lan->sick);
	free(lan);
}

/* --- The time. --- */

static struct lan_node *
next_tick(struct lan *lan)
{
	struct lan_node *first = NULL;

	for (unsigned i = 0; i < lan->n_nodes; i++) {
		struct lan_node *n = &lan->nodes[i];

		if (n->tick_at != 0 && !n->frozen &&
		    (first == NULL || n->tick_at < first->tick_at))
			first = n;
	}
	return first;
}

static void
tick(struct lan *lan, struct lan_node *n)
{
	n->tick_at = 0;
	lan->turn = n->name;
	l2_tick(n->l2);
	if (lan->judge != NULL)
		lan->judge(lan, n);
}

static bool
step(struct lan *lan, uint64_t until)
{
	struct lan_node *n = next_tick(lan);
	struct lan_frame *f = lan->frames;
	bool is_tick = n != NULL && (f == NULL || n->tick_at < f->at);
	uint64_t at = is_tick ? n->tick_at : f == NULL ? UINT64_MAX : f->at;

	if (at > until)
		return false;
	lan->events++;
	if (at > lan->now)
		lan->now = at;
	if (is_tick) {
		tick(lan, n);
		return true;
	}
	DL_DELETE(lan->frames, f);
	if (!waits(lan, f)) {
		deliver(lan, f);
		free(f);
	}
	return true;
}

void
lan_run(struct lan *lan, uint64_t ms)
{
	uint64_t until = lan->now + ms;

	while (step(lan, until))
		;
	lan->now = until;
}

/* --- Faults. --- */

void
lan_cut(struct lan *lan, unsigned from, unsigned to, bool cut)
{
	lan->cut[from][to] = cut;
}

void
lan_cut_off(struct lan *lan, unsigned node, bool cut)
{
	for (unsigned i = 0; i < lan->n_nodes; i++)
		lan->cut[i][node] = lan->cut[node][i] = cut;
}

void
lan_prefer(struct lan *lan, unsigned address, unsigned node, int preference)
{
	lan->truth[(size_t)address * lan->n_nodes + node] = (int8_t)preference;
	for (unsigned i = 0; i < lan->n_nodes; i++)
		if (!lan->nodes[i].offline)
			lan_hear_one(lan, i, address);
}

void
lan_heal(struct lan *lan)
{
	memset(lan->cut, 0, sizeof(lan->cut));
	lan->loss = 0;
	lan->reorder = false;
	lan->delay = 1;
	for (unsigned i = 0; i < lan->n_nodes; i++) {
		lan->nodes[i].offline = false;
		if (lan->nodes[i].frozen)
			lan_thaw(lan, i);
		if (lan->nodes[i].l2 == NULL || lan->nodes[i].leaving)
			lan_start(lan, i);
		else
			lan_hear(lan, i);
	}
}

/* --- What a client finds. --- */

bool
lan_is_answering(const struct lan *lan, unsigned node, unsigned address)
{
	const struct lan_node *n = &lan->nodes[node];
	struct addr addr = lan_addr(address);
	struct l2_view view;

	return n->l2 != NULL && !n->frozen && l2_find(n->l2, &addr, &view) &&
	    (view.state == L2_HELD || view.state == L2_YIELDING);
}

unsigned
lan_answers(const struct lan *lan, unsigned address)
{
	unsigned n = 0;

	for (unsigned i = 0; i < lan->n_nodes; i++)
		n += lan_is_answering(lan, i, address);
	return n;
}

int
lan_holder(const struct lan *lan, unsigned address)
{
	for (unsigned i = 0; i < lan->n_nodes; i++)
		if (lan_is_answering(lan, i, address))
			return (int)i;
	return -1;
}

int
lan_best(const struct lan *lan, unsigned address)
{
	struct addr addr = lan_addr(address);
	struct rank best = { -1, 0 };
	int who = -1;

	for (unsigned i = 0; i < lan->n_nodes; i++) {
		size_t at = (size_t)address * lan->n_nodes + i;
		struct rank r = { lan->sick[at] ? LAN_NOWHERE : lan->truth[at],
			rank_hash(&addr, hello_name_hash(lan->nodes[i].name)) };

		if (r.preference >= 0 && lan->nodes[i].l2 != NULL &&
		    !lan->nodes[i].leaving && rank_is_above(&r, &best)) {
			best = r;
			who = (int)i;
		}
	}
	return who;
}
