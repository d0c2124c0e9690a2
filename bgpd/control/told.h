/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told - whom what is announced was sent to, and why not the others.
 *
 * From what the sessions were sent, never from what is wanted.
 */
#ifndef BGPD_CONTROL_TOLD_H
#define BGPD_CONTROL_TOLD_H

#include <stdbool.h>
#include <stddef.h>

#include "common/prefix.h"

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct prefix;
struct view_peer;

/*
 * Is there a peer that gets what is announced of the family? False: why has each with
 * its reason.
 */
bool told_anybody(const struct daemon_view *, enum family, struct err *why);
/*
 * Sets sentTo: [NAME], and notSentTo: [{neighbor, reason}], of the row. Returns how
 * many the prefix was sent to.
 */
size_t told_add(const struct daemon_view *, const struct prefix *, json_t *row);
/* The list of notSentTo for people: "a: …; b: …; and 3 more". */
void told_print(const json_t *row, struct err *text);
#endif
