/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A directory of manifests as a source, `--source dir:PATH`.
 *
 * Two trees are watched: PATH, what people write, and PATH.state, what the
 * programs write, this one among them. A file that has changed is read once to
 * learn which objects it defines (dir_index); those that mean something else
 * than before are then read again, one at a time, laid together with their
 * state and put into the store. A write changes a file of PATH.state, and comes
 * back like anybody else's.
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
#include "common/dir/document_io.h"
#include "common/dir/manifest.h"
#include "common/dir/state_io.h"
#include "common/dir/tree_io.h"
#include "common/err.h"
#include "common/log.h"
#include "common/patch.h"
#include "common/source/source.h"

#define AGAIN_S 1 /* between looks for a directory that has gone */

struct answer { /* of a write, on its way */
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
	char *root, *state_root;    /* owned */
	int lock;                   /* owned; -1: none */
	struct tree *tree, *state;  /* owned; state may be NULL */
	struct dir_index *index;    /* owned */
	struct event *scan, *apply; /* owned */
	bool *wrote;                /* owned; by kind: since the start */
	bool listed;
	struct err away;        /* why PATH can't be read; empty: it can */
	struct answer *answers; /* owned, in order */
};

struct reading {
	struct dir *d;
	struct dir_place place;
	struct err first; /* what is wrong with the file; empty: nothing */
};

static void
note_fault(struct reading *r, const struct err *err)
{
	if (r->first.text[0] == '\0')
		r->first = *err;
}

static void
on_object(void *arg, const json_t *obj, size_t item)
{
	struct reading *r = arg;
	struct object_key key;
	struct err err;
	size_t kind, size;

	r->place.item = item;
	switch (manifest_identify(r->d->store, obj, &kind, &key, &err)) {
	case MANIFEST_FOREIGN:
		break;
	case MANIFEST_REFUSED:
		err_prefix(&err, "line %u: ", r->place.line);
		note_fault(r, &err);
		break;
	case MANIFEST_OURS:
		dir_file_found(r->d->index, kind, &key, &r->place,
		    manifest_hash(obj, &size));
		break;
	}
}

static void
read_documents(struct reading *r, struct document_file *f)
{
	enum document_step step;
	struct err err;
	json_t *doc;

	while (
	    (step = document_next(f, &doc, &r->place, &err)) != DOCUMENT_END) {
		if (step == DOCUMENT_BAD) {
			note_fault(r, &err);
			continue;
		}
		manifest_expand(doc, on_object, r);
		json_decref(doc);
	}
}

static void
on_manifest(void *arg, const char *path)
{
	struct dir *d = arg;
	struct reading r = { .d = d };

	if (!document_is_named(path))
		return;
	char *full = xasprintf("%s/%s", d->root, path);
	struct document_file *f = document_open(full, &r.first);
	dir_file_begin(d->index, path);
	if (f != NULL)
		read_documents(&r, f);
	bool good = r.first.text[0] == '\0';
	dir_file_end(d->index, good ? NULL : &r.first);
	if (!good)
		log_warn("source: %s: %s; what it held before stays", full,
		    r.first.text);
	document_close(f);
	free(full);
}

static void
on_manifest_gone(void *arg, const char *path)
{
	struct dir *d = arg;

	dir_file_gone(d->index, path);
}

/* Is it the state of an object that we follow? The key points into path. */
static bool
state_key(const struct dir *d, char *path, size_t *kind, struct object_key *key)
{
	return manifest_state_key(d->store, path, kind, key) &&
	    store_wants(d->store, *kind, key);
}

static void
on_state(void *arg, const char *path)
{
	struct dir *d = arg;
	char *text = xstrdup(path);
	struct object_key key;
	struct err err;
	size_t kind, size;

	if (!state_key(d, text, &kind, &key)) {
		free(text);
		return;
	}
	json_t *v = state_read(d->state_root, path, &err);
	if (v != NULL)
		dir_state_found(d->index, kind, &key, manifest_hash(v, &size),
		    manifest_is_whole(v));
	else if (err.text[0] != '\0')
		log_warn("source: %s; ignored", err.text);
	json_decref(v);
	free(text);
}

static void
scan_soon(struct dir *d, unsigned seconds)
{
	struct timeval tv = { seconds, 0 };

	event_add(d->scan, &tv);
}

static void
on_lost(void *arg)
{
	scan_soon(arg, 0);
}

