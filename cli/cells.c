/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A column of a table names a path into a row of the reply, or a function of this file
 * that makes more of it: an age out of a time, a state with its age, prefixes of both
 * families in one cell, an error in one line. What is not in the reply is "-": replies
 * of older daemons lack fields, and a table has to stand nevertheless.
 *
 * Colors are chosen by the text of the cell, not by the reply, so that what is colored
 * is what is read.
 */
#include "cli/cells.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "common/alloc.h"
#include "common/api/read.h"
#include "common/err.h"
#include "common/json.h"

#define NOTHING "-"

static const json_t *
find(const json_t *v, const char *path)
{
	while (v != NULL) {
		size_t n = strcspn(path, ".");
		char key[64];

		snprintf(key, sizeof(key), "%.*s", (int)n, path);
		v = json_object_get(v, key);
		if (path[n] == '\0')
			return v;
		path += n + 1;
	}
	return NULL;
}

static char *value_text(const json_t *v);

static char *
list_text(const json_t *list)
{
	char *text = NULL;
	json_t *item;
	size_t i;

	json_array_foreach (list, i, item) {
		char *one = value_text(item);
		char *longer = xasprintf(
		    "%s%s%s", i > 0 ? text : "", i > 0 ? " " : "", one);

		free(one);
		free(text);
		text = longer;
	}
	return text != NULL ? text : xstrdup(NOTHING);
}

static char *
value_text(const json_t *v)
{
	if (json_is_string(v) && json_string_length(v) > 0)
		return xstrdup(json_string_value(v));
	if (json_is_integer(v))
		return xasprintf(
		    "%" JSON_INTEGER_FORMAT, json_integer_value(v));
	if (json_is_boolean(v))
		return xstrdup(json_is_true(v) ? "yes" : "no");
	if (json_is_array(v))
		return list_text(v);
	return xstrdup(NOTHING);
}

static const char *
string_at(const struct json_at *row, const char *path)
{
	return json_string_value(find(row->v, path));
}

char *
cell_path(const struct json_at *row, const char *path)
{
	return value_text(find(row->v, path));
}

char *
cell_text(const struct column *c, const struct json_at *row, int64_t now)
{
	return c->cell != NULL ? c->cell(row, c->path, now)
			       : cell_path(row, c->path);
}

/* The two largest units that are not zero, or the first one. */
static char *
age_text(int64_t seconds)
{
	const struct {
		int64_t length;
		char letter;
	} units[] = { { 86400, 'd' }, { 3600, 'h' }, { 60, 'm' }, { 1, 's' } };
	unsigned i = 0;

	while (i < 3 && seconds < units[i].length)
		i++;
	int64_t rest = seconds % units[i].length;
	int64_t next = i < 3 ? rest / units[i + 1].length : 0;

	if (next == 0)
		return xasprintf("%" PRId64 "%c", seconds / units[i].length,
		    units[i].letter);
	return xasprintf("%" PRId64 "%c%" PRId64 "%c",
	    seconds / units[i].length, units[i].letter, next,
	    units[i + 1].letter);
}

char *
cell_age(const struct json_at *row, const char *path, int64_t now)
{
	int64_t at = 0;
	struct err err;

	if (!read_time(row, path, &at, &err) || at == 0)
		return xstrdup(NOTHING);
	return age_text(now > at ? now - at : 0);
}

char *
cell_micros(const struct json_at *row, const char *path, int64_t now)
{
	char *text = cell_path(row, path);
	double n = strtod(text, NULL);

	(void)now;
	free(text);
	if (n <= 0)
		return xstrdup(NOTHING);
	return n < 1e6 ? xasprintf("%g ms", n / 1e3)
		       : xasprintf("%g s", n / 1e6);
}

/* Colors --------------------------------------------------------------------- */

#define RED "\033[31m"
#define GREEN "\033[32m"
#define YELLOW "\033[33m"

