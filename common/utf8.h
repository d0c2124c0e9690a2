/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8 - texts that may have been cut within a character.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at s (RFC 3629 4), which becomes *c; 0: there is none. */
size_t utf8_read(const char *s, uint32_t *c);
/* Each byte that is no part of a character becomes '?'. */
void utf8_mend(char *text);
#endif
