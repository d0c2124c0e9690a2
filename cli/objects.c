/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Some commands show the cluster and not one node: pools, addresses, Services, the
 * neighbours of all nodes and what they hold on links. For these no daemon is asked.
 * The objects are read once from the source, into the same store that the daemons use,
 * and a function here makes a reply of them in the shape of a daemon's reply; so
 * print.c knows one kind of input.
 *
 * Rows are sorted by a key that is made for the purpose: addresses as numbers, names as
 * text. An object that can't be decoded is left out of the reply, for the allocator or
 * the daemon tells of it in its status.
 */
#include "cli/objects.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/config/bgp_node_status.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/json.h"
#include "common/scoped_addr.h"

#define REPLY_VERSION 1 /* as the daemon's replies have it */

/* {"version": 1, KEY: rows} as text; takes the rows. */
static char *
reply_build(const char *key, json_t *rows)
{
	json_t *reply =
	    json_pack("{s:i, s:o}", "version", REPLY_VERSION, key, rows);
	char *text = json_dumps(reply, JSON_COMPACT);

	json_decref(reply);
	return text;
}

struct instance
objects_instance(const struct json_at *request)
{
	struct instance of = instance_default;
	struct err ignored;

	json_get_string(request, "class", &of.class, &ignored);
	json_get_string(request, "namespace", &of.ns, &ignored);
	return of;
}

static json_t *
string_or_null(const char *text)
{
	return text != NULL && text[0] != '\0' ? json_string(text)
					       : json_null();
}

/* Rows are sorted by the text that sort_key() makes of them. */

struct sorted {
	json_t *row;
	char *key; /* owned */
};

static int
sorted_cmp(const void *a, const void *b)
{
	const struct sorted *x = a, *y = b;

	return strcmp(x->key, y->key);
}

static json_t *
rows_sort(json_t *rows, char *(*key)(const json_t *row))
{
	size_t n = json_array_size(rows);
	struct sorted *list = xcalloc(n, sizeof(*list));
	json_t *out = json_array();

	for (size_t i = 0; i < n; i++) {
		list[i].row = json_array_get(rows, i);
		list[i].key = key(list[i].row);
	}
	qsort(list, n, sizeof(*list), sorted_cmp);
	for (size_t i = 0; i < n; i++) {
		json_array_append(out, list[i].row);
		free(list[i].key);
	}
	free(list);
	json_decref(rows);
	return out;
}

/* Addresses of one family sort by their bytes. */
static void
addr_key(const char *text, char key[2 * 17 + 1])
{
	struct scoped_addr a;

	scoped_addr_parse(text, &a);
	snprintf(
	    key, 3, "%02x", a.addr.family == FAMILY_NONE ? 255 : a.addr.family);
	for (unsigned i = 0; i < 16; i++)
		snprintf(key + 2 + 2 * i, 3, "%02x", a.addr.bytes[i]);
}

/* Neighbors of all nodes ----------------------------------------------------- */

struct status_walk {
	json_t *rows;
	const char *who; /* address or name of a row; NULL: all */
	int64_t now;
};

static bool
add_status(void *arg, const struct object_key *key, const void *item)
{
	struct status_walk *w = arg;
	bool stale = bgp_node_status_is_stale(item, w->now);
	json_t *peer;
	size_t i;

	json_array_foreach (json_object_get(item, "peers"), i, peer) {
		if (w->who != NULL &&
		    strcmp(json_text(peer, "address"), w->who) &&
		    strcmp(json_text(peer, "name"), w->who))
			continue;
		json_t *row = json_copy(peer);

		json_object_set_new(row, "node", json_string(key->name));
		json_object_set(
		    row, "heartbeat", json_object_get(item, "heartbeat"));
		json_object_set_new(row, "stale", json_boolean(stale));
		json_array_append_new(w->rows, row);
	}
	return true;
}

static char *
neighbor_key(const json_t *row)
{
	return xasprintf(
	    "%s\n%s", json_text(row, "node"), json_text(row, "name"));
}

static char *
neighbors_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	struct status_walk w = { .rows = json_array(), .now = now };
	struct err err;

	json_get_string(request, "address", &w.who, &err);
	store_each(store, 0, add_status, &w);
	return reply_build("neighbors", rows_sort(w.rows, neighbor_key));
}

static const struct store_kind status_kinds[] = { {
    .api = "lbbgp.io/v1",
    .kind = "BGPNodeStatus",
    .plural = "bgpnodestatuses",
    .decode = bgp_node_status_decode,
    .free = bgp_node_status_free,
} };

const struct objects_view objects_neighbors = {
	.kinds = status_kinds,
	.n = 1,
	.reply = neighbors_reply,
};

/* BFD sessions of all nodes --------------------------------------------------- */

