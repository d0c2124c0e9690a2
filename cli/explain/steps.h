/* SPDX-License-Identifier: Apache-2.0 */
/*
 * steps - what decided, rule by rule, for people to read.
 */
#ifndef CLI_EXPLAIN_STEPS_H
#define CLI_EXPLAIN_STEPS_H

#include <stddef.h>

struct step {
	char *rule;          /* owned */
	const char *verdict; /* a literal: "yes", "no", or a verdict_name() */
	char *text;          /* owned */
};

struct steps {
	struct step *at; /* owned */
	size_t n;
};

void steps_add(struct steps *, const char *rule, const char *verdict,
    const char *fmt, ...) __attribute__((format(printf, 4, 5)));
void steps_fini(struct steps *); /* and is empty */
#endif
