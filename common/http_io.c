/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request a connection, three paths, and limits that libevent's own server lacks:
 * at most CLIENTS_MAX connections, each for TIME_S in all, however slowly its bytes
 * come. Where all places are taken the one that has waited longest for its request
 * goes, so that whoever opens connections and says nothing keeps nobody out, and never
 * takes the descriptors that the program needs for its work.
 */
#include "common/http_io.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_request.h"
#include "common/listener_io.h"
#include "common/metrics.h"

#define CLIENTS_MAX 32
#define TIME_S 10

struct client {
	struct http *http;
	struct bufferevent *bev; /* owned, with its socket */
	struct event *limit;     /* owned */
	bool answered;
	struct client *prev, *next;
};

struct http {
	struct event_base *base;
	struct evconnlistener *listener; /* owned */
	struct client *clients;          /* owned; the oldest first */
	unsigned n_clients;
	const struct metrics *metrics;
	const struct http_ops *ops;
	void *arg;
};

struct answer {
	const char *status, *type;
	char *body; /* owned */
};

static void
client_free(struct client *c)
{
	DL_DELETE(c->http->clients, c);
	c->http->n_clients--;
	bufferevent_free(c->bev);
	event_free(c->limit);
	free(c);
}

/* ---- answers ---- */

#define TEXT "text/plain; charset=utf-8"

static struct answer
say(const char *status, const char *text)
{
	return (struct answer){ status, TEXT, xasprintf("%s\n", text) };
}

static struct answer
on_metrics(struct http *h)
{
	return (struct answer){ "200 OK",
		"text/plain; version=0.0.4; charset=utf-8",
		metrics_text(h->metrics) };
}

/* Whoever can answer is alive. */
static struct answer
on_healthz(struct http *h)
{
	(void)h;
	return say("200 OK", "ok");
}

static struct answer
on_readyz(struct http *h)
{
	struct err why = { "not ready" };

	return h->ops->ready(h->arg, &why)
	    ? say("200 OK", "ok")
	    : say("503 Service Unavailable", why.text);
}

static const struct {
	const char *path;
	struct answer (*answer)(struct http *);
} paths[] = {
	{ "/metrics", on_metrics },
	{ "/healthz", on_healthz },
	{ "/readyz", on_readyz },
};

static struct answer
answer_to(struct http *h, const struct http_request *r)
{
	if (!r->get && !r->head)
		return say("501 Not Implemented", "GET and HEAD only");
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(r->path, paths[i].path) == 0)
			return paths[i].answer(h);
	return say("404 Not Found", "/metrics, /healthz and /readyz only");
}

static void
client_answer(struct client *c, const struct answer *a, bool body)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	size_t n = strlen(a->body);

	c->answered = true;
	bufferevent_disable(c->bev, EV_READ);
	evbuffer_add_printf(out,
	    "HTTP/1.1 %s\r\nContent-Type: %s\r\nContent-Length: %zu\r\n"
	    "Connection: close\r\n\r\n",
	    a->status, a->type, n);
	if (body)
		evbuffer_add(out, a->body, n);
	free(a->body);
}

/* ---- connections ---- */

static void
on_read(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;
	struct evbuffer *in = bufferevent_get_input(bev);
	size_t n = evbuffer_get_length(in);
	const char *text = (const char *)evbuffer_pullup(in, -1);
	size_t head = http_head_length(text, n);
	struct http_request r = { 0 };
	struct answer a;

	if (head == 0 && n < HTTP_HEAD_MAX)
		return;
	if (head == 0)
		a = say("431 Request Header Fields Too Large", "too long");
	else if (!http_request_parse(text, head, &r))
		a = say("400 Bad Request", "not HTTP/1.0 or HTTP/1.1");
	else
		a = answer_to(c->http, &r);
	client_answer(c, &a, !r.head);
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if (c->answered)
		client_free(c);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	(void)what;
	client_free(arg);
}

static void
on_limit(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	client_free(arg);
}

