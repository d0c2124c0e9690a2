/* SPDX-License-Identifier: Apache-2.0 */
/*
 * The addresses on a kernel of a few lines, which tells what changes as Linux does: the
 * news of a change before its answer or, where an IPv6 address is added, behind it.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/kernel/addresses.h"
#include "common/err.h"
#include "common/rng.h"
#include "tests/test.h"

enum { MAX_LINKS = 32, MAX_AT = 256, BATCH = 8 };

struct at { /* an address on an interface */
	int index;
	struct prefix prefix;
	uint8_t protocol;
};

struct kernel {
	struct addresses_link links[MAX_LINKS]; /* index 0: none */
	struct at at[MAX_AT];
	size_t n_at;
	int last_index;
	bool deaf;      /* nobody is told */
	bool late;      /* of additions of ours we are told behind the answer */
	bool unlabeled; /* no protocol is kept, as before 5.18 */
	unsigned kinds; /* that it has not, by bits */
	int error;      /* of every change, if not 0 */
	struct addresses *a;
};

static struct prefix
prefix(const char *text)
{
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(text, &p, &err));
	return p;
}

static void
tell_link(struct kernel *k, const struct addresses_link *link)
{
	if (!k->deaf)
		addresses_found_link(k->a, link);
}

static struct addresses_link *
link_at(struct kernel *k, int index)
{
	for (size_t i = 0; i < MAX_LINKS; i++)
		if (k->links[i].index == index)
			return &k->links[i];
	return NULL;
}

static struct addresses_link *
link_named(struct kernel *k, const char *name)
{
	for (size_t i = 0; i < MAX_LINKS; i++)
		if (k->links[i].index != 0 &&
		    strcmp(k->links[i].name, name) == 0)
			return &k->links[i];
	return NULL;
}

static struct addresses_link *
link_add(struct kernel *k, const char *name)
{
	struct addresses_link *link = link_at(k, 0);

	assert_non_null(link);
	*link = (struct addresses_link){ .index = ++k->last_index, .up = true };
	snprintf(link->name, sizeof(link->name), "%s", name);
	tell_link(k, link);
	return link;
}

static size_t
at_find(const struct kernel *k, int index, const struct prefix *p)
{
	size_t i = 0;

	while (i < k->n_at &&
	    (k->at[i].index != index || !prefix_eq(&k->at[i].prefix, p)))
		i++;
	return i;
}

static int
at_add(struct kernel *k, int index, const struct prefix *p, uint8_t protocol)
{
	if (link_at(k, index) == NULL)
		return ENODEV;
	if (at_find(k, index, p) < k->n_at)
		return EEXIST;
	assert_true(k->n_at < MAX_AT);
	protocol = k->unlabeled ? 0 : protocol;
	k->at[k->n_at++] = (struct at){ index, *p, protocol };
	if (!k->deaf)
		addresses_found(k->a, index, p, protocol);
	return 0;
}

static int
at_delete(struct kernel *k, int index, const struct prefix *p)
{
	struct prefix at = *p;
	size_t i = at_find(k, index, p);

	if (i == k->n_at)
		return EADDRNOTAVAIL;
	k->at[i] = k->at[--k->n_at];
	if (!k->deaf)
		addresses_lost(k->a, index, &at);
	return 0;
}

static int
link_delete(struct kernel *k, int index)
{
	struct addresses_link *link = link_at(k, index);

	if (link == NULL)
		return ENODEV;
	for (size_t i = k->n_at; i-- > 0;)
		if (k->at[i].index == index)
			at_delete(k, index, &k->at[i].prefix);
	for (size_t i = 0; i < MAX_LINKS; i++)
		if (k->links[i].index != 0 && k->links[i].parent == index)
			link_delete(k, k->links[i].index);
	link->index = 0;
	if (!k->deaf)
		addresses_lost_link(k->a, index);
	return 0;
}

