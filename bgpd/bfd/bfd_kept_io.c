/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bfd/bfd_kept_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/err.h"

#define HEAD "lbbgp bfd 1"
#define NOWHERE "-" /* the address of ours, where the kernel chooses it */
#define MOST 4096   /* sessions */

/*
 * Kept open, since whoever we are later may not open it. A link that somebody put there
 * is not followed.
 */
int
bfd_kept_open(const char *path, struct err *err)
{
	int fd = -1;

	if (path != NULL)
		fd = open(path,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    0600);
	if (fd < 0)
		err_set(err, "%s: %s",
		    path != NULL ? path : "network namespace", strerror(errno));
	return fd;
}

bool
bfd_kept_remove(int fd, const char *path)
{
	return unlink(path) == 0 || errno == ENOENT || ftruncate(fd, 0) == 0;
}

static bool
line_read(FILE *f, struct bfd_kept *k)
{
	char remote[SCOPED_ADDR_TEXT], local[SCOPED_ADDR_TEXT];
	int multihop;

	*k = (struct bfd_kept){ 0 };
	if (fscanf(f, "%61s %61s %d %" SCNu32 " %" SCNu32, remote, local,
		&multihop, &k->mine, &k->yours) != 5)
		return false;
	k->multihop = multihop == 1;
	return scoped_addr_parse(remote, &k->remote) && k->mine != 0 &&
	    k->yours != 0 &&
	    (strcmp(local, NOWHERE) == 0 || addr_parse(local, &k->local));
}

static struct bfd_kept *
lines_read(FILE *f, size_t *n, uint64_t now)
{
	struct bfd_kept *kept = NULL;
	uint64_t at;
	size_t lines, i = 0;

	*n = 0;
	if (fscanf(f, HEAD " %" SCNu64 " %zu", &at, &lines) != 2 || at > now ||
	    now - at >= (uint64_t)BFD_HOLD * 1000 || lines > MOST)
		return NULL;
	kept = xcalloc(lines, sizeof(*kept));
	while (i < lines && line_read(f, &kept[i]))
		i++;
	if (i == lines) {
		*n = lines;
		return kept;
	}
	free(kept); /* a part of it says nothing of the rest */
	return NULL;
}

struct bfd_kept *
bfd_kept_take(int fd, size_t *n, uint64_t now)
{
	int copy = fcntl(fd, F_DUPFD_CLOEXEC, 0);
	FILE *f = copy >= 0 ? fdopen(copy, "r") : NULL;
	struct bfd_kept *kept = NULL;

	*n = 0;
	if (f != NULL) {
		rewind(f);
		kept = lines_read(f, n, now);
		fclose(f);
	}
	if (ftruncate(fd, 0) != 0)
		*n = 0; /* it would be taken twice */
	return kept;
}

bool
bfd_kept_write(int fd, const struct bfd_kept *kept, size_t n, uint64_t now)
{
	char *text = NULL;
	size_t length;
	FILE *f = open_memstream(&text, &length);

	if (f == NULL)
		return false;
	n = n < MOST ? n : MOST;
	fprintf(f, HEAD " %" PRIu64 " %zu\n", now, n);
	for (size_t i = 0; i < n; i++) {
		const struct bfd_kept *k = &kept[i];
		char remote[SCOPED_ADDR_TEXT], local[ADDR_TEXT];

		fprintf(f, "%s %s %d %" PRIu32 " %" PRIu32 "\n",
		    scoped_addr_print(&k->remote, remote),
		    k->local.family != FAMILY_NONE
			? addr_print(&k->local, local)
			: NOWHERE,
		    k->multihop, k->mine, k->yours);
	}
	bool good = fclose(f) == 0 && ftruncate(fd, 0) == 0 &&
	    pwrite(fd, text, length, 0) == (ssize_t)length;

	free(text);
	return good;
}
