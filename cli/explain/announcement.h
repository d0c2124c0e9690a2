/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announcement - which nodes announce what of a Service to whom, or why not.
 *
 * Asks the node daemon's own rules, node by node. What only the node knows is taken to
 * be well: its data plane, its sessions.
 */
#ifndef CLI_EXPLAIN_ANNOUNCEMENT_H
#define CLI_EXPLAIN_ANNOUNCEMENT_H

struct service;
struct steps;
struct store;

/* The store's rows are those of kinds.h, the Service is of the store. */
void announcement_explain(
    const struct store *, const struct service *, struct steps *);
#endif
