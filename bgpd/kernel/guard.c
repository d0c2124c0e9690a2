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

static bool
rule_eq(const struct guard_rule *a, const struct guard_rule *b)
{
	return a->priority == b->priority && a->action == b->action &&
	    a->target == b->target && a->table == b->table &&
	    a->suppress == b->suppress && a->own_packets == b->own_packets &&
	    prefix_eq(&a->to, &b->to);
}

static bool
contains(const struct guard_rule *rules, size_t n, const struct guard_rule *r)
{
	for (size_t i = 0; i < n; i++)
		if (rule_eq(&rules[i], r))
			return true;
	return false;
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

	*c = (struct guard_changes){
		.add = xcalloc(n, sizeof(wanted[0])),
		.del = xcalloc(n_actual, sizeof(wanted[0])),
	};
	for (size_t i = 0; i < n; i++) {
		wanted[i] = rule(&cidrs[i / GUARD_RULES], i % GUARD_RULES);
		if (!contains(actual, n_actual, &wanted[i]))
			c->add[c->n_add++] = wanted[i];
	}
	for (unsigned last = 2; last-- > 0;)
		for (size_t i = 0; i < n_actual; i++)
			if ((actual[i].action == GUARD_UNREACHABLE) ==
				(last == 1) &&
			    !contains(wanted, n, &actual[i]))
				c->del[c->n_del++] = actual[i];
	free(wanted);
}

void
guard_changes_fini(struct guard_changes *c)
{
	free(c->add);
	free(c->del);
	*c = (struct guard_changes){ 0 };
}
