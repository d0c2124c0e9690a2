/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/links.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/session/session_config.h"
#include "common/alloc.h"

enum {
	BURST = 5,    /* connections of one peer, and then … */
	EVERY = 1000, /* ms for each */
};

/*
 * Of two with one address, as there are for a moment while peers swap theirs, the one
 * that came first is found.
 */
struct links {
	struct link **at; /* owned, what they point to borrowed; by address */
	size_t n;
};

struct links *
links_new(void)
{
	return xcalloc(1, sizeof(struct links));
}

void
links_free(struct links *links)
{
	if (links == NULL)
		return;
	free(links->at);
	free(links);
}

/* The first link of the address, or where it would be. */
static size_t
place(const struct links *links, const struct addr *remote)
{
	size_t low = 0, high = links->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (addr_cmp(&links->at[middle]->remote, remote) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_of(const struct links *links, size_t at, const struct addr *remote)
{
	return at < links->n && addr_eq(&links->at[at]->remote, remote);
}

static void
insert(
    struct links *links, struct link *link, const struct session_config *config)
{
	size_t at = place(links, &config->remote);

	while (is_of(links, at, &config->remote))
		at++;
	link->config = config;
	link->remote = config->remote;
	links->at = xrealloc(links->at, links->n + 1, sizeof(links->at[0]));
	memmove(links->at + at + 1, links->at + at,
	    (links->n - at) * sizeof(links->at[0]));
	links->at[at] = link;
	links->n++;
}

void
links_add(struct links *links, struct link *link,
    const struct session_config *config, uint64_t now)
{
	link->tokens = BURST;
	link->tokens_at = now;
	insert(links, link, config);
}

void
links_remove(struct links *links, struct link *link)
{
	size_t at = place(links, &link->remote);

	while (links->at[at] != link)
		at++;
	links->n--;
	memmove(links->at + at, links->at + at + 1,
	    (links->n - at) * sizeof(links->at[0]));
}

void
links_set(
    struct links *links, struct link *link, const struct session_config *config)
{
	link->config = config;
	if (addr_eq(&link->remote, &config->remote))
		return;
	links_remove(links, link);
	insert(links, link, config);
}

struct link *
links_find(const struct links *links, const struct addr *remote)
{
	size_t at = place(links, remote);

	return is_of(links, at, remote) ? links->at[at] : NULL;
}

/* BGP.md row 48. */
static bool
has_token(struct link *l, uint64_t now)
{
	uint64_t more = (now - l->tokens_at) / EVERY;

	if (more > 0) {
		l->tokens = more + l->tokens < BURST
		    ? (unsigned)more + l->tokens
		    : BURST;
		l->tokens_at = now;
	}
	if (l->tokens == 0)
		return false;
	l->tokens--;
	return true;
}

static bool
is_keyed(const struct link *l, const struct keys *keys)
{
	const char *key = keys_get(keys, &l->remote);

	return l->config->password == NULL ||
	    (key != NULL && strcmp(key, l->config->password) == 0);
}

/*
 * The address of the session is what its next hops are: one that is here for the moment
 * only, as a virtual one, would take them along.
 */
static bool
is_at_home(const struct link *l, const struct addr *local)
{
	const struct addr *source = &l->config->source;

	return source->family == FAMILY_NONE || addr_eq(source, local);
}

enum arrival
links_judge(const struct links *links, const struct caller *caller,
    const struct gate *gate, uint64_t now, struct link **link)
{
	*link = links_find(links, &caller->remote);
	if (*link == NULL)
		return ARRIVAL_STRANGER;
	if (!is_at_home(*link, &caller->local))
		return ARRIVAL_ELSEWHERE;
	if (!is_keyed(*link, gate->keys))
		return ARRIVAL_UNKEYED;
	if ((*link)->config->ttl_security != 0 && !gate->filtered)
		return ARRIVAL_UNFILTERED;
	if (!has_token(*link, now))
		return ARRIVAL_TOO_FAST;
	return ARRIVAL_TAKEN;
}

void
links_update_keys(const struct links *links, enum family family,
    struct keys *keys, const struct keys_ops *ops, void *arg)
{
	struct key_wanted *wanted = xcalloc(links->n, sizeof(wanted[0]));
	size_t n = 0;

	for (size_t i = 0; i < links->n; i++)
		if (links->at[i]->remote.family == family)
			wanted[n++] = (struct key_wanted){ links->at[i]->remote,
				links->at[i]->config->password };
	keys_update(keys, wanted, n, ops, arg);
	free(wanted);
}

struct ttl_rule *
links_ttl_rules(const struct links *links, enum family family, size_t *n)
{
	struct ttl_rule *rules = xcalloc(links->n, sizeof(rules[0]));

	*n = 0;
	for (size_t i = 0; i < links->n; i++) {
		const struct link *l = links->at[i];
		uint8_t least = session_config_least_ttl(l->config);

		if (l->remote.family == family && least > 0)
			rules[(*n)++] = (struct ttl_rule){ l->remote, least };
	}
	return rules;
}
