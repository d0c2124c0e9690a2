/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_io - asks URLs over HTTP whether somebody answers.
 */
#ifndef BGPD_HEALTH_HEALTH_IO_H
#define BGPD_HEALTH_HEALTH_IO_H

#include <stdbool.h>
#include <stdint.h>

struct event_base;
struct health_io;
struct health_port;

struct health_io_ops {
	/* good: 2xx within the timeout. Must not ask or forget. */
	void (*answered)(void *arg, uint32_t id, bool good);
};

struct health_io *
health_io_new(struct event_base *, const struct health_io_ops *, void *arg);
void health_io_free(struct health_io *); /* tells nobody */
const struct health_port *
health_io_port(const struct health_io *); /* borrowed */
#endif
