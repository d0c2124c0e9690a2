/* SPDX-License-Identifier: Apache-2.0 */
#include "allocator/dashboard/dashboard_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "allocator/dashboard/dashboard.h"
#include "allocator/dashboard/kept.h"
#include "allocator/dashboard/page.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/http_io.h"
#include "common/http_request.h"
#include "common/log.h"
#include "common/loop_io.h"

#define STEP_S 1     /* between two events, at least */
#define QUIET_S 15   /* at most: ages grow, and silent daemons change nothing */
#define STREAM_S 600 /* then a browser comes again */

struct dashboard_io {
	struct event_base *base;
	const char *where;
	const struct dashboard *dashboard;
	struct kept *kept;  /* owned; what was made for browsers */
	struct http *http;  /* owned; NULL: it can't be served, as was told */
	struct event *step; /* owned; each STEP_S */
	uint64_t told;      /* of dashboard_changes() */
	unsigned quiet;     /* s since then */
};

static struct http_answer
on_page(void *arg, const struct http_request *r)
{
	const struct dashboard_io *io = arg;
	const struct page_asked asked = { .path = r->path,
		.query = r->query,
		.n_query = r->n_query,
		.host = r->host,
		.n_host = r->n_host,
		.local = http_is_local(io->http) };
	struct page_answer a = page_answer(io->kept, &asked);

	return (
	    struct http_answer){ a.status, a.type, a.fields, a.body, a.stays };
}

static const struct http_ops http_ops = { .page = on_page };

static bool
serve(struct dashboard_io *io, struct err *err)
{
	const struct http_options o = { .where = io->where,
		.stays_most = STREAM_S };

	io->http = http_new(io->base, &o, &http_ops, io, err);
	return io->http != NULL;
}

static void
tell(struct dashboard_io *io)
{
	uint64_t changes = dashboard_changes(io->dashboard);

	io->quiet += STEP_S;
	if (changes == io->told && io->quiet < QUIET_S)
		return;
	io->told = changes;
	io->quiet = 0;
	kept_forget(io->kept); /* they come for what is new */
	http_tell(io->http, PAGE_EVENT);
}

static void
on_step(evutil_socket_t fd, short what, void *arg)
{
	struct dashboard_io *io = arg;
	struct err err;

	(void)fd;
	(void)what;
	if (io->http != NULL)
		tell(io);
	else if (serve(io, &err))
		log_info("dashboard: served at %s", io->where);
}

struct dashboard_io *
dashboard_io_new(struct event_base *base, const char *where,
    const struct dashboard *dashboard)
{
	struct dashboard_io *io = xcalloc(1, sizeof(*io));
	struct timeval often = { STEP_S, 0 };
	struct err err;

	*io = (struct dashboard_io){ .base = base,
		.where = where,
		.dashboard = dashboard,
		.kept = kept_new(dashboard, &loop_clock) };
	if (!serve(io, &err))
		log_warn("dashboard: not served: %s; tried again every %d s",
		    err.text, STEP_S);
	io->step = event_new(base, -1, EV_PERSIST, on_step, io);
	event_add(io->step, &often);
	return io;
}

void
dashboard_io_free(struct dashboard_io *io)
{
	if (io == NULL)
		return;
	event_free(io->step);
	http_free(io->http);
	kept_free(io->kept);
	free(io);
}
