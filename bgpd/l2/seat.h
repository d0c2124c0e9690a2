/* SPDX-License-Identifier: Apache-2.0 */
/*
 * seat - one address on one link: whether this node takes it, holds it, gives it up.
 */
#ifndef BGPD_L2_SEAT_H
#define BGPD_L2_SEAT_H

#include "bgpd/l2/hello.h"

struct alarm;
struct l2_link;
struct l2_seat;
struct mac;
struct l2_member;

struct l2_seat *
seat_find(const struct l2_link *, const struct addr *); /* NULL: none */
struct l2_seat *
seat_add(struct l2_link *, const struct addr *); /* or finds it */
/* Ends to answer, and says nothing of it. */
void seat_free(struct l2_seat *);

/* Acts on all that is known of it. May free it, if nobody wants or claims it. */
void seat_judge(struct l2_seat *);
void seat_alarm(struct alarm *); /* its time has come; likewise */
/* A member claims it now; knows: it had heard our last of it. To be judged. */
void
seat_claim(struct l2_seat *, const struct l2_member *, enum claim, bool knows);
/* Not wanted here any more. May free it. */
void seat_unwant(struct l2_seat *);
/* This node was away, others had to think it dead: not held, nor about to be. */
void seat_lose(struct l2_seat *);
/* If it is held it is announced again, by the next ticks. */
void seat_announce(struct l2_seat *);
/* Somebody who is no node of the link uses the address. */
void seat_conflict(struct l2_seat *, const struct mac *);
/* It is a node, as is known now. */
void seat_forgive(struct l2_seat *, const struct mac *);
#endif
