/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_io - carries learned routes into the kernel, through netlink.
 */
#ifndef BGPD_FIB_FIB_IO_H
#define BGPD_FIB_FIB_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct fib_io;
struct fib_port;

struct fib_io_ops {
	/* The fib has been told something, or was changed: fib_run(), then settle. */
	void (*news)(void *arg);
	/*
	 * why: a borrowed text, or NULL: the kernel refuses nothing now. Only when it
	 * changes.
	 */
	void (*state)(void *arg, const char *why);
};

/*
 * Locks are files in this directory; who: as what the next one names us. NULL and err:
 * no netlink.
 */
struct fib_io *fib_io_new(struct event_base *, const char *locks,
    const char *who, const struct fib_io_ops *, void *arg, struct err *);
void fib_io_free(struct fib_io *); /* what is in the kernel stays */
const struct fib_port *fib_io_port(const struct fib_io *); /* borrowed */
#endif
