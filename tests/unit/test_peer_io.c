/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two speakers in one process, each with listeners of its own, over loopback:
 * TCP, keys, TTL and the event loop are the real ones.
 */
#include <stdlib.h>
#include <string.h>

#include <arpa/inet.h>
#include <errno.h>
#include <event2/event.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "bgpd/session/peer_io.h"
#include "bgpd/session/session.h"
#include "bgpd/session/tcp_io.h"
#include "bgpd/session/ttl_filter_io.h"
#include "bgpd/wire/update_out.h"
#include "common/err.h"
#include "common/log.h"
#include "common/loop_io.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/free_port.h"

enum { PATIENCE = 15000 }; /* ms */

struct speaker {
	struct peer_io *io;
	struct session *session;
	struct link *link;
	struct session_config config;
	unsigned ups, downs;
	unsigned updates, to_send;
	struct session_error last;
	char refused[256]; /* of listening() */
};

static struct event_base *base;
static struct rng rng;
static struct speaker a, b;
static uint16_t port;

/* A kernel without room for keys. */
static bool no_room;
static unsigned keys_tried;

/* In the place of libc's. */
int
setsockopt(int fd, int level, int name, const void *value, socklen_t n)
{
	if (no_room && level == IPPROTO_TCP && name == TCP_MD5SIG) {
		keys_tried++;
		errno = ENOMEM;
		return -1;
	}
	return (int)syscall(SYS_setsockopt, fd, level, name, value, n);
}

static unsigned sends;
static size_t first_send; /* bytes, of these */
static bool no_space;     /* TCP takes nothing */

/* In the place of libc's. */
ssize_t
send(int fd, const void *bytes, size_t n, int flags)
{
	if (sends++ == 0)
		first_send = n;
	if (no_space) {
		errno = EAGAIN;
		return -1;
	}
	return syscall(SYS_sendto, fd, bytes, n, flags, NULL, 0);
}

/* --- What core.c would do. --- */

static void
on_up(void *arg, const struct agreed *agreed)
{
	struct speaker *s = arg;

	(void)agreed;
	s->ups++;
	session_wake(s->session, loop_now());
}

static void
on_down(void *arg, const struct session_error *why)
{
	struct speaker *s = arg;

	s->downs++;
	s->last = *why;
}

static void
on_update(void *arg, const struct update *u, enum upd_verdict verdict)
{
	struct speaker *s = arg;

	(void)u;
	(void)verdict;
	s->updates++;
}

static void
on_refresh(void *arg, const struct refresh *r)
{
	(void)arg;
	(void)r;
}

/* An UPDATE of all the bytes that there may be: withdraws 0.0.0.0/0 all the time. */
static void
long_build(struct wbuf *w)
{
	for (unsigned i = 0; i < 8; i++)
		wbuf_u16(w, 0xffff);
	wbuf_u16(w, CONN_OUTPUT_MOST);
	wbuf_u8(w, MSG_UPDATE);
	wbuf_u16(w, CONN_OUTPUT_MOST - 23);
	while (w->len < CONN_OUTPUT_MOST)
		wbuf_u8(w, 0);
}

static bool
on_next(void *arg, struct rbuf *msg)
{
	static uint8_t room[CONN_OUTPUT_MOST];
	struct wbuf w = wbuf_of(room, sizeof(room));
	struct speaker *s = arg;

	if (s->to_send == 0)
		return false;
	s->to_send--;
	if (s->config.extended_messages)
		long_build(&w);
	else
		assert_true(eor_build(&w, FAMILY_V4));
	*msg = wbuf_read(&w, 0);
	return true;
}

static void
on_changed(void *arg)
{
	(void)arg;
}

static void
on_listening(void *arg, const struct scoped_addr *at, const char *why)
{
	struct speaker *s = arg;

	(void)at;
	snprintf(s->refused, sizeof(s->refused), "%s", why ? why : "");
}

static const struct session_ops ops = {
	.up = on_up,
	.down = on_down,
	.update = on_update,
	.refresh = on_refresh,
	.next = on_next,
	.changed = on_changed,
};

static const struct links_ops io_ops = { .listening = on_listening };

/* --- Arranging. --- */

static struct link *
link_new(struct peer_io *io, struct session *session)
{
	return links_attach(peer_io_links(io), session, loop_now());
}

static void
io_listen(struct peer_io *io, const struct peer_listen *where)
{
	links_listen(peer_io_links(io), where, loop_now());
}

static struct addr
addr(const char *text)
{
	struct addr at;

	assert_true(addr_parse(text, &at));
	return at;
}

static struct scoped_addr
place(const char *text)
{
	struct scoped_addr at;

	assert_true(scoped_addr_parse(text, &at));
	return at;
}

static void
speaker_listen(struct speaker *s, const char *at)
{
	struct scoped_addr here = place(at);
	struct peer_listen where = { port, &here, 1 };

	io_listen(s->io, &where);
}

static void
speaker_init(struct speaker *s, const char *here, const char *there, bool dials)
{
	uint32_t number = s == &a ? 1 : 2;

	*s = (struct speaker){ .io = peer_io_new(base, &io_ops, s) };
	s->config = (struct session_config){
		.name = there,
		.remote = addr(there),
		.source = addr(here),
		.port = port,
		.local_as = 65000 + number,
		.remote_as = 65003 - number,
		.router_id = number,
		.hold_time = 9,
		.connect_retry = 1,
		.passive = !dials,
		.families = { [FAMILY_V4] = true },
	};
}

