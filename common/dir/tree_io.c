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
 * The way to the root may lead over links. Whoever turns one of them over brings
 * another root, as git-sync does: so the directories that they are in are watched too.
 * Only of the links that the root's path names: one that another link leads over is not
 * seen to turn, nor that a directory above the root gets another name.
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
	    IN_ATTRIB | IN_ONLYDIR | IN_EXCL_UNLINK)

struct open_file {    /* it is being written */
	bool written; /* not just made */
	UT_hash_handle hh;
	char name[];
};

struct directory {
	int wd;                 /* its watch */
	unsigned walk;          /* the last one that read it */
	char *path;             /* owned: the way there, in that walk */
	struct open_file *open; /* owned, a uthash by name */
	bool doubled;           /* another way leads there, which was told */
	UT_hash_handle hh;
};

struct waiting { /* a directory */
	struct waiting *prev, *next;
	bool link;
	char path[];
};

struct tree {
	tree_changed *changed;
	void *arg;
	char *root;                    /* owned */
	int inotify;                   /* owned */
	struct event *readable;        /* owned */
	struct directory *directories; /* owned, a uthash by wd */
	unsigned walk;                 /* 0: there was none yet */
	unsigned refused;        /* the last one that could not watch all */
	int root_wd;             /* in this walk */
	struct stat root_stat;   /* the same */
	struct waiting *waiting; /* owned, a queue; links are its end */
	DIR *dir;                /* owned: what is being read, or NULL */
	char *at;                /* owned: its path */
	int wd;                  /* its watch; below 0: none */
	char *path;              /* owned: what tree_next() gave out */
};

/* "dir" and "x" give "dir/x"; "" and "x" give "x". */
static char *
join(const char *dir, const char *name)
{
	return xasprintf("%s%s%s", dir, dir[0] != '\0' ? "/" : "", name);
}

static void
queue_add(struct tree *t, const char *path, bool link)
{
	size_t n = strlen(path) + 1;
	struct waiting *w = xcalloc(1, sizeof(*w) + n);

	w->link = link;
	memcpy(w->path, path, n);
	if (link)
		DL_APPEND(t->waiting, w);
	else
		DL_PREPEND(t->waiting, w);
}

static void
queue_drop(struct tree *t)
{
	struct waiting *first = t->waiting;

	DL_DELETE(t->waiting, first);
	free(first);
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
open_remove(struct directory *d, struct open_file *f)
{
	HASH_DEL(d->open, f);
	free(f);
}

static void
open_remove_all(struct directory *d)
{
	struct open_file *f, *next;

	HASH_ITER (hh, d->open, f, next)
		open_remove(d, f);
}

static void
directory_free(struct tree *t, struct directory *d)
{
	HASH_DEL(t->directories, d);
	open_remove_all(d);
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
		if (!d->doubled)
			log_warn("source: %s/%s: the same directory as %s/%s; "
				 "left out",
			    t->root, path, t->root, d->path);
		d->doubled = true;
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
		queue_drop(t);
}

/* The directory of each link that the root's path names; see above. */
static void
watch_way(struct tree *t)
{
	for (size_t n = 1; t->root[n - 1] != '\0'; n++) {
		char *part = xasprintf("%.*s", (int)n, t->root), *slash;
		struct stat st;

		if ((t->root[n] == '/' || t->root[n] == '\0') &&
		    lstat(part, &st) == 0 && S_ISLNK(st.st_mode)) {
			slash = strrchr(part, '/');
			if (slash != NULL)
				slash[slash == part] = '\0';
			watch(t, slash != NULL ? part : ".");
		}
		free(part);
	}
}

/* A link on the way leads elsewhere now. */
static bool
is_other_root(const struct tree *t)
{
	struct stat st;

	return stat(t->root, &st) == 0 &&
	    (st.st_ino != t->root_stat.st_ino ||
		st.st_dev != t->root_stat.st_dev);
}

bool
tree_walk(struct tree *t, struct err *err)
{
	walk_stop(t);
	t->walk++;
	watch_way(t);
	int fault = enter(t, xstrdup(""), false);

	t->root_wd = t->wd;
	if (fault == 0)
		fstat(dirfd(t->dir), &t->root_stat);
	return fault == 0 || err_set(err, "%s: %s", t->root, strerror(fault));
}

static bool
is_being_written(const struct tree *t, const char *name, const struct stat *st)
{
	struct directory *d;
	struct open_file *open = NULL;

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
		queue_add(t, t->path, S_ISLNK(link.st_mode));
	*out = (struct tree_entry){ .path = t->path,
		.is_open = is_being_written(t, name, &st),
		.stamp = tree_stamp(&st) };
	return S_ISREG(st.st_mode);
}

/* Goes on with the next directory. True: it can't be read. */
static bool
enter_next(struct tree *t, struct tree_entry *out)
{
	bool link = t->waiting->link;
	char *path = xstrdup(t->waiting->path);

	queue_drop(t);
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
		if (entry == NULL && t->waiting == NULL)
			return false;
		if (entry == NULL ? enter_next(t, out)
				  : entry->d_name[0] != '.' &&
			    look_at(t, entry->d_name, out))
			return true;
	}
}

