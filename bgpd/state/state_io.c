/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Passwords are in these files, and what is read from them is announced. So a directory
 * counts only if it is ours and closed to all others, and so does each file; links are
 * not followed. Where it is not in memory (tmpfs) the port says so, and Secrets are not
 * given to it.
 *
 * Ours takes the place of the former set by one exchange of two names, so there is a
 * whole set under that name at any time. One process has the directory, by a lock: of
 * two daemons of one node the second keeps nothing.
 */
#include "bgpd/state/state_io.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "bgpd/run/run_io.h"
#include "bgpd/state/state_port.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/lock_file_io.h"
#include "common/log.h"

#define FORMER "former"
#define OURS "ours"
#define LOCK "lock"
#define READ_MOST (4u << 20) /* bytes of a segment; ours are far smaller */
#define NAME_MAX_CHARS 12

struct state_io {
	struct state_port port;
	char *directory, *node; /* owned */
	int dir, lock, ours,
	    out;          /* -1: none; out: the segment that is written */
	uint32_t segment; /* its number */
	bool complete;    /* ours is called former by now */
	bool forgotten;
	char boot[RUN_BOOT];
};

static bool
fail(struct err *err, const char *what)
{
	return err_set(err, "%s: %s", what, strerror(errno));
}

/* Made if need be; -1: err. */
static int
open_directory(int at, const char *name, struct err *err)
{
	int fd = -1;

	if (mkdirat(at, name, 0700) != 0 && errno != EEXIST)
		fail(err, name);
	else
		fd = openat(
		    at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0) {
		fail(err, name);
		return -1;
	}
	if (run_is_private(fd, name, err))
		return fd;
	close(fd);
	return -1;
}

/* The names in it, one after the other; NULL: no more. */
static const char *
next_name(DIR *dir)
{
	const struct dirent *e;

	while (dir != NULL && (e = readdir(dir)) != NULL)
		if (strcmp(e->d_name, ".") != 0 && strcmp(e->d_name, "..") != 0)
			return e->d_name;
	return NULL;
}

static DIR *
list(int fd)
{
	int own = openat(fd, ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);

	return own >= 0 ? fdopendir(own) : NULL;
}

static void
empty(int fd)
{
	DIR *dir = list(fd);
	const char *name;

	while ((name = next_name(dir)) != NULL)
		if (unlinkat(fd, name, 0) != 0)
			log_warn("state: %s: not removed: %s", name,
			    strerror(errno));
	if (dir != NULL)
		closedir(dir);
}

/* With what is in it; where it is none, a file or a link that somebody put there. */
static void
remove_directory(int at, const char *name)
{
	int fd =
	    openat(at, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);

	if (fd < 0) {
		unlinkat(at, name, 0);
		return;
	}
	empty(fd);
	close(fd);
	unlinkat(at, name, AT_REMOVEDIR);
}

/* ---- the port ---- */

/* False: it is no segment's name. */
static bool
number_of(const char *name, uint32_t *number)
{
	char *end;
	unsigned long n = strtoul(name, &end, 10);

	*number = (uint32_t)n;
	return name[0] >= '1' && name[0] <= '9' && *end == '\0' &&
	    n <= UINT32_MAX;
}

static int
former_open(const struct state_io *io)
{
	return openat(
	    io->dir, FORMER, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
}

static size_t
io_former(void *arg, uint32_t *first)
{
	const struct state_io *io = arg;
	uint32_t number, last = 0;
	int fd = former_open(io);
	DIR *dir = fd >= 0 ? list(fd) : NULL;
	const char *name;

	*first = UINT32_MAX;
	while ((name = next_name(dir)) != NULL) {
		if (!number_of(name, &number))
			continue;
		*first = number < *first ? number : *first;
		last = number > last ? number : last;
	}
	if (dir != NULL)
		closedir(dir);
	if (fd >= 0)
		close(fd);
	return last > 0 ? last - *first + 1 : 0;
}

/* Of so many bytes, or (NULL) err. */
static char *
read_all(int fd, size_t size, size_t *n, struct err *err)
{
	char *bytes = xcalloc(1, size + 1);
	ssize_t got = 0;

	*n = 0;
	while (*n < size && (got = read(fd, bytes + *n, size - *n)) > 0)
		*n += (size_t)got;
	if (got >= 0)
		return bytes;
	fail(err, "read");
	free(bytes);
	return NULL;
}

static char *
read_file(int fd, size_t *n, struct err *err)
{
	struct stat st;

	if (!run_is_private(fd, "file", err))
		return NULL;
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) ||
	    st.st_size > READ_MOST) {
		err_set(err, "no file of ours");
		return NULL;
	}
	return read_all(fd, (size_t)st.st_size, n, err);
}

static char *
io_read(void *arg, bool former, uint32_t segment, size_t *n, struct err *err)
{
	const struct state_io *io = arg;
	int at = former ? former_open(io) : io->ours;
	char name[NAME_MAX_CHARS], *bytes = NULL;

	snprintf(name, sizeof(name), "%u", segment);
	int fd =
	    openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);

	if (fd < 0)
		fail(err, "open");
	else
		bytes = read_file(fd, n, err);
	if (fd >= 0)
		close(fd);
	if (former && at >= 0)
		close(at);
	return bytes;
}

static void
out_close(struct state_io *io)
{
	if (io->out >= 0)
		close(io->out);
	io->out = -1;
}

