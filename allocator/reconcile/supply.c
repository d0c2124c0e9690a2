/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The objects that the supply is made of are kept as the store has them. When one has
 * changed, groups and pools are made anew as a whole, as one pool may lose to another;
 * mostly they come out as they were, because the change concerned no pool.
 *
 * For each group there is a report: its figures, its faults, who waits. A group is
 * looked at when something that counts has changed, and reported if its report says
 * anything else than the last one.
 */
#include "allocator/reconcile/supply.h"

#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/ipam/sharing.h"
#include "allocator/pool/external.h"
#include "allocator/pool/namespace.h"
#include "allocator/pool/pool.h"
#include "allocator/pool/servers.h"
#include "allocator/pool/vip_addrs.h"
#include "allocator/reconcile/task.h"
#include "common/alloc.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/fnv.h"

struct
    item { /* a group, a node, a namespace, a BGPConfiguration or a VirtualIP */
	const void *object; /* borrowed; the key lives there */
	UT_hash_handle hh;

	/* Of a group: */
	uint64_t told; /* stands for its last report; 0: there was none */
	size_t
	    retained;  /* Services with an address that no pool has any more */
	char *refused; /* owned; why a newer spec is not in force, or NULL */
};

static struct item *
item_find(struct item *items, const char *name)
{
	struct item *item;

	HASH_FIND_STR(items, name, item);
	return item;
}

static void
item_free(struct item **items, struct item *item)
{
	HASH_DEL(*items, item);
	free(item->refused);
	free(item);
}

/* now NULL: it is gone. */
static void
item_set(struct item **items, const char *name, const void *now)
{
	struct item *item = item_find(*items, name);

	if (item == NULL)
		item = xcalloc(1, sizeof(*item));
	else
		HASH_DEL(*items, item);
	item->object = now;
	HASH_ADD_KEYPTR(hh, *items, name, strlen(name), item);
	if (now == NULL)
		item_free(items, item);
}

static void
items_fini(struct item **items)
{
	struct item *item, *next;

	HASH_ITER (hh, *items, item, next)
		item_free(items, item);
}

void
supply_init(struct supply *d)
{
	*d = (struct supply){ .ipam = ipam_new() };
	d->sharing = sharing_new(d->ipam);
}

void
supply_fini(struct supply *d)
{
	items_fini(&d->specs);
	items_fini(&d->others);
	items_fini(&d->nodes);
	items_fini(&d->namespaces);
	items_fini(&d->externals);
	items_fini(&d->vips);
	sharing_free(d->sharing);
	ipam_free(d->ipam);
	groups_fini(&d->groups);
	bitset_fini(&d->suspects);
}

/* ---- what is told ---- */

/* The report of the group may be another now. Not known yet: it will be new. */
static void
suspect(struct supply *d, const char *name)
{
	size_t group = groups_find(&d->groups, name);

	if (group != GROUPS_NONE)
		bitset_set(&d->suspects, group, true);
}

void
supply_group(struct supply *d, const struct service_group *was,
    const struct service_group *now)
{
	const char *name = now != NULL ? now->meta.name : was->meta.name;

	if (was == NULL || now == NULL)
		d->changed = d->recount = true;
	else if (!meta_same_spec(&was->meta, &now->meta))
		d->changed = true;
	item_set(&d->specs, name, now);
	groups_respec(&d->groups, name, now);
	suspect(d, name);
}

void
supply_other_group(struct supply *d, const struct service_group *was,
    const struct service_group *now)
{
	if (was == NULL || now == NULL ||
	    !meta_same_spec(&was->meta, &now->meta))
		d->changed = true;
	item_set(
	    &d->others, now != NULL ? now->meta.name : was->meta.name, now);
}

bool
supply_group_refused(struct supply *d, const char *name, const struct err *why)
{
	struct item *item = item_find(d->specs, name);

	if (item == NULL)
		return false;
	xreplace(&item->refused, why != NULL ? why->text : NULL);
	suspect(d, name);
	return true;
}

/* Most changes of a node are of its conditions. */
void
supply_node(struct supply *d, const struct node *was, const struct node *now)
{
	if (was == NULL || now == NULL || !node_same_addresses(was, now))
		d->changed = true;
	item_set(&d->nodes, now != NULL ? now->meta.name : was->meta.name, now);
}

