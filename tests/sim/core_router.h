/* SPDX-License-Identifier: Apache-2.0 */
/*
 * core_router - a router that is the daemon's own core with other settings: objects of
 * its own say whom it talks to.
 */
#ifndef TESTS_SIM_CORE_ROUTER_H
#define TESTS_SIM_CORE_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct agreed;
struct bfd_host;
struct bfd_wire;
struct core_router; /* private to core_router.c */
struct router_table;
struct router_way;
struct words;
struct vhost;
struct world;

struct core_router *core_router_new(struct world *, struct vhost *,
    uint32_t asn, uint32_t id, const struct router_way *);
void core_router_free(struct core_router *);
/* nth from 0, one after the other. */
void core_router_add(
    struct core_router *, const struct addr *, uint32_t asn, bool passive);
/* Before it starts: BFD with all, a packet each so many ms. */
void core_router_set_bfd(struct core_router *, struct bfd_wire *, unsigned ms);
struct bfd_host *core_router_bfd(const struct core_router *);
/* For all; NULL: none. It adapts to that as a daemon does. */
void core_router_set_key(struct core_router *, const char *key);
void core_router_teach(struct core_router *, uint32_t taught); /* taught.h */
void core_router_start(struct core_router *);
void core_router_stop(struct core_router *);
void core_router_kill(struct core_router *);
bool core_router_is_running(const struct core_router *);
/* What holds for every daemon. */
void core_router_judge(struct core_router *);
/* Grows with whatever may have changed its routes. */
uint64_t core_router_moves(const struct core_router *);
/* As the functions of router.h. */
struct router_table core_router_table(const struct core_router *, unsigned nth);
struct words
core_router_words(const struct core_router *, unsigned nth, unsigned bit);
uint64_t core_router_connection(const struct core_router *, unsigned nth);
const struct agreed *
core_router_agreed(const struct core_router *, unsigned nth);
unsigned core_router_hold_time(const struct core_router *, unsigned nth);
#endif
