/* SPDX-License-Identifier: Apache-2.0 */
#include "bgpd/health/health_io.h"

#include <event2/dns.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "bgpd/health/health_port.h"
#include "common/alloc.h"
#include "common/prefix.h"

#define TIMEOUT_MS 1500 /* below the interval of the questions */
#define HTTP_PORT 80

struct health_io {
	struct event_base *base; /* borrowed */
	const struct health_io_ops *ops;
	void *arg;
	struct health_port port;
	struct question *all;   /* owned; one for each id */
	struct evdns_base *dns; /* owned; NULL: no name was asked for yet */
};

struct question {
	struct question *next;
	struct health_io *owner;
	uint32_t id;
	struct evhttp_connection *conn; /* owned; NULL: it was not opened */
	struct event *soon; /* owned; tells from the loop: no answer */
};

static void
on_soon(evutil_socket_t fd, short what, void *arg)
{
	const struct question *q = arg;

	(void)fd;
	(void)what;
	q->owner->ops->answered(q->owner->arg, q->id, false);
}

static void
on_answer(struct evhttp_request *request, void *arg)
{
	struct question *q = arg;
	int code =
	    request != NULL ? evhttp_request_get_response_code(request) : 0;

	q->owner->ops->answered(
	    q->owner->arg, q->id, code >= 200 && code < 300);
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
ask_host(struct question *q, const char *host, int port, const char *header,
    const char *target)
{
	struct health_io *h = q->owner;
	struct timeval timeout = { TIMEOUT_MS / 1000,
		TIMEOUT_MS % 1000 * 1000 };

	if (!resolver_open(h, host))
		return false;
	q->conn = evhttp_connection_base_new(
	    h->base, h->dns, host, (ev_uint16_t)(port > 0 ? port : HTTP_PORT));
	if (q->conn == NULL)
		return false;
	struct evhttp_request *request = evhttp_request_new(on_answer, q);

	if (request == NULL)
		return false;
	struct evkeyvalq *headers = evhttp_request_get_output_headers(request);

	evhttp_connection_set_timeout_tv(q->conn, &timeout);
	evhttp_add_header(headers, "Host", header);
	evhttp_add_header(headers, "Connection", "close");
	return evhttp_make_request(q->conn, request, EVHTTP_REQ_GET, target) ==
	    0;
}

static bool
ask(struct question *q, const struct evhttp_uri *uri)
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
	bool asked = ask_host(q, host, port, header, target);

	free(host);
	free(header);
	free(target);
	return asked;
}

static struct question **
question_find(struct health_io *h, uint32_t id)
{
	struct question **at = &h->all;

	while (*at != NULL && (*at)->id != id)
		at = &(*at)->next;
	return at;
}

static void
on_forget(void *arg, uint32_t id)
{
	struct question **at = question_find(arg, id), *q = *at;

	if (q == NULL)
		return;
	*at = q->next;
	if (q->conn != NULL)
		evhttp_connection_free(q->conn);
	event_free(q->soon);
	free(q);
}

static void
on_ask(void *arg, uint32_t id, const char *url)
{
	struct health_io *h = arg;
	struct timeval now = { 0, 0 };
	struct evhttp_uri *uri = evhttp_uri_parse(url);

	on_forget(h, id);
	struct question *q = xcalloc(1, sizeof(*q));

	*q = (struct question){ .next = h->all, .owner = h, .id = id };
	q->soon = event_new(h->base, -1, 0, on_soon, q);
	h->all = q;
	if (uri == NULL || !ask(q, uri))
		event_add(q->soon, &now);
	if (uri != NULL)
		evhttp_uri_free(uri);
}

/* Birth and death. */

struct health_io *
health_io_new(
    struct event_base *base, const struct health_io_ops *ops, void *arg)
{
	struct health_io *h = xcalloc(1, sizeof(*h));

	h->base = base;
	h->ops = ops;
	h->arg = arg;
	h->port = (struct health_port){ on_ask, on_forget, h };
	return h;
}

void
health_io_free(struct health_io *h)
{
	if (h == NULL)
		return;
	while (h->all != NULL)
		on_forget(h, h->all->id);
	if (h->dns != NULL)
		evdns_base_free(h->dns, 0);
	free(h);
}

const struct health_port *
health_io_port(const struct health_io *h)
{
	return &h->port;
}
