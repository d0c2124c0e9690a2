/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change costs: doc/rules.md 23, 42. Counted in Services thought about, and in
 * pools looked at.
 */
#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/plan/plan.h"
#include "allocator/plan/steps.h"
#include "allocator/pool/groups.h"
#include "allocator/pool/servers.h"
#include "allocator/pool/vip_addrs.h"
#include "allocator/reconcile/reconcile.h"
#include "allocator/reconcile/supply.h"
#include "common/api/node.h"
#include "common/api/service.h"
#include "common/api/service_group.h"
#include "common/source/source.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"

enum { SERVICES = 300 };

/* Linked with --wrap=ipam_capacity: how often somebody reads the size of a pool. */
static unsigned figures_read;

uint64_t __real_ipam_capacity(const struct ipam *, size_t, enum family);
uint64_t __wrap_ipam_capacity(const struct ipam *, size_t, enum family);

uint64_t
__wrap_ipam_capacity(const struct ipam *ipam, size_t pool, enum family family)
{
	figures_read++;
	return __real_ipam_capacity(ipam, pool, family);
}

/* And with --wrap=ipam_lowest_free: how often a pool is searched. */
static unsigned searches;

bool __real_ipam_lowest_free(
    const struct ipam *, size_t, enum family, struct addr *);
bool __wrap_ipam_lowest_free(
    const struct ipam *, size_t, enum family, struct addr *);

bool
__wrap_ipam_lowest_free(const struct ipam *ipam, size_t pool,
    enum family family, struct addr *lowest)
{
	searches++;
	return __real_ipam_lowest_free(ipam, pool, family, lowest);
}

/* And with --wrap=share_refusal: how often two are asked whether they can share. */
static unsigned pairs;

const char *
__real_share_refusal(const struct service *, const struct service *);
const char *
__wrap_share_refusal(const struct service *, const struct service *);

const char *
__wrap_share_refusal(const struct service *a, const struct service *b)
{
	pairs++;
	return __real_share_refusal(a, b);
}

/* And with --wrap=addr_queue_add: how many addresses are noted for later. */
static unsigned noted;

void __real_addr_queue_add(struct addr_queue *, const struct addr *);
void __wrap_addr_queue_add(struct addr_queue *, const struct addr *);

void
__wrap_addr_queue_add(struct addr_queue *queue, const struct addr *a)
{
	noted++;
	__real_addr_queue_add(queue, a);
}

/* And with --wrap=plan_make: how many addresses the last plan preferred. */
static size_t wishes;

void __real_plan_make(struct plan_query *, struct plan *);
void __wrap_plan_make(struct plan_query *, struct plan *);

void
__wrap_plan_make(struct plan_query *q, struct plan *p)
{
	__real_plan_make(q, p);
	wishes = q->n_wish;
}

/* And with --wrap=ipam_holders: how often somebody asks who holds an address. */
static unsigned asked;

const struct ipam_holder *
__real_ipam_holders(const struct ipam *, const struct addr *);
const struct ipam_holder *
__wrap_ipam_holders(const struct ipam *, const struct addr *);

const struct ipam_holder *
__wrap_ipam_holders(const struct ipam *ipam, const struct addr *a)
{
	asked++;
	return __real_ipam_holders(ipam, a);
}

/* And with --wrap=group_allows: how often a group is asked whether it is open. */
static unsigned groups_asked;

bool __real_group_allows(const struct group *, const struct service *);
bool __wrap_group_allows(const struct group *, const struct service *);

bool
__wrap_group_allows(const struct group *g, const struct service *s)
{
	groups_asked++;
	return __real_group_allows(g, s);
}

struct world {
	struct reconcile *r;
	struct service_group *red, *green;
	struct service *services[SERVICES];
};

static struct service *
service_of(unsigned i, const char *spec)
{
	char *yaml = xasprintf("metadata: {name: s%u, namespace: web, uid: u%u,"
			       " annotations: {lbbgp.io/service-group: %s}}\n"
			       "spec: {type: LoadBalancer, %s}\n",
	    i, i, i % 2 == 0 ? "red" : "green", spec);
	struct service *s = decoded(service_decode, yaml);

	free(yaml);
	return s;
}

