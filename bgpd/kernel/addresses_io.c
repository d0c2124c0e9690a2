/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The node's addresses in the kernel, without a wait for it. One netlink socket asks
 * and hears the news of interfaces and addresses, so that answers and news come in the
 * order in which things happened. One thing is under way at a time:
 *
 *	LINKS      a dump of the interfaces
 *	ADDRESSES  a dump of all addresses
 *	CHANGES    a batch of changes of one step; only the last asks for an answer,
 *	           which the kernel gives after those of the refused ones before it
 *
 * What a dump tells and what the news tell is told to the addresses in the same way. A
 * look at everything is taken at the start, every minute, after a refusal, and when
 * news were lost; in between the news are enough. What somebody else undoes is put back
 * after a pause, which grows for one who does so again and again.
 */
#include "bgpd/kernel/addresses_io.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/kernel/addresses.h"
#include "bgpd/kernel/addresses_list_io.h"
#include "bgpd/kernel/addresses_msg_io.h"
#include "bgpd/kernel/addresses_port.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "bgpd/run/netns_lock_io.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/text.h"

#define RETRY_MS 5000        /* after the kernel refused */
#define CHECK_MS 60000       /* between two looks that nothing asked for */
#define SETTLE_MS 20         /* after somebody else undid something, at first */
#define SETTLE_MAX_MS 60000  /* … who does so again and again */
#define CALM_MS 10000        /* after which it is not again */
#define INTERRUPTIONS 8      /* of a dump, before there is a pause */
#define BATCH 64             /* changes that the kernel makes in one call */
#define MESSAGES (BATCH * 2) /* that they take: one of MAKE alone takes more */
#define ANSWERS 32768        /* bytes that a dump is cut into */
#define NEWS (4 << 20)       /* bytes of news that may wait for us */

enum doing { IDLE, LINKS, ADDRESSES, CHANGES };

struct addresses_io {
	const struct addresses_io_ops *ops;
	void *arg;
	struct addresses_port port;
	struct addresses
	    *addresses;          /* borrowed; NULL: nothing is touched yet */
	struct netns_lock *lock; /* owned */
	struct addresses_list *list; /* owned */
	struct nl_sock *sock;        /* owned */
	struct event *readable;      /* owned */
	struct event *settle;        /* owned; after something was undone */
	struct event *check;         /* owned; the next look, or try */
	enum doing doing;
	uint32_t seq;     /* of the first message under way */
	uint32_t seq_end; /* behind the last one */
	bool look;        /* is due */
	bool interrupted; /* the dump is to be asked for again */
	unsigned tries;   /* … and was, so often */
	bool from_heard;  /* what is under way is an answer to others */
	long settle_ms;
	uint64_t mended_at;        /* ms: what others had undone */
	size_t n_added, n_removed; /* since it was idle */
	size_t n_changes, n_messages;
	struct addresses_change changes[BATCH];
	int errors[BATCH];          /* of each change, or 0 */
	size_t change_of[MESSAGES]; /* BATCH: its refusal does not count */
	bool bad;                   /* as told */
	struct err why;             /* nothing can be done, or "" */
	struct err told;
	uint8_t questions[MESSAGES * ADDRESSES_MSG_MAX];
};

/* An answer won't come: what the kernel has is to be looked at anew. */
static void
lose(struct addresses_io *io)
{
	for (size_t i = 0; io->doing == CHANGES && i < io->n_changes; i++)
		addresses_made(io->addresses, &io->changes[i], ENOBUFS);
	io->doing = IDLE;
	io->look = true;
}

static bool
send_questions(
    struct addresses_io *io, enum doing doing, size_t bytes, size_t n)
{
	io->doing = doing;
	io->interrupted = false;
	io->seq = io->seq_end;
	io->seq_end += (uint32_t)n;
	if (send(nl_socket_get_fd(io->sock), io->questions, bytes, 0) >= 0)
		return true;
	err_set(&io->why, "netlink: %s", strerror(errno));
	lose(io);
	return false;
}

