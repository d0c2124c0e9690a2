/* SPDX-License-Identifier: Apache-2.0 */
/*
 * stream - a stream of packets that counts each one that is lost, and why.
 *
 *	stream echo NAME PORT
 *		answers datagrams and long connections at all addresses, with NAME
 *	stream send ADDRESS PORT RATE FLOWS CONNECTIONS
 *		until SIGTERM; then waits for late answers, and prints one object
 *
 * The sender has RATE datagrams a second go out, over so many flows (sockets, whose
 * ports make routers spread them), and as many connections that say something every
 * 50 ms. Each datagram has a number, and a fate in an array: none yet, answered,
 * refused by an ICMP error, not even sent. One without a fate at the end was lost in
 * silence. ICMP errors quote the datagram, so its number is known (error queue of the
 * socket), and who sends them is told as "ADDRESS TYPE/CODE". Losses that are less
 * than 100 ms apart are one hole: "from", "to" in ms since the start, and how many.
 *
 * A flow that another node answers has been moved by a router; that loses no datagram,
 * but another node knows nothing of a connection, and resets it. So "moved" flows and
 * "reset" connections come together; those are "ended" that the other end closed, as
 * it does when it ends itself. A connection that is over is opened anew, to the end
 * that its loss is counted once. "silent" are those that had no answer at the end,
 * "retransmits" what the kernel had to send again.
 *
 * A machine that is too busy must not look like a network that loses: buffers are
 * large, a sender that was late skips what it missed instead of sending it as a
 * burst ("skipped"), and lab/stream.py counts what the kernel dropped for want of time.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NAME_MAX_LEN 12
#define BUFFER (8 << 20)
#define SAY_EVERY 50 /* ms, of a connection */
#define LATE 1000    /* ms, how long answers are waited for at the end */
#define APART 100    /* ms, between losses of two holes */
#define BURST 100    /* datagrams at once, at most */
#define CLOSING 300  /* ms, of connections, by the end that answers */
#define DESCRIPTORS 1024
#define TALLIES 16 /* senders of ICMP errors, or nodes, that are told apart */

struct packet {
	uint32_t number, flow;
	char name[NAME_MAX_LEN + 4]; /* in the answer */
};

static volatile sig_atomic_t over;

static void
end(int number)
{
	(void)number;
	over = 1;
}

static uint64_t
now_us(void)
{
	struct timespec t;

	clock_gettime(CLOCK_MONOTONIC, &t);
	return (uint64_t)t.tv_sec * 1000000 + (uint64_t)t.tv_nsec / 1000;
}

static void
die(const char *what)
{
	perror(what);
	exit(1);
}

static void
must(bool good, const char *what)
{
	if (!good)
		die(what);
}

static void
option(int fd, int level, int name, int value)
{
	must(setsockopt(fd, level, name, &value, sizeof(value)) == 0,
	    "setsockopt");
}

/* In a container it has no right to more than the host's limit. */
static void
buffers(int fd)
{
	int size = BUFFER;

	if (setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) !=
	    0)
		option(fd, SOL_SOCKET, SO_RCVBUF, BUFFER);
	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &size, sizeof(size)) !=
	    0)
		option(fd, SOL_SOCKET, SO_SNDBUF, BUFFER);
}

static void
watch(int epoll, int fd, uint32_t events, uint64_t id)
{
	struct epoll_event ev = { .events = events, .data.u64 = id };

	must(epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &ev) == 0, "epoll_ctl");
}

/*
 * The end that answers
 */

static int
bound(int type, uint16_t port)
{
	struct sockaddr_in6 at = { .sin6_family = AF_INET6,
		.sin6_port = htons(port) };
	int fd = socket(AF_INET6, type | SOCK_NONBLOCK, 0);

	must(fd >= 0, "socket");
	option(fd, IPPROTO_IPV6, IPV6_V6ONLY, 0);
	option(fd, SOL_SOCKET, SO_REUSEADDR, 1);
	must(bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0, "bind");
	return fd;
}

