/* SPDX-License-Identifier: Apache-2.0 */
/*
 * One netlink socket asks for all links, then for all addresses, and hears of changes
 * all the time: what it reads is in the order in which it was so, and news between the
 * answers is as good as they are. Dumps are asked for at the start, when news was lost,
 * and every minute, should anything have been missed. What has changed is told after a
 * little while, in one go: pods that start make ten messages each.
 *
 * A link's ARP settings come with it, and are changed by a message that the kernel
 * answers with news of the link. A refusal is logged, and it is tried again with the
 * next look.
 */
#include "bgpd/link/link_monitor_io.h"

#include <errno.h>
#include <event2/event.h>
#include <linux/rtnetlink.h>
#include <netlink/msg.h>
#include <netlink/netlink.h>
#include <netlink/socket.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include "bgpd/link/interfaces.h"
#include "bgpd/link/link_msg_io.h"
#include "bgpd/netlink/netlink_msg_io.h"
#include "bgpd/netlink/netlink_socket_io.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"

#define TELL_MS 10   /* from the first of some changes to when they are told */
#define RETRY_MS 100 /* to the next look, after one that failed */
#define CHECK_MS 60000 /* … that nothing asked for */
#define ROOM (1 << 21) /* bytes of news that waits */

enum doing { IDLE, LINKS, ADDRS };

struct link_monitor {
	const struct link_monitor_ops *ops;
	void *arg;
	struct interfaces *interfaces; /* owned */
	struct nl_sock *nl;            /* owned */
	struct event *heard;           /* owned */
	struct event *tell;            /* owned */
	struct event *look;            /* owned; the next one */
	enum doing doing;
	uint32_t seq;      /* of the last question */
	uint32_t dump_seq; /* … of the last one for a dump */
	bool interrupted;  /* the dump is to be asked for again */
	bool looked;       /* at all, once */
};

/* The first change arms it: those that follow do not put it off. */
static void
mark_changed(struct link_monitor *m)
{
	if (m->looked && !event_pending(m->tell, EV_TIMEOUT, NULL))
		loop_arm_in(m->tell, TELL_MS);
}

void
link_monitor_tell(struct link_monitor *m)
{
	mark_changed(m);
}

static bool
ask(struct link_monitor *m, size_t bytes, const uint8_t *question)
{
	if (send(nl_socket_get_fd(m->nl), question, bytes, 0) >= 0)
		return true;
	log_warn("links: netlink: %s", strerror(errno));
	return false;
}

/* Hushing. */

static void
set_arp(struct link_monitor *m)
{
	uint8_t question[LINK_MSG_MAX];
	struct arp_setting s;
	int index;

	while (interfaces_next_setting(m->interfaces, &index, &s))
		ask(m, link_msg_set_arp(index, &s, ++m->seq, question),
		    question);
}

const char *
link_monitor_name(const struct link_monitor *m, int index)
{
	return interfaces_name(m->interfaces, index);
}

void
link_monitor_hush(struct link_monitor *m, int index, bool hush)
{
	interfaces_hush(m->interfaces, index, hush);
	set_arp(m);
}

/* Looking. */

static void
look_failed(struct link_monitor *m)
{
	m->doing = IDLE;
	loop_arm_in(m->look, RETRY_MS);
}

static void
start(struct link_monitor *m, enum doing doing)
{
	uint8_t question[LINK_MSG_MAX];
	bool links = doing == LINKS;
	size_t bytes = (links ? netlink_msg_ask_links
			      : netlink_msg_ask_addresses)(++m->seq, question);

	(links ? interfaces_links_begin : interfaces_addrs_begin)(
	    m->interfaces);
	m->dump_seq = m->seq;
	m->doing = doing;
	m->interrupted = false;
	if (!ask(m, bytes, question))
		look_failed(m);
}

static void
look_end(struct link_monitor *m)
{
	interfaces_addrs_end(m->interfaces);
	m->doing = IDLE;
	m->looked = true;
	loop_arm_in(m->look, CHECK_MS);
	mark_changed(m);
	m->ops->looked(m->arg);
}

static void
dump_end(struct link_monitor *m)
{
	if (m->interrupted)
		look_failed(m);
	else if (m->doing == ADDRS)
		look_end(m);
	else {
		interfaces_links_end(m->interfaces);
		start(m, ADDRS);
	}
}

static void
on_look(evutil_socket_t fd, short what, void *arg)
{
	struct link_monitor *m = arg;

	(void)fd;
	(void)what;
	if (m->doing == IDLE)
		start(m, LINKS);
}

/* Hearing. */

