/* SPDX-License-Identifier: Apache-2.0 */
#include "common/lock_file_io.h"

#include <fcntl.h>
#include <sys/stat.h>

int
lock_file_open(int directory, const char *name)
{
	int fd = openat(
	    directory, name, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);

	if (fd >= 0) /* versions before made some for others to read */
		fchmod(fd, 0600);
	return fd;
}

bool
lock_file_is_there(int fd, int directory, const char *name)
{
	struct stat ours, there;

	return fstat(fd, &ours) == 0 &&
	    fstatat(directory, name, &there, 0) == 0 &&
	    ours.st_ino == there.st_ino && ours.st_dev == there.st_dev;
}
