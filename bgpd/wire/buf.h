/* SPDX-License-Identifier: Apache-2.0 */
/*
 * buf - cursors over bytes that were received, and over bytes being written.
 *
 * A struct rbuf cannot run over its end: a read past it gives 0 or NULL and makes
 * the cursor bad for good. Read straight through and ask once with rbuf_done(),
 * before acting on a value. A struct wbuf has a fixed room and the same sticky bad.
 * Neither owns its bytes. Numbers are in network order.
 */
#ifndef BGPD_WIRE_BUF_H
#define BGPD_WIRE_BUF_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct rbuf {
	const uint8_t *p;
	size_t left;
	bool bad;
};

struct wbuf {
	uint8_t *p;
	size_t len; /* written */
	size_t cap;
	bool bad; /* something did not fit; len stands before it */
};

static inline struct rbuf
rbuf_of(const uint8_t *p, size_t n)
{
	return (struct rbuf){ .p = p, .left = n };
}

/* The next n bytes; NULL, and a bad cursor, when there are less. */
static inline const uint8_t *
rbuf_bytes(struct rbuf *r, size_t n)
{
	if (r->bad || n > r->left) {
		r->bad = true;
		r->left = 0;
		return NULL;
	}
	const uint8_t *p = r->p;

	r->p += n;
	r->left -= n;
	return p;
}

static inline uint8_t
rbuf_u8(struct rbuf *r)
{
	const uint8_t *p = rbuf_bytes(r, 1);

	return p == NULL ? 0 : p[0];
}

static inline uint16_t
rbuf_u16(struct rbuf *r)
{
	const uint8_t *p = rbuf_bytes(r, 2);

	return p == NULL ? 0 : (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t
rbuf_u32(struct rbuf *r)
{
	const uint8_t *p = rbuf_bytes(r, 4);

	return p == NULL ? 0
			 : (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
		(uint32_t)p[2] << 8 | p[3];
}

/* The next n bytes as a cursor of their own; both are bad when there are less. */
static inline struct rbuf
rbuf_cut(struct rbuf *r, size_t n)
{
	const uint8_t *p = rbuf_bytes(r, n);

	return (struct rbuf){ .p = p, .left = p ? n : 0, .bad = p == NULL };
}

/* Nothing wrong and nothing left. */
static inline bool
rbuf_done(const struct rbuf *r)
{
	return !r->bad && r->left == 0;
}

bool rbuf_eq(struct rbuf, struct rbuf); /* the same bytes left */

struct wbuf wbuf_of(uint8_t *p, size_t cap);
struct rbuf
wbuf_read(const struct wbuf *, size_t from); /* what was written since */

/* Where the next n bytes go; NULL, and a bad buffer, when they do not fit. */
static inline uint8_t *
wbuf_room(struct wbuf *w, size_t n)
{
	if (w->bad || n > w->cap - w->len) {
		w->bad = true;
		return NULL;
	}
	uint8_t *p = w->p + w->len;

	w->len += n;
	return p;
}

static inline void
wbuf_bytes(struct wbuf *w, const uint8_t *bytes, size_t n)
{
	uint8_t *p = wbuf_room(w, n);

	if (p != NULL && n != 0)
		memcpy(p, bytes, n);
}

/* All that is left in it. */
static inline void
wbuf_copy(struct wbuf *w, struct rbuf r)
{
	wbuf_bytes(w, r.p, r.left);
}

static inline void
wbuf_u8(struct wbuf *w, uint8_t v)
{
	wbuf_bytes(w, &v, 1);
}

static inline void
wbuf_u16(struct wbuf *w, uint16_t v)
{
	wbuf_bytes(w, (uint8_t[]){ v >> 8, v & 0xff }, 2);
}

static inline void
wbuf_u32(struct wbuf *w, uint32_t v)
{
	wbuf_bytes(w,
	    (uint8_t[]){ v >> 24, v >> 16 & 0xff, v >> 8 & 0xff, v & 0xff }, 4);
}

/*
 * Room for a length, which the fill writes: the bytes written since the mark. Bad
 * when it is too large for the field.
 */
size_t wbuf_mark8(struct wbuf *);
size_t wbuf_mark16(struct wbuf *);
void wbuf_fill8(struct wbuf *, size_t at);
void wbuf_fill16(struct wbuf *, size_t at);
/* Writes over two bytes that are there; bad when v needs more. */
void wbuf_set16(struct wbuf *, size_t at, size_t v);

/* Takes back what was written since, and that it did not fit. */
void wbuf_rewind(struct wbuf *, size_t len);
/* Ends a builder that began at start: true, or taken back and false. */
bool wbuf_end(struct wbuf *, size_t start);
#endif