static bool
out_open(struct state_io *io, uint32_t segment, struct err *err)
{
	char name[NAME_MAX_CHARS];

	if (io->out >= 0 && io->segment == segment)
		return true;
	out_close(io);
	snprintf(name, sizeof(name), "%u", segment);
	io->out = openat(io->ours, name,
	    O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_NOFOLLOW | O_CLOEXEC,
	    0600);
	io->segment = segment;
	io->forgotten = false;
	return io->out >= 0 || fail(err, io->directory);
}

/* What is written to a file that somebody has removed, no later run will read. */
static bool
is_linked(int fd, const char *directory, struct err *err)
{
	struct stat st;

	if (fstat(fd, &st) != 0)
		return fail(err, directory);
	return st.st_nlink > 0 ||
	    err_set(err, "%s: somebody has removed the files", directory);
}

static bool
io_append(
    void *arg, uint32_t segment, const char *bytes, size_t n, struct err *err)
{
	struct state_io *io = arg;

	if (!out_open(io, segment, err))
		return false;
	while (n > 0) {
		ssize_t done = write(io->out, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return fail(err, io->directory);
		bytes += done;
		n -= (size_t)done;
	}
	return is_linked(io->out, io->directory, err);
}

static void
io_remove(void *arg, uint32_t segment)
{
	const struct state_io *io = arg;
	char name[NAME_MAX_CHARS];

	snprintf(name, sizeof(name), "%u", segment);
	if (unlinkat(io->ours, name, 0) != 0)
		log_warn("state: segment %u: not removed: %s", segment,
		    strerror(errno));
}

static bool
io_complete(void *arg, struct err *err)
{
	struct state_io *io = arg;

	if (io->complete)
		return true;
	if (renameat2(io->dir, OURS, io->dir, FORMER, RENAME_EXCHANGE) != 0) {
		/* There is none, or the file system can't. */
		remove_directory(io->dir, FORMER);
		if (renameat(io->dir, OURS, io->dir, FORMER) != 0)
			return fail(err, io->directory);
	} else {
		remove_directory(io->dir, OURS);
	}
	io->complete = true;
	return true;
}

static bool
open_ours(struct state_io *io, struct err *err)
{
	unlinkat(io->dir, OURS, 0); /* as in remove_directory() */
	io->ours = open_directory(io->dir, OURS, err);
	if (io->ours >= 0)
		empty(io->ours); /* of a run that did not come so far */
	return io->ours >= 0;
}

/* Ours is opened again, since it may be that somebody has removed it. */
static void
io_forget(void *arg, bool all)
{
	struct state_io *io = arg;
	struct err err;

	out_close(io);
	empty(io->ours);
	if (io->complete)
		renameat(io->dir, FORMER, io->dir, OURS);
	io->complete = false;
	if (io->ours >= 0)
		close(io->ours);
	if (!open_ours(io, &err))
		log_warn("state: %s: %s", io->directory, err.text);
	if (all)
		remove_directory(io->dir, FORMER);
	io->forgotten = all;
}

/* ---- its birth and end ---- */

static bool
is_in_memory(int fd)
{
	struct statfs fs;

	return fstatfs(fd, &fs) == 0 &&
	    (fs.f_type == TMPFS_MAGIC || fs.f_type == RAMFS_MAGIC);
}

static bool
take_lock(struct state_io *io, struct err *err)
{
	io->lock = lock_file_open(io->dir, LOCK, err);
	if (io->lock < 0)
		return err_prefix(err, "%s/%s/", io->directory, io->node);
	return flock(io->lock, LOCK_EX | LOCK_NB) == 0 ||
	    err_set(err, "%s: another daemon keeps the state of node %s there",
		io->directory, io->node);
}

static bool
open_all(struct state_io *io, struct err *err)
{
	int above;

	if (io->node[0] == '.' || strchr(io->node, '/') != NULL)
		return err_set(err, "%.80s: no name of a node", io->node);
	above = open_directory(AT_FDCWD, io->directory, err);
	if (above < 0)
		return false;
	io->dir = open_directory(above, io->node, err);
	close(above);
	return io->dir >= 0 && take_lock(io, err) && open_ours(io, err) &&
	    run_boot("", io->boot, err);
}

struct state_io *
state_io_new(const char *directory, const char *node, struct err *err)
{
	struct state_io *io = xcalloc(1, sizeof(*io));

	io->directory = xstrdup(directory);
	io->node = xstrdup(node);
	io->dir = io->lock = io->ours = io->out = -1;
	if (!open_all(io, err)) {
		state_io_free(io);
		return NULL;
	}
	io->port = (struct state_port){
		.arg = io,
		.boot = io->boot,
		.in_memory = is_in_memory(io->dir),
		.former = io_former,
		.read = io_read,
		.append = io_append,
		.remove = io_remove,
		.complete = io_complete,
		.forget = io_forget,
	};
	return io;
}

/* Nothing is left of a node that was left for good. */
static void
remove_all(struct state_io *io)
{
	char *path = xasprintf("%s/%s", io->directory, io->node);

	unlinkat(io->dir, OURS, AT_REMOVEDIR);
	unlinkat(io->dir, LOCK, 0);
	rmdir(path);
	rmdir(io->directory);
	free(path);
}

void
state_io_free(struct state_io *io)
{
	if (io == NULL)
		return;
	if (io->forgotten)
		remove_all(io);
	out_close(io);
	if (io->ours >= 0)
		close(io->ours);
	if (io->lock >= 0)
		close(io->lock);
	if (io->dir >= 0)
		close(io->dir);
	free(io->directory);
	free(io->node);
	free(io);
}

const struct state_port *
state_io_port(const struct state_io *io)
{
	return &io->port;
}