void
supply_namespace(
    struct supply *d, const struct namespace *was, const struct namespace *now)
{
	if (was == NULL || now == NULL ||
	    !labels_eq(&was->labels, &now->labels))
		d->changed = true;
	item_set(
	    &d->namespaces, now != NULL ? now->meta.name : was->meta.name, now);
}

void
supply_servers(struct supply *d, const struct servers *now)
{
	d->changed = true;
	d->servers = now;
}

void
supply_external(
    struct supply *d, const struct external *was, const struct external *now)
{
	item_set(
	    &d->externals, now != NULL ? now->meta.name : was->meta.name, now);
}

void
supply_vip(
    struct supply *d, const struct vip_addrs *was, const struct vip_addrs *now)
{
	item_set(&d->vips, now != NULL ? now->meta.name : was->meta.name, now);
}

static bool
group_has(const struct service_group *g, const struct addr *a)
{
	for (size_t i = 0; i < g->n_pools; i++)
		if (g->pools[i].fault == NULL &&
		    range_contains(&g->pools[i].range, a))
			return true;
	return false;
}

bool
supply_covers(const struct supply *d, const struct addr *a)
{
	struct item *item, *next;

	if (ipam_pool_with(d->ipam, a) != IPAM_NO_POOL)
		return true;
	HASH_ITER (hh, d->others, item, next)
		if (group_has(item->object, a))
			return true;
	HASH_ITER (hh, d->externals, item, next)
		if (external_has(item->object, a))
			return true;
	return false;
}

/* ---- rebuilding ---- */

static void
collect(struct addrs *all, const struct addr *at, size_t n)
{
	all->at = xrealloc(all->at, all->n + n + 1, sizeof(*all->at));
	for (size_t i = 0; i < n; i++)
		all->at[all->n++] = at[i];
}

/* The addresses of all nodes, of whatever type, each once. */
static struct addrs
nodes_list(const struct supply *d)
{
	struct item *item, *next;
	struct addrs all = { 0 };

	HASH_ITER (hh, d->nodes, item, next) {
		const struct node *node = item->object;

		collect(&all, node->internal_ips, node->n_internal_ips);
		collect(&all, node->other_ips, node->n_other_ips);
	}
	addrs_sort(&all);
	return all;
}

/* The objects, freed by the caller, and how many there are. */
static void *
objects_list(struct item *items, size_t *n)
{
	const void **list = xcalloc(HASH_COUNT(items) + 1, sizeof(*list));
	struct item *item, *next;

	*n = 0;
	HASH_ITER (hh, items, item, next)
		list[(*n)++] = item->object;
	return list;
}

static struct groups
groups_make(const struct supply *d)
{
	struct addrs nodes = nodes_list(d);
	struct groups_spec spec = { .before = &d->groups,
		.nodes = nodes.at,
		.n_nodes = nodes.n,
		.servers = d->servers != NULL ? d->servers->at : NULL,
		.n_servers = d->servers != NULL ? d->servers->n : 0 };
	struct groups made;

	spec.specs = objects_list(d->specs, &spec.n_specs);
	spec.others = objects_list(d->others, &spec.n_others);
	spec.namespaces = objects_list(d->namespaces, &spec.n_namespaces);
	groups_init(&made, &spec);
	free(spec.specs);
	free(spec.others);
	free(spec.namespaces);
	free(nodes.at);
	return made;
}

static void
groups_use(struct supply *d)
{
	const struct pool **pools = xcalloc(d->groups.n + 1, sizeof(*pools));
	struct item *item, *next;

	for (size_t i = 0; i < d->groups.n; i++)
		pools[i] = d->groups.at[i].pool;
	bitset_fini(&d->suspects);
	bitset_init(&d->suspects, d->groups.n);
	ipam_set_pools(d->ipam, pools, d->groups.n, &d->suspects);
	free(pools);
	HASH_ITER (hh, d->specs, item, next)
		item->retained = 0;
	d->recount = false;
}

bool
supply_rebuild(struct supply *d)
{
	struct groups old = d->groups, made = groups_make(d);

	d->changed = false;
	if (old.at != NULL && !d->recount && groups_same(&old, &made)) {
		groups_fini(&made);
		return false;
	}
	d->groups = made;
	groups_use(d);
	waiters_regroup(&d->waiters, &d->groups, &d->suspects);
	groups_fini(&old);
	return true;
}

