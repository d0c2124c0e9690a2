/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two questions about a path. What a policy makes of it: rules are looked at in their
 * order, and of the conditions on a path each once for all prefixes that have it
 * (struct policy_case). And how the members of a group see it, policy_export(): whether
 * they may have it at all (RFC 4271 9.2, RFC 4456, RFC 9234), by which next hop, and
 * with which attributes.
 *
 * The next hop is kept or is ours. One that stays has to be of use to who reads it: not
 * of another family, unless the group reads IPv6 ones of IPv4 (RFC 8950), and not on
 * somebody else's link. What a filter has set comes before all modes.
 */
#include "bgpd/rib/policy.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/otc.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/path_match.h"
#include "bgpd/rib/policy_index.h"
#include "bgpd/rib/verdict.h"
#include "bgpd/wire/as_path.h"
#include "bgpd/wire/attr.h"
#include "common/alloc.h"

#define EXT_NON_TRANSITIVE 0x40 /* in the first octet, RFC 4360 2 */

struct policy_index *
policy_index_of(const struct policy_rule *rules, size_t n)
{
	struct prefix *prefixes = xcalloc(n + 1, sizeof(*prefixes));

	for (size_t i = 0; i < n; i++)
		prefixes[i] = rules[i].prefix;
	struct policy_index *index = policy_index_new(prefixes, n);

	free(prefixes);
	return index;
}

static bool
falls_under(const struct policy_rule *rule, const struct prefix *p)
{
	return p->len >= rule->min_len && p->len <= rule->max_len &&
	    prefix_covers(&rule->prefix, p);
}

void
policy_case_init(struct policy_case *c, const struct policy *policy,
    const struct path *path, const struct rib_source *source)
{
	c->policy = policy;
	c->path = path;
	c->source = source;
	c->node = c->unmet = 0;
	if (policy == NULL)
		return;
	size_t bytes = (policy->n_matches + 63) / 64 * sizeof(c->known[0]);

	assert(policy->n_matches <= POLICY_MATCHES_MAX);
	memset(c->known, 0, bytes);
	memset(c->met, 0, bytes);
}

static bool
meets(struct policy_case *c, uint16_t match)
{
	if (match == 0)
		return true;
	size_t word = (match - 1) / 64;
	uint64_t bit = UINT64_C(1) << (match - 1) % 64;

	if ((c->known[word] & bit) == 0) {
		c->known[word] |= bit;
		if (path_match_meets(&c->policy->matches[match - 1], c->path,
			c->source->kind != PEER_LOCAL, c->source->tag))
			c->met[word] |= bit;
	}
	return (c->met[word] & bit) != 0;
}

/* Its number, or that of all rules when none is met. */
static size_t
first_of_all(struct policy_case *c, const struct prefix *p)
{
	const struct policy *policy = c->policy;

	for (size_t i = 0; i < policy->n; i++) {
		const struct policy_rule *rule = &policy->rules[i];

		if (falls_under(rule, p) && meets(c, rule->match))
			return i;
	}
	return policy->n;
}

/* The path's rules in front are skipped from now on when it meets none of them. */
static uint32_t
skip_unmet(struct policy_case *c, uint32_t number)
{
	const struct policy *policy = c->policy;
	const struct policy_node *node =
	    policy_index_node(policy->index, number);
	const uint32_t *rules = policy->index->rules + node->first;

	if (c->node != number) {
		c->node = number;
		c->unmet = 0;
	}
	while (c->unmet < node->n &&
	    !meets(c, policy->rules[rules[c->unmet]].match))
		c->unmet++;
	return c->unmet;
}

/* Of the node's rules the first that is met, if it is one before `best`. */
static size_t
first_of_node(
    struct policy_case *c, uint32_t number, const struct prefix *p, size_t best)
{
	const struct policy *policy = c->policy;
	const struct policy_node *node =
	    policy_index_node(policy->index, number);
	const uint32_t *rules = policy->index->rules + node->first;
	uint32_t i = node->up == 0 ? skip_unmet(c, number) : 0;

