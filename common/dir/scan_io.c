/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events are gathered until it is quiet for a moment, somewhat longer when a file
 * went, since it may be about to be replaced; then a scan walks through PATH.state and
 * PATH, as far as something happened there, and tells what differs from what was told.
 * All that in slices of a few milliseconds, each of which reads the events first. Only
 * a file of PATH.state that is replaced is read at once and by itself: there is one
 * for each object, and they are written to all the time.
 *
 * What can't be read is as it was: a file that is being written, or has become another
 * while it was read, one without rights or with a fault, what is below a directory
 * that can't be opened. When PATH itself is not there, nothing is concluded from that.
 * And what was moved during a walk may be neither where it was nor where it is: so
 * only a walk in which nothing happened says for sure what is gone.
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

#include "common/alloc.h"
#include "common/dir/document_io.h"
#include "common/dir/manifest.h"
#include "common/dir/state_io.h"
#include "common/dir/tree_io.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define QUIET_MS 15 /* without news, until a scan begins */
#define GATHER_MS 50 /* … or so long after the first, and after the last scan */
#define AGAIN_MS 1000    /* between looks for a directory that has gone */
#define SLICE_NS 3000000 /* of work, until the loop has its turn */
#define YOUNG_MS 12      /* see is_young(); less than QUIET_MS */

struct reading {                    /* of a file of manifests */
	struct document_file *file; /* owned */
	char *path;                 /* owned; without the root */
	struct dir_stamp stamp;     /* when it was opened */
	struct err first;           /* what is wrong with it; empty: nothing */
	json_t *doc;                /* owned: what was read last, or NULL */
	unsigned line;              /* of it */
	size_t item;                /* of it, the next one */
};

struct side {
	struct tree *tree; /* owned; NULL: there is no PATH.state */
	bool due;          /* something happened there */
};

struct scan {
	struct scan_options o;
	const struct store *store; /* borrowed */
	struct dir_index *index;   /* borrowed */
	const struct scan_ops *ops;
	void *arg;
	struct side sides[DIR_SIDES];
	struct event *begin, *go_on; /* owned */
	uint64_t begins; /* when, while that is pending; loop_now() */
	uint64_t latest; /* … by what has happened until now */
	uint64_t begun;  /* the last one */
	void (*step)(struct scan *); /* NULL: nothing is to do */
	enum dir_side at;            /* what is being walked through */
	struct reading *reading;     /* owned, or NULL */
	bool is_sure;                /* what the last walk says is gone */
	bool untold;                 /* a state was read by itself */
	struct err away;             /* why PATH can't be read; empty: it can */
};

/*
 * In ms, or later if that was said before, but most is the longest wait. Not too soon
 * after the one before, or a directory with much in it would cost much where something
 * happens all the time.
 */