static bool
add_bfd(void *arg, const struct object_key *key, const void *item)
{
	struct status_walk *w = arg;
	bool stale = bgp_node_status_is_stale(item, w->now);
	json_t *peer;
	size_t i;

	json_array_foreach (json_object_get(item, "peers"), i, peer) {
		json_t *bfd = json_object_get(peer, "bfd");

		if (!json_is_object(bfd) ||
		    (w->who != NULL &&
			strcmp(json_text(peer, "address"), w->who) &&
			strcmp(json_text(peer, "name"), w->who)))
			continue;
		json_t *row = json_copy(bfd);

		json_object_set_new(row, "node", json_string(key->name));
		json_object_set(row, "name", json_object_get(peer, "name"));
		json_object_set(
		    row, "address", json_object_get(peer, "address"));
		json_object_set_new(row, "stale", json_boolean(stale));
		json_array_append_new(w->rows, row);
	}
	return true;
}

static char *
bfd_reply(const struct store *store, const struct json_at *request, int64_t now)
{
	struct status_walk w = { .rows = json_array(), .now = now };
	struct err err;

	json_get_string(request, "address", &w.who, &err);
	store_each(store, 0, add_bfd, &w);
	return reply_build("sessions", rows_sort(w.rows, neighbor_key));
}

const struct objects_view objects_bfd = {
	.kinds = status_kinds,
	.n = 1,
	.reply = bfd_reply,
};

/* Addresses on links, of all nodes -------------------------------------------- */

/* As show l2 has it of one node: what a status lists is held. */
static json_t *
held_row(const struct object_key *node, const json_t *status, json_t *held,
    bool stale)
{
	json_t *row = json_copy(held);

	json_object_set_new(row, "node", json_string(node->name));
	json_object_set(row, "heartbeat", json_object_get(status, "heartbeat"));
	json_object_set_new(row, "stale", json_boolean(stale));
	json_object_set_new(row, "state", json_string("held"));
	return row;
}

static bool
add_held(void *arg, const struct object_key *key, const void *item)
{
	struct status_walk *w = arg;
	bool stale = bgp_node_status_is_stale(item, w->now);
	json_t *held;
	size_t i;

	json_array_foreach (json_object_get(item, "heldAddresses"), i, held)
		if (w->who == NULL ||
		    strcmp(json_text(held, "address"), w->who) == 0)
			json_array_append_new(
			    w->rows, held_row(key, item, held, stale));
	return true;
}

static char *
held_key(const json_t *row)
{
	char key[2 * 17 + 1];

	addr_key(json_text(row, "address"), key);
	return xasprintf("%s\n%s\n%s", key, json_text(row, "node"),
	    json_text(row, "interface"));
}

static char *
held_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	struct status_walk w = { .rows = json_array(), .now = now };
	struct err err;

	json_get_string(request, "address", &w.who, &err);
	store_each(store, 0, add_held, &w);
	return reply_build("addresses", rows_sort(w.rows, held_key));
}

const struct objects_view objects_held = {
	.kinds = status_kinds,
	.n = 1,
	.reply = held_reply,
};

/* Addresses of Services ------------------------------------------------------ */

static json_t *
address_row(const struct service *s)
{
	const struct condition *c = s->condition;
	bool good = c == NULL || strcmp(c->status, "True") == 0;
	json_t *row = json_object();

	json_object_set_new(row, "address", json_null());
	json_object_set_new(row, "namespace", json_string(s->meta.ns));
	json_object_set_new(row, "name", json_string(s->meta.name));
	json_object_set_new(row, "group", string_or_null(s->allocated_from));
	json_object_set_new(
	    row, "reason", good ? json_null() : string_or_null(c->reason));
	json_object_set_new(
	    row, "message", good ? json_null() : string_or_null(c->message));
	return row;
}

/* One row for each address; one without an address for a Service that waits. */
static bool
add_service(void *arg, const struct object_key *key, const void *item)
{
	const struct service *s = item;
	json_t *rows = arg;
	char text[ADDR_TEXT];

	(void)key;
	if (s->type != SERVICE_LOAD_BALANCER)
		return true;
	if (s->n_ingress == 0)
		json_array_append_new(rows, address_row(s));
	for (size_t i = 0; i < s->n_ingress; i++) {
		json_t *row = address_row(s);

		json_object_set_new(row, "address",
		    json_string(addr_print(&s->ingress[i].addr, text)));
		json_array_append_new(rows, row);
	}
	return true;
}

static char *
address_key(const json_t *row)
{
	char key[2 * 17 + 1];

	addr_key(json_text(row, "address"), key);
	return xasprintf("%s\n%s\n%s", key, json_text(row, "namespace"),
	    json_text(row, "name"));
}

static char *
addresses_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	json_t *rows = json_array();

	(void)request;
	(void)now;
	store_each(store, 0, add_service, rows);
	return reply_build("addresses", rows_sort(rows, address_key));
}

static const struct store_kind addresses_kinds[] = { {
    .api = "v1",
    .kind = "Service",
    .plural = "services",
    .namespaced = true,
    .decode = service_decode,
    .free = service_free,
} };

const struct objects_view objects_addresses = {
	.kinds = addresses_kinds,
	.n = 1,
	.reply = addresses_reply,
};

/* Services: a row for each ------------------------------------------------------ */

