/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sessions between link-local addresses, over two links (each a pair of interfaces) in
 * a network namespace of its own: the left ends are fe80::1, the right ones fe80::2.
 */
#include <stdlib.h>
#include <string.h>

#include <errno.h>
#include <event2/event.h>
#include <linux/if_addr.h>
#include <linux/if_link.h>
#include <net/if.h>
#include <netlink/msg.h>
#include <netlink/route/addr.h>
#include <netlink/route/link.h>
#include <netlink/route/link/veth.h>
#include <sched.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bgpd/session/peer_io.h"
#include "bgpd/session/session.h"
#include "bgpd/session/tcp_io.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/quiet_session.h"

enum { PATIENCE = 15000 /* ms */, PORT = 1790 };

struct speaker {
	struct session *session;
	struct link *link;
	struct session_config config;
};

static struct nl_sock *nl;
static struct event_base *base;
static struct rng rng;
static struct peer_io *left_io, *right_io; /* of all ends on that side */
static struct speaker left[2], right[2];   /* by link */
static char refused[256];                  /* of listening(), on the right */

static int
    tcp_says; /* errno of every connection that comes to nothing; 0: its own */

/* In the place of libc's. */
int
getsockopt(int fd, int level, int name, void *value, socklen_t *size)
{
	int rc = (int)syscall(SYS_getsockopt, fd, level, name, value, size);

	if (level == SOL_SOCKET && name == SO_ERROR && tcp_says != 0)
		*(int *)value = tcp_says;
	return rc;
}

/* --- The namespace. --- */

static void
address_set(const char *name, const char *text, bool there)
{
	struct rtnl_addr *a = rtnl_addr_alloc();
	struct nl_addr *local;

	assert_int_equal(nl_addr_parse(text, AF_INET6, &local), 0);
	rtnl_addr_set_ifindex(a, (int)if_nametoindex(name));
	rtnl_addr_set_local(a, local);
	rtnl_addr_set_flags(a, IFA_F_NODAD);
	assert_int_equal(
	    there ? rtnl_addr_add(nl, a, 0) : rtnl_addr_delete(nl, a, 0), 0);
	nl_addr_put(local);
	rtnl_addr_put(a);
}

/* Without addresses that the kernel makes, which are tentative for a while. */
static void
interface_up(const char *name, const char *addr)
{
	struct rtnl_link *change = rtnl_link_alloc(), *link;
	char path[128];
	FILE *f;

	snprintf(path, sizeof(path), "/proc/sys/net/ipv6/conf/%s/addr_gen_mode",
	    name);
	f = fopen(path, "we");
	assert_non_null(f);
	fputs("1", f);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(rtnl_link_get_kernel(nl, 0, name, &link), 0);
	rtnl_link_set_flags(change, IFF_UP);
	assert_int_equal(rtnl_link_change(nl, link, change, 0), 0);
	rtnl_link_put(link);
	rtnl_link_put(change);
	address_set(name, addr, true);
}

static int
links_up(void **state)
{
	(void)state;
	nl = nl_socket_alloc();
	assert_int_equal(nl_connect(nl, NETLINK_ROUTE), 0);
	assert_int_equal(
	    rtnl_link_veth_add(nl, "left0", "right0", getpid()), 0);
	assert_int_equal(
	    rtnl_link_veth_add(nl, "left1", "right1", getpid()), 0);
	interface_up("left0", "fe80::1/64");
	interface_up("left1", "fe80::1/64");
	interface_up("right0", "fe80::2/64");
	interface_up("right1", "fe80::2/64");
	return 0;
}

static int
links_down(void **state)
{
	(void)state;
	nl_socket_free(nl);
	return 0;
}

/* --- What core.c would do. --- */

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	(void)arg;
	(void)at;
	snprintf(refused, sizeof(refused), "%s", why ? why : "");
}

static const struct links_ops links_ops = { .listening = on_listening };

/* --- Arranging. --- */

static void
speaker_init(
    struct speaker *s, const char *name, const char *remote, const char *zone)
{
	bool dials = s < left + 2 && s >= left;

	s->config = (struct session_config){
		.name = name,
		.port = PORT,
		.local_as = dials ? 65001 : 65002,
		.remote_as = dials ? 65002 : 65001,
		.router_id = dials ? 1 : 2,
		.hold_time = 9,
		.connect_retry = 1,
		.passive = !dials,
		.families = { [FAMILY_V6] = true },
	};
	assert_true(addr_parse(remote, &s->config.remote));
	snprintf(s->config.zone, sizeof(s->config.zone), "%s", zone);
}

