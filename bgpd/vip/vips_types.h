/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vips_types - what goes into vips and what it tells.
 */
#ifndef BGPD_VIP_VIPS_TYPES_H
#define BGPD_VIP_VIPS_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/api/lan_terms.h"
#include "common/prefix.h"

struct clock;
struct health_port;
struct labels;
struct vip_vrrp;
struct virtual_ip;

/* ms that a holder whose check fails takes nothing */
#define VIPS_GIVEN_UP 30000

struct vips_env {         /* borrowed for good, as what it points to */
	const char *node; /* our name */
	const struct clock *clock;
	const struct health_port *health; /* NULL: nobody is asked */
	uint32_t first_id; /* of health checks: ours are this one and above */
	/* Of a node, be it this one; NULL: it is not known. Borrowed for the call. */
	const struct labels *(*labels)(void *arg, const char *node);
	/* A value in our namespace, of n bytes, borrowed for the call; NULL: none. */
	const char *(*secret)(
	    void *arg, const char *name, const char *key, size_t *n);
	/*
	 * The Node that has the address itself, borrowed for the call; NULL: none.
	 * It may be NULL: then none is asked for.
	 */
	const char *(*node_with)(void *arg, const struct addr *);
};

struct vips_router { /* a virtual router; borrowed for the call */
	const struct vip_vrrp *terms;
	const struct addr *addrs;
	size_t n_addrs;
	uint8_t priority;  /* of this node, as lowered */
	const char *fault; /* literal; why it is no candidate, NULL: it is */
};

/* An interface with the MAC address of a virtual router. */
struct vips_macvlan {
	const char *parent;
	uint8_t mac[6];
};

enum vips_news { /* what is worth an event */
	VIPS_HEALTHY,
	VIPS_UNHEALTHY,
	VIPS_HELD,     /* this node holds it now */
	VIPS_RELEASED, /* and no longer does */
	VIPS_CONFLICT, /* a stranger has one of the addresses */
	VIPS_GAVE_UP,  /* a check of the holder failed */
};

struct vips_ops {
	void (*arm)(void *arg, uint64_t at); /* vips_tick() then, or before */
	void (*l2)(void *arg, const struct lan_want *);
	void (*l2_gone)(void *arg, const struct addr *);
	/* vips_may() answers otherwise for some node. */
	void (*recheck)(void *arg, const struct addr *);
	/* NULL: there is none of that name any more. */
	void (*vrrp)(void *arg, const char *name, const struct vips_router *);
	/*
	 * Host routes to all of its addresses, as its bgp says; also when that has
	 * changed. NULL: none any more.
	 */
	void (*bgp)(void *arg, const char *name, const struct virtual_ip *);
	/* The interface is to have the address, or no longer; counted by the owner. */
	void (*hold)(
	    void *arg, const char *interface, const struct prefix *, bool on);
	/* NULL: the interface of that name is no longer wanted. */
	void (*macvlan)(
	    void *arg, const char *name, const struct vips_macvlan *);
	/*
	 * Of the whole object, on all nodes: why it is not in force; NULL: it is, while
	 * its status says otherwise. Not told where the status says so already.
	 */
	void (*judged)(void *arg, const struct virtual_ip *, const char *why);
	void (*event)(void *arg, const struct virtual_ip *, enum vips_news,
	    const char *text);
	/* What vips_find() says of it is another thing now. */
	void (*changed)(void *arg, const char *name);
};

struct vips_l2_news { /* borrowed for the call */
	const char
	    *interface;     /* where this node answers for it; NULL: nowhere */
	const char *holder; /* node that is known to; NULL: nobody */
	const uint8_t *conflict; /* MAC address of a stranger; NULL: none */
};

struct vips_place { /* of one address */
	const struct prefix *at;
	const char *interface; /* where it is held; NULL: not here */
	const char *holder;    /* node that answers for it; NULL: not known */
	uint64_t since;        /* ms of the clock: that it is (not) held here */
	bool has_conflict;
	uint8_t conflict[6];
};

struct vips_view { /* borrowed until the next call of a verb */
	const struct virtual_ip *object;
	bool selected; /* by its nodeSelector */
	bool healthy;
	bool announced; /* to BGP peers */
	const char
	    *router;     /* state of the virtual router; NULL: there is none */
	const char *why; /* why this node is no candidate; NULL: it is one */
};
#endif