const char *
color_state(const char *text)
{
	if (strcmp(text, "Established") == 0)
		return GREEN;
	return strcmp(text, NOTHING) == 0 || strstr(text, " (stale)") != NULL
	    ? YELLOW
	    : RED;
}

const char *
color_bfd(const char *text)
{
	if (strcmp(text, "Up") == 0)
		return GREEN;
	return strcmp(text, "Down") == 0 ? RED : NULL;
}

const char *
color_holding(const char *text)
{
	static const char *const good[] = { "held", "Held", "Master",
		"Announced" };

	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		if (strcmp(text, good[i]) == 0)
			return GREEN;
	return strcasecmp(text, "conflict") == 0 ? RED : NULL;
}

const char *
color_verdict(const char *text)
{
	if (strcmp(text, "yes") == 0 || strcmp(text, "good") == 0)
		return GREEN;
	return strcmp(text, "no") == 0 || strcmp(text, "bad") == 0 ? RED
								   : YELLOW;
}

const char *
color_fault(const char *text)
{
	return strcmp(text, NOTHING) != 0 ? RED : NULL;
}

/* Of a neighbor -------------------------------------------------------------- */

char *
cell_state(const struct json_at *row, const char *path, int64_t now)
{
	const char *state = string_at(row, "state");

	(void)path;
	(void)now;
	return xasprintf("%s%s", state != NULL ? state : NOTHING,
	    json_is_true(find(row->v, "stale")) ? " (stale)" : "");
}

char *
cell_prefixes(const struct json_at *row, const char *path, int64_t now)
{
	const json_t *families = find(row->v, "prefixes");
	const json_t *v4 = find(json_object_get(families, "ipv4"), path);
	const json_t *v6 = find(json_object_get(families, "ipv6"), path);

	(void)now;
	if (v4 == NULL && v6 == NULL)
		return xstrdup(NOTHING);
	return xasprintf("%" JSON_INTEGER_FORMAT,
	    json_integer_value(v4) + json_integer_value(v6));
}

/* Agreed only while Established; then 0 means that there is no timer. */
char *
cell_agreed(const struct json_at *row, const char *path, int64_t now)
{
	const char *state = string_at(row, "state");

	(void)now;
	if (state == NULL || strcmp(state, "Established") != 0)
		return xstrdup(NOTHING);
	return cell_path(row, path);
}

static char *
error_text(const json_t *error, int64_t now)
{
	struct json_at at = json_at_root(error);
	int64_t code = json_integer_value(find(error, "code"));
	const char *by = string_at(&at, "sentBy"),
		   *text = string_at(&at, "text");
	char *age = cell_age(&at, "at", now);
	char *out;

	if (code == 0)
		out = xasprintf("%s (%s ago)", text != NULL ? text : "", age);
	else
		out = xasprintf("%s (%" PRId64 "/%" JSON_INTEGER_FORMAT
				", %s, %s ago)",
		    text != NULL ? text : "", code,
		    json_integer_value(find(error, "subcode")),
		    by != NULL && strcmp(by, "Peer") == 0 ? "by the peer"
							  : "by us",
		    age);
	free(age);
	return out;
}

char *
cell_finding(const struct json_at *row, const char *path, int64_t now)
{
	const char *text = string_at(row, path);
	const char *next = string_at(row, "next");

	(void)now;
	return next == NULL ? xstrdup(text != NULL ? text : NOTHING)
			    : xasprintf("%s. Next: %s", text, next);
}

/* What keeps it down, what will reset it, or what ended it last, at the path. */
char *
cell_error(const struct json_at *row, const char *path, int64_t now)
{
	const char *blocked = string_at(row, "blocked");
	const char *pending = string_at(row, "pendingReset");
	const char *suspended = string_at(row, "suspended");
	const json_t *error = find(row->v, path);

	if (blocked != NULL)
		return xasprintf("blocked: %s", blocked);
	if (pending != NULL)
		return xasprintf("%s waits for a reset", pending);
	if (!json_is_object(error))
		return xstrdup(NOTHING);
	char *text = error_text(error, now);

	if (suspended == NULL)
		return text;
	char *both = xasprintf("%s; down %s", text, suspended);

	free(text);
	return both;
}

