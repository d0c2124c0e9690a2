/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Taking this node out of service, and back: whether somebody asks for it, and what
 * follows from the state that drain.c comes to (RFC 8326 for what routers hear).
 */
#include <stdlib.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/node_drain.h"
#include "bgpd/config/rivals.h"
#include "bgpd/core.h"
#include "bgpd/l2/l2.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/adjout.h"
#include "bgpd/vip/vips.h"
#include "bgpd/vrrp/vrrp.h"
#include "common/api/node.h"
#include "common/clock.h"
#include "common/err.h"
#include "common/log.h"
#include "common/source/source.h"

#define LOOK 100        /* ms between two looks whether all is told */
#define TELL_MOST 30000 /* ms that a peer may take to hear of it */

static const struct node *
our_node(const struct bgpd *b)
{
	struct object_key key = { "", b->options.node };

	return store_get(b->store, KIND_NODE, &key);
}

/* Has everybody been sent what follows from the state? A dead peer holds up nobody. */
static bool
is_told(struct bgpd *b, uint64_t now)
{
	size_t n;
	const struct view_peer *peers = peers_view(b->peers, &n);

	if (announce_is_busy(b->announce))
		return false;
	if (now - b->drain.since >= TELL_MOST)
		return true;
	for (size_t i = 0; i < n; i++)
		for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
			if (peers[i].member != NULL &&
			    adjout_queued(peers[i].member, f) > 0)
				return false;
	return true;
}

static bool
holds_on_links(const struct bgpd *b)
{
	return b->l2 != NULL && !(l2_is_idle(b->l2) && vrrp_is_idle(b->vrrp));
}

/* On links first, so that their holders hear of it before routers do. */
static void
carry_out(struct bgpd *b)
{
	bool draining = b->drain.state == DRAIN_DRAINING;
	bool drained = b->drain.state == DRAIN_DRAINED;

	vips_drain(b->vips, draining || drained, drained);
	announce_drain(b->announce, draining, drained);
	bgpd_announce_vips(b);
}

/* {reason of the event, the state for people} */
static const char *const words[DRAIN_STATES][2] = {
	[DRAIN_ACTIVE] = { "DrainEnded",
	    "in service again: Services are announced" },
	[DRAIN_DRAINING] = { "DrainBegun",
	    "drained: Services are announced with GRACEFUL_SHUTDOWN" },
	[DRAIN_DRAINED] = { "Drained", "drained: Services are withdrawn" },
};

static void
tell(struct bgpd *b, const char *why)
{
	const struct node *node = our_node(b);
	const char *state = words[b->drain.state][1];
	struct err text;

	if (why != NULL)
		err_set(&text, "%s: %s", state, why);
	else
		err_set(&text, "%s", state);
	log_info("node %s: %s", b->options.node, text.text);
	if (b->source == NULL || node == NULL)
		return;
	struct source_event event = { KIND_NODE, { "", b->options.node },
		node->meta.uid, false, words[b->drain.state][0], text.text };

	source_event(b->source, &event);
}

/* Who comes later is told nothing else than what holds. */
static void
settle_told(struct bgpd *b, uint64_t now)
{
	bool is =
	    b->drain.state == DRAIN_DRAINED && (b->drained || is_told(b, now));

	if (is == b->drained)
		return;
	b->drained = is;
	b->drained_since = now;
	bgpd_mark_status(b);
}

/* What asks for a drain is a cause; the rest of the facts holds for both. */
static struct drain_facts
facts_of(const struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config)
{
	uint32_t wait =
	    config != NULL ? config->drain.wait : DRAIN_WAIT_DEFAULT;

	return (struct drain_facts){ .known = node != NULL,
		.wait = (uint64_t)wait * 1000,
		.holds = holds_on_links(b) || announce_is_busy(b->announce) };
}

/* Returns when it is due again; 0: once something has changed. */
static uint64_t
run_drain(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config, uint64_t now)
{
	struct drain_facts facts = facts_of(b, node, config);
	struct err why;

	if (node != NULL && node_drains(node, config, &why))
		facts.why = why.text;
	if (drain_step(&b->drain, &facts, now)) {
		carry_out(b);
		tell(b, facts.why);
		bgpd_mark_status(b);
	}
	settle_told(b, now);
	return b->drain.state == DRAIN_DRAINED && !b->drained
	    ? now + LOOK
	    : drain_due(&b->drain, &facts, now);
}

static uint64_t
run_exclusion(struct bgpd *b, const struct node *node,
    const struct bgp_configuration *config, uint64_t now)
{
	struct drain_facts facts = facts_of(b, node, config);

	if (node != NULL && node_is_excluded(node, config))
		facts.why = NODE_EXCLUDE_LABEL;
	if (drain_step(&b->exclusion, &facts, now))
		log_info("node %s: label " NODE_EXCLUDE_LABEL ": %s",
		    b->options.node,
		    b->exclusion.state == DRAIN_ACTIVE ? "gone"
			: b->exclusion.state == DRAIN_DRAINED
			? "single Services are not announced"
			: "single Services are announced with GRACEFUL_SHUTDOWN");
	announce_exclude(b->announce, b->exclusion.state == DRAIN_DRAINING);
	return drain_due(&b->exclusion, &facts, now);
}

uint64_t
bgpd_run_drain(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	const struct node *node = our_node(b);
	const struct bgp_configuration *rival;
	const struct bgp_configuration *config =
	    rivals_configuration(b->store, KIND_CONFIGURATION, node, &rival);
	uint64_t at = run_drain(b, node, config, now);

	at = clock_sooner(at, run_exclusion(b, node, config, now));
	jobs_unmark(&b->jobs, JOB_DRAIN);
	if (at != 0)
		bgpd_mark(b, JOB_DRAIN, at);
	return 0;
}

void
bgpd_apply_drain(struct bgpd *b)
{
	if (b->phase == PHASE_RUNNING)
		bgpd_run_drain(b, bgpd_now(b));
}

void
bgpd_view_drain(const struct bgpd *b, struct view_drain *view)
{
	const struct node *node = our_node(b);

	*view = (struct view_drain){ .state = b->drain.state,
		.reason = b->drain.reason,
		.wait = (uint32_t)(b->drain.wait / 1000),
		.since = b->drain.since,
		.drained = b->drained,
		.drained_since = b->drained_since };
	view->annotated = node != NULL &&
	    node_drain_annotation(node, view->annotation) != NULL;
}
