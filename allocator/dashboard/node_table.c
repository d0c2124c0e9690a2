/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/node_table.h"

#include <string.h>

#include "allocator/announced/report.h"
#include "allocator/dashboard/ask.h"
#include "common/source/store.h"

/* ---- what is to be said ---- */

#define SHUT "shut down"

/* One that is up is on its way down yet. */
static bool
is_shut(const struct node_table *t, const struct report_session *s)
{
	return !s->up && t->is_shut(t->arg, s->peer);
}

/* Why it is not up; "": nothing is said of that. */
static const char *
session_why(const struct node_table *t, const struct report_session *s)
{
	if (is_shut(t, s))
		return SHUT;
	return s->error != NULL ? s->error : "";
}

/* A session that is administratively down in BFD is not watched by it. */
static enum shade
bfd_shade(const struct node_table *t, const struct report_session *s)
{
	if (s->bfd == NULL || strcmp(s->bfd, "AdminDown") == 0 || is_shut(t, s))
		return SHADE_NONE;
	return strcmp(s->bfd, "Up") == 0 ? SHADE_GOOD : SHADE_BAD;
}

static enum shade
session_shade(const struct node_table *t, const struct report_session *s)
{
	if (is_shut(t, s))
		return SHADE_NONE;
	return s->up && bfd_shade(t, s) != SHADE_BAD ? SHADE_GOOD : SHADE_BAD;
}

struct daemon_state {
	enum shade shade;
	const char *word;
};

/* Of the sessions that are missed their own lines tell. */
static struct daemon_state
unready_state(const struct report *r)
{
	if (strcmp(r->unready, "NoSession") == 0)
		return (struct daemon_state){ SHADE_GOOD, "Up" };
	if (r->restarting)
		return (struct daemon_state){ SHADE_WARN, r->unready };
	return (struct daemon_state){ SHADE_BAD,
		r->unready[0] != '\0' ? r->unready : "NotReady" };
}

static struct daemon_state
daemon_state(const struct report *r, int64_t now)
{
	if (r == NULL)
		return (struct daemon_state){ SHADE_WARN, "None" };
	if (report_is_stale(r, now))
		return (struct daemon_state){ SHADE_BAD, "Silent" };
	if (r->data_plane_down)
		return (struct daemon_state){ SHADE_BAD, "DataPlaneDown" };
	if (r->state_stale)
		return (struct daemon_state){ SHADE_WARN, "StateStale" };
	if (r->draining)
		return (struct daemon_state){ SHADE_WARN, "Draining" };
	if (r->drained)
		return (struct daemon_state){ SHADE_WARN, "Drained" };
	if (r->unheard)
		return (struct daemon_state){ SHADE_BAD, "SentToNobody" };
	if (r->unready != NULL)
		return unready_state(r);
	return (struct daemon_state){ SHADE_GOOD, "Up" };
}

static enum shade
node_shade(const struct node_table *t, const struct report *r)
{
	enum shade shade = daemon_state(r, t->now).shade;

	if (r == NULL)
		return shade;
	if (r->mesh_up < r->mesh)
		shade = SHADE_BAD;
	for (size_t i = 0; i < r->n; i++) {
		enum shade of = session_shade(t, &r->sessions[i]);

		if (of > shade)
			shade = of;
	}
	return shade;
}

/* ---- which, and how many ---- */

static bool
session_matches(const struct node_table *t, const struct report_session *s,
    const char *filter)
{
	return ask_matches(filter, s->peer) || ask_matches(filter, s->rest) ||
	    ask_matches(filter, s->state) ||
	    ask_matches(filter, session_why(t, s)) ||
	    (s->bfd != NULL && ask_matches(filter, s->bfd));
}

static bool
node_matches(const struct node_table *t, const struct table_row *row)
{
	const struct report *r = row->item;

	return ask_matches(t->filter, row->name) ||
	    ask_matches(t->filter, daemon_state(r, t->now).word);
}

static bool
any_matches(const struct node_table *t, const struct table_row *row)
{
	const struct report *r = row->item;
	bool found = node_matches(t, row);

	for (size_t i = 0; !found && r != NULL && i < r->n; i++)
		found = session_matches(t, &r->sessions[i], t->filter);
	return found;
}

static void
report_count(struct node_table *t, const struct report *r)
{
	t->daemons++;
	t->sessions += r->mesh;
	t->up += r->mesh_up;
	for (size_t i = 0; i < r->n; i++) {
		enum shade bfd = bfd_shade(t, &r->sessions[i]);

		t->sessions += !is_shut(t, &r->sessions[i]);
		t->up += r->sessions[i].up;
		t->bfd += bfd != SHADE_NONE;
		t->bfd_up += bfd == SHADE_GOOD;
	}
}

struct node_walk {
	struct node_table *table;
	const struct node_table_spec *spec;
};

static bool
node_add(void *arg, const struct object_key *key, const void *item)
{
	struct node_walk *w = arg;
	struct node_table *t = w->table;
	const struct report *r =
	    store_get(w->spec->store, w->spec->report, key);
	const struct table_row row = { "", key->name, r, node_shade(t, r) };

	(void)item;
	t->nodes++;
	if (r != NULL)
		report_count(t, r);
	t->troubled += r == NULL || row.shade == SHADE_BAD;
	if (any_matches(t, &row))
		rows_add(&t->rows, &row);
	return true;
}

