/* SPDX-License-Identifier: Apache-2.0 */
/*
 * addresses - which addresses the node is to have on its interfaces, and which
 * interfaces are made for that.
 *
 * Two kinds of interfaces are ours: ADDRESSES_OWN, which is there while an address is
 * wanted on it and stays, empty, until we leave; and macvlans with the MAC of a virtual
 * router (RFC 9568 7.3), there while they are wanted. All others have to be there: an
 * address that is wanted on one waits for it. What we have put somewhere carries our
 * protocol (IFA_PROTO) or is remembered; what others have put there is never removed,
 * and where it is equal to what is wanted it serves. Pure: addresses_io tells what the
 * kernel has, asks for the changes and carries them out.
 */
#ifndef BGPD_KERNEL_ADDRESSES_H
#define BGPD_KERNEL_ADDRESSES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "common/prefix.h"

#define ADDRESSES_OWN "lbbgp0"
#define ADDRESSES_PROTOCOL 76 /* IFA_PROTO of our addresses */
#define ADDRESSES_NAME 16     /* bytes of an interface's name, with NUL */
#define ADDRESSES_GROUP \
	76000 /* of interfaces that are ours, and only of them */

struct addresses;
struct err;

struct addresses_macvlan {
	char parent[ADDRESSES_NAME];
	uint8_t mac[6];
};

/* What an interface that is ours is made as. */
enum addresses_kind {
	ADDRESSES_MACVLAN,
	ADDRESSES_DUMMY, /* from here on for ADDRESSES_OWN, in the order of trying */
	ADDRESSES_BRIDGE,
	ADDRESSES_IFB,
	ADDRESSES_VETH,
	ADDRESSES_KINDS
};

/* In the order in which they are made. */
enum addresses_step {
	ADDRESSES_DELETE,
	ADDRESSES_MAKE, /* the interface; then, once it is there, put it up */
	ADDRESSES_ADD,
	ADDRESSES_REMOVE, /* the interface */
};

struct addresses_change {
	enum addresses_step step;
	char interface[ADDRESSES_NAME];
	int index;                /* of the interface; 0: MAKE has to make it */
	struct prefix at;         /* ADD, DELETE */
	bool routed;              /* ADD: a route to the subnet comes along */
	enum addresses_kind kind; /* MAKE */
	int parent;               /* … a macvlan: index of its parent */
	uint8_t mac[6];           /* … and its own */
};

struct addresses_link { /* an interface, as the kernel tells it */
	int index;
	char name[ADDRESSES_NAME];
	bool up;   /* as the administrator says */
	bool ours; /* of our group */
	int parent;
	uint8_t mac[6];
};

struct addresses *addresses_new(void);
void addresses_free(struct addresses *);

/*
 * Counted: each want is taken back by one unwant. The prefix has its host bits; shorter
 * than a host's it brings the route to its subnet along, except on interfaces of ours.
 */
void addresses_want(
    struct addresses *, const char *interface, const struct prefix *);
void addresses_unwant(
    struct addresses *, const char *interface, const struct prefix *);
/* An interface of that name; NULL: no longer. Another one's takes its place. */
void addresses_want_macvlan(
    struct addresses *, const char *name, const struct addresses_macvlan *);
/* Nothing is wanted any more, and nothing of ours is to stay. */
void addresses_clear(struct addresses *);
size_t addresses_count(const struct addresses *); /* wanted, each once */
/* Is it wanted, and there? */
bool addresses_is_placed(
    const struct addresses *, const char *interface, const struct prefix *);

/*
 * What the kernel has. After forget() the interfaces are told, then the addresses, then
 * compare(); from then on what changes, our own changes too, in the kernel's order.
 */
void addresses_forget(struct addresses *);
/* An address that an earlier run has put there, before the first compare(). */
void addresses_remember(
    struct addresses *, const char *interface, const struct prefix *);
void addresses_found_link(struct addresses *, const struct addresses_link *);
void addresses_lost_link(struct addresses *, int index);
/* protocol: 0 where the kernel does not tell it. */
void addresses_found(
    struct addresses *, int index, const struct prefix *, uint8_t protocol);
void addresses_lost(struct addresses *, int index, const struct prefix *);
void addresses_compare(struct addresses *);
/* Things have happened that only a look at everything can tell the end of. */
bool addresses_must_look(const struct addresses *);

/* Is there anything to be done? */
bool addresses_have_changes(const struct addresses *);
/*
 * The next changes, all of one step; each is answered by made() before the next call.
 */
size_t
addresses_next(struct addresses *, struct addresses_change *, size_t max);
/* error: of errno, or 0. */
void
addresses_made(struct addresses *, const struct addresses_change *, int error);
void addresses_retry(struct addresses *); /* what was refused is tried again */

struct addresses_news {
	char interface[ADDRESSES_NAME];
	struct prefix at;
	int error; /* 0: it is there; ENODEV: it waits for the interface */
};

/* A wanted address that has come to be there, or not, since it was last told. */
bool addresses_next_news(struct addresses *, struct addresses_news *);
/* false and err: the first of what is wanted and can't be, and how many more. */
bool addresses_are_placed(const struct addresses *, struct err *);
/* Ours as far as is known, or on their way; what to remember for the next run. */
void addresses_each_ours(const struct addresses *,
    void (*each)(void *arg, const char *interface, const struct prefix *),
    void *arg);
/* The kernel tells protocols, so that nothing needs to be remembered. */
bool addresses_know_protocol(const struct addresses *);
#endif
