/* SPDX-License-Identifier: Apache-2.0 */
/*
 * loop_io - the clock and the signals of a daemon.
 */
#ifndef COMMON_LOOP_IO_H
#define COMMON_LOOP_IO_H

#include <stdint.h>

#include "common/clock.h"

struct event;
struct event_base;
struct loop_signals;

struct loop_ops {
	void (*reload)(void *arg); /* SIGHUP */
	/*
	 * SIGTERM or SIGINT, the first; a second one ends the program at once.
	 */
	void (*stop)(void *arg, int signal);
};

/*
 * An event loop whose timers are exact to a fraction of a millisecond and which looks
 * at those of loop_ahead() again after each millisecond of other callbacks. Its events
 * take turns: an event of a busy one waits for each of the others twice at most.
 */
struct event_base *loop_new(void);
/*
 * Its callback comes before all others that are due. Only for what is rare and short:
 * others starve while one such is due. Before the event is added.
 */
void loop_ahead(struct event *);

uint64_t loop_now(void);              /* monotonic, ms */
int64_t loop_wall(void);              /* ms since 1970 */
extern const struct clock loop_clock; /* the same two */
/* A timer is due at that time of loop_now(), at once when it is past. */
void loop_arm(struct event *, uint64_t at);
/* It is due in so many ms. */
void loop_arm_in(struct event *, uint64_t ms);
void loop_event_free(struct event *); /* NULL: nothing to do */

/* From here on SIGPIPE is ignored. */
struct loop_signals *
loop_signals_new(struct event_base *, const struct loop_ops *, void *arg);
void loop_signals_free(struct loop_signals *);
#endif