/* The messages of one change, behind those before it; returns their end. */
static size_t
add_messages(struct addresses_io *io, size_t change, size_t at, size_t *last)
{
	for (unsigned part = 0; part < ADDRESSES_MSG_PARTS; part++) {
		bool counts = false;
		size_t n = addresses_msg_change(
		    &io->changes[change], part, io->questions + at, &counts);

		if (n == 0)
			continue;
		addresses_msg_number(io->questions + at,
		    io->seq_end + (uint32_t)io->n_messages, false);
		io->change_of[io->n_messages++] = counts ? change : BATCH;
		*last = at;
		at += n;
	}
	return at;
}

static bool
send_changes(struct addresses_io *io)
{
	size_t at = 0, last = 0;

	io->n_messages = 0;
	for (size_t i = 0; i < io->n_changes; i++) {
		io->errors[i] = 0;
		at = add_messages(io, i, at, &last);
	}
	addresses_msg_number(io->questions + last,
	    io->seq_end + (uint32_t)io->n_messages - 1, true);
	if (io->changes[0].step == ADDRESSES_ADD)
		addresses_list_write(io->list, io->addresses);
	return send_questions(io, CHANGES, at, io->n_messages);
}

static bool
ask_links(struct addresses_io *io)
{
	size_t bytes = netlink_msg_ask_links(io->seq_end, io->questions);

	io->look = false;
	addresses_retry(io->addresses);
	addresses_forget(io->addresses);
	return send_questions(io, LINKS, bytes, 1);
}

static bool
ask_addresses(struct addresses_io *io)
{
	size_t bytes = netlink_msg_ask_addresses(io->seq_end, io->questions);

	return send_questions(io, ADDRESSES, bytes, 1);
}

/* What is told. */

static void
tell_news(struct addresses_io *io)
{
	struct addresses_news n;

	while (addresses_next_news(io->addresses, &n)) {
		const char *why = n.error == ENODEV
		    ? "there is no such interface"
		    : n.error != 0 ? strerror(n.error)
				   : NULL;

		io->ops->placed(io->arg, n.interface, &n.at, why);
	}
}

static void
tell_state(struct addresses_io *io)
{
	struct err why = io->why;
	bool bad =
	    why.text[0] != '\0' || !addresses_are_placed(io->addresses, &why);
	bool news =
	    bad != io->bad || (bad && !text_eq(why.text, io->told.text));

	if (io->n_added + io->n_removed > 0)
		log_info("addresses: %zu wanted; %zu added, %zu removed",
		    addresses_count(io->addresses), io->n_added, io->n_removed);
	if (bad && news)
		log_warn("addresses: %s", why.text);
	io->bad = bad;
	io->told = why;
	io->n_added = io->n_removed = 0;
	if (news)
		io->ops->state(io->arg, bad ? why.text : NULL);
}

/* What is to be done next, when nothing is under way. */

/* Somebody who undoes our changes whenever we make them gets ever longer pauses. */
static void
pace(struct addresses_io *io)
{
	if (!io->from_heard)
		return;
	io->from_heard = false;
	if (io->n_added == 0) {
		io->settle_ms = SETTLE_MS;
		return;
	}
	io->mended_at = loop_now();
	io->settle_ms *= 2;
	if (io->settle_ms > SETTLE_MAX_MS)
		io->settle_ms = SETTLE_MAX_MS;
}

static void
rest(struct addresses_io *io)
{
	bool held = io->why.text[0] == '\0';

	pace(io);
	if (held && !io->look)
		addresses_list_write(io->list, io->addresses);
	tell_news(io);
	tell_state(io);
	loop_arm_in(io->check, io->bad ? RETRY_MS : CHECK_MS);
}

