/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render - what is to be written, as the JSON text of a patch.
 */
#ifndef ALLOCATOR_WRITE_RENDER_H
#define ALLOCATOR_WRITE_RENDER_H

#include <stdbool.h>
#include <stdint.h>

struct condition;
struct conditions;
struct group_ready;
struct group_report;
struct task;

#define GROUP_REFUSED "Refused" /* reasons of GROUP_CONDITION */
#define GROUP_POOL_REFUSED "PoolRefused"
#define GROUP_ACCEPTED "Accepted"
#define GROUP_READY "Ready" /* its other condition */
#define STRAY_UNKNOWN_CLASS "UnknownClass"

/* A strategic merge patch of the Service; owned. wall: ms since 1970. */
char *render_service(const struct task *, int64_t wall);
/*
 * The ServiceGroup's status; owned. was: its condition until now, or NULL. ready: its
 * other one; NULL: it stays as the group has it.
 */
char *render_group(const struct group_report *, const struct condition *was,
    const struct group_ready *ready, int64_t wall);
/*
 * The status of a resource whose class nobody has, in place of what was said of it, or
 * of one type of its conditions; owned. NULL: nothing was, or that.
 */
char *render_stray(const char *why, const struct conditions *said,
    const char *type, int64_t wall);
/* That of one that somebody has again, and that was said to be a stray; likewise. */
char *render_returned(
    const struct conditions *said, int64_t generation, int64_t wall);
#endif
