/* SPDX-License-Identifier: Apache-2.0 */
/*
 * rule - a kind of another system as a table: which field of it is which of
 * ours.
 *
 * Paths are words with dots between them: "spec.local.v4pool".
 */
#ifndef CLI_CONVERT_RULE_H
#define CLI_CONVERT_RULE_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;
struct foreign;
struct job;

struct rule {
	const char *from;
	const char *to; /* a path of ours; NULL: there is none */
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

/* Removes it there; owned. NULL: there was nothing, or null. */
json_t *rule_take(json_t *obj, const char *path);
/* A remark and NULL when it is something else than a list; owned. */
json_t *rule_take_list(struct job *, struct foreign *from, const char *path);
const json_t *rule_get(const json_t *obj, const char *path); /* borrowed */
/* NULL: not there, or not a string. Borrowed. */
const char *rule_text(const json_t *obj, const char *path);
/* Takes value. Objects on the way are made. */
void rule_set(json_t *obj, const char *path, json_t *value);
/* A remark "<value>: <why>". */
void rule_refuse(struct job *, const char *label, const char *path,
    const json_t *value, const char *why);
/* null, false, an empty text, list or object */
bool rule_says_nothing(const json_t *);
#endif
