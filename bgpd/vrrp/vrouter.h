/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vrouter - one virtual router on one interface: its state, its timer, what it says and
 * what it hears. vrrp.c has them all, and tells each where it is.
 */
#ifndef BGPD_VRRP_VROUTER_H
#define BGPD_VRRP_VROUTER_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/link/frame.h"
#include "bgpd/vrrp/proclaim.h"
#include "bgpd/vrrp/vrrp_config.h"
#include "bgpd/vrrp/vrrp_fsm.h"
#include "bgpd/vrrp/vrrp_msg.h"

struct clock;
struct link_port;
struct vrrp_counters;

/* What all of them have in common. */
struct vrouter_common {
	const struct clock *clock;
	const struct link_port *port;
	struct vrrp_counters *counters;
};

/* Where a virtual router is. */
struct vrouter_place {
	int index;          /* 0: its interface is not there */
	struct mac mac;     /* of what it says */
	struct addr source; /* of what it says */
	/* For each address: the kernel has it there, and answers for it. */
	bool kernel_has[VRRP_ADDRS_MAX];
	const char
	    *hindrance;    /* literal; why it can't take part, NULL: it can */
	const char *fault; /* literal; why it is not to, NULL: it is */
	bool leaving;      /* the process ends soon */
};

/* Who was heard last as a master that is followed. */
struct vrouter_master {
	struct addr addr; /* FAMILY_NONE: nobody yet */
	uint8_t priority;
	uint32_t interval; /* ms */
};

struct vrouter {
	char *name;                          /* owned */
	const struct vrouter_common *common; /* borrowed */
	struct vrrp_config config;
	uint8_t addrs[VRRP_ADDRS_MAX * 16]; /* as they are sent */
	size_t addrs_size;
	struct vrouter_place place;

	enum vrrp_state state;
	const char *why; /* literal */
	uint64_t since;  /* ms */
	bool news;       /* the owner has not been told of the state yet */
	uint64_t transitions;

	uint64_t deadline; /* ms; of the timer, 0: not armed */
	bool given_up; /* the master has; a backup waits for its skew time */
	bool was_late; /* a timer that fired late was set again */
	uint64_t preempt_at; /* ms; 0: no worse master is heard */
	bool plain;          /* the checksum that others use, see vrrp_msg.h */
	struct burst burst;
	struct vrouter_master master, heard; /* heard: by the event under way */
	unsigned complained;                 /* bits 1 << enum vrrp_fault */

	struct vrouter *prev, *next; /* vrrp.c's */
};

struct vrouter *vrouter_new(const char *name, const struct vrouter_common *);
void vrouter_free(struct vrouter *); /* says nothing */

/* What it is to be; it goes on as far as that is the same place on the link. */
void vrouter_configure(struct vrouter *, const struct vrrp_config *);
/* Where it is from now on; starts it or stops it. */
void vrouter_move(struct vrouter *, const struct vrouter_place *);
/* It ends at once: a master gives up. */
void vrouter_stop(struct vrouter *, const char *why);

/* VRRP_GOOD, or why the ADVERTISEMENT, which is for this one, is not taken. */
enum vrrp_fault vrouter_hear(
    struct vrouter *, const struct vrrp_advert *, const struct frame_ip *);
/* Tells the operator of an ADVERTISEMENT that is not good: of each fault once. */
void
vrouter_complain(struct vrouter *, enum vrrp_fault, const struct addr *src);
/* A question for one of its addresses is answered. */
void vrouter_answer(const struct vrouter *, const struct frame *);
void vrouter_tick(struct vrouter *);
uint64_t vrouter_due(const struct vrouter *); /* UINT64_MAX: nothing is */
#endif
