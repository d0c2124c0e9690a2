/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A walk reads one directory after the other, and puts those it finds behind the ones
 * that wait. Each is watched before it is read, so that nothing falls in between. Links
 * to directories wait until all others have been read: of a directory and a link to it
 * the directory counts.
 *
 * A directory is known by its watch, of which the kernel has one for each inode: so it
 * keeps the watch when it is moved, and links may lead in circles. What a walk no
 * longer finds is no longer watched when it ends.
 *
 * Of events only one thing is remembered: which files are being written.
 */
#include "common/dir/tree_io.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define WATCHED                                                         \
	(IN_CLOSE_WRITE | IN_MODIFY | IN_CREATE | IN_MOVED_TO |         \
	    IN_MOVED_FROM | IN_DELETE | IN_MOVE_SELF | IN_DELETE_SELF | \
	    IN_ONLYDIR | IN_EXCL_UNLINK)

struct name {          /* in a set, or of a directory in a queue */
	unsigned walk; /* the last one that came by */
	bool written;  /* not just made */
	UT_hash_handle hh;
	struct name *prev, *next;
	char text[];
};

struct directory {
	int wd;            /* its watch */
	unsigned walk;     /* the last one that read it */
	char *path;        /* owned: the way there, in that walk */
	struct name *open; /* owned, a set: files that are being written */
	UT_hash_handle hh;
};

struct tree {
	tree_changed *changed;
	void *arg;
	char *root;                    /* owned */
	int inotify;                   /* owned */
	struct event *readable;        /* owned */
	struct directory *directories; /* owned, a uthash by wd */
	struct name *doubled; /* owned, a set: what was left out, and told */
	unsigned walk;        /* 0: there was none yet */
	unsigned refused;     /* the last one that could not watch all */
	int root_wd;          /* in this walk */
	struct name *waiting, *links; /* owned, queues of paths */
	DIR *dir;                     /* owned: what is being read, or NULL */
	char *at;                     /* owned: its path */
	int wd;                       /* its watch; below 0: none */
	char *path;                   /* owned: what tree_next() gave out */
};

/* "dir" and "x" give "dir/x"; "" and "x" give "x". */
static char *
join(const char *dir, const char *name)
{
	return xasprintf("%s%s%s", dir, dir[0] != '\0' ? "/" : "", name);
}

static struct name *
name_new(const char *text)
{
	struct name *n = xcalloc(1, sizeof(*n) + strlen(text) + 1);

	memcpy(n->text, text, strlen(text) + 1);
	return n;
}

/* The one in the set, added if need be. */
static struct name *
name_get(struct name **set, const char *text)
{
	struct name *n;

	HASH_FIND_STR(*set, text, n);
	if (n == NULL) {
		n = name_new(text);
		HASH_ADD_STR(*set, text, n);
	}
	return n;
}

/* Those that no walk since this one came by. */
static void
names_remove(struct name **set, unsigned walk)
{
	struct name *n, *next;

	HASH_ITER (hh, *set, n, next)
		if (n->walk < walk) {
			HASH_DEL(*set, n);
			free(n);
		}
}

static void
queue_add(struct name **queue, const char *path)
{
	struct name *n = name_new(path);

	DL_APPEND(*queue, n);
}

/* The first path; owned. */
static char *
queue_take(struct name **queue)
{
	struct name *n = *queue;
	char *path = xstrdup(n->text);

	DL_DELETE(*queue, n);
	free(n);
	return path;
}

struct dir_stamp
tree_stamp(const struct stat *st)
{
	return (struct dir_stamp){ .device = st->st_dev,
		.inode = st->st_ino,
		.size = st->st_size,
		.modified = st->st_mtim.tv_sec * INT64_C(1000000000) +
		    st->st_mtim.tv_nsec,
		.changed = st->st_ctim.tv_sec * INT64_C(1000000000) +
		    st->st_ctim.tv_nsec };
}

/* ---- a walk ---- */

static void
directory_free(struct tree *t, struct directory *d)
{
	HASH_DEL(t->directories, d);
	names_remove(&d->open, UINT_MAX);
	free(d->path);
	free(d);
}

/* The watch of the directory, or -errno; told by the first of several walks. */
static int
watch(struct tree *t, const char *full)
{
	int wd = inotify_add_watch(t->inotify, full, WATCHED);
	int fault = errno;

	if (wd >= 0 || fault == ENOENT || fault == ENOTDIR)
		return wd >= 0 ? wd : -fault;
	if (t->refused == 0 || t->refused < t->walk - 1)
		log_error("source: %s: changes will go unnoticed: %s", full,
		    strerror(fault));
	t->refused = t->walk;
	return -fault;
}

