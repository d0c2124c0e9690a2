/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/health_io.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "common/alloc.h"
#include "common/prefix.h"

#define TIMEOUT_MS 1500 /* below the interval of the questions */
#define HTTP_PORT 80

struct health_io {
	struct event_base *base; /* borrowed */
	const struct health_io_ops *ops;
	void *arg;
	struct evhttp_connection *conn; /* owned; NULL: nothing is under way */
	struct event *soon;     /* owned; tells a failure from the loop */
	struct evdns_base *dns; /* owned; NULL: no name was asked for yet */
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
	if (h->dns != NULL)
		evdns_base_free(h->dns, 0);
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

/* A name is looked up from the loop: while libc does it, no session lives. */
static bool
resolver_open(struct health_io *h, const char *host)
{
	struct addr a;

	if (addr_parse(host, &a))
		return true;
	if (h->dns == NULL)
		h->dns = evdns_base_new(h->base,
		    EVDNS_BASE_INITIALIZE_NAMESERVERS |
			EVDNS_BASE_DISABLE_WHEN_INACTIVE);
	return h->dns != NULL;
}

static bool
ask_host(struct health_io *h, const char *host, int port, const char *header,
    const char *target)
{
	struct timeval timeout = { TIMEOUT_MS / 1000,
		TIMEOUT_MS % 1000 * 1000 };

	if (!resolver_open(h, host))
		return false;
	h->conn = evhttp_connection_base_new(
	    h->base, h->dns, host, (ev_uint16_t)(port > 0 ? port : HTTP_PORT));
	if (h->conn == NULL)
		return false;
	struct evhttp_request *request = evhttp_request_new(on_answer, h);

	if (request == NULL)
		return false;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	evhttp_connection_set_timeout_tv(h->conn, &timeout);
	evhttp_add_header(headers, "Host", header);
	evhttp_add_header(headers, "Connection", "close");
	return evhttp_make_request(h->conn, request, EVHTTP_REQ_GET, target) ==
	    0;
}

static bool
ask(struct health_io *h, const struct evhttp_uri *uri)
{
	const char *given = evhttp_uri_get_host(uri);
	const char *path = evhttp_uri_get_path(uri);
	const char *query = evhttp_uri_get_query(uri);
	int port = evhttp_uri_get_port(uri);

	if (given == NULL || given[0] == '\0')
		return false;
	bool bracketed = given[0] == '['; /* RFC 3986 3.2.2 */
	char *host = xstrdup(given + bracketed);
	char *header =
	    port > 0 ? xasprintf("%s:%d", given, port) : xstrdup(given);
	char *target =
	    xasprintf("%s%s%s", path != NULL && path[0] != '\0' ? path : "/",
		query != NULL ? "?" : "", query != NULL ? query : "");

	if (bracketed)
		host[strcspn(host, "]")] = '\0';
	bool asked = ask_host(h, host, port, header, target);

	free(host);
	free(header);
	free(target);
	return asked;
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
