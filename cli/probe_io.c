/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Connections are tried all at once. That of a peer whose session is up would tell
 * nothing new.
 *
 * How large packets may be is asked as traceroute does: a datagram to a port at which
 * nobody listens is answered by ICMP, which a connected socket has as its error. One
 * that may not be fragmented and is as large as the way is thought to be wide (RFC
 * 1191, RFC 8201) comes back as refused, or as too large, or not at all. Nothing is
 * concluded from a peer that does not answer the small one.
 */
#include "cli/probe_io.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/doctor_facts.h"
#include "common/alloc.h"
#include "common/loop_io.h"

#define CONNECT_MS 3000
#define UDP_PORT 33434 /* traceroute's first */
#define UDP_MS 400
#define UDP_TRIES 3 /* answers by ICMP are limited in their rate */
#define UDP_SMALL 8 /* bytes of data */
#define MTU_MOST 65535

/* Of an address as text, fe80::1%eth0 too; NULL: it is none. To be freed. */
static struct addrinfo *
address_of(const char *text, int port)
{
	const struct addrinfo hints = { .ai_flags =
					    AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM };
	struct addrinfo *found = NULL;
	char service[8];

	snprintf(service, sizeof(service), "%d", port);
	return text[0] != '\0' &&
		getaddrinfo(text, service, &hints, &found) == 0
	    ? found
	    : NULL;
}

/* Begins to connect, from the node's own address where one is told; < 0: errno. */
static int
socket_open(const struct doctor_probe *p, int type, int port)
{
	struct addrinfo *to = address_of(p->address, port);
	struct addrinfo *from = address_of(p->local, 0);
	int fd = -1;

	errno = EINVAL;
	if (to != NULL)
		fd = socket(
		    to->ai_family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd >= 0 && from != NULL && from->ai_family == to->ai_family &&
	    bind(fd, from->ai_addr, from->ai_addrlen) != 0 &&
	    errno != EADDRNOTAVAIL) {
		close(fd);
		fd = -1;
	}
	if (fd >= 0 && connect(fd, to->ai_addr, to->ai_addrlen) != 0 &&
	    errno != EINPROGRESS) {
		int why = errno;

		close(fd);
		errno = why;
		fd = -1;
	}
	int why = errno;

	if (to != NULL)
		freeaddrinfo(to);
	if (from != NULL)
		freeaddrinfo(from);
	return fd >= 0 ? fd : -why;
}

/* ---- connections ---- */

static int
error_of(int fd)
{
	int error = 0;
	socklen_t n = sizeof(error);

	getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &n);
	return error;
}

static void
connections_begin(struct doctor_probe *probes, struct pollfd *fds, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		int fd = probes[i].up
		    ? -1
		    : socket_open(&probes[i], SOCK_STREAM, probes[i].port);

		fds[i] = (struct pollfd){ .fd = fd, .events = POLLOUT };
		if (probes[i].up)
			continue;
		probes[i].tcp = fd < 0 ? -fd : ETIMEDOUT;
		fds[i].fd = fd < 0 ? -1 : fd;
	}
}

/* Those that have come to an end are closed; how many have not. */
static size_t
connections_look(struct doctor_probe *probes, struct pollfd *fds, size_t n)
{
	size_t open = 0;

	for (size_t i = 0; i < n; i++) {
		if (fds[i].fd < 0)
			continue;
		if (fds[i].revents == 0) {
			open++;
			continue;
		}
		probes[i].tcp = error_of(fds[i].fd);
		close(fds[i].fd);
		fds[i].fd = -1;
	}
	return open;
}

static void
connections_try(struct doctor_probe *probes, size_t n)
{
	struct pollfd *fds = xcalloc(n, sizeof(*fds));
	uint64_t end = loop_now() + CONNECT_MS, now;

	connections_begin(probes, fds, n);
	while (connections_look(probes, fds, n) > 0 && (now = loop_now()) < end)
		poll(fds, n, (int)(end - now));
	for (size_t i = 0; i < n; i++)
		if (fds[i].fd >= 0)
			close(fds[i].fd);
	free(fds);
}

/* ---- datagrams ---- */

/* What came for so many bytes of data: an errno; ETIMEDOUT: nothing. */
static int
datagram_try(int fd, const char *data, size_t n)
{
	struct pollfd wait = { .fd = fd, .events = POLLIN };

	for (int i = 0; i < UDP_TRIES; i++) {
		if (send(fd, data, n, 0) < 0)
			return errno;
		if (poll(&wait, 1, UDP_MS) > 0)
			return error_of(fd);
	}
	return ETIMEDOUT;
}

/* The width of the way as the kernel knows it, bytes; 0: it doesn't. */
static int
width_of(int fd, bool v6)
{
	int mtu = 0;
	socklen_t n = sizeof(mtu);

	if (getsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		v6 ? IPV6_MTU : IP_MTU, &mtu, &n) != 0)
		return 0;
	return mtu > MTU_MOST ? MTU_MOST : mtu;
}

static void
fragments_forbid(int fd, bool v6)
{
	int how = v6 ? IPV6_PMTUDISC_DO : IP_PMTUDISC_DO;

	setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
	    v6 ? IPV6_MTU_DISCOVER : IP_MTU_DISCOVER, &how, sizeof(how));
}

static void
way_measure(struct doctor_probe *p, int fd)
{
	bool v6 = strchr(p->address, ':') != NULL;
	size_t heads = v6 ? 40 + 8 : 20 + 8; /* of IP and UDP */
	char *data = xcalloc(1, MTU_MOST);

	fragments_forbid(fd, v6);
	p->mtu = width_of(fd, v6);
	if (datagram_try(fd, data, UDP_SMALL) == ECONNREFUSED &&
	    (size_t)p->mtu > heads) {
		int came = datagram_try(fd, data, (size_t)p->mtu - heads);

		p->way = came == ECONNREFUSED ? WAY_WHOLE
		    : came == EMSGSIZE        ? WAY_NARROW
		    : came == ETIMEDOUT       ? WAY_SILENT
					      : WAY_UNSEEN;
		p->narrow = width_of(fd, v6);
	}
	free(data);
}

void
probe_peers(struct doctor_probe *probes, size_t n)
{
	connections_try(probes, n);
	for (size_t i = 0; i < n; i++) {
		int fd = socket_open(&probes[i], SOCK_DGRAM, UDP_PORT);

		if (fd < 0)
			continue;
		way_measure(&probes[i], fd);
		close(fd);
	}
}
