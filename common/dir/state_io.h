/* SPDX-License-Identifier: Apache-2.0 */
/*
 * state_io - the files of PATH.state: what the programs have written to
 * objects.
 *
 * Each is replaced as a whole, by rename, so that readers never see half of
 * one.
 */
#ifndef COMMON_DIR_STATE_IO_H
#define COMMON_DIR_STATE_IO_H

#include <stdbool.h>

struct err;
struct json_t;
struct source_event;
struct store_kind;

bool state_prepare(const char *root, struct err *); /* make the directory */
/*
 * Only one at a time may hold it. *lock is the caller's descriptor of it, -1 before
 * the first call and when it fails. Who removes the directory removes the lock, and
 * lets another one in: so it is asked for again before each write.
 */
bool state_lock(const char *root, const char *program, int *lock, struct err *);

/* NULL: not there (err is empty), or not readable (err says why only). Owned. */
struct json_t *state_read(const char *root, const char *path, struct err *);
bool state_write(
    const char *root, const char *path, const struct json_t *, struct err *);
void state_remove(const char *root, const char *path);

/* A line in events.log, which is turned over at 1 MiB. */
void state_log_event(const char *root, const char *program,
    const struct store_kind *, const struct source_event *);
#endif
