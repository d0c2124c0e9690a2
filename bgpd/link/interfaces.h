/* SPDX-License-Identifier: Apache-2.0 */
/*
 * interfaces - the node's links and their addresses, as the kernel tells of them bit by
 * bit, and of these the interfaces that frames can be sent on.
 *
 * Also which links are to be hushed, and what has to be set for that: see
 * link_port.hush.
 */
#ifndef BGPD_LINK_INTERFACES_H
#define BGPD_LINK_INTERFACES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/interface.h"

struct interfaces; /* private to interfaces.c */

/* How a link takes part in ARP for addresses of others: the sysctls of these names. */
struct arp_setting {
	uint32_t ignore;   /* arp_ignore */
	uint32_t announce; /* arp_announce */
};

struct link_facts { /* what is told of a link at once */
	char name[INTERFACE_NAME];
	int index;
	struct mac mac;
	bool up;
	unsigned mtu;
	bool has_neighbors; /* is one to speak on: see interface.h */
	bool has_arp;       /* whether the next is known: it speaks IPv4 */
	struct arp_setting arp;
};

struct interfaces *interfaces_new(void);
void interfaces_free(struct interfaces *);

void interfaces_link(struct interfaces *, const struct link_facts *);
void interfaces_link_gone(struct interfaces *, int index);
/* rank: addresses of a lower one come first. */
void interfaces_addr(
    struct interfaces *, int index, const struct prefix *, unsigned rank);
void
interfaces_addr_gone(struct interfaces *, int index, const struct prefix *);
/*
 * A dump of all links, then one of all addresses: what was not told between the begin
 * and the end of its dump is gone.
 */
void interfaces_links_begin(struct interfaces *);
void interfaces_links_end(struct interfaces *);
void interfaces_addrs_begin(struct interfaces *);
void interfaces_addrs_end(struct interfaces *);

/*
 * Those to speak on, by index; borrowed until the next call of this. *changed: not what
 * it was at the last call. A link that has been gone until now is forgotten, and that
 * it was to be hushed.
 */
const struct interface *
interfaces_list(struct interfaces *, size_t *n, bool *changed);

/* What to call it in a log; "?": it is not known. Borrowed until the next change. */
const char *interfaces_name(struct interfaces *, int index);

void interfaces_hush(struct interfaces *, int index, bool); /* counted */
void interfaces_hush_none(struct interfaces *);             /* of all of them */
/*
 * The next link that is to be set otherwise, and how; false: there is none. It is given
 * out once, and again when the kernel tells of another setting.
 */
bool
interfaces_next_setting(struct interfaces *, int *index, struct arp_setting *);
#endif
