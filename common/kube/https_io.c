/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/https_io.h"

#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/kube/review.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/tls_io.h"

struct https {
	struct tls *tls;         /* owned */
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
    void *arg, const char *token, size_t n, unsigned *ticket, struct err *why)
{
	struct https *h = arg;

	return reviews_ask(h->reviews, token, n, loop_now(), ticket, why);
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
	if (off && given->certificate != NULL)
		return err_set(err,
		    "--metrics-certificate: is for --metrics-https, which is off");
	return true;
}

struct https *
https_new(struct event_base *base, const struct https_options *o,
    const struct http_ops *ops, void *arg, struct err *err)
{
	struct https *h = xcalloc(1, sizeof(*h));

	h->ops = ops;
	h->arg = arg;
	h->reviews = reviews_new(&review_ops, h);
	h->tls = tls_new(o->given.certificate, o->name, err);
	if (h->tls != NULL) {
		const struct http_options http = { o->given.where, o->metrics,
			h->tls, o->handshakes_most };

		h->http = http_new(base, &http, &http_ops, h, err);
	}
	if (h->http != NULL)
		return h;
	https_free(h);
	return NULL;
}

void
https_free(struct https *h)
{
	if (h == NULL)
		return;
	http_free(h->http);
	tls_free(h->tls);
	reviews_free(h->reviews);
	free(h);
}

void
https_ask(struct https *h, struct source *source)
{
	h->source = source;
}
