/* SPDX-License-Identifier: Apache-2.0 */
/*
 * quiet_session - an owner of sessions that takes no note of them, and has nothing to
 * say.
 */
#ifndef TESTS_UNIT_QUIET_SESSION_H
#define TESTS_UNIT_QUIET_SESSION_H

#include "bgpd/session/session.h"

static inline void
quiet_up(void *arg, const struct agreed *agreed)
{
	(void)arg;
	(void)agreed;
}

static inline void
quiet_down(void *arg, const struct session_error *why)
{
	(void)arg;
	(void)why;
}

static inline bool
quiet_next(void *arg, struct rbuf *msg)
{
	(void)arg;
	(void)msg;
	return false;
}

static inline void
quiet_changed(void *arg)
{
	(void)arg;
}

/* For sessions that get no UPDATE and no ROUTE-REFRESH. */
static const struct session_ops quiet_session __attribute__((unused)) = {
	.up = quiet_up,
	.down = quiet_down,
	.next = quiet_next,
	.changed = quiet_changed,
};
#endif
