/* SPDX-License-Identifier: Apache-2.0 */
/*
 * services - what this node announces for Services, as JSON, part by part.
 */
#ifndef BGPD_CONTROL_SERVICES_H
#define BGPD_CONTROL_SERVICES_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json_t json_t;
struct daemon_view;

#define LIST_PART 500 /* rows in one reply, about */

struct service_list {
	const char *only; /* "namespace/name"; NULL: all */
	size_t skip;      /* shown before */
	size_t seen;
	json_t *rows; /* borrowed; the reply's */
	bool full;
};

/* Adds rows until there is no more, or the list is full. */
void services_list(const struct daemon_view *, struct service_list *);
#endif
