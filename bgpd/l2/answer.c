/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/l2/answer.h"

#include "bgpd/l2/say.h"
#include "bgpd/l2/seat.h"
#include "bgpd/l2/state.h"
#include "bgpd/link/frame.h"

/* Of none of this node's interfaces, and of no node that is or was on its links. */
static bool
is_strange(const struct l2 *l2, const struct mac *mac)
{
	const struct l2_link *k;

	if (mac_is_zero(mac) || mac_is_group(mac))
		return false;
	DL_FOREACH (l2->links, k)
		if (mac_eq(&k->interface.mac, mac) ||
		    (k->open && members_have_mac(k->members, mac)))
			return false;
	return true;
}

static void
claimed(struct l2_link *k, const struct addr *addr, const struct mac *by)
{
	struct l2_seat *s = seat_find(k, addr);

	if (s != NULL && is_strange(k->l2, by))
		seat_conflict(s, by);
}

/* Another host that probes while we do wants it as well (RFC 5227 2.1.1). */
static void
probed(struct l2_link *k, const struct addr *addr, const struct mac *by)
{
	const struct l2_seat *s = seat_find(k, addr);

	if (s != NULL && s->state == L2_PROBING)
		claimed(k, addr, by);
}

/*
 * Also where the kernel has the address on the interface and most likely answers, too,
 * with the same MAC. It is silent by rp_filter, by arp_ignore of `all` or by rules of a
 * firewall, each for some askers only, which can't be told from here. Two answers that
 * are equal do no harm, and none would.
 */
static struct l2_seat *
answered_for(struct l2_link *k, const struct addr *addr)
{
	struct l2_seat *s = seat_find(k, addr);

	if (s == NULL || !seat_answers(s))
		return NULL;
	k->l2->counters.answered++;
	return s;
}

void
answer_arp(struct l2_link *k, const struct frame *f)
{
	const struct frame_arp *arp = &f->arp;
	const struct l2_seat *s;

	if (!addr_is_zero(&arp->sender))
		claimed(k, &arp->sender, &arp->sender_mac);
	else
		probed(k, &arp->target, &arp->sender_mac);
	if (arp->reply || addr_eq(&arp->sender, &arp->target))
		return;
	s = answered_for(k, &arp->target);
	if (s != NULL)
		say_arp_reply(s, arp);
}

void
answer_neighbor(struct l2_link *k, const struct frame *f)
{
	const struct frame_neighbor *n = &f->neighbor;
	const struct mac *mac = n->has_mac ? &n->mac : &f->from;
	const struct l2_seat *s;

	if (n->advert) {
		claimed(k, &n->target, mac);
		return;
	}
	if (addr_is_zero(&n->src))
		probed(k, &n->target, mac);
	s = answered_for(k, &n->target);
	if (s != NULL)
		say_advert(s, f);
}
