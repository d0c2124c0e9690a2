/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/drain.h"

#include <stdlib.h>

#include "common/alloc.h"

#define LOOK 100 /* ms between two looks at what is held on links */

void
drain_fini(struct drain *d)
{
	free(d->reason);
	*d = (struct drain){ 0 };
}

static enum drain_state
begun(const struct drain *d, const struct drain_facts *f)
{
	return d->was_known && f->wait > 0 ? DRAIN_DRAINING : DRAIN_DRAINED;
}

static bool
is_over(const struct drain *d, const struct drain_facts *f, uint64_t now)
{
	uint64_t gone = now - d->began;

	return gone >= f->wait &&
	    (!f->holds || gone >= f->wait + DRAIN_LINKS_WAIT);
}

static enum drain_state
next(const struct drain *d, const struct drain_facts *f, uint64_t now)
{
	if (f->why == NULL)
		return DRAIN_ACTIVE;
	if (d->state == DRAIN_ACTIVE)
		return begun(d, f);
	return d->state == DRAIN_DRAINING && !is_over(d, f, now)
	    ? DRAIN_DRAINING
	    : DRAIN_DRAINED;
}

bool
drain_step(struct drain *d, const struct drain_facts *f, uint64_t now)
{
	enum drain_state was = d->state;

	d->state = next(d, f, now);
	d->was_known = f->known;
	d->wait = f->wait;
	xreplace(&d->reason, f->why);
	if (d->state == was)
		return false;
	d->since = now;
	if (was == DRAIN_ACTIVE)
		d->began = now;
	return true;
}

uint64_t
drain_due(const struct drain *d, const struct drain_facts *f, uint64_t now)
{
	if (d->state != DRAIN_DRAINING)
		return 0;
	return now < d->began + f->wait ? d->began + f->wait : now + LOOK;
}
