/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/boot_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/run/run_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define MARK (2 * RUN_BOOT) /* an id, and when a run ended */

struct boot_io {
	char *path;        /* owned */
	int fd;            /* -1: no mark can be kept */
	char id[RUN_BOOT]; /* of this boot; "": not known */
	bool preserved;
	bool stands;
	uint64_t away; /* ms; 0: not known */
};

/* Of the boot, sleep included: it goes on while no process of ours is there. */
static uint64_t
now(void)
{
	struct timespec t;

	clock_gettime(CLOCK_BOOTTIME, &t);
	return (uint64_t)t.tv_sec * 1000 + (uint64_t)t.tv_nsec / 1000000;
}

/* The first line; returns what follows it, in the same room. */
static const char *
read_text(int fd, char text[MARK])
{
	ssize_t n = fd >= 0 ? pread(fd, text, MARK - 1, 0) : 0;

	text[n > 0 ? n : 0] = '\0';
	size_t line = strcspn(text, "\n");
	const char *rest = text + line + (text[line] == '\n');

	text[line] = '\0';
	return rest;
}

/* ended: when, as boot_io_ended() wrote it, or "". */
static uint64_t
since(const char *ended)
{
	char *end;
	uint64_t at = strtoull(ended, &end, 10), is = now();

	return end > ended && *end == '\n' && at <= is ? is - at : 0;
}

/* Without what it is about nothing is ever taken for preserved. */
static void
check(bool good, const char *why)
{
	if (!good)
		log_warn("graceful restart: %s: after a restart peers are told "
			 "that forwarding was not preserved",
		    why);
}

struct boot_io *
boot_io_new(const char *root, const char *directory)
{
	struct boot_io *b = xcalloc(1, sizeof(*b));
	char was[MARK] = "";
	struct err err;

	check(run_boot(root, b->id, &err), err.text);
	b->path = run_path(directory, "boot");
	b->fd = -1;
	if (b->path != NULL && (mkdir(directory, 0755) == 0 || errno == EEXIST))
		b->fd = open(
		    b->path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0644);
	err_set(&err, "%s: %s", b->path != NULL ? b->path : directory,
	    strerror(errno));
	check(b->fd >= 0, err.text);
	const char *ended = read_text(b->fd, was);

	b->preserved = b->id[0] != '\0' && strcmp(was, b->id) == 0;
	if (b->preserved)
		b->away = since(ended);
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

uint64_t
boot_io_away(const struct boot_io *b)
{
	return b->away;
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
	b->stands = stands;
}

void
boot_io_ended(struct boot_io *b)
{
	char text[MARK];
	int n = snprintf(text, sizeof(text), "%s\n%" PRIu64 "\n", b->id, now());

	if (b->stands && pwrite(b->fd, text, (size_t)n, 0) != n)
		log_warn("graceful restart: %s: %s", b->path, strerror(errno));
}
