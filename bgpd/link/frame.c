/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A frame is an Ethernet header and one of three contents, each a row of ethertypes[];
 * an IP packet then is one of a few protocols, each a row of protocols[]. A parser
 * reads its part from a cursor that ends where the part above says it does: Ethernet
 * pads short frames, so what stands behind an IP packet or an ARP message means
 * nothing.
 *
 * No extension header of IPv6 and no fragment is looked into: what neighbours say to
 * each other needs neither (RFC 6980 forbids fragments of neighbour discovery).
 *
 * Writing goes the other way. Lengths and checksums are filled in once the bytes they
 * speak of are there.
 */
#include "bgpd/link/frame.h"

#include <string.h>

#include "bgpd/link/checksum.h"
#include "bgpd/wire/buf.h"

enum {
	ETHERTYPE_IPV4 = 0x0800,
	ETHERTYPE_ARP = 0x0806,
	ETHERTYPE_IPV6 = 0x86dd,
	ARP_ETHERNET = 1,
	ARP_REQUEST = 1,
	ARP_REPLY = 2,
	PROTOCOL_UDP = 17,
	PROTOCOL_ICMPV6 = 58,
	IPV4_HEADER = 20,        /* without options */
	IPV4_VERSION_IHL = 0x45, /* … of 5 words */
	IPV4_MORE_OR_OFFSET = 0x3fff,
	IPV4_DONT_FRAGMENT = 0x4000,
	IPV6_HEADER = 40,
	CLASS_CS6 = 0xc0, /* internetwork control */
	ICMPV6_CHECKSUM_AT = 2,
	ROUTER_SOLICITATION = 133,
	ROUTER_ADVERTISEMENT = 134,
	SOLICITATION = 135,
	ADVERTISEMENT = 136,
	ADVERT_ROUTER = 0x80,
	ADVERT_SOLICITED = 0x40,
	ADVERT_OVERRIDE = 0x20,
	OPTION_SOURCE_MAC = 1,
	OPTION_TARGET_MAC = 2,
	OPTION_UNIT = 8, /* bytes that an option's length counts in */
	UDP_HEADER = 8,
	UDP_LENGTH_AT = 4,
	UDP_CHECKSUM_AT = 6,
	ON_LINK = 255, /* a TTL that no router has touched */
};

/* Addresses. */

static bool
is_group(const struct addr *a)
{
	return a->family == FAMILY_V4 ? a->bytes[0] >> 4 == 0xe
				      : a->bytes[0] == 0xff;
}

struct addr
frame_hello_group(enum family family)
{
	static const uint8_t v6[16] = { 0xff, 0x02, [14] = 0x01, [15] = 0x14 };

	return family == FAMILY_V4 ? addr_v4(0xe00000fe)
				   : addr_from(FAMILY_V6, v6);
}

struct mac
frame_group_mac(const struct addr *g)
{
	const uint8_t *b = g->bytes;

	if (g->family == FAMILY_V4)
		return (struct mac){ { 0x01, 0x00, 0x5e, b[1] & 0x7f, b[2],
		    b[3] } };
	return (struct mac){ { 0x33, 0x33, b[12], b[13], b[14], b[15] } };
}

struct addr
frame_solicited_node(const struct addr *a)
{
	uint8_t group[16] = { 0xff, 0x02, [11] = 0x01, [12] = 0xff };

	memcpy(group + 13, a->bytes + 13, 3);
	return addr_from(FAMILY_V6, group);
}

static bool
is_solicited_node(const struct addr *group)
{
	struct addr own = frame_solicited_node(group);

	return addr_eq(group, &own);
}

/* Reading. */

static struct mac
get_mac(struct rbuf *r)
{
	const uint8_t *p = rbuf_bytes(r, MAC_SIZE);
	struct mac m = { { 0 } };

	if (p != NULL)
		memcpy(m.bytes, p, MAC_SIZE);
	return m;
}

static struct addr
get_addr(struct rbuf *r, enum family family)
{
	const uint8_t *p = rbuf_bytes(r, family_bytes(family));

	return p != NULL ? addr_from(family, p) : (struct addr){ 0 };
}

