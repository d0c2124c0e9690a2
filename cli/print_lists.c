/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What commands show of routes, Services, links, pools and of the daemon itself: for
 * each a list of columns (print_table.h) and a function that prints the rows of its
 * reply, and below them what else there is to be said, as of routes that were only
 * counted. A reply that has parts is printed part by part, and what stands below comes
 * with the last.
 */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/print.h"
#include "cli/print_table.h"
#include "cli/table.h"
#include "cli/wrap.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"

/* Routes, Services ----------------------------------------------------------- */

/* clang-format off */
#define ROUTE_PREFIX \
	{ "", "", cell_mark, 0, NULL }, \
	{ "PREFIX", "prefix", NULL, 0, NULL }
#define ROUTE_REST \
	{ "NEXT HOP", "nextHop", NULL, 0, NULL }, \
	{ "NEIGHBOR", "neighbor", NULL, 0, NULL }, \
	{ "PREF", "localPreference", NULL, TABLE_RIGHT, NULL }, \
	{ "MED", "med", NULL, TABLE_RIGHT, NULL }, \
	{ "ORIGIN", "origin", NULL, 0, NULL }, \
	{ "AS PATH", "asPath", NULL, TABLE_WRAP, NULL }, \
	{ "COMMUNITIES", "", cell_communities, TABLE_WRAP, NULL }
#define ROUTE_BECAUSE { "BECAUSE", "", cell_because, TABLE_WRAP, NULL }
#define NO_ID
#define PATH_ID { "PATH ID", "pathID", NULL, TABLE_RIGHT, NULL },

enum route_end { END_PLAIN, END_SOURCE, END_REASON, END_KERNEL, ENDS };

#define ROUTE_COLUMNS(id) { \
	[END_PLAIN] = { ROUTE_PREFIX, id ROUTE_REST }, \
	[END_SOURCE] = { ROUTE_PREFIX, id ROUTE_REST, \
		{ "SOURCE", "sources", NULL, TABLE_WRAP, NULL } }, \
	[END_REASON] = { ROUTE_PREFIX, id ROUTE_REST, ROUTE_BECAUSE }, \
	[END_KERNEL] = { ROUTE_PREFIX, id ROUTE_REST, \
		{ "KERNEL", "kernel.state", NULL, 0, NULL }, ROUTE_BECAUSE } }
#define ROUTE_MOST 12 /* columns; those that have no title end them */

static const struct column routes[2][ENDS][ROUTE_MOST + 1] = {
	ROUTE_COLUMNS(NO_ID), ROUTE_COLUMNS(PATH_ID)
};

static const struct column announcements[] = {
	{ "SERVICE", "", cell_name, 0, NULL },
	{ "PREFIX", "prefix", NULL, 0, NULL },
	{ "ANNOUNCED", "announced", NULL, 0, color_verdict },
	{ "TO", "sentTo", NULL, 0, NULL },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

/* Few sessions have path ids (RFC 7911): elsewhere the column would be all zeros. */
static bool
have_path_ids(const json_t *rows)
{
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row)
		if (json_integer_value(json_object_get(row, "pathID")) != 0)
			return true;
	return false;
}

/* What there is to be said of any of them. */
static enum route_end
end_of(const json_t *rows)
{
	enum route_end end = END_PLAIN;
	const json_t *row;
	size_t i;

	json_array_foreach (rows, i, row) {
		if (json_object_get(row, "kernel") != NULL)
			return END_KERNEL;
		if (json_is_string(json_object_get(row, "reason")))
			end = END_REASON;
		else if (json_object_get(row, "sources") != NULL)
			end = END_SOURCE;
	}
	return end;
}

static void
print_some(struct output *o, const json_t *rows)
{
	const struct column *list = routes[have_path_ids(rows)][end_of(rows)];
	size_t n = 0;

	while (n < ROUTE_MOST && list[n].title != NULL)
		n++;
	print_rows(o, list, n, rows);
}

static void
print_counted(struct output *o, const struct json_at *reply)
{
	const json_t *name;
	size_t i;

	json_array_foreach (print_rows_of(reply, "counted"), i, name)
		fprintf(o->to,
		    "Those of %s are too many to be kept, so they are only "
		    "counted.\n",
		    json_string_value(name));
}

void
print_routes(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "routes");

	if (!print_nothing(o, rows, "routes"))
		print_some(o, rows);
	print_counted(o, reply);
}

void
print_dump(struct output *o, const struct json_at *reply)
{
	json_int_t left_out =
	    json_integer_value(json_object_get(reply->v, "leftOut"));

	fprintf(o->to,
	    "%s: %" JSON_INTEGER_FORMAT " routes of %" JSON_INTEGER_FORMAT
	    " prefixes.\n",
	    json_string_value(json_object_get(reply->v, "file")),
	    json_integer_value(json_object_get(reply->v, "routes")),
	    json_integer_value(json_object_get(reply->v, "prefixes")));
	if (left_out > 0)
		fprintf(o->to,
		    "%" JSON_INTEGER_FORMAT " of peers that came meanwhile are "
		    "not in it.\n",
		    left_out);
	print_counted(o, reply);
}

void
print_announcements(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "services");

	if (!print_nothing(o, rows, "Services with addresses to announce"))
		print_rows(o, COLUMNS(announcements), rows);
}

