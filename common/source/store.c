/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Each kind has a shelf of entries by namespace and name, in the order of their first
 * appearance. An entry holds the decoded item that is in force, why the object was last
 * refused, and a number for its version; either of item and refusal may be missing.
 *
 * A source puts JSON. What has the known version is no change. The rest is decoded: a
 * good object replaces the item, and the program is told of both before the old one is
 * freed; a bad one leaves the item, and the program is told why, once for each reason.
 * While a kind is listed, entries that are put are marked, and at its end the others
 * are dropped as if each had been deleted. When every kind has been listed once, the
 * program is told that the store is ready, and never again.
 *
 * Before the source has listed a kind, it may be filled with what was known in another
 * life (store_recall). Such entries give way to whatever the source says, also while
 * it is in the middle of a list: what it has put stays as it is, and what was recalled
 * and is not in the list goes at its end.
 */
#include "common/source/store.h"

#include <jansson.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/fnv.h"
#include "common/json.h"
#include "common/log.h"

/* What a cluster allows (RFC 1123 label and subdomain), and the NULs. */
#define KEY_MAX (63 + 1 + 253 + 1)

struct entry {
	void *item;       /* owned, in force; NULL: none was ever good */
	char *refused;    /* owned; what was bad of the last object seen */
	uint64_t version; /* version_of() the last object seen, good or not */
	UT_hash_handle hh;
	uint32_t note; /* whoever keeps objects left it */
	bool seen;     /* in the listing that is going on */
	bool recalled; /* the source has said nothing of it yet */
	bool other;    /* somebody else's: it has no item and no refusal */
	char text[];   /* namespace NUL name NUL: the hash key */
};

struct shelf {                 /* the objects of one kind */
	struct entry *entries; /* owned, a uthash */
	char *only;            /* owned; NULL: every name */
	char *ns;              /* owned; NULL: as the row says */
	size_t good, refused;
	uint64_t changes;
	bool listed, missing;
	bool recalled; /* listed, but not by the source */
};

struct store {
	const struct store_kind *kinds;
	size_t n;
	const struct store_ops *ops;
	void *arg;
	struct shelf *shelves; /* owned, n of them */
	bool ready;
	bool strict;
};

struct store *
store_new(const struct store_kind *kinds, size_t n, const struct store_ops *ops,
    void *arg)
{
	struct store *s = xcalloc(1, sizeof(*s));

	s->kinds = kinds;
	s->n = n;
	s->ops = ops;
	s->arg = arg;
	s->shelves = xcalloc(n, sizeof(*s->shelves));
	return s;
}

static void
entry_free(struct shelf *shelf, const struct store_kind *k, struct entry *e)
{
	HASH_DEL(shelf->entries, e);
	if (e->item != NULL)
		k->free(e->item);
	free(e->refused);
	free(e);
}

void
store_free(struct store *s)
{
	struct entry *e, *next;

	if (s == NULL)
		return;
	for (size_t i = 0; i < s->n; i++) {
		HASH_ITER (hh, s->shelves[i].entries, e, next)
			entry_free(&s->shelves[i], &s->kinds[i], e);
		free(s->shelves[i].only);
		free(s->shelves[i].ns);
	}
	free(s->shelves);
	free(s);
}

void
store_only(struct store *s, size_t kind, const char *name)
{
	free(s->shelves[kind].only);
	s->shelves[kind].only = xstrdup(name);
}

void
store_set_namespace(struct store *s, size_t kind, const char *ns)
{
	free(s->shelves[kind].ns);
	s->shelves[kind].ns = xstrdup(ns);
}

/* Bytes of the hash key, 0 when no object can have such a key. */
static size_t
key_text(const struct object_key *key, char text[KEY_MAX])
{
	size_t ns = strlen(key->ns) + 1, name = strlen(key->name) + 1;

	if (name == 1 || ns + name > KEY_MAX)
		return 0;
	memcpy(text, key->ns, ns);
	memcpy(text + ns, key->name, name);
	return ns + name;
}

