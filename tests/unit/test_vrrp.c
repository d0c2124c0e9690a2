/* SPDX-License-Identifier: Apache-2.0 */
/* Virtual routers on a virtual link: who is master, what is said, what is refused. */
#include <string.h>

#include "bgpd/vrrp/vrrp_msg.h"
#include "common/log.h"
#include "tests/sim/vlink.h"
#include "tests/test.h"

enum { DOWN_100 = 3610 }; /* ms; 3 s and the skew time of priority 100 */

static struct vlink *
link_of(unsigned nodes)
{
	return vlink_new(nodes, 1);
}

static void
set(struct vnode *n, struct vrrp_config c)
{
	vrrp_set(n->vrrp, "vip", &c);
}

static enum vrrp_state
now_is(const struct vlink *l, unsigned node)
{
	return vnode_state(&l->nodes[node], "vip");
}

static void
assert_told(const struct vnode *n, const char *text)
{
	assert_string_equal(n->told, text);
}

/* Two nodes, of which the first has that priority and the second 100; it is settled. */
static struct vlink *
pair(uint8_t priority)
{
	struct vlink *l = link_of(2);

	set(&l->nodes[0], vconfig(priority));
	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 10000);
	return l;
}

/* An ADVERTISEMENT to node 0, of which the caller may spoil what he likes. */
struct said {
	struct vrrp_advert advert;
	struct frame_ip ip;
	uint8_t bytes[64];
};

static void
said(struct said *s, uint8_t version, uint8_t priority)
{
	static const uint8_t vip[] = { 192, 0, 2, 100 };

	*s = (struct said){ .advert = { .version = version,
				.vrid = 51,
				.priority = priority,
				.interval = 1000,
				.addrs = rbuf_of(vip, sizeof(vip)) },
		.ip = { .src = vaddr("192.0.2.9"),
		    .dst = vrrp_group(FAMILY_V4),
		    .protocol = FRAME_PROTOCOL_VRRP,
		    .ttl = 255 } };
}

static void
put(struct vlink *l, struct said *s)
{
	struct wbuf w = wbuf_of(s->bytes, sizeof(s->bytes));
	struct frame f = { .kind = FRAME_VRRP, .ip = s->ip };

	assert_true(vrrp_advert_put(&w, &s->advert, &s->ip.src, &s->ip.dst));
	f.ip.payload = s->bytes;
	f.ip.n = w.len;
	vrrp_frame(l->nodes[0].vrrp, VLINK_INDEX, &f);
}

static uint64_t
refused(const struct vlink *l, enum vrrp_fault fault)
{
	return vrrp_counters(l->nodes[0].vrrp)->refused[fault];
}

static void
ask_arp(struct vnode *n, const char *target)
{
	struct mac asker = { { 2, 0, 0, 9, 9, 9 } };
	struct frame_arp arp = { .sender_mac = asker,
		.sender = vaddr("192.0.2.9"),
		.target = vaddr(target) };
	uint8_t out[FRAME_MAX];

	vnode_frame(n, out, frame_put_arp(out, &asker, &mac_broadcast, &arp));
}

/* ---- who is master ---- */

TEST(who_starts_waits_for_the_down_interval)
{
	struct vlink *l = link_of(1);

	set(&l->nodes[0], vconfig(100));
	vlink_run(l, DOWN_100 - 1);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	assert_int_equal(l->nodes[0].adverts, 0);
	vlink_run(l, 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_told(&l->nodes[0], "vip Master: no master is heard");
	assert_int_equal(l->nodes[0].adverts, 1);
	vlink_free(l);
}

TEST(the_owner_is_master_at_once)
{
	struct vlink *l = link_of(1);

	set(&l->nodes[0], vconfig(VRRP_OWNER));
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(the_owner_hears_nobody)
{
	struct vlink *l = link_of(1);
	struct said s;

	set(&l->nodes[0], vconfig(VRRP_OWNER));
	said(&s, 3, VRRP_OWNER);
	put(l, &s);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_master_advertises_each_interval)
{
	struct vlink *l = pair(200);
	unsigned before = l->nodes[0].adverts;

	vlink_run(l, 5000);
	assert_int_equal(l->nodes[0].adverts, before + 5);
	assert_int_equal(l->nodes[0].priority, 200);
	assert_int_equal(l->nodes[1].adverts, 0);
	vlink_free(l);
}

TEST(the_one_of_higher_priority_is_master)
{
	struct vlink *l = pair(200);

	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_free(l);
}

TEST(of_equal_masters_the_greater_address_stays)
{
	struct vlink *l = link_of(2);

	l->cut[0][1] = l->cut[1][0] = true;
	set(&l->nodes[0], vconfig(100));
	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	l->cut[0][1] = l->cut[1][0] = false;
	vlink_run(l, 1000);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

/* The better one may not have known of the other, to which hosts send by then. */
TEST(of_two_masters_the_one_that_stays_proclaims_again)
{
	struct vlink *l = link_of(2);
	unsigned adverts, arps;

	l->cut[0][1] = l->cut[1][0] = true;
	set(&l->nodes[0], vconfig(100));
	set(&l->nodes[1], vconfig(200));
	vlink_run(l, 20000);
	adverts = l->nodes[0].adverts;
	while (l->nodes[0].adverts == adverts)
		vlink_run(l, 1);
	l->cut[0][1] = l->cut[1][0] = false;
	arps = l->nodes[1].arps;
	vlink_run(l, 900); /* before the lower one would speak again */
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	assert_true(l->nodes[1].arps > arps);
	vlink_free(l);
}

TEST(a_backup_takes_over_from_a_master_that_dies)
{
	struct vlink *l = pair(200);

	vlink_run(l, 100);
	vnode_kill(&l->nodes[0]);
	vlink_run(l, DOWN_100 - 1000);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_run(l, 1000);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_better_one_preempts)
{
	struct vlink *l = link_of(2);

	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 5000);
	set(&l->nodes[0], vconfig(200));
	vlink_run(l, 3200);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vlink_run(l, 100);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	assert_told(&l->nodes[1], "vip Backup: a better router is master");
	vlink_free(l);
}

TEST(without_preempt_a_better_one_waits_for_the_master_to_end)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 5000);
	c.preempt = false;
	set(&l->nodes[0], c);
	vlink_run(l, 60000);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vnode_kill(&l->nodes[1]);
	vlink_run(l, 4000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_preemption_may_be_delayed)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 5000);
	c.preempt_delay = 20000;
	set(&l->nodes[0], c);
	vlink_run(l, 20000);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_delayed_preemption_does_not_delay_a_takeover)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 5000);
	c.preempt_delay = 60000;
	set(&l->nodes[0], c);
	vlink_run(l, 2000);
	vnode_kill(&l->nodes[1]);
	vlink_run(l, 3300);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

