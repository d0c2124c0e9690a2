/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vips_answer - the VirtualIPs as they are on this node, as JSON.
 */
#ifndef BGPD_CONTROL_VIPS_ANSWER_H
#define BGPD_CONTROL_VIPS_ANSWER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/*
 * Sets "vips" of the reply: a row for each address of each one, or of the one that is
 * named. False: the request can't be answered.
 */
bool vips_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