static struct entry *
entry_find(const struct shelf *shelf, const struct object_key *key)
{
	char text[KEY_MAX];
	struct entry *e = NULL;
	size_t n = key_text(key, text);

	if (n > 0)
		HASH_FIND(hh, shelf->entries, text, n, e);
	return e;
}

static struct object_key
entry_key(const struct entry *e)
{
	return (struct object_key){ e->text, e->text + strlen(e->text) + 1 };
}

static struct entry *
entry_add(struct shelf *shelf, const struct object_key *key)
{
	char text[KEY_MAX];
	size_t n = key_text(key, text);

	if (n == 0)
		return NULL;
	struct entry *e = xcalloc(1, offsetof(struct entry, text) + n);
	memcpy(e->text, text, n);
	HASH_ADD(hh, shelf->entries, text, n, e);
	return e;
}

/* "BGPPeer tor-a", "Service web/shop" */
static void
log_refusal(const struct store_kind *k, const struct entry *e,
    const struct err *err, bool in_part)
{
	struct object_key key = entry_key(e);
	const char *slash = key.ns[0] != '\0' ? "/" : "";

	if (in_part)
		log_info("%s %s%s%s: %s", k->kind, key.ns, slash, key.name,
		    err->text);
	else
		log_warn("%s %s%s%s: %s%s", k->kind, key.ns, slash, key.name,
		    err->text,
		    e->item != NULL ? "; the last good one stays in force"
				    : "");
}

static void
entry_refuse(struct store *s, size_t kind, struct entry *e,
    const struct err *err, bool in_part)
{
	const struct store_kind *k = &s->kinds[kind];

	/* A condition on it makes it come again: that is not to be told again. */
	if (e->refused != NULL && strcmp(e->refused, err->text) == 0)
		return;
	log_refusal(k, e, err, in_part);
	s->shelves[kind].changes++;
	s->shelves[kind].refused += e->refused == NULL;
	free(e->refused);
	e->refused = xstrdup(err->text);
	struct object_key key = entry_key(e);

	if (k->refused != NULL)
		k->refused(s->arg, &key, err);
}

static void
entry_pardon(struct store *s, size_t kind, struct entry *e)
{
	const struct store_kind *k = &s->kinds[kind];

	if (e->refused == NULL)
		return;
	free(e->refused);
	e->refused = NULL;
	s->shelves[kind].changes++;
	s->shelves[kind].refused--;
	struct object_key key = entry_key(e);

	if (k->refused != NULL)
		k->refused(s->arg, &key, NULL);
}

/* fault: what of it is not accepted; empty: nothing. */
static void
entry_accept(struct store *s, size_t kind, struct entry *e, void *item,
    const struct err *fault)
{
	const struct store_kind *k = &s->kinds[kind];
	struct object_key key = entry_key(e);
	void *was = e->item;

	s->shelves[kind].changes++;
	s->shelves[kind].good += was == NULL;
	e->item = item;
	if (k->changed != NULL)
		k->changed(s->arg, &key, was, item);
	if (was != NULL)
		k->free(was);
	if (fault->text[0] == '\0') {
		entry_pardon(s, kind, e);
		return;
	}
	struct err why;

	err_set(&why, "%.400s; the rest of it is in force", fault->text);
	entry_refuse(s, kind, e, &why, true);
}

/* Nothing of the object is in force any more. */
static void
entry_clear(struct store *s, size_t kind, struct entry *e)
{
	const struct store_kind *k = &s->kinds[kind];
	struct object_key key = entry_key(e);
	void *was = e->item;

	if (e->note != 0)
		s->ops->unkeep(s->arg, kind, &key, e->note);
	e->note = 0;
	e->item = NULL;
	if (was != NULL) {
		s->shelves[kind].changes++;
		s->shelves[kind].good--;
		if (k->changed != NULL)
			k->changed(s->arg, &key, was, NULL);
		k->free(was);
	}
	entry_pardon(s, kind, e);
}

