/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps - how a plan came about, rule by rule, for whoever asks.
 *
 * plan.c and candidates.c call these where they decide. They decide nothing, and
 * nothing happens when nobody has asked.
 */
#ifndef ALLOCATOR_PLAN_STEPS_H
#define ALLOCATOR_PLAN_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct addr;
struct plan_query;

struct plan_step {
	/* A literal: "request", "group"; the last one is "result". */
	const char *rule;
	bool good;
	char *text; /* owned */
};

struct plan_steps {           /* all zero: none yet */
	struct plan_step *at; /* owned */
	size_t n;
};

void plan_steps_fini(struct plan_steps *); /* and there are none */
/*
 * Takes the later steps in place of these if they came to another result: a plan made
 * again finds no more than that the Service has its addresses already.
 */
void plan_steps_keep(struct plan_steps *, struct plan_steps *later);

void step(const struct plan_query *, const char *rule, bool good,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
/* What the Service asks for; why: the request can't be read. */
void step_asked(const struct plan_query *, const char *why);
/*
 * The Service asks for this address; why not: the reason and the message of the plan.
 */
void step_request(const struct plan_query *, const struct addr *, bool good);
/* Its wishes: addresses that it might have by its sharing key, or had before. */
void step_wishes(const struct plan_query *);
/* What each group that is asked could give of the families missing. */
void step_groups(const struct plan_query *, uint8_t missing);
#endif