/* ---- who gives up ---- */

TEST(a_master_that_leaves_is_followed_after_the_skew_time)
{
	struct vlink *l = pair(200);

	vrrp_leave(l->nodes[0].vrrp);
	assert_int_equal(l->nodes[0].zeros, 1);
	assert_told(&l->nodes[0], "vip Yielding: this node leaves");
	vlink_run(l, 609);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_run(l, 2);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	assert_told(&l->nodes[1], "vip Master: the master has given up");
	vlink_free(l);
}

TEST(who_has_left_does_not_come_back)
{
	struct vlink *l = pair(200);

	vrrp_leave(l->nodes[0].vrrp);
	set(&l->nodes[0], vconfig(200));
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	vlink_free(l);
}

TEST(a_backup_that_ends_says_nothing)
{
	struct vlink *l = pair(200);

	vrrp_set(l->nodes[1].vrrp, "vip", NULL);
	assert_int_equal(l->nodes[1].adverts, 0);
	vlink_free(l);
}

TEST(a_master_that_is_removed_gives_up)
{
	struct vlink *l = pair(200);

	vrrp_set(l->nodes[0].vrrp, "vip", NULL);
	assert_int_equal(l->nodes[0].zeros, 1);
	vlink_run(l, 700);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

static struct vrrp_config
faulty(uint8_t priority)
{
	struct vrrp_config c = vconfig(priority);

	c.fault = "its shelf is on fire";
	return c;
}

TEST(who_is_no_candidate_gives_up_and_is_there_until_another_is_master)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	set(n, faulty(200));
	assert_told(n, "vip Yielding: its shelf is on fire");
	assert_int_equal(n->zeros, 1);
	assert_false(vrrp_is_idle(n->vrrp));
	vlink_run(l, 600);
	unsigned arps = n->arps;

	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, arps + 1);
	vlink_run(l, 20);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	assert_true(vrrp_is_idle(n->vrrp));
	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, arps + 1);
	set(n, vconfig(200));
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(who_yields_says_nothing_more)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig(200));
	vlink_run(l, 10000);
	unsigned adverts = n->adverts, arps = n->arps;

	set(n, faulty(200));
	set(n, faulty(100));
	vlink_run(l, 5000);
	assert_int_equal(n->adverts, adverts + 1);
	assert_int_equal(n->zeros, 1);
	assert_int_equal(n->arps, arps);
	vlink_free(l);
}

/* The slowest backup has priority 1. */
TEST(who_yields_waits_for_the_slowest_backup_and_no_longer)
{
	struct vlink *l = link_of(2);

	set(&l->nodes[0], vconfig(200));
	set(&l->nodes[1], vconfig(1));
	vlink_run(l, 10000);
	set(&l->nodes[0], faulty(200));
	vlink_run(l, 996);
	assert_int_equal(now_is(l, 0), VRRP_YIELDING);
	vlink_run(l, 1);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vnode_kill(&l->nodes[0]);
	set(&l->nodes[1], faulty(1));
	vlink_run(l, 1000);
	assert_int_equal(now_is(l, 1), VRRP_YIELDING);
	vlink_run(l, 100);
	assert_int_equal(now_is(l, 1), VRRP_INITIALIZE);
	vlink_free(l);
}

TEST(who_leaves_yields_for_a_second_and_a_half_at_most)
{
	struct vlink *l = link_of(1);
	struct vrrp_config c = vconfig(200);

	c.interval = 10000;
	set(&l->nodes[0], c);
	vlink_run(l, 60000);
	c.fault = "its shelf is on fire";
	set(&l->nodes[0], c);
	vlink_run(l, 5000);
	vrrp_leave(l->nodes[0].vrrp);
	vlink_run(l, 1499);
	assert_int_equal(now_is(l, 0), VRRP_YIELDING);
	vnode_change(&l->nodes[0]); /* which does not make it longer */
	vlink_run(l, 1);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	vlink_free(l);
}

