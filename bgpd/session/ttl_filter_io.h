/* SPDX-License-Identifier: Apache-2.0 */
/*
 * ttl_filter_io - GTSM (RFC 5082) for a listener, from the SYN on.
 *
 * IP_MINTTL of an accepted socket comes too late for what is in it already, and that of
 * a listener holds for all of its peers. So the listener has a packet filter, which the
 * sockets accepted from it inherit.
 */
#ifndef BGPD_TTL_FILTER_IO_H
#define BGPD_TTL_FILTER_IO_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/session/tcp_port.h"

struct err;

/*
 * Takes the place of the last one; n 0: lets everything in. Of one family; the first
 * rule with an address counts.
 */
bool ttl_filter_set(int fd, const struct ttl_rule *, size_t n, struct err *);
/* An accepted socket, which has its own IP_MINTTL by now, needs it no more. */
void ttl_filter_drop(int fd);
#endif
