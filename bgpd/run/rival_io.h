/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rival_io - no node daemon of another lbbgp is in this network namespace.
 *
 * The ports of BGP and BFD, our rules and routes and the addresses of links are of a
 * network namespace, so one daemon serves it. It holds a lock (netns_lock_io.h) that
 * says its class, and that nobody can hold who may not write in its directory. Another
 * one of its class holds it, too: while a daemon is replaced there may be two.
 */
#ifndef BGPD_RUN_RIVAL_IO_H
#define BGPD_RUN_RIVAL_IO_H

struct err;
struct rival_io;

/*
 * directory: of locks. NULL and err: one of another class is there. One of the same
 * class is not minded here, even if a version before does not share its lock: the
 * control socket and the other locks tell of it.
 */
struct rival_io *
rival_io_new(const char *directory, const char *class, struct err *);
void rival_io_free(struct rival_io *);
#endif
