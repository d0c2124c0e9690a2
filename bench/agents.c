/* SPDX-License-Identifier: Apache-2.0 */
/*
 * agents - the node daemons of many nodes in one process, for bench/fleet.
 *
 * Each has the whole core, a source of its own and its own TCP to its peers, as a
 * daemon has them; one event loop serves all. There is no kernel part: no loop guard,
 * no links, no BFD.
 *
 *	agents DIR NODE...
 *
 * DIR has NODE.kubeconfig of each. It ends by a signal, and tells no peer.
 */
#include <event2/event.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>

#include "bgpd/bgpd.h"
#include "bgpd/descriptors_io.h"
#include "bgpd/session/peer_io.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/source_io.h"

struct agent {
	struct event *timer; /* of bgpd_tick() */
	struct peer_io *tcp;
	struct bgpd *bgpd;
	struct source *source;
	char *kubeconfig; /* owned */
};

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	struct agent *a = arg;

	(void)fd;
	(void)what;
	bgpd_tick(a->bgpd);
}

static void
on_arm(void *arg, uint64_t at)
{
	struct agent *a = arg;

	loop_arm(a->timer, at);
}

static void
on_stopped(void *arg)
{
	(void)arg;
}

static const struct bgpd_ops bgpd_ops = {
	.arm = on_arm,
	.stopped = on_stopped,
};

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct agent *a = arg;

	bgpd_listening(a->bgpd, at, why);
}

static const struct links_ops links_ops = { .listening = on_listening };

static bool
agent_start(struct agent *a, struct event_base *base, const char *dir,
    const char *node, struct err *err)
{
	const struct bgpd_options options = { .instance = instance_default,
		.node = node,
		.daemonset = "lbbgp-bgpd",
		.seed = (uint64_t)(uintptr_t)a };

	a->kubeconfig = xasprintf("%s/%s.kubeconfig", dir, node);
	const struct source_options source = { .spec = "kube",
		.kubeconfig = a->kubeconfig,
		.program = "lbbgp-bgpd" };

	a->timer = evtimer_new(base, on_timer, a);
	a->tcp = peer_io_new(base, &links_ops, a);
	const struct bgpd_ports ports = { .clock = &loop_clock,
		.tcp = peer_io_sessions(a->tcp) };

	a->bgpd = bgpd_new(&options, &ports, &bgpd_ops, a);
	a->source = source_open(&source, base, bgpd_store(a->bgpd), err);
	if (a->source == NULL)
		return false;
	bgpd_set_source(a->bgpd, a->source);
	return true;
}

int
main(int argc, char **argv)
{
	struct err err;

	if (argc < 3) {
		fprintf(stderr, "Usage: agents DIR NODE...\n");
		return 2;
	}
	size_t n = (size_t)argc - 2;
	struct agent *agents = xcalloc(n, sizeof(*agents));
	struct event_base *base = loop_new();

	descriptors_raise();
	log_set_level(LOG_LEVEL_WARN);
	for (size_t i = 0; i < n; i++)
		if (!agent_start(
			&agents[i], base, argv[1], argv[2 + i], &err)) {
			log_error("%s: %s", argv[2 + i], err.text);
			return 1;
		}
	event_base_dispatch(base);
	return 1;
}
