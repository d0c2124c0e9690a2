/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_msg_io - links, their addresses and their ARP settings as netlink has them.
 */
#ifndef BGPD_LINK_LINK_MSG_IO_H
#define BGPD_LINK_LINK_MSG_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct arp_setting;
struct link_facts;
struct nlmsghdr;

#define LINK_MSG_MAX 128 /* bytes that a question has at most */

struct link_msg_addr { /* an address of a link */
	int index;
	struct prefix at; /* host bits kept */
	unsigned rank;    /* 0: primary, and public; else 1 */
	bool usable;      /* nobody else has it, as far as the kernel knows */
};

struct link_msg_error {
	int error; /* errno */
	int index; /* of the link whose ARP was to be set; 0: of another question */
};

/* False: of another kind, or not about a link (but about its role in a bridge). */
bool link_msg_link(struct nlmsghdr *, struct link_facts *);
bool link_msg_addr(struct nlmsghdr *, struct link_msg_addr *);
/* Of a message of type NLMSG_ERROR. False: all is well. */
bool link_msg_error(const struct nlmsghdr *, struct link_msg_error *);

/*
 * Writes a message of at most LINK_MSG_MAX bytes and returns its bytes. The kernel
 * confirms it.
 */
size_t link_msg_set_arp(
    int index, const struct arp_setting *, uint32_t seq, uint8_t *at);
#endif
