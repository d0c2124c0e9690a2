/* SPDX-License-Identifier: Apache-2.0 */
/* Events of lbbgp monitor, a line for each, or for each route of a prefix. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cells.h"
#include "cli/print.h"
#include "cli/print_table.h"
#include "common/json.h"

/* "route 20.0.0.0/24 > tor-a: next hop 10.0.0.1, AS path 65002" */
static void
print_route(
    FILE *to, const char *at, const char *prefix, const struct json_at *route)
{
	char *mark = cell_mark(route, "", 0);
	char *peer = cell_path(route, "neighborName");
	char *next_hop = cell_path(route, "nextHop");
	char *as_path = cell_path(route, "asPath");
	char *med = cell_path(route, "med");
	char *preference = cell_path(route, "localPreference");
	char *communities = cell_communities(route, "", 0);

	fprintf(to,
	    "%s route %s %s %s: next hop %s, AS path %s, MED %s, preference "
	    "%s, communities %s\n",
	    at, prefix, mark[0] != '\0' ? mark : "-",
	    strcmp(peer, "-") != 0 ? peer : "ours", next_hop, as_path, med,
	    preference, communities);
	free(mark);
	free(peer);
	free(next_hop);
	free(as_path);
	free(med);
	free(preference);
	free(communities);
}

static void
print_routes_of(FILE *to, const char *at, const struct json_at *event)
{
	const json_t *list = print_rows_of(event, "routes");
	char *prefix = cell_path(event, "prefix");
	json_t *item;
	size_t i;

	if (json_array_size(list) == 0)
		fprintf(to, "%s route %s: none any more\n", at, prefix);
	json_array_foreach (list, i, item) {
		struct json_at route = json_at_root(item);

		print_route(to, at, prefix, &route);
	}
	if (json_is_true(print_rows_of(event, "more")))
		fprintf(to, "%s route %s: … and more\n", at, prefix);
	free(prefix);
}

static void
print_error(FILE *to, const struct json_at *event)
{
	char *by = cell_path(event, "lastError.sentBy");
	char *code = cell_path(event, "lastError.code");
	char *subcode = cell_path(event, "lastError.subcode");
	char *text = cell_path(event, "lastError.text");

	if (json_is_object(print_rows_of(event, "lastError")) &&
	    strcmp(code, "0") == 0)
		fprintf(to, "; last error: %s", text);
	else if (json_is_object(print_rows_of(event, "lastError")))
		fprintf(to, "; last error, sent by %s: %s/%s %s", by, code,
		    subcode, text);
	free(by);
	free(code);
	free(subcode);
	free(text);
}

static void
print_session(FILE *to, const char *at, const struct json_at *event)
{
	char *name = cell_path(event, "neighborName");
	char *addr = cell_path(event, "neighbor");
	char *state = cell_path(event, "state");

	fprintf(to, "%s session %s (%s): %s", at, name, addr, state);
	print_error(to, event);
	fputc('\n', to);
	free(name);
	free(addr);
	free(state);
}

static void
print_announcement(FILE *to, const char *at, const struct json_at *event)
{
	bool on = json_is_true(print_rows_of(event, "announced"));
	char *prefix = cell_path(event, "prefix");

	fprintf(to, "%s announcement %s: %s\n", at, prefix,
	    on ? "announced" : "withdrawn");
	free(prefix);
}

static void
print_bfd_event(FILE *to, const char *at, const struct json_at *event)
{
	bool up = json_is_true(print_rows_of(event, "up"));
	char *name = cell_path(event, "neighborName");
	char *reason = cell_path(event, "reason");

	fprintf(to, "%s bfd %s: %s\n", at, name, up ? "Up again" : reason);
	free(name);
	free(reason);
}

static void
print_lost(FILE *to, const char *at, const struct json_at *event)
{
	char *n = cell_path(event, "lost");

	fprintf(to,
	    "%s lost: %s events, which came faster than they were read\n", at,
	    n);
	free(n);
}

static const struct {
	const char *kind;
	void (*print)(FILE *, const char *at, const struct json_at *event);
} kinds[] = {
	{ "session", print_session },
	{ "route", print_routes_of },
	{ "announcement", print_announcement },
	{ "bfd", print_bfd_event },
	{ "lost", print_lost },
};

/* The first reply says what will be told, and has no kind. */
void
print_event(struct output *o, const struct json_at *reply)
{
	const char *kind = json_string_value(print_rows_of(reply, "kind"));
	char *at = cell_path(reply, "at");

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (kind != NULL && strcmp(kinds[i].kind, kind) == 0)
			kinds[i].print(o->to, at, reply);
	free(at);
}
