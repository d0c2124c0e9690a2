/* SPDX-License-Identifier: Apache-2.0 */
/*
 * alikes - what many nodes say alike, told once, with the first of them by name.
 *
 * A fault of the network or of a router shows on all nodes.
 */
#ifndef CLI_ALIKES_H
#define CLI_ALIKES_H

#include <stddef.h>

struct alike {
	char *key, *text; /* owned; text: of the first node */
	char *nodes;      /* owned: "n1, n2" */
	size_t n;
};

struct alikes {
	struct alike *at; /* owned */
	size_t n;
};

/* A node says it too; what is alike has one key. */
void
alike_add(struct alikes *, const char *key, const char *text, const char *node);
/* "n1, n2, n3 and 4 more", owned. */
char *alike_nodes(const struct alike *);
void alikes_fini(struct alikes *);
#endif
