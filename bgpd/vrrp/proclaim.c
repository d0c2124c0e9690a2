/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/vrrp/proclaim.h"

#include "bgpd/link/frame.h"
#include "bgpd/link/link_port.h"

#define BURST_PAUSE 1000    /* ms; no burst begins earlier after the last one */
#define BURST_REFRESH 60000 /* ms */

static void
say(const struct proclaimer *p, const uint8_t *frame, size_t n)
{
	if (n > 0)
		p->port->send(p->port->arg, p->index, frame, n);
}

/* RFC 5227 3: as a request, and as a reply for those that take only these. */
static void
proclaim_v4(const struct proclaimer *p, const struct addr *addr)
{
	struct frame_arp arp = {
		.sender_mac = p->mac, .sender = *addr, .target = *addr
	};
	uint8_t out[FRAME_MAX];

	say(p, out, frame_put_arp(out, &p->mac, &mac_broadcast, &arp));
	arp.reply = true;
	arp.target_mac = mac_broadcast;
	say(p, out, frame_put_arp(out, &p->mac, &mac_broadcast, &arp));
}

static struct addr
all_nodes(void)
{
	static const uint8_t bytes[16] = { 0xff, 0x02, [15] = 1 };

	return addr_from(FAMILY_V6, bytes);
}

/*
 * RFC 4861 7.2.6, and a router, as RFC 9568 6.4.1 has it: hosts would no longer use an
 * address that is no router's as their gateway (RFC 4861 7.2.5).
 */
static void
proclaim_v6(const struct proclaimer *p, const struct addr *addr)
{
	struct addr nodes = all_nodes();
	struct mac to = frame_group_mac(&nodes);
	struct frame_neighbor na = { .advert = true,
		.router = true,
		.override = true,
		.src = *addr,
		.dst = nodes,
		.target = *addr,
		.has_mac = true,
		.mac = p->mac };
	uint8_t out[FRAME_MAX];

	say(p, out, frame_put_neighbor(out, &p->mac, &to, &na));
}

void
proclaim(const struct proclaimer *p, const struct addr *addr)
{
	if (addr->family == FAMILY_V4)
		proclaim_v4(p, addr);
	else
		proclaim_v6(p, addr);
}

static bool
answer_arp(
    const struct proclaimer *p, const struct addr *addr, const struct frame *f)
{
	const struct frame_arp *asked = &f->arp;
	uint8_t out[FRAME_MAX];

	/* Who announces the address for its own asks nobody. */
	if (asked->reply || !addr_eq(&asked->target, addr) ||
	    addr_eq(&asked->sender, addr))
		return false;

	struct frame_arp arp = { .reply = true,
		.sender_mac = p->mac,
		.sender = *addr,
		.target_mac = asked->sender_mac,
		.target = asked->sender };

	say(p, out, frame_put_arp(out, &p->mac, &f->from, &arp));
	return true;
}

/* RFC 4861 7.2.4; a probe (RFC 4862 5.4.3) has no address to be answered at. */
static bool
answer_neighbor(
    const struct proclaimer *p, const struct addr *addr, const struct frame *f)
{
	const struct frame_neighbor *asked = &f->neighbor;
	bool probe = addr_is_zero(&asked->src);
	struct addr dst = probe ? all_nodes() : asked->src;
	struct mac to = probe ? frame_group_mac(&dst) : f->from;
	uint8_t out[FRAME_MAX];

	if (asked->advert || !addr_eq(&asked->target, addr))
		return false;

	struct frame_neighbor na = { .advert = true,
		.router = true,
		.solicited = !probe,
		.override = true,
		.src = *addr,
		.dst = dst,
		.target = *addr,
		.has_mac = true,
		.mac = p->mac };

	say(p, out, frame_put_neighbor(out, &p->mac, &to, &na));
	return true;
}

bool
proclaim_answer(
    const struct proclaimer *p, const struct addr *addr, const struct frame *f)
{
	if (f->kind == FRAME_ARP)
		return answer_arp(p, addr, f);
	return f->kind == FRAME_NEIGHBOR && answer_neighbor(p, addr, f);
}

void
burst_start(struct burst *b, uint64_t now)
{
	if (b->at == 0 || now - b->began >= BURST_PAUSE)
		*b = (struct burst){ .at = now, .began = now };
}

void
burst_stop(struct burst *b)
{
	*b = (struct burst){ 0 };
}

bool
burst_is_due(struct burst *b, uint64_t now)
{
	static const uint32_t pauses[] = { 100, 300, 4600 }; /* ms */

	if (b->at == 0 || now < b->at)
		return false;
	b->at = now +
	    (b->said < sizeof(pauses) / sizeof(pauses[0]) ? pauses[b->said]
							  : BURST_REFRESH);
	b->said++;
	return true;
}
