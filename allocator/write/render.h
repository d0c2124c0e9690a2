/* SPDX-License-Identifier: Apache-2.0 */
/*
 * render - what is to be written, as the JSON text of a patch.
 */
#ifndef ALLOCATOR_WRITE_RENDER_H
#define ALLOCATOR_WRITE_RENDER_H

#include <stdint.h>

struct condition;
struct group_report;
struct task;

#define GROUP_REFUSED "Refused" /* reasons of GROUP_CONDITION */
#define GROUP_POOL_REFUSED "PoolRefused"
#define GROUP_ACCEPTED "Accepted"

/* A strategic merge patch of the Service; owned. wall: ms since 1970. */
char *render_service(const struct task *, int64_t wall);
/*
 * A merge patch of the ServiceGroup's status; owned. was: its condition until now, or
 * NULL.
 */
char *render_group(
    const struct group_report *, const struct condition *was, int64_t wall);
#endif
