/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metric_labels - values of a scrape have the labels that their rows tell of.
 */
#ifndef TESTS_UNIT_METRIC_LABELS_H
#define TESTS_UNIT_METRIC_LABELS_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/metrics.h"

/* Names of the labels of a line of the text: "peer address"; owned. */
static inline char *
labels_of(const char *line)
{
	char *names = xstrdup("");

	line += strcspn(line, "{ ");
	while (*line == '{' || *line == ',') {
		size_t n = strcspn(++line, "=");
		char *longer = xasprintf("%s%s%.*s", names,
		    names[0] != '\0' ? " " : "", (int)n, line);

		free(names);
		names = longer;
		for (line += n + 2; *line != '"'; line++)
			line += *line == '\\';
		line++;
	}
	return names;
}

static inline void
row_tells(void *arg, const struct metric *m)
{
	char *before = xasprintf("\n%s", m->name);

	for (const char *at = arg; (at = strstr(at, before)) != NULL; at++) {
		char next = at[strlen(before)];
		char *labels = labels_of(at + 1);

		if ((next == '{' || next == ' ') &&
		    strcmp(labels, m->labels != NULL ? m->labels : "") != 0)
			fail_msg("%s has labels \"%s\", its row says \"%s\"",
			    m->name, labels, m->labels);
		free(labels);
	}
	free(before);
}

/* text: of a scrape of these rows, by whatever filled them. */
static inline void
assert_labels_are_told(const struct metrics *rows, char *text)
{
	metrics_each(rows, row_tells, text);
}
#endif
