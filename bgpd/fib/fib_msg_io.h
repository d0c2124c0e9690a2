/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_msg_io - links and routes as netlink messages.
 */
#ifndef BGPD_FIB_FIB_MSG_IO_H
#define BGPD_FIB_FIB_MSG_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/fib/fib.h"

struct nlmsghdr;

/* Bytes of any message below: HOPS_MAX hops of 28 bytes, and what is around them. */
#define FIB_MSG_MAX 2048

/* Write one message, and return its length. */
size_t
fib_msg_change(const struct fib_change *, uint32_t seq, bool ack, uint8_t *);
/* ours: only routes of our protocol are asked for. */
size_t fib_msg_ask_routes(enum family, bool ours, uint32_t seq, uint8_t *);

/* What a dump or the news tell. False: nothing that concerns us. */
bool fib_msg_link(struct nlmsghdr *, struct reach_link *);
struct fib_msg_route {
	bool ours;
	struct fib_found found;   /* if it is */
	struct reach_route other; /* if not */
};
bool fib_msg_route(struct nlmsghdr *, struct fib_msg_route *);
#endif
