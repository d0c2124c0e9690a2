/* SPDX-License-Identifier: Apache-2.0 */
/*
 * holders - which node answers for an address on its links, as the nodes' statuses say.
 */
#ifndef CLI_EXPLAIN_HOLDERS_H
#define CLI_EXPLAIN_HOLDERS_H

#include <stddef.h>
#include <stdint.h>

struct addr;
struct steps;
struct store;

/* A step for each of the addresses, which are for links; now: s since 1970. */
void holders_explain(const struct store *, const struct addr *, size_t n,
    int64_t now, struct steps *);
#endif