TEST(who_yields_takes_all_back_before_another_is_master)
{
	struct vlink *l = pair(200);

	set(&l->nodes[0], faulty(200));
	vlink_run(l, 300);
	set(&l->nodes[0], vconfig(200));
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_told(
	    &l->nodes[0], "vip Master: it may again, and nobody has followed");
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(l->nodes[1].adverts, 0);
	vlink_free(l);
}

TEST(an_owner_yields_too)
{
	struct vlink *l = pair(VRRP_OWNER);

	set(&l->nodes[0], faulty(VRRP_OWNER));
	assert_int_equal(now_is(l, 0), VRRP_YIELDING);
	vlink_run(l, 700);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

TEST(who_yields_ends_with_its_interface)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	set(n, faulty(200));
	n->eth[0].up = false;
	vnode_change(n);
	assert_told(n, "vip Initialize: its interface is down");
	vlink_free(l);
}

TEST(who_yields_keeps_the_groups_of_its_addresses)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct vrrp_config c = vconfig_v6(200);

	set(n, c);
	vlink_run(l, 10000);
	c.fault = "its shelf is on fire";
	set(n, c);
	assert_string_equal(n->groups, "+ff02::12 +ff02::1:ff00:64 ");
	vlink_run(l, 1100);
	assert_string_equal(
	    n->groups, "+ff02::12 +ff02::1:ff00:64 -ff02::1:ff00:64 ");
	vlink_free(l);
}

/* A yielding node whose process stood still does not proclaim what it has given up. */
TEST(who_stood_still_while_it_yielded_proclaims_nothing)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	set(n, faulty(200));
	n->frozen = true;
	vlink_run(l, 20000);
	unsigned arps = n->arps;

	vnode_thaw(n);
	assert_int_equal(now_is(l, 0), VRRP_INITIALIZE);
	assert_int_equal(n->arps, arps);
	vlink_free(l);
}

TEST(a_lowered_priority_lets_a_better_one_take_over)
{
	struct vlink *l = pair(200);
	unsigned before = l->nodes[0].adverts;

	set(&l->nodes[0], vconfig(50));
	assert_int_equal(l->nodes[0].adverts, before + 1);
	assert_int_equal(l->nodes[0].priority, 50);
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	set(&l->nodes[0], vconfig(200));
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(who_is_set_as_he_is_says_nothing)
{
	struct vlink *l = pair(200);
	unsigned before = l->nodes[0].adverts;

	set(&l->nodes[0], vconfig(200));
	assert_int_equal(l->nodes[0].adverts, before);
	vlink_free(l);
}

/* Right after the master was heard, so that the skew time is over before the next. */
TEST(who_gives_up_without_being_followed_changes_nothing)
{
	struct vlink *l = pair(50);
	unsigned heard = l->nodes[1].adverts;
	struct said s;

	while (l->nodes[1].adverts == heard)
		vlink_run(l, 1);
	said(&s, 3, 0);
	put(l, &s);
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	assert_int_equal(l->nodes[0].adverts, 0);
	vlink_free(l);
}

TEST(a_master_answers_one_that_gives_up)
{
	struct vlink *l = pair(200);
	unsigned before = l->nodes[0].adverts;
	struct said s;

	said(&s, 3, 0);
	put(l, &s);
	assert_int_equal(l->nodes[0].adverts, before + 1);
	assert_int_equal(vrrp_counters(l->nodes[0].vrrp)->received_zero, 1);
	vlink_free(l);
}

TEST(a_master_tells_a_worse_one_at_once_and_proclaims)
{
	struct vlink *l = pair(200);
	unsigned before = l->nodes[0].adverts, arps = l->nodes[0].arps;
	struct said s;

	said(&s, 3, 100);
	put(l, &s);
	assert_int_equal(l->nodes[0].adverts, before + 1);
	assert_int_equal(l->nodes[0].arps, arps + 2);
	put(l, &s);
	assert_int_equal(l->nodes[0].adverts, before + 2);
	assert_int_equal(l->nodes[0].arps, arps + 2);
	vlink_free(l);
}

/* ---- intervals and versions ---- */

TEST(a_backup_learns_the_interval_of_the_master)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	c.interval = 5000;
	set(&l->nodes[0], c);
	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 60000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	assert_int_equal(vnode_view(&l->nodes[1], "vip").interval, 5000);
	vlink_free(l);
}

TEST(a_fast_master_is_missed_fast)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	c.interval = 10;
	set(&l->nodes[0], c);
	set(&l->nodes[1], vconfig(100));
	vlink_run(l, 60000);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vnode_kill(&l->nodes[0]);
	vlink_run(l, 40);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

