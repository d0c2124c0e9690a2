/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/intern.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/alloc.h"

struct intern {
	size_t users;
	UT_hash_handle hh;
	char text[];
};

const char *
intern_take(struct intern **texts, const char *text)
{
	struct intern *i;

	HASH_FIND_STR(*texts, text, i);
	if (i == NULL) {
		size_t n = strlen(text) + 1;

		i = xcalloc(1, sizeof(*i) + n);
		memcpy(i->text, text, n);
		HASH_ADD_STR(*texts, text, i);
	}
	i->users++;
	return i->text;
}

void
intern_drop(struct intern **texts, const char *taken)
{
	struct intern *i;

	if (taken == NULL)
		return;
	HASH_FIND_STR(*texts, taken, i);
	if (--i->users > 0)
		return;
	HASH_DEL(*texts, i);
	free(i);
}
