/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A neighbour has a place for the connection that the router dialed and one for the
 * connection that came. Each goes WAITING (delay-open), SENT, CONFIRM, UP; of two that
 * have got to CONFIRM one goes by RFC 4271 6.8. Each place has one timer, for whatever
 * it waits for, and one for keepalives; the neighbour has one for its next dial, before
 * which it is in its error wait if `wait` says so.
 *
 * The way in: vtcp.c tells of bytes, of who came (on_waits()) and of what is no more;
 * hear() takes one message at a time, and line_end() is where every connection ends and
 * the next dial is planned. What must not be is complained of where it is heard: a
 * message that cannot be read, a route that nobody told the node.
 *
 * What it has been told, and what of it stays when the session ends, is in kept.c.
 *
 * BFD is the core of bgpd/bfd, on a host of its own, for as long as the router runs.
 * What the router makes of it is here: that the node is gone ends the session by Cease
 * 6/10 and takes along what was kept, also where there is no session any more; that BFD
 * was shut down does so with some (heeds_admin).
 *
 * Routers do what the RFC lets them do and the daemon does not: they dial when they are
 * dialed, wait with their OPEN, turn everybody away after an error, or say nothing at
 * all. struct router_way says which of it.
 */
#include "tests/sim/small_router.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/session/agreed.h"
#include "bgpd/wire/msg.h"
#include "bgpd/wire/notification.h"
#include "bgpd/wire/open.h"
#include "bgpd/wire/refresh.h"
#include "bgpd/wire/update_in.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"
#include "tests/sim/announced.h"
#include "tests/sim/bfd_host.h"
#include "tests/sim/kept.h"
#include "tests/sim/policies.h"
#include "tests/sim/rim.h"
#include "tests/sim/router.h"
#include "tests/sim/taught.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	OPEN_HOLD = 60000,             /* ms for the OPEN of the other side */
	STREAM = 2 * MSG_MAX_EXTENDED, /* bytes of messages, not whole yet */
	PATHS = 256,                   /* with an id each, of one node */
	GOOD_FOR = 30000, /* ms of a session after which errors are forgotten */
	LATE = 1000,      /* ms, of a SYN */
	AT_ONCE = 20,     /* ms */
	RESTART_TIME = 120,    /* s, that it says */
	LONG_LIVED_TIME = 600, /* s, the same */
	GRACEFUL_SHUTDOWN = 0, /* low half of 65535:0, RFC 8326 */
	LLGR_STALE = 6,        /* of 65535:6, RFC 9494 */
	BFD_MULT = 3,
	BFD_LATE = 64, /* ms until it hears of it */
};

enum place { DIALED, ACCEPTED, PLACES };

enum state { NONE, DIALING, WAITING, SENT, CONFIRM, UP };

struct neighbour;

struct line { /* one connection */
	struct neighbour *of;
	enum place place;
	enum state state;
	struct vsock *sock; /* NULL: none */
	uint64_t due, keepalive_due;
	unsigned hold;    /* s, agreed */
	uint32_t id;      /* of the other side */
	struct caps caps; /* … */
	uint8_t in[STREAM];
	size_t n;
};

struct path_told {
	uint64_t bit;
	uint32_t id;
};

struct neighbour {
	struct small_router *router;
	unsigned node;
	struct addr addr;
	uint32_t asn;
	struct line lines[PLACES];
	uint64_t dial_due, up_since;
	unsigned wait;         /* ms, of the next error; 0: none so far */
	bool erring;           /* until dial_due */
	struct vsock *ignored; /* with a silent one; NULL: none */
	struct kept kept;
	struct path_told paths[PATHS]; /* of this session, with add-path */
	unsigned n_paths;
	struct words words[64]; /* of each bit, as it was last announced */
	bool has_all;
	uint64_t last; /* connection that was up */
};

struct small_router {
	struct world *w;
	struct vhost *host;
	struct vlisten *listen; /* owned; NULL: it does not run */
	const struct router_way *way;
	struct router_asks asks;
	uint32_t asn, id;
	uint32_t taught; /* taught.h */
	char key[81];
	bool running;
	struct bfd_host *bfd; /* owned; NULL: it has none */
	unsigned bfd_ms;
	char name[16];
	struct neighbour all[ROUTER_NODES];
	unsigned n;
};

static void dial(struct neighbour *);

static uint64_t
now(const struct neighbour *n)
{
	return n->router->w->now;
}

