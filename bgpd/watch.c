/* SPDX-License-Identifier: Apache-2.0 */
/* What happens, for those who watch: from the parts of the daemon to its monitor. */
#include "bgpd/control/monitor.h"
#include "bgpd/core.h"
#include "bgpd/peer/peers.h"

/* For each event of a route; there are few peers, and mostly nobody watches. */
static const char *
peer_of_source(void *arg, uint32_t source)
{
	struct bgpd *b = arg;
	size_t n;
	const struct view_peer *peers = peers_view(b->peers, &n);

	for (size_t i = 0; i < n; i++)
		if (peers[i].source == source)
			return peers[i].name;
	return NULL;
}

static const struct monitor_ops monitor_ops = { .peer = peer_of_source };

void
bgpd_watch_init(struct bgpd *b)
{
	b->monitor = monitor_new(b->rib, b->ports.clock, &monitor_ops, b);
}

void
bgpd_watch_session(void *arg, const char *peer, const struct session *session)
{
	struct bgpd *b = arg;

	monitor_session(b->monitor, peer, session);
}

struct monitor *
bgpd_monitor(struct bgpd *b)
{
	return b->monitor;
}
