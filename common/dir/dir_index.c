/* SPDX-License-Identifier: Apache-2.0 */
/*
 * An object has a definition for each place that it is written down at, ordered
 * by path and place; the first one counts. What the programs have written to
 * it, its state, is known by hash only. An object is put on the list of changes
 * when the definition that counts, its hash or the state's hash is another than
 * before.
 */
#include "common/dir/dir_index.h"

#include <assert.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/store.h"

struct definition {
	struct known *object;
	struct file *file;
	struct dir_place place;
	uint64_t hash;
	bool found;               /* in the reading that is going on */
	struct definition *next;  /* of the object */
	struct definition *after; /* in the file */
};

struct file {
	char *broken;            /* owned; why a part can't be read, or NULL */
	struct definition *defs; /* owned, in no order */
	unsigned scan;           /* the last one it was seen in */
	UT_hash_handle hh;
	char path[];
};

struct known {                   /* an object */
	struct definition *defs; /* in order: the first counts */
	uint64_t state_hash;     /* 0: nothing was written to it */
	bool whole;
	unsigned scan; /* the last one its state was seen in */
	bool changed;  /* it is on the list of changes */
	struct known *next_dead;
	UT_hash_handle hh;
	size_t kind;
	struct object_key key; /* into text */
	size_t length;         /* of text */
	char text[];           /* kind, namespace NUL name NUL: the hash key */
};

struct dir_index {
	const struct store *store;
	struct file *files;    /* owned, a uthash by path */
	struct known *objects; /* owned, a uthash by text */
	struct known **changes;
	size_t n_changes, room;
	struct known *dead;   /* owned; told as gone, freed at the next call */
	struct file *reading; /* between dir_file_begin() and _end() */
	unsigned scan;
};

struct dir_index *
dir_index_new(const struct store *store)
{
	struct dir_index *x = xcalloc(1, sizeof(*x));

	x->store = store;
	return x;
}

/* The hash key of an object; longer names than these are no names. */
#define TEXT_MAX (sizeof(size_t) + 63 + 1 + 253 + 1)

static size_t
known_text(size_t kind, const struct object_key *key, char text[TEXT_MAX])
{
	size_t ns = strlen(key->ns) + 1, name = strlen(key->name) + 1;

	if (sizeof(kind) + ns + name > TEXT_MAX)
		return 0;
	memcpy(text, &kind, sizeof(kind));
	memcpy(text + sizeof(kind), key->ns, ns);
	memcpy(text + sizeof(kind) + ns, key->name, name);
	return sizeof(kind) + ns + name;
}

static struct known *
known_find(const struct dir_index *x, size_t kind, const struct object_key *key)
{
	char text[TEXT_MAX];
	struct known *o = NULL;
	size_t n = known_text(kind, key, text);

	if (n > 0)
		HASH_FIND(hh, x->objects, text, n, o);
	return o;
}

static struct known *
known_get(struct dir_index *x, size_t kind, const struct object_key *key)
{
	struct known *o = known_find(x, kind, key);
	char text[TEXT_MAX];

	if (o != NULL)
		return o;
	size_t n = known_text(kind, key, text);
	assert(n > 0); /* the manifest's or the state file's name was good */
	o = xcalloc(1, sizeof(*o) + n);
	memcpy(o->text, text, n);
	o->length = n;
	o->kind = kind;
	o->key.ns = o->text + sizeof(kind);
	o->key.name = o->key.ns + strlen(o->key.ns) + 1;
	HASH_ADD(hh, x->objects, text, n, o);
	return o;
}

static void
known_changed(struct dir_index *x, struct known *o)
{
	if (o->changed)
		return;
	o->changed = true;
	if (x->n_changes == x->room) {
		x->room = x->room > 0 ? 2 * x->room : 64;
		x->changes = xrealloc(x->changes, x->room, sizeof(*x->changes));
	}
	x->changes[x->n_changes++] = o;
}

static int
place_cmp(const struct dir_place *a, const struct dir_place *b)
{
	if (a->offset != b->offset)
		return a->offset < b->offset ? -1 : 1;
	return a->item < b->item ? -1 : a->item > b->item;
}

