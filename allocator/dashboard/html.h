/* SPDX-License-Identifier: Apache-2.0 */
/*
 * html - pieces of a page. Whatever comes from outside goes through html_text().
 */
#ifndef ALLOCATOR_DASHBOARD_HTML_H
#define ALLOCATOR_DASHBOARD_HTML_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

enum shade { SHADE_NONE, SHADE_GOOD, SHADE_WARN, SHADE_BAD };

/* Nothing of it is markup, and nothing of it changes what stands around it. */
void html_text(FILE *, const char *);
/* A word in a colour, which says nothing that the word does not. */
void html_state(FILE *, enum shade, const char *word);
/* How long ago it was; then 0: nothing is known. s since 1970. */
void html_age(FILE *, int64_t then, int64_t now);
/* 12,345; of 10^9 and more, as of a pool of IPv6, the power of two below. */
void html_count(FILE *, uint64_t);
/* How much of it is used, as a bar and in percent. */
void html_bar(FILE *, uint64_t used, uint64_t capacity);
/* The only line of a table that has none. */
void html_none(FILE *, unsigned columns);
/* Below a table that shows so many lines less than there are. */
void html_more(FILE *, size_t lines);
#endif
