/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kept - the routes that a router has of a node, with the session and beyond it: a
 * graceful restart as its helper sees it (RFC 4724 4.2, RFC 8538 3.1), and what comes
 * behind it where it is long-lived (RFC 9494 4.2).
 */
#ifndef TESTS_SIM_KEPT_H
#define TESTS_SIM_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "bgpd/wire/caps.h"
#include "tests/sim/router.h"

struct world;

/* How a connection ended. */
enum end {
	END_TCP, /* without a word */
	END_LOST, /* the same: the other side has lost it, and made another one */
	END_SAID,  /* by a NOTIFICATION, of either side */
	END_HARD,  /* … that means it */
	END_QUIET, /* without a word, for good */
};

struct kept {
	struct world *w;
	const struct router_way *way;
	unsigned router, node;     /* numbers, for the trace */
	struct router_table table; /* but aged */
	bool up, aged;   /* … what is stale is the last resort by now */
	bool ended;      /* the node has said End-of-RIB in this session */
	bool refreshes;  /* … and says all of it once more */
	uint64_t unsaid; /* routes, meanwhile */
	uint64_t until;  /* ms */
	struct caps_restart restart;       /* as the node last said */
	struct caps_long_lived long_lived; /* … if the router knows it */
};

void kept_init(struct kept *, struct world *, const struct router_way *,
    unsigned router, unsigned node);
/* An UPDATE says so of these; shunned: it is announced as the last resort. */
void kept_announce(struct kept *, uint64_t routes, bool shunned);
void kept_forget(struct kept *, uint64_t routes);
/* It was up, and ends so. */
void kept_down(struct kept *, enum end);
/* It comes up, and the node has said this. */
void kept_up(struct kept *, const struct caps *);
void kept_end_of_rib(struct kept *);
/* RFC 7313 4. False: not now. */
bool kept_refresh_begin(struct kept *);
bool kept_refresh_end(struct kept *);
struct router_table kept_table(const struct kept *);
/* Would routes stay over such an end? */
bool kept_stays(const struct kept *, enum end);
#endif