static int
definition_cmp(const struct definition *a, const struct definition *b)
{
	int order = strcmp(a->file->path, b->file->path);

	return order != 0 ? order : place_cmp(&a->place, &b->place);
}

static uint64_t
hash_that_counts(const struct known *o)
{
	return o->defs != NULL ? o->defs->hash : 0;
}

/* After its definitions changed: was is what hash_that_counts() said before. */
static void
known_settle(struct dir_index *x, struct known *o, uint64_t was)
{
	LL_SORT(o->defs, definition_cmp);
	if (hash_that_counts(o) != was)
		known_changed(x, o);
}

/* *at is in its file's list, which goes on there with the next one. */
static void
definition_free(struct dir_index *x, struct definition **at)
{
	struct definition *d = *at;
	struct known *o = d->object;
	uint64_t was = hash_that_counts(o);

	*at = d->after;
	LL_DELETE(o->defs, d);
	known_settle(x, o, was);
	free(d);
}

static void
file_free(struct dir_index *x, struct file *f)
{
	while (f->defs != NULL)
		definition_free(x, &f->defs);
	HASH_DEL(x->files, f);
	free(f->broken);
	free(f);
}

void
dir_file_begin(struct dir_index *x, const char *path)
{
	struct definition *d;
	struct file *f;
	size_t n = strlen(path);

	HASH_FIND(hh, x->files, path, n, f);
	if (f == NULL) {
		f = xcalloc(1, sizeof(*f) + n + 1);
		memcpy(f->path, path, n + 1);
		HASH_ADD(hh, x->files, path, n, f);
	}
	f->scan = x->scan;
	LL_FOREACH2(f->defs, d, after)
	d->found = false;
	x->reading = f;
}

static void
report_twice(const struct dir_index *x, const struct known *o)
{
	const struct definition *first = o->defs, *d;
	size_t n;
	const char *kind = store_kinds(x->store, &n)[o->kind].kind;

	LL_FOREACH (first->next, d)
		log_warn("%s %s%s%s: defined in %s (line %u) and again in %s "
			 "(line %u), which is ignored",
		    kind, o->key.ns, o->key.ns[0] != '\0' ? "/" : "",
		    o->key.name, first->file->path, first->place.line,
		    d->file->path, d->place.line);
}

void
dir_file_found(struct dir_index *x, size_t kind, const struct object_key *key,
    const struct dir_place *place, uint64_t hash)
{
	struct known *o = known_get(x, kind, key);
	uint64_t was = hash_that_counts(o);
	struct definition *d;

	LL_FOREACH (o->defs, d)
		if (d->file == x->reading && !d->found)
			break;
	bool another = d == NULL;
	if (another) {
		d = xcalloc(1, sizeof(*d));
		d->object = o;
		d->file = x->reading;
		LL_PREPEND(o->defs, d);
		LL_PREPEND2(x->reading->defs, d, after);
	}
	d->place = *place;
	d->hash = hash;
	d->found = true;
	known_settle(x, o, was);
	if (another && o->defs->next != NULL)
		report_twice(x, o);
}

void
dir_file_end(struct dir_index *x, const struct err *why)
{
	struct definition **at;
	struct file *f = x->reading;

	x->reading = NULL;
	free(f->broken);
	f->broken = NULL;
	if (why != NULL) {
		f->broken = xasprintf("%s: %s", f->path, why->text);
		return;
	}
	for (at = &f->defs; *at != NULL;)
		if ((*at)->found)
			at = &(*at)->after;
		else
			definition_free(x, at);
}

void
dir_file_gone(struct dir_index *x, const char *path)
{
	struct file *f, *next;
	size_t n = strlen(path);

	HASH_FIND(hh, x->files, path, n, f);
	if (f != NULL) {
		file_free(x, f);
		return;
	}
	HASH_ITER (hh, x->files, f, next) /* a directory of them, perhaps */
		if (strncmp(f->path, path, n) == 0 && f->path[n] == '/')
			file_free(x, f);
}

