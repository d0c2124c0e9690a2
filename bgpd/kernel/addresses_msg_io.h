/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_msg_io - interfaces and their addresses as netlink messages.
 */
#ifndef BGPD_KERNEL_ADDRESSES_MSG_IO_H
#define BGPD_KERNEL_ADDRESSES_MSG_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/kernel/addresses.h"

struct nlmsghdr;

#define ADDRESSES_MSG_MAX 256 /* bytes of any message below */
#define ADDRESSES_MSG_PARTS 4 /* messages that a change takes, at most */

/*
 * Writes message number `part` of those that make the change, and returns its length;
 * 0: that one is not needed. counts: whether its refusal is one of the change.
 */
size_t addresses_msg_change(
    const struct addresses_change *, unsigned part, uint8_t *, bool *counts);
/* The number of a message that was written, and whether it is to be answered. */
void addresses_msg_number(uint8_t *, uint32_t seq, bool ack);

/* What a dump or the news tell of one; false: it is of no interest. */
bool addresses_msg_link(struct nlmsghdr *, struct addresses_link *);
#endif