/* obj NULL: it is nobody else's any more. */
static void
entry_set_other(
    struct store *s, size_t kind, struct entry *e, const json_t *obj)
{
	const struct store_kind *k = &s->kinds[kind];
	struct object_key key = entry_key(e);

	if (obj == NULL && !e->other)
		return;
	e->other = obj != NULL;
	if (k->other != NULL)
		k->other(s->arg, &key, obj);
}

static void
entry_drop(struct store *s, size_t kind, struct entry *e)
{
	entry_clear(s, kind, e);
	entry_set_other(s, kind, e, NULL);
	entry_free(&s->shelves[kind], &s->kinds[kind], e);
}

bool
store_wants(const struct store *s, size_t kind, const struct object_key *key)
{
	const char *ns = store_namespace(s, kind);
	const char *only = s->shelves[kind].only;

	return (ns == NULL || strcmp(ns, key->ns) == 0) &&
	    (only == NULL || strcmp(only, key->name) == 0);
}

void
store_set_strict(struct store *s)
{
	s->strict = true;
}

/* The entry that an object is for, made if need be; NULL: not wanted. */
static struct entry *
entry_for(struct store *s, size_t kind, const struct object_key *key)
{
	if (!store_wants(s, kind, key))
		return NULL;
	struct entry *e = entry_find(&s->shelves[kind], key);
	if (e == NULL)
		e = entry_add(&s->shelves[kind], key);
	if (e == NULL)
		log_warn("%s \"%.253s\": not a name", s->kinds[kind].kind,
		    key->name);
	else
		e->seen = true;
	if (e != NULL)
		e->recalled = false;
	return e;
}

#define VERSION_HASH \
	(UINT64_C(1) << 63) /* it is no number, but a hash of one */

/* The texts of all would take memory. 0: it has none. */
static uint64_t
version_of(const json_t *meta)
{
	const char *text = json_text(meta, "resourceVersion");
	size_t n = strlen(text);

	if (n > 0 && n < 19 && strspn(text, "0123456789") == n)
		return strtoull(text, NULL, 10);
	return n > 0 ? fnv_add(FNV_START, text, n) | VERSION_HASH : 0;
}

void
store_forget_versions(struct store *s)
{
	struct entry *e;

	for (size_t i = 0; i < s->n; i++)
		for (e = s->shelves[i].entries; e != NULL; e = e->hh.next)
			e->version = 0;
}

uint64_t
store_version(const struct store *s, size_t kind, const struct object_key *key)
{
	const struct entry *e = entry_find(&s->shelves[kind], key);

	return e != NULL && (e->version & VERSION_HASH) == 0 ? e->version : 0;
}

/* What is in force is kept, and no other: it is what is known to be good. */
static void
entry_keep(struct store *s, size_t kind, struct entry *e, const json_t *obj)
{
	struct object_key key = entry_key(e);

	if (s->ops->keep != NULL)
		s->ops->keep(s->arg, kind, &key, obj, &e->note);
}

static void
entry_put(struct store *s, size_t kind, struct entry *e, const json_t *obj)
{
	const struct store_kind *k = &s->kinds[kind];
	struct object_key key = entry_key(e);
	struct err err = { 0 };

	if (k->ours != NULL && !k->ours(s->arg, obj)) {
		entry_clear(s, kind, e);
		entry_set_other(s, kind, e, obj);
		return;
	}
	entry_set_other(s, kind, e, NULL);
	bool known = !s->strict || k->known == NULL || k->known(obj, &err);
	void *item = known ? k->decode(obj, &err) : NULL;

	if (item != NULL) {
		entry_keep(s, kind, e, obj);
		entry_accept(s, kind, e, item, &err);
		return;
	}
	if (k->bad != NULL)
		k->bad(s->arg, &key, obj);
	entry_refuse(s, kind, e, &err, false);
}

