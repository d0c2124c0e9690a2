/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Of the nodes on a link one answers for an address. They agree on it by talking on
 * that very link: without an API server, and as fast as they find out that one is dead.
 *
 * THE PARTS. A link (opening.c) is an interface on which addresses are wanted. It has
 * members (members.c), the nodes that are heard there, and seats (seat.c), an address
 * each. What nodes say is read in hear.c and written in say.c (hello.c has the bytes);
 * what other hosts ask is answered in answer.c. rank.c decides.
 *
 * THE TALK. Each node says each interval that it lives, whom it hears, and the version
 * of its claims. A claim says of an address: I HOLD it, I YIELD it (I answer, until
 * another does), I do NOT stand for it. Changes are told at once, as what changed from
 * which version; who misses one sees it by the version in the next hello and asks for
 * all (catchup.c). A first hello is answered at once, so that two nodes know each other
 * after a round trip.
 *
 * THE WAY IN: an event (frame, want, time) marks seats; seat_judge() looks at each, in
 * slices of l2_tick(), those that a frame names before the frame's call ends. THE WAY
 * OUT: announcements while a seat is judged, the claims of all of them behind that, in
 * one datagram or few.
 *
 * WHO HOLDS IT. The candidate of the highest rank takes it, at once, and the one that
 * held it stops when it hears that: a planned move has no gap, but for some moments two
 * that answer. A holder that may no longer, or leaves, yields: it says so, and stops
 * when another one holds it. When nobody holds it those behind wait a dead interval for
 * each one before them. A node that has just started, or was frozen for a dead
 * interval, listens that long before it takes anything, and says so: nobody waits for
 * it.
 *
 * WHO STOPS. What two nodes say may cross: each has said that it holds the address, and
 * would stop for what the other said before it heard of that. So nobody stops but for a
 * HOLD that was said after its speaker had heard the last that we said of the address.
 * A change of claims lists who claims the same, and up to which version of its claims
 * it was heard. One that should stop and has no such HOLD yields, and goes on to
 * answer; who holds the address and hears that says HOLD again. Then at least one
 * answers at any time: whoever we stop for held it after our last word; if it has
 * stopped since, then for a HOLD said later yet, and not by us; and so on, to one that
 * has not stopped. What is lost is asked for again: who yields says so once more in
 * each interval in which another one holds it; who yields to a better one that yields
 * too answers on, and claims it again an interval later. None of this binds one that is
 * not heard by the holder, nor delays a move in which nothing crosses.
 *
 * WHAT HOLDS. Once all that are on a link hear each other and know the same objects,
 * one node answers for each address, at the latest two dead intervals later (and the
 * time of its probes). No node answers after it has heard that another one answers that
 * goes before it and knows of it. While nobody dies and nothing is cut, some node
 * answers at any time for what some node may hold. A datagram that was recorded and is
 * played again changes nothing, but for the last 30 s of a node that died, towards a
 * node that did not know it.
 *
 * ONE-WAY CUTS. A hears B, B does not hear A. B thinks A dead, takes what A holds, and
 * can't learn that A is there; A does, so A stops whatever the ranks are, and takes
 * nothing from B. So one of the two holds it, the one that can't be told. A knows it by
 * what B lists: when B no longer names it, at once; when B was never heard before,
 * after half a dead interval, as B may just be starting. What B holds A hears when it
 * changes, and every few seconds; until then A takes nothing that B may hold.
 *
 * WHAT CAN'T HOLD. Two nodes that do not hear each other at all both hold what each
 * thinks it has to: of a link that is split each part has a holder, which is right for
 * the hosts of that part, and wrong for a host that hears both. So also where a third
 * node hears both, or where a switch keeps its ports apart. Nodes that hear each other
 * one way only around a ring (A hears B hears C hears A) take an address from each
 * other in turn, each time later (deaf_delay() in seat.c): nobody knows enough to do
 * better. Nodes whose objects differ may both hold an address until they do not; which
 * of them is right is not to be known on the link.
 */
#include "bgpd/l2/l2.h"

#include <openssl/crypto.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/l2/answer.h"
#include "bgpd/l2/hear.h"
#include "bgpd/l2/opening.h"
#include "bgpd/l2/say.h"
#include "bgpd/l2/seat.h"
#include "bgpd/l2/state.h"
#include "common/alloc.h"
#include "common/clock.h"

enum {
	SLICE = 256,         /* seats judged in a tick, at most, … */
	SLICE_MS = 3,        /* and for so long */
	OLD_KEY = 10 * 1000, /* ms: good after another was given */
	NOW = 1,             /* a time that is past */
};

