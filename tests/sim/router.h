/* SPDX-License-Identifier: Apache-2.0 */
/*
 * router - what nodes talk to: a small speaker of its own (small_router.h), or the
 * daemon's core with other settings (core_router.h).
 */
#ifndef TESTS_SIM_ROUTER_H
#define TESTS_SIM_ROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

enum { ROUTER_NODES = 6 };

enum router_restart {    /* RFC 4724 */
	RESTART_UNKNOWN, /* it has not heard of it */
	RESTART_AWARE,   /* helps others, keeps nothing itself: no family */
	RESTART_ABLE,
};

struct agreed;
struct words; /* policies.h */
struct bfd_host;
struct bfd_wire;
struct router; /* private to router.c */
struct vhost;
struct world;

struct router_way {
	const char *name;
	uint16_t hold_time;  /* s */
	unsigned retry;      /* ms between dials */
	unsigned error_wait; /* ms after an error, doubled up to … */
	unsigned error_most; /* ms */
	unsigned delay_open; /* ms; 0: speaks at once (RFC 4271 8.1.1) */
	bool refuses;        /* nobody may come in during that wait */
	bool passive;        /* never dials */
	bool core;           /* it is the daemon's own, core_router.h */
	bool
	    silent; /* its port is open, but nobody there speaks; it only dials */
	/* A connection that comes while one is up: it replaces that one, as a peer that
	 * has lost its own would do; else it is refused. */
	bool replaces;
	enum router_restart restart;
	bool notification; /* keeps routes over a NOTIFICATION too (RFC 8538) */
	/* BFD that is shut down by the node ends the session, against RFC 5882 3.2. */
	bool heeds_admin;
	bool long_lived; /* … behind the restart time, too (RFC 9494) */
	bool add_path;   /* reads path ids (RFC 7911) */
	bool extended;   /* has long messages (RFC 8654) */
	bool by_v6;      /* takes IPv4 by IPv6 next hops (RFC 8950) */
};

struct router_table { /* of one node, announced.h */
	uint64_t routes;
	uint64_t stale;   /* of these: from before it went */
	uint64_t shunned; /* of these: only where nobody else has one */
	uint64_t aged; /* of what is stale: only where there is nothing else */
};

struct router_asks {
	/* All that a node was ever told to announce. */
	uint64_t (*told)(void *arg, unsigned node);
	void *arg;
	bool heard; /* nothing keeps a node's words away for a hold time */
};

extern const struct router_way router_ways[];
extern const unsigned router_n_ways;

struct router *
router_new(struct world *, struct vhost *, const struct router_way *,
    uint32_t asn, uint32_t id, const struct router_asks *);
void router_free(struct router *);
/* Before it is started; the key is for both ways, NULL: none. */
void router_add(struct router *, unsigned node, const struct addr *,
    uint32_t asn, const char *key);
/* Likewise: BFD with all nodes, a packet each so many ms. */
void router_set_bfd(struct router *, struct bfd_wire *, unsigned ms);
void router_start(struct router *);
void router_stop(struct router *); /* says goodbye */
void router_kill(struct router *);
bool router_is_running(const struct router *);
/* Another key: the session is reset, as routers do. */
void router_set_key(struct router *, const char *key);
void router_refresh(struct router *, unsigned node); /* asks for all again */
void router_reset(struct router *, unsigned node);   /* Cease, and again */

/*
 * It announces these from now on, taught.h; those that it can. Bits; how many AS
 * numbers are behind its own.
 */
void router_teach(struct router *, uint32_t taught);
uint32_t router_can_teach(const struct router *);
unsigned router_teaches_from(const struct router *);

/* Promises that hold at every moment. */
void router_judge(struct router *);
struct vhost *router_host(const struct router *);
struct bfd_host *router_bfd(const struct router *); /* NULL: it has none */
uint64_t router_routes(const struct router *, unsigned node);
struct router_table router_table(const struct router *, unsigned node);
/* The words of a route that it has. */
struct words router_words(const struct router *, unsigned node, unsigned bit);
bool router_has_all(const struct router *, unsigned node); /* End-of-RIB */
/* The session's connection; 0: it is down. */
uint64_t router_connection(const struct router *, unsigned node);
/* As far as the router sees it: caps and hold_time. False: it is down. */
bool router_agreed(const struct router *, unsigned node, struct agreed *);
unsigned router_hold_time(const struct router *, unsigned node); /* s */
#endif
