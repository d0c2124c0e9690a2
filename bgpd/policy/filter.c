/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A rule of a filter has prefixes, conditions on the path, and actions. It comes to as
 * many rules of the policy as it has prefixes, or to one for each family; they share
 * its conditions, as a struct path_match, its counter, and the verdict that its actions
 * are. What does not change with the route is decided here: the interface by which the
 * peer is reached, and whether a next hop is of the prefixes' family.
 *
 * RFC 8212: what no import rule decides about is refused. What others gave is passed on
 * only where an export rule says so in as many words; then the other rules are about
 * what the node announces itself, and a last one refuses what is left of the rest.
 */
#include "bgpd/policy/filter.h"

#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/path_match.h"
#include "bgpd/rib/policy.h"
#include "bgpd/rib/policy_index.h"
#include "bgpd/rib/rib.h"
#include "bgpd/rib/verdict.h"
#include "common/alloc.h"
#include "common/err.h"

_Static_assert(FILTER_POD == PATH_KIND_POD &&
	FILTER_SERVICE == PATH_KIND_SERVICE &&
	FILTER_EXTERNAL == PATH_KIND_EXTERNAL &&
	FILTER_LOAD_BALANCER == PATH_KIND_LOAD_BALANCER &&
	FILTER_LOCAL == MATCH_LOCAL && FILTER_PEER == MATCH_PEER,
    "sources of rules are those of conditions");

struct counted {             /* a rule by its names */
	char *filter, *rule; /* owned */
	bool accept;
};

struct compiled {
	struct policy policy;      /* first: known outside by this */
	struct policy_rule *rules; /* owned, as all below; of the policy */
	struct policy_index *index;
	struct path_match *matches; /* … and their lists */
	uint64_t *hits;
	struct counted *counted; /* by counter */
	uint32_t *verdicts;      /* of its rules; references */
	size_t n_verdicts;
	bool passes_received;
	unsigned refs;
	struct compiled *prev, *next;
};

struct tag {
	uint32_t number;
	UT_hash_handle hh;
	char name[];
};

struct filters {
	struct rib *rib;
	struct compiled *all;
	struct tag *tags; /* owned, a uthash */
	uint32_t n_tags;
};

/* A policy in the making. */
struct maker {
	struct filters *filters;
	const struct filter_peer *peer;
	uint8_t sources; /* of rules that name none */
	struct compiled *c;
	struct err *err;
};

struct filters *
filters_new(struct rib *rib)
{
	struct filters *f = xcalloc(1, sizeof(*f));

	f->rib = rib;
	return f;
}

uint32_t
filters_tag(struct filters *f, const char *peer)
{
	struct tag *tag;
	size_t n = strlen(peer) + 1;

	HASH_FIND_STR(f->tags, peer, tag);
	if (tag != NULL)
		return tag->number;
	tag = xcalloc(1, sizeof(*tag) + n);
	memcpy(tag->name, peer, n);
	tag->number = ++f->n_tags;
	HASH_ADD_STR(f->tags, name, tag);
	return tag->number;
}

/* Its lists, which are owned here. */
static void
match_fini(struct path_match *m)
{
	free((void *)m->tags);
	free((void *)m->communities);
	free((void *)m->ext);
	free((void *)m->large);
	free((void *)m->starts);
	free((void *)m->contains);
}

static void
compiled_free(struct rib *rib, struct compiled *c)
{
	for (size_t i = 0; i < c->n_verdicts; i++)
		rib_verdict_unref(rib, c->verdicts[i]);
	free(c->verdicts);
	for (size_t i = 0; i < c->policy.n_matches; i++)
		match_fini(&c->matches[i]);
	for (size_t i = 0; i < c->policy.n_counters; i++) {
		free(c->counted[i].filter);
		free(c->counted[i].rule);
	}
	policy_index_free(c->index);
	free(c->rules);
	free(c->matches);
	free(c->hits);
	free(c->counted);
	free(c);
}

/* ---- communities ---- */