/* --- Timers. --- */

static void on_dial_due(void *arg, uint64_t what);
static void on_line_due(void *arg, uint64_t what);
static void on_keepalive_due(void *arg, uint64_t what);

static void
arm(struct line *l, uint64_t ms)
{
	l->due = now(l->of) + ms;
	world_at(l->of->router->w, l->due, on_line_due, l, 0);
}

static void
arm_dial(struct neighbour *n, uint64_t ms)
{
	n->dial_due = now(n) + ms;
	world_at(n->router->w, n->dial_due, on_dial_due, n, 0);
}

static void
arm_keepalive(struct line *l)
{
	if (l->hold == 0)
		return;
	l->keepalive_due = now(l->of) + l->hold * 1000 / 3;
	world_at(l->of->router->w, l->keepalive_due, on_keepalive_due, l, 0);
}

/* --- What it says. --- */

static void
say(struct line *l, const struct wbuf *w)
{
	world_works(l->of->router->w);
	if (l->sock != NULL)
		vsock_send(l->sock, w->p, w->len);
}

static struct caps
offer(const struct small_router *r)
{
	return (struct caps){ .family = { [FAMILY_V4] = true },
		.as4 = true,
		.route_refresh = true,
		.enhanced_refresh = true,
		.extended_message = r->way->extended,
		.extended_next_hop = r->way->by_v6,
		.add_path = { [FAMILY_V4] =
				  r->way->add_path ? ADD_PATH_RECEIVE : 0 },
		.long_lived = { .present = r->way->long_lived,
		    .family = { [FAMILY_V4] = r->way->restart == RESTART_ABLE },
		    .time = { [FAMILY_V4] = LONG_LIVED_TIME } },
		.restart = { .present = r->way->restart != RESTART_UNKNOWN,
		    .notification = r->way->notification,
		    .time = RESTART_TIME,
		    .family = {
			[FAMILY_V4] = r->way->restart == RESTART_ABLE } } };
}

static void
say_open(struct line *l)
{
	const struct small_router *r = l->of->router;
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct bgp_open o = {
		.asn = r->asn,
		.hold_time = r->way->hold_time,
		.router_id = r->id,
		.has_caps = true,
		.caps = offer(r),
	};

	open_build(&w, &o);
	say(l, &w);
}

static void
say_keepalive(struct line *l)
{
	uint8_t room[MSG_HEADER];
	struct wbuf w = wbuf_of(room, sizeof(room));

	keepalive_build(&w);
	say(l, &w);
}

static void
say_notification(struct line *l, uint8_t code, uint8_t subcode)
{
	const struct bgp_err err = { .code = code, .subcode = subcode };
	uint8_t room[MSG_MAX];
	struct wbuf w = wbuf_of(room, sizeof(room));

	notification_build(&w, &err);
	say(l, &w);
}

static struct attrs
taught_attrs(const struct line *l, struct wbuf *path)
{
	const struct small_router *r = l->of->router;
	bool external = r->asn != l->of->asn, afar = (r->id & 1) != 0;

	/* One segment. */
	if (external || afar) {
		wbuf_u8(path, 2);
		wbuf_u8(path, external + afar);
	}
	if (external)
		wbuf_u32(path, r->asn);
	if (afar)
		wbuf_u32(path, TAUGHT_AS);
	return (struct attrs){ .has = ATTR_BIT(ATTR_ORIGIN) |
		    ATTR_BIT(ATTR_AS_PATH) | ATTR_BIT(ATTR_NEXT_HOP) |
		    (external ? 0 : ATTR_BIT(ATTR_LOCAL_PREF)),
		.as_path = rbuf_of(path->p, path->len),
		.next_hop.addr = addr_v4(r->id),
		.local_pref = 100 };
}

/* These, or that they are no more. */
static void
say_taught(struct line *l, uint32_t set, bool withdrawn)
{
	uint8_t room[MSG_MAX], attr_room[256], path_room[32];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct wbuf bytes = wbuf_of(attr_room, sizeof(attr_room));
	struct wbuf path = wbuf_of(path_room, sizeof(path_room));
	struct attrs attrs = taught_attrs(l, &path);
	struct update_out out = {
		.w = &w, .max = MSG_MAX, .family = FAMILY_V4
	};

	if (set == 0)
		return;
	attrs_build(&bytes, &attrs, FAMILY_V4, l->caps.as4);
	if (withdrawn)
		update_out_unreach(&out);
	else
		update_out_reach(
		    &out, &attrs.next_hop, rbuf_of(bytes.p, bytes.len));
	for (; set != 0; set &= set - 1) {
		struct prefix p = taught_prefix((unsigned)__builtin_ctz(set));

		update_out_add(&out, p.addr.bytes, p.len, 0);
	}
	update_out_end(&out);
	say(l, &w);
}