static void
hear_link(struct link_monitor *m, struct nlmsghdr *h)
{
	struct link_facts facts;

	if (!link_msg_link(h, &facts))
		return;
	if (h->nlmsg_type == RTM_NEWLINK) {
		interfaces_link(m->interfaces, &facts);
	} else {
		interfaces_link_gone(m->interfaces, facts.index);
		m->ops->deleted(m->arg, facts.index);
	}
	mark_changed(m);
}

static void
hear_addr(struct link_monitor *m, struct nlmsghdr *h)
{
	struct link_msg_addr a;

	if (!link_msg_addr(h, &a))
		return;
	if (h->nlmsg_type == RTM_NEWADDR && a.usable)
		interfaces_addr(m->interfaces, a.index, &a.at, a.rank);
	else
		interfaces_addr_gone(m->interfaces, a.index, &a.at);
	mark_changed(m);
}

/* What was refused stands behind the error; one that is gone by now is no matter. */
static void
hear_error(struct link_monitor *m, struct nlmsghdr *h)
{
	struct link_msg_error e;

	if (!link_msg_error(h, &e) || e.error == ENODEV)
		return;
	if (e.index != 0)
		log_warn("link %s: the kernel's ARP can't be hushed: %s",
		    interfaces_name(m->interfaces, e.index), strerror(e.error));
	else
		log_warn("links: netlink: %s", strerror(e.error));
	if (m->doing != IDLE && h->nlmsg_seq == m->dump_seq)
		look_failed(m);
}

static void
hear(void *arg, struct nlmsghdr *h)
{
	struct link_monitor *m = arg;
	bool answer = m->doing != IDLE && h->nlmsg_seq == m->dump_seq &&
	    (h->nlmsg_flags & NLM_F_MULTI) != 0;

	m->interrupted |= answer && (h->nlmsg_flags & NLM_F_DUMP_INTR) != 0;
	switch (h->nlmsg_type) {
	case RTM_NEWLINK:
	case RTM_DELLINK:
		hear_link(m, h);
		break;
	case RTM_NEWADDR:
	case RTM_DELADDR:
		hear_addr(m, h);
		break;
	case NLMSG_ERROR:
		hear_error(m, h);
		break;
	case NLMSG_DONE:
		if (answer)
			dump_end(m);
		break;
	}
}

/* News was lost; who was deleted and made anew is not known any more. */
static void
lose(struct link_monitor *m)
{
	m->ops->deleted(m->arg, 0);
	look_failed(m);
}

static void
on_heard(evutil_socket_t fd, short what, void *arg)
{
	struct link_monitor *m = arg;

	(void)what;
	if (!netlink_msg_read(fd, hear, m))
		lose(m);
	set_arp(m);
}

static void
on_tell(evutil_socket_t fd, short what, void *arg)
{
	struct link_monitor *m = arg;
	size_t n;
	bool changed;
	const struct interface *list =
	    interfaces_list(m->interfaces, &n, &changed);

	(void)fd;
	(void)what;
	m->ops->interfaces(m->arg, list, n, changed);
}

/* Birth. */

static bool
socket_open(struct link_monitor *m, struct err *err)
{
	int rc, room = ROOM;

	if ((m->nl = netlink_socket_new(err)) == NULL)
		return err_prefix(err, "links: ");
	setsockopt(nl_socket_get_fd(m->nl), SOL_SOCKET, SO_RCVBUFFORCE, &room,
	    sizeof(room));
	rc = nl_socket_add_memberships(
	    m->nl, RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, 0);
	return rc >= 0 || err_set(err, "links: netlink: %s", nl_geterror(rc));
}

struct link_monitor *
link_monitor_new(struct event_base *base, const struct link_monitor_ops *ops,
    void *arg, struct err *err)
{
	struct link_monitor *m = xcalloc(1, sizeof(*m));

	m->ops = ops;
	m->arg = arg;
	m->interfaces = interfaces_new();
	if (!socket_open(m, err)) {
		link_monitor_free(m);
		return NULL;
	}
	m->tell = evtimer_new(base, on_tell, m);
	m->look = evtimer_new(base, on_look, m);
	m->heard = event_new(
	    base, nl_socket_get_fd(m->nl), EV_READ | EV_PERSIST, on_heard, m);
	event_add(m->heard, NULL);
	loop_arm_in(m->look, 0);
	return m;
}

void
link_monitor_free(struct link_monitor *m)
{
	if (m == NULL)
		return;
	loop_event_free(m->heard);
	loop_event_free(m->tell);
	loop_event_free(m->look);
	interfaces_hush_none(m->interfaces);
	set_arp(m);
	interfaces_free(m->interfaces);
	nl_socket_free(m->nl);
	free(m);
}