static void
begin_soon(struct scan *s, unsigned ms, unsigned most)
{
	uint64_t now = loop_now();

	if (!event_pending(s->begin, EV_TIMEOUT, NULL)) {
		s->latest = now + most;
		s->begins = s->begun + GATHER_MS;
	}
	uint64_t at = now + ms < s->latest ? now + ms : s->latest;

	if (at > s->begins)
		s->begins = at;
	loop_arm(s->begin, s->begins);
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

/* ---- states ---- */

/* The state of which object we follow is it? The key points into the owned result. */
static char *
state_key(const struct scan *s, const char *path, size_t *kind,
    struct object_key *key)
{
	char *text = xstrdup(path);

	if (manifest_state_key(s->store, text, kind, key) &&
	    store_wants(s->store, *kind, key))
		return text;
	free(text);
	return NULL;
}

static void
state_load(struct scan *s, const char *path, struct dir_stamp stamp)
{
	struct object_key key;
	struct err err;
	size_t kind;
	char *text = state_key(s, path, &kind, &key);
	json_t *v =
	    text != NULL ? state_read(s->o.root[DIR_STATES], path, &err) : NULL;

	if (is_young(&stamp))
		stamp.inode = 0;
	if (v != NULL) {
		dir_file_begin(s->index, DIR_STATES, path);
		dir_file_found(s->index, DIR_STATES, kind, &key, v, 1);
		dir_file_end(s->index, DIR_STATES, &stamp, NULL);
	} else if (text != NULL && err.text[0] != '\0') {
		stamp.inode = 0; /* the next walk tries again */
		log_warn("source: %s/%s: %s; what is known stays",
		    s->o.root[DIR_STATES], path, err.text);
		dir_file_begin(s->index, DIR_STATES, path);
		dir_file_end(s->index, DIR_STATES, &stamp, &err);
	}
	json_decref(v);
	free(text);
}

static void
state_look_at(struct scan *s, const char *path)
{
	char *full = xasprintf("%s/%s", s->o.root[DIR_STATES], path);
	struct stat st;

	if (stat(full, &st) == 0)
		state_load(s, path, tree_stamp(&st));
	else if (errno == ENOENT || errno == ENOTDIR)
		dir_file_gone(s->index, DIR_STATES, path);
	free(full);
}

/* ---- manifests ---- */

static void
note_fault(struct reading *r, const struct err *err)
{
	if (r->first.text[0] == '\0')
		r->first = *err;
}

static void
on_item(void *arg, const json_t *obj)
{
	struct scan *s = arg;
	struct reading *r = s->reading;
	struct object_key key;
	struct err err;
	size_t kind;

	switch (manifest_identify(s->store, obj, &kind, &key, &err)) {
	case MANIFEST_FOREIGN:
		break;
	case MANIFEST_REFUSED:
		err_prefix(&err, "line %u: ", r->line);
		note_fault(r, &err);
		break;
	case MANIFEST_OURS:
		dir_file_found(
		    s->index, DIR_MANIFESTS, kind, &key, obj, r->line);
		break;
	}
}

static void
reading_free(struct reading *r)
{
	if (r == NULL)
		return;
	json_decref(r->doc);
	document_close(r->file);
	free(r->path);
	free(r);
}

static void
reading_end(struct scan *s)
{
	struct reading *r = s->reading;
	bool good = r->first.text[0] == '\0';

	dir_file_end(
	    s->index, DIR_MANIFESTS, &r->stamp, good ? NULL : &r->first);
	if (!good)
		log_warn("source: %s/%s: %s; what it held before stays",
		    s->o.root[DIR_MANIFESTS], r->path, r->first.text);
	reading_free(r);
	s->reading = NULL;
}

/*
 * A file that became another meanwhile is as it was, if it was read before. One that
 * went meanwhile is for the next walk. One that can't be opened is tried again by it.
 */
static void
reading_begin(struct scan *s, const struct tree_entry *e)
{
	if (!document_is_named(e->path))
		return;
	struct reading *r = xcalloc(1, sizeof(*r));
	char *full = xasprintf("%s/%s", s->o.root[DIR_MANIFESTS], e->path);

	r->path = xstrdup(e->path);
	r->file = document_open(full, &r->first);
	bool gone =
	    r->file == NULL && access(full, F_OK) < 0 && errno == ENOENT;
	free(full);
	s->sides[DIR_MANIFESTS].due |= gone;
	if (gone) {
		reading_free(r);
		return;
	}
	r->stamp =
	    r->file != NULL ? tree_stamp(document_stat(r->file)) : e->stamp;
	bool other = !dir_stamp_eq(&r->stamp, &e->stamp);
	s->sides[DIR_MANIFESTS].due |= other;
	if (other && dir_file_keep(s->index, DIR_MANIFESTS, e->path)) {
		reading_free(r);
		return;
	}
	if (r->file == NULL || other || is_young(&r->stamp))
		r->stamp.inode = 0;
	s->reading = r;
	dir_file_begin(s->index, DIR_MANIFESTS, e->path);
}

static void
read_document(struct scan *s)
{
	struct reading *r = s->reading;
	enum document_step step = DOCUMENT_END;
	struct err err;

	json_decref(r->doc);
	r->doc = NULL;
	r->item = 0;
	if (r->file != NULL)
		step = document_next(r->file, &r->doc, &r->line, &err);
	if (step == DOCUMENT_BAD)
		note_fault(r, &err);
	if (step == DOCUMENT_END)
		reading_end(s);
}

static void
read_on(struct scan *s)
{
	struct reading *r = s->reading;

	if (r->doc != NULL && r->item < manifest_count(r->doc))
		manifest_expand(r->doc, r->item++, on_item, s);
	else
		read_document(s);
}

/* ---- a walk ---- */

/* What can't be looked at is as it was, and what is below it if it is a directory. */
static void
keep_below(struct scan *s, const struct tree_entry *e)
{
	struct dir_stamp stamp = { .inode = (uint64_t)e->fault };
	struct err why;

	dir_keep_below(s->index, s->at, e->path);
	if (dir_file_is_known(s->index, s->at, e->path, &stamp))
		return;
	err_set(&why, "%s", strerror(e->fault));
	log_warn("source: %s/%s: %s; what it held before stays",
	    s->o.root[s->at], e->path, why.text);
	dir_file_begin(s->index, s->at, e->path);
	dir_file_end(s->index, s->at, &stamp, &why);
}

static void
entry_walked(struct scan *s, const struct tree_entry *e)
{
	if (e->fault != 0)
		keep_below(s, e);
	else if (e->is_open)
		dir_file_keep(s->index, s->at, e->path);
	else if (is_young(&e->stamp) && dir_file_keep(s->index, s->at, e->path))
		s->sides[s->at].due = true;
	else if (dir_file_is_known(s->index, s->at, e->path, &e->stamp))
		;
	else if (s->at == DIR_STATES)
		state_load(s, e->path, e->stamp);
	else
		reading_begin(s, e);
}

/* PATH is looked for until it is back. Without PATH.state there is no state. */
static void
root_is_away(struct scan *s, const struct err *err)
{
	const char *root = s->o.root[s->at];

	if (s->at == DIR_MANIFESTS) {
		if (s->away.text[0] == '\0')
			log_error("source: %s; what is known stays", err->text);
		s->away = *err;
		s->sides[s->at].due = true;
		s->step = NULL;
		begin_soon(s, AGAIN_MS, AGAIN_MS);
	} else if (access(root, F_OK) < 0 && errno == ENOENT) {
		dir_walk_begin(s->index, s->at);
		dir_walk_end(s->index, s->at, true);
	}
}

/* Whatever is read by itself meanwhile may have its manifest in what happened since. */
static void
tell(struct scan *s)
{
	bool is_sure = s->is_sure && !s->sides[DIR_MANIFESTS].due;
	struct dir_object o;

	if (!dir_changes_next(s->index, &o)) {
		s->step = NULL;
		s->ops->done(s->arg);
	} else if (o.is_due) {
		s->ops->changed(s->arg, &o, is_sure);
	}
}

static void walk(struct scan *);

/* Goes through this side, or the next one that is due, or tells what differs. */
static void
side_begin(struct scan *s)
{
	for (; s->at < DIR_SIDES; s->at++) {
		struct side *side = &s->sides[s->at];
		struct err err;

		if (!side->due)
			continue;
		side->due = false;
		s->step = walk;
		if (tree_walk(side->tree, &err)) {
			dir_walk_begin(s->index, s->at);
			return;
		}
		root_is_away(s, &err);
		if (s->step == NULL)
			return;
	}
	s->untold = false;
	dir_changes_begin(s->index);
	s->step = tell;
}

static void
side_end(struct scan *s)
{
	struct side *side = &s->sides[s->at];
	bool is_sure = !side->due;
	struct err err;

	if (tree_walk_end(side->tree, &err)) {
		dir_walk_end(s->index, s->at, is_sure);
		if (s->at == DIR_MANIFESTS) {
			s->is_sure = is_sure;
			s->away.text[0] = '\0';
		}
	} else {
		side->due = true;
		root_is_away(s, &err);
	}
	if (s->step != NULL) {
		s->at++;
		side_begin(s);
	}
}

static void
walk(struct scan *s)
{
	struct side *side = &s->sides[s->at];
	struct tree_entry e;

	if (s->reading != NULL)
		read_on(s);
	else if (tree_next(side->tree, &e))
		entry_walked(s, &e);
	else if (!tree_take_events(side->tree))
		side_end(s);
}

/* ---- slices ---- */

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
	bool any = false;

	for (unsigned i = 0; i < DIR_SIDES; i++)
		if (s->sides[i].tree != NULL)
			any |= tree_take_events(s->sides[i].tree);
	return any;
}

