/* SPDX-License-Identifier: Apache-2.0 */
/*
 * routes_answer - the routes of the node as JSON, part by part.
 */
#ifndef BGPD_CONTROL_ROUTES_ANSWER_H
#define BGPD_CONTROL_ROUTES_ANSWER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/*
 * Sets "routes" and "cursor" of the reply, and in its last part "counted": the peers
 * whose routes are not kept; "self" and "peers" where raw routes begin (raw_view.h).
 * False: the request can't be answered.
 */
bool routes_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
