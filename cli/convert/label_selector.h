/* SPDX-License-Identifier: Apache-2.0 */
/*
 * label_selector - label selectors from what other systems have for them.
 *
 * A selector without any requirement is {}: everything matches it.
 */
#ifndef CLI_CONVERT_NODE_SELECTOR_H
#define CLI_CONVERT_NODE_SELECTOR_H

#include <stdbool.h>

typedef struct json_t json_t;
struct err;

/* A Kubernetes label selector with its fields in order; owned. NULL and err. */
json_t *label_selector_clean(const json_t *, struct err *);
/*
 * One that matches what any of the list does; owned. An empty list matches
 * everything. NULL and err: that can't be said in one selector.
 */
json_t *label_selector_any(const json_t *list, struct err *);
/* Adds one more selector, which may match instead; false and err. */
bool label_selector_widen(json_t *to, const json_t *by, struct err *);
bool label_selector_matches(const json_t *selector, const json_t *labels);
/* The node of that name. */
json_t *label_selector_host(const char *name);

/*
 * Calico's language: all(), has(k), k == 'v', k != 'v', k in {'v'}, k not in
 * {'v'}, !, &&, || and parentheses. Owned; NULL and err: not that, or no label
 * selector says the same.
 */
json_t *calico_selector_parse(const char *text, struct err *);
#endif