/* NULL: a name that nobody defines, and err is filled. */
static const struct filter_community *
resolve(struct maker *m, const struct filter_community *c,
    struct filter_community *room)
{
	if (c->kind != FILTER_COMMUNITY_NAME)
		return c;
	const struct community *named = m->peer->config == NULL
	    ? NULL
	    : bgp_configuration_community(m->peer->config, c->name);

	if (named == NULL) {
		err_set(m->err,
		    "community \"%s\": not a name of the BGPConfiguration's "
		    "communities",
		    c->name);
		return NULL;
	}
	room->kind = named->kind == COMMUNITY_LARGE ? FILTER_COMMUNITY_LARGE
						    : FILTER_COMMUNITY_STANDARD;
	memcpy(room->value, named->value, sizeof(room->value));
	return room;
}

/* One more at the end of an owned list of things of so many words. */
static void *
words_add(const void *list, size_t *n, const uint32_t *value, size_t words)
{
	uint32_t *grown =
	    xrealloc((void *)list, *n + 1, words * sizeof(*value));

	memcpy(grown + *n * words, value, words * sizeof(*value));
	++*n;
	return grown;
}

static bool
match_communities(struct maker *m, const struct filter_communities *list,
    struct path_match *match)
{
	for (size_t i = 0; i < list->n; i++) {
		struct filter_community room = { 0 };
		const struct filter_community *c =
		    resolve(m, &list->at[i], &room);

		if (c == NULL)
			return false;
		if (c->kind == FILTER_COMMUNITY_STANDARD)
			match->communities = words_add(match->communities,
			    &match->n_communities, c->value, 1);
		else if (c->kind == FILTER_COMMUNITY_EXTENDED)
			match->ext =
			    words_add(match->ext, &match->n_ext, c->value, 2);
		else
			match->large = words_add(
			    match->large, &match->n_large, c->value, 3);
	}
	return true;
}

/* ---- conditions ---- */

/* Its number in the policy, from 1; one that is there stands for it. */
static uint16_t
match_keep(struct compiled *c, struct path_match *match)
{
	size_t n = c->policy.n_matches;

	for (size_t i = 0; i < n; i++)
		if (path_match_eq(&c->matches[i], match)) {
			match_fini(match);
			return (uint16_t)(i + 1);
		}
	c->matches = xrealloc(c->matches, n + 1, sizeof(*match));
	c->matches[n] = *match;
	c->policy.n_matches++;
	return (uint16_t)(n + 1);
}

static bool
names_sources(const struct filter_rule *rule)
{
	return rule->sources != 0 || rule->peers[0] != NULL;
}

static bool
names_received(const struct filter_rule *rule)
{
	return (rule->sources & FILTER_PEER) != 0 || rule->peers[0] != NULL;
}

static bool
match_make(
    struct maker *m, const struct filter_rule *rule, struct path_match *match)
{
	*match =
	    (struct path_match){ .sources = names_sources(rule) ? rule->sources
								: m->sources,
		    .min_length = rule->min_length,
		    .max_length = rule->max_length };
	for (size_t i = 0; rule->peers[i] != NULL; i++) {
		uint32_t tag = filters_tag(m->filters, rule->peers[i]);

		match->tags = words_add(match->tags, &match->n_tags, &tag, 1);
	}
	for (size_t i = 0; i < rule->starts.n; i++)
		match->starts = words_add(
		    match->starts, &match->n_starts, &rule->starts.at[i], 1);
	for (size_t i = 0; i < rule->contains.n; i++)
		match->contains = words_add(match->contains, &match->n_contains,
		    &rule->contains.at[i], 1);
	return match_communities(m, &rule->communities, match);
}

/* 0: it has none. */
static bool
match_number(struct maker *m, const struct filter_rule *rule, uint16_t *number)
{
	const struct path_match none = { 0 };
	struct path_match match;
	bool good = match_make(m, rule, &match);

	*number = 0;
	if (good && !path_match_eq(&match, &none))
		*number = match_keep(m->c, &match);
	else
		match_fini(&match);
	return good;
}