TEST(version_2_works_the_same)
{
	struct vlink *l = link_of(2);
	struct vrrp_config c = vconfig(200);

	c.version = 2;
	set(&l->nodes[0], c);
	c.priority = 100;
	set(&l->nodes[1], c);
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vrrp_leave(l->nodes[0].vrrp);
	vlink_run(l, 700);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

TEST(version_2_refuses_another_interval)
{
	struct vlink *l = link_of(1);
	struct vrrp_config c = vconfig(100);
	struct said s;

	c.version = 2;
	set(&l->nodes[0], c);
	said(&s, 2, 200);
	s.advert.interval = 2000;
	put(l, &s);
	assert_int_equal(refused(l, VRRP_INTERVAL), 1);
	vlink_free(l);
}

TEST(the_checksum_is_that_of_the_others)
{
	struct vlink *l = link_of(1);
	struct said s;

	set(&l->nodes[0], vconfig(100));
	vlink_run(l, 4000);
	assert_false(l->nodes[0].plain);
	said(&s, 3, 50);
	s.advert.plain = true;
	put(l, &s);
	assert_true(l->nodes[0].plain);
	vlink_free(l);
}

/* ---- IPv6 ---- */

TEST(ipv6_works_the_same)
{
	struct vlink *l = link_of(2);

	set(&l->nodes[0], vconfig_v6(200));
	set(&l->nodes[1], vconfig_v6(100));
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	struct addr source = vaddr("fe80::1");
	struct vrrp_view view = vnode_view(&l->nodes[0], "vip");

	assert_true(addr_eq(&view.source, &source));
	vlink_free(l);
}

TEST(a_master_joins_the_groups_of_its_addresses)
{
	struct vlink *l = link_of(1);

	set(&l->nodes[0], vconfig_v6(200));
	assert_string_equal(l->nodes[0].groups, "+ff02::12 ");
	vlink_run(l, 10000);
	assert_string_equal(l->nodes[0].groups, "+ff02::12 +ff02::1:ff00:64 ");
	vrrp_set(l->nodes[0].vrrp, "vip", NULL);
	assert_string_equal(l->nodes[0].groups,
	    "+ff02::12 +ff02::1:ff00:64 -ff02::1:ff00:64 -ff02::12 ");
	vlink_free(l);
}

TEST(both_families_may_have_one_virtual_router_id)
{
	struct vlink *l = link_of(1);
	struct vrrp_config c = vconfig_v6(100);

	set(&l->nodes[0], vconfig(100));
	vrrp_set(l->nodes[0].vrrp, "vip6", &c);
	vlink_run(l, 5000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(vnode_state(&l->nodes[0], "vip6"), VRRP_MASTER);
	vlink_free(l);
}

/* ---- several virtual routers ---- */

TEST(two_virtual_routers_of_a_node_are_apart)
{
	struct vlink *l = pair(200);
	struct vrrp_config c = vconfig(50);

	c.vrid = 52;
	vrrp_set(l->nodes[0].vrrp, "b", &c);
	c.priority = 60;
	vrrp_set(l->nodes[1].vrrp, "b", &c);
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(vnode_state(&l->nodes[0], "b"), VRRP_BACKUP);
	assert_int_equal(vnode_state(&l->nodes[1], "b"), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_virtual_router_id_is_of_whom_had_it_first)
{
	struct vlink *l = link_of(1);
	struct vrrp_config c = vconfig(100);

	set(&l->nodes[0], c);
	vrrp_set(l->nodes[0].vrrp, "b", &c);
	assert_told(&l->nodes[0],
	    "b Initialize: another one has its virtual router ID on that "
	    "interface");
	vrrp_set(l->nodes[0].vrrp, "vip", NULL);
	assert_int_equal(vnode_state(&l->nodes[0], "b"), VRRP_BACKUP);
	vlink_free(l);
}

/* ---- unicast ---- */

TEST(peers_are_told_by_unicast)
{
	struct vlink *l = link_of(2);
	struct addr peers[] = { vaddr("192.0.2.1"), vaddr("192.0.2.2") };
	struct vrrp_config c = vconfig(200);

	c.n_peers = 1;
	c.peers = &peers[1];
	set(&l->nodes[0], c);
	c.priority = 100;
	c.peers = &peers[0];
	set(&l->nodes[1], c);
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	assert_int_equal(l->nodes[0].adverts, l->nodes[0].unicasts);
	assert_string_equal(l->nodes[0].groups, "");
	vlink_free(l);
}

TEST(with_peers_nobody_else_is_heard)
{
	struct vlink *l = link_of(1);
	struct addr peer = vaddr("192.0.2.2");
	struct vrrp_config c = vconfig(100);
	struct said s;

	c.n_peers = 1;
	c.peers = &peer;
	set(&l->nodes[0], c);
	said(&s, 3, 200);
	put(l, &s); /* by multicast, of a stranger */
	s.ip.dst = vaddr("192.0.2.1");
	put(l, &s); /* of a stranger */
	s.ip.dst = vrrp_group(FAMILY_V4);
	s.ip.src = peer;
	put(l, &s); /* by multicast */
	assert_int_equal(refused(l, VRRP_SENDER), 3);
	s.ip.dst = vaddr("192.0.2.1");
	put(l, &s);
	assert_int_equal(vrrp_counters(l->nodes[0].vrrp)->received, 1);
	vlink_free(l);
}

/* ---- what is refused ---- */

TEST(a_packet_that_was_forwarded_is_refused)
{
	struct vlink *l = pair(100);
	struct said s;

	said(&s, 3, 255);
	s.ip.ttl = 254;
	put(l, &s);
	assert_int_equal(refused(l, VRRP_TTL), 1);
	vlink_free(l);
}

TEST(a_packet_of_another_version_is_refused)
{
	struct vlink *l = pair(200);
	struct said s;

	said(&s, 2, 255);
	put(l, &s);
	assert_int_equal(refused(l, VRRP_VERSION), 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_packet_of_a_wrong_checksum_is_refused)
{
	struct vlink *l = pair(200);
	uint8_t bytes[] = { 0x31, 51, 255, 1, 0, 100, 0, 0, 192, 0, 2, 100 };
	struct said s;

	said(&s, 3, 255);
	s.ip.payload = bytes;
	s.ip.n = sizeof(bytes);
	struct frame f = { .kind = FRAME_VRRP, .ip = s.ip };

	vrrp_frame(l->nodes[0].vrrp, VLINK_INDEX, &f);
	assert_int_equal(refused(l, VRRP_CHECKSUM), 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_packet_of_another_virtual_router_is_not_for_us)
{
	struct vlink *l = pair(200);
	struct said s;

	said(&s, 3, 255);
	s.advert.vrid = 52;
	put(l, &s);
	assert_int_equal(refused(l, VRRP_VRID), 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_packet_from_another_interface_is_not_for_us)
{
	struct vlink *l = pair(200);
	struct said s;
	struct frame f = { .kind = FRAME_VRRP };

	said(&s, 3, 255);
	put(l, &s);
	f.ip = s.ip;
	f.ip.payload = s.bytes;
	f.ip.n = 12;
	vrrp_frame(l->nodes[0].vrrp, VLINK_INDEX + 1, &f);
	assert_int_equal(refused(l, VRRP_VRID), 1);
	vlink_free(l);
}

TEST(our_own_packet_is_not_heard)
{
	struct vlink *l = pair(200);
	struct said s;

	said(&s, 3, 255);
	s.ip.src = vaddr("192.0.2.1");
	put(l, &s);
	assert_int_equal(refused(l, VRRP_SENDER), 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(unicast_is_refused_without_peers)
{
	struct vlink *l = pair(200);
	struct said s;

	said(&s, 3, 255);
	s.ip.dst = vaddr("192.0.2.1");
	put(l, &s);
	assert_int_equal(refused(l, VRRP_SENDER), 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

/* Version 3 takes it nevertheless; two masters would be worse. */
TEST(other_addresses_are_told)
{
	static const uint8_t other[] = { 192, 0, 2, 101 };
	struct vlink *l = pair(200);
	struct said s;

	said(&s, 3, 255);
	s.advert.addrs = rbuf_of(other, sizeof(other));
	put(l, &s);
	assert_int_equal(refused(l, VRRP_ADDRESSES), 1);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vlink_free(l);
}

TEST(version_2_refuses_other_addresses_but_the_owners)
{
	static const uint8_t other[] = { 192, 0, 2, 101 };
	struct vlink *l = link_of(1);
	struct vrrp_config c = vconfig(100);
	struct said s;

	c.version = 2;
	set(&l->nodes[0], c);
	vlink_run(l, 5000);
	said(&s, 2, 254);
	s.advert.addrs = rbuf_of(other, sizeof(other));
	put(l, &s);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	s.advert.priority = VRRP_OWNER;
	put(l, &s);
	assert_int_equal(refused(l, VRRP_ADDRESSES), 2);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vlink_free(l);
}

static unsigned complaints;

static void
count_complaints(enum log_level level, const char *text)
{
	complaints += level == LOG_LEVEL_WARN && strstr(text, "vip: ") != NULL;
}

TEST(of_each_fault_the_operator_is_told_once)
{
	struct vlink *l = pair(200);
	uint8_t cut[] = { 0x21, 51, 255, 1, 1, 1 };
	struct said s;
	struct frame f = { .kind = FRAME_VRRP };

	complaints = 0;
	log_set_level(LOG_LEVEL_WARN);
	log_set_sink(count_complaints);
	said(&s, 3, 255);
	s.ip.ttl = 64;
	for (int i = 0; i < 3; i++)
		put(l, &s);
	assert_int_equal(complaints, 1);
	f.ip = s.ip;
	f.ip.payload = cut;
	f.ip.n = sizeof(cut);
	vrrp_frame(l->nodes[0].vrrp, VLINK_INDEX, &f);
	assert_int_equal(complaints, 2);
	log_set_sink(NULL);
	log_set_level(LOG_LEVEL_ERROR);
	vlink_free(l);
}

/* ---- ARP and neighbour discovery ---- */

TEST(a_new_master_proclaims_its_addresses_several_times)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig(100));
	vlink_run(l, DOWN_100);
	assert_int_equal(n->arps, 2); /* a request and a reply */
	assert_true(addr_eq(&n->arp.sender, &n->arp.target));
	assert_true(mac_eq(&n->arp.sender_mac, &n->eth[0].mac));
	vlink_run(l, 400);
	assert_int_equal(n->arps, 6);
	vlink_run(l, 5000);
	assert_int_equal(n->arps, 8);
	vlink_run(l, 60000);
	assert_int_equal(n->arps, 10);
	vlink_free(l);
}

TEST(a_new_master_proclaims_its_ipv6_addresses)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig_v6(100));
	vlink_run(l, DOWN_100);
	assert_int_equal(n->adverts_na, 2); /* an address each */
	assert_true(n->neighbor.router && n->neighbor.override);
	assert_false(n->neighbor.solicited);
	vlink_free(l);
}

TEST(a_new_address_of_a_master_is_proclaimed_at_once)
{
	struct vlink *l = pair(200);
	struct vrrp_config c = vconfig(200);
	struct addr both[] = { c.addrs[0], vaddr("192.0.2.101") };
	unsigned before = l->nodes[0].arps;

	c.addrs = both;
	c.n_addrs = 2;
	set(&l->nodes[0], c);
	assert_int_equal(l->nodes[0].arps, before + 4);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_master_answers_for_its_address)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];
	unsigned before = n->arps;

	ask_arp(n, "192.0.2.101");
	assert_int_equal(n->arps, before);
	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, before + 1);
	assert_true(n->arp.reply);
	vlink_free(l);
}

TEST(a_backup_answers_nobody)
{
	struct vlink *l = pair(200);

	ask_arp(&l->nodes[1], "192.0.2.100");
	assert_int_equal(l->nodes[1].arps, 0);
	vlink_free(l);
}

TEST(where_the_kernel_has_the_address_it_answers)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];
	unsigned before = n->arps;

	vnode_has(n, 0, "192.0.2.100/32");
	vnode_change(n);
	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, before);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

static void
ask_neighbor(struct vnode *n, const char *src)
{
	struct mac asker = { { 2, 0, 0, 9, 9, 9 } };
	struct addr target = vaddr("2001:db8::64");
	struct addr group = frame_solicited_node(&target);
	struct mac to = frame_group_mac(&group);
	struct frame_neighbor ns = { .src = vaddr(src),
		.dst = group,
		.target = target,
		.has_mac = strcmp(src, "::") != 0,
		.mac = asker };
	uint8_t out[FRAME_MAX];

	vnode_frame(n, out, frame_put_neighbor(out, &asker, &to, &ns));
}

TEST(a_master_answers_for_its_ipv6_address)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct addr asker = vaddr("fe80::9");

	set(n, vconfig_v6(100));
	vlink_run(l, DOWN_100);
	ask_neighbor(n, "fe80::9");
	assert_int_equal(n->adverts_na, 3);
	assert_true(n->neighbor.router && n->neighbor.solicited);
	assert_true(addr_eq(&n->neighbor.dst, &asker));
	vlink_free(l);
}

