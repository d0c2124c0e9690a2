/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vip_state - struct vips from inside, for the files that do what vips.h says.
 */
#ifndef BGPD_VIP_VIP_STATE_H
#define BGPD_VIP_VIP_STATE_H

#include <uthash.h>

#include "bgpd/vip/probes.h"
#include "bgpd/vip/vips_types.h"
#include "common/api/lan_terms.h"

#define VIP_INTERFACE (INTERFACE_MAX_CHARS + 1)

struct vip_spot { /* one of its addresses, and what is in force of it */
	struct prefix at;
	bool wanted; /* l2 has been told of it, and of these two */
	int preference;
	const char *why_not;
	char on[VIP_INTERFACE];   /* where l2 answers for it; "": nowhere */
	char held[VIP_INTERFACE]; /* the interface that has it; "": none */
	char *holder;             /* owned; of the link, NULL: not known */
	uint64_t since;           /* that `on` is as it is */
	bool has_conflict;
	uint8_t conflict[6];
};

struct vip {
	char *name;                      /* owned, the key */
	const struct virtual_ip *object; /* borrowed; NULL: it is gone */
	char *rival;   /* owned; why it is not in force, or NULL */
	bool in_force; /* it has what it asks for */
	bool edited;   /* the object is not the one of the last settling */
	bool dirty;    /* to be settled */
	struct probes *probes; /* owned */
	enum check_state health;
	const char *why; /* literal; no candidate, NULL: it is one */
	bool selected;
	uint64_t given_up_until;
	struct vip_spot *spots; /* owned */
	size_t n_spots;
	/* What is in force of its ways. */
	bool announced;
	bool routed; /* it is a virtual router: */
	struct vip_router_place {
		char interface[VIP_INTERFACE];
		uint8_t vrid, family;
	} place;
	uint8_t priority;
	const char *fault;           /* literal; as it was told */
	bool master;                 /* it has the addresses */
	const char *router_state;    /* literal; NULL: nothing told yet */
	char macvlan[VIP_INTERFACE]; /* that is there for it; "": none */
	bool unsaid;                 /* its status may be another one */
	uint64_t said_at;            /* when it was last written, 0: never */
	uint32_t pause;              /* ms from then to the next time */
	UT_hash_handle hh;
};

struct vips {
	struct vips_env env;
	const struct vips_ops *ops;
	void *arg;
	struct probes_env probing;
	uint32_t next_id;
	struct vip *all;           /* owned, a uthash, by name */
	struct vip_claims *claims; /* owned */
	bool running;
	bool gives, silent; /* vips_drain() */
	bool leaving;
	bool returns; /* after that, soon */
	bool stale;   /* who has which address is to be looked at again */
};
#endif
