/* SPDX-License-Identifier: Apache-2.0 */
/*
 * audiences - numbers for BGPPeers that some announcements are for, and others not.
 *
 * A number is for good: if a peer lost its own, and got it again later, its routes
 * would have to be told anew.
 */
#ifndef BGPD_ANNOUNCE_AUDIENCES_H
#define BGPD_ANNOUNCE_AUDIENCES_H

#include <stdbool.h>
#include <stdint.h>

struct audiences;

struct audiences *audiences_new(void);
void audiences_free(struct audiences *);
/* Returns whether it is new. */
bool audiences_add(struct audiences *, const char *peer);
/* 0: nothing is for that peer alone. */
uint32_t audiences_number(const struct audiences *, const char *peer);
#endif
