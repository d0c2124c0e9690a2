/* SPDX-License-Identifier: Apache-2.0 */
/*
 * review - may who shows this bearer token get /metrics? As the API server says.
 *
 * It is asked whose token that is (TokenReview) and whether he may get the path
 * (SubjectAccessReview), and what it says holds for a while. Sends nothing itself.
 */
#ifndef COMMON_KUBE_REVIEW_H
#define COMMON_KUBE_REVIEW_H

#include <stdbool.h>
#include <stdint.h>

#include "common/permit.h"

struct err;
struct reviews; /* private to review.c */
struct source_reply;

#define REVIEW_GRANTED_MS 120000 /* how long that holds */
#define REVIEW_DENIED_MS 30000   /* how long 401 and 403 hold */
#define REVIEW_PENDING_MAX 8     /* tokens that are asked about at a time */
#define REVIEW_STRANGERS_MAX 6   /* of them those that were never granted */
#define REVIEW_STRANGERS_EACH 2  /* … from one address */
#define REVIEW_SECOND_MAX 8  /* strangers that are asked about in a second */
#define REVIEW_SECOND_EACH 2 /* … from one address */

struct review_ops {
	/*
	 * Sends a question about the token of this ticket; reviews_answer() follows,
	 * not before this returns. path and body are borrowed until it returns. False:
	 * nobody can be asked.
	 */
	bool (*ask)(
	    void *arg, unsigned ticket, const char *path, const char *body);
	/* For all that wait with this ticket; why is borrowed, unless it is granted. */
	void (*decided)(
	    void *arg, unsigned ticket, enum permit, const struct err *why);
};

struct reviews *reviews_new(const struct review_ops *, void *arg);
void reviews_free(struct reviews *); /* tells nobody */

/*
 * now: monotonic, ms. PERMIT_WAITS: decided() with *ticket follows, not before this
 * returns. Otherwise, unless it is granted, why is for who asked: a person's words,
 * without secrets.
 */
enum permit reviews_ask(struct reviews *, const struct bearer *, uint64_t now,
    unsigned *ticket, struct err *why);
/* The API server's answer to what was asked last with this ticket. */
void reviews_answer(struct reviews *, unsigned ticket,
    const struct source_reply *, uint64_t now);
#endif
