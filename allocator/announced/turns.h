/* SPDX-License-Identifier: Apache-2.0 */
/*
 * turns - of the objects that something is to be told on, which one is written next.
 *
 * There is a line for each sort, first come first served, with a pause behind each
 * write. What nobody needs to be told any more leaves its line and holds up nobody.
 */
#ifndef ALLOCATOR_ANNOUNCED_TURNS_H
#define ALLOCATOR_ANNOUNCED_TURNS_H

#include <stdbool.h>
#include <stdint.h>

enum turn_sort {
	TURN_SERVICE,
	TURN_PEER,
	TURN_NODE,
	TURN_NUMBERS, /* of any of these: no more than a number is another */
	TURN_SORTS
};

struct
    in_line { /* part of who wants to write; all zero: it stands in no line */
	struct in_line *prev, *next;
	bool waits, granted;
	enum turn_sort sort;
};

struct turns {                            /* all zero: all lines are empty */
	struct in_line *line[TURN_SORTS]; /* borrowed */
	uint64_t at[TURN_SORTS];          /* ms; before that none may go */
};

/*
 * May it write now? Then the next of its sort may `pause` ms later. Else it stands in
 * line, with the place that it had if it did already.
 */
bool turns_take(struct turns *, struct in_line *, enum turn_sort,
    unsigned pause, uint64_t now);
/* It has nothing to write. */
void turns_leave(struct turns *, struct in_line *);
/*
 * The first of the line, if its time has come: it leaves it, and turns_take() says yes.
 * NULL: nobody's has.
 */
struct in_line *
turns_next(struct turns *, enum turn_sort, unsigned pause, uint64_t now);
/* When it has; UINT64_MAX: nobody waits in that line. */
uint64_t turns_due(const struct turns *, enum turn_sort);
#endif
