/* SPDX-License-Identifier: Apache-2.0 */
/*
 * names - texts that many have, each kept once for as long as somebody has it.
 */
#ifndef ALLOCATOR_RECONCILE_NAMES_H
#define ALLOCATOR_RECONCILE_NAMES_H

struct name; /* private to names.c */

/* names is a hash by text, NULL when empty. What is taken is equal when the pointers
 * are, and stays until it has been dropped as often as taken. */
const char *name_take(struct name **names, const char *text);
void name_drop(struct name **names, const char *taken); /* NULL is fine */
#endif
