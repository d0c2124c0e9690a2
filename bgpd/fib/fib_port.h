/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_port - the way of learned routes into the kernel. Filled by fib_io.c, faked by
 * tests.
 */
#ifndef BGPD_FIB_FIB_PORT_H
#define BGPD_FIB_FIB_PORT_H

#include <stdbool.h>

struct fib;

struct fib_port {
	/*
	 * There may be changes to carry out, or (on) something to listen to. Before the
	 * first call nothing is touched; from then on the fib is borrowed for good.
	 */
	void (*settle)(void *arg, struct fib *);
	/* Nothing is left to do, or it can't be done now. */
	bool (*is_idle)(void *arg);
	void *arg;
};
#endif
