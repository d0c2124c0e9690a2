/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps - how a plan came about, rule by rule, for whoever asks.
 *
 * plan.c calls these where it decides. They decide nothing, and cost nothing when
 * nobody has asked.
 */
#ifndef ALLOCATOR_PLAN_STEPS_H
#define ALLOCATOR_PLAN_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "allocator/plan/request.h"

struct addr;
struct candidates;
struct err;
struct plan_query;
struct service;

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

/*
 * The Service has this address. Not good: an older Service that holds it, too, keeps
 * it.
 */
void step_have(const struct plan_query *, const struct addr *, bool good);
/* What the Service asks for; why: the request can't be read. */
void step_asked(
    const struct plan_query *, const struct request *, const struct err *why);
/*
 * The Service asks for this address; the message is why not, unless the reason is
 * ASSIGNED.
 */
void step_request(const struct plan_query *, const struct addr *, enum reason,
    const char *message);
/* An address that the Service has, if any address will do. */
void step_keep(const struct plan_query *, const struct addr *, bool good);
/*
 * What the Service might share, then what each group could give of the families
 * missing.
 */
void step_candidates(
    const struct plan_query *, const struct candidates *, uint8_t missing);
void step_result(const struct plan_query *, enum reason, const char *message);
#endif
