/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The table of kinds: which objects the allocator reads, and who hears of changes.
 *
 * A row has the decoder of a kind and what follows from a change: reconcile and what it
 * decides by are told at once, and so is announced where the object is one that the
 * conditions about announcing go by. Whatever has a class is noted with it, for what is
 * of another lbbgp, or of none (others.c). A kind may have two rows, one for a single
 * field of all objects, one for all of those that are ours.
 *
 * Nothing is decided here, nor is anything written but the status of a ServiceGroup
 * that can't be read: apply does that.
 */
#include "allocator/announced/announced.h"
#include "allocator/announced/report.h"
#include "allocator/lead/classes.h"
#include "allocator/lead/elect.h"
#include "allocator/lead/lease.h"
#include "allocator/pool/classed.h"
#include "allocator/pool/external.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/namespace.h"
#include "allocator/pool/servers.h"
#include "allocator/pool/vip_addrs.h"
#include "allocator/pool/vip_rivals.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "allocator/core.h"
#include "allocator/write/apply.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_peer.h"
#include "common/clock.h"
#include "common/api/endpoint_slice.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"

static void
see_class(struct allocator *a, size_t kind, const struct meta *meta,
    const char *class)
{
	classes_resource(
	    a->classes, kind, meta, class, clock_now(a->options.clock));
	allocator_wake(a);
}

static void
on_service(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;
	const struct service *is = now;
	const struct instance *own = &a->options.instance;
	bool of_others = is != NULL && is->type == SERVICE_LOAD_BALANCER &&
	    is->class != NULL && instance_of_others(own, is->class);

	reconcile_service(a->reconcile, was, now, clock_now(a->options.clock));
	see_class(a, KIND_SERVICE,
	    &((const struct service *)(is != NULL ? is : was))->meta,
	    of_others ? is->class : NULL);
	if (a->announced != NULL)
		announced_service(a->announced, key, now);
	allocator_wake(a);
}

/* Its status is written all the time, by us. */
static bool
same_group(const struct service_group *was, const struct service_group *now)
{
	return was != NULL && now != NULL &&
	    meta_same_spec(&was->meta, &now->meta);
}

static void
on_group(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	supply_group(reconcile_supply(a->reconcile), was, now);
	if (now == NULL && a->apply != NULL)
		apply_group_gone(a->apply, key);
	if (a->announced != NULL && !same_group(was, now))
		announced_rules(a->announced);
	allocator_wake(a);
}

static void
on_node(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	supply_node(reconcile_supply(a->reconcile), was, now);
	if (a->announced != NULL)
		announced_node(a->announced, key, now);
	allocator_wake(a);
}

static void
on_namespace(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	supply_namespace(reconcile_supply(a->reconcile), was, now);
	if (now == NULL)
		classes_namespace_gone(a->classes, key->name);
	else
		classes_namespace(a->classes,
		    &((const struct namespace *)now)->meta,
		    ((const struct namespace *)now)->class);
	allocator_wake(a); /* for leading_check_clash() */
}

static void
on_servers(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	(void)was;
	supply_servers(reconcile_supply(a->reconcile), now);
	allocator_wake(a);
}

static void
on_vip(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	const struct vip_addrs *of = now != NULL ? now : was;

	reconcile_vip(a->reconcile, was, now);
	vip_rivals_set(a->vip_rivals, key->name, now);
	see_class(a, KIND_VIP, &of->meta, now != NULL ? of->class : NULL);
}

static void
on_external(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	const struct external *of = now != NULL ? now : was;

	(void)key;
	reconcile_external(a->reconcile, was, now);
	see_class(a, KIND_EXTERNAL, &of->meta, now != NULL ? of->class : NULL);
}

static void
on_peer(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	const struct allocator *a = arg;
	const struct classed *of = now != NULL ? now : was;

	(void)key;
	if (now != NULL && strcmp(of->class, a->options.instance.class) == 0)
		others_peer_came(arg);
	see_class(arg, KIND_PEER, &of->meta, now != NULL ? of->class : NULL);
}

static bool
resource_is_ours(void *arg, const json_t *obj)
{
	const struct allocator *a = arg;

	return instance_has(&a->options.instance, obj);
}

/* What of it can't be read is for its own allocator to tell. */
static void
on_group_other(void *arg, const struct object_key *key, const json_t *obj)
{
	struct allocator *a = arg;
	struct meta gone = {
		.ns = (char *)"", .name = (char *)key->name, .uid = (char *)""
	};
	struct err ignored = { 0 };
	struct service_group *now =
	    obj != NULL ? service_group_decode(obj, &ignored) : NULL;
	struct other_group *o = other_group_get(a, key->name);

	conditions_fini(&o->said);
	o->said = (struct conditions){ 0 };
	conditions_decode(&o->said, obj);
	if (obj == NULL || now != NULL)
		other_group_set(a, o, now);
	see_class(a, KIND_GROUP, now != NULL ? &now->meta : &gone,
	    obj != NULL ? instance_class_of(obj) : NULL);
	if (obj == NULL)
		other_group_free(a, o);
}

