/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vlink - some nodes on one virtual link, with virtual routers, on a virtual clock.
 * Node n (from 0) has eth0 with 192.0.2.1+n/24, 2001:db8::1+n/64 and fe80::1+n. Frames
 * take their time, get lost, and are kept from those who are cut off.
 */
#ifndef TESTS_SIM_VLINK_H
#define TESTS_SIM_VLINK_H

#include "bgpd/link/frame.h"
#include "bgpd/link/interface.h"
#include "bgpd/link/link_port.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/clock.h"
#include "common/rng.h"

enum { VLINK_NODES = 4, VLINK_INDEX = 7 };

struct vnode {
	struct vlink *link;
	unsigned id;
	struct vrrp *vrrp; /* owned; NULL: the node is down */
	struct link_port port;
	struct interface eth[2]; /* the second one is there if n_eth is 2 */
	size_t n_eth;
	struct prefix at[2][8];
	uint64_t armed;
	bool frozen;   /* takes nothing in until it is thawed */
	char told[96]; /* of states, the last: "NAME STATE: why" */
	/* What it has sent: ADVERTISEMENTs, those of priority 0, ARP and NA. */
	unsigned adverts, zeros, arps, adverts_na, unicasts,
	    changes_of_listening;
	struct frame_arp arp;           /* the last one */
	struct frame_neighbor neighbor; /* the last one */
	struct mac from;                /* of the last frame */
	uint8_t priority;               /* of the last ADVERTISEMENT */
	bool plain;                     /* its checksum */
	char groups[256];               /* "+ff02::12 -ff02::12 " */
	char hushes[32];                /* "+7 -7 " */
};

struct vframe {
	uint64_t at;
	unsigned to;
	size_t n;
	uint8_t bytes[FRAME_MAX];
	struct vframe *prev, *next;
};

struct vlink {
	uint64_t t; /* ms */
	struct clock clock;
	struct rng rng;
	struct vnode nodes[VLINK_NODES];
	bool cut[VLINK_NODES][VLINK_NODES]; /* from, to */
	unsigned loss;                      /* of 1000 */
	uint32_t delay;                     /* ms, at most */
	struct vframe *frames;              /* by their time */
	/* After each event; for promises. */
	void (*look)(void *arg);
	void *look_arg;
};

struct vlink *vlink_new(unsigned nodes, uint64_t seed);
void vlink_free(struct vlink *);
void vlink_run(struct vlink *, uint64_t ms);

void vnode_start(struct vnode *); /* anew, without virtual routers */
void vnode_kill(struct vnode *);
void vnode_thaw(struct vnode *);
void vnode_change(struct vnode *); /* tells its interfaces again */
void vnode_has(struct vnode *, unsigned eth, const char *prefix);
/* To the node from outside, parsed as it would be. */
void vnode_frame(struct vnode *, const uint8_t *, size_t);

/* "vip" of VRID 51 with 192.0.2.100: version 3, priority, 1 s, preempts. */
struct vrrp_config vconfig(uint8_t priority);
struct vrrp_config vconfig_v6(uint8_t priority); /* fe80::64 and 2001:db8::64 */
struct vrrp_view vnode_view(const struct vnode *, const char *name);
enum vrrp_state vnode_state(const struct vnode *, const char *name);
struct addr vaddr(const char *);
#endif
