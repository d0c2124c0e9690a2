/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node that is taken out of service, and back: what its peers are told and when, and
 * what is said of it.
 */
#include <jansson.h>
#include <string.h>

#include "bgpd/control/services.h"
#include "bgpd/control/views.h"
#include "common/err.h"
#include "common/json.h"
#include "tests/sim/sim_node.h"
#include "tests/test.h"

#define NODE(meta, spec, status)                                              \
	"apiVersion: v1\nkind: Node\n"                                        \
	"metadata: {name: node1, uid: u1" meta "}\n"                          \
	"spec: {podCIDRs: [10.33.5.0/24]" spec "}\n"                          \
	"status: {addresses: [{type: InternalIP, address: 192.0.2.1}]" status \
	"}\n"
#define CONFIG(spec)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default}\n"                       \
	"spec: {asNumber: 65001, "                          \
	"serviceExternalIPs: [{cidr: 10.33.192.0/18}]" spec "}\n"
#define VIP(spec)                                    \
	"apiVersion: lbbgp.io/v1\nkind: VirtualIP\n" \
	"metadata: {name: v, uid: u-v}\n"            \
	"spec: {addresses: [192.0.2.200/24], " spec "}\n"
#define ASKED NODE(", annotations: {lbbgp.io/drain: 'new disk'}", "", "")
#define LB "10.33.192.0/18"
#define WAIT 10000 /* ms, the default */

static const char *
told(struct fake_peer *p)
{
	static char text[FAKE_TEXT];

	fake_flush(p);
	memcpy(text, p->at->said, sizeof(text));
	fake_forget(p);
	return text;
}

/* A session is up, of the peer in that AS. */
static struct fake_peer *
established(struct sim *s, uint32_t as)
{
	struct fake_peer *p = sim_peer(s, "a");
	struct bgp_open open = fake_open(p);

	open.asn = as;
	p->config.remote_as = as;
	fake_connects(p);
	fake_say_open(p, &open);
	fake_say_keepalive(p);
	sim_settle(s);
	return p;
}

/* … and all is told. */
static struct fake_peer *
serving(struct sim *s)
{
	struct fake_peer *p = sim_establish(s, "a");

	sim_sleep(s, 100);
	fake_forget(p);
	return p;
}

static const json_t *
status(const struct sim *s)
{
	return json_object_get(
	    json_object_get(s->objects, "BGPNodeStatus//node1"), "status");
}

/* "Draining, Drained is False: Draining: why" as the status has it. */
static void
assert_status(struct sim *s, const char *want)
{
	const json_t *drain, *c;
	char text[256] = "";
	size_t i;

	sim_sleep(s, 6000);
	drain = json_object_get(status(s), "drain");
	json_array_foreach (json_object_get(status(s), "conditions"), i, c)
		if (strcmp(json_string_value(json_object_get(c, "type")),
			"Drained") == 0)
			snprintf(text, sizeof(text), "%s, Drained is %s: %s",
			    json_string_value(json_object_get(drain, "state")),
			    json_string_value(json_object_get(c, "status")),
			    json_string_value(json_object_get(c, "message")));
	assert_string_equal(text, want);
}

TEST(services_are_led_away_before_they_are_withdrawn)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, ASKED);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB " gshut");
	sim_sleep(s, WAIT - 100);
	assert_string_equal(told(p), "");
	sim_sleep(s, 100);
	assert_string_equal(told(p), "-" LB);
	sim_sleep(s, 60000);
	assert_true(sim_is_up(s, "a"));
	assert_true(sim_logged("node node1: drained: Services are withdrawn: "
			       "annotation lbbgp.io/drain: new disk"));
	assert_string_equal(s->told,
	    "node1 DrainBegun: drained: Services are announced with "
	    "GRACEFUL_SHUTDOWN: annotation lbbgp.io/drain: new disk\n"
	    "node1 Drained: drained: Services are withdrawn: "
	    "annotation lbbgp.io/drain: new disk\n");
	sim_sleep(s, 20000); /* routers have forgotten it by then */
	assert_int_equal(s->guarded, 0);
}

