/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A reflector that comes back from a restart, or another who passes routes on, knows
 * only its own at first. Its peers keep what it had told of others until End-of-RIB, so
 * that waits for the End-of-RIB of the others (RFC 4724 4.1), for as long as peers wait
 * for us at most (gracefulRestart.restartTime). Of a peerPrefix nobody knows who is to
 * come back: then it waits for all of that time.
 *
 * In the same way whom BFD watched in the run before, and no peer has any more, is told
 * that this is over (AdminDown, which routers may take for the end of BGP) only when
 * nobody is sought who may turn out to be that one.
 */
#include "bgpd/bfd/bfd_port.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/core.h"
#include "bgpd/peer/peers.h"
#include "bgpd/rib/adjout.h"

#define HEARD_MS 500 /* between two looks whether peers have said all */

void
bgpd_apply_await(struct bgpd *b, const struct bgp_configuration *config)
{
	if (b->awaiting || config == NULL)
		return;
	b->awaiting = true;
	if (!b->options.preserved) /* then nobody keeps anything */
		return;
	b->await_until = bgpd_now(b) + config->restart.time * UINT64_C(1000);
	adjout_await(b->adjout, true);
	bgpd_mark(b, JOB_AWAIT, bgpd_now(b));
}

uint64_t
bgpd_run_await(void *arg, uint64_t now)
{
	struct bgpd *b = arg;

	bool ends = now >= b->await_until || peers_awaited(b->peers) == NULL;

	if (ends) {
		adjout_await(b->adjout, false);
		b->await_until = now;
	}
	bgpd_end_resuming(b);
	return ends ? 0 : now + HEARD_MS;
}

/* Routers that BFD watched wait for us for BFD_HOLD, from the end of the run before. */
static bool
may_be_resumed(const struct bgpd *b)
{
	uint64_t now = bgpd_now(b);

	return now < b->await_until &&
	    now + b->options.away < b->ran_at + BFD_HOLD;
}

/*
 * What is only recalled may have no Secrets; who waits for one may still come back, as
 * may who is not known yet.
 */
void
bgpd_end_resuming(struct bgpd *b)
{
	const struct bfd_port *bfd = b->ports.bfd;

	if (b->resumed || bgpd_is_recalled(b) ||
	    (may_be_resumed(b) && peers_sought(b->peers) != NULL))
		return;
	b->resumed = true;
	if (bfd != NULL)
		bfd->resumed_all(bfd->arg);
}
