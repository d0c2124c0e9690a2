/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The guard in the kernel, without a wait for it. One netlink socket asks; on it one
 * thing is under way at a time:
 *
 *	RULES    a dump of the policy rules
 *	ROUTES   a dump of one table of ours after the other
 *	CHANGES  a batch of changes of one step; only the last asks for an answer, which
 *	         the kernel gives after those of the refused ones before it
 *
 * What is known of the kernel comes from dumps at the start, every minute, after a
 * refusal, and after a lost answer; in between it follows from what was changed. A
 * second socket hears when others change rules, or delete routes of ours; the kernel
 * filters the rest out, our own changes too.
 */
#include "bgpd/kernel/guard_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/kernel/guard.h"
#include "bgpd/kernel/guard_msg_io.h"
#include "bgpd/kernel/guard_port.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "bgpd/run/netns_lock_io.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define RETRY_MS 5000       /* after the kernel refused */
#define CHECK_MS 60000      /* between two looks that nothing asked for */
#define SETTLE_MS 100       /* after somebody else changed rules, at first */
#define SETTLE_MAX_MS 60000 /* … who does so again and again */
#define CALM_MS 10000       /* after which it is not again */
#define INTERRUPTIONS 8     /* of a dump, before there is a pause */
#define BATCH 64            /* changes that the kernel makes in one call */

enum doing { IDLE, RULES, ROUTES, CHANGES };

struct guard_io {
	const struct guard_io_ops *ops;
	void *arg;
	struct guard_port port;
	struct guard *guard;     /* borrowed; NULL: nothing is touched yet */
	struct netns_lock *lock; /* owned */
	struct nl_sock *ask;     /* owned */
	struct nl_sock *listen;  /* owned; what others change */
	struct event *answered;  /* owned */
	struct event *heard;     /* owned */
	struct event *settle;    /* owned; after something was heard */
	struct event *check;     /* owned; the next look, or try */
	enum doing doing;
	uint32_t seq;       /* of the first message under way */
	uint32_t seq_end;   /* behind the last one */
	enum family family; /* ROUTES: whose table */
	unsigned len;       /* … and which */
	bool interrupted;   /* the dump is to be asked for again */
	unsigned tries;     /* … and was, so often */
	bool look_rules, look_routes;
	bool looked;     /* at all tables, once */
	bool from_heard; /* what is under way is an answer to others */
	long settle_ms;
	uint64_t mended_at;        /* ms: what others had changed */
	size_t n_added, n_removed; /* since it was idle */
	size_t n_changes;
	struct guard_change changes[BATCH];
	int results[BATCH]; /* errno, or 0 */
	bool bad;           /* as told */
	struct err why;     /* of a refusal since the last try, or "" */
	bool why_is_rule;   /* … of a rule, where a CIDR would say more */
	struct err told;
	uint8_t questions[BATCH * GUARD_MSG_MAX];
};

/* An answer won't come: what the kernel has is to be looked at anew. */
static void
lose(struct guard_io *g)
{
	for (size_t i = 0; g->doing == CHANGES && i < g->n_changes; i++)
		guard_made(g->guard, &g->changes[i], false);
	g->doing = IDLE;
	g->look_rules = g->look_routes = true;
}

static bool
send_questions(struct guard_io *g, enum doing doing, size_t bytes, uint32_t n)
{
	g->doing = doing;
	g->seq = g->seq_end;
	g->seq_end += n;
	if (send(nl_socket_get_fd(g->ask), g->questions, bytes, 0) >= 0)
		return true;
	err_set(&g->why, "netlink: %s", strerror(errno));
	lose(g);
	return false;
}

static bool
send_changes(struct guard_io *g)
{
	size_t at = 0;

	for (size_t i = 0; i < g->n_changes; i++) {
		g->results[i] = 0;
		at += guard_msg_change(&g->changes[i], g->seq_end + (uint32_t)i,
		    i + 1 == g->n_changes, g->questions + at);
	}
	return send_questions(g, CHANGES, at, (uint32_t)g->n_changes);
}

static bool
ask_rules(struct guard_io *g)
{
	size_t bytes = guard_msg_ask_rules(g->seq_end, g->questions);

	guard_forget_rules(g->guard);
	g->interrupted = false;
	return send_questions(g, RULES, bytes, 1);
}

static bool
ask_routes(struct guard_io *g)
{
	size_t bytes =
	    guard_msg_ask_routes(g->family, g->len, g->seq_end, g->questions);

	g->interrupted = false;
	return send_questions(g, ROUTES, bytes, 1);
}

/* The first look is at all tables that can be ours. */
static bool
next_table(struct guard_io *g)
{
	for (;;) {
		if (++g->len > family_bits(g->family)) {
			if (g->family == FAMILY_V6)
				return false;
			g->family = FAMILY_V6;
			g->len = 1;
		}
		if (!g->looked || guard_has_length(g->guard, g->family, g->len))
			return true;
	}
}

/* What is to be done next, when nothing is under way. */

