/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of manifests as a source, `--source dir:PATH`.
 *
 * Two trees are read: PATH, what people write, and PATH.state, what the programs write,
 * this one among them. A scan (scan_io) brings the index (dir_index) up to date;
 * objects that are another than the store was told are then laid together with their
 * state, one at a time, and put into the store. A write changes a file of PATH.state
 * and is told at once; the file comes back as anybody else's, and says nothing new.
 */
#include "common/dir/source_dir_io.h"

#include <errno.h>
#include <event2/event.h>
#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/dir/dir_index.h"
#include "common/dir/manifest.h"
#include "common/dir/scan_io.h"
#include "common/dir/state_io.h"
#include "common/err.h"
#include "common/log.h"
#include "common/patch.h"
#include "common/source/source.h"

struct answer { /* of a write, on its way */
	size_t kind;
	char *ns, *name; /* owned */
	source_done *done;
	void *arg;
	enum source_code code;
	char version[DIR_VERSION];
	struct err why;
	struct answer *prev, *next;
};

struct dir {
	struct store *store; /* borrowed */
	const struct store_kind *kinds;
	size_t n;
	const char *program;
	bool exclusive, read_only;
	char *root, *state_root; /* owned */
	int lock;                /* owned; -1: none */
	struct dir_index *index; /* owned */
	struct scan *scan;       /* owned */
	bool *wrote;             /* owned; by kind: since the start */
	bool listing, listed;
	struct event *answer;   /* owned */
	struct answer *answers; /* owned, in order */
};

/* ---- telling ---- */

static json_t *
parse(const char *text)
{
	return text != NULL ? json_loads(text, JSON_ALLOW_NUL, NULL) : NULL;
}

/* A manifest is for each row of its kind. */
static void
put(struct dir *d, const struct dir_object *o)
{
	char version[DIR_VERSION];
	json_t *state = parse(o->text[DIR_STATES]);
	json_t *obj = manifest_combine(&d->kinds[o->kind], &o->key,
	    dir_version(o, version), parse(o->text[DIR_MANIFESTS]), state);

	for (size_t k = o->kind; k != SIZE_MAX;
	     k = store_kind_next(d->store, k))
		store_put(d->store, k, obj);
	json_decref(obj);
	json_decref(state);
}

static bool
is_too_large(const struct dir_object *o, enum dir_side side)
{
	return o->hash[side] != 0 && o->text[side] == NULL;
}

/* A patch is of no use without its manifest, as far as we can know that. */
static void
remove_orphan(const struct dir *d, const struct dir_object *o)
{
	const char *first;

	if (o->hash[DIR_STATES] == 0 || !(d->exclusive || d->wrote[o->kind]) ||
	    dir_broken(d->index, DIR_MANIFESTS, &first) > 0)
		return;
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);
	state_remove(d->state_root, path);
	free(path);
}

/* The patch of what is perhaps elsewhere stays, and is asked for when that is sure. */
static void
tell_gone(struct dir *d, struct dir_object o, bool is_sure)
{
	for (size_t k = o.kind; k != SIZE_MAX; k = store_kind_next(d->store, k))
		store_drop(d->store, k, &o.key);
	if (is_sure)
		remove_orphan(d, &o);
	else
		o.hash[DIR_STATES] = 0;
	dir_told(d->index, &o);
}

/* It may have a state, which can't be read. */
static bool
is_unread(const struct dir *d, const struct dir_object *o)
{
	if (o->hash[DIR_STATES] != 0)
		return false;
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);
	bool unread = dir_file_is_broken(d->index, DIR_STATES, path);
	free(path);
	return unread;
}

/* Without its state it would be another one: it is asked for again. */
static void
tell(struct dir *d, const struct dir_object *o)
{
	struct err err;

	if (is_unread(d, o))
		return;
	if (is_too_large(o, DIR_MANIFESTS) || is_too_large(o, DIR_STATES)) {
		err_set(&err, "larger than %u MiB", STORE_OBJECT_MAX >> 20);
		store_refuse(d->store, o->kind, &o->key, &err);
	} else {
		put(d, o);
	}
	dir_told(d->index, o);
}

/* ---- what a scan finds ---- */

/* False: another one writes there. */
static bool
hold_lock(struct dir *d, struct err *err)
{
	return !d->exclusive ||
	    state_lock(d->state_root, d->program, &d->lock, err);
}

static void
on_begin(void *arg)
{
	struct dir *d = arg;
	struct err err;

	if (!d->read_only &&
	    (!state_prepare(d->state_root, &err) || !hold_lock(d, &err)))
		log_warn("source: %s", err.text);
	for (size_t i = 0; !d->listing && i < d->n; i++)
		store_list_begin(d->store, i);
	d->listing = true;
}

