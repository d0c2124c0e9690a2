/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One request a connection, a few paths, and limits that libevent's own server lacks:
 * at most CLIENTS_MAX connections, each for TIME_S in all, however slowly its bytes
 * come. Where all places are taken the one that has waited longest for its request
 * goes, so that whoever opens connections and says nothing keeps nobody out, and never
 * takes the descriptors that the program needs for its work. And so many a second at
 * most, since libevent takes one after another for as long as there is one.
 *
 * By HTTPS it is the same, with the TLS handshake within the time. A handshake costs
 * us far more than it costs the client, so there may be a limit to those that begin in
 * a second: who has had his share of them is closed, so that others need not wait
 * behind him, and when all have been had, those who come wait in the kernel.
 *
 * Where the metrics are not for everybody, who asks for them may have to wait until
 * that is decided; whether we live and are ready is for everybody, but not why.
 *
 * An answer that stays open has a longer time, and there are fewer places for it. What
 * is told goes to the output of each such connection, which is what it costs when its
 * reader is slow, and so has a bound.
 */
#include "common/http_io.h"

#include <event2/buffer.h>
#include <event2/bufferevent.h>
#include <event2/event.h>
#include <event2/listener.h>
#include <event2/util.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <utlist.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_request.h"
#include "common/listener_io.h"
#include "common/metrics.h"
#include "common/quota.h"
#include "common/tls_io.h"

#define CLIENTS_MAX 32
#define TIME_S 10
#define SHARES 5           /* an address has one of so many */
#define ARRIVALS_MOST 4000 /* a second, with those who are closed */
#define LISTENERS_MAX 8    /* whose answer stays open */
#define UNREAD_MAX 4096    /* bytes that one of them has not read */

struct client {
	struct http *http;
	struct bufferevent *bev; /* owned, with its socket */
	struct event *limit;     /* owned */
	struct addr from;
	bool answered;
	bool stays;      /* his answer does */
	bool head;       /* wants no body */
	unsigned ticket; /* waits for what is decided; 0: for nothing */
	struct client *prev, *next;
};

struct http {
	struct event_base *base;
	struct evconnlistener *listener; /* owned */
	struct client *clients;          /* owned; the oldest first */
	unsigned n_clients;
	unsigned stays_most; /* s */
	const struct metrics *metrics;
	struct tls *tls;         /* NULL: plain */
	struct event *second;    /* owned; pending: one is under way */
	struct quota handshakes; /* in it; of none in all: no limit */
	unsigned arrivals;       /* in it */
	bool local;              /* is reached from this host only */
	const struct http_ops *ops;
	void *arg;
};

static void
client_free(struct client *c)
{
	DL_DELETE(c->http->clients, c);
	c->http->n_clients--;
	if (c->http->tls != NULL)
		tls_goodbye(c->bev);
	bufferevent_free(c->bev);
	event_free(c->limit);
	free(c);
}

/* ---- answers ---- */

#define TEXT "text/plain; charset=utf-8"

static struct http_answer
say(const char *status, const char *text)
{
	return (struct http_answer){
		.status = status, .type = TEXT, .body = xasprintf("%s\n", text)
	};
}

static struct http_answer
metrics_answer(struct http *h)
{
	return (struct http_answer){ .status = "200 OK",
		.type = "text/plain; version=0.0.4; charset=utf-8",
		.body = metrics_text(h->metrics) };
}

static struct http_answer
permit_answer(struct http *h, enum permit permit, const struct err *why)
{
	struct http_answer a;

	switch (permit) {
	case PERMIT_GRANTED:
		return metrics_answer(h);
	case PERMIT_UNKNOWN:
		a = say("401 Unauthorized", why->text);
		a.fields = "WWW-Authenticate: Bearer\r\n"; /* RFC 9110 11.6.1 */
		return a;
	case PERMIT_FORBIDDEN:
		return say("403 Forbidden", why->text);
	default:
		return say("503 Service Unavailable", why->text);
	}
}

/* Without a body: he waits. */
static struct http_answer
on_metrics(struct client *c, const struct http_request *r)
{
	struct http *h = c->http;
	struct err why = { "" };

	if (h->ops->permit == NULL)
		return metrics_answer(h);
	const struct bearer bearer = { r->token, r->n_token, c->from };
	enum permit permit = h->ops->permit(h->arg, &bearer, &c->ticket, &why);

	return permit == PERMIT_WAITS ? (struct http_answer){ 0 }
				      : permit_answer(h, permit, &why);
}

