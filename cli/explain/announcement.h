/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announcement - which nodes announce what of a Service to whom, or why not.
 *
 * Asks the node daemon's own rules, node by node. What only the node knows, its data
 * plane and its sessions, is as its BGPNodeStatus has it. Without one it is taken to be
 * well, and said so.
 */
#ifndef CLI_EXPLAIN_ANNOUNCEMENT_H
#define CLI_EXPLAIN_ANNOUNCEMENT_H

#include <stdint.h>

struct instance;
struct service;
struct steps;
struct store;
struct asked_routes;

/*
 * The store's rows are those of kinds.h, the Service is of the store, the daemons are
 * of that instance; now: s. Routers that are told of it are added to the list.
 */
void announcement_explain(const struct store *, const struct service *,
    const struct instance *, int64_t now, struct steps *,
    struct asked_routes *);
#endif
