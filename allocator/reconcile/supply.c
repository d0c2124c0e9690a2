/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that the supply is made of are kept as the store has them. A change of
 * one marks the supply as changed, unless it can be seen at once that it concerns no
 * pool: a node outside all pools, a label that no selector asks for, a status of our
 * own. The owner then rebuilds it, groups and pools as a whole, as one pool may lose
 * to another.
 *
 * For each group there is a report: its figures, its faults, who waits. A group is
 * looked at when something that counts has changed, and reported if the figures are
 * others than those of its last report.
 */
#include "allocator/reconcile/supply.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/pool/groups_make.h"
#include "allocator/pool/namespace.h"
#include "allocator/pool/pool.h"
#include "allocator/pool/servers.h"
#include "allocator/reconcile/task.h"
#include "allocator/reconcile/waiters.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/err.h"

struct group_entry {
	const struct service_group *spec; /* borrowed; the key lives there */
	struct usage told[FAMILIES];      /* in the last report */
	size_t told_waiting, told_retained;
	size_t
	    retained;  /* Services with an address that no pool has any more */
	bool changed;  /* to be reported in any case */
	char *refused; /* owned; why a newer spec is not in force, or NULL */
	UT_hash_handle hh;
};

struct item {               /* a node or a namespace */
	const void *object; /* borrowed; the key lives there */
	UT_hash_handle hh;
};

static void
entry_free(struct group_entry *e)
{
	if (e == NULL)
		return;
	free(e->refused);
	free(e);
}

/* now NULL: it is gone. */
static void
items_set(struct item **items, const char *name, const void *now)
{
	struct item *item;

	HASH_FIND_STR(*items, name, item);
	if (item != NULL)
		HASH_DEL(*items, item);
	free(item);
	if (now == NULL)
		return;
	item = xcalloc(1, sizeof(*item));
	item->object = now;
	HASH_ADD_KEYPTR(hh, *items, name, strlen(name), item);
}

static void
items_fini(struct item **items)
{
	struct item *item, *next;

	HASH_ITER (hh, *items, item, next) {
		HASH_DEL(*items, item);
		free(item);
	}
}

void
supply_init(struct supply *d)
{
	*d = (struct supply){ .ipam = ipam_new() };
}

void
supply_fini(struct supply *d)
{
	struct group_entry *e, *next_entry;

	HASH_ITER (hh, d->entries, e, next_entry) {
		HASH_DEL(d->entries, e);
		entry_free(e);
	}
	items_fini(&d->nodes);
	items_fini(&d->namespaces);
	ipam_free(d->ipam);
	groups_fini(&d->groups);
	bitset_fini(&d->suspects);
}

/* Its report may be another now. Not known yet: a rebuild is to come. */
static void
suspect(struct supply *d, const char *name)
{
	size_t group = groups_find(&d->groups, name);

	if (group != GROUPS_NONE)
		bitset_set(&d->suspects, group, true);
}

/* ---- what is told ---- */

static bool
text_eq(const char *a, const char *b)
{
	return a == NULL || b == NULL ? a == b : strcmp(a, b) == 0;
}

static bool
pools_eq(const struct service_group *a, const struct service_group *b)
{
	for (size_t i = 0; i < a->n_pools; i++) {
		const struct group_pool *pa = &a->pools[i], *pb = &b->pools[i];

		if (!text_eq(pa->fault, pb->fault) ||
		    !text_eq(pa->warning, pb->warning) ||
		    memcmp(&pa->range, &pb->range, sizeof(pa->range)) != 0)
			return false;
	}
	return true;
}

static bool
namespaces_eq(const struct service_group *a, const struct service_group *b)
{
	if (a->n_namespaces != b->n_namespaces)
		return false;
	for (size_t i = 0; i < a->n_namespaces; i++)
		if (strcmp(a->namespaces[i], b->namespaces[i]) != 0)
			return false;
	return true;
}

/* Alike in what concerns us: our own writes to the status change nothing. */
static bool
group_eq(const struct service_group *a, const struct service_group *b)
{
	return a->n_pools == b->n_pools && a->n_exclude == b->n_exclude &&
	    a->auto_assign == b->auto_assign && a->priority == b->priority &&
	    a->avoid_buggy == b->avoid_buggy &&
	    a->reallocate == b->reallocate && namespaces_eq(a, b) &&
	    selector_eq(&a->namespace_selector, &b->namespace_selector) &&
	    selector_eq(&a->service_selector, &b->service_selector) &&
	    meta_age_cmp(&a->meta, &b->meta) == 0 && pools_eq(a, b) &&
	    (a->n_exclude == 0 ||
		memcmp(a->exclude, b->exclude,
		    a->n_exclude * sizeof(*a->exclude)) == 0);
}

