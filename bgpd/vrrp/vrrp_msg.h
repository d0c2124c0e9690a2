/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp_msg - an ADVERTISEMENT of VRRP version 2 (RFC 3768 5.3) and 3 (RFC 5798,
 * RFC 9568 5.2), as it stands behind the IP header.
 *
 * Version 3 over IPv4 has two checksums in use: with a pseudo-header, as RFC 5798 is
 * read by keepalived and FRR, and without, as RFC 9568 5.2.8 has it. Both are taken,
 * and which one it was is told, so that an answer can have the same.
 */
#ifndef BGPD_VRRP_VRRP_MSG_H
#define BGPD_VRRP_VRRP_MSG_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

#define VRRP_OWNER 255 /* priority of who owns the addresses */

/* Why a packet is refused; RFC 9568 7.1, RFC 3768 7.1. */
enum vrrp_fault {
	VRRP_GOOD,
	VRRP_TTL,     /* not 255: it may come from far */
	VRRP_LENGTH,  /* too short, or something is left */
	VRRP_VERSION, /* neither 2 nor 3, or not the one of the virtual router */
	VRRP_TYPE,    /* no ADVERTISEMENT */
	VRRP_CHECKSUM,
	VRRP_COUNT,     /* it has no addresses */
	VRRP_AUTH,      /* version 2: it has a password or worse */
	VRRP_INTERVAL,  /* 0, or (version 2) another one than ours */
	VRRP_VRID,      /* no virtual router of ours */
	VRRP_ADDRESSES, /* others than ours */
	VRRP_SENDER, /* no peer, or it comes or goes another way than agreed */
	VRRP_FAULTS
};

struct vrrp_advert {
	uint8_t version; /* 2 or 3 */
	uint8_t vrid;
	uint8_t priority; /* 0: the master gives up */
	uint32_t
	    interval; /* ms; of version 2 whole seconds, of version 3 10 ms */
	bool plain;   /* the checksum of version 3 is without a pseudo-header */
	struct rbuf
	    addrs; /* borrowed; each of as many bytes as the family has */
};

/*
 * The payload of a packet from src to dst, which are of one family. VRRP_GOOD: *a is
 * filled, and its addresses are borrowed from the payload. Else its ID is filled as far
 * as there is one.
 */
enum vrrp_fault vrrp_advert_parse(struct rbuf, const struct addr *src,
    const struct addr *dst, struct vrrp_advert *a);
/* False, and nothing written, when it does not fit or can't be said. */
bool vrrp_advert_put(struct wbuf *, const struct vrrp_advert *,
    const struct addr *src, const struct addr *dst);

const char *vrrp_fault_name(enum vrrp_fault); /* "ttl" …, for metrics */
const char *vrrp_fault_text(enum vrrp_fault); /* for people */
struct addr vrrp_group(enum family);          /* 224.0.0.18 or ff02::12 */
#endif
