/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/pack.h"

#include <assert.h>
#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/prefix_table.h"
#include "bgpd/rib/route_ids.h"
#include "bgpd/wire/update_out.h"
#include "common/alloc.h"

/*
 * What stands beside the attributes in a message: header and lengths, the head of
 * MP_REACH with two next hops, and the longest prefix with its path id.
 */
enum { BESIDE_ATTRS = 19 + 2 + 2 + 4 + 5 + 32 + 4 + 17 };

void
packer_init(
    struct packer *k, const struct prefix_table *prefixes, bool as4, size_t max)
{
	*k = (struct packer){
		.prefixes = prefixes,
		.family = prefixes->family,
		.as4 = as4,
		.max = max,
		.attrs = wbuf_of(xcalloc(1, max), max - BESIDE_ATTRS),
	};
}

void
packer_fini(struct packer *k)
{
	free(k->attrs.p);
	*k = (struct packer){ 0 };
}

static bool
build_attrs(struct packer *k, const struct path *path)
{
	struct attrs a;

	path_attrs(path, &a);
	wbuf_rewind(&k->attrs, 0);
	k->path = NULL;
	return attrs_build(&k->attrs, &a, k->family, k->as4);
}

/* More than attributes take beside their lists; those are written twice at most. */
#define BESIDE_LISTS 128

bool
packer_fits(struct packer *k, const struct path *path)
{
	return 2 * path_bytes(path) + BESIDE_LISTS <= k->attrs.cap ||
	    build_attrs(k, path);
}

void
packer_set_path(struct packer *k, const struct path *path)
{
	bool fits = build_attrs(k, path);

	assert(fits);
	(void)fits;
	k->path = path;
}

static struct update_out
begin(struct packer *k, struct wbuf *w)
{
	return (struct update_out){
		.w = w,
		.max = k->max,
		.family = (uint8_t)k->family,
		.add_path = k->ids != NULL,
	};
}

/* ids: what the index is of; NULL: it is of a prefix. */
static inline bool
add_one(struct update_out *o, const struct prefix_table *prefixes,
    const struct route_id *ids, uint32_t index)
{
	uint32_t id = ids != NULL ? index : 0;
	const uint8_t *entry =
	    prefix_table_entry(prefixes, ids != NULL ? ids[id].prefix : index);

	return update_out_add(o, entry + 1, entry[0], id);
}

/*
 * The prefixes from the end on, until one does not fit. On copies, so that what is
 * written can't be taken for a change of what is read.
 */
static size_t
add_prefixes(
    struct packer *k, struct update_out *o, const uint32_t *indices, size_t n)
{
	const struct prefix_table prefixes = *k->prefixes;
	const struct route_id *ids = k->ids != NULL ? k->ids->at : NULL;
	struct wbuf w = *o->w;
	struct update_out adding = *o;
	size_t left = n;

	adding.w = &w;
	while (left > 0) {
		if (!add_one(&adding, &prefixes, ids, indices[left - 1]))
			break;
		left--;
	}
	*o->w = w;
	update_out_end(o);
	assert(left < n); /* or our caller would ask for ever */
	return left;
}

size_t
pack_reach(struct packer *k, struct wbuf *w, const uint32_t *indices, size_t n)
{
	struct update_out o = begin(k, w);
	struct next_hop hop = { k->path->next_hop, k->path->link_local };

	update_out_reach(&o, &hop, wbuf_read(&k->attrs, 0));
	return add_prefixes(k, &o, indices, n);
}

size_t
pack_unreach(
    struct packer *k, struct wbuf *w, const uint32_t *indices, size_t n)
{
	struct update_out o = begin(k, w);

	update_out_unreach(&o);
	return add_prefixes(k, &o, indices, n);
}
