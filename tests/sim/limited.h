/* SPDX-License-Identifier: Apache-2.0 */
/*
 * limited - a ServiceGroup whose prefixes only some of the nodes announce
 * (maxAnnouncers), and the Service that tells nodes of each other, as Kubernetes sees
 * the daemons' readiness.
 */
#ifndef TESTS_SIM_LIMITED_H
#define TESTS_SIM_LIMITED_H

#include <stdbool.h>
#include <stdint.h>

struct history;

/* Prefixes of a set (announced.h) that fewer nodes may announce: all but pods'. */
uint64_t limited_of(const struct history *, uint64_t set);
/* From now on daemons are looked at. */
void limited_begin(struct history *);
/* The cluster did: what it says of the daemons is written anew at the next look. */
void limited_went_back(struct history *);
/* As many nodes as are to announce a prefix do, and the same ones to all routers. */
void limited_judge_rest(struct history *);
/*
 * One node leaves: nothing moves but what it had, each by one node, and never is there
 * nobody.
 */
void limited_judge_leaving(struct history *);
#endif