/* ---- figures ---- */

void
supply_retain(struct supply *d, const char *group, int more)
{
	struct item *item = item_find(d->specs, group);

	if (item == NULL)
		return;
	item->retained += (size_t)more;
	suspect(d, group);
}

static uint64_t
saturate(uint64_t n)
{
	return n < USAGE_MOST ? n : USAGE_MOST;
}

/* One of them: it may be there in several names. */
static void
vips_count(const struct supply *d, size_t group, const struct vip_addrs *v,
    struct group_vips *vips)
{
	for (size_t i = 0; i < v->n; i++) {
		const char *by = ipam_reserved_by(d->ipam, &v->at[i]);

		if (ipam_pool_with(d->ipam, &v->at[i]) != group || by == NULL ||
		    (vips->name != NULL &&
			addr_cmp(&vips->first, &v->at[i]) <= 0))
			continue;
		vips->first = v->at[i];
		vips->name = by;
	}
}

/* There are few VirtualIPs, and most groups have none. */
static struct group_vips
vips_report(const struct supply *d, size_t group)
{
	struct group_vips vips = { 0 };
	struct item *item, *next;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		vips.n += ipam_reserved(d->ipam, group, f);
	if (vips.n == 0)
		return vips;
	HASH_ITER (hh, d->vips, item, next)
		vips_count(d, group, item->object, &vips);
	return vips;
}

static struct usage
usage_of(const struct ipam *ipam, size_t group, enum family f)
{
	uint64_t capacity = ipam_capacity(ipam, group, f);

	if (capacity != UINT64_MAX)
		capacity -= ipam_reserved(ipam, group, f);
	return (struct usage){ saturate(capacity),
		saturate(ipam_used(ipam, group, f)),
		saturate(ipam_available(ipam, group, f)) };
}

void
supply_report(const struct supply *d, size_t group, struct group_report *report)
{
	const struct group *g = &d->groups.at[group];
	const struct item *item = item_find(d->specs, g->name);

	*report = (struct group_report){ .name = g->name,
		.group = item != NULL ? item->object : NULL,
		.waiting = waiters_count(&d->waiters, group),
		.retained = item != NULL ? item->retained : 0,
		.refused = item != NULL ? item->refused : NULL,
		.fault = g->fault,
		.vips = vips_report(d, group),
		.warning = g->warning };
	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		report->usage[f] = usage_of(d->ipam, group, f);
}

static uint64_t
fnv_text(uint64_t hash, const char *text)
{
	return text != NULL ? fnv_add(hash, text, strlen(text) + 1)
			    : fnv_add(hash, "", 1);
}

/* Stands for all that the report says; never 0. */
static uint64_t
digest(const struct group_report *g)
{
	const uint64_t numbers[] = { g->waiting, g->retained, g->vips.n,
		g->group != NULL ? g->group->meta.generation : 0 };
	uint64_t hash =
	    fnv_add(FNV_START, (const char *)g->usage, sizeof(g->usage));

	hash = fnv_add(hash, (const char *)numbers, sizeof(numbers));
	hash = fnv_text(hash, g->group != NULL ? g->group->meta.uid : NULL);
	hash =
	    fnv_add(hash, (const char *)&g->vips.first, sizeof(g->vips.first));
	hash = fnv_text(hash, g->vips.name);
	hash = fnv_text(hash, g->refused);
	hash = fnv_text(hash, g->fault);
	return fnv_text(hash, g->warning) | 1;
}

/* Not all groups are looked at: there may be thousands, and one has changed. */
bool
supply_next_report(struct supply *d, struct group_report *report)
{
	size_t group;

	while (
	    !d->changed && (group = bitset_take(&d->suspects)) != BITSET_NONE) {
		struct item *item =
		    item_find(d->specs, d->groups.at[group].name);

		supply_report(d, group, report);
		uint64_t now = digest(report);

		if (item->told == now)
			continue;
		item->told = now;
		return true;
	}
	return false;
}

void
supply_report_again(struct supply *d, const char *name)
{
	struct item *item = item_find(d->specs, name);

	if (item != NULL)
		item->told = 0;
	suspect(d, name);
}