/* RFC 826. What an ARP message of another kind is about we have none of. */
static bool
arp_parse(struct rbuf r, struct frame *f)
{
	bool ours = rbuf_u16(&r) == ARP_ETHERNET;

	ours &= rbuf_u16(&r) == ETHERTYPE_IPV4;
	ours &= rbuf_u8(&r) == MAC_SIZE;
	ours &= rbuf_u8(&r) == family_bytes(FAMILY_V4);
	uint16_t op = rbuf_u16(&r);

	f->kind = FRAME_ARP;
	f->arp.reply = op == ARP_REPLY;
	f->arp.sender_mac = get_mac(&r);
	f->arp.sender = get_addr(&r, FAMILY_V4);
	f->arp.target_mac = get_mac(&r);
	f->arp.target = get_addr(&r, FAMILY_V4);
	return !r.bad && ours && (op == ARP_REQUEST || op == ARP_REPLY) &&
	    !mac_is_group(&f->arp.sender_mac);
}

/* RFC 4861 4.6. Of two of one type the first counts, as with Linux. */
static bool
options_parse(struct rbuf r, uint8_t wanted, bool *has_mac, struct mac *mac)
{
	while (r.left > 0) {
		uint8_t type = rbuf_u8(&r);
		size_t size = (size_t)rbuf_u8(&r) * OPTION_UNIT;

		if (size == 0) /* RFC 4861 7.1.1: discard */
			return false;
		struct rbuf body = rbuf_cut(&r, size - 2);

		if (type != wanted || *has_mac)
			continue;
		*mac = get_mac(&body);
		*has_mac = true;
		if (!rbuf_done(&body) || mac_is_group(mac))
			return false;
	}
	return !r.bad;
}

/* RFC 4861 7.1.1. */
static bool
solicitation_is_valid(const struct frame_neighbor *n)
{
	return !addr_is_zero(&n->src) ||
	    (is_solicited_node(&n->dst) && !n->has_mac);
}

/* RFC 4861 7.1.2. */
static bool
advert_is_valid(const struct frame_neighbor *n)
{
	return !is_group(&n->dst) || !n->solicited;
}

/* RFC 4861 4.3, 4.4; the checks common to 7.1.1 and 7.1.2. */
static bool
neighbor_parse(const struct frame_ip *ip, struct frame *f)
{
	struct frame_neighbor n = { .src = ip->src, .dst = ip->dst };
	struct rbuf r = rbuf_of(ip->payload, ip->n);
	uint8_t type = rbuf_u8(&r);
	uint8_t code = rbuf_u8(&r);

	rbuf_u16(&r); /* the checksum */
	uint8_t flags = rbuf_u32(&r) >> 24;

	n.target = get_addr(&r, FAMILY_V6);
	n.advert = type == ADVERTISEMENT;
	n.router = n.advert && (flags & ADVERT_ROUTER) != 0;
	n.solicited = n.advert && (flags & ADVERT_SOLICITED) != 0;
	n.override = n.advert && (flags & ADVERT_OVERRIDE) != 0;
	if (r.bad || code != 0 || is_group(&n.src) || is_group(&n.target))
		return false;
	if (!options_parse(r, n.advert ? OPTION_TARGET_MAC : OPTION_SOURCE_MAC,
		&n.has_mac, &n.mac))
		return false;
	f->kind = FRAME_NEIGHBOR;
	f->neighbor = n;
	return n.advert ? advert_is_valid(&n) : solicitation_is_valid(&n);
}

/* RFC 4861 6.1.1. */
static bool
router_solicitation_is_valid(const struct frame_router *r)
{
	return !is_group(&r->src) && !(addr_is_zero(&r->src) && r->has_mac);
}

/*
 * RFC 4861 4.1, 4.2, 6.1.1, 6.1.2. What hosts are to do by an advertisement (prefixes,
 * MTU, who is default router) is the kernel's affair.
 */
static bool
router_parse(const struct frame_ip *ip, struct frame *f)
{
	struct frame_router n = { .src = ip->src, .dst = ip->dst };
	struct rbuf r = rbuf_of(ip->payload, ip->n);
	uint8_t type = rbuf_u8(&r);
	uint8_t code = rbuf_u8(&r);

	rbuf_u16(&r); /* the checksum */
	n.advert = type == ROUTER_ADVERTISEMENT;
	if (n.advert) {
		rbuf_u16(&r); /* hop limit for hosts, flags */
		n.lifetime = rbuf_u16(&r);
		rbuf_u32(&r); /* reachable time */
	}
	rbuf_u32(&r); /* retransmission timer; reserved in a solicitation */
	if (r.bad || code != 0 ||
	    !options_parse(r, OPTION_SOURCE_MAC, &n.has_mac, &n.mac))
		return false;
	f->kind = FRAME_ROUTER;
	f->router = n;
	return n.advert ? addr_is_link_local(&n.src)
			: router_solicitation_is_valid(&n);
}

