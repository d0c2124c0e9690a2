/* SPDX-License-Identifier: Apache-2.0 */
/*
 * dashboard - what the allocator knows of its cluster, as tables for people.
 *
 * Made of what its parts have already; reads only. How it comes to a browser is
 * dashboard_io.h's.
 */
#ifndef ALLOCATOR_DASHBOARD_DASHBOARD_H
#define ALLOCATOR_DASHBOARD_DASHBOARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct dashboard; /* private to dashboard.c */
struct plan_class;
struct recent;
struct reconcile;
struct store;

struct dashboard_lead { /* who decides; borrowed */
	bool alone;     /* there is no other allocator */
	bool leads;
	const char *us, *holder; /* "": nobody */
	/* Nothing has come from the API server since; s since 1970; 0: it does. */
	int64_t heard;
	const char *clash; /* why nothing is decided; "": it is */
};

struct dashboard_spec { /* all borrowed for good */
	const struct store *store;
	/* Rows of its table; report SIZE_MAX: nodes are not asked what they do. */
	size_t service, group, node, report;
	size_t peer; /* what is_shut() goes by; SIZE_MAX: it is not asked */
	struct reconcile *reconcile;
	const struct plan_class *class; /* whose Services are shown */
	const struct recent *recent;
	void (*lead)(void *arg, struct dashboard_lead *);
	bool (*is_shut)(
	    void *arg, const char *peer); /* as node_table.h has it */
	void *arg;
};

struct dashboard *dashboard_new(const struct dashboard_spec *);
void dashboard_free(struct dashboard *);

/* Who decides, or what, has changed; of the store and of events it sees that itself. */
void dashboard_change(struct dashboard *);
/* How often something that it shows may have changed. */
uint64_t dashboard_changes(const struct dashboard *);

/* What is above the tables. */
void dashboard_write_lead(const struct dashboard_lead *, int64_t wall, FILE *);
/*
 * The tables, of what matches the filter (ask.h), as HTML within a page; owned. wall: s
 * since 1970.
 */
char *
dashboard_tables(const struct dashboard *, const char *filter, int64_t wall);
#endif
