/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What the peers of a whole daemon are told, and when.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "bgpd/announce/chosen.h"
#include "bgpd/control/services.h"
#include "bgpd/control/views.h"
#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/prefix.h"
#include "bgpd/bgpd.h"
#include "common/source/store.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, "                          \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" spec "}\n"
#define BARE(spec)                                          \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001" spec "}\n"
#define URL ", dataPlaneHealth: 'http://127.0.0.1:10256/healthz'"
#define PEER(restart)                                                          \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"                             \
	"metadata: {name: a}\n"                                                \
	"spec: {peerIP: 192.0.2.2, asNumber: 65002, gracefulRestart: " restart \
	"}\n"
#define POD "10.33.5.0/24"
#define LB "10.33.192.0/18"

#define GUARD_LINGER 70000 /* ms, with the restart time */

/* What the peer was told, sorted out as it came; forgets it. */
static const char *
told(struct fake_peer *p)
{
	static char text[FAKE_TEXT];

	fake_flush(p);
	memcpy(text, p->at->said, sizeof(text));
	fake_forget(p);
	return text;
}

/* As sim_establish(), but what is said stays. stuck: so far TCP takes no UPDATE. */
static struct fake_peer *
establish_on(struct sim *s, bool stuck)
{
	struct fake_peer *p = sim_peer(s, "a");
	struct bgp_open open = fake_open(p);

	fake_connects(p);
	fake_say_open(p, &open);
	p->stuck = stuck;
	fake_say_keepalive(p);
	sim_settle(s);
	return p;
}

static struct fake_peer *
establish(struct sim *s)
{
	return establish_on(s, false);
}

static void
answer(struct sim *s, bool good, unsigned times)
{
	for (unsigned i = 0; i < times; i++) {
		sim_settle(s);
		sim_answer(s, good);
		sim_sleep(s, 2000);
	}
}

/* Asked from its start on, and up. */
static struct fake_peer *
healthy(struct sim *s)
{
	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	assert_string_equal(s->url, "http://127.0.0.1:10256/healthz");
	struct fake_peer *p = sim_establish(s, "a");

	answer(s, true, 2);
	fake_forget(p);
	return p;
}

TEST(end_of_rib_follows_the_first_announcements)
{
	struct sim *s = sim_started();
	struct fake_peer *p = establish(s);
	const char *said = told(p);
	const char *end = strstr(said, "EOR");

	assert_non_null(end);
	assert_non_null(strstr(said, "+" POD));
	assert_non_null(strstr(said, "+" LB));
	assert_true(strstr(said, "+" POD) < end && strstr(said, "+" LB) < end);
}

TEST(change_is_sent_as_a_difference)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, BARE(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" LB);
	sim_put(s, CONFIG(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB);
	assert_int_equal(s->guarded, 1);
}

/* Routers may send packets for its members as long as they have not heard. */
TEST(guard_of_what_is_withdrawn_stays_a_while)
{
	struct sim *s = sim_started();

	sim_establish(s, "a");
	sim_put(s, BARE(""));
	sim_sleep(s, GUARD_LINGER - 1);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, 1);
	assert_int_equal(s->guarded, 0);
}

/* A session that is up, and then ends, leaves them there for the peer's own time. */
TEST(guard_stays_as_long_as_a_peer_keeps_routes)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("{restartTime: 100}"));
	sim_sleep(s, 1000);
	sim_establish(s, "a");
	sim_put(s, BARE(""));
	sim_sleep(s, GUARD_LINGER + 40000 - 1);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, 1);
	assert_int_equal(s->guarded, 0);
}

/* RFC 9494 */
TEST(guard_stays_as_long_as_a_peer_keeps_long_lived_routes)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("{restartTime: 60, longLivedTime: 500}"));
	sim_sleep(s, 1000);
	struct fake_peer *p = sim_peer(s, "a");

	p->restart.present = true;
	p->long_lived = (struct caps_long_lived){ .present = true,
		.family = { false, true, false } };
	sim_establish(s, "a");
	fake_hangs_up(p);
	sim_put(s, BARE(""));
	sim_sleep(s, GUARD_LINGER + 500000 - 1);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, 1);
	assert_int_equal(s->guarded, 0);
}

/* Its BGPPeer is deleted while it is down: nobody can tell it. */
TEST(guard_stays_as_long_as_a_peer_that_went_keeps_routes)
{
	struct sim *s = sim_started();

	sim_put(s, PEER("{restartTime: 100}"));
	sim_sleep(s, 1000);
	struct fake_peer *p = sim_peer(s, "a");

	p->restart.present = true;
	sim_establish(s, "a");
	fake_hangs_up(p);
	sim_drop(s, "BGPPeer", "a");
	sim_sleep(s, 1000);
	sim_put(s, BARE(""));
	sim_sleep(s, GUARD_LINGER + 39000 - 1);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, 1);
	assert_int_equal(s->guarded, 0);
}

TEST(services_wait_for_the_data_plane_pods_do_not)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = establish(s);
	const char *said = told(p);

	assert_non_null(strstr(said, "+" POD));
	assert_null(strstr(said, LB));
	assert_null(strstr(said, "EOR"));
	answer(s, true, 1); /* the first one is enough */
	assert_string_equal(told(p), "+" LB " EOR");
}