static void
on_slice(evutil_socket_t fd, short what, void *arg)
{
	static const struct timeval at_once = { 0, 0 };
	uint64_t end = nanoseconds() + SLICE_NS;
	struct scan *s = arg;

	(void)fd;
	(void)what;
	if (!take_events(s))
		while (s->step != NULL && nanoseconds() < end)
			s->step(s);
	if (s->step != NULL)
		event_add(s->go_on, &at_once);
	else if (s->sides[DIR_MANIFESTS].due || s->sides[DIR_STATES].due ||
	    s->untold)
		begin_soon(s, GATHER_MS, GATHER_MS);
}

static void
on_begin(evutil_socket_t fd, short what, void *arg)
{
	struct scan *s = arg;

	if (s->step != NULL)
		return; /* when that is over it begins anew */
	s->begun = loop_now();
	if (s->sides[DIR_STATES].due)
		s->ops->begin(s->arg);
	s->at = 0;
	side_begin(s);
	on_slice(fd, what, s);
}

/*
 * Whatever it is called, it may be a directory. For a file that went another may come.
 */
static void
on_manifest_changed(void *arg, const char *path, bool gone)
{
	struct scan *s = arg;
	bool waits = path == NULL || (gone && document_is_named(path));

	s->sides[DIR_MANIFESTS].due = true;
	begin_soon(s, waits ? GATHER_MS : QUIET_MS, GATHER_MS);
}

