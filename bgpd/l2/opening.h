/* SPDX-License-Identifier: Apache-2.0 */
/*
 * opening - links come, go and change as interfaces do; a link is open while addresses
 * are wanted on it.
 */
#ifndef BGPD_L2_OPENING_H
#define BGPD_L2_OPENING_H

#include <stddef.h>

struct interface;
struct l2;
struct l2_link;
struct l2_wanted;

void opening_interfaces(struct l2 *, const struct interface *, size_t n);
/* The seats of a want on all links, as interfaces, its terms and the config have it. */
void opening_place(struct l2 *, struct l2_wanted *);
void opening_place_all(struct l2 *);
/* Takes it from all its seats. */
void opening_remove(struct l2 *, struct l2_wanted *);
void opening_close_all(struct l2 *); /* ends all answers, says nothing */
void opening_free_all(struct l2 *);
/* This node was not heard for too long: what it held is another's by now. */
void opening_wake(struct l2_link *);
#endif
