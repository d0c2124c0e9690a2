/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/bfd_promises.h"

#include "tests/sim/bfd_host.h"
#include "tests/sim/daemon.h"
#include "tests/sim/router.h"
#include "tests/sim/scene.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

void
bfd_promises_judge(struct history *h)
{
	if (h->bfd == NULL)
		return;
	for (unsigned i = 0; i < h->n_nodes; i++)
		bfd_host_judge(daemon_bfd(h->nodes[i]));
	for (unsigned k = 0; k < h->n_routers; k++)
		bfd_host_judge(router_bfd(h->routers[k]));
}

/* One that comes up with a strict peer finds BFD Up; one that was there stays. */
void
bfd_promises_judge_pair(
    struct history *h, unsigned node, unsigned router, uint64_t connection)
{
	const struct daemon *d = h->nodes[node];
	const struct addr *addr = scene_router_addr(h, router);

	if (h->bfd == NULL || connection == 0 ||
	    connection == h->strict[node][router])
		return;
	h->strict[node][router] = connection;
	if (daemon_knows_strict(d, addr) &&
	    bfd_host_told(daemon_bfd(d), addr) != BFD_UP)
		world_complain(h->w,
		    "node%u and router %u are up, and BFD, which is strict, is "
		    "not",
		    node, scene_router_octet(router));
}

static bool
is_up(const struct history *h, unsigned node, unsigned router)
{
	const struct bfd_host *ours = daemon_bfd(h->nodes[node]);
	struct bfd_view v;

	bfd_host_look(ours, scene_router_addr(h, router), &v);
	return v.state == BFD_UP && v.remote_state == BFD_UP;
}

void
bfd_promises_judge_rest(struct history *h)
{
	for (unsigned p = 0; p < h->n_routers && h->bfd != NULL; p++)
		for (unsigned i = 0; i < h->n_nodes; i++)
			if (h->peers[p].watch != WATCH_NONE &&
			    !is_up(h, i, h->peers[p].router))
				world_complain(h->w,
				    "BFD of node%u and router %u is not Up", i,
				    scene_router_octet(h->peers[p].router));
}