TEST(who_probes_an_ipv6_address_of_a_master_is_told_with_all)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct addr nodes = vaddr("ff02::1");

	set(n, vconfig_v6(100));
	vlink_run(l, DOWN_100);
	ask_neighbor(n, "::");
	assert_int_equal(n->adverts_na, 3);
	assert_false(n->neighbor.solicited);
	assert_true(addr_eq(&n->neighbor.dst, &nodes));
	vlink_free(l);
}

/* As of a bond with fail_over_mac. */
TEST(a_master_tells_another_mac_and_stays_master)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	n->eth[0].mac.bytes[1] = 0x77;
	n->arps = n->zeros = 0;
	vnode_change(n);
	vlink_run(l, 1);
	assert_true(n->arps > 0);
	assert_true(mac_eq(&n->arp.sender_mac, &n->eth[0].mac));
	vlink_run(l, 10000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(n->zeros, 0);
	vlink_free(l);
}

/* ---- the virtual MAC ---- */

TEST(with_a_virtual_mac_all_is_said_from_it)
{
	static const struct mac virtual = { { 0, 0, 0x5e, 0, 1, 51 } };
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct vrrp_config c = vconfig(100);

	c.virtual_mac = true;
	set(n, c);
	vlink_run(l, 10000);
	assert_true(mac_eq(&n->from, &virtual));
	assert_true(mac_eq(&n->arp.sender_mac, &virtual));
	vlink_free(l);
}

