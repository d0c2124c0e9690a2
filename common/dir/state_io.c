/* SPDX-License-Identifier: Apache-2.0 */
#include "common/dir/state_io.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include "common/alloc.h"
#include "common/date.h"
#include "common/err.h"
#include "common/lock_file_io.h"
#include "common/log.h"
#include "common/source/source.h"
#include "common/source/store.h"

#define EVENTS_MAX (1 << 20)

bool
state_prepare(const char *root, struct err *err)
{
	if (mkdir(root, 0755) == 0 || errno == EEXIST)
		return true;
	return err_set(err, "%s: %s", root, strerror(errno));
}

static bool
held_by_another(int fd, const char *path, struct err *err)
{
	char who[64] = "";
	ssize_t n = pread(fd, who, sizeof(who) - 1, 0);

	if (n <= 0)
		return err_set(err, "%s: another program holds it", path);
	who[strcspn(who, "\n")] = '\0';
	return err_set(err, "%s: held by another %s", path, who);
}

/* A descriptor; -1 and err. */
static int
lock_take(const char *root, const char *program, struct err *err)
{
	char *path = xasprintf("%s/.lock", root);
	int fd = lock_file_open(AT_FDCWD, path, err);
	bool locked = fd >= 0 && flock(fd, LOCK_EX | LOCK_NB) == 0;

	if (locked) {
		if (ftruncate(fd, 0) < 0 ||
		    dprintf(fd, "%s, process %d\n", program, getpid()) < 0)
			log_warn("source: %s: %s", path, strerror(errno));
	} else if (fd >= 0 && errno == EWOULDBLOCK) {
		held_by_another(fd, path, err);
	} else if (fd >= 0) {
		err_set(err, "%s: %s", path, strerror(errno));
	}
	if (!locked && fd >= 0)
		close(fd);
	free(path);
	return locked ? fd : -1;
}

/* Is what the descriptor locks still there? */
static bool
lock_holds(const char *root, int lock)
{
	char *path = xasprintf("%s/.lock", root);
	bool same = lock_file_is_there(lock, AT_FDCWD, path);

	free(path);
	return same;
}

bool
state_lock(const char *root, const char *program, int *lock, struct err *err)
{
	if (*lock >= 0 && lock_holds(root, *lock))
		return true;
	if (*lock >= 0)
		close(*lock);
	*lock = state_prepare(root, err) ? lock_take(root, program, err) : -1;
	return *lock >= 0;
}

json_t *
state_read(const char *root, const char *path, struct err *err)
{
	char *full = xasprintf("%s/%s", root, path);
	FILE *f = fopen(full, "re");
	json_error_t why;

	err->text[0] = '\0';
	if (f == NULL) {
		if (errno != ENOENT)
			err_set(err, "%s", strerror(errno));
		free(full);
		return NULL;
	}
	json_t *v = json_loadf(f, JSON_REJECT_DUPLICATES, &why);
	fclose(f);
	if (v == NULL)
		err_set(err, "line %d: not JSON", why.line);
	else if (!json_is_object(v))
		err_set(err, "not an object");
	free(full);
	if (json_is_object(v))
		return v;
	json_decref(v);
	return NULL;
}

/* The directories that path lies in. */
static void
make_directories(const char *root, const char *path)
{
	char *full = xasprintf("%s/%s", root, path);

	for (char *p = full + strlen(root); *p != '\0'; p++)
		if (*p == '/') {
			*p = '\0';
			mkdir(full, 0755); /* if that fails, so will open() */
			*p = '/';
		}
	free(full);
}

/* path ends with XXXXXX, which becomes a name that nobody else has. */
static bool
write_whole(char *path, const char *text)
{
	int fd = mkostemp(path, O_CLOEXEC);

	if (fd < 0)
		return false;
	size_t n = strlen(text);
	bool good = fchmod(fd, 0644) == 0;
	while (good && n > 0) {
		ssize_t done = write(fd, text, n);

		good = done > 0;
		if (good) {
			text += done;
			n -= (size_t)done;
		}
	}
	/*
	 * What a crash of the machine leaves behind is the old file or the new.
	 */
	good = good && fdatasync(fd) == 0;
	return close(fd) == 0 && good;
}

bool
state_write(
    const char *root, const char *path, const json_t *v, struct err *err)
{
	const char *name = strrchr(path, '/') + 1;
	char *full = xasprintf("%s/%s", root, path);
	char *temp = xasprintf(
	    "%s/%.*s.%s.XXXXXX", root, (int)(name - path), path, name);
	char *text = json_dumps(v, JSON_INDENT(1) | JSON_SORT_KEYS);

	make_directories(root, path);
	bool good = write_whole(temp, text) && rename(temp, full) == 0;
	if (!good) {
		err_set(err, "%s: %s", full, strerror(errno));
		unlink(temp);
	}
	free(text);
	free(temp);
	free(full);
	return good;
}

void
state_remove(const char *root, const char *path)
{
	char *full = xasprintf("%s/%s", root, path);

	if (unlink(full) < 0 && errno != ENOENT)
		log_warn("source: %s: %s", full, strerror(errno));
	free(full);
}

static char *
event_line(const char *program, const struct store_kind *k,
    const struct source_event *e)
{
	struct timespec now;
	char when[DATE_TEXT];

	clock_gettime(CLOCK_REALTIME, &now);
	json_t *v = json_pack("{s:s,s:s,s:s,s:s,s:s,s:s,s:s,s:s}", "ts",
	    date_print(now.tv_sec, when), "type",
	    e->warning ? "Warning" : "Normal", "reason", e->reason, "kind",
	    k->kind, "namespace", e->key.ns, "name", e->key.name, "message",
	    e->message, "source", program);
	char *text = v != NULL ? json_dumps(v, JSON_COMPACT) : NULL;
	json_decref(v);
	return text;
}

void
state_log_event(const char *root, const char *program,
    const struct store_kind *k, const struct source_event *e)
{
	char *path = xasprintf("%s/events.log", root);
	char *old = xasprintf("%s/events.log.1", root);
	char *text = event_line(program, k, e);
	struct stat st;

	if (stat(path, &st) == 0 && st.st_size > EVENTS_MAX)
		rename(path, old);
	int fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644);
	if (fd < 0 || text == NULL || dprintf(fd, "%s\n", text) < 0)
		log_warn("source: %s: an event is lost", path);
	if (fd >= 0)
		close(fd);
	free(text);
	free(old);
	free(path);
}