char *
cell_tcp_error(const struct json_at *row, const char *path, int64_t now)
{
	const json_t *error = find(row->v, path);

	return json_is_object(error) ? error_text(error, now)
				     : xstrdup(NOTHING);
}

/* Of a route ----------------------------------------------------------------- */

char *
cell_mark(const struct json_at *row, const char *path, int64_t now)
{
	(void)path;
	(void)now;
	const char *mark = "";

	if (json_is_true(find(row->v, "filtered")))
		mark = "f";
	else if (json_is_false(find(row->v, "eligible")))
		mark = "x";
	else if (json_is_true(find(row->v, "best")))
		mark = ">";
	return xasprintf(
	    "%s%s", mark, json_is_true(find(row->v, "stale")) ? "S" : "");
}

/* Takes both; text NULL: there is none before it. */
static char *
word_append(char *text, char *word)
{
	if (text == NULL)
		return word;
	char *both = xasprintf("%s %s", text, word);

	free(text);
	free(word);
	return both;
}

char *
cell_because(const struct json_at *row, const char *path, int64_t now)
{
	const json_t *reason = find(row->v, "reason");

	(void)path;
	(void)now;
	return cell_path(
	    row, json_is_string(reason) ? "reason" : "kernel.message");
}

char *
cell_communities(const struct json_at *row, const char *path, int64_t now)
{
	const json_t *standard = find(row->v, "communities");
	const json_t *large = find(row->v, "largeCommunities");
	const json_t *bandwidth = find(row->v, "linkBandwidth");
	char *text = NULL;

	(void)path;
	(void)now;
	if (json_array_size(standard) > 0)
		text = word_append(text, value_text(standard));
	if (json_array_size(large) > 0)
		text = word_append(text, value_text(large));
	if (json_is_number(bandwidth))
		text = word_append(text,
		    xasprintf("%.6gMbit/s", json_number_value(bandwidth)));
	return text != NULL ? text : xstrdup(NOTHING);
}

/* Of a Service, a condition -------------------------------------------------- */

char *
cell_name(const struct json_at *row, const char *path, int64_t now)
{
	const char *ns = string_at(row, "namespace");
	const char *name = string_at(row, "name");

	(void)path;
	(void)now;
	return xasprintf(
	    "%s/%s", ns != NULL ? ns : "", name != NULL ? name : "");
}

/* "0.2 of 64.0 MiB" */
char *
cell_table(const struct json_at *row, const char *path, int64_t now)
{
	const double mib = 1 << 20;
	const json_t *bytes = json_object_get(row->v, "tableBytes");
	const json_t *budget = json_object_get(row->v, "tableBudget");

	(void)path;
	(void)now;
	return xasprintf("%.1f of %.1f MiB", json_number_value(bytes) / mib,
	    json_number_value(budget) / mib);
}

/* "2 of 3 established" */
char *
cell_sessions(const struct json_at *row, const char *path, int64_t now)
{
	char *up = cell_path(row, "peersEstablished");
	char *all = cell_path(row, "peersConfigured");
	char *text = xasprintf("%s of %s established", up, all);

	(void)path;
	(void)now;
	free(up);
	free(all);
	return text;
}

/* "Drained: annotation lbbgp.io/drain: new disk" */
char *
cell_drain(const struct json_at *row, const char *path, int64_t now)
{
	char *state = cell_path(row, "drain.state");
	char *reason = cell_path(row, "drain.reason");
	char *text = xasprintf("%s: %s", state, reason);

	(void)path;
	(void)now;
	free(state);
	free(reason);
	return text;
}