/* The session is up, and the data plane answers before a message went out. */
TEST(services_are_told_once_however_they_come)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = establish_on(s, true);
	fake_forget(p);
	answer(s, true, 1);
	p->stuck = false;
	assert_string_equal(told(p), "+" POD " +" LB " EOR");
}

/* RFC 4724: what was kept over a restart must not be dropped for that. */
TEST(end_of_rib_follows_services_that_wait)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = establish(s);
	told(p);
	sim_put(s, CONFIG(URL ", serviceClusterIPs: [{cidr: 10.33.128.0/18}]"));
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "");
	answer(s, true, 1);
	const char *said = told(p);
	const char *end = strstr(said, "EOR");

	assert_non_null(end);
	assert_true(strstr(said, "+" LB) < end);
	assert_true(strstr(said, "+10.33.128.0/18") < end);
	assert_null(strstr(end + 1, "EOR"));
}

#define SERVICE_CIDR(name, more)                                    \
	"apiVersion: networking.k8s.io/v1\nkind: ServiceCIDR\n"     \
	"metadata: {name: c" name more "}\nspec: {cidrs: [10." name \
	".0.0/16]}\n"
#define FOLLOWS ", dataPlaneHealth: None, serviceClusterIPSource: Auto"

TEST(service_cidrs_of_the_cluster_are_told_and_taken_back)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(FOLLOWS));
	sim_list_all(s);
	p = establish(s);
	told(p);
	assert_non_null(strstr(sim_condition(s, "ServiceCIDRsUnknown"),
	    "BGPConfiguration default: spec.serviceClusterIPSource: Auto"));
	/* Which there are nobody knows then, as SourceUnhealthy tells. */
	s->ill[store_kind_find(bgpd_store(s->bgpd), "networking.k8s.io/v1",
	    "ServiceCIDR")] = "HTTP 403";
	assert_string_equal(sim_condition(s, "ServiceCIDRsUnknown"), "");
	assert_string_equal(
	    sim_condition(s, "SourceUnhealthy"), "servicecidrs: HTTP 403");
	memset(s->ill, 0, sizeof(s->ill));
	sim_put(s, SERVICE_CIDR("96", ""));
	sim_put(s, SERVICE_CIDR("97", ""));
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "+10.96.0.0/16 +10.97.0.0/16");
	assert_string_equal(sim_condition(s, "ServiceCIDRsUnknown"), "");
	/* The API server keeps it until no Service has an address of it. */
	sim_put(s,
	    SERVICE_CIDR("97", ", deletionTimestamp: '2026-01-01T00:00:00Z'"));
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "");
	sim_drop(s, "ServiceCIDR", "c97");
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "-10.97.0.0/16");
	sim_put(s, CONFIG(", dataPlaneHealth: None"));
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "-10.96.0.0/16");
}

TEST(end_of_rib_waits_for_no_data_plane_that_is_down)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = establish(s);
	told(p);
	answer(s, false, 2);
	assert_string_equal(told(p), "");
	answer(s, false, 1);
	assert_string_equal(told(p), "EOR");
}

TEST(data_plane_is_debounced)
{
	struct sim *s = sim_new();
	struct fake_peer *p = healthy(s);

	answer(s, false, 2);
	answer(s, true, 1);
	answer(s, false, 2);
	assert_null(strstr(told(p), LB));
	answer(s, false, 1);
	assert_non_null(strstr(told(p), "-" LB));
	assert_non_null(strstr(sim_condition(s, "DataPlaneDown"), "10256"));
	answer(s, true, 1);
	assert_null(strstr(told(p), LB));
	answer(s, true, 1);
	assert_non_null(strstr(told(p), "+" LB));
	assert_string_equal(sim_condition(s, "DataPlaneDown"), "");
}

TEST(guard_of_the_run_before_stays_until_the_data_plane_is_known)
{
	struct sim *s = sim_new();

	s->guarded = 99;
	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	sim_sleep(s, 100);
	assert_int_equal(s->guarded, 99);
	answer(s, false, 2);
	assert_int_equal(s->guarded, 99);
	answer(s, false, 1);
	assert_int_equal(s->guarded, 1);
	sim_sleep(s, GUARD_LINGER);
	assert_int_equal(s->guarded, 0);
	answer(s, true, 2);
	assert_int_equal(s->guarded, 1);
}

TEST(guard_of_the_run_before_goes_when_nobody_is_to_be_asked)
{
	struct sim *s = sim_new();

	s->guarded = 99;
	sim_put(s, BARE(", dataPlaneHealth: 'http://127.0.0.1:99/'"));
	sim_list_all(s);
	assert_int_equal(s->guarded, 99);
	sim_put(s, BARE(", dataPlaneHealth: None"));
	sim_settle(s);
	assert_int_equal(s->guarded, 0);
}

