/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/kernel/guard.h"

#include <stdlib.h>

#include "common/alloc.h"

#define PRIORITY 32760
#define PRIORITY_MAIN 32766
#define TABLE_MAIN 254

static struct guard_rule
rule(const struct prefix *cidr, unsigned i)
{
	struct guard_rule r = {
		.to = *cidr, .priority = PRIORITY + i, .suppress = -1
	};

	switch (i) {
	case 0:
		r.action = GUARD_GOTO;
		r.target = PRIORITY_MAIN;
		r.own_packets = true;
		break;
	case 1:
		r.action = GUARD_LOOKUP;
		r.table = TABLE_MAIN;
		r.suppress = cidr->len - 1;
		break;
	default:
		r.action = GUARD_UNREACHABLE;
	}
	return r;
}

static int
less(int64_t a, int64_t b)
{
	return a < b ? -1 : a > b;
}

/* An order of rules in which 0 means equal. */
static int
rule_cmp(const void *pa, const void *pb)
{
	const struct guard_rule *a = pa, *b = pb;
	int c = prefix_cmp(&a->to, &b->to);

	c = c != 0 ? c : less(a->priority, b->priority);
	c = c != 0 ? c : less(a->action, b->action);
	c = c != 0 ? c : less(a->target, b->target);
	c = c != 0 ? c : less(a->table, b->table);
	c = c != 0 ? c : less(a->suppress, b->suppress);
	return c != 0 ? c : less(a->own_packets, b->own_packets);
}

/* An owned copy to look things up in: there may be a rule for every aggregate. */
static struct guard_rule *
sorted(const struct guard_rule *rules, size_t n)
{
	struct guard_rule *copy = xcalloc(n, sizeof(*copy));

	for (size_t i = 0; i < n; i++)
		copy[i] = rules[i];
	qsort(copy, n, sizeof(*copy), rule_cmp);
	return copy;
}

static bool
contains(const struct guard_rule *in, size_t n, const struct guard_rule *r)
{
	return bsearch(r, in, n, sizeof(*r), rule_cmp) != NULL;
}

/*
 * Exceptions are added before what they except from, and removed after it: at no moment
 * is a packet refused that the complete set would let pass.
 */
void
guard_diff(const struct prefix *cidrs, size_t n_cidrs,
    const struct guard_rule *actual, size_t n_actual, struct guard_changes *c)
{
	size_t n = n_cidrs * GUARD_RULES;
	struct guard_rule *wanted = xcalloc(n, sizeof(wanted[0]));
	struct guard_rule *there = sorted(actual, n_actual);

	*c = (struct guard_changes){
		.add = xcalloc(n, sizeof(wanted[0])),
		.del = xcalloc(n_actual, sizeof(wanted[0])),
	};
	for (size_t i = 0; i < n; i++) {
		wanted[i] = rule(&cidrs[i / GUARD_RULES], i % GUARD_RULES);
		if (!contains(there, n_actual, &wanted[i]))
			c->add[c->n_add++] = wanted[i];
	}
	qsort(wanted, n, sizeof(*wanted), rule_cmp);
	for (unsigned last = 2; last-- > 0;)
		for (size_t i = 0; i < n_actual; i++)
			if ((actual[i].action == GUARD_UNREACHABLE) ==
				(last == 1) &&
			    !contains(wanted, n, &actual[i]))
				c->del[c->n_del++] = actual[i];
	free(there);
	free(wanted);
}

void
guard_changes_fini(struct guard_changes *c)
{
	free(c->add);
	free(c->del);
	*c = (struct guard_changes){ 0 };
}