/* Neighbour discovery is never passed on by a router (RFC 4861 6.1, 7.1). */
static bool
icmpv6_parse(const struct frame_ip *ip, struct frame *f)
{
	if (ip->n == 0 || ip->ttl != ON_LINK || ip->src.family != FAMILY_V6 ||
	    checksum_pseudo(
		&ip->src, &ip->dst, ip->protocol, ip->payload, ip->n) != 0)
		return false;
	switch (ip->payload[0]) {
	case ROUTER_SOLICITATION:
	case ROUTER_ADVERTISEMENT:
		return router_parse(ip, f);
	case SOLICITATION:
	case ADVERTISEMENT:
		return neighbor_parse(ip, f);
	}
	return false;
}

/* RFC 768: without a checksum on IPv4 only (RFC 8200 8.1). */
static bool
udp_is_whole(const struct frame_ip *ip, size_t length, uint16_t sum)
{
	if (sum == 0)
		return ip->src.family == FAMILY_V4;
	return checksum_pseudo(
		   &ip->src, &ip->dst, ip->protocol, ip->payload, length) == 0;
}

/* No other UDP is ours; what came by a router is nobody's on this link (RFC 5082). */
static bool
hello_parse(const struct frame_ip *ip, struct frame *f)
{
	struct addr group = frame_hello_group(ip->src.family);
	struct rbuf r = rbuf_of(ip->payload, ip->n);

	rbuf_u16(&r); /* the source port */
	uint16_t port = rbuf_u16(&r);
	uint16_t length = rbuf_u16(&r);
	uint16_t sum = rbuf_u16(&r);

	if (r.bad || port != FRAME_HELLO_PORT || ip->ttl != ON_LINK ||
	    !addr_eq(&ip->dst, &group) || length < UDP_HEADER)
		return false;
	struct rbuf payload = rbuf_cut(&r, length - UDP_HEADER);

	if (payload.bad || !udp_is_whole(ip, length, sum))
		return false;
	f->kind = FRAME_HELLO;
	f->ip = *ip;
	f->ip.payload = payload.p;
	f->ip.n = payload.left;
	return true;
}

/* VRRP looks at the TTL itself, so that it can tell of a wrong one. */
static bool
vrrp_parse(const struct frame_ip *ip, struct frame *f)
{
	f->kind = FRAME_VRRP;
	f->ip = *ip;
	return true;
}

static const struct {
	uint8_t protocol;
	bool (*parse)(const struct frame_ip *, struct frame *);
} protocols[] = {
	{ PROTOCOL_UDP, hello_parse },
	{ PROTOCOL_ICMPV6, icmpv6_parse },
	{ FRAME_PROTOCOL_VRRP, vrrp_parse },
};

static bool
protocol_parse(const struct frame_ip *ip, struct frame *f)
{
	for (size_t i = 0; i < sizeof(protocols) / sizeof(protocols[0]); i++)
		if (protocols[i].protocol == ip->protocol)
			return protocols[i].parse(ip, f);
	return false;
}

static bool
payload_parse(struct rbuf *r, size_t n, struct frame_ip *ip, struct frame *f)
{
	struct rbuf payload = rbuf_cut(r, n);

	ip->payload = payload.p;
	ip->n = payload.left;
	return !payload.bad && protocol_parse(ip, f);
}

/* RFC 791 3.1. */
static bool
ipv4_parse(struct rbuf r, struct frame *f)
{
	struct frame_ip ip;
	struct rbuf whole = r;
	uint8_t version_ihl = rbuf_u8(&r);
	size_t header = (size_t)(version_ihl & 0xf) * 4;

	rbuf_u8(&r); /* type of service */
	uint16_t length = rbuf_u16(&r);

	rbuf_u16(&r); /* identification */
	bool fragment = (rbuf_u16(&r) & IPV4_MORE_OR_OFFSET) != 0;

	ip.ttl = rbuf_u8(&r);
	ip.protocol = rbuf_u8(&r);
	rbuf_u16(&r); /* the checksum */
	ip.src = get_addr(&r, FAMILY_V4);
	ip.dst = get_addr(&r, FAMILY_V4);
	if (r.bad || version_ihl >> 4 != 4 || header < IPV4_HEADER ||
	    length < header || fragment)
		return false;
	const uint8_t *first = rbuf_bytes(&whole, header);

	return first != NULL && checksum_plain(first, header) == 0 &&
	    payload_parse(&whole, length - header, &ip, f);
}

