/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events are gathered for a moment; then a scan goes through its steps, states first,
 * in slices of a few milliseconds. Of PATH all is looked at. In PATH.state, which has a
 * file for each object and is written to all the time, files of known objects are
 * looked at by themselves, and all of it only when something else happens.
 *
 * What can't be read is as it was: a file that is being written, or has become another
 * while it was read, one without rights or with a fault, what is below a directory that
 * can't be opened. When PATH itself is not there, nothing is concluded from that.
 * And what was moved during a walk may be neither where it was nor where it is: so only
 * a walk in which nothing happened says for sure what is gone.
 */
#include "common/dir/scan_io.h"

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/dir/document_io.h"
#include "common/dir/manifest.h"
#include "common/dir/state_io.h"
#include "common/dir/tree_io.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define GATHER_MS 50     /* what happens until then is one change */
#define AGAIN_MS 1000    /* between looks for a directory that has gone */
#define SLICE_NS 4000000 /* of work, until the loop has its turn */
#define YOUNG_MS 20      /* see is_young() */

enum step { REST, LOOK_AT_STATES, WALK_STATES, READ_FILES, TELL, STEPS };

struct reading {                    /* of a file */
	struct document_file *file; /* owned */
	char *path;                 /* owned; without the root */
	struct dir_place place;
	struct dir_stamp stamp; /* when it was opened */
	bool young;             /* so it was then */
	struct err first;       /* what is wrong with it; empty: nothing */
};

struct touched { /* a file of states */
	UT_hash_handle hh;
	char path[];
};

struct scan {
	struct scan_options o;
	const struct store *store; /* borrowed */
	struct dir_index *index;   /* borrowed */
	const struct scan_ops *ops;
	void *arg;
	struct tree *tree, *states;  /* owned; states may be NULL */
	struct event *begin, *go_on; /* owned */
	bool files_due, states_due;  /* something happened there */
	struct touched *touched;     /* owned, a uthash: only to these */
	enum step step;
	bool is_whole;           /* all directories of states can be read */
	struct reading *reading; /* owned, or NULL */
	struct err away;         /* why PATH can't be read; empty: it can */
};

static void
begin_soon(struct scan *s, unsigned ms)
{
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	if (ms < GATHER_MS || !event_pending(s->begin, EV_TIMEOUT, NULL))
		event_add(s->begin, &tv);
}

static void
on_file_changed(void *arg, const char *path)
{
	struct scan *s = arg;

	(void)path; /* whatever it is called, it may be a directory */
	s->files_due = true;
	begin_soon(s, GATHER_MS);
}

/* Is it the state of an object that we follow? The key points into text. */
static bool
state_key(
    const struct scan *s, char *text, size_t *kind, struct object_key *key)
{
	return manifest_state_key(s->store, text, kind, key) &&
	    store_wants(s->store, *kind, key);
}

static bool
is_state(const struct scan *s, const char *path)
{
	char *text = xstrdup(path);
	struct object_key key;
	size_t kind;
	bool is = state_key(s, text, &kind, &key);

	free(text);
	return is;
}

static void
touch(struct scan *s, const char *path)
{
	struct touched *t;

	HASH_FIND_STR(s->touched, path, t);
	if (t != NULL)
		return;
	t = xcalloc(1, sizeof(*t) + strlen(path) + 1);
	memcpy(t->path, path, strlen(path) + 1);
	HASH_ADD_STR(s->touched, path, t);
}

/* Our own log is no state. */
static void
on_state_changed(void *arg, const char *path)
{
	struct scan *s = arg;

	if (path != NULL && is_state(s, path))
		touch(s, path);
	else if (path == NULL || strchr(path, '.') == NULL)
		s->states_due = true;
	else
		return;
	begin_soon(s, GATHER_MS);
}

/*
 * It changed a moment ago. Somebody may be writing to it without our having heard of
 * that; and two changes within a tick of the kernel's clock leave the same times.
 */
static bool
is_young(const struct dir_stamp *stamp)
{
	int64_t age = loop_wall() - stamp->changed / 1000000;

	return age > -YOUNG_MS && age < YOUNG_MS;
}

