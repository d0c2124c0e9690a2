/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two peers of which only sessions and links are real: sockets, keys, filters and time
 * are those of fake_port. Callers come with an address, a key and a TTL; how far each
 * gets says who is let in. A test changes what peers are configured to be, lets time
 * pass, and lets the kernel refuse this or that.
 */
#include <stdio.h>
#include <string.h>

#include "bgpd/session/session.h"
#include "common/log.h"
#include "common/rng.h"
#include "tests/fake/fake_port.h"
#include "tests/test.h"
#include "tests/unit/quiet_session.h"

enum { HERE = 0x0a000001, PEER_A = 0x0a000002, PEER_B = 0x0a000003 };

static struct fake_port port;
static struct rng rng;

struct peer {
	struct session_config config;
	struct session *session;
	struct link *link;
};

static struct peer a, b;

/* --- What core.c would do. --- */

static void
peer_attach(struct peer *p)
{
	p->link = links_attach(port.links, p->session, port.now);
}

static void
peer_init(struct peer *p, const char *name, uint32_t remote)
{
	p->config = (struct session_config){
		.name = name,
		.remote = addr_v4(remote),
		.local_as = 65001,
		.remote_as = 65002,
		.router_id = 1,
		.hold_time = 90,
		.families = { [FAMILY_V4] = true },
		.passive = true,
	};
	p->session = session_new(&p->config, &quiet_session, p, &rng, port.now);
	peer_attach(p);
	session_start(p->session, port.now);
}

static void
configure(struct peer *p)
{
	session_reconfigure(p->session, &p->config, port.now);
}

static void
listen_at(uint8_t family)
{
	struct scoped_addr any = { .addr = { .family = family } };
	struct peer_listen where = { 179, &any, 1 };

	links_listen(port.links, &where, port.now);
}

static int
setup(void **state)
{
	(void)state;
	rng_init(&rng, 1);
	fake_port_init(&port);
	peer_init(&a, "a", PEER_A);
	peer_init(&b, "b", PEER_B);
	listen_at(FAMILY_V4);
	fake_port_run(&port, 0);
	return 0;
}

static int
teardown(void **state)
{
	struct peer *all[] = { &a, &b };

	(void)state;
	for (unsigned i = 0; i < 2; i++) {
		links_detach(all[i]->link);
		session_free(all[i]->session);
	}
	fake_port_fini(&port);
	return 0;
}

static struct tcp_socket *
comes_with_ttl(uint32_t from, const char *key, uint8_t ttl)
{
	struct caller caller = { { addr_v4(from), "" }, addr_v4(HERE) };

	return fake_port_connect(&port, &caller, key, ttl);
}

static struct tcp_socket *
comes(uint32_t from, const char *key)
{
	return comes_with_ttl(from, key, 1);
}

/* What became of it, after a moment. */
static enum fake_stage
ends(const struct tcp_socket *s)
{
	fake_port_run(&port, 1);
	return s->stage;
}

/* --- Who is let in. --- */

TEST(peer_is_let_in_and_nobody_else)
{
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_TAKEN);
	assert_int_equal(session_state(a.session), STATE_OPENSENT);
	assert_int_equal(ends(comes(99, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unknown, 1);
	assert_int_equal(session_state(b.session), STATE_ACTIVE);
}

TEST(peer_that_comes_to_another_address_is_refused)
{
	a.config.source = addr_v4(77);
	configure(&a);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->elsewhere, 1);
}

TEST(peer_that_another_one_shares_its_address_with_is_only_dialed)
{
	b.config.remote = a.config.remote;
	b.config.port = 1790;
	configure(&b);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->shared, 1);
}

TEST(peer_that_comes_too_often_is_refused)
{
	for (unsigned i = 0; i < 8; i++)
		ends(comes(PEER_A, NULL));
	assert_int_equal(links_stats(port.links)->limited, 3);
}

/* --- Keys. --- */

static void
swap_with_passwords(void)
{
	a.config.remote = addr_v4(PEER_B);
	b.config.remote = addr_v4(PEER_A);
	configure(&a);
	configure(&b);
}

static void
set_passwords(void)
{
	a.config.password = "secret-a";
	b.config.password = "secret-b";
	configure(&a);
	configure(&b);
	fake_port_run(&port, 0);
}