static void
on_changed(void *arg, const struct dir_object *o, bool is_sure)
{
	struct dir *d = arg;

	if (o->exists)
		tell(d, o);
	else
		tell_gone(d, *o, is_sure);
}

/* Who gives out addresses has to know of all that are taken. */
static void
on_done(void *arg)
{
	struct dir *d = arg;
	const char *first;

	if (d->exclusive && dir_broken(d->index, DIR_STATES, &first) > 0)
		return;
	for (size_t i = 0; !d->listed && i < d->n; i++)
		store_list_end(d->store, i);
	d->listed = true;
}

static const struct scan_ops scan_ops = {
	.begin = on_begin,

	.changed = on_changed,
	.done = on_done,
};

/* ---- writing ---- */

static void
answer_free(struct answer *a)
{
	free(a->ns);
	free(a->name);
	free(a);
}

/* What was written is told before the answer. */
static void
tell_written(struct dir *d, const struct answer *a)
{
	struct dir_object o;
	struct object_key key = { a->ns, a->name };

	if (a->code == WRITE_OK && d->listed &&
	    dir_find(d->index, a->kind, &key, &o) && o.exists)
		tell(d, &o);
}

static void
on_answer(evutil_socket_t fd, short what, void *arg)
{
	struct dir *d = arg;
	struct answer *a;

	(void)fd;
	(void)what;
	while ((a = d->answers) != NULL) {
		struct source_result result = { a->code, a->why.text,
			a->version };

		DL_DELETE(d->answers, a);
		tell_written(d, a);
		a->done(a->arg, &result);
		answer_free(a);
	}
}

static enum source_code
refuse(struct answer *a, enum source_code code, const char *why)
{
	err_set(&a->why, "%s", why);
	return code;
}

/* The object is as the patch knew it; the version is taken out of the patch. */
static bool
version_fits(json_t *patch, const struct dir_object *o)
{
	json_t *meta = json_object_get(patch, "metadata");
	const char *want =
	    json_string_value(json_object_get(meta, "resourceVersion"));
	char version[DIR_VERSION];
	bool fits = want == NULL || want[0] == '\0' || !o->exists ||
	    strcmp(want, dir_version(o, version)) == 0;

	json_object_del(meta, "resourceVersion");
	return fits;
}

/*
 * Lays the patch over the state there is; the result is owned. NULL and err: that can't
 * be read, and who knows what would be lost.
 */
static json_t *
next_state(const struct dir *d, const struct dir_object *o, const char *path,
    const json_t *patch, struct err *err)
{
	bool composed = o->hash[DIR_MANIFESTS] != 0;
	json_t *state = state_read(d->state_root, path, err);

	if (state == NULL && err->text[0] != '\0') {
		err_prefix(err, "%s/%s: ", d->state_root, path);
		return NULL;
	}
	if (state == NULL)
		state = json_object();
	patch_lay(state, patch,
	    manifest_patch_rules(&d->kinds[o->kind]) |
		(composed ? PATCH_COMPOSE : 0));
	return state;
}

/* The index hears of it at once, as if it had been read. */
static bool
write_state(
    struct dir *d, struct dir_object *o, const json_t *patch, struct err *err)
{
	static const struct dir_stamp unknown = { .inode = 0 };
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);
	json_t *state = next_state(d, o, path, patch, err);
	uint64_t hash = 0;
	char *text = state != NULL ? manifest_text(state, &hash) : NULL;
	bool good = state != NULL &&
	    (hash == o->hash[DIR_STATES] ||
		state_write(d->state_root, path, state, err));

	if (good) {
		d->wrote[o->kind] = true;
		dir_file_begin(d->index, DIR_STATES, path);
		dir_file_found(
		    d->index, DIR_STATES, o->kind, &o->key, state, 1);
		dir_file_end(d->index, DIR_STATES, &unknown, NULL);
		o->hash[DIR_STATES] = hash;
	}
	free(text);
	free(path);
	json_decref(state);
	return good;
}

static enum source_code
carry_out(struct dir *d, const struct source_write *w, json_t *patch,
    struct answer *a)
{
	struct dir_object o = { .kind = w->kind, .key = w->key };

