/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/objects_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <string.h>

#include "cli/objects.h"
#include "common/err.h"
#include "common/source.h"
#include "common/source_io.h"

#define TIMEOUT_S 10
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
	size_t n_kinds;
};

/* What is refused now, as for want of a right, will not be given later. */
static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	const struct reading *r = arg;
	struct err why;

	(void)fd;
	(void)what;
	for (size_t i = 0; i < r->n_kinds; i++)
		if (!store_is_listed(r->store, i) &&
		    !source_healthy(r->source, i, &why) && why.text[0] != '\0')
			event_base_loopbreak(r->base);
}

static void
read_all(struct reading *r)
{
	const struct timeval timeout = { TIMEOUT_S, 0 };
	const struct timeval between = { 0, POLL_MS * 1000 };
	struct event *poll = event_new(r->base, -1, EV_PERSIST, on_poll, r);

	event_add(poll, &between);
	event_base_loopexit(r->base, &timeout);
	event_base_dispatch(r->base);
	event_free(poll);
}

/* False and err: the first kind that is not there, and why. */
static bool
all_read(const struct store *store, const struct source *source,
    const struct objects_view *view, struct err *err)
{
	for (size_t i = 0; i < view->n; i++) {
		const struct store_kind *k = &view->kinds[i];

		if (store_is_missing(store, i))
			return err_set(err,
			    "%s: the cluster does not know this kind; are the "
			    "CRDs of lbbgp installed?",
			    k->kind);
		if (store_is_listed(store, i))
			continue;
		if (source_healthy(source, i, err))
			err_set(err, "no answer in %d s", TIMEOUT_S);
		return err_prefix(err, "%s: ", k->kind);
	}
	return true;
}

char *
objects_read(const struct objects_view *view, const char *source_spec,
    const char *kubeconfig, const struct json_at *request, int64_t now,
    struct err *err)
{
	const struct source_options options = { .spec = source_spec,
		.kubeconfig = kubeconfig,
		.program = "lbbgp",
		.read_only = true };
	struct event_base *base = event_base_new();
	struct store *store = store_new(view->kinds, view->n, &store_ops, base);
	struct source *source = source_open(&options, base, store, err);
	char *reply = NULL;

	if (source == NULL)
		goto out;
	read_all(&(struct reading){ base, store, source, view->n });
	if (all_read(store, source, view, err))
		reply = view->reply(store, request, now);
out:
	source_free(source);
	store_free(store);
	event_base_free(base);
	return reply;
}
