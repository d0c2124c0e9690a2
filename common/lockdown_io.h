/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockdown_io - gives up what a running daemon does not need: root, capabilities, and
 * system calls that only an intruder would make.
 */
#ifndef COMMON_LOCKDOWN_IO_H
#define COMMON_LOCKDOWN_IO_H

#include <stdbool.h>

struct err;

enum lockdown_keep {
	LOCKDOWN_NOTHING,
	LOCKDOWN_NETWORK, /* CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW */
};

/* Reads "UID" or "UID:GID"; without GID it is as UID. */
bool lockdown_user(const char *user, int *uid, int *gid);

/*
 * user is "UID" or "UID:GID", numbers; NULL: stay who we are, with the capabilities we
 * have. For good, for this process and all it may start.
 */
bool lockdown(const char *user, enum lockdown_keep, struct err *);
#endif
