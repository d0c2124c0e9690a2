/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lan - which addresses of Services this node may hold on its links, which others may,
 * and which of them are on an interface.
 *
 * An address that several Services share is one want. Who may hold it follows from
 * objects alone, so that all nodes that have seen the same ones agree; who of them does
 * is decided on the link.
 */
#ifndef BGPD_ANNOUNCE_LAN_H
#define BGPD_ANNOUNCE_LAN_H

#include <stdbool.h>
#include <stddef.h>

#include "common/api/lan_terms.h"
#include "common/prefix.h"

struct lan;
struct object_key;
struct view;
struct wants;

struct lan_ops {
	/* It is wanted, or otherwise than before. Borrowed until the call returns. */
	void (*want)(void *arg, const struct lan_want *);
	void (*gone)(void *arg, const struct addr *);
	/* lan_may() may say something else of others; NULL: of any address. */
	void (*recheck)(void *arg, const struct addr *);
	/* The node is to have it on this interface, or need no longer. */
	void (*hold)(
	    void *arg, const char *interface, const struct addr *, bool hold);
};

/*
 * The view, which has others, is borrowed for good. ops NULL: nothing is kept or told.
 */
struct lan *lan_new(const struct view *, const struct lan_ops *, void *arg);
void lan_free(struct lan *); /* tells nobody */

/* The addresses of a Service (wants.hosts), in place of what it had before. */
void
lan_set(struct lan *, const struct object_key *service, const struct wants *);
/* Its endpoints are others now; lan_set() follows. */
void lan_endpoints_changed(struct lan *, const struct object_key *service);
/* Nodes or configurations are others now. lan_set() of each Service follows. */
void lan_nodes_changed(struct lan *);
void lan_groups_changed(struct lan *); /* the same of groups */
/* What is decided on the links: this node answers for the address, or no longer. */
void lan_held(struct lan *, const struct addr *, bool held);
bool lan_holds(const struct lan *, const struct addr *); /* as told last */

/* Want is told again, if it is wanted: somebody else had the address meanwhile. */
void lan_want_again(struct lan *, const struct addr *);

/* Services that have the address on links. */
void lan_each_service(const struct lan *, const struct addr *,
    void (*each)(void *arg, const struct object_key *), void *arg);
/* The preference of a node for an address, 0 or more; -1: it may not hold it. */
int lan_may(const struct lan *, const struct addr *, const char *node);
#endif