	if (d->read_only)
		return refuse(a, WRITE_REFUSED, "opened for reading only");
	if (!json_is_object(patch))
		return refuse(a, WRITE_REFUSED, "the body is not an object");
	if (!hold_lock(d, &a->why))
		return WRITE_RETRY;
	dir_find(d->index, w->kind, &w->key, &o);
	if (w->how != WRITE_OBJECT && !o.exists)
		return refuse(a, WRITE_GONE, "there is no such object");
	if (!version_fits(patch, &o))
		return refuse(a, WRITE_CONFLICT, "the object has changed");
	if (w->how == WRITE_OBJECT)
		manifest_make_whole(patch, &d->kinds[w->kind]);
	else
		manifest_keep_status(patch);
	if (!write_state(d, &o, patch, &a->why))
		return WRITE_RETRY;
	dir_version(&o, a->version);
	return WRITE_OK;
}

static void
dir_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct dir *d = impl;
	struct answer *a = xcalloc(1, sizeof(*a));
	json_t *patch = json_loads(w->body, JSON_REJECT_DUPLICATES, NULL);

	a->kind = w->kind;
	a->ns = xstrdup(w->key.ns);
	a->name = xstrdup(w->key.name);
	a->done = done;
	a->arg = arg;
	a->code = carry_out(d, w, patch, a);
	DL_APPEND(d->answers, a);
	event_active(d->answer, EV_TIMEOUT, 0);
	json_decref(patch);
}

static void
dir_event(void *impl, const struct source_event *event)
{
	struct dir *d = impl;

	if (!d->read_only)
		state_log_event(
		    d->state_root, d->program, &d->kinds[event->kind], event);
}

static void
dir_reload(void *impl)
{
	struct dir *d = impl;

	scan_again(d->scan);
}

static enum source_state
dir_state(const void *impl, size_t kind, struct err *why)
{
	const struct dir *d = impl;
	const char *first, *state;

	(void)kind; /* which kinds an unreadable file holds nobody knows */
	if (scan_away(d->scan) != NULL) {
		*why = *scan_away(d->scan);
		return SOURCE_REFUSED;
	}
	size_t n = dir_broken(d->index, DIR_MANIFESTS, &first) +
	    dir_broken(d->index, DIR_STATES, &state);
	first = first != NULL ? first : state;
	if (n > 1)
		err_set(why, "%s, and %zu files more", first, n - 1);
	else if (n == 1)
		err_set(why, "%s", first);
	return n > 0 ? SOURCE_FAULTY : SOURCE_FOLLOWED;
}

static void
dir_free(void *impl)
{
	struct dir *d = impl;
	struct answer *a, *next;

	DL_FOREACH_SAFE (d->answers, a, next)
		answer_free(a);
	event_free(d->answer);
	scan_free(d->scan);
	dir_index_free(d->index);
	if (d->lock >= 0)
		close(d->lock);
	free(d->wrote);
	free(d->root);
	free(d->state_root);
	free(d);
}

static const struct source_ops dir_ops = {
	.write = dir_write,
	.event = dir_event,
	.reload = dir_reload,
	.state = dir_state,
	.free = dir_free,
};

/* Without slashes at its end. */
static int
path_length(const char *path)
{
	size_t n = strlen(path);

	while (n > 1 && path[n - 1] == '/')
		n--;
	return (int)n;
}

char *
source_dir_state(const char *path)
{
	return xasprintf("%.*s.state", path_length(path), path);
}

/* PATH.state: to write into, or to read if it is there. */
static bool
open_trees(struct dir *d, struct event_base *base, struct err *err)
{
	const struct scan_options o = { .root = { d->state_root, d->root },
		.needs_states = !d->read_only };

	if (!d->read_only && !state_prepare(d->state_root, err))
		return false;
	if (!hold_lock(d, err))
		return false;
	d->scan = scan_new(base, &o, d->store, d->index, &scan_ops, d, err);
	return d->scan != NULL;
}

struct source *
source_dir_open(const struct source_options *o, const char *path,
    struct event_base *base, struct store *store, struct err *err)
{
	struct dir *d = xcalloc(1, sizeof(*d));

	d->store = store;
	store_set_strict(store); /* no API server has looked at these */
	d->kinds = store_kinds(store, &d->n);
	d->program = o->program;
	d->exclusive = o->exclusive;
	d->read_only = o->read_only;
	d->root = xasprintf("%.*s", path_length(path), path);
	d->state_root = source_dir_state(path);
	d->lock = -1;
	d->wrote = xcalloc(d->n, sizeof(*d->wrote));
	d->index = dir_index_new(store);
	d->answer = evtimer_new(base, on_answer, d);
	if (!open_trees(d, base, err)) {
		dir_free(d);
		return NULL;
	}
	return source_new(&dir_ops, d);
}
