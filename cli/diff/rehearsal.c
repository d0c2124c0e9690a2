/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The daemon knows no socket and no clock, only ports (bgpd.h). Here a port gives each
 * of its sessions a partner, who takes every connection, answers an OPEN by the same
 * one with his own names in it, and whatever is said after that by a KEEPALIVE. He does
 * no graceful restart, so that nobody waits for him. Whom BFD is to watch is there, and
 * so is a default gateway of each family.
 *
 * Time stands still while anybody has something to do, then goes on to what is due
 * next.
 */
#include "cli/diff/rehearsal.h"

#include <stdlib.h>
#include <utlist.h>

#include "bgpd/announce/announce.h"
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/bgpd.h"
#include "bgpd/control/views.h"
#include "bgpd/fib/gateways.h"
#include "bgpd/fib/gateways_port.h"
#include "bgpd/fib/reach.h"
#include "bgpd/session/conn.h"
#include "bgpd/session/links.h"
#include "bgpd/session/session.h"
#include "bgpd/session/session_port.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/open.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/clock.h"

#define BEGINNING 1000000 /* ms; the time before it is history */

struct partner { /* of a session */
	struct rehearsal *in;
	struct session *session; /* borrowed */
	struct conn *conn;       /* the session's; NULL: there is none */
	bool up, answered, wants_write;
	uint64_t due; /* session_tick() then */
	struct partner *next, *prev;
};

struct invited { /* a prefix */
	struct prefix from;
	const struct invitation_ops *ops;
	void *of;
	bool came; /* somebody has */
	struct invited *next, *prev;
};

struct rehearsal {
	struct bgpd *bgpd; /* owned */
	struct clock clock;
	struct session_port port;
	uint64_t now, due;        /* ms; bgpd_tick() then */
	int64_t wall;             /* ms, at 0 */
	struct partner *partners; /* owned */
	struct invited *invited;  /* list; owned */
	struct bfd_port bfd;
	struct gateways_port gateways;
	struct bfd_view *watched; /* owned; sessions of BFD */
	size_t n_watched;
};

/* A partner. ------------------------------------------------------------------- */

static void
on_connect(void *arg, struct conn *c)
{
	struct partner *p = arg;

	p->conn = c;
	p->up = p->answered = p->wants_write = false;
}

/* What is still to be said goes nowhere. */
static void
on_close(void *arg, struct conn *c)
{
	struct partner *p = arg;
	struct rbuf bytes;

	if (p->conn != c)
		return;
	conn_output(c, &bytes);
	p->conn = NULL;
}

static void
on_want_write(void *arg, struct conn *c)
{
	struct partner *p = arg;

	p->wants_write |= p->conn == c;
}

static void
on_watch(void *arg, struct conn *c, uint16_t seconds)
{
	(void)arg;
	(void)c;
	(void)seconds;
}

static void
on_session_arm(void *arg, uint64_t at)
{
	struct partner *p = arg;

	p->due = at;
}

static void
on_configured(void *arg, uint64_t now)
{
	(void)arg;
	(void)now;
}

static const struct session_io session_io = {
	.tcp = { on_connect, on_close, on_want_write, on_watch },
	.arm = on_session_arm,
	.configured = on_configured,
};

static void *
on_attach(void *arg, struct session *session)
{
	struct rehearsal *r = arg;
	struct partner *p = xcalloc(1, sizeof(*p));

	p->in = r;
	p->session = session;
	p->due = NEVER;
	DL_APPEND(r->partners, p);
	session_attach(session, &session_io, p);
	return p;
}

static void
on_detach(void *arg, void *link)
{
	struct rehearsal *r = arg;
	struct partner *p = link;

	session_detach(p->session);
	DL_DELETE(r->partners, p);
	free(p);
}

static void
on_listen(void *arg, const struct peer_listen *at)
{
	(void)arg;
	(void)at;
}

static bool
on_is_flushed(void *arg)
{
	(void)arg;
	return true;
}

