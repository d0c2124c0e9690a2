/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/print.h"

#include <jansson.h>
#include <stdlib.h>

#include "cli/cells.h"
#include "cli/output.h"
#include "cli/table.h"
#include "common/json.h"

#define COLUMNS(list) (list), sizeof(list) / sizeof((list)[0])

static void
add_cell(struct table *t, const struct column *c, const struct json_at *row,
    int64_t now)
{
	char *text = cell_text(c, row, now);

	table_cell(t, text);
	free(text);
}

/* A line for each row; titles above the first part only. */
static void
print_rows(struct output *o, const struct column *columns, size_t n,
    const json_t *rows)
{
	struct table *t = table_new();
	json_t *item;
	size_t i;

	for (size_t c = 0; c < n; c++)
		table_column(t, columns[c].title, columns[c].right);
	json_array_foreach (rows, i, item) {
		struct json_at row = json_at_root(item);

		table_row(t);
		for (size_t c = 0; c < n; c++)
			add_cell(t, &columns[c], &row, o->now);
	}
	table_print(t, o->to, o->parts == 0);
	table_free(t);
}

/* One thing: a line for each column. */
static void
print_card(struct output *o, const struct column *columns, size_t n,
    const struct json_at *row)
{
	struct table *t = table_new();

	table_column(t, "", false);
	table_column(t, "", false);
	for (size_t c = 0; c < n; c++) {
		table_row(t);
		table_cell(t, columns[c].title);
		add_cell(t, &columns[c], row, o->now);
	}
	table_print(t, o->to, false);
	table_free(t);
}

static const json_t *
rows_of(const struct json_at *reply, const char *key)
{
	return json_object_get(reply->v, key);
}

/* For what is no error but would leave an empty screen. */
static bool
nothing(struct output *o, const json_t *rows, const char *what)
{
	if (o->parts == 0 && json_array_size(rows) == 0)
		fprintf(o->to, "No %s.\n", what);
	return json_array_size(rows) == 0;
}

/* Neighbors ------------------------------------------------------------------ */

/* clang-format off */
#define NEIGHBOR_COLUMNS \
	{ "NEIGHBOR", "address", NULL, false }, \
	{ "AS", "asNumber", NULL, true }, \
	{ "NAME", "name", NULL, false }, \
	{ "STATE", NULL, cell_state, false }, \
	{ "FOR", NULL, cell_state_age, true }, \
	{ "RCVD", NULL, cell_received, true }

#define NEIGHBOR_REST \
	{ "SENT", NULL, cell_sent, true }, \
	{ "FLAPS", "flaps", NULL, true }, \
	{ "HOLD", NULL, cell_hold, true }, \
	{ "LAST ERROR", NULL, cell_error, false }

static const struct column neighbors[] = {
	NEIGHBOR_COLUMNS,
	{ "ACC", NULL, cell_accepted, true },
	NEIGHBOR_REST,
};

static const struct column node_neighbors[] = {
	{ "NODE", "node", NULL, false },
	NEIGHBOR_COLUMNS,
	NEIGHBOR_REST,
};

static const struct column neighbor[] = {
	{ "Neighbor", "address", NULL, false },
	{ "Port", "port", NULL, false },
	{ "Name", "name", NULL, false },
	{ "AS", "asNumber", NULL, false },
	{ "Router id", "openReceived.routerID", NULL, false },
	{ "State", NULL, cell_state, false },
	{ "For", NULL, cell_state_age, false },
	{ "Since", "since", NULL, false },
	{ "Local address", "localAddress", NULL, false },
	{ "Local AS", "localASNumber", NULL, false },
	{ "Local router id", "openSent.routerID", NULL, false },
	{ "Families", "configured.families", NULL, false },
	{ "Hold time, agreed", NULL, cell_hold, false },
	{ "Hold time, configured", "configured.holdTime", NULL, false },
	{ "Hold time, the peer's", "openReceived.holdTime", NULL, false },
	{ "Keepalive, agreed", NULL, cell_keepalive, false },
	{ "Keepalive, configured", "configured.keepaliveTime", NULL, false },
	{ "Connect retry", "configured.connectRetryTime", NULL, false },
	{ "Connect retry, at most", "configured.connectRetryMaxTime", NULL, false },
	{ "Capabilities, agreed", "capabilities", NULL, false },
	{ "Capabilities, ours", "openSent.capabilities", NULL, false },
	{ "Capabilities, the peer's", "openReceived.capabilities", NULL, false },
	{ "Passive", "configured.passive", NULL, false },
	{ "TTL security, hops", "configured.ttlSecurity", NULL, false },
	{ "eBGP multihop", "configured.multihop", NULL, false },
	{ "Password", "configured.password", NULL, false },
	{ "Received routes", "receivedRoutes", NULL, false },
	{ "Connect attempts", "connectAttempts", NULL, false },
	{ "Collisions", "collisions", NULL, false },
	{ "Flaps", "flaps", NULL, false },
	{ "Hold timer expired", "holdExpired", NULL, false },
	{ "Send hold timer expired", "sendHoldExpired", NULL, false },
	{ "Waits for a reset", "pendingReset", NULL, false },
	{ "Reset at", "resetAt", NULL, false },
	{ "Suspended", "suspended", NULL, false },
	{ "Blocked", "blocked", NULL, false },
	{ "Last error", NULL, cell_error, false },
	{ "TCP error since", NULL, cell_tcp_error, false },
};

