/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_msg_io - the loop guard's rules and routes as netlink messages.
 */
#ifndef BGPD_KERNEL_GUARD_MSG_IO_H
#define BGPD_KERNEL_GUARD_MSG_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/kernel/guard.h"

struct nlmsghdr;

#define GUARD_MSG_MAX 256 /* bytes of any message below */

struct guard_msg_step { /* how a step is told to the kernel */
	int type, flags;
	int tolerated; /* an error that says it is so already */
	bool is_rule, adds;
};

const struct guard_msg_step *guard_msg_step(enum guard_step);

/* Write one message, and return its length. */
size_t guard_msg_change(
    const struct guard_change *, uint32_t seq, bool ack, uint8_t *);
size_t guard_msg_ask_rules(uint32_t seq, uint8_t *);
size_t guard_msg_ask_routes(enum family, unsigned len, uint32_t seq, uint8_t *);

/* What a dump tells; false: it does not concern the guard. */
bool guard_msg_rule(struct nlmsghdr *, struct guard_rule *);
bool guard_msg_route(struct nlmsghdr *, struct prefix *cidr);
#endif
