/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routers - the router at the other end of a link, as its advertisements tell
 * (RFC 4861), and our own, by which it finds this node.
 *
 * For sessions without an address in their configuration: one router is meant to be on
 * such a link. Pure: frames, interfaces and the time come in, frames go out by the
 * link's port.
 */
#ifndef BGPD_LINK_ROUTERS_H
#define BGPD_LINK_ROUTERS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

struct clock;
struct frame;
struct interface;
struct link_port;
struct rng;
struct routers;

struct routers_ops {
	void (*arm)(void *arg, uint64_t at); /* routers_tick() then */
	void (*listens)(void *arg);          /* routers_listens() has changed */
	/* Is there a session with the router of that link? Then it stays. */
	bool (*in_use)(void *arg, const char *interface);
	void (*changed)(void *arg); /* what routers_find() says of a link */
};

struct router_found {
	struct addr router; /* FAMILY_NONE: none, for this reason (literal) */
	const char *why;
	struct addr other; /* one more is heard on that link; or FAMILY_NONE */
};

/* All but arg are borrowed for good. */
struct routers *routers_new(const struct clock *, struct rng *,
    const struct link_port *, const struct routers_ops *, void *arg);
void routers_free(struct routers *);

/* Interfaces by name on which one is wanted, instead of those of before; copied. */
void routers_want(struct routers *, const char *const *names, size_t n);
void routers_interfaces(struct routers *, const struct interface *, size_t n);
void routers_frame(struct routers *, int index, const struct frame *);
void routers_tick(struct routers *);

/* The interfaces it wants frames of, sorted; how many there are, maybe above max. */
size_t routers_listens(const struct routers *, int *out, size_t max);
struct router_found routers_find(const struct routers *, const char *interface);
#endif