static const struct column messages[] = {
	{ "MESSAGES", "key", NULL, false },
	{ "RECEIVED", "received", NULL, true },
	{ "SENT", "sent", NULL, true },
};

static const struct column prefixes[] = {
	{ "PREFIXES", "key", NULL, false },
	{ "RECEIVED", "received", NULL, true },
	{ "ACCEPTED", "accepted", NULL, true },
	{ "SENT", "sent", NULL, true },
	{ "QUEUED", "queued", NULL, true },
};

static const struct column faults[] = {
	{ "BAD ATTRIBUTES", "key", NULL, false },
	{ "DISCARDED", "discarded", NULL, true },
	{ "WITHDRAWN", "withdrawn", NULL, true },
};
/* clang-format on */

/* {"ipv4": {…}, …}: a row for each key. */
static void
print_by_key(struct output *o, const struct column *columns, size_t n,
    const json_t *object)
{
	json_t *rows = json_array(), *value;
	const char *key;

	json_object_foreach ((json_t *)object, key, value) {
		json_t *row = json_copy(value);

		json_object_set_new(row, "key", json_string(key));
		json_array_append_new(rows, row);
	}
	if (json_array_size(rows) > 0)
		fputc('\n', o->to);
	print_rows(o, columns, n, rows);
	json_decref(rows);
}

/* {"received": {"open": 1, …}, "sent": {"open": 2, …}} by "open" and so on. */
static json_t *
turned(const json_t *object)
{
	json_t *out = json_object(), *inner, *value;
	const char *outer_key, *key;

	json_object_foreach ((json_t *)object, outer_key, inner)
		json_object_foreach (inner, key, value) {
			json_t *row = json_object_get(out, key);

			if (row == NULL) {
				row = json_object();
				json_object_set_new(out, key, row);
			}
			json_object_set(row, outer_key, value);
		}
	return out;
}

static void
print_neighbor(struct output *o, const struct json_at *row)
{
	json_t *by_type = turned(rows_of(row, "messages"));
	json_t *by_attribute = turned(rows_of(row, "attributeFaults"));

	print_card(o, COLUMNS(neighbor), row);
	print_by_key(o, COLUMNS(prefixes), rows_of(row, "prefixes"));
	print_by_key(o, COLUMNS(messages), by_type);
	print_by_key(o, COLUMNS(faults), by_attribute);
	json_decref(by_type);
	json_decref(by_attribute);
}

/* Asked for one, the daemon says all there is: its messages are counted too. */
void
print_neighbors(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "neighbors");
	json_t *item;
	size_t i;

	if (nothing(o, rows, "neighbors are configured for this node"))
		return;
	if (json_object_get(json_array_get(rows, 0), "messages") == NULL) {
		print_rows(o, COLUMNS(neighbors), rows);
		return;
	}
	json_array_foreach (rows, i, item) {
		struct json_at row = json_at_root(item);

		if (i > 0)
			fputc('\n', o->to);
		print_neighbor(o, &row);
	}
}

void
print_node_neighbors(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "neighbors");

	if (!nothing(o, rows, "neighbors in any BGPNodeStatus"))
		print_rows(o, COLUMNS(node_neighbors), rows);
}

/* Routes, Services ----------------------------------------------------------- */

/* clang-format off */
static const struct column routes[] = {
	{ "", NULL, cell_mark, false },
	{ "PREFIX", "prefix", NULL, false },
	{ "NEXT HOP", "nextHop", NULL, false },
	{ "NEIGHBOR", "neighbor", NULL, false },
	{ "PREF", "localPreference", NULL, true },
	{ "MED", "med", NULL, true },
	{ "ORIGIN", "origin", NULL, false },
	{ "AS PATH", "asPath", NULL, false },
	{ "COMMUNITIES", NULL, cell_communities, false },
};

