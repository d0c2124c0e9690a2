/* SPDX-License-Identifier: Apache-2.0 */
/*
 * retry - when to try again: backoff, jitter, damping (RFC 4271 8.1.1, 10).
 *
 * A session that falls within a minute of coming up counts as one that failed.
 */
#ifndef BGPD_RETRY_H
#define BGPD_RETRY_H

#include <stdbool.h>
#include <stdint.h>

struct rng;

struct retry {
	uint64_t at;          /* ms, or NEVER */
	bool damped;          /* until then the peer is turned away, too */
	unsigned failures;    /* since it was last up */
	unsigned short_lives; /* in a row */
};

void retry_clear(struct retry *); /* nothing planned, nothing remembered */
/* first: s before the second try, 0 is 5; doubled by each failure up to 60. */
void retry_plan(struct retry *, uint16_t first, struct rng *, uint64_t now);
void retry_soon(struct retry *, struct rng *, uint64_t now); /* within 1 s */
void retry_up(struct retry *);
void retry_down(struct retry *, uint64_t lasted); /* ms */
/*
 * An error of this code (0: TCP's), after which the next try is likely to end the same
 * way.
 */
bool retry_is_damped_by(uint8_t code);
#endif