/* A peer whose interface is not known is reached by none of these. */
static bool
interface_meets(const struct filter_rule *rule, const struct filter_peer *peer)
{
	bool met = rule->interfaces[0] == NULL;
	const char *interface = met ? NULL : peer->interface(peer->arg);

	for (size_t i = 0;
	     !met && interface != NULL && rule->interfaces[i] != NULL; i++) {
		char *whole = xasprintf("^(%s)$", rule->interfaces[i]);
		regex_t re;

		if (regcomp(&re, whole, REG_EXTENDED | REG_NOSUB) == 0) {
			met = regexec(&re, interface, 0, NULL, 0) == 0;
			regfree(&re);
		}
		free(whole);
	}
	return met;
}

/* ---- actions ---- */

struct actions {
	struct action *at; /* owned */
	size_t n;
};

static void
actions_add(struct actions *a, const struct action *action)
{
	a->at = xrealloc(a->at, a->n + 1, sizeof(*a->at));
	a->at[a->n++] = *action;
}

static bool
actions_communities(struct maker *m, struct actions *a,
    const struct filter_communities *list, bool adds)
{
	static const enum action_kind kinds[][2] = {
		[FILTER_COMMUNITY_STANDARD] = { ACTION_COMMUNITY_REMOVE,
		    ACTION_COMMUNITY_ADD },
		[FILTER_COMMUNITY_EXTENDED] = { ACTION_EXT_REMOVE,
		    ACTION_EXT_ADD },
		[FILTER_COMMUNITY_LARGE] = { ACTION_LARGE_REMOVE,
		    ACTION_LARGE_ADD },
	};

	for (size_t i = 0; i < list->n; i++) {
		struct filter_community room = { 0 };
		const struct filter_community *c =
		    resolve(m, &list->at[i], &room);

		if (c == NULL)
			return false;
		struct action action = { .kind = kinds[c->kind][adds] };

		memcpy(action.value, c->value, sizeof(action.value));
		actions_add(a, &action);
	}
	return true;
}

static void
actions_value(
    struct actions *a, bool is_set, enum action_kind kind, uint32_t value)
{
	struct action action = { .kind = kind, .value = { value } };

	if (is_set)
		actions_add(a, &action);
}

/* The next hop comes last, and is left out for prefixes of the other family. */
static void
actions_next_hop(
    struct actions *a, const struct filter_set *set, enum family family)
{
	struct action action = { .kind = ACTION_NEXT_HOP,
		.hop = set->next_hop };

	if (set->next_hop_self || set->next_hop.family == family)
		actions_add(a, &action);
}

static bool
actions_make(struct maker *m, const struct filter_set *set, struct actions *a)
{
	struct action prepend = { .kind = ACTION_PREPEND,
		.value = {
		    set->prepend_as != 0 ? set->prepend_as : m->peer->local_as,
		    set->prepend_times } };

	if (!actions_communities(m, a, &set->remove, false) ||
	    !actions_communities(m, a, &set->add, true))
		return false;
	if (set->prepend_times > 0)
		actions_add(a, &prepend);
	actions_value(a, set->has_med, ACTION_MED, set->med);
	actions_value(a, set->has_local_preference, ACTION_LOCAL_PREF,
	    set->local_preference);
	actions_value(a, set->has_origin, ACTION_ORIGIN, set->origin);
	return true;
}

static uint32_t
verdict_keep(struct maker *m, const struct actions *a)
{
	uint32_t verdict = rib_verdict(m->filters->rib, a->at, a->n);

	m->c->verdicts =
	    words_add(m->c->verdicts, &m->c->n_verdicts, &verdict, 1);
	return verdict;
}

/* By family; FAMILY_NONE is not used. */
static bool
verdicts_make(struct maker *m, const struct filter_rule *rule,
    uint32_t verdicts[FAMILIES])
{
	struct actions a = { 0 };
	bool good = actions_make(m, &rule->set, &a);

	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		size_t n = a.n;

		actions_next_hop(&a, &rule->set, f);
		verdicts[f] =
		    rule->accept && good ? verdict_keep(m, &a) : VERDICT_REFUSE;
		a.n = n;
	}
	free(a.at);
	return good;
}