/* Whoever can answer is alive. */
static struct http_answer
on_healthz(struct client *c, const struct http_request *r)
{
	(void)c;
	(void)r;
	return say("200 OK", "ok");
}

static struct http_answer
on_readyz(struct client *c, const struct http_request *r)
{
	struct http *h = c->http;
	struct err why = { "not ready" };

	(void)r;
	if (h->ops->ready(h->arg, &why))
		return say("200 OK", "ok");
	return say("503 Service Unavailable",
	    h->ops->permit != NULL ? "not ready" : why.text);
}

static const struct {
	const char *path;
	struct http_answer (*answer)(
	    struct client *, const struct http_request *);
} paths[] = {
	{ "/metrics", on_metrics },
	{ "/healthz", on_healthz },
	{ "/readyz", on_readyz },
};

/* RFC 9110 15.5.6, 15.6.2. */
static struct http_answer
other_answer(const struct http_request *r)
{
	struct http_answer a =
	    say(r->other ? "405 Method Not Allowed" : "501 Not Implemented",
		"GET and HEAD only");

	if (r->other)
		a.fields = "Allow: GET, HEAD\r\n";
	return a;
}

static struct http_answer
answer_to(struct client *c, const struct http_request *r)
{
	const struct http *h = c->http;

	if (!r->get && !r->head)
		return other_answer(r);
	if (h->ops->page != NULL)
		return h->ops->page(h->arg, r);
	for (size_t i = 0; i < sizeof(paths) / sizeof(paths[0]); i++)
		if (strcmp(r->path, paths[i].path) == 0)
			return paths[i].answer(c, r);
	return say("404 Not Found", "/metrics, /healthz and /readyz only");
}

static void
client_answer(struct client *c, const struct http_answer *a)
{
	struct evbuffer *out = bufferevent_get_output(c->bev);
	size_t n = strlen(a->body);

	c->answered = true;
	c->ticket = 0;
	evbuffer_add_printf(
	    out, "HTTP/1.1 %s\r\nContent-Type: %s\r\n", a->status, a->type);
	if (!a->stays)
		evbuffer_add_printf(out, "Content-Length: %zu\r\n", n);
	evbuffer_add_printf(out, "%sConnection: close\r\n\r\n",
	    a->fields != NULL ? a->fields : "");
	if (!c->head)
		evbuffer_add(out, a->body, n);
	free(a->body);
}

unsigned
http_listeners(const struct http *h)
{
	unsigned n = 0;
	struct client *c;

	DL_FOREACH (h->clients, c)
		n += c->stays;
	return n;
}

/* The connection is read on, to hear that it is closed. */
static void
client_stay(struct client *c, struct http_answer *a)
{
	struct timeval limit = { c->http->stays_most, 0 };

	if (http_listeners(c->http) >= LISTENERS_MAX) {
		free(a->body);
		*a = say("503 Service Unavailable", "too many listen already");
		return;
	}
	c->stays = true;
	event_add(c->limit, &limit);
	bufferevent_enable(c->bev, EV_READ);
}

void
http_tell(struct http *h, const char *text)
{
	struct client *c, *next;
	size_t n = strlen(text);

	DL_FOREACH_SAFE (h->clients, c, next) {
		struct evbuffer *out = bufferevent_get_output(c->bev);

		if (!c->stays)
			continue;
		if (evbuffer_get_length(out) + n > UNREAD_MAX)
			client_free(c);
		else
			evbuffer_add(out, text, n);
	}
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
	struct http_answer a;
	struct err err;

	if (c->stays) { /* he was to listen */
		client_free(c);
		return;
	}
	if (head == 0 && n < HTTP_HEAD_MAX)
		return;
	if (head == 0)
		a = say("431 Request Header Fields Too Large", "too long");
	else if (!http_request_parse(text, head, &r, &err))
		a = say("400 Bad Request", err.text);
	else
		a = answer_to(c, &r);
	c->head = r.head;
	bufferevent_disable(bev, EV_READ);
	if (a.stays && !c->head)
		client_stay(c, &a);
	if (a.body != NULL)
		client_answer(c, &a);
	if (c->stays)
		evbuffer_drain(in, n);
}

