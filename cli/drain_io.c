/* SPDX-License-Identifier: Apache-2.0 */
#include "cli/drain_io.h"

#include <event2/event.h>
#include <stdbool.h>
#include <stdlib.h>
#include <time.h>

#include "bgpd/config/bgp_node_status.h"
#include "bgpd/config/node_drain.h"
#include "common/api/node.h"
#include "common/err.h"
#include "common/loop_io.h"
#include "common/source/source.h"
#include "common/source_io.h"

#define LIMIT_MS 10000 /* of the source, without anything that comes */
#define POLL_MS 100
#define TRIES 10 /* kubelet may write the Node at the same time */

enum { NODE, STATUS, KINDS };

static const struct store_kind kinds[KINDS] = {
	[NODE] = { .api = "v1",
	    .kind = "Node",
	    .plural = "nodes",
	    .decode = node_decode,
	    .free = node_free },
	[STATUS] = { .api = "lbbgp.io/v1",
	    .kind = "BGPNodeStatus",
	    .plural = "bgpnodestatuses",
	    .decode = bgp_node_status_decode,
	    .free = bgp_node_status_free },
};

struct errand {
	const char *name;
	enum drain_wish wish;
	struct drain_wait wait;
	char *reason; /* owned */
	struct event_base *base;
	struct store *store;   /* owned */
	struct source *source; /* owned */
	struct source_wait listing;
	bool listed;
	uint64_t written; /* ms; 0: not yet */
	bool seen;        /* in the Node */
	bool in_flight;
	unsigned tries;
	bool good, over;
	struct err why;
};

static void
end(struct errand *e, bool good)
{
	e->good = good;
	e->over = true;
	event_base_loopbreak(e->base);
}

static void
on_written(void *arg, const struct source_result *result)
{
	struct errand *e = arg;

	e->in_flight = false;
	if (result->code == WRITE_OK) {
		e->written = loop_now();
	} else if (result->code != WRITE_CONFLICT || ++e->tries == TRIES) {
		err_set(&e->why, "Node %s: %s", e->name, result->message);
		end(e, false);
	}
}

static void
write_node(struct errand *e)
{
	struct object_key key = { "", e->name };
	const struct node *node = store_get(e->store, NODE, &key);

	if (node == NULL) {
		err_set(&e->why, "there is no Node %s", e->name);
		end(e, false);
		return;
	}
	char *body = drain_patch(node, e->wish, e->reason);
	struct source_write write = {
		.how = WRITE_RECORD, .kind = NODE, .key = key, .body = body
	};

	if (body == NULL) {
		e->written = loop_now();
		return;
	}
	e->in_flight = true;
	source_write(e->source, &write, on_written, e);
	free(body);
}

static void
fail(struct errand *e, const char *why)
{
	err_set(&e->why, "Node %s: not %s after %u s: %s", e->name,
	    e->wish == DRAIN_BEGIN ? "drained" : "in service",
	    (unsigned)((loop_now() - e->written) / 1000), why);
	end(e, false);
}

/* Of two that drain a node each is done with what the later one has written. */
static void
look(struct errand *e)
{
	struct object_key key = { "", e->name };
	const struct node *node = store_get(e->store, NODE, &key);
	const void *status = store_get(e->store, STATUS, &key);
	unsigned limit = e->wait.limit != 0 ? e->wait.limit
					    : drain_patience(status, e->wish);
	char room[NODE_DRAIN_TEXT];
	const char *reason = e->reason;
	struct err why;

	if (!e->wait.waits) {
		end(e, true);
		return;
	}
	if (!drain_stands(node, e->wish, e->reason, &e->seen, &why)) {
		fail(e, why.text);
		return;
	}
	if (e->seen && node != NULL && node->drain != NULL)
		reason = node_drain_annotation(node, room);
	if (drain_is_done(status, e->wish, reason, time(NULL), &why))
		end(e, true);
	else if (loop_now() - e->written >= limit * UINT64_C(1000))
		fail(e, why.text);
}

static void
on_ready(void *arg)
{
	struct errand *e = arg;

	e->listed = true;
}

static void
on_poll(evutil_socket_t fd, short what, void *arg)
{
	struct errand *e = arg;

	(void)fd;
	(void)what;
	if (e->in_flight || e->over)
		return;
	if (e->written != 0)
		look(e);
	else if (e->listed)
		write_node(e);
	else if (!source_may_list(
		     e->source, e->store, &e->listing, loop_now(), &e->why))
		end(e, false);
}

static void
run(struct errand *e)
{
	const struct timeval between = { 0, POLL_MS * 1000 };
	struct event *poll = event_new(e->base, -1, EV_PERSIST, on_poll, e);

	event_add(poll, &between);
	event_base_dispatch(e->base);
	event_free(poll);
}

char *
drain_carry_out(const char *node, enum drain_wish wish, struct drain_wait wait,
    const struct source_options *options, struct err *err)
{
	static const struct store_ops ops = { .ready = on_ready };
	struct source_options from = *options;
	struct errand e = { .name = node,
		.wish = wish,
		.wait = wait,
		.reason = drain_reason(time(NULL)),
		.base = event_base_new(),
		.listing = { loop_now(), LIMIT_MS } };

	from.read_only = false;
	e.store = store_new(kinds, KINDS, &ops, &e);
	store_only(e.store, NODE, node);
	store_only(e.store, STATUS, node);
	e.source = source_open(&from, e.base, e.store, err);
	if (e.source != NULL) {
		run(&e);
		*err = e.why;
	}
	source_free(e.source);
	store_free(e.store);
	event_base_free(e.base);
	free(e.reason);
	return e.good ? drain_reply(node, wish, wait.waits) : NULL;
}