static void
speaker_start(struct speaker *s)
{
	char here[ADDR_TEXT];

	s->session = session_new(&s->config, &ops, s, &rng, loop_now());
	s->link = link_new(s->io, s->session);
	speaker_listen(s, addr_print(&s->config.source, here));
	session_start(s->session, loop_now());
}

static void
speaker_fini(struct speaker *s)
{
	links_detach(s->link);
	session_free(s->session);
	peer_io_free(s->io);
}

static int
setup(void **state)
{
	(void)state;
	no_space = false;
	base = loop_new();
	rng_init(&rng, 1);
	port = free_port();
	return 0;
}

static int
teardown(void **state)
{
	(void)state;
	speaker_fini(&a);
	speaker_fini(&b);
	event_base_free(base);
	return 0;
}

/* The b that only listens, at the address of the family. */
static void
arrange(bool v6, bool b_dials)
{
	const char *here = v6 ? "::1" : "127.0.0.1";

	/* Loopback has but one IPv6 address: there only one side can listen. */
	speaker_init(&a, here, v6 ? "::1" : "127.0.0.2", true);
	speaker_init(&b, v6 ? "::1" : "127.0.0.2", here, b_dials);
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

static void
run_for(uint64_t ms)
{
	uint64_t until = loop_now() + ms;

	while (loop_now() < until)
		turn();
}

static bool
both_up(void)
{
	return session_agreed(a.session) != NULL &&
	    session_agreed(b.session) != NULL;
}

static void
start_both(void)
{
	speaker_start(&b);
	speaker_start(&a);
}

/* --- The tests. --- */

TEST(two_speakers_come_up_over_ipv4)
{
	arrange(false, false);
	start_both();
	WAIT_FOR(both_up());
	assert_true(
	    addr_eq(&session_agreed(a.session)->local, &a.config.source));
	assert_true(
	    addr_eq(&session_agreed(b.session)->remote, &a.config.source));
}

TEST(two_speakers_come_up_over_ipv6)
{
	arrange(true, false);
	speaker_start(&b);
	a.session = session_new(&a.config, &ops, &a, &rng, loop_now());
	a.link = link_new(a.io, a.session);
	session_start(a.session, loop_now());
	WAIT_FOR(both_up());
}

TEST(the_same_password_lets_them_meet_over_ipv6)
{
	arrange(true, false);
	a.config.password = b.config.password = "secret";
	speaker_start(&b);
	a.session = session_new(&a.config, &ops, &a, &rng, loop_now());
	a.link = link_new(a.io, a.session);
	session_start(a.session, loop_now());
	WAIT_FOR(both_up());
}

TEST(both_dial_and_nothing_flaps)
{
	arrange(false, true);
	start_both();
	WAIT_FOR(both_up());
	run_for(300);
	assert_int_equal(a.ups + b.ups, 2);
	assert_int_equal(a.downs + b.downs, 0);
}

TEST(a_session_lives_on_with_a_new_link)
{
	arrange(false, false);
	a.config.hold_time = b.config.hold_time = 3;
	start_both();
	WAIT_FOR(both_up());
	session_stop(a.session, CEASE_CONFIG_CHANGE, NULL, loop_now());
	links_detach(a.link);
	a.link = link_new(a.io, a.session);
	session_start(a.session, loop_now());
	WAIT_FOR(a.ups == 2 && both_up());
	run_for(3500);
	assert_int_equal(b.downs, 1); /* only ours, at the stop */
	assert_int_equal(a.downs, 1);
}

TEST(thousands_of_messages_pass_in_order_of_demand)
{
	arrange(false, false);
	a.to_send = 20000;
	b.to_send = 5;
	start_both();
	WAIT_FOR(b.updates == 20000 && a.updates == 5);
}

/* RFC 8654: more than TCP takes, and brings, at once. */
TEST(the_longest_messages_pass_both_ways)
{
	arrange(false, false);
	a.config.extended_messages = b.config.extended_messages = true;
	a.to_send = b.to_send = 500;
	start_both();
	WAIT_FOR(b.updates == 500 && a.updates == 500);
	assert_int_equal(a.downs + b.downs, 0);
}

TEST(the_same_password_lets_them_meet)
{
	arrange(false, true);
	a.config.password = b.config.password = "secret";
	start_both();
	WAIT_FOR(both_up());
}

TEST(another_password_keeps_them_apart)
{
	arrange(false, false);
	a.config.password = "secret";
	b.config.password = "another";
	start_both();
	WAIT_FOR(session_error(a.session)->at != 0);
	assert_string_equal(session_error(a.session)->text,
	    "connect timed out, MD5 configured");
	assert_int_equal(a.ups + b.ups, 0);
}

TEST(no_password_where_one_is_wanted_keeps_them_apart)
{
	arrange(false, false);
	b.config.password = "secret";
	start_both();
	run_for(500);
	assert_int_equal(a.ups + b.ups, 0);
}

TEST(a_new_password_holds_for_the_next_connection)
{
	arrange(false, false);
	a.config.password = b.config.password = "secret";
	start_both();
	WAIT_FOR(both_up());
	a.config.password = b.config.password = "another";
	session_reconfigure(b.session, &b.config, loop_now());
	run_for(100);
	assert_int_equal(b.downs, 0); /* until it is reset */
	session_reconfigure(a.session, &a.config, loop_now());
	session_reset(a.session, CEASE_CONFIG_CHANGE, NULL, loop_now());
	WAIT_FOR(a.ups == 2 && both_up());
}

/* --- Passwords, with bare TCP clients in the place of peers. --- */

static bool
set_key(int fd, const struct addr *peer, const char *key, struct err *err)
{
	struct prefix only = prefix_host(peer);

	return tcp_set_key(fd, &only, key, err);
}

/* Dials from there with this key (NULL: none); not yet connected. */
static int
dial_at(const char *to, const char *from, const char *key)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
	struct addr there = addr(to);
	struct err err;

	inet_pton(AF_INET, from, &at.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	if (key != NULL)
		assert_true(set_key(fd, &there, key, &err));
	inet_pton(AF_INET, to, &at.sin_addr);
	at.sin_port = htons(port);
	connect(fd, (struct sockaddr *)&at, sizeof(at));
	return fd;
}

static int
dial_b(const char *from, const char *key)
{
	return dial_at("127.0.0.2", from, key);
}

/* The kernel has made the connection: it waits to be accepted. */
static void
assert_connected(int fd)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	assert_int_equal(poll(&writable, 1, 1000), 1);
	assert_int_equal(tcp_error(fd), 0);
}

