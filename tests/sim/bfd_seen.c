/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/bfd_seen.h"

#include "bgpd/bfd/bfd_port.h"
#include "tests/sim/world.h"

void
bfd_seen_begin(struct bfd_seen *s)
{
	*s = (struct bfd_seen){ .name = s->name,
		.remote = s->remote,
		.sent = s->sent,
		.heard = s->sent,
		.said = BFD_DOWN,
		.told = BFD_DOWN };
}

void
bfd_seen_configure(struct bfd_seen *s, uint32_t rx)
{
	if (s->rx_least == 0 || rx < s->rx_least)
		s->rx_least = rx;
	if (rx > s->rx_most)
		s->rx_most = rx;
}

void
bfd_seen_heard(struct bfd_seen *s, struct world *w, uint64_t number,
    const struct bfd_packet *p, const struct bfd_view *v, uint64_t standing)
{
	char text[ADDR_TEXT];

	if (s->up && p->state == BFD_UP && p->mine != s->discriminator)
		world_complain(w, "%s: another session of %s goes on as it was",
		    s->name, addr_print(&s->remote, text));
	s->heard = number;
	s->at = w->now;
	s->discriminator = p->mine;
	s->received = v->received;
	s->said = p->state;
	s->mult = p->mult;
	s->min_tx = p->min_tx;
	s->up = v->state == BFD_UP && p->state == BFD_UP;
	s->standing = standing;
}

/* RFC 5880 6.8.4, by what the packet said and the interval here, ms. */
static uint64_t
silence(const struct bfd_seen *s, uint32_t rx)
{
	uint64_t us = s->min_tx > rx * 1000 ? s->min_tx : rx * 1000;

	return (s->mult * us + 999) / 1000;
}

/*
 * The other side sends as often as was agreed while it has been Up since before the
 * last packet; so many of its packets are lost then, or under way.
 */
void
bfd_seen_fell(struct bfd_seen *s, struct world *w, const struct bfd_view *v,
    const struct bfd_view *other)
{
	char text[ADDR_TEXT];
	bool sends = other->known && other->state == BFD_UP &&
	    other->since <= s->at && s->said == BFD_UP;

	s->up = false;
	world_trace(w, "%s: BFD of %s falls: %s", s->name,
	    addr_print(&s->remote, text), bfd_diag_name(v->last_down));
	if (v->last_down == BFD_DIAG_EXPIRED &&
	    w->now < s->at + silence(s, s->rx_least))
		world_complain(w, "%s: BFD takes %s for dead %u ms too soon",
		    s->name, text,
		    (unsigned)(s->at + silence(s, s->rx_least) - w->now));
	if (v->last_down == BFD_DIAG_EXPIRED && sends &&
	    s->sent - s->heard < s->mult)
		world_complain(w, "%s: BFD takes %s for dead, %u lost", s->name,
		    text, (unsigned)(s->sent - s->heard));
	if (v->last_down == BFD_DIAG_NEIGHBOR && s->said >= BFD_INIT)
		world_complain(
		    w, "%s: BFD believes a stranger of %s", s->name, text);
}

void
bfd_seen_told(struct bfd_seen *s, struct world *w, const struct bfd_news *news,
    uint64_t before, uint64_t after, bool heeds)
{
	char text[ADDR_TEXT];
	bool ends = news->fell && (!news->admin || heeds);

	s->told = news->state;
	if (before == 0 || ends == (after != before))
		return;
	world_complain(w, "%s: BFD of %s %s the session", s->name,
	    addr_print(&s->remote, text),
	    ends ? "is down and does not end" : "is not down and ends");
}

uint64_t
bfd_seen_due(const struct bfd_seen *s)
{
	return s->up ? s->at + silence(s, s->rx_most) : 0;
}

void
bfd_seen_judge(struct bfd_seen *s, struct world *w, uint64_t standing)
{
	char text[ADDR_TEXT];

	s->up = false; /* once is enough */
	if (standing != 0 && standing == s->standing)
		world_complain(w, "%s: %s was silent for too long, and stays",
		    s->name, addr_print(&s->remote, text));
}
