/* SPDX-License-Identifier: Apache-2.0 */
/*
 * trace - how a plan comes about, told to whoever asks, rule by rule.
 *
 * plan.c calls these where it decides. They decide nothing, and cost nothing when
 * nobody listens.
 */
#ifndef ALLOCATOR_PLAN_TRACE_H
#define ALLOCATOR_PLAN_TRACE_H

#include <stdbool.h>
#include <stdint.h>

#include "allocator/plan/request.h"

struct addr;
struct candidates;
struct err;
struct plan_query;
struct service;

struct plan_trace {
	const struct service *of; /* whose plans are told */
	/* rule: "request", "group"; text is borrowed. The last one is "result". */
	void (*step)(void *arg, const char *rule, bool good, const char *text);
	void *arg;
};

/* It has this address. Not good: an older Service that holds it, too, keeps it. */
void trace_have(const struct plan_query *, const struct addr *, bool good);
/* What it asks for; why: that can't be read. */
void trace_asked(
    const struct plan_query *, const struct request *, const struct err *why);
/* It asks for this address; the message is why not, unless the reason is ASSIGNED. */
void trace_request(const struct plan_query *, const struct addr *, enum reason,
    const char *message);
/* An address that it has, when any will do. */
void trace_keep(const struct plan_query *, const struct addr *, bool good);
/* What it might share, then what each group could give of the families missing. */
void trace_candidates(
    const struct plan_query *, const struct candidates *, uint8_t missing);
void trace_result(const struct plan_query *, enum reason, const char *message);
#endif
