/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What learned routes cost on their way into the kernel: to install, to be adopted by
 * the next run, to be moved to another next hop when a link goes, to take away. In a
 * namespace of its own, with two links that lead nowhere. A turn of the event loop is
 * one slice of prefixes and one batch for the kernel; the longest is what others have
 * to wait, by the clock and by what this thread did.
 *
 *	learned ROUTES
 */
#include <event2/event.h>
#include <malloc.h>
#include <sched.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/fib/fib.h"
#include "bgpd/fib/fib_io.h"
#include "bgpd/fib/fib_port.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "bgpd/wire/attr.h"
#include "common/err.h"

#define SLICE 2048 /* prefixes, as in bgpd/learned.c */

struct bench {
	struct event_base *base;
	struct path_table *paths;
	struct rib *rib;
	struct path *path[3]; /* by source */
	struct fib *fib;
	struct fib_io *io;
	bool due;
	double clock, cpu; /* ms: the longest turn */
};

static void
sh(const char *command)
{
	if (system(command) != 0) {
		fprintf(stderr, "failed: %s\n", command);
		exit(1);
	}
}

static double
now_ms(clockid_t clock)
{
	struct timespec t;

	clock_gettime(clock, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static void
on_due(void *arg)
{
	struct bench *b = arg;

	b->due = true;
}

static const char *
on_zone(void *arg, uint32_t source)
{
	(void)arg;
	(void)source;
	return NULL;
}

static void
on_judges(void *arg)
{
	struct bench *b = arg;

	while (!rib_forget_some(b->rib, 4096))
		;
}

static const struct fib_ops fib_ops = {
	.due = on_due, .zone = on_zone, .judges = on_judges
};

static void
on_state(void *arg, const char *why)
{
	(void)arg;
	if (why != NULL) {
		fprintf(stderr, "not in place: %s\n", why);
		exit(1);
	}
}

static const struct fib_io_ops ops = { .news = on_due, .state = on_state };

static void
begin(struct bench *b)
{
	struct fib_settings s = {
		.table = TABLE_MAIN, .metric = 2048, .max_paths = 16
	};
	struct err err;

	b->fib = fib_new(b->rib, 1, &fib_ops, b);
	b->io = fib_io_new(b->base, "/run/lbbgp", "bench", &ops, b, &err);
	if (b->io == NULL) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	fib_set(b->fib, &s);
}

static void
start(struct bench *b)
{
	b->base = event_base_new();
	b->paths = path_table_new(1);
	b->rib = rib_new(b->paths);
	rib_set_budget(b->rib, (size_t)1 << 30);
	for (uint32_t i = 1; i <= 2; i++) {
		struct addr hop = addr_v4(0x0a000001 + (i << 8));
		struct rib_source source = { .kind = PEER_EBGP,
			.import = IMPORT_ACCEPT,
			.asn = 65001,
			.router_id = i,
			.addr = hop };
		struct attrs a = { .has = ATTR_BIT(ATTR_ORIGIN),
			.next_hop.addr = hop };

		rib_add_source(b->rib, i, &source);
		b->path[i] = path_intern(b->paths, &a);
	}
}

/* Its share of one turn of the loop, as in the daemon: jobs, then what is ready. */
static void
turn(struct bench *b)
{
	const struct fib_port *port = fib_io_port(b->io);
	double clock = now_ms(CLOCK_MONOTONIC);
	double cpu = now_ms(CLOCK_THREAD_CPUTIME_ID);

	b->due = fib_run(b->fib, SLICE);
	port->settle(port->arg, b->fib);
	event_base_loop(b->base, EVLOOP_ONCE | EVLOOP_NONBLOCK);
	clock = now_ms(CLOCK_MONOTONIC) - clock;
	cpu = now_ms(CLOCK_THREAD_CPUTIME_ID) - cpu;
	b->clock = clock > b->clock ? clock : b->clock;
	b->cpu = cpu > b->cpu ? cpu : b->cpu;
}

static bool
is_idle(struct bench *b)
{
	const struct fib_port *port = fib_io_port(b->io);

	return !b->due && !fib_wants_look(b->fib) && port->is_idle(port->arg);
}

/* Until so many are installed, or none is (0). */
static void
settle(struct bench *b, const char *what, uint32_t want)
{
	double from = now_ms(CLOCK_MONOTONIC);

	b->clock = b->cpu = 0;
	do
		turn(b);
	while (!is_idle(b) ||
	    fib_count(b->fib)->n[FAMILY_V4][FIB_INSTALLED] != want);
	struct fib_totals t = fib_totals(b->fib);

	printf("%-34s %8.0f ms, a turn at most %5.2f ms (%5.2f ms of CPU); "
	       "%llu changes\n",
	    what, now_ms(CLOCK_MONOTONIC) - from, b->clock, b->cpu,
	    (unsigned long long)(t.added + t.replaced + t.deleted));
	fflush(stdout);
}

static void
say(struct bench *b, uint32_t source, uint32_t n)
{
	for (uint32_t i = 0; i < n; i++) {
		struct addr a = addr_v4(0x14000000 + i * 256);
		struct prefix p = prefix_of(&a, 24);

		rib_set(b->rib, source, &p, b->path[source]);
	}
}

static size_t
heap(void)
{
	struct mallinfo2 m = mallinfo2();

	return m.uordblks + m.hblkhd;
}

int
main(int argc, char **argv)
{
	struct bench b = { 0 };
	uint32_t n = argc == 2 ? (uint32_t)strtoul(argv[1], NULL, 10) : 0;

	if (n == 0) {
		fputs("usage: learned ROUTES\n", stderr);
		return 2;
	}
	if (unshare(CLONE_NEWNET) != 0) {
		perror("unshare");
		return 1;
	}
	sh("ip link set lo up; for i in 1 2; do "
	   "ip link add eth$i type veth peer name peer$i; "
	   "ip addr add 10.0.$i.2/24 dev eth$i; ip link set peer$i up; "
	   "ip link set eth$i up; done");
	start(&b);
	say(&b, 1, n);
	size_t before = heap();

	begin(&b);

	settle(&b, "installed", n);
	printf(
	    "%-34s %8.0f bytes each\n", "heap", (double)(heap() - before) / n);
	say(&b, 2, n);
	settle(&b, "a second next hop", n);
	fib_io_free(b.io);
	fib_free(b.fib);
	begin(&b);
	fib_hold(b.fib);
	settle(&b, "adopted by the next run", n);
	fib_release(b.fib);
	sh("ip link set eth1 down");
	settle(&b, "a link goes: the other next hop", n);
	fib_clear(b.fib);
	settle(&b, "taken away", 0);
	fib_io_free(b.io);
	fib_free(b.fib);
	return 0;
}
