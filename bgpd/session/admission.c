/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A connection is judged in the order of what is known of it: its address says whose it
 * is, then whether it came to the right place, by a listener that had the key and the
 * filter of TTLs in force, and last how many came before it. Only what passes all of
 * that costs the peer a token, so that nobody else can use them up.
 *
 * Peers are found by address, by bisection. Who is none may be in a range, the longest
 * prefix first; for these there is one bucket a range, as addresses of it are cheap.
 */
#include "bgpd/session/admission.h"

#include <stdlib.h>
#include <string.h>

#include "bgpd/session/session_config.h"
#include "bgpd/wire/bgp.h"
#include "common/alloc.h"
#include "common/text.h"

enum {
	BURST = 5,    /* connections of one peer, and then … */
	EVERY = 1000, /* ms for each; for new sessions of a range as well */
};

/*
 * Of two with one address, as there are for a moment while peers swap theirs, the one
 * that came first is found. Those that differ by their ports stay, and are only dialed:
 * who connects has any port.
 */
struct admission {
	struct admission_peer *
	    *at; /* owned, what they point to borrowed; by address */
	size_t n;
	struct admission_range **ranges; /* the same; longer prefixes first */
	size_t n_ranges;
};

struct admission *
admission_new(void)
{
	return xcalloc(1, sizeof(struct admission));
}

void
admission_free(struct admission *a)
{
	if (a == NULL)
		return;
	free(a->at);
	free(a->ranges);
	free(a);
}

/* The first peer of the address, or where it would be. */
static size_t
place(const struct admission *a, const struct scoped_addr *remote)
{
	size_t low = 0, high = a->n;

	while (low < high) {
		size_t middle = low + (high - low) / 2;

		if (scoped_addr_cmp(&a->at[middle]->remote, remote) < 0)
			low = middle + 1;
		else
			high = middle;
	}
	return low;
}

static bool
is_of(const struct admission *a, size_t at, const struct scoped_addr *remote)
{
	return at < a->n && scoped_addr_cmp(&a->at[at]->remote, remote) == 0;
}

static void
insert(struct admission *a, struct admission_peer *peer,
    const struct session_config *config)
{
	struct scoped_addr remote = session_config_remote(config);
	size_t at = place(a, &remote);

	while (is_of(a, at, &remote))
		at++;
	peer->config = config;
	peer->remote = remote;
	a->at = xrealloc(a->at, a->n + 1, sizeof(a->at[0]));
	memmove(a->at + at + 1, a->at + at, (a->n - at) * sizeof(a->at[0]));
	a->at[at] = peer;
	a->n++;
}

void
admission_add(struct admission *a, struct admission_peer *peer,
    const struct session_config *config, uint64_t now)
{
	peer->tokens = BURST;
	peer->tokens_at = now;
	insert(a, peer, config);
}

void
admission_remove(struct admission *a, struct admission_peer *peer)
{
	size_t at = place(a, &peer->remote);

	while (a->at[at] != peer)
		at++;
	a->n--;
	memmove(a->at + at, a->at + at + 1, (a->n - at) * sizeof(a->at[0]));
}

void
admission_set(struct admission *a, struct admission_peer *peer,
    const struct session_config *config)
{
	struct scoped_addr remote = session_config_remote(config);

	peer->config = config;
	if (scoped_addr_cmp(&peer->remote, &remote) == 0)
		return;
	admission_remove(a, peer);
	insert(a, peer, config);
}

/* The first one with that address on whichever link; NULL: nobody. */
static struct admission_peer *
find(const struct admission *a, const struct addr *remote)
{
	struct scoped_addr lowest = { .addr = *remote };
	size_t at = place(a, &lowest);

	return at < a->n && addr_eq(&a->at[at]->remote.addr, remote) ? a->at[at]
								     : NULL;
}

/* doc/bgp.md row 48. */
static bool
take_token(unsigned *tokens, uint64_t *at, unsigned burst, uint64_t now)
{
	uint64_t more = (now - *at) / EVERY;

	if (more > 0) {
		*tokens =
		    more + *tokens < burst ? (unsigned)more + *tokens : burst;
		*at = now;
	}
	if (*tokens == 0)
		return false;
	--*tokens;
	return true;
}

static bool
is_keyed(const struct session_config *config, const struct addr *remote,
    const struct gate *gate)
{
	if (config->ao.n > 0) {
		const struct ao_keys *ao = ao_table_get(gate->ao, remote);

		return ao != NULL && ao_keys_same(ao, &config->ao);
	}
	const char *key = keys_get(gate->keys, remote);

	return config->password == NULL ||
	    (key != NULL && strcmp(key, config->password) == 0);
}

/*
 * The address of the session is what its next hops are: one that is here for the moment
 * only, as a virtual one, would take them along. That of one over a link is the link's.
 */