/* From the address that was asked, wherever the way back leads. */
static void
answer_one(int fd, const char *name)
{
	struct packet packet;
	struct sockaddr_in6 who;
	char control[256];
	struct iovec iov = { &packet, sizeof(packet) };
	struct msghdr msg = { .msg_name = &who,
		.msg_namelen = sizeof(who),
		.msg_iov = &iov,
		.msg_iovlen = 1,
		.msg_control = control,
		.msg_controllen = sizeof(control) };

	if (recvmsg(fd, &msg, 0) != sizeof(packet))
		return;
	for (struct cmsghdr *c = CMSG_FIRSTHDR(&msg); c != NULL;
	     c = CMSG_NXTHDR(&msg, c))
		if (c->cmsg_level == IPPROTO_IPV6 &&
		    c->cmsg_type == IPV6_PKTINFO)
			((struct in6_pktinfo *)(void *)CMSG_DATA(c))
			    ->ipi6_ifindex = 0;
	snprintf(packet.name, sizeof(packet.name), "%s", name);
	sendmsg(fd, &msg, 0);
}

static void
answer_connection(int fd)
{
	char said[4096];
	ssize_t n = recv(fd, said, sizeof(said), 0);

	if (n < 0 && errno == EAGAIN)
		return;
	if (n <= 0 || send(fd, said, (size_t)n, MSG_NOSIGNAL) != n)
		close(fd);
}

struct echo {
	const char *name;
	int epoll, datagrams, listener;
};

static void
echo_once(const struct echo *e, int wait)
{
	struct epoll_event ev[64];
	int n = epoll_wait(e->epoll, ev, 64, wait), fd;

	for (int i = 0; i < n; i++) {
		if (ev[i].data.u64 == (uint64_t)e->datagrams)
			for (int left = 64; left > 0; left--)
				answer_one(e->datagrams, e->name);
		else if (ev[i].data.u64 != (uint64_t)e->listener)
			answer_connection((int)ev[i].data.u64);
		else if ((fd = accept4(
			      e->listener, NULL, NULL, SOCK_NONBLOCK)) >= 0)
			watch(e->epoll, fd, EPOLLIN, (uint64_t)fd);
	}
}

/* At the end each connection is closed so that its other end sees no error. */
static void
echo(const char *name, uint16_t port)
{
	const struct echo e = { name, epoll_create1(0), bound(SOCK_DGRAM, port),
		bound(SOCK_STREAM, port) };

	buffers(e.datagrams);
	option(e.datagrams, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1);
	must(listen(e.listener, 1024) == 0, "listen");
	watch(e.epoll, e.datagrams, EPOLLIN, (uint64_t)e.datagrams);
	watch(e.epoll, e.listener, EPOLLIN, (uint64_t)e.listener);
	while (!over)
		echo_once(&e, -1);
	close(e.listener);
	for (int fd = 0; fd < DESCRIPTORS; fd++)
		shutdown(fd, SHUT_WR);
	for (uint64_t stop = now_us() + CLOSING * 1000; now_us() < stop;)
		echo_once(&e, 10);
}

/*
 * The end that asks
 */

enum fate { SILENT, ANSWERED, REFUSED, UNSENT, FATES };

struct flow {
	int fd;
	char name[NAME_MAX_LEN + 4];
};

struct connection {
	int fd;        /* -1: to be opened */
	bool up;       /* it has had an answer */
	uint64_t said; /* us; the oldest word without an answer; 0: none */
};

struct tally {
	char who[64];
	uint64_t count;
};

struct sender {
	struct addrinfo *to;
	int epoll;
	uint64_t start; /* us */
	struct flow *flows;
	struct connection *connections;
	uint32_t flow_count, connection_count;
	uint32_t *when; /* ms since the start, by number */
	uint8_t *fate;
	uint32_t sent, room;
	uint64_t skipped, late, twice, moved;
	uint64_t opened, refused, ended, reset, retransmits, stall;
	struct tally icmp[TALLIES], nodes[TALLIES];
};

/* The last of them is for all others, too. */
static void
count(struct tally *of, const char *who)
{
	size_t i = 0;

	while (
	    i < TALLIES - 1 && of[i].count > 0 && strcmp(of[i].who, who) != 0)
		i++;
	if (of[i].count++ == 0)
		snprintf(of[i].who, sizeof(of[i].who), "%s", who);
}

