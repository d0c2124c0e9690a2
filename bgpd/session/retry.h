/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retry - when to try again: backoff, jitter, damping (RFC 4271 8.1.1, 10).
 *
 * A session that falls within a minute of coming up counts as one that failed. Where
 * routes are kept over its end (RFC 4724) no pause outlasts them: each is a quarter of
 * the time that is left at most.
 */
#ifndef BGPD_RETRY_H
#define BGPD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct rng;

struct retry_times {    /* s */
	uint16_t first; /* before the second try; 0: 5 */
	uint16_t most;  /* of later pauses, unless first is longer; 0: 60 */
};

struct retry {
	uint64_t at;          /* ms, or NEVER */
	bool damped;          /* until then the peer is turned away, too */
	unsigned failures;    /* since it was last up */
	unsigned short_lives; /* in a row */
	uint32_t least;       /* s, of the next pause only */
	/* What retry_plan() went by. */
	unsigned doubled; /* times */
	uint32_t floor;   /* s */
	/* ms; 0, or past: nothing is kept. */
	uint64_t ours_until, theirs_until;
};

void retry_clear(struct retry *); /* nothing planned, nothing remembered */
/* The first pause is doubled by each failure. */
void retry_plan(
    struct retry *, const struct retry_times *, struct rng *, uint64_t now);
/* The pause that was planned would be shorter by these times, from now on. */
void retry_shorten(
    struct retry *, const struct retry_times *, struct rng *, uint64_t now);
void retry_soon(struct retry *, struct rng *, uint64_t now); /* within 1 s */
void retry_up(struct retry *);
void retry_down(struct retry *, uint64_t lasted); /* ms */
/* Behind retry_down(): the peer keeps our routes until then, and we keep its, ms. */
void retry_await(struct retry *, uint64_t ours_until, uint64_t theirs_until);
/*
 * An error of this code (0: TCP's), after which the next try is likely to end the same
 * way.
 */
bool retry_is_damped_by(uint8_t code);
#endif