static bool
is_at_home(const struct admission_peer *l, const struct addr *local)
{
	const struct addr *source = &l->config->source;

	if (source->family != FAMILY_NONE)
		return addr_eq(source, local);
	return l->remote.zone[0] == '\0' || addr_is_link_local(local);
}

/* Of those with the address the first that may be connected to there. */
static bool
find_home(const struct admission *a, size_t at, const struct caller *caller,
    struct admission_peer **peer)
{
	for (; is_of(a, at, &caller->remote); at++)
		if (is_at_home(a->at[at], &caller->local)) {
			*peer = a->at[at];
			return true;
		}
	return false;
}

static uint16_t
port_of(const struct admission_peer *peer)
{
	return peer->config->port != 0 ? peer->config->port : BGP_PORT;
}

/* Could it be another one as well? Then nothing says whose session that is. */
static bool
is_shared(const struct admission *a, size_t at, const struct caller *caller,
    const struct admission_peer *peer)
{
	for (; is_of(a, at, &caller->remote); at++)
		if (port_of(a->at[at]) != port_of(peer) &&
		    is_at_home(a->at[at], &caller->local))
			return true;
	return false;
}

enum arrival
admission_judge(const struct admission *a, const struct caller *caller,
    const struct gate *gate, uint64_t now, struct admission_peer **peer)
{
	size_t at = place(a, &caller->remote);

	if (!is_of(a, at, &caller->remote)) {
		*peer = find(a, &caller->remote.addr);
		return *peer != NULL ? ARRIVAL_ASTRAY : ARRIVAL_STRANGER;
	}
	*peer = a->at[at];
	if (!find_home(a, at, caller, peer))
		return ARRIVAL_ELSEWHERE;
	if (is_shared(a, at, caller, *peer))
		return ARRIVAL_SHARED;
	if (!is_keyed((*peer)->config, &caller->remote.addr, gate))
		return ARRIVAL_UNKEYED;
	if ((*peer)->config->ttl_security != 0 && !gate->filtered)
		return ARRIVAL_UNFILTERED;
	if (!take_token(&(*peer)->tokens, &(*peer)->tokens_at, BURST, now))
		return ARRIVAL_TOO_FAST;
	return ARRIVAL_TAKEN;
}

/* --- Ranges. --- */

void
admission_add_range(
    struct admission *a, struct admission_range *range, uint64_t now)
{
	size_t at = 0;

	range->tokens = range->burst;
	range->tokens_at = now;
	while (at < a->n_ranges && a->ranges[at]->from.len >= range->from.len)
		at++;
	a->ranges = xrealloc(a->ranges, a->n_ranges + 1, sizeof(a->ranges[0]));
	memmove(a->ranges + at + 1, a->ranges + at,
	    (a->n_ranges - at) * sizeof(a->ranges[0]));
	a->ranges[at] = range;
	a->n_ranges++;
}

void
admission_remove_range(struct admission *a, struct admission_range *range)
{
	size_t at = 0;

	while (a->ranges[at] != range)
		at++;
	a->n_ranges--;
	memmove(a->ranges + at, a->ranges + at + 1,
	    (a->n_ranges - at) * sizeof(a->ranges[0]));
}

/* The longest one that the address is in; NULL: none. */
static struct admission_range *
range_find(const struct admission *a, const struct addr *addr)
{
	for (size_t i = 0; i < a->n_ranges; i++)
		if (prefix_contains(&a->ranges[i]->from, addr))
			return a->ranges[i];
	return NULL;
}

enum arrival
admission_invited(const struct admission *a, const struct caller *caller,
    const struct gate *gate, uint64_t now, struct admission_range **range)
{
	*range = caller->remote.zone[0] == '\0'
	    ? range_find(a, &caller->remote.addr)
	    : NULL;
	if (*range == NULL)
		return ARRIVAL_STRANGER;
	const struct session_config *config = (*range)->config;

	if (config->source.family != FAMILY_NONE &&
	    !addr_eq(&config->source, &caller->local))
		return ARRIVAL_ELSEWHERE;
	if (!is_keyed(config, &caller->remote.addr, gate))
		return ARRIVAL_UNKEYED;
	if (config->ttl_security != 0 && !gate->filtered)
		return ARRIVAL_UNFILTERED;
	if (!take_token(
		&(*range)->tokens, &(*range)->tokens_at, (*range)->burst, now))
		return ARRIVAL_TOO_FAST;
	return ARRIVAL_TAKEN;
}

static bool
same_keys(const struct session_config *a, const struct session_config *b)
{
	return text_eq(a->password, b->password) && ao_keys_eq(&a->ao, &b->ao);
}

/*
 * Each key takes kernel memory of the listener (net.core.optmem_max), and each rule
 * time of every packet: those whom a range lets in have none of their own.
 */
