/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Whose a packet is, and which session is due next, bfd_entries.c finds. A session is
 * moved in the order of times whenever something happened to it. Discriminators are
 * random: a packet that was meant for a session of before is not for one of today.
 *
 * News waits in a list of sessions until it is taken. Of what happened meanwhile a fall
 * is kept beside the newest state: whoever takes it late must not miss that the session
 * was down.
 *
 * One that is no longer wanted loses its id and leaves: it says so a few times, then it
 * is gone, and is freed when nobody waits for the time that it takes.
 */
#include "bgpd/bfd/bfd.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/bfd/bfd_entries.h"
#include "common/alloc.h"

static bool
entry_is_from(const struct entry *e, const struct bfd_from *from)
{
	const struct bfd_config *c = &e->session.config;

	return addr_eq(&c->remote.addr, &from->addr) &&
	    c->multihop == from->multihop && e->scope == from->scope;
}

/* Of one that leaves and one that has come since, the latter, which is before it. */
static struct entry *
entry_from(struct bfd *b, const struct bfd_from *from)
{
	struct entry *e = *entries_at(b, &from->addr);

	while (e != NULL && !entry_is_from(e, from))
		e = e->by_addr;
	return e;
}

/* --- News. --- */

static void
news_add(struct bfd *b, struct entry *e, uint8_t was)
{
	const struct bfd_session *s = &e->session;

	bool admin = s->remote_state == BFD_ADMIN_DOWN;

	/* Of several the one that counts. */
	if (was == BFD_UP && s->state != BFD_UP && !(e->fell && admin)) {
		e->fell = true;
		e->fell_diag = s->diag;
		e->fell_admin = admin;
	}
	if (!e->has_news) {
		e->has_news = true;
		e->news = NULL;
		*b->news_end = e;
		b->news_end = &e->news;
	}
	b->ops->news(b->arg);
}

static struct entry *
news_next(struct bfd *b)
{
	struct entry *e = b->news;

	b->news = e->news;
	if (b->news == NULL)
		b->news_end = &b->news;
	e->has_news = false;
	return e;
}

static void
news_drop(struct bfd *b, struct entry *e)
{
	struct entry **at = &b->news;

	if (!e->has_news)
		return;
	while (*at != e)
		at = &(*at)->news;
	*at = e->news;
	if (*at == NULL)
		b->news_end = at;
	e->has_news = e->fell = false;
}

bool
bfd_take(struct bfd *b, struct bfd_news *news)
{
	while (b->news != NULL) {
		struct entry *e = b->news;
		const struct bfd_session *s = &e->session;

		*news = (struct bfd_news){ .id = s->config.id };
		if (e->fell) {
			news->state = e->told = BFD_DOWN;
			news->diag = e->fell_diag;
			news->fell = true;
			news->admin = e->fell_admin;
			e->fell = e->replaces = false;
			return true;
		}
		if (e->replaces) {
			news->state = e->told = BFD_DOWN;
			e->replaces = false;
			return true;
		}
		news_next(b);
		if (e->told == s->state || s->resumed)
			continue;
		news->state = e->told = s->state;
		news->diag = s->diag;
		return true;
	}
	return false;
}

/* --- The owner's verbs. --- */

struct bfd *
bfd_new(uint64_t seed, const struct bfd_ops *ops, void *arg)
{
	struct bfd *b = xcalloc(1, sizeof(*b));

	b->ops = ops;
	b->arg = arg;
	b->news_end = &b->news;
	rng_init(&b->rng, seed);
	return b;
}

static void
entry_free(struct bfd *b, struct entry *e)
{
	if (e != NULL && e->link != NULL)
		b->ops->gone(b->arg, e->link);
	free(e);
}

void
bfd_reap(struct bfd *b)
{
	struct entry *e;

	while ((e = b->gone) != NULL) {
		b->gone = e->news;
		entry_free(b, e);
	}
}

void
bfd_free(struct bfd *b)
{
	if (b == NULL)
		return;
	bfd_reap(b);
	for (size_t i = 0; i < b->n_slots; i++)
		entry_free(b, b->slots[i]);
	free(b->slots);
	free(b->heap);
	free(b);
}

static size_t
slot_find(struct bfd *b)
{
	for (size_t i = 0; i < b->n_slots; i++)
		if (b->slots[i] == NULL)
			return i;
	b->slots = xrealloc(b->slots, b->n_slots + 1, sizeof(b->slots[0]));
	b->heap = xrealloc(b->heap, b->n_slots + 1, sizeof(b->heap[0]));
	b->slots[b->n_slots] = NULL;
	return b->n_slots++;
}

static uint32_t
discriminator_new(struct bfd *b)
{
	uint32_t mine;

	do
		mine = rng_u32(&b->rng);
	while (mine == 0 || entry_of_mine(b, mine) != NULL);
	return mine;
}

