/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/dashboard.h"

#include <stdlib.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/group_table.h"
#include "allocator/dashboard/html.h"
#include "allocator/dashboard/node_table.h"
#include "allocator/dashboard/recent.h"
#include "allocator/dashboard/service_table.h"
#include "allocator/reconcile/reconcile.h"
#include "common/alloc.h"
#include "common/source/store.h"

struct dashboard {
	struct dashboard_spec spec;
	uint64_t changes;
};

struct dashboard *
dashboard_new(const struct dashboard_spec *spec)
{
	struct dashboard *d = xcalloc(1, sizeof(*d));

	d->spec = *spec;
	return d;
}

void
dashboard_free(struct dashboard *d)
{
	free(d);
}

void
dashboard_change(struct dashboard *d)
{
	d->changes++;
}

uint64_t
dashboard_changes(const struct dashboard *d)
{
	const struct dashboard_spec *s = &d->spec;
	const size_t shown[] = { s->service, s->group, s->node, s->report,
		s->peer };
	uint64_t n = d->changes + recent_count(s->recent);

	for (size_t i = 0; i < sizeof(shown) / sizeof(shown[0]); i++)
		if (shown[i] != SIZE_MAX)
			n += store_changes(s->store, shown[i]);
	return n;
}

/* ---- who decides ---- */

static void
holder_write(const struct dashboard_lead *l, FILE *out)
{
	if (l->holder[0] == '\0') {
		fputs("Nobody leads yet.", out);
		return;
	}
	html_text(out, l->holder);
	fputs(" leads.", out);
}

static void
silence_write(const struct dashboard_lead *l, int64_t wall, FILE *out)
{
	if (l->heard == 0)
		return;
	fputs(
	    "<p class=\"alarm old\">Nothing has come from the API server for ",
	    out);
	html_age(out, l->heard, wall);
	fputs(": what is shown may be as old.</p>\n", out);
}

void
dashboard_write_lead(const struct dashboard_lead *l, int64_t wall, FILE *out)
{
	fputs("<p id=\"lead\">", out);
	if (l->alone) {
		fputs("This allocator decides alone.", out);
	} else if (l->leads) {
		html_text(out, l->us);
		fputs(", this replica, leads.", out);
	} else if (strcmp(l->holder, l->us) == 0) {
		fputs("The Lease names this replica, ", out);
		html_text(out, l->us);
		fputs(", which has not renewed it in time: it decides nothing "
		      "until it has.",
		    out);
	} else {
		holder_write(l, out);
		fputs(" This replica, ", out);
		html_text(out, l->us);
		fputs(", reads along and shows what it knows.", out);
	}
	fputs("</p>\n", out);
	silence_write(l, wall, out);
	if (l->clash[0] == '\0')
		return;
	fputs("<p class=\"alarm\">No address is given or taken back: ", out);
	html_text(out, l->clash);
	fputs("</p>\n", out);
}

/* ---- all in a line ---- */

static void
tile_write(
    FILE *out, const char *what, size_t good, size_t all, const char *how)
{
	fprintf(out, "<div class=\"tile %s\"><dt>%s</dt><dd><b>",
	    good < all ? "bad" : "good", what);
	html_count(out, good);
	fputs("</b> of ", out);
	html_count(out, all);
	fprintf(out, " %s</dd></div>\n", how);
}

static void
waiting_write(FILE *out, size_t waiting)
{
	fprintf(out, "<div class=\"tile %s\"><dt>Waiting</dt><dd><b>",
	    waiting > 0 ? "warn" : "good");
	html_count(out, waiting);
	fputs("</b> for an address</dd></div>\n", out);
}

/* ---- events ---- */

