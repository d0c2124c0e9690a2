/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/health.h"

#define UP_AFTER 2 /* good answers in a row; the first one ever is enough */
#define DOWN_AFTER 3

void
health_start(struct health *h, bool lenient, uint64_t now)
{
	*h = (struct health){ .since = now, .lenient = lenient, .up = h->up };
}

void
health_stop(struct health *h)
{
	*h = (struct health){ .up = true };
}

static bool
has_failed(const struct health *h)
{
	return h->bad >= DOWN_AFTER && (h->answered || !h->lenient);
}

void
health_answer(struct health *h, bool good, uint64_t now)
{
	bool first = good && !h->answered;

	h->good = good ? h->good + 1 : 0;
	h->bad = good ? 0 : h->bad + 1;
	h->answered |= good;
	h->unknown =
	    h->lenient && !h->answered && now - h->since >= HEALTH_GRACE;
	if (first || h->good >= UP_AFTER || h->unknown)
		h->up = true;
	else if (has_failed(h))
		h->up = false;
}

bool
health_is_up(const struct health *h)
{
	return h->up;
}

bool
health_is_pending(const struct health *h)
{
	return !h->up && !has_failed(h);
}

bool
health_is_unknown(const struct health *h)
{
	return h->unknown;
}
