/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/batch.h"

#include <stdbool.h>
#include <stdlib.h>
#include <utlist.h>

#include "common/alloc.h"

struct batch *
batch_new(const struct batch_key *key)
{
	struct batch *b = xcalloc(1, sizeof(*b));

	b->refs = 1;
	b->key = *key;
	return b;
}

void
batch_unref(struct batch *b)
{
	if (b == NULL || --b->refs > 0)
		return;
	free(b->bytes);
	free(b);
}

struct wbuf
batch_room(struct batch *b, size_t n)
{
	if (b->len + n > b->room) {
		b->room += n > BATCH_SIZE ? n : BATCH_SIZE;
		b->bytes = xrealloc(b->bytes, 1, b->room);
	}
	struct wbuf w = wbuf_of(b->bytes, b->room);

	w.len = b->len;
	return w;
}

void
batch_wrote(struct batch *b, const struct wbuf *w)
{
	b->len = w->len;
}

void
batch_close(struct batch *b)
{
	b->room = b->len;
	b->bytes = xrealloc(b->bytes, 1, b->len);
}

static bool
key_eq(const struct batch_key *a, const struct batch_key *b)
{
	return a->of == b->of && a->version == b->version &&
	    a->viewer == b->viewer && a->from.bucket == b->from.bucket &&
	    a->from.slot == b->from.slot;
}

static size_t
cost(const struct batch *b)
{
	return b->len > BATCH_COUNTS ? b->len : BATCH_COUNTS;
}

static void
drop_oldest(struct batch_cache *c)
{
	struct batch *b = c->first->prev;

	DL_DELETE(c->first, b);
	c->bytes -= cost(b);
	batch_unref(b);
}

void
batch_cache_clear(struct batch_cache *c)
{
	while (c->first != NULL)
		drop_oldest(c);
}

struct batch *
batch_cache_find(struct batch_cache *c, const struct batch_key *key)
{
	struct batch *b;

	DL_FOREACH (c->first, b) {
		if (key_eq(&b->key, key)) {
			b->refs++;
			return b;
		}
	}
	return NULL;
}

void
batch_cache_put(struct batch_cache *c, struct batch *b)
{
	b->refs++;
	DL_PREPEND(c->first, b);
	c->bytes += cost(b);
	while (c->bytes > BATCH_CACHE)
		drop_oldest(c);
}