/* It may have the address elsewhere, for BGP; only the master is to answer for it. */
TEST(the_kernel_of_a_backup_does_not_answer_for_an_address_elsewhere)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig(100));
	assert_string_equal(n->hushes, "+7 ");
	vlink_run(l, 10000);
	assert_string_equal(n->hushes, "+7 ");
	vrrp_set(n->vrrp, "vip", NULL);
	assert_string_equal(n->hushes, "+7 -7 ");
	vlink_free(l);
}

TEST(an_address_on_the_interface_of_the_virtual_mac_is_the_kernels)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct vrrp_config c = vconfig(100);

	c.virtual_mac = true;
	set(n, c);
	vlink_run(l, 5000);
	unsigned before = n->arps;

	n->n_eth = 2;
	n->eth[1].mac = (struct mac){ { 0, 0, 0x5e, 0, 1, 51 } };
	vnode_has(n, 1, "192.0.2.100/32");
	vnode_change(n);
	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, before);
	vlink_free(l);
}

/* The kernel answers nobody there for what is on another one. */
TEST(an_address_on_another_interface_of_the_same_mac_is_answered_for)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig(100));
	vlink_run(l, 5000);
	unsigned before = n->arps;

	n->n_eth = 2;
	n->eth[1].mac = n->eth[0].mac;
	vnode_has(n, 1, "192.0.2.100/32");
	vnode_change(n);
	ask_arp(n, "192.0.2.100");
	assert_int_equal(n->arps, before + 1);
	vlink_free(l);
}

/* ---- interfaces ---- */

TEST(without_its_interface_it_waits)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	n->n_eth = 0;
	vnode_change(n);
	set(n, vconfig(100));
	assert_told(n, "vip Initialize: its interface is not there");
	assert_int_equal(vrrp_listens(n->vrrp, NULL, 0), 0);
	n->n_eth = 1;
	vnode_change(n);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	int index;

	assert_int_equal(vrrp_listens(n->vrrp, &index, 1), 1);
	assert_int_equal(index, VLINK_INDEX);
	assert_int_equal(n->changes_of_listening, 1);
	vlink_free(l);
}

TEST(an_interface_that_is_down_ends_it)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	n->eth[0].up = false;
	vnode_change(n);
	assert_told(n, "vip Initialize: its interface is down");
	vlink_run(l, 4000);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	n->eth[0].up = true;
	vnode_change(n);
	vlink_run(l, 4000);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_free(l);
}