static struct entry *
entry_add(struct bfd *b, const struct bfd_config *config, uint64_t now)
{
	struct entry *e = xcalloc(1, sizeof(*e));
	struct entry **addr = entries_at(b, &config->remote.addr);
	struct entry **id = &b->ids[config->id % HEADS];

	e->slot = slot_find(b);
	b->slots[e->slot] = e;
	bfd_session_init(&e->session, config, discriminator_new(b), now);
	entry_link_mine(b, e);
	e->told = BFD_DOWN;
	e->by_addr = *addr;
	*addr = e;
	e->by_id = *id;
	*id = e;
	entry_put(b, b->n++, e);
	entry_schedule(b, e);
	return e;
}

/* Its slot and its place in the heap are free. */
static void
entry_end(struct bfd *b, struct entry *e)
{
	struct entry *last = b->heap[--b->n];

	entry_unlink_addr(b, e);
	entry_unlink_mine(b, e);
	b->slots[e->slot] = NULL;
	if (last != e) {
		entry_put(b, e->heap, last);
		entry_schedule(b, last);
	}
	e->news = b->gone;
	b->gone = e;
	b->ops->news(b->arg);
}

static void
entry_leave(struct bfd *b, struct entry *e, uint64_t now)
{
	news_drop(b, e);
	entry_unlink_id(b, e);
	bfd_session_leave(&e->session, now);
	entry_schedule(b, e);
}

/* A fall that nobody has heard of yet, and what the owner thinks of the id. */
static void
news_inherit(struct bfd *b, struct entry *e, const struct entry *was)
{
	e->told = was->told;
	e->fell = was->fell;
	e->fell_admin = was->fell_admin;
	e->fell_diag = was->fell_diag;
	e->replaces = was->told != BFD_DOWN;
	if (e->fell || e->replaces)
		news_add(b, e, BFD_DOWN);
}

static bool
is_same_road(const struct bfd_config *a, const struct bfd_config *b)
{
	return scoped_addr_cmp(&a->remote, &b->remote) == 0 &&
	    addr_cmp(&a->local, &b->local) == 0 && a->multihop == b->multihop;
}

bool
bfd_set(struct bfd *b, const struct bfd_config *config, uint64_t now)
{
	struct entry *e = entry_of(b, config->id);

	if (e != NULL && is_same_road(&e->session.config, config)) {
		bfd_session_change(&e->session, config, now);
		entry_schedule(b, e);
		return false;
	}
	const struct entry was =
	    e != NULL ? *e : (struct entry){ .told = BFD_DOWN };

	if (e != NULL)
		entry_leave(b, e, now);
	news_inherit(b, entry_add(b, config, now), &was);
	return true;
}

void *
bfd_link(struct bfd *b, uint32_t id, void *link, int scope)
{
	struct entry *e = entry_of(b, id);

	if (e == NULL)
		return link;
	void *was = e->link;

	e->link = link;
	e->scope = scope;
	return was;
}

void *
bfd_linked(const struct bfd *b, uint32_t id)
{
	const struct entry *e = entry_of(b, id);

	return e != NULL ? e->link : NULL;
}

void
bfd_trouble(struct bfd *b, uint32_t id, const char *text)
{
	struct entry *e = entry_of(b, id);

	if (e != NULL)
		snprintf(e->trouble, sizeof(e->trouble), "%s", text);
}

void
bfd_unset(struct bfd *b, uint32_t id, uint64_t now)
{
	struct entry *e = entry_of(b, id);

	if (e != NULL)
		entry_leave(b, e, now);
}

void
bfd_unset_all(struct bfd *b, uint64_t now)
{
	for (size_t i = 0; i < b->n_slots; i++)
		if (b->slots[i] != NULL && !b->slots[i]->session.leaving)
			entry_leave(b, b->slots[i], now);
}

/* Who is not Up is told that we go. */
size_t
bfd_hold_all(struct bfd *b, struct bfd_kept *kept, size_t n, uint64_t now)
{
	size_t held = 0;

	for (size_t i = 0; i < b->n_slots; i++) {
		struct entry *e = b->slots[i];

		if (e == NULL || e->session.leaving)
			continue;
		const struct bfd_session *s = &e->session;

		if (held < n && bfd_session_hold(&e->session, now)) {
			kept[held++] =
			    (struct bfd_kept){ .remote = s->config.remote,
				    .local = s->config.local,
				    .multihop = s->config.multihop,
				    .mine = s->mine,
				    .yours = s->yours };
			entry_schedule(b, e);
		} else {
			entry_leave(b, e, now);
		}
	}
	return held;
}

static void
entry_resume(
    struct bfd *b, struct entry *e, const struct bfd_kept *kept, uint64_t now)
{
	if (kept->mine == 0 || entry_of_mine(b, kept->mine) != NULL)
		return;
	entry_unlink_mine(b, e);
	bfd_session_resume(&e->session, kept, now);
	entry_link_mine(b, e);
	entry_schedule(b, e);
}

