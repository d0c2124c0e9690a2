/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the loop guard costs: to put in place, to change, and each forwarded packet;
 * beside three rules a CIDR, as earlier versions had them, which `ip -batch` adds. In
 * namespaces of its own: a sender, a node that forwards, and beyond it nobody.
 *
 *	guarded install CIDRS | guarded forward PACKETS
 */
#include <arpa/inet.h>
#include <event2/event.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_io.h"
#include "bgpd/kernel/guard_port.h"
#include "common/err.h"
#include "common/log.h"

#define ROUNDS 7
#define TARGET "198.51.100.9" /* in no CIDR */

struct bench {
	struct event_base *base;
	struct guard *guard;
	struct guard_io *io;
};

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

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

/* The n-th CIDR of the bench, a /28 from 10.0.0.0 on. */
static struct prefix
cidr(unsigned n)
{
	struct addr a = addr_v4(0x0a000000 + n * 16);

	return prefix_of(&a, 28);
}

/* The new way. */

static void
on_state(void *arg, const char *why)
{
	(void)arg;
	if (why != NULL) {
		fprintf(stderr, "not in place: %s\n", why);
		exit(1);
	}
}

static const struct guard_io_ops ops = { .state = on_state };

static struct bench
start(void)
{
	struct bench b = { .base = event_base_new(), .guard = guard_new() };
	struct err err;

	b.io = guard_io_new(b.base, "/run/lbbgp", "bench", &ops, NULL, &err);
	if (b.io == NULL) {
		fprintf(stderr, "%s\n", err.text);
		exit(1);
	}
	return b;
}

/* The longest that one turn of the loop took, of the CPU's time. */
static double
settle(struct bench *b)
{
	const struct guard_port *port = guard_io_port(b->io);
	double longest = 0, from = now_ms(CLOCK_THREAD_CPUTIME_ID);

	port->settle(port->arg, b->guard);
	for (;;) {
		double turn = now_ms(CLOCK_THREAD_CPUTIME_ID) - from;

		longest = turn > longest ? turn : longest;
		if (port->is_idle(port->arg))
			return longest;
		from = now_ms(CLOCK_THREAD_CPUTIME_ID);
		event_base_loop(b->base, EVLOOP_ONCE);
	}
}

/* What it has in /run goes, too. */
static void
stop(struct bench *b)
{
	guard_clear(b->guard);
	settle(b);
	guard_io_free(b->io);
	guard_free(b->guard);
	event_base_free(b->base);
}

static void
new_way(struct bench *b, unsigned from, unsigned end, const char *what)
{
	double start_ms = now_ms(CLOCK_MONOTONIC);

	for (unsigned i = from; i < end; i++) {
		struct prefix p = cidr(i);

		guard_want(b->guard, &p, true);
	}
	double held = settle(b);

	if (what != NULL)
		printf("%-34s %9.2f ms, the loop held for %.2f ms at most\n",
		    what, now_ms(CLOCK_MONOTONIC) - start_ms, held);
}

/* The old way: everything at once, while the daemon waited. */

static void
old_way(unsigned from, unsigned end, const char *what)
{
	FILE *batch = popen("ip -batch - >/dev/null", "w");
	double start_ms = now_ms(CLOCK_MONOTONIC);

	if (batch == NULL)
		die("ip");
	for (unsigned i = from; i < end; i++) {
		struct prefix p = cidr(i);
		char to[PREFIX_TEXT];

		prefix_print(&p, to);
		fprintf(batch,
		    "rule add to %s iif lo goto 32766 priority 32760 protocol 76\n"
		    "rule add to %s lookup main suppress_prefixlength 27 "
		    "priority 32761 protocol 76\n"
		    "rule add to %s unreachable priority 32762 protocol 76\n",
		    to, to, to);
	}
	if (pclose(batch) != 0)
		exit(1);
	if (what != NULL)
		printf("%-34s %9.2f ms, all in one piece\n", what,
		    now_ms(CLOCK_MONOTONIC) - start_ms);
}

/* A change cost a dump of all rules, too. */
static void
old_change(unsigned at)
{
	double start_ms = now_ms(CLOCK_MONOTONIC);

	sh("ip rule show >/dev/null");
	old_way(at, at + 1, NULL);
	printf("%-34s %9.2f ms, all in one piece\n", "old: one more",
	    now_ms(CLOCK_MONOTONIC) - start_ms);
}

static void
own_namespace(void)
{
	if (unshare(CLONE_NEWNET) != 0)
		die("network namespace");
	sh("ip link set lo up");
}

static void
install(unsigned n)
{
	char what[64];

	own_namespace();
	struct bench b = start();

	snprintf(what, sizeof(what), "new: %u CIDRs", n);
	new_way(&b, 0, n, what);
	new_way(&b, n, n + 1, "new: one more");
	stop(&b);
	snprintf(what, sizeof(what), "old: %u CIDRs", n);
	old_way(0, n, what);
	old_change(n);
}

