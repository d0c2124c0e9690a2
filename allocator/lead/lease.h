/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lease - the record of who leads (coordination.k8s.io/v1), from and to JSON.
 */
#ifndef ALLOCATOR_LEAD_LEASE_H
#define ALLOCATOR_LEAD_LEASE_H

#include <stdbool.h>
#include <stdint.h>

#define LEASE_API "coordination.k8s.io/v1"
#define LEASE_KIND "Lease"
#define LEASE_NAME "lbbgp-allocator"
#define LEASE_DURATION_MOST 3600 /* s; no allocator asks for more */

struct err;
struct json_t;

struct lease {         /* strings owned, none is NULL */
	char *version; /* resourceVersion */
	char *holder;  /* "": nobody */
	char *renewed; /* as it was written: compared, never read as a time */
	int64_t duration; /* s; 0: not said, or nothing that makes sense */
	int64_t transitions;
};

void *lease_decode(const struct json_t *, struct err *);
void lease_free(void *);

struct lease_change {        /* what becomes of the record */
	const char *version; /* that it is based on; NULL: there is none yet */
	const char *ns;      /* where it is to be, then */
	const char *holder;  /* "": it is given back */
	const char *renewed;
	bool taken; /* by a new holder, at `renewed` */
	int64_t duration, transitions;
};

/* The object to create or the patch to lay over it; owned by the caller. */
char *lease_render(const struct lease_change *);
#endif
