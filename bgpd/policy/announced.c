/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/policy/announced.h"

#include "bgpd/announce/attributes.h"
#include "bgpd/rib/path.h"
#include "bgpd/wire/link_bandwidth.h"

#define BYTES_PER_MBIT 125000.0f

_Static_assert(ANNOUNCED_POD == PATH_KIND_POD &&
	ANNOUNCED_SERVICE == PATH_KIND_SERVICE &&
	ANNOUNCED_EXTERNAL == PATH_KIND_EXTERNAL &&
	ANNOUNCED_LOAD_BALANCER == PATH_KIND_LOAD_BALANCER,
    "kinds of announcements are kinds of paths");

struct path *
announced_path(struct path_table *paths, const struct attributes *a)
{
	uint8_t bandwidth[LINK_BANDWIDTH_OCTETS];

	link_bandwidth_build(bandwidth, a->bandwidth_as, !a->non_transitive,
	    (float)a->bandwidth * BYTES_PER_MBIT);
	struct path_local local = {
		.kinds = a->kinds,
		.link_bandwidth = a->bandwidth > 0 ? bandwidth : NULL,
		.communities = a->standard,
		.n_communities = a->n_standard,
		.large = (const struct large_community *)a->large,
		.n_large = a->n_large,
		.has_med = a->has_med,
		.med = a->med,
		.prepends = a->prepends,
		.audiences = a->peers,
		.n_audiences = a->n_peers,
		.local_pref =
		    a->has_local_pref ? a->local_pref : LOCAL_PREF_DEFAULT,
	};

	return path_local(paths, &local);
}
