/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dir/tree_io.h"

#include <dirent.h>
#include <errno.h>
#include <event2/event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/stat.h>
#include <unistd.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

#define SETTLE_MS 3

/*
 * Creation matters for directories and links; files are told when they are
 * closed.
 */
#define WATCHED                                                      \
	(IN_CLOSE_WRITE | IN_CREATE | IN_MOVED_TO | IN_MOVED_FROM |  \
	    IN_DELETE | IN_MOVE_SELF | IN_DELETE_SELF | IN_ONLYDIR | \
	    IN_EXCL_UNLINK)

struct watch { /* of a directory */
	int wd;
	bool link; /* a link leads there */
	UT_hash_handle hh;
	char path[]; /* without the root; "" for the root itself */
};

struct touched {       /* something happened to it since the last time */
	bool complete; /* it was closed after writing, or moved here */
	UT_hash_handle hh;
	char path[];
};

struct tree {
	const struct tree_ops *ops;
	void *arg;
	char *root;                      /* owned */
	int inotify;                     /* owned */
	struct event *readable, *settle; /* owned */
	struct watch *watches;           /* owned, a uthash by wd */
	struct touched *touched;         /* owned, a uthash by path */
	bool lost;
	bool doubled; /* a second way to a directory was left out */
};

/* "dir" and "x" give "dir/x"; "" and "x" give "x". */
static char *
join(const char *dir, const char *name)
{
	return xasprintf("%s%s%s", dir, dir[0] != '\0' ? "/" : "", name);
}

/* Asks the kernel; -1: it can't be. */
static int
watch_descriptor(struct tree *t, const char *path)
{
	char *full = join(t->root, path);
	int wd = inotify_add_watch(t->inotify, full, WATCHED);

	if (wd < 0 && errno != ENOENT && errno != ENOTDIR)
		log_error("source: %s: changes will go unnoticed: %s", full,
		    strerror(errno));
	free(full);
	return wd;
}

static bool
is_same(const struct tree *t, const char *a, const char *b)
{
	char *full_a = join(t->root, a), *full_b = join(t->root, b);
	struct stat st_a, st_b;
	bool same = stat(full_a, &st_a) == 0 && stat(full_b, &st_b) == 0 &&
	    st_a.st_dev == st_b.st_dev && st_a.st_ino == st_b.st_ino;

	free(full_a);
	free(full_b);
	return same;
}

static void
watch_new(struct tree *t, const char *path, int wd, bool link)
{
	struct watch *w = xcalloc(1, sizeof(*w) + strlen(path) + 1);

	w->wd = wd;
	w->link = link;
	memcpy(w->path, path, strlen(path) + 1);
	HASH_ADD_INT(t->watches, wd, w);
}

static void
watch_drop(struct tree *t, struct watch *w)
{
	inotify_rm_watch(t->inotify, w->wd);
	HASH_DEL(t->watches, w);
	free(w);
}

/* Watches of a directory that went elsewhere, and of all below it. */
static void
watch_remove(struct tree *t, const char *path)
{
	struct watch *w, *next;
	size_t n = strlen(path);

	HASH_ITER (hh, t->watches, w, next) {
		if (strncmp(w->path, path, n) != 0 ||
		    (w->path[n] != '\0' && w->path[n] != '/'))
			continue;
		watch_drop(t, w);
	}
}

static bool scan_directory(struct tree *, const char *path, bool link);

static void
tell_gone(struct tree *t, const char *path)
{
	unsigned watches = HASH_COUNT(t->watches);

	watch_remove(t, path);
	t->ops->gone(t->arg, path);
	/* The way that was left out may be the only one now. */
	t->lost |= t->doubled && HASH_COUNT(t->watches) < watches;
}

/*
 * False: it is read already, by another way that leads there. So links may lead in
 * circles. Of a directory and a link to it the directory counts.
 */
static bool
watch_add(struct tree *t, const char *path, bool link)
{
	int wd = watch_descriptor(t, path);
	struct watch *w;

	HASH_FIND_INT(t->watches, &wd, w);
	if (w == NULL || wd < 0) {
		if (wd >= 0)
			watch_new(t, path, wd, link);
		return true;
	}
	if (strcmp(w->path, path) == 0)
		return true;
	if (is_same(t, w->path, path)) {
		t->doubled = true;
		if (link || !w->link) {
			log_warn("source: %s/%s: the same directory as %s/%s; "
				 "left out",
			    t->root, path, t->root, w->path);
			return false;
		}
		t->ops->gone(t->arg, w->path);
	}
	HASH_DEL(t->watches, w); /* it has moved, or is known by a link */
	free(w);
	watch_new(t, path, wd, link);
	return true;
}

static void
look_at(struct tree *t, const char *path, bool complete)
{
	char *full = join(t->root, path);
	struct stat link, st;

	bool there = lstat(full, &link) == 0 && stat(full, &st) == 0;
	free(full);
	if (there && S_ISDIR(st.st_mode))
		scan_directory(t, path, S_ISLNK(link.st_mode));
	else if (!there || !S_ISREG(st.st_mode))
		tell_gone(t, path);
	else if (complete || S_ISLNK(link.st_mode) || link.st_nlink > 1)
		t->ops->file(t->arg, path);
	/* else it is being written: its end will be told */
}

/* Watched before it is read, so that nothing falls in between. */
static bool
scan_directory(struct tree *t, const char *path, bool link)
{
	struct dirent *entry;

	if (!watch_add(t, path, link))
		return true;
	char *full = join(t->root, path);
	DIR *dir = opendir(full);
	free(full);
	if (dir == NULL)
		return false;
	while ((entry = readdir(dir)) != NULL) {
		if (entry->d_name[0] == '.')
			continue;
		char *child = join(path, entry->d_name);
		look_at(t, child, true);
		free(child);
	}
	closedir(dir);
	return true;
}

