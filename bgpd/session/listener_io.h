/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener_io - one socket that peers connect to: its part of struct tcp_port.
 */
#ifndef BGPD_LISTENER_IO_H
#define BGPD_LISTENER_IO_H

#include "bgpd/session/tcp_port.h"

struct event_base;

struct listener_io_ops {
	void (*incoming)(void *arg, struct listener *of);
};

struct tcp_listener *listener_io_new(struct event_base *, struct listener *of,
    int fd, const struct listener_io_ops *, void *arg);
bool listener_io_listen(struct tcp_listener *, const struct scoped_addr *at,
    uint16_t port, struct err *);
bool listener_io_is_at(struct tcp_listener *, const struct scoped_addr *at);
bool listener_io_is_there(struct tcp_listener *);
bool listener_io_set_key(struct tcp_listener *, const struct prefix *,
    const char *key, struct err *);
bool
listener_io_set_ao(struct tcp_listener *, const struct prefix *, enum ao_step,
    const struct ao_key *, const struct ao_key *next, struct err *);
bool listener_io_set_filter(
    struct tcp_listener *, const struct ttl_rule *, size_t n, struct err *);
/* fd: the caller's. */
enum tcp_accepted listener_io_accept(
    struct tcp_listener *, int *fd, struct caller *, struct err *);
void listener_io_pause(struct tcp_listener *, bool);
void listener_io_free(struct tcp_listener *);
#endif
