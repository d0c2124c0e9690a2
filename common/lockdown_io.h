/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lockdown_io - gives up what a running daemon does not need: root, capabilities, and
 * system calls that only an intruder would make.
 */
#ifndef COMMON_LOCKDOWN_IO_H
#define COMMON_LOCKDOWN_IO_H

#include <stdbool.h>

struct err;

#define LOCKDOWN_USER \
	"65532:65532" /* whom root becomes if nobody else is named */

struct lockdown {
	/* "UID" or "UID:GID", numbers; NULL: LOCKDOWN_USER for root, else as now. */
	const char *user;
	/* Keep CAP_NET_ADMIN, CAP_NET_BIND_SERVICE, CAP_NET_RAW; packet sockets. */
	bool network;
	bool
	    reads_all; /* keep CAP_DAC_READ_SEARCH: files are often root's alone */
	const char
	    *own; /* borrowed; a directory that the user is to own, or NULL */
	/* What is started from here on may do what it likes: no filter of calls. */
	bool runs_programs;
	/*
	 * The user is another, the filter is not there yet: threads that run already
	 * call lockdown_thread() now, before it returns. NULL: there are none.
	 */
	void (*threads)(void *arg);
	void *arg;
};

/* Reads "UID" or "UID:GID"; without GID it is as UID. */
bool lockdown_user(const char *user, int *uid, int *gid);
/* Whom lockdown() makes of us when this is the user; NULL: we stay who we are. */
const char *lockdown_whom(const char *user);

/*
 * For good, for all threads of this process and all it may start: another user than
 * root, no capabilities but these in any set, if we have them (who is not root may have
 * to keep the bounding set, which counts when a program is started), no new privileges,
 * no core file, and no system call but those that the programs need (EPERM), unless
 * other programs are to be run.
 */
bool lockdown(const struct lockdown *, struct err *);
/* The calling thread has no capability any more: they are each thread's own. */
bool lockdown_thread(struct err *);
#endif
