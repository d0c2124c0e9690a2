/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What is asked of an allocator from outside: whether it is ready, and for --check,
 * what it refuses and what it would take from Services.
 */
#include "allocator/ipam/addrs.h"
#include "allocator/lead/elect.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/core.h"
#include "common/clock.h"
#include "common/api/service.h"
#include "common/log.h"
#include "common/source/source.h"

bool
allocator_ready(
    const struct allocator *a, const struct source *source, struct err *why)
{
	size_t n;

	store_kinds(a->store, &n);
	for (size_t i = 0; i < n && i < KIND_CONFIGURATION; i++)
		if (i != KIND_PEER && !store_is_listed(a->store, i)) {
			if (source_healthy(source, i, why))
				err_set(why, "not listed yet");
			return err_prefix(
			    why, "%s: ", allocator_kinds[i].plural);
		}
	if (a->clash.text[0] != '\0')
		return err_set(why, "%s", a->clash.text);
	return a->elect == NULL || elect_is_healthy(a->elect, why);
}

static size_t
task_losses(const struct task *t)
{
	const struct addrs kept = { (struct addr *)t->addrs, t->n_addrs };
	char text[ADDR_TEXT];
	size_t n = 0;

	if (t->kind != TASK_ASSIGN && t->kind != TASK_CONDITION)
		return 0; /* it asks us for none */
	for (size_t i = 0; i < t->service->n_ingress; i++) {
		const struct addr *has = &t->service->ingress[i].addr;

		if (addrs_has(&kept, has))
			continue;
		log_error("Service %s/%s: has %s and can't keep it; lbbgp "
			  "explain service tells why",
		    t->service->meta.ns, t->service->meta.name,
		    addr_print(has, text));
		n++;
	}
	return n;
}

size_t
allocator_losses(struct allocator *a)
{
	struct task t;
	size_t n = 0;

	while (reconcile_run(a->reconcile, clock_now(a->options.clock)))
		continue;
	while (reconcile_next(a->reconcile, &t))
		n += task_losses(&t);
	return n;
}

size_t
allocator_refusals(const struct allocator *a)
{
	const struct supply *supply = reconcile_supply(a->reconcile);
	struct group_report g;
	size_t n = 0;

	for (enum kind i = 0; i < KIND_LEASE; i++)
		n += store_count_refused(a->store, i);
	for (size_t i = 0; i < supply->groups.n; i++) {
		supply_report(supply, i, &g);
		if (g.fault == NULL)
			continue;
		log_error("group %s: %s", g.name, g.fault);
		n++;
	}
	return n;
}
