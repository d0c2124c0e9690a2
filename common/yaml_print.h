/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml_print - a JSON object as a document of YAML, for kubectl and for people.
 */
#ifndef COMMON_YAML_PRINT_H
#define COMMON_YAML_PRINT_H

#include <stddef.h>
#include <stdio.h>

typedef struct json_t json_t;

/* Keys keep their order. No "---" in front. */
void yaml_print(FILE *, const json_t *object);
/* The same, with long texts as lines of so many columns. */
void yaml_print_folded(FILE *, const json_t *object, size_t width);
#endif
