/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/weights.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"
#include "common/prefix.h"
#include "common/source/store.h"

struct said {
	struct addr addr;
	uint32_t weight;
	uint32_t left; /* passes until it may be another */
	bool differs;  /* and then it is another */
	bool asked;    /* since weights_begin() */
};

struct entry {           /* a Service */
	char *key;       /* owned, "namespace/name" */
	struct said *at; /* owned */
	size_t n;
	bool waits; /* for something of it: it is in that list */
	struct entry *prev, *next;
	UT_hash_handle hh;
};

struct weights {
	struct entry *entries;       /* owned, a uthash */
	struct entry *waiting;       /* borrowed */
	const struct object_key *at; /* borrowed: it is looked at */
	struct entry *entry;         /* borrowed: of that; NULL: none */
};

struct weights *
weights_new(void)
{
	return xcalloc(1, sizeof(struct weights));
}

static void
entry_remove(struct weights *w, struct entry *e)
{
	HASH_DEL(w->entries, e);
	if (e->waits)
		DL_DELETE(w->waiting, e);
	free(e->key);
	free(e->at);
	free(e);
}

void
weights_free(struct weights *w)
{
	struct entry *e, *next;

	if (w == NULL)
		return;
	HASH_ITER (hh, w->entries, e, next)
		entry_remove(w, e);
	free(w);
}

/* Where no group has weights this is all that it costs. */
void
weights_begin(struct weights *w, const struct object_key *key)
{
	w->at = key;
	w->entry = NULL;
	if (w->entries == NULL)
		return;
	char *text = xasprintf("%s/%s", key->ns, key->name);

	HASH_FIND_STR(w->entries, text, w->entry);
	free(text);
	for (size_t i = 0; w->entry != NULL && i < w->entry->n; i++)
		w->entry->at[i].asked = false;
}

void
weights_end(struct weights *w)
{
	struct entry *e = w->entry;
	size_t kept = 0;

	w->at = NULL;
	w->entry = NULL;
	if (e == NULL)
		return;
	for (size_t i = 0; i < e->n; i++)
		if (e->at[i].asked)
			e->at[kept++] = e->at[i];
	e->n = kept;
	if (kept == 0)
		entry_remove(w, e);
}

static struct said *
said_get(struct weights *w, const struct addr *addr)
{
	struct entry *e = w->entry;

	if (e == NULL) {
		e = w->entry = xcalloc(1, sizeof(*e));
		e->key = xasprintf("%s/%s", w->at->ns, w->at->name);
		HASH_ADD_KEYPTR(hh, w->entries, e->key, strlen(e->key), e);
	}
	for (size_t i = 0; i < e->n; i++)
		if (addr_eq(&e->at[i].addr, addr))
			return &e->at[i];
	e->at = xrealloc(e->at, e->n + 1, sizeof(e->at[0]));
	e->at[e->n] = (struct said){ .addr = *addr };
	return &e->at[e->n++];
}

static void
wait_for(struct weights *w, struct said *s, uint32_t passes)
{
	s->left = passes;
	if (!w->entry->waits)
		DL_APPEND(w->waiting, w->entry);
	w->entry->waits = true;
}

uint32_t
weights_ask(struct weights *w, const struct addr *addr, uint32_t weight,
    uint32_t passes)
{
	struct said *s = said_get(w, addr);
	bool is_new = s->weight == 0; /* no weight is */

	s->asked = true;
	s->differs = !is_new && s->weight != weight;
	if (s->left > passes) /* the group has come to say so */
		s->left = passes;
	if (s->differs && s->left > 0)
		return s->weight;
	if (s->differs)
		wait_for(w, s, passes);
	s->differs = false;
	s->weight = weight;
	return weight;
}

bool
weights_wait(const struct weights *w)
{
	return w->waiting != NULL;
}

/* A pass less for all of a Service; true: something else is to be said of it. */
static bool
entry_grow_older(struct weights *w, struct entry *e)
{
	bool due = false, waits = false;

	for (size_t i = 0; i < e->n; i++) {
		struct said *s = &e->at[i];

		due |= s->left == 1 && s->differs;
		s->left -= s->left > 0;
		waits |= s->left > 0;
	}
	if (!waits) {
		DL_DELETE(w->waiting, e);
		e->waits = false;
	}
	return due;
}

static bool
tell(const char *service, bool (*each)(void *arg, const struct object_key *),
    void *arg)
{
	char *ns = xstrdup(service), *slash = strchr(ns, '/');
	struct object_key key = { ns, slash + 1 };

	*slash = '\0';
	bool more = each(arg, &key);

	free(ns);
	return more;
}

/* All are counted before anybody is told, who then asks again. */
void
weights_grow_older(struct weights *w,
    bool (*each)(void *arg, const struct object_key *), void *arg)
{
	struct entry *e, *next;
	char **due = NULL;
	size_t n = 0;
	bool tells = true;

	DL_FOREACH_SAFE (w->waiting, e, next)
		if (entry_grow_older(w, e)) {
			due = xrealloc(due, n + 1, sizeof(due[0]));
			due[n++] = xstrdup(e->key);
		}
	for (size_t i = 0; i < n; i++) {
		tells = tells && tell(due[i], each, arg);
		free(due[i]);
	}
	free(due);
}
