/* SPDX-License-Identifier: Apache-2.0 */
/*
 * selector - Kubernetes label selectors, and the labels that they look at.
 */
#ifndef COMMON_API_SELECTOR_H
#define COMMON_API_SELECTOR_H

#include <stdbool.h>
#include <stddef.h>

typedef struct json_t json_t;
struct err;

struct labels {
	/* owned; key NUL value NUL …, sorted by key, NUL; NULL: none */
	char *text;
};

enum selector_op {
	SELECTOR_IN,
	SELECTOR_NOT_IN,
	SELECTOR_EXISTS,
	SELECTOR_DOES_NOT_EXIST,
};

struct requirement {
	char *key;
	char **values;
	size_t n_values;
	enum selector_op op;
};

struct selector {
	struct requirement *at; /* all must hold; none: it matches everything */
	size_t n;
	bool present; /* somebody wrote it, be it empty */
};

/*
 * map is an object of strings, or NULL for none; path is for messages. False: err has
 * the first that is none, and all that are none are left out.
 */
bool labels_decode(
    struct labels *, const json_t *map, const char *path, struct err *);
void labels_fini(struct labels *);
size_t labels_bytes(const struct labels *); /* of the text; 0: none */
const char *labels_get(const struct labels *, const char *key); /* or NULL */
bool labels_eq(const struct labels *, const struct labels *);

/*
 * obj is {matchLabels, matchExpressions} that SELECTOR_ROWS (rows.h) let pass, or NULL
 * for none.
 */
void selector_decode(struct selector *, const json_t *obj);
void selector_copy(struct selector *to, const struct selector *from);
void selector_fini(struct selector *);
bool selector_eq(const struct selector *, const struct selector *);
bool selector_matches(const struct selector *, const struct labels *);
#endif
