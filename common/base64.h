/* SPDX-License-Identifier: Apache-2.0 */
/*
 * base64 - bytes from their text (RFC 4648 4), as Secrets and kubeconfigs hold them.
 */
#ifndef COMMON_BASE64_H
#define COMMON_BASE64_H

#include <stddef.h>

/* Owned, with a NUL behind the n bytes; line ends are skipped. NULL: not base64. */
char *base64_decode(const char *text, size_t *n);
char *base64_encode(const char *bytes, size_t n); /* owned */
#endif
