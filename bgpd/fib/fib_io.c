/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Learned routes in the kernel, without a wait for it. One netlink socket asks; on it
 * one thing is under way at a time:
 *
 *	LINKS    a dump of all links
 *	ROUTES   one of the routes of each family, of all tables
 *	CHANGES  a batch of changes; only the last asks for an answer, which the kernel
 *	         gives after those of the refused ones before it
 *
 * A thread hands batches to the kernel (fib_send_io.c). The next one is put together in
 * the loop's next turn, when the last one is through and its answer has been read: so
 * the loop is held for the making of one batch, however many routes there are, and the
 * kernel is never ahead of us by more than that.
 *
 * A second socket hears of links, of addresses of IPv4 and of what others do to routes,
 * while there is something that depends on it; our own changes are filtered out in the
 * kernel. All is looked at again when an answer or news were lost, when somebody took a
 * route of ours away (with a pause, since he may do so again), when an address went,
 * since the last one takes IPv4 routes along without a word, and from time to time.
 */
#include "bgpd/fib/fib_io.h"

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

#include "bgpd/fib/fib.h"
#include "bgpd/fib/fib_msg_io.h"
#include "bgpd/fib/fib_port.h"
#include "bgpd/fib/fib_send_io.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "bgpd/run/netns_lock_io.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define RETRY_MS 5000       /* after the kernel refused */
#define CHECK_MS 300000     /* between two looks that nothing asked for */
#define SETTLE_MS 100       /* before a look that is due, at first */
#define SETTLE_MAX_MS 60000 /* … where one is due again and again */
#define CALM_MS 10000       /* after which it is not again */
#define BATCH 64            /* changes that the kernel makes in one call */
#define ANSWERS 32768       /* bytes that a dump is cut into */
#define BUFFER (1 << 20)    /* bytes of news that may wait */

enum doing { IDLE, LINKS, ROUTES_V4, ROUTES_V6, CHANGES };

struct fib_io {
	const struct fib_io_ops *ops;
	void *arg;
	struct fib_port port;
	struct fib *fib;         /* borrowed; NULL: nothing is touched yet */
	struct netns_lock *lock; /* owned */
	struct nl_sock *ask;     /* owned */
	struct fib_send *send;   /* owned */
	struct nl_sock *listen;  /* owned; what others change */
	bool listening;
	struct event *answered; /* owned */
	struct event *heard;    /* owned */
	struct event *settle;   /* owned; a look is due then */
	struct event *check;    /* owned; the next look, or try */
	enum doing doing;
	uint32_t seq;     /* of the first message under way */
	uint32_t seq_end; /* behind the last one */
	bool interrupted; /* the dump missed something */
	bool look;        /* is due */
	long settle_ms;
	uint64_t settled_at; /* ms: the last look that was due */
	size_t n_changes;
	struct fib_change changes[BATCH];
	int results[BATCH]; /* errno, or 0 */
	bool bad;           /* as told */
	struct err why;     /* of a refusal since the last try, or "" */
	struct err told;
	uint8_t questions[BATCH * FIB_MSG_MAX];
};

/* Who makes one due again and again gets ever longer pauses. */
static void
look_soon(struct fib_io *io)
{
	if (io->fib == NULL || event_pending(io->settle, EV_TIMEOUT, NULL))
		return;
	if (loop_now() - io->settled_at >= CALM_MS)
		io->settle_ms = SETTLE_MS;
	loop_arm_in(io->settle, io->settle_ms);
	io->settle_ms *= 2;
	if (io->settle_ms > SETTLE_MAX_MS)
		io->settle_ms = SETTLE_MAX_MS;
}

/* An answer won't come: what the kernel has is to be looked at anew. */
static void
lose(struct fib_io *io)
{
	for (size_t i = 0; io->doing == CHANGES && i < io->n_changes; i++)
		fib_made(io->fib, &io->changes[i], FIB_UNKNOWN);
	io->doing = IDLE;
	look_soon(io);
}

static void
begin_questions(struct fib_io *io, enum doing doing, uint32_t n)
{
	io->doing = doing;
	io->interrupted = false;
	io->seq = io->seq_end;
	io->seq_end += n;
}