static void
speaker_start(struct speaker *s, struct peer_io *io)
{
	s->session =
	    session_new(&s->config, &quiet_session, s, &rng, loop_now());
	s->link = links_attach(peer_io_links(io), s->session, loop_now());
	session_start(s->session, loop_now());
}

static void
speaker_fini(struct speaker *s)
{
	links_detach(s->link);
	session_free(s->session);
	*s = (struct speaker){ 0 };
}

static int
setup(void **state)
{
	(void)state;
	base = event_base_new();
	rng_init(&rng, 1);
	left_io = peer_io_new(base, &links_ops, NULL);
	right_io = peer_io_new(base, &links_ops, NULL);
	refused[0] = '\0';
	tcp_says = 0;
	speaker_init(&left[0], "l0", "fe80::2", "left0");
	speaker_init(&left[1], "l1", "fe80::2", "left1");
	speaker_init(&right[0], "r0", "fe80::1", "right0");
	speaker_init(&right[1], "r1", "fe80::1", "right1");
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		speaker_fini(&left[i]);
		speaker_fini(&right[i]);
	}
	peer_io_free(left_io);
	peer_io_free(right_io);
	event_base_free(base);
	return 0;
}

static void
listen_on(const char *zone0, const char *zone1)
{
	struct addr any = { .family = FAMILY_V6 };
	struct scoped_addr at[] = { scoped_addr(&any, zone0),
		scoped_addr(&any, zone1) };
	struct peer_listen where = { PORT, at, zone1[0] != '\0' ? 2 : 1 };

	links_listen(peer_io_links(right_io), &where, loop_now());
	assert_string_equal(refused, "");
}

static void
start(unsigned n)
{
	for (unsigned i = 0; i < n; i++) {
		speaker_start(&right[i], right_io);
		speaker_start(&left[i], left_io);
	}
}

/* Runs the loop until the condition holds; PATIENCE at most. */
#define WAIT_FOR(condition)                                 \
	do {                                                \
		uint64_t until_ = loop_now() + PATIENCE;    \
		while (!(condition) && loop_now() < until_) \
			turn();                             \
		assert_true(condition);                     \
	} while (0)

static void
turn(void)
{
	struct timeval soon = { .tv_usec = 5000 };

	event_base_loopexit(base, &soon);
	event_base_dispatch(base);
}

static bool
is_up(const struct speaker *s)
{
	return session_agreed(s->session) != NULL;
}

static uint64_t
unknown(void)
{
	return links_stats(peer_io_links(right_io))->unknown;
}

/* --- The tests. --- */

TEST(sessions_with_one_address_come_up_each_on_its_link)
{
	struct addr local;

	listen_on("right0", "right1");
	start(2);
	WAIT_FOR(is_up(&left[0]) && is_up(&left[1]) && is_up(&right[0]) &&
	    is_up(&right[1]));
	assert_true(addr_parse("fe80::2", &local));
	assert_true(addr_eq(&session_agreed(right[0].session)->local, &local));
	assert_int_equal(unknown(), 0);
}

/* Each listener has the keys of its own link. */
TEST(one_address_has_another_password_on_each_link)
{
	left[0].config.password = right[0].config.password = "zero";
	left[1].config.password = right[1].config.password = "one";
	listen_on("right0", "right1");
	start(2);
	WAIT_FOR(is_up(&right[0]) && is_up(&right[1]));
}

TEST(source_address_is_on_the_link)
{
	assert_true(addr_parse("fe80::1", &left[1].config.source));
	assert_true(addr_parse("fe80::2", &right[1].config.source));
	listen_on("", "");
	start(2);
	WAIT_FOR(is_up(&right[1]));
}

/* One session over it, and one that says the address. */
TEST(two_sessions_listen_at_one_address_of_a_link)
{
	struct scoped_addr at[2];
	struct peer_listen where = { PORT, at, 2 };

	assert_true(scoped_addr_parse("fe80::2%right0", &at[0]));
	at[1] = scoped_addr(&(struct addr){ .family = FAMILY_V6 }, "right0");
	links_listen(peer_io_links(right_io), &where, loop_now());
	assert_string_equal(refused, "");
	start(1);
	WAIT_FOR(is_up(&right[0]));
	where.at++; /* and the other alone */
	where.n = 1;
	links_listen(peer_io_links(right_io), &where, loop_now());
	turn();
	assert_string_equal(refused, "");
	session_reset(left[0].session, CEASE_RESET, NULL, loop_now());
	WAIT_FOR(!is_up(&right[0]));
	WAIT_FOR(is_up(&right[0]));
}

