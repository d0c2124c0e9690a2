/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_io - carries the node's addresses into the kernel, through netlink.
 */
#ifndef BGPD_KERNEL_ADDRESSES_IO_H
#define BGPD_KERNEL_ADDRESSES_IO_H

#include <stdbool.h>

struct addresses_io;
struct addresses_port;
struct err;
struct event_base;
struct prefix;

struct addresses_io_ops {
	/* why: a borrowed text, or NULL: all are there now. Only when it changes. */
	void (*state)(void *arg, const char *why);
	/*
	 * Of an address that is wanted: why it is not there, borrowed, or NULL: it is,
	 * perhaps because somebody else has put it there. Only when it changes.
	 */
	void (*placed)(void *arg, const char *interface, const struct prefix *,
	    const char *why);
};

/*
 * The lock and the list for the next run are files in this directory; who: as what the
 * next one names us. NULL and err: no netlink. What is there from an earlier run is
 * adopted.
 */
struct addresses_io *
addresses_io_new(struct event_base *, const char *directory, const char *who,
    const struct addresses_io_ops *, void *arg, struct err *);
void addresses_io_free(struct addresses_io *); /* what is in the kernel stays */
/*
 * Borrowed. The loop carries out in slices what is wanted, puts back what somebody
 * removes, and tries again by itself what the kernel refuses.
 */
const struct addresses_port *addresses_io_port(const struct addresses_io *);
#endif