/* All that is to be written is. */
static void
run(struct world *w)
{
	static const struct source_result done = { WRITE_OK, "", "2" };
	struct task t;

	while (reconcile_run(w->r, 0))
		;
	while (reconcile_next(w->r, &t))
		reconcile_wrote(w->r, t.service->meta.ns, t.service->meta.name,
		    t.id, &done, 0);
}

static void
service_put(struct world *w, unsigned i, struct service *now)
{
	struct service *was = w->services[i];

	reconcile_service(w->r, was, now, 0);
	service_free(was);
	w->services[i] = now;
	run(w);
}

static uint64_t
planned(const struct world *w)
{
	return reconcile_stats(w->r)->planned;
}

/* Half of the Services in each group, which has `room` addresses. */
static int
setup_of(void **state, unsigned room)
{
	static const struct reconcile_options options = { .class.unclassed =
							      true };
	struct world *w = xcalloc(1, sizeof(*w));
	char *yaml[2];

	for (unsigned i = 0; i < 2; i++)
		yaml[i] = xasprintf("metadata: {name: %s}\n"
				    "spec: {pools: [{subnet: 10.%u.0.0/16, "
				    "pool: 10.%u.0.0-10.%u.0.%u}]}\n",
		    i == 0 ? "red" : "green", i, i, i, room - 1);
	w->r = reconcile_new(&options);
	w->red = decoded(service_group_decode, yaml[0]);
	w->green = decoded(service_group_decode, yaml[1]);
	supply_group(reconcile_supply(w->r), NULL, w->red);
	supply_group(reconcile_supply(w->r), NULL, w->green);
	for (unsigned i = 0; i < SERVICES; i++) {
		w->services[i] = service_of(i, "");
		reconcile_service(w->r, NULL, w->services[i], 0);
	}
	reconcile_start(w->r);
	run(w);
	free(yaml[0]);
	free(yaml[1]);
	*state = w;
	return 0;
}

static int
setup_roomy(void **state)
{
	return setup_of(state, 256);
}

static int
setup_scarce(void **state)
{
	return setup_of(state, 10);
}

/* Ten addresses are left. */
static int
setup_part(void **state)
{
	return setup_of(state, SERVICES / 2 + 5);
}

static int
teardown(void **state)
{
	struct world *w = *state;

	reconcile_free(w->r);
	for (unsigned i = 0; i < SERVICES; i++)
		service_free(w->services[i]);
	service_group_free(w->red);
	service_group_free(w->green);
	free(w);
	return 0;
}

static void
an_event_of_a_service_is_the_work_of_that_service(void **state)
{
	struct world *w = *state;
	uint64_t before = planned(w);

	service_put(w, 7, service_of(7, "loadBalancerIP: 10.1.0.255"));
	assert_int_equal(planned(w), before + 1);
	service_put(w, 7, NULL);
	assert_int_equal(planned(w), before + 1);
	service_put(w, 7, service_of(7, ""));
	assert_int_equal(planned(w), before + 2);
}

static void
a_freed_address_is_the_work_of_the_one_who_gets_it(void **state)
{
	struct world *w = *state;
	uint64_t before = planned(w);

	service_put(w, 0, NULL);
	assert_int_equal(planned(w), before + 1);
	service_put(w, 1, NULL);
	assert_int_equal(planned(w), before + 2);
}

static void
who_waits_and_changes_is_the_only_one_asked(void **state)
{
	struct world *w = *state;
	uint64_t before = planned(w);

	service_put(w, 299, service_of(299, "loadBalancerIP: 10.1.0.0"));
	assert_int_equal(planned(w), before + 1);
	service_put(w, 1, NULL); /* it held what 299 asks for */
	assert_int_equal(planned(w), before + 2);
}

#define NODE(addresses)          \
	"metadata: {name: n1}\n" \
	"status: {addresses: [" addresses "]}\n"
#define ADDRESS(type, address) "{type: " type ", address: " address "}"

/* How many Services are thought about when the one node becomes the other. */
static uint64_t
planned_for_node(struct world *w, const char *from, const char *to)
{
	struct node *was = decoded(node_decode, from);
	struct node *now = decoded(node_decode, to);

	supply_node(reconcile_supply(w->r), NULL, was);
	run(w);
	uint64_t before = planned(w);

	supply_node(reconcile_supply(w->r), was, now);
	run(w);
	uint64_t after = planned(w);

	supply_node(reconcile_supply(w->r), now, NULL);
	node_free(was);
	node_free(now);
	return after - before;
}

