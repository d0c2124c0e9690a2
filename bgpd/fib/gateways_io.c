/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One netlink socket asks for all links, then for the routes of each family. Another
 * one hears of default routes and of links, and each time that one of the former may be
 * another, all is asked for again after a moment: they are few, and seldom change. What
 * else happens to routes, as that ours come and go, the kernel keeps for itself.
 */
#include "bgpd/fib/gateways_io.h"

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <linux/filter.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/socket.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/fib/fib_msg_io.h"
#include "bgpd/fib/gateways.h"
#include "bgpd/fib/gateways_port.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define SETTLE_MS 100  /* from news to the look that they need */
#define RETRY_MS 1000  /* to the next look, after one that failed */
#define CHECK_MS 60000 /* … that nothing asked for */
#define ANSWERS 32768  /* bytes that a dump is cut into */

enum doing { IDLE, LINKS, ROUTES_V4, ROUTES_V6 };

struct gateways_io {
	const struct gateways_io_ops *ops;
	void *arg;
	struct gateways_port port;
	struct gateways *gateways;      /* owned */
	struct nl_sock *ask, *listen;   /* owned */
	struct event *answered, *heard; /* owned */
	struct event *look;             /* owned; the next one */
	bool watching;
	enum doing doing;
	uint32_t seq;
	bool again; /* what is found is not all */
};

static void
look_failed(struct gateways_io *io)
{
	io->doing = IDLE;
	loop_arm_in(io->look, RETRY_MS);
}

static void
start(struct gateways_io *io, enum doing doing)
{
	uint8_t question[FIB_MSG_MAX];
	size_t bytes = doing == LINKS
	    ? netlink_msg_ask_links(++io->seq, question)
	    : fib_msg_ask_routes(doing == ROUTES_V4 ? FAMILY_V4 : FAMILY_V6,
		  false, ++io->seq, question);

	io->doing = doing;
	if (send(nl_socket_get_fd(io->ask), question, bytes, 0) >= 0)
		return;
	log_warn("default gateways: netlink: %s", strerror(errno));
	look_failed(io);
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct gateways_io *io = arg;

	(void)fd;
	(void)what;
	if (!io->watching || io->doing != IDLE)
		return;
	io->again = false;
	gateways_forget(io->gateways);
	start(io, LINKS);
}

static void
dump_end(struct gateways_io *io, const struct nlmsghdr *h)
{
	if (h->nlmsg_type == NLMSG_ERROR || !io->watching) {
		look_failed(io);
	} else if (io->doing != ROUTES_V6) {
		start(io, io->doing + 1);
	} else {
		io->doing = IDLE;
		loop_arm_in(io->look, io->again ? SETTLE_MS : CHECK_MS);
		if (!io->again)
			io->ops->found(io->arg, io->gateways);
	}
}

static void
answer(void *arg, struct nlmsghdr *h)
{
	struct gateways_io *io = arg;
	struct fib_msg_route route = { 0 };
	struct reach_link link;

	if (io->doing == IDLE || h->nlmsg_seq != io->seq)
		return; /* to what was given up */
	io->again |= (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
		dump_end(io, h);
	else if (h->nlmsg_type == RTM_NEWLINK && fib_msg_link(h, &link))
		gateways_link(io->gateways, &link);
	else if (h->nlmsg_type == RTM_NEWROUTE && fib_msg_route(h, &route) &&
	    !route.ours)
		gateways_route(io->gateways, &route.other);
}

static void
on_answered(evutil_socket_t fd, short what, void *arg)
{
	struct gateways_io *io = arg;

	(void)what;
	if (!netlink_msg_read(fd, answer, io))
		look_failed(io);
}

/* Of links only the end counts: by a new one there is no route yet. */
static bool
is_news(const struct gateways_io *io, struct nlmsghdr *h)
{
	struct fib_msg_route route = { 0 };
	struct reach_link link;

	if (h->nlmsg_type == RTM_NEWROUTE || h->nlmsg_type == RTM_DELROUTE)
		return fib_msg_route(h, &route) && !route.ours &&
		    route.other.prefix.len == 0;
	return fib_msg_link(h, &link) &&
	    (h->nlmsg_type == RTM_DELLINK || link.off) &&
	    gateways_use(io->gateways, link.index);
}

static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct gateways_io *io = arg;
	_Alignas(struct nlmsghdr) uint8_t answers[ANSWERS];
	ssize_t n = recv(fd, answers, sizeof(answers), MSG_DONTWAIT);
	bool news = n < 0 && errno == ENOBUFS;
	int left = n < 0 ? 0 : (int)n;

	(void)what;
	for (struct nlmsghdr *h = (struct nlmsghdr *)answers; nlmsg_ok(h, left);
	     h = nlmsg_next(h, &left))
		news |= is_news(io, h);
	if (!news || !io->watching)
		return;
	io->again = true;
	if (io->doing == IDLE)
		loop_arm_in(io->look, SETTLE_MS);
}

