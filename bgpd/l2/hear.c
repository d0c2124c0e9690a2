/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/hear.h"

#include "bgpd/l2/say.h"
#include "bgpd/l2/seat.h"
#include "bgpd/l2/state.h"
#include "bgpd/link/frame.h"

enum {
	ASK_EVERY =
	    50, /* ms, at least, that a member is asked for its claims */
	ANSWER_EVERY = 5,      /* ms, at least, between two hellos */
	UNWANTED_MAX = 100000, /* seats on a link that only others know of */
};

/* --- Members come and go. --- */

static bool
is_free(const struct l2_seat *s)
{
	return s->want != NULL && s->holder == 0 && !seat_answers(s);
}

/*
 * The seats that it matters for: those it claims, those that nobody holds; behind them,
 * of one that goes before us no more, those that another holds until we come first.
 */
static void
queue_seats(
    struct l2_link *k, const struct l2_member *mb, enum member_state was)
{
	struct l2_seat *s;

	for (s = k->seats; s != NULL; s = s->hh.next)
		if (is_free(s) || claims_of(&s->claims, mb->id) != CLAIM_NONE)
			seat_queue(s);
	if (was != MEMBER_DEAF && mb->state != MEMBER_DEAD && !mb->idle)
		return;
	for (s = k->seats; s != NULL; s = s->hh.next)
		if (s->want != NULL && !seat_answers(s))
			seat_queue(s);
}

static void
drop_claims(struct l2_link *k, struct l2_member *mb)
{
	catchup_forget(&mb->catchup);
	for (struct l2_seat *s = k->seats; s != NULL; s = s->hh.next)
		if (claims_of(&s->claims, mb->id) != CLAIM_NONE) {
			claims_set(&s->claims, mb->id, CLAIM_NONE, false, 0);
			seat_queue(s);
		}
}

static void
on_changed(void *arg, struct l2_member *mb, enum member_state was)
{
	struct l2_link *k = arg;

	if (mb->state == MEMBER_DEAD)
		drop_claims(k, mb);
	queue_seats(k, mb, was);
}

static void
on_gone(void *arg, struct l2_member *mb)
{
	drop_claims(arg, mb);
}

const struct members_ops hear_members_ops = { on_changed, on_gone };

/* --- Claims. --- */

static struct l2_seat *
seat_for(struct l2_link *k, const struct hello_entry *e)
{
	struct l2_seat *s = seat_find(k, &e->addr);

	if (s != NULL || e->claim == CLAIM_NONE ||
	    HASH_COUNT(k->seats) >= k->n_wanted + UNWANTED_MAX)
		return s;
	return seat_add(k, &e->addr);
}

/* What it says of itself in the list: how much it knows of our claims. */
static const struct hello_heard *
heard_of_us(const struct l2_link *k, const struct hello *h)
{
	for (size_t i = 0; i < h->n_heard; i++)
		if (h->heard[i].name == k->l2->name &&
		    h->heard[i].epoch == k->epoch)
			return &h->heard[i];
	return NULL;
}

/* At once: no answer goes out for what another holds, as soon as we know. */
static void
apply(struct l2_link *k, struct l2_member *mb, const struct hello *h)
{
	const struct hello_heard *us = heard_of_us(k, h);

	for (size_t i = 0; i < h->n_entries; i++) {
		struct l2_seat *s = seat_for(k, &h->entries[i]);

		if (s == NULL)
			continue;
		seat_claim(s, mb, h->entries[i].claim,
		    us != NULL && (int32_t)(us->seq - s->said_version) >= 0);
		seat_judge(s);
	}
}

/* One that yields to us may stop when it knows that we have heard so. */
static void
assure(struct l2_seat *s, const struct l2_member *mb)
{
	if (s->state == L2_HELD && claims_of(&s->claims, mb->id) == CLAIM_YIELD)
		say_again(s);
}

static void
assure_of_these(
    struct l2_link *k, const struct l2_member *mb, const struct hello *h)
{
	for (size_t i = 0; i < h->n_entries; i++) {
		struct l2_seat *s = seat_find(k, &h->entries[i].addr);

		if (s != NULL)
			assure(s, mb);
	}
}

static void
end_round(struct l2_link *k, const struct l2_member *mb)
{
	for (struct l2_seat *s = k->seats; s != NULL; s = s->hh.next) {
		assure(s, mb);
		if (claims_outdate(&s->claims, mb->id, mb->catchup.round) ||
		    is_free(s))
			seat_queue(s);
	}
}

