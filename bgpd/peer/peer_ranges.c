/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A range is an invitation of the port (session_port.h) for as long as its BGPPeer may
 * run. A connection from there makes a peer within that call: who has come is noted,
 * all objects are looked at again, and by then he is a neighbor (config/neighbors.c)
 * like others, under the name "RANGE/ADDRESS". So a change of the BGPPeer reaches all
 * of them by the road that it takes to any peer.
 *
 * A peer whose session is down stays for connectRetryMaxTime, so that people see why,
 * and longer while routes of it are kept or it is suspended: who was turned away for
 * too much is not to come back as another. Of a full range the one that has been idle
 * the longest makes room.
 */
#include "bgpd/peer/peer_ranges.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_peer.h"
#include "bgpd/config/neighbors.h"
#include "bgpd/config/peering.h"
#include "bgpd/peer/peer.h"
#include "bgpd/peer/peer_verdict.h"
#include "bgpd/session/links.h"
#include "bgpd/session/ration.h"
#include "bgpd/session/session_config.h"
#include "bgpd/session/session_port.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/text.h"

struct range {
	struct peer_ranges *all;
	char *name;                    /* owned */
	struct session_config *config; /* owned */
	struct prefix prefix;
	void *invitation; /* of the port; NULL: nobody may come */
	char *blocked;    /* owned; or NULL */
	bool shut;
	bool seen; /* since peer_ranges_begin() */
	uint32_t limit;
	uint64_t refused;
	struct ration line;
	struct peer_verdict verdict;
};

struct comer {
	char *range, *name; /* owned; of the BGPPeer, and of the peer */
	struct addr addr;
	uint64_t idle_since; /* ms; 0: it is not */
};

struct peer_ranges {
	const struct peers_shared *shared; /* borrowed for good */
	const struct peer_ranges_ops *ops;
	void *arg;
	struct range **at; /* owned */
	size_t n;
	struct comer *comers; /* owned */
	size_t n_comers;
	struct view_range *views; /* owned */
};

/* --- Who has come. --- */

static size_t
count(const struct peer_ranges *all, const char *range)
{
	size_t n = 0;

	for (size_t i = 0; i < all->n_comers; i++)
		n += strcmp(all->comers[i].range, range) == 0;
	return n;
}

static void
comer_remove(struct peer_ranges *all, size_t at)
{
	free(all->comers[at].range);
	free(all->comers[at].name);
	all->comers[at] = all->comers[--all->n_comers];
}

static void
comer_forget(struct peer_ranges *all, const char *name)
{
	for (size_t i = 0; i < all->n_comers; i++)
		if (strcmp(all->comers[i].name, name) == 0) {
			comer_remove(all, i);
			return;
		}
}

/* The name of the peer that he is to be; owned by the caller. */
static char *
comer_add(struct peer_ranges *all, const char *range, const struct addr *addr)
{
	char text[ADDR_TEXT];
	char *name = xasprintf("%s/%s", range, addr_print(addr, text));

	all->comers =
	    xrealloc(all->comers, all->n_comers + 1, sizeof(all->comers[0]));
	all->comers[all->n_comers++] = (struct comer){
		.range = xstrdup(range), .name = xstrdup(name), .addr = *addr
	};
	return name;
}

static void
comer_end(struct peer_ranges *all, size_t at)
{
	all->ops->ended(all->arg, all->comers[at].name);
	comer_remove(all, at);
}

void
peer_ranges_settle(struct peer_ranges *all, struct neighbors *neighbors)
{
	for (size_t i = all->n_comers; i-- > 0;) {
		const struct comer *c = &all->comers[i];

		if (neighbors_came(neighbors, c->range, &c->addr) == NULL)
			comer_remove(all, i);
	}
}

/* Looks at who is idle since when. */
static void
comers_look(struct peer_ranges *all, uint64_t now)
{
	for (size_t i = 0; i < all->n_comers; i++) {
		struct comer *c = &all->comers[i];

		if (!all->ops->is_idle(all->arg, c->name))
			c->idle_since = 0;
		else if (c->idle_since == 0)
			c->idle_since = now;
	}
}

/* The one of the range that is idle the longest goes. False: nobody is. */
static bool
make_room(struct range *range, uint64_t now)
{
	struct peer_ranges *all = range->all;
	size_t longest = all->n_comers;

	comers_look(all, now);
	for (size_t i = 0; i < all->n_comers; i++) {
		const struct comer *c = &all->comers[i];

		if (c->idle_since != 0 && strcmp(c->range, range->name) == 0 &&
		    (longest == all->n_comers ||
			c->idle_since < all->comers[longest].idle_since))
			longest = i;
	}
	if (longest == all->n_comers)
		return false;
	comer_end(all, longest);
	return true;
}

static void
refuse(struct range *range, const struct addr *remote, uint64_t now)
{
	const struct peers_shared *shared = range->all->shared;
	char text[ADDR_TEXT];
	unsigned held;

	range->refused++;
	if (ration_take(&range->line, 1, now, &held))
		log_warn("peer %s: a connection from %s is refused, as there "
			 "are %zu peers (spec.peerLimit: %u); %u were before",
		    range->name, addr_print(remote, text),
		    count(range->all, range->name), range->limit, held);
	shared->ops->changed(shared->arg);
}

/* The range may be gone when it returns. */
static bool
on_came(void *arg, const struct addr *remote)
{
	struct range *range = arg;
	struct peer_ranges *all = range->all;
	uint64_t now = clock_now(all->shared->env.clock);

	if ((count(all, range->name) >= range->limit ||
		all->n_comers >= COMERS_MOST) &&
	    !make_room(range, now)) {
		refuse(range, remote, now);
		return false;
	}
	char *name = comer_add(all, range->name, remote);
	bool came = all->ops->came(all->arg, name);

	if (!came)
		comer_forget(all, name);
	free(name);
	return came;
}

