/* SPDX-License-Identifier: Apache-2.0 */
/*
 * remark - what a plan tells of annotations about routes (service_routes.h) that are
 * not in force: nodes, which follow them, have no place to say so.
 */
#ifndef ALLOCATOR_PLAN_REMARK_H
#define ALLOCATOR_PLAN_REMARK_H

struct plan_query;

/* To the message of a plan that is made; the first of what is not in force. */
void remark_routes(struct plan_query *);
#endif
