/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_log - writes what the daemon knows, as it comes, for a run after this one.
 *
 * What fails (a full disk, too much of it) is never half kept: then there is nothing,
 * and why is told.
 */
#ifndef BGPD_STATE_STATE_LOG_H
#define BGPD_STATE_STATE_LOG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct json_t;
struct object_key;
struct state_header;
struct state_log;
struct state_port;
struct store;

/*
 * most: bytes. All is borrowed for good. due(arg): there is work for state_log_run(),
 * perhaps within the call that caused it.
 */
struct state_log *
state_log_new(const struct state_header *, const struct state_port *,
    struct store *, size_t most, void (*due)(void *arg), void *arg);
void state_log_free(struct state_log *);

/* As in struct store_ops. */
void state_log_keep(struct state_log *, size_t kind, const struct object_key *,
    const struct json_t *, uint32_t *note);
void state_log_unkeep(
    struct state_log *, size_t kind, const struct object_key *, uint32_t note);
void state_log_missing(struct state_log *, size_t kind, bool missing);
/* Since when (monotonic, ms) nothing is heard of the source; 0: it is there. */
void state_log_away(struct state_log *, uint64_t since);

/* Some milliseconds' work at most; true: there is more. */
bool state_log_run(struct state_log *);
/* What has been said is written. */
void state_log_flush(struct state_log *);
/* All is in it that is known; from now on it is what a later run goes on from. */
void state_log_complete(struct state_log *);
/* Nothing is to be gone on from, and nothing is kept any more. */
void state_log_forget(struct state_log *);
/* After a fault: from the beginning. All objects are to be put again. */
void state_log_restart(struct state_log *);

/* Why nothing is kept; NULL: it is. Borrowed. */
const char *state_log_fault(const struct state_log *);
size_t state_log_bytes(const struct state_log *);
#endif