/* For a newcomer: whoever has said nothing whole for the longest time goes. */
static void
make_room(struct http *h)
{
	struct client *c = h->clients;

	if (h->n_clients < CLIENTS_MAX)
		return;
	while (c->next != NULL && c->answered)
		c = c->next;
	client_free(c);
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *from,
    int n, void *arg)
{
	struct timeval limit = { TIME_S, 0 };
	struct http *h = arg;

	(void)l;
	(void)from;
	(void)n;
	make_room(h);
	struct client *c = xcalloc(1, sizeof(*c));

	c->http = h;
	c->bev = bufferevent_socket_new(h->base, fd, BEV_OPT_CLOSE_ON_FREE);
	c->limit = evtimer_new(h->base, on_limit, c);
	event_add(c->limit, &limit);
	DL_APPEND(h->clients, c);
	h->n_clients++;
	bufferevent_setwatermark(c->bev, EV_READ, 0, HTTP_HEAD_MAX);
	bufferevent_setcb(c->bev, on_read, on_written, on_event, c);
	bufferevent_enable(c->bev, EV_READ | EV_WRITE);
}

/* ---- the listener ---- */

/* Parts "[::1]:9179", "127.0.0.1:9179" and ":9180"; host is owned, port borrowed. */
static bool
where_parse(const char *where, char **host, const char **port, struct err *err)
{
	const char *colon = strrchr(where, ':');
	char *end;

	if (colon == NULL)
		return err_set(err, "%.60s: not ADDRESS:PORT", where);
	unsigned long n = strtoul(colon + 1, &end, 10);
	if (end == colon + 1 || *end != '\0' || n == 0 || n > 65535)
		return err_set(
		    err, "%.60s: the port is not in 1..65535", where);
	*port = colon + 1;
	size_t len = (size_t)(colon - where);
	if (len >= 2 && where[0] == '[' && where[len - 1] == ']') {
		where++;
		len -= 2;
	}
	*host = xasprintf("%.*s", (int)len, where);
	return true;
}

/* "" is both families, or what there is when IPv6 is switched off. */
static bool
listen_at(struct http *h, const char *host, const char *port, struct err *err)
{
	struct evutil_addrinfo hints = { .ai_family = AF_UNSPEC,
		.ai_socktype = SOCK_STREAM,
		.ai_flags = EVUTIL_AI_PASSIVE | EVUTIL_AI_NUMERICSERV };
	struct evutil_addrinfo *found = NULL;
	int rc = evutil_getaddrinfo(host, port, &hints, &found);

	if (rc != 0)
		return err_set(err, "%s", evutil_gai_strerror(rc));
	h->listener = evconnlistener_new_bind(h->base, on_accept, h,
	    LEV_OPT_REUSEABLE | LEV_OPT_CLOSE_ON_FREE | LEV_OPT_CLOSE_ON_EXEC,
	    CLIENTS_MAX, found->ai_addr, (int)found->ai_addrlen);
	if (h->listener == NULL)
		err_set(err, "%s",
		    evutil_socket_error_to_string(EVUTIL_SOCKET_ERROR()));
	evutil_freeaddrinfo(found);
	return h->listener != NULL;
}

static bool
listen_to(struct http *h, const char *host, const char *port, struct err *err)
{
	if (host[0] != '\0')
		return listen_at(h, host, port, err);
	return listen_at(h, "::", port, err) ||
	    listen_at(h, "0.0.0.0", port, err);
}

struct http *
http_new(struct event_base *base, const char *where,
    const struct metrics *metrics, const struct http_ops *ops, void *arg,
    struct err *err)
{
	const char *port;
	char *host = NULL;

	if (!where_parse(where, &host, &port, err))
		return NULL;
	struct http *h = xcalloc(1, sizeof(*h));

	*h = (struct http){
		.base = base, .metrics = metrics, .ops = ops, .arg = arg
	};
	bool bound = listen_to(h, host, port, err);

	free(host);
	if (bound) {
		listener_be_patient(h->listener);
		return h;
	}
	err_prefix(err, "%.60s: ", where);
	http_free(h);
	return NULL;
}

void
http_free(struct http *h)
{
	if (h == NULL)
		return;
	while (h->clients != NULL)
		client_free(h->clients);
	if (h->listener != NULL)
		evconnlistener_free(h->listener);
	free(h);
}