void
store_put(struct store *s, size_t kind, const json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");
	struct object_key key = {
		s->kinds[kind].namespaced ? json_text(meta, "namespace") : "",
		json_text(meta, "name")
	};
	uint64_t version = version_of(meta);
	struct entry *e = entry_for(s, kind, &key);

	if (e == NULL || (e->version == version && version != 0))
		return;
	e->version = version;
	entry_put(s, kind, e, obj);
}

void
store_recall(struct store *s, size_t kind, const struct object_key *key,
    const json_t *obj)
{
	struct shelf *shelf = &s->shelves[kind];
	struct entry *e = entry_find(shelf, key);

	if (shelf->listed || !store_wants(s, kind, key) ||
	    (e != NULL && !e->recalled))
		return; /* the source knows better */
	if (obj == NULL) {
		if (e != NULL)
			entry_drop(s, kind, e);
		return;
	}
	if (e == NULL)
		e = entry_add(shelf, key);
	if (e == NULL)
		return;
	e->recalled = true;
	entry_put(s, kind, e, obj);
}

void
store_refuse(struct store *s, size_t kind, const struct object_key *key,
    const struct err *err)
{
	struct entry *e = entry_for(s, kind, key);

	if (e == NULL)
		return;
	e->version = 0;
	if (!e->other) /* whose it is now can't be told: it stays so */
		entry_refuse(s, kind, e, err, false);
}

void
store_drop(struct store *s, size_t kind, const struct object_key *key)
{
	struct entry *e = entry_find(&s->shelves[kind], key);

	if (e != NULL)
		entry_drop(s, kind, e);
}

void
store_list_begin(struct store *s, size_t kind)
{
	struct entry *e, *next;

	HASH_ITER (hh, s->shelves[kind].entries, e, next)
		e->seen = false;
}

static void
set_missing(struct store *s, size_t kind, bool missing)
{
	struct shelf *shelf = &s->shelves[kind];

	if (shelf->missing == missing)
		return;
	shelf->missing = missing;
	if (s->ops->missing != NULL)
		s->ops->missing(s->arg, kind, missing);
}

static bool
all_listed(const struct store *s)
{
	for (size_t i = 0; i < s->n; i++)
		if (!s->shelves[i].listed)
			return false;
	return true;
}

static void
set_listed(struct store *s, size_t kind, bool recalled)
{
	s->shelves[kind].listed = true;
	s->shelves[kind].recalled = recalled;
	if (!s->ready && all_listed(s)) {
		s->ready = true;
		s->ops->ready(s->arg);
	}
	if (!recalled && s->ops->listed != NULL)
		s->ops->listed(s->arg, kind);
}

static void
drop_unseen(struct store *s, size_t kind)
{
	struct entry *e, *next;

	HASH_ITER (hh, s->shelves[kind].entries, e, next)
		if (!e->seen)
			entry_drop(s, kind, e);
}

void
store_list_end(struct store *s, size_t kind)
{
	drop_unseen(s, kind);
	set_missing(s, kind, false);
	set_listed(s, kind, false);
}

void
store_missing(struct store *s, size_t kind)
{
	store_list_begin(s, kind);
	drop_unseen(s, kind);
	set_missing(s, kind, true);
	set_listed(s, kind, false);
}

void
store_recalled(struct store *s, size_t kind, bool missing)
{
	if (s->shelves[kind].listed)
		return;
	set_missing(s, kind, missing && s->shelves[kind].entries == NULL);
	set_listed(s, kind, true);
}

bool
store_is_recalled(const struct store *s, size_t kind)
{
	return s->shelves[kind].recalled;
}

uint32_t *
store_note(struct store *s, size_t kind, const struct object_key *key)
{
	struct entry *e = entry_find(&s->shelves[kind], key);

	return e != NULL ? &e->note : NULL;
}

