/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listener_io - the sockets that wait for peers: where, and with which keys and filters.
 */
#ifndef BGPD_LISTENER_IO_H
#define BGPD_LISTENER_IO_H

#include <stdbool.h>

struct addr;
struct caller;
struct event_base;
struct gate;
struct admission;
struct listeners; /* private to listener_io.c */
struct peer_listen;

struct listeners_ops {
	/* As peer_io_ops.listening. */
	void (*listening)(void *arg, const struct addr *at, const char *why);
	/* Accepted; false: nobody wants it, and the fd is closed. */
	bool (*came)(
	    void *arg, int fd, const struct caller *, const struct gate *);
	/* It waited to be accepted while its keys changed, and is closed. */
	void (*outdated)(void *arg);
};

/* The admission is borrowed for good. */
struct listeners *listeners_new(struct event_base *, struct admission *,
    const struct listeners_ops *, void *arg);
void listeners_free(struct listeners *);
void listeners_set(struct listeners *, const struct peer_listen *);
/* The peers have changed: in the next turn, when all have, keys follow. */
void listeners_rekey(struct listeners *);
#endif
