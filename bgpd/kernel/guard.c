/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Wanted minus actual, for routes and for rules.
 *
 * Routes: an entry a CIDR, which exists while the CIDR is wanted or in the kernel. An
 * entry whose two sides differ stands in a list, so that one more CIDR costs one entry
 * however many there are.
 *
 * Released: an entry stays wanted until its time, unless it is wanted again. They wait
 * in the order of their times, which as a rule is the one in which they came; one that
 * is wanted again, and perhaps released once more, leaves what it had behind.
 *
 * Rules: two a length, so few that they are compared as sequences. All have one
 * priority, because between them and main no rule of a CNI or an operator may stand:
 * "lookup main" of ours would come before it for every destination, not only for
 * Service CIDRs. With one priority the kernel keeps the order in which rules were
 * added; it can only append, and it deletes the first of two equal ones. So the rules
 * that follow a new length are added anew behind it, and then the earlier copies are
 * removed; likewise all, when somebody else's rule has come behind ours.
 *
 * The steps stand in an order in which no packet is refused that the complete set would
 * let pass, and no CIDR that stays is without its refusal: exceptions are added before
 * what they except from and removed after it, and what is new is in place before what
 * is old goes. This takes over the rules of earlier versions as well (three a CIDR, at
 * 32760 to 32762): to the comparison they are rules of ours that nobody wants.
 */
#include "bgpd/kernel/guard.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>
#include <uthash.h>
#include <utlist.h>

#include "common/alloc.h"

#define TABLE_MAIN 254

enum queue { NO_QUEUE, TO_ADD, TO_DELETE, REFUSED, QUEUES };

struct entry {
	struct prefix cidr;
	bool wanted;
	uint64_t until; /* ms, that it is released; 0: it is not */
	bool there;
	bool in_flight;
	enum queue queue;
	struct entry *prev, *next; /* in the queue */
	UT_hash_handle hh;
};

struct release {
	struct prefix cidr;
	uint64_t until;
	struct release *prev, *next;
};

/* A rule in the kernel, as far as is known. */
struct known {
	struct guard_rule rule;
	bool gone;
};

struct side { /* of a family */
	size_t wanted[GUARD_LENGTHS], entries[GUARD_LENGTHS];
	struct known *rules; /* owned; in the kernel's order */
	size_t n_rules;
	bool planned;
	bool refused;  /* a rule was; none is deleted then */
	unsigned lost; /* length whose exception was refused; 0: none */
	struct guard_rule *add; /* owned */
	size_t n_add, added;
	size_t *del; /* owned; indices of rules, refusals first */
	size_t n_del, n_refusals, deleted;
};

struct guard {
	struct entry *entries; /* owned; uthash */
	struct entry *queues[QUEUES];
	struct release *releases; /* owned */
	uint64_t keep_found;      /* ms; 0: no longer */
	size_t n_wanted;
	bool looking; /* what is there is not known until compare() */
	struct side sides[FAMILIES];
};

struct guard *
guard_new(void)
{
	return xcalloc(1, sizeof(struct guard));
}

static void
release_free(struct guard *g, struct release *r)
{
	DL_DELETE(g->releases, r);
	free(r);
}

void
guard_free(struct guard *g)
{
	struct entry *e, *tmp;

	if (g == NULL)
		return;
	HASH_ITER (hh, g->entries, e, tmp) {
		HASH_DEL(g->entries, e);
		free(e);
	}
	while (g->releases != NULL)
		release_free(g, g->releases);
	for (unsigned f = 0; f < FAMILIES; f++) {
		free(g->sides[f].rules);
		free(g->sides[f].add);
		free(g->sides[f].del);
	}
	free(g);
}

/* Routes. */

static struct side *
entry_side(struct guard *g, const struct entry *e)
{
	return &g->sides[e->cidr.addr.family];
}

static struct entry *
entry_find(struct guard *g, const struct prefix *cidr)
{
	struct entry *e;

	HASH_FIND(hh, g->entries, cidr, sizeof(*cidr), e);
	return e;
}

static struct entry *
entry_of(struct guard *g, const struct prefix *cidr)
{
	struct entry *e = entry_find(g, cidr);

	if (e != NULL)
		return e;
	e = xcalloc(1, sizeof(*e));
	e->cidr = *cidr;
	HASH_ADD(hh, g->entries, cidr, sizeof(e->cidr), e);
	entry_side(g, e)->entries[cidr->len]++;
	return e;
}