/* --- The end of a connection. --- */

static struct line *
other(struct line *l)
{
	return &l->of->lines[l->place == DIALED ? ACCEPTED : DIALED];
}

/* When to dial again, or to let somebody in. */
static void
plan(struct neighbour *n, bool error)
{
	const struct router_way *way = n->router->way;
	unsigned ms = way->retry;

	if (!n->router->running)
		return;
	if (error) {
		n->wait = n->wait == 0 ? way->error_wait : 2 * n->wait;
		if (n->wait > way->error_most)
			n->wait = way->error_most;
		ms = n->wait;
	}
	n->erring = error;
	arm_dial(n, rng_jitter(&n->router->w->rng, ms));
}

static void
line_end(struct line *l, enum end end)
{
	struct neighbour *n = l->of;
	struct vsock *sock = l->sock;

	if (l->state == UP) {
		world_trace(n->router->w, "router %u: node%u is down",
		    n->router->id & 0xff, n->node);
		kept_down(&n->kept, end);
		n->has_all = false;
		if (now(n) - n->up_since > GOOD_FOR)
			n->wait = 0;
	}
	bool error = l->state > DIALING && end != END_LOST && end != END_QUIET;

	/* BIRD waits for errors; that a session ends without a word is none. */
	if (l->state == UP && end == END_TCP && n->router->way->refuses)
		error = false;
	l->state = NONE;
	l->sock = NULL;
	l->n = 0;
	if (sock != NULL)
		vsock_close(sock);
	if (other(l)->state < SENT)
		plan(n, error);
}

static void
line_refuse(struct line *l, uint8_t code, uint8_t subcode)
{
	say_notification(l, code, subcode);
	line_end(l, END_SAID);
}

static void
on_line_due(void *arg, uint64_t what)
{
	struct line *l = arg;

	(void)what;
	if (l->state < WAITING || now(l->of) < l->due)
		return;
	if (l->state == WAITING) {
		say_open(l);
		l->state = SENT;
		arm(l, OPEN_HOLD);
	} else {
		if (l->state == UP && l->of->router->asks.heard)
			world_complain(l->of->router->w,
			    "node%u says nothing for a hold time", l->of->node);
		line_refuse(l, ERR_HOLD_TIMER, 0);
	}
}

static void
on_keepalive_due(void *arg, uint64_t what)
{
	struct line *l = arg;

	(void)what;
	if (l->state < CONFIRM || now(l->of) < l->keepalive_due)
		return;
	say_keepalive(l);
	arm_keepalive(l);
}

/* --- What it hears. --- */

/* RFC 4271 6.8: the connection that the higher id dialed stays. */
static bool
loses(const struct line *l)
{
	bool ours_higher = l->of->router->id > l->id;

	return (l->place == DIALED) != ours_higher;
}

static void
confirm(struct line *l)
{
	say_keepalive(l);
	l->state = CONFIRM;
	l->due = UINT64_MAX;
	if (l->hold > 0)
		arm(l, l->hold * 1000);
	arm_keepalive(l);
}

static void
hear_open(struct line *l, struct rbuf body)
{
	const struct small_router *r = l->of->router;
	struct bgp_err err = { 0 };
	struct bgp_open o;
	struct line *second = other(l);

	if (l->state != SENT && l->state != WAITING) {
		line_refuse(l, ERR_FSM, 0);
		return;
	}
	if (!open_parse(body, &o, &err) || o.asn != l->of->asn) {
		line_refuse(l, ERR_OPEN, OPEN_PEER_AS);
		return;
	}
	l->id = o.router_id;
	l->caps = o.caps;
	l->hold =
	    o.hold_time < r->way->hold_time ? o.hold_time : r->way->hold_time;
	if (l->state == WAITING)
		say_open(l);
	l->state = SENT;
	if (second->state == UP || (second->state == CONFIRM && loses(l))) {
		line_refuse(l, ERR_CEASE, CEASE_COLLISION);
		return;
	}
	if (second->state == CONFIRM)
		line_refuse(second, ERR_CEASE, CEASE_COLLISION);
	confirm(l);
}

