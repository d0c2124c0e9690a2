/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kernel_view - how a learned route stands in the node's kernel, as JSON.
 */
#ifndef BGPD_CONTROL_KERNEL_VIEW_H
#define BGPD_CONTROL_KERNEL_VIEW_H

typedef struct json_t json_t;
struct daemon_view;
struct rib_route;

/*
 * {state, message (or null)}, owned; NULL: of a route that is not for the kernel, or
 * where none is.
 */
json_t *kernel_view(const struct daemon_view *, const struct rib_route *);
#endif
