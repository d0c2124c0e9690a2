/* SPDX-License-Identifier: Apache-2.0 */
/*
 * scoped_addr - an address, and of an IPv6 link-local one the link that it is on: its
 * zone (RFC 4007), which is the name of an interface.
 */
#ifndef COMMON_SCOPED_ADDR_H
#define COMMON_SCOPED_ADDR_H

#include <stdbool.h>

#include "common/prefix.h"

#define ZONE_TEXT 16 /* room for any name of an interface, with NUL */
#define SCOPED_ADDR_TEXT (ADDR_TEXT + ZONE_TEXT)

struct scoped_addr {
	struct addr addr;
	char zone[ZONE_TEXT]; /* "": none */
};

/*
 * "fe80::1%eth0" (RFC 4007 11), or what addr_parse() takes. Only an IPv6 link-local
 * address can have a zone; it may be without, and is then on no link yet.
 */
bool scoped_addr_parse(const char *text, struct scoped_addr *);
/* Returns text. */
const char *
scoped_addr_print(const struct scoped_addr *, char text[SCOPED_ADDR_TEXT]);
/* A name that an interface can have, as far as addresses go. */
bool zone_is_good(const char *zone);
/* By address, then by zone. */
int scoped_addr_cmp(const struct scoped_addr *, const struct scoped_addr *);
/* zone: shorter than ZONE_TEXT. */
struct scoped_addr scoped_addr(const struct addr *, const char *zone);
#endif
