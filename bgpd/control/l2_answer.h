/* SPDX-License-Identifier: Apache-2.0 */
/*
 * l2_answer - who answers for which address on the links, as JSON, part by part.
 */
#ifndef BGPD_CONTROL_L2_ANSWER_H
#define BGPD_CONTROL_L2_ANSWER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/*
 * Sets "addresses" and "cursor" of the reply, and in its last part "members": the nodes
 * on each link. False: the request can't be answered.
 */
bool l2_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