TEST(peers_that_swap_addresses_keep_their_passwords)
{
	set_passwords();
	swap_with_passwords();
	fake_port_run(&port, 0);
	assert_int_equal(comes(PEER_A, NULL)->stage, FAKE_DROPPED);
	assert_int_equal(comes(PEER_B, NULL)->stage, FAKE_DROPPED);
	assert_int_equal(ends(comes(PEER_A, "secret-b")), FAKE_TAKEN);
	assert_int_equal(ends(comes(PEER_B, "secret-a")), FAKE_TAKEN);
}

TEST(who_waited_while_keys_changed_is_refused)
{
	struct tcp_socket *first, *second;

	first = comes(PEER_A, NULL);
	a.config.password = "secret";
	configure(&a);
	assert_int_equal(ends(first), FAKE_REFUSED);
	second = comes(PEER_A, "secret");
	a.config.password = "another";
	configure(&a);
	assert_int_equal(ends(second), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unkeyed, 2);
	assert_int_equal(session_stats(a.session)->out[MSG_OPEN], 0);
}

TEST(other_peers_who_wait_while_keys_change_are_let_in)
{
	struct tcp_socket *other = comes(PEER_B, NULL);

	a.config.password = "secret";
	configure(&a);
	assert_int_equal(ends(other), FAKE_TAKEN);
}

/* Nobody can be sent away one by one. */
TEST(without_a_descriptor_who_waited_goes_with_the_listener)
{
	struct tcp_socket *old = comes(PEER_A, NULL);

	port.no_room = true;
	a.config.password = "secret";
	configure(&a);
	assert_int_equal(ends(old), FAKE_REFUSED);
	port.no_room = false;
	assert_int_equal(ends(comes(PEER_A, "secret")), FAKE_TAKEN);
}

TEST(socket_that_the_kernel_did_not_check_is_refused)
{
	struct tcp_socket *s;

	set_passwords();
	s = comes(PEER_A, "secret-a");
	s->keyed = false;
	assert_int_equal(ends(s), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unkeyed, 1);
}

/* --- TCP-AO. --- */

static const struct ao_key ao_one = { 1, 1, AO_HMAC_SHA_1_96, "one" };
static const struct ao_key ao_both[] = {
	{ 2, 2, AO_HMAC_SHA_1_96, "two" },
	{ 1, 1, AO_HMAC_SHA_1_96, "one" },
};

static void
set_ao(const struct ao_key *keys, size_t n)
{
	a.config.ao = (struct ao_keys){ keys, n };
	configure(&a);
	fake_port_run(&port, 0);
}

/* As from a kernel that has checked it. */
static struct tcp_socket *
comes_under_ao(void)
{
	struct tcp_socket *s = comes(PEER_A, NULL);

	s->keyed = true;
	s->ao_id = 1;
	return s;
}

TEST(who_comes_without_tcp_ao_is_refused)
{
	set_ao(&ao_one, 1);
	assert_string_equal(port.listeners[0].steps, "+1");
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unkeyed, 1);
	assert_int_equal(session_stats(a.session)->out[MSG_OPEN], 0);
	assert_int_equal(ends(comes_under_ao()), FAKE_TAKEN);
}

/* As that of a prefix that its address is in, which the kernel takes, too. */
TEST(who_comes_under_a_key_of_others_is_refused)
{
	struct tcp_socket *s;

	set_ao(&ao_one, 1);
	s = comes_under_ao();
	s->ao_id = 7;
	assert_int_equal(ends(s), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unkeyed, 1);
}

TEST(who_waited_while_keys_of_tcp_ao_changed_is_refused)
{
	struct tcp_socket *s = comes_under_ao();

	set_ao(&ao_one, 1);
	assert_int_equal(s->stage, FAKE_REFUSED);
}

TEST(without_tcp_ao_in_the_kernel_nobody_is_let_in)
{
	port.no_ao = true;
	set_ao(&ao_one, 1);
	assert_int_equal(ends(comes_under_ao()), FAKE_REFUSED);
	port.no_ao = false;
	fake_port_run(&port, 10 * 1000);
	assert_int_equal(ends(comes_under_ao()), FAKE_TAKEN);
}

TEST(connection_gets_and_loses_keys_where_it_is)
{
	struct tcp_socket *s;

	set_ao(&ao_one, 1);
	s = comes_under_ao();
	assert_int_equal(ends(s), FAKE_TAKEN);
	assert_string_equal(s->steps, "!1");
	set_ao(ao_both, 2);
	assert_string_equal(s->steps, "!1 +2 !2");
	set_ao(ao_both, 1);
	assert_string_equal(s->steps, "!1 +2 !2 !2 -1");
	assert_int_equal(s->stage, FAKE_TAKEN);
	assert_string_equal(port.listeners[0].steps, "+1 +2 -1");
}

