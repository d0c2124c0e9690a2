/* SPDX-License-Identifier: Apache-2.0 */
#include "common/http_io.h"

#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/listener_io.h"
#include "common/metrics.h"

struct http {
	struct evhttp *server; /* owned */
	const struct metrics *metrics;
	const struct http_ops *ops;
	void *arg;
};

static void
answer(
    struct evhttp_request *req, int status, const char *type, const char *text)
{
	struct evbuffer *body = evhttp_request_get_output_buffer(req);

	evhttp_add_header(
	    evhttp_request_get_output_headers(req), "Content-Type", type);
	evbuffer_add(body, text, strlen(text));
	evhttp_send_reply(req, status, NULL, NULL);
}

static void
on_metrics(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	char *text = metrics_text(h->metrics);

	answer(req, HTTP_OK, "text/plain; version=0.0.4; charset=utf-8", text);
	free(text);
}

/* Whoever can answer is alive. */
static void
on_healthz(struct evhttp_request *req, void *arg)
{
	(void)arg;
	answer(req, HTTP_OK, "text/plain", "ok\n");
}

static void
on_readyz(struct evhttp_request *req, void *arg)
{
	struct http *h = arg;
	struct err why = { "not ready" };

	if (h->ops->ready(h->arg, &why)) {
		answer(req, HTTP_OK, "text/plain", "ok\n");
		return;
	}
	char *text = xasprintf("%s\n", why.text);
	answer(req, HTTP_SERVUNAVAIL, "text/plain", text);
	free(text);
}

/* Parts "[::1]:9179", "127.0.0.1:9179" and ":9180"; host is owned. */
static bool
where_parse(const char *where, char **host, ev_uint16_t *port, struct err *err)
{
	const char *colon = strrchr(where, ':');
	char *end;

	if (colon == NULL)
		return err_set(err, "%.60s: not ADDRESS:PORT", where);
	unsigned long n = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || n == 0 || n > 65535)
		return err_set(
		    err, "%.60s: the port is not in 1..65535", where);
	*port = (ev_uint16_t)n;
	size_t len = (size_t)(colon - where);
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	}
	*host = xasprintf("%.*s", (int)len, where);
	return true;
}

static bool
bind_one(struct evhttp *server, const char *host, ev_uint16_t port)
{
	struct evhttp_bound_socket *bound =
	    evhttp_bind_socket_with_handle(server, host, port);

	if (bound != NULL)
		listener_be_patient(evhttp_bound_socket_get_listener(bound));
	return bound != NULL;
}

static bool
bind_to(struct evhttp *server, const char *host, ev_uint16_t port)
{
	if (host[0] != '\0')
		return bind_one(server, host, port);
	/* Both families, or what there is when IPv6 is switched off. */
	return bind_one(server, "::", port) ||
	    bind_one(server, "0.0.0.0", port);
}

struct http *
http_new(struct event_base *base, const char *where,
    const struct metrics *metrics, const struct http_ops *ops, void *arg,
    struct err *err)
{
	ev_uint16_t port = 0;
	char *host = NULL;

	if (!where_parse(where, &host, &port, err))
		return NULL;
	struct http *h = xcalloc(1, sizeof(*h));
	h->metrics = metrics;
	h->ops = ops;
	h->arg = arg;
	h->server = evhttp_new(base);
	if (h->server == NULL)
		abort();
	evhttp_set_allowed_methods(h->server, EVHTTP_REQ_GET | EVHTTP_REQ_HEAD);
	evhttp_set_max_headers_size(h->server, 8192);
	evhttp_set_max_body_size(h->server, 0);
	evhttp_set_timeout(h->server, 10);
	evhttp_set_cb(h->server, "/metrics", on_metrics, h);
	evhttp_set_cb(h->server, "/healthz", on_healthz, h);
	evhttp_set_cb(h->server, "/readyz", on_readyz, h);
	bool bound = bind_to(h->server, host, port);
	if (!bound)
		err_set(err, "%.60s: %s", where,
		    evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	free(host);
	if (bound)
		return h;
	http_free(h);
	return NULL;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	evhttp_free(h->server);
	free(h);
}
