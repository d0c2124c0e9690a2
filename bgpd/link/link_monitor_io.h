/* SPDX-License-Identifier: Apache-2.0 */
/*
 * link_monitor_io - hears from the kernel of the node's interfaces, through netlink,
 * and hushes them.
 */
#ifndef BGPD_LINK_LINK_MONITOR_IO_H
#define BGPD_LINK_LINK_MONITOR_IO_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct event_base;
struct interface;
struct link_monitor;

struct link_monitor_ops {
	/*
	 * All there are, by index; borrowed for the call. changed: not as told before;
	 * else one may still have been deleted and made anew.
	 */
	void (*interfaces)(
	    void *arg, const struct interface *, size_t n, bool changed);
	/*
	 * The interface of this index was deleted (0: any may have been): one that the
	 * next call of interfaces tells of is another one.
	 */
	void (*deleted)(void *arg, int index);
	/* All was looked at again, as it is now and then. */
	void (*looked)(void *arg);
};

struct link_monitor *link_monitor_new(struct event_base *,
    const struct link_monitor_ops *, void *arg, struct err *);
/* What is hushed is as before again. */
void link_monitor_free(struct link_monitor *);
/* For a log, as interfaces_name() has it. */
const char *link_monitor_name(const struct link_monitor *, int index);
void link_monitor_hush(struct link_monitor *, int index, bool);
/* ops.interfaces soon, though nothing changed. */
void link_monitor_tell(struct link_monitor *);
#endif
