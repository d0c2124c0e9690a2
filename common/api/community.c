/* SPDX-License-Identifier: Apache-2.0 */
#include "common/api/community.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"

static const struct {
	const char *name;
	uint32_t value;
} well_known[] = {
	{ "graceful-shutdown", 0xffff0000 },   /* RFC 8326 */
	{ "blackhole", 0xffff029a },           /* RFC 7999 */
	{ "no-export", 0xffffff01 },           /* RFC 1997 */
	{ "no-advertise", 0xffffff02 },        /* RFC 1997 */
	{ "no-export-subconfed", 0xffffff03 }, /* RFC 1997 */
	{ "no-peer", 0xffffff04 },             /* RFC 3765 */
};

bool
community_is_well_known(const char *name)
{
	struct community c;

	return strchr(name, ':') == NULL && community_parse(name, &c);
}

/* A number without sign or spaces, ended by `end`; *text moves behind it. */
static bool
number_parse(const char **text, char end, uint64_t max, uint32_t *out)
{
	size_t digits = strspn(*text, "0123456789");
	uint64_t n = 0;

	if (digits == 0 || digits > (max > UINT16_MAX ? 10 : 5) ||
	    (*text)[digits] != end)
		return false;
	for (size_t i = 0; i < digits; i++)
		n = n * 10 + (uint64_t)((*text)[i] - '0');
	if (n > max)
		return false;
	*text += digits + (end != '\0');
	*out = (uint32_t)n;
	return true;
}

/* RFC 1997: 16 bits each. */
static bool
standard_parse(const char *text, struct community *c)
{
	uint32_t high, low;

	if (!number_parse(&text, ':', UINT16_MAX, &high) ||
	    !number_parse(&text, '\0', UINT16_MAX, &low))
		return false;
	*c = (struct community){ COMMUNITY_STANDARD, { high << 16 | low },
		NULL };
	return true;
}

/* RFC 8092: 32 bits each. */
static bool
large_parse(const char *text, struct community *c)
{
	struct community large = { .kind = COMMUNITY_LARGE };

	if (!number_parse(&text, ':', UINT32_MAX, &large.value[0]) ||
	    !number_parse(&text, ':', UINT32_MAX, &large.value[1]) ||
	    !number_parse(&text, '\0', UINT32_MAX, &large.value[2]))
		return false;
	*c = large;
	return true;
}

bool
community_parse(const char *text, struct community *c)
{
	size_t n = sizeof(well_known) / sizeof(well_known[0]);

	for (size_t i = 0; i < n; i++)
		if (strcmp(well_known[i].name, text) == 0) {
			*c = (struct community){ COMMUNITY_STANDARD,
				{ well_known[i].value }, NULL };
			return true;
		}
	return standard_parse(text, c) || large_parse(text, c);
}

void
communities_add(struct communities *cs, const char *text)
{
	struct community c;

	if (!community_parse(text, &c))
		c = (struct community){ .kind = COMMUNITY_NAME,
			.name = xstrdup(text) };
	cs->at = xrealloc(cs->at, cs->n + 1, sizeof(*cs->at));
	cs->at[cs->n++] = c;
}

void
communities_fini(struct communities *cs)
{
	for (size_t i = 0; i < cs->n; i++)
		free(cs->at[i].name);
	free(cs->at);
	*cs = (struct communities){ 0 };
}