void
store_clear_notes(struct store *s)
{
	struct entry *e;

	for (size_t i = 0; i < s->n; i++)
		for (e = s->shelves[i].entries; e != NULL; e = e->hh.next)
			e->note = 0;
}

const struct store_kind *
store_kinds(const struct store *s, size_t *n)
{
	*n = s->n;
	return s->kinds;
}

static size_t
kind_from(const struct store *s, size_t from, const char *api, const char *kind)
{
	for (size_t i = from; i < s->n; i++)
		if (strcmp(s->kinds[i].kind, kind) == 0 &&
		    strcmp(s->kinds[i].api, api) == 0)
			return i;
	return SIZE_MAX;
}

size_t
store_kind_find(const struct store *s, const char *api, const char *kind)
{
	return kind_from(s, 0, api, kind);
}

size_t
store_kind_next(const struct store *s, size_t kind)
{
	return kind_from(s, kind + 1, s->kinds[kind].api, s->kinds[kind].kind);
}

const char *
store_only_name(const struct store *s, size_t kind)
{
	return s->shelves[kind].only;
}

const char *
store_namespace(const struct store *s, size_t kind)
{
	const char *ns = s->shelves[kind].ns;

	return ns != NULL ? ns : s->kinds[kind].ns;
}

bool
store_is_listed(const struct store *s, size_t kind)
{
	return s->shelves[kind].listed;
}

bool
store_is_missing(const struct store *s, size_t kind)
{
	return s->shelves[kind].missing;
}

size_t
store_count(const struct store *s, size_t kind)
{
	return s->shelves[kind].good;
}

uint64_t
store_changes(const struct store *s, size_t kind)
{
	return s->shelves[kind].changes;
}

size_t
store_count_refused(const struct store *s, size_t kind)
{
	return s->shelves[kind].refused;
}

const void *
store_get(const struct store *s, size_t kind, const struct object_key *key)
{
	const struct entry *e = entry_find(&s->shelves[kind], key);

	return e != NULL ? e->item : NULL;
}

static int
entry_cmp(const struct entry *a, const struct entry *b)
{
	const struct object_key x = entry_key(a), y = entry_key(b);
	int ns = strcmp(x.ns, y.ns);

	return ns != 0 ? ns : strcmp(x.name, y.name);
}

void
store_sort(struct store *s)
{
	for (size_t i = 0; i < s->n; i++)
		HASH_SRT(hh, s->shelves[i].entries, entry_cmp);
}

static void
each_from(const struct entry *e,
    bool (*each)(void *arg, const struct object_key *, const void *item),
    void *arg)
{
	for (; e != NULL; e = e->hh.next) {
		struct object_key key = entry_key(e);

		if (e->item != NULL && !each(arg, &key, e->item))
			return;
	}
}

void
store_each(const struct store *s, size_t kind,
    bool (*each)(void *arg, const struct object_key *, const void *item),
    void *arg)
{
	each_from(s->shelves[kind].entries, each, arg);
}

bool
store_each_after(const struct store *s, size_t kind,
    const struct object_key *key,
    bool (*each)(void *arg, const struct object_key *, const void *item),
    void *arg)
{
	const struct entry *e = entry_find(&s->shelves[kind], key);

	if (e == NULL)
		return false;
	each_from(e->hh.next, each, arg);
	return true;
}

void
store_each_refused(const struct store *s, size_t kind,
    void (*each)(void *arg, const struct object_key *, const struct err *),
    void *arg)
{
	const struct entry *e = s->shelves[kind].entries;
	size_t left = s->shelves[kind].refused; /* mostly none of very many */
	struct err why;

	for (; left > 0 && e != NULL; e = e->hh.next)
		if (e->refused != NULL) {
			left--;
			err_set(&why, "%s", e->refused);
			struct object_key key = entry_key(e);

			each(arg, &key, &why);
		}
}
