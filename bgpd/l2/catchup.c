/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/catchup.h"

#include <string.h>

enum { ROUNDS = 1 << 13 }; /* what struct claims_entry has room for */

void
catchup_told(struct catchup *s, uint32_t version)
{
	s->told = version;
}

enum catchup_step
catchup_change(struct catchup *s, uint32_t from, uint32_t to)
{
	s->told = to;
	if (!s->known || s->have != from)
		return CATCHUP_IGNORE;
	s->have = to;
	return CATCHUP_APPLY;
}

static void
begin(struct catchup *s, uint32_t version, uint16_t parts)
{
	s->whole = version;
	s->parts = parts;
	s->n_got = 0;
	s->round = (uint16_t)(s->round % (ROUNDS - 1) + 1);
	memset(s->got, 0, sizeof(s->got));
}

enum catchup_step
catchup_part(struct catchup *s, uint32_t version, uint16_t part, uint16_t parts)
{
	uint64_t bit = UINT64_C(1) << part % 64;

	if (parts > CATCHUP_PARTS_MAX || (s->known && s->have == version))
		return CATCHUP_IGNORE;
	if (s->parts != parts || s->whole != version)
		begin(s, version, parts);
	if (s->got[part / 64] & bit)
		return CATCHUP_IGNORE;
	s->got[part / 64] |= bit;
	if (++s->n_got < parts)
		return CATCHUP_APPLY;
	s->parts = 0;
	s->known = true;
	s->have = s->told = version;
	return CATCHUP_LAST;
}

bool
catchup_lacks(const struct catchup *s)
{
	return !s->known || s->have != s->told;
}

void
catchup_forget(struct catchup *s)
{
	uint16_t round = s->round;

	*s = (struct catchup){ .round = round };
}
