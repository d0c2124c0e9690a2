/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reply becomes a table by a list of columns: a title, a path into the row (or a
 * function of cells.c), and how the column behaves when the terminal is narrow. A new
 * column is a row of such a list. A long reply arrives in parts; titles are printed
 * above the first only.
 *
 * One neighbour or one Service is shown as a card, a line for each field with something
 * in it; the same lists serve, turned. `-o json` prints the reply as it is.
 */
#include "cli/print.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/table.h"
#include "common/json.h"

#define COLUMNS(list) (list), sizeof(list) / sizeof((list)[0])

/* What the last one says beside its rows holds for all of them. */
static void
json_end(const struct output *o, const json_t *reply)
{
	const char *key;
	json_t *value;

	fputc(']', o->to);
	json_object_foreach ((json_t *)reply, key, value) {
		if (strcmp(key, "version") == 0 || strcmp(key, o->rows) == 0)
			continue;
		fprintf(o->to, ",\"%s\":", key);
		json_dumpf(value, o->to, JSON_COMPACT | JSON_ENCODE_ANY);
	}
	fputs("}\n", o->to);
}

/* {"version":1,"routes":[ … , … ],"cursor":null} out of many of its kind. */
static void
json_part(struct output *o, const json_t *reply, bool more)
{
	const json_t *rows = json_object_get(reply, o->rows);
	json_t *row;
	size_t i;

	if (o->parts == 0)
		fprintf(o->to, "{\"version\":%" JSON_INTEGER_FORMAT ",\"%s\":[",
		    json_integer_value(json_object_get(reply, "version")),
		    o->rows);
	json_array_foreach (rows, i, row) {
		if (i > 0 || o->parts > 0)
			fputc(',', o->to);
		json_dumpf(row, o->to, JSON_COMPACT);
	}
	if (!more)
		json_end(o, reply);
}

void
print_reply(struct output *o, const struct json_at *reply, bool more)
{
	if (!o->json) {
		o->print(o, reply);
	} else if (more || o->parts > 0) {
		json_part(o, reply->v, more);
	} else {
		json_dumpf(reply->v, o->to, JSON_COMPACT);
		fputc('\n', o->to);
	}
	o->parts++;
}

static void
add_cell(struct table *t, const struct column *c, const struct json_at *row,
    int64_t now)
{
	char *text = cell_text(c, row, now);

	table_cell(t, text);
	if (c->color != NULL && c->color(text) != NULL)
		table_color(t, c->color(text));
	free(text);
}

static void
paper_print(const struct output *o, struct table *t, bool titles)
{
	const struct table_paper paper = { o->to, o->width, titles,
		o->colored };

	table_print(t, &paper);
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
		table_column(t, columns[c].title, columns[c].flags);
	json_array_foreach (rows, i, item) {
		struct json_at row = json_at_root(item);

		table_row(t);
		for (size_t c = 0; c < n; c++)
			add_cell(t, &columns[c], &row, o->now);
	}
	paper_print(o, t, o->parts == 0);
	table_free(t);
}

/* One thing: a line for each column. */
static void
print_card(struct output *o, const struct column *columns, size_t n,
    const struct json_at *row)
{
	struct table *t = table_new();

	table_column(t, "", 0);
	table_column(t, "", TABLE_WRAP);
	for (size_t c = 0; c < n; c++) {
		table_row(t);
		table_cell(t, columns[c].title);
		add_cell(t, &columns[c], row, o->now);
	}
	paper_print(o, t, false);
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
	{ "NEIGHBOR", "address", NULL, 0, NULL }, \
	{ "AS", "asNumber", NULL, TABLE_RIGHT, NULL }, \
	{ "NAME", "name", NULL, 0, NULL }, \
	{ "STATE", "", cell_state, 0, color_state }, \
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL }, \
	{ "RCVD", "received", cell_prefixes, TABLE_RIGHT, NULL }

