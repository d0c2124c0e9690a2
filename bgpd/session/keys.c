/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/keys.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct entry {
	struct prefix prefix;
	char *key; /* owned */
	bool kept; /* during an update: somebody wants it */
};

struct keys {
	struct entry *at; /* owned; by prefix */
	size_t n;
};

struct keys *
keys_new(void)
{
	return xcalloc(1, sizeof(struct keys));
}

static void
key_free(char *key)
{
	if (key != NULL)
		explicit_bzero(key, strlen(key));
	free(key);
}

void
keys_free(struct keys *keys)
{
	if (keys == NULL)
		return;
	for (size_t i = 0; i < keys->n; i++)
		key_free(keys->at[i].key);
	free(keys->at);
	free(keys);
}

/* Where the prefix is, or would be. */
static size_t
place(const struct keys *keys, const struct prefix *prefix)
{
	size_t low = 0, high = keys->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (prefix_cmp(&keys->at[middle].prefix, prefix) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static struct entry *
entry_find(const struct keys *keys, const struct prefix *prefix)
{
	size_t at = place(keys, prefix);

	return at < keys->n && prefix_eq(&keys->at[at].prefix, prefix)
	    ? &keys->at[at]
	    : NULL;
}

static struct entry *
entry_add(struct keys *keys, const struct prefix *prefix)
{
	size_t at = place(keys, prefix);

	keys->at = xrealloc(keys->at, keys->n + 1, sizeof(keys->at[0]));
	memmove(keys->at + at + 1, keys->at + at,
	    (keys->n - at) * sizeof(keys->at[0]));
	keys->at[at] = (struct entry){ .prefix = *prefix };
	keys->n++;
	return &keys->at[at];
}

static void
want(struct keys *keys, const struct key_wanted *w, const struct keys_ops *ops,
    void *arg)
{
	struct entry *e = entry_find(keys, &w->prefix);

	if (e != NULL && e->kept)
		return; /* another peer's key, said before */
	if (e == NULL || strcmp(e->key, w->key) != 0) {
		if (!ops->set(arg, &w->prefix, w->key)) {
			if (e != NULL)
				e->kept = true; /* better than none */
			return;
		}
		if (e == NULL)
			e = entry_add(keys, &w->prefix);
		key_free(e->key);
		e->key = xstrdup(w->key);
	}
	e->kept = true;
}

/* What could not be taken away stays, to be tried again. */
static void
sweep(struct keys *keys, const struct keys_ops *ops, void *arg)
{
	size_t n = 0;

	for (size_t i = 0; i < keys->n; i++) {
		struct entry *e = &keys->at[i];

		if (!e->kept && ops->set(arg, &e->prefix, NULL)) {
			key_free(e->key);
			continue;
		}
		e->kept = false;
		keys->at[n++] = *e;
	}
	keys->n = n;
}

void
keys_update(struct keys *keys, const struct key_wanted *wanted, size_t n,
    const struct keys_ops *ops, void *arg)
{
	for (size_t i = 0; i < n; i++)
		if (wanted[i].key != NULL)
			want(keys, &wanted[i], ops, arg);
	sweep(keys, ops, arg);
}

const char *
keys_get(const struct keys *keys, const struct addr *addr)
{
	for (unsigned len = family_bits(addr->family) + 1; len-- > 0;) {
		struct prefix prefix = prefix_of(addr, len);
		const struct entry *e = entry_find(keys, &prefix);

		if (e != NULL)
			return e->key;
	}
	return NULL;
}