/* What is read now is to be read again, if the stamp would not tell a change. */
static struct dir_stamp
settled(struct dir_stamp stamp)
{
	if (is_young(&stamp))
		stamp.inode = 0;
	return stamp;
}

/* ---- states ---- */

static void
state_load(struct scan *s, const char *path, const struct dir_stamp *at,
    size_t kind, const struct object_key *key)
{
	struct dir_stamp stamp = settled(*at);
	struct err err;
	size_t size;
	json_t *v = state_read(s->o.state_root, path, &err);

	if (v != NULL) {
		dir_state_found(s->index, kind, key, &stamp,
		    manifest_hash(v, &size), manifest_is_whole(v));
	} else if (err.text[0] != '\0') {
		log_warn("source: %s; ignored", err.text);
		dir_state_keep(s->index, kind, key, &stamp);
	}
	json_decref(v);
}

static void
state_walked(struct scan *s, const struct tree_entry *e)
{
	static const struct dir_stamp none = { .inode = 0 };
	char *text = xstrdup(e->path);
	struct object_key key;
	size_t kind;

	if (e->fault != 0)
		s->is_whole = false;
	else if (!state_key(s, text, &kind, &key))
		;
	else if (e->is_open)
		dir_state_keep(s->index, kind, &key, &none);
	else if (!dir_state_is_known(s->index, kind, &key, &e->stamp))
		state_load(s, e->path, &e->stamp, kind, &key);
	free(text);
}

static void
state_touched(struct scan *s, const char *path)
{
	char *text = xstrdup(path);
	char *full = xasprintf("%s/%s", s->o.state_root, path);
	struct object_key key;
	struct stat st;
	size_t kind;

	if (!state_key(s, text, &kind, &key))
		abort(); /* on_state_changed() has asked */
	if (stat(full, &st) == 0) {
		struct dir_stamp stamp = tree_stamp(&st);

		state_load(s, path, &stamp, kind, &key);
	} else if (errno == ENOENT || errno == ENOTDIR) {
		dir_state_gone(s->index, kind, &key);
	}
	free(full);
	free(text);
}

/* ---- files ---- */

static void
note_fault(struct reading *r, const struct err *err)
{
	if (r->first.text[0] == '\0')
		r->first = *err;
}

static void
found(struct scan *s, size_t kind, const struct object_key *key,
    const json_t *manifest)
{
	struct reading *r = s->reading;
	struct dir_object o = { .kind = kind, .key = *key };
	size_t size;

	dir_find(s->index, kind, key, &o); /* its state */
	o.path = r->path;
	o.place = r->place;
	o.hash = manifest_hash(manifest, &size);
	dir_file_found(s->index, kind, key, &o.place, o.hash);
	s->ops->object(s->arg, &o, manifest);
}

static void
on_item(void *arg, const json_t *obj, size_t item)
{
	struct scan *s = arg;
	struct reading *r = s->reading;
	struct object_key key;
	struct err err;
	size_t kind;

	r->place.item = item;
	switch (manifest_identify(s->store, obj, &kind, &key, &err)) {
	case MANIFEST_FOREIGN:
		break;
	case MANIFEST_REFUSED:
		err_prefix(&err, "line %u: ", r->place.line);
		note_fault(r, &err);
		break;
	case MANIFEST_OURS:
		found(s, kind, &key, obj);
		break;
	}
}

static void
reading_free(struct reading *r)
{
	if (r == NULL)
		return;
	document_close(r->file);
	free(r->path);
	free(r);
}

static void
reading_end(struct scan *s, bool whole)
{
	struct reading *r = s->reading;
	bool good = r->first.text[0] == '\0';
	struct dir_stamp stamp = r->stamp;

	if (!whole || r->young)
		stamp.inode = 0;
	dir_file_end(s->index, &stamp, whole, good ? NULL : &r->first);
	if (!good)
		log_warn("source: %s/%s: %s; what it held before stays",
		    s->o.root, r->path, r->first.text);
	reading_free(r);
	s->reading = NULL;
}

static struct dir_stamp
stamp_of(const struct document_file *file)
{
	struct stat st;

	document_stat(file, &st);
	return tree_stamp(&st);
}

