/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_port - the way of the loop guard into the kernel. Filled by guard_io.c, faked
 * by tests.
 */
#ifndef BGPD_KERNEL_GUARD_PORT_H
#define BGPD_KERNEL_GUARD_PORT_H

#include <stdbool.h>

struct guard;

struct guard_port {
	/*
	 * The guard has changed, and is to be in the kernel. Before the first call
	 * nothing is touched; from then on the guard is borrowed for good.
	 */
	void (*settle)(void *arg, struct guard *);
	/* Nothing is left to do, or it can't be done now. */
	bool (*is_idle)(void *arg);
	void *arg;
};
#endif
