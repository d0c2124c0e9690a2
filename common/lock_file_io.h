/* SPDX-License-Identifier: Apache-2.0 */
/*
 * lock_file_io - a file that is there to be locked by flock(2).
 */
#ifndef COMMON_LOCK_FILE_IO_H
#define COMMON_LOCK_FILE_IO_H

#include <stdbool.h>

struct err;

/*
 * The file, made if need be, in a directory that is open or AT_FDCWD. Nobody but its
 * owner may open it, and so lock it: it is closed to others, or refused. It is ours,
 * or, where we are root, it may be another one's, as of the user that a run before
 * became. Who can make files there could as well remove it. A link in its place is not
 * followed. -1: err.
 */
int lock_file_open(int directory, const char *name, struct err *);

/* Is it still the one of that name? Who held it may have removed it. */
bool lock_file_is_there(int fd, int directory, const char *name);
#endif