#define NEIGHBOR_REST \
	{ "SENT", "sent", cell_prefixes, TABLE_RIGHT, NULL }, \
	{ "FLAPS", "flaps", NULL, TABLE_RIGHT, NULL }, \
	{ "HOLD", "holdTime", cell_agreed, TABLE_RIGHT, NULL }, \
	{ "BFD", "bfd.state", NULL, 0, color_bfd }, \
	{ "LAST ERROR", "lastError", cell_error, TABLE_WRAP, NULL }

static const struct column neighbors[] = {
	NEIGHBOR_COLUMNS,
	{ "ACC", "accepted", cell_prefixes, TABLE_RIGHT, NULL },
	NEIGHBOR_REST,
};

static const struct column node_neighbors[] = {
	{ "NODE", "node", NULL, 0, NULL },
	NEIGHBOR_COLUMNS,
	NEIGHBOR_REST,
};

static const struct column neighbor[] = {
	{ "Neighbor", "address", NULL, 0, NULL },
	{ "Port", "port", NULL, 0, NULL },
	{ "Name", "name", NULL, 0, NULL },
	{ "AS", "asNumber", NULL, 0, NULL },
	{ "Router id", "openReceived.routerID", NULL, 0, NULL },
	{ "State", "", cell_state, 0, color_state },
	{ "For", "since", cell_age, 0, NULL },
	{ "Since", "since", NULL, 0, NULL },
	{ "Local address", "localAddress", NULL, 0, NULL },
	{ "Local AS", "localASNumber", NULL, 0, NULL },
	{ "Local router id", "openSent.routerID", NULL, 0, NULL },
	{ "Families", "configured.families", NULL, 0, NULL },
	{ "Hold time, agreed", "holdTime", cell_agreed, 0, NULL },
	{ "Hold time, configured", "configured.holdTime", NULL, 0, NULL },
	{ "Hold time, the peer's", "openReceived.holdTime", NULL, 0, NULL },
	{ "Keepalive, agreed", "keepaliveTime", cell_agreed, 0, NULL },
	{ "Keepalive, configured", "configured.keepaliveTime", NULL, 0, NULL },
	{ "Connect retry", "configured.connectRetryTime", NULL, 0, NULL },
	{ "Connect retry, at most", "configured.connectRetryMaxTime", NULL, 0, NULL },
	{ "BFD", "bfd.state", NULL, 0, color_bfd },
	{ "Capabilities, agreed", "capabilities", NULL, TABLE_WRAP, NULL },
	{ "Capabilities, ours", "openSent.capabilities", NULL, TABLE_WRAP, NULL },
	{ "Capabilities, the peer's", "openReceived.capabilities", NULL, TABLE_WRAP,
	    NULL },
	{ "Graceful restart, agreed", "gracefulRestart.agreed", NULL, 0, NULL },
	{ "Restart time, configured", "configured.gracefulRestart.restartTime", NULL, 0, NULL },
	{ "Restart time, the peer's", "gracefulRestart.restartTime", NULL, 0, NULL },
	{ "Over NOTIFICATIONs", "gracefulRestart.notification", NULL, 0, NULL },
	{ "Peer had restarted", "gracefulRestart.restarting", NULL, 0, NULL },
	{ "Peer forwarded on", "gracefulRestart.preserved", NULL, 0, NULL },
	{ "Long-lived, the peer's", "gracefulRestart.longLivedTime", NULL, 0, NULL },
	{ "Stale routes", "gracefulRestart.staleRoutes", NULL, 0, NULL },
	{ "Stale until", "gracefulRestart.staleUntil", NULL, 0, NULL },
	{ "Passive", "configured.passive", NULL, 0, NULL },
	{ "TTL security, hops", "configured.ttlSecurity", NULL, 0, NULL },
	{ "eBGP multihop", "configured.multihop", NULL, 0, NULL },
	{ "Password", "configured.password", NULL, 0, NULL },
	{ "Received routes", "receivedRoutes", NULL, 0, NULL },
	{ "Connect attempts", "connectAttempts", NULL, 0, NULL },
	{ "Collisions", "collisions", NULL, 0, NULL },
	{ "Flaps", "flaps", NULL, 0, NULL },
	{ "Hold timer expired", "holdExpired", NULL, 0, NULL },
	{ "Send hold timer expired", "sendHoldExpired", NULL, 0, NULL },
	{ "Waits for a reset", "pendingReset", NULL, 0, NULL },
	{ "Reset at", "resetAt", NULL, 0, NULL },
	{ "Suspended", "suspended", NULL, 0, NULL },
	{ "Blocked", "blocked", NULL, 0, NULL },
	{ "Last error", "lastError", cell_error, TABLE_WRAP, NULL },
	{ "TCP error since", "tcpError", cell_tcp_error, TABLE_WRAP, NULL },
};