	for (; i < node->n && rules[i] < best; i++) {
		const struct policy_rule *rule = &policy->rules[rules[i]];

		if (p->len >= rule->min_len && p->len <= rule->max_len &&
		    meets(c, rule->match))
			return rules[i];
	}
	return best;
}

static size_t
first_by_index(struct policy_case *c, const struct prefix *p)
{
	const struct policy_index *index = c->policy->index;
	size_t best = c->policy->n;

	for (uint32_t node = policy_index_find(index, p); node != 0;
	     node = policy_index_node(index, node)->up)
		best = first_of_node(c, node, p, best);
	return best;
}

const struct policy_rule *
policy_decider(struct policy_case *c, const struct prefix *p)
{
	const struct policy *policy = c->policy;
	size_t first =
	    policy->index != NULL ? first_by_index(c, p) : first_of_all(c, p);

	return first < policy->n ? &policy->rules[first] : NULL;
}

uint32_t
policy_judge(struct policy_case *c, const struct prefix *p)
{
	const struct policy *policy = c->policy;

	if (policy == NULL)
		return VERDICT_ACCEPT;
	const struct policy_rule *rule = policy_decider(c, p);

	if (policy->hits != NULL)
		policy
		    ->hits[rule != NULL ? rule->counter : policy->n_counters]++;
	return rule != NULL ? rule->verdict : policy->otherwise;
}

static bool
is_own_addr(const struct identity *me, const struct addr *a)
{
	for (size_t i = 0; i < me->n_addrs; i++)
		if (addr_eq(&me->addrs[i], a))
			return true;
	return false;
}

static bool
has_number(struct rbuf list, uint32_t number)
{
	while (list.left > 0)
		if (rbuf_u32(&list) == number)
			return true;
	return false;
}

const char *
policy_ineligible(const struct identity *me, const struct rib_source *source,
    const struct path *path)
{
	struct rbuf as_path = path_list(path, LIST_AS_PATH);

	/* RFC 4271 9.1.2 */
	if (as_path_count(as_path, me->asn) > source->own_as)
		return "the node's AS number is in its AS path more often than "
		       "numAllowedLocalASNumbers";
	if (source->local_as != 0 &&
	    as_path_count(as_path, source->local_as) >
		source->own_as + (source->prepended ? 1u : 0))
		return "localASNumber is in its AS path more often than "
		       "numAllowedLocalASNumbers";
	if ((path->has & ATTR_BIT(ATTR_ORIGINATOR_ID)) != 0 &&
	    path->originator_id == me->router_id) /* RFC 4456 8 */
		return "it is the node's own, by its ORIGINATOR_ID";
	if (me->cluster_id != 0 && /* RFC 4456 8 */
	    has_number(path_list(path, LIST_CLUSTERS), me->cluster_id))
		return "it was in the node's cluster, by its CLUSTER_LIST";
	if (is_own_addr(me, &path->next_hop)) /* 4271 5.1.3 */
		return "its next hop is the node itself";
	return NULL;
}

bool
policy_eligible(const struct identity *me, const struct rib_source *source,
    const struct path *path)
{
	return policy_ineligible(me, source, path) == NULL;
}

bool
policy_passes(const struct group_key *key, const struct rib_source *source)
{
	if (source->kind == PEER_LOCAL)
		return true;
	if (source->kind != PEER_IBGP || key->kind != PEER_IBGP)
		return key->pass_received;
	/* RFC 4271 9.2: what an internal peer said stays with us; RFC 4456 6. */
	return key->cluster_id != 0 && source->reflected &&
	    (source->client || key->client);
}

/*
 * Of received paths only; what we announce may carry them for others. LLGR_STALE binds
 * who has agreed with the source to know what it means.
 */