/* As one that hangs: the next question ends the one before. */
TEST(data_plane_that_says_nothing_is_down)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = sim_establish(s, "a");
	sim_answer(s, true);
	assert_non_null(strstr(told(p), "+" LB));
	sim_sleep(s, 7000); /* of three questions two are over */
	assert_null(strstr(told(p), LB));
	sim_sleep(s, 1000);
	assert_non_null(strstr(told(p), "-" LB));
	sim_answer(s, true);
	sim_sleep(s, 2000);
	sim_answer(s, true);
	assert_non_null(strstr(told(p), "+" LB));
}

/* A URL that is written down is meant: it has to answer. */
TEST(url_that_never_answers_holds_services_back)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(URL));
	sim_list_all(s);
	p = sim_establish(s, "a");
	answer(s, false, 30);
	assert_null(strstr(told(p), LB));
	assert_non_null(strstr(sim_condition(s, "DataPlaneDown"), "10256"));
}

TEST(auto_holds_nothing_back_where_nothing_ever_answered)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s, CONFIG(", dataPlaneHealth: Auto"));
	sim_list_all(s);
	p = sim_establish(s, "a");
	answer(s, false, 8); /* the last at 14 s */
	assert_null(strstr(told(p), LB));
	answer(s, false, 1);
	assert_non_null(strstr(told(p), "+" LB));
	assert_non_null(strstr(sim_condition(s, "DataPlaneUnknown"), "10256"));
	answer(s, true, 2);
	assert_string_equal(sim_condition(s, "DataPlaneUnknown"), "");
	answer(s, false, 3);
	assert_non_null(strstr(told(p), "-" LB));
}

/* What is announced stays so until the new URL has failed. */
#define LINKS                                                       \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"             \
	"metadata: {name: lan}\nspec: {announce: {l2: {}}, pools: " \
	"[{subnet: 192.0.2.0/24, pool: 192.0.2.128/25}]}\n"

TEST(data_plane_is_asked_for_links_without_a_configuration)
{
	struct sim *s = sim_new_on_cluster();

	sim_drop(s, "BGPConfiguration", "default");
	sim_list_all(s);
	assert_string_equal(s->url, "");
	sim_put(s, LINKS);
	sim_settle(s);
	assert_string_equal(s->url, "http://127.0.0.1:10256/healthz");
	sim_drop(s, "ServiceGroup", "lan");
	sim_settle(s);
	assert_string_equal(s->url, "");
}

TEST(another_url_interrupts_nothing_that_is_announced)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, CONFIG(URL));
	sim_sleep(s, 1000);
	answer(s, true, 2);
	assert_null(strstr(told(p), LB));
	sim_put(s, CONFIG(", dataPlaneHealth: 'http://127.0.0.1:99/'"));
	answer(s, false, 2);
	assert_null(strstr(told(p), LB));
	answer(s, false, 1);
	assert_non_null(strstr(told(p), "-" LB));
	sim_put(s, CONFIG(", dataPlaneHealth: None"));
	sim_sleep(s, 50);
	assert_non_null(strstr(told(p), "+" LB));
}

TEST(local_preference_0_is_one)
{
	struct sim *s = sim_new();
	struct fake_peer *p;

	sim_put(s,
	    CONFIG(", prefixAdvertisements: "
		   "[{cidr: 10.33.192.0/18, localPreference: 0}]"));
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, internal: true}\n");
	sim_list_all(s);
	p = sim_peer(s, "a");
	p->config.remote_as = 65001;
	p = establish(s);
	assert_non_null(strstr(told(p), "+" LB " lp0"));
}

#define ALONE "10.60.0.7/32"
#define LISTED ", serviceLoadBalancerIPs: [{cidr: " ALONE "}]"
#define SERVICE(name, policy)                              \
	"apiVersion: v1\nkind: Service\n"                  \
	"metadata: {name: " name ", namespace: web}\n"     \
	"spec: {type: LoadBalancer, ports: [{port: 80}], " \
	"externalTrafficPolicy: " policy "}\n"             \
	"status: {loadBalancer: {ingress: [{ip: 10.60.0.7}]}}\n"
#define ENDPOINT(name, node)                                     \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n" \
	"metadata: {name: " name "-1, namespace: web, labels: "  \
	"{kubernetes.io/service-name: " name "}}\n"              \
	"addressType: IPv4\n"                                    \
	"endpoints: [{addresses: [10.33.5.9], nodeName: " node "}]\n"

