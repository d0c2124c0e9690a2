/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>

#include "allocator/ipam/addrs.h"
#include "allocator/ipam/ipam.h"
#include "allocator/ipam/share.h"
#include "allocator/ipam/sharing.h"
#include "common/alloc.h"
#include "common/api/service.h"
#include "common/rng.h"
#include "tests/test.h"
#include "tests/unit/addresses.h"
#include "tests/unit/manifests.h"

enum { TENANTS = 12, ADDRS = 3, FORMS = 60 };

struct fixture {
	struct ipam *ipam;
	struct sharing *sharing;
	struct tenant tenants[TENANTS];
	struct service *forms[FORMS]; /* what a Service may be like */
	struct rng rng;
};

/* Of a few namespaces, keys, consents, ports and policies. */
static struct service *
form(struct rng *rng, unsigned i)
{
	static const char *const annotations[] = { "",
		"lbbgp.io/sharing-key: a", "lbbgp.io/sharing-key: b",
		"lbbgp.io/sharing-key: a, lbbgp.io/sharing-namespaces: '*'",
		"lbbgp.io/sharing-key: a, lbbgp.io/sharing-namespaces: mail" };
	char *yaml = xasprintf("metadata: {name: s%u, namespace: %s, uid: u%u,"
			       " annotations: {%s}}\n"
			       "spec: {type: LoadBalancer, selector: {%s},"
			       " externalTrafficPolicy: %s,"
			       " ports: [{port: %u}, {port: %u}]}\n",
	    i, rng_below(rng, 2) == 0 ? "web" : "mail", i,
	    annotations[rng_below(rng, 5)],
	    rng_below(rng, 2) == 0 ? "app: x" : "",
	    rng_below(rng, 4) == 0 ? "Local" : "Cluster",
	    1 + rng_below(rng, 30), 31 + rng_below(rng, 30));
	struct service *s = decoded(service_decode, yaml);

	free(yaml);
	return s;
}

static void
begin(struct fixture *f)
{
	*f = (struct fixture){ .ipam = ipam_new() };
	f->sharing = sharing_new(f->ipam);
	rng_init(&f->rng, 3);
	for (unsigned i = 0; i < FORMS; i++)
		f->forms[i] = form(&f->rng, i);
	for (unsigned i = 0; i < TENANTS; i++)
		f->tenants[i].service = f->forms[i];
}

static void
release(struct fixture *f, struct tenant *t, const struct addr *a)
{
	if (!ipam_holds(t, a))
		return;
	sharing_leave(f->sharing, a, t);
	ipam_release(f->ipam, a, t);
}

static void
end(struct fixture *f)
{
	for (unsigned i = 0; i < TENANTS; i++)
		while (f->tenants[i].first != NULL) {
			struct addr a = *f->tenants[i].first->addr;

			release(f, &f->tenants[i], &a);
		}
	sharing_free(f->sharing);
	ipam_free(f->ipam);
	for (unsigned i = 0; i < FORMS; i++)
		service_free(f->forms[i]);
}

/* Others who hold it are asked one by one. */
static bool
fits(const struct fixture *f, const struct tenant *t, const struct addr *a)
{
	const struct ipam_holder *h = ipam_holders(f->ipam, a);

	for (; h != NULL; h = h->next) {
		const struct tenant *other = h->owner;

		if (other != t &&
		    share_refusal(t->service, other->service) != NULL)
			return false;
	}
	return true;
}

static void
change(struct fixture *f)
{
	struct tenant *t = &f->tenants[rng_below(&f->rng, TENANTS)];
	struct addr a = addr_v4(0x0a000000 + rng_below(&f->rng, ADDRS));
	struct ipam_holder *h;

	switch (rng_below(&f->rng, 4)) {
	case 0:
		release(f, t, &a);
		return;
	case 1: /* other terms */
		for (h = t->first; h != NULL; h = h->more)
			sharing_leave(f->sharing, h->addr, t);
		t->service = f->forms[rng_below(&f->rng, FORMS)];
		for (h = t->first; h != NULL; h = h->more)
			sharing_enter(f->sharing, h->addr, t);
		return;
	default: /* as long as nobody minds, or in conflict */
		if (!fits(f, t, &a) && rng_below(&f->rng, 8) > 0)
			return;
		if (ipam_hold(f->ipam, &a, t))
			sharing_enter(f->sharing, &a, t);
	}
}

