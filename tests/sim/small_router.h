/* SPDX-License-Identifier: Apache-2.0 */
/*
 * small_router - a speaker that shares nothing with the daemon's sessions but the
 * codec, with the ways of FRR or BIRD.
 *
 * It takes routes, gives none, and keeps them beyond the session where a graceful
 * restart is agreed. Neighbours are numbered in the order in which they were added.
 */
#ifndef TESTS_SIM_SMALL_ROUTER_H
#define TESTS_SIM_SMALL_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

struct agreed;
struct bfd_host;
struct bfd_wire;
struct router_asks;
struct router_table;
struct router_way;
struct small_router; /* private to small_router.c */
struct vhost;
struct words;
struct world;

struct small_router *
small_router_new(struct world *, struct vhost *, const struct router_way *,
    uint32_t asn, uint32_t id, const struct router_asks *);
void small_router_free(struct small_router *); /* after its end */
void small_router_add(
    struct small_router *, unsigned node, const struct addr *, uint32_t asn);
/* Before it starts: BFD with all, a packet each so many ms. */
void
small_router_set_bfd(struct small_router *, struct bfd_wire *, unsigned ms);
struct bfd_host *small_router_bfd(const struct small_router *);
void small_router_teach(struct small_router *, uint32_t taught); /* taught.h */
void small_router_start(struct small_router *);
void small_router_end(struct small_router *, bool goodbye);
/* A session is reset when it is another one; NULL: none. */
void small_router_set_key(struct small_router *, const char *key);
void small_router_refresh(struct small_router *, unsigned nth);
void small_router_reset(struct small_router *, unsigned nth);

uint64_t small_router_routes(const struct small_router *, unsigned nth);
/* The same, with what it thinks of them. */
struct router_table
small_router_table(const struct small_router *, unsigned nth);
struct words
small_router_words(const struct small_router *, unsigned nth, unsigned bit);
bool small_router_has_all(const struct small_router *, unsigned nth);
uint64_t small_router_connection(const struct small_router *, unsigned nth);
bool
small_router_agreed(const struct small_router *, unsigned nth, struct agreed *);
unsigned small_router_hold_time(const struct small_router *, unsigned nth);
#endif
