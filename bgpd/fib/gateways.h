/* SPDX-License-Identifier: Apache-2.0 */
/*
 * gateways - the default gateways of the node, as the kernel's links and the routes of
 * others tell. Pure: gateways_io looks.
 */
#ifndef BGPD_FIB_GATEWAYS_H
#define BGPD_FIB_GATEWAYS_H

#include <stdbool.h>
#include <stdint.h>

#include "common/scoped_addr.h"

struct gateways; /* private to gateways.c */
struct reach_link;
struct reach_route;

struct gateway {
	struct scoped_addr at; /* FAMILY_NONE: there is none */
	struct addr other;     /* one more of the same metric; or FAMILY_NONE */
};

struct gateways *gateways_new(void);
void gateways_free(struct gateways *);

void gateways_forget(struct gateways *); /* all is told anew */
void gateways_link(struct gateways *, const struct reach_link *);
/* Somebody else's route. False: it is no default route of the table main. */
bool gateways_route(struct gateways *, const struct reach_route *);
/* Does one of them go over that link? */
bool gateways_use(const struct gateways *, int32_t link);

/*
 * The one of the least metric; of several with it the one with the lowest address, so
 * that it stays the same whatever their order.
 */
struct gateway gateways_find(const struct gateways *, enum family);
#endif