static void
tell(struct guard_io *g)
{
	bool bad = g->why.text[0] != '\0';

	if (!bad && g->n_added + g->n_removed > 0)
		log_info("loop guard: %zu CIDRs; rules and routes: %zu added, "
			 "%zu removed",
		    guard_count(g->guard), g->n_added, g->n_removed);
	if (bad && strcmp(g->why.text, g->told.text) != 0)
		log_warn("loop guard: %s", g->why.text);
	bool news = bad != g->bad || strcmp(g->why.text, g->told.text) != 0;

	g->bad = bad;
	g->told = g->why;
	g->n_added = g->n_removed = 0;
	if (news)
		g->ops->state(g->arg, bad ? g->why.text : NULL);
}

/* Somebody who changes our rules whenever we do gets ever longer pauses. */
static void
pace(struct guard_io *g)
{
	if (!g->from_heard)
		return;
	g->from_heard = false;
	if (g->n_added == 0) {
		g->settle_ms = SETTLE_MS;
		return;
	}
	g->mended_at = loop_now();
	g->settle_ms *= 2;
	if (g->settle_ms > SETTLE_MAX_MS)
		g->settle_ms = SETTLE_MAX_MS;
}

static void
rest(struct guard_io *g)
{
	pace(g);
	tell(g);
	loop_arm_in(g->check, g->bad ? RETRY_MS : CHECK_MS);
}

static bool
start_look(struct guard_io *g)
{
	if (g->look_rules) {
		g->look_rules = false;
		return ask_rules(g);
	}
	g->look_routes = false;
	g->family = FAMILY_V4;
	g->len = 0;
	if (!next_table(g))
		return false;
	guard_forget_routes(g->guard);
	return ask_routes(g);
}

static void
pump(struct guard_io *g)
{
	if (g->doing != IDLE)
		return;
	if (!netns_lock_take(g->lock, &g->why)) {
		rest(g);
		return;
	}
	if ((g->look_rules || g->look_routes) && start_look(g))
		return;
	g->n_changes = g->look_rules || g->look_routes
	    ? 0
	    : guard_next(g->guard, g->changes, BATCH);
	if (g->n_changes == 0 || !send_changes(g))
		rest(g);
}

/* Answers. */

static void
name_change(const struct guard_change *c, struct err *err)
{
	char text[PREFIX_TEXT];

	if (!guard_msg_step(c->step)->is_rule)
		err_prefix(err, "%s: ", prefix_print(&c->cidr, text));
	else
		err_prefix(err, "%s rule, priority %u, table %u, suppress %d: ",
		    family_name(c->rule.to.addr.family), c->rule.priority,
		    c->rule.table, c->rule.suppress);
}

/* The first of them is told, but rather a CIDR than the rule of its length. */
static void
refuse(struct guard_io *g, const struct guard_change *c, int error)
{
	bool is_rule = guard_msg_step(c->step)->is_rule;

	if (g->why.text[0] != '\0' && (is_rule || !g->why_is_rule))
		return;
	err_set(&g->why, "%s", strerror(error));
	name_change(c, &g->why);
	g->why_is_rule = is_rule;
}

static void
changes_end(struct guard_io *g)
{
	g->doing = IDLE;
	for (size_t i = 0; i < g->n_changes; i++) {
		const struct guard_change *c = &g->changes[i];
		const struct guard_msg_step *step = guard_msg_step(c->step);
		int error = g->results[i];
		bool good = error == 0 || error == step->tolerated;

		guard_made(g->guard, c, good);
		g->n_added += good && step->adds;
		g->n_removed += good && !step->adds;
		if (!good)
			refuse(g, c, error);
	}
	pump(g);
}

/* A table of ours that is not there yet is an empty one. */
static void
dump_end(struct guard_io *g, int error)
{
	enum doing was = g->doing;

	g->doing = IDLE;
	if (error != 0 && error != ENOENT) {
		lose(g);
		err_set(&g->why, "netlink: %s are not told: %s",
		    was == RULES ? "rules" : "routes", strerror(error));
		rest(g);
		return;
	}
	if (g->interrupted && ++g->tries > INTERRUPTIONS) {
		lose(g);
		loop_arm_in(g->settle, SETTLE_MS);
		return;
	}
	if (g->interrupted) {
		(void)(was == RULES ? ask_rules(g) : ask_routes(g));
		return;
	}
	g->tries = 0;
	if (was == ROUTES && next_table(g)) {
		ask_routes(g);
		return;
	}
	if (was == ROUTES) {
		g->looked = true;
		guard_compare(g->guard);
	}
	pump(g);
}

static int
error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	return nlmsg_datalen(h) >= (int)sizeof(e->error) ? -e->error : EPROTO;
}