TEST(key_that_a_connection_is_refused_is_tried_again_in_time)
{
	struct tcp_socket *s;
	unsigned tried;

	set_ao(&ao_one, 1);
	s = comes_under_ao();
	assert_int_equal(ends(s), FAKE_TAKEN);
	s->refuses_ao = true;
	set_ao(ao_both, 2);
	tried = s->steps_tried;
	fake_port_run(&port, 9 * 1000);
	assert_int_equal(s->steps_tried, tried);
	fake_port_run(&port, 2 * 1000);
	assert_true(s->steps_tried > tried);
	/* The old one was never replaced, so that the two have none in common. */
	set_ao(ao_both, 1);
	s->refuses_ao = false;
	fake_port_run(&port, 10 * 1000);
	assert_string_equal(s->steps, "!1 +2 !2 -1");
	tried = s->steps_tried;
	fake_port_run(&port, 30 * 1000);
	assert_int_equal(s->steps_tried, tried);
	assert_int_equal(s->stage, FAKE_TAKEN);
}

TEST(connection_that_was_refused_a_key_may_end_and_come_again)
{
	struct tcp_socket *s;

	set_ao(&ao_one, 1);
	s = comes_under_ao();
	assert_int_equal(ends(s), FAKE_TAKEN);
	s->refuses_ao = true;
	set_ao(ao_both, 2);
	set_ao(NULL, 0);
	assert_int_equal(s->stage, FAKE_CLOSED);
	fake_port_run(&port, 30 * 1000);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_TAKEN);
}

/* The kernel refuses one kind beside the other. */
TEST(password_goes_before_keys_of_tcp_ao_come_and_back)
{
	a.config.password = "secret";
	configure(&a);
	fake_port_run(&port, 0);
	a.config.password = NULL;
	port.listeners[0].one_kind = true;
	set_ao(&ao_one, 1);
	assert_string_equal(port.listeners[0].steps, "+1");
	a.config.password = "secret";
	set_ao(NULL, 0);
	assert_string_equal(port.listeners[0].steps, "+1 -1");
	assert_int_equal(ends(comes(PEER_A, "secret")), FAKE_TAKEN);
}

TEST(listener_has_its_keys_before_it_listens)
{
	struct peer_listen nowhere = { 0 };

	links_listen(port.links, &nowhere, port.now);
	set_passwords();
	listen_at(FAMILY_V4); /* and no turn of the loop between */
	assert_int_equal(comes(PEER_A, NULL)->stage, FAKE_DROPPED);
	assert_int_equal(comes(PEER_A, "secret-a")->stage, FAKE_WAITS);
}

TEST(refused_key_is_tried_again_in_time)
{
	unsigned tried;

	port.no_keys = true;
	a.config.password = "secret";
	configure(&a);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	tried = port.keys_tried;
	ends(comes(99, NULL));
	assert_int_equal(port.keys_tried, tried);
	port.no_keys = false;
	fake_port_run(&port, 10000);
	assert_int_equal(ends(comes(PEER_A, "secret")), FAKE_TAKEN);
}

/* --- GTSM. --- */

TEST(who_comes_from_afar_gets_no_connection)
{
	a.config.ttl_security = 1;
	configure(&a);
	fake_port_run(&port, 0);
	assert_int_equal(
	    comes_with_ttl(PEER_A, NULL, 254)->stage, FAKE_DROPPED);
	assert_int_equal(comes_with_ttl(PEER_B, NULL, 1)->stage, FAKE_WAITS);
	assert_int_equal(ends(comes_with_ttl(PEER_A, NULL, 255)), FAKE_TAKEN);
}

TEST(without_its_filter_a_listener_lets_nobody_in_who_needs_it)
{
	port.no_filter = true;
	a.config.ttl_security = 1;
	configure(&a);
	fake_port_run(&port, 0);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	assert_int_equal(ends(comes(PEER_B, NULL)), FAKE_TAKEN);
	port.no_filter = false;
	fake_port_run(&port, 10000);
	assert_int_equal(ends(comes_with_ttl(PEER_A, NULL, 255)), FAKE_TAKEN);
}

/* --- One address on two links. --- */

static void
link_to_fe80(struct peer *p, const char *zone)
{
	assert_true(addr_parse("fe80::1", &p->config.remote));
	strcpy(p->config.zone, zone);
	configure(p);
}

