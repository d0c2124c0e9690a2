/* SPDX-License-Identifier: Apache-2.0 */
/*
 * doctor - from what can be seen on a node to what is wrong with it, and what to do.
 *
 * Pure: doctor_io.c gathers the facts. A check that can't see what it needs says so and
 * is never taken for a good one.
 */
#ifndef CLI_DOCTOR_H
#define CLI_DOCTOR_H

struct doctor_facts;
struct findings;

/* Adds at least one finding for each check, in the order of the chain. */
void doctor_examine(const struct doctor_facts *, struct findings *);
#endif
