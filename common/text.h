/* SPDX-License-Identifier: Apache-2.0 */
/*
 * text - texts of which either may be missing.
 */
#ifndef COMMON_TEXT_H
#define COMMON_TEXT_H

#include <stdbool.h>
#include <string.h>

/* NULL is equal to NULL only. */
static inline bool
text_eq(const char *a, const char *b)
{
	return a == b || (a != NULL && b != NULL && strcmp(a, b) == 0);
}
#endif