/* RFC 8200 3. */
static bool
ipv6_parse(struct rbuf r, struct frame *f)
{
	struct frame_ip ip;
	uint32_t version = rbuf_u32(&r) >> 28;
	uint16_t length = rbuf_u16(&r);

	ip.protocol = rbuf_u8(&r);
	ip.ttl = rbuf_u8(&r);
	ip.src = get_addr(&r, FAMILY_V6);
	ip.dst = get_addr(&r, FAMILY_V6);
	return !r.bad && version == 6 && payload_parse(&r, length, &ip, f);
}

static const struct {
	uint16_t type;
	bool (*parse)(struct rbuf, struct frame *);
} ethertypes[] = {
	{ ETHERTYPE_ARP, arp_parse },
	{ ETHERTYPE_IPV4, ipv4_parse },
	{ ETHERTYPE_IPV6, ipv6_parse },
};

bool
frame_parse(const uint8_t *bytes, size_t n, struct frame *f)
{
	struct rbuf r = rbuf_of(bytes, n);

	*f = (struct frame){ 0 };
	f->to = get_mac(&r);
	f->from = get_mac(&r);
	uint16_t type = rbuf_u16(&r);

	if (r.bad || mac_is_group(&f->from))
		return false;
	for (size_t i = 0; i < sizeof(ethertypes) / sizeof(ethertypes[0]); i++)
		if (ethertypes[i].type == type)
			return ethertypes[i].parse(r, f);
	return false;
}

/* Writing. */

static void
put_mac(struct wbuf *w, const struct mac *m)
{
	wbuf_bytes(w, m->bytes, MAC_SIZE);
}

static void
put_addr(struct wbuf *w, const struct addr *a)
{
	wbuf_bytes(w, a->bytes, family_bytes(a->family));
}

static struct wbuf
put_ethernet(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, uint16_t type)
{
	struct wbuf w = wbuf_of(out, FRAME_MAX);

	put_mac(&w, to);
	put_mac(&w, from);
	wbuf_u16(&w, type);
	return w;
}

static size_t
written(const struct wbuf *w)
{
	return w->bad ? 0 : w->len;
}

size_t
frame_put_arp(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_arp *a)
{
	if (a->sender.family != FAMILY_V4 || a->target.family != FAMILY_V4)
		return 0;
	struct wbuf w = put_ethernet(out, from, to, ETHERTYPE_ARP);

	wbuf_u16(&w, ARP_ETHERNET);
	wbuf_u16(&w, ETHERTYPE_IPV4);
	wbuf_u8(&w, MAC_SIZE);
	wbuf_u8(&w, (uint8_t)family_bytes(FAMILY_V4));
	wbuf_u16(&w, a->reply ? ARP_REPLY : ARP_REQUEST);
	put_mac(&w, &a->sender_mac);
	put_addr(&w, &a->sender);
	put_mac(&w, &a->target_mac);
	put_addr(&w, &a->target);
	return written(&w);
}

/* The checksum in a header counts as zero while it is made: it is written last. */
static void
put_ipv4(struct wbuf *w, const struct frame_ip *ip)
{
	size_t at = w->len;

	wbuf_u8(w, IPV4_VERSION_IHL);
	wbuf_u8(w, CLASS_CS6);
	wbuf_u16(w, (uint16_t)(IPV4_HEADER + ip->n));
	wbuf_u16(
	    w, 0); /* RFC 6864 4.1: of what is never cut it means nothing */
	wbuf_u16(w, IPV4_DONT_FRAGMENT);
	wbuf_u8(w, ip->ttl);
	wbuf_u8(w, ip->protocol);
	size_t sum = wbuf_mark16(w);

	put_addr(w, &ip->src);
	put_addr(w, &ip->dst);
	wbuf_set16(w, sum, checksum_plain(w->p + at, IPV4_HEADER));
}

static void
put_ipv6(struct wbuf *w, const struct frame_ip *ip)
{
	wbuf_u32(w, (uint32_t)6 << 28 | (uint32_t)CLASS_CS6 << 20);
	wbuf_u16(w, (uint16_t)ip->n);
	wbuf_u8(w, ip->protocol);
	wbuf_u8(w, ip->ttl);
	put_addr(w, &ip->src);
	put_addr(w, &ip->dst);
}

size_t
frame_put_ip(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_ip *ip)
{
	bool v4 = ip->src.family == FAMILY_V4;

	if (ip->n > FRAME_MAX || ip->src.family != ip->dst.family ||
	    ip->src.family == FAMILY_NONE)
		return 0;
	struct wbuf w =
	    put_ethernet(out, from, to, v4 ? ETHERTYPE_IPV4 : ETHERTYPE_IPV6);

	(v4 ? put_ipv4 : put_ipv6)(&w, ip);
	wbuf_bytes(&w, ip->payload, ip->n);
	return written(&w);
}