static int
link_create(struct kernel *k, const struct addresses_change *c)
{
	struct addresses_link link = {
		.index = k->last_index + 1, .ours = true, .parent = c->parent
	};

	if (k->kinds & 1u << c->kind)
		return EOPNOTSUPP;
	if (link_named(k, c->interface) != NULL)
		return EEXIST;
	memcpy(link.name, c->interface, sizeof(link.name));
	memcpy(link.mac, c->mac, sizeof(link.mac));
	*link_at(k, 0) = link;
	k->last_index++;
	tell_link(k, &link);
	return 0;
}

static int
link_put_up(struct kernel *k, const struct addresses_change *c)
{
	struct addresses_link *link = link_at(k, c->index);

	if (link == NULL)
		return ENODEV;
	link->up = true;
	tell_link(k, link);
	return 0;
}

static int
carry_out(struct kernel *k, const struct addresses_change *c)
{
	if (k->error != 0)
		return k->error;
	switch (c->step) {
	case ADDRESSES_DELETE:
		assert_int_not_equal(
		    k->at[at_find(k, c->index, &c->at)].protocol, 4);
		return at_delete(k, c->index, &c->at);
	case ADDRESSES_MAKE:
		return c->index == 0 ? link_create(k, c) : link_put_up(k, c);
	case ADDRESSES_ADD:
		k->deaf = k->late;
		int error = at_add(k, c->index, &c->at, ADDRESSES_PROTOCOL);

		k->deaf = false;
		return error;
	case ADDRESSES_REMOVE:
		return link_delete(k, c->index);
	}
	return EINVAL;
}

static void
tell_late(struct kernel *k, const struct addresses_change *c)
{
	size_t i = at_find(k, c->index, &c->at);

	if (k->late && c->step == ADDRESSES_ADD && i < k->n_at)
		addresses_found(k->a, c->index, &c->at, k->at[i].protocol);
}

static size_t
settle(struct kernel *k)
{
	struct addresses_change c[BATCH];
	size_t n, total = 0;

	while ((n = addresses_next(k->a, c, BATCH)) > 0) {
		for (size_t i = 0; i < n; i++) {
			addresses_made(k->a, &c[i], carry_out(k, &c[i]));
			tell_late(k, &c[i]);
		}
		total += n;
		assert_true(total < 10000);
	}
	return total;
}

static void
look(struct kernel *k)
{
	addresses_forget(k->a);
	for (size_t i = 0; i < MAX_LINKS; i++)
		if (k->links[i].index != 0)
			addresses_found_link(k->a, &k->links[i]);
	for (size_t i = 0; i < k->n_at; i++)
		addresses_found(
		    k->a, k->at[i].index, &k->at[i].prefix, k->at[i].protocol);
	addresses_compare(k->a);
}

static struct kernel
start(void)
{
	return (struct kernel){ .a = addresses_new() };
}

/* Another run begins, which knows nothing. */
static void
restart(struct kernel *k)
{
	addresses_free(k->a);
	k->a = addresses_new();
}

static void
want(struct kernel *k, const char *interface, const char *at)
{
	struct prefix p = prefix(at);

	addresses_want(k->a, interface, &p);
}

static void
unwant(struct kernel *k, const char *interface, const char *at)
{
	struct prefix p = prefix(at);

	addresses_unwant(k->a, interface, &p);
}

static bool
has(struct kernel *k, const char *interface, const char *at)
{
	struct prefix p = prefix(at);
	const struct addresses_link *link = link_named(k, interface);

	return link != NULL && at_find(k, link->index, &p) < k->n_at;
}

static bool
is_placed(const struct kernel *k, const char *interface, const char *at)
{
	struct prefix p = prefix(at);

	return addresses_is_placed(k->a, interface, &p);
}

static const char *
why(const struct kernel *k)
{
	static struct err err;

	return addresses_are_placed(k->a, &err) ? "" : err.text;
}

