/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/bmp.h"

enum {
	VERSION = 3,
	PEER_IPV6 = 0x80, /* RFC 7854 4.2, V */
};

enum {
	INFO_DESCRIPTION = 1,
	INFO_NAME = 2,
	INFO_TABLE = 3
};                       /* 4.4; RFC 9069 */
enum { END_REASON = 1 }; /* 4.5 */

/* RFC 7854 4.1. The length comes with end(). */
static size_t
begin(struct wbuf *w, enum bmp_type type)
{
	size_t start = w->len;

	wbuf_u8(w, VERSION);
	wbuf_u32(w, 0);
	wbuf_u8(w, (uint8_t)type);
	return start;
}

static bool
end(struct wbuf *w, size_t start)
{
	size_t n = w->len - start;

	if (!w->bad) {
		wbuf_set16(w, start + 1, n >> 16);
		wbuf_set16(w, start + 3, n & 0xffff);
	}
	return wbuf_end(w, start);
}

/* RFC 7854 4.4. */
static void
put_info(struct wbuf *w, uint16_t type, const char *text)
{
	wbuf_u16(w, type);
	size_t at = wbuf_mark16(w);

	wbuf_bytes(w, (const uint8_t *)text, strlen(text));
	wbuf_fill16(w, at);
}

/* 16 octets: an IPv4 address stands in the last 4 of them. */
static void
put_addr(struct wbuf *w, const struct addr *a)
{
	static const uint8_t zero[12];
	bool v6 = a->family == FAMILY_V6;

	wbuf_bytes(w, zero, v6 ? 0 : 12);
	wbuf_bytes(w, a->bytes, v6 ? 16 : 4);
}

bool
bmp_initiation(struct wbuf *w, const char *name, const char *description)
{
	size_t start = begin(w, BMP_INITIATION);

	put_info(w, INFO_DESCRIPTION, description);
	put_info(w, INFO_NAME, name);
	return end(w, start);
}

bool
bmp_termination(struct wbuf *w, enum bmp_end why)
{
	size_t start = begin(w, BMP_TERMINATION);

	wbuf_u16(w, END_REASON);
	wbuf_u16(w, 2);
	wbuf_u16(w, (uint16_t)why);
	return end(w, start);
}

/* RFC 7854 4.2. The distinguisher is of use to VPNs only. */
static size_t
peer_begin(struct wbuf *w, enum bmp_type type, const struct bmp_peer *p)
{
	size_t start = begin(w, type);

	wbuf_u8(w, p->type);
	wbuf_u8(w, p->flags | (p->addr.family == FAMILY_V6 ? PEER_IPV6 : 0));
	wbuf_u32(w, 0);
	wbuf_u32(w, 0);
	put_addr(w, &p->addr);
	wbuf_u32(w, p->asn);
	wbuf_u32(w, p->id);
	wbuf_u32(w, (uint32_t)(p->at / 1000));
	wbuf_u32(w, (uint32_t)(p->at % 1000 * 1000));
	return start;
}

/* RFC 7854 4.6. */
bool
bmp_route(struct wbuf *w, const struct bmp_peer *p, struct rbuf update)
{
	size_t start = peer_begin(w, BMP_ROUTE_MONITORING, p);

	wbuf_copy(w, update);
	return end(w, start);
}

/* RFC 7854 4.10, RFC 9069 5.1. */
bool
bmp_up(struct wbuf *w, const struct bmp_peer *p, const struct bmp_up *up)
{
	size_t start = peer_begin(w, BMP_PEER_UP, p);

	put_addr(w, &up->local);
	wbuf_u16(w, up->local_port);
	wbuf_u16(w, up->remote_port);
	wbuf_copy(w, up->sent);
	wbuf_copy(w, up->received);
	if (up->table != NULL)
		put_info(w, INFO_TABLE, up->table);
	return end(w, start);
}

/* RFC 7854 4.9. */
bool
bmp_down(struct wbuf *w, const struct bmp_peer *p, enum bmp_down why,
    struct rbuf data)
{
	size_t start = peer_begin(w, BMP_PEER_DOWN, p);

	wbuf_u8(w, (uint8_t)why);
	wbuf_copy(w, data);
	return end(w, start);
}

static bool
is_gauge(enum bmp_stat stat)
{
	return stat == BMP_STAT_ADJ_RIB_IN || stat == BMP_STAT_LOC_RIB;
}

/* RFC 7854 4.8. */
bool
bmp_statistics(struct wbuf *w, const struct bmp_peer *p,
    const struct bmp_count *counts, size_t n)
{
	size_t start = peer_begin(w, BMP_STATISTICS, p);

	wbuf_u32(w, (uint32_t)n);
	for (size_t i = 0; i < n; i++) {
		bool gauge = is_gauge(counts[i].stat);

		wbuf_u16(w, (uint16_t)counts[i].stat);
		wbuf_u16(w, gauge ? 8 : 4);
		if (gauge)
			wbuf_u32(w, (uint32_t)(counts[i].value >> 32));
		wbuf_u32(w, (uint32_t)counts[i].value);
	}
	return end(w, start);
}
