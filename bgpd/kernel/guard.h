/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - what keeps packets for unassigned Service addresses from going back to the
 * router that sent them.
 *
 * For each length L among the announced CIDRs two policy rules, the longest first, all
 * of them at the priority just before main:
 *
 *	32765: not from all iif lo lookup main suppress_prefixlength L-1
 *	32765: not from all iif lo lookup 76000+L
 *
 * and in table 76000+L an unreachable route for each CIDR of that length. What a route
 * at least as long as the CIDR knows is what main would choose anyway; the node's own
 * packets (iif lo) are left alone, since they are routed before NAT. Pure: guard_io
 * tells what the kernel has, asks for the changes and carries them out.
 */
#ifndef BGPD_KERNEL_GUARD_H
#define BGPD_KERNEL_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

#define GUARD_PROTOCOL 76    /* of our rules and routes; nobody else's */
#define GUARD_PRIORITY 32765 /* of all our rules */
#define GUARD_TABLES 76000   /* plus the length */
#define GUARD_LENGTHS 129    /* of an array indexed by length */

struct guard;

enum guard_action { GUARD_GOTO, GUARD_LOOKUP, GUARD_UNREACHABLE, GUARD_OTHER };

/* All that tells a rule from others; `to` and GOTO are of earlier versions only. */
struct guard_rule {
	struct prefix to; /* its family is the rule's */
	uint32_t priority;
	enum guard_action action;
	uint32_t target;  /* GUARD_GOTO: a priority */
	uint32_t table;   /* GUARD_LOOKUP */
	int32_t suppress; /* GUARD_LOOKUP: shortest route is longer; -1: any */
	bool own_packets; /* iif lo: those that the node sends itself */
	bool inverted;    /* not: the others */
	bool of_a_stranger;
};

/* In the order in which they are made. */
enum guard_step {
	GUARD_ADD_RULE,
	GUARD_ADD_ROUTE,
	GUARD_DELETE_ROUTE,
	GUARD_DELETE_REFUSAL,   /* a rule that leads to unreachable */
	GUARD_DELETE_EXCEPTION, /* a rule that keeps packets from it */
};

struct guard_change {
	enum guard_step step;
	struct guard_rule rule; /* of the steps with rules */
	struct prefix cidr;     /* of the steps with routes */
	size_t at;              /* guard.c's */
};

struct guard *guard_new(void);
void guard_free(struct guard *);

/* Wanted from now on, or no longer; a default route needs no guard. */
void guard_want(struct guard *, const struct prefix *, bool wanted);
/*
 * No longer wanted after that time, ms, or never yet: routers may send packets for a
 * while after it was withdrawn from them.
 */
void guard_release(struct guard *, const struct prefix *, uint64_t until);
/* What is found in the kernel by compare(), and not wanted, is released until then. */
void guard_keep_found(struct guard *, uint64_t until);
/* Ends what was released until now. When the next one is due; 0: none is. */
uint64_t guard_expire(struct guard *, uint64_t now);
void guard_clear(struct guard *);         /* nothing is wanted any more */
size_t guard_count(const struct guard *); /* wanted CIDRs, or released ones */

/*
 * What the kernel has, in its order: after forget() what is found is told, then
 * compare(). Rules: ours, and those of others with our priority.
 */
void guard_forget_rules(struct guard *);
void guard_forget_routes(struct guard *);
void guard_found_rule(struct guard *, const struct guard_rule *);
void guard_found_route(struct guard *, const struct prefix *);
void guard_compare(struct guard *);
/* Is anything of that length wanted or there? */
bool guard_has_length(const struct guard *, enum family, unsigned len);

/*
 * The next changes, all of one step; 0: all is as wanted, or refused. Each is answered
 * by guard_made() before the next call.
 */
size_t guard_next(struct guard *, struct guard_change *, size_t max);
void guard_made(struct guard *, const struct guard_change *, bool good);
void guard_retry(struct guard *); /* what was refused is tried again */
#endif