/* What has come: 0 nothing or the end, else an OPEN. */
static ssize_t
heard(int fd)
{
	uint8_t room[512];
	ssize_t n = recv(fd, room, sizeof(room), MSG_DONTWAIT | MSG_PEEK);

	return n < 0 ? 0 : n;
}

/* b knows two: 127.0.0.1 is its own, 127.0.0.3 is a session of c's in the same io. */
static struct session *c;
static struct link *c_link;
static struct session_config c_config;

static void
arrange_two_with_passwords(void)
{
	arrange(false, false);
	b.config.password = "secret-b";
	speaker_start(&b);
	c_config = b.config;
	c_config.name = "c";
	c_config.remote = addr("127.0.0.3");
	c_config.password = "secret-c";
	c = session_new(&c_config, &ops, &a, &rng, loop_now());
	c_link = link_new(b.io, c);
	session_start(c, loop_now());
	run_for(20);
}

static void
forget_c(void)
{
	links_detach(c_link);
	session_free(c);
}

static void
swap_addresses(void)
{
	struct addr was = b.config.remote;

	b.config.remote = c_config.remote;
	c_config.remote = was;
	session_reconfigure(b.session, &b.config, loop_now());
	session_reconfigure(c, &c_config, loop_now());
}

TEST(two_that_swap_addresses_keep_their_passwords)
{
	int fds[4];

	arrange_two_with_passwords();
	for (unsigned round = 0; round < 4; round++) {
		const char *first = round % 2 ? "secret-b" : "secret-c";
		const char *third = round % 2 ? "secret-c" : "secret-b";

		swap_addresses();
		run_for(20);
		fds[0] = dial_b("127.0.0.1", NULL);
		fds[1] = dial_b("127.0.0.3", NULL);
		fds[2] = dial_b("127.0.0.1", first);
		fds[3] = dial_b("127.0.0.3", third);
		WAIT_FOR(heard(fds[2]) > 0);
		WAIT_FOR(heard(fds[3]) > 0);
		assert_int_equal(heard(fds[0]) + heard(fds[1]), 0);
		for (unsigned i = 0; i < 4; i++)
			close(fds[i]);
		run_for(20);
	}
	forget_c();
}

/* Without a key it may connect only before there is one. */
TEST(while_addresses_swap_nobody_gets_in_without_a_password)
{
	ssize_t n = 0;

	arrange_two_with_passwords();
	for (unsigned round = 0; round < 40; round++) {
		int one = dial_b("127.0.0.1", NULL);
		int two = dial_b("127.0.0.3", NULL);

		swap_addresses();
		run_for(10);
		n += heard(one) + heard(two);
		close(one);
		close(two);
	}
	assert_int_equal(n, 0);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	assert_int_equal(session_stats(c)->out[MSG_OPEN], 0);
	forget_c();
}

/* It waits to be accepted when its peer gets a password. */
TEST(connection_made_before_the_password_is_refused)
{
	arrange(false, false);
	speaker_start(&b);
	run_for(20);

	int fd = dial_b("127.0.0.1", NULL);

	assert_connected(fd);
	b.config.password = "secret";
	session_reconfigure(b.session, &b.config, loop_now());
	run_for(100);
	assert_int_equal(heard(fd), 0);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	close(fd);
}

TEST(connection_made_with_the_last_password_is_refused)
{
	arrange(false, false);
	b.config.password = "secret";
	speaker_start(&b);
	run_for(20);

	int fd = dial_b("127.0.0.1", "secret");

	assert_connected(fd);
	b.config.password = "another";
	session_reconfigure(b.session, &b.config, loop_now());
	run_for(100);
	assert_int_equal(links_stats(peer_io_links(b.io))->unkeyed, 1);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	close(fd);
}