static void
forget_touched(struct tree *t)
{
	struct touched *p, *next;

	HASH_ITER (hh, t->touched, p, next) {
		HASH_DEL(t->touched, p);
		free(p);
	}
}

static void
forget_watches(struct tree *t)
{
	struct watch *w, *next;

	HASH_ITER (hh, t->watches, w, next)
		watch_drop(t, w);
}

bool
tree_scan(struct tree *t, struct err *err)
{
	forget_watches(t);
	forget_touched(t);
	t->doubled = false;
	if (scan_directory(t, "", false))
		return true;
	return err_set(err, "%s: %s", t->root, strerror(errno));
}

static void
touch(struct tree *t, const char *path, uint32_t mask)
{
	size_t n = strlen(path);
	struct touched *p;

	HASH_FIND(hh, t->touched, path, n, p);
	if (p == NULL) {
		p = xcalloc(1, sizeof(*p) + n + 1);
		memcpy(p->path, path, n + 1);
		HASH_ADD(hh, t->touched, path, n, p);
	}
	p->complete = (mask & (IN_CLOSE_WRITE | IN_MOVED_TO)) != 0 ||
	    (p->complete && !(mask & IN_CREATE));
}

static void
take_event(struct tree *t, const struct inotify_event *ev)
{
	struct watch *w;

	if (ev->mask & IN_Q_OVERFLOW)
		t->lost = true;
	HASH_FIND_INT(t->watches, &ev->wd, w);
	if (w == NULL)
		return;
	if (ev->mask & IN_IGNORED) {
		HASH_DEL(t->watches, w);
		free(w);
	} else if (ev->len == 0) {
		/* To itself; of others than the root the parent tells. */
		t->lost = t->lost || w->path[0] == '\0';
	} else if (strcmp(ev->name, "..data") == 0) {
		/* Kubernetes turns a mounted ConfigMap over by this link. */
		touch(t, w->path, IN_MOVED_TO);
	} else if (ev->name[0] != '.') {
		char *path = join(w->path, ev->name);
		touch(t, path, ev->mask);
		free(path);
	}
}

static void
settle_soon(struct tree *t)
{
	static const struct timeval soon = { 0, SETTLE_MS * 1000 };

	if (!event_pending(t->settle, EV_TIMEOUT, NULL))
		event_add(t->settle, &soon);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	/* Aligned as the man page of inotify(7) says. */
	char buf[65536] __attribute__((aligned(8)));
	struct tree *t = arg;
	ssize_t n;

	(void)what;
	while ((n = read(fd, buf, sizeof(buf))) > 0)
		for (char *p = buf; p < buf + n;) {
			const struct inotify_event *ev = (const void *)p;

			take_event(t, ev);
			p += sizeof(*ev) + ev->len;
		}
	if (t->touched != NULL || t->lost)
		settle_soon(t);
}

void
tree_expect(struct tree *t, const char *path)
{
	char *dir = xstrdup(path);
	bool heard = true;

	for (char *end = strchr(dir, '/'); end != NULL;
	     end = strchr(end + 1, '/')) {
		unsigned watches = HASH_COUNT(t->watches);

		*end = '\0';
		watch_add(t, dir, false);
		heard &= HASH_COUNT(t->watches) == watches;
		*end = '/';
	}
	free(dir);
	if (!heard) {
		touch(t, path, IN_MOVED_TO);
		settle_soon(t);
	}
}

/* What a link led to before is told apart from what it leads to now. */
static bool
is_link(const struct tree *t, const char *path)
{
	char *full = join(t->root, path);
	struct stat link, st;
	bool is = lstat(full, &link) == 0 && S_ISLNK(link.st_mode) &&
	    stat(full, &st) == 0 && S_ISDIR(st.st_mode);

	free(full);
	return is;
}

static bool
is_gone(const struct tree *t, const char *path)
{
	char *full = join(t->root, path);
	struct stat st;
	bool gone = stat(full, &st) < 0;

	free(full);
	return gone;
}

static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
	struct tree *t = arg;
	struct touched *p, *next;

	(void)fd;
	(void)what;
	if (t->lost) {
		t->lost = false;
		t->ops->lost(t->arg);
		return;
	}
	HASH_ITER (hh, t->touched, p, next)
		if (is_gone(t, p->path) || is_link(t, p->path))
			tell_gone(t, p->path);
	HASH_ITER (hh, t->touched, p, next)
		if (!is_gone(t, p->path))
			look_at(t, p->path, p->complete);
	forget_touched(t);
	t->ops->settled(t->arg);
	if (t->lost)
		settle_soon(t);
}

struct tree *
tree_new(struct event_base *base, const char *root, const struct tree_ops *ops,
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
	t->ops = ops;
	t->arg = arg;
	t->root = xstrdup(root);
	t->inotify = fd;
	t->readable = event_new(base, fd, EV_READ | EV_PERSIST, on_readable, t);
	t->settle = evtimer_new(base, on_settle, t);
	if (t->readable == NULL || t->settle == NULL ||
	    event_add(t->readable, NULL) < 0)
		abort();
	return t;
}

void
tree_free(struct tree *t)
{
	if (t == NULL)
		return;
	event_free(t->readable);
	event_free(t->settle);
	forget_watches(t);
	forget_touched(t);
	close(t->inotify);
	free(t->root);
	free(t);
}
