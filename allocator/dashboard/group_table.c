/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/group_table.h"

#include <stdbool.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/html.h"
#include "allocator/reconcile/supply.h"
#include "allocator/reconcile/task.h"
#include "common/api/service_group.h"
#include "common/err.h"
#include "common/source/store.h"

#define READY "Ready" /* its condition: whether nodes announce its addresses */

struct group_says {
	enum shade shade;
	const char *reason, *message;
};

static struct group_says
says_of(const struct group_report *g)
{
	const struct condition *ready = g->group != NULL
	    ? conditions_find(&g->group->conditions, READY)
	    : NULL;

	if (g->refused != NULL)
		return (struct group_says){ SHADE_BAD, "Refused", g->refused };
	if (g->fault != NULL)
		return (
		    struct group_says){ SHADE_BAD, "PoolRefused", g->fault };
	if (ready != NULL && strcmp(ready->status, "True") != 0)
		return (struct group_says){ SHADE_BAD, ready->reason,
			ready->message };
	if (g->waiting > 0)
		return (struct group_says){ SHADE_WARN, "Waited for", "" };
	return (struct group_says){ SHADE_GOOD,
		ready != NULL ? "Ready" : "Accepted",
		g->warning != NULL ? g->warning : "" };
}

static bool
group_matches(const struct group_report *g, const char *filter)
{
	struct group_says says = says_of(g);

	return ask_matches(filter, g->name) ||
	    ask_matches(filter, says.reason) ||
	    ask_matches(filter, says.message);
}

bool
group_table_is_others(const struct group_table_spec *spec)
{
	return spec->supply->groups.n == 0 &&
	    store_count(spec->store, spec->group) > 0;
}

size_t
group_table_waiting(const struct supply *supply)
{
	size_t waiting = 0;
	struct group_report g;

	for (size_t i = 0; i < supply->groups.n; i++) {
		supply_report(supply, i, &g);
		waiting += g.waiting;
	}
	return waiting;
}

/* ---- lines ---- */

static void
usage_write(enum family f, const struct usage *u, FILE *out)
{
	fprintf(out, "<td>%s</td><td class=\"usage\">", family_name(f));
	html_bar(out, u->used, u->capacity);
	fputs("</td><td class=\"number\">", out);
	html_count(out, u->used);
	fputs("</td><td class=\"number\">", out);
	html_count(out, u->capacity);
	fputs("</td>", out);
}

/* What is said of all its families, behind those of the first. */
static void
rest_write(const struct group_report *g, unsigned span, FILE *out)
{
	struct group_says says = says_of(g);

	fprintf(out, "<td class=\"number\" rowspan=\"%u\">", span);
	html_count(out, g->waiting);
	fprintf(out, "</td><td rowspan=\"%u\">", span);
	html_state(out, says.shade, says.reason);
	fprintf(out, "</td><td class=\"says\" rowspan=\"%u\">", span);
	html_text(out, says.message);
	fputs("</td>", out);
}

static void
group_write(const struct group_report *g, FILE *out)
{
	unsigned span = 0, done = 0;

	for (enum family f = FAMILY_V4; f < FAMILIES; f++)
		span += g->usage[f].capacity > 0;
	fprintf(out, "<tr class=\"first\"><th scope=\"row\" rowspan=\"%u\">",
	    span > 0 ? span : 1);
	html_text(out, g->name);
	fputs("</th>", out);
	if (span == 0) {
		fputs(
		    "<td colspan=\"4\" class=\"none\">no addresses</td>", out);
		rest_write(g, 1, out);
	}
	for (enum family f = FAMILY_V4; f < FAMILIES; f++) {
		if (g->usage[f].capacity == 0)
			continue;
		fputs(done > 0 ? "</tr><tr>" : "", out);
		usage_write(f, &g->usage[f], out);
		if (done++ == 0)
			rest_write(g, span, out);
	}
	fputs("</tr>\n", out);
}

struct group_walk {
	const struct group_table_spec *spec;
	FILE *out;
	bool good; /* this time only those are wanted */
	size_t lines, more;
};

static void
group_add(struct group_walk *w, const struct group_report *g)
{
	bool good = says_of(g).shade == SHADE_GOOD;

	if (good != w->good || !group_matches(g, w->spec->filter))
		return;
	if (w->lines == GROUP_LINES_MOST) {
		w->more++;
		return;
	}
	w->lines++;
	group_write(g, w->out);
}

/* Of those that could never be read nobody else knows. */
static void
refused_add(void *arg, const struct object_key *key, const struct err *why)
{
	struct group_walk *w = arg;
	const struct group_report unread = { .name = key->name,
		.refused = why->text };

	if (groups_find(&w->spec->supply->groups, key->name) == GROUPS_NONE)
		group_add(w, &unread);
}

static void
groups_walk(struct group_walk *w)
{
	const struct supply *supply = w->spec->supply;
	struct group_report g;

	store_each_refused(w->spec->store, w->spec->group, refused_add, w);
	for (size_t i = 0; i < supply->groups.n; i++) {
		supply_report(supply, i, &g);
		group_add(w, &g);
	}
}

static void
others_write(FILE *out)
{
	fputs("<tr class=\"first\"><td colspan=\"8\" class=\"none\">"
	      "there are some, and only the replica that leads knows their "
	      "state</td></tr>\n",
	    out);
}

void
group_table_write(const struct group_table_spec *spec, FILE *out)
{
	struct group_walk walk = { .spec = spec, .out = out };

	fputs("<section id=\"groups\"><h2>ServiceGroups</h2>\n<table><thead>"
	      "<tr><th>Group</th><th>Family</th><th>Used</th>"
	      "<th class=\"number\">Held</th><th class=\"number\">Of</th>"
	      "<th class=\"number\">Waiting</th><th>State</th><th></th></tr>"
	      "</thead><tbody>\n",
	    out);
	groups_walk(&walk);
	walk.good = true;
	groups_walk(&walk);
	if (group_table_is_others(spec))
		others_write(out);
	else if (walk.lines == 0)
		html_none(out, 8);
	fputs("</tbody></table>\n", out);
	html_more(out, walk.more);
	fputs("</section>\n", out);
}