/*
 * Puts the entry where it belongs; one that is neither wanted nor there is freed, but
 * not while it may be found yet: its length is to be looked at.
 */
static void
entry_place(struct guard *g, struct entry *e, enum queue queue)
{
	if (e->queue != NO_QUEUE)
		DL_DELETE(g->queues[e->queue], e);
	e->queue = queue;
	if (queue != NO_QUEUE) {
		DL_APPEND(g->queues[queue], e);
	} else if (!e->wanted && !e->there && !e->in_flight && !g->looking) {
		entry_side(g, e)->entries[e->cidr.len]--;
		HASH_DEL(g->entries, e);
		free(e);
	}
}

static void
entry_queue(struct guard *g, struct entry *e)
{
	entry_place(g, e,
	    e->in_flight || e->wanted == e->there ? NO_QUEUE
		: e->wanted                       ? TO_ADD
						  : TO_DELETE);
}

static void
entry_want(struct guard *g, struct entry *e, bool wanted)
{
	struct side *side = entry_side(g, e);
	size_t *n = &side->wanted[e->cidr.len];
	size_t was = *n;

	if (wanted != e->wanted) {
		*n = wanted ? *n + 1 : *n - 1;
		g->n_wanted = wanted ? g->n_wanted + 1 : g->n_wanted - 1;
	}
	if ((was == 0) != (*n == 0))
		side->planned = false;
	e->wanted = wanted;
	e->until = 0;
	entry_queue(g, e);
}

static void
release_add(struct guard *g, struct release *r)
{
	struct release *last = g->releases != NULL ? g->releases->prev : NULL;

	while (last != NULL && last->until > r->until)
		last = last != g->releases ? last->prev : NULL;
	if (last != NULL)
		DL_APPEND_ELEM(g->releases, last, r);
	else
		DL_PREPEND(g->releases, r);
}

static void
entry_release(struct guard *g, struct entry *e, uint64_t until)
{
	struct release *r = xcalloc(1, sizeof(*r));

	entry_want(g, e, true);
	e->until = until;
	*r = (struct release){ .cidr = e->cidr, .until = until };
	release_add(g, r);
}

void
guard_want(struct guard *g, const struct prefix *cidr, bool wanted)
{
	assert(cidr->len < GUARD_LENGTHS);
	if (cidr->len != 0)
		entry_want(g, entry_of(g, cidr), wanted);
}

void
guard_release(struct guard *g, const struct prefix *cidr, uint64_t until)
{
	struct entry *e = entry_find(g, cidr);

	if (e != NULL && e->wanted)
		entry_release(g, e, until);
}

void
guard_keep_found(struct guard *g, uint64_t until)
{
	g->keep_found = until;
}

uint64_t
guard_expire(struct guard *g, uint64_t now)
{
	if (g->keep_found <= now)
		g->keep_found = 0;
	while (g->releases != NULL && g->releases->until <= now) {
		struct release *r = g->releases;
		struct entry *e = entry_find(g, &r->cidr);

		if (e != NULL && e->until != 0 && e->until <= now)
			entry_want(g, e, false);
		release_free(g, r);
	}
	if (g->releases == NULL ||
	    (g->keep_found != 0 && g->keep_found < g->releases->until))
		return g->keep_found;
	return g->releases->until;
}

void
guard_clear(struct guard *g)
{
	struct entry *e, *tmp;

	g->keep_found = 0;

	HASH_ITER (hh, g->entries, e, tmp)
		entry_want(g, e, false);
}

size_t
guard_count(const struct guard *g)
{
	return g->n_wanted;
}

void
guard_forget_routes(struct guard *g)
{
	struct entry *e, *tmp;

	g->looking = true;
	HASH_ITER (hh, g->entries, e, tmp)
		e->there = false;
}

void
guard_found_route(struct guard *g, const struct prefix *cidr)
{
	if (cidr->len < GUARD_LENGTHS)
		entry_of(g, cidr)->there = true;
}

void
guard_compare(struct guard *g)
{
	struct entry *e, *tmp;

	g->looking = false;
	HASH_ITER (hh, g->entries, e, tmp)
		if (e->there && !e->wanted && g->keep_found != 0)
			entry_release(g, e, g->keep_found);
		else
			entry_queue(g, e);
}

