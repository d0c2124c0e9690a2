/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/rank.h"

#include "common/fnv.h"

/* Spreads each bit over all (the finalizer of splitmix64). */
static uint64_t
mix(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

uint64_t
rank_hash(const struct addr *addr, uint64_t name)
{
	uint64_t hash = fnv_add(
	    FNV_START, (const char *)addr->bytes, family_bytes(addr->family));

	return mix(mix(hash) + name);
}

bool
rank_is_above(const struct rank *a, const struct rank *b)
{
	if (a->preference != b->preference)
		return a->preference > b->preference;
	return a->hash > b->hash;
}

static bool
is_candidate(const struct rival *r)
{
	return r->rank.preference >= 0 && !r->idle &&
	    (r->claim == CLAIM_NONE || r->claim == CLAIM_HOLD);
}

static void
add_hold(struct contest *c, const struct rival *r)
{
	bool above = rank_is_above(&r->rank, &c->mine);
	bool goes_before = c->mine.preference < 0 ||
	    (r->ear == EAR_BOTH && is_candidate(r) && above);

	if (r->ear == EAR_DEAF) {
		c->held_deaf = true;
	} else if (r->ear == EAR_NEW) {
		c->held_new = c->held_loosely = true;
	} else if (!is_candidate(r)) {
		c->held_loosely = true;
	} else {
		c->held = true;
		*(above ? &c->held_above : &c->held_below) = true;
	}
	if (r->knows && goes_before)
		c->followed = true;
}

/*
 * One that we hear and that does not hear us goes before us whatever its rank: it takes
 * as if we were not there.
 */
void
contest_add(struct contest *c, const struct rival *r)
{
	bool goes_before =
	    r->ear == EAR_DEAF || rank_is_above(&r->rank, &c->mine);

	if (r->claim == CLAIM_HOLD)
		add_hold(c, r);
	if (r->unsure)
		c->unsure = true;
	if (is_candidate(r) && r->ear != EAR_NEW && goes_before)
		c->place++;
}

bool
contest_is_lost(const struct contest *c)
{
	return !c->holding && c->place > 0 && c->held;
}

static enum move
move_of_holder(const struct contest *c)
{
	if (c->held_deaf || c->followed)
		return MOVE_STOP;
	return c->mine.preference < 0 || c->held_above ? MOVE_YIELD : MOVE_KEEP;
}

static enum move
move_of_other(const struct contest *c)
{
	if (c->mine.preference < 0 || c->held_deaf || c->held_new || c->unsure)
		return MOVE_NONE;
	if (c->place > 0)
		return c->held || c->held_loosely ? MOVE_NONE : MOVE_WAIT;
	return c->held && !c->fail_back ? MOVE_NONE : MOVE_TAKE;
}

enum move
contest_move(const struct contest *c)
{
	return c->holding ? move_of_holder(c) : move_of_other(c);
}
