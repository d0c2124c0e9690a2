/* SPDX-License-Identifier: Apache-2.0 */
#include "tests/fake/fake_api.h"

#include <assert.h>
#include <event2/buffer.h>
#include <event2/event.h>
#include <event2/http.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "common/alloc.h"

enum { SCRIPT_MOST = 64, ASKED_MOST = 256 };

struct asked {
	const char *method;        /* a literal */
	char *path, *body;         /* owned */
	const char *token, *takes; /* of its headers; while it is asked */
	struct fake_api *api;
	struct event *delay; /* owned; until the answer, or NULL */
	struct evhttp_request *req;
	const struct fake_answer *answer;
};

struct fake_api {
	struct event_base *base;
	struct evhttp *http; /* owned */
	unsigned port;
	const struct fake_answer *script;
	bool taken[SCRIPT_MOST];
	struct asked asked[ASKED_MOST];
	unsigned n;
	bool frozen;
	struct evhttp_request *open; /* borrowed; the last one left open */
	char *bodies;                /* owned; of fake_api_bodies() */
};

static const char *
method_name(struct evhttp_request *req)
{
	switch (evhttp_request_get_command(req)) {
	case EVHTTP_REQ_POST:
		return "POST";
	case EVHTTP_REQ_PATCH:
		return "PATCH";
	default:
		return "GET";
	}
}

static struct asked *
asked_add(struct fake_api *api, struct evhttp_request *req)
{
	struct evbuffer *in = evhttp_request_get_input_buffer(req);
	size_t n = evbuffer_get_length(in);
	struct asked *asked = &api->asked[api->n++];

	assert(api->n < ASKED_MOST);
	asked->api = api;
	asked->req = req;
	asked->method = method_name(req);
	asked->token = evhttp_find_header(
	    evhttp_request_get_input_headers(req), "Authorization");
	asked->takes = evhttp_find_header(
	    evhttp_request_get_input_headers(req), "Accept-Encoding");
	asked->path = xstrdup(evhttp_request_get_uri(req));
	asked->body = xcalloc(1, n + 1);
	evbuffer_remove(in, asked->body, n);
	return asked;
}

static bool
fits(const struct fake_answer *a, const struct asked *asked)
{
	const char *token = asked->token, *takes = asked->takes;
	bool gzip = takes != NULL && strstr(takes, "gzip") != NULL;

	return strcmp(a->method, asked->method) == 0 &&
	    strstr(asked->path, a->path) != NULL &&
	    (a->token == NULL ||
		(token != NULL && strstr(token, a->token) != NULL)) &&
	    (a->gzip == 0 || gzip) && (!a->plain || takes == NULL);
}

static const struct fake_answer *
answer_take(struct fake_api *api, const struct asked *asked)
{
	for (unsigned i = 0; api->script[i].method != NULL; i++) {
		assert(i < SCRIPT_MOST);
		if (!api->taken[i] && fits(&api->script[i], asked)) {
			api->taken[i] = true;
			return &api->script[i];
		}
	}
	return NULL;
}

/* Ours until its end, even when who asked has gone. */
static void
end_open(struct fake_api *api)
{
	if (api->open != NULL)
		evhttp_send_reply_end(api->open);
	api->open = NULL;
}

static void
reply(struct fake_api *api, struct evhttp_request *req,
    const struct fake_answer *a)
{
	struct evbuffer *body = evbuffer_new();

	if (a->body != NULL)
		evbuffer_add(
		    body, a->body, a->gzip > 0 ? a->gzip : strlen(a->body));
	if (a->gzip > 0)
		evhttp_add_header(evhttp_request_get_output_headers(req),
		    "Content-Encoding", "gzip");
	if (a->retry_after != NULL)
		evhttp_add_header(evhttp_request_get_output_headers(req),
		    "Retry-After", a->retry_after);
	if (a->open) {
		end_open(api);
		api->open = req;
		evhttp_send_reply_start(req, a->status, "said");
		if (a->body != NULL)
			evhttp_send_reply_chunk(req, body);
	} else {
		evhttp_send_reply(req, a->status, "said", body);
	}
	evbuffer_free(body);
}

static void
on_delay(evutil_socket_t fd, short what, void *arg)
{
	struct asked *asked = arg;

	(void)fd;
	(void)what;
	reply(asked->api, asked->req, asked->answer);
}

static void
reply_later(struct asked *asked)
{
	unsigned ms = asked->answer->delay_ms;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	asked->delay = evtimer_new(asked->api->base, on_delay, asked);
	event_add(asked->delay, &tv);
}

static void
on_request(struct evhttp_request *req, void *arg)
{
	static const struct fake_answer none = { .status = 404 };
	struct fake_api *api = arg;
	struct asked *asked = asked_add(api, req);
	const struct fake_answer *a = answer_take(api, asked);

	asked->answer = a != NULL ? a : &none;
	if (api->frozen)
		return;
	if (asked->answer->delay_ms > 0)
		reply_later(asked);
	else
		reply(api, req, asked->answer);
}

struct fake_api *
fake_api_new(struct event_base *base, const struct fake_answer *script)
{
	struct fake_api *api = xcalloc(1, sizeof(*api));
	struct evhttp_bound_socket *bound;
	struct sockaddr_in sin;
	socklen_t len = sizeof(sin);

	api->base = base;
	api->script = script;
	api->http = evhttp_new(base);
	evhttp_set_allowed_methods(
	    api->http, EVHTTP_REQ_GET | EVHTTP_REQ_POST | EVHTTP_REQ_PATCH);
	evhttp_set_gencb(api->http, on_request, api);
	bound = evhttp_bind_socket_with_handle(api->http, "127.0.0.1", 0);
	assert(bound != NULL);
	getsockname(
	    evhttp_bound_socket_get_fd(bound), (struct sockaddr *)&sin, &len);
	api->port = ntohs(sin.sin_port);
	return api;
}

void
fake_api_free(struct fake_api *api)
{
	end_open(api);
	evhttp_free(api->http);
	for (unsigned i = 0; i < api->n; i++) {
		free(api->asked[i].path);
		free(api->asked[i].body);
		if (api->asked[i].delay != NULL)
			event_free(api->asked[i].delay);
	}
	free(api->bodies);
	free(api);
}

unsigned
fake_api_port(const struct fake_api *api)
{
	return api->port;
}

void
fake_api_push(struct fake_api *api, const char *text)
{
	struct evbuffer *chunk = evbuffer_new();

	evbuffer_add(chunk, text, strlen(text));
	evhttp_send_reply_chunk(api->open, chunk);
	evbuffer_free(chunk);
}

void
fake_api_close(struct fake_api *api)
{
	end_open(api);
}

void
fake_api_freeze(struct fake_api *api)
{
	api->frozen = true;
}

unsigned
fake_api_asked(const struct fake_api *api, const char *method, const char *part)
{
	unsigned n = 0;

	for (unsigned i = 0; i < api->n; i++)
		n += strcmp(api->asked[i].method, method) == 0 &&
		    (strstr(api->asked[i].path, part) != NULL ||
			strstr(api->asked[i].body, part) != NULL);
	return n;
}

const char *
fake_api_bodies(struct fake_api *api, const char *method)
{
	char *all = xstrdup("");

	for (unsigned i = 0; i < api->n; i++)
		if (strcmp(api->asked[i].method, method) == 0) {
			char *more = xasprintf("%s%s", all, api->asked[i].body);

			free(all);
			all = more;
		}
	free(api->bodies);
	api->bodies = all;
	return all;
}