size_t
dir_broken(const struct dir_index *x, const char **first)
{
	const struct file *f;
	size_t n = 0;

	*first = NULL;
	for (f = x->files; f != NULL; f = f->hh.next)
		if (f->broken != NULL && n++ == 0)
			*first = f->broken;
	return n;
}

void
dir_state_found(struct dir_index *x, size_t kind, const struct object_key *key,
    uint64_t hash, bool whole)
{
	struct known *o = known_get(x, kind, key);

	o->scan = x->scan;
	o->whole = whole;
	if (o->state_hash == hash)
		return;
	o->state_hash = hash;
	known_changed(x, o);
}

void
dir_state_gone(struct dir_index *x, size_t kind, const struct object_key *key)
{
	struct known *o = known_find(x, kind, key);

	if (o == NULL || o->state_hash == 0)
		return;
	o->state_hash = 0;
	o->whole = false;
	known_changed(x, o);
}

const char *
dir_version(const struct dir_object *o, char text[DIR_VERSION])
{
	snprintf(text, DIR_VERSION, "%llx.%llx", (unsigned long long)o->hash,
	    (unsigned long long)o->state_hash);
	return text;
}

void
dir_scan_begin(struct dir_index *x)
{
	x->scan++;
}

void
dir_scan_end(struct dir_index *x)
{
	struct file *f, *next_file;
	struct known *o, *next;

	HASH_ITER (hh, x->files, f, next_file)
		if (f->scan != x->scan)
			file_free(x, f);
	HASH_ITER (hh, x->objects, o, next)
		if (o->state_hash != 0 && o->scan != x->scan)
			dir_state_gone(x, o->kind, &o->key);
}

static void
describe(const struct known *o, struct dir_object *out)
{
	*out = (struct dir_object){ .kind = o->kind,
		.key = o->key,
		.hash = hash_that_counts(o),
		.state_hash = o->state_hash,
		.whole = o->whole };
	if (o->defs != NULL) {
		out->path = o->defs->file->path;
		out->place = o->defs->place;
	}
}

bool
dir_find(const struct dir_index *x, size_t kind, const struct object_key *key,
    struct dir_object *out)
{
	const struct known *o = known_find(x, kind, key);

	if (o == NULL || (o->defs == NULL && o->state_hash == 0))
		return false;
	describe(o, out);
	return true;
}

static int
object_cmp(const void *left, const void *right)
{
	const struct dir_object *a = left, *b = right;
	int order = strcmp(a->path ? a->path : "", b->path ? b->path : "");

	if (order == 0)
		order = place_cmp(&a->place, &b->place);
	if (order == 0)
		order = strcmp(a->key.ns, b->key.ns);
	return order != 0 ? order : strcmp(a->key.name, b->key.name);
}

static void
free_dead(struct dir_index *x)
{
	while (x->dead != NULL) {
		struct known *o = x->dead;

		x->dead = o->next_dead;
		free(o);
	}
}

struct dir_object *
dir_changes(struct dir_index *x, size_t *n)
{
	struct dir_object *out = xcalloc(x->n_changes, sizeof(*out));

	free_dead(x);
	*n = x->n_changes;
	for (size_t i = 0; i < x->n_changes; i++) {
		struct known *o = x->changes[i];

		describe(o, &out[i]);
		o->changed = false;
		if (o->defs != NULL || o->state_hash != 0)
			continue;
		HASH_DEL(x->objects, o);
		o->next_dead = x->dead;
		x->dead = o;
	}
	x->n_changes = 0;
	qsort(out, *n, sizeof(*out), object_cmp);
	return out;
}

void
dir_index_free(struct dir_index *x)
{
	struct file *f, *next_file;
	struct known *o, *next;

	if (x == NULL)
		return;
	HASH_ITER (hh, x->files, f, next_file)
		file_free(x, f);
	HASH_ITER (hh, x->objects, o, next) {
		HASH_DEL(x->objects, o);
		free(o);
	}
	free_dead(x);
	free(x->changes);
	free(x);
}