static const struct column messages[] = {
	{ "MESSAGES", "key", NULL, 0, NULL },
	{ "RECEIVED", "received", NULL, TABLE_RIGHT, NULL },
	{ "SENT", "sent", NULL, TABLE_RIGHT, NULL },
};

static const struct column prefixes[] = {
	{ "PREFIXES", "key", NULL, 0, NULL },
	{ "RECEIVED", "received", NULL, TABLE_RIGHT, NULL },
	{ "ACCEPTED", "accepted", NULL, TABLE_RIGHT, NULL },
	{ "SENT", "sent", NULL, TABLE_RIGHT, NULL },
	{ "QUEUED", "queued", NULL, TABLE_RIGHT, NULL },
};

static const struct column ends[] = {
	{ "END OF RIB", "key", NULL, 0, NULL },
	{ "RECEIVED", "received", NULL, 0, NULL },
	{ "SENT", "sent", NULL, 0, NULL },
};

static const struct column faults[] = {
	{ "BAD ATTRIBUTES", "key", NULL, 0, NULL },
	{ "DISCARDED", "discarded", NULL, TABLE_RIGHT, NULL },
	{ "WITHDRAWN", "withdrawn", NULL, TABLE_RIGHT, NULL },
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
	print_by_key(o, COLUMNS(ends), rows_of(row, "endOfRib"));
	print_by_key(o, COLUMNS(messages), by_type);
	print_by_key(o, COLUMNS(faults), by_attribute);
	json_decref(by_type);
	json_decref(by_attribute);
}

/* This node, or it is about to be. */
static bool
is_drained(const struct json_at *reply)
{
	const char *state = json_string_value(
	    json_object_get(json_object_get(reply->v, "drain"), "state"));

	return state != NULL && strcmp(state, "Active") != 0;
}

static void
print_drained(struct output *o, const struct json_at *reply)
{
	char *text;

	if (!is_drained(reply))
		return;
	text = cell_drain(reply, "", o->now);
	fprintf(o->to, "\nThis node is %s.\n", text);
	free(text);
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
		print_drained(o, reply);
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

/* BFD ------------------------------------------------------------------------ */

/* clang-format off */
#define BFD_COLUMNS \
	{ "NEIGHBOR", "address", NULL, 0, NULL }, \
	{ "NAME", "name", NULL, 0, NULL }, \
	{ "STATE", "", cell_state, 0, color_bfd }, \
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL }, \
	{ "PEER SAYS", "remoteState", NULL, 0, NULL }, \
	{ "TX", "transmitInterval", cell_micros, TABLE_RIGHT, NULL }, \
	{ "DETECT", "detectionTime", cell_micros, TABLE_RIGHT, NULL }, \
	{ "MULTIHOP", "multihop", NULL, 0, NULL }, \
	{ "FLAPS", "flaps", NULL, TABLE_RIGHT, NULL }, \
	{ "LAST DOWN", "lastDown", NULL, TABLE_WRAP, NULL }, \
	{ "TROUBLE", "trouble", NULL, TABLE_WRAP, NULL }

