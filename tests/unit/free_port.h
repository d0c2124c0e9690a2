/* SPDX-License-Identifier: Apache-2.0 */
/*
 * free_port - a port for a test to listen at.
 */
#ifndef TESTS_UNIT_FREE_PORT_H
#define TESTS_UNIT_FREE_PORT_H

#include <netinet/in.h>
#include <stdint.h>
#include <sys/socket.h>
#include <unistd.h>

#include "tests/test.h"

#define PORT_FIRST 10000
#define PORTS 20000
#define PORTS_A_TEST 40 /* of one process, before it comes to the next one's */

static inline bool
port_is_free(uint16_t port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_port = htons(port) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	bool is_free;

	assert_true(fd >= 0);
	is_free = bind(fd, (struct sockaddr *)&at, sizeof(at)) == 0;

	close(fd);
	return is_free;
}

/*
 * Nobody listens at it. It is none of those that the kernel gives to who asks for any:
 * a test beside this one might have it before it is listened at.
 */
static inline uint16_t
free_port(void)
{
	static unsigned n;
	unsigned first = (unsigned)getpid() * PORTS_A_TEST;

	for (unsigned tried = 0; tried < PORTS; tried++) {
		uint16_t port = (uint16_t)(PORT_FIRST + (first + n++) % PORTS);

		if (port_is_free(port))
			return port;
	}
	fail_msg("no port is free");
	return 0;
}
#endif
