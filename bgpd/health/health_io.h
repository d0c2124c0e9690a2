/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_io - asks URLs, TCP ports and programs whether somebody is well.
 */
#ifndef BGPD_HEALTH_HEALTH_IO_H
#define BGPD_HEALTH_HEALTH_IO_H

#include <stdint.h>

struct commands_io;
struct event_base;
struct health_io;
struct health_port;

struct health_io_ops {
	/*
	 * why NULL: the answer is good, within the timeout; else why it is not,
	 * borrowed for the call. From within it may be asked and forgotten.
	 */
	void (*answered)(void *arg, uint32_t id, const char *why);
};

/* commands: borrowed for good, not attached yet; NULL: programs are refused. */
struct health_io *health_io_new(struct event_base *,
    struct commands_io *commands, const struct health_io_ops *, void *arg);
void health_io_free(struct health_io *); /* tells nobody */
const struct health_port *
health_io_port(const struct health_io *); /* borrowed */
#endif
