/* SPDX-License-Identifier: Apache-2.0 */
/*
 * tells - verdicts on resources that wait to be written into them.
 *
 * What one node finds wrong with a resource all nodes find, in the same moment; and
 * each write comes to all nodes as an event. So each waits a while of its own, and who
 * sees meanwhile that another has written it leaves it.
 */
#ifndef BGPD_STATUS_TELLS_H
#define BGPD_STATUS_TELLS_H

#include <stddef.h>
#include <stdint.h>

struct conditions;
struct meta;
struct tells; /* private to tells.c */

struct tell {
	size_t kind;
	const char *name, *uid;
	uint32_t generation;
	const char *why; /* it is refused; NULL: accepted */
};

/* node: whose waits they are; NULL: nobody waits. */
struct tells *tells_new(const char *node);
void tells_free(struct tells *);

/* Instead of what waits for that resource; borrowed until the call returns. */
void tells_add(struct tells *, const struct tell *, uint64_t now);
/* The resource says this of itself by now. */
void tells_seen(
    struct tells *, size_t kind, const char *name, const struct conditions *);
/* It is refused no more; that it is accepted still waits. */
void tells_pardon(struct tells *, size_t kind, const char *name);
/* This verdict holds no more; another one that waits still does. */
void
tells_recant(struct tells *, size_t kind, const char *name, const char *why);

uint64_t tells_due(const struct tells *); /* 0: nothing waits */
/* Gives what is due, each once. */
void tells_take(struct tells *, uint64_t now,
    void (*each)(void *arg, const struct tell *), void *arg);
#endif