/* The news there are, a word each: "eth0 10.0.0.1/32 0, ". */
static const char *
news(struct kernel *k)
{
	static char said[1024];
	struct addresses_news n;
	char text[PREFIX_TEXT];
	size_t len = 0;

	said[0] = '\0';
	while (addresses_next_news(k->a, &n))
		len += (size_t)snprintf(said + len, sizeof(said) - len,
		    "%s %s %d, ", n.interface, prefix_print(&n.at, text),
		    n.error);
	return said;
}

TEST(what_is_wanted_comes_and_goes)
{
	struct kernel k = start();

	link_add(&k, "eth0");
	want(&k, "eth0", "192.168.10.15/24");
	want(&k, ADDRESSES_OWN, "10.0.0.1");
	want(&k, ADDRESSES_OWN, "fd00::1");
	settle(&k);
	assert_true(has(&k, "eth0", "192.168.10.15/24"));
	assert_true(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	assert_true(is_placed(&k, ADDRESSES_OWN, "fd00::1"));
	assert_int_equal(addresses_count(k.a), 3);
	assert_string_equal(why(&k), "");
	unwant(&k, "eth0", "192.168.10.15/24");
	unwant(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	assert_false(has(&k, "eth0", "192.168.10.15/24"));
	assert_false(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	addresses_clear(k.a);
	settle(&k);
	assert_int_equal(k.n_at, 0);
	assert_null(link_named(&k, ADDRESSES_OWN));
	assert_non_null(link_named(&k, "eth0"));
	addresses_free(k.a);
}

TEST(an_address_stays_until_all_who_want_it_do_not)
{
	struct kernel k = start();

	want(&k, ADDRESSES_OWN, "10.0.0.1");
	want(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	unwant(&k, ADDRESSES_OWN, "10.0.0.1");
	assert_int_equal(settle(&k), 0);
	assert_true(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	unwant(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	assert_false(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	addresses_free(k.a);
}

TEST(the_interface_of_ours_stays_empty_until_we_leave)
{
	struct kernel k = start();

	want(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	unwant(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	assert_non_null(link_named(&k, ADDRESSES_OWN));
	restart(&k);
	look(&k);
	settle(&k);
	assert_non_null(link_named(&k, ADDRESSES_OWN));
	addresses_clear(k.a);
	settle(&k);
	assert_null(link_named(&k, ADDRESSES_OWN));
	addresses_free(k.a);
}

TEST(a_kernel_without_dummy_has_the_next_best)
{
	struct kernel k = start();

	k.kinds = 1u << ADDRESSES_DUMMY | 1u << ADDRESSES_BRIDGE;
	want(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	assert_true(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	link_delete(&k, link_named(&k, ADDRESSES_OWN)->index);
	settle(&k);
	assert_true(has(&k, ADDRESSES_OWN, "10.0.0.1"));
	addresses_clear(k.a);
	settle(&k);
	k.kinds = UINT32_MAX;
	want(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	assert_string_equal(
	    why(&k), "lbbgp0: 10.0.0.1/32: Operation not supported");
	addresses_free(k.a);
}

/* An operator's own interface of that name, and address on it. */
TEST(what_others_have_is_used_and_never_removed)
{
	struct kernel k = start();
	struct prefix same = prefix("10.0.0.1"), other = prefix("10.0.0.9");
	int index = link_add(&k, ADDRESSES_OWN)->index;

	at_add(&k, index, &same, 4);
	at_add(&k, index, &other, 4);
	look(&k);
	want(&k, ADDRESSES_OWN, "10.0.0.1");
	want(&k, ADDRESSES_OWN, "10.0.0.2");
	settle(&k);
	assert_true(is_placed(&k, ADDRESSES_OWN, "10.0.0.1"));
	assert_true(is_placed(&k, ADDRESSES_OWN, "10.0.0.2"));
	addresses_clear(k.a);
	settle(&k);
	assert_int_equal(k.n_at, 2);
	assert_non_null(link_named(&k, ADDRESSES_OWN));
	addresses_free(k.a);
}

TEST(when_the_one_of_others_goes_ours_comes)
{
	struct kernel k = start();
	struct prefix p = prefix("10.0.0.1");
	int index = link_add(&k, "eth0")->index;

	at_add(&k, index, &p, 4);
	want(&k, "eth0", "10.0.0.1");
	settle(&k);
	at_delete(&k, index, &p);
	settle(&k);
	assert_int_equal(k.at[0].protocol, ADDRESSES_PROTOCOL);
	unwant(&k, "eth0", "10.0.0.1");
	settle(&k);
	assert_int_equal(k.n_at, 0);
	addresses_free(k.a);
}

TEST(an_interface_of_ours_stays_under_the_addresses_of_others)
{
	struct kernel k = start();
	struct prefix p = prefix("10.0.0.9"), by_itself = prefix("fe80::1/64");

	want(&k, ADDRESSES_OWN, "10.0.0.1");
	settle(&k);
	int index = link_named(&k, ADDRESSES_OWN)->index;

	at_add(&k, index, &p, 0);
	at_add(&k, index, &by_itself, 3);
	addresses_clear(k.a);
	settle(&k);
	assert_int_equal(k.n_at, 2);
	assert_true(has(&k, ADDRESSES_OWN, "10.0.0.9"));
	at_delete(&k, index, &p);
	settle(&k);
	assert_null(link_named(&k, ADDRESSES_OWN));
	addresses_free(k.a);
}

TEST(an_address_waits_for_its_interface)
{
	struct kernel k = start();

	look(&k);
	want(&k, "eth0", "10.0.0.1");
	assert_int_equal(settle(&k), 0);
	assert_string_equal(
	    why(&k), "eth0: 10.0.0.1/32: there is no such interface");
	assert_string_equal(news(&k), "eth0 10.0.0.1/32 19, ");
	link_add(&k, "eth0");
	assert_string_equal(news(&k), ""); /* it is on its way */
	settle(&k);
	assert_true(is_placed(&k, "eth0", "10.0.0.1"));
	assert_string_equal(news(&k), "eth0 10.0.0.1/32 0, ");
	link_delete(&k, link_named(&k, "eth0")->index);
	settle(&k);
	assert_false(is_placed(&k, "eth0", "10.0.0.1"));
	assert_string_equal(news(&k), "eth0 10.0.0.1/32 19, ");
	addresses_free(k.a);
}

TEST(an_interface_that_is_renamed_takes_its_addresses_along)
{
	struct kernel k = start();
	struct addresses_link *link = link_add(&k, "eth0");

	want(&k, "eth0", "10.0.0.1");
	want(&k, "lan", "10.0.0.2");
	settle(&k);
	assert_false(addresses_must_look(k.a));
	strcpy(link->name, "lan");
	tell_link(&k, link);
	assert_true(addresses_must_look(k.a));
	look(&k);
	settle(&k);
	assert_int_equal(k.n_at, 1);
	assert_true(has(&k, "lan", "10.0.0.2"));
	addresses_free(k.a);
}

/* Nobody would know them for ours any more, and they would stay for ever. */
TEST(where_the_kernel_keeps_no_protocol_ours_are_known_after_renaming)
{
	struct kernel k = start();
	struct addresses_link *link = link_add(&k, "eth0");
	struct prefix theirs = prefix("10.0.0.9");

	k.unlabeled = true;
	at_add(&k, link->index, &theirs, 0);
	want(&k, "eth0", "10.0.0.1");
	settle(&k);
	assert_true(has(&k, "eth0", "10.0.0.1"));
	strcpy(link->name, "lan");
	tell_link(&k, link);
	look(&k);
	settle(&k);
	assert_false(has(&k, "lan", "10.0.0.1"));
	assert_true(has(&k, "lan", "10.0.0.9"));
	assert_string_equal(
	    why(&k), "eth0: 10.0.0.1/32: there is no such interface");
	addresses_free(k.a);
}

TEST(an_earlier_run_is_taken_over)
{
	struct kernel k = start();

	link_add(&k, "eth0");
	want(&k, "eth0", "10.0.0.1");
	want(&k, "eth0", "10.0.0.2");
	want(&k, ADDRESSES_OWN, "10.0.0.3");
	settle(&k);
	restart(&k);
	want(&k, "eth0", "10.0.0.1");
	look(&k);
	assert_int_equal(settle(&k), 2); /* the others go */
	assert_int_equal(k.n_at, 1);
	assert_true(is_placed(&k, "eth0", "10.0.0.1"));
	addresses_free(k.a);
}

static void
on_ours(void *arg, const char *interface, const struct prefix *at)
{
	struct addresses *to = arg;

	addresses_remember(to, interface, at);
}

/* … and of what it did not remember. */
TEST(where_the_kernel_keeps_no_protocol_what_is_remembered_is_ours)
{
	struct kernel k = start();
	struct prefix theirs = prefix("10.0.0.9"), gone = prefix("10.0.0.8");
	struct addresses *next = addresses_new();

	k.unlabeled = true;
	at_add(&k, link_add(&k, "eth0")->index, &theirs, 0);
	want(&k, "eth0", "10.0.0.1");
	want(&k, "eth0", "10.0.0.9");
	settle(&k);
	assert_false(addresses_know_protocol(k.a));
	addresses_each_ours(k.a, on_ours, next);
	addresses_remember(next, "eth0", &gone);
	addresses_remember(next, "eth7", &gone);
	addresses_free(k.a);
	k.a = next;
	look(&k);
	settle(&k);
	assert_int_equal(k.n_at, 1);
	assert_true(has(&k, "eth0", "10.0.0.9"));
	addresses_free(k.a);
}

/* As an operator's who put it there while we were not running. */
TEST(where_the_kernel_keeps_protocols_it_is_believed)
{
	struct prefix p = prefix("10.0.0.1"), lo = prefix("127.0.0.1/8");

	for (unsigned late = 0; late < 2; late++) { /* it turns out */
		struct kernel k = start();
		int of_lo = link_add(&k, "lo")->index;

		if (late == 0)
			at_add(&k, of_lo, &lo, 1);
		at_add(&k, link_add(&k, "eth0")->index, &p, 0);
		if (late == 1)
			at_add(&k, of_lo, &lo, 1);
		restart(&k);
		addresses_remember(k.a, "eth0", &p);
		look(&k);
		settle(&k);
		assert_true(has(&k, "eth0", "10.0.0.1"));
		addresses_free(k.a);
	}
}

/* An address that is removed while the answer to its addition is on the way. */
TEST(what_somebody_removes_at_once_is_added_again)
{
	struct kernel k = start();
	struct addresses_change c;
	int index = link_add(&k, "eth0")->index;

	want(&k, "eth0", "10.0.0.1");
	assert_int_equal(addresses_next(k.a, &c, 1), 1);
	at_add(&k, index, &c.at, ADDRESSES_PROTOCOL);
	at_delete(&k, index, &c.at);
	addresses_made(k.a, &c, 0);
	assert_false(is_placed(&k, "eth0", "10.0.0.1"));
	assert_true(addresses_have_changes(k.a));
	settle(&k);
	assert_true(has(&k, "eth0", "10.0.0.1"));
	assert_false(addresses_have_changes(k.a));
	addresses_free(k.a);
}

TEST(what_is_refused_is_told_and_tried_again_when_that_is_said)
{
	struct kernel k = start();

	link_add(&k, "eth0");
	want(&k, "eth0", "10.0.0.1");
	want(&k, "eth0", "10.0.0.2");
	k.error = EPERM;
	settle(&k);
	assert_string_equal(why(&k),
	    "2 addresses, the first eth0: 10.0.0.1/32: Operation not permitted");
	assert_int_equal(settle(&k), 0);
	k.error = 0;
	addresses_retry(k.a);
	settle(&k);
	assert_string_equal(why(&k), "");
	assert_int_equal(k.n_at, 2);
	k.error = EPERM;
	unwant(&k, "eth0", "10.0.0.1");
	settle(&k);
	assert_string_equal(
	    why(&k), "eth0: 10.0.0.1/32: Operation not permitted");
	addresses_free(k.a);
}

static const struct addresses_macvlan router = { .parent = "eth0",
	.mac = { 0, 0, 0x5e, 0, 1, 50 } };

TEST(a_macvlan_is_there_while_it_is_wanted)
{
	struct kernel k = start();
	struct addresses_macvlan other = router;

	want(&k, "vrrp.50", "192.168.10.15/24");
	addresses_want_macvlan(k.a, "vrrp.50", &router);
	assert_int_equal(settle(&k), 0);
	assert_string_equal(
	    why(&k), "vrrp.50: 192.168.10.15/24: its parent is not there");
	link_add(&k, "eth0");
	settle(&k);
	assert_true(is_placed(&k, "vrrp.50", "192.168.10.15/24"));
	other.mac[5] = 51;
	addresses_want_macvlan(k.a, "vrrp.50", &other);
	settle(&k);
	assert_int_equal(link_named(&k, "vrrp.50")->mac[5], 51);
	assert_true(is_placed(&k, "vrrp.50", "192.168.10.15/24"));
	restart(&k);
	look(&k);
	settle(&k);
	assert_null(link_named(&k, "vrrp.50"));
	assert_int_equal(k.n_at, 0);
	addresses_free(k.a);
}

TEST(a_macvlan_comes_back_with_its_parent)
{
	struct kernel k = start();

	link_add(&k, "eth0");
	addresses_want_macvlan(k.a, "vrrp.50", &router);
	want(&k, "vrrp.50", "192.168.10.15");
	settle(&k);
	link_delete(&k, link_named(&k, "eth0")->index);
	settle(&k);
	assert_null(link_named(&k, "vrrp.50"));
	link_add(&k, "eth0");
	settle(&k);
	assert_true(is_placed(&k, "vrrp.50", "192.168.10.15"));
	addresses_free(k.a);
}

TEST(an_interface_of_others_is_no_macvlan_of_ours)
{
	struct kernel k = start();

	link_add(&k, "eth0");
	link_add(&k, "vrrp.50");
	addresses_want_macvlan(k.a, "vrrp.50", &router);
	settle(&k);
	assert_string_equal(why(&k), "vrrp.50: File exists");
	addresses_want_macvlan(k.a, "vrrp.50", NULL);
	settle(&k);
	assert_non_null(link_named(&k, "vrrp.50"));
	addresses_free(k.a);
}

TEST(an_interface_of_ours_that_is_down_is_put_up)
{
	struct kernel k = start();

	want(&k, ADDRESSES_OWN, "fd00::1");
	settle(&k);
	link_named(&k, ADDRESSES_OWN)->up = false;
	tell_link(&k, link_named(&k, ADDRESSES_OWN));
	settle(&k);
	assert_true(link_named(&k, ADDRESSES_OWN)->up);
	addresses_free(k.a);
}

/* A world in which everybody does anything. */

static const char *const names[] = { "eth0", "eth1", ADDRESSES_OWN };
enum { N_NAMES = 3, N_ADDRS = 6 };

static void
somebody_acts(struct kernel *k, struct rng *rng)
{
	const char *name = names[rng_below(rng, N_NAMES)];
	struct addr addr = addr_v4(0x0a000000 + rng_below(rng, N_ADDRS));
	struct prefix p = prefix_host(&addr);
	const struct addresses_link *link = link_named(k, name);
	uint32_t what = rng_below(rng, 8);

	if (link == NULL && what < 3 && name != names[2])
		link_add(k, name);
	else if (link != NULL && what < 4)
		at_add(k, link->index, &p, 4);
	else if (link != NULL && what < 7)
		at_delete(k, link->index, &p);
	else if (link != NULL)
		link_delete(k, link->index);
}

static void
we_want(struct kernel *k, struct rng *rng, bool wanted[N_NAMES][N_ADDRS])
{
	uint32_t i = rng_below(rng, N_NAMES), j = rng_below(rng, N_ADDRS);
	struct addr addr = addr_v4(0x0a000000 + j);
	struct prefix p = prefix_host(&addr);

	wanted[i][j] = !wanted[i][j];
	if (wanted[i][j])
		addresses_want(k->a, names[i], &p);
	else
		addresses_unwant(k->a, names[i], &p);
}

static void
assert_as_wanted(struct kernel *k, bool wanted[N_NAMES][N_ADDRS])
{
	for (uint32_t i = 0; i < N_NAMES; i++)
		for (uint32_t j = 0; j < N_ADDRS; j++) {
			struct addr addr = addr_v4(0x0a000000 + j);
			struct prefix p = prefix_host(&addr);
			const struct addresses_link *link =
			    link_named(k, names[i]);
			size_t at = link != NULL ? at_find(k, link->index, &p)
						 : k->n_at;
			bool there = at < k->n_at;

			if (wanted[i][j] && link != NULL)
				assert_true(there);
			if (!wanted[i][j] && there)
				assert_int_equal(k->at[at].protocol, 4);
			assert_int_equal(
			    addresses_is_placed(k->a, names[i], &p),
			    wanted[i][j] && there);
		}
}

TEST(whatever_others_do_what_is_wanted_is_there_in_the_end)
{
	for (uint64_t seed = 0; seed < 300; seed++) {
		bool wanted[N_NAMES][N_ADDRS] = { { false } };
		struct kernel k = start();
		struct rng rng;

		rng_init(&rng, seed);
		k.late = seed % 2 == 1;
		for (unsigned round = 0; round < 100; round++) {
			k.deaf = rng_below(&rng, 20) == 0;
			for (uint32_t n = rng_below(&rng, 5); n > 0; n--)
				somebody_acts(&k, &rng);
			we_want(&k, &rng, wanted);
			if (k.deaf || addresses_must_look(k.a))
				look(&k);
			k.deaf = false;
			settle(&k);
			assert_as_wanted(&k, wanted);
		}
		addresses_clear(k.a);
		settle(&k);
		for (size_t i = 0; i < k.n_at; i++)
			assert_int_equal(k.at[i].protocol, 4);
		addresses_free(k.a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_is_wanted_comes_and_goes),
		cmocka_unit_test(an_address_stays_until_all_who_want_it_do_not),
		cmocka_unit_test(
		    the_interface_of_ours_stays_empty_until_we_leave),
		cmocka_unit_test(a_kernel_without_dummy_has_the_next_best),
		cmocka_unit_test(what_others_have_is_used_and_never_removed),
		cmocka_unit_test(when_the_one_of_others_goes_ours_comes),
		cmocka_unit_test(
		    an_interface_of_ours_stays_under_the_addresses_of_others),
		cmocka_unit_test(an_address_waits_for_its_interface),
		cmocka_unit_test(
		    an_interface_that_is_renamed_takes_its_addresses_along),
		cmocka_unit_test(
		    where_the_kernel_keeps_no_protocol_ours_are_known_after_renaming),
		cmocka_unit_test(an_earlier_run_is_taken_over),
		cmocka_unit_test(
		    where_the_kernel_keeps_no_protocol_what_is_remembered_is_ours),
		cmocka_unit_test(
		    where_the_kernel_keeps_protocols_it_is_believed),
		cmocka_unit_test(what_somebody_removes_at_once_is_added_again),
		cmocka_unit_test(
		    what_is_refused_is_told_and_tried_again_when_that_is_said),
		cmocka_unit_test(a_macvlan_is_there_while_it_is_wanted),
		cmocka_unit_test(a_macvlan_comes_back_with_its_parent),
		cmocka_unit_test(an_interface_of_others_is_no_macvlan_of_ours),
		cmocka_unit_test(an_interface_of_ours_that_is_down_is_put_up),
		cmocka_unit_test(
		    whatever_others_do_what_is_wanted_is_there_in_the_end),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