static void
come_up(struct line *l)
{
	struct neighbour *n = l->of;
	uint8_t room[64];
	struct wbuf w = wbuf_of(room, sizeof(room));

	l->state = UP;
	l->of->n_paths = 0;
	n->last = vsock_connection(l->sock);
	n->up_since = now(n);
	n->erring = false;
	kept_up(&n->kept, &l->caps);
	world_trace(n->router->w, "router %u: node%u is up",
	    n->router->id & 0xff, n->node);
	if (other(l)->state != NONE)
		line_refuse(other(l), ERR_CEASE, CEASE_COLLISION);
	say_taught(l, n->router->taught, false);
	eor_build(&w, FAMILY_V4);
	say(l, &w);
}

static bool
is_shunned(const struct attrs *attrs)
{
	struct rbuf list = attrs->communities;

	while (list.left > 0) {
		uint32_t community = rbuf_u32(&list);

		if (community == (0xffff0000u | GRACEFUL_SHUTDOWN) ||
		    community == (0xffff0000u | LLGR_STALE))
			return true;
	}
	return false;
}

static struct path_told *
path_told(struct neighbour *n, uint64_t bit, uint32_t id)
{
	for (unsigned i = 0; i < n->n_paths; i++)
		if (n->paths[i].bit == bit && n->paths[i].id == id)
			return &n->paths[i];
	return NULL;
}

static void
add_path(struct neighbour *n, uint64_t bit, uint32_t id)
{
	if (path_told(n, bit, id) != NULL)
		return;
	if (n->n_paths < PATHS)
		n->paths[n->n_paths++] = (struct path_told){ bit, id };
	else
		world_complain(
		    n->router->w, "node%u leaves paths behind", n->node);
}

/* Was it the last one? Of what was kept over the session, there is no id. */
static bool
drop_path(struct neighbour *n, uint64_t bit, uint32_t id)
{
	struct path_told *p = path_told(n, bit, id);
	bool last = true;

	if (p != NULL)
		*p = n->paths[--n->n_paths];
	for (unsigned i = 0; i < n->n_paths; i++)
		last &= n->paths[i].bit != bit;
	return last;
}

/* attrs NULL: they are withdrawn. */
static void
take_routes(struct neighbour *n, struct nlri nlri, const struct attrs *attrs)
{
	struct prefix p;
	char text[PREFIX_TEXT];
	uint32_t id;

	while (nlri_next(&nlri, &p, &id)) {
		uint64_t bit = announced_bit(&p);
		const struct router_asks *asks = &n->router->asks;

		if (attrs != NULL &&
		    (asks->told(asks->arg, n->node) & bit) == 0)
			world_complain(n->router->w,
			    "node%u announces %s, which nobody told it",
			    n->node, prefix_print(&p, text));
		if (attrs != NULL) {
			add_path(n, bit, id);
			if (bit != 0)
				words_read(&n->words[__builtin_ctzll(bit)],
				    attrs, n->router->asn != n->asn);
			kept_announce(&n->kept, bit, is_shunned(attrs));
		} else if (drop_path(n, bit, id)) {
			kept_forget(&n->kept, bit);
		}
	}
}

static bool
reads_ids(const struct line *l)
{
	return l->of->router->way->add_path &&
	    (l->caps.add_path[FAMILY_V4] & ADD_PATH_SEND) != 0;
}

static size_t
message_max(const struct line *l)
{
	return l->of->router->way->extended && l->caps.extended_message
	    ? MSG_MAX_EXTENDED
	    : MSG_MAX;
}

static bool
reads_ipv6_hops(const struct line *l)
{
	return l->of->router->way->by_v6 && l->caps.extended_next_hop;
}

/* RFC 8950: over IPv6 each next hop is one of IPv6 where both have that. */
static void
judge_next_hop(const struct line *l, const struct update_reach *reach)
{
	bool by_v6 = reads_ipv6_hops(l) && l->of->addr.family == FAMILY_V6;
	enum family family = by_v6 ? FAMILY_V6 : FAMILY_V4;

	if (reach->nlri.count > 0 && reach->next_hop.addr.family != family)
		world_complain(l->of->router->w,
		    "node%u announces by a next hop of another family",
		    l->of->node);
}

