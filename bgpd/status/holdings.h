/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holdings - what is to be told of the addresses of Services on this node's links: that
 * it began to hold one, and that somebody uses one who is no node.
 *
 * Each change once. But who tells of it writes an object, so of one address something
 * is told every half minute at most, and of all some ten a second: of an address that
 * comes and goes meanwhile only what is still so, and nothing if it has gone.
 */
#ifndef BGPD_STATUS_HOLDINGS_H
#define BGPD_STATUS_HOLDINGS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/prefix.h"

struct holdings; /* private to holdings.c */

struct holding_state {      /* of one address, as it is now */
	char interface[16]; /* "": it is on none */
	bool held;          /* this node answers for it there */
	bool conflict;      /* somebody else does, too */
	uint8_t mac[6];     /* … with that address */
};

enum holdings_news { HOLDINGS_HELD, HOLDINGS_CONFLICT };

struct holdings *holdings_new(void);
void holdings_free(struct holdings *);

/* Copied. NULL: nobody wants the address any more. */
void holdings_set(struct holdings *, const struct addr *,
    const struct holding_state *, uint64_t now);
/* When holdings_take() has something to give, or to clear away, ms; 0: never. */
uint64_t holdings_due(const struct holdings *);
/* Gives some of what is due, each once. Not the place to call holdings_set(). */
void holdings_take(struct holdings *, uint64_t now,
    void (*each)(void *arg, const struct addr *, const struct holding_state *,
	enum holdings_news),
    void *arg);
#endif
