/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_io - fills the port of BFD: a thread with its sockets and its clock, so that
 * nothing the daemon does elsewhere holds up a packet.
 */
#ifndef BGPD_BFD_BFD_IO_H
#define BGPD_BFD_BFD_IO_H

#include "bgpd/bfd/bfd_port.h"

struct bfd_io;
struct err;
struct event_base;

struct bfd_io_ops {
	void (*news)(void *arg, const struct bfd_news *);
};

/*
 * Before the program gives up its rights: the thread wants to be served before others
 * (SCHED_RR). Where it may not, it says so when there is a session. dir: where the run
 * before has said where its sessions stand; NULL: nowhere. NULL and err: no thread.
 */
struct bfd_io *bfd_io_new(struct event_base *, const char *dir,
    const struct bfd_io_ops *, void *arg, struct err *);
void bfd_io_free(struct bfd_io *);
void bfd_io_lock_down(struct bfd_io *); /* as lockdown.threads */
const struct bfd_port *bfd_io_port(const struct bfd_io *);
#endif
