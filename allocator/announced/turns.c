/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/announced/turns.h"

#include <stddef.h>

#include <utlist.h>

void
turns_leave(struct turns *t, struct in_line *who)
{
	if (who->waits)
		DL_DELETE(t->line[who->sort], who);
	who->waits = who->granted = false;
}

bool
turns_take(struct turns *t, struct in_line *who, enum turn_sort sort,
    unsigned pause, uint64_t now)
{
	if (who->granted && who->sort == sort) {
		who->granted = false;
		return true;
	}
	if (who->waits && who->sort == sort)
		return false;
	turns_leave(t, who);
	if (t->line[sort] == NULL && now >= t->at[sort]) {
		t->at[sort] = now + pause;
		return true;
	}
	who->waits = true;
	who->sort = sort;
	DL_APPEND(t->line[sort], who);
	return false;
}

struct in_line *
turns_next(struct turns *t, enum turn_sort sort, unsigned pause, uint64_t now)
{
	struct in_line *who = t->line[sort];

	if (who == NULL || now < t->at[sort])
		return NULL;
	turns_leave(t, who);
	who->granted = true;
	t->at[sort] = now + pause;
	return who;
}

uint64_t
turns_due(const struct turns *t, enum turn_sort sort)
{
	return t->line[sort] != NULL ? t->at[sort] : UINT64_MAX;
}