static void
hear_update(struct line *l, struct rbuf body)
{
	struct neighbour *n = l->of;
	const struct update_ctx ctx = {
		.ebgp = n->router->asn != n->asn,
		.as4 = l->caps.as4,
		.first_as = true,
		.peer_as = n->asn,
		.family = { [FAMILY_V4] = true },
		.add_path = { [FAMILY_V4] = reads_ids(l) },
		.extended_next_hop = reads_ipv6_hops(l),
	};
	uint8_t room[UPDATE_SCRATCH(MSG_MAX_EXTENDED)];
	struct wbuf scratch = wbuf_of(room, sizeof(room));
	struct bgp_err err;
	struct update u;

	if (update_parse(body, &ctx, &scratch, &u, &err) != UPD_OK) {
		world_complain(
		    n->router->w, "node%u sends a bad UPDATE", n->node);
		return;
	}
	for (unsigned i = 0; i < 2; i++) {
		judge_next_hop(l, &u.reach[i]);
		take_routes(n, u.unreach[i], NULL);
		take_routes(n, u.reach[i].nlri, &u.attrs);
	}
	if (u.eor == FAMILY_V4) {
		n->has_all = true;
		kept_end_of_rib(&n->kept);
	}
	world_trace(n->router->w, "router %u: node%u has %llx%s",
	    n->router->id & 0xff, n->node,
	    (unsigned long long)n->kept.table.routes,
	    n->has_all ? "" : ", not all yet");
}

static void
hear_refresh(struct line *l, struct rbuf body)
{
	struct neighbour *n = l->of;
	struct refresh r;
	struct bgp_err err;

	if (!refresh_parse(body, l->caps.enhanced_refresh, &r, &err))
		world_complain(
		    n->router->w, "node%u sends a bad refresh", n->node);
	else if (r.kind == REFRESH_BEGIN && !kept_refresh_begin(&n->kept))
		world_complain(n->router->w,
		    "node%u begins a refresh before End-of-RIB", n->node);
	else if (r.kind == REFRESH_END && !kept_refresh_end(&n->kept))
		world_complain(n->router->w,
		    "node%u ends a refresh that has not begun", n->node);
}

static bool
is_hard(const struct notification *why)
{
	return why->hard;
}

static void
hear(struct line *l, const struct msg *m)
{
	struct notification why = { 0 };

	if (m->type == MSG_NOTIFICATION) {
		if (notification_parse(m->body, &why))
			world_trace(l->of->router->w,
			    "router %u: node%u says %u/%u",
			    l->of->router->id & 0xff, l->of->node, why.code,
			    why.subcode);
		line_end(l, is_hard(&why) ? END_HARD : END_SAID);
		return;
	}
	if (m->type == MSG_OPEN) {
		hear_open(l, m->body);
		return;
	}
	if (l->state < CONFIRM ||
	    (l->state == CONFIRM && m->type != MSG_KEEPALIVE)) {
		line_refuse(l, ERR_FSM, 0);
		return;
	}
	if (l->hold > 0)
		l->due = now(l->of) + l->hold * 1000;
	if (l->state == CONFIRM)
		come_up(l);
	if (m->type == MSG_UPDATE)
		hear_update(l, m->body);
	if (m->type == MSG_ROUTE_REFRESH)
		hear_refresh(l, m->body);
}

/* --- TCP. --- */

static void
begin(struct line *l)
{
	unsigned ms = l->of->router->way->delay_open;

	l->n = 0;
	if (ms > 0) {
		l->state = WAITING;
		arm(l, ms);
		return;
	}
	say_open(l);
	l->state = SENT;
	arm(l, OPEN_HOLD);
}

static void
on_up(void *arg)
{
	begin(arg);
}

static void
on_input(void *arg, const uint8_t *bytes, size_t n)
{
	struct line *l = arg;
	struct vsock *sock = l->sock;
	struct bgp_err err;
	struct msg m;

	memcpy(l->in + l->n, bytes, n);
	l->n += n;
	struct rbuf stream = rbuf_of(l->in, l->n);
	enum msg_cut cut = MSG_MORE;

	while (l->sock == sock &&
	    (cut = msg_cut(&stream, message_max(l), &m, &err)) == MSG_WHOLE)
		hear(l, &m);
	if (l->sock != sock)
		return;
	if (cut == MSG_BAD) {
		world_complain(l->of->router->w,
		    "node%u sends what is no message", l->of->node);
		return;
	}
	l->n = stream.left;
	memmove(l->in, stream.p, l->n);
	/* What was put off while messages came is looked at anew. */
	if (l->state >= CONFIRM && l->hold > 0)
		world_at(l->of->router->w, l->due, on_line_due, l, 0);
}