static void
on_state_gone(void *arg, const char *path)
{
	struct dir *d = arg;
	char *text = xstrdup(path);
	struct object_key key;
	size_t kind;

	if (state_key(d, text, &kind, &key))
		dir_state_gone(d->index, kind, &key);
	else if (strchr(path, '.') == NULL)
		on_lost(d); /* a directory of them */
	free(text);
}

/* The object's manifest; NULL when the file has changed since it was read. */
static const json_t *
manifest_of(
    struct dir *d, const struct dir_object *o, struct document_cache *cache)
{
	char *path = xasprintf("%s/%s", d->root, o->path);
	const json_t *obj = document_object(cache, path, &o->place);
	size_t size;

	free(path);
	return obj != NULL && manifest_hash(obj, &size) == o->hash ? obj : NULL;
}

static json_t *
state_of(const struct dir *d, const struct dir_object *o, struct err *err)
{
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);
	json_t *v = state_read(d->state_root, path, err);

	free(path);
	return v;
}

static bool
exists(const struct dir_object *o)
{
	return o->path != NULL || o->whole;
}

/* A patch is of no use without its manifest, as far as we can know that. */
static void
remove_orphan(const struct dir *d, const struct dir_object *o)
{
	const char *first;

	if (o->state_hash == 0 || !(d->exclusive || d->wrote[o->kind]) ||
	    dir_broken(d->index, &first) > 0)
		return;
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);
	state_remove(d->state_root, path);
	free(path);
}

static void
put(struct dir *d, const struct dir_object *o, const json_t *manifest,
    const json_t *state)
{
	char version[DIR_VERSION];
	struct err err;
	size_t size;
	json_t *obj = manifest_combine(&d->kinds[o->kind], &o->key,
	    dir_version(o, version), manifest, state);

	manifest_hash(obj, &size);
	if (size <= STORE_OBJECT_MAX) {
		store_put(d->store, o->kind, obj);
	} else {
		err_set(&err, "larger than %u MiB", STORE_OBJECT_MAX >> 20);
		store_refuse(d->store, o->kind, &o->key, &err);
	}
	json_decref(obj);
}

static void
apply_one(
    struct dir *d, const struct dir_object *o, struct document_cache *cache)
{
	const json_t *manifest = NULL;
	struct err err;

	if (!exists(o)) {
		remove_orphan(d, o);
		store_drop(d->store, o->kind, &o->key);
		return;
	}
	if (o->path != NULL) {
		manifest = manifest_of(d, o, cache);
		if (manifest == NULL)
			return; /* it is on its way: another event follows */
	}
	json_t *state = o->state_hash != 0 ? state_of(d, o, &err) : NULL;
	if (manifest != NULL || state != NULL)
		put(d, o, manifest, state);
	json_decref(state);
}

static void
apply(struct dir *d)
{
	size_t n;
	struct dir_object *changes = dir_changes(d->index, &n);
	struct document_cache cache = { 0 };
	bool first = !d->listed;

	for (size_t i = 0; first && i < d->n; i++)
		store_list_begin(d->store, i);
	for (size_t i = 0; i < n; i++)
		apply_one(d, &changes[i], &cache);
	d->listed = true;
	for (size_t i = 0; first && i < d->n; i++)
		store_list_end(d->store, i);
	document_cache_fini(&cache);
	free(changes);
}

static void
on_settled(void *arg)
{
	struct dir *d = arg;

	/* Before the first scan is through nothing is known to be all. */
	if (d->listed)
		apply(d);
}

static const struct tree_ops tree_ops = {
	.file = on_manifest,
	.gone = on_manifest_gone,
	.settled = on_settled,
	.lost = on_lost,
};

static const struct tree_ops state_ops = {
	.file = on_state,
	.gone = on_state_gone,
	.settled = on_settled,
	.lost = on_lost,
};

/* False: another one writes there. */
static bool
hold_lock(struct dir *d, struct err *err)
{
	return !d->exclusive ||
	    state_lock(d->state_root, d->program, &d->lock, err);
}

static void
on_scan(evutil_socket_t fd, short what, void *arg)
{
	struct dir *d = arg;
	struct err err;

	(void)fd;
	(void)what;
	if (!d->read_only &&
	    (!state_prepare(d->state_root, &err) || !hold_lock(d, &err)))
		log_warn("source: %s", err.text);
	dir_scan_begin(d->index);
	if (d->state != NULL)
		tree_scan(d->state, &err); /* without it there is no state */
	if (tree_scan(d->tree, &err)) {
		d->away.text[0] = '\0';
		dir_scan_end(d->index);
		apply(d);
		return;
	}
	if (d->away.text[0] == '\0')
		log_error("source: %s; what is known stays", err.text);
	d->away = err;
	scan_soon(d, AGAIN_S);
}