/* ---- rules ---- */

static void
policy_add(struct compiled *c, const struct policy_rule *rule)
{
	c->rules = xrealloc(c->rules, c->policy.n + 1, sizeof(*rule));
	c->rules[c->policy.n++] = *rule;
}

static void
counted_add(struct compiled *c, const char *filter, const struct filter_rule *r)
{
	size_t n = c->policy.n_counters;

	c->counted = xrealloc(c->counted, n + 1, sizeof(*c->counted));
	c->counted[n] =
	    (struct counted){ xstrdup(filter), xstrdup(r->name), r->accept };
	c->policy.n_counters++;
}

/* Of both families, whatever the length. */
static void
policy_add_all(struct compiled *c, struct policy_rule rule,
    const uint32_t verdicts[FAMILIES])
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		rule.prefix = (struct prefix){ .addr.family = (uint8_t)f };
		rule.max_len = (uint8_t)family_bits(f);
		rule.verdict = verdicts[f];
		policy_add(c, &rule);
	}
}

static bool
rule_make(struct maker *m, const char *filter, const struct filter_rule *rule)
{
	struct policy_rule made = { .counter = m->c->policy.n_counters };
	uint32_t verdicts[FAMILIES];

	counted_add(m->c, filter, rule);
	if (!interface_meets(rule, m->peer))
		return true;
	if (!match_number(m, rule, &made.match) ||
	    !verdicts_make(m, rule, verdicts))
		return err_prefix(
		    m->err, "BGPFilter %s: rule %s: ", filter, rule->name);
	for (size_t i = 0; i < rule->n_prefixes; i++) {
		const struct filter_prefix *p = &rule->prefixes[i];

		made.prefix = p->cidr;
		made.min_len = p->min_len;
		made.max_len = p->max_len;
		made.verdict = verdicts[p->cidr.addr.family];
		policy_add(m->c, &made);
	}
	if (rule->n_prefixes == 0)
		policy_add_all(m->c, made, verdicts);
	return true;
}

static bool
rule_eq(const struct policy_rule *a, const struct policy_rule *b)
{
	return addr_eq(&a->prefix.addr, &b->prefix.addr) &&
	    a->prefix.len == b->prefix.len && a->min_len == b->min_len &&
	    a->max_len == b->max_len && a->verdict == b->verdict &&
	    a->match == b->match && a->counter == b->counter;
}

static bool
counted_eq(const struct counted *a, const struct counted *b)
{
	return a->accept == b->accept && strcmp(a->filter, b->filter) == 0 &&
	    strcmp(a->rule, b->rule) == 0;
}

static bool
compiled_eq(const struct compiled *a, const struct compiled *b)
{
	if (a->policy.n != b->policy.n ||
	    a->policy.otherwise != b->policy.otherwise ||
	    a->policy.n_matches != b->policy.n_matches ||
	    a->policy.n_counters != b->policy.n_counters ||
	    a->passes_received != b->passes_received)
		return false;
	for (size_t i = 0; i < a->policy.n; i++)
		if (!rule_eq(&a->rules[i], &b->rules[i]))
			return false;
	for (size_t i = 0; i < a->policy.n_matches; i++)
		if (!path_match_eq(&a->matches[i], &b->matches[i]))
			return false;
	for (size_t i = 0; i < a->policy.n_counters; i++)
		if (!counted_eq(&a->counted[i], &b->counted[i]))
			return false;
	return true;
}

