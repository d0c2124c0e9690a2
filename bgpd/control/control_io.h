/* SPDX-License-Identifier: Apache-2.0 */
/*
 * control_io - the Unix socket on which lbbgp(8) asks a daemon.
 *
 * One JSON request a line, one reply; see control.h for what may be asked.
 */
#ifndef BGPD_CONTROL_CONTROL_IO_H
#define BGPD_CONTROL_CONTROL_IO_H

#include <stdint.h>

struct control_io;
struct daemon_view;
struct err;
struct event_base;

struct control_ops {
	const struct daemon_view *(*view)(void *arg);
	/* Leave: Cease to all peers, rules removed, the program ends. */
	void (*shutdown)(void *arg);
};

/*
 * Makes the socket, mode 0660, and its directory; a stale one is replaced, one that
 * somebody answers on is not. NULL: err.
 */
struct control_io *control_io_new(struct event_base *, const char *path,
    const struct control_ops *, void *arg, struct err *);
void control_io_free(struct control_io *); /* removes the socket */
#endif