/* Of the node; of some link where it has none of the family. */
static struct addr
local_of(const struct partner *p, const struct session_config *c)
{
	static const struct addr link_local = { FAMILY_V6,
		{ 0xfe, 0x80, [15] = 1 } };
	const struct node *node =
	    announce_our_node(bgpd_view(p->in->bgpd)->announce);
	const struct addr *own = node != NULL && c->zone[0] == '\0'
	    ? node_internal_ip(node, c->remote.family)
	    : NULL;

	if (c->source.family == c->remote.family)
		return c->source;
	if (own != NULL)
		return *own;
	return c->remote.family == FAMILY_V6 ? link_local : addr_v4(0xa9fe0001);
}

/* The lowest that is not ours; 0: there is none. */
static uint32_t
as_of_ranges(const struct session_config *c)
{
	for (size_t i = 0; i < c->n_remote_ranges; i++) {
		const struct as_range *range = &c->remote_ranges[i];

		if (range->first != c->local_as)
			return range->first;
		if (range->first < range->last)
			return range->first + 1;
	}
	return 0;
}

static uint32_t
as_of(const struct session_config *c)
{
	switch (c->remote_as_rule) {
	case REMOTE_AS_RANGES:
		return as_of_ranges(c);
	case REMOTE_AS_INTERNAL:
		return c->local_as;
	case REMOTE_AS_EXTERNAL:
		return c->local_as == 64512 ? 64513 : 64512;
	default:
		return c->remote_as;
	}
}

/* RFC 9234 4.2; as on the wire. */
static uint8_t
role_beside(uint8_t role)
{
	static const uint8_t other[] = { 3, 2, 1, 0, 4 };

	return role < sizeof(other) ? other[role] : role;
}

/* He agrees to all of it. */
static struct bgp_open
open_of(const struct partner *p)
{
	const struct session_config *c = session_config(p->session);
	struct bgp_open open = *conn_open_sent(p->conn);

	open.asn = as_of(c);
	open.router_id ^= 1;
	open.router_id += open.router_id == 0 ? 2 : 0;
	open.caps.restart.present = false;
	open.caps.long_lived.present = false;
	open.caps.role = role_beside(open.caps.role);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (open.caps.add_path[f] != 0)
			open.caps.add_path[f] =
			    ADD_PATH_RECEIVE | ADD_PATH_SEND;
	return open;
}

