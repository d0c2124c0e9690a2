/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/run/run_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"

char *
run_path(const char *directory, const char *name)
{
	struct stat ns;

	return stat("/proc/self/ns/net", &ns) == 0
	    ? xasprintf(
		  "%s/%s-%llu", directory, name, (unsigned long long)ns.st_ino)
	    : NULL;
}

bool
run_boot(const char *root, char id[RUN_BOOT], struct err *err)
{
	char *path = xasprintf("%s/proc/sys/kernel/random/boot_id", root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	ssize_t n = fd >= 0 ? read(fd, id, RUN_BOOT - 1) : -1;

	id[n > 0 ? n : 0] = '\0';
	id[strcspn(id, "\n")] = '\0';
	if (id[0] == '\0')
		err_set(err, "%s: %s", path,
		    n < 0 ? strerror(errno) : "no id in it");
	if (fd >= 0)
		close(fd);
	free(path);
	return id[0] != '\0';
}

bool
run_is_private(int fd, const char *what, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return err_set(err, "%s: %s", what, strerror(errno));
	if (st.st_uid != geteuid())
		return err_set(err, "%s: of user %u, not %u", what,
		    (unsigned)st.st_uid, (unsigned)geteuid());
	return (st.st_mode & 077) == 0 ||
	    err_set(err, "%s: mode %04o: others have rights there", what,
		(unsigned)st.st_mode & 07777);
}
