/* SPDX-License-Identifier: Apache-2.0 */
/*
 * as_path - the AS_PATH as 4-octet segments in wire form.
 *
 * A checked path consists of AS_SEQUENCE segments only, none of them empty, and has
 * no AS 0: sets (RFC 9774), confederation segments and AS 0 (RFC 7607) are refused.
 * The functions below the checks expect a checked path of 4-octet numbers.
 */
#ifndef BGPD_WIRE_AS_PATH_H
#define BGPD_WIRE_AS_PATH_H

#include "bgpd/wire/buf.h"

enum { AS_SET = 1, AS_SEQUENCE = 2, AS_CONFED_SEQUENCE = 3, AS_CONFED_SET = 4 };

enum as_width { AS_2_OCTETS = 2, AS_4_OCTETS = 4 };

/* NULL when it is good, else what is wrong, a literal. */
const char *as_path_check(struct rbuf path, enum as_width);
/* The same of an AS4_PATH, of which confederation segments are to be dropped. */
const char *as4_path_check(struct rbuf path);
/* RFC 6793 6: writes a checked AS4_PATH without its confederation segments. */
bool as4_path_drop_confed(struct wbuf *, struct rbuf path);
/* An AS_SET or AS_CONFED_SET, in a path that need not be good. */
bool as_path_has_set(struct rbuf path, enum as_width);

/* The next AS number, 0 at the end. Start with { .path = path }. */
struct as_path_iter {
	struct rbuf path;
	struct rbuf segment;
};
uint32_t as_path_next(struct as_path_iter *);

unsigned as_path_length(struct rbuf path); /* AS numbers in it */
uint32_t as_path_first(struct rbuf path);  /* the neighbour's; 0: empty */
unsigned
as_path_count(struct rbuf path, uint32_t asn); /* how often asn occurs */

/* Writes path with asn in front, times times. */
bool
as_path_prepend(struct wbuf *, struct rbuf path, uint32_t asn, unsigned times);
/* Writes path without its first number, the way back from that. */
bool as_path_drop_first(struct wbuf *, struct rbuf path);
/* Writes with 2 octets a number, AS_TRANS for those that need more. */
bool as_path_narrow(struct wbuf *, struct rbuf path);
bool as_path_is_narrow(struct rbuf path); /* every number fits 2 octets */
/*
 * RFC 6793 4.2.3: writes the 4-octet path of a checked AS_PATH of 2-octet numbers
 * and a checked AS4_PATH, which may be empty.
 */
bool as_path_merge(struct wbuf *, struct rbuf narrow, struct rbuf as4_path);
#endif
