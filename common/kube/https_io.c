/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/https_io.h"

#include <event2/event.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/kube/review.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/tls_io.h"

#define AGAIN_S 2

struct https {
	struct event_base *base;
	struct https_options options;
	char *name;              /* owned; that of options */
	struct event *again;     /* owned; it can't be served, as was told */
	struct tls *tls;         /* owned; NULL: not yet, as the next one */
	struct http *http;       /* owned */
	struct reviews *reviews; /* owned */
	struct source *source;   /* borrowed; NULL: nobody can be asked */
	const struct http_ops *ops;
	void *arg;
};

static bool
on_ready(void *arg, struct err *why)
{
	struct https *h = arg;

	return h->ops->ready(h->arg, why);
}

static enum permit
on_permit(
    void *arg, const struct bearer *bearer, unsigned *ticket, struct err *why)
{
	struct https *h = arg;

	return reviews_ask(h->reviews, bearer, loop_now(), ticket, why);
}

static const struct http_ops http_ops = {
	.ready = on_ready,
	.permit = on_permit,
};

static void
on_replied(void *arg, unsigned ticket, const struct source_reply *reply)
{
	struct https *h = arg;

	reviews_answer(h->reviews, ticket, reply, loop_now());
}

static bool
on_review(void *arg, unsigned ticket, const char *path, const char *body)
{
	struct https *h = arg;
	const struct source_question question = { path, body, ticket };

	return h->source != NULL &&
	    source_ask(h->source, &question, on_replied, h);
}

static void
on_decided(
    void *arg, unsigned ticket, enum permit permit, const struct err *why)
{
	struct https *h = arg;

	http_decided(h->http, ticket, permit, why);
}

static const struct review_ops review_ops = {
	.ask = on_review,
	.decided = on_decided,
};

bool
https_given_check(
    const struct https_given *given, const char *source, struct err *err)
{
	bool off = strcmp(given->where, "off") == 0;

	if (!off && strcmp(source, "kube") != 0)
		return err_set(err,
		    "--metrics-https: an API server says who may get the metrics: "
		    "with --source kube only");
	if (!off && !http_where_check(given->where, err))
		return err_prefix(err, "--metrics-https: ");
	if (off && given->certificate != NULL)
		return err_set(err,
		    "--metrics-certificate: is for --metrics-https, which is off");
	return true;
}

static bool
serve(struct https *h, struct err *err)
{
	const struct https_options *o = &h->options;

	if (h->tls == NULL)
		h->tls = tls_new(o->given.certificate, o->name, err);
	if (h->tls == NULL)
		return false;
	const struct http_options http = { .where = o->given.where,
		.metrics = o->metrics,
		.tls = h->tls,
		.handshakes_most = o->handshakes_most };

	h->http = http_new(h->base, &http, &http_ops, h, err);
	return h->http != NULL;
}

static void
on_again(evutil_socket_t fd, short what, void *arg)
{
	struct https *h = arg;
	struct err err;

	(void)fd;
	(void)what;
	if (!serve(h, &err))
		return;
	event_del(h->again);
	log_info("metrics by HTTPS: served at %s", h->options.given.where);
}

static void
serve_later(struct https *h, const struct err *err)
{
	struct timeval often = { AGAIN_S, 0 };

	log_warn("metrics by HTTPS: not served: %s; tried again every %d s",
	    err->text, AGAIN_S);
	h->again = event_new(h->base, -1, EV_PERSIST, on_again, h);
	event_add(h->again, &often);
}

struct https *
https_new(struct event_base *base, const struct https_options *o,
    const struct http_ops *ops, void *arg, struct err *err)
{
	struct https *h = xcalloc(1, sizeof(*h));

	h->base = base;
	h->options = *o;
	h->options.name = h->name = xstrdup(o->name);
	h->ops = ops;
	h->arg = arg;
	h->reviews = reviews_new(&review_ops, h);
	if (serve(h, err))
		return h;
	if (o->may_come_later) {
		serve_later(h, err);
		return h;
	}
	https_free(h);
	return NULL;
}

void
https_free(struct https *h)
{
	if (h == NULL)
		return;
	loop_event_free(h->again);
	http_free(h->http);
	tls_free(h->tls);
	reviews_free(h->reviews);
	free(h->name);
	free(h);
}

void
https_ask(struct https *h, struct source *source)
{
	h->source = source;
}