/* The socket that listens there. */
static int
listener_of_b(void)
{
	struct sockaddr_in at;

	for (int fd = 3; fd < 256; fd++) {
		socklen_t len = sizeof(at), one = sizeof(int);
		int listens = 0;

		if (getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &one) ==
			0 &&
		    listens &&
		    getsockname(fd, (struct sockaddr *)&at, &len) == 0 &&
		    at.sin_port == htons(port))
			return fd;
	}
	fail();
	return -1;
}

/* No file is left to accept with, so that nobody can be sent away one by one. */
TEST(connection_that_waited_is_refused_without_a_file_left)
{
	struct rlimit was, none;
	int fd;

	arrange(false, false);
	b.config.password = "secret";
	speaker_start(&b);
	run_for(20);
	fd = dial_b("127.0.0.1", "secret");
	assert_connected(fd);
	b.config.password = "another";
	session_reconfigure(b.session, &b.config, loop_now());
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &was), 0);
	none = (struct rlimit){ (rlim_t)fd + 1, was.rlim_max };
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &none), 0);
	run_for(20);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &was), 0);
	run_for(100);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	close(fd);
	fd = dial_b("127.0.0.1", "another");
	WAIT_FOR(heard(fd) > 0);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 1);
	close(fd);
}

TEST(listener_that_opens_later_has_the_passwords)
{
	struct peer_listen nowhere = { 0 };

	arrange(false, false);
	b.config.password = "secret";
	speaker_start(&b);
	io_listen(b.io, &nowhere);
	run_for(20);
	speaker_listen(&b, "127.0.0.2");

	int with = dial_b("127.0.0.1", "secret");

	WAIT_FOR(heard(with) > 0);
	close(with);
}

/* However the key came away: what counts is what the kernel did with the connection. */
TEST(connection_that_the_kernel_did_not_check_is_refused)
{
	struct addr peer = addr("127.0.0.1");
	struct err err;

	arrange(false, false);
	b.config.password = "secret";
	speaker_start(&b);
	run_for(20);
	assert_true(set_key(listener_of_b(), &peer, NULL, &err));

	int fd = dial_b("127.0.0.1", NULL);

	assert_connected(fd);
	run_for(100);
	assert_int_equal(heard(fd), 0);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	assert_int_equal(links_stats(peer_io_links(b.io))->unkeyed, 1);
	close(fd);
}

/* --- Keys and TTLs by prefix, at a bare listener. --- */

static int
listen_bare(void)
{
	struct scoped_addr at = place("127.0.0.8");
	struct err err;
	int fd = tcp_listener(FAMILY_V4, &err);

	assert_true(fd >= 0);
	assert_true(tcp_listen(fd, &at, port, &err));
	return fd;
}

static bool
is_let_in(int fd)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	return poll(&writable, 1, 100) == 1 && tcp_error(fd) == 0;
}

/* From there, with that key: is it let in, and was it made under a key? */
static void
assert_let_in(int listener, const char *from, const char *key, bool in)
{
	int fd = dial_at("127.0.0.8", from, key);
	struct scoped_addr remote;
	struct err err;

	assert_int_equal(is_let_in(fd), in);
	if (in) {
		int got = tcp_accept(listener, &remote);

		assert_true(got >= 0);
		assert_int_equal(tcp_prove_key(got, &remote.addr,
				     key != NULL ? key : "none", &err),
		    key != NULL);
		close(got);
	}
	close(fd);
}

TEST(a_key_of_a_prefix_holds_but_for_whom_has_a_longer_one)
{
	struct addr range = addr("127.0.0.0"), one = addr("127.0.0.17");
	struct prefix wide = prefix_of(&range, 24), host = prefix_host(&one);
	struct err err;

	arrange(false, false);
	int fd = listen_bare();

	assert_true(tcp_set_key(fd, &host, "own", &err));
	assert_true(tcp_set_key(fd, &wide, "range", &err));
	assert_let_in(fd, "127.0.0.16", "range", true);
	assert_let_in(fd, "127.0.0.16", "own", false);
	assert_let_in(fd, "127.0.0.16", NULL, false);
	assert_let_in(fd, "127.0.0.17", "own", true);
	assert_let_in(fd, "127.0.0.17", "range", false);
	assert_let_in(fd, "127.0.1.16", NULL, true); /* outside */
	assert_true(tcp_set_key(fd, &host, NULL, &err));
	assert_let_in(fd, "127.0.0.17", "range", true);
	assert_true(tcp_set_key(fd, &wide, NULL, &err));
	assert_let_in(fd, "127.0.0.16", NULL, true);
	close(fd);
}

/* Loopback sends with TTL 64. The first rule that an address falls under counts. */
TEST(a_ttl_rule_of_a_prefix_holds_for_its_addresses)
{
	struct addr range = addr("127.0.0.16"), one = addr("127.0.0.17");
	struct ttl_rule rules[] = { { prefix_host(&one), 0 },
		{ prefix_of(&range, 28), 65 } };
	struct err err;

	arrange(false, false);
	int fd = listen_bare();

	assert_true(ttl_filter_set(fd, rules, 2, &err));
	assert_let_in(fd, "127.0.0.16", NULL, false);
	assert_let_in(fd, "127.0.0.31", NULL, false);
	assert_let_in(fd, "127.0.0.17", NULL, true);
	assert_let_in(fd, "127.0.0.15", NULL, true);
	assert_let_in(fd, "127.0.0.32", NULL, true);
	rules[1].least = 64;
	assert_true(ttl_filter_set(fd, rules, 2, &err));
	assert_let_in(fd, "127.0.0.31", NULL, true);
	close(fd);
}

