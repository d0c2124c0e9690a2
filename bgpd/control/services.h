/* SPDX-License-Identifier: Apache-2.0 */
/*
 * services - what this node announces for Services, as JSON, part by part.
 *
 * A row for each address of a Service, or one for a Service that waits for its first:
 * prefix, whether it was sent to anybody and to whom, and why it is as it is.
 */
#ifndef BGPD_CONTROL_SERVICES_H
#define BGPD_CONTROL_SERVICES_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/* Sets "services" and "cursor" of the reply. False: the request can't be answered. */
bool services_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
