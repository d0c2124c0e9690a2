/* SPDX-License-Identifier: Apache-2.0 */
/*
 * yaml - manifests as YAML become the JSON objects that they mean.
 *
 * Read as Kubernetes does: documents are parted by lines that start with "---",
 * mappings have unique string keys, plain scalars are null, booleans, numbers
 * or strings by the YAML 1.2 core schema, quoted ones are strings. Anchors, aliases
 * and merge keys (<<) work, within bounds; tags other than the core ones don't. No
 * error holds a value: it may be secret.
 */
#ifndef COMMON_YAML_H
#define COMMON_YAML_H

#include <stdbool.h>
#include <stddef.h>

struct err;
struct json_t;

/* Is this line, which starts at the document's left edge, "---"? */
bool yaml_is_separator(const char *line);

/*
 * One document. An empty one gives JSON null. `line` is the line it starts at,
 * from 1, for the text of errors: "line 12: …". NULL: refused. The result is
 * owned.
 */
struct json_t *
yaml_parse(const char *text, size_t n, unsigned line, struct err *);
#endif
