/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What happens to a table of BFD sessions, one step behind the other: verbs of its
 * owner, packets, time, restarts. A step is an octet that says which, and its
 * arguments. Every packet that is sent is a good one, no link is lost, and who leaves
 * is gone in the end.
 */
#include "bgpd/bfd/bfd.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "bfd_table";

enum { KEPT = 8, STEPS = 2000, HOUR = 3600 };

struct world {
	struct bfd *table;
	uint64_t now;
	int links; /* that the table holds */
	struct bfd_kept kept[KEPT];
	size_t n_kept;
};

static void
on_send(void *arg, void *link, const uint8_t *bytes, size_t n)
{
	struct bfd_packet p;
	uint8_t auth;

	assert(link == arg);
	assert(bfd_parse(rbuf_of(bytes, n), &p, &auth) == BFD_GOOD);
	assert(!(p.poll && p.final));
}

static void
on_news(void *arg)
{
	(void)arg;
}

static void
on_gone(void *arg, void *link)
{
	struct world *w = arg;

	assert(link == arg);
	w->links--;
}

static const struct bfd_ops ops = { on_send, on_news, on_gone };

/* Some ids and addresses fall on the same place of the table's hashes. */
static uint32_t
id_of(struct rbuf *r)
{
	uint8_t v = rbuf_u8(r);

	return 1 + (v & 3) + (v & 4 ? 1024 : 0);
}

static struct addr
address(struct rbuf *r)
{
	uint8_t v = rbuf_u8(r);

	return addr_v4(0x0a000000u + (v & 7u) + (v & 8 ? 0x10000u : 0));
}

static void
set(struct world *w, struct rbuf *r)
{
	uint8_t how = rbuf_u8(r);
	struct bfd_config c = { .id = id_of(r),
		.remote.addr = address(r),
		.multihop = how & 1,
		.min_ttl = how & 2 ? 250 : 255,
		.tx_ms = 10u + rbuf_u8(r) * 8u,
		.rx_ms = 10u + rbuf_u8(r) * 8u,
		.mult = 1 + how / 64 };

	if (how & 4)
		c.local = addr_v4(0x0a0000ff);
	if (!bfd_set(w->table, &c, w->now))
		return;
	assert(bfd_linked(w->table, c.id) == NULL);
	if (how & 8)
		return;
	assert(bfd_link(w->table, c.id, w, 0) == NULL);
	w->links++;
}

static void
unset(struct world *w, struct rbuf *r)
{
	bfd_unset(w->table, id_of(r), w->now);
}

/* One that there is not gives the link back. */
static void
link_anew(struct world *w, struct rbuf *r)
{
	uint32_t id = id_of(r);
	void *was = bfd_link(w->table, id, w, rbuf_u8(r) & 1);

	if (was == NULL)
		w->links++;
	assert(bfd_linked(w->table, id) == w || was == w);
}

static void
trouble(struct world *w, struct rbuf *r)
{
	uint32_t id = id_of(r);
	struct bfd_view v;

	bfd_trouble(w->table, id, "no socket");
	bfd_look(w->table, id, &v);
	assert(!v.known || strcmp(v.trouble, "no socket") == 0);
}

static uint32_t
times(uint8_t v)
{
	return v == 255 ? UINT32_MAX : v * 4000u;
}

static void
input(struct world *w, struct rbuf *r)
{
	struct bfd_view v;
	uint8_t bytes[BFD_LENGTH + 4], how = rbuf_u8(r), bits = rbuf_u8(r);
	struct wbuf out = wbuf_of(bytes, sizeof(bytes));
	uint32_t id = id_of(r);
	struct bfd_from from = { .addr = address(r),
		.scope = how >> 1 & 1,
		.multihop = how & 1,
		.ttl = how & 4 ? 252 : 255 };

	bfd_look(w->table, id, &v);
	struct bfd_packet p = { .diag = bits & 15,
		.state = bits >> 6,
		.poll = bits & 32,
		.final = bits & 16,
		.demand = how & 8,
		.mult = 1 + (how >> 6),
		.mine = 1 + rbuf_u8(r),
		.yours = how & 16 ? v.mine : 0,
		.min_tx = times(rbuf_u8(r)),
		.min_rx = times(rbuf_u8(r)) };

	assert(bfd_build(&out, &p));
	wbuf_u32(&out, 0);
	if (how & 32) {
		uint8_t at = rbuf_u8(r) % BFD_LENGTH;

		bytes[at] = rbuf_u8(r);
	}
	bfd_input(w->table, &from, wbuf_read(&out, 0), w->now);
}