static struct tcp_socket *
comes_over(const char *zone)
{
	struct caller caller = { .remote = { .zone = "" } };

	strcpy(caller.remote.zone, zone);
	assert_true(addr_parse("fe80::1", &caller.remote.addr));
	assert_true(addr_parse("fe80::2", &caller.local));
	return fake_port_connect(&port, &caller, NULL, 255);
}

static void
set_ttls(uint8_t on_eth0, uint8_t on_eth1)
{
	a.config.ttl_security = on_eth0;
	b.config.ttl_security = on_eth1;
	link_to_fe80(&a, "eth0");
	link_to_fe80(&b, "eth1");
	listen_at(FAMILY_V6);
	fake_port_run(&port, 0);
}

/* Whoever else changes is none of their business. */
TEST(one_address_may_have_another_ttl_on_each_link)
{
	struct tcp_socket *waits;

	set_ttls(1, 2);
	waits = comes_over("eth0");
	b.config.hold_time = 60;
	configure(&b);
	assert_int_equal(ends(waits), FAKE_TAKEN);
}

/* doc/sessions.md: passwords have to be the same there. */
TEST(one_address_has_one_password_at_a_shared_listener)
{
	a.config.password = "secret";
	set_ttls(0, 0);
	assert_int_equal(comes_over("eth1")->stage, FAKE_DROPPED);
	b.config.password = "secret";
	configure(&b);
	a.config.password = NULL;
	configure(&a);
	fake_port_run(&port, 0);
	assert_int_equal(comes_over("eth0")->stage, FAKE_DROPPED);
}

/* The first rule of an address decides. */
TEST(filter_follows_links_that_swap_their_ttls)
{
	set_ttls(1, 2);
	set_ttls(2, 1);
	assert_int_equal(
	    port.listeners[port.n_listeners - 1].rules[0].least, 254);
}

static char last[512]; /* line of the log */

static void
keep_line(enum log_level level, const char *text)
{
	(void)level;
	snprintf(last, sizeof(last), "%s", text);
}

/* Whose password it is. */
TEST(refused_key_is_told_of_the_peer_on_its_link)
{
	port.no_keys = true;
	b.config.password = "secret";
	link_to_fe80(&a, "eth0");
	link_to_fe80(&b, "eth1");
	log_set_sink(keep_line);
	listen_at(FAMILY_V6);
	fake_port_run(&port, 0);
	log_set_sink(NULL);
	assert_string_equal(
	    last, "peer b: no room for keys; it is dialed, but cannot dial us");
}

/* --- Where it listens. --- */

TEST(port_that_is_taken_is_told_once_and_tried_again)
{
	port.is_taken = true;
	listen_at(FAMILY_V6);
	assert_string_equal(port.listening, "taken");
	port.listening[0] = '\0';
	fake_port_run(&port, 25000);
	assert_string_equal(port.listening, "");
	assert_int_equal(port.listens_tried, 4); /* IPv4's was the first */
	port.is_taken = false;
	fake_port_run(&port, 10000);
	assert_int_equal(port.listens_tried, 5);
	fake_port_run(&port, 60000);
	assert_int_equal(port.listens_tried, 5);
}

static struct tcp_listener *
last_listener(void)
{
	return &port.listeners[port.n_listeners - 1];
}

TEST(listener_follows_the_address_of_its_link)
{
	struct scoped_addr at = { { FAMILY_V6, { 0 } }, "eth0" };
	struct peer_listen where = { 179, &at, 1 };
	struct tcp_listener *first, *second;

	links_listen(port.links, &where, port.now);
	first = last_listener();
	fake_port_run(&port, 60000);
	assert_ptr_equal(last_listener(), first);
	first->astray = true;
	port.is_taken = true;
	fake_port_run(&port, 10000);
	assert_false(first->open);
	assert_string_equal(port.listening, "taken");
	port.is_taken = false;
	fake_port_run(&port, 10000);
	second = last_listener();
	assert_true(second->listens);
	assert_string_equal(port.listening, "");
	second->astray = true;
	fake_port_run(&port, 10000);
	assert_true(last_listener() != second && last_listener()->listens);
}

