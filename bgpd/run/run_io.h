/* SPDX-License-Identifier: Apache-2.0 */
/*
 * run_io - what a run of the daemon leaves in /run/lbbgp for the next: the files' names.
 */
#ifndef BGPD_RUN_RUN_IO_H
#define BGPD_RUN_RUN_IO_H

/*
 * A file of this network namespace's, since /run is shared by namespaces:
 * "directory/name-INODE"; owned, NULL: it has no inode, errno.
 */
char *run_path(const char *directory, const char *name);
#endif