void
node_table_init(struct node_table *t, const struct node_table_spec *spec)
{
	struct node_walk walk = { t, spec };

	*t = (struct node_table){ .now = spec->now,
		.filter = spec->filter,
		.is_shut = spec->is_shut,
		.arg = spec->arg };
	store_each(spec->store, spec->node, node_add, &walk);
	rows_sort(&t->rows);
}

void
node_table_fini(struct node_table *t)
{
	rows_fini(&t->rows);
}

/* ---- lines ---- */

static void
session_write(
    const struct node_table *t, const struct report_session *s, FILE *out)
{
	const char *why = session_why(t, s);

	fputs("<td>", out);
	html_text(out, s->peer);
	if (s->rest[0] != '\0') {
		fputs("<small>", out);
		html_text(out, s->rest);
		fputs("</small>", out);
	}
	fputs("</td><td>", out);
	html_state(out,
	    s->up               ? SHADE_GOOD
		: is_shut(t, s) ? SHADE_NONE
				: SHADE_BAD,
	    s->state[0] != '\0' ? s->state : "?");
	if (why[0] != '\0') {
		fputs("<small>", out);
		html_text(out, why);
		fputs("</small>", out);
	}
	fputs("</td><td class=\"number\">", out);
	html_age(out, s->since, t->now);
	fputs("</td><td>", out);
	if (s->bfd == NULL)
		fputs("–", out);
	else
		html_state(
		    out, bfd_shade(t, s), s->bfd[0] != '\0' ? s->bfd : "?");
	fputs("</td></tr>\n", out);
}

/* Lines of one node: its sessions that match, those in trouble first. */
struct lines {
	const struct report_session *at[NODE_LINES_MOST];
	size_t n, all;
};

static void
lines_fill(struct lines *l, const struct node_table *t, const struct report *r,
    const char *filter, size_t most)
{
	*l = (struct lines){ .n = 0 };
	for (int good = 0; r != NULL && good <= 1; good++)
		for (size_t i = 0; i < r->n; i++) {
			const struct report_session *s = &r->sessions[i];

			if ((session_shade(t, s) != SHADE_BAD) != good ||
			    !session_matches(t, s, filter))
				continue;
			if (l->n < most)
				l->at[l->n++] = s;
			l->all++;
		}
}

static void
node_cell(FILE *out, const struct table_row *row, size_t span, int64_t now)
{
	const struct report *r = row->item;
	struct daemon_state state = daemon_state(r, now);

	fprintf(out, "<tr class=\"first\"><th scope=\"row\" rowspan=\"%zu\">",
	    span);
	html_text(out, row->name);
	fprintf(out, "</th><td rowspan=\"%zu\">", span);
	html_state(out, state.shade, state.word);
	if (r != NULL && state.shade != SHADE_GOOD) {
		fputs("<small>heard ", out);
		html_age(out, r->heartbeat, now);
		fputs(" ago</small>", out);
	}
	if (r != NULL && r->mesh > 0)
		fprintf(
		    out, "<small>mesh %zu/%zu</small>", r->mesh_up, r->mesh);
	fputs("</td>", out);
}

static void
node_write(const struct node_table *t, const struct table_row *row,
    const struct lines *l, FILE *out)
{
	node_cell(out, row, l->n > 0 ? l->n : 1, t->now);
	if (l->n == 0)
		fputs("<td colspan=\"4\" class=\"none\">no peers</td></tr>\n",
		    out);
	for (size_t i = 0; i < l->n; i++) {
		if (i > 0)
			fputs("<tr>", out);
		session_write(t, l->at[i], out);
	}
}

/* The sessions that match, or all of a node that does. */
static void
rows_write(const struct node_table *t, FILE *out, size_t *more)
{
	size_t left = NODE_LINES_MOST;
	struct lines l;

	for (size_t i = 0; i < t->rows.n; i++) {
		const struct table_row *row = &t->rows.at[i];
		bool whole = node_matches(t, row);

		lines_fill(&l, t, row->item, whole ? "" : t->filter, left);
		*more += (l.all > 0 ? l.all : 1) - l.n;
		if (left == 0)
			continue;
		if (l.n == 0)
			*more -= 1; /* one line says that there is none */
		node_write(t, row, &l, out);
		left -= l.n > 0 ? l.n : 1;
	}
}

void
node_table_write(const struct node_table *t, FILE *out)
{
	size_t more = 0;

	fputs("<section id=\"nodes\"><h2>Nodes and peers</h2>\n"
	      "<table><thead><tr><th>Node</th><th>Daemon</th><th>Peer</th>"
	      "<th>Session</th><th class=\"number\">Since</th><th>BFD</th></tr>"
	      "</thead><tbody>\n",
	    out);
	if (t->rows.n == 0)
		html_none(out, 6);
	rows_write(t, out, &more);
	fputs("</tbody></table>\n", out);
	html_more(out, more);
	fputs("</section>\n", out);
}
