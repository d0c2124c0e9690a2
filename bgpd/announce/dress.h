/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dress - with which path attributes a prefix is announced, once it is to be.
 *
 * What the group of an address says of them, and its Service, makes the attributes of a
 * want; what prefixAdvertisements add is for whatever is announced in the end.
 */
#ifndef BGPD_ANNOUNCE_DRESS_H
#define BGPD_ANNOUNCE_DRESS_H

#include <stdbool.h>

struct addr;
struct attributes;
struct prefix;
struct service;
struct service_group;
struct tally;
struct view;
struct want;

/* An address of a Service, as far as it tells the attributes of what it wants. */
struct dress {
	const struct view *view;
	const struct service *service;
	const struct service_group *group; /* that it is from; NULL: of none */
	const struct addr *addr;
	const struct tally *tally; /* of its endpoints; NULL: there are none */
	bool local;                /* its traffic policy is Local */
};

/* Where the verdict is known: some attributes go with one verdict only. */
void announce_dress(const struct dress *, struct want *);
/*
 * What prefixAdvertisements add to a prefix: the communities of all that cover it, the
 * local preference of the most specific one.
 */
void announce_decorate(
    const struct view *, const struct prefix *, struct attributes *);
#endif
