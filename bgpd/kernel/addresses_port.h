/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_port - the way of the node's addresses into the kernel. Filled by
 * addresses_io.c, faked by tests.
 */
#ifndef BGPD_KERNEL_ADDRESSES_PORT_H
#define BGPD_KERNEL_ADDRESSES_PORT_H

#include <stdbool.h>

struct addresses;

struct addresses_port {
	/*
	 * The addresses have changed, and are to be in the kernel. Before the first
	 * call nothing is touched, what an earlier run left there neither; from then
	 * on the addresses are borrowed for good.
	 */
	void (*settle)(void *arg, struct addresses *);
	/* Nothing is left to do, or it can't be done now. */
	bool (*is_idle)(void *arg);
	void *arg;
};
#endif