static int
connected(struct sender *s, int type)
{
	int fd = socket(s->to->ai_family, type | SOCK_NONBLOCK, 0);

	must(fd >= 0, "socket");
	if (type == SOCK_DGRAM && s->to->ai_family == AF_INET)
		option(fd, IPPROTO_IP, IP_RECVERR, 1);
	if (type == SOCK_DGRAM && s->to->ai_family == AF_INET6)
		option(fd, IPPROTO_IPV6, IPV6_RECVERR, 1);
	if (type == SOCK_STREAM)
		option(fd, IPPROTO_TCP, TCP_NODELAY, 1);
	if (connect(fd, s->to->ai_addr, s->to->ai_addrlen) == 0 ||
	    errno == EINPROGRESS)
		return fd;
	close(fd);
	return -1;
}

static void
flows_open(struct sender *s)
{
	for (uint32_t i = 0; i < s->flow_count; i++) {
		s->flows[i].fd = connected(s, SOCK_DGRAM);
		must(s->flows[i].fd >= 0, "connect");
		buffers(s->flows[i].fd);
		watch(s->epoll, s->flows[i].fd, EPOLLIN, i);
	}
}

static void
room_for_one(struct sender *s)
{
	if (s->sent < s->room)
		return;
	s->room = s->room == 0 ? 1 << 20 : 2 * s->room;
	s->when = realloc(s->when, s->room * sizeof(*s->when));
	s->fate = realloc(s->fate, s->room);
	must(s->when != NULL && s->fate != NULL, "realloc");
}

/* A socket first tells of an earlier datagram's ICMP error, instead of sending. */
static void
send_one(struct sender *s, uint64_t now)
{
	struct packet packet = { .number = s->sent,
		.flow = s->sent % s->flow_count };
	int fd = s->flows[packet.flow].fd;

	room_for_one(s);
	s->when[s->sent] = (uint32_t)((now - s->start) / 1000);
	s->fate[s->sent] = SILENT;
	if (send(fd, &packet, sizeof(packet), 0) < 0 &&
	    send(fd, &packet, sizeof(packet), 0) < 0)
		s->fate[s->sent] = UNSENT;
	s->sent++;
}

static void
heard_error(struct sender *s, const struct packet *packet, struct msghdr *msg)
{
	struct cmsghdr *c = CMSG_FIRSTHDR(msg);
	const struct sock_extended_err *e = (const void *)CMSG_DATA(c);
	char who[INET6_ADDRSTRLEN] = "this host", text[64];
	const struct sockaddr_storage *from = (const void *)SO_EE_OFFENDER(e);

	if (packet->number >= s->sent || s->fate[packet->number] != SILENT)
		return;
	s->fate[packet->number] = REFUSED;
	if (from->ss_family != AF_UNSPEC)
		getnameinfo((const struct sockaddr *)from,
		    sizeof(struct sockaddr_in6), who, sizeof(who), NULL, 0,
		    NI_NUMERICHOST);
	snprintf(text, sizeof(text), "%s %u/%u", who, e->ee_type, e->ee_code);
	count(s->icmp, text);
}

static void
heard_answer(struct sender *s, struct packet *packet, uint64_t now)
{
	struct flow *flow;

	packet->name[sizeof(packet->name) - 1] = '\0';
	if (packet->number >= s->sent || packet->flow >= s->flow_count)
		return;
	if (s->fate[packet->number] == ANSWERED) {
		s->twice++;
		return;
	}
	s->fate[packet->number] = ANSWERED;
	count(s->nodes, packet->name);
	if ((now - s->start) / 1000 > s->when[packet->number] + 500)
		s->late++;
	flow = &s->flows[packet->flow];
	if (strcmp(flow->name, packet->name) == 0)
		return;
	s->moved += flow->name[0] != '\0';
	memcpy(flow->name, packet->name, sizeof(flow->name));
}

