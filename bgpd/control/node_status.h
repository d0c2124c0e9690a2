/* SPDX-License-Identifier: Apache-2.0 */
/*
 * node_status - the BGPNodeStatus of this node, from the daemon's state.
 */
#ifndef BGPD_CONTROL_NODE_STATUS_H
#define BGPD_CONTROL_NODE_STATUS_H

struct daemon_view;

/*
 * The whole object as JSON text, owned: named after the node, owned by the Node of this
 * uid ("": none is known).
 */
char *node_status_build(const struct daemon_view *, const char *node_uid);
/* The same without its status: who writes that alone changes nothing else of it. */
char *node_status_claim(const struct daemon_view *, const char *node_uid);
#endif
