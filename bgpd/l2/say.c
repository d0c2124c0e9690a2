/* SPDX-License-Identifier: Apache-2.0 */
/*
 * To the nodes goes one kind of datagram at its time: that this one lives, what has
 * changed of its claims, or all of them in parts to whoever asked. Changes wait in the
 * link's list of dirty seats, so that those of one event leave together; a seat knows
 * what was said of it (`said`), and only what differs from that is a change. All claims
 * are told at most each WHOLE_EVERY, however many ask, and now and then without being
 * asked, as one that this node does not hear can't ask.
 *
 * To everybody go the frames that say where an address is, and that ask for it.
 */
#include "bgpd/l2/say.h"

#include <stdio.h>
#include <utlist.h>

#include "bgpd/l2/state.h"

enum {
	MTU_LEAST = 576, /* a head with the longest name and some claims fit */
	WHOLE_HELLOS = 25, /* all claims are told with each … */
};

_Static_assert(HELLO_MAX == FRAME_HELLO_MAX, "a hello fits into a frame");

/* --- Between the nodes. --- */

/* IPv4 where the interface has it; without any address from 0.0.0.0. */
static struct addr
source_of(const struct interface *at)
{
	for (size_t i = 0; i < at->n; i++)
		if (at->at[i].addr.family == FAMILY_V4)
			return at->at[i].addr;
	return at->n > 0 ? at->at[0].addr : addr_v4(0);
}

static uint64_t
next_seq(struct l2_link *k)
{
	uint64_t wall = (uint64_t)clock_wall(k->l2->clock) * 1000;

	k->seq = wall > k->seq ? wall : k->seq + 1;
	return k->seq;
}

static void
send_hello(struct l2_link *k, struct hello *h)
{
	uint8_t bytes[HELLO_MAX], frame[FRAME_MAX];
	struct addr source = source_of(&k->interface);
	const struct l2 *l2 = k->l2;

	h->epoch = k->epoch;
	h->seq = next_seq(k);
	size_t n = hello_build(h, &l2->keys, bytes);

	n = frame_put_hello(frame, &k->interface.mac, &source, bytes, n);
	l2->port->send(l2->port->arg, k->interface.index, frame, n);
	members_said(k->members, h->seq, l2_now(l2));
	k->l2->counters.sent++;
}

/* What is longer than the interface takes is not sent at all. */
static size_t
body_max(const struct interface *at)
{
	size_t mtu = at->mtu > MTU_LEAST ? at->mtu : MTU_LEAST;
	size_t max = mtu - HELLO_HEADERS - HELLO_KEYS * HELLO_MAC;

	return max < HELLO_BODY_MAX ? max : HELLO_BODY_MAX;
}

static void
hello_init(struct hello *h, const struct l2_link *k, enum hello_kind kind)
{
	h->kind = kind;
	h->body_max = body_max(&k->interface);
	h->n_heard = 0;
	hello_clear(h);
	snprintf(h->name, sizeof(h->name), "%s", k->l2->node);
}

void
say_alive(struct l2_link *k)
{
	const struct l2 *l2 = k->l2;
	uint64_t now = l2_now(l2);
	struct hello h;

	hello_init(&h, k, HELLO_ALIVE);
	h.interval = l2->interval;
	h.dead = l2->dead;
	h.number = ++k->number;
	h.version = k->version;
	h.n_held = (uint32_t)k->n_answering;
	h.idle = l2->leaving || now < k->listen_until;
	members_list(k->members, &h);
	k->whole_due |= k->number % WHOLE_HELLOS == 0;
	send_hello(k, &h);
	k->said_at = now;
	k->hello_at = now + rng_jitter(l2->rng, l2->interval);
	if (now < k->listen_until && k->listen_until < k->hello_at)
		k->hello_at =
		    k->listen_until; /* that we stand now is told at once */
}

void
say_ask(struct l2_link *k, struct l2_member *mb)
{
	struct hello h;

	hello_init(&h, k, HELLO_ASK);
	h.whom = mb->hash;
	h.whose_epoch = mb->epoch;
	mb->asked_at = l2_now(k->l2);
	send_hello(k, &h);
}

/* --- Claims. --- */

static bool
is_answered_for(const struct l2_seat *s)
{
	const struct claims_entry *at = claims_list(&s->claims);

	for (size_t i = 0; i < s->claims.n; i++)
		if (at[i].claim != CLAIM_NOT)
			return true;
	return false;
}

