/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/objects_io.h"

#include <event2/event.h>
#include <jansson.h>
#include <stdbool.h>
#include <string.h>

#include "cli/inquiry.h"
#include "cli/inquiry_io.h"
#include "cli/objects.h"
#include "common/api/instance.h"
#include "common/err.h"
#include "common/json.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/source_io.h"

#define LIMIT_MS 10000 /* without anything that comes */
#define POLL_MS 100

struct asked {
	struct instance instance; /* first: a view's rows know that only */
	struct event_base *base;
};

static void
on_ready(void *arg)
{
	const struct asked *asked = arg;

	event_base_loopbreak(asked->base);
}

static const struct store_ops store_ops = { .ready = on_ready };

struct reading {
	const struct objects_view *view;
	struct event_base *base;
	const struct store *store;
	const struct source *source;
	struct source_wait wait;
	bool given_up;
	bool partial; /* what is not listed has been refused, and may be */
	struct err why;
};

/* How many are neither listed nor refused; *listed: those that are. */
static size_t
open_count(const struct reading *r, size_t *listed)
{
	size_t open = 0;
	struct err why;

	*listed = 0;
	for (size_t i = 0; i < r->view->n; i++)
		if (store_is_listed(r->store, i))
			++*listed;
		else
			open += !source_is_refused(r->source, i, &why);
	return open;
}

/* A refusal ends it, unless the view can do without that kind and others may come. */
static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct reading *r = arg;
	size_t listed, open = open_count(r, &listed);
	uint64_t now = loop_now();

	(void)fd;
	(void)what;
	r->given_up =
	    !source_may_list(r->source, r->store, &r->wait, now, &r->why);
	if (r->view->may_be_refused && open > 0 &&
	    now - r->wait.since < r->wait.limit_ms)
		r->given_up = false;
	r->partial = r->view->may_be_refused && open == 0 && listed > 0;
	if (r->given_up || r->partial)
		event_base_loopbreak(r->base);
}

/* Until all is listed, or will not be. */
static void
read_all(struct reading *r)
{
	const struct timeval between = { 0, POLL_MS * 1000 };
	struct event *poll = event_new(r->base, -1, EV_PERSIST, on_poll, r);

	event_add(poll, &between);
	event_base_dispatch(r->base);
	event_free(poll);
}

/* False and err: a kind that is not there, and why. */
static bool
all_read(const struct reading *r, struct err *err)
{
	const struct objects_view *view = r->view;

	for (size_t i = 0; i < view->n; i++)
		if (!view->may_lack && !view->kinds[i].spared &&
		    store_is_missing(r->store, i))
			return err_set(err,
			    "%s: the cluster does not know this kind; are the "
			    "CRDs of lbbgp installed?",
			    view->kinds[i].kind);
	if (r->given_up && !r->partial)
		*err = r->why;
	return !r->given_up || r->partial;
}

/* {KIND: WHY} of those that were refused. */
static json_t *
unread_of(const struct reading *r)
{
	json_t *unread = json_object();
	struct err why;

	for (size_t i = 0; i < r->view->n; i++)
		if (!store_is_listed(r->store, i) &&
		    source_is_refused(r->source, i, &why))
			json_object_set_new(unread, r->view->kinds[i].kind,
			    json_string(why.text));
	return unread;
}

/* NULL and err: what is asked besides can't be. */
static char *
reply_make(const struct reading *r, const struct source_options *options,
    const struct json_at *request, int64_t now, struct err *err)
{
	if (!r->view->may_be_refused && r->view->questions == NULL)
		return r->view->reply(r->store, request, now);
	json_t *with = json_copy((json_t *)request->v);
	const struct json_at root = json_at_root(with);
	char *reply = NULL;
	bool good = true;

	json_object_set_new(with, "unread", unread_of(r));
	if (r->view->questions != NULL && strcmp(options->spec, "kube") == 0) {
		const struct instance of = objects_instance(request);
		struct inquiry *inquiry = r->view->questions(&of);

		good = inquiry_carry_out(options, inquiry, err);
		json_object_set(with, "answers", inquiry_json(inquiry));
		inquiry_free(inquiry);
	}
	if (good)
		reply = r->view->reply(r->store, &root, now);
	json_decref(with);
	return reply;
}

char *
objects_read(const struct objects_view *view,
    const struct source_options *options, const struct json_at *request,
    int64_t now, struct err *err)
{
	struct event_base *base = event_base_new();
	struct asked asked = { objects_instance(request), base };
	struct store *store =
	    store_new(view->kinds, view->n, &store_ops, &asked);
	struct source *source = source_open(options, base, store, err);
	struct reading reading = { .view = view,
		.base = base,
		.store = store,
		.source = source,
		.wait = { loop_now(), LIMIT_MS } };
	char *reply = NULL;

	if (source == NULL)
		goto out;
	read_all(&reading);
	store_sort(store); /* a folder has no order, an API server this one */
	if (all_read(&reading, err))
		reply = reply_make(&reading, options, request, now, err);
out:
	source_free(source);
	store_free(store);
	event_base_free(base);
	return reply;
}
