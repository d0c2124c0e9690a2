/* SPDX-License-Identifier: Apache-2.0 */
/*
 * prefix - IPv4 and IPv6 addresses and prefixes as values.
 *
 * A struct prefix is what interfaces pass; what tables store is their own
 * choice. Bytes are in network order. Unused bytes are always zero, so that
 * memcmp works.
 */
#ifndef COMMON_PREFIX_H
#define COMMON_PREFIX_H

#include <stdbool.h>
#include <stdint.h>

struct err;

enum family { /* the values are the AFIs of RFC 4760 */
	FAMILY_NONE = 0,
	FAMILY_V4 = 1,
	FAMILY_V6 = 2,
	FAMILIES = 3, /* length of an array indexed by family */
};

struct addr {
	uint8_t family;    /* enum family */
	uint8_t bytes[16]; /* the first 4 for IPv4 */
};

struct prefix {
	struct addr addr;
	uint8_t len; /* bits */
};

#define ADDR_TEXT 46 /* room for any address as text, with NUL */
#define PREFIX_TEXT 50

/* Bits, 32 or 128 (0 for FAMILY_NONE); bytes, 4 or 16. */
unsigned family_bits(enum family);
unsigned family_bytes(enum family);
const char *family_name(enum family); /* "IPv4", "IPv6", "none" */

/*
 * Both forms of RFC 4291 2.2; no zone, no spaces. A v4-mapped IPv6 address
 * becomes the IPv4 address.
 */
bool addr_parse(const char *text, struct addr *);
/* Writes the canonical form (RFC 5952) and returns text. */
const char *addr_print(const struct addr *, char text[ADDR_TEXT]);
struct addr addr_v4(uint32_t host_order);
/* family is FAMILY_V4 or FAMILY_V6; bytes has family_bytes(family) bytes. */
struct addr addr_from(enum family, const uint8_t *bytes);
int addr_cmp(const struct addr *, const struct addr *); /* family, then bytes */
bool addr_eq(const struct addr *, const struct addr *);
bool addr_is_zero(const struct addr *);       /* 0.0.0.0, :: or FAMILY_NONE */
bool addr_is_link_local(const struct addr *); /* fe80::/10, 169.254.0.0/16 */
/* The next address; false (and unchanged) past the last one of the family. */
bool addr_next(struct addr *);
/* The one before; false (and unchanged) before the first one of the family. */
bool addr_prev(struct addr *);

/* "10.0.0.0/8"; a bare address is its host prefix. Host bits are kept. */
bool prefix_parse(const char *text, struct prefix *, struct err *);
const char *prefix_print(const struct prefix *, char text[PREFIX_TEXT]);
struct prefix prefix_host(const struct addr *);
bool prefix_is_host(const struct prefix *);
/* The prefix of len bits that contains addr, host bits cleared. */
struct prefix prefix_of(const struct addr *, unsigned len);
struct prefix prefix_canonical(const struct prefix *); /* host bits cleared */
bool prefix_is_canonical(const struct prefix *);
/*
 * Order: family, address, length; a covering prefix sorts before what it
 * covers.
 */
int prefix_cmp(const struct prefix *, const struct prefix *);
bool prefix_eq(const struct prefix *, const struct prefix *);
bool prefix_contains(const struct prefix *, const struct addr *);
bool prefix_covers(const struct prefix *outer, const struct prefix *inner);
struct addr prefix_last(const struct prefix *); /* highest address in it */
#endif
