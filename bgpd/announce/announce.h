/* SPDX-License-Identifier: Apache-2.0 */
/*
 * announce - from objects to what this node announces and whom it talks to.
 *
 * core.c passes on what the store tells; one changed Service costs that Service. Only
 * a change of the node, of the configuration in force or of a group is news for many:
 * then announce_run() visits them, some at a time.
 */
#ifndef BGPD_ANNOUNCE_ANNOUNCE_H
#define BGPD_ANNOUNCE_ANNOUNCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bgpd/announce/endpoints.h"
#include "bgpd/announce/index.h"
#include "bgpd/announce/kinds.h"
#include "bgpd/announce/lan.h"
#include "common/prefix.h"

struct announce;
struct bgp_configuration;
struct bgp_peer;
struct endpoint_slice;
struct node;
struct object_key;
struct service;
struct service_group;
struct store;
struct virtual_ip;

struct announce_ops {
	/* attributes NULL: no longer announced. Borrowed. */
	void (*changed)(
	    void *arg, const struct prefix *, const struct attributes *);
	/* See announce_index_ops: the loop guard's business. */
	void (*shared)(void *arg, const struct prefix *, bool shared);
	/* Many are to be visited: announce_run() is due, until it says false. */
	void (*busy)(void *arg);
	/*
	 * More peers have a number by announce_audience(): what comes next may be for
	 * some of them, so they are to be told apart when this returns. May be NULL.
	 */
	void (*audiences)(void *arg);
	/* Addresses for the links of this node. NULL: nobody wants to hear of them. */
	const struct lan_ops *lan;
};

/* node is this node's name, copied; the store is borrowed for good. */
struct announce *announce_new(const char *node, const struct store *,
    const struct announce_kinds *, const struct announce_ops *, void *arg);
void announce_free(struct announce *); /* tells nobody */

/* Every kind is listed: from here on decisions are made, the first ones at once. */
void announce_start(struct announce *);
/*
 * Goes on with what is news for many: a few ms of work at most. False: all is done.
 * Until then what was announced before stands for those that were not visited yet.
 */
bool announce_run(struct announce *);
/*
 * Are there Services that were not visited since this node, the configuration or the
 * data plane changed? Other news for many, that comes all the time, does not put it
 * off.
 */
bool announce_is_busy(const struct announce *);

/* News, after the store has it; was and now as in store_kind.changed. */
void announce_node_changed(/* ours, or another one */
    struct announce *, const struct node *was, const struct node *now);
void announce_peer_changed(
    struct announce *, const struct bgp_peer *was, const struct bgp_peer *now);
void announce_configuration_changed(struct announce *);
void announce_group_changed(struct announce *, const struct service_group *was,
    const struct service_group *now);
void announce_service_changed(struct announce *, const struct object_key *);
void announce_slice_changed(struct announce *, const struct endpoint_slice *was,
    const struct endpoint_slice *now);
/*
 * Has a Service endpoints that came to a node a moment ago, so that those who served
 * it before go on for a while, or a weight that was said a moment ago? Then these are
 * to be called every HANDOVER_PAUSE ms, as long as it does.
 */
bool announce_overlaps(const struct announce *);
void announce_hand_over(struct announce *);
void announce_blocks_changed(struct announce *);
void announce_service_cidrs_changed(struct announce *);
void announce_data_plane_changed(struct announce *, bool up);
/* Is what is known too old to go by? */
void announce_stale_changed(struct announce *, bool stale);
/*
 * draining: what is announced for Services says so (RFC 8326), and other nodes are to
 * take over on links; drained: it is withdrawn.
 */
void announce_drain(struct announce *, bool draining, bool drained);
/* The same of single Services, before the exclude label of this node takes them. */
void announce_exclude(struct announce *, bool excluding);
/*
 * The VirtualIP of that name is announced from this node, to BGP peers, as its bgp
 * says; NULL: no longer. Borrowed until the next call for it.
 */
void announce_virtual_ip(
    struct announce *, const char *name, const struct virtual_ip *);

/*
 * lan_may() and lan_held() (lan.h): how much a node is preferred for an address on its
 * links, and whether this node answers for it there.
 */
int announce_may_hold(
    const struct announce *, const struct addr *, const char *node);
void announce_held(struct announce *, const struct addr *, bool held);
bool announce_holds(const struct announce *, const struct addr *);
void announce_want_again(struct announce *, const struct addr *);
/* lan_each_service(): those that have the address on links. */
void announce_each_on_link(const struct announce *, const struct addr *,
    void (*each)(void *arg, const struct object_key *), void *arg);
/* The number of a BGPPeer in attributes.peers; 0: nothing is for it alone. */
uint32_t announce_audience(const struct announce *, const char *peer);
/* A ServiceGroup that limits who announces, itself or as Services ask; NULL: none. */
const char *announce_limited(const struct announce *);
/* There is one, but nobody knows the daemons of other nodes, so all announce. */
bool announce_limit_fails(const struct announce *);
/* Are addresses of any ServiceGroup for links? */
bool announce_on_links(const struct announce *);

/* The configuration in force, and our Node; NULL: none. Borrowed. */
const struct bgp_configuration *announce_configuration(const struct announce *);
const struct node *announce_our_node(const struct announce *);
/* What is wrong with the pod CIDRs; NULL: nothing. Borrowed. */
const char *announce_node_error(const struct announce *);
/*
 * The younger of two configurations that select this node, which is not in force;
 * NULL: none. Borrowed.
 */
const struct bgp_configuration *
announce_configuration_rival(const struct announce *);

size_t announce_count(const struct announce *, enum family);
/* The longest prefix that is announced and covers this one; false: none. */
bool announce_cover(
    const struct announce *, const struct prefix *, struct prefix *found);
/* The configuration is to follow ServiceCIDRs, but there is none, nor a list. */
bool announce_lacks_service_cidrs(const struct announce *);
/* With what the prefix is announced, borrowed; NULL: it is not. */
const struct attributes *
announce_told(const struct announce *, const struct prefix *);
/* The highest link bandwidth that is announced, Mbit/s; 0: none is. */
uint32_t announce_bandwidth(const struct announce *);
size_t announce_verdicts(const struct announce *, enum verdict);
/* What a Service wants announced or why not; NULL: nothing. Borrowed. */
const struct claims *
announce_of_service(const struct announce *, const struct object_key *);
/* As announce_index_service(). */
const char *announce_who(struct announce *, const struct prefix *);
/* One of claims_count(), without its attributes. */
struct want
announce_want(const struct announce *, const struct claims *, size_t i);
/* NULL: there is no such Service. Borrowed. */
const struct service *
announce_service_at(const struct announce *, const struct object_key *);
/* Every Service, until each() says false. */
typedef bool
announce_each_fn(void *arg, const struct object_key *, const struct service *);
void announce_each_service(
    const struct announce *, announce_each_fn *each, void *arg);
/* The same from behind that one on; false: it is not known, nothing was done. */
bool announce_each_service_after(const struct announce *,
    const struct object_key *, announce_each_fn *each, void *arg);
#endif