static bool
send_question(struct fib_io *io, enum doing doing, size_t bytes)
{
	begin_questions(io, doing, 1);
	if (send(nl_socket_get_fd(io->ask), io->questions, bytes, 0) >= 0)
		return true;
	err_set(&io->why, "netlink: %s", strerror(errno));
	lose(io);
	return false;
}

static bool
send_changes(struct fib_io *io)
{
	size_t at = 0;

	for (size_t i = 0; i < io->n_changes; i++) {
		io->results[i] = 0;
		at += fib_msg_change(&io->changes[i], io->seq_end + (uint32_t)i,
		    i + 1 == io->n_changes, io->questions + at);
	}
	begin_questions(io, CHANGES, (uint32_t)io->n_changes);
	if (fib_send(io->send, io->questions, at, &io->why))
		return true;
	lose(io);
	return false;
}

static bool
start_look(struct fib_io *io)
{
	io->look = false;
	fib_look_begin(io->fib);
	return send_question(
	    io, LINKS, netlink_msg_ask_links(io->seq_end, io->questions));
}

static bool
ask_routes(struct fib_io *io, enum family family)
{
	bool ours = !fib_is_on(io->fib);

	return send_question(io, family == FAMILY_V4 ? ROUTES_V4 : ROUTES_V6,
	    fib_msg_ask_routes(family, ours, io->seq_end, io->questions));
}

/* What is to be done next, when nothing is under way. */

static void
tell(struct fib_io *io)
{
	bool bad = io->why.text[0] != '\0';
	bool news = bad != io->bad || strcmp(io->why.text, io->told.text) != 0;

	io->bad = bad;
	io->told = io->why;
	if (!news)
		return;
	if (bad)
		log_warn("learned routes: %s", io->why.text);
	io->ops->state(io->arg, bad ? io->why.text : NULL);
}

/* What a try that has just begun comes to is told when all of it is judged. */
static void
rest(struct fib_io *io)
{
	if (!fib_is_judging(io->fib))
		tell(io);
	if (io->bad || fib_is_on(io->fib))
		loop_arm_in(io->check, io->bad ? RETRY_MS : CHECK_MS);
}

/* Who has none to keep leaves those of another daemon to it. */
static bool
may_change(struct fib_io *io)
{
	struct err why;

	if (netns_lock_take(io->lock, &why))
		return true;
	if (fib_is_on(io->fib))
		io->why = why;
	return false;
}

/* Nothing is under way, and nobody reads the questions any more. */
static bool
is_free(const struct fib_io *io)
{
	return io->doing == IDLE && !fib_send_is_busy(io->send);
}

static void
pump(struct fib_io *io)
{
	if (!is_free(io))
		return;
	if (!may_change(io)) {
		rest(io);
		return;
	}
	if (io->look || fib_wants_look(io->fib)) {
		if (!start_look(io))
			rest(io);
		return;
	}
	io->n_changes = fib_next(io->fib, io->changes, BATCH);
	if (io->n_changes == 0 || !send_changes(io))
		rest(io);
}

/* Answers. */

static void
refuse(struct fib_io *io, const struct fib_change *c, int error)
{
	char text[PREFIX_TEXT];

	if (io->why.text[0] != '\0')
		return;
	err_set(&io->why, "%s, table %u, metric %u: %s",
	    prefix_print(&c->prefix, text), c->table, c->metric,
	    strerror(error));
}

static void
changes_end(struct fib_io *io)
{
	io->doing = IDLE;
	for (size_t i = 0; i < io->n_changes; i++) {
		const struct fib_change *c = &io->changes[i];
		int error = io->results[i];
		bool gone = c->step == FIB_DELETE && error == ESRCH;

		if (error != 0 && !gone && error != EEXIST)
			refuse(io, c, error);
		fib_made(io->fib, c, error);
	}
	pump(io);
}

/* What was missed in a dump is found by another one, a moment later. */
static void
dump_end(struct fib_io *io, int error)
{
	enum doing was = io->doing;

	io->doing = IDLE;
	if (error != 0) {
		err_set(&io->why, "netlink: %s are not told: %s",
		    was == LINKS ? "links" : "routes", strerror(error));
		look_soon(io);
		rest(io);
		return;
	}
	if (io->interrupted)
		look_soon(io);
	if (was != ROUTES_V6) {
		ask_routes(io, was == LINKS ? FAMILY_V4 : FAMILY_V6);
		return;
	}
	fib_look_end(io->fib);
	io->ops->news(io->arg);
	pump(io);
}