static void
a_node_is_work_when_an_address_in_a_pool_comes_or_goes(void **state)
{
	static const char without[] = NODE(ADDRESS("InternalIP", "10.2.0.1"));
	static const char outside[] = NODE(ADDRESS(
	    "InternalIP", "10.2.0.1") ", " ADDRESS("ExternalIP", "192.0.2.1"));
	static const char inside[] = NODE(ADDRESS(
	    "InternalIP", "10.2.0.1") ", " ADDRESS("ExternalIP", "10.1.0.254"));
	struct world *w = *state;

	assert_int_equal(planned_for_node(w, without, outside), 0);
	assert_int_equal(planned_for_node(w, outside, without), 0);
	assert_int_equal(planned_for_node(w, inside, inside), 0);
	assert_int_equal(planned_for_node(w, without, inside), SERVICES);
	assert_int_equal(planned_for_node(w, inside, without), SERVICES);
}

static struct vip_addrs *
vip_of(const char *address, const char *status)
{
	char *yaml = xasprintf("metadata: {name: api}\n"
			       "spec: {addresses: [%s]}\nstatus: {%s}\n",
	    address, status);
	struct vip_addrs *v = decoded(vip_addrs_decode, yaml);

	free(yaml);
	return v;
}

/* How many Services are planned for it. */
static uint64_t
vip_work(
    struct world *w, const struct vip_addrs *was, const struct vip_addrs *now)
{
	uint64_t before = planned(w);

	reconcile_vip(w->r, was, now);
	run(w);
	return planned(w) - before;
}

/* Its address is held by one Service, or free, or in no pool. */
static void
a_virtual_ip_is_the_work_of_those_with_its_address(void **state)
{
	struct world *w = *state;
	struct vip_addrs *held = vip_of("10.0.0.3", ""), *same;
	struct vip_addrs *open = vip_of("10.0.0.250", "");
	struct vip_addrs *outside = vip_of("192.0.2.1", "");

	same = vip_of("10.0.0.3", "holder: n1");
	assert_int_equal(vip_work(w, NULL, held), 1);
	assert_int_equal(vip_work(w, held, same), 0);
	assert_int_equal(vip_work(w, same, open), 1);
	assert_int_equal(vip_work(w, open, outside), 0);
	assert_int_equal(vip_work(w, outside, NULL), 0);
	vip_addrs_free(held);
	vip_addrs_free(same);
	vip_addrs_free(open);
	vip_addrs_free(outside);
}

static void
an_address_that_a_virtual_ip_leaves_is_the_work_of_one(void **state)
{
	struct world *w = *state;
	struct vip_addrs *v = vip_of("10.0.0.3", "");

	assert_int_equal(vip_work(w, NULL, v), 1);
	service_put(w, 6, NULL); /* who has it; nobody gets it */
	assert_int_equal(vip_work(w, v, NULL), 1);
	vip_addrs_free(v);
}

static void
a_node_outside_all_pools_is_no_work_when_it_comes_or_goes(void **state)
{
	struct node *n =
	    decoded(node_decode, NODE(ADDRESS("InternalIP", "10.2.0.1")));
	struct world *w = *state;
	uint64_t before = planned(w);

	supply_node(reconcile_supply(w->r), NULL, n);
	run(w);
	supply_node(reconcile_supply(w->r), n, NULL);
	run(w);
	assert_int_equal(planned(w), before);
	node_free(n);
}

static void
the_api_server_is_work_when_it_moves_within_a_pool(void **state)
{
	struct addr in = addr_v4(0x0a0100fe), out = addr_v4(0xc0000201);
	const struct servers inside = { &in, 1 }, same = { &in, 1 };
	const struct servers outside = { &out, 1 };
	struct world *w = *state;
	uint64_t before = planned(w);

	supply_servers(reconcile_supply(w->r), &outside);
	run(w);
	assert_int_equal(planned(w), before);
	supply_servers(reconcile_supply(w->r), &inside);
	run(w);
	assert_int_equal(planned(w), before + SERVICES);
	supply_servers(reconcile_supply(w->r), &same);
	run(w);
	assert_int_equal(planned(w), before + SERVICES);
	supply_servers(reconcile_supply(w->r), NULL);
	run(w);
	assert_int_equal(planned(w), before + 2 * SERVICES);
}

enum { KEYED = 15 };
enum { MANY = 1500 }; /* too many for one call of reconcile_run() */

