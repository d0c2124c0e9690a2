/* SPDX-License-Identifier: Apache-2.0 */
/* What comes of probing peers on the loopback interface. */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "cli/doctor_facts.h"
#include "cli/probe_io.h"
#include "tests/test.h"

/* A socket at a port that nobody else has; it listens, or only keeps it. */
static int
port_take(bool listens, int *port)
{
	struct sockaddr_in at = { .sin_family = AF_INET,
		.sin_addr = { htonl(INADDR_LOOPBACK) } };
	socklen_t n = sizeof(at);
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, n), 0);
	assert_int_equal(getsockname(fd, (struct sockaddr *)&at, &n), 0);
	if (listens)
		assert_int_equal(listen(fd, 1), 0);
	*port = ntohs(at.sin_port);
	return fd;
}

TEST(connections_are_made_or_refused)
{
	int open, closed;
	int one = port_take(true, &open), other = port_take(false, &closed);
	struct doctor_probe probes[] = {
		{ "a", "127.0.0.1", "", .port = open },
		{ "b", "127.0.0.1", "127.0.0.1", .port = closed },
		{ "c", "127.0.0.1", "", .port = closed, .up = true },
		{ "d", "no address", "", .port = open },
	};

	probe_peers(probes, 4);
	assert_int_equal(probes[0].tcp, 0);
	assert_int_equal(probes[1].tcp, ECONNREFUSED);
	assert_int_equal(probes[2].tcp, 0);
	assert_int_equal(probes[3].tcp, EINVAL);
	close(one);
	close(other);
}

/* Nobody listens at traceroute's port here, and lo takes what IP can hold. */
TEST(way_is_as_wide_as_its_link)
{
	struct doctor_probe probes[] = {
		{ "a", "127.0.0.1", "", .up = true },
		{ "b", "no address", "", .up = true },
	};

	probe_peers(probes, 2);
	assert_int_equal(probes[0].way, WAY_WHOLE);
	assert_in_range(probes[0].mtu, 1280, 65535);
	assert_int_equal(probes[1].way, WAY_UNSEEN);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(connections_are_made_or_refused),
		cmocka_unit_test(way_is_as_wide_as_its_link),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
