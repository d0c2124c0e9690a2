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

static void
on_ready(void *arg)
{
	event_base_loopbreak(arg);
}

static const struct store_ops store_ops = { .ready = on_ready };

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
	const struct timeval timeout = { TIMEOUT_S, 0 };
	struct event_base *base = event_base_new();
	struct store *store = store_new(view->kinds, view->n, &store_ops, base);
	struct source *source = source_open(&options, base, store, err);
	char *reply = NULL;

	if (source == NULL)
		goto out;
	event_base_loopexit(base, &timeout);
	event_base_dispatch(base);
	if (all_read(store, source, view, err))
		reply = view->reply(store, request, now);
out:
	source_free(source);
	store_free(store);
	event_base_free(base);
	return reply;
}
