/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_port - the way to the frames of the node's interfaces. Filled by link_io.c,
 * faked by tests. Interfaces go by their index, as struct interface has it.
 *
 * What is asked for on an interface ends with it: once it is told no more by
 * link_io_ops.interfaces it is not listened to, nothing is joined there, and it is not
 * hushed. Of one that was taken away and is back under its index before that was told
 * all holds on.
 */
#ifndef BGPD_LINK_LINK_PORT_H
#define BGPD_LINK_LINK_PORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;

struct link_port {
	/*
	 * Frames of these interfaces are wanted, and of no others; also those to the
	 * groups of the hellos. Indexes, sorted; those of others are passed over.
	 */
	void (*listen)(void *arg, const int *index, size_t n);
	/*
	 * A whole Ethernet frame, on an interface that is listened to; lost without
	 * a word (and counted) where it can't be sent now.
	 */
	void (*send)(void *arg, int index, const uint8_t *frame, size_t n);
	/*
	 * An IP packet of protocol 112 and TTL or hop limit 255 to a unicast address
	 * of the same family, for VRRP's unicast peers: as the kernel routes it out
	 * of that interface. src may be FAMILY_NONE: the kernel's choice.
	 */
	void (*send_vrrp)(void *arg, int index, const struct addr *src,
	    const struct addr *dst, const uint8_t *payload, size_t n);
	/*
	 * Whether frames to this multicast group, as a solicited-node one, are wanted
	 * there, for which MLD or IGMP reports go out; before or after it is listened
	 * to. Counted: it is in the group until all who joined it have left it.
	 */
	void (*join)(void *arg, int index, const struct addr *group, bool in);
	/*
	 * The kernel does not answer ARP there for addresses that it has on other
	 * interfaces (arp_ignore 1 and arp_announce 2 at least); false: as it was.
	 * Counted: it is so while one of those who asked for it has not taken it back.
	 */
	void (*hush)(void *arg, int index, bool);
	void *arg;
};
#endif