bool
policy_is_forbidden(const struct group_key *key,
    const struct rib_source *source, const struct path *path)
{
	if (source->kind == PEER_LOCAL)
		return false;
	if (path_has_community(path, COMMUNITY_NO_ADVERTISE))
		return true;
	if (source->long_lived && !key->long_lived &&
	    path_has_community(path, COMMUNITY_LLGR_STALE))
		return true;
	return key->kind == PEER_EBGP &&
	    (path_has_community(path, COMMUNITY_NO_EXPORT) ||
		path_has_community(path, COMMUNITY_NO_EXPORT_SUBCONFED));
}

/* RFC 8950: IPv4 by IPv6, where that is agreed; never the other way round. */
static bool
next_hop_fits(
    const struct group_key *key, enum family family, const struct addr *hop)
{
	return hop->family == family ||
	    (family == FAMILY_V4 && hop->family == FAMILY_V6 &&
		key->extended_next_hop);
}

/* RFC 4271 5.1.3. A link-local one means nothing on another link. */
static bool
next_hop_kept(const struct group_key *key, enum family family,
    bool is_configured, const struct addr *hop)
{
	if (!next_hop_fits(key, family, hop) || addr_is_link_local(hop))
		return false;
	if (is_configured)
		return true;
	if (key->next_hop_mode == NEXT_HOP_AUTO)
		return key->kind == PEER_IBGP;
	return key->next_hop_mode == NEXT_HOP_KEEP;
}

/*
 * RFC 2545 3: a link-local one is only for whoever shares the link, which of those that
 * others gave is not known here.
 */
static struct next_hop
next_hop_self(const struct group_key *key, enum family family)
{
	struct next_hop hop = { .addr = key->next_hop[family] };

	if (hop.addr.family == FAMILY_V6)
		hop.link_local = key->link_local;
	return hop;
}

static void
rewrite_for_ebgp(struct attrs *a, bool keeps_med)
{
	uint64_t gone = ATTR_BIT(ATTR_LOCAL_PREF) | /* 5.1.5 */
	    ATTR_BIT(ATTR_ORIGINATOR_ID) | ATTR_BIT(ATTR_CLUSTER_LIST);

	if (!keeps_med) /* RFC 4271 5.1.4 */
		gone |= ATTR_BIT(ATTR_MED);
	a->has &= ~gone;
	a->cluster_list = (struct rbuf){ 0 };
}

static void
rewrite_for_ibgp(struct attrs *a)
{
	if (!attrs_has(a, ATTR_LOCAL_PREF)) /* 5.1.5 */
		a->local_pref = LOCAL_PREF_DEFAULT;
	a->has |= ATTR_BIT(ATTR_LOCAL_PREF);
}

/* RFC 4456 8: whose it is, and our cluster in front of those that it came through. */
static struct path *
intern_reflected(struct path_table *t, struct attrs *a, uint32_t cluster_id,
    uint32_t originator)
{
	size_t room = a->cluster_list.left + 4;
	uint8_t *bytes = xcalloc(1, room);
	struct wbuf w = wbuf_of(bytes, room);

	wbuf_u32(&w, cluster_id);
	wbuf_copy(&w, a->cluster_list);
	a->cluster_list = wbuf_read(&w, 0);
	if (!attrs_has(a, ATTR_ORIGINATOR_ID))
		a->originator_id = originator;
	a->has |= ATTR_BIT(ATTR_ORIGINATOR_ID) | ATTR_BIT(ATTR_CLUSTER_LIST);
	struct path *p = path_intern(t, a);

	free(bytes);
	return p;
}

/* The communities of so many octets that pass the edge of an AS. */
static struct rbuf
transitive_of(struct rbuf list, size_t size, struct wbuf *room)
{
	size_t start = room->len;

	while (list.left >= size) {
		struct rbuf one = rbuf_cut(&list, size), all = one;

		if ((rbuf_u8(&one) & EXT_NON_TRANSITIVE) == 0)
			wbuf_copy(room, all);
	}
	return wbuf_read(room, start);
}

/*
 * RFC 4360 6, RFC 5701 2: of what others said. Our own announcements say what is meant
 * for the peer, as the weight of a path. The lists move to room.
 */
