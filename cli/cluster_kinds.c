/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/cluster_kinds.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_configuration.h"
#include "bgpd/config/bgp_filter.h"
#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/bgp_peer.h"
#include "cli/doctor_classes.h"
#include "common/api/instance.h"
#include "common/api/node.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/json.h"

#define OURS(kind, plural, prefix)                                    \
	{                                                             \
		"lbbgp.io/v1", kind, plural,                          \
		    .decode = prefix##_decode, .free = prefix##_free, \
		    .known = prefix##_known, .ours = is_ours          \
	}

#define CLASS(kind, plural)                                                 \
	{                                                                   \
		"lbbgp.io/v1", kind, plural, .decode = doctor_class_decode, \
					     .free = free                   \
	}

/* Who says of a daemon that nothing is heard of it: the allocator. */
#define ALLOCATORS "lbbgp-ready"

/*
 * When the API server has last taken a status of the daemon (metadata.managedFields),
 * or NULL.
 */
static const json_t *
written_at(const json_t *obj)
{
	const json_t *meta = json_object_get(obj, "metadata");
	const json_t *list = json_object_get(meta, "managedFields");
	const json_t *newest = NULL;

	for (size_t i = 0; i < json_array_size(list); i++) {
		const json_t *one = json_array_get(list, i);
		const json_t *time = json_object_get(one, "time");

		/* RFC 3339 in UTC: in the order of its text */
		if (json_object_get(one, "subresource") != NULL &&
		    strcmp(json_text(one, "manager"), ALLOCATORS) != 0 &&
		    json_is_string(time) &&
		    (newest == NULL ||
			strcmp(json_string_value(time),
			    json_string_value(newest)) > 0))
			newest = time;
	}
	return newest;
}

/* The status, and in it "written". */
static void *
status_decode(const json_t *obj, struct err *err)
{
	json_t *status = bgp_node_status_decode(obj, err);
	const json_t *written = written_at(obj);

	if (status != NULL && written != NULL)
		json_object_set(status, "written", (json_t *)written);
	return status;
}

/* Of a group that can be used, its status. */
static void *
group_decode(const json_t *obj, struct err *err)
{
	void *group = service_group_decode(obj, err);
	const json_t *status = json_object_get(obj, "status");

	if (group == NULL)
		return NULL;
	service_group_free(group);
	return status != NULL ? json_deep_copy(status) : json_object();
}

static void
json_free(void *item)
{
	json_decref(item);
}

static const struct instance *
asked_about(const void *arg)
{
	return arg != NULL ? arg : &instance_default;
}

/* What is another lbbgp's is looked at by nobody here: it has daemons of its own. */
static bool
is_ours(void *arg, const json_t *obj)
{
	return instance_has(asked_about(arg), obj);
}

/* Or it may be: has_node(). */
static bool
node_is_ours(void *arg, const json_t *obj)
{
	struct labels labels = { 0 };
	struct err ignored;

	labels_decode(&labels,
	    json_object_get(json_object_get(obj, "metadata"), "labels"), "",
	    &ignored);
	bool ours = !instance_yields_node(asked_about(arg), &labels);

	labels_fini(&labels);
	return ours;
}

const struct store_kind cluster_kinds[CLUSTER_KINDS] = {
	[CLUSTER_NODE] = { "v1", "Node", "nodes", .decode = node_decode,
	    .free = node_free, .ours = node_is_ours },
	[CLUSTER_CONFIGURATION] =
	    OURS("BGPConfiguration", "bgpconfigurations", bgp_configuration),
	[CLUSTER_PEER] = OURS("BGPPeer", "bgppeers", bgp_peer),
	[CLUSTER_FILTER] = { "lbbgp.io/v1", "BGPFilter", "bgpfilters",
	    .decode = bgp_filter_decode, .free = bgp_filter_free,
	    .known = bgp_filter_known },
	[CLUSTER_GROUP] = { "lbbgp.io/v1", "ServiceGroup", "servicegroups",
	    .decode = group_decode, .free = json_free,
	    .known = service_group_known, .ours = is_ours },
	[CLUSTER_NAMESPACE] = { "v1", "Namespace", "namespaces",
	    .decode = doctor_class_of_namespace, .free = free },
	[CLUSTER_SERVICE] = { "v1", "Service", "services", .namespaced = true,
	    .decode = doctor_class_of_service, .free = free },
	[CLUSTER_VIP] = CLASS("VirtualIP", "virtualips"),
	[CLUSTER_ANY_CONFIGURATION] =
	    CLASS("BGPConfiguration", "bgpconfigurations"),
	[CLUSTER_ANY_PEER] = CLASS("BGPPeer", "bgppeers"),
	[CLUSTER_ANY_GROUP] = CLASS("ServiceGroup", "servicegroups"),
	[CLUSTER_STATUS] = { "lbbgp.io/v1", "BGPNodeStatus", "bgpnodestatuses",
	    .decode = status_decode, .free = bgp_node_status_free,
	    .ours = is_ours, .whole = true },
};
