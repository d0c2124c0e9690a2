/* SPDX-License-Identifier: Apache-2.0 */
/*
 * terms - on which interfaces an address is answered for. Addresses of one pool have
 * the same terms: they are kept once, with their expressions compiled.
 */
#ifndef BGPD_L2_TERMS_H
#define BGPD_L2_TERMS_H

#include "bgpd/l2/l2_types.h"

struct terms { /* to be read only */
	bool always, fail_back, detect;
};

struct terms_shelf; /* all that are in use */

struct terms_shelf *terms_shelf_new(void);
void terms_shelf_free(struct terms_shelf *); /* none may be in use */
/* Counted: each is given back by terms_unref(). */
struct terms *terms_ref(struct terms_shelf *, const struct l2_terms *);
void terms_unref(struct terms_shelf *, struct terms *);
/* Whether they can be met there for any address at all; ips are the node's own. */
bool terms_fit(const struct terms *, const struct interface *,
    const struct addr *ips, size_t n_ips);
/* Length of the narrowest subnet there that has the address; -1: none has. */
int terms_subnet(const struct interface *, const struct addr *);
/* Whether the address is answered for there, if they fit. */
bool
terms_take(const struct terms *, const struct interface *, const struct addr *);
#endif
