/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/claims.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static struct claims_entry *
list(struct claims *c)
{
	return c->room == 0 ? c->few : c->many;
}

const struct claims_entry *
claims_list(const struct claims *c)
{
	return c->room == 0 ? c->few : c->many;
}

void
claims_fini(struct claims *c)
{
	if (c->room != 0)
		free(c->many);
	*c = (struct claims){ 0 };
}

static struct claims_entry *
find(struct claims *c, uint16_t member)
{
	struct claims_entry *at = list(c);

	for (size_t i = 0; i < c->n; i++)
		if (at[i].member == member)
			return &at[i];
	return NULL;
}

static void
grow(struct claims *c)
{
	uint16_t room =
	    (uint16_t)(c->room == 0 ? 2 * CLAIMS_INLINE : 2 * c->room);
	struct claims_entry *many =
	    xrealloc(c->room == 0 ? NULL : c->many, room, sizeof(*many));

	if (c->room == 0)
		memcpy(many, c->few, sizeof(c->few));
	c->many = many;
	c->room = room;
}

static struct claims_entry *
add(struct claims *c, uint16_t member)
{
	if (c->n == (c->room == 0 ? CLAIMS_INLINE : c->room))
		grow(c);
	struct claims_entry *e = &list(c)[c->n++];

	e->member = member;
	return e;
}

static void
take_out(struct claims *c, struct claims_entry *e)
{
	*e = list(c)[--c->n];
	if (c->n == 0)
		claims_fini(c);
}

void
claims_set(struct claims *c, uint16_t member, enum claim claim, bool knows,
    uint16_t round)
{
	struct claims_entry *e = find(c, member);

	if (claim == CLAIM_NONE) {
		if (e != NULL)
			take_out(c, e);
		return;
	}
	if (e == NULL)
		e = add(c, member);
	e->claim = claim & 3;
	e->knows = knows;
	e->round = round & 0x1fff;
}

void
claims_outrun(struct claims *c)
{
	struct claims_entry *at = list(c);

	for (size_t i = 0; i < c->n; i++)
		at[i].knows = false;
}

enum claim
claims_of(const struct claims *c, uint16_t member)
{
	const struct claims_entry *at = claims_list(c);

	for (size_t i = 0; i < c->n; i++)
		if (at[i].member == member)
			return at[i].claim;
	return CLAIM_NONE;
}

bool
claims_outdate(struct claims *c, uint16_t member, uint16_t round)
{
	struct claims_entry *e = find(c, member);

	if (e == NULL || e->round == round)
		return false;
	take_out(c, e);
	return true;
}