TEST(back_in_service_it_announces_as_before)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, ASKED);
	sim_sleep(s, 50);
	told(p);
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB);
	sim_put(s, ASKED);
	sim_sleep(s, WAIT + 50);
	told(p);
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB);
	assert_int_equal(s->guarded, 1);
}

/* Else a restart would bring traffic to a node that is under repair. */
TEST(who_starts_on_a_drained_node_announces_pods_alone)
{
	struct sim *s = sim_new();

	sim_put(s, ASKED);
	sim_list_all(s);
	struct fake_peer *p = established(s, PEER_AS);
	const char *said = told(p);

	assert_non_null(strstr(said, "+10.33.5.0/24"));
	assert_null(strstr(said, LB));
	assert_non_null(strstr(said, "EOR"));
}

TEST(internal_peers_are_told_the_lowest_preference)
{
	struct sim *s = sim_new();

	sim_put(s,
	    "apiVersion: lbbgp.io/v1\nkind: BGPPeer\nmetadata: {name: a}\n"
	    "spec: {peerIP: 192.0.2.2, internal: true}\n");
	sim_put(s,
	    CONFIG(", prefixAdvertisements: [{cidr: " LB
		   ", localPreference: 200}]"));
	sim_list_all(s);
	struct fake_peer *p = established(s, LOCAL_AS);

	sim_sleep(s, 100);
	told(p);

	sim_put(s, ASKED);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB " lp0 gshut");
}

TEST(wait_is_that_of_the_configuration)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, CONFIG(", drain: {wait: 2}"));
	sim_put(s, ASKED);
	sim_sleep(s, 1990);
	assert_string_equal(told(p), "+" LB " gshut");
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" LB);
	sim_put(s, NODE("", "", ""));
	sim_put(s, CONFIG(", drain: {wait: 0}"));
	sim_sleep(s, 50);
	told(p);
	sim_put(s, ASKED);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "-" LB);
}

struct cause {
	const char *config, *node;
	bool drains;
};

#define TAINT(key, value, effect)                                    \
	NODE("",                                                     \
	    ", taints: [{key: other, effect: NoExecute}, {key: " key \
	    ", value: '" value "', effect: " effect "}]",            \
	    "")
#define OWN     \
	CONFIG( \
	    ", drain: {taints: [k, 'a/b=c', 'd:NoExecute', 'e=:NoSchedule']}")
#define OUT "node.kubernetes.io/out-of-service"

static const struct cause causes[] = {
	{ NULL, NODE(", annotations: {lbbgp.io/drain: ''}", "", ""), true },
	{ NULL, TAINT("ToBeDeletedByClusterAutoscaler", "1", "NoSchedule"),
	    true },
	{ NULL, TAINT(OUT, "nodeshutdown", "NoExecute"), true },
	{ NULL, TAINT("node.kubernetes.io/unreachable", "", "NoExecute"),
	    false },
	{ NULL, TAINT("ToBeDeleted", "", "NoExecute"), false },
	{ OWN, TAINT(OUT, "nodeshutdown", "NoExecute"), false },
	{ OWN, TAINT("k", "any", "PreferNoSchedule"), true },
	{ OWN, TAINT("a/b", "c", "NoExecute"), true },
	{ OWN, TAINT("a/b", "cc", "NoExecute"), false },
	{ OWN, TAINT("a/b", "", "NoExecute"), false },
	{ OWN, TAINT("d", "x", "NoExecute"), true },
	{ OWN, TAINT("d", "x", "NoSchedule"), false },
	{ OWN, TAINT("e", "", "NoSchedule"), true },
	{ OWN, TAINT("e", "x", "NoSchedule"), false },
	{ CONFIG(", drain: {taints: []}"), TAINT(OUT, "", "NoExecute"), false },
	{ NULL, NODE("", ", unschedulable: true", ""), false },
	{ CONFIG(", drain: {whenCordoned: true}"),
	    NODE("", ", unschedulable: true", ""), true },
	{ CONFIG(", drain: {whenCordoned: true}"),
	    NODE("", ", unschedulable: false", ""), false },
	{ NULL,
	    NODE("", "",
		", conditions: [{type: Ready, status: 'False', "
		"reason: KubeletNotReady, message: node is shutting down}]"),
	    true },
	{ NULL,
	    NODE("", "",
		", conditions: [{type: Ready, status: 'False', "
		"reason: KubeletNotReady, message: disk is full}]"),
	    false },
};