bool
guard_has_length(const struct guard *g, enum family family, unsigned len)
{
	return g->sides[family].entries[len] > 0;
}

/* Rules. */

void
guard_forget_rules(struct guard *g)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		g->sides[f].n_rules = 0;
		g->sides[f].planned = false;
	}
}

static void
side_append(struct side *side, const struct guard_rule *rule)
{
	side->rules =
	    xrealloc(side->rules, side->n_rules + 1, sizeof(side->rules[0]));
	side->rules[side->n_rules++] = (struct known){ .rule = *rule };
}

void
guard_found_rule(struct guard *g, const struct guard_rule *rule)
{
	struct side *side = &g->sides[rule->to.addr.family];

	side_append(side, rule);
	side->planned = false;
}

static bool
rule_eq(const struct guard_rule *a, const struct guard_rule *b)
{
	return !a->of_a_stranger && !b->of_a_stranger &&
	    prefix_eq(&a->to, &b->to) && a->priority == b->priority &&
	    a->action == b->action && a->target == b->target &&
	    a->table == b->table && a->suppress == b->suppress &&
	    a->own_packets == b->own_packets && a->inverted == b->inverted;
}

static bool
is_refusal(const struct guard_rule *r)
{
	return r->action == GUARD_UNREACHABLE ||
	    (r->action == GUARD_LOOKUP && r->table != TABLE_MAIN);
}

static struct guard_rule
rule_make(enum family family, uint32_t table, int32_t suppress)
{
	return (struct guard_rule){
		.to.addr.family = (uint8_t)family,
		.priority = GUARD_PRIORITY,
		.action = GUARD_LOOKUP,
		.table = table,
		.suppress = suppress,
		.own_packets = true,
		.inverted = true,
	};
}

static size_t
side_wanted(const struct side *side, enum family family,
    struct guard_rule wanted[2 * GUARD_LENGTHS])
{
	size_t n = 0;

	for (unsigned len = GUARD_LENGTHS; len-- > 1;) {
		if (side->wanted[len] == 0)
			continue;
		wanted[n++] = rule_make(family, TABLE_MAIN, (int32_t)len - 1);
		wanted[n++] = rule_make(family, GUARD_TABLES + len, -1);
	}
	return n;
}

static void
side_compact(struct side *side)
{
	size_t n = 0;

	for (size_t i = 0; i < side->n_rules; i++)
		if (!side->rules[i].gone)
			side->rules[n++] = side->rules[i];
	side->n_rules = n;
}

/* Of equal rules the last one stays: the kernel deletes the first. */
static bool
has_later_copy(const struct side *side, size_t i)
{
	for (size_t j = i + 1; j < side->n_rules; j++)
		if (rule_eq(&side->rules[i].rule, &side->rules[j].rule))
			return true;
	return false;
}

/*
 * Which rules may stay where they are: a beginning of what is wanted, behind others'.
 */
static size_t
side_keep(const struct side *side, const struct guard_rule *wanted, size_t n,
    bool *keep)
{
	size_t first = 0, kept = 0;

	for (size_t i = 0; i < side->n_rules; i++)
		if (side->rules[i].rule.of_a_stranger)
			first = i + 1;
	for (size_t i = first; i < side->n_rules && kept < n; i++)
		if (rule_eq(&side->rules[i].rule, &wanted[kept]) &&
		    !has_later_copy(side, i)) {
			keep[i] = true;
			kept++;
		}
	return kept;
}

static void
side_plan(struct side *side, enum family family)
{
	struct guard_rule wanted[2 * GUARD_LENGTHS];
	size_t n = side_wanted(side, family, wanted);

	side_compact(side);
	bool *keep = xcalloc(side->n_rules, sizeof(*keep));
	size_t kept = side_keep(side, wanted, n, keep);

	free(side->add);
	free(side->del);
	side->n_add = n - kept;
	side->add = xcalloc(side->n_add, sizeof(side->add[0]));
	memcpy(side->add, wanted + kept, side->n_add * sizeof(side->add[0]));
	side->del = xcalloc(side->n_rules, sizeof(side->del[0]));
	side->n_del = side->n_refusals = side->added = side->deleted = 0;
	for (unsigned refusals = 2; refusals-- > 0;) {
		for (size_t i = 0; i < side->n_rules; i++) {
			const struct guard_rule *r = &side->rules[i].rule;

			if (!keep[i] && !r->of_a_stranger &&
			    is_refusal(r) == (refusals == 1))
				side->del[side->n_del++] = i;
		}
		if (refusals == 1)
			side->n_refusals = side->n_del;
	}
	free(keep);
	side->planned = true;
	side->refused = false;
	side->lost = 0;
}

