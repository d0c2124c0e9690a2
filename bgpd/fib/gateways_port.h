/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways_port - the way to the node's default routes. Filled by gateways_io.c, faked
 * by tests.
 */
#ifndef BGPD_FIB_GATEWAYS_PORT_H
#define BGPD_FIB_GATEWAYS_PORT_H

#include <stdbool.h>

struct gateways_port {
	/* Whether somebody wants to know of them: bgpd_gateways() tells each time. */
	void (*watch)(void *arg, bool);
	void *arg;
};
#endif
