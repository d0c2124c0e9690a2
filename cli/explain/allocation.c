/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/explain/allocation.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/plan/plan.h"
#include "allocator/plan/steps.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "cli/explain/kinds.h"
#include "cli/explain/steps.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/err.h"
#include "common/source/store.h"

static bool
tell_group(void *reconcile, const struct object_key *key, const void *item)
{
	(void)key;
	supply_group(reconcile_supply(reconcile), NULL, item);
	return true;
}

static bool
tell_namespace(void *reconcile, const struct object_key *key, const void *item)
{
	(void)key;
	supply_namespace(reconcile_supply(reconcile), NULL, item);
	return true;
}

static bool
tell_node(void *reconcile, const struct object_key *key, const void *item)
{
	(void)key;
	supply_node(reconcile_supply(reconcile), NULL, item);
	return true;
}

static bool
tell_servers(void *reconcile, const struct object_key *key, const void *item)
{
	const struct explain_slice *slice = item;

	(void)key;
	if (slice->servers != NULL)
		supply_servers(reconcile_supply(reconcile), slice->servers);
	return true;
}

static bool
tell_vip(void *reconcile, const struct object_key *key, const void *item)
{
	(void)key;
	reconcile_vip(reconcile, NULL, item);
	return true;
}

static bool
tell_service(void *reconcile, const struct object_key *key, const void *item)
{
	(void)key;
	reconcile_service(reconcile, NULL, item, 0);
	return true;
}

static void
add_refused(void *steps, const struct object_key *key, const struct err *why)
{
	steps_add(steps, "group", "no", "ServiceGroup %s can't be read: %s",
	    key->name, why->text);
}

/* Has the allocator something to write for this Service? */
static bool
is_to_be_written(struct reconcile *r, const struct service *s)
{
	struct task task;

	while (reconcile_next(r, &task))
		if (task.service == s)
			return true;
	return false;
}

static void
status_explain(const struct service *s, bool differs, struct steps *steps)
{
	const struct condition *c = s->condition;
	char addr[ADDR_TEXT], *text = NULL;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	for (size_t i = 0; i < s->n_ingress; i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "",
		    addr_print(&s->ingress[i].addr, addr));
	if (s->n_ingress == 0)
		fputs("no address", to);
	if (c != NULL)
		fprintf(to, "; %s: %s", c->reason, c->message);
	fclose(to);
	if (differs)
		steps_add(steps, "status", "no",
		    "the status does not say so yet: is the allocator "
		    "running, or its write refused (the events of the "
		    "Service tell)? It says: %s",
		    text);
	else
		steps_add(steps, "status", "yes", "the status says: %s", text);
	free(text);
}

/* What the allocator that leads has found, of all nodes; where there are any. */
static void
announced_explain(
    const struct store *store, const struct service *s, struct steps *steps)
{
	const struct condition *c = s->announced;

	if (c != NULL && s->n_ingress > 0 &&
	    store_count(store, EXPLAIN_NODE) > 0)
		steps_add(steps, "condition",
		    strcmp(c->status, "True") == 0 ? "yes" : "no",
		    SERVICE_ANNOUNCED ": %s: %s", c->reason, c->message);
}

static void
plan_explain(const struct store *store, const struct service *s,
    const struct plan_class *class, struct steps *steps)
{
	const struct reconcile_options options = { .class = *class };
	struct reconcile *r = reconcile_new(&options);
	struct plan_steps taken = { 0 };

	store_each_refused(store, EXPLAIN_GROUP, add_refused, steps);
	store_each(store, EXPLAIN_GROUP, tell_group, r);
	store_each(store, EXPLAIN_NAMESPACE, tell_namespace, r);
	store_each(store, EXPLAIN_NODE, tell_node, r);
	store_each(store, EXPLAIN_SLICE, tell_servers, r);
	store_each(store, EXPLAIN_VIP, tell_vip, r);
	store_each(store, EXPLAIN_SERVICE, tell_service, r);
	reconcile_explain(r, s, &taken);
	reconcile_start(r);
	while (reconcile_run(r, 0))
		;
	for (size_t i = 0; i < taken.n; i++)
		steps_add(steps, taken.at[i].rule,
		    taken.at[i].good ? "yes" : "no", "%s", taken.at[i].text);
	plan_steps_fini(&taken);
	status_explain(s, is_to_be_written(r, s), steps);
	announced_explain(store, s, steps);
	reconcile_free(r);
}

void
allocation_explain(const struct store *store, const struct service *s,
    const struct plan_class *class, struct steps *steps)
{
	const char *not_ours = plan_not_ours(s, class);

	if (plan_is_of_others(s, class)) {
		steps_add(steps, "class", "no",
		    "not ours: %s: lbbgp explain service --class %s", not_ours,
		    s->class != NULL ? s->class : INSTANCE_CLASS);
		return;
	}
	if (not_ours != NULL) {
		steps_add(steps, "class", "no", "not ours: %s", not_ours);
		return;
	}
	steps_add(steps, "class", "yes", "of type LoadBalancer, %s%s",
	    s->class != NULL ? "its class is " : "without a class",
	    s->class != NULL ? s->class : "");
	if (s->meta.deleted)
		steps_add(steps, "deletion", "no",
		    "it is being deleted, and ends with what it has");
	else
		plan_explain(store, s, class, steps);
}
