/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_io - carries the loop guard into the kernel, through netlink.
 */
#ifndef BGPD_KERNEL_GUARD_IO_H
#define BGPD_KERNEL_GUARD_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct guard;
struct guard_io;
struct guard_port;

struct guard_io_ops {
	/* why: a borrowed text, or NULL: it is in place now. Only when it changes. */
	void (*state)(void *arg, const char *why);
};

/*
 * Locks are files in this directory; who: as what the next one names us. NULL and err:
 * no netlink. What is there from an earlier run is adopted.
 */
struct guard_io *guard_io_new(struct event_base *, const char *locks,
    const char *who, const struct guard_io_ops *, void *arg, struct err *);
void guard_io_free(struct guard_io *); /* what is in the kernel stays */
/*
 * Borrowed. The loop carries out in slices what the guard wants, and tries again by
 * itself what the kernel refuses.
 */
const struct guard_port *guard_io_port(const struct guard_io *);
#endif