static void
pump(struct addresses_io *io)
{
	if (io->doing != IDLE)
		return;
	if (!netns_lock_take(io->lock, &io->why)) {
		rest(io);
		return;
	}
	if (io->look) {
		if (!ask_links(io))
			rest(io);
		return;
	}
	io->n_changes = addresses_next(io->addresses, io->changes, BATCH);
	if (io->n_changes == 0 || !send_changes(io))
		rest(io);
}

/* Answers. */

static void
changes_end(struct addresses_io *io)
{
	io->doing = IDLE;
	for (size_t i = 0; i < io->n_changes; i++) {
		const struct addresses_change *c = &io->changes[i];
		bool good = io->errors[i] == 0;

		addresses_made(io->addresses, c, io->errors[i]);
		io->n_added += good && c->step == ADDRESSES_ADD;
		io->n_removed += good && c->step == ADDRESSES_DELETE;
	}
	tell_news(io);
	pump(io);
}

static void
dump_fail(struct addresses_io *io, int error)
{
	lose(io);
	err_set(
	    &io->why, "netlink: addresses are not told: %s", strerror(error));
	rest(io);
}

static void
dump_end(struct addresses_io *io, int error)
{
	bool links = io->doing == LINKS;
	bool interrupted = io->interrupted;

	io->doing = IDLE;
	if (error != 0) {
		dump_fail(io, error);
	} else if (interrupted && ++io->tries > INTERRUPTIONS) {
		io->tries = 0;
		lose(io);
		loop_arm_in(io->settle, SETTLE_MS);
	} else if (interrupted || links) {
		if (!(interrupted ? ask_links(io) : ask_addresses(io)))
			rest(io);
	} else {
		io->tries = 0;
		addresses_compare(io->addresses);
		pump(io);
	}
}

static int
error_of(const struct nlmsghdr *h)
{
	const struct nlmsgerr *e = nlmsg_data(h);

	return nlmsg_datalen(h) >= (int)sizeof(e->error) ? -e->error : EPROTO;
}

/* An answer with this number, which ends a dump or answers a change. */
static void
answer(struct addresses_io *io, const struct nlmsghdr *h)
{
	uint32_t at = h->nlmsg_seq - io->seq;

	if (io->doing == IDLE || at >= io->seq_end - io->seq)
		return; /* to what was given up */
	if (io->doing != CHANGES) {
		dump_end(io, nlmsg_datalen(h) > 0 ? error_of(h) : 0);
		return;
	}
	if (io->change_of[at] < BATCH && io->errors[io->change_of[at]] == 0)
		io->errors[io->change_of[at]] = error_of(h);
	if (h->nlmsg_seq + 1 == io->seq_end)
		changes_end(io);
}

/* Of a dump, or news. */
static void
told(struct addresses_io *io, struct nlmsghdr *h)
{
	struct addresses_link link;
	struct netlink_address a;

	if (h->nlmsg_type == RTM_NEWLINK && addresses_msg_link(h, &link))
		addresses_found_link(io->addresses, &link);
	else if (h->nlmsg_type == RTM_DELLINK && addresses_msg_link(h, &link))
		addresses_lost_link(io->addresses, link.index);
	else if (h->nlmsg_type == RTM_NEWADDR && netlink_msg_address(h, &a))
		addresses_found(io->addresses, a.index, &a.at, a.protocol);
	else if (h->nlmsg_type == RTM_DELADDR && netlink_msg_address(h, &a))
		addresses_lost(io->addresses, a.index, &a.at);
}

/* News came while nothing was under way: is there anything to be done about them? */
static void
after_news(struct addresses_io *io)
{
	io->look |= addresses_must_look(io->addresses);
	if (io->doing != IDLE)
		return;
	tell_news(io);
	if ((!io->look && !addresses_have_changes(io->addresses)) ||
	    event_pending(io->settle, EV_TIMEOUT, NULL))
		return;
	if (loop_now() - io->mended_at >= CALM_MS)
		io->settle_ms = SETTLE_MS;
	loop_arm_in(io->settle, io->settle_ms);
}

