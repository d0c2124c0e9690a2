/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/service_table.h"

#include <stdbool.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/plan/plan.h"
#include "common/api/service.h"
#include "common/prefix.h"
#include "common/source/store.h"

struct says {
	enum shade shade;
	const char *reason, *message;
};

static bool
is_true(const struct condition *c)
{
	return c != NULL && strcmp(c->status, "True") == 0;
}

/* Without an address nobody asks who announces it. */
static struct says
says_of(const struct service *s)
{
	const struct condition *c = s->condition;
	const struct condition *a = s->announced;

	if (c == NULL)
		return (struct says){ SHADE_WARN, "Waiting", "" };
	if (!is_true(c))
		return (struct says){ SHADE_BAD, c->reason, c->message };
	if (a == NULL)
		return (struct says){ SHADE_GOOD, c->reason, "" };
	if (is_true(a))
		return (struct says){ SHADE_GOOD, a->reason, a->message };
	return (struct says){ strcmp(a->status, "False") == 0 ? SHADE_BAD
							      : SHADE_WARN,
		a->reason, a->message };
}

static bool
has_address(const struct service *s, const char *filter)
{
	char text[ADDR_TEXT];

	for (uint32_t i = 0; i < s->n_ingress; i++)
		if (ask_matches(filter, addr_print(&s->ingress[i].addr, text)))
			return true;
	return false;
}

static bool
service_matches(const struct service *s, const char *filter)
{
	struct says says = says_of(s);
	char name[320];

	snprintf(name, sizeof(name), "%s/%s", s->meta.ns, s->meta.name);
	return ask_matches(filter, name) || ask_matches(filter, says.reason) ||
	    ask_matches(filter, says.message) ||
	    (s->allocated_from != NULL &&
		ask_matches(filter, s->allocated_from)) ||
	    has_address(s, filter);
}

struct service_walk {
	struct service_table *table;
	const struct service_table_spec *spec;
};

static bool
service_add(void *arg, const struct object_key *key, const void *item)
{
	struct service_walk *w = arg;
	struct service_table *t = w->table;
	const struct service *s = item;

	if (!plan_is_ours(s, w->spec->class))
		return true;
	t->services++;
	t->assigned += is_true(s->condition);
	t->judged += s->announced != NULL;
	t->announced += is_true(s->condition) && is_true(s->announced);
	const struct table_row row = { key->ns, key->name, s,
		says_of(s).shade };

	if (service_matches(s, w->spec->filter))
		rows_add(&t->rows, &row);
	return true;
}

void
service_table_init(
    struct service_table *t, const struct service_table_spec *spec)
{
	struct service_walk walk = { t, spec };

	*t = (struct service_table){ 0 };
	store_each(spec->store, spec->service, service_add, &walk);
	rows_sort(&t->rows);
}

void
service_table_fini(struct service_table *t)
{
	rows_fini(&t->rows);
}

/* ---- lines ---- */

static void
addresses_write(const struct service *s, FILE *out)
{
	char text[ADDR_TEXT];

	if (s->n_ingress == 0)
		fputs("–", out);
	for (uint32_t i = 0; i < s->n_ingress; i++)
		fprintf(out, "%s<code>%s</code>", i > 0 ? "<br>" : "",
		    addr_print(&s->ingress[i].addr, text));
}

static void
service_write(const struct service *s, FILE *out)
{
	struct says says = says_of(s);

	fputs("<tr class=\"first\"><th scope=\"row\"><small>", out);
	html_text(out, s->meta.ns);
	fputs("/</small>", out);
	html_text(out, s->meta.name);
	fputs("</th><td>", out);
	addresses_write(s, out);
	fputs("</td><td>", out);
	html_text(out, s->allocated_from != NULL ? s->allocated_from : "–");
	fputs("</td><td>", out);
	html_state(out, says.shade, says.reason);
	fputs("</td><td class=\"says\">", out);
	html_text(out, says.message);
	fputs("</td></tr>\n", out);
}

void
service_table_write(const struct service_table *t, FILE *out)
{
	size_t n =
	    t->rows.n < SERVICE_LINES_MOST ? t->rows.n : SERVICE_LINES_MOST;

	fputs(
	    "<section id=\"services\"><h2>Services</h2>\n<table><thead><tr>"
	    "<th>Service</th><th>Address</th><th>Group</th><th>State</th>"
	    "<th>Announcers, or why there are none</th></tr></thead><tbody>\n",
	    out);
	if (n == 0)
		html_none(out, 5);
	for (size_t i = 0; i < n; i++)
		service_write(t->rows.at[i].item, out);
	fputs("</tbody></table>\n", out);
	html_more(out, t->rows.n - n);
	fputs("</section>\n", out);
}
