/* SPDX-License-Identifier: Apache-2.0 */
/*
 * l2_types - what goes into l2 and what it tells.
 */
#ifndef BGPD_L2_L2_TYPES_H
#define BGPD_L2_L2_TYPES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/link/interface.h"
#include "common/prefix.h"

struct l2_terms {
	/*
	 * POSIX extended regular expressions that match the whole name of an
	 * interface. None: with `always` those that have an InternalIP of the node,
	 * else any.
	 */
	char **interfaces;
	size_t n_interfaces;
	bool always; /* also where no subnet of the interface has the address */
	bool fail_back; /* taken from a holder of a lower rank */
	bool detect;    /* not taken while somebody else on the link uses it */
};

struct l2_want {
	struct addr addr;
	struct l2_terms terms; /* copied */
	int preference; /* higher comes first; -1: this node may not hold it */
	const char *why_not; /* literal; with -1 */
};

struct l2_config {
	uint32_t interval, dead; /* ms */
	const uint8_t *key;      /* copied; at most HELLO_KEY_MAX bytes count */
	size_t n_key;            /* 0: anybody on the link is believed */
	bool
	    blocked; /* the key is named but missing: says nothing, holds nothing */
};

struct l2_ops {
	/*
	 * l2_tick() is wanted then (ms), at once if that is past, perhaps too early.
	 * The last one counts.
	 */
	void (*arm)(void *arg, uint64_t at);
	/* Preference of another node for the address, 0 and more; -1: it may not. */
	int (*may)(void *arg, const struct addr *, const char *node);
	/*
	 * What l2_find() says of it is another thing now. Not the place to call l2 but
	 * for its views.
	 */
	void (*changed)(void *arg, const struct addr *);
	void (*listens)(void *arg); /* l2_listens() says something else now */
};

enum l2_state {
	L2_AWAY,     /* no interface of this node that is up is for it */
	L2_EXCLUDED, /* this node may not hold it, and does not */
	L2_OTHER,    /* another holds it, or is to take it */
	L2_WAITING,  /* listens first, or gives others time to take it */
	L2_PROBING,  /* asks whether somebody uses it already */
	L2_CONFLICT, /* somebody who is no node does: tried again */
	L2_HELD,
	L2_YIELDING, /* answers until another does, or for some seconds */
};

struct l2_view {
	struct addr addr;
	const char *interface; /* NULL: none is for it */
	enum l2_state state;
	const char *holder; /* node; NULL: nobody known */
	uint64_t since;     /* ms of the clock: in this state */
	const char *why;    /* literal; NULL: nothing to say */
	bool has_conflict;  /* also while held: somebody else claims it */
	struct mac conflict;
	unsigned
	    transitions; /* how often this node began or ended to hold it */
};

struct l2_member_view {
	const char *interface, *node;
	struct mac mac;
	uint64_t heard_at; /* ms of the clock */
	uint32_t interval; /* ms; 0: not said yet */
	const char *state; /* "two-way", "one-way", "new", "doubted", "dead" */
	bool idle; /* stands for nothing: it leaves, or has just begun */
	uint32_t n_held;
	unsigned lost; /* hellos */
};

struct l2_counters {
	uint64_t sent, received; /* datagrams between nodes */
	uint64_t refused_key;    /* not signed by a key of ours */
	uint64_t refused_bytes;  /* malformed */
	uint64_t refused_old;    /* a number that was before: replays */
	uint64_t refused_name;   /* another node that has our name */
	uint64_t refused_room;   /* too many members */
	uint64_t lost;           /* hellos of members */
	uint64_t transitions;    /* began or ended to hold an address */
	uint64_t conflicts;      /* an address that somebody else uses */
	uint64_t answered;       /* ARP requests and neighbour solicitations */
	uint64_t frozen; /* was away for too long, and gave up what it held */
};
#endif