static void
a_long_queue_is_worked_off_in_parts(void **state)
{
	struct world *w = *state;
	struct service *many[MANY];
	struct group_report report;
	uint64_t before = planned(w);
	struct task task;

	while (reconcile_next_group(w->r, &report))
		;
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = service_of(SERVICES + i, "");
		reconcile_service(w->r, NULL, many[i], 0);
	}
	assert_true(reconcile_run(w->r, 0));
	assert_in_range(planned(w), before + 1, before + MANY - 1);
	assert_true(reconcile_next(w->r, &task));
	assert_false(reconcile_next_group(w->r, &report)); /* not yet */
	run(w);
	assert_int_equal(planned(w), before + MANY);
	assert_true(reconcile_next_group(w->r, &report));
	for (unsigned i = 0; i < MANY; i++) {
		reconcile_service(w->r, many[i], NULL, 0);
		service_free(many[i]);
	}
}

static struct service *
dual_service(unsigned i, const char *spec)
{
	char *yaml = xasprintf("metadata: {name: d%u, namespace: web, uid: d%u,"
			       " annotations: {lbbgp.io/service-group: dual}}\n"
			       "spec: {type: LoadBalancer, %s}\n",
	    i, i, spec);
	struct service *s = decoded(service_decode, yaml);

	free(yaml);
	return s;
}

/* An address is free, and all who wait for it need another one as well. */
static void
who_waits_in_vain_is_asked_in_parts(void **state)
{
	static const char both[] =
	    "ipFamilyPolicy: RequireDualStack, ipFamilies: [IPv4, IPv6]";
	struct service_group *dual = decoded(service_group_decode,
	    "metadata: {name: dual}\n"
	    "spec: {pools: [{subnet: 10.9.0.0/24, pool: 10.9.0.1/32},"
	    " {subnet: 'fd00::/64', pool: 'fd00::1/128'}]}\n");
	struct service *v4 = dual_service(MANY, "ipFamilies: [IPv4]");
	struct service *v6 = dual_service(MANY + 1, "ipFamilies: [IPv6]");
	struct world *w = *state;
	struct service *many[MANY];

	supply_group(reconcile_supply(w->r), NULL, dual);
	reconcile_service(w->r, NULL, v4, 0);
	reconcile_service(w->r, NULL, v6, 0);
	run(w);
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = dual_service(i, both);
		reconcile_service(w->r, NULL, many[i], 0);
	}
	run(w);
	uint64_t before = planned(w);

	reconcile_service(w->r, v4, NULL, 0);
	assert_true(reconcile_run(w->r, 0));
	assert_in_range(planned(w), before + 1, before + MANY - 1);
	run(w);
	assert_int_equal(planned(w), before + MANY);
	for (unsigned i = 0; i < MANY; i++) {
		reconcile_service(w->r, many[i], NULL, 0);
		service_free(many[i]);
	}
	reconcile_service(w->r, v6, NULL, 0);
	supply_group(reconcile_supply(w->r), dual, NULL);
	service_free(v4);
	service_free(v6);
	service_group_free(dual);
}

static void
reports_are_the_work_of_the_groups_that_have_changed(void **state)
{
	struct world *w = *state;
	struct group_report report;

	while (reconcile_next_group(w->r, &report))
		;
	figures_read = 0;
	assert_false(reconcile_next_group(w->r, &report));
	assert_int_equal(figures_read, 0);
	service_put(w, 7, NULL); /* of the green ones */
	assert_true(reconcile_next_group(w->r, &report));
	assert_string_equal(report.name, "green");
	assert_false(reconcile_next_group(w->r, &report));
	assert_int_equal(figures_read, 2); /* of each family */
}

/* The red group as it is when nothing has changed that counts for Services. */
static void
red_put(struct world *w, const char *meta)
{
	char *yaml = xasprintf("metadata: {name: red, %s}\n"
			       "spec: {pools: [{subnet: 10.0.0.0/16, "
			       "pool: 10.0.0.0-10.0.0.255}]}\n",
	    meta);
	struct service_group *now = decoded(service_group_decode, yaml);

	supply_group(reconcile_supply(w->r), w->red, now);
	service_group_free(w->red);
	w->red = now;
	run(w);
	free(yaml);
}