static void
drop_non_transitive(struct attrs *a, struct wbuf *room)
{
	a->ext_communities = transitive_of(a->ext_communities, 8, room);
	a->ipv6_ext_communities =
	    transitive_of(a->ipv6_ext_communities, 20, room);
}

struct path *
policy_prepend(
    struct path_table *t, struct attrs *a, uint32_t asn, unsigned times)
{
	/* A segment has at most 255 numbers, and these may take two more. */
	size_t room = a->as_path.left + 4 * (size_t)times + 4;
	uint8_t *bytes = xcalloc(1, room);
	struct wbuf w = wbuf_of(bytes, room);

	as_path_prepend(&w, a->as_path, asn, times);
	a->as_path = wbuf_read(&w, 0);
	struct path *p = path_intern(t, a);

	free(bytes);
	return p;
}

/* RFC 4271 5.1.2: our own AS in front; RFC 7705 3.3: and the one we really have. */
static struct path *
intern_for_ebgp(struct path_table *t, struct attrs *a,
    const struct group_key *key, unsigned times)
{
	if (key->behind_as == 0)
		return policy_prepend(t, a, key->local_as, times);
	struct path *behind = policy_prepend(t, a, key->behind_as, 1);

	path_attrs(behind, a);
	struct path *p = policy_prepend(t, a, key->local_as, times);

	path_unref(behind);
	return p;
}

struct path *
policy_export(const struct group_key *key, enum family family,
    const struct rib_source *source, struct path *path, uint64_t set)
{
	bool is_local = source->kind == PEER_LOCAL;
	bool hop_set = is_local || (set & ATTR_BIT(ATTR_NEXT_HOP)) != 0;
	struct attrs a;

	path_attrs(path, &a);
	if (!policy_passes(key, source) ||
	    !path_for_audience(path, key->audience))
		return NULL;
	if (!otc_told(key->role, key->local_as, &a))
		return NULL;
	if (next_hop_kept(key, family, hop_set, &a.next_hop.addr))
		a.next_hop.link_local = (struct addr){ 0 };
	else
		a.next_hop = next_hop_self(key, family);
	if (a.next_hop.addr.family == FAMILY_NONE)
		return NULL;
	if (key->kind == PEER_IBGP) {
		rewrite_for_ibgp(&a);
		return source->kind == PEER_IBGP
		    ? intern_reflected(
			  path->table, &a, key->cluster_id, source->router_id)
		    : path_intern(path->table, &a);
	}
	rewrite_for_ebgp(&a, is_local || (set & ATTR_BIT(ATTR_MED)) != 0);
	size_t n = a.ext_communities.left + a.ipv6_ext_communities.left;
	uint8_t *bytes = n > 0 && !is_local ? xcalloc(1, n) : NULL;
	struct wbuf room = wbuf_of(bytes, n);

	if (bytes != NULL)
		drop_non_transitive(&a, &room);
	struct path *told =
	    intern_for_ebgp(path->table, &a, key, 1u + path->prepends);

	free(bytes);
	return told;
}

bool
group_key_eq(const struct group_key *a, const struct group_key *b)
{
	for (unsigned f = 0; f < FAMILIES; f++)
		if (a->families[f] != b->families[f] ||
		    a->add_path[f] != b->add_path[f] ||
		    !addr_eq(&a->next_hop[f], &b->next_hop[f]))
			return false;
	return addr_eq(&a->link_local, &b->link_local) &&
	    a->extended_next_hop == b->extended_next_hop &&
	    a->kind == b->kind && a->role == b->role &&
	    a->next_hop_mode == b->next_hop_mode && a->as4 == b->as4 &&
	    a->pass_received == b->pass_received &&
	    a->max_message == b->max_message && a->local_as == b->local_as &&
	    a->behind_as == b->behind_as && a->cluster_id == b->cluster_id &&
	    a->client == b->client && a->long_lived == b->long_lived &&
	    a->audience == b->audience && a->policy == b->policy;
}