static int
error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	return nlmsg_datalen(h) >= (int)sizeof(e->error) ? -e->error : EPROTO;
}

static void
found(struct fib_io *io, struct nlmsghdr *h)
{
	struct fib_msg_route route = { 0 };
	struct reach_link link;

	if (h->nlmsg_type == RTM_NEWLINK && fib_msg_link(h, &link))
		fib_link(io->fib, &link);
	else if (h->nlmsg_type == RTM_NEWROUTE && fib_msg_route(h, &route)) {
		if (route.ours)
			fib_found(io->fib, &route.found);
		else
			fib_other(io->fib, &route.other, false);
	}
}

static void
answer(void *arg, struct nlmsghdr *h)
{
	struct fib_io *io = arg;
	bool ends = h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE;

	if (io->doing == IDLE ||
	    h->nlmsg_seq - io->seq >= io->seq_end - io->seq)
		return; /* to what was given up */
	if (io->doing == CHANGES) {
		if (ends)
			io->results[h->nlmsg_seq - io->seq] = error_of(h);
		if (ends && h->nlmsg_seq + 1 == io->seq_end)
			changes_end(io);
		return;
	}
	io->interrupted |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	if (ends)
		dump_end(io, nlmsg_datalen(h) > 0 ? error_of(h) : 0);
	else
		found(io, h);
}

static void
on_answered(evutil_socket_t fd, short what, void *arg)
{
	struct fib_io *io = arg;

	(void)what;
	if (!netlink_msg_read(fd, answer, io))
		lose(io);
}

/* The batch is through, its answer perhaps read already. */
static void
on_sent(void *arg, int error)
{
	struct fib_io *io = arg;

	if (error != 0 && io->doing == CHANGES) {
		err_set(&io->why, "netlink: %s", strerror(error));
		lose(io);
	}
	pump(io);
}

/* What others do. */

/*
 * One of ours that went: by somebody's hand it comes back after a pause; with its link
 * the kernel took it, and where else to send packets is to be found at once.
 */
static void
heard_ours(struct fib_io *io, struct nlmsghdr *h, const struct fib_found *f)
{
	if (h->nlmsg_pid != 0 || h->nlmsg_type == RTM_NEWROUTE)
		look_soon(io);
	else
		fib_heard_gone(io->fib, f);
}

static void
heard_route(struct fib_io *io, struct nlmsghdr *h)
{
	struct fib_msg_route route = { 0 };

	if (!fib_msg_route(h, &route))
		return;
	if (route.ours)
		heard_ours(io, h, &route.found);
	else if (h->nlmsg_type == RTM_NEWROUTE)
		fib_other(io->fib, &route.other,
		    (h->nlmsg_flags & NLM_F_REPLACE) != 0);
	else if (!fib_heard_other_gone(io->fib, &route.other))
		look_soon(io);
}

static void
heard_address_gone(struct fib_io *io, struct nlmsghdr *h)
{
	struct netlink_address a;

	if (netlink_msg_address(h, &a) &&
	    fib_heard_address_gone(io->fib, a.index))
		look_soon(io);
}

static void
heard(struct fib_io *io, struct nlmsghdr *h)
{
	struct reach_link link;

	if (h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE)
		heard_route(io, h);
	else if (h->nlmsg_type == RTM_DELADDR)
		heard_address_gone(io, h);
	else if (!fib_msg_link(h, &link))
		return;
	else if (h->nlmsg_type == RTM_NEWLINK)
		fib_link(io->fib, &link);
	else if (h->nlmsg_type == RTM_DELLINK)
		fib_heard_link_gone(io->fib, link.index);
}

/*
 * What is heard while all is being looked at may be older or newer than what is found:
 * it is looked at once more.
 */
static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct fib_io *io = arg;
	_Alignas(struct nlmsghdr) uint8_t answers[ANSWERS];
	ssize_t n = recv(fd, answers, sizeof(answers), MSG_DONTWAIT);

	(void)what;
	if (io->fib == NULL || (n < 0 && errno != ENOBUFS))
		return;
	if (n < 0 || (io->doing != IDLE && io->doing != CHANGES)) {
		look_soon(io);
		return;
	}
	int left = (int)n;

	for (struct nlmsghdr *h = (struct nlmsghdr *)answers; nlmsg_ok(h, left);
	     h = nlmsg_next(h, &left))
		heard(io, h);
	io->ops->news(io->arg);
}

