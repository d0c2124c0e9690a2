/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands show of peers: their sessions, and BFD. Tables are made of columns,
 * each with the path of what it shows in the daemon's reply; a row of all about one
 * peer is a column, too.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/print.h"
#include "cli/print_table.h"
#include "cli/table.h"
#include "common/json.h"

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

static const struct column peer_prefixes[] = {
	{ "PREFIX", "prefix", NULL, 0, NULL },
	{ "NAME", "name", NULL, 0, NULL },
	{ "STATE", "state", NULL, 0, NULL },
	{ "PEERS", "peers", NULL, TABLE_RIGHT, NULL },
	{ "LIMIT", "limit", NULL, TABLE_RIGHT, NULL },
	{ "REFUSED", "refused", NULL, TABLE_RIGHT, NULL },
	{ "BLOCKED", "blocked", NULL, TABLE_WRAP, NULL },
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
	{ "Software, the peer's", "openReceived.software", NULL, 0, NULL },
	{ "Host name, the peer's", "openReceived.hostname", NULL, 0, NULL },
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
	{ "From a prefix", "fromPrefix", NULL, 0, NULL },
	{ "TTL security, hops", "configured.ttlSecurity", NULL, 0, NULL },
	{ "eBGP multihop", "configured.multihop", NULL, 0, NULL },
	{ "Role", "configured.role", NULL, 0, NULL },
	{ "Role, strict", "configured.roleStrict", NULL, 0, NULL },
	{ "Cluster id", "configured.clusterID", NULL, 0, NULL },
	{ "Reflector client", "configured.routeReflectorClient", NULL, 0, NULL },
	{ "Password", "configured.password", NULL, 0, NULL },
	{ "TCP-AO, sends with", "tcpAO.currentKeyID", NULL, 0, NULL },
	{ "TCP-AO, asks for", "tcpAO.rnextKeyID", NULL, 0, NULL },
	{ "TCP-AO, segments", "tcpAO.good", NULL, 0, NULL },
	{ "TCP-AO, bad", "tcpAO.bad", NULL, 0, NULL },
	{ "TCP-AO, unknown key", "tcpAO.unknownKey", NULL, 0, NULL },
	{ "TCP-AO, unsigned", "tcpAO.unsigned", NULL, 0, NULL },
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
	{ "Filters not in force", "filterFault", NULL, TABLE_WRAP, NULL },
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
	{ "FILTERED", "filtered", NULL, TABLE_RIGHT, NULL },
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

static const struct column neighbor_filters[] = {
	{ "FILTERS", "direction", NULL, 0, NULL },
	{ "NAME", "filter", NULL, 0, NULL },
	{ "RULE", "rule", NULL, 0, NULL },
	{ "ACTION", "action", NULL, 0, NULL },
	{ "HITS", "hits", NULL, TABLE_RIGHT, NULL },
};
/* clang-format on */

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
print_neighbor_filters(struct output *o, const struct json_at *row)
{
	const json_t *rows = print_rows_of(row, "filters");

	if (json_array_size(rows) == 0)
		return;
	fputc('\n', o->to);
	print_rows(o, COLUMNS(neighbor_filters), rows);
}

static void
print_neighbor(struct output *o, const struct json_at *row)
{
	json_t *by_type = turned(print_rows_of(row, "messages"));
	json_t *by_attribute = turned(print_rows_of(row, "attributeFaults"));

	print_card(o, COLUMNS(neighbor), row);
	print_by_key(o, COLUMNS(prefixes), print_rows_of(row, "prefixes"));
	print_by_key(o, COLUMNS(ends), print_rows_of(row, "endOfRib"));
	print_by_key(o, COLUMNS(messages), by_type);
	print_by_key(o, COLUMNS(faults), by_attribute);
	print_neighbor_filters(o, row);
	json_decref(by_type);
	json_decref(by_attribute);
}

static void
print_drained(struct output *o, const struct json_at *reply)
{
	char *text;

	if (!print_is_drained(reply))
		return;
	text = cell_drain(reply, "", o->now);
	fprintf(o->to, "\nThis node is %s.\n", text);
	free(text);
}

/* From where more may come. False: from nowhere. */
static bool
print_prefixes(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "peerPrefixes");

	if (json_array_size(rows) == 0)
		return false;
	print_rows(o, COLUMNS(peer_prefixes), rows);
	fputc('\n', o->to);
	return true;
}

/* Asked for one, the daemon says all there is: its messages are counted too. */
void
print_neighbors(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "neighbors");
	json_t *item;
	size_t i;

	if (print_prefixes(o, reply) && json_array_size(rows) == 0) {
		fputs("Nobody has come from there, and no other neighbors are "
		      "configured for this node.\n",
		    o->to);
		return;
	}
	if (print_nothing(o, rows, "neighbors are configured for this node"))
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
	const json_t *rows = print_rows_of(reply, "neighbors");

	if (!print_nothing(o, rows, "neighbors in any BGPNodeStatus"))
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
	const json_t *rows = print_rows_of(reply, "sessions");
	json_t *item;
	size_t i;

	if (print_nothing(o, rows, "peers with BFD (spec.bfd) on this node"))
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
	const json_t *rows = print_rows_of(reply, "sessions");

	if (!print_nothing(o, rows, "BFD sessions in any BGPNodeStatus"))
		print_rows(o, COLUMNS(node_bfds), rows);
}
