/* SPDX-License-Identifier: Apache-2.0 */
/*
 * told - doc/reference/conditions.md: every condition that the programs write on
 * objects, and the reasons of each.
 */
#ifndef DOC_TOLD_H
#define DOC_TOLD_H

char *told_page(void); /* owned */
#endif