struct l2 *
l2_new(const char *node, const struct clock *clock, struct rng *rng,
    const struct link_port *port, const struct l2_ops *ops, void *arg)
{
	struct l2 *l2 = xcalloc(1, sizeof(*l2));

	l2->node = xstrdup(node);
	l2->name = hello_name_hash(node);
	l2->clock = clock;
	l2->rng = rng;
	l2->port = port;
	l2->ops = ops;
	l2->arg = arg;
	l2->shelf = terms_shelf_new();
	return l2;
}

static void
want_free(struct l2 *l2, struct l2_wanted *w)
{
	terms_unref(l2->shelf, w->terms);
	free(w);
}

void
l2_free(struct l2 *l2)
{
	struct l2_wanted *w, *tmp;

	if (l2 == NULL)
		return;
	opening_free_all(l2);
	HASH_ITER (hh, l2->wants, w, tmp) {
		HASH_DEL(l2->wants, w);
		want_free(l2, w);
	}
	terms_shelf_free(l2->shelf);
	alarms_fini(&l2->alarms);
	OPENSSL_cleanse(&l2->keys, sizeof(l2->keys));
	free(l2->ips);
	free(l2->node);
	free(l2);
}

/* --- When something is to be done. --- */

static uint64_t
link_due(const struct l2_link *k)
{
	uint64_t due = k->hello_at;

	clock_hasten(&due, members_due(k->members));
	if (k->dirty != NULL)
		clock_hasten(&due, NOW);
	if (k->whole_due)
		clock_hasten(&due, k->whole_at + WHOLE_EVERY);
	return due;
}

static void
l2_arm(struct l2 *l2)
{
	uint64_t due = alarms_due(&l2->alarms);
	const struct l2_link *k;

	if (l2->queue != NULL)
		due = NOW;
	if (l2->old_key_until != 0)
		clock_hasten(&due, l2->old_key_until);
	DL_FOREACH (l2->links, k)
		if (k->open)
			clock_hasten(&due, link_due(k));
	if (due == UINT64_MAX || due == l2->armed)
		return;
	l2->armed = due;
	l2->ops->arm(l2->arg, due);
}

static void
judge_some(struct l2 *l2)
{
	uint64_t until = l2_now(l2) + SLICE_MS;

	for (unsigned n = 0; l2->queue != NULL && n < SLICE; n++) {
		seat_judge(l2->queue);
		if (l2_now(l2) >= until)
			return;
	}
}

static void
ring_alarms(struct l2 *l2)
{
	uint64_t now = l2_now(l2);
	struct alarm *alarm;

	for (unsigned n = 0; n < SLICE; n++) {
		alarm = alarms_pop(&l2->alarms, now);
		if (alarm == NULL)
			return;
		seat_alarm(alarm);
	}
}

static void
wake(struct l2 *l2)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open)
			opening_wake(k);
}

static void
flush(struct l2 *l2)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open)
			say_claims(k);
	l2_arm(l2);
}

static void
links_tick(struct l2 *l2)
{
	uint64_t now = l2_now(l2);
	struct l2_link *k;

	DL_FOREACH (l2->links, k) {
		if (!k->open)
			continue;
		members_tick(k->members, now);
		if (now >= k->hello_at)
			say_alive(k);
	}
}

static void
forget_old_key(struct l2 *l2)
{
	if (l2->old_key_until == 0 || l2_now(l2) < l2->old_key_until)
		return;
	l2->old_key_until = 0;
	l2->keys.n = 1;
	OPENSSL_cleanse(&l2->keys.key[1], sizeof(l2->keys.key[1]));
}

void
l2_tick(struct l2 *l2)
{
	l2->armed = 0;
	forget_old_key(l2);
	wake(l2);
	links_tick(l2);
	ring_alarms(l2);
	judge_some(l2);
	flush(l2);
}

/* --- What comes in. --- */

static void
take_key(struct l2 *l2, const struct l2_config *c)
{
	struct hello_key *now = &l2->keys.key[0];
	size_t n = c->n_key < HELLO_KEY_MAX ? c->n_key : HELLO_KEY_MAX;

	if (l2->configured && !l2->blocked) {
		if (now->n == n &&
		    (n == 0 || memcmp(now->bytes, c->key, n) == 0))
			return;
		l2->keys.key[1] = *now;
		l2->old_key_until = l2_now(l2) + OLD_KEY;
	}
	*now = (struct hello_key){ .n = n };
	if (n > 0)
		memcpy(now->bytes, c->key, n);
	l2->keys.n = l2->old_key_until != 0 ? 2 : 1;
}

