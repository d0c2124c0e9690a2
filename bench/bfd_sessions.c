/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many BFD sessions cost: so many that talk to themselves, each at an address of
 * loopback of its own, in a network namespace. Each sends and hears as much as one with
 * a router does; the real thread and sockets serve them.
 *
 *	bench/bfd_sessions [SESSIONS] [MS BETWEEN PACKETS] [SECONDS]
 *
 * Prints one line; ends with 1 when a session fell.
 */
#include <event2/event.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/resource.h>

#include "bench/cpu.h"
#include "bgpd/bfd/bfd_io.h"
#include "common/err.h"
#include "common/loop_io.h"

struct bench {
	struct event_base *base;
	unsigned up, fell;
};

static void
on_news(void *arg, const struct bfd_news *news)
{
	struct bench *b = arg;

	b->up += news->state == BFD_UP;
	b->fell += news->fell;
}

static const struct bfd_io_ops ops = { on_news };

static void
run_for(struct bench *b, unsigned ms)
{
	const struct timeval t = { ms / 1000, (int)(ms % 1000) * 1000 };

	event_base_loopexit(b->base, &t);
	event_base_dispatch(b->base);
}

static void
begin(const struct bfd_port *port, unsigned sessions, unsigned ms)
{
	for (uint32_t id = 1; id <= sessions; id++) {
		struct bfd_config c = {
			.id = id, .tx_ms = ms, .rx_ms = ms, .mult = 3
		};

		c.local = c.remote.addr = addr_v4(0x7f010000 + id);
		port->set(port->arg, &c);
	}
}

static struct bfd_totals
totals(const struct bfd_port *port)
{
	struct bfd_totals t;

	port->totals(port->arg, &t);
	return t;
}

static void
measure(struct bench *b, const struct bfd_port *port, unsigned sessions,
    unsigned ms, unsigned seconds)
{
	for (unsigned i = 0; i < 60 && b->up < sessions; i++)
		run_for(b, 500);
	run_for(b, 3000); /* the times are agreed */
	struct bfd_totals before = totals(port);
	double cpu = cpu_ms();

	run_for(b, seconds * 1000);
	struct bfd_totals after = totals(port);

	printf("%u sessions of %u, every %u ms: %.1f %% of a core, %.0f "
	       "packets/s each way, %u fell, woken late %lu times (%.1f ms at "
	       "most)%s\n",
	    b->up, sessions, ms, (cpu_ms() - cpu) / (seconds * 10.0),
	    (double)(after.sent - before.sent) / seconds, b->fell,
	    (unsigned long)(after.late - before.late),
	    (double)after.latest_us / 1e3,
	    after.real_time ? "" : ", without real-time priority");
}

int
main(int argc, char **argv)
{
	unsigned sessions = argc > 1 ? (unsigned)atoi(argv[1]) : 1000;
	unsigned ms = argc > 2 ? (unsigned)atoi(argv[2]) : 300;
	unsigned seconds = argc > 3 ? (unsigned)atoi(argv[3]) : 20;
	struct rlimit files = { sessions + 100, sessions + 100 };
	struct bench b = { 0 };
	struct err err;

	if (unshare(CLONE_NEWNET) != 0 || system("ip link set lo up") != 0 ||
	    setrlimit(RLIMIT_NOFILE, &files) != 0) {
		fputs("needs root: a network namespace\n", stderr);
		return 1;
	}
	b.base = loop_new();
	struct bfd_io *io = bfd_io_new(b.base, NULL, &ops, &b, &err);

	if (io == NULL) {
		fprintf(stderr, "%s\n", err.text);
		return 1;
	}
	begin(bfd_io_port(io), sessions, ms);
	measure(&b, bfd_io_port(io), sessions, ms, seconds);
	bfd_io_free(io);
	event_base_free(b.base);
	return b.up < sessions || b.fell > 0;
}