/* clang-format off */
static const struct column stations[] = {
	{ "STATION", "address", NULL, 0, NULL },
	{ "PORT", "port", NULL, TABLE_RIGHT, NULL },
	{ "STATE", "state", NULL, 0, NULL },
	{ "FOR", "since", cell_age, TABLE_RIGHT, NULL },
	{ "TOO SLOW", "tooSlow", NULL, TABLE_RIGHT, NULL },
	{ "BECAUSE", "message", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

void
print_stations(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "stations");

	if (!print_nothing(o, rows, "BMP stations"))
		print_rows(o, COLUMNS(stations), rows);
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
	const json_t *rows = print_rows_of(reply, "addresses");
	const json_t *members = print_rows_of(reply, "members");

	if (!print_nothing(o, rows, "addresses to answer for on the LAN"))
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
	const json_t *rows = print_rows_of(reply, "addresses");

	if (!print_nothing(o, rows, "addresses on links in any BGPNodeStatus"))
		print_rows(o, COLUMNS(held_addresses), rows);
}

void
print_vips(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "vips");

	if (!print_nothing(o, rows, "VirtualIPs"))
		print_rows(o, COLUMNS(vips), rows);
}

/* Filters -------------------------------------------------------------------- */

/* clang-format off */
static const struct column filters[] = {
	{ "FILTER", "filter", NULL, 0, NULL },
	{ "DIRECTION", "direction", NULL, 0, NULL },
	{ "RULE", "rule", NULL, 0, NULL },
	{ "ACTION", "action", NULL, 0, NULL },
	{ "HITS", "hits", NULL, TABLE_RIGHT, NULL },
	{ "NEIGHBORS", "neighbors", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

void
print_filters(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "filters");

	if (!print_nothing(o, rows, "filters with rules in force"))
		print_rows(o, COLUMNS(filters), rows);
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
	const json_t *rows = print_rows_of(reply, "conditions");

	print_card(o, COLUMNS(status), reply);
	if (print_rows_of(reply, "tableBudget") != NULL)
		print_card(o, COLUMNS(table), reply);
	if (print_is_drained(reply))
		print_card(o, COLUMNS(drain_card), reply);
	fputc('\n', o->to);
	if (!print_nothing(o, rows, "conditions"))
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

static const struct column findings[] = {
	{ "CHECK", "check", NULL, 0, NULL },
	{ "VERDICT", "verdict", NULL, 0, color_verdict },
	{ "TEXT", "text", cell_finding, TABLE_WRAP, NULL },
};

static const struct column questions[] = {
	{ "SYSTEM", "system", NULL, 0, NULL },
	{ "COMMAND", "command", NULL, 0, NULL },
	{ "WHAT TO LOOK FOR", "tells", NULL, TABLE_WRAP, NULL },
};
/* clang-format on */

void
print_addresses(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "addresses");

	if (!print_nothing(o, rows, "Services of type LoadBalancer"))
		print_rows(o, COLUMNS(addresses), rows);
}

void
print_services(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "services");

	if (!print_nothing(o, rows, "Services of type LoadBalancer"))
		print_rows(o, COLUMNS(services), rows);
}

void
print_pools(struct output *o, const struct json_at *reply)
{
	const json_t *rows = print_rows_of(reply, "pools");

	if (!print_nothing(o, rows, "ServiceGroups"))
		print_rows(o, COLUMNS(pools), rows);
}

void
print_service(struct output *o, const struct json_at *reply)
{
	print_card(o, COLUMNS(service), reply);
}

void
print_findings(struct output *o, const struct json_at *reply)
{
	print_rows(o, COLUMNS(findings), print_rows_of(reply, "findings"));
}

/* "Does it use 10.9.0.3/32? Ask a, b:", owned. */
static char *
question_of(const json_t *route)
{
	const json_t *peers = json_object_get(route, "peers");
	char *text = NULL;
	size_t n;
	FILE *to = xmemstream(&text, &n);

	fprintf(to, "Does it use %s? Ask ",
	    json_string_value(json_object_get(route, "prefix")));
	for (size_t i = 0; i < json_array_size(peers); i++)
		fprintf(to, "%s%s", i > 0 ? ", " : "",
		    json_string_value(json_array_get(peers, i)));
	fputs(":", to);
	fclose(to);
	return text;
}

/* Of one route: whom to ask, and how. */
static void
print_questions(struct output *o, const json_t *route)
{
	char *question = question_of(route);
	char *lines =
	    o->width > 0 ? wrap_text(question, o->width) : xstrdup(question);

	fprintf(o->to, "\n%s\n", lines);
	print_rows(o, COLUMNS(questions), json_object_get(route, "questions"));
	free(lines);
	free(question);
}

void
print_explanation(struct output *o, const struct json_at *reply)
{
	const json_t *routers = print_rows_of(reply, "routers");
	bool known = false;
	struct err err;

	print_rows(o, COLUMNS(explanation), print_rows_of(reply, "steps"));
	for (size_t i = 0; i < json_array_size(routers); i++)
		print_questions(o, json_array_get(routers, i));
	json_get_bool(reply, "routersKnown", &known, &err);
	if (!known && json_array_size(routers) > 0)
		fprintf(o->to,
		    "\nFor another kind of router: --router KIND "
		    "(lbbgp help explain service)\n");
}