/* False: the walk has been there, by another way. */
static bool
directory_visit(struct tree *t, int wd, const char *path)
{
	struct directory *d;

	HASH_FIND_INT(t->directories, &wd, d);
	if (d == NULL) {
		d = xcalloc(1, sizeof(*d));
		d->wd = wd;
		HASH_ADD_INT(t->directories, wd, d);
	}
	if (d->walk == t->walk) {
		struct name *told = name_get(&t->doubled, path);

		if (told->walk == 0)
			log_warn("source: %s/%s: the same directory as %s/%s; "
				 "left out",
			    t->root, path, t->root, d->path);
		told->walk = t->walk;
		return false;
	}
	d->walk = t->walk;
	free(d->path);
	d->path = xstrdup(path);
	return true;
}

static void
leave(struct tree *t)
{
	if (t->dir != NULL)
		closedir(t->dir);
	t->dir = NULL;
	free(t->at);
	t->at = NULL;
}

/*
 * Begins to read the directory; path becomes the walk's. 0, or why it can't be read. A
 * link without a watch might lead in circles.
 */
static int
enter(struct tree *t, char *path, bool link)
{
	char *full = join(t->root, path);
	int fault = 0;

	leave(t);
	t->at = path;
	t->wd = watch(t, full);
	if (t->wd >= 0 ? directory_visit(t, t->wd, path) : !link) {
		t->dir = opendir(full);
		fault = t->dir == NULL ? errno : 0;
	} else if (t->wd < 0) {
		fault = -t->wd;
	}
	free(full);
	return fault;
}

static void
walk_stop(struct tree *t)
{
	leave(t);
	while (t->waiting != NULL)
		free(queue_take(&t->waiting));
	while (t->links != NULL)
		free(queue_take(&t->links));
}

bool
tree_walk(struct tree *t, struct err *err)
{
	walk_stop(t);
	t->walk++;
	int fault = enter(t, xstrdup(""), false);

	t->root_wd = t->wd;
	return fault == 0 || err_set(err, "%s: %s", t->root, strerror(fault));
}

static bool
is_being_written(const struct tree *t, const char *name, const struct stat *st)
{
	struct directory *d;
	struct name *open = NULL;

	HASH_FIND_INT(t->directories, &t->wd, d);
	if (d != NULL)
		HASH_FIND_STR(d->open, name, open);
	/* A link to a file is made at once, and nobody closes it. */
	return open != NULL && (open->written || st->st_size == 0);
}

/* Else it is not there any more. */
static bool
is_fault(int error)
{
	return error != 0 && error != ENOENT && error != ENOTDIR &&
	    error != ELOOP;
}

/* The name itself, and what it leads to. 0, or -1 and errno. */
static int
stat_both(int fd, const char *name, struct stat *link, struct stat *st)
{
	if (fstatat(fd, name, link, AT_SYMLINK_NOFOLLOW) < 0)
		return -1;
	*st = *link;
	return S_ISLNK(link->st_mode) ? fstatat(fd, name, st, 0) : 0;
}

/* Of the directory that is being read. False: it is no file. */
static bool
look_at(struct tree *t, const char *name, struct tree_entry *out)
{
	int fd = dirfd(t->dir);
	struct stat link, st;

	free(t->path);
	t->path = join(t->at, name);
	if (stat_both(fd, name, &link, &st) < 0) {
		*out = (struct tree_entry){ .path = t->path, .fault = errno };
		return is_fault(out->fault);
	}
	if (S_ISDIR(st.st_mode))
		queue_add(
		    S_ISLNK(link.st_mode) ? &t->links : &t->waiting, t->path);
	*out = (struct tree_entry){ .path = t->path,
		.is_open = is_being_written(t, name, &st),
		.stamp = tree_stamp(&st) };
	return S_ISREG(st.st_mode);
}

/* Goes on with the next directory. True: it can't be read. */
static bool
enter_next(struct tree *t, struct tree_entry *out)
{
	bool link = t->waiting == NULL;
	char *path = queue_take(link ? &t->links : &t->waiting);
	int fault = enter(t, path, link);

	*out = (struct tree_entry){ .path = t->at, .fault = fault };
	return is_fault(fault);
}

bool
tree_next(struct tree *t, struct tree_entry *out)
{
	for (;;) {
		errno = 0;
		struct dirent *entry = t->dir != NULL ? readdir(t->dir) : NULL;

		if (entry == NULL && is_fault(errno)) {
			*out = (struct tree_entry){ .path = t->at,
				.fault = errno };
			closedir(t->dir);
			t->dir = NULL;
			return true;
		}
		if (entry == NULL && t->waiting == NULL && t->links == NULL)
			return false;
		if (entry == NULL ? enter_next(t, out)
				  : entry->d_name[0] != '.' &&
			    look_at(t, entry->d_name, out))
			return true;
	}
}

