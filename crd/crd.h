/* SPDX-License-Identifier: Apache-2.0 */
/*
 * crd - the CustomResourceDefinition that a table of fields means.
 */
#ifndef CRD_CRD_H
#define CRD_CRD_H

struct fields;
typedef struct json_t json_t;

extern const struct fields *const crd_kinds[]; /* ended by NULL */

/* Owned. */
json_t *crd_make(const struct fields *);
/* The same as it stands in its file: YAML, owned. */
char *crd_text(const struct fields *);
#endif
