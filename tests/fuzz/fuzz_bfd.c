/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Packets of BFD one behind the other, for a table with two sessions. Each has two
 * bytes before it: its length, and how long it took, in ms; with bit 7 of that it says
 * our discriminator, as nobody could guess.
 */
#include "bgpd/bfd/bfd.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "bfd";

static void
on_send(void *arg, void *link, const uint8_t *bytes, size_t n)
{
	struct bfd_packet p;
	uint8_t auth;

	(void)link;
	assert(bfd_parse(rbuf_of(bytes, n), &p, &auth) == BFD_GOOD);
	assert(!(p.poll && p.final));
	++*(unsigned *)arg;
}

static void
on_news(void *arg)
{
	(void)arg;
}

static void
on_gone(void *arg, void *link)
{
	(void)arg;
	(void)link;
}

static const struct bfd_ops ops = { on_send, on_news, on_gone };

static uint64_t
input(struct bfd *b, struct rbuf *r, uint64_t now)
{
	uint8_t bytes[BFD_ROOM], length = rbuf_u8(r), pause = rbuf_u8(r);
	struct rbuf packet = rbuf_cut(r, length < r->left ? length : r->left);
	struct bfd_from from = { .addr = addr_v4(0x0a000001), .ttl = 255 };
	struct bfd_view v;
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));

	wbuf_copy(&w, packet);
	bfd_look(b, 1, &v);
	if (pause & 0x80 && w.len >= BFD_LENGTH) {
		struct wbuf yours = wbuf_of(bytes + 8, 4);

		wbuf_u32(&yours, v.mine);
	}
	bfd_input(b, &from, wbuf_read(&w, 0), now);
	return now + (pause & 0x7f) * 1000;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	struct rbuf r = rbuf_of(bytes, size);
	unsigned sent = 0, packets = 0;
	uint64_t now = 1000000, start = now;
	struct bfd *b = bfd_new(1, &ops, &sent);
	struct bfd_news news;

	for (uint32_t id = 1; id <= 2; id++) {
		struct bfd_config c = { .id = id,
			.min_ttl = 255,
			.tx_ms = 10,
			.rx_ms = 10,
			.mult = 1 };

		c.remote.addr = addr_v4(0x0a000000 + id);
		bfd_set(b, &c, now);
		bfd_link(b, id, b, 0);
	}
	while (r.left > 0 && packets++ < 10000) {
		uint64_t next = input(b, &r, now);

		for (now = bfd_run(b, now); now < next; now = bfd_run(b, now))
			continue;
		now = next;
		while (bfd_take(b, &news))
			assert(news.id == 1 && news.state < BFD_STATES);
	}
	/* doc/bgp.md 53: whatever comes, no more than one each BFD_GAP. */
	assert(sent <= 4 + (now - start) / (BFD_GAP / 2));
	bfd_free(b);
	return 0;
}
