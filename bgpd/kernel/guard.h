/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard - the policy rules that keep packets for unassigned Service addresses from
 * going back to the router that sent them.
 *
 * For each announced CIDR three rules, just before the one that looks up main:
 *
 *	32760: from all to CIDR iif lo goto 32766
 *	32761: from all to CIDR lookup main suppress_prefixlength LEN-1
 *	32762: from all to CIDR unreachable
 *
 * The node's own packets are left alone, since they are routed before NAT; so is what
 * a route at least as long as the CIDR knows. Pure.
 */
#ifndef BGPD_KERNEL_GUARD_H
#define BGPD_KERNEL_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

#define GUARD_PROTOCOL 76 /* FRA_PROTOCOL of our rules; nobody else's */
#define GUARD_RULES 3     /* for each CIDR */

enum guard_action { GUARD_GOTO, GUARD_LOOKUP, GUARD_UNREACHABLE, GUARD_OTHER };

struct guard_rule {
	struct prefix to;
	uint32_t priority;
	enum guard_action action;
	uint32_t target;  /* GUARD_GOTO: a priority */
	uint32_t table;   /* GUARD_LOOKUP */
	int32_t suppress; /* GUARD_LOOKUP: shortest route is longer; -1: any */
	bool own_packets; /* iif lo: those that the node sends itself */
};

struct guard_changes {          /* in the order in which they are to be made */
	struct guard_rule *add; /* owned */
	size_t n_add;
	struct guard_rule *del; /* owned */
	size_t n_del;
};

/* Wanted minus actual, and actual minus wanted. actual: all rules of our protocol. */
void guard_diff(const struct prefix *cidrs, size_t n_cidrs,
    const struct guard_rule *actual, size_t n_actual, struct guard_changes *);
void guard_changes_fini(struct guard_changes *);
#endif