/* The status says which generation it is of, and another object has none yet. */
static void
another_generation_is_reported_though_no_service_is_asked(void **state)
{
	struct world *w = *state;
	struct group_report report;

	red_put(w, "uid: one, generation: 1");
	while (reconcile_next_group(w->r, &report))
		;
	uint64_t before = planned(w);

	red_put(w, "uid: one, generation: 1");
	assert_false(reconcile_next_group(w->r, &report));
	red_put(w, "uid: one, generation: 2");
	assert_true(reconcile_next_group(w->r, &report));
	red_put(w, "uid: two, generation: 2");
	assert_true(reconcile_next_group(w->r, &report));
	assert_string_equal(report.name, "red");
	assert_false(reconcile_next_group(w->r, &report));
	assert_int_equal(planned(w), before);
}

static void
full_groups_are_not_searched(void **state)
{
	struct service_group *last = decoded(service_group_decode,
	    "metadata: {name: last}\n"
	    "spec: {pools: [{subnet: 10.9.0.0/16, pool: 10.9.0.0/24}],"
	    " priority: 200}\n");
	struct service *s = decoded(service_decode,
	    "metadata: {name: any, namespace: web, uid: any}\n"
	    "spec: {type: LoadBalancer}\n");
	struct world *w = *state;
	uint64_t before = reconcile_stats(w->r)->assigned;

	supply_group(reconcile_supply(w->r), NULL, last);
	run(w);
	searches = 0;
	reconcile_service(w->r, NULL, s, 0);
	run(w);
	assert_int_equal(reconcile_stats(w->r)->assigned, before + 1);
	assert_int_equal(searches, 1);
	reconcile_service(w->r, s, NULL, 0);
	supply_group(reconcile_supply(w->r), last, NULL);
	service_free(s);
	service_group_free(last);
}

enum { TEAMS = 50 }; /* each with a group of one address */

/* They come before red and green, which are full. */
static void
groups_of_other_namespaces_are_not_asked(void **state)
{
	struct world *w = *state;
	struct service_group *groups[TEAMS];
	struct service *s = decoded(service_decode,
	    "metadata: {name: any, namespace: team7, uid: any}\n"
	    "spec: {type: LoadBalancer}\n");
	struct service *second = decoded(service_decode,
	    "metadata: {name: second, namespace: team7, uid: second}\n"
	    "spec: {type: LoadBalancer}\n");

	for (unsigned i = 0; i < TEAMS; i++) {
		char *yaml = xasprintf("metadata: {name: team%u}\n"
				       "spec: {pools: [{subnet: 10.9.0.0/16, "
				       "pool: 10.9.0.%u/32}], priority: 1, "
				       "namespaces: [team%u]}\n",
		    i, i, i);

		groups[i] = decoded(service_group_decode, yaml);
		supply_group(reconcile_supply(w->r), NULL, groups[i]);
		free(yaml);
	}
	run(w);
	groups_asked = 0;
	reconcile_service(w->r, NULL, s, 0);
	run(w);
	assert_int_equal(groups_asked, 1);
	groups_asked = 0;
	reconcile_service(w->r, NULL, second, 0);
	run(w);
	assert_in_range(groups_asked, 3, 6); /* twice, and those of all */
	reconcile_service(w->r, s, NULL, 0);
	reconcile_service(w->r, second, NULL, 0);
	for (unsigned i = 0; i < TEAMS; i++) {
		supply_group(reconcile_supply(w->r), groups[i], NULL);
		service_group_free(groups[i]);
	}
	service_free(s);
	service_free(second);
}

static struct service *
keyed_service(const char *ns, const char *name, unsigned port)
{
	char *yaml =
	    xasprintf("metadata: {name: %s, namespace: %s, uid: %s,"
		      " annotations: {lbbgp.io/sharing-key: default}}\n"
		      "spec: {type: LoadBalancer, ports: [{port: %u}]}\n",
		name, ns, ns, port);
	struct service *s = decoded(service_decode, yaml);

	free(yaml);
	return s;
}

/* One address, and each has a port of its own. */
static void
one_of_many_who_share_is_compared_with_few(void **state)
{
	struct world *w = *state;
	struct service *many[KEYED], *other;
	char name[16];

	for (unsigned i = 0; i < KEYED; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		many[i] = keyed_service("shop", name, 1 + i);
		reconcile_service(w->r, NULL, many[i], 0);
		run(w);
	}
	pairs = 0;
	other = keyed_service("shop", "s0", 30000);
	reconcile_service(w->r, many[0], other, 0);
	run(w);
	assert_in_range(pairs, 0, 10);
	reconcile_service(w->r, other, NULL, 0);
	for (unsigned i = 1; i < KEYED; i++)
		reconcile_service(w->r, many[i], NULL, 0);
	for (unsigned i = 0; i < KEYED; i++)
		service_free(many[i]);
	service_free(other);
}

