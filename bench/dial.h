/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dial - TCP to who speaks BGP. A file of its own, as names of sockets and of our
 * messages clash.
 */
#ifndef BENCH_DIAL_H
#define BENCH_DIAL_H

#include <stdint.h>

/* In host order. Ends the program with a message when it is none. */
uint32_t dial_address(const char *text);

/* A connection to port 179, for which it waits until somebody listens. */
int dial(uint32_t from, uint32_t to);
#endif
