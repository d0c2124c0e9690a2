/* SPDX-License-Identifier: Apache-2.0 */
/*
 * guard_io - keeps the loop guard's rules in the kernel, through netlink.
 */
#ifndef BGPD_KERNEL_GUARD_IO_H
#define BGPD_KERNEL_GUARD_IO_H

#include <stddef.h>

#include "common/prefix.h"

struct err;
struct event_base;
struct guard_io;

struct guard_io_ops {
	/* why: a borrowed text, or NULL: it is in place now. Only when it changes. */
	void (*state)(void *arg, const char *why);
};

/* NULL and err: no netlink. What is there from an earlier run is adopted. */
struct guard_io *guard_io_new(
    struct event_base *, const struct guard_io_ops *, void *arg, struct err *);
void guard_io_free(struct guard_io *); /* the rules stay in the kernel */
/* Replaces the guarded CIDRs; copied. Tried again by itself when refused. */
void guard_io_set(struct guard_io *, const struct prefix *, size_t n);
/* Takes every rule of ours out of the kernel, at once. */
void guard_io_remove(struct guard_io *);
#endif