/* Some have an address, and the rest of them wait for one. */
static void
a_key_is_no_work_for_those_of_other_namespaces_who_have_it(void **state)
{
	struct world *w = *state;
	struct service *others[KEYED];
	struct service *first = keyed_service("shop", "keyed", 80);
	struct service *second = keyed_service("shop", "keyed", 81);
	char ns[16];

	for (unsigned i = 0; i < KEYED; i++) {
		snprintf(ns, sizeof(ns), "ns%u", i);
		others[i] = keyed_service(ns, "keyed", 80);
		reconcile_service(w->r, NULL, others[i], 0);
		run(w);
	}
	pairs = 0;
	reconcile_service(w->r, NULL, first, 0);
	run(w);
	reconcile_service(w->r, first, second, 0);
	run(w);
	reconcile_service(w->r, second, NULL, 0);
	run(w);
	assert_int_equal(pairs, 0);
	for (unsigned i = 0; i < KEYED; i++) {
		reconcile_service(w->r, others[i], NULL, 0);
		service_free(others[i]);
	}
	service_free(first);
	service_free(second);
}

/* With the same port they can't share, and what the first has is no wish. */
static void
a_plan_that_is_explained_is_asked_the_same(void **state)
{
	struct world *w = *state;
	struct service *first = keyed_service("shop", "keyed", 80);
	struct service *second = decoded(service_decode,
	    "metadata: {name: second, namespace: shop, uid: second,"
	    " annotations: {lbbgp.io/sharing-key: default}}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n");
	struct plan_steps steps = { 0 };

	reconcile_service(w->r, NULL, first, 0);
	run(w);
	reconcile_explain(w->r, second, &steps);
	reconcile_service(w->r, NULL, second, 0);
	run(w);
	assert_int_equal(wishes, 0);
	assert_true(steps.n > 0);
	plan_steps_fini(&steps);
	reconcile_service(w->r, second, NULL, 0);
	reconcile_service(w->r, first, NULL, 0);
	service_free(first);
	service_free(second);
}

static void
who_needs_nothing_looks_for_nothing_to_share(void **state)
{
	struct world *w = *state;
	struct service *first = keyed_service("shop", "first", 80);
	struct service *same = keyed_service("shop", "second", 80);
	struct service *other = keyed_service("shop", "second", 81);

	reconcile_service(w->r, NULL, first, 0);
	run(w);
	reconcile_service(w->r, NULL, same, 0);
	run(w);
	reconcile_service(w->r, same, other, 0);
	run(w);
	assert_int_equal(wishes, 0); /* it could share, but keeps what it has */
	reconcile_service(w->r, other, NULL, 0);
	reconcile_service(w->r, first, NULL, 0);
	service_free(first);
	service_free(same);
	service_free(other);
}

static void
who_holds_what_is_not_asked_where_the_ports_meet(void **state)
{
	struct world *w = *state;
	struct service *many[KEYED], *last = keyed_service("shop", "x", 80);
	char name[16];

	for (unsigned i = 0; i < KEYED; i++) {
		snprintf(name, sizeof(name), "s%u", i);
		many[i] = keyed_service("shop", name, 80);
		reconcile_service(w->r, NULL, many[i], 0);
		run(w);
	}
	asked = 0;
	reconcile_service(w->r, NULL, last, 0);
	run(w);
	assert_in_range(asked, 1, KEYED - 1);
	reconcile_service(w->r, last, NULL, 0);
	for (unsigned i = 0; i < KEYED; i++) {
		reconcile_service(w->r, many[i], NULL, 0);
		service_free(many[i]);
	}
	service_free(last);
}

/* Of a group of its own, which is full when one has its address. */
static struct service *
sharer(const char *name, unsigned port)
{
	char *yaml = xasprintf(
	    "metadata: {name: %s, namespace: web, uid: %s, annotations: {"
	    "lbbgp.io/service-group: one, lbbgp.io/sharing-key: k}}\n"
	    "spec: {type: LoadBalancer, ports: [{port: %u}]}\n",
	    name, name, port);
	struct service *s = decoded(service_decode, yaml);

	free(yaml);
	return s;
}

