/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Lines to stations, by a port that writes down what it is told: "dial 1
 * 192.0.2.7:5000", "end 1". What is said on a connection is in test_station; here the
 * type of each message is enough.
 */
#include "bgpd/bmp/stations.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "common/log.h"
#include "tests/test.h"
#include "tests/unit/routes.h"

struct world {
	struct path_table *paths;
	struct rib *rib;
	struct stations *s;
	bool up; /* peer 1 */
	unsigned wakes;
	uint64_t now, armed; /* 0: not */
	char text[1024];
};

static void
say(struct world *w, const char *fmt, unsigned id, const char *more)
{
	size_t n = strlen(w->text);

	snprintf(w->text + n, sizeof(w->text) - n, fmt, id, more);
}

static void
on_dial(void *arg, uint32_t id, const struct addr *addr, uint16_t port)
{
	char text[ADDR_TEXT], where[80];

	snprintf(where, sizeof(where), "%s:%u", addr_print(addr, text), port);
	say(arg, "dial %u %s\n", id, where);
}

static void
on_hang_up(void *arg, uint32_t id)
{
	say(arg, "end %u%s\n", id, "");
}

static void
on_wake(void *arg, uint32_t id)
{
	struct world *w = arg;

	(void)id;
	w->wakes++;
}

static bool
on_is_flushed(void *arg)
{
	(void)arg;
	return true;
}

static void
on_arm(void *arg, uint64_t at)
{
	struct world *w = arg;

	if (w->armed == 0 || at < w->armed)
		w->armed = at;
}

static const struct station_peer tor_a = {
	.source = 1,
	.peer = { .addr = { FAMILY_V4, { 192, 0, 2, 1 } }, .asn = 65001 },
	.families = { [FAMILY_V4] = true },
};

static void
each_up(
    void *arg, void (*tell)(void *to, const struct station_peer *), void *to)
{
	const struct world *w = arg;

	if (w->up)
		tell(to, &tor_a);
}

static size_t
counts(void *arg, uint32_t source, struct bmp_count *list, size_t most)
{
	(void)arg;
	assert_int_equal(source, 1);
	assert_true(most >= 1);
	list[0] = (struct bmp_count){ BMP_STAT_ADJ_RIB_IN, 7 };
	return 1;
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
	static struct stations_port port;
	struct world *w = xcalloc(1, sizeof(*w));

	port = (struct stations_port){ on_dial, on_hang_up, on_wake,
		on_is_flushed, w };
	w->now = 1000;
	w->up = true;
	w->paths = path_table_new(1);
	w->rib = rib_new(w->paths);
	rib_add_source(w->rib, 1, &ebgp_source);
	w->s = stations_new(w->rib, "n1", "lbbgp", &port, &ops, w);
	log_set_level(LOG_LEVEL_ERROR);
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	stations_free(w->s);
	rib_free(w->rib);
	path_table_free(w->paths);
	free(w);
	return 0;
}

static const struct station_target one = {
	.addr = { FAMILY_V4, { 192, 0, 2, 7 } },
	.port = 5000,
	.pre_policy = true,
};

/* Since the last time. */
static void
assert_done(struct world *w, const char *want)
{
	assert_string_equal(w->text, want);
	w->text[0] = '\0';
}

/* The types of the messages that wait for the connection. */
static void
assert_said(struct world *w, uint32_t id, const char *want)
{
	static uint8_t bytes[STATION_ROOM];
	char is[64] = "";
	size_t n = 0;

	while (stations_wait(w->s, id)) {
		struct wbuf out = wbuf_of(bytes, sizeof(bytes));

		stations_next(w->s, id, &out, w->now);
		for (struct rbuf r = wbuf_read(&out, 0); r.left > 0;) {
			assert_int_equal(rbuf_u8(&r), 3);
			struct rbuf m = rbuf_cut(&r, rbuf_u32(&r) - 5);

			assert_true(n < sizeof(is) - 1);
			is[n++] = (char)('0' + rbuf_u8(&m));
		}
	}
	assert_string_equal(is, want);
}

static void
wait_until_armed(struct world *w)
{
	assert_true(w->armed > w->now);
	w->now = w->armed;
	w->armed = 0;
	stations_tick(w->s, w->now);
}

