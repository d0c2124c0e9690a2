/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announce_state - what announce.c keeps, for announce_views.c, too.
 */
#ifndef BGPD_ANNOUNCE_ANNOUNCE_STATE_H
#define BGPD_ANNOUNCE_ANNOUNCE_STATE_H

#include <stdbool.h>

#include "bgpd/announce/facts.h"
#include "bgpd/announce/kinds.h"
#include "common/err.h"

struct announce_index;
struct audiences;
struct announce_ops;
struct endpoints;
struct lan;
struct others;
struct weights;

struct rescan {
	unsigned passes; /* until all know the news; the one that runs too */
	unsigned held;   /* until what was before may go; it is not put off */
	char *ns, *name; /* owned; visited last, NULL: none in this pass */
};

struct announce {
	char *node_name; /* owned */
	const struct store *store;
	struct announce_kinds kinds;
	const struct announce_ops *ops;
	void *arg;
	struct view view;
	struct audiences *audiences;           /* owned */
	struct endpoints *endpoints;           /* owned */
	struct announce_index *index;          /* owned */
	struct others *others;                 /* owned */
	struct lan *lan;                       /* owned */
	struct weights *weights;               /* owned */
	const struct bgp_configuration *rival; /* borrowed */
	struct rescan rescan;
	struct err node_error;
	bool node_bad;
	bool started;
};
#endif
