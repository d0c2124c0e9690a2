/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filter - what the filters of a peer come to: a policy that its routes are judged by.
 *
 * Filters of which the same comes are one policy, so that peers which share it share an
 * update group, and a change that changes nothing is none.
 */
#ifndef BGPD_POLICY_FILTER_H
#define BGPD_POLICY_FILTER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct bgp_configuration;
struct bgp_filter;
struct err;
struct filters;
struct policy;
struct rib;

enum filter_way { FILTER_IMPORT, FILTER_EXPORT };

/* The peer that filters are for. Borrowed during a call. */
struct filter_peer {
	const struct bgp_configuration *config; /* names of communities */
	uint32_t local_as;                      /* of the session */
	/*
	 * By which interface is it reached? Borrowed; NULL: not known. Asked only if
	 * rules want to know.
	 */
	const char *(*interface)(void *arg);
	void *arg;
};

struct filter_counter {            /* a rule, and how often it decided */
	const char *filter, *rule; /* borrowed */
	bool accept;
	uint64_t hits;
};

struct filters *filters_new(struct rib *);
void filters_free(struct filters *); /* nobody has a policy any more */

/*
 * The number that policies know a BGPPeer by, as struct rib_source has it; not 0. The
 * same name has the same number as long as filters last.
 */
uint32_t filters_tag(struct filters *, const char *peer);

/*
 * What these filters, one after the other, say of the peer's routes: *out is a
 * reference for the caller, NULL where they have no rule of that way. False and err: a
 * name of a community that nobody defines; what it would mean is not known.
 */
bool filters_compile(struct filters *, const struct bgp_filter *const *,
    size_t n, enum filter_way, const struct filter_peer *,
    const struct policy **out, struct err *);
/*
 * Does it tell the peer of routes that others gave? Those go by rules alone that name
 * them, by sources or peers; a rule without these is about what the node announces.
 */
bool filters_pass_received(const struct policy *);
/* NULL is fine. It lasts until filters_tidy(). */
void filters_unref(const struct policy *);
/*
 * Policies go that nobody has a reference on: no source is judged by them any more, and
 * no group of adjout, which has one also for a member that moves to another group.
 */
void filters_tidy(struct filters *);

/* The rules of a policy: nth from 0 until false. */
bool
filters_counter(const struct policy *, size_t nth, struct filter_counter *);
/* Routes that no rule decided about. */
uint64_t filters_others(const struct policy *);
#endif
