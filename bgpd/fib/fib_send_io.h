/* SPDX-License-Identifier: Apache-2.0 */
/*
 * fib_send_io - a thread that hands batches of changes to the kernel, which carries
 * them out before send() returns: most take microseconds, but one that makes the table
 * of IPv4 routes grow can take 60 ms.
 */
#ifndef BGPD_FIB_FIB_SEND_IO_H
#define BGPD_FIB_FIB_SEND_IO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct err;
struct event_base;
struct fib_send;

/* error: an errno, or 0. Called by the loop. */
typedef void fib_sent(void *arg, int error);

/*
 * fd: of a netlink socket, borrowed. The thread begins with the first batch, as whoever
 * we are by then. NULL and err: there can be none.
 */
struct fib_send *
fib_send_new(struct event_base *, int fd, fib_sent *, void *arg, struct err *);
void fib_send_free(struct fib_send *); /* waits for what is under way */
/*
 * One batch at a time; the bytes are lent until sent() is called. False and err: there
 * is no thread.
 */
bool fib_send(struct fib_send *, const uint8_t *, size_t n, struct err *);
bool fib_send_is_busy(const struct fib_send *);
#endif
