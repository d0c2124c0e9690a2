/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/wire/buf.h"

#include <string.h>

bool
rbuf_eq(struct rbuf a, struct rbuf b)
{
	return a.left == b.left &&
	    (a.left == 0 || memcmp(a.p, b.p, a.left) == 0);
}

struct wbuf
wbuf_of(uint8_t *p, size_t cap)
{
	return (struct wbuf){ .p = p, .cap = cap };
}

struct rbuf
wbuf_read(const struct wbuf *w, size_t from)
{
	if (from >= w->len)
		return (struct rbuf){ 0 };
	return rbuf_of(w->p + from, w->len - from);
}

size_t
wbuf_mark8(struct wbuf *w)
{
	size_t at = w->len;

	wbuf_u8(w, 0);
	return at;
}

size_t
wbuf_mark16(struct wbuf *w)
{
	size_t at = w->len;

	wbuf_u16(w, 0);
	return at;
}

void
wbuf_fill8(struct wbuf *w, size_t at)
{
	if (w->bad)
		return;
	size_t n = w->len - at - 1;

	w->bad = n > UINT8_MAX;
	w->p[at] = n & 0xff;
}

void
wbuf_set16(struct wbuf *w, size_t at, size_t v)
{
	if (w->bad)
		return;
	w->bad = v > UINT16_MAX;
	w->p[at] = v >> 8 & 0xff;
	w->p[at + 1] = v & 0xff;
}

void
wbuf_fill16(struct wbuf *w, size_t at)
{
	wbuf_set16(w, at, w->len - at - 2);
}

void
wbuf_rewind(struct wbuf *w, size_t len)
{
	w->len = len;
	w->bad = false;
}

bool
wbuf_end(struct wbuf *w, size_t start)
{
	if (!w->bad)
		return true;
	wbuf_rewind(w, start);
	return false;
}