static const struct column bfds[] = { BFD_COLUMNS };

static const struct column node_bfds[] = {
	{ "NODE", "node", NULL, 0, NULL },
	BFD_COLUMNS,
};

static const struct column bfd_all[] = {
	{ "Neighbor", "address", NULL, 0, NULL },
	{ "Name", "name", NULL, 0, NULL },
	{ "Local address", "localAddress", NULL, 0, NULL },
	{ "State", "state", NULL, 0, color_bfd },
	{ "For", "since", cell_age, 0, NULL },
	{ "Since", "since", NULL, 0, NULL },
	{ "Diagnostic", "diagnostic", NULL, 0, NULL },
	{ "The peer's state", "remoteState", NULL, 0, NULL },
	{ "The peer's diagnostic", "remoteDiagnostic", NULL, 0, NULL },
	{ "Multihop", "multihop", NULL, 0, NULL },
	{ "Least TTL", "minimumTTL", NULL, 0, NULL },
	{ "Transmit interval", "transmitInterval", cell_micros, 0, NULL },
	{ "Transmit interval, configured", "configured.transmitInterval",
	  cell_micros, 0, NULL },
	{ "Receive interval, configured", "configured.receiveInterval",
	  cell_micros, 0, NULL },
	{ "Detect multiplier, configured", "configured.detectMultiplier",
	  NULL, 0, NULL },
	{ "Transmit interval, the peer's", "remote.transmitInterval",
	  cell_micros, 0, NULL },
	{ "Receive interval, the peer's", "remote.receiveInterval",
	  cell_micros, 0, NULL },
	{ "Detect multiplier, the peer's", "remote.detectMultiplier",
	  NULL, 0, NULL },
	{ "Detection time", "detectionTime", cell_micros, 0, NULL },
	{ "Discriminator", "discriminator", NULL, 0, NULL },
	{ "Discriminator, the peer's", "remote.discriminator", NULL, 0, NULL },
	{ "Poll under way", "poll", NULL, 0, NULL },
	{ "Packets sent", "sent", NULL, 0, NULL },
	{ "Packets received", "received", NULL, 0, NULL },
	{ "Packets refused", "refused", NULL, 0, NULL },
	{ "Refused last for", "refusal", NULL, TABLE_WRAP, NULL },
	{ "Flaps", "flaps", NULL, 0, NULL },
	{ "Last down", "lastDown", NULL, 0, NULL },
	{ "Trouble", "trouble", NULL, TABLE_WRAP, color_fault },
};
/* clang-format on */

/* Asked for one, the daemon says what is configured. */
void
print_bfd(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "sessions");
	json_t *item;
	size_t i;

	if (nothing(o, rows, "peers with BFD (spec.bfd) on this node"))
		return;
	if (json_object_get(json_array_get(rows, 0), "configured") == NULL) {
		print_rows(o, COLUMNS(bfds), rows);
		return;
	}
	json_array_foreach (rows, i, item) {
		struct json_at row = json_at_root(item);

		if (i > 0)
			fputc('\n', o->to);
		print_card(o, COLUMNS(bfd_all), &row);
	}
}

void
print_node_bfd(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "sessions");

	if (!nothing(o, rows, "BFD sessions in any BGPNodeStatus"))
		print_rows(o, COLUMNS(node_bfds), rows);
}

/* Routes, Services ----------------------------------------------------------- */

/* clang-format off */
static const struct column routes[] = {
	{ "", "", cell_mark, 0, NULL },
	{ "PREFIX", "prefix", NULL, 0, NULL },
	{ "NEXT HOP", "nextHop", NULL, 0, NULL },
	{ "NEIGHBOR", "neighbor", NULL, 0, NULL },
	{ "PREF", "localPreference", NULL, TABLE_RIGHT, NULL },
	{ "MED", "med", NULL, TABLE_RIGHT, NULL },
	{ "ORIGIN", "origin", NULL, 0, NULL },
	{ "AS PATH", "asPath", NULL, TABLE_WRAP, NULL },
	{ "COMMUNITIES", "", cell_communities, TABLE_WRAP, NULL },
};

