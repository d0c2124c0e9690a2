/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alloc - memory that is there, or the program ends.
 *
 * Out of memory nothing sensible can go on: the supervisor starts the program
 * anew. Everything returned is freed with free().
 */
#ifndef COMMON_ALLOC_H
#define COMMON_ALLOC_H

#include <stdarg.h>
#include <stdio.h>

void *xcalloc(size_t n, size_t size);          /* zeroed */
void *xrealloc(void *, size_t n, size_t size); /* n * size, checked */
/* Gives freed memory back to the kernel; for after much was freed. */
void alloc_trim(void);
char *xstrdup(const char *); /* NULL gives NULL */
/* A copy of the text, which may be part of it, takes the place of what was there. */
void xreplace(char **slot, const char *text);
/* As open_memstream(): what is written becomes *text, n octets. */
FILE *xmemstream(char **text, size_t *n);
char *xasprintf(const char *fmt, ...) __attribute__((format(printf, 1, 2)));
char *
xvasprintf(const char *fmt, va_list) __attribute__((format(printf, 1, 0)));
#endif