static void
answer(void *arg, struct nlmsghdr *h)
{
	struct guard_io *g = arg;
	bool ends = h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE;
	struct guard_rule rule;
	struct prefix cidr;

	if (g->doing == IDLE || h->nlmsg_seq - g->seq >= g->seq_end - g->seq)
		return; /* to what was given up */
	if (g->doing == CHANGES) {
		if (ends)
			g->results[h->nlmsg_seq - g->seq] = error_of(h);
		if (ends && h->nlmsg_seq + 1 == g->seq_end)
			changes_end(g);
		return;
	}
	g->interrupted |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	if (ends)
		dump_end(g, nlmsg_datalen(h) > 0 ? error_of(h) : 0);
	else if (h->nlmsg_type == RTM_NEWRULE && guard_msg_rule(h, &rule))
		guard_found_rule(g->guard, &rule);
	else if (h->nlmsg_type == RTM_NEWROUTE && guard_msg_route(h, &cidr))
		guard_found_route(g->guard, &cidr);
}

static void
on_answered(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;

	(void)what;
	if (netlink_msg_read(fd, answer, g))
		return;
	lose(g);
	loop_arm_in(g->settle, SETTLE_MS);
}

/* What others do. */

static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;
	struct nlmsghdr h = { 0 };
	ssize_t n = recv(fd, &h, sizeof(h), MSG_DONTWAIT);

	(void)what;
	if (n < 0 && errno != ENOBUFS)
		return;
	g->look_rules |= n < 0 || h.nlmsg_type != RTM_DELROUTE;
	g->look_routes |= n < 0 || h.nlmsg_type == RTM_DELROUTE;
	if (g->guard == NULL || event_pending(g->settle, EV_TIMEOUT, NULL))
		return;
	if (loop_now() - g->mended_at >= CALM_MS)
		g->settle_ms = SETTLE_MS;
	loop_arm_in(g->settle, g->settle_ms);
}

static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;

	(void)fd;
	(void)what;
	g->from_heard = true;
	pump(g);
}

static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	struct guard_io *g = arg;

	(void)fd;
	(void)what;
	g->look_rules = g->look_routes = true;
	g->why = (struct err){ 0 };
	guard_retry(g->guard);
	pump(g);
}

static void
on_wanted(void *arg, struct guard *guard)
{
	struct guard_io *g = arg;

	g->guard = guard;
	pump(g);
}

static bool
on_is_idle(void *arg)
{
	const struct guard_io *g = arg;

	return g->doing == IDLE &&
	    (g->bad || (!g->look_rules && !g->look_routes));
}

/* Birth. */

/* Lets through what others say about rules, and that they deleted a route of ours. */
static bool
filter(struct guard_io *g, struct err *err)
{
	enum {
		TYPE = offsetof(struct nlmsghdr, nlmsg_type),
		PID = offsetof(struct nlmsghdr, nlmsg_pid),
		PROTOCOL = NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_protocol)
	};
	uint32_t us = htonl(nl_socket_get_local_port(g->ask));
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, PID),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, us, 6, 0),
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS, TYPE),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWRULE), 5, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELRULE), 4, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 2),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS, PROTOCOL),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, GUARD_PROTOCOL, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	return netlink_socket_filter(
	    g->listen, code, sizeof(code) / sizeof(code[0]), err);
}

static bool
sockets_open(struct guard_io *g, struct err *err)
{
	if ((g->ask = netlink_socket_new(err)) == NULL ||
	    (g->listen = netlink_socket_new(err)) == NULL || !filter(g, err))
		return false;
	netlink_socket_set_strict(g->ask);
	int rc = nl_socket_add_memberships(g->listen, RTNLGRP_IPV4_RULE,
	    RTNLGRP_IPV6_RULE, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, 0);
	return rc >= 0 || err_set(err, "netlink: %s", nl_geterror(rc));
}

struct guard_io *
guard_io_new(struct event_base *base, const char *locks, const char *who,
    const struct guard_io_ops *ops, void *arg, struct err *err)
{
	struct guard_io *g = xcalloc(1, sizeof(*g));

	g->ops = ops;
	g->arg = arg;
	g->port = (struct guard_port){ on_wanted, on_is_idle, g };
	g->settle_ms = SETTLE_MS;
	g->look_rules = g->look_routes = true;
	if (!sockets_open(g, err)) {
		guard_io_free(g);
		return NULL;
	}
	g->lock = netns_lock_new(locks, "guard", "loop guard", who);
	g->settle = evtimer_new(base, on_settle, g);
	g->check = evtimer_new(base, on_check, g);
	g->answered = event_new(base, nl_socket_get_fd(g->ask),
	    EV_READ | EV_PERSIST, on_answered, g);
	g->heard = event_new(base, nl_socket_get_fd(g->listen),
	    EV_READ | EV_PERSIST, on_heard, g);
	event_add(g->answered, NULL);
	event_add(g->heard, NULL);
	return g;
}

void
guard_io_free(struct guard_io *g)
{
	if (g == NULL)
		return;
	loop_event_free(g->answered);
	loop_event_free(g->heard);
	loop_event_free(g->settle);
	loop_event_free(g->check);
	netns_lock_free(g->lock);
	nl_socket_free(g->ask);
	nl_socket_free(g->listen);
	free(g);
}

const struct guard_port *
guard_io_port(const struct guard_io *g)
{
	return &g->port;
}