/* --- Addresses of ours. --- */

/* b listens at any address, and looks for `other`. */
static void
b_listens_anywhere(const char *other)
{
	struct scoped_addr at[] = { { .addr = { .family = FAMILY_V4 } },
		place(other) };
	struct peer_listen where = { port, at, 2 };

	io_listen(b.io, &where);
}

TEST(peer_is_taken_at_the_address_of_its_session_only)
{
	arrange(false, false);
	speaker_start(&b);
	b_listens_anywhere("127.0.0.2");
	assert_string_equal(b.refused, "");

	int elsewhere = dial_at("127.0.0.9", "127.0.0.1", NULL);
	int here = dial_at("127.0.0.2", "127.0.0.1", NULL);

	WAIT_FOR(heard(here) > 0);
	assert_int_equal(heard(elsewhere), 0);
	assert_int_equal(links_stats(peer_io_links(b.io))->elsewhere, 1);
	close(elsewhere);
	close(here);
}

/* Two things in turn are no news each time. */
TEST(refusals_of_two_kinds_are_told_once_each)
{
	struct addr peer = addr("127.0.0.1");
	struct err err;
	int fds[6];

	arrange(false, false);
	b.config.password = "secret";
	speaker_start(&b);
	b_listens_anywhere("127.0.0.2");
	run_for(20);
	assert_true(set_key(listener_of_b(), &peer, NULL, &err));

	uint64_t lines = log_count(LOG_LEVEL_WARN);

	for (unsigned i = 0; i < 6; i++) {
		fds[i] = dial_at(
		    i % 2 ? "127.0.0.9" : "127.0.0.2", "127.0.0.1", NULL);
		run_for(20);
	}
	WAIT_FOR(links_stats(peer_io_links(b.io))->elsewhere == 3);
	WAIT_FOR(links_stats(peer_io_links(b.io))->unkeyed == 3);
	assert_int_equal(log_count(LOG_LEVEL_WARN) - lines, 2);
	for (unsigned i = 0; i < 6; i++)
		close(fds[i]);
}

TEST(it_listens_at_each_address_of_a_session)
{
	struct scoped_addr at[] = { place("127.0.0.5"), place("127.0.0.2") };
	struct peer_listen where = { port, at, 2 };
	int fd;

	arrange(false, false);
	speaker_start(&b);
	io_listen(b.io, &where);
	fd = dial_at("127.0.0.5", "127.0.0.1", NULL);
	assert_connected(fd);
	close(fd);
	b.config.source = addr("127.0.0.5");
	session_reconfigure(b.session, &b.config, loop_now());
	fd = dial_at("127.0.0.5", "127.0.0.1", NULL);
	WAIT_FOR(heard(fd) > 0);
	close(fd);
}

TEST(address_that_is_not_here_is_told)
{
	struct scoped_addr here = place("127.0.0.2"),
			   away = place("192.0.2.99");
	struct peer_listen where = { port, &away, 1 },
			   good = { port, &here, 1 };

	arrange(false, false);
	speaker_start(&b);
	io_listen(b.io, &where);
	assert_string_equal(b.refused,
	    "192.0.2.99: no interface of this node has that address");
	io_listen(b.io, &good);
	assert_string_equal(b.refused, "");
	b_listens_anywhere("192.0.2.99");
	assert_string_equal(b.refused,
	    "192.0.2.99: no interface of this node has that address");
	b_listens_anywhere("127.0.0.2");
	assert_string_equal(b.refused, "");
}

TEST(ttl_security_lets_a_neighbour_in)
{
	arrange(false, false);
	a.config.ttl_security = b.config.ttl_security = 1;
	start_both();
	WAIT_FOR(both_up());
}

TEST(ttl_security_drops_what_may_come_from_afar) /* row 49 */
{
	arrange(false, false);
	b.config.ttl_security = 1; /* and a sends with TTL 1 */
	start_both();
	run_for(500);
	assert_int_equal(b.ups, 0);
}

/* Dials b over loopback with that TTL. */
static int
dial_from_afar(bool v6, int ttl)
{
	struct sockaddr_in6 there6 = { .sin6_family = AF_INET6,
		.sin6_port = htons(port),
		.sin6_addr = IN6ADDR_LOOPBACK_INIT };
	struct sockaddr_in there = { .sin_family = AF_INET,
		.sin_port = htons(port),
		.sin_addr = { htonl(0x7f000002) } };
	int fd =
	    socket(v6 ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);

	assert_int_equal(
	    setsockopt(fd, v6 ? IPPROTO_IPV6 : IPPROTO_IP,
		v6 ? IPV6_UNICAST_HOPS : IP_TTL, &ttl, sizeof(ttl)),
	    0);
	connect(fd, v6 ? (struct sockaddr *)&there6 : (struct sockaddr *)&there,
	    v6 ? sizeof(there6) : sizeof(there));
	return fd;
}

