/* SPDX-License-Identifier: Apache-2.0 */
/*
 * utf8 - texts of others, which may have been cut within a character.
 */
#ifndef COMMON_UTF8_H
#define COMMON_UTF8_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Bytes of the character at s (RFC 3629 4), which becomes *c; 0: there is none. */
size_t utf8_read(const char *s, uint32_t *c);
/* Can it be shown without doing something to what stands around it? */
bool utf8_is_plain(uint32_t c);
/*
 * Each byte that is no part of a character becomes '?', each character that is not
 * plain becomes \x1b or \u202e. What then has no place in the room is cut off.
 */
void utf8_mend(char *text, size_t room);
/* How many of the first `most` bytes make whole characters. */
size_t utf8_cut(const char *text, size_t most);
#endif
