/* SPDX-License-Identifier: Apache-2.0 */
/*
 * health_io - asks a URL over HTTP whether the data plane answers.
 */
#ifndef BGPD_HEALTH_HEALTH_IO_H
#define BGPD_HEALTH_HEALTH_IO_H

#include <stdbool.h>

struct event_base;
struct health_io;

struct health_io_ops {
	void (*answered)(void *arg, bool good); /* 2xx within the timeout */
};

struct health_io *
health_io_new(struct event_base *, const struct health_io_ops *, void *arg);
void health_io_free(struct health_io *); /* tells nobody */
/* http://HOST[:PORT][/PATH]. A question that is under way is given up. */
void health_io_ask(struct health_io *, const char *url);
#endif
