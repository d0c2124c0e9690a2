/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Events of Services whose addresses are on links: the node that begins to hold one
 * says so, and each that finds it in use by somebody else.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/announce.h"
#include "bgpd/core.h"
#include "bgpd/l2/l2.h"
#include "bgpd/link/frame.h"
#include "bgpd/status/holdings.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/source/source.h"

#define TOLD_MAX \
	16 /* Services that share the address; of more the rest is not told */

void
bgpd_lan_tell(struct bgpd *b, const struct addr *addr, const struct l2_view *v)
{
	struct holding_state is = { .held = false };

	if (v != NULL && v->interface != NULL) {
		snprintf(
		    is.interface, sizeof(is.interface), "%s", v->interface);
		is.held = v->state == L2_HELD || v->state == L2_YIELDING;
		is.conflict = v->has_conflict;
		memcpy(is.mac, v->conflict.bytes, sizeof(is.mac));
	}
	holdings_set(b->holdings, addr, &is, bgpd_now(b));
	if (holdings_due(b->holdings) != 0)
		bgpd_mark(b, JOB_HOLDINGS, holdings_due(b->holdings));
}

struct telling {
	struct bgpd *b;
	enum holdings_news news;
	const char *text;
	unsigned told;
};

static void
service_tell(void *arg, const struct object_key *key)
{
	struct telling *t = arg;
	const struct service *s = store_get(t->b->store, KIND_SERVICE, key);
	bool conflict = t->news == HOLDINGS_CONFLICT;

	if (s == NULL || t->told == TOLD_MAX ||
	    store_is_recalled(t->b->store, KIND_SERVICE))
		return;
	struct source_event event = { KIND_SERVICE, *key, s->meta.uid, conflict,
		conflict ? "AddressConflict" : "AddressHeld", t->text };

	source_event(t->b->source, &event);
	t->told++;
}

static char *
news_text(const struct bgpd *b, const struct addr *addr,
    const struct holding_state *is, enum holdings_news news)
{
	struct mac mac;
	char text[ADDR_TEXT], mac_text[MAC_TEXT];

	addr_print(addr, text);
	if (news == HOLDINGS_HELD)
		return xasprintf("node %s answers for %s on %s",
		    b->options.node, text, is->interface);
	memcpy(mac.bytes, is->mac, sizeof(mac.bytes));
	return xasprintf("%s uses %s on %s, and is no node of the cluster: %s",
	    mac_print(&mac, mac_text), text, is->interface,
	    is->held ? "both answer for it" : "it is not taken");
}

static void
news_tell(void *arg, const struct addr *addr, const struct holding_state *is,
    enum holdings_news news)
{
	struct bgpd *b = arg;
	char *text = news_text(b, addr, is, news);
	struct telling t = { .b = b, .news = news, .text = text };

	if (b->source != NULL)
		announce_each_on_link(b->announce, addr, service_tell, &t);
	free(text);
}

uint64_t
bgpd_run_holdings(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	holdings_take(b->holdings, now, news_tell, b);
	return holdings_due(b->holdings);
}
