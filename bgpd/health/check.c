/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/check.h"

void
check_init(struct check *c, unsigned rise, unsigned fall)
{
	*c = (struct check){ .rise = rise, .fall = fall };
}

void
check_set_terms(struct check *c, unsigned rise, unsigned fall)
{
	c->rise = rise;
	c->fall = fall;
}

bool
check_answer(struct check *c, bool good)
{
	enum check_state was = c->state;
	bool first = was == CHECK_UNKNOWN && good;

	c->row = good == c->last_good ? c->row + 1 : 1;
	c->last_good = good;
	if (first || (good && c->row >= c->rise))
		c->state = CHECK_UP;
	else if (!good && c->row >= c->fall)
		c->state = CHECK_DOWN;
	return c->state != was;
}

enum check_state
checks_state(const enum check_state *states, size_t n, bool any)
{
	enum check_state decides = any ? CHECK_UP : CHECK_DOWN;
	enum check_state sum = any && n > 0 ? CHECK_DOWN : CHECK_UP;

	for (size_t i = 0; i < n; i++) {
		if (states[i] == decides)
			return decides;
		if (states[i] == CHECK_UNKNOWN)
			sum = CHECK_UNKNOWN;
	}
	return sum;
}
