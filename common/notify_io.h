/* SPDX-License-Identifier: Apache-2.0 */
/*
 * notify_io - tells the service manager that a daemon is ready, what it does, and that
 * its event loop turns: sd_notify(3), the protocol of systemd and of others.
 */
#ifndef COMMON_NOTIFY_IO_H
#define COMMON_NOTIFY_IO_H

#include <stdbool.h>

struct err;
struct event_base;
struct notify;

struct notify_ops {
	/* False: not yet, and why. Asked often until it is true, then now and then. */
	bool (*ready)(void *arg, struct err *why);
};

/*
 * As NOTIFY_SOCKET, WATCHDOG_USEC and WATCHDOG_PID say, which are taken out of the
 * environment. Without them nothing is told to anybody; a socket that can't be reached
 * is logged, and not told either. The loop tells READY=1 once, STATUS= when it changes,
 * and WATCHDOG=1 twice in the time that the manager waits for it.
 */
struct notify *
notify_new(struct event_base *, const struct notify_ops *, void *arg);
void notify_free(struct notify *);

/* STOPPING=1, behind which only the loop is told of. NULL: nobody is told. */
void notify_stopping(struct notify *);
#endif
