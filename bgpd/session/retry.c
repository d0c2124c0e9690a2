/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/retry.h"

#include "bgpd/wire/bgp.h"
#include "common/rng.h"

enum {
	FIRST = 5,         /* s */
	MOST = 60,         /* s */
	SOON = 1000,       /* ms */
	STABLE = 60 * 1000 /* ms up, and all is forgotten */
};

void
retry_clear(struct retry *r)
{
	*r = (struct retry){ .at = UINT64_MAX };
}

static uint64_t
pause_end(const struct retry *r, const struct retry_times *times,
    struct rng *rng, uint64_t now)
{
	uint32_t s = times->first == 0 ? FIRST : times->first;
	uint32_t most = times->most == 0 ? MOST : times->most;

	if (most < s)
		most = s;
	for (unsigned i = 0; i < r->doubled && s < most; i++)
		s *= 2;
	if (s > most)
		s = most;
	if (s < r->floor)
		s = r->floor;
	return now + rng_jitter(rng, s * 1000u);
}

void
retry_plan(struct retry *r, const struct retry_times *times, struct rng *rng,
    uint64_t now)
{
	r->doubled = r->failures;
	r->floor = r->least;
	r->least = 0;
	r->at = pause_end(r, times, rng, now);
}

void
retry_shorten(struct retry *r, const struct retry_times *times, struct rng *rng,
    uint64_t now)
{
	uint64_t at = pause_end(r, times, rng, now);

	if (at < r->at)
		r->at = at;
}

void
retry_soon(struct retry *r, struct rng *rng, uint64_t now)
{
	r->at = now + rng_jitter(rng, SOON);
	r->failures = r->short_lives = 0;
}

void
retry_up(struct retry *r)
{
	r->at = UINT64_MAX;
	r->damped = false;
	r->failures = r->short_lives;
}

void
retry_down(struct retry *r, uint64_t lasted)
{
	r->short_lives = lasted >= STABLE ? 0 : r->short_lives + 1;
	r->failures = r->short_lives;
}

bool
retry_is_damped_by(uint8_t code)
{
	return code != 0 && code != ERR_HOLD_TIMER && code != ERR_CEASE &&
	    code != ERR_SEND_HOLD;
}
