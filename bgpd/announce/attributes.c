/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/attributes.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "common/alloc.h"
#include "common/api/community.h"

#define GRACEFUL_SHUTDOWN 0xffff0000u

void
attributes_fini(struct attributes *a)
{
	free(a->standard);
	free(a->large);
	free(a->peers);
	*a = (struct attributes){ 0 };
}

bool
attributes_say_same(const struct attributes *a, const struct attributes *b)
{
	return a->local_pref == b->local_pref && a->kinds == b->kinds &&
	    a->has_local_pref == b->has_local_pref &&
	    a->has_med == b->has_med && a->med == b->med &&
	    a->prepends == b->prepends && a->n_standard == b->n_standard &&
	    a->n_large == b->n_large && a->n_peers == b->n_peers &&
	    a->own == b->own && a->max_announcers == b->max_announcers &&
	    (a->n_peers == 0 ||
		memcmp(a->peers, b->peers, a->n_peers * sizeof(a->peers[0])) ==
		    0) &&
	    (a->n_standard == 0 ||
		memcmp(a->standard, b->standard,
		    a->n_standard * sizeof(a->standard[0])) == 0) &&
	    (a->n_large == 0 ||
		memcmp(a->large, b->large, a->n_large * sizeof(a->large[0])) ==
		    0);
}

bool
attributes_eq(const struct attributes *a, const struct attributes *b)
{
	return a->bandwidth == b->bandwidth &&
	    a->non_transitive == b->non_transitive &&
	    a->bandwidth_as == b->bandwidth_as && a->plain == b->plain &&
	    a->local == b->local && attributes_say_same(a, b);
}

/* Into a sorted list that has each value once. */
static void
list_add(uint32_t **list, size_t *n, uint32_t value)
{
	size_t at = 0;

	while (at < *n && (*list)[at] < value)
		at++;
	if (at < *n && (*list)[at] == value)
		return;
	*list = xrealloc(*list, *n + 1, sizeof(**list));
	memmove(*list + at + 1, *list + at, (*n - at) * sizeof(**list));
	(*list)[at] = value;
	++*n;
}

static void
add_standard(struct attributes *a, uint32_t value)
{
	list_add(&a->standard, &a->n_standard, value);
}

void
attributes_add_peer(struct attributes *a, uint32_t audience)
{
	list_add(&a->peers, &a->n_peers, audience);
}

static int
large_cmp(const uint32_t a[3], const uint32_t b[3])
{
	for (unsigned i = 0; i < 3; i++)
		if (a[i] != b[i])
			return a[i] < b[i] ? -1 : 1;
	return 0;
}

static void
add_large(struct attributes *a, const uint32_t value[3])
{
	size_t at = 0;

	while (at < a->n_large && large_cmp(a->large[at], value) < 0)
		at++;
	if (at < a->n_large && large_cmp(a->large[at], value) == 0)
		return;
	a->large = xrealloc(a->large, a->n_large + 1, sizeof(a->large[0]));
	memmove(a->large + at + 1, a->large + at,
	    (a->n_large - at) * sizeof(a->large[0]));
	memcpy(a->large[at], value, sizeof(a->large[0]));
	a->n_large++;
}

const char *
attributes_add(struct attributes *a, const struct communities *list,
    const struct bgp_configuration *config)
{
	const char *unknown = NULL;

	for (size_t i = 0; i < list->n; i++) {
		const struct community *c = &list->at[i];

		if (c->kind == COMMUNITY_NAME && config != NULL)
			c = bgp_configuration_community(config, c->name);
		if (c == NULL || c->kind == COMMUNITY_NAME) {
			if (unknown == NULL)
				unknown = list->at[i].name;
		} else if (c->kind == COMMUNITY_LARGE) {
			add_large(a, c->value);
		} else {
			add_standard(a, c->value[0]);
		}
	}
	return unknown;
}

void
attributes_set_local_pref(struct attributes *a, uint32_t local_pref)
{
	if (!a->has_local_pref || local_pref > a->local_pref)
		a->local_pref = local_pref;
	a->has_local_pref = true;
}

void
attributes_set_med(struct attributes *a, uint32_t med)
{
	if (!a->has_med || med < a->med)
		a->med = med;
	a->has_med = true;
}

void
attributes_set_prepends(struct attributes *a, uint8_t prepends)
{
	if (prepends > a->prepends)
		a->prepends = prepends;
}

void
attributes_add_shutdown(struct attributes *a)
{
	add_standard(a, GRACEFUL_SHUTDOWN);
}

bool
attributes_have_shutdown(const struct attributes *a)
{
	for (size_t i = 0; i < a->n_standard; i++)
		if (a->standard[i] == GRACEFUL_SHUTDOWN)
			return true;
	return false;
}

void
attributes_make_last(struct attributes *a)
{
	a->local_pref = 0;
	a->has_local_pref = true;
}

/* What one of them wants told to other ASes is. */
static void
add_bandwidth(struct attributes *a, const struct attributes *b, uint32_t wants)
{
	uint64_t sum = a->bandwidth + (uint64_t)b->bandwidth * wants;

	if (b->bandwidth == 0)
		return;
	a->non_transitive =
	    b->non_transitive && (a->bandwidth == 0 || a->non_transitive);
	a->bandwidth = sum < UINT32_MAX ? (uint32_t)sum : UINT32_MAX;
	a->bandwidth_as = b->bandwidth_as;
}

bool
attributes_are_for(const struct attributes *a, uint32_t audience)
{
	size_t i = 0;

	while (i < a->n_peers && a->peers[i] != audience)
		i++;
	return a->n_peers == 0 || i < a->n_peers;
}

/* But for the peers. */
static void
unite_sent(struct attributes *a, const struct attributes *b, uint32_t wants)
{
	a->kinds |= b->kinds;
	for (size_t i = 0; i < b->n_standard; i++)
		add_standard(a, b->standard[i]);
	for (size_t i = 0; i < b->n_large; i++)
		add_large(a, b->large[i]);
	if (b->has_local_pref)
		attributes_set_local_pref(a, b->local_pref);
	if (b->has_med)
		attributes_set_med(a, b->med);
	attributes_set_prepends(a, b->prepends);
	add_bandwidth(a, b, wants);
}

static void
add_peers(struct attributes *a, const struct attributes *b)
{
	for (size_t i = 0; i < b->n_peers; i++)
		attributes_add_peer(a, b->peers[i]);
}

void
attributes_unite(
    struct attributes *a, const struct attributes *b, uint32_t wants)
{
	unite_sent(a, b, wants);
	if (b->n_peers == 0)
		a->n_peers = 0; /* for all */
	else if (a->n_peers > 0)
		add_peers(a, b);
}

void
attributes_copy(
    struct attributes *to, const struct attributes *from, uint32_t wants)
{
	unite_sent(to, from, wants);
	add_peers(to, from);
}
