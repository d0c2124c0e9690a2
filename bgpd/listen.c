/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Where sessions are waited for, and where they can't be.
 */
#include <stdlib.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/peer/peers.h"
#include "bgpd/session/listeners.h"
#include "bgpd/session/session.h"
#include "bgpd/session/session_port.h"
#include "bgpd/core.h"
#include "common/alloc.h"
#include "common/api/node.h"

struct listened {
	struct scoped_addr *at; /* owned */
	size_t n;
};

/* Each once. */
static void
listened_add(struct listened *all, const struct addr *addr, const char *zone)
{
	struct scoped_addr at = scoped_addr(addr, zone);

	for (size_t i = 0; i < all->n; i++)
		if (scoped_addr_cmp(&all->at[i], &at) == 0)
			return;
	all->at = xrealloc(all->at, all->n + 1, sizeof(all->at[0]));
	all->at[all->n++] = at;
}

/*
 * A session is at one address of ours: what comes to another one is refused, so it has
 * to be listened at each that a session has, whatever bindMode says of others.
 */
void
bgpd_apply_listen(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	struct listened all = { 0 };
	struct peer_listen listen = { 0 };
	size_t n_peers = 0, n_ranges = 0;
	struct scoped_addr at;
	const struct view_peer *peers = peers_view(b->peers, &n_peers);
	const struct view_range *ranges = peers_ranges(b->peers, &n_ranges);
	const struct session_port *tcp = b->ports.tcp;

	if (tcp == NULL)
		return;
	if (node == NULL || config == NULL || b->phase != PHASE_RUNNING) {
		tcp->listen(tcp->arg, &listen);
		return;
	}
	for (uint8_t f = FAMILY_V4; f < FAMILIES; f++)
		if (config->bind_mode == BIND_NONE)
			listened_add(&all, &(struct addr){ .family = f }, "");
	for (size_t i = 0; i < node->n_internal_ips; i++)
		if (config->bind_mode == BIND_NODE_IP)
			listened_add(&all, &node->internal_ips[i], "");
	for (size_t i = 0; i < n_peers; i++)
		if (session_config_listens(
			session_config(peers[i].session), &at))
			listened_add(&all, &at.addr, at.zone);
	for (size_t i = 0; i < n_ranges; i++)
		if (session_config_listens(ranges[i].config, &at))
			listened_add(&all, &at.addr, at.zone);
	listen = (struct peer_listen){ config->listen_port, all.at, all.n };
	tcp->listen(tcp->arg, &listen);
	free(all.at);
}

void
bgpd_listening(struct bgpd *b, const struct scoped_addr *at, const char *why)
{
	size_t i = 0;

	while (i < b->n_deaf && scoped_addr_cmp(&b->deaf[i].at, at) != 0)
		i++;
	if (i == b->n_deaf && why != NULL) {
		b->deaf = xrealloc(b->deaf, i + 1, sizeof(b->deaf[0]));
		b->deaf[b->n_deaf++] = (struct deaf){ .at = *at };
	}
	if (i < b->n_deaf) {
		free(b->deaf[i].why);
		b->deaf[i].why = xstrdup(why);
	}
	if (i < b->n_deaf && why == NULL)
		b->deaf[i] = b->deaf[--b->n_deaf];
	bgpd_mark_status(b);
}
