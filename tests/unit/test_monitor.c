/* SPDX-License-Identifier: Apache-2.0 */
/* What happens in, lines out; who does not take them loses some and is told. */
#include "bgpd/control/monitor.h"

#include "bgpd/rib/path.h"
#include "bgpd/rib/rib.h"
#include "tests/fake/fake_daemon.h"
#include "tests/fake/fake_peer.h"
#include "tests/test.h"
#include "tests/unit/reply.h"
#include "tests/unit/routes.h"

static int
setup(void **state)
{
	struct fake_daemon *d = fake_daemon_new();
	struct fake_peer *up = fake_established(90);

	fake_daemon_peer(d, "up", up->session, true);
	*state = d;
	return 0;
}

static int
teardown(void **state)
{
	fake_daemon_free(*state);
	return fake_teardown(state);
}

static void
on_wake(void *arg)
{
	unsigned *wakes = arg;

	++*wakes;
}

/* The one line that waits. */
static json_t *
take(struct watcher *w)
{
	char *text = monitor_take(w);

	assert_non_null(text);
	assert_ptr_equal(strchr(text, '\n'), text + strlen(text) - 1);
	json_t *event = json_of(text);

	free(text);
	return event;
}

static void
routes_are_told_as_they_are_now(void **state)
{
	struct fake_daemon *d = *state;
	struct prefix prefix = pfx("20.0.0.0/24");
	unsigned wakes = 0;
	struct watcher *w =
	    monitor_watch(d->monitor, MONITOR_ROUTE, NULL, on_wake, &wakes);

	assert_null(monitor_take(w));
	fake_daemon_hears(d, 0, 1);
	assert_int_equal(wakes, 1);
	json_t *event = take(w);

	assert_at(event, "at", "\"2023-11-14T22:13:20.250Z\"");
	assert_at(event, "kind", "\"route\"");
	assert_at(event, "prefix", "\"20.0.0.0/24\"");
	assert_int_equal(json_array_size(at(event, "routes")), 1);
	assert_at(event, "routes.0.neighborName", "\"up\"");
	assert_at(event, "routes.0.asPath", "[65002]");
	assert_at(event, "routes.0.best", "true");
	assert_at(event, "routes.0.filtered", "false");
	assert_at(event, "more", "false");
	json_decref(event);
	rib_unset(d->rib, 1, &prefix);
	event = take(w);
	assert_at(event, "routes", "[]");
	json_decref(event);
	assert_int_equal(wakes, 2);
	monitor_leave(w);
}

static void
announcements_are_told(void **state)
{
	struct fake_daemon *d = *state;
	struct prefix prefix = pfx("10.33.5.0/24");
	unsigned wakes = 0;
	struct watcher *w = monitor_watch(
	    d->monitor, MONITOR_ANNOUNCEMENT, NULL, on_wake, &wakes);

	monitor_announcement(d->monitor, &prefix, true);
	monitor_bfd(d->monitor, "up", NULL); /* not asked for */
	json_t *event = take(w);

	assert_at(event, "kind", "\"announcement\"");
	assert_at(event, "prefix", "\"10.33.5.0/24\"");
	assert_at(event, "announced", "true");
	json_decref(event);
	monitor_leave(w);
}

static void
sessions_and_bfd_are_told(void **state)
{
	struct fake_daemon *d = *state;
	unsigned wakes = 0;
	struct watcher *w =
	    monitor_watch(d->monitor, MONITOR_ALL, NULL, on_wake, &wakes);

	monitor_session(d->monitor, "up", d->peers[0].session);
	json_t *event = take(w);

	assert_at(event, "kind", "\"session\"");
	assert_at(event, "neighborName", "\"up\"");
	assert_at(event, "neighbor", "\"192.0.2.2\"");
	assert_at(event, "state", "\"Established\"");
	assert_at(event, "lastError", "null");
	json_decref(event);
	monitor_bfd(
	    d->monitor, "up", "BFD Down: Neighbor Signaled Session Down");
	event = take(w);
	assert_at(event, "up", "false");
	json_decref(event);
	monitor_leave(w);
}