/* The one that is there stands for it, or else it is kept: a reference. */
static const struct policy *
settle(struct filters *f, struct compiled *c)
{
	struct compiled *known;

	DL_FOREACH (f->all, known)
		if (compiled_eq(known, c)) {
			compiled_free(f->rib, c);
			known->refs++;
			return &known->policy;
		}
	c->hits = xcalloc(c->policy.n_counters + 1u, sizeof(*c->hits));
	c->index = policy_index_of(c->rules, c->policy.n);
	c->policy.rules = c->rules;
	c->policy.index = c->index;
	c->policy.matches = c->matches;
	c->policy.hits = c->hits;
	c->refs = 1;
	DL_APPEND(f->all, c);
	return &c->policy;
}

static const struct filter_rules *
rules_of(const struct bgp_filter *f, enum filter_way way)
{
	return way == FILTER_IMPORT ? &f->import : &f->export;
}

static bool
any_names_received(const struct bgp_filter *const *list, size_t n)
{
	for (size_t i = 0; i < n; i++)
		for (size_t j = 0; j < list[i]->export.n; j++)
			if (list[i]->export.at[j].accept &&
			    names_received(&list[i]->export.at[j]))
				return true;
	return false;
}

/* What others gave and no rule decided about is not passed on. */
static void
refuse_received(struct compiled *c)
{
	static const uint32_t verdicts[FAMILIES] = { VERDICT_REFUSE };
	struct path_match match = { .sources = FILTER_PEER };
	struct policy_rule rule = { .counter = c->policy.n_counters };

	rule.match = match_keep(c, &match);
	policy_add_all(c, rule, verdicts);
}

static bool
rules_make(struct maker *m, const struct bgp_filter *const *list, size_t n,
    enum filter_way way)
{
	m->c->passes_received =
	    way == FILTER_EXPORT && any_names_received(list, n);
	m->sources = m->c->passes_received ? FILTER_LOCAL : 0;
	for (size_t i = 0; i < n; i++) {
		const struct filter_rules *rules = rules_of(list[i], way);

		for (size_t j = 0; j < rules->n; j++)
			if (!rule_make(m, list[i]->meta.name, &rules->at[j]))
				return false;
	}
	if (m->c->passes_received)
		refuse_received(m->c);
	return true;
}

bool
filters_compile(struct filters *f, const struct bgp_filter *const *list,
    size_t n, enum filter_way way, const struct filter_peer *peer,
    const struct policy **out, struct err *err)
{
	struct compiled *c = xcalloc(1, sizeof(*c));
	struct maker m = { f, peer, 0, c, err };

	*out = NULL;
	c->policy.otherwise =
	    way == FILTER_IMPORT ? VERDICT_REFUSE : VERDICT_ACCEPT;
	bool good = rules_make(&m, list, n, way);

	if (good && c->policy.n_counters > 0)
		*out = settle(f, c);
	else
		compiled_free(f->rib, c);
	return good;
}

static struct compiled *
compiled_of(const struct policy *policy)
{
	return (struct compiled *)policy;
}

bool
filters_pass_received(const struct policy *policy)
{
	return policy != NULL && compiled_of(policy)->passes_received;
}

void
filters_unref(const struct policy *policy)
{
	if (policy != NULL)
		compiled_of(policy)->refs--;
}

void
filters_tidy(struct filters *f)
{
	struct compiled *c, *next;

	DL_FOREACH_SAFE (f->all, c, next)
		if (c->refs == 0) {
			DL_DELETE(f->all, c);
			compiled_free(f->rib, c);
		}
}

bool
filters_counter(
    const struct policy *policy, size_t nth, struct filter_counter *out)
{
	const struct compiled *c = compiled_of(policy);

	if (nth >= policy->n_counters)
		return false;
	*out = (struct filter_counter){ c->counted[nth].filter,
		c->counted[nth].rule, c->counted[nth].accept, c->hits[nth] };
	return true;
}

uint64_t
filters_others(const struct policy *policy)
{
	return policy->hits[policy->n_counters];
}

void
filters_free(struct filters *f)
{
	struct tag *tag, *next;

	if (f == NULL)
		return;
	filters_tidy(f);
	HASH_ITER (hh, f->tags, tag, next) {
		HASH_DEL(f->tags, tag);
		free(tag);
	}
	free(f);
}
