/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What bfd_io.c does with a thread, a timer and sockets, done with the virtual clock:
 * packets are heard and sent as they are due, whatever the daemon's loop is at, and the
 * loop hears of news a while later. As there are many packets and next to none of them
 * changes anything but times, they are events after which nothing is judged; news is
 * one after which all is.
 *
 * The host outlives the process on it, as the file does in which a run tells the next
 * one where its sessions stand. Beside the core there is one bfd_seen for each host
 * that ever said something, by which its doings are judged.
 */
#include "tests/sim/bfd_host.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/bfd/bfd.h"
#include "common/alloc.h"
#include "tests/sim/bfd_seen.h"
#include "tests/sim/bfd_wire.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"
#include "tests/test.h"

enum {
	MOST = 16,  /* sessions, and hosts that are heard */
	SCOPE = 1,  /* the index of eth0 */
	SLACK = 20, /* ms, of timers */
};

struct session {
	struct bfd_config config;
	uint64_t flaps; /* as last seen */
};

struct road { /* what a session sends by */
	struct addr local, remote;
	bool multihop;
};

struct bfd_host {
	struct world *w;
	struct bfd_wire *wire;
	struct vhost *host;
	struct bfd_host_way way;
	const struct bfd_host_ops *ops;
	void *arg;
	struct bfd_port port;
	struct bfd_seen seen[MOST];
	unsigned n_seen;
	struct bfd_kept kept[MOST]; /* over the process */
	size_t n_kept;
	uint64_t kept_at; /* us */

	/* Of the process, while there is one. */
	struct bfd *bfd; /* owned; NULL: there is none */
	struct session set[MOST];
	unsigned n_set;
	bool over;        /* it is about to end */
	bool stirred;     /* there is news since it was last looked */
	bool news_due;    /* the owner is about to be told */
	uint64_t wake_at; /* ms; BFD_NEVER: not */
};

static uint64_t
us(const struct bfd_host *b)
{
	return b->w->now * 1000;
}

/* --- Who is who. --- */

static struct bfd_seen *
seen_of(struct bfd_host *b, const struct addr *remote)
{
	for (unsigned i = 0; i < b->n_seen; i++)
		if (addr_eq(&b->seen[i].remote, remote))
			return &b->seen[i];
	assert_true(b->n_seen < MOST);
	struct bfd_seen *s = &b->seen[b->n_seen++];

	*s = (struct bfd_seen){ .name = b->way.name, .remote = *remote };
	bfd_seen_begin(s);
	return s;
}

static struct session *
session_of(struct bfd_host *b, uint32_t id)
{
	for (unsigned i = 0; i < b->n_set; i++)
		if (b->set[i].config.id == id)
			return &b->set[i];
	return NULL;
}

void
bfd_host_look(
    const struct bfd_host *b, const struct addr *remote, struct bfd_view *v)
{
	*v = (struct bfd_view){ 0 };
	for (unsigned i = 0; i < b->n_set && b->bfd != NULL; i++)
		if (addr_eq(&b->set[i].config.remote.addr, remote))
			bfd_look(b->bfd, b->set[i].config.id, v);
}

unsigned
bfd_host_told(const struct bfd_host *b, const struct addr *remote)
{
	for (unsigned i = 0; i < b->n_seen; i++)
		if (addr_eq(&b->seen[i].remote, remote))
			return b->seen[i].told;
	return BFD_DOWN;
}

static uint64_t
standing(const struct bfd_host *b, const struct addr *remote)
{
	return b->ops->standing(b->arg, remote);
}

/* --- The thread. --- */

static void on_wake(void *arg, uint64_t what);

/* What the other side thinks of the session with this host. */
static void
look_back(
    const struct bfd_host *b, const struct addr *remote, struct bfd_view *v)
{
	const struct bfd_host *other = bfd_wire_at(b->wire, remote);

	*v = (struct bfd_view){ 0 };
	for (unsigned i = 0; other != NULL && i < other->n_set; i++)
		if (vhost_has(b->host, &other->set[i].config.remote.addr))
			bfd_look(other->bfd, other->set[i].config.id, v);
}

/* Has one fallen in this moment? */
static void
look_for_falls(struct bfd_host *b)
{
	struct bfd_view v, other;

	for (unsigned i = 0; i < b->n_set && b->stirred; i++) {
		struct session *s = &b->set[i];
		const struct addr *remote = &s->config.remote.addr;

		bfd_look(b->bfd, s->config.id, &v);
		if (v.flaps > s->flaps) {
			look_back(b, remote, &other);
			bfd_seen_fell(seen_of(b, remote), b->w, &v, &other);
		}
		s->flaps = v.flaps;
	}
	b->stirred = false;
}

