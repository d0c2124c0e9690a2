/* SPDX-License-Identifier: Apache-2.0 */
/*
 * path - fields of a manifest by their paths, words with dots between them:
 * "spec.local.v4pool".
 */
#ifndef CLI_CONVERT_PATH_H
#define CLI_CONVERT_PATH_H

#include <stdbool.h>

typedef struct json_t json_t;

/* Removes it there; owned. NULL: there was nothing, or null. */
json_t *path_take(json_t *obj, const char *path);
const json_t *path_get(const json_t *obj, const char *path); /* borrowed */
/* NULL: not there, or not a string. Borrowed. */
const char *path_text(const json_t *obj, const char *path);
/* Takes value. Objects on the way are made. */
void path_set(json_t *obj, const char *path, json_t *value);
/* null, false, an empty text, list or object */
bool path_says_nothing(const json_t *);

/* The list that is there, or a new one. Borrowed. */
json_t *path_list_make(json_t *obj, const char *path);
/* Is the text an item of the list there? */
bool path_lists(const json_t *obj, const char *path, const char *text);
/* Adds v to the list unless there is one like it; v stays the caller's. */
void path_list_add(json_t *list, json_t *v);
#endif
