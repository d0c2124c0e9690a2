/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/boot_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/kernel/netns_lock_io.h"
#include "common/alloc.h"
#include "common/log.h"

#define ID_TEXT 64 /* 36 characters and a newline */

struct boot_io {
	char *path;       /* owned */
	int fd;           /* -1: no mark can be kept */
	char id[ID_TEXT]; /* of this boot; "": not known */
	bool preserved;
};

static void
read_text(int fd, char text[ID_TEXT])
{
	ssize_t n = fd >= 0 ? pread(fd, text, ID_TEXT - 1, 0) : 0;

	text[n > 0 ? n : 0] = '\0';
	text[strcspn(text, "\n")] = '\0';
}

static void
read_id(struct boot_io *b, const char *root)
{
	char *path = xasprintf("%s/proc/sys/kernel/random/boot_id", root);
	int fd = open(path, O_RDONLY | O_CLOEXEC);

	read_text(fd, b->id);
	if (fd >= 0)
		close(fd);
	free(path);
}

struct boot_io *
boot_io_new(const char *root, const char *directory)
{
	struct boot_io *b = xcalloc(1, sizeof(*b));
	char was[ID_TEXT] = "";

	read_id(b, root);
	b->path = netns_path(directory, "boot");
	b->fd = -1;
	if (b->path != NULL && (mkdir(directory, 0755) == 0 || errno == EEXIST))
		b->fd = open(
		    b->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	if (b->fd < 0 || b->id[0] == '\0')
		log_warn("graceful restart: %s: %s: after a restart peers are "
			 "told that forwarding was not preserved",
		    b->path != NULL ? b->path : directory, strerror(errno));
	read_text(b->fd, was);
	b->preserved = b->id[0] != '\0' && strcmp(was, b->id) == 0;
	return b;
}

void
boot_io_free(struct boot_io *b)
{
	if (b == NULL)
		return;
	if (b->fd >= 0)
		close(b->fd);
	free(b->path);
	free(b);
}

bool
boot_io_preserved(const struct boot_io *b)
{
	return b->preserved;
}

/* Emptied as well: by then we may not be who could remove it. */
void
boot_io_set(struct boot_io *b, bool stands)
{
	size_t n = strlen(b->id);

	if (b->fd < 0 || (stands && n == 0))
		return;
	if (ftruncate(b->fd, 0) != 0 ||
	    (stands && pwrite(b->fd, b->id, n, 0) != (ssize_t)n))
		log_warn("graceful restart: %s: %s", b->path, strerror(errno));
	if (!stands)
		unlink(b->path);
}
