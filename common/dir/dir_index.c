/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file has a list of definitions: what it says of which object. It is replaced when
 * the file is read again. Of all definitions of an object the first one counts, by path
 * and place: that is found out for all objects at once, by going through all files in
 * order, those that seem to be gone last. What the programs have written to an object, its state, is known by hash only.
 * An object is another than before when the hash of the definition that counts is, or
 * that of its state.
 */
#include "common/dir/dir_index.h"

#include <assert.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"

struct definition {
	struct known *object;
	struct dir_place place;
	uint64_t hash;
	bool ignored; /* another one counts, which was told */
};

struct definitions {
	struct definition *at; /* owned */
	size_t n, room;
};

struct file {
	char *broken; /* owned; why a part can't be read, or NULL */
	struct dir_stamp stamp;
	struct definitions defs;
	bool seen;
	bool missed; /* it may be gone, which is not sure */
	UT_hash_handle hh;
	char path[];
};

struct known { /* an object */
	const struct file
	    *file; /* whose definition counts; NULL: none has one */
	struct dir_place place;    /* in it */
	uint64_t hash;             /* of that definition; 0: none */
	uint64_t state_hash;       /* 0: nothing was written to it */
	struct dir_stamp stamp;    /* of the state */
	uint64_t told, told_state; /* the hashes of what was told */
	unsigned reading;          /* the last one that found it in a file */
	bool whole;
	bool seen; /* its state */
	UT_hash_handle hh;
	size_t kind;
	struct object_key key; /* into text */
	char text[];           /* kind, namespace NUL name NUL: the hash key */
};

struct dir_index {
	const struct store *store;
	struct file *files;      /* owned, a uthash by path */
	struct known *objects;   /* owned, a uthash by text */
	struct file *file;       /* between dir_file_begin() and _end() */
	struct definitions defs; /* of that file, so far */
	unsigned reading;
	bool unsorted; /* files: one was added since they were sorted */
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
	o->kind = kind;
	o->key.ns = o->text + sizeof(kind);
	o->key.name = o->key.ns + strlen(o->key.ns) + 1;
	HASH_ADD(hh, x->objects, text, n, o);
	return o;
}

bool
dir_stamp_eq(const struct dir_stamp *a, const struct dir_stamp *b)
{
	return a->inode != 0 && a->inode == b->inode &&
	    a->device == b->device && a->size == b->size &&
	    a->modified == b->modified && a->changed == b->changed;
}

/* ---- files ---- */

static struct file *
file_find(const struct dir_index *x, const char *path)
{
	struct file *f;

	HASH_FIND_STR(x->files, path, f);
	return f;
}

static void
forget_definition(struct known *o)
{
	o->file = NULL;
	o->hash = 0;
}

static void
file_free(struct dir_index *x, struct file *f)
{
	for (size_t i = 0; i < f->defs.n; i++)
		if (f->defs.at[i].object->file == f)
			forget_definition(f->defs.at[i].object);
	HASH_DEL(x->files, f);
	free(f->defs.at);
	free(f->broken);
	free(f);
}

void
dir_files_begin(struct dir_index *x)
{
	for (struct file *f = x->files; f != NULL; f = f->hh.next)
		f->seen = false;
}

bool
dir_file_is_known(
    struct dir_index *x, const char *path, const struct dir_stamp *stamp)
{
	struct file *f = file_find(x, path);

	if (f == NULL || !dir_stamp_eq(&f->stamp, stamp))
		return false;
	f->seen = true;
	return true;
}

bool
dir_file_keep(struct dir_index *x, const char *path)
{
	struct file *f = file_find(x, path);

	if (f != NULL)
		f->seen = true;
	return f != NULL;
}

void
dir_files_keep_below(struct dir_index *x, const char *directory)
{
	size_t n = strlen(directory);

	for (struct file *f = x->files; f != NULL; f = f->hh.next)
		if (n == 0 ||
		    (strncmp(f->path, directory, n) == 0 && f->path[n] == '/'))
			f->seen = true;
}

