/* SPDX-License-Identifier: Apache-2.0 */
/*
 * kube_brief - an object's text without what nobody here reads.
 */
#ifndef COMMON_KUBE_KUBE_BRIEF_H
#define COMMON_KUBE_KUBE_BRIEF_H

#include <stddef.h>

/*
 * Copies n bytes of JSON. The arrays metadata.managedFields and status.images, which
 * may be most of an object, become 0. depth: of the braces around a member of metadata,
 * 2 in an object, 3 in an event. Returns the bytes in out, at most n, which may be text
 * itself. What was no JSON may become some, where nobody would have read it.
 */
size_t kube_brief(char *out, const char *text, size_t n, unsigned depth);
#endif