/* A checksum of 0 would say that there is none (RFC 768, RFC 8200 8.1). */
static void
fill_checksum(struct wbuf *w, size_t at, const struct frame_ip *ip)
{
	uint16_t sum =
	    checksum_pseudo(&ip->src, &ip->dst, ip->protocol, w->p, w->len);

	wbuf_set16(w, at, sum == 0 ? 0xffff : sum);
}

static void
put_mac_option(struct wbuf *w, uint8_t type, const struct mac *mac)
{
	wbuf_u8(w, type);
	wbuf_u8(w, 1);
	put_mac(w, mac);
}

static void
put_neighbor(struct wbuf *w, const struct frame_neighbor *n)
{
	uint8_t flags = (n->router ? ADVERT_ROUTER : 0) |
	    (n->solicited ? ADVERT_SOLICITED : 0) |
	    (n->override ? ADVERT_OVERRIDE : 0);

	wbuf_u8(w, n->advert ? ADVERTISEMENT : SOLICITATION);
	wbuf_u8(w, 0);
	wbuf_u16(w, 0);
	wbuf_u32(w, n->advert ? (uint32_t)flags << 24 : 0);
	put_addr(w, &n->target);
	if (n->has_mac)
		put_mac_option(w,
		    n->advert ? OPTION_TARGET_MAC : OPTION_SOURCE_MAC, &n->mac);
}

/* Hop limit and timers 0: not for us to say (RFC 4861 4.2). */
static void
put_router(struct wbuf *w, const struct frame_router *r)
{
	wbuf_u8(w, r->advert ? ROUTER_ADVERTISEMENT : ROUTER_SOLICITATION);
	wbuf_u8(w, 0);
	wbuf_u16(w, 0);
	if (r->advert) {
		wbuf_u16(w, 0);
		wbuf_u16(w, r->lifetime);
		wbuf_u32(w, 0);
	}
	wbuf_u32(w, 0);
	if (r->has_mac)
		put_mac_option(w, OPTION_SOURCE_MAC, &r->mac);
}

/* The message in w, whose checksum is not there yet. */
static size_t
put_icmpv6(uint8_t out[FRAME_MAX], const struct mac *from, const struct mac *to,
    struct frame_ip ip, struct wbuf *w)
{
	if (ip.src.family != FAMILY_V6 || ip.dst.family != FAMILY_V6)
		return 0;
	ip.protocol = PROTOCOL_ICMPV6;
	ip.ttl = ON_LINK;
	fill_checksum(w, ICMPV6_CHECKSUM_AT, &ip);
	ip.payload = w->p;
	ip.n = w->len;
	return frame_put_ip(out, from, to, &ip);
}

size_t
frame_put_neighbor(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_neighbor *n)
{
	uint8_t message[IPV6_HEADER];
	struct wbuf w = wbuf_of(message, sizeof(message));
	struct frame_ip ip = { .src = n->src, .dst = n->dst };

	if (n->target.family != FAMILY_V6)
		return 0;
	put_neighbor(&w, n);
	return put_icmpv6(out, from, to, ip, &w);
}

size_t
frame_put_router(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_router *r)
{
	uint8_t message[IPV6_HEADER];
	struct wbuf w = wbuf_of(message, sizeof(message));
	struct frame_ip ip = { .src = r->src, .dst = r->dst };

	put_router(&w, r);
	return put_icmpv6(out, from, to, ip, &w);
}

size_t
frame_put_hello(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct addr *src, const uint8_t *payload, size_t n)
{
	uint8_t datagram[UDP_HEADER + FRAME_HELLO_MAX];
	struct wbuf w = wbuf_of(datagram, sizeof(datagram));
	struct addr group = frame_hello_group(src->family);
	struct mac to = frame_group_mac(&group);
	struct frame_ip ip = { .src = *src,
		.dst = group,
		.protocol = PROTOCOL_UDP,
		.ttl = ON_LINK,
		.payload = datagram };

	wbuf_u16(&w, FRAME_HELLO_PORT);
	wbuf_u16(&w, FRAME_HELLO_PORT);
	wbuf_u32(&w, 0);
	wbuf_bytes(&w, payload, n);
	wbuf_set16(&w, UDP_LENGTH_AT, w.len);
	fill_checksum(&w, UDP_CHECKSUM_AT, &ip);
	ip.n = w.len;
	return w.bad ? 0 : frame_put_ip(out, from, &to, &ip);
}