TEST(whoever_shares_it_fits_as_if_all_were_asked)
{
	struct fixture f;
	unsigned good = 0;

	begin(&f);
	for (unsigned step = 0; step < 20000; step++) {
		change(&f);
		const struct tenant *t = &f.tenants[step % TENANTS];

		for (unsigned i = 0; i < ADDRS; i++) {
			struct addr a = addr_v4(0x0a000000 + i);
			const struct ipam_holder *h = ipam_holders(f.ipam, &a);

			assert_int_equal(
			    sharing_fits(f.sharing, &a, t), fits(&f, t, &a));
			good += h != NULL && h->next != NULL && fits(&f, t, &a);
		}
	}
	assert_true(good > 1000); /* this is about something */
	end(&f);
}

TEST(addresses_of_a_key_are_found_by_those_who_can_have_them)
{
	struct service *first = decoded(service_decode,
	    "metadata: {name: a, namespace: web, uid: u1,"
	    " annotations: {lbbgp.io/sharing-key: k}}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n");
	struct service *second = decoded(service_decode,
	    "metadata: {name: b, namespace: web, uid: u2,"
	    " annotations: {lbbgp.io/sharing-key: k}}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n");
	struct addr one = ip("10.0.0.1"), room[4];
	struct tenant a = { .service = first }, b = { .service = second };
	struct addrs found = { room, 0 };
	struct ipam *ipam = ipam_new();
	struct sharing *sh = sharing_new(ipam);

	ipam_hold(ipam, &one, &a);
	sharing_enter(sh, &one, &a);
	sharing_find(sh, &b, true, &found, 4);
	assert_int_equal(found.n, 0); /* it is about to give it up */
	a.target = (struct addrs){ &one, 1 };
	sharing_find(sh, &a, true, &found, 4);
	assert_int_equal(found.n, 0); /* its own */
	sharing_find(sh, &b, false, &found, 4);
	assert_int_equal(found.n, 0); /* the same port */
	sharing_find(sh, &b, true, &found, 4);
	assert_int_equal(found.n, 1);
	found.n = 0;
	second->ports[0].port = 81;
	sharing_find(sh, &b, false, &found, 4);
	assert_int_equal(found.n, 1);
	assert_true(addr_eq(&room[0], &one));
	sharing_leave(sh, &one, &a);
	ipam_release(ipam, &one, &a);
	found.n = 0;
	sharing_find(sh, &b, true, &found, 4);
	assert_int_equal(found.n, 0);
	sharing_free(sh);
	ipam_free(ipam);
	service_free(first);
	service_free(second);
}

/* With --wrap=ipam_holders: how often somebody goes through the holders. */
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

/* Each holds one port of one address: then nobody goes through all of them. */
TEST(to_share_with_many_costs_no_more_than_with_few)
{
	enum { MANY = 1000 };
	struct service *base = decoded(service_decode,
	    "metadata: {name: s, namespace: web, uid: u,"
	    " annotations: {lbbgp.io/sharing-key: k}}\n"
	    "spec: {type: LoadBalancer, ports: [{port: 80}]}\n");
	struct tenant *all = xcalloc(MANY + 1, sizeof(*all));
	struct service *of = xcalloc(MANY + 1, sizeof(*of));
	struct service_port *ports = xcalloc(MANY + 1, sizeof(*ports));
	struct ipam *ipam = ipam_new();
	struct sharing *sh = sharing_new(ipam);
	struct addr one = ip("10.0.0.1");

	for (unsigned i = 0; i <= MANY; i++) {
		ports[i] = base->ports[0];
		ports[i].port = (uint16_t)(1 + i);
		of[i] = *base;
		of[i].ports = &ports[i];
		all[i].service = &of[i];
		ipam_decide(ipam, &all[i], true);
	}
	for (unsigned i = 0; i < MANY; i++) {
		asked = 0;
		assert_null(sharing_rival(sh, &one, &all[i]));
		assert_int_equal(asked, 0);
		ipam_hold(ipam, &one, &all[i]);
		sharing_enter(sh, &one, &all[i]);
	}
	assert_null(sharing_rival(sh, &one, &all[MANY]));
	ipam_decide(ipam, &all[7], false); /* another load balancer's now */
	assert_ptr_equal(sharing_rival(sh, &one, &all[MANY]), &all[7]);
	ipam_decide(ipam, &all[7], true);
	ports[MANY].port = ports[8].port;
	assert_ptr_equal(sharing_rival(sh, &one, &all[MANY]), &all[8]);
	for (unsigned i = 0; i < MANY; i++) {
		sharing_leave(sh, &one, &all[i]);
		ipam_release(ipam, &one, &all[i]);
	}
	sharing_free(sh);
	ipam_free(ipam);
	service_free(base);
	free(all);
	free(of);
	free(ports);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(whoever_shares_it_fits_as_if_all_were_asked),
		cmocka_unit_test(
		    addresses_of_a_key_are_found_by_those_who_can_have_them),
		cmocka_unit_test(
		    to_share_with_many_costs_no_more_than_with_few),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
