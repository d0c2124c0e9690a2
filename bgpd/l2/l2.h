/* SPDX-License-Identifier: Apache-2.0 */
/*
 * l2 - which addresses this node answers for on its links, by ARP and by neighbour
 * discovery, so that of all nodes of a link one does.
 *
 * Pure: frames, interfaces, wants and the time come in, frames go out through the
 * link_port. All costs above those of one address are spread over l2_tick().
 */
#ifndef BGPD_L2_L2_H
#define BGPD_L2_L2_H

#include "bgpd/l2/l2_types.h"
#include "bgpd/link/frame.h"

struct clock;
struct l2;
struct link_port;
struct rng;

/* The name is copied, all else borrowed for good. Idle until it has a config. */
struct l2 *l2_new(const char *node, const struct clock *, struct rng *,
    const struct link_port *, const struct l2_ops *, void *arg);
/* Ends to answer, without a word to the others: l2_leave() comes before it. */
void l2_free(struct l2 *);

/* The key before stays good for 10 s, and signs what is said that long. */
void l2_configure(struct l2 *, const struct l2_config *);
/* The InternalIPs of this node. */
void l2_set_node(struct l2 *, const struct addr *ips, size_t n);
/* All there are; copied. */
void l2_interfaces(struct l2 *, const struct interface *, size_t n);
void l2_frame(struct l2 *, int index, const struct frame *);
void l2_tick(struct l2 *);

void l2_set(struct l2 *, const struct l2_want *);
/* Nobody shall answer for it any more: at once, and without a word. */
void l2_unset(struct l2 *, const struct addr *);
void l2_recheck(struct l2 *, const struct addr *); /* may() answers otherwise */
void l2_recheck_all(struct l2 *);                  /* a part with each tick */

/* Yields everything and is a candidate for nothing from now on. */
void l2_leave(struct l2 *);
/* Nothing is held any more, or there is nobody who could take it. */
bool l2_is_idle(const struct l2 *);

/*
 * Indexes of the interfaces whose frames are wanted, sorted, as many as fit; how many
 * there are.
 */
size_t l2_listens(const struct l2 *, int *out, size_t max);
/* Where it is held, else where it comes closest to that; false: not wanted. */
bool l2_find(const struct l2 *, const struct addr *, struct l2_view *);
/* Of each address on each link; until it returns false. */
void l2_each(
    const struct l2 *, bool (*each)(void *, const struct l2_view *), void *);
void l2_each_member(const struct l2 *,
    bool (*each)(void *, const struct l2_member_view *), void *);
void l2_count(const struct l2 *, struct l2_counters *);
const char *l2_state_name(enum l2_state);
#endif
