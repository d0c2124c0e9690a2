/* SPDX-License-Identifier: Apache-2.0 */
/*
 * findings - what lbbgp doctor has found: each with how bad it is and what to do next.
 *
 * Every check of a node or of a cluster adds its own, in its order; as JSON they are
 * the reply that print.h shows.
 */
#ifndef CLI_FINDINGS_H
#define CLI_FINDINGS_H

#include <stddef.h>

struct instance;

enum verdict_of_doctor {
	DOCTOR_GOOD,
	DOCTOR_UNSEEN, /* it can't be told from here */
	DOCTOR_DOUBT,  /* may be meant so */
	DOCTOR_BAD,
};

struct finding {
	const char *check; /* literal: "sessions" */
	enum verdict_of_doctor verdict;
	char *text; /* owned: what is so */
	char *next; /* owned: what to do; NULL: nothing */
};

struct findings {
	const struct instance *of; /* borrowed; NULL: the default one */
	struct finding
	    *at; /* owned; one or more for each check, in its order */
	size_t n;
};

/* Of which lbbgp they are. */
const struct instance *findings_of(const struct findings *);
/*
 * check is a literal, next is copied and may be NULL. NAMESPACE in it becomes the one
 * where that lbbgp is.
 */
void findings_add(struct findings *, const char *check, enum verdict_of_doctor,
    const char *next, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));
void findings_fini(struct findings *);
const char *doctor_word(enum verdict_of_doctor); /* "good", "unseen", … */
/*
 * {"version": 1, "class": …, "namespace": …, "worst": …, "bad": how many, "findings":
 * […]} as text, owned.
 */
char *doctor_reply(const struct findings *);
/* The worst of all. */
enum verdict_of_doctor findings_worst(const struct findings *);
#endif
