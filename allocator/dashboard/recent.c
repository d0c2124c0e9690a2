/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/recent.h"

#include <stdlib.h>

#include "common/alloc.h"

struct recent { /* a ring; its texts are owned */
	struct recent_event at[RECENT_MOST];
	size_t n, next;
	uint64_t count;
};

struct recent *
recent_new(void)
{
	return xcalloc(1, sizeof(struct recent));
}

static void
event_fini(struct recent_event *e)
{
	free((char *)e->ns);
	free((char *)e->name);
	free((char *)e->reason);
	free((char *)e->message);
}

void
recent_free(struct recent *r)
{
	if (r == NULL)
		return;
	for (size_t i = 0; i < r->n; i++)
		event_fini(&r->at[i]);
	free(r);
}

void
recent_add(struct recent *r, const struct recent_event *e)
{
	struct recent_event *to = &r->at[r->next];

	event_fini(to);
	*to = *e;
	to->ns = xstrdup(e->ns);
	to->name = xstrdup(e->name);
	to->reason = xstrdup(e->reason);
	to->message = xstrdup(e->message);
	r->next = (r->next + 1) % RECENT_MOST;
	if (r->n < RECENT_MOST)
		r->n++;
	r->count++;
}

uint64_t
recent_count(const struct recent *r)
{
	return r->count;
}

const struct recent_event *
recent_at(const struct recent *r, size_t nth)
{
	if (nth >= r->n)
		return NULL;
	return &r->at[(r->next + RECENT_MOST - 1 - nth) % RECENT_MOST];
}
