/* SPDX-License-Identifier: Apache-2.0 */
/*
 * sharing - those with whom a Service may share an address.
 *
 * With its key they are of its namespace, or like itself they consent to share with
 * others: it is found in a circle of each kind. What else they must agree on is
 * share.h's to say.
 */
#ifndef ALLOCATOR_RECONCILE_SHARING_H
#define ALLOCATOR_RECONCILE_SHARING_H

struct workqueue;
struct circle;
struct plan_query;
struct svc;
struct svc_context;
struct svc_room;

/* circles is a hash, NULL when empty. key NULL: it leaves them. */
void sharing_join(struct svc *, struct circle **circles, const char *key);
/* They know from now on whether it waits. */
void sharing_show_waiting(struct svc *);

/* Adds to the wishes what it can share of what they have; if somebody listens, all that
 * they have, for people. */
void sharing_query(const struct svc *, const struct svc_context *,
    struct plan_query *, struct svc_room *);
/* Those who wait and may share with it may find room now: they are thought about. */
void sharing_call(struct workqueue *, const struct svc *);
#endif