TEST(only_what_asks_for_it_drains)
{
	for (size_t i = 0; i < sizeof(causes) / sizeof(causes[0]); i++) {
		if (i > 0)
			sim_teardown(NULL);
		struct sim *s = sim_started();
		struct fake_peer *p = serving(s);

		if (causes[i].config != NULL)
			sim_put(s, causes[i].config);
		sim_sleep(s, 50);
		told(p);
		sim_put(s, causes[i].node);
		sim_sleep(s, 50);
		if (strcmp(told(p), causes[i].drains ? "+" LB " gshut" : "") !=
		    0)
			fail_msg("row %zu: %s", i, causes[i].node);
	}
}

/* kubectl wait --for=condition=Drained */
TEST(status_says_how_far_it_is)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	assert_status(s, "Active, Drained is False: nobody asks for a drain");
	sim_put(s, ASKED);
	assert_status(s,
	    "Draining, Drained is False: annotation lbbgp.io/drain: new disk");
	p->stuck = true;
	assert_status(s,
	    "Drained, Drained is False: annotation lbbgp.io/drain: new disk");
	p->stuck = false;
	fake_flush(p);
	assert_status(
	    s, "Drained, Drained is True: annotation lbbgp.io/drain: new disk");
	sim_put(s, NODE("", "", ""));
	assert_status(s, "Active, Drained is False: nobody asks for a drain");
}

static const char *
annotation(const struct sim *s)
{
	const json_t *drain = json_object_get(status(s), "drain");

	assert_int_equal(
	    json_integer_value(json_object_get(drain, "wait")), WAIT / 1000);
	return json_string_value(json_object_get(drain, "annotation"));
}

/* `lbbgp drain` knows by it that its word has been heard. */
TEST(status_says_which_annotation_it_is_about)
{
	struct sim *s = sim_started();

	serving(s);
	sim_sleep(s, 6000);
	assert_null(annotation(s));
	sim_put(s, ASKED);
	sim_sleep(s, 6000);
	assert_string_equal(annotation(s), "new disk");
	sim_sleep(s, WAIT);
	sim_put(s, NODE(", annotations: {lbbgp.io/drain: a}", "", ""));
	sim_sleep(s, 6000);
	assert_string_equal(annotation(s), "a");
	assert_status(
	    s, "Drained, Drained is True: annotation lbbgp.io/drain: a");
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 6000);
	assert_null(annotation(s));
}

/* A router that hangs takes its time; nobody waits for it for ever. */
TEST(peer_that_hangs_holds_up_no_drain)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	p->stuck = true;
	sim_put(s, ASKED);
	sim_sleep(s, WAIT + 30000);
	assert_status(
	    s, "Drained, Drained is True: annotation lbbgp.io/drain: new disk");
}

TEST(who_ends_while_drained_leaves_for_good)
{
	static const unsigned waits[] = { 50, WAIT + 50 };

	for (unsigned i = 0; i < 2; i++) {
		if (i > 0)
			sim_teardown(NULL);
		struct sim *s = sim_started();
		struct fake_peer *p = serving(s);

		sim_put(s, ASKED);
		sim_sleep(s, waits[i]);
		told(p);
		bgpd_stop(s->bgpd, NULL);
		assert_int_equal(bgpd_phase(s->bgpd), PHASE_LEAVING);
		sim_settle(s);
		assert_string_equal(
		    told(p), "NOTIFICATION 6/2 \"node is drained\" CLOSE");
	}
}