/* A listed CIDR of host length has no member but one, and that is the Service's. */
TEST(cidr_of_host_length_goes_with_its_service)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, CONFIG(LISTED));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "");
	assert_int_equal(s->guarded, 2); /* nobody holds it */
	sim_put(s, SERVICE("shop", "Local") "---\n" ENDPOINT("shop", "node2"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "");
	assert_int_equal(s->guarded, 1);
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, ENDPOINT("shop", "node2"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, SERVICE("shop", "Cluster"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_drop(s, "Service", "shop");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	assert_int_equal(s->guarded, 2);
}

#define NODE2(more) \
	"apiVersion: v1\nkind: Node\nmetadata: {name: node2" more "}\n"
#define EXCLUDED                                                     \
	NODE2(", labels: {node.kubernetes.io/exclude-from-external-" \
	      "load-balancers: ''}")
#define POOL                                                          \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"               \
	"metadata: {name: g}\nspec: {pools: [{subnet: 10.60.0.0/24, " \
	"pool: 10.60.0.0/24}]}\n"
#define PEER_OF_RACK                                         \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"           \
	"metadata: {name: a}\nspec: {peerIP: 192.0.2.2, "    \
	"asNumber: 65002, nodeSelector: {matchExpressions: " \
	"[{key: rack, operator: In, values: [a]}]}}\n"
/* One that serves while it terminates here, and a ready one there. */
#define MOVING                                                            \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"          \
	"metadata: {name: shop-1, namespace: web, labels: "               \
	"{kubernetes.io/service-name: shop}}\naddressType: IPv4\n"        \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node1, "          \
	"conditions: {ready: false, serving: true, terminating: true}}, " \
	"{addresses: [10.33.6.9], nodeName: node2}]\n"