/* Two sockets can't be at one address, and one knows all peers of the link. */
TEST(one_listener_does_for_two_at_one_address_of_a_link)
{
	struct scoped_addr at[] = { { { FAMILY_V6, { 0 } }, "eth0" },
		{ { FAMILY_V6, { 0xfe, 0x80, 5 } }, "eth0" } };
	struct peer_listen both = { 179, at, 2 }, second = { 179, at + 1, 1 };
	struct tcp_listener *first;

	port.own_is_source = true;
	links_listen(port.links, &both, port.now);
	first = last_listener();
	fake_port_run(&port, 60000);
	assert_ptr_equal(last_listener(), first);
	assert_int_equal(port.listens_tried, 2); /* IPv4's was the first */
	links_listen(port.links, &second, port.now);
	assert_false(first->open);
	fake_port_run(&port, 0);
	assert_true(last_listener() != first && last_listener()->listens);
	assert_string_equal(port.listening, "");
}

/* It is tried again after its pause, and nobody at the other addresses for it. */
TEST(address_that_a_link_lacks_is_tried_again_in_time)
{
	struct scoped_addr at[] = { { { FAMILY_V6, { 0 } }, "eth0" },
		{ { FAMILY_V6, { 0xfe, 0x80, 5 } }, "eth0" },
		{ { FAMILY_V6, { 0xfe, 0x80, 9 } }, "eth0" } };
	struct peer_listen all = { 179, at, 3 };
	struct tcp_listener *own;

	port.own_is_source = true;
	port.lacking = at[2].addr;
	links_listen(port.links, &all, port.now);
	own = &port.listeners[1]; /* IPv4's was the first */
	assert_int_equal(port.listens_tried, 3);
	fake_port_run(&port, 9000);
	assert_int_equal(port.listens_tried, 3);
	fake_port_run(&port, 1000);
	assert_int_equal(port.listens_tried, 4);
	assert_true(own->listens);
	port.lacking = (struct addr){ 0 };
	fake_port_run(&port, 10000);
	assert_string_equal(port.listening, "");
}

TEST(each_address_of_a_link_has_a_listener)
{
	struct scoped_addr at[] = { { { FAMILY_V6, { 0 } }, "eth0" },
		{ { FAMILY_V6, { 0xfe, 0x80, 5 } }, "eth0" } };
	struct peer_listen both = { 179, at, 2 };

	links_listen(port.links, &both, port.now);
	assert_int_equal(port.listens_tried, 3);
}

TEST(family_that_the_node_lacks_is_no_fault)
{
	port.no_v6 = true;
	listen_at(FAMILY_V6);
	fake_port_run(&port, 60000);
	assert_string_equal(port.listening, "");
	assert_int_equal(port.listens_tried, 1);
}

TEST(without_a_descriptor_who_comes_waits)
{
	struct tcp_socket *s = comes(PEER_A, NULL);

	port.no_room = true;
	assert_int_equal(ends(s), FAKE_WAITS);
	assert_true(s->at->paused);
	port.no_room = false;
	fake_port_run(&port, 9000);
	assert_int_equal(s->stage, FAKE_WAITS);
	fake_port_run(&port, 1000);
	assert_int_equal(s->stage, FAKE_TAKEN);
}

/* --- Time. --- */

enum { OPEN_COMES_WITHIN = 240 * 1000 }; /* ms */

TEST(who_stays_silent_is_given_up)
{
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_TAKEN);
	fake_port_run(&port, OPEN_COMES_WITHIN);
	assert_int_equal(session_stats(a.session)->hold_expired, 1);
}

/* The peer was in time, it is the loop that was held. */
TEST(what_has_come_is_read_before_a_peer_is_given_up)
{
	static const uint8_t open[] = { 255, 255, 255, 255, 255, 255, 255, 255,
		255, 255, 255, 255, 255, 255, 255, 255, 0, 29, 1, 4, 0xfd, 0xea,
		0, 90, 0, 0, 0, 2, 0 };
	struct tcp_socket *s = comes(PEER_A, NULL);

	assert_int_equal(ends(s), FAKE_TAKEN);
	s->unread = open;
	s->n_unread = sizeof(open);
	fake_port_run(&port, OPEN_COMES_WITHIN);
	assert_int_equal(session_state(a.session), STATE_OPENCONFIRM);
	assert_int_equal(session_stats(a.session)->hold_expired, 0);
}

/* --- What dies with a link. --- */

TEST(sockets_are_closed_with_their_link)
{
	struct tcp_socket *s = comes(PEER_A, NULL);

	assert_int_equal(ends(s), FAKE_TAKEN);
	links_detach(a.link);
	assert_int_equal(s->stage, FAKE_CLOSED);
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_REFUSED);
	session_stop(a.session, CEASE_SHUTDOWN, NULL, port.now);
	peer_attach(&a);
}