static void
flow_read(struct sender *s, uint32_t i, uint32_t events, uint64_t now)
{
	struct packet packet;
	char control[512];
	struct iovec iov = { &packet, sizeof(packet) };
	struct msghdr msg = { .msg_iov = &iov, .msg_iovlen = 1 };

	while (
	    recv(s->flows[i].fd, &packet, sizeof(packet), 0) == sizeof(packet))
		heard_answer(s, &packet, now);
	while ((events & EPOLLERR) != 0) {
		msg.msg_control = control;
		msg.msg_controllen = sizeof(control);
		if (recvmsg(s->flows[i].fd, &msg, MSG_ERRQUEUE) !=
		    sizeof(packet))
			break;
		heard_error(s, &packet, &msg);
	}
}

/*
 * Long connections
 */

static void
connection_close(struct sender *s, struct connection *c)
{
	struct tcp_info info = { 0 };
	socklen_t n = sizeof(info);

	if (c->fd < 0)
		return;
	getsockopt(c->fd, IPPROTO_TCP, TCP_INFO, &info, &n);
	s->retransmits += info.tcpi_total_retrans;
	close(c->fd);
	*c = (struct connection){ .fd = -1 };
}

static void
connection_lost(struct sender *s, struct connection *c, uint64_t *how)
{
	*(c->up ? how : &s->refused) += 1;
	connection_close(s, c);
}

static void
connection_open(struct sender *s, uint32_t i)
{
	struct connection *c = &s->connections[i];

	c->fd = connected(s, SOCK_STREAM);
	if (c->fd < 0) {
		s->refused++;
		return;
	}
	s->opened++;
	watch(s->epoll, c->fd, EPOLLIN | EPOLLRDHUP, s->flow_count + i);
}

static void
connection_read(struct sender *s, uint32_t i, uint64_t now)
{
	struct connection *c = &s->connections[i];
	char said[512];
	ssize_t n;

	if (c->fd < 0)
		return;
	while ((n = recv(c->fd, said, sizeof(said), 0)) != 0) {
		if (n < 0 && errno == EAGAIN)
			return;
		if (n < 0)
			break;
		if (c->said != 0 && now - c->said > s->stall)
			s->stall = now - c->said;
		c->said = 0;
		c->up = true;
	}
	connection_lost(s, c, n == 0 ? &s->ended : &s->reset);
}

static void
connections_say(struct sender *s, uint64_t now)
{
	for (uint32_t i = 0; i < s->connection_count; i++) {
		struct connection *c = &s->connections[i];

		if (c->fd < 0)
			connection_open(s, i);
		if (c->fd < 0)
			continue;
		if (send(c->fd, "anybody there?\n", 15, MSG_NOSIGNAL) == 15) {
			if (c->said == 0)
				c->said = now;
		} else if (errno != EAGAIN) {
			connection_lost(s, c, &s->reset);
		}
	}
}

/*
 * What came of it
 */

static void
print_counts(const char *title, const struct tally *of)
{
	printf(", \"%s\": {", title);
	for (size_t i = 0; i < TALLIES && of[i].count > 0; i++)
		printf("%s\"%s\": %llu", i > 0 ? ", " : "", of[i].who,
		    (unsigned long long)of[i].count);
	printf("}");
}

static void
print_holes(const struct sender *s)
{
	uint32_t from = 0, to = 0, lost = 0;
	const char *comma = "";

	printf(", \"holes\": [");
	for (uint32_t i = 0; i <= s->sent; i++) {
		if (i < s->sent && s->fate[i] == ANSWERED)
			continue;
		if (lost > 0 && (i == s->sent || s->when[i] > to + APART)) {
			printf("%s{\"from\": %u, \"to\": %u, \"lost\": %u}",
			    comma, from, to, lost);
			comma = ", ";
			lost = 0;
		}
		if (i == s->sent)
			break;
		if (lost++ == 0)
			from = s->when[i];
		to = s->when[i];
	}
	printf("]");
}