static void
on_watch(void *arg, bool on)
{
	struct gateways_io *io = arg;
	int (*change)(struct nl_sock *, int, ...) =
	    on ? nl_socket_add_memberships : nl_socket_drop_memberships;

	if (on == io->watching)
		return;
	io->watching = on;
	if (change(io->listen, RTNLGRP_LINK, RTNLGRP_IPV4_ROUTE,
		RTNLGRP_IPV6_ROUTE, 0) < 0)
		log_warn("default gateways: netlink: they are not heard of");
	if (on)
		loop_arm_in(io->look, 0);
	else
		event_del(io->look);
}

/* Birth. */

/* Of routes only default ones are news. */
static bool
filter(struct gateways_io *io, struct err *err)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_H | BPF_ABS,
		    offsetof(struct nlmsghdr, nlmsg_type)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_NEWROUTE), 1, 0),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htons(RTM_DELROUTE), 0, 3),
		BPF_STMT(BPF_LD | BPF_B | BPF_ABS,
		    NLMSG_HDRLEN + offsetof(struct rtmsg, rtm_dst_len)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, 0, 1, 0),
		BPF_STMT(BPF_RET | BPF_K, 0),
		BPF_STMT(BPF_RET | BPF_K, UINT32_MAX),
	};

	return netlink_socket_filter(
	    io->listen, code, sizeof(code) / sizeof(code[0]), err);
}

static bool
sockets_open(struct gateways_io *io, struct err *err)
{
	if ((io->ask = netlink_socket_new(err)) == NULL ||
	    (io->listen = netlink_socket_new(err)) == NULL)
		return false;
	return filter(io, err);
}

struct gateways_io *
gateways_io_new(struct event_base *base, const struct gateways_io_ops *ops,
    void *arg, struct err *err)
{
	struct gateways_io *io = xcalloc(1, sizeof(*io));

	io->ops = ops;
	io->arg = arg;
	io->port = (struct gateways_port){ on_watch, io };
	io->gateways = gateways_new();
	if (!sockets_open(io, err)) {
		gateways_io_free(io);
		return NULL;
	}
	io->look = evtimer_new(base, on_look, io);
	io->answered = event_new(base, nl_socket_get_fd(io->ask),
	    EV_READ | EV_PERSIST, on_answered, io);
	io->heard = event_new(base, nl_socket_get_fd(io->listen),
	    EV_READ | EV_PERSIST, on_heard, io);
	event_add(io->answered, NULL);
	event_add(io->heard, NULL);
	return io;
}

void
gateways_io_free(struct gateways_io *io)
{
	if (io == NULL)
		return;
	loop_event_free(io->answered);
	loop_event_free(io->heard);
	loop_event_free(io->look);
	nl_socket_free(io->ask);
	nl_socket_free(io->listen);
	gateways_free(io->gateways);
	free(io);
}

const struct gateways_port *
gateways_io_port(const struct gateways_io *io)
{
	return &io->port;
}
