/* SPDX-License-Identifier: Apache-2.0 */
/*
 * spec.nodeReadiness: our Node is told whether routers know us, as readiness.c decides.
 *
 * One write is under way at a time. What the Node says comes back with it as an event,
 * and is what the next decision goes by; so what somebody else changes there is put
 * right, at the same rate.
 */
#include <stdlib.h>

#include "bgpd/announce/announce.h"
#include "bgpd/config/bgp_configuration.h"
#include "bgpd/core.h"
#include "bgpd/peer/peers.h"
#include "common/alloc.h"
#include "common/clock.h"
#include "common/log.h"
#include "common/source/source.h"
#include "common/text.h"

void
bgpd_node_ready_init(struct bgpd *b)
{
	b->node_ready.readiness.preserved = b->options.preserved;
}

void
bgpd_node_ready_fini(struct bgpd *b)
{
	readiness_fini(&b->node_ready.readiness);
	free(b->node_ready.message);
	free(b->node_ready.uid);
	free(b->node_ready.unwritten);
}

void
bgpd_mark_node_ready(struct bgpd *b)
{
	if (b->listed)
		bgpd_mark(b, JOB_NODE_READY, bgpd_now(b));
}

static bool
is_wanted(const struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);

	return config != NULL && config->readiness.enabled;
}

/*
 * The Node that can be written; NULL: none. One that is recalled may be another by now,
 * and nobody writes into a folder of manifests but its owner.
 */
static const struct node *
writable_node(const struct bgpd *b)
{
	return b->source == NULL || b->options.on_dir ||
		store_is_recalled(b->store, KIND_NODE)
	    ? NULL
	    : announce_our_node(b->announce);
}

/* Sessions with BGPPeers; on a node that has none of these, those of the mesh. */
static struct readiness_sessions
sessions_count(const struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);
	struct peers_told count = peers_told(b->peers, false);

	if (count.n == 0)
		count = peers_told(b->peers, true);
	return (struct readiness_sessions){ .n = count.n,
		.told = count.told,
		.min = config != NULL ? config->readiness.min_sessions : 0,
		.alone = peers_mesh(b->peers) == 1 };
}

/* ---- writing ---- */

static void
say(struct bgpd *b, bool good)
{
	const struct node_ready *w = &b->node_ready;

	if (!good)
		log_warn("node %s: the Node is not written: %s",
		    b->options.node, w->unwritten);
	else if (w->writing == READINESS_UNTAINT)
		log_info("node %s: taint " NODE_STARTUP_TAINT " taken off: %s",
		    b->options.node, w->message);
	else if (w->writing == READINESS_REMOVAL)
		log_info("node %s: condition " NODE_BGP_READY " removed",
		    b->options.node);
	else
		log_info("node %s: condition " NODE_BGP_READY " is %s: %s",
		    b->options.node, w->status ? "True" : "False", w->message);
}

/* NULL: it is as it is to be. True: that is news. */
static bool
set_unwritten(struct bgpd *b, const char *why)
{
	bool news = !text_eq(b->node_ready.unwritten, why);

	xreplace(&b->node_ready.unwritten, why);
	if (news)
		bgpd_mark_status(b);
	return news;
}

static void
on_written(void *arg, const struct source_result *result)
{
	struct bgpd *b = arg;
	struct node_ready *w = &b->node_ready;
	bool good = result->code == WRITE_OK;

	w->unanswered--;
	if (set_unwritten(b, good ? NULL : result->message) || good)
		say(b, good);
	readiness_answered(&w->readiness, w->writing, w->message, w->uid, good);
	bgpd_mark_node_ready(b);
}

/* body is taken. */
static void
write_node(struct bgpd *b, const struct node *node, enum readiness_write what,
    const char *message, char *body)
{
	struct node_ready *w = &b->node_ready;
	struct source_write write = { .how = what == READINESS_UNTAINT
		    ? WRITE_OPERATIONS
		    : WRITE_CORE_STATUS,
		.kind = KIND_NODE,
		.key = { "", b->options.node },
		.body = body };

	w->writing = what;
	w->unanswered++;
	xreplace(&w->message, message);
	xreplace(&w->uid, node->meta.uid);
	source_write(b->source, &write, on_written, b);
	free(body);
}

static void
write_condition(struct bgpd *b, const struct node *node, bool status,
    const char *reason, const char *message)
{
	enum node_bgp_ready is =
	    status ? NODE_BGP_READY_TRUE : NODE_BGP_READY_FALSE;

	b->node_ready.status = status;
	write_node(b, node, READINESS_CONDITION, message,
	    readiness_condition(status, node->bgp_ready != is, reason, message,
		clock_wall(b->ports.clock)));
}

static void
carry_out(
    struct bgpd *b, enum readiness_write what, const struct readiness_facts *f)
{
	if (what == READINESS_REMOVAL)
		write_node(b, f->node, what, NULL, readiness_removal());
	else if (what == READINESS_UNTAINT)
		write_node(
		    b, f->node, what, f->message, readiness_untaint(f->node));
	else
		write_condition(b, f->node, b->node_ready.readiness.good,
		    f->reason, f->message);
}

uint64_t
bgpd_run_node_ready(void *arg, uint64_t now)
{
	struct bgpd *b = arg;
	struct node_ready *w = &b->node_ready;
	struct readiness_sessions sessions;
	struct err message = { "" };
	struct readiness_facts f = { .enabled = is_wanted(b),
		.message = message.text,
		.node = writable_node(b) };
	enum readiness_write what;
	uint64_t due;

	if (f.node == NULL || w->unanswered > 0)
		return 0;
	sessions = sessions_count(b);
	f.ready = readiness_judge(&sessions, &f.reason, &message);
	what = readiness_step(&w->readiness, &f, now, &due);
	if (what != READINESS_NOTHING)
		carry_out(b, what, &f);
	else if (due == 0)
		set_unwritten(b, NULL);
	return due;
}

/* ---- the end ---- */

void
bgpd_end_node_ready(struct bgpd *b, bool for_us)
{
	const struct node *node = writable_node(b);

	if (node == NULL || !is_wanted(b))
		return;
	if (for_us)
		write_node(
		    b, node, READINESS_REMOVAL, NULL, readiness_removal());
	else
		write_condition(b, node, false, "Leaving",
		    "the daemon has ended its sessions for good");
}

bool
bgpd_node_ready_is_quiet(const struct bgpd *b)
{
	return b->node_ready.unanswered == 0;
}

void
bgpd_node_ready_conditions(struct bgpd *b)
{
	const struct bgp_configuration *config =
	    announce_configuration(b->announce);

	if (b->node_ready.unwritten != NULL)
		standing_add(&b->standing, "NodeNotWritten", "Refused",
		    bgpd_now(b),
		    "BGPConfiguration %s: spec.nodeReadiness: the Node is not "
		    "written; the right to is in manifests/node-readiness: %s",
		    config != NULL ? config->meta.name : "default",
		    b->node_ready.unwritten);
}