void
supply_group(struct supply *d, const struct service_group *was,
    const struct service_group *now)
{
	const char *name = now != NULL ? now->meta.name : was->meta.name;
	struct group_entry *e;

	if (was == NULL || now == NULL || !group_eq(was, now))
		d->changed = true;
	HASH_FIND_STR(d->entries, name, e);
	if (e != NULL)
		HASH_DEL(d->entries, e);
	if (now == NULL) {
		entry_free(e);
		return;
	}
	if (e == NULL)
		e = xcalloc(1, sizeof(*e));
	e->spec = now;
	HASH_ADD_KEYPTR(
	    hh, d->entries, now->meta.name, strlen(now->meta.name), e);
}

bool
supply_group_refused(struct supply *d, const char *name, const struct err *why)
{
	struct group_entry *e;

	HASH_FIND_STR(d->entries, name, e);
	if (e == NULL)
		return false;
	free(e->refused);
	e->refused = why != NULL ? xstrdup(why->text) : NULL;
	e->changed = true;
	suspect(d, name);
	return true;
}

/* Some pool would give it, were it not somebody else's. */
static bool
is_in_pool(const struct supply *d, const struct addr *a)
{
	for (size_t i = 0; i < d->groups.n; i++)
		if (pool_covers(d->groups.at[i].pool, a))
			return true;
	return false;
}

/*
 * Of what may not be given, is something new or gone that a pool covers? Pools that
 * have changed since the last rebuild are no matter: there is another one to come.
 */
static bool
is_concerned(
    const struct supply *d, const struct addrs *was, const struct addrs *now)
{
	for (size_t i = 0; i < was->n; i++)
		if (!addrs_has(now, &was->at[i]) && is_in_pool(d, &was->at[i]))
			return true;
	for (size_t i = 0; i < now->n; i++)
		if (!addrs_has(was, &now->at[i]) && is_in_pool(d, &now->at[i]))
			return true;
	return false;
}

/* Adds the addresses of a node, of whatever type. */
static void
node_collect(const struct node *node, struct addrs *all)
{
	const struct addrs internal = { node->internal_ips,
		node->n_internal_ips };

	all->at = xrealloc(all->at,
	    all->n + node->n_internal_ips + node->n_other_ips + 1,
	    sizeof(*all->at));
	for (size_t i = 0; i < node->n_internal_ips; i++)
		all->at[all->n++] = node->internal_ips[i];
	for (size_t i = 0; i < node->n_other_ips; i++)
		if (!addrs_has(&internal, &node->other_ips[i]))
			all->at[all->n++] = node->other_ips[i];
}

static bool
node_matters(
    const struct supply *d, const struct node *was, const struct node *now)
{
	struct addrs old = { 0 }, new = { 0 };

	if (was != NULL)
		node_collect(was, &old);
	if (now != NULL)
		node_collect(now, &new);
	bool matters = is_concerned(d, &old, &new);

	free(old.at);
	free(new.at);
	return matters;
}

void
supply_node(struct supply *d, const struct node *was, const struct node *now)
{
	const char *name = now != NULL ? now->meta.name : was->meta.name;

	d->changed = d->changed || node_matters(d, was, now);
	items_set(&d->nodes, name, now);
}

/* Is there a group that looks at it, and which of the two would it have? */
static bool
is_selected_otherwise(const struct supply *d, const struct namespace *was,
    const struct namespace *now)
{
	struct group_entry *e, *next;

	HASH_ITER (hh, d->entries, e, next) {
		const struct selector *s = &e->spec->namespace_selector;

		if (s->present &&
		    (was != NULL && selector_matches(s, &was->labels)) !=
			(now != NULL && selector_matches(s, &now->labels)))
			return true;
	}
	return false;
}

void
supply_namespace(
    struct supply *d, const struct namespace *was, const struct namespace *now)
{
	const char *name = now != NULL ? now->meta.name : was->meta.name;

	d->changed = d->changed || is_selected_otherwise(d, was, now);
	items_set(&d->namespaces, name, now);
}

static struct addrs
servers_list(const struct servers *s)
{
	return s != NULL ? (struct addrs){ s->at, s->n } : (struct addrs){ 0 };
}

void
supply_servers(struct supply *d, const struct servers *now)
{
	const struct addrs old = servers_list(d->servers);
	const struct addrs new = servers_list(now);

	d->changed = d->changed || is_concerned(d, &old, &new);
	d->servers = now;
}

/* ---- rebuilding ---- */

static struct addrs
nodes_list(const struct supply *d)
{
	struct item *e, *next;
	struct addrs all = { 0 };

	HASH_ITER (hh, d->nodes, e, next)
		node_collect(e->object, &all);
	return all;
}

