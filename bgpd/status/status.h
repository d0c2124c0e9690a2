/* SPDX-License-Identifier: Apache-2.0 */
/*
 * status - writes our BGPNodeStatus: soon after something in it has changed, but not
 * too often, and now and then anyway, so that readers see that we live. The first one
 * of a run waits a little for what is about to come: a session that has just begun to
 * be dialed is no news to anybody but whom it would alarm.
 */
#ifndef BGPD_STATUS_STATUS_H
#define BGPD_STATUS_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct clock;
struct source;
struct status; /* private to status.c */

#define STATUS_PAUSE 5000 /* ms between two writes, at least */
#define STATUS_START 3000 /* ms that the first one waits, at most */

struct status_ops {
	/*
	 * The object as it is to be now, freed by the caller; NULL: there is no Node.
	 */
	char *(*build)(void *arg);
	/* Would it tell of faults that time alone takes away after a start? */
	bool (*starts)(void *arg);
	/* status_run() then, ms. */
	void (*due)(void *arg, uint64_t at);
};

/* node: our name, borrowed for good. kind: of the object, as the source counts. */
struct status *status_new(const char *node, size_t kind, const struct clock *,
    const struct status_ops *, void *arg);
void status_free(struct status *);
/* Borrowed; before it nothing is written. */
void status_set_source(struct status *, struct source *);

void status_mark(struct status *); /* something in it has changed */
/* Writes it, and returns when it is due again, ms; 0: once marked. */
uint64_t status_run(struct status *);
/* Writes it once more, behind what is under way; nothing is due after it. */
void status_end(struct status *);
/* Nothing that was written is without its answer. */
bool status_is_quiet(const struct status *);
#endif