TEST(without_an_address_it_can_not_speak)
{
	struct vlink *l = pair(200);
	struct vnode *n = &l->nodes[0];

	n->eth[0].n = 0;
	vnode_has(n, 0, "192.0.2.100/32"); /* the virtual one is none */
	vnode_change(n);
	assert_told(
	    n, "vip Initialize: its interface has no address to speak with");
	assert_int_equal(n->zeros, 1);
	vlink_free(l);
}

TEST(it_speaks_with_an_address_that_stays)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct addr own = vaddr("192.0.2.1"), given = vaddr("192.0.2.77");
	struct vrrp_config c = vconfig(100);
	struct vrrp_view view;

	n->eth[0].n = 0;
	vnode_has(n, 0, "192.0.2.100/24"); /* the virtual one */
	vnode_has(n, 0, "192.0.2.50/32");  /* perhaps another's virtual one */
	vnode_has(n, 0, "192.0.2.1/24");
	vnode_change(n);
	set(n, c);
	view = vnode_view(n, "vip");
	assert_true(addr_eq(&view.source, &own));
	c.source = given;
	set(n, c);
	view = vnode_view(n, "vip");
	assert_true(addr_eq(&view.source, &given));
	vlink_free(l);
}

TEST(to_peers_it_speaks_with_an_address_of_their_subnet)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct vrrp_config c = vconfig_v6(100);
	struct addr peer = vaddr("2001:db8::2"), far = vaddr("2001:db8:9::2");
	struct addr own = vaddr("2001:db8::1");
	struct vrrp_view view;

	c.peers = &peer;
	c.n_peers = 1;
	set(n, c);
	view = vnode_view(n, "vip");
	assert_true(addr_eq(&view.source, &own));
	c.peers = &far;
	set(n, c);
	view = vnode_view(n, "vip");
	assert_int_equal(view.source.family, FAMILY_V6);
	vlink_free(l);
}

/* ---- a process that stood still, and a timer that did not ---- */

TEST(a_timer_that_came_early_comes_again)
{
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];

	set(n, vconfig(100));
	vlink_run(l, DOWN_100 - 1);
	n->armed = 0;
	vrrp_tick(n->vrrp);
	vlink_run(l, 1);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_backup_that_stood_still_hears_first)
{
	struct vlink *l = pair(200);

	l->nodes[1].frozen = true;
	vlink_run(l, 20000);
	vnode_thaw(&l->nodes[1]);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_run(l, 10000);
	assert_int_equal(l->nodes[1].adverts, 0);
	vlink_free(l);
}

