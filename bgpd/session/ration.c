/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/ration.h"

#include <stddef.h>

#define FIRST (10 * 1000u)            /* ms */
#define MOST (3600 * 1000u)           /* ms */
#define FORGOTTEN (12 * 3600 * 1000u) /* ms without being asked */
#define FRESH (600 * 1000u)           /* ms for which a caller is of interest */

bool
ration_take(struct ration *r, int what, uint64_t now, unsigned *held)
{
	bool news = r->what != what || now - r->last >= FORGOTTEN;

	*held = 0;
	if (news)
		*r = (struct ration){ .what = what };
	r->last = now;
	if (!news && now < r->next) {
		r->held++;
		return false;
	}
	*held = r->held;
	r->held = 0;
	r->pause = news ? FIRST : r->pause * 2 < MOST ? r->pause * 2 : MOST;
	r->next = now + r->pause;
	return true;
}

bool
rations_take(struct rations *all, const struct addr *addr, int what,
    uint64_t now, unsigned *held)
{
	size_t oldest = 0;

	for (size_t i = 0; i < RATION_CALLERS; i++) {
		if (all->of[i].ration.what != 0 &&
		    addr_eq(&all->of[i].addr, addr))
			return ration_take(&all->of[i].ration, what, now, held);
		if (all->of[i].ration.last < all->of[oldest].ration.last)
			oldest = i;
	}

	struct ration *r = &all->of[oldest].ration;
	bool crowded = r->what != 0 && now - r->last < FRESH;

	*r = (struct ration){ 0 };
	all->of[oldest].addr = *addr;
	return ration_take(r, what, now, held) &&
	    (!crowded || ration_take(&all->crowd, 1, now, held));
}
