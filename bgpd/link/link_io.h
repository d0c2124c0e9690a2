/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_io - frames from and to the node's interfaces, and what these are. After
 * lockdown() it takes CAP_NET_RAW, and CAP_NET_ADMIN for hushing.
 */
#ifndef BGPD_LINK_LINK_IO_H
#define BGPD_LINK_LINK_IO_H

#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/link_counters.h"

struct err;
struct event_base;
struct interface;
struct link_io;
struct link_port;

struct link_io_ops {
	/*
	 * All interfaces that can be listened to, by index; borrowed for the call. Once
	 * from the loop soon after the start, then whenever one of them has changed.
	 * One that is to be listened to and can't be is told not to be up, until it
	 * can be, which is tried each second.
	 */
	void (*interfaces)(void *arg, const struct interface *, size_t n);
	/*
	 * Just before: which ones these are, and why, for people; NULL: all are heard
	 * that are listened to.
	 */
	void (*unheard)(void *arg, const char *why);
	/*
	 * A frame that came in there: untagged, for this node or a group, and as its
	 * first bytes say of a kind that frame_parse() reads. Borrowed for the call.
	 */
	void (*frame)(void *arg, int index, const uint8_t *, size_t n);
};

/* NULL and err: no netlink. */
struct link_io *link_io_new(
    struct event_base *, const struct link_io_ops *, void *arg, struct err *);
/*
 * All groups are left, and what was hushed is as before; after a crash it stays hushed,
 * and the next run finds that as it is.
 */
void link_io_free(struct link_io *);
const struct link_port *link_io_port(const struct link_io *); /* borrowed */
struct link_counters link_io_counters(struct link_io *);
#endif
