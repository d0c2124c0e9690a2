/* SPDX-License-Identifier: Apache-2.0 */
/*
 * shared_link - one link_port for several users that know nothing of each other: a
 * group that two of them have joined is left with the last one.
 */
#ifndef BGPD_LINK_SHARED_LINK_H
#define BGPD_LINK_SHARED_LINK_H

struct link_port;
struct shared_link;

struct shared_link *shared_link_new(const struct link_port *); /* borrowed */
void shared_link_free(struct shared_link *); /* asks nothing of the port */
/* For all of them; each leaves what it has joined, and nothing else. */
const struct link_port *shared_link_port(const struct shared_link *);
#endif
