/* SPDX-License-Identifier: Apache-2.0 */
/*
 * share - may two Services have one address?
 *
 * With equal keys, different ports, in one namespace or by mutual consent, and, when
 * one of them is externalTrafficPolicy: Local, with the same endpoints behind both.
 */
#ifndef ALLOCATOR_IPAM_SHARE_H
#define ALLOCATOR_IPAM_SHARE_H

#include <stdbool.h>

struct service;

#define SHARE_HOLDER 336 /* room for a namespace and a name, and words */

/* The sharing key; NULL: the Service shares with nobody. Borrowed. */
const char *share_key(const struct service *);
/* May the two share, but for their ports? */
bool share_terms_agree(const struct service *, const struct service *);
/* Has everybody the same terms for both, but for their ports? */
bool share_alike(const struct service *, const struct service *);
/*
 * NULL: the two may share. Else why not, as what comes after "10.0.0.1 is held by …:
 * ".
 */
const char *share_refusal(const struct service *, const struct service *);
/*
 * Who holds what the Service asks for: by name within its namespace, of others it
 * learns no more than that there are some.
 */
const char *share_holder(const struct service *, const struct service *holder,
    char text[SHARE_HOLDER]);
/* Does the same hold for both, which are of one namespace, whomever one asks about? */
bool share_same(const struct service *, const struct service *);
#endif