static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
	struct fib_io *io = arg;

	(void)fd;
	(void)what;
	io->settled_at = loop_now();
	io->look = true;
	pump(io);
}

static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	struct fib_io *io = arg;

	(void)fd;
	(void)what;
	if (!io->bad)
		io->look = fib_is_on(io->fib);
	io->why = (struct err){ 0 };
	fib_retry(io->fib);
	io->ops->news(io->arg);
	pump(io);
}

/* Links and routes are heard of while there is something that depends on them. */
static void
listen_to(struct fib_io *io, bool on)
{
	int (*change)(struct nl_sock *, int, ...) =
	    on ? nl_socket_add_memberships : nl_socket_drop_memberships;

	if (on == io->listening)
		return;
	io->listening = on;
	if (change(io->listen, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR,
		RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE, 0) < 0)
		err_set(&io->why, "netlink: links are not heard of");
}

static void
on_wanted(void *arg, struct fib *fib)
{
	struct fib_io *io = arg;

	io->fib = fib;
	listen_to(io, fib_is_on(fib));
	pump(io);
}

static bool
on_is_idle(void *arg)
{
	const struct fib_io *io = arg;

	return is_free(io);
}

/* Birth. */

/* Our own changes are no news. */
static bool
filter(struct fib_io *io, struct err *err)
{
	uint32_t us = htonl(nl_socket_get_local_port(io->ask));
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS,
		    offsetof(struct nlmsghdr, nlmsg_pid)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, us, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	return netlink_socket_filter(
	    io->listen, code, sizeof(code) / sizeof(code[0]), err);
}

static bool
sockets_open(struct fib_io *io, struct event_base *base, struct err *err)
{
	int rc, on = 1;

	if ((io->ask = netlink_socket_new(err)) == NULL ||
	    (io->listen = netlink_socket_new(err)) == NULL)
		return false;
	if ((rc = nl_socket_set_buffer_size(io->ask, BUFFER, BUFFER)) < 0 ||
	    (rc = nl_socket_set_buffer_size(io->listen, BUFFER, 0)) < 0)
		return err_set(err, "netlink: %s", nl_geterror(rc));
	netlink_socket_set_strict(io->ask);
	/* Where it is not known, answers are longer. */
	setsockopt(nl_socket_get_fd(io->ask), SOL_NETLINK, NETLINK_CAP_ACK, &on,
	    sizeof(on));
	io->send =
	    fib_send_new(base, nl_socket_get_fd(io->ask), on_sent, io, err);
	return io->send != NULL && filter(io, err);
}

struct fib_io *
fib_io_new(struct event_base *base, const char *locks, const char *who,
    const struct fib_io_ops *ops, void *arg, struct err *err)
{
	struct fib_io *io = xcalloc(1, sizeof(*io));

	io->ops = ops;
	io->arg = arg;
	io->port = (struct fib_port){ on_wanted, on_is_idle, io };
	io->settle_ms = SETTLE_MS;
	if (!sockets_open(io, base, err)) {
		fib_io_free(io);
		return NULL;
	}
	io->lock = netns_lock_new(locks, "fib", "learned routes", who);
	io->settle = evtimer_new(base, on_settle, io);
	io->check = evtimer_new(base, on_check, io);
	io->answered = event_new(base, nl_socket_get_fd(io->ask),
	    EV_READ | EV_PERSIST, on_answered, io);
	io->heard = event_new(base, nl_socket_get_fd(io->listen),
	    EV_READ | EV_PERSIST, on_heard, io);
	event_add(io->answered, NULL);
	event_add(io->heard, NULL);
	return io;
}

void
fib_io_free(struct fib_io *io)
{
	if (io == NULL)
		return;
	loop_event_free(io->answered);
	loop_event_free(io->heard);
	loop_event_free(io->settle);
	loop_event_free(io->check);
	fib_send_free(io->send);
	netns_lock_free(io->lock);
	nl_socket_free(io->ask);
	nl_socket_free(io->listen);
	free(io);
}

const struct fib_port *
fib_io_port(const struct fib_io *io)
{
	return &io->port;
}
