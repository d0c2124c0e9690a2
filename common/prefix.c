/* SPDX-License-Identifier: Apache-2.0 */
#include "common/prefix.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/err.h"

unsigned
family_bits(enum family family)
{
	return family_bytes(family) * 8;
}

unsigned
family_bytes(enum family family)
{
	return family == FAMILY_V4 ? 4 : family == FAMILY_V6 ? 16 : 0;
}

const char *
family_name(enum family family)
{
	return family == FAMILY_V4 ? "IPv4"
	    : family == FAMILY_V6  ? "IPv6"
				   : "none";
}

bool
addr_parse(const char *text, struct addr *a)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };

	*a = (struct addr){ .family = FAMILY_V4 };
	if (inet_pton(AF_INET, text, a->bytes) == 1)
		return true;
	a->family = FAMILY_V6;
	if (inet_pton(AF_INET6, text, a->bytes) != 1) {
		*a = (struct addr){ 0 };
		return false;
	}
	if (memcmp(a->bytes, mapped, sizeof(mapped)) == 0)
		*a = addr_from(FAMILY_V4, a->bytes + 12);
	return true;
}

const char *
addr_print(const struct addr *a, char text[ADDR_TEXT])
{
	int af = a->family == FAMILY_V4 ? AF_INET : AF_INET6;

	if (a->family == FAMILY_NONE ||
	    inet_ntop(af, a->bytes, text, ADDR_TEXT) == NULL)
		snprintf(text, ADDR_TEXT, "none");
	return text;
}

struct addr
addr_v4(uint32_t host_order)
{
	uint32_t net = htonl(host_order);
	struct addr a = { .family = FAMILY_V4 };

	memcpy(a.bytes, &net, 4);
	return a;
}

struct addr
addr_from(enum family family, const uint8_t *bytes)
{
	struct addr a = { .family = (uint8_t)family };

	memcpy(a.bytes, bytes, family_bytes(family));
	return a;
}

int
addr_cmp(const struct addr *a, const struct addr *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

bool
addr_eq(const struct addr *a, const struct addr *b)
{
	return addr_cmp(a, b) == 0;
}

bool
addr_is_zero(const struct addr *a)
{
	static const uint8_t zero[16];

	return memcmp(a->bytes, zero, sizeof(zero)) == 0;
}

bool
addr_is_link_local(const struct addr *a)
{
	if (a->family == FAMILY_V4)
		return a->bytes[0] == 169 && a->bytes[1] == 254;
	return a->family == FAMILY_V6 && a->bytes[0] == 0xfe &&
	    (a->bytes[1] & 0xc0) == 0x80;
}

bool
addr_next(struct addr *a)
{
	unsigned n = family_bytes(a->family);
	struct addr next = *a;

	while (n-- > 0)
		if (++next.bytes[n] != 0) {
			*a = next;
			return true;
		}
	return false;
}

bool
addr_prev(struct addr *a)
{
	unsigned n = family_bytes(a->family);
	struct addr prev = *a;

	while (n-- > 0)
		if (prev.bytes[n]-- != 0) {
			*a = prev;
			return true;
		}
	return false;
}

bool
prefix_parse(const char *text, struct prefix *p, struct err *err)
{
	char head[ADDR_TEXT];
	const char *slash = strchr(text, '/');
	size_t n = slash != NULL ? (size_t)(slash - text) : strlen(text);

	if (n >= sizeof(head))
		return err_set(err, "%.60s: not an IP prefix", text);
	memcpy(head, text, n);
	head[n] = '\0';
	if (!addr_parse(head, &p->addr))
		return err_set(err, "%.60s: not an IP prefix", text);
	if (slash == NULL) {
		*p = prefix_host(&p->addr);
		return true;
	}
	size_t digits = strspn(slash + 1, "0123456789");
	if (digits == 0 || digits > 3 || slash[1 + digits] != '\0')
		return err_set(
		    err, "%.60s: prefix length is not a number", text);
	unsigned len = (unsigned)atoi(slash + 1);
	/* ::ffff:10.0.0.0/104 is 10.0.0.0/8 */
	if (p->addr.family == FAMILY_V4 && strchr(head, ':') != NULL)
		len = len >= 96 ? len - 96 : 129;
	if (len > family_bits(p->addr.family))
		return err_set(err, "%.60s: prefix length above %u", text,
		    family_bits(p->addr.family));
	p->len = (uint8_t)len;
	return true;
}

const char *
prefix_print(const struct prefix *p, char text[PREFIX_TEXT])
{
	char addr[ADDR_TEXT];

	snprintf(
	    text, PREFIX_TEXT, "%s/%u", addr_print(&p->addr, addr), p->len);
	return text;
}

struct prefix
prefix_host(const struct addr *a)
{
	return (struct prefix){ *a, (uint8_t)family_bits(a->family) };
}

bool
prefix_is_host(const struct prefix *p)
{
	return p->len == family_bits(p->addr.family);
}

struct prefix
prefix_of(const struct addr *a, unsigned len)
{
	struct prefix p = { *a, (uint8_t)len };

	return prefix_canonical(&p);
}

struct prefix
prefix_canonical(const struct prefix *p)
{
	struct prefix c = *p;
	unsigned full = c.len / 8;

	if (full >= sizeof(c.addr.bytes))
		return c;
	c.addr.bytes[full] &= (uint8_t)(0xff00 >> (c.len % 8));
	memset(c.addr.bytes + full + 1, 0, sizeof(c.addr.bytes) - full - 1);
	return c;
}

bool
prefix_is_canonical(const struct prefix *p)
{
	struct prefix c = prefix_canonical(p);

	return addr_eq(&c.addr, &p->addr);
}

int
prefix_cmp(const struct prefix *a, const struct prefix *b)
{
	int order = addr_cmp(&a->addr, &b->addr);

	return order != 0 ? order : (int)a->len - (int)b->len;
}

bool
prefix_eq(const struct prefix *a, const struct prefix *b)
{
	return prefix_cmp(a, b) == 0;
}

bool
prefix_contains(const struct prefix *p, const struct addr *a)
{
	unsigned full = p->len / 8, rest = p->len % 8;

	if (a->family != p->addr.family ||
	    memcmp(a->bytes, p->addr.bytes, full) != 0)
		return false;
	return rest == 0 ||
	    (a->bytes[full] ^ p->addr.bytes[full]) >> (8 - rest) == 0;
}

bool
prefix_covers(const struct prefix *outer, const struct prefix *inner)
{
	return outer->len <= inner->len && prefix_contains(outer, &inner->addr);
}

struct addr
prefix_last(const struct prefix *p)
{
	struct addr a = prefix_canonical(p).addr;
	unsigned bytes = family_bytes(a.family);

	for (unsigned i = p->len / 8; i < bytes; i++)
		a.bytes[i] |=
		    i == p->len / 8 ? (uint8_t)(0xff >> (p->len % 8)) : 0xff;
	return a;
}
