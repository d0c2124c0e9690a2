/* SPDX-License-Identifier: Apache-2.0 */
/* An Ethernet frame; what is read is written and read again. */
#include "bgpd/link/frame.h"
#include "tests/fuzz/fuzz.h"

#include <assert.h>
#include <string.h>

const char fuzz_name[] = "frame";

static size_t
put(const struct frame *f, uint8_t out[FRAME_MAX])
{
	switch (f->kind) {
	case FRAME_ARP:
		return frame_put_arp(out, &f->from, &f->to, &f->arp);
	case FRAME_NEIGHBOR:
		return frame_put_neighbor(out, &f->from, &f->to, &f->neighbor);
	case FRAME_ROUTER:
		return frame_put_router(out, &f->from, &f->to, &f->router);
	case FRAME_HELLO:
		return frame_put_hello(
		    out, &f->from, &f->ip.src, f->ip.payload, f->ip.n);
	case FRAME_VRRP:
		return frame_put_ip(out, &f->from, &f->to, &f->ip);
	default:
		return 0;
	}
}

static bool
is_inside(const uint8_t *bytes, size_t size, const struct frame_ip *ip)
{
	return ip->payload >= bytes && ip->n <= size &&
	    ip->payload <= bytes + size - ip->n;
}

static void
assert_same(const struct frame *f, const struct frame *g)
{
	assert(f->kind == g->kind && mac_eq(&f->from, &g->from));
	if (f->kind == FRAME_ARP)
		assert(addr_eq(&f->arp.target, &g->arp.target) &&
		    f->arp.reply == g->arp.reply);
	else if (f->kind == FRAME_NEIGHBOR)
		assert(addr_eq(&f->neighbor.target, &g->neighbor.target) &&
		    mac_eq(&f->neighbor.mac, &g->neighbor.mac));
	else if (f->kind == FRAME_ROUTER)
		assert(addr_eq(&f->router.src, &g->router.src) &&
		    f->router.lifetime == g->router.lifetime &&
		    mac_eq(&f->router.mac, &g->router.mac));
	else
		assert(f->ip.n == g->ip.n &&
		    memcmp(f->ip.payload, g->ip.payload, f->ip.n) == 0);
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t size)
{
	uint8_t out[FRAME_MAX];
	struct frame f, g;

	if (!frame_parse(bytes, size, &f))
		return 0;
	if (f.kind == FRAME_HELLO || f.kind == FRAME_VRRP)
		assert(is_inside(bytes, size, &f.ip));
	size_t n = put(&f, out);

	assert(n != 0 || size > FRAME_MAX || f.kind == FRAME_HELLO);
	if (n == 0)
		return 0;
	assert(frame_parse(out, n, &g));
	assert_same(&f, &g);
	return 0;
}
