/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_recall - fills the store with what a run before this one has kept, when the
 * source does not say soon enough what there is.
 */
#ifndef BGPD_STATE_STATE_RECALL_H
#define BGPD_STATE_STATE_RECALL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct state_header;
struct state_port;
struct state_recall;
struct store;

/* All borrowed until it is freed. */
struct state_recall *state_recall_new(
    const struct state_header *, const struct state_port *, struct store *);
void state_recall_free(struct state_recall *);

enum state_recalled {
	RECALL_MORE, /* call again */
	RECALL_DONE, /* every kind counts as listed, within this call */
	RECALL_NONE, /* there is nothing to go on from; err says why */
};

/* Some milliseconds' work. err is empty, or says what is not used of it. */
enum state_recalled state_recall_run(struct state_recall *, struct err *);
size_t state_recall_count(const struct state_recall *); /* objects read */
/* Since when (monotonic, ms) that run had not heard its source; 0: it had. */
uint64_t state_recall_away(const struct state_recall *);
#endif