static unsigned
dials(void)
{
	unsigned n = 0;

	for (size_t i = 0; i < port.n_sockets; i++)
		n += port.sockets[i].stage == FAKE_DIALED ||
		    port.sockets[i].stage == FAKE_CLOSED;
	return n;
}

TEST(session_without_a_link_has_no_time)
{
	a.config.passive = false;
	configure(&a);
	session_stop(a.session, CEASE_SHUTDOWN, NULL, port.now);
	links_detach(a.link);
	session_start(a.session, port.now);
	fake_port_run(&port, 600000);
	assert_int_equal(dials(), 0);
	peer_attach(&a);
}

/* What it had asked the old link for is not asked for still. */
TEST(session_with_a_new_link_hears_of_the_time)
{
	a.config.passive = false;
	configure(&a);
	session_stop(a.session, CEASE_SHUTDOWN, NULL, port.now);
	session_start(a.session, port.now);
	assert_int_equal(dials(), 1);
	links_detach(a.link);
	peer_attach(&a);
	fake_port_run(&port, 600000);
	assert_true(dials() > 1);
}

/* --- Who comes without a session, from a prefix (row 48). --- */

enum { RANGE = 0x0a000100, GUESTS = 3 };

struct guests {
	struct session_config config; /* of all of them */
	struct invitation *invitation;
	struct peer at[GUESTS]; /* there is room for so many */
	char names[GUESTS][8];
	unsigned n;
};

static struct guests guests;

static bool
on_guest(void *arg, const struct addr *remote)
{
	struct guests *g = arg;

	if (g->n == GUESTS)
		return false;
	struct peer *p = &g->at[g->n];

	p->config = g->config;
	p->config.remote = *remote;
	snprintf(g->names[g->n], sizeof(g->names[0]), "guest-%u", g->n);
	p->config.name = g->names[g->n++];
	p->session = session_new(&p->config, &quiet_session, p, &rng, port.now);
	peer_attach(p);
	session_start(p->session, port.now);
	return true;
}

/* 10.0.1.0/24, as what the peer a is to be otherwise. */
static void
invite(const char *password, uint8_t ttl_security)
{
	static const struct invitation_ops ops = { on_guest };
	struct addr addr = addr_v4(RANGE);
	struct prefix range = prefix_of(&addr, 24);

	guests = (struct guests){ .config = a.config };
	guests.config.password = password;
	guests.config.ttl_security = ttl_security;
	guests.invitation = links_invite(
	    port.links, &range, &guests.config, 20, &ops, &guests, port.now);
	fake_port_run(&port, 0);
}

static void
send_away(void)
{
	invitation_end(guests.invitation);
	while (guests.n > 0) {
		struct peer *p = &guests.at[--guests.n];

		links_detach(p->link);
		session_free(p->session);
	}
	fake_port_run(&port, 0);
}

TEST(who_comes_from_an_invited_prefix_gets_a_session)
{
	invite(NULL, 0);
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_TAKEN);
	assert_int_equal(session_state(guests.at[0].session), STATE_OPENSENT);
	assert_int_equal(ends(comes(RANGE + 2, NULL)), FAKE_TAKEN);
	assert_int_equal(guests.n, 2);
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_TAKEN); /* again */
	assert_int_equal(guests.n, 2);
	assert_int_equal(ends(comes(RANGE + 256, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unknown, 1);
	send_away();
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->unknown, 2);
}

TEST(a_peer_inside_of_an_invited_prefix_is_itself)
{
	a.config.remote = addr_v4(RANGE + 1);
	configure(&a);
	invite(NULL, 0);
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_TAKEN);
	assert_int_equal(session_state(a.session), STATE_OPENSENT);
	assert_int_equal(guests.n, 0);
	send_away();
}

TEST(of_two_invitations_the_longer_prefix_counts)
{
	static const struct invitation_ops ops = { on_guest };
	struct addr addr = addr_v4(RANGE);
	struct prefix longer = prefix_of(&addr, 28),
		      wider = prefix_of(&addr, 16);
	struct invitation *others[2];

	invite(NULL, 0);
	others[0] = links_invite(
	    port.links, &wider, &guests.config, 20, &ops, NULL, port.now);
	assert_int_equal(ends(comes(RANGE + 99, NULL)), FAKE_TAKEN);
	assert_int_equal(guests.n, 1);

	struct guests more = guests;

	more.n = GUESTS; /* it takes nobody */
	others[1] = links_invite(
	    port.links, &longer, &guests.config, 20, &ops, &more, port.now);
	assert_int_equal(ends(comes(RANGE + 3, NULL)), FAKE_REFUSED);
	assert_int_equal(guests.n, 1);
	invitation_end(others[1]);
	invitation_end(others[0]);
	send_away();
}

