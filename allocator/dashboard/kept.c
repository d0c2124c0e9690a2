/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/kept.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "allocator/dashboard/ask.h"
#include "allocator/dashboard/dashboard.h"
#include "common/alloc.h"
#include "common/clock.h"

#define KEPT_MOST 4    /* of as many filters */
#define KEEP_MS 1000   /* ages would be wrong */
#define GIVE_MS 1      /* what an answer costs beside, with its sending */
#define SHARE 5        /* of what has passed one in so many may be spent, … */
#define SPENT_MOST 200 /* ms; … and so much at once */

struct tables {
	char filter[ASK_FILTER];
	char *text; /* owned; NULL: there are none */
	uint64_t made;
};

struct kept {
	const struct dashboard *dashboard;
	const struct clock *clock;
	struct tables at[KEPT_MOST];
	uint64_t spent, as_of; /* ms */
};

struct kept *
kept_new(const struct dashboard *dashboard, const struct clock *clock)
{
	struct kept *k = xcalloc(1, sizeof(*k));

	k->dashboard = dashboard;
	k->clock = clock;
	k->as_of = clock_now(clock);
	return k;
}

void
kept_forget(struct kept *k)
{
	for (size_t i = 0; i < KEPT_MOST; i++) {
		free(k->at[i].text);
		k->at[i].text = NULL;
	}
}

void
kept_free(struct kept *k)
{
	if (k == NULL)
		return;
	kept_forget(k);
	free(k);
}

static bool
is_better(const struct tables *t, const struct tables *than)
{
	return than->text != NULL && (t->text == NULL || t->made < than->made);
}

/* Those of this filter, or those that go for them: none, or the oldest. */
static struct tables *
place_for(struct kept *k, const char *filter)
{
	struct tables *place = &k->at[0];

	for (size_t i = 0; i < KEPT_MOST; i++) {
		struct tables *t = &k->at[i];

		if (t->text != NULL && strcmp(t->filter, filter) == 0)
			return t;
		if (is_better(t, place))
			place = t;
	}
	return place;
}

static void
recover(struct kept *k, uint64_t now)
{
	uint64_t credit = (now - k->as_of) / SHARE;

	k->as_of += credit * SHARE;
	k->spent -= credit < k->spent ? credit : k->spent;
}

static void
make(struct kept *k, struct tables *t, const char *filter, uint64_t now)
{
	free(t->text);
	t->text =
	    dashboard_tables(k->dashboard, filter, clock_wall(k->clock) / 1000);
	t->made = now;
	strcpy(t->filter, filter);
	k->spent += clock_now(k->clock) - now;
}

const char *
kept_tables(struct kept *k, const char *filter)
{
	uint64_t now = clock_now(k->clock);
	struct tables *t = place_for(k, filter);

	recover(k, now);
	if (k->spent >= SPENT_MOST)
		return NULL;
	if (t->text == NULL || strcmp(t->filter, filter) != 0 ||
	    now >= t->made + KEEP_MS)
		make(k, t, filter, now);
	k->spent += GIVE_MS;
	return t->text;
}
