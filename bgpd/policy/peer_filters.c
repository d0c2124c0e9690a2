/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/policy/peer_filters.h"

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_peer.h"
#include "bgpd/policy/filter.h"
#include "common/err.h"
#include "common/source/store.h"

#define FILTERS_MAX 8 /* FILTERS_ROWS */

struct filter_objects
peer_filters_objects(const struct store *store, size_t kind,
    const struct bgp_peer *peer, const struct bgp_configuration *config)
{
	struct filter_objects o = { store, kind, &peer->filters, NULL };

	if (!peer->filters.present && config != NULL) {
		o.names = &config->filters;
		o.config = config->meta.name;
	}
	return o;
}

bool
peer_filters_lacks(const struct filter_objects *objects)
{
	for (size_t i = 0; i < objects->names->n; i++) {
		struct object_key key = { "", objects->names->at[i] };

		if (store_get(objects->store, objects->kind, &key) == NULL)
			return true;
	}
	return false;
}

bool
peer_filters_find(const struct filter_objects *objects, struct filters *all,
    const struct filter_peer *of, struct peer_filters *out, struct err *err)
{
	const struct filter_names *names = objects->names;
	bool of_config = objects->config != NULL;
	const struct bgp_filter *list[FILTERS_MAX];
	struct peer_filters found = { .known = true };

	for (size_t i = 0; i < names->n; i++) {
		struct object_key key = { "", names->at[i] };

		list[i] = store_get(objects->store, objects->kind, &key);
		if (list[i] == NULL)
			return err_set(err,
			    "%s%s%sspec.filters[%zu]: there is no valid BGPFilter "
			    "\"%s\"",
			    of_config ? "BGPConfiguration " : "",
			    of_config ? objects->config : "",
			    of_config ? ": " : "", i, names->at[i]);
	}
	if (!filters_compile(
		all, list, names->n, FILTER_IMPORT, of, &found.import, err))
		return false;
	if (!filters_compile(
		all, list, names->n, FILTER_EXPORT, of, &found.export, err)) {
		filters_unref(found.import);
		return false;
	}
	*out = found;
	return true;
}

void
peer_filters_fini(struct peer_filters *f)
{
	filters_unref(f->import);
	filters_unref(f->export);
	*f = (struct peer_filters){ 0 };
}
