/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bmp_answer - the BMP stations of the node as JSON.
 */
#ifndef BGPD_CONTROL_BMP_ANSWER_H
#define BGPD_CONTROL_BMP_ANSWER_H

#include <stdbool.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/*
 * Sets "stations" of the reply: [{address, port, state, since, message, tooSlow}], in
 * which tooSlow is how often one took less than happened. Never false.
 */
bool bmp_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