static void
on_group_bad(void *arg, const struct object_key *key, const json_t *obj)
{
	struct allocator *a = arg;
	struct condition said = { 0 };

	if (a->apply == NULL)
		return;
	condition_decode(&said, obj, GROUP_CONDITION);
	apply_group_bad(a->apply, key, said);
}

static void
on_group_refused(void *arg, const struct object_key *key, const struct err *why)
{
	struct allocator *a = arg;
	bool in_force = supply_group_refused(
	    reconcile_supply(a->reconcile), key->name, why);

	if (a->apply == NULL)
		return;
	if (why != NULL)
		apply_group_refused(a->apply, key, why, in_force);
	else
		apply_group_gone(a->apply, key);
	allocator_wake(a);
}

static void
on_lease(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	(void)was;
	if (a->elect != NULL)
		elect_saw(a->elect, now);
}

/* ---- what only the conditions about announcing need ---- */

static void
on_configuration(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	(void)was;
	(void)now;
	announced_rules(a->announced);
}

static void
on_our_peer(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	announced_peer(a->announced, key, was, now);
}

static void
on_report(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	announced_report(a->announced, key, was, now);
}

static void
on_slice(
    void *arg, const struct object_key *key, const void *was, const void *now)
{
	struct allocator *a = arg;

	(void)key;
	announced_slice(a->announced, was, now);
}

/* For the node daemons to tell of, which read them, too. */
static void
on_refused_elsewhere(
    void *arg, const struct object_key *key, const struct err *why)
{
	(void)arg;
	(void)key;
	(void)why;
}

/* ---- the table ---- */

const struct store_kind allocator_kinds[KINDS] = {
	[KIND_SERVICE] = { .api = "v1",
	    .kind = "Service",
	    .plural = "services",
	    .namespaced = true,
	    .decode = service_decode,
	    .free = service_free,
	    .changed = on_service },
	[KIND_GROUP] = { .api = "lbbgp.io/v1",
	    .kind = "ServiceGroup",
	    .plural = "servicegroups",
	    .decode = service_group_decode,
	    .known = service_group_known,
	    .free = service_group_free,
	    .changed = on_group,
	    .refused = on_group_refused,
	    .bad = on_group_bad,
	    .ours = resource_is_ours,
	    .other = on_group_other },
	[KIND_NODE] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free,
	    .changed = on_node },
	[KIND_NAMESPACE] = { .api = "v1",
	    .kind = "Namespace",
	    .plural = "namespaces",
	    .decode = namespace_decode,
	    .free = namespace_free,
	    .changed = on_namespace },
	[KIND_SERVERS] = { .api = SERVERS_API,
	    .kind = SERVERS_KIND,
	    .plural = "endpointslices",
	    .namespaced = true,
	    .ns = SERVERS_NAMESPACE,
	    .decode = servers_decode,
	    .free = servers_free,
	    .changed = on_servers },
	[KIND_VIP] = { .api = "lbbgp.io/v1",
	    .kind = "VirtualIP",
	    .plural = "virtualips",
	    .decode = vip_addrs_decode,
	    .free = vip_addrs_free,
	    .changed = on_vip },
	[KIND_PEER] = { .api = "lbbgp.io/v1",
	    .kind = "BGPPeer",
	    .plural = "bgppeers",
	    .decode = classed_decode,
	    .free = classed_free,
	    .changed = on_peer },
	[KIND_EXTERNAL] = { .api = "lbbgp.io/v1",
	    .kind = "BGPConfiguration",
	    .plural = "bgpconfigurations",
	    .decode = external_decode,
	    .free = external_free,
	    .changed = on_external },
	[KIND_LEASE] = { .api = LEASE_API,
	    .kind = LEASE_KIND,
	    .plural = "leases",
	    .namespaced = true,
	    .decode = lease_decode,
	    .free = lease_free,
	    .changed = on_lease },
	[KIND_CONFIGURATION] = { .api = "lbbgp.io/v1",
	    .kind = "BGPConfiguration",
	    .plural = "bgpconfigurations",
	    .decode = bgp_configuration_decode,
	    .free = bgp_configuration_free,
	    .changed = on_configuration,
	    .ours = resource_is_ours,
	    .refused = on_refused_elsewhere },
	[KIND_OUR_PEER] = { .api = "lbbgp.io/v1",
	    .kind = "BGPPeer",
	    .plural = "bgppeers",
	    .decode = bgp_peer_decode,
	    .free = bgp_peer_free,
	    .changed = on_our_peer,
	    .ours = resource_is_ours,
	    .refused = on_refused_elsewhere },
	[KIND_REPORT] = { .api = "lbbgp.io/v1",
	    .kind = "BGPNodeStatus",
	    .plural = "bgpnodestatuses",
	    .decode = report_decode,
	    .free = report_free,
	    .changed = on_report,
	    .ours = resource_is_ours },
	[KIND_SLICE] = { .api = "discovery.k8s.io/v1",
	    .kind = "EndpointSlice",
	    .plural = "endpointslices",
	    .namespaced = true,
	    .decode = endpoint_slice_decode,
	    .free = endpoint_slice_free,
	    .changed = on_slice,
	    .refused = on_refused_elsewhere },
};
