/* SPDX-License-Identifier: Apache-2.0 */
/*
 * mates - those with whom a Service may share an address.
 *
 * With its key they are of its namespace, or like itself they consent to share with
 * others: it is found in a circle of each kind. What else they must agree on is
 * share.h's to say.
 */
#ifndef ALLOCATOR_RECONCILE_MATES_H
#define ALLOCATOR_RECONCILE_MATES_H

struct addrs;
struct agenda;
struct circle;
struct svc;
struct svc_lore;

/* circles is a hash, NULL when empty. key NULL: it leaves them. */
void mates_join(struct svc *, struct circle **circles, const char *key);
/* They know from now on whether it waits. */
void mates_show_waiting(struct svc *);

/* Appends what it can share of what they have, in a list with SVC_WISH_MAX places. */
void
mates_add(const struct svc *, const struct svc_lore *, struct addrs *wishes);
/* Appends all that they have, shared or not, for people; in such a list. */
void mates_list(const struct svc *, struct addrs *);
/* Those who wait and may share with it may find room now: they are thought about. */
void mates_call(struct agenda *, const struct svc *);
#endif
