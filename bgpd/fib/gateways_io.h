/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways_io - hears from the kernel of the node's default routes, through netlink.
 */
#ifndef BGPD_FIB_GATEWAYS_IO_H
#define BGPD_FIB_GATEWAYS_IO_H

struct err;
struct event_base;
struct gateways;
struct gateways_io;
struct gateways_port;

struct gateways_io_ops {
	/* All was looked at; borrowed for the call. */
	void (*found)(void *arg, const struct gateways *);
};

/* NULL and err: no netlink. */
struct gateways_io *gateways_io_new(struct event_base *,
    const struct gateways_io_ops *, void *arg, struct err *);
void gateways_io_free(struct gateways_io *);
const struct gateways_port *gateways_io_port(const struct gateways_io *);
#endif