static void
answer(struct partner *p)
{
	uint8_t room[2 * MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open open = open_of(p);

	p->answered = true;
	open_build(&w, &open);
	keepalive_build(&w);
	conn_input(p->conn, room, w.len, p->in->now);
}

static void
take(struct partner *p)
{
	uint8_t room[MSG_HEADER];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct rbuf bytes;
	size_t n = 0;

	p->wants_write = false;
	while (p->conn != NULL && conn_output(p->conn, &bytes))
		n += bytes.left;
	if (p->conn != NULL)
		conn_sent(p->conn, n, false, p->in->now);
	if (p->conn == NULL || n == 0 || !p->answered)
		return;
	keepalive_build(&w);
	conn_input(p->conn, room, w.len, p->in->now);
}

/* Who is not dialed comes by himself. */
static bool
come(struct partner *p)
{
	const struct session_config *c = session_config(p->session);
	struct addr local = local_of(p, c);

	if (!c->passive || session_state(p->session) == STATE_ESTABLISHED)
		return false;
	struct conn *conn =
	    session_accept(p->session, &local, &c->remote, p->in->now);

	p->conn = conn;
	p->up = p->wants_write = conn != NULL;
	p->answered = false;
	return conn != NULL;
}

/* Something that he has to do; false: nothing. */
static bool
step(struct partner *p)
{
	const struct session_config *c = session_config(p->session);

	if (p->conn == NULL)
		return come(p);
	if (!p->up) {
		struct addr local = local_of(p, c);

		p->up = true;
		conn_tcp_up(p->conn, true, &local, &c->remote, p->in->now);
		return true;
	}
	if (p->wants_write) {
		take(p);
		return true;
	}
	if (p->answered || conn_state(p->conn) != STATE_OPENSENT)
		return false;
	answer(p);
	return true;
}

/* Who comes from a prefix. ------------------------------------------------------ */

static void *
on_invite(void *arg, const struct prefix *from,
    const struct session_config *config, unsigned burst,
    const struct invitation_ops *ops, void *of)
{
	struct rehearsal *r = arg;
	struct invited *i = xcalloc(1, sizeof(*i));

	(void)config;
	(void)burst;
	i->from = *from;
	i->ops = ops;
	i->of = of;
	DL_APPEND(r->invited, i);
	return i;
}

static void
on_invitation_set(void *arg, void *invitation,
    const struct session_config *config, unsigned burst)
{
	(void)arg;
	(void)invitation;
	(void)config;
	(void)burst;
}

static void
on_invitation_end(void *arg, void *invitation)
{
	struct rehearsal *r = arg;
	struct invited *i = invitation;

	DL_DELETE(r->invited, i);
	free(i);
}

#define TRIES 8 /* addresses that may be others' */

/* One for all: from the first address of it that is nobody's. */
static bool
send_somebody(struct invited *i)
{
	struct prefix from = i->from;
	struct addr addr = from.addr;

	i->came = true;
	if (from.len < family_bits(addr.family))
		addr_next(&addr);
	for (unsigned n = 0; n < TRIES && prefix_contains(&from, &addr); n++) {
		if (i->ops->came(i->of, &addr))
			return true;
		if (!addr_next(&addr))
			return false;
	}
	return false;
}

static bool
step_invited(struct rehearsal *r)
{
	struct invited *i;

	DL_FOREACH (r->invited, i)
		if (!i->came)
			return send_somebody(i);
	return false;
}

/* BFD. ------------------------------------------------------------------------- */

static struct bfd_view *
watched_find(const struct rehearsal *r, uint32_t id)
{
	for (size_t i = 0; i < r->n_watched; i++)
		if (r->watched[i].config.id == id)
			return &r->watched[i];
	return NULL;
}

static void
on_bfd_set(void *arg, const struct bfd_config *config)
{
	struct rehearsal *r = arg;
	struct bfd_view *v = watched_find(r, config->id);

	if (v == NULL) {
		r->watched = xrealloc(
		    r->watched, r->n_watched + 1, sizeof(r->watched[0]));
		v = &r->watched[r->n_watched++];
		*v = (struct bfd_view){ .known = true, .state = BFD_DOWN };
	}
	v->config = *config;
}

static void
on_bfd_unset(void *arg, uint32_t id)
{
	struct rehearsal *r = arg;
	struct bfd_view *v = watched_find(r, id);

	if (v != NULL)
		*v = r->watched[--r->n_watched];
}

static void
on_bfd_all(void *arg)
{
	(void)arg;
}

static void
on_bfd_view(void *arg, uint32_t id, struct bfd_view *view)
{
	const struct bfd_view *v = watched_find(arg, id);

	*view = v != NULL ? *v : (struct bfd_view){ 0 };
}

static void
on_bfd_totals(void *arg, struct bfd_totals *totals)
{
	(void)arg;
	*totals = (struct bfd_totals){ .real_time = true };
}

/* One that is not Up yet is; false: all are. */
static bool
bfd_step(struct rehearsal *r)
{
	for (size_t i = 0; i < r->n_watched; i++) {
		struct bfd_view *v = &r->watched[i];
		const struct bfd_news news = { .id = v->config.id,
			.state = BFD_UP };

		if (v->state == BFD_UP)
			continue;
		v->state = v->remote_state = BFD_UP;
		v->since = r->now;
		bgpd_bfd(r->bgpd, &news);
		return true;
	}
	return false;
}

/* The daemon. ------------------------------------------------------------------ */

static uint64_t
on_now(void *arg)
{
	const struct rehearsal *r = arg;

	return r->now;
}

static int64_t
on_wall(void *arg)
{
	const struct rehearsal *r = arg;

	return r->wall + (int64_t)r->now;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct rehearsal *r = arg;

	r->due = at;
}

static void
on_stopped(void *arg)
{
	(void)arg;
}

static const struct bgpd_ops bgpd_ops = { .arm = on_arm,
	.stopped = on_stopped };

/* Which ones the node has is not known here: any does to have a session with. */
static void
on_gateways_watch(void *arg, bool on)
{
	(void)arg;
	(void)on;
}

static void
tell_gateways(struct rehearsal *r)
{
	const struct addr via[] = { addr_v4(0xa9fe0002),
		{ FAMILY_V6, { 0xfe, 0x80, [15] = 2 } } };
	struct gateways *g = gateways_new();

	gateways_link(g, &(struct reach_link){ .index = 1, .name = "eth0" });
	for (size_t i = 0; i < sizeof(via) / sizeof(via[0]); i++)
		gateways_route(g,
		    &(struct reach_route){ .prefix.addr.family = via[i].family,
			.table = TABLE_MAIN,
			.leads = true,
			.n = 1,
			.hops = { { .via = via[i], .link = 1 } } });
	bgpd_gateways(r->bgpd, g);
	gateways_free(g);
}

struct rehearsal *
rehearsal_new(const char *node, bool on_dir, int64_t wall)
{
	struct rehearsal *r = xcalloc(1, sizeof(*r));
	const struct bgpd_options options = {
		.node = node, .on_dir = on_dir, .seed = 1
	};

	r->now = BEGINNING;
	r->due = NEVER;
	r->wall = wall * 1000 - BEGINNING;
	r->clock = (struct clock){ on_now, on_wall, r };
	r->port = (struct session_port){ .attach = on_attach,
		.detach = on_detach,
		.listen = on_listen,
		.is_flushed = on_is_flushed,
		.invite = on_invite,
		.invitation_set = on_invitation_set,
		.invitation_end = on_invitation_end,
		.arg = r };
	r->bfd = (struct bfd_port){ on_bfd_set, on_bfd_unset, on_bfd_all,
		on_bfd_all, on_bfd_all, on_bfd_view, on_bfd_totals, r };
	r->gateways = (struct gateways_port){ on_gateways_watch, r };
	const struct bgpd_ports ports = { .clock = &r->clock,
		.tcp = &r->port,
		.gateways = &r->gateways,
		.bfd = &r->bfd };

	r->bgpd = bgpd_new(&options, &ports, &bgpd_ops, r);
	bgpd_set_source(r->bgpd, NULL);
	tell_gateways(r);
	return r;
}

void
rehearsal_free(struct rehearsal *r)
{
	if (r == NULL)
		return;
	bgpd_free(r->bgpd);
	free(r->watched);
	free(r);
}

struct store *
rehearsal_store(struct rehearsal *r)
{
	return bgpd_store(r->bgpd);
}

const struct daemon_view *
rehearsal_view(struct rehearsal *r)
{
	return bgpd_view(r->bgpd);
}

static bool
step_all(struct rehearsal *r)
{
	struct partner *p, *next;
	bool any = bfd_step(r);

	any |= step_invited(r);
	DL_FOREACH_SAFE (r->partners, p, next)
		any |= step(p);
	return any;
}

static uint64_t
next_due(const struct rehearsal *r)
{
	const struct partner *p;
	uint64_t due = r->due;

	DL_FOREACH (r->partners, p)
		due = p->due < due ? p->due : due;
	return due;
}

static void
tick(struct rehearsal *r)
{
	struct partner *p, *next;

	if (r->due <= r->now) {
		r->due = NEVER;
		bgpd_tick(r->bgpd);
	}
	DL_FOREACH_SAFE (r->partners, p, next)
		if (p->due <= r->now) {
			p->due = NEVER;
			session_tick(p->session, r->now);
		}
}

void
rehearsal_run(struct rehearsal *r, uint64_t ms)
{
	uint64_t until = r->now + ms, due;

	for (;;) {
		if (step_all(r))
			continue;
		due = next_due(r);
		if (due > until)
			break;
		r->now = due > r->now ? due : r->now;
		tick(r);
	}
	r->now = until;
}
