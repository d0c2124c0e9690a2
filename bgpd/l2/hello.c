/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/hello.h"

#include <assert.h>
#include <openssl/crypto.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <string.h>

#include "common/fnv.h"

enum {
	VERSION = 1,
	IDLE = 1,
	COMPLETE = 2,
	HEAD = 2 + 1 + 1 + 8 + 8 + 1, /* and the name */
	CLAIMS_HEAD = 4 + 4 + 2 + 2 + 2 + 1,
	HEARD = 8 + 8 + 4,
	ENTRY = 1 + 16, /* at most */
	SIX = 0x80,     /* beside a claim: of an IPv6 address */
};

uint64_t
hello_name_hash(const char *name)
{
	return fnv_add(FNV_START, name, strlen(name));
}

static size_t
entry_size(const struct hello_entry *e)
{
	return 1 + family_bytes(e->addr.family);
}

void
hello_clear(struct hello *h)
{
	h->n_entries = h->entries_size = h->n_heard = 0;
}

static bool
has_room(const struct hello *h, size_t more)
{
	size_t max = h->body_max != 0 ? h->body_max : HELLO_BODY_MAX;

	return HEAD + strlen(h->name) + CLAIMS_HEAD + h->entries_size +
	    HEARD * h->n_heard + more <=
	    max;
}

bool
hello_add(struct hello *h, const struct hello_entry *e)
{
	if (h->n_entries == HELLO_ENTRIES_MAX || !has_room(h, entry_size(e)))
		return false;
	h->entries[h->n_entries++] = *e;
	h->entries_size += entry_size(e);
	return true;
}

bool
hello_add_heard(struct hello *h, const struct hello_heard *heard)
{
	for (size_t i = 0; i < h->n_heard; i++)
		if (h->heard[i].name == heard->name &&
		    h->heard[i].epoch == heard->epoch)
			return true;
	if (h->n_heard == HELLO_HEARD_MAX || !has_room(h, HEARD + ENTRY))
		return false;
	h->heard[h->n_heard++] = *heard;
	return true;
}

static void
put_u64(struct wbuf *w, uint64_t v)
{
	wbuf_u32(w, (uint32_t)(v >> 32));
	wbuf_u32(w, (uint32_t)v);
}

static uint64_t
get_u64(struct rbuf *r)
{
	uint64_t high = rbuf_u32(r);

	return high << 32 | rbuf_u32(r);
}

static void
put_heard(struct wbuf *w, const struct hello *h)
{
	wbuf_u8(w, (uint8_t)h->n_heard);
	for (size_t i = 0; i < h->n_heard; i++) {
		put_u64(w, h->heard[i].name);
		put_u64(w, h->heard[i].epoch);
		wbuf_u32(w, h->heard[i].seq);
	}
}

static bool
get_heard(struct rbuf *r, struct hello *h)
{
	h->n_heard = rbuf_u8(r);
	if (h->n_heard > HELLO_HEARD_MAX)
		return false;
	for (size_t i = 0; i < h->n_heard; i++) {
		h->heard[i].name = get_u64(r);
		h->heard[i].epoch = get_u64(r);
		h->heard[i].seq = rbuf_u32(r);
	}
	return true;
}

static void
put_alive(struct wbuf *w, const struct hello *h)
{
	wbuf_u32(w, h->interval);
	wbuf_u32(w, h->dead);
	wbuf_u32(w, h->number);
	wbuf_u32(w, h->version);
	wbuf_u32(w, h->n_held);
	wbuf_u8(w, (h->idle ? IDLE : 0) | (h->complete ? COMPLETE : 0));
	put_heard(w, h);
}

static bool
get_alive(struct rbuf *r, struct hello *h)
{
	h->interval = rbuf_u32(r);
	h->dead = rbuf_u32(r);
	h->number = rbuf_u32(r);
	h->version = rbuf_u32(r);
	h->n_held = rbuf_u32(r);
	uint8_t flags = rbuf_u8(r);

	h->idle = (flags & IDLE) != 0;
	h->complete = (flags & COMPLETE) != 0;
	return get_heard(r, h) && h->interval > 0 && h->dead > h->interval;
}

static void
put_claims(struct wbuf *w, const struct hello *h)
{
	wbuf_u32(w, h->from);
	wbuf_u32(w, h->to);
	wbuf_u16(w, h->part);
	wbuf_u16(w, h->parts);
	wbuf_u16(w, (uint16_t)h->n_entries);
	for (size_t i = 0; i < h->n_entries; i++) {
		const struct hello_entry *e = &h->entries[i];
		bool six = e->addr.family == FAMILY_V6;

		wbuf_u8(w, (uint8_t)(e->claim | (six ? SIX : 0)));
		wbuf_bytes(w, e->addr.bytes, family_bytes(e->addr.family));
	}
	put_heard(w, h);
}

static bool
get_entry(struct rbuf *r, struct hello_entry *e)
{
	uint8_t kind = rbuf_u8(r);
	enum family family = kind & SIX ? FAMILY_V6 : FAMILY_V4;
	const uint8_t *bytes = rbuf_bytes(r, family_bytes(family));

	if (bytes == NULL || (kind & ~SIX) >= CLAIMS)
		return false;
	e->claim = kind & ~SIX;
	e->addr = addr_from(family, bytes);
	return true;
}