/* Ready endpoints count against us where they can be reached. */
TEST(who_terminates_gives_way_to_who_may_announce)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s,
	    EXCLUDED "---\n" POOL
		     "---\n" SERVICE("shop", "Local") "---\n" MOVING);
	sim_sleep(s, 5000);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, NODE2(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, CONFIG(", serviceNodeSelector: {matchLabels: {rack: a}}"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, CONFIG(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s,
	    NODE2("") "status: {conditions: [{type: NetworkUnavailable, "
		      "status: 'True'}]}\n");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, NODE2(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, NODE2(", annotations: {lbbgp.io/drain: ''}"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, NODE2(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	/* No BGPPeer is for that node. */
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002, nodeSelector: "
	    "{matchLabels: {rack: a}}}\n");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	/* A group that is not for that node. */
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, asNumber: 65002}\n");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"
	    "metadata: {name: g}\nspec: {pools: [{subnet: 10.60.0.0/24, "
	    "pool: 10.60.0.0/24}], announce: {bgp: {nodeSelector: "
	    "{matchLabels: {rack: a}}}}}\n");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	/* The node becomes one of the group's, and no longer. */
	sim_put(s, NODE2(", labels: {rack: a}"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, NODE2(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
}

#define LIMITED                                                       \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"               \
	"metadata: {name: g}\nspec: {pools: [{subnet: 10.60.0.0/24, " \
	"pool: 10.60.0.0/24}], announce: {bgp: {maxAnnouncers: 1}}}\n"

/* The daemon of another node, in the slice of all of them. */
static void
put_daemon(struct sim *s, const char *node, bool ready)
{
	char *yaml = xasprintf(
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: daemons, namespace: lbbgp-system, labels: "
	    "{kubernetes.io/service-name: lbbgp-bgpd}}\naddressType: IPv4\n"
	    "endpoints: [{addresses: [10.0.0.2], nodeName: %s, conditions: "
	    "{ready: %s}}]\n",
	    node, ready ? "true" : "false");

	sim_put(s, yaml);
	free(yaml);
}

/* Some other node that is to have the address rather than this one. */
static const char *
better_than_us(void)
{
	static char name[16];
	struct addr a = addr_v4(0x0a3c0007);
	struct prefix p = prefix_host(&a);

	for (unsigned i = 2;; i++) {
		struct rendezvous c = rendezvous_begin(&p, "node1");

		snprintf(name, sizeof(name), "node%u", i);
		rendezvous_rival(&c, name);
		if (!rendezvous_won(&c, 1))
			return name;
	}
}

/* It goes once the other one has told its routers, and is back when that goes. */
TEST(who_is_one_too_many_gives_way_to_who_is_there)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");
	const char *other = better_than_us();

	sim_put(s, LIMITED);
	sim_put(s, SERVICE("shop", "Cluster"));
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 5000);
	assert_string_equal(told(p), "+" ALONE);
	assert_non_null(strstr(sim_condition(s, "AnnouncersNotLimited"),
	    "ServiceGroup g: spec.announce.bgp.maxAnnouncers"));
	put_daemon(s, other, true);
	sim_sleep(s, 3000);
	assert_string_equal(told(p), "");
	assert_string_equal(sim_condition(s, "AnnouncersNotLimited"), "");
	sim_sleep(s, 3000);
	assert_string_equal(told(p), "-" ALONE);
	put_daemon(s, other, false);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	put_daemon(s, other, true);
	sim_sleep(s, 6000);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, POOL); /* no limit any more */
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
}

#define FOR(peers)                                                    \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"               \
	"metadata: {name: g}\nspec: {pools: [{subnet: 10.60.0.0/24, " \
	"pool: 10.60.0.0/24}], announce: {bgp: {peers: [" peers "]}}}\n"
#define ASKS(annotations)                                                   \
	"apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: " \
	"web, annotations: {" annotations "}}\nspec: {type: LoadBalancer, " \
	"ipFamilies: [IPv4], ports: [{port: 80}]}\nstatus: {loadBalancer: " \
	"{ingress: [{ip: 10.60.0.7}]}}\n"
#define LOCAL_TO(peers)                                                     \
	"apiVersion: v1\nkind: Service\nmetadata: {name: shop, namespace: " \
	"web, annotations: {lbbgp.io/peers: " peers "}}\nspec: {type: "     \
	"LoadBalancer, ipFamilies: [IPv4], ports: [{port: 80}], "           \
	"externalTrafficPolicy: Local}\nstatus: {loadBalancer: "            \
	"{ingress: [{ip: 10.60.0.7}]}}\n"
#define SECOND_PEER                                \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: b}\n"                    \
	"spec: {peerIP: 192.0.2.3, asNumber: 65003}\n"

/* Nodes that have none of these as peers are of no use to the group. */
TEST(who_terminates_gives_way_to_who_tells_the_peers_of_the_group)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");

	sim_put(s,
	    SECOND_PEER "---\n" NODE2("") "---\n" FOR("a") "---\n" SERVICE(
		"shop", "Local") "---\n" MOVING);
	sim_sleep(s, 5000);
	told(a);
	sim_put(s, PEER_OF_RACK); /* node2 still has the other one */
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	sim_put(s, NODE2(", labels: {rack: a}"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
	sim_put(s, NODE2(", labels: {rack: b}"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
}

TEST(who_terminates_gives_way_to_who_tells_the_peers_of_a_service)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");

	sim_put(s,
	    SECOND_PEER "---\n" NODE2(", labels: {rack: b}") "---\n" FOR(
		"a, b], serviceAnnotations: [peers") "---\n" LOCAL_TO("a"));
	sim_put(s, PEER_OF_RACK);
	sim_put(s, MOVING);
	sim_sleep(s, 5000);
	assert_string_equal(told(a), "+" ALONE);
	sim_put(s, LOCAL_TO("'a, b'")); /* node2 has the second one */
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
}

/* It is a peer of the nodes that say where it is. */
TEST(who_terminates_gives_way_to_who_names_a_router_of_its_own)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");

	sim_put(s,
	    PEER_OF_RACK
	    "---\napiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: "
	    "tor}\nspec: {fromNode: {peerIP: {annotation: lbbgp.io/tor}}, "
	    "asNumber: 65009, nodeSelector: {matchLabels: {rack: b}}}\n");
	sim_put(s,
	    NODE2(", labels: {rack: b}") "---\n" POOL "---\n" SERVICE(
		"shop", "Local") "---\n" MOVING);
	sim_sleep(s, 5000);
	assert_string_equal(told(a), "+" ALONE);
	sim_put(s,
	    NODE2(
		", labels: {rack: b}, annotations: {lbbgp.io/tor: 10.9.9.9}"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
	sim_put(s, NODE2(", labels: {rack: b}"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	/* Of a group for these peers, too, though the node has another one. */
	sim_put(s, FOR("a, tor"));
	sim_put(s, SECOND_PEER);
	sim_sleep(s, 50);
	assert_string_equal(told(a), "");
	sim_put(s,
	    NODE2(
		", labels: {rack: b}, annotations: {lbbgp.io/tor: 10.9.9.9}"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
}

/* Whoever is named, and was told before, is told nothing: make before break. */
TEST(addresses_go_to_the_peers_that_the_group_names)
{
	struct sim *s = sim_started();

	sim_put(s, SECOND_PEER);
	sim_sleep(s, 1000);
	struct fake_peer *a = sim_establish(s, "a"), *b = sim_establish(s, "b");

	sim_put(s, POOL);
	sim_put(s, SERVICE("shop", "Cluster"));
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	assert_string_equal(told(b), "+" ALONE);
	sim_put(s, FOR("a"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "");
	assert_string_equal(told(b), "-" ALONE);
	sim_put(s, FOR("a, b"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "");
	assert_string_equal(told(b), "+" ALONE);
	sim_put(s, FOR("b, gone"));
	sim_sleep(s, 1000);
	assert_string_equal(told(a), "-" ALONE);
	assert_string_equal(told(b), "");
	assert_string_equal(sim_condition(s, "PeerUnknown"),
	    "ServiceGroup g: spec.announce.bgp.peers[1]: there is no BGPPeer "
	    "gone");
	sim_put(s, POOL);
	sim_sleep(s, 1000);
	assert_string_equal(told(a), "+" ALONE);
	assert_string_equal(told(b), "");
	assert_string_equal(sim_condition(s, "PeerUnknown"), "");
}

/* Nothing of a Service goes out that its group does not allow. */
TEST(a_service_says_itself_what_its_group_allows)
{
	struct sim *s = sim_started();

	sim_put(s, SECOND_PEER);
	sim_sleep(s, 1000);
	struct fake_peer *a = sim_establish(s, "a"), *b = sim_establish(s, "b");

	sim_put(s, FOR("a, b"));
	sim_put(s, SERVICE("shop", "Cluster"));
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	assert_string_equal(told(b), "+" ALONE);
	sim_put(s, ASKS("lbbgp.io/peers: b"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "");
	assert_string_equal(told(b), "");
	sim_put(s, FOR("a, b], serviceAnnotations: [peers, communities"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
	assert_string_equal(told(b), "");
	sim_put(s, ASKS("lbbgp.io/peers: 'a, c'"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	assert_string_equal(told(b), "");
	sim_put(s, ASKS("lbbgp.io/communities: '65535:666'"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "");
	sim_put(s, ASKS("lbbgp.io/communities: '65001:6'"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	assert_string_equal(told(b), "+" ALONE);
}

TEST(a_service_may_ask_for_one_node)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");
	const char *other = better_than_us();

	sim_put(s, FOR("a], serviceAnnotations: [max-announcers"));
	sim_put(s, ASKS("lbbgp.io/max-announcers: '1'"));
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 5000);
	assert_string_equal(told(a), "+" ALONE);
	assert_non_null(strstr(sim_condition(s, "AnnouncersNotLimited"),
	    "ServiceGroup g: spec.announce.bgp.maxAnnouncers, or what Services "
	    "ask for"));
	put_daemon(s, other, true);
	sim_sleep(s, 6000);
	assert_string_equal(told(a), "-" ALONE);
	put_daemon(s, other, false);
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
	put_daemon(s, other, true);
	sim_sleep(s, 6000);
	assert_string_equal(told(a), "-" ALONE);
	sim_put(s, FOR("a")); /* it may no longer */
	sim_sleep(s, 50);
	assert_string_equal(told(a), "+" ALONE);
}

/* Who has none of its peers is no rival: it would announce to nobody. */
TEST(who_has_none_of_the_peers_that_a_service_asks_for_is_not_counted)
{
	struct sim *s = sim_started();
	struct fake_peer *a = sim_establish(s, "a");
	const char *other = better_than_us();
	char *node = xasprintf("apiVersion: v1\nkind: Node\nmetadata: {name: "
			       "%s, labels: {rack: b}}\n",
	    other);

	sim_put(s, SECOND_PEER "---\n" PEER_OF_RACK);
	sim_put(s, node);
	free(node);
	sim_put(s,
	    FOR("a, b], maxAnnouncers: 2, serviceAnnotations: [peers, "
		"max-announcers"));
	sim_put(s, ASKS("lbbgp.io/peers: a, lbbgp.io/max-announcers: '1'"));
	sim_put(s, ENDPOINT("shop", "node1"));
	put_daemon(s, other, true);
	sim_sleep(s, 6000);
	assert_string_equal(told(a), "+" ALONE);
	sim_put(s, ASKS("lbbgp.io/max-announcers: '1'"));
	sim_sleep(s, 50);
	assert_string_equal(told(a), "-" ALONE);
}

#define LEAVING                                                    \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"   \
	"metadata: {name: shop-1, namespace: web, labels: "        \
	"{kubernetes.io/service-name: shop}}\naddressType: IPv4\n" \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node1, "   \
	"conditions: {ready: false, serving: true, terminating: true}}]\n"

/*
 * The node that takes over may not have told its routers yet: the old route stays for a
 * moment, as long as packets are served here.
 */
TEST(in_a_move_the_old_route_outlives_the_new_ones_birth)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s, POOL "---\n" SERVICE("shop", "Local") "---\n" LEAVING);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, MOVING);
	sim_sleep(s, 3900);
	assert_string_equal(told(p), "");
	sim_sleep(s, 700);
	assert_string_equal(told(p), "-" ALONE);
	/* From ready here to ready there in one step is a move as well. */
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, MOVING);
	sim_sleep(s, 2900);
	assert_string_equal(told(p), "");
	/* Not beyond what serves here. */
	sim_put(s, ENDPOINT("shop", "node2"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_sleep(s, 10000);
	assert_string_equal(told(p), "");
}

#define BOTH                                                       \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"   \
	"metadata: {name: shop-1, namespace: web, labels: "        \
	"{kubernetes.io/service-name: shop}}\naddressType: IPv4\n" \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node1}, "  \
	"{addresses: [10.33.6.9], nodeName: node2}]\n"

/* Whoever else was ready before has long told its routers. */
TEST(who_terminates_beside_others_goes_at_once)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	/* Neither waits for the other, both being fresh. */
	sim_put(s, POOL "---\n" SERVICE("shop", "Local") "---\n" BOTH);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_sleep(s, 5000);
	assert_string_equal(told(p), "");
	sim_put(s, MOVING);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
}

/* As in a rolling update of two pods: the first is new when the second goes. */
TEST(who_came_a_moment_ago_takes_nobodys_place_at_once)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s,
	    POOL
	    "---\n" SERVICE("shop", "Local") "---\n" ENDPOINT("shop", "node1"));
	sim_sleep(s, 5000);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, BOTH);
	sim_sleep(s, 50);
	sim_put(s, MOVING);
	sim_sleep(s, 3800);
	assert_string_equal(told(p), "");
	sim_sleep(s, 700);
	assert_string_equal(told(p), "-" ALONE);
}

/* Its kube-proxy may not serve it yet, and nobody misses it. */
TEST(who_comes_beside_others_waits_a_moment)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	sim_put(s,
	    POOL
	    "---\n" SERVICE("shop", "Local") "---\n" ENDPOINT("shop", "node2"));
	sim_sleep(s, 5000);
	sim_put(s, BOTH);
	sim_sleep(s, 1900);
	assert_string_equal(told(p), "");
	sim_sleep(s, 700);
	assert_string_equal(told(p), "+" ALONE);
	/* Not when it is alone, and not longer than it is. */
	sim_put(s, ENDPOINT("shop", "node2"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" ALONE);
	sim_put(s, BOTH);
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "");
	sim_put(s, ENDPOINT("shop", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
}

#define WEIGHTS(more)                                                 \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\n"               \
	"metadata: {name: g}\nspec: {pools: [{subnet: 10.60.0.0/24, " \
	"pool: 10.60.0.0/24}], announce: {bgp: {weightedECMP: {" more "}}}}\n"

/* So many ready endpoints here, and one elsewhere. */
static void
put_endpoints(struct sim *s, unsigned n)
{
	char yaml[2048];
	int len = snprintf(yaml, sizeof(yaml),
	    "apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"
	    "metadata: {name: shop-1, namespace: web, labels: "
	    "{kubernetes.io/service-name: shop}}\naddressType: IPv4\n"
	    "endpoints: [{addresses: [10.33.6.9], nodeName: node2}");

	for (unsigned i = 0; i < n; i++)
		len += snprintf(yaml + len, sizeof(yaml) - (size_t)len,
		    ", {addresses: [10.33.5.%u], nodeName: node1}", i + 1);
	snprintf(yaml + len, sizeof(yaml) - (size_t)len, "]\n");
	sim_put(s, yaml);
	sim_sleep(s, 50);
}

/* A Service with so many endpoints here since long ago. */
static struct sim *
weighted(const char *group, unsigned n, struct fake_peer **p)
{
	struct sim *s = sim_started();

	*p = sim_establish(s, "a");
	sim_put(s, group);
	sim_put(s, SERVICE("shop", "Local"));
	put_endpoints(s, n);
	sim_sleep(s, 10000);
	return s;
}

TEST(weight_of_a_route_changes_once_in_an_interval)
{
	struct fake_peer *p;
	struct sim *s = weighted(WEIGHTS("minInterval: 10"), 2, &p);

	assert_string_equal(told(p), "+" ALONE " bw200");
	put_endpoints(s, 3);
	assert_string_equal(told(p), "+" ALONE " bw300");
	/* As a rolling update has it: the last one counts. */
	put_endpoints(s, 4);
	put_endpoints(s, 1);
	put_endpoints(s, 5);
	sim_sleep(s, 9800);
	assert_string_equal(told(p), "");
	sim_sleep(s, 900);
	assert_string_equal(told(p), "+" ALONE " bw500");
	/* What is as before when the time is over was nothing. */
	put_endpoints(s, 6);
	put_endpoints(s, 5);
	sim_sleep(s, 20000);
	assert_null(strstr(told(p), ALONE));
	put_endpoints(s, 4);
	assert_string_equal(told(p), "+" ALONE " bw400");
}

/* Why the first Service is announced, as lbbgp show announcements has it; owned. */
static char *
because(struct sim *s)
{
	json_t *request = json_object(), *reply = json_object();
	struct json_at at = json_at_root(request);
	struct err err;

	sim_settle(s);
	assert_true(services_answer(bgpd_view(s->bgpd), &at, reply, &err));
	char *text = xstrdup(json_string_value(json_object_get(
	    json_array_get(json_object_get(reply, "services"), 0), "message")));

	json_decref(request);
	json_decref(reply);
	return text;
}

/* What was said, not what it would be now. */
TEST(announcements_tell_of_the_weight)
{
	struct fake_peer *p;
	struct sim *s = weighted(WEIGHTS(""), 2, &p);

	put_endpoints(s, 3);
	put_endpoints(s, 4);
	char *text = because(s);

	assert_string_equal(
	    text, "has an endpoint here; link bandwidth 300 Mbit/s");
	free(text);
}

/* What FRR makes of it would turn the weights round. */
TEST(bandwidth_that_frr_can_not_count_is_told)
{
	struct fake_peer *p;
	struct sim *s = weighted(WEIGHTS("bandwidth: 34359"), 1, &p);

	assert_string_equal(sim_condition(s, "LinkBandwidthTooHigh"), "");
	put_endpoints(s, 2);
	assert_non_null(strstr(sim_condition(s, "LinkBandwidthTooHigh"),
	    "a route says 68718 Mbit/s"));
	sim_put(s, WEIGHTS("bandwidth: 1000"));
	sim_sleep(s, 50);
	assert_string_equal(sim_condition(s, "LinkBandwidthTooHigh"), "");
}

TEST(pods_within_a_bucket_are_no_news)
{
	struct fake_peer *p;
	struct sim *s = weighted(
	    WEIGHTS("bucket: 4, bandwidth: 1000, minInterval: 1"), 1, &p);

	assert_string_equal(told(p), "+" ALONE " bw4000");
	for (unsigned n = 2; n <= 4; n++) {
		put_endpoints(s, n);
		sim_sleep(s, 2000);
	}
	assert_string_equal(told(p), "");
	put_endpoints(s, 5);
	assert_string_equal(told(p), "+" ALONE " bw8000");
}

/* The interval is for weights, not for what comes and goes. */
TEST(last_endpoint_goes_at_once_whatever_the_interval)
{
	struct fake_peer *p;
	struct sim *s = weighted(WEIGHTS("minInterval: 3600"), 2, &p);

	told(p);
	put_endpoints(s, 3);
	put_endpoints(s, 4);
	assert_string_equal(told(p), "+" ALONE " bw300");
	put_endpoints(s, 0);
	assert_string_equal(told(p), "-" ALONE);
	put_endpoints(s, 2);
	sim_sleep(s, 3000); /* others serve it until it is fresh no longer */
	assert_string_equal(told(p), "+" ALONE " bw200");
}

TEST(weights_come_and_go_with_what_the_group_says)
{
	struct fake_peer *p;
	struct sim *s = weighted(POOL, 2, &p);

	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, WEIGHTS(""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE " bw200");
	sim_put(s, WEIGHTS("bandwidth: 10000"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE " bw20000");
	sim_put(s, SERVICE("shop", "Cluster"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
	sim_put(s, SERVICE("shop", "Local"));
	sim_sleep(s, 50);
	told(p);
	/* A bucket that changes is a weight that does; the next has to wait. */
	sim_put(s, WEIGHTS("bandwidth: 10000, bucket: 3"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE " bw30000");
	sim_put(s, WEIGHTS("bandwidth: 10000, bucket: 5"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "");
	sim_sleep(s, 11000);
	assert_string_equal(told(p), "+" ALONE " bw50000");
	sim_put(s, POOL);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE);
}

/* Its flows go to either: the router is to know of both. */
TEST(services_that_share_an_address_have_the_weight_of_both)
{
	struct fake_peer *p;
	struct sim *s = weighted(WEIGHTS(""), 2, &p);

	assert_string_equal(told(p), "+" ALONE " bw200");
	sim_put(s, SERVICE("blog", "Local") "---\n" ENDPOINT("blog", "node1"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE " bw300");
	sim_drop(s, "Service", "shop");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ALONE " bw100");
}

/* A kubelet writes its Node all the time: that is nobody else's business. */
TEST(nodes_of_others_reset_nothing)
{
	struct sim *s = sim_started();
	struct fake_peer *p = sim_establish(s, "a");

	for (unsigned i = 0; i < 5; i++) {
		sim_put(s, i % 2 == 0 ? NODE2("") : EXCLUDED);
		sim_sleep(s, 1000);
	}
	assert_true(sim_is_up(s, "a"));
	assert_string_equal(told(p), "");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(end_of_rib_follows_the_first_announcements),
		T(change_is_sent_as_a_difference),
		T(guard_of_what_is_withdrawn_stays_a_while),
		T(guard_stays_as_long_as_a_peer_keeps_routes),
		T(guard_stays_as_long_as_a_peer_keeps_long_lived_routes),
		T(guard_stays_as_long_as_a_peer_that_went_keeps_routes),
		T(services_wait_for_the_data_plane_pods_do_not),
		T(services_are_told_once_however_they_come),
		T(end_of_rib_follows_services_that_wait),
		T(service_cidrs_of_the_cluster_are_told_and_taken_back),
		T(end_of_rib_waits_for_no_data_plane_that_is_down),
		T(data_plane_is_debounced),
		T(guard_of_the_run_before_stays_until_the_data_plane_is_known),
		T(guard_of_the_run_before_goes_when_nobody_is_to_be_asked),
		T(data_plane_that_says_nothing_is_down),
		T(url_that_never_answers_holds_services_back),
		T(auto_holds_nothing_back_where_nothing_ever_answered),
		T(data_plane_is_asked_for_links_without_a_configuration),
		T(another_url_interrupts_nothing_that_is_announced),
		T(local_preference_0_is_one),
		T(cidr_of_host_length_goes_with_its_service),
		T(who_terminates_gives_way_to_who_may_announce),
		T(who_is_one_too_many_gives_way_to_who_is_there),
		T(addresses_go_to_the_peers_that_the_group_names),
		T(a_service_says_itself_what_its_group_allows),
		T(a_service_may_ask_for_one_node),
		T(who_has_none_of_the_peers_that_a_service_asks_for_is_not_counted),
		T(who_terminates_gives_way_to_who_tells_the_peers_of_the_group),
		T(who_terminates_gives_way_to_who_tells_the_peers_of_a_service),
		T(who_terminates_gives_way_to_who_names_a_router_of_its_own),
		T(in_a_move_the_old_route_outlives_the_new_ones_birth),
		T(who_terminates_beside_others_goes_at_once),
		T(who_came_a_moment_ago_takes_nobodys_place_at_once),
		T(who_comes_beside_others_waits_a_moment),
		T(weight_of_a_route_changes_once_in_an_interval),
		T(announcements_tell_of_the_weight),
		T(bandwidth_that_frr_can_not_count_is_told),
		T(pods_within_a_bucket_are_no_news),
		T(last_endpoint_goes_at_once_whatever_the_interval),
		T(weights_come_and_go_with_what_the_group_says),
		T(services_that_share_an_address_have_the_weight_of_both),
		T(nodes_of_others_reset_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