/* Our own log is no state. */
static void
on_state_changed(void *arg, const char *path, bool gone)
{
	struct scan *s = arg;
	struct object_key key;
	size_t kind;
	char *text = path != NULL ? state_key(s, path, &kind, &key) : NULL;

	if (text != NULL) {
		state_look_at(s, path);
		s->untold = true;
	} else if (path == NULL || strchr(path, '.') == NULL) {
		s->sides[DIR_STATES].due = true;
	}
	if (s->untold || s->sides[DIR_STATES].due)
		begin_soon(s, gone ? GATHER_MS : QUIET_MS, GATHER_MS);
	free(text);
}

void
scan_again(struct scan *s)
{
	dir_forget_stamps(s->index);
	for (unsigned i = 0; i < DIR_SIDES; i++)
		s->sides[i].due = s->sides[i].tree != NULL;
	s->begins = loop_now();
	loop_arm(s->begin, s->begins);
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
	struct side *manifests = &s->sides[DIR_MANIFESTS];
	struct side *states = &s->sides[DIR_STATES];
	struct err ignored;

	s->o = *o;
	s->store = store;
	s->index = index;
	s->ops = ops;
	s->arg = arg;
	s->begin = evtimer_new(base, on_begin, s);
	s->go_on = evtimer_new(base, on_slice, s);
	manifests->tree =
	    tree_new(base, o->root[DIR_MANIFESTS], on_manifest_changed, s, err);
	if (manifests->tree != NULL)
		states->tree = tree_new(base, o->root[DIR_STATES],
		    on_state_changed, s, o->needs_states ? err : &ignored);
	if (manifests->tree == NULL ||
	    (states->tree == NULL && o->needs_states)) {
		scan_free(s);
		return NULL;
	}
	scan_again(s);
	return s;
}

void
scan_free(struct scan *s)
{
	if (s == NULL)
		return;
	event_free(s->begin);
	event_free(s->go_on);
	reading_free(s->reading);
	for (unsigned i = 0; i < DIR_SIDES; i++)
		tree_free(s->sides[i].tree);
	free(s);
}
