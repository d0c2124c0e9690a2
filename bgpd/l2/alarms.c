/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/alarms.h"

#include <stdlib.h>

#include "common/alloc.h"

void
alarms_fini(struct alarms *a)
{
	free(a->at);
	*a = (struct alarms){ 0 };
}

static void
put(struct alarms *a, size_t place, struct alarm *alarm)
{
	a->at[place - 1] = alarm;
	alarm->place = (uint32_t)place;
}

static void
rise(struct alarms *a, struct alarm *alarm)
{
	size_t place = alarm->place;

	while (place > 1 && a->at[place / 2 - 1]->at > alarm->at) {
		put(a, place, a->at[place / 2 - 1]);
		place /= 2;
	}
	put(a, place, alarm);
}

static void
sink(struct alarms *a, struct alarm *alarm)
{
	size_t place = alarm->place;

	for (size_t below; (below = 2 * place) <= a->n; place = below) {
		if (below < a->n && a->at[below]->at < a->at[below - 1]->at)
			below++;
		if (a->at[below - 1]->at >= alarm->at)
			break;
		put(a, place, a->at[below - 1]);
	}
	put(a, place, alarm);
}

void
alarms_set(struct alarms *a, struct alarm *alarm, uint64_t at)
{
	alarm->at = at;
	if (alarm->place == 0) {
		if (a->n == a->room) {
			a->room = a->room == 0 ? 16 : 2 * a->room;
			a->at = xrealloc(a->at, a->room, sizeof(a->at[0]));
		}
		a->n++;
		put(a, a->n, alarm);
	}
	rise(a, alarm);
	sink(a, alarm);
}

void
alarms_unset(struct alarms *a, struct alarm *alarm)
{
	size_t place = alarm->place;

	if (place == 0)
		return;
	struct alarm *last = a->at[--a->n];

	alarm->place = 0;
	if (last == alarm)
		return;
	put(a, place, last);
	rise(a, last);
	sink(a, last);
}

struct alarm *
alarms_pop(struct alarms *a, uint64_t now)
{
	struct alarm *first = a->n == 0 ? NULL : a->at[0];

	if (first == NULL || first->at > now)
		return NULL;
	alarms_unset(a, first);
	return first;
}

uint64_t
alarms_due(const struct alarms *a)
{
	return a->n == 0 ? UINT64_MAX : a->at[0]->at;
}