static const struct column announcements[] = {
	{ "SERVICE", "", cell_name, 0, NULL },
	{ "PREFIX", "prefix", NULL, 0, NULL },
	{ "ANNOUNCED", "announced", NULL, 0, color_verdict },
	{ "TO", "sentTo", NULL, 0, NULL },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
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
print_announcements(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "services");

	if (!nothing(o, rows, "Services with addresses to announce"))
		print_rows(o, COLUMNS(announcements), rows);
}

/* Addresses on the LAN ------------------------------------------------------- */

/* clang-format off */
static const struct column l2_addresses[] = {
	{ "ADDRESS", "address", NULL, 0, NULL },
	{ "INTERFACE", "interface", NULL, 0, NULL },
	{ "STATE", "state", NULL, 0, color_holding },
	{ "HOLDER", "holder", NULL, 0, NULL },
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL },
	{ "MOVES", "transitions", NULL, TABLE_RIGHT, NULL },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
};

static const struct column l2_members[] = {
	{ "INTERFACE", "interface", NULL, 0, NULL },
	{ "NODE", "node", NULL, 0, NULL },
	{ "MAC", "mac", NULL, 0, NULL },
	{ "STATE", "state", NULL, 0, NULL },
	{ "HELLO, MS AGO", "helloAge", NULL, TABLE_RIGHT, NULL },
	{ "HOLDS", "holds", NULL, TABLE_RIGHT, NULL },
	{ "LOST", "lost", NULL, TABLE_RIGHT, NULL },
};

static const struct column held_addresses[] = {
	{ "ADDRESS", "address", NULL, 0, NULL },
	{ "NODE", "node", NULL, 0, NULL },
	{ "INTERFACE", "interface", NULL, 0, NULL },
	{ "STATE", "", cell_state, 0, color_holding },
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL },
};

static const struct column vips[] = {
	{ "VIRTUALIP", "name", NULL, 0, NULL },
	{ "ADDRESS", "address", NULL, 0, NULL },
	{ "BY", "by", NULL, 0, NULL },
	{ "STATE", "state", NULL, 0, color_holding },
	{ "HOLDER", "holder", NULL, 0, NULL },
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL },
	{ "HEALTHY", "healthy", NULL, 0, color_verdict },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

/* Who else is on the links stands in the last part. */
void
print_l2(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "addresses");
	const json_t *members = rows_of(reply, "members");

	if (!nothing(o, rows, "addresses to answer for on the LAN"))
		print_rows(o, COLUMNS(l2_addresses), rows);
	if (json_array_size(members) == 0)
		return;
	fputc('\n', o->to);
	o->parts = 0;
	print_rows(o, COLUMNS(l2_members), members);
}

void
print_held(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "addresses");

	if (!nothing(o, rows, "addresses on links in any BGPNodeStatus"))
		print_rows(o, COLUMNS(held_addresses), rows);
}

void
print_vips(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "vips");

	if (!nothing(o, rows, "VirtualIPs"))
		print_rows(o, COLUMNS(vips), rows);
}

/* The node ------------------------------------------------------------------- */

/* clang-format off */
static const struct column status[] = {
	{ "Node", "node", NULL, 0, NULL },
	{ "Version", "daemonVersion", NULL, 0, NULL },
	{ "AS", "asNumber", NULL, 0, NULL },
	{ "Router id", "routerID", NULL, 0, NULL },
	{ "Running for", "since", cell_age, 0, NULL },
	{ "Sessions", "", cell_sessions, 0, NULL },
};

static const struct column table[] = { /* as wide as the above */
	{ "Table      ", "", cell_table, 0, NULL },
};

static const struct column drain_card[] = { /* the same */
	{ "Drain      ", "", cell_drain, 0, NULL },
};

