/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/bfd/bfd_kept_io.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bgpd/run/run_io.h"
#include "common/alloc.h"
#include "common/err.h"

#define HEAD "lbbgp bfd 2"
#define NOWHERE "-" /* the address of ours, where the kernel chooses it */
#define MOST 4096   /* sessions */

struct bfd_kept_file {
	char *path;          /* owned */
	char boot[RUN_BOOT]; /* this one */
	int fd;              /* -1: not open */
};

static bool
fail(const struct bfd_kept_file *f, struct err *err)
{
	return err_set(err, "%s: %s",
	    f->path != NULL ? f->path : "network namespace", strerror(errno));
}

/* A link that somebody put there is not followed, and another user's file not read. */
static bool
file_open(struct bfd_kept_file *f, struct err *err)
{
	if (f->path != NULL)
		f->fd = open(f->path,
		    O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK,
		    0600);
	return f->fd >= 0 ? run_is_private(f->fd, f->path, err) : fail(f, err);
}

struct bfd_kept_file *
bfd_kept_open(const char *dir, struct err *err)
{
	struct bfd_kept_file *f = xcalloc(1, sizeof(*f));

	f->path = run_path(dir, "bfd");
	f->fd = -1;
	if (file_open(f, err) && run_boot("", f->boot, err))
		return f;
	bfd_kept_close(f);
	return NULL;
}

void
bfd_kept_close(struct bfd_kept_file *f)
{
	if (f == NULL)
		return;
	if (f->fd >= 0)
		close(f->fd);
	free(f->path);
	free(f);
}

bool
bfd_kept_remove(struct bfd_kept_file *f, struct err *err)
{
	return unlink(f->path) == 0 || errno == ENOENT ||
	    ftruncate(f->fd, 0) == 0 || fail(f, err);
}

static bool
line_read(FILE *f, struct bfd_kept *k)
{
	char remote[SCOPED_ADDR_TEXT], local[SCOPED_ADDR_TEXT];
	int multihop;

	*k = (struct bfd_kept){ 0 };
	if (fscanf(f, "%61s %61s %d %" SCNu32 " %" SCNu32 " %" SCNu16, remote,
		local, &multihop, &k->mine, &k->yours, &k->source) != 6)
		return false;
	k->multihop = multihop == 1;
	return scoped_addr_parse(remote, &k->remote) && k->mine != 0 &&
	    k->yours != 0 &&
	    (strcmp(local, NOWHERE) == 0 || addr_parse(local, &k->local));
}

/* Of this boot, and of just now? How many sessions it says; 0: err. */
static size_t
head_read(FILE *in, const char *boot, uint64_t now, struct err *err)
{
	char of[RUN_BOOT];
	uint64_t at;
	size_t n;

	_Static_assert(RUN_BOOT == 64, "what fscanf() is told");
	if (fscanf(in, HEAD " %63s %" SCNu64 " %zu", of, &at, &n) != 3)
		err_set(err, "not \"" HEAD " BOOT TIME COUNT\"");
	else if (strcmp(of, boot) != 0)
		err_set(err, "of boot %s, this is %s", of, boot);
	else if (at > now)
		err_set(err, "of a time to come");
	else if (now - at >= (uint64_t)BFD_HOLD * 1000)
		err_set(err, "%" PRIu64 " s old, peers waited for %d s",
		    (now - at) / 1000000, BFD_HOLD / 1000);
	else if (n == 0 || n > MOST)
		err_set(err, "%zu sessions: not 1..%d", n, MOST);
	else
		return n;
	return 0;
}

static struct bfd_kept *
lines_read(FILE *in, const char *boot, size_t *n, uint64_t now, struct err *err)
{
	size_t lines = head_read(in, boot, now, err), i = 0;
	struct bfd_kept *kept = xcalloc(lines, sizeof(*kept));

	while (i < lines && line_read(in, &kept[i]))
		i++;
	if (i < lines) /* a part of it says nothing of the rest */
		err_set(err, "line %zu: no session", i + 2);
	else if (lines > 0) {
		*n = lines;
		return kept;
	}
	free(kept);
	return NULL;
}

/* An empty one is what a run leaves that took it. */
static bool
is_empty(FILE *in)
{
	int c = fgetc(in);

	ungetc(c, in);
	return c == EOF;
}

struct bfd_kept *
bfd_kept_take(struct bfd_kept_file *f, size_t *n, uint64_t now, struct err *err)
{
	int copy = fcntl(f->fd, F_DUPFD_CLOEXEC, 0);
	FILE *in = copy >= 0 ? fdopen(copy, "r") : NULL;
	struct bfd_kept *kept = NULL;

	*n = 0;
	err->text[0] = '\0';
	if (in != NULL) {
		rewind(in);
		if (!is_empty(in))
			kept = lines_read(in, f->boot, n, now, err);
		fclose(in);
	}
	if (err->text[0] != '\0')
		err_prefix(err, "%s: ", f->path);
	if (ftruncate(f->fd, 0) != 0) {
		*n = 0; /* it would be taken twice */
		fail(f, err);
	}
	return kept;
}

/* Else the next run would open another one. */
static bool
is_linked(const struct bfd_kept_file *f, struct err *err)
{
	struct stat st;

	if (fstat(f->fd, &st) != 0)
		return fail(f, err);
	return st.st_nlink > 0 ||
	    err_set(err, "%s: somebody has removed it", f->path);
}

bool
bfd_kept_write(struct bfd_kept_file *f, const struct bfd_kept *kept, size_t n,
    uint64_t now, struct err *err)
{
	char *text = NULL;
	size_t length;
	FILE *out = open_memstream(&text, &length);

	if (out == NULL)
		return fail(f, err);
	n = n < MOST ? n : MOST;
	fprintf(out, HEAD " %s %" PRIu64 " %zu\n", f->boot, now, n);
	for (size_t i = 0; i < n; i++) {
		const struct bfd_kept *k = &kept[i];
		char remote[SCOPED_ADDR_TEXT], local[ADDR_TEXT];

		fprintf(out, "%s %s %d %" PRIu32 " %" PRIu32 " %" PRIu16 "\n",
		    scoped_addr_print(&k->remote, remote),
		    k->local.family != FAMILY_NONE
			? addr_print(&k->local, local)
			: NOWHERE,
		    k->multihop, k->mine, k->yours, k->source);
	}
	bool good = fclose(out) == 0 && ftruncate(f->fd, 0) == 0 &&
	    pwrite(f->fd, text, length, 0) == (ssize_t)length;

	free(text);
	return good ? is_linked(f, err) : fail(f, err);
}