static const struct namespace **
namespaces_list(const struct supply *d)
{
	const struct namespace **list =
	    xcalloc(HASH_COUNT(d->namespaces) + 1, sizeof(*list));
	struct item *e, *next;
	size_t n = 0;

	HASH_ITER (hh, d->namespaces, e, next)
		list[n++] = e->object;
	return list;
}

static void
groups_make(struct supply *d)
{
	struct group_entry *e, *next;
	struct addrs nodes = nodes_list(d);
	struct addrs servers = servers_list(d->servers);
	struct groups before = d->groups;
	struct groups_spec spec = { .before = &before,
		.nodes = nodes.at,
		.n_nodes = nodes.n,
		.servers = servers.at,
		.n_servers = servers.n,
		.n_namespaces = HASH_COUNT(d->namespaces),
		.namespaces = namespaces_list(d) };

	spec.specs = xcalloc(HASH_COUNT(d->entries) + 1, sizeof(*spec.specs));
	HASH_ITER (hh, d->entries, e, next) {
		spec.specs[spec.n_specs++] = e->spec;
		e->retained = 0;
		e->changed = true;
	}
	groups_init(&d->groups, &spec);
	free(spec.specs);
	free(spec.namespaces);
	free(nodes.at);
}

void
supply_rebuild(struct supply *d, struct waiters *waiters)
{
	struct groups old = d->groups;
	const struct pool **pools;

	d->changed = false;
	groups_make(d);
	pools = xcalloc(d->groups.n + 1, sizeof(*pools));
	for (size_t i = 0; i < d->groups.n; i++)
		pools[i] = d->groups.at[i].pool;
	ipam_set_pools(d->ipam, pools, d->groups.n);
	free(pools);
	groups_fini(&old);
	waiters_regroup(waiters, &d->groups);
	bitset_fini(&d->suspects);
	bitset_init(&d->suspects, d->groups.n);
}

/* ---- figures ---- */

void
supply_retain(struct supply *d, const char *group, int more)
{
	struct group_entry *e;

	HASH_FIND_STR(d->entries, group, e);
	if (e == NULL)
		return;
	e->retained += (size_t)more;
	suspect(d, group);
}

static struct group_entry *
entry_of(const struct supply *d, size_t group)
{
	struct group_entry *e;

	HASH_FIND_STR(d->entries, d->groups.at[group].name, e);
	return e;
}

static uint64_t
saturate(uint64_t n)
{
	return n < USAGE_MOST ? n : USAGE_MOST;
}

void
supply_report(const struct supply *d, const struct waiters *waiters,
    size_t group, struct group_report *report)
{
	const struct group *g = &d->groups.at[group];
	const struct group_entry *e = entry_of(d, group);

	*report = (struct group_report){ .name = g->name,
		.group = e != NULL ? e->spec : NULL,
		.waiting = waiters_count(waiters, group),
		.retained = e != NULL ? e->retained : 0,
		.refused = e != NULL ? e->refused : NULL,
		.fault = g->fault,
		.warning = g->warning };
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		report->usage[f] = (struct usage){
			saturate(ipam_capacity(d->ipam, group, f)),
			saturate(ipam_used(d->ipam, group, f)),
			saturate(ipam_available(d->ipam, group, f)),
		};
}

/* Not all groups are looked at: there may be thousands, and one has changed. */
static size_t
next_suspect(struct supply *d, struct waiters *waiters)
{
	size_t group = bitset_take(&d->suspects);

	if (group == BITSET_NONE)
		group = ipam_take_changed(d->ipam);
	if (group == IPAM_NO_POOL)
		group = waiters_take_changed(waiters);
	return group;
}

/* Is it another one than the last, or has to be told anyway? */
static bool
is_news(const struct group_entry *e, const struct group_report *report)
{
	return e->changed || e->told_waiting != report->waiting ||
	    e->told_retained != report->retained ||
	    memcmp(e->told, report->usage, sizeof(e->told)) != 0;
}

bool
supply_next_report(
    struct supply *d, struct waiters *waiters, struct group_report *report)
{
	size_t group;

	while (
	    !d->changed && (group = next_suspect(d, waiters)) != GROUPS_NONE) {
		struct group_entry *e = entry_of(d, group);

		supply_report(d, waiters, group, report);
		if (!is_news(e, report))
			continue;
		e->changed = false;
		e->told_waiting = report->waiting;
		e->told_retained = report->retained;
		memcpy(e->told, report->usage, sizeof(e->told));
		return true;
	}
	return false;
}

void
supply_report_again(struct supply *d, const char *name)
{
	struct group_entry *e;

	HASH_FIND_STR(d->entries, name, e);
	if (e == NULL)
		return;
	e->changed = true;
	suspect(d, name);
}
