/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_io - the Unix socket on which lbbgp(8) asks a daemon (control.h).
 */
#ifndef BGPD_CONTROL_CONTROL_IO_H
#define BGPD_CONTROL_CONTROL_IO_H

#include <stdbool.h>

struct control_io;
struct control_ops;
struct err;
struct event_base;

/*
 * Makes the socket, mode 0660, and its directory; a stale one is replaced, one that
 * somebody answers on is not. NULL: err.
 */
struct control_io *control_io_new(struct event_base *, const char *path,
    const struct control_ops *, void *arg, struct err *);
/*
 * Lets a group remove the socket from its directory, and what else is there: for a
 * daemon that becomes another user. Takes CAP_CHOWN, or that we are in the group too.
 */
bool control_io_share(const struct control_io *, int gid, struct err *);
void control_io_free(struct control_io *); /* removes the socket */
#endif
