/* SPDX-License-Identifier: Apache-2.0 */
/*
 * netlink_msg_io - what is common to all who talk to the kernel by netlink (RFC 3549):
 * a message as bytes, an address as it is told, and the questions for all of them.
 */
#ifndef BGPD_NETLINK_NETLINK_MSG_IO_H
#define BGPD_NETLINK_NETLINK_MSG_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct nl_msg;
struct nlmsghdr;

struct netlink_address { /* of an interface */
	int index;
	struct prefix at; /* host bits kept */
	uint32_t flags;   /* IFA_F_… */
	uint8_t protocol; /* who made it; 0: not told */
};

/* What a dump or the news tell of an address; false: it is none of IP. */
bool netlink_msg_address(struct nlmsghdr *, struct netlink_address *);

/*
 * libnl's message as bytes, so that many make one call; frees it. good: it was put
 * together, which nothing but want of memory can hinder. The bytes, with their padding.
 */
size_t
netlink_msg_take(struct nl_msg *, bool good, uint32_t seq, uint8_t *bytes);

/*
 * What a socket has to read, once, each message of it told. False: some were lost, as
 * the socket's buffer was full.
 */
bool
netlink_msg_read(int fd, void (*each)(void *arg, struct nlmsghdr *), void *arg);

struct netlink_dump {
	int type;           /* RTM_GET… */
	const void *header; /* of that type: ifinfomsg, rtmsg, … */
	size_t n;           /* its bytes */
	int attr;           /* one of 32 bits that narrows it; 0: none */
	uint32_t value;     /* its */
};

/* Each writes a message of at most 64 bytes that asks for a dump; returns its bytes. */
size_t
netlink_msg_dump(const struct netlink_dump *, uint32_t seq, uint8_t *bytes);
size_t netlink_msg_ask_links(uint32_t seq, uint8_t *bytes);
size_t netlink_msg_ask_addresses(uint32_t seq, uint8_t *bytes);
#endif
