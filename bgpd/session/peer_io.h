/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_io - TCP and the clock for links.c: a struct tcp_port of sockets and libevent.
 */
#ifndef BGPD_PEER_IO_H
#define BGPD_PEER_IO_H

#include <stdbool.h>

#include "bgpd/session/links.h"

struct event_base;
struct peer_io; /* private to peer_io.c */
struct session_port;

/* With links of its own, which are told of what happens. */
struct peer_io *
peer_io_new(struct event_base *, const struct links_ops *, void *arg);
void peer_io_free(struct peer_io *);           /* after all links */
struct links *peer_io_links(struct peer_io *); /* borrowed */
/* … and the way to them; borrowed. */
const struct session_port *peer_io_sessions(const struct peer_io *);

/* No NOTIFICATION is on its way any more: the program may end. */
bool peer_io_flushed(const struct peer_io *);
#endif
