/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/path_match.h"

#include <string.h>

#include "bgpd/rib/path.h"
#include "bgpd/wire/as_path.h"

static bool
list_eq(const void *a, size_t n_a, const void *b, size_t n_b, size_t size)
{
	return n_a == n_b && (n_a == 0 || memcmp(a, b, n_a * size) == 0);
}

bool
path_match_eq(const struct path_match *a, const struct path_match *b)
{
	return a->sources == b->sources && a->min_length == b->min_length &&
	    a->max_length == b->max_length &&
	    list_eq(a->tags, a->n_tags, b->tags, b->n_tags, 4) &&
	    list_eq(a->communities, a->n_communities, b->communities,
		b->n_communities, 4) &&
	    list_eq(a->ext, a->n_ext, b->ext, b->n_ext, 8) &&
	    list_eq(a->large, a->n_large, b->large, b->n_large, 12) &&
	    list_eq(a->starts, a->n_starts, b->starts, b->n_starts, 4) &&
	    list_eq(a->contains, a->n_contains, b->contains, b->n_contains, 4);
}

static bool
source_meets(const struct path_match *m, const struct path *path, bool received)
{
	if (m->sources == 0)
		return true;
	if (received)
		return (m->sources & MATCH_PEER) != 0;
	return (m->sources & (MATCH_LOCAL | path->kinds)) != 0;
}

static bool
tag_meets(const struct path_match *m, uint32_t tag)
{
	for (size_t i = 0; i < m->n_tags; i++)
		if (m->tags[i] == tag)
			return true;
	return m->n_tags == 0;
}

static bool
has_words(struct rbuf list, const uint32_t *want, size_t words)
{
	while (list.left > 0) {
		bool same = true;

		for (size_t i = 0; i < words; i++)
			same &= rbuf_u32(&list) == want[i];
		if (same)
			return true;
	}
	return false;
}

static bool
has_all(struct rbuf list, const uint32_t *want, size_t n, size_t words)
{
	for (size_t i = 0; i < n; i++)
		if (!has_words(list, want + i * words, words))
			return false;
	return true;
}

static bool
communities_meet(const struct path_match *m, const struct path *path)
{
	return has_all(path_list(path, LIST_COMMUNITIES), m->communities,
		   m->n_communities, 1) &&
	    has_all(path_list(path, LIST_EXT_COMMUNITIES),
		(const uint32_t *)m->ext, m->n_ext, 2) &&
	    has_all(path_list(path, LIST_LARGE_COMMUNITIES),
		(const uint32_t *)m->large, m->n_large, 3);
}

static bool
as_path_meets(const struct path_match *m, const struct path *path)
{
	struct rbuf as_path = path_list(path, LIST_AS_PATH);
	struct as_path_iter iter = { .path = as_path };

	if (path->as_len < m->min_length ||
	    (m->max_length != 0 && path->as_len > m->max_length))
		return false;
	for (size_t i = 0; i < m->n_starts; i++)
		if (as_path_next(&iter) != m->starts[i])
			return false;
	for (size_t i = 0; i < m->n_contains; i++)
		if (as_path_count(as_path, m->contains[i]) == 0)
			return false;
	return true;
}

bool
path_match_meets(const struct path_match *m, const struct path *path,
    bool received, uint32_t tag)
{
	return source_meets(m, path, received) && tag_meets(m, tag) &&
	    communities_meet(m, path) && as_path_meets(m, path);
}