/* Wanted by this node, but not on this link; the others may think it can hold it. */
static bool
is_wanted_elsewhere(const struct l2_seat *s)
{
	struct l2_wanted *w;

	HASH_FIND(hh, s->link->l2->wants, &s->addr, sizeof(s->addr), w);
	return w != NULL && is_answered_for(s);
}

static enum claim
claim_of(const struct l2_seat *s)
{
	if (s->state == L2_HELD)
		return CLAIM_HOLD;
	if (s->state == L2_YIELDING)
		return CLAIM_YIELD;
	if (s->want == NULL)
		return is_wanted_elsewhere(s) ? CLAIM_NOT : CLAIM_NONE;
	return s->state == L2_CONFLICT || !seat_may(s) ? CLAIM_NOT : CLAIM_NONE;
}

static void
make_dirty(struct l2_seat *s)
{
	if (s->dirty)
		return;
	s->dirty = true;
	DL_APPEND2(s->link->dirty, s, dirty_prev, dirty_next);
}

void
say_mark(struct l2_seat *s)
{
	if (claim_of(s) != s->said)
		make_dirty(s);
}

void
say_again(struct l2_seat *s)
{
	s->again = true;
	make_dirty(s);
}

/* Who claims what we hold, and how much we know of what it claims. */
static bool
list_claimers(const struct l2_seat *s, struct hello *h)
{
	const struct claims_entry *at = claims_list(&s->claims);

	for (size_t i = 0; i < s->claims.n; i++) {
		const struct l2_member *mb =
		    members_by_id(s->link->members, at[i].member);

		if (mb == NULL || !mb->catchup.known ||
		    at[i].claim == CLAIM_NOT)
			continue;
		if (!hello_add_heard(h,
			&(struct hello_heard){
			    mb->hash, mb->epoch, mb->catchup.have }))
			return false;
	}
	return true;
}

static bool
add_change(
    struct hello *h, const struct l2_seat *s, const struct hello_entry *e)
{
	size_t n = h->n_heard;

	if ((e->claim != CLAIM_HOLD || list_claimers(s, h)) && hello_add(h, e))
		return true;
	h->n_heard = n;
	return false;
}

/* Sends what is in h when the change has no room any more. */
static void
tell_change(
    struct hello *h, const struct l2_seat *s, const struct hello_entry *e)
{
	if (add_change(h, s, e))
		return;
	send_hello(s->link, h);
	h->from = h->to++;
	hello_clear(h);
	if (add_change(h, s, e))
		return;
	(void)list_claimers(s, h); /* as many as have room */
	hello_add(h, e);
}

/* True: it is to be told. */
static bool
comes_clean(struct l2_seat *s, enum claim claim)
{
	bool again = s->again;

	DL_DELETE2(s->link->dirty, s, dirty_prev, dirty_next);
	s->dirty = s->again = false;
	if (claim == s->said && !again)
		return false;
	if (claim == CLAIM_NONE && s->want == NULL)
		seat_queue(s); /* perhaps nobody needs it now */
	s->said = (uint8_t)claim;
	claims_outrun(&s->claims);
	return true;
}

static void
tell_changes(struct l2_link *k)
{
	struct hello h;

	if (k->dirty == NULL)
		return;
	hello_init(&h, k, HELLO_CLAIMS);
	h.part = h.parts = 0;
	h.from = k->version;
	h.to = k->version + 1;
	for (struct l2_seat *s; (s = k->dirty) != NULL;) {
		struct hello_entry e = { s->addr, claim_of(s) };

		if (!comes_clean(s, e.claim))
			continue;
		tell_change(&h, s, &e);
		s->said_version = h.to;
	}
	if (h.n_entries == 0)
		return;
	k->version = h.to;
	send_hello(k, &h);
}

/* How many parts the claims make: hello_add() decides, so it is asked. */
static uint16_t
count_parts(const struct l2_link *k)
{
	struct hello h;
	uint16_t parts = 1;

	hello_init(&h, k, HELLO_CLAIMS);
	for (const struct l2_seat *s = k->seats; s != NULL; s = s->hh.next) {
		struct hello_entry e = { s->addr, s->said };

		if (e.claim == CLAIM_NONE || hello_add(&h, &e))
			continue;
		parts++;
		hello_clear(&h);
		hello_add(&h, &e);
	}
	return parts;
}

static void
tell_part(struct l2_link *k, struct hello *h, const struct hello_entry *e)
{
	if (hello_add(h, e))
		return;
	send_hello(k, h);
	h->part++;
	hello_clear(h);
	hello_add(h, e);
}