TEST(virtual_ip_goes_as_services_do)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, VIP("bgp: {}"));
	sim_sleep(s, 1000);
	assert_string_equal(told(p), "+192.0.2.200/32");
	sim_put(s, ASKED);
	sim_sleep(s, 1000);
	const char *said = told(p);

	assert_non_null(strstr(said, "+192.0.2.200/32"));
	assert_null(strstr(said, "-"));
	assert_non_null(strstr(said, "gshut"));
	assert_true(sim_has(s, "lbbgp0", "192.0.2.200/32") ||
	    sim_has(s, "lbbgp0", "192.0.2.200/24"));
	sim_sleep(s, WAIT);
	assert_non_null(strstr(told(p), "-192.0.2.200/32"));
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 1000);
	assert_non_null(strstr(told(p), "+192.0.2.200/32"));
}

#define EXCLUDED                                                         \
	NODE(", labels: {node.kubernetes.io/exclude-from-external-load-" \
	     "balancers: ''}",                                           \
	    "", "")
#define SHOP                                                                 \
	"apiVersion: lbbgp.io/v1\nkind: ServiceGroup\nmetadata: {name: g}\n" \
	"spec: {pools: [{subnet: 10.60.0.0/24, pool: 10.60.0.0/24, "         \
	"aggregation: /32}]}\n---\n"                                         \
	"apiVersion: v1\nkind: Service\n"                                    \
	"metadata: {namespace: web, name: shop, annotations: "               \
	"{lbbgp.io/allocated-from: g}}\n"                                    \
	"spec: {type: LoadBalancer, clusterIPs: [10.96.0.9], "               \
	"ports: [{port: 80}]}\n"                                             \
	"status: {loadBalancer: {ingress: [{ip: 10.60.0.7}]}}\n---\n"        \
	"apiVersion: discovery.k8s.io/v1\nkind: EndpointSlice\n"             \
	"metadata: {namespace: web, name: shop-1, labels: "                  \
	"{kubernetes.io/service-name: shop}}\naddressType: IPv4\n"           \
	"endpoints: [{addresses: [10.33.5.9], nodeName: node2}]\n"
#define ONE "10.60.0.7/32"

/* What show announcements says of the only Service. */
static void
assert_because(struct sim *s, const char *want)
{
	json_t *request = json_object(), *reply = json_object();
	struct json_at at = json_at_root(request);
	struct err err;

	sim_settle(s);
	assert_true(services_answer(bgpd_view(s->bgpd), &at, reply, &err));
	assert_string_equal(
	    json_string_value(json_object_get(
		json_array_get(json_object_get(reply, "services"), 0),
		"message")),
	    want);
	json_decref(request);
	json_decref(reply);
}

TEST(announcements_tell_of_a_drain_and_of_the_exclude_label)
{
	struct sim *s = sim_started();

	sim_put(s, SHOP);
	serving(s);
	assert_because(s, "at the group's aggregation");
	sim_put(s, ASKED);
	assert_because(s, "at the group's aggregation; with GRACEFUL_SHUTDOWN");
	sim_sleep(s, WAIT);
	assert_because(s, "this node is drained");
	sim_put(s, NODE("", "", ""));
	assert_because(s, "at the group's aggregation");
	sim_put(s, EXCLUDED);
	assert_because(s, "at the group's aggregation; with GRACEFUL_SHUTDOWN");
}

/* It leaves the listed CIDRs announced, so those say nothing. */
TEST(label_takes_single_services_as_a_drain_would)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, SHOP);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ONE);
	sim_put(s, EXCLUDED);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ONE " gshut");
	sim_sleep(s, WAIT);
	assert_string_equal(told(p), "-" ONE);
	assert_status(s, "Active, Drained is False: nobody asks for a drain");
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ONE);
	/* One whose label is honoured no longer announces at once. */
	sim_put(s, EXCLUDED);
	sim_sleep(s, 50);
	told(p);
	sim_put(s, CONFIG(", excludeLabel: Ignore"));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ONE);
	sim_sleep(s, WAIT);
	assert_null(strstr(told(p), ONE));
}