/* Forwarding: sending through two veths runs the forwarding in the sender's call. */

static void
send_all(int fd, unsigned packets)
{
	static const char payload[18];

	for (unsigned i = 0; i < packets; i++)
		if (send(fd, payload, sizeof(payload), 0) < 0)
			die("send");
}

/* In the sender's namespace: answers each byte with the time of so many packets. */
static void
sender(int control, unsigned packets)
{
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };
	char byte;

	if (unshare(CLONE_NEWNET) != 0 || write(control, "", 1) != 1 ||
	    read(control, &byte, 1) != 1)
		die("sender");
	sh("ip link set lo up && ip addr add 192.0.2.2/24 dev feed && "
	   "ip link set feed up && "
	   "ip route add default via 192.0.2.1");
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	inet_pton(AF_INET, TARGET, &to.sin_addr);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)) != 0)
		die("connect");
	do {
		double best = 1e9;

		for (unsigned i = 0; i < ROUNDS; i++) {
			double from = now_ms(CLOCK_MONOTONIC);

			send_all(fd, packets);
			double took = now_ms(CLOCK_MONOTONIC) - from;

			best = took < best ? took : best;
		}
		best = best * 1e6 / packets;
		if (write(control, &best, sizeof(best)) != sizeof(best))
			break;
	} while (read(control, &byte, 1) == 1);
	exit(0);
}

static double
measure(int control, bool *begun)
{
	double ns;

	if (*begun && write(control, "", 1) != 1)
		die("sender");
	*begun = true;
	if (read(control, &ns, sizeof(ns)) != sizeof(ns))
		die("sender");
	return ns;
}

static void
show(const char *way, unsigned n, double ns, double bare)
{
	printf("%-5s %5u CIDRs %9.0f ns a packet, %5.1f times that without\n",
	    way, n, ns, ns / bare);
}

static unsigned
forwarded(void)
{
	FILE *in = fopen("/proc/self/net/dev", "r");
	char line[256];
	unsigned n = 0;

	if (in == NULL)
		die("/proc/self/net/dev");
	while (fgets(line, sizeof(line), in) != NULL)
		sscanf(
		    line, " out: %*u %*u %*u %*u %*u %*u %*u %*u %*u %u", &n);
	fclose(in);
	return n;
}

static void
wire(pid_t child)
{
	char command[128];

	own_namespace();
	snprintf(command, sizeof(command),
	    "ip link add near type veth peer name feed netns %d", (int)child);
	sh(command);
	sh("ip addr add 192.0.2.1/24 dev near && ip link set near up && "
	   "ip link add out type veth peer name end && ip link set end up && "
	   "ip addr add 198.51.100.1/24 dev out && ip link set out up && "
	   "ip neigh add " TARGET " lladdr 02:00:00:00:00:99 dev out && "
	   "sysctl -qw net.ipv4.ip_forward=1 net.ipv4.conf.all.rp_filter=0");
}

static void
forward(unsigned packets)
{
	static const unsigned counts[] = { 1, 100, 2000 };
	int pair[2];
	char byte;
	bool begun = false;

	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) != 0)
		die("socketpair");
	pid_t child = fork();

	if (child == 0) {
		close(pair[0]);
		sender(pair[1], packets);
	}
	close(pair[1]);
	if (read(pair[0], &byte, 1) != 1)
		die("sender");
	wire(child);
	if (write(pair[0], "", 1) != 1)
		die("sender");
	double bare = measure(pair[0], &begun);

	show("none", 0, bare, bare);
	struct bench b = start();

	for (size_t i = 0; i < 3; i++) {
		new_way(&b, i == 0 ? 0 : counts[i - 1], counts[i], NULL);
		show("new", counts[i], measure(pair[0], &begun), bare);
	}
	stop(&b);
	for (size_t i = 0; i < 3; i++) {
		old_way(i == 0 ? 0 : counts[i - 1], counts[i], NULL);
		show("old", counts[i], measure(pair[0], &begun), bare);
	}
	close(pair[0]);
	waitpid(child, NULL, 0);
	printf("%u packets left the node\n", forwarded());
}

int
main(int argc, char **argv)
{
	unsigned n = argc == 3 ? (unsigned)atoi(argv[2]) : 0;

	setvbuf(stdout, NULL, _IOLBF, 0);
	log_set_level(LOG_LEVEL_WARN);
	if (n > 0 && strcmp(argv[1], "install") == 0)
		install(n);
	else if (n > 0 && strcmp(argv[1], "forward") == 0)
		forward(n);
	else {
		fputs("guarded install CIDRS | guarded forward PACKETS\n",
		    stderr);
		return 2;
	}
	return 0;
}