static void
of_one_neighbour_is_told_what_is_his(void **state)
{
	struct fake_daemon *d = *state;
	struct prefix prefix = pfx("10.33.5.0/24");
	struct path *path = local_path(d->paths, 0);
	unsigned wakes = 0;
	struct watcher *up =
	    monitor_watch(d->monitor, MONITOR_ALL, "up", on_wake, &wakes);
	struct watcher *other =
	    monitor_watch(d->monitor, MONITOR_ALL, "other", on_wake, &wakes);

	monitor_announcement(d->monitor, &prefix, true);
	rib_set(d->rib, RIB_LOCAL, &prefix, path);
	path_unref(path);
	assert_null(monitor_take(up)); /* ours */
	monitor_bfd(d->monitor, "up", NULL);
	json_t *event = take(up);

	assert_at(event, "kind", "\"bfd\"");
	json_decref(event);
	fake_daemon_hears(d, 0, 1);
	event = take(up);
	assert_at(event, "kind", "\"route\"");
	assert_at(event, "prefix", "\"20.0.0.0/24\"");
	json_decref(event);
	monitor_session(d->monitor, "up", d->peers[0].session);
	event = take(up);
	assert_at(event, "kind", "\"session\"");
	json_decref(event);
	assert_null(monitor_take(other));
	monitor_leave(up);
	monitor_leave(other);
}

/* Bounded, however much comes; and what follows is complete again. */
static void
who_does_not_read_is_told_how_much_is_lost(void **state)
{
	struct fake_daemon *d = *state;
	struct prefix prefix = pfx("10.33.5.0/24");
	unsigned wakes = 0, other_wakes = 0, lines = 0;
	struct watcher *w =
	    monitor_watch(d->monitor, MONITOR_ALL, NULL, on_wake, &wakes);
	struct watcher *other =
	    monitor_watch(d->monitor, MONITOR_BFD, NULL, on_wake, &other_wakes);

	for (unsigned i = 0; i < 20000; i++)
		monitor_announcement(d->monitor, &prefix, i % 2 == 0);
	monitor_bfd(d->monitor, "up", NULL);
	char *text = monitor_take(w);

	assert_in_range(strlen(text), MONITOR_QUEUE - 200, MONITOR_QUEUE + 200);
	for (const char *p = text; (p = strchr(p, '\n')) != NULL; p++)
		lines++;
	const char *last = strstr(text, "\"lost\":");

	assert_non_null(last);
	assert_int_equal(strtoul(last + 7, NULL, 10) + lines - 1, 20001);
	assert_int_equal(wakes, 1);
	free(text);
	assert_null(monitor_take(w));
	json_decref(take(other)); /* he has lost nothing */
	monitor_announcement(d->monitor, &prefix, true);
	json_decref(take(w));
	assert_int_equal(wakes, 2);
	monitor_leave(w);
	monitor_leave(other);
}

static void
more_than_a_few_may_not_watch(void **state)
{
	struct fake_daemon *d = *state;
	struct watcher *all[MONITOR_WATCHERS];
	unsigned wakes = 0;

	for (unsigned i = 0; i < MONITOR_WATCHERS; i++)
		all[i] = monitor_watch(
		    d->monitor, MONITOR_ALL, NULL, on_wake, &wakes);
	assert_null(
	    monitor_watch(d->monitor, MONITOR_ALL, NULL, on_wake, &wakes));
	for (unsigned i = 0; i < MONITOR_WATCHERS; i++)
		monitor_leave(all[i]);
	fake_daemon_hears(d, 0, 10); /* and nobody is told */
	assert_int_equal(wakes, 0);
}

static void
of_many_routes_the_first_are_told(void **state)
{
	struct fake_daemon *d = *state;
	struct prefix prefix = pfx("20.0.0.0/24");
	struct attrs a = heard(VIA_65002, "10.0.0.1");
	struct path *path = path_intern(d->paths, &a);
	unsigned wakes = 0;
	struct watcher *w =
	    monitor_watch(d->monitor, MONITOR_ROUTE, NULL, on_wake, &wakes);

	for (uint32_t i = 0; i < MONITOR_ROUTES; i++) {
		rib_add_source(d->rib, 100 + i, &ebgp_source);
		rib_set(d->rib, 100 + i, &prefix, path);
	}
	free(monitor_take(w));
	rib_add_source(d->rib, 99, &ebgp_source);
	rib_set(d->rib, 99, &prefix, path);
	path_unref(path);
	json_t *event = take(w);

	assert_int_equal(json_array_size(at(event, "routes")), MONITOR_ROUTES);
	assert_at(event, "more", "true");
	json_decref(event);
	monitor_leave(w);
}

#define T(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(routes_are_told_as_they_are_now),
		T(announcements_are_told),
		T(sessions_and_bfd_are_told),
		T(of_one_neighbour_is_told_what_is_his),
		T(who_does_not_read_is_told_how_much_is_lost),
		T(more_than_a_few_may_not_watch),
		T(of_many_routes_the_first_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