/* Nothing is unreachable without its exceptions. */
static void
side_skip_lost(struct side *side)
{
	if (side->lost != 0 && side->added < side->n_add &&
	    side->add[side->added].table == GUARD_TABLES + side->lost)
		side->added++;
	side->lost = 0;
}

/* Changes. */

/* One by one: whether the exception is in place decides about its refusal. */
static size_t
next_added_rule(struct guard *g, struct guard_change *c)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct side *side = &g->sides[f];

		if (!side->planned)
			side_plan(side, f);
		side_skip_lost(side);
		if (side->added == side->n_add)
			continue;
		*c = (struct guard_change){ .step = GUARD_ADD_RULE,
			.rule = side->add[side->added++] };
		return 1;
	}
	return 0;
}

static size_t
next_routes(struct guard *g, enum queue queue, enum guard_step step,
    struct guard_change *c, size_t max)
{
	size_t n = 0;

	while (n < max && g->queues[queue] != NULL) {
		struct entry *e = g->queues[queue];

		e->in_flight = true;
		entry_place(g, e, NO_QUEUE);
		c[n++] = (struct guard_change){ .step = step, .cidr = e->cidr };
	}
	return n;
}

static size_t
next_deleted_rules(struct guard *g, struct guard_change *c, size_t max)
{
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++) {
		struct side *side = &g->sides[f];
		bool refusals = side->deleted < side->n_refusals;
		size_t end = refusals ? side->n_refusals : side->n_del;
		size_t n = 0;

		if (side->refused)
			continue;
		for (; side->deleted < end && n < max; side->deleted++, n++) {
			size_t at = side->del[side->deleted];

			c[n] = (struct guard_change){
				.step = refusals ? GUARD_DELETE_REFUSAL
						 : GUARD_DELETE_EXCEPTION,
				.rule = side->rules[at].rule,
				.at = at,
			};
		}
		if (n > 0)
			return n;
	}
	return 0;
}

size_t
guard_next(struct guard *g, struct guard_change *c, size_t max)
{
	size_t n = next_added_rule(g, c);

	if (n == 0)
		n = next_routes(g, TO_ADD, GUARD_ADD_ROUTE, c, max);
	if (n == 0)
		n = next_routes(g, TO_DELETE, GUARD_DELETE_ROUTE, c, max);
	return n > 0 ? n : next_deleted_rules(g, c, max);
}

static void
route_made(struct guard *g, const struct guard_change *c, bool good)
{
	struct entry *e = entry_of(g, &c->cidr);

	e->in_flight = false;
	if (good)
		e->there = c->step == GUARD_ADD_ROUTE;
	if (good || e->wanted == e->there)
		entry_queue(g, e);
	else
		entry_place(g, e, REFUSED);
}

void
guard_made(struct guard *g, const struct guard_change *c, bool good)
{
	struct side *side = &g->sides[c->rule.to.addr.family];

	switch (c->step) {
	case GUARD_ADD_RULE:
		if (good)
			side_append(side, &c->rule);
		else if (!is_refusal(&c->rule))
			side->lost = (unsigned)c->rule.suppress + 1;
		break;
	case GUARD_ADD_ROUTE:
	case GUARD_DELETE_ROUTE:
		route_made(g, c, good);
		return;
	case GUARD_DELETE_REFUSAL:
	case GUARD_DELETE_EXCEPTION:
		side->rules[c->at].gone = good;
	}
	if (!good)
		side->refused = true;
}

void
guard_retry(struct guard *g)
{
	while (g->queues[REFUSED] != NULL)
		entry_queue(g, g->queues[REFUSED]);
	for (unsigned f = FAMILY_V4; f < FAMILIES; f++)
		if (g->sides[f].refused)
			g->sides[f].planned = false;
}
