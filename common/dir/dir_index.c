/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A file has definitions: what it says of which object. They are updated when the file
 * is read again. An object has the same ones, seen from the other side. Of several
 * manifests of it the first one counts, by path, and before those of files that are
 * perhaps gone. Of states there is one at most, since its path is the object's name.
 *
 * A definition keeps what it says as text. A JSON value would take several times as
 * much, and without either the file would have to be read whole, be it a List of all
 * Services, for each status that is laid over one of them.
 *
 * An object is another than before when the hash of the definition that counts is, or
 * that of its state. Only one that was touched can be.
 */
#include "common/dir/dir_index.h"

#include <assert.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/dir/manifest.h"
#include "common/err.h"
#include "common/log.h"

struct file {
	char *broken; /* owned; why a part can't be read, or NULL */
	struct dir_stamp stamp;
	struct definition *definitions; /* owned */
	enum dir_side side;
	unsigned walk;    /* the last one that came by */
	unsigned reading; /* the last one of it */
	bool missed;      /* it may be gone, which is not sure */
	UT_hash_handle hh;
	char path[];
};

struct definition {
	struct known *object;
	const struct file *file;
	char *text; /* owned; NULL: too large */
	uint64_t hash;
	unsigned line;
	unsigned reading;        /* the last one that found it */
	bool whole;              /* an object by itself, no patch of one */
	bool ignored;            /* another one counts, which was told */
	struct definition *next; /* of the object */
	struct definition *above, *below; /* of the file */
};

struct known { /* an object */
	struct definition *definitions[DIR_SIDES];
	uint64_t told[DIR_SIDES];  /* the hashes of what was told */
	bool touched;              /* and so in the index's list */
	struct known *prev, *next; /* of these */
	UT_hash_handle hh;
	size_t kind;
	struct object_key key; /* into text */
	char text[];           /* kind, namespace NUL name NUL: the hash key */
};

struct dir_index {
	const struct store *store;
	struct file *files[DIR_SIDES]; /* owned, a uthash by path */
	struct known *objects;         /* owned, a uthash by text */
	unsigned walk[DIR_SIDES];
	size_t n_broken[DIR_SIDES];   /* files */
	struct file *file[DIR_SIDES]; /* between dir_file_begin() and _end() */
	struct known *touched; /* all that may differ, as they were touched */
	struct known *next;    /* of these: of dir_changes_next() */
	bool first_round;      /* of it: those that don't exist */
};

struct dir_index *
dir_index_new(const struct store *store)
{
	struct dir_index *x = xcalloc(1, sizeof(*x));

	x->store = store;
	return x;
}

bool
dir_stamp_eq(const struct dir_stamp *a, const struct dir_stamp *b)
{
	return a->inode != 0 && a->inode == b->inode &&
	    a->device == b->device && a->size == b->size &&
	    a->modified == b->modified && a->changed == b->changed;
}

/* ---- objects ---- */

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

static void
known_touch(struct dir_index *x, struct known *o)
{
	if (!o->touched)
		DL_APPEND(x->touched, o);
	o->touched = true;
}

/* It is as it was told; without definitions there is nothing to be remembered of it. */
static void
known_settle(struct dir_index *x, struct known *o)
{
	if (x->next == o)
		x->next = o->next;
	if (o->touched)
		DL_DELETE(x->touched, o);
	o->touched = false;
	if (o->definitions[DIR_MANIFESTS] != NULL ||
	    o->definitions[DIR_STATES] != NULL)
		return;
	HASH_DEL(x->objects, o);
	free(o);
}

/* ---- definitions ---- */

/* In this file; NULL: there is none. */
static struct definition *
definition_find(const struct known *o, const struct file *f)
{
	struct definition *d = o->definitions[f->side];

	while (d != NULL && d->file != f)
		d = d->next;
	return d;
}

static struct definition *
definition_add(struct known *o, struct file *f)
{
	struct definition *d = xcalloc(1, sizeof(*d));

	d->object = o;
	d->file = f;
	LL_PREPEND(o->definitions[f->side], d);
	DL_APPEND2(f->definitions, d, above, below);
	return d;
}

static void
definition_free(struct dir_index *x, struct file *f, struct definition *d)
{
	known_touch(x, d->object);
	LL_DELETE(d->object->definitions[f->side], d);
	DL_DELETE2(f->definitions, d, above, below);
	free(d->text);
	free(d);
}

/* Those that the last reading of the file has not found. */
static void
definitions_free(struct dir_index *x, struct file *f)
{
	struct definition *d, *next;

	for (d = f->definitions; d != NULL; d = next) {
		next = d->below;
		if (d->reading != f->reading)
			definition_free(x, f, d);
	}
}

