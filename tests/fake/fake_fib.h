/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fake_fib - a kernel's links and routes, for what puts learned routes there. It keeps
 * to what Linux does: a route that is added must not be there yet, one that replaces
 * takes the place of the first of its metric, and IPv4 routes that go with their link
 * go without a word. It fails a test that touches what is not ours.
 */
#ifndef TESTS_FAKE_FAKE_FIB_H
#define TESTS_FAKE_FAKE_FIB_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/fib/fib.h"
#include "bgpd/fib/fib_port.h"

#define FAKE_ROUTES 256
#define FAKE_HOPS 8   /* of a route */
#define FAKE_LINKS 8  /* their indices are from 1 */
#define FAKE_OTHERS 4 /* the protocol of all others */

struct fake_route {
	struct prefix prefix;
	uint32_t table, metric;
	uint8_t protocol;
	size_t n;
	struct hop hops[FAKE_HOPS];
};

struct fake_fib {
	struct fib *fib; /* borrowed; NULL: nobody asked yet */
	struct fib_port port;
	struct fake_route routes[FAKE_ROUTES];
	size_t n;
	bool up[FAKE_LINKS + 1];
	/* Trouble. */
	bool slow;        /* nothing is carried out, but by fake_fib_carry() */
	unsigned refused; /* so many changes are, */
	int error;        /* … for that reason */
	unsigned lost;    /* so many answers are, though it was done */
	unsigned changes; /* carried out */
	unsigned looks;
};

void fake_fib_init(struct fake_fib *); /* all links are up */
/* Somebody else's; via "": who is on the link. */
void fake_fib_other(struct fake_fib *, const char *prefix, uint32_t table,
    uint32_t metric, const char *via, int32_t link);
bool fake_fib_other_gone(
    struct fake_fib *, const char *prefix, uint32_t table, uint32_t metric);
void fake_fib_link(struct fake_fib *, int32_t index, bool up);
/* Somebody takes it away; what is told of it is a look. */
bool fake_fib_steal(struct fake_fib *, size_t at);
void fake_fib_look(struct fake_fib *);
/* Up to so many changes; returns how many. */
size_t fake_fib_carry(struct fake_fib *, size_t max);
/* Ours there. */
const struct fake_route *fake_fib_find(const struct fake_fib *,
    const struct prefix *, uint32_t table, uint32_t metric);
size_t fake_fib_count(const struct fake_fib *); /* of ours */
/* "via 10.0.0.1 dev 1 weight 1, …", or "" where there is none; static. */
const char *fake_fib_said(const struct fake_fib *, const char *prefix);
#endif
