/* SPDX-License-Identifier: Apache-2.0 */
/*
 * listeners - where peers are waited for, with which keys and filters.
 *
 * Tells its owner, through listeners_ops, who has come. Sockets are the port's.
 */
#ifndef BGPD_LISTENERS_H
#define BGPD_LISTENERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct admission;
struct caller;
struct gate;
struct listener;  /* private to listeners.c */
struct listeners; /* the same */
struct tcp_port;
struct tcp_socket;

struct peer_listen {   /* borrowed */
	uint16_t port; /* 0: nowhere */
	/*
	 * All zero: any address of its family, with a zone: the link-local one that
	 * the node has there. Beside any, others of the family are only looked for:
	 * does the node have them?
	 */
	const struct scoped_addr *at;
	size_t n;
};

struct listeners_ops {
	/*
	 * why: a borrowed text that names the address, the port and who holds it, or
	 * NULL: it listens now, or shall not. Only told when it changes; tried again by
	 * itself.
	 */
	void (*listening)(
	    void *arg, const struct scoped_addr *at, const char *why);
	/* Accepted; false: nobody wants it, and it is sent away. */
	bool (*came)(void *arg, struct tcp_socket *, const struct caller *,
	    const struct gate *, uint64_t now);
	/* It waited to be accepted while its keys changed, and is sent away. */
	void (*outdated)(void *arg);
};

/* The port and the admission are borrowed for good. */
struct listeners *listeners_new(const struct tcp_port *, struct admission *,
    const struct listeners_ops *, void *arg);
void listeners_free(struct listeners *);
void
listeners_set(struct listeners *, const struct peer_listen *, uint64_t now);
/* The peers have changed: at the next tick, when all have, keys follow. */
void listeners_rekey(struct listeners *);
/* Somebody waits at that one. */
void listeners_incoming(struct listeners *, struct listener *, uint64_t now);
void listeners_tick(struct listeners *, uint64_t now);
uint64_t listeners_due(const struct listeners *); /* its next tick, or NEVER */
#endif
