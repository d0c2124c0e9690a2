/* SPDX-License-Identifier: Apache-2.0 */
#include "common/curl_loop_io.h"

#include <curl/curl.h>
#include <event2/event.h>
#include <stdlib.h>
#include <utlist.h>

#include "common/alloc.h"

/* A socket that libcurl waits for. */
struct awaited {
	struct event *ready; /* owned */
	struct awaited *prev, *next;
};

struct curl_loop {
	struct event_base *base; /* borrowed */
	const struct curl_loop_ops *ops;
	void *arg;
	CURLM *multi;            /* owned */
	struct event *timer;     /* owned; libcurl's */
	struct awaited *awaited; /* owned */
};

static void
go(struct curl_loop *l, curl_socket_t fd, int bits)
{
	CURLMsg *msg;
	int n;

	if (l->ops->may_go != NULL && !l->ops->may_go(l->arg))
		return;
	curl_multi_socket_action(l->multi, fd, bits, &n);
	while ((msg = curl_multi_info_read(l->multi, &n)) != NULL) {
		CURLcode code = msg->data.result;
		void *of;

		curl_easy_getinfo(msg->easy_handle, CURLINFO_PRIVATE, &of);
		l->ops->ended(of, (int)code);
	}
}

static void
on_socket_ready(evutil_socket_t fd, short what, void *arg)
{
	go(arg, fd,
	    (what & EV_READ ? CURL_CSELECT_IN : 0) |
		(what & EV_WRITE ? CURL_CSELECT_OUT : 0));
}

static void
on_timer(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	go(arg, CURL_SOCKET_TIMEOUT, 0);
}

/* CURLMOPT_TIMERFUNCTION */
static int
timer_wanted(CURLM *multi, long ms, void *arg)
{
	struct curl_loop *l = arg;
	struct timeval tv = { ms / 1000, ms % 1000 * 1000 };

	(void)multi;
	if (ms < 0)
		event_del(l->timer);
	else
		event_add(l->timer, &tv);
	return 0;
}

static struct awaited *
awaited_new(struct curl_loop *l, curl_socket_t fd, int what)
{
	struct awaited *a = xcalloc(1, sizeof(*a));
	short bits = EV_PERSIST;

	bits |= what & CURL_POLL_IN ? EV_READ : 0;
	bits |= what & CURL_POLL_OUT ? EV_WRITE : 0;
	a->ready = event_new(l->base, fd, bits, on_socket_ready, l);
	event_add(a->ready, NULL);
	DL_APPEND(l->awaited, a);
	return a;
}

static void
awaited_free(struct curl_loop *l, struct awaited *a)
{
	if (a == NULL)
		return;
	DL_DELETE(l->awaited, a);
	event_free(a->ready);
	free(a);
}

/* CURLMOPT_SOCKETFUNCTION; the socket's own pointer is its struct awaited. */
static int
socket_wanted(CURL *easy, curl_socket_t fd, int what, void *arg, void *own)
{
	struct curl_loop *l = arg;

	(void)easy;
	awaited_free(l, own);
	own = what != CURL_POLL_REMOVE ? awaited_new(l, fd, what) : NULL;
	curl_multi_assign(l->multi, fd, own);
	return 0;
}

struct curl_loop *
curl_loop_new(struct event_base *base, long connections,
    const struct curl_loop_ops *ops, void *arg)
{
	struct curl_loop *l = xcalloc(1, sizeof(*l));

	curl_global_init(CURL_GLOBAL_DEFAULT);
	l->base = base;
	l->ops = ops;
	l->arg = arg;
	l->timer = evtimer_new(base, on_timer, l);
	l->multi = curl_multi_init();
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETFUNCTION, socket_wanted);
	curl_multi_setopt(l->multi, CURLMOPT_SOCKETDATA, l);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERFUNCTION, timer_wanted);
	curl_multi_setopt(l->multi, CURLMOPT_TIMERDATA, l);
	curl_multi_setopt(
	    l->multi, CURLMOPT_PIPELINING, (long)CURLPIPE_MULTIPLEX);
	if (connections > 0)
		curl_multi_setopt(l->multi, CURLMOPT_MAXCONNECTS, connections);
	return l;
}

void
curl_loop_free(struct curl_loop *l)
{
	if (l == NULL)
		return;
	curl_multi_cleanup(l->multi);
	curl_global_cleanup();
	event_free(l->timer);
	free(l);
}

void
curl_loop_add(struct curl_loop *l, void *easy)
{
	curl_multi_add_handle(l->multi, easy);
}

void
curl_loop_remove(struct curl_loop *l, void *easy)
{
	curl_multi_remove_handle(l->multi, easy);
}

void
curl_loop_each_socket(
    const struct curl_loop *l, void (*each)(void *arg, int fd), void *arg)
{
	const struct awaited *a;

	DL_FOREACH (l->awaited, a)
		each(arg, (int)event_get_fd(a->ready));
}