/* ---- events ---- */

static void
tell(struct tree *t, const struct directory *d, const char *name)
{
	char *path = join(d->path, name);

	t->changed(t->arg, path);
	free(path);
}

/* Who has closed its file was perhaps not heard. */
static void
overflow(struct tree *t)
{
	for (struct directory *d = t->directories; d != NULL; d = d->hh.next)
		names_remove(&d->open, UINT_MAX);
	t->changed(t->arg, NULL);
}

static bool
is_link(const struct tree *t, const struct directory *d, const char *name)
{
	char *full = xasprintf("%s/%s/%s", t->root, d->path, name);
	struct stat st;
	bool is =
	    lstat(full, &st) == 0 && (S_ISLNK(st.st_mode) || st.st_nlink > 1);

	free(full);
	return is;
}

static void
file_event(struct tree *t, struct directory *d, const struct inotify_event *ev)
{
	struct name *open;

	if (ev->mask & (IN_MODIFY | IN_CREATE)) {
		name_get(&d->open, ev->name)->written |=
		    (ev->mask & IN_MODIFY) != 0;
		if (ev->mask & IN_CREATE && is_link(t, d, ev->name))
			tell(t, d, ev->name);
		return;
	}
	HASH_FIND_STR(d->open, ev->name, open);
	if (open != NULL) {
		HASH_DEL(d->open, open);
		free(open);
	}
	tell(t, d, ev->name);
}

static void
take_event(struct tree *t, const struct inotify_event *ev)
{
	struct directory *d;

	if (ev->mask & IN_Q_OVERFLOW)
		overflow(t);
	HASH_FIND_INT(t->directories, &ev->wd, d);
	if (d == NULL)
		return;
	if (ev->mask & IN_IGNORED) {
		directory_free(t, d);
	} else if (ev->len == 0) {
		/* To itself; of others than the root the parent tells. */
		if (d->wd == t->root_wd)
			t->changed(t->arg, NULL);
	} else if (strcmp(ev->name, "..data") == 0) {
		/* Kubernetes turns a mounted ConfigMap over by this link. */
		t->changed(t->arg, NULL);
	} else if (ev->name[0] != '.') {
		if (ev->mask & IN_ISDIR)
			tell(t, d, ev->name);
		else
			file_event(t, d, ev);
	}
}

static void
take_events(struct tree *t)
{
	/* Aligned as the man page of inotify(7) says. */
	char buf[65536] __attribute__((aligned(8)));
	ssize_t n;

	while ((n = read(t->inotify, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *ev = (const void *)p;

			take_event(t, ev);
			p += sizeof(*ev) + ev->len;
		}
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	take_events(arg);
}

bool
tree_walk_end(struct tree *t, struct err *err)
{
	struct directory *d, *next;

	leave(t);
	take_events(t);
	if (watch(t, t->root) != t->root_wd)
		return err_set(err, "%s: it is not there any more", t->root);
	HASH_ITER (hh, t->directories, d, next)
		if (d->walk != t->walk) {
			inotify_rm_watch(t->inotify, d->wd);
			directory_free(t, d);
		}
	names_remove(&t->doubled, t->walk);
	return true;
}

struct tree *
tree_new(struct event_base *base, const char *root, tree_changed *changed,
    void *arg, struct err *err)
{
	DIR *dir = opendir(root);

	if (dir == NULL) {
		err_set(err, "%s: %s", root, strerror(errno));
		return NULL;
	}
	closedir(dir);
	int fd = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
	if (fd < 0) {
		err_set(err, "inotify: %s", strerror(errno));
		return NULL;
	}
	struct tree *t = xcalloc(1, sizeof(*t));
	t->changed = changed;
	t->arg = arg;
	t->root = xstrdup(root);
	t->inotify = fd;
	t->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, t);
	if (t->readable == NULL || event_add(t->readable, NULL) < 0)
		abort();
	return t;
}

void
tree_free(struct tree *t)
{
	struct directory *d, *next;

	if (t == NULL)
		return;
	event_free(t->readable);
	walk_stop(t);
	HASH_ITER (hh, t->directories, d, next)
		directory_free(t, d);
	names_remove(&t->doubled, UINT_MAX);
	close(t->inotify);
	free(t->path);
	free(t->root);
	free(t);
}