void
l2_configure(struct l2 *l2, const struct l2_config *c)
{
	bool opens = !l2->configured || l2->blocked != c->blocked;
	struct l2_link *k;

	wake(l2); /* by the pace that it was frozen at */
	if (!c->blocked)
		take_key(l2, c);
	l2->interval = c->interval;
	l2->dead = c->dead;
	l2->configured = true;
	l2->blocked = c->blocked;
	DL_FOREACH (l2->links, k) {
		if (!k->open)
			continue;
		members_set_dead(k->members, c->dead);
		k->hello_at = k->said_at = l2_now(l2);
	}
	if (l2->blocked)
		opening_close_all(l2);
	else if (opens)
		opening_place_all(l2);
	flush(l2);
}

void
l2_set_node(struct l2 *l2, const struct addr *ips, size_t n)
{
	if (n == l2->n_ips &&
	    (n == 0 || memcmp(ips, l2->ips, n * sizeof(ips[0])) == 0))
		return;
	l2->ips = xrealloc(l2->ips, n + 1, sizeof(l2->ips[0]));
	if (n > 0)
		memcpy(l2->ips, ips, n * sizeof(ips[0]));
	l2->n_ips = n;
	opening_place_all(l2);
	flush(l2);
}

void
l2_interfaces(struct l2 *l2, const struct interface *all, size_t n)
{
	opening_interfaces(l2, all, n);
	flush(l2);
}

static struct l2_link *
link_at(const struct l2 *l2, int index)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open && k->interface.index == index)
			return k;
	return NULL;
}

void
l2_frame(struct l2 *l2, int index, const struct frame *f)
{
	static void (*const kinds[])(struct l2_link *, const struct frame *) = {
		[FRAME_ARP] = answer_arp,
		[FRAME_NEIGHBOR] = answer_neighbor,
		[FRAME_HELLO] = hear_hello,
		[FRAME_VRRP] = NULL,
	};
	struct l2_link *k = link_at(l2, index);

	if (k == NULL || kinds[f->kind] == NULL)
		return;
	wake(l2);
	kinds[f->kind](k, f);
	judge_some(l2);
	flush(l2);
}

/* --- What is wanted. --- */

static struct l2_wanted *
want_find(const struct l2 *l2, const struct addr *addr)
{
	struct l2_wanted *w;

	HASH_FIND(hh, l2->wants, addr, sizeof(*addr), w);
	return w;
}

void
l2_set(struct l2 *l2, const struct l2_want *want)
{
	struct l2_wanted *w = want_find(l2, &want->addr);
	struct terms *terms = terms_ref(l2->shelf, &want->terms);

	if (w == NULL) {
		w = xcalloc(1, sizeof(*w));
		w->addr = want->addr;
		HASH_ADD(hh, l2->wants, addr, sizeof(w->addr), w);
	} else {
		terms_unref(l2->shelf, w->terms);
	}
	w->terms = terms;
	w->preference = want->preference;
	w->why_not = want->why_not;
	opening_place(l2, w);
	l2_arm(l2);
}

void
l2_unset(struct l2 *l2, const struct addr *addr)
{
	struct l2_wanted *w = want_find(l2, addr);

	if (w == NULL)
		return;
	HASH_DEL(l2->wants, w);
	opening_remove(l2, w);
	want_free(l2, w);
	l2_arm(l2);
}

void
l2_recheck(struct l2 *l2, const struct addr *addr)
{
	struct l2_link *k;

	DL_FOREACH (l2->links, k) {
		struct l2_seat *s = k->open ? seat_find(k, addr) : NULL;

		if (s != NULL)
			seat_queue(s);
	}
	l2_arm(l2);
}

static void
queue_all(struct l2 *l2)
{
	const struct l2_link *k;

	DL_FOREACH (l2->links, k)
		for (struct l2_seat *s = k->seats; s != NULL; s = s->hh.next)
			seat_queue(s);
}

void
l2_recheck_all(struct l2 *l2)
{
	queue_all(l2);
	l2_arm(l2);
}

void
l2_leave(struct l2 *l2)
{
	struct l2_link *k;

	l2->leaving = true;
	DL_FOREACH (l2->links, k)
		k->hello_at = l2_now(l2);
	queue_all(l2);
	l2_arm(l2);
}

bool
l2_is_idle(const struct l2 *l2)
{
	const struct l2_link *k;

	DL_FOREACH (l2->links, k)
		if (k->open && k->n_answering > 0 &&
		    members_some_stand(k->members))
			return false;
	return true;
}