static bool
is_connected(int fd)
{
	struct pollfd writable = { .fd = fd, .events = POLLOUT };

	return poll(&writable, 1, 200) == 1;
}

static void
set_ttl_security(uint8_t hops)
{
	b.config.ttl_security = hops;
	session_reconfigure(b.session, &b.config, loop_now());
	run_for(20);
}

/* Not one byte of what comes from further away is read: not even a SYN gets through. */
static void
assert_least_ttl(bool v6, int ttl)
{
	int far = dial_from_afar(v6, ttl - 1), near = dial_from_afar(v6, ttl);

	WAIT_FOR(heard(near) > 0);
	assert_false(is_connected(far));
	close(far);
	close(near);
	run_for(20);
}

static void
assert_ttl_security_holds(bool v6)
{
	arrange(v6, false);
	speaker_start(&b);
	set_ttl_security(1);
	assert_least_ttl(v6, 255);
	set_ttl_security(2);
	assert_least_ttl(v6, 254);
	set_ttl_security(0);

	int far = dial_from_afar(v6, 1);

	assert_true(is_connected(far));
	close(far);
}

TEST(what_comes_from_afar_gets_no_connection) /* row 49 */
{
	assert_ttl_security_holds(false);
}

TEST(what_comes_from_afar_gets_no_connection_over_ipv6)
{
	assert_ttl_security_holds(true);
}

TEST(ttl_security_holds_where_we_dial)
{
	arrange(false, false);
	a.config.ttl_security = 1; /* and b sends with TTL 1 */
	start_both();
	run_for(300);
	assert_int_equal(session_stats(a.session)->attempts, 1);
	assert_int_equal(session_stats(a.session)->in[MSG_OPEN], 0);
}

TEST(ttl_security_holds_for_what_is_accepted)
{
	static const uint8_t bytes[64];
	int ttl = 254, fd;

	arrange(false, false);
	speaker_start(&b);
	set_ttl_security(1);
	fd = dial_from_afar(false, 255);
	WAIT_FOR(heard(fd) > 0);
	setsockopt(fd, IPPROTO_IP, IP_TTL, &ttl, sizeof(ttl));
	assert_int_equal(send(fd, bytes, sizeof(bytes), 0), sizeof(bytes));
	run_for(100);
	assert_int_equal(session_state(b.session), STATE_OPENSENT);
	close(fd);
}

/* It waits to be accepted when its peer gets ttlSecurity. */
TEST(connection_made_before_ttl_security_is_refused)
{
	arrange(false, false);
	speaker_start(&b);
	run_for(20);

	int fd = dial_b("127.0.0.1", NULL);

	assert_connected(fd);
	b.config.ttl_security = 1;
	session_reconfigure(b.session, &b.config, loop_now());
	run_for(100);
	assert_int_equal(heard(fd), 0);
	assert_int_equal(session_stats(b.session)->out[MSG_OPEN], 0);
	close(fd);
}

TEST(the_shutdown_text_arrives)
{
	arrange(false, false);
	start_both();
	WAIT_FOR(both_up());
	a.to_send = 1000; /* something of ours is on its way */
	session_wake(a.session, loop_now());
	session_stop(a.session, CEASE_SHUTDOWN, "upgrade", loop_now());
	WAIT_FOR(b.downs == 1);
	assert_true(b.last.received);
	assert_int_equal(b.last.code, ERR_CEASE);
	assert_int_equal(b.last.subcode, CEASE_SHUTDOWN);
	assert_string_equal(b.last.text, "upgrade");
	WAIT_FOR(peer_io_flushed(a.io));
}

TEST(last_words_wait_for_what_tcp_has_no_room_for)
{
	arrange(false, false);
	start_both();
	WAIT_FOR(both_up());
	a.to_send = 1000;
	no_space = true;
	session_wake(a.session, loop_now());
	run_for(20);
	assert_true(a.to_send < 1000);
	session_stop(a.session, CEASE_SHUTDOWN, "upgrade", loop_now());
	run_for(20);
	assert_int_equal(b.downs, 0);
	no_space = false;
	WAIT_FOR(b.downs == 1);
	assert_int_equal(b.updates, 1000 - a.to_send);
	assert_int_equal(b.last.code, ERR_CEASE);
	assert_string_equal(b.last.text, "upgrade");
	WAIT_FOR(peer_io_flushed(a.io));
}

TEST(last_words_that_tcp_never_takes_are_given_up)
{
	arrange(false, false);
	start_both();
	WAIT_FOR(both_up());
	no_space = true;
	session_stop(a.session, CEASE_SHUTDOWN, "upgrade", loop_now());
	run_for(1000);
	assert_false(peer_io_flushed(a.io));
	run_for(1500);
	assert_true(peer_io_flushed(a.io));
	assert_int_equal(b.downs, 1);
	assert_false(b.last.received);
	assert_string_equal(b.last.text, strerror(ECONNRESET));
}

TEST(a_port_that_is_taken_is_told_and_dialing_goes_on)
{
	arrange(false, false);
	speaker_start(&b);
	speaker_listen(&a, "127.0.0.2");
	assert_non_null(strstr(a.refused, "Address already in use"));
	assert_non_null(strstr(a.refused, "pid"));
	a.session = session_new(&a.config, &ops, &a, &rng, loop_now());
	a.link = link_new(a.io, a.session);
	session_start(a.session, loop_now());
	WAIT_FOR(both_up());
}

