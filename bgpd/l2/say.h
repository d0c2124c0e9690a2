/* SPDX-License-Identifier: Apache-2.0 */
/*
 * say - what a link is told: hellos, claims, and the frames of ARP and neighbour
 * discovery that an address takes.
 */
#ifndef BGPD_L2_SAY_H
#define BGPD_L2_SAY_H

#include "bgpd/link/frame.h"

enum {
	WHOLE_EVERY = 20
}; /* ms, at least, between two tellings of all claims */

struct l2_link;
struct l2_seat;
struct l2_member;

void say_alive(struct l2_link *); /* and when the next one is due */
/* What the seats marked dirty claim now, and all of it when somebody asked. */
void say_claims(struct l2_link *);
void say_ask(struct l2_link *, struct l2_member *);
/* The claim of the seat has changed, or may have: say_claims() tells. */
void say_mark(struct l2_seat *);
/* Told once more, to those who shall know that we know what they claim. */
void say_again(struct l2_seat *);

void say_announce(const struct l2_seat *); /* it is at this interface's MAC */
void say_probe(const struct l2_seat *);    /* RFC 5227 2.1.1, RFC 4862 5.4.2 */
void say_arp_reply(const struct l2_seat *, const struct frame_arp *asked);
void say_advert(const struct l2_seat *, const struct frame *asked);
#endif