static const struct invitation_ops invitation_ops = { on_came };

/* ms that it is shown after its session has ended. */
static uint64_t
patience(const struct peer_ranges *all, const char *range)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i]->name, range) == 0)
			return all->at[i]->config->retry_most * 1000u;
	return 0;
}

uint64_t
peer_ranges_tick(struct peer_ranges *all, uint64_t now)
{
	uint64_t next = 0;

	comers_look(all, now);
	for (size_t i = all->n_comers; i-- > 0;) {
		const struct comer *c = &all->comers[i];
		uint64_t due = c->idle_since + patience(all, c->range);

		if (c->idle_since == 0)
			continue;
		if (due <= now)
			comer_end(all, i);
		else if (next == 0 || due < next)
			next = due;
	}
	return next;
}

/* --- From where. --- */

static struct range *
range_of(struct peer_ranges *all, const char *name)
{
	for (size_t i = 0; i < all->n; i++)
		if (strcmp(all->at[i]->name, name) == 0)
			return all->at[i];
	struct range *range = xcalloc(1, sizeof(*range));

	range->all = all;
	range->name = xstrdup(name);
	all->at = xrealloc(all->at, all->n + 1, sizeof(all->at[0]));
	all->at[all->n++] = range;
	return range;
}

static void
range_close(struct range *range)
{
	const struct session_port *tcp = range->all->shared->env.tcp;

	if (range->invitation != NULL)
		tcp->invitation_end(tcp->arg, range->invitation);
	range->invitation = NULL;
}

static void
range_free(struct range *range)
{
	range_close(range);
	peer_verdict_fini(&range->verdict);
	session_config_free(range->config);
	free(range->blocked);
	free(range->name);
	free(range);
}

/* The one before is borrowed by the invitation until that has the new one. */
static void
range_configure(struct range *range, const struct session_config *config)
{
	const struct session_port *tcp = range->all->shared->env.tcp;
	struct session_config *was = range->config;

	range->config = session_config_dup(config);
	if (range->invitation != NULL)
		tcp->invitation_set(
		    tcp->arg, range->invitation, range->config, range->limit);
	session_config_free(was);
}

static void
range_open(struct range *range)
{
	const struct session_port *tcp = range->all->shared->env.tcp;

	if (range->invitation == NULL && tcp != NULL && tcp->invite != NULL)
		range->invitation = tcp->invite(tcp->arg, &range->prefix,
		    range->config, range->limit, &invitation_ops, range);
}

static void
range_block(struct range *range, const char *why)
{
	const struct peers_shared *shared = range->all->shared;

	if (text_eq(range->blocked, why))
		return;
	free(range->blocked);
	range->blocked = xstrdup(why);
	shared->ops->blocked(shared->arg, range->name, why);
}

void
peer_ranges_begin(struct peer_ranges *all)
{
	for (size_t i = 0; i < all->n; i++)
		all->at[i]->seen = false;
}

void
peer_ranges_set(struct peer_ranges *all, const struct bgp_peer *spec,
    const struct peering *peering)
{
	struct range *range = range_of(all, spec->meta.name);
	struct session_config config = peer_config(spec, peering);
	bool blocked = peering->state == PEERING_BLOCKED;

	range->seen = true;
	range->limit = spec->limit;
	range->shut = peering->state == PEERING_SHUT;
	if (!prefix_eq(&range->prefix, &spec->prefix) ||
	    peering->state != PEERING_RUN)
		range_close(range);
	range->prefix = spec->prefix;
	range_configure(range, &config);
	if (peering->state == PEERING_RUN)
		range_open(range);
	range_block(range, blocked ? peering->why.text : NULL);
	peers_judge(all->shared, &range->verdict, spec,
	    peering->no_secret ? peering->why.text : NULL,
	    blocked && !peering->no_secret);
}

void
peer_ranges_end(struct peer_ranges *all)
{
	for (size_t i = all->n; i-- > 0;) {
		if (all->at[i]->seen)
			continue;
		range_free(all->at[i]);
		all->at[i] = all->at[--all->n];
	}
}

const char *
peer_ranges_awaited(const struct peer_ranges *all)
{
	for (size_t i = 0; i < all->n; i++)
		if (all->at[i]->invitation != NULL &&
		    all->at[i]->config->restart.on)
			return all->at[i]->name;
	return NULL;
}

const struct view_range *
peer_ranges_view(struct peer_ranges *all, size_t *n)
{
	all->views = xrealloc(all->views, all->n, sizeof(all->views[0]));
	for (size_t i = 0; i < all->n; i++) {
		const struct range *range = all->at[i];

		all->views[i] = (struct view_range){ .name = range->name,
			.prefix = range->prefix,
			.config = range->config,
			.n = count(all, range->name),
			.limit = range->limit,
			.refused = range->refused,
			.blocked = range->blocked,
			.shut = range->shut };
	}
	*n = all->n;
	return all->views;
}

struct peer_ranges *
peer_ranges_new(const struct peers_shared *shared,
    const struct peer_ranges_ops *ops, void *arg)
{
	struct peer_ranges *all = xcalloc(1, sizeof(*all));

	all->shared = shared;
	all->ops = ops;
	all->arg = arg;
	return all;
}

void
peer_ranges_free(struct peer_ranges *all)
{
	for (size_t i = 0; i < all->n; i++)
		range_free(all->at[i]);
	while (all->n_comers > 0)
		comer_remove(all, 0);
	free(all->at);
	free(all->comers);
	free(all->views);
	free(all);
}
