/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health_io.h"

#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "common/alloc.h"

#define TIMEOUT_MS 1500 /* below the interval of the questions */

struct health_io {
	struct event_base *base; /* borrowed */
	const struct health_io_ops *ops;
	void *arg;
	struct evhttp_connection *conn; /* owned; NULL: nothing is under way */
	struct event *soon; /* owned; tells a failure from the loop */
};

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	struct health_io *h = arg;

	(void)fd;
	(void)what;
	h->ops->answered(h->arg, false);
}

struct health_io *
health_io_new(
    struct event_base *base, const struct health_io_ops *ops, void *arg)
{
	struct health_io *h = xcalloc(1, sizeof(*h));

	h->base = base;
	h->ops = ops;
	h->arg = arg;
	h->soon = event_new(base, -1, 0, on_soon, h);
	return h;
}

static void
give_up(struct health_io *h)
{
	if (h->conn != NULL)
		evhttp_connection_free(h->conn);
	h->conn = NULL;
}

void
health_io_free(struct health_io *h)
{
	if (h == NULL)
		return;
	give_up(h);
	event_free(h->soon);
	free(h);
}

static void
on_answer(struct evhttp_request *request, void *arg)
{
	struct health_io *h = arg;
	int code =
	    request != NULL ? evhttp_request_get_response_code(request) : 0;

	h->ops->answered(h->arg, code >= 200 && code < 300);
}

static bool
ask(struct health_io *h, const struct evhttp_uri *uri)
{
	const char *host = evhttp_uri_get_host(uri);
	const char *path = evhttp_uri_get_path(uri);
	int port = evhttp_uri_get_port(uri);

	if (host == NULL || host[0] == '\0')
		return false;
	h->conn = evhttp_connection_base_new(
	    h->base, NULL, host, (ev_uint16_t)(port > 0 ? port : 80));
	struct evhttp_request *request = evhttp_request_new(on_answer, h);
	struct timeval timeout = { TIMEOUT_MS / 1000,
		TIMEOUT_MS % 1000 * 1000 };

	if (h->conn == NULL || request == NULL)
		return false;
	evhttp_connection_set_timeout_tv(h->conn, &timeout);
	evhttp_add_header(
	    evhttp_request_get_output_headers(request), "Host", host);
	evhttp_add_header(
	    evhttp_request_get_output_headers(request), "Connection", "close");
	return evhttp_make_request(h->conn, request, EVHTTP_REQ_GET,
		   path != NULL && path[0] != '\0' ? path : "/") == 0;
}

void
health_io_ask(struct health_io *h, const char *url)
{
	struct timeval now = { 0, 0 };
	struct evhttp_uri *uri = evhttp_uri_parse(url);

	give_up(h);
	if (uri == NULL || !ask(h, uri))
		event_add(h->soon, &now);
	if (uri != NULL)
		evhttp_uri_free(uri);
}