static bool
get_claims(struct rbuf *r, struct hello *h)
{
	h->from = rbuf_u32(r);
	h->to = rbuf_u32(r);
	h->part = rbuf_u16(r);
	h->parts = rbuf_u16(r);
	h->n_entries = rbuf_u16(r);
	if (h->n_entries > HELLO_ENTRIES_MAX)
		return false;
	for (size_t i = 0; i < h->n_entries; i++)
		if (!get_entry(r, &h->entries[i]))
			return false;
	return get_heard(r, h) &&
	    (h->parts == 0 ? h->part == 0 : h->part < h->parts);
}

static void
put_ask(struct wbuf *w, const struct hello *h)
{
	put_u64(w, h->whom);
	put_u64(w, h->whose_epoch);
}

static bool
get_ask(struct rbuf *r, struct hello *h)
{
	h->whom = get_u64(r);
	h->whose_epoch = get_u64(r);
	return true;
}

static const struct body {
	void (*put)(struct wbuf *, const struct hello *);
	bool (*get)(struct rbuf *, struct hello *);
} bodies[] = {
	[HELLO_ALIVE] = { put_alive, get_alive },
	[HELLO_CLAIMS] = { put_claims, get_claims },
	[HELLO_ASK] = { put_ask, get_ask },
};

/* The first bytes of HMAC-SHA-256 (RFC 2104 5). */
static void
mac_make(const struct hello_key *key, const uint8_t *p, size_t n,
    uint8_t mac[HELLO_MAC])
{
	uint8_t whole[EVP_MAX_MD_SIZE];
	unsigned length = 0;

	if (HMAC(EVP_sha256(), key->bytes, (int)key->n, p, n, whole, &length) ==
	    NULL)
		length = 0;
	assert(length >= HELLO_MAC);
	memcpy(mac, whole, HELLO_MAC);
}

size_t
hello_build(const struct hello *h, const struct hello_keys *keys,
    uint8_t out[HELLO_MAX])
{
	struct wbuf w = wbuf_of(out, HELLO_MAX);
	size_t name = strlen(h->name), signed_part;

	wbuf_u16(&w, 0);
	wbuf_u8(&w, VERSION);
	wbuf_u8(&w, (uint8_t)h->kind);
	put_u64(&w, h->epoch);
	put_u64(&w, h->seq);
	wbuf_u8(&w, (uint8_t)name);
	wbuf_bytes(&w, (const uint8_t *)h->name, name);
	bodies[h->kind].put(&w, h);
	wbuf_set16(&w, 0, w.len);
	signed_part = w.len;
	for (size_t i = 0; i < keys->n; i++) {
		uint8_t *mac =
		    keys->key[i].n == 0 ? NULL : wbuf_room(&w, HELLO_MAC);

		if (mac != NULL)
			mac_make(&keys->key[i], out, signed_part, mac);
	}
	assert(!w.bad);
	return w.len;
}

/* What is signed, and what signs it. */
static bool
split(struct rbuf r, struct rbuf *text, struct rbuf *macs)
{
	struct rbuf length = r;

	*text = rbuf_cut(&r, rbuf_u16(&length));
	*macs = r;
	return !r.bad && macs->left % HELLO_MAC == 0 &&
	    macs->left <= HELLO_KEYS * HELLO_MAC;
}

static bool
key_signed(const struct hello_key *key, struct rbuf text, struct rbuf macs)
{
	uint8_t good[HELLO_MAC];

	mac_make(key, text.p, text.left, good);
	while (macs.left > 0)
		if (CRYPTO_memcmp(
			rbuf_bytes(&macs, HELLO_MAC), good, HELLO_MAC) == 0)
			return true;
	return false;
}

bool
hello_is_authentic(struct rbuf r, const struct hello_keys *keys)
{
	struct rbuf text, macs;

	if (!split(r, &text, &macs))
		return false;
	for (size_t i = 0; i < keys->n; i++)
		if (keys->key[i].n == 0 ||
		    key_signed(&keys->key[i], text, macs))
			return true;
	return false;
}

/* Names of nodes are of RFC 1123; what is shown of one must be harmless. */
static bool
get_name(struct rbuf *r, char name[HELLO_NAME_MAX + 1])
{
	size_t n = rbuf_u8(r);
	const uint8_t *bytes = rbuf_bytes(r, n);

	if (bytes == NULL || n == 0 || n > HELLO_NAME_MAX)
		return false;
	for (size_t i = 0; i < n; i++)
		if (bytes[i] <= ' ' || bytes[i] > '~')
			return false;
	memcpy(name, bytes, n);
	name[n] = '\0';
	return true;
}

bool
hello_parse(struct rbuf r, struct hello *h)
{
	struct rbuf text, macs;

	*h = (struct hello){ 0 };
	if (!split(r, &text, &macs))
		return false;
	(void)rbuf_u16(&text);
	uint8_t version = rbuf_u8(&text), kind = rbuf_u8(&text);

	h->epoch = get_u64(&text);
	h->seq = get_u64(&text);
	if (!get_name(&text, h->name) || version != VERSION ||
	    kind < HELLO_ALIVE || kind > HELLO_ASK)
		return false;
	h->kind = kind;
	return bodies[kind].get(&text, h) && rbuf_done(&text);
}
