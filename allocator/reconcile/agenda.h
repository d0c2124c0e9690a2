/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agenda - what reconcile has yet to do: Services to think about, to write and to
 * tell of, and addresses whose holders are others now.
 */
#ifndef ALLOCATOR_RECONCILE_AGENDA_H
#define ALLOCATOR_RECONCILE_AGENDA_H

#include <stdbool.h>
#include <stddef.h>

#include "allocator/reconcile/svc.h"

struct agenda {                                 /* all zero: empty */
	struct svc *todo, *out, *failed, *news; /* borrowed, first come first */
	size_t n_out;
	bool back;          /* a write has succeeded since the last retry */
	struct addr *addrs; /* owned; a queue from first_addr to n_addrs */
	size_t first_addr, n_addrs, addr_room;
};

void agenda_fini(struct agenda *);

void agenda_add(struct agenda *, struct svc *); /* to be thought about */
struct svc *agenda_take(struct agenda *);       /* the next, or NULL */
/* Enters the lists that go with the state, and leaves the others. */
void agenda_set_out(struct agenda *, struct svc *, enum out_state);
/* Queues those that wait for a retry, and do not sit it out. */
void agenda_retry(struct agenda *);
void agenda_set_news(struct agenda *, struct svc *, bool);
void agenda_remove(struct agenda *, struct svc *); /* from all lists */

void agenda_add_addr(struct agenda *, const struct addr *);
bool agenda_take_addr(struct agenda *, struct addr *);
void agenda_forget_addrs(struct agenda *);
#endif
