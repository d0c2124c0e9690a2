/* SPDX-License-Identifier: Apache-2.0 */
/*
 * workqueue - keys to work on, first come first served, and some of them later.
 *
 * A key stands in line once, however often it is added, and may be held back as well:
 * after a failure twice as long as after the one before. It comes into line by itself
 * when its time has come. Like the queue of the same name in client-go.
 */
#ifndef ALLOCATOR_RECONCILE_WORKQUEUE_H
#define ALLOCATOR_RECONCILE_WORKQUEUE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A key; part of what it stands for. All zero: in no queue. */
struct work {
	struct work *prev, *next; /* in line */
	uint64_t due;             /* ms; when it is held back no more */
	uint32_t place; /* from 1, among those held back; 0: it is not */
	bool in_line;
	bool away;        /* held back because the other side was away */
	uint8_t failures; /* in a row */
};

struct workqueue {          /* all zero: empty */
	struct work *line;  /* borrowed, as all keys */
	struct work **held; /* owned; a heap, the first due on top */
	uint32_t n_held, room;
	uint32_t n_away; /* of those held back */
};

/* No key is in it any more. */
void workqueue_fini(struct workqueue *);

void workqueue_add(struct workqueue *, struct work *);
/* The first in line, which it leaves; or NULL. */
struct work *workqueue_take(struct workqueue *);

/* Holds it back until then, be it in line or not. */
void workqueue_add_after(struct workqueue *, struct work *, uint64_t due);
/* One more failure: holds it back, for `most` ms at most. */
void workqueue_add_failed(
    struct workqueue *, struct work *, uint64_t most, uint64_t now);
/* The same, as the other side is away: workqueue_hasten() ends that. */
void workqueue_add_away(
    struct workqueue *, struct work *, uint64_t most, uint64_t now);
bool workqueue_is_held(const struct work *);
/* Holds it back no more; it keeps its place in line. */
void workqueue_let_go(struct workqueue *, struct work *);
/* The same, and it has never failed. */
void workqueue_forget(struct workqueue *, struct work *);
/* It is gone. */
void workqueue_remove(struct workqueue *, struct work *);

/*
 * The other side is back: those that it was away for are held back until then at most,
 * and one ms more for each that goes before.
 */
void workqueue_hasten(struct workqueue *, uint64_t due);

/* Those whose time has come get in line. */
void workqueue_run(struct workqueue *, uint64_t now);
/* When the next one's does; UINT64_MAX: there is none. */
uint64_t workqueue_due(const struct workqueue *);
/* For the nth failure in a row, from 0; ms. */
uint64_t workqueue_delay(unsigned failures, uint64_t most);
#endif
