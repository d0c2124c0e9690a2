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
#include <stddef.h>
#include <stdint.h>

#include "common/permit.h"

struct err;
struct reviews; /* private to review.c */
struct source_reply;

#define REVIEW_GRANTED_MS 120000 /* how long that holds */
#define REVIEW_DENIED_MS 30000   /* how long 401 and 403 hold */
#define REVIEW_PENDING_MAX 8     /* tokens that are asked about at a time */
#define REVIEW_STRANGERS_MAX 6   /* of them those that were never granted */
#define REVIEW_BURST 10          /* strangers that are asked about at once, */
#define REVIEW_EACH_MS 1000      /* and then one each so many ms */

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
 * now: monotonic, ms. token NULL: none is shown. PERMIT_WAITS: decided() with *ticket
 * follows, not before this returns. Otherwise, unless it is granted, why is for who
 * asked: a person's words, without secrets.
 */
enum permit reviews_ask(struct reviews *, const char *token, size_t n,
    uint64_t now, unsigned *ticket, struct err *why);
/* The API server's answer to what was asked last with this ticket. */
void reviews_answer(struct reviews *, unsigned ticket,
    const struct source_reply *, uint64_t now);
#endif
