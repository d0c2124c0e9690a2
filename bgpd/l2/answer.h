/* SPDX-License-Identifier: Apache-2.0 */
/*
 * answer - what hosts of a link ask by ARP and by neighbour discovery, and what
 * strangers say of an address that is ours.
 */
#ifndef BGPD_L2_ANSWER_H
#define BGPD_L2_ANSWER_H

struct frame;
struct l2_link;

void answer_arp(struct l2_link *, const struct frame *);
void answer_neighbor(struct l2_link *, const struct frame *);
#endif
