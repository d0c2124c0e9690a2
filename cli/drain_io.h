/* SPDX-License-Identifier: Apache-2.0 */
/*
 * drain_io - writes into a Node that it is to be drained, or no longer, and waits.
 */
#ifndef CLI_DRAIN_IO_H
#define CLI_DRAIN_IO_H

#include <stdbool.h>

#include "cli/drain.h"

struct source_options;

struct drain_wait {
	bool waits;     /* until the node has said that it is done */
	unsigned limit; /* … so many s at most; 0: drain_patience() */
};

/*
 * The reply (drain_reply()), owned. NULL and err: not written, or not done in the time
 * that it was to be waited for.
 */
char *drain_carry_out(const char *node, enum drain_wish, struct drain_wait,
    const struct source_options *, struct err *);
#endif