static void
run(struct bfd_host *b)
{
	uint64_t due = bfd_run(b->bfd, us(b));

	look_for_falls(b);
	if (due != BFD_NEVER)
		due = (due + 999) / 1000;
	if (due == b->wake_at)
		return;
	b->wake_at = due;
	if (due != BFD_NEVER)
		world_at(b->w, due, on_wake, b, 0);
}

static void
on_wake(void *arg, uint64_t what)
{
	struct bfd_host *b = arg;

	(void)what;
	b->w->still = true;
	if (b->w->now != b->wake_at)
		return;
	b->wake_at = BFD_NEVER;
	run(b);
}

static void
on_heard(void *arg, const struct bfd_datagram *d)
{
	struct bfd_host *b = arg;
	const struct bfd_from from = { d->from,
		addr_is_link_local(&d->from) ? SCOPE : 0, d->multihop, d->ttl };
	struct bfd_seen *s;
	struct bfd_packet p;
	struct bfd_view v;
	uint8_t auth;

	if (b->bfd == NULL)
		return;
	bfd_input(b->bfd, &from, rbuf_of(d->bytes, d->n), us(b));
	s = seen_of(b, &d->from);
	bfd_host_look(b, &d->from, &v);
	if (d->number != 0 && v.known && v.received != s->received &&
	    bfd_parse(rbuf_of(d->bytes, d->n), &p, &auth) == BFD_GOOD)
		bfd_seen_heard(
		    s, b->w, d->number, &p, &v, standing(b, &d->from));
	run(b);
}

/* --- What struct bfd asks for. --- */

static void
on_send(void *arg, void *link, const uint8_t *bytes, size_t n)
{
	struct bfd_host *b = arg, *to;
	const struct road *r = link;
	struct bfd_datagram d = { .from = r->local,
		.to = r->remote,
		.multihop = r->multihop,
		.ttl = UINT8_MAX,
		.n = n };

	assert_true(n <= sizeof(d.bytes));
	memcpy(d.bytes, bytes, n);
	to = bfd_wire_at(b->wire, &r->remote);
	if (to == NULL)
		return;
	d.number = ++seen_of(to, &r->local)->sent;
	bfd_wire_send(b->wire, b->host, &d);
}

static void
tell(struct bfd_host *b, const struct bfd_news *news)
{
	const struct session *of = session_of(b, news->id);

	if (of == NULL) { /* nobody watches it any more */
		b->ops->news(b->arg, news);
		return;
	}
	struct bfd_seen *s = seen_of(b, &of->config.remote.addr);
	uint64_t before = standing(b, &s->remote);

	b->ops->news(b->arg, news);
	bfd_seen_told(
	    s, b->w, news, before, standing(b, &s->remote), b->way.heeds_admin);
}

static void
on_told(void *arg, uint64_t what)
{
	struct bfd_host *b = arg;
	struct bfd_news news;

	(void)what;
	b->news_due = false;
	while (bfd_take(b->bfd, &news))
		tell(b, &news);
	bfd_reap(b->bfd);
}

static void
on_news(void *arg)
{
	struct bfd_host *b = arg;
	struct rng *rng = &b->w->rng;
	uint32_t late = rng_below(rng, 8) == 0 ? b->way.late : b->way.late / 64;

	b->stirred = true;
	if (b->news_due)
		return;
	b->news_due = true;
	world_at(b->w, b->w->now + rng_below(rng, late), on_told, b, 0);
}

static void
on_gone(void *arg, void *link)
{
	(void)arg;
	free(link);
}

static const struct bfd_ops bfd_ops = { on_send, on_news, on_gone };

/* --- The port. --- */

static void
resume(struct bfd_host *b, const struct bfd_config *c)
{
	for (size_t i = 0; i < b->n_kept; i++) {
		const struct bfd_kept *k = &b->kept[i];

		if (us(b) - b->kept_at >= BFD_HOLD * 1000ull ||
		    scoped_addr_cmp(&k->remote, &c->remote) != 0 ||
		    addr_cmp(&k->local, &c->local) != 0 ||
		    k->multihop != c->multihop)
			continue;
		bfd_resume(b->bfd, c->id, k, us(b));
		b->kept[i] = b->kept[--b->n_kept];
		return;
	}
}

static struct road *
road_new(const struct bfd_host *b, const struct addr *remote,
    const struct addr *local, bool multihop)
{
	struct road *r = xcalloc(1, sizeof(*r));

	*r = (struct road){ *local, *remote, multihop };
	if (local->family == FAMILY_NONE)
		r->local = *vhost_addr_to(b->host, remote);
	return r;
}

static void
open_road(struct bfd_host *b, const struct bfd_config *c)
{
	const struct addr *remote = &c->remote.addr;
	struct road *r = road_new(b, remote, &c->local, c->multihop);

	free(
	    bfd_link(b->bfd, c->id, r, addr_is_link_local(remote) ? SCOPE : 0));
}