TEST(a_port_that_nobody_wants_any_more_is_no_fault)
{
	struct peer_listen nowhere = { 0 };

	arrange(false, false);
	speaker_start(&b);
	speaker_listen(&a, "127.0.0.2");
	assert_string_not_equal(a.refused, "");
	io_listen(a.io, &nowhere);
	assert_string_equal(a.refused, "");
	a.session = NULL;
	a.link = NULL;
}

/* A bare TCP client; returns once the other end has closed. */
static void
knock(const char *from)
{
	struct sockaddr_in at = { .sin_family = AF_INET };
	int fd = socket(AF_INET, SOCK_STREAM, 0);
	struct pollfd gone = { .fd = fd, .events = POLLIN };

	inet_pton(AF_INET, from, &at.sin_addr);
	assert_int_equal(bind(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	inet_pton(AF_INET, "127.0.0.2", &at.sin_addr);
	at.sin_port = htons(port);
	assert_int_equal(connect(fd, (struct sockaddr *)&at, sizeof(at)), 0);
	WAIT_FOR(poll(&gone, 1, 0) == 1);
	close(fd);
}

TEST(strangers_are_sent_away) /* row 48 */
{
	arrange(false, false);
	speaker_start(&b);
	knock("127.0.0.77");
	knock("127.0.0.78");
	assert_int_equal(links_stats(peer_io_links(b.io))->unknown, 2);
	assert_int_equal(session_stats(b.session)->in[MSG_OPEN], 0);
	a.session = session_new(&a.config, &ops, &a, &rng, loop_now());
	a.link = link_new(a.io, a.session);
	session_start(a.session, loop_now());
	WAIT_FOR(both_up());
}

/* What the kernel refuses is tried again in time, not for whoever comes. */
TEST(strangers_cause_no_work_while_a_key_is_refused)
{
	arrange(false, false);
	b.config.password = "secret";
	no_room = true;
	keys_tried = 0;
	speaker_start(&b);
	run_for(20);
	unsigned tried = keys_tried;

	assert_true(tried > 0);
	for (unsigned i = 0; i < 3; i++)
		knock("127.0.0.77");
	assert_int_equal(keys_tried, tried);
	no_room = false;
	run_for(10500);

	int fd = dial_b("127.0.0.1", "secret");

	WAIT_FOR(heard(fd) > 0);
	close(fd);
}

TEST(a_peer_that_comes_too_fast_is_limited) /* row 48 */
{
	arrange(false, false);
	speaker_start(&b);
	for (unsigned i = 0; i < 12; i++)
		knock("127.0.0.1"); /* b's peer, who never says a word */
	assert_true(links_stats(peer_io_links(b.io))->limited >= 5);
	a.session = NULL;
	a.link = NULL;
}

/* Sockets of ours that TCP watches for 9 s. */
static unsigned
watched(void)
{
	unsigned n = 0;

	for (int fd = 3; fd < 256; fd++) {
		int on = 0, idle = 0, most = 0;
		socklen_t len = sizeof(int);

		getsockopt(fd, SOL_SOCKET, SO_KEEPALIVE, &on, &len);
		getsockopt(fd, IPPROTO_TCP, TCP_KEEPIDLE, &idle, &len);
		getsockopt(fd, IPPROTO_TCP, TCP_USER_TIMEOUT, &most, &len);
		n += on && idle == 4 && most == 9000;
	}
	return n;
}

TEST(peer_without_a_hold_time_is_watched_by_tcp)
{
	arrange(false, false);
	b.config.hold_time = 0;
	start_both();
	WAIT_FOR(both_up());
	assert_int_equal(watched(), 1); /* that of a, who wants 9 s */
}

/* --- Time. --- */

enum {
	BUSY = 64,
	EACH = 20, /* ms; a round of them is more than 1 s */
	EVERY_MOST =
	    1000, /* ms from KEEPALIVE to KEEPALIVE, of hold time 3 s */
};

static unsigned turns_since, turns_most, unsent;
static uint64_t said_before;

static uint64_t
keepalives(void)
{
	return session_stats(a.session)->out[MSG_KEEPALIVE];
}

static void
on_busy(evutil_socket_t fd, short what, void *arg)
{
	(void)fd;
	(void)what;
	(void)arg;
	if (keepalives() != said_before) {
		unsent += sends == 0;
		said_before = keepalives();
		turns_since = 0;
	}
	sends = 0;
	turns_since++;
	if (turns_since > turns_most)
		turns_most = turns_since;
	usleep(EACH * 1000);
}

/* As many callbacks as the time between has room for, and the one that runs. */
TEST(keepalive_waits_for_no_round_of_busy_sockets)
{
	struct event *busy[BUSY];
	int fds[2];

	arrange(false, false);
	a.config.hold_time = b.config.hold_time = 3;
	start_both();
	WAIT_FOR(both_up());
	assert_int_equal(pipe(fds), 0);
	assert_int_equal(write(fds[1], "", 1), 1);
	turns_most = unsent = 0;
	said_before = 0;
	for (unsigned i = 0; i < BUSY; i++) {
		busy[i] = event_new(
		    base, fds[0], EV_READ | EV_PERSIST, on_busy, NULL);
		event_add(busy[i], NULL);
	}
	WAIT_FOR(keepalives() >= 4);
	assert_in_range(turns_most, 1, EVERY_MOST / EACH + 1);
	assert_int_equal(unsent, 0);
	assert_int_equal(a.downs + b.downs, 0);
	for (unsigned i = 0; i < BUSY; i++)
		event_free(busy[i]);
	close(fds[0]);
	close(fds[1]);
}

static void
say(int fd, const uint8_t *bytes, size_t n)
{
	assert_int_equal(write(fd, bytes, n), n);
}

#define MARKER                                                                \
	255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, 255, \
	    255, 255

static const uint8_t keepalive[] = { MARKER, 0, 19, 4 };

/* A socket that a test speaks from, with a session of B of 3 s up. */
static int
establish_by_hand(void)
{
	static const uint8_t open[] = { MARKER, 0, 29, 1, 4, 0xfd, 0xe9, 0, 3,
		0, 0, 0, 1, 0 };
	int fd;

	arrange(false, false);
	b.config.hold_time = 3;
	speaker_start(&b);
	fd = dial_b("127.0.0.1", NULL);
	assert_connected(fd);
	say(fd, open, sizeof(open));
	say(fd, keepalive, sizeof(keepalive));
	WAIT_FOR(b.ups == 1);
	return fd;
}

/* As when the whole machine was. */
TEST(peer_is_kept_that_spoke_while_the_program_was_stopped)
{
	int fd = establish_by_hand();

	say(fd, keepalive, sizeof(keepalive));
	usleep(3100 * 1000);
	run_for(50);
	assert_int_equal(b.downs, 0);
	close(fd);
}

/* Others that are due wait for it, and not for the table too. */
TEST(table_waits_behind_a_keepalive_for_its_turn)
{
	int fd = establish_by_hand();

	run_for(50);
	b.to_send = 1000;
	sends = 0;
	WAIT_FOR(sends > 0);
	assert_int_equal(first_send, sizeof(keepalive));
	WAIT_FOR(b.to_send == 0);
	close(fd);
}

#undef MARKER

static void
the_interface_of_an_address_is_found(void **state)
{
	struct addr here = addr_v4(0x7f000001), nowhere = addr_v4(0xc6336463);
	char name[ZONE_TEXT] = "";

	(void)state;
	assert_true(tcp_interface_of(&here, name));
	assert_string_equal(name, "lo");
	assert_false(tcp_interface_of(&nowhere, name));
	assert_false(tcp_interface_of(&(struct addr){ 0 }, name));
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(two_speakers_come_up_over_ipv4),
		T(two_speakers_come_up_over_ipv6),
		T(peer_without_a_hold_time_is_watched_by_tcp),
		T(the_same_password_lets_them_meet_over_ipv6),
		T(both_dial_and_nothing_flaps),
		T(a_session_lives_on_with_a_new_link),
		T(thousands_of_messages_pass_in_order_of_demand),
		T(the_longest_messages_pass_both_ways),
		T(the_same_password_lets_them_meet),
		T(another_password_keeps_them_apart),
		T(no_password_where_one_is_wanted_keeps_them_apart),
		T(a_new_password_holds_for_the_next_connection),
		T(two_that_swap_addresses_keep_their_passwords),
		T(while_addresses_swap_nobody_gets_in_without_a_password),
		T(connection_made_before_the_password_is_refused),
		T(connection_made_with_the_last_password_is_refused),
		T(connection_that_waited_is_refused_without_a_file_left),
		T(listener_that_opens_later_has_the_passwords),
		T(connection_that_the_kernel_did_not_check_is_refused),
		T(a_key_of_a_prefix_holds_but_for_whom_has_a_longer_one),
		T(a_ttl_rule_of_a_prefix_holds_for_its_addresses),
		T(peer_is_taken_at_the_address_of_its_session_only),
		T(refusals_of_two_kinds_are_told_once_each),
		T(it_listens_at_each_address_of_a_session),
		T(address_that_is_not_here_is_told),
		T(ttl_security_lets_a_neighbour_in),
		T(ttl_security_drops_what_may_come_from_afar),
		T(what_comes_from_afar_gets_no_connection),
		T(what_comes_from_afar_gets_no_connection_over_ipv6),
		T(connection_made_before_ttl_security_is_refused),
		T(ttl_security_holds_where_we_dial),
		T(ttl_security_holds_for_what_is_accepted),
		T(the_shutdown_text_arrives),
		T(last_words_wait_for_what_tcp_has_no_room_for),
		T(last_words_that_tcp_never_takes_are_given_up),
		T(a_port_that_is_taken_is_told_and_dialing_goes_on),
		T(a_port_that_nobody_wants_any_more_is_no_fault),
		T(strangers_are_sent_away),
		T(strangers_cause_no_work_while_a_key_is_refused),
		T(a_peer_that_comes_too_fast_is_limited),
		T(keepalive_waits_for_no_round_of_busy_sockets),
		T(peer_is_kept_that_spoke_while_the_program_was_stopped),
		T(table_waits_behind_a_keepalive_for_its_turn),
		cmocka_unit_test(the_interface_of_an_address_is_found),
	};
#undef T

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("peer_io", tests, NULL, NULL);
}
