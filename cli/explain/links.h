/* SPDX-License-Identifier: Apache-2.0 */
/*
 * links - whether a node may hold the addresses of a Service on its links, and why not.
 */
#ifndef CLI_EXPLAIN_LINKS_H
#define CLI_EXPLAIN_LINKS_H

#include <stddef.h>

struct service;
struct steps;
struct view;

/*
 * view is that of the node, which there is; sharers: Services that have any of the
 * addresses, the one that is asked about, too.
 */
void links_explain(const struct view *, const struct service *,
    const struct service *const *sharers, size_t n, struct steps *);
#endif