void
dir_file_begin(struct dir_index *x, const char *path)
{
	struct file *f = file_find(x, path);
	size_t n = strlen(path) + 1;

	if (f == NULL) {
		f = xcalloc(1, sizeof(*f) + n);
		memcpy(f->path, path, n);
		HASH_ADD_STR(x->files, path, f);
		x->unsorted = true;
	}
	x->file = f;
	free(x->defs.at); /* of a reading that was given up */
	x->defs = (struct definitions){ 0 };
	x->reading++;
}

static void
definition_add(struct definitions *list, const struct definition *d)
{
	if (list->n == list->room) {
		list->room = list->room > 0 ? 2 * list->room : 4;
		list->at = xrealloc(list->at, list->room, sizeof(*list->at));
	}
	list->at[list->n++] = *d;
}

void
dir_file_found(struct dir_index *x, size_t kind, const struct object_key *key,
    const struct dir_place *place, uint64_t hash)
{
	struct known *o = known_get(x, kind, key);

	definition_add(&x->defs,
	    &(struct definition){ .object = o, .place = *place, .hash = hash });
	o->reading = x->reading;
}

/* What the file had and was not found in this reading. */
static void
keep_others(struct dir_index *x)
{
	const struct definitions *was = &x->file->defs;

	for (size_t i = 0; i < was->n; i++)
		if (was->at[i].object->reading != x->reading)
			definition_add(&x->defs, &was->at[i]);
}

void
dir_file_end(struct dir_index *x, const struct dir_stamp *stamp, bool whole,
    const struct err *why)
{
	struct file *f = x->file;

	if (why != NULL || !whole)
		keep_others(x);
	free(f->defs.at);
	f->defs = x->defs;
	x->defs = (struct definitions){ 0 };
	f->stamp = *stamp;
	free(f->broken);
	f->broken =
	    why != NULL ? xasprintf("%s: %s", f->path, why->text) : NULL;
	f->seen = true;
	x->file = NULL;
}

