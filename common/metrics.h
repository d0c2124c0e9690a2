/* SPDX-License-Identifier: Apache-2.0 */
/*
 * metrics - numbers for Prometheus, in its text format 0.0.4.
 *
 * Each module that has numbers gives a table; collect() is asked at each
 * scrape.
 */
#ifndef COMMON_METRICS_H
#define COMMON_METRICS_H

#include <stddef.h>

struct metrics;
struct metrics_out; /* the text of a scrape, while it is written */

enum metric_type { METRIC_COUNTER, METRIC_GAUGE };

struct metric {
	const char *name; /* "lbbgp_peer_up" */
	const char *help; /* one line */
	enum metric_type type;
	void (*collect)(
	    void *arg, struct metrics_out *); /* any number of values */
	const char
	    *labels; /* names of each value's: "peer address"; NULL: none */
};

struct metric_label {
	const char *name, *value; /* the value is escaped */
};

struct metrics *metrics_new(void);
void metrics_free(struct metrics *);
/* table is borrowed for good; arg goes to each collect(). */
void
metrics_add(struct metrics *, const struct metric *table, size_t n, void *arg);
/* The same; look() is called once before each time that its rows are collected. */
void metrics_add_looking(struct metrics *, const struct metric *table, size_t n,
    void (*look)(void *arg), void *arg);

/* One value of the metric being collected. */
void metrics_value(struct metrics_out *, const struct metric_label *labels,
    size_t n, double value);

/* Each row, in the order of the text. */
void metrics_each(const struct metrics *,
    void (*each)(void *arg, const struct metric *), void *arg);

/* All of it; owned. */
char *metrics_text(const struct metrics *);
#endif
