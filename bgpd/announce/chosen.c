/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/announce/chosen.h"

#include <string.h>

#include "common/fnv.h"
#include "common/prefix.h"

/* Of splitmix64: each bit of the sum changes half of the score's. */
static uint64_t
mixed(uint64_t x)
{
	x = (x ^ x >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
	x = (x ^ x >> 27) * UINT64_C(0x94d049bb133111eb);
	return x ^ x >> 31;
}

static uint64_t
score(uint64_t of_prefix, const char *node)
{
	return mixed(of_prefix + mixed(fnv_add(FNV_START, node, strlen(node))));
}

struct rendezvous
rendezvous_begin(const struct prefix *p, const char *node)
{
	struct rendezvous c = { .node = node };

	c.of_prefix = mixed(fnv_add(FNV_START, (const char *)p, sizeof(*p)));
	c.score = score(c.of_prefix, node);
	return c;
}

void
rendezvous_rival(struct rendezvous *c, const char *node)
{
	uint64_t theirs = score(c->of_prefix, node);

	c->above += theirs > c->score ||
	    (theirs == c->score && strcmp(node, c->node) > 0);
}

bool
rendezvous_won(const struct rendezvous *c, unsigned most)
{
	return c->above < most;
}