/* The table is run when it wants to be. */
static void
pass(struct world *w, uint64_t ms)
{
	uint64_t end = w->now + ms * 1000, next;

	while ((next = bfd_run(w->table, w->now)) <= end) {
		assert(next > w->now);
		w->now = next;
	}
	w->now = end;
}

static void
wait(struct world *w, struct rbuf *r)
{
	uint8_t v = rbuf_u8(r);

	pass(w, v < 250 ? v : 4000);
}

static void
take(struct world *w, struct rbuf *r)
{
	struct bfd_news news;

	(void)r;
	while (bfd_take(w->table, &news))
		assert(news.state < BFD_STATES && (!news.admin || news.fell));
	bfd_reap(w->table);
}

static void
unset_all(struct world *w, struct rbuf *r)
{
	(void)r;
	bfd_unset_all(w->table, w->now);
}

/* In the next run the first sessions go on; nobody asks for the others. */
static void
restart(struct world *w, struct rbuf *r)
{
	size_t most = rbuf_u8(r) % KEPT, known = rbuf_u8(r);

	w->n_kept = bfd_hold_all(w->table, w->kept, most, w->now);
	assert(w->n_kept <= most);
	pass(w, 20);
	bfd_free(w->table);
	assert(w->links == 0);
	w->table = bfd_new(most, &ops, w);
	for (size_t i = 0; i < w->n_kept; i++) {
		const struct bfd_kept *k = &w->kept[i];
		struct bfd_config c = { .id = (uint32_t)i + 1,
			.remote = k->remote,
			.local = k->local,
			.multihop = k->multihop,
			.min_ttl = 255,
			.tx_ms = 50,
			.rx_ms = 50,
			.mult = 3 };

		w->links++;
		if (i < known) {
			bfd_set(w->table, &c, w->now);
			bfd_link(w->table, c.id, w, 0);
			bfd_resume(w->table, c.id, k, w->now);
		} else {
			bfd_end_kept(w->table, k, w, 0, w->now);
		}
	}
}

/* With discriminators of which several have one place in the table, or are the same. */
static void
resume(struct world *w, struct rbuf *r)
{
	uint32_t id = id_of(r);
	struct bfd_kept k = { .mine = (rbuf_u8(r) & 7) * 1024u,
		.yours = 1 + rbuf_u8(r),
		.remote.addr = address(r) };
	struct bfd_view v;

	bfd_look(w->table, id, &v);
	if (id & 1 || !v.known || v.state != BFD_DOWN || v.received > 0)
		return;
	bfd_resume(w->table, id, &k, w->now);
}

static void
end_kept(struct world *w, struct rbuf *r)
{
	struct bfd_kept k = { .mine = (rbuf_u8(r) & 7) * 1024u,
		.yours = 1,
		.remote.addr = address(r) };

	w->links++;
	bfd_end_kept(w->table, &k, w, 0, w->now);
}

static void (*const steps[])(struct world *, struct rbuf *) = { set, unset,
	link_anew, trouble, input, wait, take, unset_all, restart, resume,
	end_kept };

/* All are told to go; an hour later none is there. */
static void
end(struct world *w)
{
	struct bfd_totals t = { 0 };

	bfd_count_packets(w->table, &t);
	bfd_unset_all(w->table, w->now);
	pass(w, HOUR * 1000);
	assert(bfd_count(w->table) == 0);
	bfd_free(w->table);
	assert(w->links == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct rbuf r = rbuf_of(bytes, size);
	struct world w = { .now = 1000000 };
	unsigned n = 0;

	w.table = bfd_new(1, &ops, &w);
	while (r.left > 0 && n++ < STEPS)
		steps[rbuf_u8(&r) % (sizeof(steps) / sizeof(steps[0]))](&w, &r);
	end(&w);
	return 0;
}
