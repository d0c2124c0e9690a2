/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Owners of Services are not owners of the network: what is not allowed by name has no
 * effect, and by no annotation do they get more routers, or more nodes, than the group
 * has.
 */
#include "common/api/service_routes.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"

#define KINDS (WISH_KINDS - WISH_ROUTES)
#define WORD 256 /* room for a name */
#define WELL_KNOWN \
	0xffffu /* the first half of those of RFC 1997, 7999, 8326 … */
#define NO_EXPORT 0xffffff01u

static struct service_wish
wish_of(const struct service *s, unsigned kind)
{
	struct service_wishes w =
	    service_wishes(s, (enum service_wish_kind)(WISH_ROUTES + kind));

	return w.n > 0 ? w.at[0] : (struct service_wish){ NULL, NULL };
}

bool
service_says_routes(const struct service *s)
{
	unsigned kind = 0;

	while (kind < KINDS && s->n_wishes[WISH_ROUTES + kind] == 0)
		kind++;
	return kind < KINDS;
}

bool
service_routes_same(const struct service *a, const struct service *b)
{
	for (unsigned kind = 0; kind < KINDS; kind++) {
		struct service_wish x = wish_of(a, kind), y = wish_of(b, kind);

		if ((x.text == NULL) != (y.text == NULL) ||
		    (x.text != NULL && strcmp(x.text, y.text) != 0))
			return false;
	}
	return true;
}

/* ---- words, with commas or spaces between ---- */

static bool
word_next(const char **text, char word[WORD])
{
	const char *p = *text + strspn(*text, ", \t");
	size_t n = strcspn(p, ", \t");

	snprintf(word, WORD, "%.*s", (int)n, p);
	*text = p + n;
	return n > 0;
}

/* What is allowed, in words. Cut where it is long: the group has it in full. */
struct list {
	char text[160];
	size_t used;
};

static void
list_add(struct list *l, const char *word)
{
	size_t room = sizeof(l->text) - l->used;
	int n = snprintf(
	    l->text + l->used, room, "%s%s", l->used > 0 ? ", " : "", word);

	l->used += (size_t)n < room ? (size_t)n : room - 1;
}

/* ---- one annotation each ---- */

static bool
number_read(const char *text, uint32_t min, uint32_t max, uint32_t *out,
    struct err *err)
{
	size_t digits = strspn(text, "0123456789");
	unsigned long long n =
	    digits <= 10 ? strtoull(text, NULL, 10) : max + 1ull;

	if (digits == 0 || text[digits] != '\0' || n < min || n > max)
		return err_set(err, "\"%.40s\": not %lu..%lu", text,
		    (unsigned long)min, (unsigned long)max);
	*out = (uint32_t)n;
	return true;
}

static bool
community_eq(const struct community *a, const struct community *b)
{
	return a->kind == b->kind &&
	    (a->kind == COMMUNITY_NAME
		    ? strcmp(a->name, b->name) == 0
		    : memcmp(a->value, b->value, sizeof(a->value)) == 0);
}

static void
community_list(struct list *l, const struct community *c)
{
	char text[40];

	if (c->kind == COMMUNITY_LARGE)
		snprintf(text, sizeof(text), "%lu:%lu:%lu",
		    (unsigned long)c->value[0], (unsigned long)c->value[1],
		    (unsigned long)c->value[2]);
	else
		snprintf(text, sizeof(text), "%lu:%lu",
		    (unsigned long)(c->value[0] >> 16),
		    (unsigned long)(c->value[0] & 0xffff));
	list_add(l, c->kind == COMMUNITY_NAME ? c->name : text);
}

/* One that routers act upon, all over the AS and beyond it. */
static bool
is_reserved(const struct community *c)
{
	return c->kind == COMMUNITY_STANDARD &&
	    c->value[0] >> 16 == WELL_KNOWN && c->value[0] != NO_EXPORT;
}

static bool
community_allowed(const struct service_group *g, const struct community *c,
    const char *word, struct err *err)
{
	const struct communities *allowed = &g->announce.service_communities;
	struct list list = { .used = 0 };

	for (size_t i = 0; i < allowed->n; i++) {
		if (community_eq(&allowed->at[i], c))
			return true;
		community_list(&list, &allowed->at[i]);
	}
	if (allowed->n > 0)
		return err_set(err,
		    "\"%.64s\": not in serviceCommunities of ServiceGroup "
		    "%.63s: %s",
		    word, g->meta.name, list.text);
	if (c->kind == COMMUNITY_NAME)
		return err_set(err,
		    "\"%.64s\": neither N:N nor N:N:N nor no-export", word);
	return !is_reserved(c) ||
	    err_set(err,
		"\"%.64s\": of the well-known ones only no-export is allowed",
		word);
}

#define COMMUNITIES_MAX 16 /* COMMUNITIES_ROWS */

static bool
communities_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	char word[WORD];

	while (word_next(&text, word)) {
		communities_add(&r->communities, word);
		if (!community_allowed(
			g, &r->communities.at[r->communities.n - 1], word, err))
			return false;
		if (r->communities.n > COMMUNITIES_MAX)
			return err_set(
			    err, "more than %d of them", COMMUNITIES_MAX);
	}
	return r->communities.n > 0 || err_set(err, "there is none in it");
}

static bool
local_preference_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	(void)g;
	return number_read(text, 0, UINT32_MAX, &r->local_preference, err);
}

static bool
med_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	(void)g;
	return number_read(text, 0, UINT32_MAX, &r->med, err);
}