static void
tell_all(struct l2_link *k)
{
	struct hello h;

	hello_init(&h, k, HELLO_CLAIMS);
	h.from = h.to = k->version;
	h.part = 0;
	h.parts = count_parts(k);
	for (const struct l2_seat *s = k->seats; s != NULL; s = s->hh.next)
		if (s->said != CLAIM_NONE)
			tell_part(
			    k, &h, &(struct hello_entry){ s->addr, s->said });
	send_hello(k, &h);
}

void
say_claims(struct l2_link *k)
{
	uint64_t now = l2_now(k->l2);

	tell_changes(k);
	if (!k->whole_due || now < k->whole_at + WHOLE_EVERY)
		return;
	k->whole_due = false;
	k->whole_at = now;
	tell_all(k);
}

/* --- To everybody on the link. --- */

static void
send_arp(
    const struct l2_seat *s, const struct mac *to, const struct frame_arp *arp)
{
	const struct l2_link *k = s->link;
	uint8_t frame[FRAME_MAX];
	size_t n = frame_put_arp(frame, &k->interface.mac, to, arp);

	k->l2->port->send(k->l2->port->arg, k->interface.index, frame, n);
}

static void
send_neighbor(const struct l2_seat *s, const struct mac *to,
    const struct frame_neighbor *neighbor)
{
	const struct l2_link *k = s->link;
	uint8_t frame[FRAME_MAX];
	size_t n = frame_put_neighbor(frame, &k->interface.mac, to, neighbor);

	k->l2->port->send(k->l2->port->arg, k->interface.index, frame, n);
}

static struct addr
all_nodes(void)
{
	return addr_from(FAMILY_V6, (uint8_t[16]){ 0xff, 2, [15] = 1 });
}

/* RFC 4861 7.2.4 and 7.2.6: to one that asked, or to all. */
static void
advertise(const struct l2_seat *s, const struct addr *dst, const struct mac *to)
{
	const struct addr all = all_nodes();
	const struct mac group = frame_group_mac(&all);
	struct frame_neighbor advert = { .advert = true,
		.solicited = dst != NULL,
		.override = true,
		.src = s->addr,
		.dst = dst != NULL ? *dst : all,
		.target = s->addr,
		.has_mac = true,
		.mac = s->link->interface.mac };

	send_neighbor(s, to != NULL ? to : &group, &advert);
}

/* A request and a reply: some hosts believe the one, some the other (RFC 5227 3). */
void
say_announce(const struct l2_seat *s)
{
	const struct mac *mac = &s->link->interface.mac;
	struct frame_arp arp = {
		.sender_mac = *mac, .sender = s->addr, .target = s->addr
	};

	if (s->addr.family == FAMILY_V6) {
		advertise(s, NULL, NULL);
		return;
	}
	send_arp(s, &mac_broadcast, &arp);
	arp.reply = true;
	arp.target_mac = mac_broadcast;
	send_arp(s, &mac_broadcast, &arp);
}

void
say_probe(const struct l2_seat *s)
{
	if (s->addr.family == FAMILY_V4) {
		struct frame_arp arp = { .sender_mac = s->link->interface.mac,
			.sender = addr_v4(0),
			.target = s->addr };

		send_arp(s, &mac_broadcast, &arp);
		return;
	}
	struct frame_neighbor ask = { .src = addr_from(
					  FAMILY_V6, (uint8_t[16]){ 0 }),
		.dst = frame_solicited_node(&s->addr),
		.target = s->addr };
	struct mac group = frame_group_mac(&ask.dst);

	send_neighbor(s, &group, &ask);
}

void
say_arp_reply(const struct l2_seat *s, const struct frame_arp *asked)
{
	struct frame_arp arp = { .reply = true,
		.sender_mac = s->link->interface.mac,
		.sender = s->addr,
		.target_mac = asked->sender_mac,
		.target = asked->sender };

	send_arp(s, &asked->sender_mac, &arp);
}

/* One that looks for doubles asks from ::, and all are told (RFC 4861 7.2.4). */
void
say_advert(const struct l2_seat *s, const struct frame *asked)
{
	const struct frame_neighbor *ask = &asked->neighbor;

	if (addr_is_zero(&ask->src))
		advertise(s, NULL, NULL);
	else
		advertise(
		    s, &ask->src, ask->has_mac ? &ask->mac : &asked->from);
}
