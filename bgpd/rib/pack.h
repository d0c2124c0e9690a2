/* SPDX-License-Identifier: Apache-2.0 */
/*
 * pack - paths and prefix indices into UPDATE messages, as full as they get.
 */
#ifndef BGPD_RIB_PACK_H
#define BGPD_RIB_PACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/wire/buf.h"
#include "common/prefix.h"

struct path;
struct prefix_table;
struct route_ids;

struct packer {
	const struct prefix_table *prefixes;
	enum family family;
	bool as4;
	size_t max; /* bytes of a message */
	/* With path ids: what is packed are numbers of routes. Borrowed, or NULL. */
	const struct route_ids *ids;
	const struct path *path; /* whose attributes are in attrs; borrowed */
	struct wbuf attrs;       /* its room is owned */
};

void
packer_init(struct packer *, const struct prefix_table *, bool as4, size_t max);
void packer_fini(struct packer *);

/* Does the path fit into a message together with any one prefix? */
bool packer_fits(struct packer *, const struct path *);

/* From now on pack_reach() announces this path; it has to fit. */
void packer_set_path(struct packer *, const struct path *);
/*
 * Write one message with prefixes taken from the end of n > 0 indices, with room for
 * max bytes. Return how many are left. Where there are ids, the indices are those.
 */
size_t
pack_reach(struct packer *, struct wbuf *, const uint32_t *indices, size_t n);
size_t
pack_unreach(struct packer *, struct wbuf *, const uint32_t *indices, size_t n);
#endif
