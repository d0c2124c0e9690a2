/* SPDX-License-Identifier: Apache-2.0 */
/*
 * hear - what the other nodes of a link say, and what follows from it.
 */
#ifndef BGPD_L2_HEAR_H
#define BGPD_L2_HEAR_H

struct frame;
struct l2_link;
struct members_ops;

void hear_hello(struct l2_link *, const struct frame *);
extern const struct members_ops hear_members_ops; /* arg: the link */
#endif
