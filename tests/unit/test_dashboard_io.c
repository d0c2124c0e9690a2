/* SPDX-License-Identifier: Apache-2.0 */
/* The dashboard on loopback, and a browser that is a socket on the same loop. */
#include <arpa/inet.h>
#include <event2/event.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/dashboard_io.h"
#include "tests/unit/allocator_cases.h"

struct world {
	struct event_base *base;
	struct cluster *cluster;
	char where[32];
	int taken; /* a socket that has the port, or -1 */
	int fd;    /* the browser */
};

/* A port of loopback, which stays taken. */
static void
world_init(struct world *w)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	socklen_t len = sizeof(sa);

	w->base = event_base_new();
	w->cluster = cluster_with_four();
	w->taken = socket(AF_INET, SOCK_STREAM, 0);
	w->fd = socket(AF_INET, SOCK_STREAM, 0);
	assert_int_equal(bind(w->taken, (struct sockaddr *)&sa, len), 0);
	assert_int_equal(listen(w->taken, 1), 0);
	assert_int_equal(
	    getsockname(w->taken, (struct sockaddr *)&sa, &len), 0);
	snprintf(
	    w->where, sizeof(w->where), "127.0.0.1:%u", ntohs(sa.sin_port));
}

static void
world_fini(struct world *w)
{
	close(w->fd);
	cluster_free(w->cluster);
	event_base_free(w->base);
}

static void
run(struct world *w, unsigned ms)
{
	struct timeval t = { ms / 1000, ms % 1000 * 1000 };

	event_base_loopexit(w->base, &t);
	event_base_dispatch(w->base);
}

static void
ask_as(struct world *w, const char *path, const char *host)
{
	struct sockaddr_in sa = { .sin_family = AF_INET,
		.sin_port = htons((uint16_t)atoi(strchr(w->where, ':') + 1)),
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK) };
	char text[128];
	int n = snprintf(text, sizeof(text),
	    "GET %s HTTP/1.1\r\nHost: %s\r\n\r\n", path, host);

	assert_int_equal(connect(w->fd, (struct sockaddr *)&sa, sizeof(sa)), 0);
	assert_int_equal(write(w->fd, text, (size_t)n), n);
}

static void
ask(struct world *w, const char *path)
{
	ask_as(w, path, w->where);
}

/* What has come since then. */
static const char *
heard(struct world *w, unsigned ms)
{
	static char text[65536];

	run(w, ms);
	ssize_t n = recv(w->fd, text, sizeof(text) - 1, MSG_DONTWAIT);
	text[n > 0 ? n : 0] = '\0';
	return text;
}

TEST(a_port_that_is_taken_is_tried_again)
{
	struct world w;

	world_init(&w);
	struct dashboard_io *io =
	    dashboard_io_new(w.base, w.where, cluster_dashboard(w.cluster, 0));
	run(&w, 50);
	close(w.taken);
	run(&w, 1200);
	ask(&w, "/");
	const char *text = heard(&w, 100);
	assert_memory_equal(text, "HTTP/1.1 200", 12);
	assert_non_null(strstr(text, "Content-Security-Policy: "));
	assert_non_null(strstr(text, "<h2>Services</h2>"));
	dashboard_io_free(io);
	world_fini(&w);
}

TEST(a_change_is_told_within_a_second_and_rest_is_not)
{
	struct world w;

	world_init(&w);
	close(w.taken);
	struct dashboard_io *io =
	    dashboard_io_new(w.base, w.where, cluster_dashboard(w.cluster, 0));
	run(&w, 1100);
	ask(&w, "/events");
	assert_non_null(strstr(heard(&w, 100), "text/event-stream"));
	assert_string_equal(heard(&w, 2100), "");
	service(w.cluster, "web/shop", NULL);
	assert_string_equal(heard(&w, 1100), "event: changed\ndata:\n\n");
	dashboard_io_free(io);
	world_fini(&w);
}

/* Not what was made for somebody else half a second ago. */
TEST(who_is_told_of_a_change_gets_what_has_changed)
{
	struct world w;

	world_init(&w);
	close(w.taken);
	struct dashboard_io *io =
	    dashboard_io_new(w.base, w.where, cluster_dashboard(w.cluster, 0));
	run(&w, 1600);
	ask(&w, "/tables");
	assert_null(strstr(heard(&w, 200), "shop"));
	service(w.cluster, "web/shop", NULL);
	run(&w, 500); /* it is told when two seconds are over */
	close(w.fd);
	w.fd = socket(AF_INET, SOCK_STREAM, 0);
	ask(&w, "/tables");
	assert_non_null(strstr(heard(&w, 100), "shop"));
	dashboard_io_free(io);
	world_fini(&w);
}

/* As by DNS rebinding. */
TEST(a_name_of_somebody_else_leads_to_nothing)
{
	struct world w;

	world_init(&w);
	close(w.taken);
	struct dashboard_io *io =
	    dashboard_io_new(w.base, w.where, cluster_dashboard(w.cluster, 0));
	ask_as(&w, "/tables", "rebound.example:9183");
	const char *text = heard(&w, 100);
	assert_memory_equal(text, "HTTP/1.1 421", 12);
	assert_null(strstr(text, "Services"));
	dashboard_io_free(io);
	world_fini(&w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_port_that_is_taken_is_tried_again),
		cmocka_unit_test(
		    a_change_is_told_within_a_second_and_rest_is_not),
		cmocka_unit_test(who_is_told_of_a_change_gets_what_has_changed),
		cmocka_unit_test(a_name_of_somebody_else_leads_to_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
