/* SPDX-License-Identifier: Apache-2.0 */
/*
 * update_in - reads an UPDATE message (RFC 4271 4.3, RFC 4760).
 *
 * What a fault costs is RFC 7606's: the verdict of an UPDATE is the worst of its
 * faults. Whoever called acts on it and counts it.
 */
#ifndef BGPD_WIRE_UPDATE_IN_H
#define BGPD_WIRE_UPDATE_IN_H

#include "bgpd/wire/bgp.h"
#include "bgpd/wire/update.h"

/* Room that update_parse needs for a message of n bytes. */
#define UPDATE_SCRATCH(n) (2 * (n))

/*
 * The result borrows from body and from scratch, which is written from its start.
 */
enum upd_verdict update_parse(struct rbuf body, const struct update_ctx *,
    struct wbuf *scratch, struct update *, struct bgp_err *);
#endif