static void
hear_claims(struct l2_link *k, struct l2_member *mb, const struct hello *h)
{
	if (mb->state == MEMBER_DOUBTED)
		return;
	enum catchup_step step = h->parts == 0
	    ? catchup_change(&mb->catchup, h->from, h->to)
	    : catchup_part(&mb->catchup, h->to, h->part, h->parts);

	if (step != CATCHUP_IGNORE)
		apply(k, mb, h);
	if (step == CATCHUP_APPLY && h->parts == 0)
		assure_of_these(k, mb, h);
	if (step == CATCHUP_LAST)
		end_round(k, mb);
}

/* --- Hellos. --- */

/* One that is new is answered: it need not wait for an interval. */
static void
answer(struct l2_link *k)
{
	uint64_t at = k->said_at + ANSWER_EVERY;

	if (at < k->hello_at)
		k->hello_at = at;
}

static void
greet(struct l2_link *k, const struct l2_member *mb)
{
	for (struct l2_seat *s = k->seats; s != NULL; s = s->hh.next)
		seat_forgive(s, &mb->mac);
	answer(k);
}

/*
 * It was alone and answered for addresses, perhaps for ours. When it has heard that we
 * do, it stops, and perhaps before we hear that it did: so hosts are told once more.
 */
static void
contest(struct l2_link *k, const struct l2_member *mb)
{
	const struct l2 *l2 = k->l2;

	for (struct l2_seat *s = k->seats; s != NULL; s = s->hh.next) {
		if (s->state != L2_HELD ||
		    l2->ops->may(l2->arg, &s->addr, mb->name) < 0)
			continue;
		s->contested = true;
		seat_queue(s);
	}
}

static void
hear_ask(struct l2_link *k, const struct hello *h)
{
	if (h->whom == k->l2->name && h->whose_epoch == k->epoch)
		k->whole_due = true;
}

static void
ask(struct l2_link *k, struct l2_member *mb)
{
	uint64_t now = l2_now(k->l2);

	if (mb->state == MEMBER_DOUBTED || !catchup_lacks(&mb->catchup) ||
	    (mb->asked_at != 0 && now < mb->asked_at + ASK_EVERY))
		return;
	say_ask(k, mb);
}

static void
hear_member(struct l2_link *k, struct l2_member *mb, enum member_state was,
    const struct hello *h)
{
	k->l2->counters.lost += mb->missed;
	if (was == MEMBER_DEAD)
		greet(k, mb);
	if (h->kind == HELLO_CLAIMS)
		hear_claims(k, mb, h);
	else if (h->kind == HELLO_ASK)
		hear_ask(k, h);
	if (mb->state != was || mb->turned)
		queue_seats(k, mb, was);
	if (mb->state != was && mb->state == MEMBER_BOTH && mb->came_with > 0)
		contest(k, mb);
	ask(k, mb);
}

/* On another link, that is perhaps the same one by another interface. */
static bool
is_own(const struct l2 *l2, uint64_t epoch)
{
	const struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open && k->epoch == epoch)
			return true;
	return false;
}

static void
hear_parsed(struct l2_link *k, const struct hello *h, const struct mac *from)
{
	struct l2 *l2 = k->l2;
	uint64_t *const refused[] = {
		[HEARD_OLD] = &l2->counters.refused_old,
		[HEARD_NAMESAKE] = &l2->counters.refused_name,
		[HEARD_FULL] = &l2->counters.refused_room,
	};
	struct l2_member *mb;
	enum member_state was;
	enum heard heard = members_hear(
	    k->members, h, from, l2_now(l2), clock_wall(l2->clock), &mb, &was);

	if (heard == HEARD_GOOD)
		hear_member(k, mb, was, h);
	else if (heard != HEARD_OWN && !is_own(l2, h->epoch))
		(*refused[heard])++;
}

void
hear_hello(struct l2_link *k, const struct frame *f)
{
	struct l2_counters *count = &k->l2->counters;
	struct rbuf bytes = rbuf_of(f->ip.payload, f->ip.n);
	struct hello h;

	if (!hello_is_authentic(bytes, &k->l2->keys))
		count->refused_key++;
	else if (!hello_parse(bytes, &h))
		count->refused_bytes++;
	else {
		count->received++;
		hear_parsed(k, &h, &f->from);
	}
}
