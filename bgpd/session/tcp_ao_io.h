/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tcp_ao_io - TCP-AO (RFC 5925) of sockets, as Linux has it since 6.7 where it was
 * built with CONFIG_TCP_AO.
 */
#ifndef BGPD_TCP_AO_IO_H
#define BGPD_TCP_AO_IO_H

#include "bgpd/session/ao.h"

struct err;

/* False and err: the kernel has none. */
bool tcp_ao_is_there(struct err *);
/* As struct ao_ops has it; of a listener, or of a connection with that one address. */
bool tcp_ao_step(int fd, const struct prefix *peers, enum ao_step,
    const struct ao_key *, const struct ao_key *next, struct err *);
/* All keys of a socket that will dial; it sends with the first. */
bool tcp_ao_dial(
    int fd, const struct addr *peer, const struct ao_keys *, struct err *);
/* False: the connection is under no key. */
bool tcp_ao_state(int fd, struct ao_state *);
#endif