/* One document. A file that somebody wrote to meanwhile is read again. */
static void
read_document(struct scan *s)
{
	struct reading *r = s->reading;
	struct err err;
	json_t *doc;

	switch (document_next(r->file, &doc, &r->place, &err)) {
	case DOCUMENT_READ:
		manifest_expand(doc, on_item, s);
		json_decref(doc);
		break;
	case DOCUMENT_BAD:
		note_fault(r, &err);
		break;
	case DOCUMENT_END:;
		struct dir_stamp now = stamp_of(r->file);
		bool whole = dir_stamp_eq(&now, &r->stamp);

		s->files_due |= !whole;
		reading_end(s, whole);
		break;
	}
}

static void
reading_begin(struct scan *s, const struct tree_entry *e)
{
	struct reading *r = s->reading = xcalloc(1, sizeof(*r));
	char *full = xasprintf("%s/%s", s->o.root, e->path);

	r->path = xstrdup(e->path);
	r->stamp = e->stamp;
	dir_file_begin(s->index, e->path);
	r->file = document_open(full, &r->first);
	if (r->file != NULL)
		r->stamp = stamp_of(r->file);
	r->young = is_young(&r->stamp);
	if (r->file == NULL)
		reading_end(s, true);
	free(full);
}

/* What can't be looked at is as it was, and what is below it if it is a directory. */
static void
keep_below(struct scan *s, const struct tree_entry *e)
{
	struct dir_stamp stamp = { .inode = (uint64_t)e->fault };
	struct err why;

	dir_files_keep_below(s->index, e->path);
	if (dir_file_is_known(s->index, e->path, &stamp))
		return;
	err_set(&why, "%s", strerror(e->fault));
	log_warn("source: %s/%s: %s; what it held before stays", s->o.root,
	    e->path, why.text);
	dir_file_begin(s->index, e->path);
	dir_file_end(s->index, &stamp, false, &why);
}

static void
file_walked(struct scan *s, const struct tree_entry *e)
{
	if (e->fault != 0)
		keep_below(s, e);
	else if (!document_is_named(e->path))
		return;
	else if (e->is_open)
		dir_file_keep(s->index, e->path);
	else if (is_young(&e->stamp) && dir_file_keep(s->index, e->path))
		s->files_due = true;
	else if (!dir_file_is_known(s->index, e->path, &e->stamp))
		reading_begin(s, e);
}

/* ---- the steps ---- */

/* It is looked for until it is back. */
static void
root_is_away(struct scan *s, const struct err *err)
{
	if (s->away.text[0] == '\0')
		log_error("source: %s; what is known stays", err->text);
	s->away = *err;
	s->step = REST;
	s->files_due = true;
	begin_soon(s, AGAIN_MS);
}

static void
done(struct scan *s, bool is_sure)
{
	s->step = TELL;
	s->ops->done(s->arg, is_sure);
}

static void
tell(struct scan *s)
{
	if (!s->ops->tell_one(s->arg))
		s->step = REST;
}

static void
files_begin(struct scan *s)
{
	struct err err;

	if (!s->files_due) {
		done(s, true);
		return;
	}
	s->files_due = false;
	s->step = READ_FILES;
	if (tree_walk(s->tree, &err))
		dir_files_begin(s->index);
	else
		root_is_away(s, &err);
}

static void
read_files(struct scan *s)
{
	struct tree_entry e;
	struct err err;

	if (s->reading != NULL) {
		read_document(s);
	} else if (tree_next(s->tree, &e)) {
		file_walked(s, &e);
	} else if (tree_take_events(s->tree)) {
		; /* what was moved meanwhile counts */
	} else if (!tree_walk_end(s->tree, &err)) {
		root_is_away(s, &err);
	} else {
		bool is_sure = !s->files_due;

		s->away.text[0] = '\0';
		dir_files_end(s->index, is_sure);
		done(s, is_sure);
	}
}

static void
look_at_states(struct scan *s)
{
	struct touched *t = s->touched;

	if (t == NULL) {
		files_begin(s);
		return;
	}
	HASH_DEL(s->touched, t);
	state_touched(s, t->path);
	free(t);
}

