/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The fake cluster has objects and a clock of its own. Each EVERY ms it is run up to
 * the world's time, and then every Service that is another by its version is copied.
 */
#include "tests/sim/allocators.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "tests/fake/fake_cluster.h"
#include "tests/sim/etcd.h"
#include "tests/sim/world.h"

enum {
	EVERY = 1000, /* ms */
	NAME = 16,
};

struct allocators {
	struct world *w;
	struct etcd *etcd;
	struct cluster *cluster; /* owned */
	uint64_t ahead;          /* ms, of the cluster's clock */
	json_t *copied;          /* owned; "web/svc0": its version */
};

/* --- Promises. --- */

static const json_t *
ingress_of(const json_t *service)
{
	return json_object_get(
	    json_object_get(json_object_get(service, "status"), "loadBalancer"),
	    "ingress");
}

/* Of two with one address one is wrong, at any time. */
static void
judge(struct allocators *a)
{
	json_t *all = cluster_all(a->cluster, "Service"), *service;
	json_t *taken = json_object();
	const char *key;

	json_object_foreach (all, key, service) {
		const json_t *at;
		size_t i;

		json_array_foreach (ingress_of(service), i, at) {
			const char *ip = etcd_text(at, "ip");

			if (json_object_get(taken, ip) != NULL)
				world_complain(
				    a->w, "two Services have %s", ip);
			json_object_set(taken, ip, json_true());
		}
	}
	json_decref(taken);
}

void
allocators_judge_rest(struct allocators *a)
{
	json_t *all = cluster_all(a->cluster, "Service"), *service;
	const char *key;

	json_object_foreach (all, key, service)
		if (json_array_size(ingress_of(service)) == 0)
			world_complain(a->w, "%s has no address", key);
}

/* --- Copying. --- */

static bool
is_copied(const struct allocators *a, const char *key, const json_t *service)
{
	const json_t *meta = json_object_get(service, "metadata");

	return strcmp(etcd_text(a->copied, key),
		   etcd_text(meta, "resourceVersion")) == 0;
}

static void
copy(struct allocators *a, const char *key, const json_t *service)
{
	const json_t *meta = json_object_get(service, "metadata");

	json_object_set(
	    a->copied, key, json_object_get(meta, "resourceVersion"));
	etcd_set(a->etcd, json_deep_copy(service));
}

/* Those that are no more. */
static void
drop(struct allocators *a)
{
	json_t *all = cluster_all(a->cluster, "Service"), *version;
	const char *key;
	void *next;

	json_object_foreach_safe(a->copied, next, key,
	    version) if (json_object_get(all, key) == NULL)
	{
		etcd_drop(a->etcd, "Service", "web", strchr(key, '/') + 1);
		json_object_del(a->copied, key);
	}
}

static void
copy_changes(struct allocators *a)
{
	json_t *all = cluster_all(a->cluster, "Service"), *service;
	const char *key;

	drop(a);
	json_object_foreach (all, key, service)
		if (!is_copied(a, key, service))
			copy(a, key, service);
}

void
allocators_copy(struct allocators *a)
{
	json_t *all = etcd_all(a->etcd), *object;
	const char *key;
	void *next;

	json_object_clear(a->copied);
	json_object_foreach_safe(all, next, key,
	    object) if (strcmp(etcd_text(object, "kind"), "Service") == 0)
	    json_object_del(all, key);
	copy_changes(a);
}

/* --- Time. --- */

static void
catch_up(struct allocators *a)
{
	uint64_t to = a->w->now + a->ahead;

	if (cluster_now(a->cluster) < to)
		cluster_run(
		    a->cluster, (unsigned)(to - cluster_now(a->cluster)));
	judge(a);
	copy_changes(a);
}

static void
on_time(void *arg, uint64_t what)
{
	struct allocators *a = arg;

	(void)what;
	catch_up(a);
	world_at(a->w, a->w->now + EVERY, on_time, a, 0);
}

/* --- Life. --- */

struct allocators *
allocators_new(struct world *w, struct etcd *etcd, uint64_t seed)
{
	struct allocators *a = xcalloc(1, sizeof(*a));

	a->w = w;
	a->etcd = etcd;
	a->cluster = cluster_new_pair(seed);
	/* Its clock began at another hour. */
	a->ahead = cluster_now(a->cluster) - w->now;
	a->copied = json_object();
	cluster_put(a->cluster, "ServiceGroup", "g",
	    "{'spec':{'pools':[{'subnet':'10.60.0.0/24',"
	    "'pool':'10.60.0.0-10.60.0.47'}]}}");
	world_at(w, w->now, on_time, a, 0);
	return a;
}

void
allocators_free(struct allocators *a)
{
	if (a == NULL)
		return;
	world_forget(a->w, a);
	cluster_free(a->cluster);
	json_decref(a->copied);
	free(a);
}

void
allocators_put(struct allocators *a, unsigned nth, const char *policy)
{
	char name[NAME], patch[64];

	snprintf(name, sizeof(name), "web/svc%u", nth);
	snprintf(patch, sizeof(patch),
	    "{'spec':{'externalTrafficPolicy':'%s'}}",
	    policy != NULL ? policy : "");
	if (policy != NULL)
		cluster_put(a->cluster, "Service", name, patch);
	else
		cluster_delete(a->cluster, "Service", name);
	copy_changes(a);
}

struct cluster *
allocators_cluster(struct allocators *a)
{
	return a->cluster;
}
