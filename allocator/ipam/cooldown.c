/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/ipam/cooldown.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"

struct past {            /* a Service that is gone */
	char *key;       /* owned, "namespace/name" */
	struct addr *at; /* owned */
	size_t n;
	uint64_t until;
	struct past *prev, *next; /* the one to be forgotten first is first */
	UT_hash_handle hh;
};

struct claim { /* who had the address last */
	struct addr addr;
	struct past *past;
	UT_hash_handle hh;
};

struct cooldown {
	const struct cooldown_ops *ops;
	void *arg;
	uint32_t ms;
	struct past *pasts; /* hash by key, owned */
	struct past *line;
	struct claim *claims; /* hash by address, owned */
};

struct cooldown *
cooldown_new(uint32_t ms, const struct cooldown_ops *ops, void *arg)
{
	struct cooldown *c = xcalloc(1, sizeof(*c));

	*c = (struct cooldown){ .ops = ops, .arg = arg, .ms = ms };
	return c;
}

static struct claim *
claim_find(const struct cooldown *c, const struct addr *a)
{
	struct claim *claim;

	HASH_FIND(hh, c->claims, a, sizeof(*a), claim);
	return claim;
}

static void
past_forget(struct cooldown *c, struct past *past)
{
	for (size_t i = 0; i < past->n; i++) {
		struct claim *claim = claim_find(c, &past->at[i]);

		if (claim == NULL || claim->past != past)
			continue;
		HASH_DEL(c->claims, claim);
		c->ops->over(c->arg, &claim->addr);
		free(claim);
	}
	HASH_DEL(c->pasts, past);
	DL_DELETE(c->line, past);
	free(past->at);
	free(past->key);
	free(past);
}

void
cooldown_free(struct cooldown *c)
{
	if (c == NULL)
		return;
	while (c->line != NULL)
		past_forget(c, c->line);
	free(c);
}

void
cooldown_each(const struct cooldown *c,
    void (*each)(void *arg, const struct addr *), void *arg)
{
	const struct claim *claim, *next;

	HASH_ITER (hh, c->claims, claim, next)
		each(arg, &claim->addr);
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

static void
claim_put(struct cooldown *c, const struct addr *a, struct past *past)
{
	struct claim *claim = claim_find(c, a);

	if (claim == NULL) {
		claim = xcalloc(1, sizeof(*claim));
		claim->addr = *a;
		HASH_ADD(hh, c->claims, addr, sizeof(claim->addr), claim);
	}
	claim->past = past;
}

void
cooldown_add(struct cooldown *c, const char *ns, const char *name,
    const struct addr *at, size_t n, uint64_t now)
{
	struct past *past = past_find(c, ns, name);

	if (c->ms == 0 || n == 0)
		return;
	if (past != NULL)
		past_forget(c, past);
	if (HASH_COUNT(c->pasts) == COOLDOWN_MOST)
		past_forget(c, c->line);
	past = xcalloc(1, sizeof(*past));
	*past = (struct past){ .key = xasprintf("%s/%s", ns, name),
		.at = xcalloc(n, sizeof(*at)),
		.n = n,
		.until = now + c->ms };
	memcpy(past->at, at, n * sizeof(*at));
	HASH_ADD_KEYPTR(hh, c->pasts, past->key, strlen(past->key), past);
	DL_APPEND(c->line, past);
	for (size_t i = 0; i < n; i++)
		claim_put(c, &at[i], past);
}

void
cooldown_expire(struct cooldown *c, uint64_t now)
{
	while (c->line != NULL && c->line->until <= now)
		past_forget(c, c->line);
}

bool
cooldown_has(const struct cooldown *c, const struct addr *a)
{
	return claim_find(c, a) != NULL;
}

const struct addr *
cooldown_find(
    const struct cooldown *c, const char *ns, const char *name, size_t *n)
{
	const struct past *past = past_find(c, ns, name);

	*n = past != NULL ? past->n : 0;
	return past != NULL ? past->at : NULL;
}
