/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/session/ttl_filter_io.h"

#include <errno.h>
#include <linux/filter.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/alloc.h"
#include "common/err.h"

enum {
	HEAD_MOST = 10, /* instructions before the first rule */
	RULE_MOST = 16, /* of each */
	WORDS_MOST = 4, /* of an address */
	/* Offsets in the headers of IP. */
	TTL_V4 = 8,
	SOURCE_V4 = 12,
	HOP_LIMIT_V6 = 7,
	SOURCE_V6 = 8,
};

#define PASS UINT32_MAX
#define DROP 0

struct program {
	struct sock_filter *at; /* owned */
	size_t n;
};

static void
emit(struct program *p, int code, uint32_t k, unsigned jt, unsigned jf)
{
	p->at[p->n++] =
	    (struct sock_filter){ (uint16_t)code, (uint8_t)jt, (uint8_t)jf, k };
}

static unsigned
words_of(enum family family)
{
	return family_bytes(family) / 4;
}

/* X: the TTL; M[0] …: the source address, word by word. */
static void
emit_head(struct program *p, enum family family)
{
	bool v4 = family == FAMILY_V4;
	uint32_t net = (uint32_t)SKF_NET_OFF;
	uint32_t source = net + (v4 ? SOURCE_V4 : SOURCE_V6);

	emit(p, BPF_LD | BPF_B | BPF_ABS, net + (v4 ? TTL_V4 : HOP_LIMIT_V6), 0,
	    0);
	emit(p, BPF_MISC | BPF_TAX, 0, 0, 0);
	for (unsigned i = 0; i < words_of(family); i++) {
		emit(p, BPF_LD | BPF_W | BPF_ABS, source + 4 * i, 0, 0);
		emit(p, BPF_ST, i, 0, 0);
	}
}

static uint32_t
word_of(const struct addr *addr, unsigned i)
{
	const uint8_t *b = addr->bytes + (size_t)4 * i;

	return (uint32_t)b[0] << 24 | (uint32_t)b[1] << 16 |
	    (uint32_t)b[2] << 8 | b[3];
}

/* Of word i, the bits that count. */
static uint32_t
mask_of(const struct prefix *prefix, unsigned i)
{
	unsigned before = 32 * i;
	unsigned bits = prefix->len > before ? prefix->len - before : 0;

	return bits == 0 ? 0 : UINT32_MAX << (bits < 32 ? 32 - bits : 0);
}

/* Instructions that compare it. */
static unsigned
word_cost(uint32_t mask)
{
	return mask == 0 ? 0 : mask == UINT32_MAX ? 2 : 3;
}

static void
emit_rule(struct program *p, const struct ttl_rule *rule)
{
	unsigned words = words_of(rule->from.addr.family);
	unsigned left = 4; /* instructions of this rule */

	for (unsigned i = 0; i < words; i++)
		left += word_cost(mask_of(&rule->from, i));
	for (unsigned i = 0; i < words; i++) {
		uint32_t mask = mask_of(&rule->from, i);

		if (mask == 0)
			break;
		left -= word_cost(mask);
		emit(p, BPF_LD | BPF_MEM, i, 0, 0);
		if (mask != UINT32_MAX)
			emit(p, BPF_ALU | BPF_AND | BPF_K, mask, 0, 0);
		emit(p, BPF_JMP | BPF_JEQ | BPF_K,
		    word_of(&rule->from.addr, i) & mask, 0, left);
	}
	emit(p, BPF_MISC | BPF_TXA, 0, 0, 0);
	emit(p, BPF_JMP | BPF_JGE | BPF_K, rule->least, 0, 1);
	emit(p, BPF_RET | BPF_K, PASS, 0, 0);
	emit(p, BPF_RET | BPF_K, DROP, 0, 0);
}

bool
ttl_filter_set(int fd, const struct ttl_rule *rules, size_t n, struct err *err)
{
	struct program p = { .n = 0 };

	if (n == 0) {
		ttl_filter_drop(fd);
		return true;
	}
	p.at = xcalloc(HEAD_MOST + n * RULE_MOST + 1, sizeof(p.at[0]));
	emit_head(&p, rules[0].from.addr.family);
	for (size_t i = 0; i < n; i++)
		emit_rule(&p, &rules[i]);
	emit(&p, BPF_RET | BPF_K, PASS, 0, 0);

	struct sock_fprog whole = { (unsigned short)p.n, p.at };
	bool fits = p.n <= BPF_MAXINSNS;
	bool good = fits &&
	    setsockopt(
		fd, SOL_SOCKET, SO_ATTACH_FILTER, &whole, sizeof(whole)) == 0;

	if (!good)
		err_set(err, "ttlSecurity: filter for %zu peers: %s", n,
		    !fits ? "too many"
			: errno == ENOMEM
			? "net.core.optmem_max may be too small"
			: strerror(errno));
	free(p.at);
	return good;
}

void
ttl_filter_drop(int fd)
{
	int none = 0;

	setsockopt(fd, SOL_SOCKET, SO_DETACH_FILTER, &none, sizeof(none));
}