static void
on_writable(void *arg)
{
	(void)arg; /* it says little enough */
}

static void
on_down(void *arg, const char *why)
{
	struct line *l = arg;

	(void)why;
	l->sock = NULL;
	line_end(l, END_TCP);
}

static const struct vsock_ops sock_ops = { on_up, on_input, on_writable,
	on_down };

static const char *
key_of(const struct small_router *r)
{
	return r->key[0] != '\0' ? r->key : NULL;
}

static void
dial(struct neighbour *n)
{
	struct line *l = &n->lines[DIALED];

	l->state = DIALING;
	l->sock = vsock_dial(n->router->host, vhost_addr(n->router->host),
	    &n->addr, key_of(n->router), &sock_ops, l);
}

static void
on_dial_due(void *arg, uint64_t what)
{
	struct neighbour *n = arg;

	(void)what;
	if (now(n) < n->dial_due || !n->router->running)
		return;
	n->erring = false;
	if (!n->router->way->passive && n->lines[DIALED].state == NONE &&
	    n->lines[ACCEPTED].state == NONE)
		dial(n);
}

static struct neighbour *
neighbour_at(struct small_router *r, const struct addr *addr)
{
	for (unsigned i = 0; i < r->n; i++)
		if (addr_eq(&r->all[i].addr, addr))
			return &r->all[i];
	return NULL;
}

/* Both have waited for the same, as for a way that is there again, and dial at once. */
static void
on_is_dialed(void *arg, const struct addr *from)
{
	struct small_router *r = arg;
	struct neighbour *n = neighbour_at(r, from);

	if (n != NULL && r->running && !n->erring &&
	    rng_below(&r->w->rng, 2) == 0)
		arm_dial(n, rng_below(&r->w->rng, AT_ONCE));
}

static void
on_ignored_up(void *arg)
{
	(void)arg;
}

static void
on_ignored_input(void *arg, const uint8_t *bytes, size_t n)
{
	(void)arg;
	(void)bytes;
	(void)n;
}

static void
on_ignored_down(void *arg, const char *why)
{
	struct neighbour *n = arg;

	(void)why;
	n->ignored = NULL;
}

static const struct vsock_ops ignored_ops = { on_ignored_up, on_ignored_input,
	on_ignored_up, on_ignored_down };

static void
ignore(struct neighbour *n, struct vsock *s)
{
	if (n->ignored != NULL)
		vsock_abort(n->ignored);
	n->ignored = s;
	vsock_use(s, &ignored_ops, n);
}

/*
 * RFC 4724 5. Who has just come up has been dialed at the same time: real routers don't
 * look at that, but the way to them is not as slow as ours.
 */
static bool
is_anew(const struct neighbour *n)
{
	return (n->router->way->replaces || kept_stays(&n->kept, END_LOST)) &&
	    now(n) - n->up_since > LATE;
}

/* False: nobody wants it. */
static bool
take(struct small_router *r, struct vsock *s)
{
	struct neighbour *n = neighbour_at(r, vsock_remote(s));

	if (n == NULL || (n->erring && r->way->refuses))
		return false;
	if (r->way->silent) {
		ignore(n, s);
		return true;
	}
	struct line *l = &n->lines[ACCEPTED];

	if (l->state == UP || n->lines[DIALED].state == UP) {
		struct line *up = l->state == UP ? l : &n->lines[DIALED];

		if (!is_anew(n))
			return false;
		line_end(up, END_LOST); /* nothing is said: nobody is there */
	}
	if (l->state != NONE) /* the node has lost that one */
		line_end(l, END_LOST);
	l->sock = s;
	vsock_use(s, &sock_ops, l);
	begin(l);
	return true;
}

static void
on_waits(void *arg)
{
	struct small_router *r = arg;
	struct vsock *s;

	while ((s = vlisten_accept(r->listen)) != NULL)
		if (!take(r, s))
			vsock_abort(s);
}

/* --- BFD. --- */

