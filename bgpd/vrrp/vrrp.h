/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrrp - the virtual routers of this node: VRRP version 2 (RFC 3768) and 3 (RFC 9568),
 * over IPv4 and IPv6.
 *
 * Who is master has the addresses, and who yields has them still: the owner is told,
 * and puts them on an interface. Until the kernel has them there, questions for them
 * are answered here. Pure: frames, interfaces and the time come in, frames go out by
 * the link's port.
 */
#ifndef BGPD_VRRP_VRRP_H
#define BGPD_VRRP_VRRP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/vrrp/vrrp_config.h"
#include "bgpd/vrrp/vrrp_counters.h"
#include "bgpd/vrrp/vrrp_fsm.h"

struct clock;
struct frame;
struct interface;
struct link_port;
struct vrrp;

struct vrrp_ops {
	/* vrrp_tick() then, in ms of the clock; 0: not any more. */
	void (*arm)(void *arg, uint64_t at);
	/*
	 * The state of a virtual router is this one, or why (literal) is another.
	 * Called last, so that vrrp_set() may be called from it; name is borrowed
	 * until then.
	 */
	void (*state)(
	    void *arg, const char *name, enum vrrp_state, const char *why);
	void (*listens)(void *arg); /* vrrp_listens() has changed */
};

struct vrrp_view {
	const char *name, *interface; /* borrowed */
	uint8_t vrid, version, priority;
	enum vrrp_state state;
	const char *why;         /* literal */
	uint64_t since;          /* ms of the clock */
	struct addr source;      /* FAMILY_NONE: it has none */
	struct addr master;      /* FAMILY_NONE: nobody else is followed */
	uint8_t master_priority; /* as it said last */
	uint32_t interval;       /* ms; the master's */
	uint64_t transitions;
};

/* All but name and arg are borrowed for good. */
struct vrrp *vrrp_new(const struct clock *, const struct link_port *,
    const struct vrrp_ops *, void *arg);
void vrrp_free(struct vrrp *); /* says nothing */

/*
 * Copied. A master that is no candidate any more yields: it gives up, and has the
 * addresses until another one is master, or for as long as one needs to be.
 * NULL: there is none of that name any more; a master gives up, and ends at once.
 */
void vrrp_set(struct vrrp *, const char *name, const struct vrrp_config *);
void vrrp_interfaces(struct vrrp *, const struct interface *, size_t n);
void vrrp_frame(struct vrrp *, int index, const struct frame *);
void vrrp_tick(struct vrrp *);
/* All end for good; those that yield do so for 1.5 s at most. */
void vrrp_leave(struct vrrp *);
bool vrrp_is_idle(const struct vrrp *); /* none yields */

/* The interfaces it wants frames of, sorted; how many there are, maybe above max. */
size_t vrrp_listens(const struct vrrp *, int *out, size_t max);
/* In the order in which they were set, until each() says false. */
void vrrp_each(const struct vrrp *,
    bool (*each)(void *arg, const struct vrrp_view *), void *arg);
const struct vrrp_counters *vrrp_counters(const struct vrrp *);
#endif
