/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/audiences.h"

#include <stdlib.h>
#include <string.h>
#include <uthash.h>

#include "common/alloc.h"

struct audience {
	char *peer; /* owned */
	uint32_t number;
	UT_hash_handle hh;
};

struct audiences {
	struct audience *all; /* owned, a uthash */
};

struct audiences *
audiences_new(void)
{
	return xcalloc(1, sizeof(struct audiences));
}

void
audiences_free(struct audiences *s)
{
	struct audience *a, *next;

	if (s == NULL)
		return;
	HASH_ITER (hh, s->all, a, next) {
		HASH_DEL(s->all, a);
		free(a->peer);
		free(a);
	}
	free(s);
}

uint32_t
audiences_number(const struct audiences *s, const char *peer)
{
	struct audience *a;

	HASH_FIND_STR(s->all, peer, a);
	return a != NULL ? a->number : 0;
}

bool
audiences_add(struct audiences *s, const char *peer)
{
	if (audiences_number(s, peer) != 0)
		return false;
	struct audience *a = xcalloc(1, sizeof(*a));

	a->peer = xstrdup(peer);
	a->number = HASH_COUNT(s->all) + 1;
	HASH_ADD_KEYPTR(hh, s->all, a->peer, strlen(a->peer), a);
	return true;
}