static bool
is_before(const struct file *a, const struct file *b)
{
	return a->missed != b->missed ? b->missed
				      : strcmp(a->path, b->path) < 0;
}

/* The one that counts; NULL: there is none. */
static struct definition *
definition_of(const struct known *o, enum dir_side side)
{
	struct definition *first = o->definitions[side];

	for (struct definition *d = first; d != NULL; d = d->next)
		if (is_before(d->file, first->file))
			first = d;
	return first;
}

static void
report_twice(const struct dir_index *x, const struct definition *counts,
    const struct file *f, unsigned line)
{
	const struct known *o = counts->object;
	size_t n;
	const char *kind = store_kinds(x->store, &n)[o->kind].kind;

	log_warn("%s %s%s%s: defined in %s (line %u) and again in %s (line "
		 "%u), which is ignored",
	    kind, o->key.ns, o->key.ns[0] != '\0' ? "/" : "", o->key.name,
	    counts->file->path, counts->line, f->path, line);
}

static void
report_others(const struct dir_index *x, const struct known *o)
{
	struct definition *counts = definition_of(o, DIR_MANIFESTS);

	for (struct definition *d = o->definitions[DIR_MANIFESTS]; d != NULL;
	     d = d->next) {
		if (d != counts && !d->ignored && !d->file->missed)
			report_twice(x, counts, d->file, d->line);
		d->ignored = d != counts && !d->file->missed;
	}
}

/* ---- files ---- */

static struct file *
file_find(const struct dir_index *x, enum dir_side side, const char *path)
{
	struct file *f;

	HASH_FIND_STR(x->files[side], path, f);
	return f;
}

static void
file_set_broken(struct dir_index *x, struct file *f, const struct err *why)
{
	x->n_broken[f->side] -= f->broken != NULL;
	free(f->broken);
	f->broken =
	    why != NULL ? xasprintf("%s: %s", f->path, why->text) : NULL;
	x->n_broken[f->side] += f->broken != NULL;
}

static void
file_free(struct dir_index *x, struct file *f)
{
	f->reading++;
	definitions_free(x, f);
	file_set_broken(x, f, NULL);
	HASH_DEL(x->files[f->side], f);
	free(f);
}

void
dir_walk_begin(struct dir_index *x, enum dir_side side)
{
	x->walk[side]++;
}

bool
dir_file_is_known(struct dir_index *x, enum dir_side side, const char *path,
    const struct dir_stamp *stamp)
{
	struct file *f = file_find(x, side, path);

	if (f == NULL || !dir_stamp_eq(&f->stamp, stamp))
		return false;
	f->walk = x->walk[side];
	return true;
}

bool
dir_file_keep(struct dir_index *x, enum dir_side side, const char *path)
{
	struct file *f = file_find(x, side, path);

	if (f != NULL)
		f->walk = x->walk[side];
	return f != NULL;
}

void
dir_keep_below(struct dir_index *x, enum dir_side side, const char *directory)
{
	size_t n = strlen(directory);

	for (struct file *f = x->files[side]; f != NULL; f = f->hh.next)
		if (n == 0 ||
		    (strncmp(f->path, directory, n) == 0 && f->path[n] == '/'))
			f->walk = x->walk[side];
}

void
dir_file_begin(struct dir_index *x, enum dir_side side, const char *path)
{
	struct file *f = file_find(x, side, path);
	size_t n = strlen(path) + 1;

	if (f == NULL) {
		f = xcalloc(1, sizeof(*f) + n);
		f->side = side;
		memcpy(f->path, path, n);
		HASH_ADD_STR(x->files[side], path, f);
	}
	f->reading++;
	x->file[side] = f;
}

void
dir_file_found(struct dir_index *x, enum dir_side side, size_t kind,
    const struct object_key *key, const json_t *v, unsigned line)
{
	struct file *f = x->file[side];
	struct known *o = known_get(x, kind, key);
	struct definition *d = definition_find(o, f);
	uint64_t was = d != NULL ? d->hash : 0;

	if (d == NULL)
		d = definition_add(o, f);
	if (d->reading == f->reading) {
		report_twice(x, d, f, line);
		return;
	}
	free(d->text);
	d->text = manifest_text(v, &d->hash);
	if (d->hash != was)
		known_touch(x, o);
	d->line = line;
	d->whole = manifest_is_whole(v);
	d->reading = f->reading;
}