static void
on_bfd(void *arg, const struct bfd_news *news)
{
	struct small_router *r = arg;
	struct neighbour *n = &r->all[news->id - 1];

	if (!news->fell || (news->admin && !r->way->heeds_admin))
		return;
	world_trace(r->w, "router %u: node%u: BFD is down%s", r->id & 0xff,
	    n->node, news->admin ? " on purpose" : "");
	for (unsigned i = 0; i < PLACES; i++) {
		struct line *l = &n->lines[i];

		if (l->state < SENT)
			continue;
		say_notification(l, ERR_CEASE, CEASE_BFD_DOWN);
		line_end(l, END_HARD);
	}
	kept_forget(&n->kept, UINT64_MAX);
}

static uint64_t
bfd_standing(void *arg, const struct addr *remote)
{
	const struct neighbour *n = neighbour_at(arg, remote);

	if (n == NULL)
		return 0;
	return n->kept.table.routes != 0 || n->lines[DIALED].state == UP ||
		n->lines[ACCEPTED].state == UP
	    ? n->last
	    : 0;
}

static const struct bfd_host_ops bfd_host_ops = { on_bfd, bfd_standing };

void
small_router_set_bfd(struct small_router *r, struct bfd_wire *wire, unsigned ms)
{
	const struct bfd_host_way way = { r->name, BFD_LATE,
		r->way->heeds_admin };

	snprintf(r->name, sizeof(r->name), "router %u", r->id & 0xff);
	r->bfd = bfd_host_new(r->w, wire, r->host, &way, &bfd_host_ops, r);
	r->bfd_ms = ms;
}

struct bfd_host *
small_router_bfd(const struct small_router *r)
{
	return r->bfd;
}

static void
bfd_start(struct small_router *r)
{
	const struct bfd_port *port;

	if (r->bfd == NULL)
		return;
	port = bfd_host_port(r->bfd);
	bfd_host_start(r->bfd, rng_u32(&r->w->rng));
	for (unsigned i = 0; i < r->n; i++) {
		const struct bfd_config config = { .id = i + 1,
			.remote = rim_scoped(&r->all[i].addr),
			.min_ttl = UINT8_MAX,
			.tx_ms = r->bfd_ms,
			.rx_ms = r->bfd_ms,
			.mult = BFD_MULT };

		port->set(port->arg, &config);
	}
}

static void
bfd_end(struct small_router *r, bool goodbye)
{
	if (r->bfd == NULL)
		return;
	if (goodbye)
		bfd_host_port(r->bfd)->admin_down_all(
		    bfd_host_port(r->bfd)->arg);
	bfd_host_end(r->bfd);
}

/* --- Life. --- */

struct small_router *
small_router_new(struct world *w, struct vhost *host,
    const struct router_way *way, uint32_t asn, uint32_t id,
    const struct router_asks *asks)
{
	struct small_router *r = xcalloc(1, sizeof(*r));

	r->w = w;
	r->host = host;
	r->way = way;
	r->asks = *asks;
	r->asn = asn;
	r->id = id;
	vhost_hear_dials(host, on_is_dialed, r);
	return r;
}

void
small_router_add(struct small_router *r, unsigned node, const struct addr *addr,
    uint32_t asn)
{
	struct neighbour *n = &r->all[r->n++];

	*n = (struct neighbour){
		.router = r, .node = node, .addr = *addr, .asn = asn
	};
	kept_init(&n->kept, r->w, r->way, r->id & 0xff, node);
	for (unsigned i = 0; i < PLACES; i++)
		n->lines[i] = (struct line){ .of = n, .place = i };
}

static void
set_key(struct small_router *r, const struct addr *addr)
{
	struct prefix from = prefix_host(addr);

	vlisten_set_key(r->listen, &from, key_of(r));
}

static void
set_keys(struct small_router *r)
{
	for (unsigned i = 0; i < r->n; i++)
		set_key(r, &r->all[i].addr);
}

void
small_router_start(struct small_router *r)
{
	r->running = true;
	r->listen = vlisten_new(r->host, on_waits, r);
	set_keys(r);
	vlisten_begin(r->listen, vhost_addr(r->host));
	bfd_start(r);
	for (unsigned i = 0; i < r->n; i++) {
		r->all[i].wait = 0;
		plan(&r->all[i], false);
	}
}

