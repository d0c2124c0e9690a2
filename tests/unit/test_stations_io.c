/* SPDX-License-Identifier: Apache-2.0 */
/* A line to a station that listens on the loopback, for real. */
#include "bgpd/bmp/stations_io.h"

#include <arpa/inet.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "bgpd/bmp/stations.h"
#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "common/clock.h"
#include "common/log.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

#define ROUTES 100000

struct world {
	struct event_base *base;
	struct path_table *paths;
	struct rib *rib;
	struct stations_io *io;
	struct stations *s;
	int fd; /* listens */
	struct station_target target;
	uint64_t armed;
};

static uint64_t
on_now(void *arg)
{
	(void)arg;
	return 1000;
}

static const struct clock test_clock = { .now = on_now };

static void
on_arm(void *arg, uint64_t at)
{
	struct world *w = arg;

	w->armed = at;
}

static void
each_up(
    void *arg, void (*tell)(void *to, const struct station_peer *), void *to)
{
	const struct station_peer p = { .source = 1,
		.peer = { .addr = addr_v4(0xc0000201), .asn = 65001 } };

	(void)arg;
	tell(to, &p);
}

static size_t
counts(void *arg, uint32_t source, struct bmp_count *list, size_t most)
{
	(void)arg;
	(void)source;
	(void)list;
	(void)most;
	return 0;
}

static void
on_changed(void *arg)
{
	(void)arg;
}

static const struct stations_ops ops = { on_arm, on_changed, each_up, counts };

static int
setup(void **state)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct sockaddr_in sin = { .sin_family = AF_INET };
	socklen_t n = sizeof(sin);
	struct attrs a = heard(VIA_65001, "10.0.0.1");

	log_set_level(LOG_LEVEL_ERROR);
	sin.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	w->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(w->fd, (struct sockaddr *)&sin, n), 0);
	assert_int_equal(listen(w->fd, 1), 0);
	getsockname(w->fd, (struct sockaddr *)&sin, &n);
	w->target = (struct station_target){
		.addr = addr_v4(INADDR_LOOPBACK),
		.port = ntohs(sin.sin_port),
		.pre_policy = true,
	};
	w->base = event_base_new();
	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	rib_add_source(w->rib, 1, &ebgp_source);
	struct path *path = path_intern(w->paths, &a);

	for (uint32_t i = 0; i < ROUTES; i++) {
		struct addr first = addr_v4(0x14000000 + (i << 8));
		struct prefix prefix = prefix_of(&first, 24);

		rib_set(w->rib, 1, &prefix, path);
	}
	path_unref(path);
	w->io = stations_io_new(w->base, &test_clock);
	w->s = stations_new(
	    w->rib, "n1", "lbbgp", stations_io_port(w->io), &ops, w);
	stations_io_serve(w->io, w->s);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	stations_free(w->s);
	stations_io_free(w->io);
	rib_free(w->rib);
	path_table_free(w->paths);
	event_base_free(w->base);
	close(w->fd);
	free(w);
	return 0;
}

/* What the daemon says while its loop has something to do, or until the end of it. */
static size_t
hear(struct world *w, int fd, uint8_t *bytes, size_t n)
{
	size_t got = 0;

	for (unsigned idle = 0; idle < 50 && got < n;) {
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		ssize_t more = recv(fd, bytes + got, n - got, MSG_DONTWAIT);

		if (more == 0)
			break;
		idle = more > 0 ? 0 : idle + 1;
		got += more > 0 ? (size_t)more : 0;
		if (more < 0)
			usleep(1000);
	}
	return got;
}

static int
taken(struct world *w)
{
	event_base_loop(w->base, EVLOOP_NONBLOCK);
	return accept(w->fd, NULL, NULL);
}

