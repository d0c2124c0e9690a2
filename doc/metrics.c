/* SPDX-License-Identifier: Apache-2.0 */
#include "doc/metrics.h"

#include <stdio.h>
#include <stdlib.h>

#include "allocator/metrics.h"
#include "bgpd/control/all_metrics.h"
#include "common/metrics.h"

struct metrics *
metrics_of_bgpd(void)
{
	struct metrics *m = metrics_new();

	all_metrics_add(m, NULL);
	return m;
}

struct metrics *
metrics_of_allocator(void)
{
	struct metrics *m = metrics_new();

	allocator_metrics_add(NULL, m);
	return m;
}

static void
put_labels(FILE *f, const char *labels)
{
	for (; *labels != '\0'; labels++)
		if (*labels == ' ')
			fputs("`, `", f);
		else
			putc(*labels, f);
}

static void
put_row(void *arg, const struct metric *m)
{
	FILE *f = arg;

	fprintf(f, "| `%s` | %s | ", m->name,
	    m->type == METRIC_COUNTER ? "counter" : "gauge");
	if (m->labels != NULL) {
		putc('`', f);
		put_labels(f, m->labels);
		putc('`', f);
	}
	fprintf(f, " | %s |\n", m->help);
}

static void
put_table(FILE *f, struct metrics *m)
{
	fputs("\n| metric | type | labels | is |\n|---|---|---|---|\n", f);
	metrics_each(m, put_row, f);
	metrics_free(m);
}

char *
metrics_page(void)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	if (f == NULL)
		abort();
	fputs("<!-- Made by `make reference`. -->\n"
	      "# Metrics\n\n"
	      "In Prometheus' text format at `/metrics`. What to be told of: "
	      "[Alerts](alerts.md); for who is elsewhere: [by HTTPS]"
	      "(alerts.md#metrics-by-https).\n\n"
	      "## Of the node daemon\n\n"
	      "At 127.0.0.1:9179 of each node; `--metrics` names another "
	      "address.\n",
	    f);
	put_table(f, metrics_of_bgpd());
	fputs("\n## Of the allocator\n\n"
	      "At port 9180 of its pods.\n",
	    f);
	put_table(f, metrics_of_allocator());
	fclose(f);
	return text;
}
