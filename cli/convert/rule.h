/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule - a kind of another system as a table: which field of it is which of ours.
 */
#ifndef CLI_CONVERT_RULE_H
#define CLI_CONVERT_RULE_H

typedef struct json_t json_t;
struct err;
struct foreign;
struct job;

struct rule {
	const char *from; /* a path there, see path.h */
	const char *to;   /* one of ours; NULL: there is none */
	/* What it is there, owned; NULL and err. turn NULL: the same. */
	json_t *(*turn)(const json_t *, struct err *);
	const char *idle; /* as JSON: this value need not be said */
	const char *why;  /* with to NULL; NULL: "has no counterpart" */
};

/*
 * Takes what the rules name out of from->left, and sets it in ours. The table
 * ends with a row without from. What can't be is told as a remark.
 */
void rule_apply(
    struct job *, struct foreign *from, const struct rule *, json_t *ours);
#endif