static struct service_group *
group_of_one(struct world *w)
{
	struct service_group *one = decoded(service_group_decode,
	    "metadata: {name: one}\n"
	    "spec: {autoAssign: false,"
	    " pools: [{subnet: 10.9.0.0/24, pool: 10.9.0.1/32}]}\n");

	supply_group(reconcile_supply(w->r), NULL, one);
	return one;
}

/* Both come to the ears of the allocator at once: a port is free, and who wants it. */
static void
a_new_sharer_does_not_overtake_those_who_wait_for_a_port(void **state)
{
	struct service *goes = sharer("goes", 80), *stays = sharer("stays", 81);
	struct service *old = sharer("old", 80), *new = sharer("new", 80);
	struct world *w = *state;
	struct service_group *one = group_of_one(w);
	struct service *first[] = { goes, stays, old };
	const char *served = "";
	struct task t;

	for (size_t i = 0; i < 3; i++) {
		reconcile_service(w->r, NULL, first[i], 0);
		run(w);
	}
	reconcile_service(w->r, goes, NULL, 0);
	reconcile_service(w->r, NULL, new, 0);
	while (reconcile_run(w->r, 0))
		;
	while (reconcile_next(w->r, &t))
		if (t.n_addrs > 0)
			served = t.service->meta.name;
	assert_string_equal(served, "old");
	reconcile_service(w->r, new, NULL, 0);
	reconcile_service(w->r, old, NULL, 0);
	reconcile_service(w->r, stays, NULL, 0);
	supply_group(reconcile_supply(w->r), one, NULL);
	service_free(goes);
	service_free(stays);
	service_free(old);
	service_free(new);
	service_group_free(one);
}

static void
a_shared_address_that_many_leave_is_offered_once(void **state)
{
	struct service *last = sharer("last", 1), *stays = sharer("stays", 100);
	struct world *w = *state;
	struct service_group *one = group_of_one(w);
	struct service *many[KEYED];
	char name[16];

	reconcile_service(w->r, NULL, stays, 0);
	for (unsigned i = 0; i < KEYED; i++) {
		snprintf(name, sizeof(name), "k%u", i);
		many[i] = sharer(name, 1 + i);
		reconcile_service(w->r, NULL, many[i], 0);
	}
	run(w);
	reconcile_service(w->r, NULL, last, 0);
	run(w);
	uint64_t before = planned(w);

	pairs = 0;
	for (unsigned i = 0; i < KEYED; i++)
		reconcile_service(w->r, many[i], NULL, 0);
	run(w);
	assert_int_equal(planned(w), before + 1);
	assert_in_range(pairs, 1, KEYED - 1);
	reconcile_service(w->r, last, NULL, 0);
	reconcile_service(w->r, stays, NULL, 0);
	supply_group(reconcile_supply(w->r), one, NULL);
	for (unsigned i = 0; i < KEYED; i++)
		service_free(many[i]);
	service_free(last);
	service_free(stays);
	service_group_free(one);
}

/* Nobody is planned for them, and yet the Lease waits. */
static void
what_many_leave_is_offered_in_parts(void **state)
{
	struct service_group *wide = decoded(service_group_decode,
	    "metadata: {name: dual}\n"
	    "spec: {pools: [{subnet: 10.9.0.0/16, pool: 10.9.0.0/16}]}\n");
	struct world *w = *state;
	struct service *many[MANY];

	supply_group(reconcile_supply(w->r), NULL, wide);
	for (unsigned i = 0; i < MANY; i++) {
		many[i] = dual_service(i, "ipFamilies: [IPv4]");
		reconcile_service(w->r, NULL, many[i], 0);
	}
	run(w);
	uint64_t before = planned(w);

	for (unsigned i = 0; i < MANY; i++)
		reconcile_service(w->r, many[i], NULL, 0);
	assert_true(reconcile_run(w->r, 0));
	run(w);
	assert_int_equal(planned(w), before);
	supply_group(reconcile_supply(w->r), wide, NULL);
	for (unsigned i = 0; i < MANY; i++)
		service_free(many[i]);
	service_group_free(wide);
}

