/* SPDX-License-Identifier: Apache-2.0 */
/*
 * wrap - a text as lines that are no wider than a column, broken between words.
 */
#ifndef CLI_WRAP_H
#define CLI_WRAP_H

#include <stddef.h>

size_t wrap_width(const char *text); /* in columns of a terminal */
/* Owned. A word that is too long is cut; a line's end that was there is escaped. */
char *wrap_text(const char *text, size_t width);
#endif
