/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What many addresses on a link cost: ten nodes of the simulator with 10,000 addresses.
 * Told are the longest piece in which a node did nothing else, what the nodes need
 * while nothing happens, and how long the survivors of a dead node work for its
 * addresses.
 *
 *	links [NODES [ADDRESSES]]
 */
#include <malloc.h>
#include <stdio.h>
#include <stdlib.h>

#include "bench/cpu.h"
#include "common/log.h"
#include "tests/sim/lan.h"

static struct {
	double longest, sum; /* ms */
	unsigned long calls;
} spent;

static void
spend(double since)
{
	double ms = cpu_ms() - since;

	spent.calls++;
	spent.sum += ms;
	if (ms > spent.longest)
		spent.longest = ms;
}

void __real_l2_tick(struct l2 *);
void __wrap_l2_tick(struct l2 *);
void __real_l2_frame(struct l2 *, int, const struct frame *);
void __wrap_l2_frame(struct l2 *, int, const struct frame *);

void
__wrap_l2_tick(struct l2 *l2)
{
	double since = cpu_ms();

	__real_l2_tick(l2);
	spend(since);
}

void
__wrap_l2_frame(struct l2 *l2, int index, const struct frame *f)
{
	double since = cpu_ms();

	__real_l2_frame(l2, index, f);
	spend(since);
}

static void
tell(const char *what, struct lan *lan, uint64_t ms)
{
	spent.longest = spent.sum = 0;
	spent.calls = 0;
	lan_run(lan, ms);
	printf("%s: %.2f ms of CPU a node in %llu ms, longest piece %.2f ms\n",
	    what, spent.sum / lan->n_nodes, (unsigned long long)ms,
	    spent.longest);
}

/* libcrypto takes its time, and memory, when it is first used. */
static void
warm_up(void)
{
	struct lan *lan = lan_new(1, 2, 1, false);

	lan_run(lan, 1000);
	lan_free(lan);
}

static unsigned
unheld(const struct lan *lan)
{
	unsigned n = 0;

	for (unsigned a = 0; a < lan->n_addrs; a++)
		n += lan_answers(lan, a) == 0;
	return n;
}

int
main(int argc, char **argv)
{
	unsigned nodes = argc > 1 ? (unsigned)atoi(argv[1]) : 10;
	unsigned addrs = argc > 2 ? (unsigned)atoi(argv[2]) : 10000;
	size_t before;
	struct lan *lan;

	log_set_level(LOG_LEVEL_ERROR);
	mallopt(M_MXFAST, 0); /* no freed frames that some call merges */
	warm_up();
	before = mallinfo2().uordblks;
	lan = lan_new(1, nodes, addrs, false);
	lan->delay = 0; /* frames need no place in the queue then */
	tell("start", lan, 3000);
	printf("%u addresses held by nobody, %.0f bytes each on each node\n",
	    unheld(lan),
	    (double)(mallinfo2().uordblks - before) / nodes / addrs);
	tell("calm", lan, 10000);
	lan_kill(lan, 0);
	tell("a node died", lan, 1000);
	printf("%u addresses held by nobody\n", unheld(lan));
	l2_leave(lan->nodes[1].l2);
	tell("a node leaves", lan, 100);
	printf("%u addresses held by nobody, %s\n", unheld(lan),
	    l2_is_idle(lan->nodes[1].l2) ? "it is idle" : "it is not idle");
	lan_free(lan);
	return 0;
}