static void
on_set(void *arg, const struct bfd_config *config)
{
	struct bfd_host *b = arg;
	struct session *of = session_of(b, config->id);
	struct bfd_seen *s = seen_of(b, &config->remote.addr);
	struct bfd_config *c;

	if (b->bfd == NULL || b->over)
		return;
	if (of == NULL) {
		assert_true(b->n_set < MOST);
		of = &b->set[b->n_set++];
	}
	c = &of->config;
	*c = *config;
	if (c->by_link) /* all hosts are on one */
		c->multihop = false;
	if (bfd_set(b->bfd, c, us(b))) {
		of->flaps = 0;
		bfd_seen_begin(s);
		resume(b, c);
		open_road(b, c);
	}
	bfd_seen_configure(s, c->rx_ms);
	run(b);
}

static void
on_unset(void *arg, uint32_t id)
{
	struct bfd_host *b = arg;
	struct session *of = b->bfd != NULL ? session_of(b, id) : NULL;

	if (of == NULL)
		return;
	bfd_seen_begin(seen_of(b, &of->config.remote.addr));
	*of = b->set[--b->n_set];
	bfd_unset(b->bfd, id, us(b));
	run(b);
}

static void
end_all(struct bfd_host *b)
{
	b->n_set = 0;
	b->over = true;
	for (unsigned i = 0; i < b->n_seen; i++)
		bfd_seen_begin(&b->seen[i]);
}

static void
on_admin_down_all(void *arg)
{
	struct bfd_host *b = arg;

	if (b->bfd == NULL)
		return;
	end_all(b);
	b->n_kept = 0;
	bfd_unset_all(b->bfd, us(b));
	run(b);
}

static void
on_hold_all(void *arg)
{
	struct bfd_host *b = arg;

	if (b->bfd == NULL)
		return;
	end_all(b);
	b->n_kept = bfd_hold_all(b->bfd, b->kept, MOST, us(b));
	b->kept_at = us(b);
	run(b);
}

static void
on_resumed_all(void *arg)
{
	struct bfd_host *b = arg;
	bool late = us(b) - b->kept_at >= BFD_HOLD * 1000ull;

	while (b->bfd != NULL && !b->over && b->n_kept > 0) {
		const struct bfd_kept *k = &b->kept[--b->n_kept];

		if (!late)
			bfd_end_kept(b->bfd, k,
			    road_new(
				b, &k->remote.addr, &k->local, k->multihop),
			    addr_is_link_local(&k->remote.addr) ? SCOPE : 0,
			    us(b));
	}
	if (b->bfd != NULL)
		run(b);
}

static void
on_view(void *arg, uint32_t id, struct bfd_view *v)
{
	const struct bfd_host *b = arg;

	*v = (struct bfd_view){ 0 };
	if (b->bfd != NULL)
		bfd_look(b->bfd, id, v);
}

static void
on_totals(void *arg, struct bfd_totals *t)
{
	const struct bfd_host *b = arg;

	*t = (struct bfd_totals){ .real_time = true };
	if (b->bfd != NULL)
		bfd_count_packets(b->bfd, t);
}

const struct bfd_port *
bfd_host_port(const struct bfd_host *b)
{
	return &b->port;
}

/* --- Life. --- */

struct bfd_host *
bfd_host_new(struct world *w, struct bfd_wire *wire, struct vhost *host,
    const struct bfd_host_way *way, const struct bfd_host_ops *ops, void *arg)
{
	struct bfd_host *b = xcalloc(1, sizeof(*b));

	b->w = w;
	b->wire = wire;
	b->host = host;
	b->way = *way;
	b->ops = ops;
	b->arg = arg;
	b->port = (struct bfd_port){ on_set, on_unset, on_admin_down_all,
		on_hold_all, on_resumed_all, on_view, on_totals, b };
	bfd_wire_join(wire, host, on_heard, b);
	return b;
}

void
bfd_host_start(struct bfd_host *b, uint64_t seed)
{
	b->bfd = bfd_new(seed, &bfd_ops, b);
	b->wake_at = BFD_NEVER;
	b->over = b->stirred = b->news_due = false;
	b->n_set = 0;
}

void
bfd_host_end(struct bfd_host *b)
{
	if (b->bfd == NULL)
		return;
	end_all(b);
	bfd_free(b->bfd);
	b->bfd = NULL;
	world_forget(b->w, b);
}

void
bfd_host_forget(struct bfd_host *b)
{
	b->n_kept = 0;
}

void
bfd_host_free(struct bfd_host *b)
{
	if (b != NULL)
		bfd_host_end(b);
	free(b);
}

void
bfd_host_judge(struct bfd_host *b)
{
	for (unsigned i = 0; i < b->n_seen; i++) {
		struct bfd_seen *s = &b->seen[i];
		uint64_t due = bfd_seen_due(s);

		if (due != 0 && b->w->now > due + b->way.late + SLACK)
			bfd_seen_judge(s, b->w, standing(b, &s->remote));
	}
}
