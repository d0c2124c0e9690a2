/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/run/netns_lock_io.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/run/run_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/lock_file_io.h"
#include "common/log.h"

struct netns_lock {
	char *directory; /* owned */
	char *path;      /* owned */
	const char *what;
	char *who; /* owned */
	int fd;    /* -1: no file */
	bool held;
};

/* -1, and told: none, so there is nothing to hold. */
static int
lock_open(const struct netns_lock *l)
{
	struct err err;
	int fd = -1;

	if (l->path == NULL)
		err_set(&err, "/proc/self/ns/net: %s", strerror(errno));
	else if (mkdir(l->directory, 0755) != 0 && errno != EEXIST)
		err_set(&err, "%s: %s", l->path, strerror(errno));
	else
		fd = lock_file_open(AT_FDCWD, l->path, &err);
	if (fd < 0)
		log_warn("%s: %s: nobody holds off a second daemon", l->what,
		    err.text);
	return fd;
}

struct netns_lock *
netns_lock_new(
    const char *directory, const char *name, const char *what, const char *who)
{
	struct netns_lock *l = xcalloc(1, sizeof(*l));
	char *path = run_path(directory, name);

	if (path != NULL)
		l->path = xasprintf("%s.lock", path);
	free(path);
	l->directory = xstrdup(directory);
	l->what = what;
	l->who = xstrdup(who);
	l->fd = lock_open(l);
	return l;
}

void
netns_lock_free(struct netns_lock *l)
{
	if (l == NULL)
		return;
	if (l->held && flock(l->fd, LOCK_EX | LOCK_NB) == 0) /* by us alone */
		unlink(l->path);
	if (l->fd >= 0)
		close(l->fd);
	free(l->directory);
	free(l->path);
	free(l->who);
	free(l);
}

void
netns_lock_holder(const struct netns_lock *l, char who[NETNS_LOCK_WHO])
{
	ssize_t n = pread(l->fd, who, NETNS_LOCK_WHO - 1, 0);

	who[n > 0 ? n : 0] = '\0';
	who[strcspn(who, "\n")] = '\0';
}

static bool
refuse(const struct netns_lock *l, struct err *err)
{
	char who[NETNS_LOCK_WHO];

	netns_lock_holder(l, who);
	return err_set(err,
	    "another daemon in this network namespace keeps it: %s (%s)",
	    who[0] != '\0' ? who : "it has not said who", l->path);
}

/* how: of flock(2). False: another one's is in the way. */
static bool
try(struct netns_lock *l, int how)
{
	if (flock(l->fd, how | LOCK_NB) != 0)
		return false;
	if (lock_file_is_there(l->fd, AT_FDCWD, l->path))
		return true;
	close(l->fd); /* its holder has removed it */
	l->fd = lock_open(l);
	return l->fd >= 0 && flock(l->fd, how | LOCK_NB) == 0;
}

static void
say_who(const struct netns_lock *l)
{
	if (ftruncate(l->fd, 0) != 0 || lseek(l->fd, 0, SEEK_SET) != 0 ||
	    dprintf(l->fd, "%s\n", l->who) < 0)
		log_warn("%s: %s: %s", l->what, l->path, strerror(errno));
}

bool
netns_lock_take(struct netns_lock *l, struct err *err)
{
	if (l->held || l->fd < 0)
		return true;
	if (!try(l, LOCK_EX))
		return l->fd < 0 || refuse(l, err);
	l->held = true;
	say_who(l);
	return true;
}

#define SHARE_TRIES 50
#define SHARE_NS 10000000

/*
 * The first writes who it is while it has the lock alone, then shares it. In between
 * another one may come first, as flock(2) lets go of the one kind before it takes the
 * other: so what the file says is read only then.
 */
static bool
share_once(struct netns_lock *l)
{
	char who[NETNS_LOCK_WHO];

	if (try(l, LOCK_EX))
		say_who(l);
	if (l->fd < 0 || !try(l, LOCK_SH))
		return false;
	netns_lock_holder(l, who);
	l->held = strcmp(who, l->who) == 0;
	if (!l->held)
		flock(l->fd, LOCK_UN);
	return l->held;
}

bool
netns_lock_share(struct netns_lock *l, struct err *err)
{
	const struct timespec moment = { 0, SHARE_NS };

	for (int i = 0; !l->held && l->fd >= 0 && i < SHARE_TRIES; i++)
		if (!share_once(l))
			nanosleep(&moment, NULL);
	return l->held || l->fd < 0 || refuse(l, err);
}