static void
walk_states(struct scan *s)
{
	struct tree_entry e;
	struct err err;

	if (tree_next(s->states, &e)) {
		state_walked(s, &e);
		return;
	}
	if (tree_take_events(s->states))
		return;
	if (!tree_walk_end(s->states, &err))
		s->states_due = true;
	else if (s->is_whole && !s->states_due)
		dir_states_end(s->index);
	s->step = LOOK_AT_STATES;
}

/* Without PATH.state there is no state. */
static void
states_begin(struct scan *s)
{
	struct err err;

	bool due = s->states_due && s->states != NULL;

	s->states_due = false;
	s->step = LOOK_AT_STATES;
	if (!due)
		return;
	s->is_whole = true;
	if (tree_walk(s->states, &err)) {
		dir_states_begin(s->index);
		s->step = WALK_STATES;
	} else if (access(s->o.state_root, F_OK) < 0 && errno == ENOENT) {
		dir_states_begin(s->index);
		dir_states_end(s->index);
	}
}

static uint64_t
nanoseconds(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000000 + (uint64_t)t.tv_nsec;
}

/* False: there were none. */
static bool
take_events(struct scan *s)
{
	bool any = tree_take_events(s->tree);

	return (s->states != NULL && tree_take_events(s->states)) || any;
}

static void
on_slice(evutil_socket_t fd, short what, void *arg)
{
	static void (*const steps[STEPS])(struct scan *) = {
		[LOOK_AT_STATES] = look_at_states,
		[WALK_STATES] = walk_states,
		[READ_FILES] = read_files,
		[TELL] = tell,
	};
	static const struct timeval at_once = { 0, 0 };
	uint64_t end = nanoseconds() + SLICE_NS;
	struct scan *s = arg;

	(void)fd;
	(void)what;
	if (!take_events(s))
		while (s->step != REST && nanoseconds() < end)
			steps[s->step](s);
	if (s->step != REST)
		event_add(s->go_on, &at_once);
	else if (s->files_due || s->states_due || s->touched != NULL)
		begin_soon(s, GATHER_MS);
}

static void
on_begin(evutil_socket_t fd, short what, void *arg)
{
	struct scan *s = arg;

	if (s->step != REST)
		return; /* when that is over it begins anew */
	if (s->states_due)
		s->ops->begin(s->arg);
	states_begin(s);
	on_slice(fd, what, s);
}

void
scan_again(struct scan *s)
{
	dir_forget_stamps(s->index);
	s->files_due = s->states_due = true;
	begin_soon(s, 0);
}

const struct err *
scan_away(const struct scan *s)
{
	return s->away.text[0] != '\0' ? &s->away : NULL;
}

struct scan *
scan_new(struct event_base *base, const struct scan_options *o,
    const struct store *store, struct dir_index *index,
    const struct scan_ops *ops, void *arg, struct err *err)
{
	struct scan *s = xcalloc(1, sizeof(*s));
	struct err ignored;

	s->o = *o;
	s->store = store;
	s->index = index;
	s->ops = ops;
	s->arg = arg;
	s->begin = evtimer_new(base, on_begin, s);
	s->go_on = evtimer_new(base, on_slice, s);
	s->tree = tree_new(base, o->root, on_file_changed, s, err);
	if (s->tree != NULL)
		s->states = tree_new(base, o->state_root, on_state_changed, s,
		    o->needs_states ? err : &ignored);
	if (s->tree == NULL || (s->states == NULL && o->needs_states)) {
		scan_free(s);
		return NULL;
	}
	s->files_due = s->states_due = true;
	begin_soon(s, 0);
	return s;
}

void
scan_free(struct scan *s)
{
	struct touched *t, *next;

	if (s == NULL)
		return;
	HASH_ITER (hh, s->touched, t, next) {
		HASH_DEL(s->touched, t);
		free(t);
	}
	event_free(s->begin);
	event_free(s->go_on);
	reading_free(s->reading);
	tree_free(s->tree);
	tree_free(s->states);
	free(s);
}