static void
end_all(struct small_router *r, bool goodbye)
{
	for (unsigned i = 0; i < r->n * PLACES; i++) {
		struct line *l = &r->all[i / PLACES].lines[i % PLACES];

		if (goodbye && l->state >= SENT)
			line_refuse(l, ERR_CEASE, CEASE_SHUTDOWN);
		if (l->sock != NULL)
			vsock_abort(l->sock);
		l->state = NONE;
		l->sock = NULL;
		kept_forget(&l->of->kept, UINT64_MAX);
		l->of->has_all = l->of->erring = false;
	}
}

void
small_router_end(struct small_router *r, bool goodbye)
{
	r->running = false;
	bfd_end(r, goodbye);
	end_all(r, goodbye);
	vlisten_close(r->listen);
	r->listen = NULL;
	for (unsigned i = 0; i < r->n; i++) {
		if (r->all[i].ignored != NULL)
			vsock_abort(r->all[i].ignored);
		r->all[i].ignored = NULL;
		world_forget(r->w, &r->all[i]);
		world_forget(r->w, &r->all[i].kept);
		for (unsigned p = 0; p < PLACES; p++)
			world_forget(r->w, &r->all[i].lines[p]);
	}
}

void
small_router_free(struct small_router *r)
{
	bfd_host_free(r->bfd);
	free(r);
}

void
small_router_reset(struct small_router *r, unsigned nth)
{
	for (unsigned i = 0; i < PLACES && nth < r->n; i++)
		if (r->all[nth].lines[i].state >= SENT)
			line_refuse(
			    &r->all[nth].lines[i], ERR_CEASE, CEASE_RESET);
}

void
small_router_set_key(struct small_router *r, const char *key)
{
	strncpy(r->key, key != NULL ? key : "", sizeof(r->key) - 1);
	if (!r->running)
		return;
	set_keys(r);
	for (unsigned i = 0; i < r->n * PLACES; i++) {
		struct line *l = &r->all[i / PLACES].lines[i % PLACES];

		if (l->sock == NULL)
			continue;
		/* Nothing of the other side is heard on it from now on. */
		vsock_set_key(l->sock, key);
		line_end(l, END_QUIET);
	}
}

void
small_router_refresh(struct small_router *r, unsigned nth)
{
	const struct refresh all = { .family = FAMILY_V4 };
	uint8_t room[64];
	struct wbuf w = wbuf_of(room, sizeof(room));

	refresh_build(&w, &all);
	for (unsigned i = 0; i < PLACES && nth < r->n; i++)
		if (r->all[nth].lines[i].state == UP)
			say(&r->all[nth].lines[i], &w);
}

void
small_router_teach(struct small_router *r, uint32_t taught)
{
	uint32_t gone = r->taught & ~taught, new = taught & ~r->taught;

	r->taught = taught;
	for (unsigned i = 0; i < r->n * PLACES; i++) {
		struct line *l = &r->all[i / PLACES].lines[i % PLACES];

		if (l->state != UP)
			continue;
		say_taught(l, gone, true);
		say_taught(l, new, false);
	}
}

/* --- Looking. --- */

static const struct line *
up_line(const struct small_router *r, unsigned nth)
{
	for (unsigned i = 0; i < PLACES; i++)
		if (r->all[nth].lines[i].state == UP)
			return &r->all[nth].lines[i];
	return NULL;
}

uint64_t
small_router_routes(const struct small_router *r, unsigned nth)
{
	return r->all[nth].kept.table.routes;
}

struct router_table
small_router_table(const struct small_router *r, unsigned nth)
{
	return kept_table(&r->all[nth].kept);
}

struct words
small_router_words(const struct small_router *r, unsigned nth, unsigned bit)
{
	return r->all[nth].words[bit];
}

bool
small_router_has_all(const struct small_router *r, unsigned nth)
{
	return r->all[nth].has_all;
}

uint64_t
small_router_connection(const struct small_router *r, unsigned nth)
{
	const struct line *l = up_line(r, nth);

	return l != NULL ? vsock_connection(l->sock) : 0;
}

bool
small_router_agreed(
    const struct small_router *r, unsigned nth, struct agreed *to)
{
	const struct line *l = up_line(r, nth);
	const struct caps ours = offer(r);

	if (l == NULL)
		return false;
	*to = (struct agreed){ .caps = caps_agree(&ours, &l->caps),
		.hold_time = (uint16_t)l->hold };
	return true;
}

unsigned
small_router_hold_time(const struct small_router *r, unsigned nth)
{
	const struct line *l = up_line(r, nth);

	return l != NULL ? l->hold : 0;
}