void
bfd_resume(
    struct bfd *b, uint32_t id, const struct bfd_kept *kept, uint64_t now)
{
	struct entry *e = entry_of(b, id);

	if (e != NULL)
		entry_resume(b, e, kept, now);
}

void
bfd_end_kept(struct bfd *b, const struct bfd_kept *kept, void *link, int scope,
    uint64_t now)
{
	const struct bfd_config config = { .remote = kept->remote,
		.local = kept->local,
		.multihop = kept->multihop,
		.min_ttl = UINT8_MAX,
		.tx_ms = BFD_SLOW / 1000,
		.rx_ms = BFD_SLOW / 1000,
		.mult = BFD_LAST };
	struct entry *e = entry_add(b, &config, now);

	e->link = link;
	e->scope = scope;
	entry_resume(b, e, kept, now);
	entry_leave(b, e, now);
}

size_t
bfd_count(const struct bfd *b)
{
	return b->n;
}

/* --- Packets. --- */

static void
refuse(struct bfd *b, struct entry *e, enum bfd_fault fault, uint8_t auth,
    uint64_t now)
{
	struct bfd_session *s = e != NULL ? &e->session : NULL;

	b->refused[fault]++;
	if (s == NULL)
		return;
	s->refused++;
	if (now - s->refused_at > (uint64_t)BFD_ROW * 1000)
		s->refused_row = 0;
	s->refused_row++;
	s->refused_at = now;
	if (fault == BFD_AUTHENTICATED)
		snprintf(s->refusal, sizeof(s->refusal),
		    "authentication (%s), which is not supported",
		    bfd_auth_name(auth));
	else
		snprintf(s->refusal, sizeof(s->refusal), "%s",
		    bfd_fault_name(fault));
}

/* Of what has come through bfd_parse(). */
static enum bfd_fault
judge(const struct entry *e, const struct bfd_from *from)
{
	if (e == NULL || !entry_is_from(e, from))
		return BFD_NO_SESSION;
	if (from->ttl < (from->multihop ? e->session.config.min_ttl : 255))
		return BFD_BAD_TTL; /* RFC 5881 5 */
	return e->session.state == BFD_ADMIN_DOWN ? BFD_ADMIN : BFD_GOOD;
}

void
bfd_input(
    struct bfd *b, const struct bfd_from *from, struct rbuf bytes, uint64_t now)
{
	struct bfd_packet p;
	uint8_t auth;
	enum bfd_fault fault = bfd_parse(bytes, &p, &auth);
	struct entry *e = fault == BFD_GOOD && p.yours != 0
	    ? entry_of_mine(b, p.yours)
	    : entry_from(b, from);

	b->received++;
	if (fault == BFD_GOOD)
		fault = judge(e, from);
	if (fault != BFD_GOOD) {
		/* What names a session, and is of another address, is not its. */
		refuse(b, fault != BFD_NO_SESSION ? e : NULL, fault, auth, now);
		return;
	}
	uint8_t was = e->session.resumed ? BFD_DOWN : e->session.state;
	bool resumed = e->session.resumed;

	/* That one which was taken over is Up is news when its peer says so. */
	if (bfd_session_receive(&e->session, &p, now) ||
	    resumed != e->session.resumed)
		news_add(b, e, was);
	entry_schedule(b, e);
}

static void
entry_send(struct bfd *b, struct entry *e, uint64_t now)
{
	uint8_t bytes[BFD_LENGTH];
	struct wbuf w = wbuf_of(bytes, sizeof(bytes));
	struct bfd_packet p;

	if (!bfd_session_output(&e->session, &p, &b->rng, now))
		return;
	if (e->link == NULL || !bfd_build(&w, &p))
		return;
	b->sent++;
	b->ops->send(b->arg, e->link, bytes, w.len);
}

uint64_t
bfd_run(struct bfd *b, uint64_t now)
{
	while (b->n > 0 && b->heap[0]->due <= now) {
		struct entry *e = b->heap[0];
		uint8_t was = e->session.resumed ? BFD_DOWN : e->session.state;

		if (bfd_session_expire(&e->session, now))
			news_add(b, e, was);
		entry_send(b, e, now);
		if (bfd_session_is_gone(&e->session))
			entry_end(b, e);
		else
			entry_schedule(b, e);
	}
	return b->n > 0 ? b->heap[0]->due : BFD_NEVER;
}

/* --- Questions. --- */

void
bfd_look(const struct bfd *b, uint32_t id, struct bfd_view *v)
{
	const struct entry *e = entry_of(b, id);

	*v = (struct bfd_view){ 0 };
	if (e == NULL)
		return;
	bfd_session_view(&e->session, v);
	memcpy(v->trouble, e->trouble, sizeof(v->trouble));
}

void
bfd_count_packets(const struct bfd *b, struct bfd_totals *t)
{
	t->sent = b->sent;
	t->received = b->received;
	memcpy(t->refused, b->refused, sizeof(t->refused));
}
