/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lock_file_io.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/err.h"

#define OTHERS 077 /* who may only read could lock it */

/* Versions before made some for others to read. */
static bool
close_to_others(int fd, const char *name, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, "%s: %s", name, strerror(errno));
	if (!S_ISREG(st.st_mode))
		return err_set(err,
		    "%s: not a regular file: one may be there, or nothing",
		    name);
	if ((st.st_mode & OTHERS) == 0 || fchmod(fd, 0600) == 0)
		return true;
	return err_set(err,
	    "%s: of user %u, mode %04o: others could lock it, which user %u "
	    "can't forbid: it is to be removed, or given to that user",
	    name, (unsigned)st.st_uid, (unsigned)st.st_mode & 07777,
	    (unsigned)geteuid());
}

int
lock_file_open(int directory, const char *name, struct err *err)
{
	int fd = openat(
	    directory, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd < 0 && errno == ELOOP)
		err_set(err,
		    "%s: a symbolic link, which is not followed: a regular "
		    "file may be there, or nothing",
		    name);
	else if (fd < 0)
		err_set(err, "%s: %s", name, strerror(errno));
	if (fd < 0 || close_to_others(fd, name, err))
		return fd;
	close(fd);
	return -1;
}

bool
lock_file_is_there(int fd, int directory, const char *name)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 &&
	    fstatat(directory, name, &there, AT_SYMLINK_NOFOLLOW) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}
