/* SPDX-License-Identifier: Apache-2.0 */
/*
 * bfd_view - the BFD sessions of the node as JSON.
 */
#ifndef BGPD_CONTROL_BFD_VIEW_H
#define BGPD_CONTROL_BFD_VIEW_H

#include <stdbool.h>

typedef struct json_t json_t;
struct bfd_view;
struct daemon_view;
struct err;
struct json_at;
struct view_peer;

/* False: the peer has no BFD session. */
bool bfd_view_of(
    const struct daemon_view *, const struct view_peer *, struct bfd_view *);
/* What a list of peers and BGPNodeStatus say of it, owned; null: there is none. */
json_t *bfd_view_brief(const struct daemon_view *, const struct view_peer *);

/*
 * Sets "sessions" of the reply, of one peer with all that is known, and "packets" with
 * "realTime". False: the request can't be answered.
 */
bool bfd_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