static void
a_station_is_dialed_and_told(void **state)
{
	struct world *w = *state;
	struct stations_view v;

	stations_set(w->s, &one, 1, w->now);
	assert_done(w, "dial 1 192.0.2.7:5000\n");
	assert_said(w, 1, "");
	stations_connected(w->s, 1, w->now);
	assert_int_equal(w->wakes, 1);
	assert_said(w, 1, "430"); /* initiation, peer up, End-of-RIB */
	assert_true(stations_view(w->s, 0, &v));
	assert_true(v.connected);
	assert_false(stations_view(w->s, 1, &v));
	stations_set(w->s, &one, 1, w->now); /* as it is */
	assert_done(w, "");
	stations_set(w->s, NULL, 0, w->now);
	assert_done(w, "end 1\n");
}

static void
pauses_grow_until_all_is_told(void **state)
{
	struct world *w = *state;
	uint64_t began = w->now;
	struct stations_view v;

	stations_set(w->s, &one, 1, w->now);
	assert_done(w, "dial 1 192.0.2.7:5000\n");
	stations_closed(w->s, 1, "Connection refused", w->now);
	assert_true(stations_view(w->s, 0, &v));
	assert_string_equal(v.why, "Connection refused");
	wait_until_armed(w);
	assert_int_equal(w->now - began, 30000);
	assert_done(w, "dial 2 192.0.2.7:5000\n");
	stations_closed(w->s, 1, "late news", w->now); /* of the first one */
	stations_closed(w->s, 2, "Connection refused", w->now);
	for (unsigned i = 0; i < 6; i++) {
		began = w->now;
		wait_until_armed(w);
		stations_closed(w->s, 3 + i, "Connection refused", w->now);
	}
	assert_int_equal(w->now - began, 720000);
	wait_until_armed(w);
	stations_connected(w->s, 9, w->now);
	assert_said(w, 9, "430");
	stations_closed(w->s, 9, "it has gone", w->now);
	began = w->now;
	wait_until_armed(w);
	assert_int_equal(w->now - began, 30000);
}

static void
one_that_is_too_slow_begins_anew(void **state)
{
	struct world *w = *state;
	struct stations_view v;

	stations_set(w->s, &one, 1, w->now);
	stations_connected(w->s, 1, w->now);
	assert_said(w, 1, "430");
	assert_done(w, "dial 1 192.0.2.7:5000\n");
	for (uint32_t i = 0; i <= STATION_TOUCHES; i++) {
		struct addr a = addr_v4(0x14000000 + (i << 8));
		struct prefix p = prefix_of(&a, 24);

		stations_touch(w->s, 1, &p, 0, true);
	}
	assert_said(w, 1, "5");
	assert_done(w, "end 1\n");
	assert_true(stations_view(w->s, 0, &v));
	assert_int_equal(v.lost, 1);
	assert_false(v.connected);
	wait_until_armed(w);
	assert_done(w, "dial 2 192.0.2.7:5000\n");
	stations_connected(w->s, 2, w->now);
	assert_said(w, 2, "430");
}

static void
statistics_come_in_time(void **state)
{
	struct station_target t = one;
	struct world *w = *state;
	uint64_t began = w->now;

	t.statistics = 60;
	stations_set(w->s, &t, 1, w->now);
	stations_connected(w->s, 1, w->now);
	assert_said(w, 1, "430");
	wait_until_armed(w);
	assert_int_equal(w->now - began, 60000);
	assert_said(w, 1, "1");
	wait_until_armed(w);
	assert_int_equal(w->now - began, 120000);
	w->up = false;
	stations_down(w->s, 1, BMP_DOWN_PEER, hex(""));
	assert_said(w, 1, "2"); /* he has gone before it was his turn */
}

static void
the_end_is_said(void **state)
{
	struct world *w = *state;

	stations_set(w->s, &one, 1, w->now);
	stations_connected(w->s, 1, w->now);
	assert_said(w, 1, "430");
	w->text[0] = '\0';
	stations_stop(w->s);
	assert_false(stations_are_left(w->s));
	assert_said(w, 1, "5");
	assert_true(stations_are_left(w->s));
	assert_done(w, "end 1\n");
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(a_station_is_dialed_and_told),
		T(pauses_grow_until_all_is_told),
		T(one_that_is_too_slow_begins_anew),
		T(statistics_come_in_time),
		T(the_end_is_said),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
