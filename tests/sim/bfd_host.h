/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_host - the port of BFD that a daemon is given, or a router has, on a host of a
 * virtual network: the core of bgpd/bfd, over a bfd_wire.
 */
#ifndef TESTS_SIM_BFD_HOST_H
#define TESTS_SIM_BFD_HOST_H

#include "bgpd/bfd/bfd_port.h"

struct bfd_host; /* private to bfd_host.c */
struct bfd_wire;
struct vhost;
struct world;

struct bfd_host_ops {
	void (*news)(void *arg, const struct bfd_news *);
	/*
	 * What of BGP stands with that one: its connection, also when nothing is left
	 * of it but kept routes; 0: nothing.
	 */
	uint64_t (*standing)(void *arg, const struct addr *remote);
};

struct bfd_host_way {
	const char *name; /* borrowed */
	unsigned late;    /* ms, at most, until the owner hears of news */
	bool heeds_admin; /* AdminDown ends the session, as with FRR 10 */
};

/* Nothing runs yet. */
struct bfd_host *bfd_host_new(struct world *, struct bfd_wire *, struct vhost *,
    const struct bfd_host_way *, const struct bfd_host_ops *, void *arg);
void bfd_host_free(struct bfd_host *);
void bfd_host_start(struct bfd_host *, uint64_t seed);
/* The process ends, without a word; what it kept for the next one stays … */
void bfd_host_end(struct bfd_host *);
void bfd_host_forget(struct bfd_host *); /* … until the power is lost */
const struct bfd_port *bfd_host_port(const struct bfd_host *);

/* Of the session with that one, by its address; known is false: there is none. */
void bfd_host_look(
    const struct bfd_host *, const struct addr *remote, struct bfd_view *);
/* As the owner was last told: enum bfd_state. */
unsigned bfd_host_told(const struct bfd_host *, const struct addr *remote);
/* What must be so at every moment. */
void bfd_host_judge(struct bfd_host *);
#endif
