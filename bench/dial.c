/* SPDX-License-Identifier: Apache-2.0 */
#include "bench/dial.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define BGP_PORT 179
#define AGAIN 20000 /* us until who does not listen yet is tried again */

uint32_t
dial_address(const char *text)
{
	struct in_addr a;

	if (inet_pton(AF_INET, text, &a) != 1) {
		fprintf(stderr, "peers: %s: no IPv4 address\n", text);
		exit(2);
	}
	return ntohl(a.s_addr);
}

static struct sockaddr_in
at_port(uint32_t address, uint16_t port)
{
	return (struct sockaddr_in){ .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(address),
		.sin_port = htons(port) };
}

static int
dial_once(uint32_t from, uint32_t to)
{
	struct sockaddr_in local = at_port(from, 0);
	struct sockaddr_in remote = at_port(to, BGP_PORT);
	int one = 1, fd = socket(AF_INET, SOCK_STREAM, 0);

	if (fd < 0 || bind(fd, (struct sockaddr *)&local, sizeof(local)) != 0) {
		perror("bind");
		exit(1);
	}
	setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	if (connect(fd, (struct sockaddr *)&remote, sizeof(remote)) == 0)
		return fd;
	close(fd);
	return -1;
}

int
dial(uint32_t from, uint32_t to)
{
	for (;;) {
		int fd = dial_once(from, to);

		if (fd >= 0)
			return fd;
		usleep(AGAIN);
	}
}
