/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rehearsal - the daemon of a node as it would run on given objects.
 *
 * The real one, with a clock that is turned by hand and with peers that agree to all
 * that they are offered. Nothing leaves the program.
 */
#ifndef CLI_DIFF_REHEARSAL_H
#define CLI_DIFF_REHEARSAL_H

#include <stdbool.h>
#include <stdint.h>

struct daemon_view;
struct rehearsal;
struct store;

/* node is borrowed for good; wall: s since 1970. */
struct rehearsal *rehearsal_new(const char *node, bool on_dir, int64_t wall);
void rehearsal_free(struct rehearsal *);
struct store *rehearsal_store(struct rehearsal *); /* to be filled */
/* What is due goes on for so many ms of its time. */
void rehearsal_run(struct rehearsal *, uint64_t ms);
const struct daemon_view *rehearsal_view(struct rehearsal *);
#endif
