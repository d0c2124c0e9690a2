/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/retry.h"

#include "bgpd/wire/bgp.h"
#include "common/rng.h"

enum {
	FIRST = 5,         /* s */
	MOST = 60,         /* s */
	SOON = 1000,       /* ms */
	IN_TIME = 4,       /* pauses that fit into the time left of a restart */
	STABLE = 60 * 1000 /* ms up, and all is forgotten */
};

void
retry_clear(struct retry *r)
{
	*r = (struct retry){ .at = UINT64_MAX };
}

/* Several tries while the routes are kept, and the closer the less time is left. */
static uint64_t
in_time(uint64_t pause, uint64_t until, uint64_t now)
{
	if (until <= now)
		return pause;

	uint64_t most = (until - now) / IN_TIME;

	if (most < SOON)
		most = SOON;
	return pause < most ? pause : most;
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

	uint64_t ms = s * UINT64_C(1000);

	ms = in_time(ms, r->ours_until, now);
	ms = in_time(ms, r->theirs_until, now);
	if (ms < r->floor * UINT64_C(1000))
		ms = r->floor * UINT64_C(1000);
	return now + rng_jitter(rng, (uint32_t)ms);
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
	r->ours_until = r->theirs_until = 0;
}

void
retry_await(struct retry *r, uint64_t ours_until, uint64_t theirs_until)
{
	r->ours_until = ours_until;
	r->theirs_until = theirs_until;
}

bool
retry_is_damped_by(uint8_t code)
{
	return code != 0 && code != ERR_HOLD_TIMER && code != ERR_CEASE &&
	    code != ERR_SEND_HOLD;
}
