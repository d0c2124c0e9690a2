/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/objects_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <string.h>

#include "cli/objects.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/source_io.h"

#define LIMIT_MS 10000 /* without anything that comes */
#define POLL_MS 100

static void
on_ready(void *arg)
{
	event_base_loopbreak(arg);
}

static const struct store_ops store_ops = { .ready = on_ready };

struct reading {
	struct event_base *base;
	const struct store *store;
	const struct source *source;
	struct source_wait wait;
	bool given_up;
	struct err why;
};

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct reading *r = arg;

	(void)fd;
	(void)what;
	r->given_up = !source_may_list(
	    r->source, r->store, &r->wait, loop_now(), &r->why);
	if (r->given_up)
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
all_read(
    const struct reading *r, const struct objects_view *view, struct err *err)
{
	for (size_t i = 0; i < view->n; i++)
		if (!view->may_lack && store_is_missing(r->store, i))
			return err_set(err,
			    "%s: the cluster does not know this kind; are the "
			    "CRDs of lbbgp installed?",
			    view->kinds[i].kind);
	if (r->given_up)
		*err = r->why;
	return !r->given_up;
}

char *
objects_read(const struct objects_view *view,
    const struct source_options *options, const struct json_at *request,
    int64_t now, struct err *err)
{
	struct event_base *base = event_base_new();
	struct store *store = store_new(view->kinds, view->n, &store_ops, base);
	struct source *source = source_open(options, base, store, err);
	struct reading reading = {
		.base = base, .store = store, .wait = { loop_now(), LIMIT_MS }
	};
	char *reply = NULL;

	if (source == NULL)
		goto out;
	reading.source = source;
	read_all(&reading);
	if (all_read(&reading, view, err))
		reply = view->reply(store, request, now);
out:
	source_free(source);
	store_free(store);
	event_base_free(base);
	return reply;
}
