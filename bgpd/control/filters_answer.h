/* SPDX-License-Identifier: Apache-2.0 */
/*
 * filters_answer - the rules of filters that are in force, over all peers.
 */
#ifndef BGPD_CONTROL_FILTERS_ANSWER_H
#define BGPD_CONTROL_FILTERS_ANSWER_H

#include <stdbool.h>
#include <stddef.h>

#include "bgpd/policy/filter.h"

typedef struct json_t json_t;
struct daemon_view;
struct err;
struct json_at;

/* A rule, and how often it decided about a route, of whatever peer. */
struct filter_tally {
	enum filter_way way;
	struct filter_counter counter;
};

struct filter_tallies {
	struct filter_tally *at; /* owned */
	size_t n;
};

/* Those of all peers' policies, each once. Names are borrowed from these. */
void filter_tallies_init(struct filter_tallies *, const struct daemon_view *);
void filter_tallies_fini(struct filter_tallies *);
/* "Import" or "Export". */
const char *filter_way_name(enum filter_way);

/*
 * Sets "filters" of the reply: a row for each rule, of all filters or of the one that
 * is named, with the neighbors that it is for. False: the request can't be answered.
 */
bool filters_answer(const struct daemon_view *, const struct json_at *request,
    json_t *reply, struct err *);
#endif