static void
report(struct sender *s)
{
	uint32_t fates[FATES] = { 0 }, silent = 0;

	for (uint32_t i = 0; i < s->sent; i++)
		fates[s->fate[i]]++;
	for (uint32_t i = 0; i < s->connection_count; i++) {
		silent += s->connections[i].said != 0;
		connection_close(s, &s->connections[i]);
	}
	printf(
	    "{\"sent\": %u, \"answered\": %u, \"silence\": %u, \"refused\": %u, "
	    "\"unsent\": %u",
	    s->sent, fates[ANSWERED], fates[SILENT], fates[REFUSED],
	    fates[UNSENT]);
	printf(
	    ", \"skipped\": %llu, \"late\": %llu, \"twice\": %llu, \"moved\": %llu",
	    (unsigned long long)s->skipped, (unsigned long long)s->late,
	    (unsigned long long)s->twice, (unsigned long long)s->moved);
	printf(", \"connections\": {\"opened\": %llu, \"ended\": %llu, "
	       "\"reset\": %llu, \"refused\": %llu, \"silent\": %u, "
	       "\"retransmits\": %llu, \"stall\": %llu}",
	    (unsigned long long)s->opened, (unsigned long long)s->ended,
	    (unsigned long long)s->reset, (unsigned long long)s->refused,
	    silent, (unsigned long long)s->retransmits,
	    (unsigned long long)s->stall / 1000);
	print_counts("icmp", s->icmp);
	print_counts("nodes", s->nodes);
	print_holes(s);
	printf("}\n");
}

static void
read_all(struct sender *s, int wait)
{
	struct epoll_event ev[64];
	int n = epoll_wait(s->epoll, ev, 64, wait);
	uint64_t now = now_us();

	for (int i = 0; i < n; i++) {
		uint32_t id = (uint32_t)ev[i].data.u64;

		if (id < s->flow_count)
			flow_read(s, id, ev[i].events, now);
		else
			connection_read(s, id - s->flow_count, now);
	}
}

/* Every ms what is due of the rate; reads meanwhile. */
static void
run(struct sender *s, uint32_t rate)
{
	uint64_t due = 0, say = 0, now; /* due: datagrams since the start */

	while (!over) {
		now = now_us();
		due = (now - s->start) * rate / 1000000;
		for (int left = BURST; left > 0 && s->sent + s->skipped < due;
		     left--)
			send_one(s, now);
		if (s->sent + s->skipped < due)
			s->skipped = due - s->sent;
		if (now >= say) {
			connections_say(s, now);
			say = now + SAY_EVERY * 1000;
		}
		read_all(s, 1);
	}
	for (uint64_t stop = now_us() + LATE * 1000; now_us() < stop;)
		read_all(s, 10);
}

static int
ask(const char *address, const char *port, int rate, int flows, int connections)
{
	struct sender s = { .epoll = epoll_create1(0),
		.start = now_us(),
		.flow_count = (uint32_t)flows,
		.connection_count = (uint32_t)connections };
	struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV };

	if (getaddrinfo(address, port, &hints, &s.to) != 0 || rate < 1 ||
	    flows < 1 || connections < 0) {
		fprintf(stderr, "stream: what to send, and where to?\n");
		return 2;
	}
	s.flows = calloc(s.flow_count, sizeof(*s.flows));
	s.connections = calloc(s.connection_count + 1, sizeof(*s.connections));
	must(s.flows != NULL && s.connections != NULL, "calloc");
	for (uint32_t i = 0; i < s.connection_count; i++)
		s.connections[i].fd = -1;
	flows_open(&s);
	run(&s, (uint32_t)rate);
	report(&s);
	return 0;
}

int
main(int argc, char **argv)
{
	signal(SIGPIPE, SIG_IGN);
	signal(SIGTERM, end); /* also as a container's first process */
	if (argc == 4 && strcmp(argv[1], "echo") == 0) {
		echo(argv[2], (uint16_t)atoi(argv[3]));
		return 0;
	}
	if (argc == 7 && strcmp(argv[1], "send") == 0)
		return ask(argv[2], argv[3], atoi(argv[4]), atoi(argv[5]),
		    atoi(argv[6]));
	fprintf(stderr,
	    "Usage: stream echo NAME PORT | "
	    "send ADDRESS PORT RATE FLOWS CONNECTIONS\n");
	return 2;
}
