/* SPDX-License-Identifier: Apache-2.0 */
/*
 * intern - texts that many have, each kept once for as long as somebody has it.
 */
#ifndef ALLOCATOR_RECONCILE_INTERN_H
#define ALLOCATOR_RECONCILE_INTERN_H

struct intern; /* private to intern.c */

/* texts is a hash by text, NULL when empty. What is taken is equal when the pointers
 * are, and stays until it has been dropped as often as taken. */
const char *intern_take(struct intern **texts, const char *text);
void intern_drop(struct intern **texts, const char *taken); /* NULL is fine */
#endif