static const struct column services[] = {
	{ "SERVICE", NULL, cell_name, false },
	{ "PREFIX", "prefix", NULL, false },
	{ "ANNOUNCED", "announced", NULL, false },
	{ "TO", "sentTo", NULL, false },
	{ "BECAUSE", "message", NULL, false },
};
/* clang-format on */

void
print_routes(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "routes");
	const json_t *name;
	size_t i;

	if (!nothing(o, rows, "routes"))
		print_rows(o, COLUMNS(routes), rows);
	json_array_foreach (rows_of(reply, "counted"), i, name)
		fprintf(o->to,
		    "Those of %s are too many to be kept, so they are only "
		    "counted.\n",
		    json_string_value(name));
}

void
print_services(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "services");

	if (!nothing(o, rows, "Services with addresses to announce"))
		print_rows(o, COLUMNS(services), rows);
}

/* The node ------------------------------------------------------------------- */

/* clang-format off */
static const struct column status[] = {
	{ "Node", "node", NULL, false },
	{ "Version", "daemonVersion", NULL, false },
	{ "AS", "asNumber", NULL, false },
	{ "Router id", "routerID", NULL, false },
	{ "Running for", NULL, cell_state_age, false },
	{ "Sessions", NULL, cell_sessions, false },
};

static const struct column table[] = { /* as wide as the above */
	{ "Table      ", NULL, cell_table, false },
};

static const struct column conditions[] = {
	{ "CONDITION", "type", NULL, false },
	{ "REASON", "reason", NULL, false },
	{ "FOR", NULL, cell_condition_age, true },
	{ "MESSAGE", "message", NULL, false },
};
/* clang-format on */

void
print_status(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "conditions");

	print_card(o, COLUMNS(status), reply);
	if (rows_of(reply, "tableBudget") != NULL)
		print_card(o, COLUMNS(table), reply);
	fputc('\n', o->to);
	if (!nothing(o, rows, "conditions"))
		print_rows(o, COLUMNS(conditions), rows);
}

void
print_shutdown(struct output *o, const struct json_at *reply)
{
	(void)reply;
	fputs("The daemon is leaving.\n", o->to);
}

void
print_version(struct output *o, const struct json_at *reply)
{
	char *version = cell_path(reply, "programVersion");

	fprintf(o->to, "lbbgp %s\n", version);
	free(version);
}

/* From the source ------------------------------------------------------------ */

/* clang-format off */
static const struct column addresses[] = {
	{ "ADDRESS", "address", NULL, false },
	{ "SERVICE", NULL, cell_name, false },
	{ "GROUP", "group", NULL, false },
	{ "REASON", "reason", NULL, false },
	{ "MESSAGE", "message", NULL, false },
};

static const struct column pools[] = {
	{ "GROUP", "group", NULL, false },
	{ "FAMILY", "family", NULL, false },
	{ "CAPACITY", "capacity", NULL, true },
	{ "USED", "used", NULL, true },
	{ "FREE", "free", NULL, true },
	{ "WAITING", "waiting", NULL, true },
	{ "AUTO", "autoAssign", NULL, false },
	{ "POOLS", "pools", NULL, false },
	{ "FAULTS", "faults", NULL, false },
};

static const struct column service[] = {
	{ "Service", "service", NULL, false },
	{ "Addresses", "addresses", NULL, false },
	{ "Group", "group", NULL, false },
	{ "Class", "class", NULL, false },
	{ "Asks for", "requests", NULL, false },
	{ "Families", "families", NULL, false },
	{ "Traffic policy", "externalTrafficPolicy", NULL, false },
	{ "Sharing key", "sharingKey", NULL, false },
	{ "Shared with", "sharedWith", NULL, false },
	{ "Reason", "condition.reason", NULL, false },
	{ "Message", "condition.message", NULL, false },
};

static const struct column explanation[] = {
	{ "#", "number", NULL, true },
	{ "RULE", "rule", NULL, false },
	{ "VERDICT", "verdict", NULL, false },
	{ "TEXT", "text", NULL, false },
};
/* clang-format on */

void
print_addresses(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "addresses");

	if (!nothing(o, rows, "Services of type LoadBalancer"))
		print_rows(o, COLUMNS(addresses), rows);
}

void
print_pools(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "pools");

	if (!nothing(o, rows, "ServiceGroups"))
		print_rows(o, COLUMNS(pools), rows);
}

void
print_service(struct output *o, const struct json_at *reply)
{
	print_card(o, COLUMNS(service), reply);
}

void
print_explanation(struct output *o, const struct json_at *reply)
{
	print_rows(o, COLUMNS(explanation), rows_of(reply, "steps"));
}
