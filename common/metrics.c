/* SPDX-License-Identifier: Apache-2.0 */
#include "common/metrics.h"

#include <math.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

struct metrics_table {
	const struct metric *rows;
	size_t n;
	void (*look)(void *arg); /* NULL: nothing is to be looked at */
	void *arg;
};

struct metrics {
	struct metrics_table *tables; /* owned */
	size_t n;
};

struct metrics_out {
	FILE *text;
	const char *name; /* of the metric that is being collected */
};

struct metrics *
metrics_new(void)
{
	return xcalloc(1, sizeof(struct metrics));
}

void
metrics_free(struct metrics *m)
{
	if (m == NULL)
		return;
	free(m->tables);
	free(m);
}

void
metrics_add_looking(struct metrics *m, const struct metric *table, size_t n,
    void (*look)(void *arg), void *arg)
{
	m->tables = xrealloc(m->tables, m->n + 1, sizeof(*m->tables));
	m->tables[m->n++] = (struct metrics_table){ table, n, look, arg };
}

void
metrics_add(struct metrics *m, const struct metric *table, size_t n, void *arg)
{
	metrics_add_looking(m, table, n, NULL, arg);
}

static void
write_escaped(FILE *f, const char *value)
{
	for (; *value != '\0'; value++) {
		if (*value == '\n')
			fputs("\\n", f);
		else if (*value == '"' || *value == '\\')
			fprintf(f, "\\%c", *value);
		else
			putc(*value, f);
	}
}

static void
write_number(FILE *f, double value)
{
	if (isnan(value))
		fputs("NaN", f);
	else if (isinf(value))
		fputs(value > 0 ? "+Inf" : "-Inf", f);
	else if (value > -1e15 && value < 1e15 &&
	    value == (double)(int64_t)value)
		fprintf(f, "%lld", (long long)value);
	else
		fprintf(f, "%.17g", value);
}

void
metrics_value(struct metrics_out *out, const struct metric_label *labels,
    size_t n, double value)
{
	fputs(out->name, out->text);
	for (size_t i = 0; i < n; i++) {
		fprintf(
		    out->text, "%c%s=\"", i == 0 ? '{' : ',', labels[i].name);
		write_escaped(out->text, labels[i].value);
		putc('"', out->text);
	}
	fputs(n > 0 ? "} " : " ", out->text);
	write_number(out->text, value);
	putc('\n', out->text);
}

static void
write_metric(FILE *f, const struct metric *m, void *arg)
{
	struct metrics_out out = { f, m->name };

	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", m->name, m->help, m->name,
	    m->type == METRIC_COUNTER ? "counter" : "gauge");
	m->collect(arg, &out);
}

static void
write_table(FILE *f, const struct metrics_table *t)
{
	if (t->look != NULL)
		t->look(t->arg);
	for (size_t i = 0; i < t->n; i++)
		write_metric(f, &t->rows[i], t->arg);
}

void
metrics_each(const struct metrics *m,
    void (*each)(void *arg, const struct metric *), void *arg)
{
	for (size_t i = 0; i < m->n; i++)
		for (size_t k = 0; k < m->tables[i].n; k++)
			each(arg, &m->tables[i].rows[k]);
}

char *
metrics_text(const struct metrics *m)
{
	char *text = NULL;
	size_t size;
	FILE *f = xmemstream(&text, &size);

	for (size_t i = 0; i < m->n; i++)
		write_table(f, &m->tables[i]);
	fclose(f);
	return text;
}
