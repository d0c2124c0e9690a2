/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/peer/peer_bfd.h"

#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/session/session_config.h"
#include "common/log.h"

/*
 * Several hops for an external peer that may be away so far (ebgpMultihop); an internal
 * one is as its link says.
 */
static struct bfd_config
config_make(const struct peer_bfd *b, const struct bgp_peer *p,
    const struct session_config *s)
{
	const struct peer_bfd_spec *spec = &p->bfd;
	struct bfd_config c = {
		.id = b->id,
		.remote = session_config_remote(s),
		.local = s->source,
		.min_ttl = spec->min_ttl,
		.tx_ms = spec->transmit_interval,
		.rx_ms = spec->receive_interval,
		.mult = spec->detect_multiplier,
	};
	bool external = session_config_external(s);

	c.by_link = !external && spec->hops == PEER_BFD_DERIVED;
	c.multihop = spec->hops == PEER_BFD_MULTIHOP ||
	    (spec->hops == PEER_BFD_DERIVED && external && s->multihop > 1);
	return c;
}

/* Where the link decides, another one is news of the port, and the same one is none. */
static bool
may_be_same_road(const struct bfd_config *a, const struct bfd_config *b)
{
	return scoped_addr_cmp(&a->remote, &b->remote) == 0 &&
	    addr_cmp(&a->local, &b->local) == 0 &&
	    (a->multihop == b->multihop || a->by_link || b->by_link);
}

static bool
is_same(const struct bfd_config *a, const struct bfd_config *b)
{
	return may_be_same_road(a, b) && a->multihop == b->multihop &&
	    a->by_link == b->by_link && a->min_ttl == b->min_ttl &&
	    a->tx_ms == b->tx_ms && a->rx_ms == b->rx_ms && a->mult == b->mult;
}

void
peer_bfd_end(struct peer_bfd *b)
{
	if (b->on)
		b->port->unset(b->port->arg, b->id);
	b->on = b->fell = false;
	b->state = BFD_DOWN;
}

void
peer_bfd_apply(struct peer_bfd *b, const struct bgp_peer *p,
    const struct session_config *session, bool runs)
{
	struct bfd_config config = config_make(b, p, session);

	b->strict = p->bfd.enabled && p->bfd.strict;
	b->missing = p->bfd.enabled && runs && b->port == NULL;
	if (!p->bfd.enabled || !runs || b->port == NULL) {
		peer_bfd_end(b);
		return;
	}
	if (b->on && is_same(&b->config, &config))
		return;
	/* Another session begins, of which there is no news as long as it is Down. */
	if (!b->on || !may_be_same_road(&b->config, &config))
		b->state = BFD_DOWN;
	b->on = true;
	b->config = config;
	b->port->set(b->port->arg, &config);
}

bool
peer_bfd_news(struct peer_bfd *b, const char *name, const struct bfd_news *news)
{
	if (!b->on)
		return false;
	b->state = news->state;
	if (news->fell && news->admin)
		log_info("peer %s: BFD is shut down by the peer", name);
	else if (news->fell)
		log_warn(
		    "peer %s: BFD Down: %s", name, bfd_diag_name(news->diag));
	else if (news->state == BFD_UP)
		log_info("peer %s: BFD Up", name);
	return news->fell && !news->admin;
}

const char *
peer_bfd_holds(const struct peer_bfd *b)
{
	if (!b->strict || b->state == BFD_UP)
		return NULL;
	return b->port != NULL
	    ? "waits for BFD to be Up (spec.bfd.strict)"
	    : "waits for BFD, which does not run (spec.bfd.strict)";
}