static void
event_write(const struct recent_event *e, int64_t wall, FILE *out)
{
	fputs("<tr class=\"first\"><td class=\"number\">", out);
	html_age(out, e->at, wall);
	fputs("</td><th scope=\"row\"><small>", out);
	html_text(out, e->kind);
	fputs(" ", out);
	html_text(out, e->ns);
	fputs(e->ns[0] != '\0' ? "/</small>" : "</small>", out);
	html_text(out, e->name);
	fputs("</th><td>", out);
	html_state(out, e->warning ? SHADE_WARN : SHADE_GOOD, e->reason);
	fputs("</td><td class=\"says\">", out);
	html_text(out, e->message);
	fputs("</td></tr>\n", out);
}

static bool
event_matches(const struct recent_event *e, const char *filter)
{
	return ask_matches(filter, e->name) || ask_matches(filter, e->ns) ||
	    ask_matches(filter, e->reason) || ask_matches(filter, e->message);
}

static void
events_write(
    const struct recent *recent, const char *filter, int64_t wall, FILE *out)
{
	const struct recent_event *e;
	size_t lines = 0;

	fputs("<section id=\"events\"><h2>Events of this replica</h2>\n"
	      "<table><thead><tr><th class=\"number\">Ago</th><th>Object</th>"
	      "<th>Reason</th><th>Message</th></tr></thead><tbody>\n",
	    out);
	for (size_t i = 0; (e = recent_at(recent, i)) != NULL; i++) {
		if (!event_matches(e, filter))
			continue;
		event_write(e, wall, out);
		lines++;
	}
	if (lines == 0)
		html_none(out, 4);
	fputs("</tbody></table></section>\n", out);
}

/* ---- all of it ---- */

struct tables {
	const struct dashboard_spec *spec;
	bool reported; /* nodes tell what they do */
	struct node_table nodes;
	struct service_table services;
	struct group_table_spec groups;
};

static void
tiles_write(const struct tables *t, FILE *out)
{
	const struct node_table *n = &t->nodes;
	const struct service_table *s = &t->services;

	fputs("<dl id=\"sum\">\n", out);
	if (t->reported) {
		tile_write(out, "Nodes", n->nodes - n->troubled, n->nodes,
		    "without trouble");
		tile_write(out, "Sessions", n->up, n->sessions, "established");
		if (n->bfd > 0)
			tile_write(out, "BFD", n->bfd_up, n->bfd, "up");
	}
	tile_write(out, "Services", s->judged > 0 ? s->announced : s->assigned,
	    s->services, s->judged > 0 ? "announced" : "have an address");
	if (!group_table_is_others(&t->groups))
		waiting_write(out, group_table_waiting(t->groups.supply));
	fputs("</dl>\n", out);
}

static void
tables_init(struct tables *t, const struct dashboard_spec *spec,
    const char *filter, int64_t wall)
{
	*t = (struct tables){ .spec = spec,
		.reported = spec->report != SIZE_MAX,
		.groups = { spec->store, spec->group,
		    reconcile_supply(spec->reconcile), filter } };
	if (t->reported)
		node_table_init(&t->nodes,
		    &(struct node_table_spec){ spec->store, spec->node,
			spec->report, filter, wall, spec->is_shut, spec->arg });
	service_table_init(&t->services,
	    &(struct service_table_spec){
		spec->store, spec->service, spec->class, filter });
}

char *
dashboard_tables(const struct dashboard *d, const char *filter, int64_t wall)
{
	struct dashboard_lead lead = { .us = "", .holder = "", .clash = "" };
	struct tables t;
	char *text;
	size_t n;
	FILE *out = xmemstream(&text, &n);

	tables_init(&t, &d->spec, filter, wall);
	d->spec.lead(d->spec.arg, &lead);
	dashboard_write_lead(&lead, wall, out);
	tiles_write(&t, out);
	if (t.reported)
		node_table_write(&t.nodes, out);
	group_table_write(&t.groups, out);
	service_table_write(&t.services, out);
	events_write(d->spec.recent, filter, wall, out);
	node_table_fini(&t.nodes);
	service_table_fini(&t.services);
	fclose(out);
	return text;
}
