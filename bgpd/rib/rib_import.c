/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What peers say, taken into the rib.
 */
#include <assert.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib_state.h"
#include "bgpd/wire/update.h"

/*
 * Bytes of all attribute sets. A peer may send a set of 4 KB with each prefix: what
 * it has said goes before the kernel ends the whole daemon for it.
 */
#define ROOM ((size_t)128 << 20)

/*
 * A limit needs to know which prefixes were said already: then they are kept even
 * where nobody asked for it, in as much memory as the limit allows.
 */
static enum import_mode
import_mode(const struct source *s, enum family family)
{
	if (s->import == IMPORT_COUNT && s->max_prefixes[family] != 0)
		return IMPORT_KEEP;
	return s->import;
}

static void
import_unreach(struct rib *r, uint32_t source, struct nlri nlri)
{
	struct rib_counts *c = &r->sources[source].counts[nlri.family];
	struct prefix p;
	uint32_t path_id;

	if (import_mode(&r->sources[source].source, nlri.family) ==
	    IMPORT_COUNT) {
		c->received -=
		    nlri.count < c->received ? nlri.count : c->received;
		return;
	}
	while (nlri_next(&nlri, &p, &path_id))
		rib_unset_route(r, source, &p);
}

/* Stops at the first prefix that is one too many. */
static enum rib_import
import_prefixes(
    struct rib *r, uint32_t source, struct nlri nlri, struct path *path)
{
	const struct source *s = &r->sources[source].source;
	struct rib_counts *c = &r->sources[source].counts[nlri.family];
	uint32_t max = s->max_prefixes[nlri.family];
	bool usable = policy_eligible(&r->me, path);
	bool eligible = usable && s->import == IMPORT_ACCEPT;
	struct prefix p;
	uint32_t path_id;

	if (!usable)
		c->looped += nlri.count;
	while (nlri_next(&nlri, &p, &path_id)) {
		if (nlri_is_martian(&p)) {
			c->refused++;
			continue;
		}
		rib_set_route(r, source, &p, path, eligible);
		if (max != 0 && c->received > max)
			return RIB_OVER_LIMIT;
	}
	return RIB_IMPORTED;
}

static enum rib_import
import_reach(
    struct rib *r, uint32_t source, const struct update *u, unsigned which)
{
	const struct nlri *nlri = &u->reach[which].nlri;
	struct rib_counts *c = &r->sources[source].counts[nlri->family];

	if (u->withdrawn != 0) { /* RFC 7606 2: treat-as-withdraw */
		c->refused += nlri->count;
		import_unreach(r, source, *nlri);
		return RIB_IMPORTED;
	}
	if (import_mode(&r->sources[source].source, nlri->family) ==
	    IMPORT_COUNT) {
		c->received += nlri->count;
		return RIB_IMPORTED;
	}

	struct attrs a = update_attrs(u, which);
	struct path *path = path_intern(r->paths, &a);
	enum rib_import result = import_prefixes(r, source, *nlri, path);

	path_unref(path);
	if (result == RIB_IMPORTED && path_table_bytes(r->paths) > ROOM)
		return RIB_NO_ROOM;
	return result;
}

uint32_t
rib_heaviest(const struct rib *r)
{
	uint32_t heaviest = RIB_LOCAL;

	for (uint32_t id = RIB_LOCAL + 1; id < r->n_sources; id++)
		if (r->sources[id].bytes > 0 &&
		    (heaviest == RIB_LOCAL ||
			r->sources[id].bytes > r->sources[heaviest].bytes))
			heaviest = id;
	return heaviest;
}

enum rib_import
rib_import(struct rib *r, uint32_t source, const struct update *u)
{
	enum rib_import result = RIB_IMPORTED;

	assert(rib_source(r, source) != NULL);
	for (unsigned i = 0; i < 2; i++)
		if (u->unreach[i].family != FAMILY_NONE)
			import_unreach(r, source, u->unreach[i]);
	for (unsigned i = 0; i < 2 && result != RIB_OVER_LIMIT; i++)
		if (u->reach[i].nlri.family != FAMILY_NONE)
			result = import_reach(r, source, u, i);
	return result;
}
