/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/reconcile/names.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <uthash.h>

#include "common/alloc.h"

struct name {
	size_t users;
	UT_hash_handle hh;
	char text[];
};

const char *
name_take(struct name **names, const char *text)
{
	struct name *name;

	HASH_FIND_STR(*names, text, name);
	if (name == NULL) {
		size_t n = strlen(text) + 1;

		name = xcalloc(1, sizeof(*name) + n);
		memcpy(name->text, text, n);
		HASH_ADD_STR(*names, text, name);
	}
	name->users++;
	return name->text;
}

void
name_drop(struct name **names, const char *taken)
{
	struct name *name;

	if (taken == NULL)
		return;
	HASH_FIND_STR(*names, taken, name);
	if (--name->users > 0)
		return;
	HASH_DEL(*names, name);
	free(name);
}
