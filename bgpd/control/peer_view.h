/* SPDX-License-Identifier: Apache-2.0 */
/*
 * peer_view - a peer as it is shown: in lists, by itself, in the BGPNodeStatus.
 *
 * The JSON returned is owned.
 */
#ifndef BGPD_CONTROL_PEER_VIEW_H
#define BGPD_CONTROL_PEER_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct view_peer;

/* With the interface of a link-local one: "fe80::1%eth0". */
json_t *view_neighbor_addr(const struct view_peer *);
/* Is it the one with this address, as above, or name, or found behind it? */
bool view_peer_is(const struct view_peer *, const char *who);
/* Is there such a one? False: err tells that there is none. */
bool
view_peer_exists(const struct daemon_view *, const char *who, struct err *);
/* What a list shows of a peer, and what BGPNodeStatus keeps of it. */
json_t *view_peer_summary(const struct daemon_view *, const struct view_peer *);
/* … and what somebody wants to know who looks at one peer. */
json_t *view_peer_detail(const struct daemon_view *, const struct view_peer *);
/* Until when the session is kept down, owned; NULL: it is not suspended. */
char *view_suspended(const struct daemon_view *, const struct view_peer *);
/* Those of an earlier session with the peer, of all families. */
uint32_t
view_stale_routes(const struct daemon_view *, const struct view_peer *);
size_t view_established(const struct daemon_view *); /* how many peers are */
#endif