/* ---- events ---- */

static void
tell(struct tree *t, const struct directory *d, const struct inotify_event *ev)
{
	char *path = join(d->path, ev->name);

	t->changed(t->arg, path, (ev->mask & (IN_MOVED_FROM | IN_DELETE)) != 0);
	free(path);
}

/* Who has closed its file was perhaps not heard. */
static void
overflow(struct tree *t)
{
	for (struct directory *d = t->directories; d != NULL; d = d->hh.next)
		open_remove_all(d);
	t->changed(t->arg, NULL, false);
}

static struct open_file *
open_add(struct directory *d, const char *name)
{
	size_t n = strlen(name) + 1;
	struct open_file *f = xcalloc(1, sizeof(*f) + n);

	memcpy(f->name, name, n);
	HASH_ADD_STR(d->open, name, f);
	return f;
}

/* What is made may be a link, which nobody closes. Rights say nothing of that. */
static void
file_event(struct tree *t, struct directory *d, const struct inotify_event *ev)
{
	struct open_file *open;

	HASH_FIND_STR(d->open, ev->name, open);
	if (ev->mask & (IN_MODIFY | IN_CREATE)) {
		if (open == NULL)
			open = open_add(d, ev->name);
		open->written |= (ev->mask & IN_MODIFY) != 0;
	} else if (open != NULL && !(ev->mask & IN_ATTRIB)) {
		open_remove(d, open);
	}
	if (!(ev->mask & IN_MODIFY))
		tell(t, d, ev);
}

static void
take_event(struct tree *t, const struct inotify_event *ev)
{
	struct directory *d;

	if (ev->mask & IN_Q_OVERFLOW)
		overflow(t);
	HASH_FIND_INT(t->directories, &ev->wd, d);
	if (d == NULL) {
		if (ev->len > 0 && is_other_root(t))
			t->changed(t->arg, NULL, false);
	} else if (ev->mask & IN_IGNORED) {
		directory_free(t, d);
	} else if (ev->len == 0) {
		/* To itself: no parent tells of the root, or a link's target. */
		t->changed(t->arg, NULL, false);
	} else if (strcmp(ev->name, "..data") == 0) {
		/* Kubernetes turns a mounted ConfigMap over by this link. */
		t->changed(t->arg, NULL, false);
	} else if (ev->name[0] != '.') {
		if (ev->mask & IN_ISDIR)
			tell(t, d, ev);
		else
			file_event(t, d, ev);
	}
}

bool
tree_take_events(struct tree *t)
{
	/* Aligned as the man page of inotify(7) says; few, since each may take long. */
	char buf[4096] __attribute__((aligned(8)));
	ssize_t n = read(t->inotify, buf, sizeof(buf));

	for (char *p = buf; p < buf + n;) {
		const struct inotify_event *ev = (const void *)p;

		take_event(t, ev);
		p += sizeof(*ev) + ev->len;
	}
	return n > 0;
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	tree_take_events(arg);
}

bool
tree_walk_end(struct tree *t, struct err *err)
{
	struct directory *d, *next;

	leave(t);
	if (watch(t, t->root) != t->root_wd)
		return err_set(err, "%s: it is not there any more", t->root);
	HASH_ITER (hh, t->directories, d, next)
		if (d->walk != t->walk) {
			inotify_rm_watch(t->inotify, d->wd);
			directory_free(t, d);
		}
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
	close(t->inotify);
	free(t->path);
	free(t->root);
	free(t);
}
