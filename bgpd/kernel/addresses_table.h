/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses_table - struct addresses from inside, for the files that do what
 * addresses.h says: its sites and holdings, and the queues that they stand in.
 */
#ifndef BGPD_KERNEL_ADDRESSES_TABLE_H
#define BGPD_KERNEL_ADDRESSES_TABLE_H

#include <uthash.h>

#include "bgpd/kernel/addresses.h"

enum queue { NO_QUEUE, TO_DELETE, TO_MAKE, TO_ADD, TO_REMOVE, QUEUES };

struct held_key { /* of bytes alone: no gaps */
	char interface[ADDRESSES_NAME];
	struct prefix at;
};

enum told { TOLD_NOTHING, TOLD_THERE, TOLD_NOT };

struct holding {
	struct held_key key;
	struct site *site; /* borrowed */
	unsigned wanted;   /* by so many */
	bool there;
	bool ours;
	uint8_t protocol; /* as told */
	bool in_flight, adding;
	bool removed; /* since the change that is under way began */
	int refused;  /* the last change, with this error */
	bool in_news;
	enum told told;
	int told_error;
	enum queue queue;
	struct holding *prev, *next;             /* in the queue */
	struct holding *prev_there, *next_there; /* at the site */
	struct holding *prev_news, *next_news;
	UT_hash_handle hh;
};

struct site {
	struct addresses_link link; /* index 0: the kernel has none */
	struct holding *helds;
	size_t n_wanted;
	bool defined; /* as a macvlan */
	struct addresses_macvlan macvlan;
	bool in_flight;
	int refused; /* to be made, with this error */
	enum queue queue;
	struct site *prev, *next; /* in the queue */
	UT_hash_handle hh, hh_index;
};

struct addresses {
	struct holding *helds; /* owned; uthash */
	struct site *sites;    /* owned; uthash, by name */
	struct site *by_index; /* those that the kernel has */
	struct holding *held_queues[QUEUES];
	struct site *site_queues[QUEUES];
	struct holding *news;
	size_t n_wanted;
	size_t n_defined;
	enum addresses_kind stand_in; /* what ADDRESSES_OWN is made as */
	bool looking; /* what is there is not known until compare() */
	bool must_look;
	bool leaving;
	bool knows_protocol;
};

struct site *site_find(const struct addresses *, const char *name);
struct site *site_of_index(const struct addresses *, int index);
struct site *site_of(struct addresses *, const char *name); /* made if new */
int site_parent(const struct addresses *, const struct site *); /* index, 0 */
/* Why nothing can be added there now, and won't be until something happens. */
int site_error(const struct addresses *, const struct site *);
void site_queue(struct addresses *, struct site *);
void site_update(struct addresses *, struct site *);

struct holding *held_find(
    const struct addresses *, const char *interface, const struct prefix *);
struct holding *
held_of(struct addresses *, struct site *, const struct prefix *);
/* Why it is not there, or 0: it is on its way. */
int held_error(const struct addresses *, const struct holding *);
enum told held_state(const struct addresses *, const struct holding *);
void held_report(struct addresses *, struct holding *);
/* These put it where it belongs; one that nobody needs is freed. */
void held_update(struct addresses *, struct holding *); /* its site stays */
void table_update(struct addresses *, struct holding *);
/* The site has changed: all that is at it. */
void site_settle(struct addresses *, struct site *);
void macvlans_settle(struct addresses *);
#endif
