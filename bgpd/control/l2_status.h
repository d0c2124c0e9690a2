/* SPDX-License-Identifier: Apache-2.0 */
/*
 * l2_status - what a BGPNodeStatus has of the node's links.
 */
#ifndef BGPD_CONTROL_L2_STATUS_H
#define BGPD_CONTROL_L2_STATUS_H

typedef struct json_t json_t;
struct daemon_view;

/* Both owned, and the same with nothing in it where there is no way to the links. */
json_t *l2_status_counts(const struct daemon_view *);
/* By address; of many the first 1,024. */
json_t *l2_status_held(const struct daemon_view *);
#endif