TEST(no_more_come_than_there_is_room_for)
{
	invite(NULL, 0);
	for (unsigned i = 1; i <= GUESTS; i++)
		assert_int_equal(ends(comes(RANGE + i, NULL)), FAKE_TAKEN);
	assert_int_equal(ends(comes(RANGE + 9, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->uninvited, 1);
	assert_int_equal(links_stats(port.links)->unknown, 0);
	send_away();
}

/* One that has a whole prefix to come from makes no more than so many a second. */
TEST(those_who_come_from_ever_other_addresses_come_slowly)
{
	invite(NULL, 0);
	for (unsigned i = 1; i <= 30; i++)
		ends(comes(RANGE + i, NULL));
	assert_int_equal(links_stats(port.links)->uninvited, 20 - GUESTS);
	assert_int_equal(links_stats(port.links)->limited, 10);
	send_away();
}

TEST(an_invited_prefix_has_a_password)
{
	invite("secret", 0);
	assert_int_equal(comes(RANGE + 1, NULL)->stage, FAKE_DROPPED);
	assert_int_equal(comes(RANGE + 1, "wrong")->stage, FAKE_DROPPED);
	assert_int_equal(guests.n, 0);
	unsigned tried = port.keys_tried;

	assert_int_equal(ends(comes(RANGE + 1, "secret")), FAKE_TAKEN);
	assert_int_equal(ends(comes(RANGE + 2, "secret")), FAKE_TAKEN);
	assert_int_equal(port.keys_tried, tried); /* one key for all */
	assert_int_equal(ends(comes(PEER_A, NULL)), FAKE_TAKEN);
	/* While its key is not in force nobody comes. */
	guests.config.password = "another";
	invitation_set(guests.invitation, &guests.config, 20);
	struct tcp_socket *late = comes(RANGE + 3, "secret");

	assert_int_equal(ends(late), FAKE_REFUSED);
	assert_int_equal(guests.n, 2);
	send_away();
}

/* Nobody else could tell why it gets no session. */
TEST(who_comes_from_an_invited_prefix_to_another_address_is_told)
{
	invite(NULL, 0);
	guests.config.source = addr_v4(77);
	invitation_set(guests.invitation, &guests.config, 20);
	log_set_sink(keep_line);
	log_set_level(LOG_LEVEL_WARN);
	last[0] = '\0';
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_REFUSED);
	assert_int_equal(links_stats(port.links)->elsewhere, 1);
	assert_non_null(strstr(last, "peer a: 10.0.1.1 connects to "));
	assert_non_null(strstr(last,
	    ", but the sessions are from 0.0.0.77; "
	    "spec.sourceAddress says from where"));
	last[0] = '\0';
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_REFUSED);
	log_set_level(LOG_LEVEL_ERROR);
	log_set_sink(NULL);
	assert_string_equal(last, "");
	assert_int_equal(guests.n, 0);
	send_away();
}

/* Once, until it has been taken. */
TEST(a_refused_key_of_an_invited_prefix_is_told)
{
	const char told[] = "peer a: no room for keys; nobody is let in from "
			    "its peerPrefix";

	port.no_keys = true;
	log_set_sink(keep_line);
	last[0] = '\0';
	invite("secret", 0);
	assert_string_equal(last, told);
	last[0] = '\0';
	assert_int_equal(ends(comes(RANGE + 1, NULL)), FAKE_REFUSED);
	fake_port_run(&port, 10000);
	assert_string_equal(last, "");
	port.no_keys = false;
	fake_port_run(&port, 10000);
	assert_int_equal(ends(comes(RANGE + 1, "secret")), FAKE_TAKEN);
	port.no_keys = true;
	guests.config.password = "another";
	invitation_set(guests.invitation, &guests.config, 20);
	fake_port_run(&port, 0);
	log_set_sink(NULL);
	assert_string_equal(last, told);
	send_away();
}