/* What is not announced for the label comes not back for a drain. */
TEST(drain_of_an_excluded_node_brings_nothing_back)
{
	struct sim *s = sim_new();

	sim_put(s, EXCLUDED);
	sim_put(s, SHOP);
	sim_list_all(s);
	struct fake_peer *p = established(s, PEER_AS);

	sim_sleep(s, 100);
	assert_null(strstr(told(p), ONE));
	sim_put(s,
	    NODE(", annotations: {lbbgp.io/drain: ''}, labels: {node."
		 "kubernetes.io/exclude-from-external-load-balancers: ''}",
		"", ""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB " gshut");
}

/* Two causes, of which one goes: nothing is announced anew. */
TEST(drain_lasts_as_long_as_any_cause)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s,
	    NODE(", annotations: {lbbgp.io/drain: 'new disk'}",
		", taints: [{key: " OUT ", effect: NoExecute}]", ""));
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" LB " gshut");
	sim_put(s, TAINT(OUT, "", "NoExecute"));
	sim_sleep(s, WAIT + 50);
	assert_string_equal(told(p), "-" LB);
	assert_status(
	    s, "Drained, Drained is True: the Node has the taint " OUT);
	sim_put(s, ASKED);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "");
	assert_status(
	    s, "Drained, Drained is True: annotation lbbgp.io/drain: new disk");
}

TEST(drain_that_begins_again_waits_again)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, ASKED);
	sim_sleep(s, WAIT - 100);
	sim_put(s, NODE("", "", ""));
	sim_sleep(s, 50);
	told(p);
	sim_put(s, ASKED);
	sim_sleep(s, WAIT - 100);
	assert_string_equal(told(p), "+" LB " gshut");
	sim_sleep(s, 150);
	assert_string_equal(told(p), "-" LB);
}

TEST(what_comes_meanwhile_goes_the_same_way)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, CONFIG(", drain: {wait: 30}"));
	sim_put(s, ASKED);
	sim_sleep(s, 50);
	told(p);
	sim_put(s, SHOP);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "+" ONE " gshut");
	sim_sleep(s, 30000);
	const char *said = told(p);

	assert_non_null(strstr(said, "-" ONE));
	assert_non_null(strstr(said, "-" LB));
	sim_drop(s, "Service", "shop");
	sim_put(s, SHOP);
	sim_sleep(s, 50);
	assert_string_equal(told(p), "");
}

TEST(peer_that_comes_meanwhile_hears_that_services_go)
{
	struct sim *s = sim_started();
	struct fake_peer *p = serving(s);

	sim_put(s, CONFIG(", drain: {wait: 30}"));
	sim_put(s, ASKED);
	fake_hangs_up(p);
	sim_sleep(s, 10000);
	p = established(s, PEER_AS);
	sim_sleep(s, 100);
	assert_string_equal(
	    told(p), "OPEN KEEPALIVE +10.33.5.0/24 +" LB " gshut EOR");
}

int
main(void)
{
#define T(test) cmocka_unit_test_teardown(test, sim_teardown)
	const struct CMUnitTest tests[] = {
		T(announcements_tell_of_a_drain_and_of_the_exclude_label),
		T(services_are_led_away_before_they_are_withdrawn),
		T(back_in_service_it_announces_as_before),
		T(who_starts_on_a_drained_node_announces_pods_alone),
		T(internal_peers_are_told_the_lowest_preference),
		T(wait_is_that_of_the_configuration),
		T(only_what_asks_for_it_drains),
		T(status_says_how_far_it_is),
		T(status_says_which_annotation_it_is_about),
		T(peer_that_hangs_holds_up_no_drain),
		T(who_ends_while_drained_leaves_for_good),
		T(virtual_ip_goes_as_services_do),
		T(label_takes_single_services_as_a_drain_would),
		T(drain_of_an_excluded_node_brings_nothing_back),
		T(drain_lasts_as_long_as_any_cause),
		T(drain_that_begins_again_waits_again),
		T(what_comes_meanwhile_goes_the_same_way),
		T(peer_that_comes_meanwhile_hears_that_services_go),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