void
dir_file_end(struct dir_index *x, enum dir_side side,
    const struct dir_stamp *stamp, const struct err *why)
{
	struct file *f = x->file[side];

	if (why == NULL)
		definitions_free(x, f);
	f->stamp = *stamp;
	file_set_broken(x, f, why);
	f->walk = x->walk[side];
}

void
dir_file_gone(struct dir_index *x, enum dir_side side, const char *path)
{
	struct file *f = file_find(x, side, path);

	if (f != NULL)
		file_free(x, f);
}

static void
file_miss(struct dir_index *x, struct file *f, bool missed)
{
	const struct definition *d;

	f->missed = missed;
	for (d = f->definitions; d != NULL; d = d->below)
		known_touch(x, d->object);
}

void
dir_walk_end(struct dir_index *x, enum dir_side side, bool is_sure)
{
	struct file *f, *next;

	HASH_ITER (hh, x->files[side], f, next) {
		bool missed = f->walk != x->walk[side];

		if (missed && (is_sure || f->missed))
			file_free(x, f);
		else if (missed != f->missed)
			file_miss(x, f, missed);
	}
}

void
dir_forget_stamps(struct dir_index *x)
{
	for (unsigned side = 0; side < DIR_SIDES; side++)
		for (struct file *f = x->files[side]; f; f = f->hh.next)
			f->stamp.inode = 0;
}

size_t
dir_broken(const struct dir_index *x, enum dir_side side, const char **first)
{
	const struct file *f = x->files[side];
	size_t n = x->n_broken[side];

	while (n > 0 && f->broken == NULL)
		f = f->hh.next;
	*first = n > 0 ? f->broken : NULL;
	return n;
}

bool
dir_file_is_broken(
    const struct dir_index *x, enum dir_side side, const char *path)
{
	size_t n = strlen(path);
	bool broken = false;

	for (size_t end = 1; end <= n && !broken && x->n_broken[side] > 0;
	     end++) {
		struct file *f = NULL;

		if (path[end] == '/' || path[end] == '\0')
			HASH_FIND(hh, x->files[side], path, end, f);
		broken = f != NULL && f->broken != NULL;
	}
	return broken;
}

/* ---- what differs ---- */

static struct dir_object
describe(const struct known *o)
{
	struct dir_object out = { .kind = o->kind, .key = o->key };

	for (unsigned side = 0; side < DIR_SIDES; side++) {
		const struct definition *d = definition_of(o, side);

		if (d == NULL)
			continue;
		out.text[side] = d->text;
		out.hash[side] = d->hash;
		out.exists |= d->whole;
	}
	return out;
}

bool
dir_find(const struct dir_index *x, size_t kind, const struct object_key *key,
    struct dir_object *out)
{
	const struct known *o = known_find(x, kind, key);

	if (o == NULL)
		return false;
	*out = describe(o);
	return out->hash[DIR_MANIFESTS] != 0 || out->hash[DIR_STATES] != 0;
}

static bool
differs(const struct known *o, const struct dir_object *now)
{
	return memcmp(o->told, now->hash, sizeof(o->told)) != 0;
}

void
dir_told(struct dir_index *x, const struct dir_object *object)
{
	struct known *o = known_find(x, object->kind, &object->key);

	if (o == NULL)
		return;
	memcpy(o->told, object->hash, sizeof(o->told));
	struct dir_object now = describe(o);

	if (!differs(o, &now))
		known_settle(x, o);
}

const char *
dir_version(const struct dir_object *o, char text[DIR_VERSION])
{
	snprintf(text, DIR_VERSION, "%llx.%llx",
	    (unsigned long long)o->hash[DIR_MANIFESTS],
	    (unsigned long long)o->hash[DIR_STATES]);
	return text;
}

void
dir_changes_begin(struct dir_index *x)
{
	x->next = x->touched;
	x->first_round = true;
}

bool
dir_changes_next(struct dir_index *x, struct dir_object *out)
{
	if (x->next == NULL && x->first_round) {
		dir_changes_begin(x);
		x->first_round = false;
	}
	struct known *o = x->next;

	if (o == NULL)
		return false;
	x->next = o->next;
	report_others(x, o);
	*out = describe(o);
	bool same = !differs(o, out);
	out->is_due = !same && out->exists != x->first_round;
	if (same)
		known_settle(x, o);
	return true;
}

void
dir_index_free(struct dir_index *x)
{
	struct file *f, *next;

	if (x == NULL)
		return;
	for (unsigned side = 0; side < DIR_SIDES; side++)
		HASH_ITER (hh, x->files[side], f, next)
			file_free(x, f);
	while (x->touched != NULL)
		known_settle(x, x->touched);
	free(x);
}
