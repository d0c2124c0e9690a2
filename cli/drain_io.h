/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain_io - writes into a Node that it is to be drained, or no longer, and waits.
 */
#ifndef CLI_DRAIN_IO_H
#define CLI_DRAIN_IO_H

#include <stdint.h>

#include "cli/drain.h"

struct source_options;

/*
 * The reply (drain_reply()), owned. wait: seconds until the node has said that it is
 * done; 0: it is not waited for. NULL and err: not written, or not done in that time.
 */
char *drain_carry_out(const char *node, enum drain_wish, unsigned wait,
    const struct source_options *, struct err *);
#endif