/* Many wait for it, all with the key of its holder. */
static void
who_may_share_is_called_in_parts(void **state)
{
	struct service *holder = sharer("holder", 80);
	struct service *moved = sharer("holder", 81);
	struct world *w = *state;
	struct service_group *one = group_of_one(w);
	struct service *many[MANY];
	char name[16];

	reconcile_service(w->r, NULL, holder, 0);
	run(w);
	for (unsigned i = 0; i < MANY; i++) {
		snprintf(name, sizeof(name), "k%u", i);
		many[i] = sharer(name, 80);
		reconcile_service(w->r, NULL, many[i], 0);
	}
	run(w);
	pairs = 0;
	reconcile_service(w->r, holder, moved, 0);
	assert_true(reconcile_run(w->r, 0));
	assert_in_range(pairs, 1, MANY - 1);
	run(w);
	reconcile_service(w->r, moved, NULL, 0);
	for (unsigned i = 0; i < MANY; i++)
		reconcile_service(w->r, many[i], NULL, 0);
	supply_group(reconcile_supply(w->r), one, NULL);
	for (unsigned i = 0; i < MANY; i++)
		service_free(many[i]);
	service_free(holder);
	service_free(moved);
	service_group_free(one);
}

static void
a_new_address_is_noted_once(void **state)
{
	struct world *w = *state;

	service_put(w, 7, NULL);
	noted = 0;
	service_put(w, 7, service_of(7, ""));
	assert_int_equal(noted, 1);
}

TEST(who_does_not_lead_notes_and_tells_nothing_of_who_goes)
{
	static const struct reconcile_options options = { .class.unclassed =
							      true };
	struct reconcile *r = reconcile_new(&options);
	struct service *s = decoded(service_decode,
	    "metadata: {name: s, namespace: web, uid: u,"
	    " annotations: {lbbgp.io/allocated-from: g}}\n"
	    "spec: {type: LoadBalancer}\n"
	    "status: {loadBalancer: {ingress: [{ip: 10.0.0.1}]}}\n");

	noted = 0;
	reconcile_service(r, NULL, s, 0);
	reconcile_run(r, 0);
	reconcile_service(r, s, NULL, 0);
	reconcile_run(r, 0);
	assert_int_equal(noted, 0);
	assert_int_equal(reconcile_stats(r)->released, 0);
	reconcile_free(r);
	service_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    an_event_of_a_service_is_the_work_of_that_service,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_freed_address_is_the_work_of_the_one_who_gets_it,
		    setup_scarce, teardown),
		cmocka_unit_test_setup_teardown(
		    who_waits_and_changes_is_the_only_one_asked, setup_scarce,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_virtual_ip_is_the_work_of_those_with_its_address,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    an_address_that_a_virtual_ip_leaves_is_the_work_of_one,
		    setup_scarce, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_outside_all_pools_is_no_work_when_it_comes_or_goes,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_node_is_work_when_an_address_in_a_pool_comes_or_goes,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    the_api_server_is_work_when_it_moves_within_a_pool,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_long_queue_is_worked_off_in_parts, setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    who_waits_in_vain_is_asked_in_parts, setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_key_is_no_work_for_those_of_other_namespaces_who_have_it,
		    setup_part, teardown),
		cmocka_unit_test_setup_teardown(
		    one_of_many_who_share_is_compared_with_few, setup_part,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    who_needs_nothing_looks_for_nothing_to_share, setup_roomy,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    who_holds_what_is_not_asked_where_the_ports_meet,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_plan_that_is_explained_is_asked_the_same, setup_roomy,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    a_new_sharer_does_not_overtake_those_who_wait_for_a_port,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_shared_address_that_many_leave_is_offered_once,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    what_many_leave_is_offered_in_parts, setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    who_may_share_is_called_in_parts, setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    a_new_address_is_noted_once, setup_roomy, teardown),
		cmocka_unit_test(
		    who_does_not_lead_notes_and_tells_nothing_of_who_goes),
		cmocka_unit_test_setup_teardown(
		    full_groups_are_not_searched, setup_scarce, teardown),
		cmocka_unit_test_setup_teardown(
		    another_generation_is_reported_though_no_service_is_asked,
		    setup_roomy, teardown),
		cmocka_unit_test_setup_teardown(
		    groups_of_other_namespaces_are_not_asked, setup_scarce,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    reports_are_the_work_of_the_groups_that_have_changed,
		    setup_roomy, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
