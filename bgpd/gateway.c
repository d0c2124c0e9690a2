/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's default gateway, for peers that are it.
 *
 * One that is known stays so while the node has none: its route may be away for the
 * moment in which it is renewed, and whether the router itself is there BGP finds out.
 */
#include "bgpd/fib/gateways.h"
#include "bgpd/fib/gateways_port.h"
#include "bgpd/peer/peers.h"
#include "bgpd/core.h"
#include "common/log.h"

static const char *const none[FAMILIES] = {
	[FAMILY_V4] = "the node has no default gateway of IPv4",
	[FAMILY_V6] = "the node has no default gateway of IPv6",
};

void
bgpd_gateways_init(struct bgpd *b)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		b->gateways[f].why =
		    "the default gateways of the node are not known yet";
}

const struct neighbor_gateway *
bgpd_gateways_known(void *arg)
{
	const struct bgpd *b = arg;

	return b->ports.gateways != NULL ? b->gateways : NULL;
}

void
bgpd_apply_gateways(struct bgpd *b)
{
	const struct gateways_port *port = b->ports.gateways;

	if (port != NULL)
		port->watch(port->arg, peers_want_gateway(b->peers));
}

/* False: it is what it was. */
static bool
found(struct bgpd *b, enum family family, const struct gateway *g)
{
	struct neighbor_gateway *known = &b->gateways[family];
	char text[SCOPED_ADDR_TEXT];

	if (g->at.addr.family == FAMILY_NONE) {
		bool same = known->why == none[family];

		known->why = none[family];
		return !same && known->at.addr.family == FAMILY_NONE;
	}
	if (scoped_addr_cmp(&g->at, &known->at) == 0 &&
	    addr_eq(&g->other, &known->other))
		return false;
	if (scoped_addr_cmp(&g->at, &known->at) != 0)
		log_info("node %s: its default gateway is %s", b->options.node,
		    scoped_addr_print(&g->at, text));
	known->at = g->at;
	known->other = g->other;
	return true;
}

void
bgpd_gateways(struct bgpd *b, const struct gateways *gateways)
{
	bool changed = false;

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct gateway g = gateways_find(gateways, f);

		changed |= found(b, f, &g);
	}
	if (changed)
		bgpd_mark_peers(b);
}