static bool
is_keyed_by_range(const struct admission *a, const struct admission_peer *peer)
{
	const struct admission_range *range = range_find(a, &peer->remote.addr);

	return range != NULL && same_keys(range->config, peer->config);
}

static uint8_t
range_least_ttl(const struct admission *a, const struct addr *addr)
{
	const struct admission_range *range = range_find(a, addr);

	return range != NULL ? session_config_least_ttl(range->config) : 0;
}

static bool
can_come_to(
    const struct admission_peer *peer, const struct scoped_addr *listener)
{
	return peer->remote.addr.family == listener->addr.family &&
	    !addr_is_zero(&peer->remote.addr) && /* nobody is there yet */
	    (listener->zone[0] == '\0' ||
		strcmp(peer->remote.zone, listener->zone) == 0);
}

/* A listener on a link is for peers over that link alone. */
static bool
is_open_at(
    const struct admission_range *range, const struct scoped_addr *listener)
{
	return range->from.addr.family == listener->addr.family &&
	    listener->zone[0] == '\0';
}

struct admission_peer *
admission_key_peer(const struct admission *a,
    const struct scoped_addr *listener, const struct prefix *from)
{
	struct scoped_addr lowest = { .addr = from->addr };
	struct admission_peer *first = NULL;

	for (size_t i = place(a, &lowest);
	     i < a->n && addr_eq(&a->at[i]->remote.addr, &from->addr); i++) {
		if (!can_come_to(a->at[i], listener))
			continue;
		if (a->at[i]->config->password != NULL ||
		    a->at[i]->config->ao.n > 0)
			return a->at[i];
		if (first == NULL)
			first = a->at[i];
	}
	return first;
}

struct admission_range *
admission_key_range(const struct admission *a,
    const struct scoped_addr *listener, const struct prefix *from)
{
	for (size_t i = 0; i < a->n_ranges; i++)
		if (prefix_eq(&a->ranges[i]->from, from) &&
		    is_open_at(a->ranges[i], listener))
			return a->ranges[i];
	return NULL;
}

void
admission_update_keys(const struct admission *a,
    const struct scoped_addr *listener, struct keys *keys,
    const struct keys_ops *ops, void *arg)
{
	struct key_wanted *wanted =
	    xcalloc(a->n + a->n_ranges, sizeof(wanted[0]));
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (can_come_to(a->at[i], listener) &&
		    !is_keyed_by_range(a, a->at[i]))
			wanted[n++] = (struct key_wanted){
				prefix_host(&a->at[i]->remote.addr),
				a->at[i]->config->password,
			};
	for (size_t i = 0; i < a->n_ranges; i++)
		if (is_open_at(a->ranges[i], listener))
			wanted[n++] = (struct key_wanted){
				a->ranges[i]->from,
				a->ranges[i]->config->password,
			};
	keys_update(keys, wanted, n, ops, arg);
	free(wanted);
}

struct ao_wanted *
admission_ao_wanted(
    const struct admission *a, const struct scoped_addr *listener, size_t *n)
{
	struct ao_wanted *wanted =
	    xcalloc(a->n + a->n_ranges, sizeof(wanted[0]));

	*n = 0;
	for (size_t i = 0; i < a->n; i++)
		if (can_come_to(a->at[i], listener) &&
		    !is_keyed_by_range(a, a->at[i]))
			wanted[(*n)++] = (struct ao_wanted){
				prefix_host(&a->at[i]->remote.addr),
				a->at[i]->config->ao,
			};
	for (size_t i = 0; i < a->n_ranges; i++)
		if (is_open_at(a->ranges[i], listener))
			wanted[(*n)++] = (struct ao_wanted){
				a->ranges[i]->from,
				a->ranges[i]->config->ao,
			};
	return wanted;
}

struct ttl_rule *
admission_ttl_rules(
    const struct admission *a, const struct scoped_addr *listener, size_t *n)
{
	struct ttl_rule *rules = xcalloc(a->n + a->n_ranges, sizeof(rules[0]));

	*n = 0;
	for (size_t i = 0; i < a->n; i++) {
		const struct admission_peer *peer = a->at[i];
		uint8_t least = session_config_least_ttl(peer->config);

		if (can_come_to(peer, listener) &&
		    least != range_least_ttl(a, &peer->remote.addr))
			rules[(*n)++] =
			    (struct ttl_rule){ prefix_host(&peer->remote.addr),
				    least };
	}
	for (size_t i = 0; i < a->n_ranges; i++)
		if (is_open_at(a->ranges[i], listener))
			rules[(*n)++] = (struct ttl_rule){
				a->ranges[i]->from,
				session_config_least_ttl(a->ranges[i]->config),
			};
	while (*n > 0 && rules[*n - 1].least == 0) /* as without a rule */
		--*n;
	return rules;
}
