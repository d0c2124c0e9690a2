/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/health.h"

#define UP_AFTER 2 /* good answers in a row */
#define DOWN_AFTER 3

void
health_start(struct health *h, uint64_t now)
{
	*h = (struct health){ .since = now, .asking = true };
}

void
health_stop(struct health *h)
{
	*h = (struct health){ .up = true };
}

void
health_answer(struct health *h, bool good, uint64_t now)
{
	h->good = good ? h->good + 1 : 0;
	h->bad = good ? 0 : h->bad + 1;
	h->answered |= good;
	if (h->good >= UP_AFTER)
		h->up = true;
	else if (h->answered && h->bad >= DOWN_AFTER)
		h->up = false;
	else if (!h->answered && now - h->since >= HEALTH_GRACE)
		h->up = true;
}

bool
health_is_up(const struct health *h)
{
	return h->up;
}

bool
health_is_unknown(const struct health *h)
{
	return h->asking && h->up && !h->answered;
}
