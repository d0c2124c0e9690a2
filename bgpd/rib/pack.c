/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/rib/pack.h"

#include <assert.h>
#include <stdlib.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/prefix_table.h"
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

bool
packer_fits(struct packer *k, const struct path *path)
{
	struct attrs a;

	path_attrs(path, &a);
	wbuf_rewind(&k->attrs, 0);
	k->path = NULL;
	return attrs_build(&k->attrs, &a, k->family, k->as4);
}

void
packer_set_path(struct packer *k, const struct path *path)
{
	bool fits = packer_fits(k, path);

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
	};
}

/* The prefixes from the end on, until one does not fit. */
static size_t
add_prefixes(
    struct packer *k, struct update_out *o, const uint32_t *indices, size_t n)
{
	size_t left = n;

	while (left > 0) {
		const uint8_t *entry =
		    prefix_table_entry(k->prefixes, indices[left - 1]);

		if (!update_out_add(o, entry + 1, entry[0], 0))
			break;
		left--;
	}
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