TEST(a_backup_that_is_always_late_takes_over_nevertheless)
{
	struct vlink *l = pair(200);

	vnode_kill(&l->nodes[0]);
	for (int i = 0; i < 2; i++) {
		l->nodes[1].frozen = true;
		vlink_run(l, 10000);
		vnode_thaw(&l->nodes[1]);
	}
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

TEST(a_master_that_stood_still_proclaims_again)
{
	struct vlink *l = pair(200);

	l->nodes[0].frozen = true;
	vlink_run(l, 20000);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	unsigned before = l->nodes[0].arps;

	vnode_thaw(&l->nodes[0]);
	assert_int_equal(l->nodes[0].arps, before + 2);
	vlink_run(l, 100);
	assert_int_equal(now_is(l, 0), VRRP_MASTER);
	assert_int_equal(now_is(l, 1), VRRP_BACKUP);
	vlink_free(l);
}

/* ---- the owner's calls from within ---- */

static void
forget_all(void *arg, const char *name, enum vrrp_state s, const char *why)
{
	struct vnode *n = arg;

	(void)name;
	(void)s;
	(void)why;
	vrrp_set(n->vrrp, "vip", NULL);
	vrrp_set(n->vrrp, "b", NULL);
}

static void
ignore_time(void *arg, uint64_t at)
{
	(void)arg;
	(void)at;
}

static void
ignore_listens(void *arg)
{
	(void)arg;
}

TEST(who_is_told_may_take_all_away)
{
	static const struct vrrp_ops ops = { ignore_time, forget_all,
		ignore_listens };
	struct vlink *l = link_of(1);
	struct vnode *n = &l->nodes[0];
	struct vrrp_config c = vconfig(100);

	vnode_kill(n);
	n->vrrp = vrrp_new(&l->clock, &n->port, &ops, n);
	vrrp_set(n->vrrp, "vip", &c);
	c.vrid = 52;
	vrrp_set(n->vrrp, "b", &c);
	vnode_change(n);
	assert_null(vnode_view(n, "vip").name);
	assert_null(vnode_view(n, "b").name);
	vlink_free(l);
}

TEST(another_place_is_a_new_beginning)
{
	struct vlink *l = pair(200);
	struct vrrp_config c = vconfig(200);

	c.vrid = 99;
	set(&l->nodes[0], c);
	assert_int_equal(l->nodes[0].zeros, 1);
	assert_int_equal(now_is(l, 0), VRRP_BACKUP);
	vlink_run(l, 700);
	assert_int_equal(now_is(l, 1), VRRP_MASTER);
	vlink_free(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(who_starts_waits_for_the_down_interval),
		cmocka_unit_test(the_owner_is_master_at_once),
		cmocka_unit_test(the_owner_hears_nobody),
		cmocka_unit_test(a_master_tells_another_mac_and_stays_master),
		cmocka_unit_test(a_master_advertises_each_interval),
		cmocka_unit_test(the_one_of_higher_priority_is_master),
		cmocka_unit_test(of_equal_masters_the_greater_address_stays),
		cmocka_unit_test(
		    of_two_masters_the_one_that_stays_proclaims_again),
		cmocka_unit_test(a_backup_takes_over_from_a_master_that_dies),
		cmocka_unit_test(a_better_one_preempts),
		cmocka_unit_test(
		    without_preempt_a_better_one_waits_for_the_master_to_end),
		cmocka_unit_test(a_preemption_may_be_delayed),
		cmocka_unit_test(
		    a_delayed_preemption_does_not_delay_a_takeover),
		cmocka_unit_test(
		    a_master_that_leaves_is_followed_after_the_skew_time),
		cmocka_unit_test(who_has_left_does_not_come_back),
		cmocka_unit_test(a_backup_that_ends_says_nothing),
		cmocka_unit_test(a_master_that_is_removed_gives_up),
		cmocka_unit_test(
		    who_is_no_candidate_gives_up_and_is_there_until_another_is_master),
		cmocka_unit_test(who_yields_says_nothing_more),
		cmocka_unit_test(
		    who_yields_waits_for_the_slowest_backup_and_no_longer),
		cmocka_unit_test(
		    who_leaves_yields_for_a_second_and_a_half_at_most),
		cmocka_unit_test(
		    who_yields_takes_all_back_before_another_is_master),
		cmocka_unit_test(an_owner_yields_too),
		cmocka_unit_test(who_yields_ends_with_its_interface),
		cmocka_unit_test(who_yields_keeps_the_groups_of_its_addresses),
		cmocka_unit_test(
		    who_stood_still_while_it_yielded_proclaims_nothing),
		cmocka_unit_test(
		    a_lowered_priority_lets_a_better_one_take_over),
		cmocka_unit_test(
		    who_gives_up_without_being_followed_changes_nothing),
		cmocka_unit_test(who_is_set_as_he_is_says_nothing),
		cmocka_unit_test(a_master_answers_one_that_gives_up),
		cmocka_unit_test(
		    a_master_tells_a_worse_one_at_once_and_proclaims),
		cmocka_unit_test(a_backup_learns_the_interval_of_the_master),
		cmocka_unit_test(a_fast_master_is_missed_fast),
		cmocka_unit_test(version_2_works_the_same),
		cmocka_unit_test(version_2_refuses_another_interval),
		cmocka_unit_test(the_checksum_is_that_of_the_others),
		cmocka_unit_test(ipv6_works_the_same),
		cmocka_unit_test(a_master_joins_the_groups_of_its_addresses),
		cmocka_unit_test(both_families_may_have_one_virtual_router_id),
		cmocka_unit_test(two_virtual_routers_of_a_node_are_apart),
		cmocka_unit_test(a_virtual_router_id_is_of_whom_had_it_first),
		cmocka_unit_test(peers_are_told_by_unicast),
		cmocka_unit_test(with_peers_nobody_else_is_heard),
		cmocka_unit_test(a_packet_that_was_forwarded_is_refused),
		cmocka_unit_test(a_packet_of_another_version_is_refused),
		cmocka_unit_test(a_packet_of_a_wrong_checksum_is_refused),
		cmocka_unit_test(
		    a_packet_of_another_virtual_router_is_not_for_us),
		cmocka_unit_test(a_packet_from_another_interface_is_not_for_us),
		cmocka_unit_test(our_own_packet_is_not_heard),
		cmocka_unit_test(unicast_is_refused_without_peers),
		cmocka_unit_test(other_addresses_are_told),
		cmocka_unit_test(
		    version_2_refuses_other_addresses_but_the_owners),
		cmocka_unit_test(of_each_fault_the_operator_is_told_once),
		cmocka_unit_test(
		    a_new_master_proclaims_its_addresses_several_times),
		cmocka_unit_test(a_new_master_proclaims_its_ipv6_addresses),
		cmocka_unit_test(
		    a_new_address_of_a_master_is_proclaimed_at_once),
		cmocka_unit_test(a_master_answers_for_its_address),
		cmocka_unit_test(a_backup_answers_nobody),
		cmocka_unit_test(where_the_kernel_has_the_address_it_answers),
		cmocka_unit_test(a_master_answers_for_its_ipv6_address),
		cmocka_unit_test(
		    who_probes_an_ipv6_address_of_a_master_is_told_with_all),
		cmocka_unit_test(with_a_virtual_mac_all_is_said_from_it),
		cmocka_unit_test(
		    the_kernel_of_a_backup_does_not_answer_for_an_address_elsewhere),
		cmocka_unit_test(
		    an_address_on_the_interface_of_the_virtual_mac_is_the_kernels),
		cmocka_unit_test(
		    an_address_on_another_interface_of_the_same_mac_is_answered_for),
		cmocka_unit_test(without_its_interface_it_waits),
		cmocka_unit_test(an_interface_that_is_down_ends_it),
		cmocka_unit_test(without_an_address_it_can_not_speak),
		cmocka_unit_test(it_speaks_with_an_address_that_stays),
		cmocka_unit_test(
		    to_peers_it_speaks_with_an_address_of_their_subnet),
		cmocka_unit_test(a_timer_that_came_early_comes_again),
		cmocka_unit_test(a_backup_that_stood_still_hears_first),
		cmocka_unit_test(
		    a_backup_that_is_always_late_takes_over_nevertheless),
		cmocka_unit_test(a_master_that_stood_still_proclaims_again),
		cmocka_unit_test(who_is_told_may_take_all_away),
		cmocka_unit_test(another_place_is_a_new_beginning),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("vrrp", tests, NULL, NULL);
}
