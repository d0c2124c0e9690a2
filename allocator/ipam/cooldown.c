/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/cooldown.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/ipam/ipam.h"
#include "common/alloc.h"

struct past {             /* a Service that is gone */
	char *key;        /* owned, "namespace/name" */
	struct addrs had; /* owned */
	uint64_t until;
	UT_hash_handle hh;
};

struct cooldown {
	struct ipam *ipam; /* borrowed */
	uint32_t ms;
	struct past *pasts; /* hash by key, owned; the oldest is the first */
};

struct cooldown *
cooldown_new(uint32_t ms)
{
	struct cooldown *c = xcalloc(1, sizeof(*c));

	c->ms = ms;
	return c;
}

static void
past_rest(struct cooldown *c, struct past *past)
{
	for (size_t i = 0; i < past->had.n; i++)
		ipam_rest(c->ipam, &past->had.at[i], past);
}

static void
past_forget(struct cooldown *c, struct past *past)
{
	for (size_t i = 0; i < past->had.n; i++)
		ipam_wake(c->ipam, &past->had.at[i], past);
	HASH_DEL(c->pasts, past);
	free(past->had.at);
	free(past->key);
	free(past);
}

void
cooldown_free(struct cooldown *c)
{
	if (c == NULL)
		return;
	while (c->pasts != NULL)
		past_forget(c, c->pasts);
	free(c);
}

void
cooldown_move(struct cooldown *c, struct ipam *ipam)
{
	struct past *past, *next;

	c->ipam = ipam;
	HASH_ITER (hh, c->pasts, past, next)
		past_rest(c, past);
}

static struct past *
past_find(const struct cooldown *c, const char *ns, const char *name)
{
	char *key = xasprintf("%s/%s", ns, name);
	struct past *past;

	HASH_FIND_STR(c->pasts, key, past);
	free(key);
	return past;
}

void
cooldown_add(struct cooldown *c, const char *ns, const char *name,
    const struct addrs *had, uint64_t now)
{
	struct past *past = past_find(c, ns, name);

	if (c->ms == 0 || had->n == 0)
		return;
	if (past != NULL)
		past_forget(c, past);
	if (HASH_COUNT(c->pasts) == COOLDOWN_MOST)
		past_forget(c, c->pasts);
	past = xcalloc(1, sizeof(*past));
	past->key = xasprintf("%s/%s", ns, name);
	past->had = addrs_copy(had->at, had->n);
	past->until = now + c->ms;
	HASH_ADD_KEYPTR(hh, c->pasts, past->key, strlen(past->key), past);
	past_rest(c, past);
}

void
cooldown_expire(struct cooldown *c, uint64_t now)
{
	while (c->pasts != NULL && c->pasts->until <= now)
		past_forget(c, c->pasts);
}

struct addrs
cooldown_find(const struct cooldown *c, const char *ns, const char *name)
{
	const struct past *past = past_find(c, ns, name);

	return past != NULL ? past->had : (struct addrs){ 0 };
}
