/* SPDX-License-Identifier: Apache-2.0 */
/*
 * proclaim - what a master says on the link about its addresses: unasked, so that the
 * caches of neighbours follow (RFC 9568 6.4.2), and asked, where the kernel does not.
 */
#ifndef BGPD_VRRP_PROCLAIM_H
#define BGPD_VRRP_PROCLAIM_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/mac.h"

struct addr;
struct frame;
struct link_port;

struct proclaimer {
	const struct link_port *port; /* borrowed */
	int index;
	struct mac mac; /* where the addresses are */
};

/*
 * When to say it: frames get lost, and a switch that has just seen its port come up may
 * not pass them on for some seconds; hence several times, and then now and again.
 */
struct burst {
	uint64_t at;    /* ms; the next time, 0: never */
	uint64_t began; /* ms */
	unsigned said;
};

/* An address: gratuitous ARP, as request and as reply, or an unsolicited NA. */
void proclaim(const struct proclaimer *, const struct addr *);
/* Whether the frame asked for it, and was answered. */
bool proclaim_answer(
    const struct proclaimer *, const struct addr *, const struct frame *);

/* From now on; one that began less than a second ago goes on as it is. */
void burst_start(struct burst *, uint64_t now);
void burst_stop(struct burst *);
/* Whether it is time to say it; then it is for the next time. */
bool burst_is_due(struct burst *, uint64_t now);
#endif