static void
on_apply(evutil_socket_t fd, short what, void *arg)
{
	struct dir *d = arg;
	struct answer *a;

	(void)fd;
	(void)what;
	on_settled(d);
	while ((a = d->answers) != NULL) {
		struct source_result result = { a->code, a->why.text,
			a->version };

		DL_DELETE(d->answers, a);
		a->done(a->arg, &result);
		free(a);
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
	bool fits = want == NULL || want[0] == '\0' || !exists(o) ||
	    strcmp(want, dir_version(o, version)) == 0;

	json_object_del(meta, "resourceVersion");
	return fits;
}

/* Lays the patch over the state there is; the result is owned. */
static json_t *
next_state(const struct dir *d, const struct dir_object *o, const json_t *patch)
{
	unsigned rules = manifest_patch_rules(&d->kinds[o->kind]);
	struct err err;
	json_t *state = state_of(d, o, &err);

	if (state == NULL)
		state = json_object();
	patch_lay(state, patch, rules | (o->path != NULL ? PATCH_COMPOSE : 0));
	return state;
}

/* Somebody may take it away before we hear that its directory is there. */
static void
expect_state(struct dir *d, const struct dir_object *o)
{
	char *path = manifest_state_path(&d->kinds[o->kind], &o->key);

	if (d->state != NULL)
		tree_expect(d->state, path);
	free(path);
}

static enum source_code
write_state(
    struct dir *d, struct dir_object *o, const json_t *patch, struct answer *a)
{
	json_t *state = next_state(d, o, patch);
	size_t size;
	uint64_t hash = manifest_hash(state, &size);
	enum source_code code = WRITE_OK;

	if (hash != o->state_hash) {
		char *path = manifest_state_path(&d->kinds[o->kind], &o->key);

		if (!state_write(d->state_root, path, state, &a->why))
			code = WRITE_RETRY;
		free(path);
	}
	if (code == WRITE_OK) {
		o->state_hash = hash;
		d->wrote[o->kind] = true;
		dir_state_found(
		    d->index, o->kind, &o->key, hash, manifest_is_whole(state));
		dir_version(o, a->version);
		expect_state(d, o);
	}
	json_decref(state);
	return code;
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
	if (w->how != WRITE_OBJECT && !exists(&o))
		return refuse(a, WRITE_GONE, "there is no such object");
	if (!version_fits(patch, &o))
		return refuse(a, WRITE_CONFLICT, "the object has changed");
	if (w->how == WRITE_OBJECT)
		manifest_make_whole(patch, &d->kinds[w->kind]);
	else
		manifest_keep_status(patch);
	return write_state(d, &o, patch, a);
}

static void
dir_write(
    void *impl, const struct source_write *w, source_done *done, void *arg)
{
	struct dir *d = impl;
	struct answer *a = xcalloc(1, sizeof(*a));
	json_t *patch = json_loads(w->body, JSON_REJECT_DUPLICATES, NULL);

	a->done = done;
	a->arg = arg;
	a->code = carry_out(d, w, patch, a);
	DL_APPEND(d->answers, a);
	event_active(d->apply, EV_TIMEOUT, 0);
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
	scan_soon(impl, 0);
}

static enum source_state
dir_state(const void *impl, size_t kind, struct err *why)
{
	const struct dir *d = impl;
	const char *first;

	(void)kind; /* which kinds an unreadable file holds nobody knows */
	if (d->away.text[0] != '\0') {
		*why = d->away;
		return SOURCE_REFUSED;
	}
	size_t n = dir_broken(d->index, &first);
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
		free(a);
	event_free(d->scan);
	event_free(d->apply);
	tree_free(d->tree);
	tree_free(d->state);
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
open_state(struct dir *d, struct event_base *base, struct err *err)
{
	if (!d->read_only && !state_prepare(d->state_root, err))
		return false;
	if (!hold_lock(d, err))
		return false;
	d->state = tree_new(base, d->state_root, &state_ops, d, err);
	return d->state != NULL || d->read_only;
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
	d->scan = evtimer_new(base, on_scan, d);
	d->apply = evtimer_new(base, on_apply, d);
	d->tree = tree_new(base, d->root, &tree_ops, d, err);
	if (d->tree == NULL || !open_state(d, base, err)) {
		dir_free(d);
		return NULL;
	}
	event_active(d->scan, EV_TIMEOUT, 0);
	return source_new(&dir_ops, d);
}
