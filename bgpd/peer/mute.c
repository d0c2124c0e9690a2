/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/peer/mute.h"

#include "bgpd/peer/session.h"

static void
on_conn(void *arg, struct conn *c)
{
	(void)arg;
	(void)c;
}

static void
on_arm(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
on_configured(void *arg)
{
	(void)arg;
}

static const struct session_io mute_io = {
	.tcp = { on_conn, on_conn, on_conn },
	.arm = on_arm,
	.configured = on_configured,
};

void
mute_attach(struct session *session)
{
	session_attach(session, &mute_io, NULL);
}