static void
on_readable(evutil_socket_t fd, short what, void *arg)
{
	struct addresses_io *io = arg;
	_Alignas(struct nlmsghdr) uint8_t answers[ANSWERS];
	ssize_t n = recv(fd, answers, sizeof(answers), MSG_DONTWAIT);

	(void)what;
	if (io->addresses == NULL)
		return; /* the first look will tell */
	if (n < 0 && errno == ENOBUFS)
		lose(io);
	int left = n < 0 ? 0 : (int)n;

	for (struct nlmsghdr *h = (struct nlmsghdr *)answers; nlmsg_ok(h, left);
	     h = nlmsg_next(h, &left)) {
		io->interrupted |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
		if (h->nlmsg_type == NLMSG_ERROR || h->nlmsg_type == NLMSG_DONE)
			answer(io, h);
		else
			told(io, h);
	}
	after_news(io);
}

static void
on_settle(evutil_socket_t fd, short what, void *arg)
{
	struct addresses_io *io = arg;

	(void)fd;
	(void)what;
	io->from_heard = true;
	pump(io);
}

static void
on_check(evutil_socket_t fd, short what, void *arg)
{
	struct addresses_io *io = arg;

	(void)fd;
	(void)what;
	io->look = true;
	io->why = (struct err){ 0 };
	pump(io);
}

static void
on_wanted(void *arg, struct addresses *addresses)
{
	struct addresses_io *io = arg;

	if (io->addresses == NULL)
		addresses_list_read(io->list, addresses);
	io->addresses = addresses;
	pump(io);
}

static bool
on_is_idle(void *arg)
{
	const struct addresses_io *io = arg;

	return io->doing == IDLE &&
	    (io->bad ||
		(!io->look &&
		    (io->addresses == NULL ||
			!addresses_have_changes(io->addresses))));
}

/* Birth. */

static bool
sock_open(struct addresses_io *io, struct err *err)
{
	int room = NEWS;

	if ((io->sock = netlink_socket_new(err)) == NULL)
		return false;
	netlink_socket_set_strict(io->sock);
	/* Without room, news are lost. */
	setsockopt(nl_socket_get_fd(io->sock), SOL_SOCKET, SO_RCVBUFFORCE,
	    &room, sizeof(room));
	int rc = nl_socket_add_memberships(io->sock, RTNLGRP_LINK,
	    RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0);
	return rc >= 0 || err_set(err, "netlink: %s", nl_geterror(rc));
}

struct addresses_io *
addresses_io_new(struct event_base *base, const char *directory,
    const char *who, const struct addresses_io_ops *ops, void *arg,
    struct err *err)
{
	struct addresses_io *io = xcalloc(1, sizeof(*io));

	io->ops = ops;
	io->arg = arg;
	io->port = (struct addresses_port){ on_wanted, on_is_idle, io };
	io->settle_ms = SETTLE_MS;
	io->look = true;
	if (!sock_open(io, err)) {
		addresses_io_free(io);
		return NULL;
	}
	io->lock = netns_lock_new(directory, "addresses", "addresses", who);
	io->list = addresses_list_new(directory);
	io->settle = evtimer_new(base, on_settle, io);
	io->check = evtimer_new(base, on_check, io);
	io->readable = event_new(base, nl_socket_get_fd(io->sock),
	    EV_READ | EV_PERSIST, on_readable, io);
	event_add(io->readable, NULL);
	return io;
}

void
addresses_io_free(struct addresses_io *io)
{
	if (io == NULL)
		return;
	loop_event_free(io->readable);
	loop_event_free(io->settle);
	loop_event_free(io->check);
	addresses_list_free(io->list);
	netns_lock_free(io->lock);
	nl_socket_free(io->sock);
	free(io);
}

const struct addresses_port *
addresses_io_port(const struct addresses_io *io)
{
	return &io->port;
}
