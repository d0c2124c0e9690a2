/* SPDX-License-Identifier: Apache-2.0 */
/*
 * frame - Ethernet frames that this node speaks to its neighbours with: ARP, neighbour
 * and router discovery, the hellos of the nodes, and VRRP.
 *
 * A frame is untagged: an interface for a VLAN has it without its tag.
 */
#ifndef BGPD_LINK_FRAME_H
#define BGPD_LINK_FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/mac.h"
#include "common/prefix.h"

#define FRAME_MAX 1514        /* bytes, without the frame check sequence */
#define FRAME_HELLO_PORT 9181 /* UDP */
#define FRAME_HELLO_MAX 1452  /* bytes of a hello that fit, on IPv6 too */
#define FRAME_PROTOCOL_VRRP 112

enum frame_kind {
	FRAME_OTHER,
	FRAME_ARP,
	FRAME_NEIGHBOR,
	FRAME_ROUTER,
	FRAME_HELLO, /* UDP to the port and the group of hellos, from the link */
	FRAME_VRRP,  /* IP protocol 112, of any TTL */
};

struct frame_arp { /* RFC 826, 5227: IPv4 over Ethernet */
	bool reply;
	struct mac sender_mac, target_mac;
	struct addr sender, target;
};

/* A solicitation (RFC 4861 4.3) or an advertisement (4.4). */
struct frame_neighbor {
	bool advert, router, solicited,
	    override;         /* the flags: of adverts only */
	struct addr src, dst; /* of the IPv6 header */
	struct addr target;
	/*
	 * The link-layer address option: source's of a solicitation, target's of an
	 * advertisement.
	 */
	bool has_mac;
	struct mac mac;
};

/* A solicitation of routers (RFC 4861 4.1), or an advertisement of one (4.2). */
struct frame_router {
	bool advert;
	struct addr src, dst; /* of the IPv6 header */
	uint16_t lifetime;    /* s, of an advert: 0 is no default router */
	/* The source's link-layer address option. */
	bool has_mac;
	struct mac mac;
};

struct frame_ip {
	struct addr src, dst;
	uint8_t protocol, ttl;  /* TTL or hop limit */
	const uint8_t *payload; /* borrowed; of UDP what it carries */
	size_t n;
};

struct frame {
	enum frame_kind kind;
	struct mac from, to;
	union {
		struct frame_arp arp;           /* FRAME_ARP */
		struct frame_neighbor neighbor; /* FRAME_NEIGHBOR */
		struct frame_router router;     /* FRAME_ROUTER */
		struct frame_ip ip;             /* FRAME_HELLO, FRAME_VRRP */
	};
};

/*
 * False: malformed, of another kind, or, but for ARP and VRRP, not sent on this very
 * link: TTL or hop limit is not 255 (RFC 4861 7.1, RFC 5082). Payloads are borrowed
 * from the bytes. Checked are lengths, the checksums of IPv4, UDP and ICMPv6, and what
 * RFC 4861 6.1.1, 6.1.2, 7.1.1 and 7.1.2 ask for; of VRRP only the IP header.
 */
bool frame_parse(const uint8_t *, size_t n, struct frame *);

/*
 * Each writes a frame and returns its bytes; 0: it does not fit, or the families of the
 * addresses are not of one kind. The frame's own source and destination may differ from
 * those that its content names.
 */
size_t frame_put_arp(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_arp *);
size_t frame_put_neighbor(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_neighbor *);
size_t frame_put_router(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_router *);
/* The IPv4 or IPv6 header with the payload behind it, of class CS6 (RFC 2474). */
size_t frame_put_ip(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct mac *to, const struct frame_ip *);
/* To the group of the family of src, which may be 0.0.0.0. */
size_t frame_put_hello(uint8_t out[FRAME_MAX], const struct mac *from,
    const struct addr *src, const uint8_t *payload, size_t n);

/*
 * Whom hellos go to, 224.0.0.254 or ff02::114: groups for experiments (RFC 4727 2.2,
 * 3.3), that no router passes on.
 */
struct addr frame_hello_group(enum family);
/* The Ethernet address of a multicast group: RFC 1112 6.4, RFC 2464 7. */
struct mac frame_group_mac(const struct addr *group);
struct addr frame_solicited_node(const struct addr *); /* RFC 4291 2.7.1 */
#endif