static bool
prepend_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	uint32_t n = 0;

	(void)g;
	if (!number_read(text, 1, GROUP_PREPEND_MAX, &n, err))
		return false;
	r->prepends = (uint8_t)n;
	return true;
}

static bool
peer_add(
    struct service_routes *r, const struct group_announce *a, const char *name)
{
	size_t i = 0;

	while (i < a->n_peers && strcmp(a->peers[i], name) != 0)
		i++;
	if (i < a->n_peers)
		r->peers |= (uint16_t)(1u << i);
	return i < a->n_peers;
}

/* Of those that the group names: it is not for a Service to say who is a peer. */
static bool
peers_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	const struct group_announce *a = &g->announce;
	struct list list = { .used = 0 };
	char word[WORD];

	for (size_t i = 0; i < a->n_peers; i++)
		list_add(&list, a->peers[i]);
	while (word_next(&text, word))
		if (!peer_add(r, a, word))
			return err_set(err,
			    "\"%.64s\": not in peers of ServiceGroup %.63s: %s",
			    word, g->meta.name,
			    a->n_peers > 0 ? list.text : "there are none");
	return r->peers != 0 || err_set(err, "there is none in it");
}

static bool
max_announcers_read(struct service_routes *r, const struct service_group *g,
    const char *text, struct err *err)
{
	uint32_t most = g->announce.max_announcers;

	return number_read(text, 1, most > 0 ? most : GROUP_ANNOUNCERS_MAX,
	    &r->max_announcers, err);
}

static bool (*const readers[KINDS])(struct service_routes *,
    const struct service_group *, const char *text, struct err *) = {
	[WISH_COMMUNITIES - WISH_ROUTES] = communities_read,
	[WISH_LOCAL_PREFERENCE - WISH_ROUTES] = local_preference_read,
	[WISH_MED - WISH_ROUTES] = med_read,
	[WISH_PREPEND - WISH_ROUTES] = prepend_read,
	[WISH_PEERS - WISH_ROUTES] = peers_read,
	[WISH_MAX_ANNOUNCERS - WISH_ROUTES] = max_announcers_read,
};

static bool
is_allowed(const struct service_group *g, unsigned kind, struct err *err)
{
	uint8_t allowed = g->announce.service_annotations;
	struct list list = { .used = 0 };

	if ((allowed & 1u << kind) != 0)
		return true;
	for (unsigned k = 0; k < KINDS; k++)
		if ((allowed & 1u << k) != 0)
			list_add(&list, group_service_annotations[k]);
	return err_set(err,
	    "not allowed by ServiceGroup %.63s (serviceAnnotations: %s)",
	    g->meta.name, allowed != 0 ? list.text : "none");
}

/* What was read of one that is refused. */
static void
forget(struct service_routes *r, unsigned kind)
{
	if (kind == WISH_COMMUNITIES - WISH_ROUTES)
		communities_fini(&r->communities);
	if (kind == WISH_PEERS - WISH_ROUTES)
		r->peers = 0;
}

unsigned
service_routes_read(const struct service *s, const struct service_group *g,
    struct service_routes *r, struct err *err)
{
	unsigned refused = 0;
	struct err why;

	*r = (struct service_routes){ .said = 0 };
	for (unsigned kind = 0; kind < KINDS; kind++) {
		struct service_wish wish = wish_of(s, kind);

		if (wish.text == NULL)
			continue;
		if (is_allowed(g, kind, &why) &&
		    readers[kind](r, g, wish.text, &why)) {
			r->said |= (uint8_t)(1u << kind);
			continue;
		}
		forget(r, kind);
		if (refused++ == 0)
			err_set(err, "%s: %s", wish.key, why.text);
	}
	return refused;
}

static bool
communities_within(const struct communities *a, const struct communities *b)
{
	for (size_t i = 0; i < a->n; i++) {
		size_t k = 0;

		while (k < b->n && !community_eq(&a->at[i], &b->at[k]))
			k++;
		if (k == b->n)
			return false;
	}
	return true;
}

bool
service_routes_say(const struct service_routes *r, enum service_wish_kind kind)
{
	return (r->said & 1u << (kind - WISH_ROUTES)) != 0;
}

bool
service_routes_eq(
    const struct service_routes *a, const struct service_routes *b)
{
	return a->said == b->said &&
	    a->local_preference == b->local_preference && a->med == b->med &&
	    a->prepends == b->prepends && a->peers == b->peers &&
	    a->max_announcers == b->max_announcers &&
	    communities_within(&a->communities, &b->communities) &&
	    communities_within(&b->communities, &a->communities);
}

void
service_routes_fini(struct service_routes *r)
{
	communities_fini(&r->communities);
	*r = (struct service_routes){ .said = 0 };
}

static const struct group_pool *
pool_of(const struct service_group *g, const struct addr *addr)
{
	for (size_t i = 0; i < g->n_pools; i++)
		if (g->pools[i].fault == NULL &&
		    addr_cmp(&g->pools[i].range.first, addr) <= 0 &&
		    addr_cmp(addr, &g->pools[i].range.last) <= 0)
			return &g->pools[i];
	return NULL;
}

bool
service_group_has_routes_alone(
    const struct service_group *g, const struct addr *addr, bool local)
{
	const struct group_pool *pool = pool_of(g, addr);

	return pool != NULL && service_group_on_bgp(g) &&
	    (local || g->announce.lengths != GROUP_AGGREGATE ||
		pool->aggregation == family_bits(addr->family));
}