TEST(peer_that_comes_by_another_link_is_refused)
{
	speaker_init(&right[0], "r0", "fe80::1", "right1");
	listen_on("", "");
	start(1);
	WAIT_FOR(unknown() > 0);
	assert_int_equal(session_stats(right[0].session)->out[MSG_OPEN], 0);
}

TEST(listener_knows_whether_its_address_is_there)
{
	struct addr any = { .family = FAMILY_V6 };
	struct scoped_addr at = scoped_addr(&any, "right0");
	struct err err;
	int fd = tcp_listener(FAMILY_V6, &err);

	assert_true(tcp_listen(fd, &at, PORT, &err));
	assert_true(tcp_is_on_link(fd, "right0"));
	assert_false(tcp_is_on_link(fd, "right1")); /* as if it were new */
	address_set("right0", "fe80::2/64", false);
	assert_false(tcp_is_on_link(fd, "right0"));
	address_set("right0", "fe80::2/64", true);
	assert_true(tcp_is_on_link(fd, "right0"));
	close(fd);
}

/* More hops, as spec.ebgpMultihop would allow, lead nowhere. */
TEST(peer_on_a_link_is_not_thought_to_be_far)
{
	tcp_says = EHOSTUNREACH;
	start(1);
	WAIT_FOR(session_error(left[0].session)->at != 0);
	assert_string_equal(
	    session_error(left[0].session)->text, "No route to host");
}

static void
alternative_name(const char *name, const char *other)
{
	struct ifinfomsg of = { .ifi_index = (int)if_nametoindex(name) };
	struct nl_msg *msg = nlmsg_alloc_simple(
	    RTM_NEWLINKPROP, NLM_F_CREATE | NLM_F_EXCL | NLM_F_APPEND);
	struct nlattr *list;

	assert_int_equal(nlmsg_append(msg, &of, sizeof(of), NLMSG_ALIGNTO), 0);
	list = nla_nest_start(msg, IFLA_PROP_LIST);
	assert_int_equal(nla_put_string(msg, IFLA_ALT_IFNAME, other), 0);
	nla_nest_end(msg, list);
	assert_int_equal(nl_send_sync(nl, msg), 0);
}

/* By which nobody who comes would be known. */
TEST(alternative_name_of_an_interface_is_refused_with_its_name)
{
	struct addr any = { .family = FAMILY_V6 };
	struct scoped_addr at = scoped_addr(&any, "other0");
	struct peer_listen where = { PORT, &at, 1 };

	alternative_name("right0", "other0");
	links_listen(peer_io_links(right_io), &where, loop_now());
	assert_string_equal(
	    refused, "other0: an alternative name; the interface is right0");
	speaker_init(&left[0], "l0", "fe80::2", "other0");
	start(1);
	WAIT_FOR(session_error(left[0].session)->at != 0);
	assert_string_equal(session_error(left[0].session)->text,
	    "other0: an alternative name; the interface is right0");
}

TEST(interface_that_is_not_there_is_named)
{
	struct addr any = { .family = FAMILY_V6 };
	struct scoped_addr at = scoped_addr(&any, "nowhere");
	struct peer_listen where = { PORT, &at, 1 };

	links_listen(peer_io_links(right_io), &where, loop_now());
	assert_non_null(strstr(refused, "nowhere: no "));
	speaker_init(&left[0], "l0", "fe80::2", "nowhere");
	start(1);
	WAIT_FOR(session_error(left[0].session)->at != 0);
	assert_string_equal(
	    session_error(left[0].session)->text, "nowhere: no such interface");
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(sessions_with_one_address_come_up_each_on_its_link),
		T(one_address_has_another_password_on_each_link),
		T(source_address_is_on_the_link),
		T(two_sessions_listen_at_one_address_of_a_link),
		T(peer_that_comes_by_another_link_is_refused),
		T(peer_on_a_link_is_not_thought_to_be_far),
		T(alternative_name_of_an_interface_is_refused_with_its_name),
		T(interface_that_is_not_there_is_named),
		cmocka_unit_test(listener_knows_whether_its_address_is_there),
	};
#undef T

	if (unshare(CLONE_NEWNET) != 0 &&
	    unshare(CLONE_NEWUSER | CLONE_NEWNET) != 0) {
		puts("Bail out! no network namespace of our own");
		return 1;
	}
	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name(
	    "link_local", tests, links_up, links_down);
}
