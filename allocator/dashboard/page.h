/* SPDX-License-Identifier: Apache-2.0 */
/*
 * page - what the dashboard serves: which paths there are, and what is at each.
 */
#ifndef ALLOCATOR_DASHBOARD_PAGE_H
#define ALLOCATOR_DASHBOARD_PAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct kept;

struct page_asked { /* borrowed */
	const char *path;
	const char *query, *host; /* NULL: none */
	size_t n_query, n_host;
	bool local; /* we are reached from this host only: mind the names */
};

struct page_answer {
	const char *status, *type; /* literals, as the next one */
	const char *fields;        /* more, each with its line end */
	char *body;                /* owned */
	bool stays;                /* the stream of events */
};

/* To be told to those who follow the stream. */
#define PAGE_EVENT "event: changed\ndata:\n\n"

struct page_answer page_answer(struct kept *, const struct page_asked *);
#endif
