/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/control/node_status.h"

#include <jansson.h>

#include "bgpd/announce/announce.h"
#include "bgpd/control/bfd_view.h"
#include "bgpd/control/l2_status.h"
#include "bgpd/control/peer_view.h"
#include "bgpd/control/ready.h"
#include "bgpd/control/views.h"
#include "common/api/instance.h"
#include "config.h"

/* As the schema has it: what is more would be refused as a whole. */
#define PEERS_MAX 1024
#define CONDITIONS_MAX 32

/* What the summary has and the status does not keep. */
static const char *const left_out[] = { "localASNumber", "blocked", "tcpAO" };

static void
drop_nulls(json_t *o)
{
	for (void *i = json_object_iter(o), *next; i != NULL; i = next) {
		json_t *value = json_object_iter_value(i);

		next = json_object_iter_next(o, i);
		if (json_is_object(value))
			drop_nulls(value);
		else if (json_is_null(value))
			json_object_del(o, json_object_iter_key(i));
	}
}

/* Lists are replaced as a whole, so what does not hold is just not there. */
static json_t *
peer_status(const struct daemon_view *view, const struct view_peer *p)
{
	json_t *o = view_peer_summary(view, p), *family;
	const char *key;

	json_object_set_new(o, "bfd", bfd_view_brief(view, p));
	for (size_t i = 0; i < sizeof(left_out) / sizeof(left_out[0]); i++)
		json_object_del(o, left_out[i]);
	json_object_foreach (json_object_get(o, "prefixes"), key, family) {
		json_object_del(family, "accepted");
		json_object_del(family, "filtered");
		json_object_del(family, "queued");
	}
	drop_nulls(o);
	return o;
}

/* What holds, and whether the node is drained, and ready: the last, see columns. */
static json_t *
conditions_build(const struct daemon_view *view)
{
	json_t *list = view_conditions(view);

	while (json_array_size(list) > CONDITIONS_MAX - 2)
		json_array_remove(list, json_array_size(list) - 1);
	json_array_append_new(list, view_drained(view));
	json_array_append_new(list, ready_condition(view));
	return list;
}

static json_t *
status_build(const struct daemon_view *view)
{
	size_t n = view->n_peers < PEERS_MAX ? view->n_peers : PEERS_MAX;
	json_t *peers = json_array();

	for (size_t i = 0; i < n; i++)
		json_array_append_new(
		    peers, peer_status(view, &view->peers[i]));
	return json_pack("{s:s, s:o, s:I, s:o, s:I, s:I, s:{s:I, s:I}, s:o, "
			 "s:o, s:o, s:o, s:o}",
	    "version", PACKAGE_VERSION, "routerID",
	    view_router_id(view->router_id), "asNumber", (json_int_t)view->asn,
	    "heartbeat", view_time(view, view->now), "peersConfigured",
	    (json_int_t)view->n_peers, "peersEstablished",
	    (json_int_t)view_established(view), "announcements", "ipv4",
	    (json_int_t)announce_count(view->announce, FAMILY_V4), "ipv6",
	    (json_int_t)announce_count(view->announce, FAMILY_V6), "peers",
	    peers, "conditions", conditions_build(view), "drain",
	    view_drain(view), "l2", l2_status_counts(view), "heldAddresses",
	    l2_status_held(view));
}

/* status NULL: without it; else it is taken. */
static char *
object_print(
    const struct daemon_view *view, const char *node_uid, json_t *status)
{
	json_t *meta = json_pack("{s:s}", "name", view->node);

	if (view->class != NULL)
		json_object_set_new(meta, "annotations",
		    json_pack("{s:s}", INSTANCE_ANNOTATION, view->class));
	if (node_uid[0] != '\0')
		json_object_set_new(meta, "ownerReferences",
		    json_pack("[{s:s, s:s, s:s, s:s}]", "apiVersion", "v1",
			"kind", "Node", "name", view->node, "uid", node_uid));
	json_t *object =
	    json_pack("{s:s, s:s, s:o, s:o*}", "apiVersion", "lbbgp.io/v1",
		"kind", "BGPNodeStatus", "metadata", meta, "status", status);
	char *text = json_dumps(object, JSON_COMPACT);

	json_decref(object);
	return text;
}

char *
node_status_build(const struct daemon_view *view, const char *node_uid)
{
	return object_print(view, node_uid, status_build(view));
}

char *
node_status_claim(const struct daemon_view *view, const char *node_uid)
{
	return object_print(view, node_uid, NULL);
}