void
dir_files_end(struct dir_index *x, bool is_sure)
{
	struct file *f, *next;

	HASH_ITER (hh, x->files, f, next)
		if (!f->seen && (is_sure || f->missed))
			file_free(x, f);
		else
			f->missed = !f->seen;
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

/* ---- states ---- */

void
dir_states_begin(struct dir_index *x)
{
	for (struct known *o = x->objects; o != NULL; o = o->hh.next)
		o->seen = false;
}

bool
dir_state_is_known(struct dir_index *x, size_t kind,
    const struct object_key *key, const struct dir_stamp *stamp)
{
	struct known *o = known_find(x, kind, key);

	if (o == NULL || !dir_stamp_eq(&o->stamp, stamp))
		return false;
	o->seen = true;
	return true;
}

void
dir_state_keep(struct dir_index *x, size_t kind, const struct object_key *key,
    const struct dir_stamp *stamp)
{
	struct known *o = known_get(x, kind, key);

	o->seen = true;
	o->stamp = *stamp;
}

void
dir_state_found(struct dir_index *x, size_t kind, const struct object_key *key,
    const struct dir_stamp *stamp, uint64_t hash, bool whole)
{
	struct known *o = known_get(x, kind, key);

	o->seen = true;
	o->stamp = *stamp;
	o->state_hash = hash;
	o->whole = whole;
}

static void
state_drop(struct known *o)
{
	o->state_hash = o->stamp.inode = 0;
	o->whole = false;
}

void
dir_state_gone(struct dir_index *x, size_t kind, const struct object_key *key)
{
	struct known *o = known_find(x, kind, key);

	if (o != NULL)
		state_drop(o);
}

void
dir_states_end(struct dir_index *x)
{
	for (struct known *o = x->objects; o != NULL; o = o->hh.next)
		if (!o->seen)
			state_drop(o);
}

void
dir_forget_stamps(struct dir_index *x)
{
	for (struct file *f = x->files; f != NULL; f = f->hh.next)
		f->stamp.inode = 0;
	for (struct known *o = x->objects; o != NULL; o = o->hh.next)
		o->stamp.inode = 0;
}

/* ---- what differs ---- */

static int
path_order(const struct file *a, const struct file *b)
{
	return strcmp(a->path, b->path);
}

static void
report_twice(const struct dir_index *x, const struct known *o,
    const struct file *f, const struct definition *d)
{
	size_t n;
	const char *kind = store_kinds(x->store, &n)[o->kind].kind;

	log_warn("%s %s%s%s: defined in %s (line %u) and again in %s (line "
		 "%u), which is ignored",
	    kind, o->key.ns, o->key.ns[0] != '\0' ? "/" : "", o->key.name,
	    o->file->path, o->place.line, f->path, d->place.line);
}

static void
definition_count(struct dir_index *x, struct file *f, struct definition *d)
{
	struct known *o = d->object;

	if (o->file == NULL) {
		o->file = f;
		o->place = d->place;
		o->hash = d->hash;
		d->ignored = false;
	} else if (!d->ignored && !f->missed) {
		d->ignored = true;
		report_twice(x, o, f, d);
	}
}

static void
count_files(struct dir_index *x, bool missed)
{
	for (struct file *f = x->files; f != NULL; f = f->hh.next)
		for (size_t i = 0; f->missed == missed && i < f->defs.n; i++)
			definition_count(x, f, &f->defs.at[i]);
}

/* The first one of each object counts. */
static void
count_definitions(struct dir_index *x)
{
	for (struct known *o = x->objects; o != NULL; o = o->hh.next)
		forget_definition(o);
	if (x->unsorted)
		HASH_SORT(x->files, path_order);
	x->unsorted = false;
	count_files(x, false);
	count_files(x, true);
}

const char *
dir_version(const struct dir_object *o, char text[DIR_VERSION])
{
	snprintf(text, DIR_VERSION, "%llx.%llx", (unsigned long long)o->hash,
	    (unsigned long long)o->state_hash);
	return text;
}

static struct dir_object
describe(const struct known *o)
{
	struct dir_object out = { .kind = o->kind,
		.key = o->key,
		.hash = o->hash,
		.state_hash = o->state_hash,
		.whole = o->whole };

	if (o->file != NULL) {
		out.path = o->file->path;
		out.place = o->place;
	}
	return out;
}

bool
dir_find(const struct dir_index *x, size_t kind, const struct object_key *key,
    struct dir_object *out)
{
	const struct known *o = known_find(x, kind, key);

	if (o == NULL || (o->hash == 0 && o->state_hash == 0))
		return false;
	*out = describe(o);
	return true;
}

void
dir_told(struct dir_index *x, const struct dir_object *object)
{
	struct known *o = known_find(x, object->kind, &object->key);

	if (o == NULL)
		return;
	o->told = object->hash;
	o->told_state = object->state_hash;
}

static int
object_cmp(const void *left, const void *right)
{
	const struct dir_object *a = left, *b = right;
	int order = strcmp(a->path ? a->path : "", b->path ? b->path : "");

	if (order == 0 && a->place.offset != b->place.offset)
		return a->place.offset < b->place.offset ? -1 : 1;
	if (order == 0 && a->place.item != b->place.item)
		return a->place.item < b->place.item ? -1 : 1;
	if (order == 0)
		order = strcmp(a->key.ns, b->key.ns);
	return order != 0 ? order : strcmp(a->key.name, b->key.name);
}

static bool
differs(const struct known *o)
{
	return o->hash != o->told || o->state_hash != o->told_state;
}

/* Nobody has it, and nobody is to be told so. */
static bool
is_dead(const struct known *o)
{
	return o->hash == 0 && o->state_hash == 0 && o->stamp.inode == 0 &&
	    !differs(o);
}

struct dir_object *
dir_changes(struct dir_index *x, size_t *n)
{
	struct dir_object *out;
	struct known *o, *next;
	size_t room = 0;

	count_definitions(x);
	HASH_ITER (hh, x->objects, o, next) {
		room += differs(o);
		if (is_dead(o)) {
			HASH_DEL(x->objects, o);
			free(o);
		}
	}
	out = xcalloc(room, sizeof(*out));
	*n = 0;
	for (o = x->objects; o != NULL; o = o->hh.next)
		if (differs(o))
			out[(*n)++] = describe(o);
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
	free(x->defs.at);
	free(x);
}