TEST(a_peer_inside_of_an_invited_prefix_has_its_own_password)
{
	a.config.remote = addr_v4(RANGE + 1);
	a.config.password = "own";
	configure(&a);
	invite("secret", 0);
	assert_int_equal(comes(RANGE + 1, "secret")->stage, FAKE_DROPPED);
	assert_int_equal(ends(comes(RANGE + 1, "own")), FAKE_TAKEN);
	assert_int_equal(ends(comes(RANGE + 2, "secret")), FAKE_TAKEN);
	send_away();
	assert_int_equal(ends(comes(RANGE + 1, "own")), FAKE_TAKEN);
}

TEST(what_an_invited_prefix_sends_from_afar_is_dropped)
{
	a.config.remote = addr_v4(RANGE + 1); /* which may be far away */
	configure(&a);
	invite(NULL, 1);
	assert_int_equal(
	    comes_with_ttl(RANGE + 2, NULL, 254)->stage, FAKE_DROPPED);
	assert_int_equal(
	    ends(comes_with_ttl(RANGE + 2, NULL, 255)), FAKE_TAKEN);
	assert_int_equal(ends(comes_with_ttl(RANGE + 1, NULL, 9)), FAKE_TAKEN);
	send_away();
	assert_int_equal(
	    ends(comes_with_ttl(RANGE + 2, NULL, 9)), FAKE_REFUSED);
}

int
main(void)
{
#define T(test) cmocka_unit_test_setup_teardown(test, setup, teardown)
	const struct CMUnitTest tests[] = {
		T(peer_is_let_in_and_nobody_else),
		T(peer_that_comes_to_another_address_is_refused),
		T(peer_that_another_one_shares_its_address_with_is_only_dialed),
		T(peer_that_comes_too_often_is_refused),
		T(peers_that_swap_addresses_keep_their_passwords),
		T(who_waited_while_keys_changed_is_refused),
		T(other_peers_who_wait_while_keys_change_are_let_in),
		T(without_a_descriptor_who_waited_goes_with_the_listener),
		T(socket_that_the_kernel_did_not_check_is_refused),
		T(who_comes_without_tcp_ao_is_refused),
		T(who_comes_under_a_key_of_others_is_refused),
		T(who_waited_while_keys_of_tcp_ao_changed_is_refused),
		T(without_tcp_ao_in_the_kernel_nobody_is_let_in),
		T(connection_gets_and_loses_keys_where_it_is),
		T(key_that_a_connection_is_refused_is_tried_again_in_time),
		T(connection_that_was_refused_a_key_may_end_and_come_again),
		T(password_goes_before_keys_of_tcp_ao_come_and_back),
		T(listener_has_its_keys_before_it_listens),
		T(refused_key_is_tried_again_in_time),
		T(who_comes_from_afar_gets_no_connection),
		T(without_its_filter_a_listener_lets_nobody_in_who_needs_it),
		T(one_address_may_have_another_ttl_on_each_link),
		T(one_address_has_one_password_at_a_shared_listener),
		T(filter_follows_links_that_swap_their_ttls),
		T(refused_key_is_told_of_the_peer_on_its_link),
		T(port_that_is_taken_is_told_once_and_tried_again),
		T(listener_follows_the_address_of_its_link),
		T(one_listener_does_for_two_at_one_address_of_a_link),
		T(address_that_a_link_lacks_is_tried_again_in_time),
		T(each_address_of_a_link_has_a_listener),
		T(family_that_the_node_lacks_is_no_fault),
		T(without_a_descriptor_who_comes_waits),
		T(who_stays_silent_is_given_up),
		T(what_has_come_is_read_before_a_peer_is_given_up),
		T(sockets_are_closed_with_their_link),
		T(session_without_a_link_has_no_time),
		T(session_with_a_new_link_hears_of_the_time),
		T(who_comes_from_an_invited_prefix_gets_a_session),
		T(a_peer_inside_of_an_invited_prefix_is_itself),
		T(of_two_invitations_the_longer_prefix_counts),
		T(no_more_come_than_there_is_room_for),
		T(those_who_come_from_ever_other_addresses_come_slowly),
		T(an_invited_prefix_has_a_password),
		T(who_comes_from_an_invited_prefix_to_another_address_is_told),
		T(a_refused_key_of_an_invited_prefix_is_told),
		T(a_peer_inside_of_an_invited_prefix_has_its_own_password),
		T(what_an_invited_prefix_sends_from_afar_is_dropped),
	};
#undef T

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("links", tests, NULL, NULL);
}