static void
a_station_hears_the_whole_table(void **state)
{
	static uint8_t bytes[16 << 20];
	struct world *w = *state;
	unsigned types[6] = { 0 };

	stations_set(w->s, &w->target, 1, 1000);
	int fd = taken(w);
	struct rbuf r = rbuf_of(bytes, hear(w, fd, bytes, sizeof(bytes)));

	while (r.left > 0) {
		assert_int_equal(rbuf_u8(&r), 3);
		struct rbuf m = rbuf_cut(&r, rbuf_u32(&r) - 5);
		uint8_t type = rbuf_u8(&m);

		assert_in_range(type, 0, 5);
		types[type]++;
	}
	assert_false(r.bad);
	assert_int_equal(types[BMP_INITIATION], 1);
	assert_int_equal(types[BMP_PEER_UP], 1);
	assert_int_equal(types[BMP_ROUTE_MONITORING], ROUTES);
	stations_stop(w->s);
	assert_false(stations_are_left(w->s));
	assert_int_equal(hear(w, fd, bytes, sizeof(bytes)), 12);
	assert_int_equal(bytes[5], BMP_TERMINATION);
	assert_true(stations_are_left(w->s));
	assert_int_equal(recv(fd, bytes, 1, MSG_DONTWAIT), 0);
	close(fd);
}

/* The daemon's end of the connection. */
static int
other_end(int fd)
{
	struct sockaddr_in there, here;
	socklen_t n = sizeof(there);

	assert_int_equal(getpeername(fd, (struct sockaddr *)&there, &n), 0);
	for (int other = 3; other < 100; other++) {
		n = sizeof(here);
		if (getsockname(other, (struct sockaddr *)&here, &n) == 0 &&
		    here.sin_family == AF_INET &&
		    here.sin_port == there.sin_port)
			return other;
	}
	return -1;
}

static int
option(int fd, int level, int name)
{
	int value = -1;
	socklen_t n = sizeof(value);

	assert_int_equal(getsockopt(fd, level, name, &value, &n), 0);
	return value;
}

/* Whose host is gone takes what goes into a socket, and says nothing. */
static void
one_that_vanishes_is_given_up_after_half_a_minute(void **state)
{
	struct world *w = *state;

	stations_set(w->s, &w->target, 1, 1000);
	int fd = taken(w), ours = other_end(fd);

	assert_true(ours >= 0 && ours != fd);
	assert_int_equal(option(ours, IPPROTO_TCP, TCP_USER_TIMEOUT), 30000);
	assert_int_equal(option(ours, SOL_SOCKET, SO_KEEPALIVE), 1);
	assert_in_range(option(ours, IPPROTO_TCP, TCP_KEEPIDLE), 1, 20);
	close(fd);
}

static void
one_that_goes_is_dialed_again(void **state)
{
	struct world *w = *state;
	struct stations_view v;

	stations_set(w->s, &w->target, 1, 1000);
	close(taken(w));
	for (unsigned i = 0; i < 50 && w->armed == 0; i++) {
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	assert_int_equal(w->armed, 31000);
	assert_true(stations_view(w->s, 0, &v));
	assert_false(v.connected);
	stations_tick(w->s, w->armed);
	close(taken(w));
}

static void
one_that_is_not_there_is_dialed_again(void **state)
{
	struct world *w = *state;
	struct stations_view v;

	close(w->fd);
	w->fd = -1;
	stations_set(w->s, &w->target, 1, 1000);
	for (unsigned i = 0; i < 50 && w->armed == 0; i++) {
		event_base_loop(w->base, EVLOOP_NONBLOCK);
		usleep(1000);
	}
	assert_true(stations_view(w->s, 0, &v));
	assert_string_equal(v.why, "Connection refused");
}

/* What waits for it is bounded, whatever its size. */
static void
one_that_reads_nothing_costs_little(void **state)
{
	static uint8_t bytes[16 << 20];
	struct world *w = *state;
	int one = 1;

	setsockopt(w->fd, SOL_SOCKET, SO_RCVBUF, &one, sizeof(one));
	stations_set(w->s, &w->target, 1, 1000);
	int fd = taken(w);

	for (unsigned i = 0; i < 200; i++)
		event_base_loop(w->base, EVLOOP_NONBLOCK);
	assert_true(stations_wait(w->s, 1)); /* it is not all in the buffer … */
	assert_true(hear(w, fd, bytes, sizeof(bytes)) > 4000000);
	assert_false(stations_wait(w->s, 1)); /* … but comes when it is read */
	close(fd);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_station_hears_the_whole_table),
		T(one_that_vanishes_is_given_up_after_half_a_minute),
		T(one_that_goes_is_dialed_again),
		T(one_that_is_not_there_is_dialed_again),
		T(one_that_reads_nothing_costs_little),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