static const struct column conditions[] = {
	{ "CONDITION", "type", NULL, 0, NULL },
	{ "REASON", "reason", NULL, 0, NULL },
	{ "FOR", "lastTransitionTime", cell_age, TABLE_RIGHT, NULL },
	{ "MESSAGE", "message", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

void
print_status(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "conditions");

	print_card(o, COLUMNS(status), reply);
	if (rows_of(reply, "tableBudget") != NULL)
		print_card(o, COLUMNS(table), reply);
	if (is_drained(reply))
		print_card(o, COLUMNS(drain_card), reply);
	fputc('\n', o->to);
	if (!nothing(o, rows, "conditions"))
		print_rows(o, COLUMNS(conditions), rows);
}

void
print_drain(struct output *o, const struct json_at *reply)
{
	bool begun = json_is_true(json_object_get(reply->v, "drain"));
	bool done = json_is_true(json_object_get(reply->v, "done"));

	fprintf(o->to, "Node %s %s.\n",
	    json_string_value(json_object_get(reply->v, "node")),
	    done        ? begun ? "is drained" : "is in service"
		: begun ? "is to be drained"
			: "is to come back into service");
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
	{ "ADDRESS", "address", NULL, 0, NULL },
	{ "SERVICE", "", cell_name, 0, NULL },
	{ "GROUP", "group", NULL, 0, NULL },
	{ "REASON", "reason", NULL, 0, color_fault },
	{ "MESSAGE", "message", NULL, TABLE_WRAP, NULL },
};

static const struct column services[] = {
	{ "SERVICE", "", cell_name, 0, NULL },
	{ "ADDRESSES", "addresses", NULL, TABLE_WRAP, NULL },
	{ "GROUP", "group", NULL, 0, NULL },
	{ "REASON", "reason", NULL, 0, color_fault },
	{ "MESSAGE", "message", NULL, TABLE_WRAP, NULL },
};

static const struct column pools[] = {
	{ "GROUP", "group", NULL, 0, NULL },
	{ "FAMILY", "family", NULL, 0, NULL },
	{ "CAPACITY", "capacity", NULL, TABLE_RIGHT, NULL },
	{ "USED", "used", NULL, TABLE_RIGHT, NULL },
	{ "FREE", "free", NULL, TABLE_RIGHT, NULL },
	{ "WAITING", "waiting", NULL, TABLE_RIGHT, NULL },
	{ "AUTO", "autoAssign", NULL, 0, NULL },
	{ "POOLS", "pools", NULL, TABLE_WRAP, NULL },
	{ "FAULTS", "faults", NULL, TABLE_WRAP, color_fault },
};

static const struct column service[] = {
	{ "Service", "service", NULL, 0, NULL },
	{ "Addresses", "addresses", NULL, 0, NULL },
	{ "Group", "group", NULL, 0, NULL },
	{ "Class", "class", NULL, 0, NULL },
	{ "Asks for", "requests", NULL, TABLE_WRAP, NULL },
	{ "Families", "families", NULL, 0, NULL },
	{ "Traffic policy", "externalTrafficPolicy", NULL, 0, NULL },
	{ "Sharing key", "sharingKey", NULL, 0, NULL },
	{ "Shared with", "sharedWith", NULL, TABLE_WRAP, NULL },
	{ "Reason", "condition.reason", NULL, 0, NULL },
	{ "Message", "condition.message", NULL, TABLE_WRAP, NULL },
};

static const struct column explanation[] = {
	{ "#", "number", NULL, TABLE_RIGHT, NULL },
	{ "RULE", "rule", NULL, 0, NULL },
	{ "VERDICT", "verdict", NULL, 0, color_verdict },
	{ "TEXT", "text", NULL, TABLE_WRAP, NULL },
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
print_services(struct output *o, const struct json_at *reply)
{
	const json_t *rows = rows_of(reply, "services");

	if (!nothing(o, rows, "Services of type LoadBalancer"))
		print_rows(o, COLUMNS(services), rows);
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
