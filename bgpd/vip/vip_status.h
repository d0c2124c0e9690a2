/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vip_status - what this node writes into the status of VirtualIPs.
 *
 * Of all nodes the one that holds the first address speaks: who holds it, since when,
 * and whether it is healthy. When nobody does, the node that the status still names
 * says so. A stranger's use of an address is told by the node that found it.
 *
 * A patch has all of the status, with what others have said: to an API server we are
 * one writer (server-side apply), who takes back what is not said again, and a folder
 * of manifests takes the list of conditions as a whole.
 */
#ifndef BGPD_VIP_VIP_STATUS_H
#define BGPD_VIP_VIP_STATUS_H

#include <stdbool.h>
#include <stdint.h>

struct vips;

struct vip_clocks {   /* the same moment */
	uint64_t now; /* ms, monotonic, as vips has it */
	int64_t wall; /* ms since 1970 */
};

#define VIP_STATUS_PAUSE 2000 /* ms between two of one object */
#define VIP_STATUS_PAUSE_MAX \
	64000 /* … of one that is written again and again */

struct vip_status {
	const char *name; /* borrowed until the next call of a verb of vips */
	char *body;       /* owned; a patch */
};

/*
 * The next one to be written, once for each change; asked after vips_ops.changed.
 * False: there is none at present; *again is when to ask again, 0: not before a change.
 */
bool vip_status_next(struct vips *, const struct vip_clocks *,
    struct vip_status *, uint64_t *again);
#endif