static bool
add_whole_service(void *rows, const struct object_key *key, const void *item)
{
	const struct service *s = item;
	json_t *addresses, *row;
	char text[ADDR_TEXT];

	(void)key;
	if (s->type != SERVICE_LOAD_BALANCER)
		return true;
	row = address_row(s);
	addresses = json_array();
	for (size_t i = 0; i < s->n_ingress; i++)
		json_array_append_new(addresses,
		    json_string(addr_print(&s->ingress[i].addr, text)));
	json_object_del(row, "address");
	json_object_set_new(row, "addresses", addresses);
	json_array_append_new(rows, row);
	return true;
}

static char *
service_key(const json_t *row)
{
	return xasprintf(
	    "%s\n%s", json_text(row, "namespace"), json_text(row, "name"));
}

static char *
services_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	json_t *rows = json_array();

	(void)request;
	(void)now;
	store_each(store, 0, add_whole_service, rows);
	return reply_build("services", rows_sort(rows, service_key));
}

const struct objects_view objects_services = {
	.kinds = addresses_kinds,
	.n = 1,
	.reply = services_reply,
};

/* Pools ---------------------------------------------------------------------- */

struct group_item {
	struct service_group *group; /* owned */
	json_t *status;              /* owned; as the allocator wrote it */
};

static void *
group_decode(const json_t *object, struct err *err)
{
	struct service_group *group = service_group_decode(object, err);

	if (group == NULL)
		return NULL;
	struct group_item *item = xcalloc(1, sizeof(*item));

	item->group = group;
	item->status = json_deep_copy(json_object_get(object, "status"));
	return item;
}

static void
group_free(void *arg)
{
	struct group_item *item = arg;

	service_group_free(item->group);
	json_decref(item->status);
	free(item);
}

static json_t *
range_view(const struct addr_range *r)
{
	char first[ADDR_TEXT], last[ADDR_TEXT];

	return json_sprintf(
	    "%s-%s", addr_print(&r->first, first), addr_print(&r->last, last));
}

/*
 * What the allocator says is wrong with it; before it says anything, what is plain to
 * see. Ready is about the nodes.
 */
static json_t *
faults_view(const struct service_group *g, enum family family)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->conditions.n; i++) {
		const struct condition *c = &g->conditions.at[i].condition;

		if (strcmp(c->status, "False") == 0 &&
		    strcmp(g->conditions.at[i].type, "Ready") != 0)
			json_array_append_new(list,
			    json_sprintf("%s: %s", c->reason, c->message));
	}
	for (size_t i = 0; g->conditions.n == 0 && i < g->n_pools; i++)
		if (g->pools[i].fault != NULL &&
		    g->pools[i].subnet.addr.family == family)
			json_array_append_new(
			    list, json_string(g->pools[i].fault));
	return list;
}

static json_t *
ranges_view(const struct service_group *g, enum family family)
{
	json_t *list = json_array();

	for (size_t i = 0; i < g->n_pools; i++)
		if (g->pools[i].subnet.addr.family == family)
			json_array_append_new(
			    list, range_view(&g->pools[i].range));
	return list;
}

static void
set_from(json_t *row, const char *key, json_t *value) /* value is borrowed */
{
	if (value == NULL)
		json_object_set_new(row, key, json_null());
	else
		json_object_set(row, key, value);
}

static void
add_family(json_t *rows, const struct group_item *item, enum family family,
    const char *key)
{
	const json_t *counts = json_object_get(item->status, key);
	json_t *ranges = ranges_view(item->group, family);
	json_t *row = json_object();

	json_object_set_new(row, "group", json_string(item->group->meta.name));
	json_object_set_new(row, "family", json_string(family_name(family)));
	json_object_set_new(row, "pools", ranges);
	set_from(row, "capacity", json_object_get(counts, "capacity"));
	set_from(row, "used", json_object_get(counts, "used"));
	set_from(row, "free", json_object_get(counts, "free"));
	set_from(row, "waiting", json_object_get(item->status, "waiting"));
	json_object_set_new(
	    row, "autoAssign", json_boolean(item->group->auto_assign));
	json_object_set_new(
	    row, "priority", json_integer(item->group->priority));
	json_object_set_new(row, "faults", faults_view(item->group, family));
	if (json_array_size(ranges) > 0)
		json_array_append(rows, row);
	json_decref(row);
}

static bool
add_group(void *rows, const struct object_key *key, const void *item)
{
	(void)key;
	add_family(rows, item, FAMILY_V4, "ipv4");
	add_family(rows, item, FAMILY_V6, "ipv6");
	return true;
}

static char *
pool_key(const json_t *row)
{
	return xasprintf(
	    "%s\n%s", json_text(row, "group"), json_text(row, "family"));
}

static char *
pools_reply(
    const struct store *store, const struct json_at *request, int64_t now)
{
	json_t *rows = json_array();

	(void)request;
	(void)now;
	store_each(store, 0, add_group, rows);
	return reply_build("pools", rows_sort(rows, pool_key));
}

static const struct store_kind pools_kinds[] = { {
    .api = "lbbgp.io/v1",
    .kind = "ServiceGroup",
    .plural = "servicegroups",
    .decode = group_decode,
    .free = group_free,
} };

const struct objects_view objects_pools = {
	.kinds = pools_kinds,
	.n = 1,
	.reply = pools_reply,
};