void
http_decided(
    struct http *h, unsigned ticket, enum permit permit, const struct err *why)
{
	struct client *c;

	DL_FOREACH (h->clients, c) {
		if (c->ticket != ticket)
			continue;
		struct http_answer a = permit_answer(h, permit, why);

		client_answer(c, &a);
	}
}

static void
on_written(struct bufferevent *bev, void *arg)
{
	struct client *c = arg;

	(void)bev;
	if (c->answered && !c->stays)
		client_free(c);
}

static void
on_event(struct bufferevent *bev, short what, void *arg)
{
	(void)bev;
	if (what != BEV_EVENT_CONNECTED) /* a TLS handshake has ended */
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

/* The next second's may begin. */
static void
on_second(evutil_socket_t fd, short what, void *arg)
{
	struct http *h = arg;

	(void)fd;
	(void)what;
	h->arrivals = 0;
	quota_renew(&h->handshakes);
	evconnlistener_enable(h->listener);
}

static struct addr
address_of(const struct sockaddr *from)
{
	if (from->sa_family == AF_INET)
		return addr_from(FAMILY_V4,
		    (const uint8_t *)&((const struct sockaddr_in *)from)
			->sin_addr);
	const struct in6_addr *v6 =
	    &((const struct sockaddr_in6 *)from)->sin6_addr;

	return IN6_IS_ADDR_V4MAPPED(v6) ? addr_from(FAMILY_V4, v6->s6_addr + 12)
					: addr_from(FAMILY_V6, v6->s6_addr);
}

/* Counts him. */
static bool
may_begin(struct http *h, const struct addr *from)
{
	struct timeval second = { 1, 0 };
	bool limited = h->handshakes.all != 0;

	if (!event_pending(h->second, EV_TIMEOUT, NULL))
		event_add(h->second, &second);
	bool may = !limited || quota_take(&h->handshakes, from);

	if ((limited && quota_is_used_up(&h->handshakes)) ||
	    ++h->arrivals == ARRIVALS_MOST)
		evconnlistener_disable(h->listener);
	return may;
}

static void
on_accept(struct evconnlistener *l, evutil_socket_t fd, struct sockaddr *sa,
    int n, void *arg)
{
	struct timeval limit = { TIME_S, 0 };
	struct http *h = arg;
	const struct addr from = address_of(sa);

	(void)l;
	(void)n;
	if (!may_begin(h, &from)) {
		evutil_closesocket(fd);
		return;
	}
	make_room(h);
	struct client *c = xcalloc(1, sizeof(*c));

	c->http = h;
	c->from = from;
	c->bev = h->tls != NULL
	    ? tls_accept(h->tls, h->base, fd)
	    : bufferevent_socket_new(h->base, fd, BEV_OPT_CLOSE_ON_FREE);
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

bool
http_where_check(const char *where, struct err *err)
{
	const char *port;
	char *host = NULL;
	bool good = where_parse(where, &host, &port, err);

	free(host);
	return good;
}

static bool
is_loopback(const struct addr *a)
{
	static const uint8_t one[16] = { [15] = 1 };

	return a->family == FAMILY_V4 ? a->bytes[0] == 127
				      : memcmp(a->bytes, one, sizeof(one)) == 0;
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
	const struct addr at = address_of(found->ai_addr);

	h->local = is_loopback(&at);
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

bool
http_is_local(const struct http *h)
{
	return h->local;
}

struct http *
http_new(struct event_base *base, const struct http_options *o,
    const struct http_ops *ops, void *arg, struct err *err)
{
	const char *port;
	char *host = NULL;

	if (!where_parse(o->where, &host, &port, err))
		return NULL;
	struct http *h = xcalloc(1, sizeof(*h));

	*h = (struct http){ .base = base,
		.metrics = o->metrics,
		.tls = o->tls,
		.stays_most = o->stays_most,
		.handshakes = { .all = o->handshakes_most,
		    .each = o->handshakes_most / SHARES },
		.second = evtimer_new(base, on_second, h),
		.ops = ops,
		.arg = arg };
	bool bound = listen_to(h, host, port, err);

	free(host);
	if (bound) {
		listener_be_patient(h->listener);
		return h;
	}
	err_prefix(err, "%.60s: ", o->where);
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
	event_free(h->second);
	free(h);
}
