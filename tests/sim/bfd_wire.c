/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/sim/bfd_wire.h"

#include <stdlib.h>
#include <utlist.h>

#include "common/alloc.h"
#include "tests/sim/vtcp.h"
#include "tests/sim/world.h"

enum {
	ENDS = 16,
	DELAY_MOST = 5,  /* ms, one way */
	LATE_MOST = 200, /* ms, where some are lost */
	LATE_OF = 16,    /* one of so many, then */
};

struct end { /* a host */
	const struct vhost *host;
	bfd_wire_hear *hear;
	void *arg;
};

struct flight { /* a packet under way */
	struct bfd_wire *wire;
	const struct vhost *from;
	struct end *to;
	uint64_t at; /* ms, when it arrives */
	struct bfd_datagram packet;
	struct flight *prev, *next;
};

struct bfd_wire {
	struct world *w;
	struct end ends[ENDS];
	unsigned n;
	struct flight *flights; /* owned */
};

struct bfd_wire *
bfd_wire_new(struct world *w)
{
	struct bfd_wire *wire = xcalloc(1, sizeof(*wire));

	wire->w = w;
	return wire;
}

static void
flight_free(struct flight *f)
{
	DL_DELETE(f->wire->flights, f);
	free(f);
}

void
bfd_wire_free(struct bfd_wire *wire)
{
	if (wire == NULL)
		return;
	while (wire->flights != NULL)
		flight_free(wire->flights);
	free(wire);
}

void
bfd_wire_join(struct bfd_wire *wire, const struct vhost *host,
    bfd_wire_hear *hear, void *arg)
{
	wire->ends[wire->n++] = (struct end){ host, hear, arg };
}

static const struct end *
end_at(const struct bfd_wire *wire, const struct addr *addr)
{
	for (unsigned i = 0; i < wire->n; i++)
		if (vhost_has(wire->ends[i].host, addr))
			return &wire->ends[i];
	return NULL;
}

void *
bfd_wire_at(const struct bfd_wire *wire, const struct addr *addr)
{
	const struct end *end = end_at(wire, addr);

	return end != NULL ? end->arg : NULL;
}

/* None overtakes another one. */
static uint64_t
arrival(struct bfd_wire *wire, const struct flight *f)
{
	struct rng *rng = &wire->w->rng;
	uint64_t at = wire->w->now + 1 + rng_below(rng, DELAY_MOST);
	const struct flight *other;

	if (vtcp_loss(f->from, f->to->host) != 0 &&
	    rng_below(rng, LATE_OF) == 0)
		at += rng_below(rng, LATE_MOST);
	DL_FOREACH (wire->flights, other)
		if (other->from == f->from && other->to == f->to &&
		    other->at > at)
			at = other->at;
	return at;
}

/* Of what a packet changes but times whoever hears it makes an event of its own. */
static void
on_arrival(void *arg, uint64_t what)
{
	struct flight *f = arg;
	struct world *w = f->wire->w;
	unsigned loss = vtcp_loss(f->from, f->to->host);

	(void)what;
	w->still = true;
	if (vtcp_passes(f->from, f->to->host) &&
	    (loss == 0 || rng_below(&w->rng, 100) >= loss))
		f->to->hear(f->to->arg, &f->packet);
	flight_free(f);
}

void
bfd_wire_send(struct bfd_wire *wire, const struct vhost *from,
    const struct bfd_datagram *packet)
{
	const struct end *to = end_at(wire, &packet->to);

	if (to == NULL)
		return;
	struct flight *f = xcalloc(1, sizeof(*f));

	*f = (struct flight){
		.wire = wire, .from = from, .to = (struct end *)to
	};
	f->packet = *packet;
	f->at = arrival(wire, f);
	DL_APPEND(wire->flights, f);
	world_at(wire->w, f->at, on_arrival, f, 0);
}
