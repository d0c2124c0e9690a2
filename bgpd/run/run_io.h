/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_io - what a run of the daemon leaves in /run/lbbgp for the next: the names of the
 * files, the boot that they are of, and whether they are ours.
 */
#ifndef BGPD_RUN_RUN_IO_H
#define BGPD_RUN_RUN_IO_H

#include <stdbool.h>

struct err;

#define RUN_BOOT 64 /* an id has 36 characters; a NUL, too */

/*
 * A file of this network namespace's, since /run is shared by namespaces:
 * "directory/name-INODE"; owned, NULL: it has no inode, errno.
 */
char *run_path(const char *directory, const char *name);

/*
 * The kernel's id of this boot, another one after each start of the machine. root:
 * where /proc is, "" but in tests. False: it is "", and err.
 */
bool run_boot(const char *root, char id[RUN_BOOT], struct err *);

/* Is an open file ours, and may nobody else look into it? what: its name, for err. */
bool run_is_private(int fd, const char *what, struct err *);
#endif
