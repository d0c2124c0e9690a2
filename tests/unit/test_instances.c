/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Two lbbgp on one cluster, each with an allocator at work: neither touches the
 * Services of the other, and no address is given by both.
 */
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/api/instance.h"
#include "common/log.h"
#include "common/rng.h"
#include "tests/unit/allocator_cases.h"

enum { HISTORIES = 150, STEPS = 60, NAMES = 8 };

#define CLASS_B "'metadata':{'annotations':{'lbbgp.io/class':'lbbgp.io/b'}}"
#define OF_B "{'spec':{'loadBalancerClass':'lbbgp.io/b'}}"

#define SEVEN "'spec':{'pools':[{'subnet':'10.7.0.0/24','pool':'10.7.0.0/30'}]}"
/* Its uid is behind all others, as it may well be of the first. */
#define NEW_SPEC "{'metadata':{'generation':1,'uid':'z'}," SEVEN "}"
#define NEW_SPEC_OF_B                                                         \
	"{'metadata':{'generation':1,'annotations':{'lbbgp.io/class':'lbbgp." \
	"io/b'}}," SEVEN "}"

static const struct instance b = { "other", "lbbgp.io/b" };

static void
group_of_b(
    struct cluster *c, const char *name, const char *subnet, const char *pool)
{
	char text[512];

	snprintf(text, sizeof(text),
	    "{" CLASS_B ",'spec':{'pools':[{'subnet':'%s','pool':'%s'}]}}",
	    subnet, pool);
	cluster_put(c, "ServiceGroup", name, text);
}

static struct cluster *
two_instances(uint64_t seed)
{
	struct cluster *c = cluster_new_instances(seed, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	group(c, "a", "10.0.0.0/24", "10.0.0.0/30");
	group_of_b(c, "b", "10.1.0.0/24", "10.1.0.0/30");
	cluster_settle(c);
	return c;
}

TEST(each_serves_its_own_class)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "Service", "web/plain", NULL);
	cluster_put(c, "Service", "web/of-b", OF_B);
	cluster_put(c, "Service", "web/cloud",
	    "{'spec':{'loadBalancerClass':'example.com/lb'}}");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/plain"), "10.0.0.0");
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	assert_string_equal(cluster_addresses(c, "web/cloud"), "");
	assert_string_equal(
	    cluster_annotation(c, "web/of-b", "lbbgp.io/allocated-from"), "b");
	assert_int_equal(cluster_writes(c), 2);
	cluster_wait(c, 60000);
	assert_int_equal(cluster_writes(c), 2);
	char *metrics = cluster_metrics(c);

	assert_non_null(
	    strstr(metrics, "\nlbbgp_allocator_released_total 0\n"));
	free(metrics);
	cluster_free(c);
}

TEST(nothing_is_written_again_after_a_restart)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "Service", "web/plain", NULL);
	cluster_put(c, "Service", "web/of-b", OF_B);
	cluster_settle(c);
	cluster_restart(c);
	cluster_settle(c);
	assert_int_equal(cluster_writes(c), 2);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	cluster_free(c);
}

/* Told of externalIPs that either of them announces: in the same words. */
TEST(what_is_no_balancer_is_not_fought_for)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "BGPConfiguration", "b",
	    "{" CLASS_B
	    ",'spec':{'serviceExternalIPs':[{'cidr':'192.0.2.0/24'}]}}");
	cluster_put(c, "Service", "web/plain",
	    "{'spec':{'type':'ClusterIP','externalIPs':['192.0.2.1']}}");
	cluster_put(c, "Service", "web/of-b",
	    "{'spec':{'loadBalancerClass':'lbbgp.io/b',"
	    "'externalIPs':['192.0.2.2']}}");
	cluster_wait(c, 60000);
	unsigned writes = cluster_writes(c);

	assert_true(writes <= 3);
	cluster_wait(c, 3600000);
	assert_int_equal(cluster_writes(c), writes);
	cluster_free(c);
}

TEST(the_younger_of_two_pools_that_overlap_gives_nothing)
{
	struct cluster *c = two_instances(1);

	cluster_set_age(c, 100);
	group_of_b(c, "young", "10.0.0.0/24", "10.0.0.0/29");
	cluster_put(c, "Service", "web/of-b",
	    "{'spec':{'loadBalancerClass':'lbbgp.io/b'},'metadata':{"
	    "'annotations':{'lbbgp.io/service-group':'young'}}}");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "");
	const json_t *group = cluster_get(c, "ServiceGroup", "young");
	char *text = json_dumps(group, 0);

	assert_non_null(strstr(text,
	    "spec.pools[0]: overlaps ServiceGroup a of another lbbgp, which "
	    "came first"));
	free(text);
	cluster_delete(c, "ServiceGroup", "a");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.0.0.0");
	cluster_free(c);
}

static bool
is_left_out(const struct cluster *c, const char *name)
{
	char *text = json_dumps(cluster_get(c, "ServiceGroup", name), 0);
	bool out = strstr(text, "of another lbbgp, which came first") != NULL;

	free(text);
	return out;
}

/*
 * As when one file brings both: each of the two allocators says the same, though
 * each may have seen its own first, and only statuses change from then on.
 */
TEST(of_two_pools_of_one_second_one_is_left_out)
{
	for (uint64_t seed = 1; seed <= 60; seed++) {
		struct cluster *c = two_instances(seed);
		const char *own = seed % 2 != 0 ? "p" : "q";
		const char *other = seed % 2 != 0 ? "q" : "p";

		cluster_put(c, "ServiceGroup", own, NEW_SPEC);
		cluster_put(c, "ServiceGroup", other, NEW_SPEC_OF_B);
		cluster_settle(c);
		assert_int_equal(is_left_out(c, "p") + is_left_out(c, "q"), 1);
		cluster_restart(c);
		cluster_settle(c);
		assert_int_equal(is_left_out(c, "p") + is_left_out(c, "q"), 1);
		cluster_free(c);
	}
}

/* Its figures change all the time. */
TEST(status_of_a_group_of_another_moves_nothing)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "Service", "web/plain", NULL);
	cluster_settle(c);
	cluster_put(c, "ServiceGroup", "b", "{'status':{'waiting':7}}");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/plain"), "10.0.0.0");
	assert_int_equal(cluster_writes(c), 1);
	cluster_free(c);
}

TEST(an_address_of_a_virtual_ip_of_either_is_given_by_none)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "VirtualIP", "v",
	    "{" CLASS_B ",'spec':{'addresses':['10.0.0.0']}}");
	cluster_settle(c);
	cluster_put(c, "Service", "web/plain", NULL);
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/plain"), "10.0.0.1");
	cluster_free(c);
}

TEST(an_address_of_virtual_ips_of_both_is_told)
{
	struct cluster *c = two_instances(1);

	cluster_put(
	    c, "VirtualIP", "ours", "{'spec':{'addresses':['192.0.2.1/24']}}");
	cluster_settle(c);
	unsigned events = cluster_events(c);

	cluster_put(c, "VirtualIP", "theirs",
	    "{" CLASS_B ",'spec':{'addresses':['192.0.2.2','192.0.2.1']}}");
	cluster_wait(c, 20000);
	assert_int_equal(cluster_events(c), events + 2); /* one by each */
	const char *said = cluster_last_event(c);

	assert_memory_equal(said, "AddressClash: 192.0.2.1: VirtualIP ", 35);
	assert_non_null(strstr(said, ", of another lbbgp (class lbbgp.io/"));
	cluster_restart(c);
	cluster_wait(c, 20000);
	assert_int_equal(cluster_events(c), events + 4);
	cluster_delete(c, "VirtualIP", "theirs");
	cluster_wait(c, 4000000);
	assert_int_equal(cluster_events(c), events + 4);
	cluster_free(c);
}

TEST(a_group_that_changes_hands_is_the_others)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "Service", "web/of-b", OF_B);
	cluster_settle(c);
	cluster_put(c, "ServiceGroup", "b",
	    "{'metadata':{'annotations':{'lbbgp.io/class':null}}}");
	cluster_put(c, "Service", "web/plain",
	    "{'metadata':{'annotations':{'lbbgp.io/service-group':'b'}}}");
	cluster_settle(c);
	/* Its Service keeps what it has, and nobody else gets that. */
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	assert_string_equal(cluster_addresses(c, "web/plain"), "10.1.0.1");
	cluster_free(c);
}

TEST(what_is_of_no_lbbgp_is_told)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "BGPPeer", "tor",
	    "{'metadata':{'annotations':{'lbbgp.io/class':'lbbgp.io/c'}}}");
	cluster_settle(c);
	cluster_wait(c, 20000);
	assert_string_equal(cluster_last_event(c),
	    "UnknownClass: annotation lbbgp.io/class: lbbgp.io/c: no lbbgp of "
	    "this cluster has this class, so nobody goes by it; Namespaces "
	    "name theirs by the annotation lbbgp.io/class");
	cluster_free(c);
}

#define CLASS_C "'metadata':{'annotations':{'lbbgp.io/class':'lbbgp.io/c'}}"

/* Be it good or not. */
TEST(group_of_no_lbbgp_is_told_until_it_is_gone)
{
	struct cluster *c = two_instances(1);
	unsigned events = cluster_events(c);

	cluster_put(c, "ServiceGroup", "astray",
	    "{" CLASS_C ",'spec':{'pools':[{'subnet':'10.7.0.0/24','pool':"
	    "'10.7.0.0/30'}]}}");
	cluster_put(c, "ServiceGroup", "bad",
	    "{" CLASS_C
	    ",'spec':{'pools':[{'subnet':'10.0.0.0/24','pool':'x'}]}}");
	cluster_settle(c);
	cluster_wait(c, 20000);
	assert_int_equal(cluster_events(c), events + 4); /* by each */
	cluster_delete(c, "ServiceGroup", "astray");
	cluster_delete(c, "ServiceGroup", "bad");
	cluster_wait(c, 4000000);
	assert_int_equal(cluster_events(c), events + 4);
	cluster_free(c);
}

/* "Accepted Ready", with the reasons of those that are not True. */
static void
assert_object_says(const struct cluster *c, const char *kind, const char *name,
    const char *text)
{
	const json_t *status =
	    json_object_get(cluster_get(c, kind, name), "status");
	char said[256] = "";
	json_t *one;
	size_t i;

	json_array_foreach (json_object_get(status, "conditions"), i, one) {
		bool good =
		    strcmp(json_string_value(json_object_get(one, "status")),
			"True") == 0;
		size_t n = strlen(said);

		snprintf(said + n, sizeof(said) - n, "%s%s%s%s",
		    i > 0 ? " " : "",
		    json_string_value(json_object_get(one, "type")),
		    good ? "" : ":",
		    good ? ""
			 : json_string_value(json_object_get(one, "reason")));
	}
	assert_string_equal(said, text);
}

#define assert_group_says(c, name, text) \
	assert_object_says(c, "ServiceGroup", name, text)
#define assert_peer_says(c, name, text) \
	assert_object_says(c, "BGPPeer", name, text)

#define GIVEN_TO(class) \
	"{'metadata':{'annotations':{'lbbgp.io/class':" class "}}}"

/* Else it would say for ever what the one said that has given it up. */
TEST(group_that_nobody_has_any_more_says_so)
{
	struct cluster *c = two_instances(1);

	cluster_wait(c, 5000);
	assert_group_says(c, "a", "Accepted");
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("'lbbgp.io/c'"));
	cluster_wait(c, 20000);
	assert_group_says(c, "a", "Accepted:UnknownClass");
	char *was = json_dumps(cluster_get(c, "ServiceGroup", "a"), 0);

	cluster_wait(c, 4000000);
	char *is = json_dumps(cluster_get(c, "ServiceGroup", "a"), 0);

	assert_string_equal(is, was); /* with its resourceVersion */
	free(was);
	free(is);
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("'lbbgp.io/b'"));
	cluster_wait(c, 20000);
	assert_group_says(c, "a", "Accepted");
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("'lbbgp.io/c'"));
	cluster_wait(c, 20000);
	assert_group_says(c, "a", "Accepted:UnknownClass");
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("null"));
	cluster_wait(c, 20000);
	assert_group_says(c, "a", "Accepted");
	cluster_free(c);
}

TEST(group_that_nobody_has_any_more_is_not_ready)
{
	struct cluster *c = cluster_new_telling_instances(1, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	cluster_put(
	    c, "BGPConfiguration", "default", "{'spec':{'asNumber':65001}}");
	group(c, "a", "10.0.0.0/24", "10.0.0.0/30");
	cluster_wait(c, 60000);
	assert_group_says(c, "a", "Accepted Ready:NoNode");
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("'lbbgp.io/c'"));
	cluster_wait(c, 60000);
	assert_group_says(c, "a", "Accepted:UnknownClass Ready:UnknownClass");
	cluster_free(c);
}

/* Ready as its allocator said, Accepted as a daemon had to. */
TEST(peer_that_nobody_has_any_more_says_so)
{
	struct cluster *c = cluster_new_telling_instances(1, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	cluster_put(c, "BGPPeer", "tor",
	    "{'spec':{'peerIP':'10.0.0.254','asNumber':65000}}");
	cluster_put(c, "BGPPeer", "spine",
	    "{'spec':{'peerIP':'10.0.0.253','asNumber':65000},'status':"
	    "{'conditions':[{'type':'Accepted','status':'True','reason':"
	    "'Accepted'}]}}");
	cluster_wait(c, 60000);
	assert_peer_says(c, "tor", "Ready:NoNode");
	assert_peer_says(c, "spine", "Accepted Ready:NoNode");
	cluster_put(c, "BGPPeer", "tor", GIVEN_TO("'lbbgp.io/c'"));
	cluster_put(c, "BGPPeer", "spine", GIVEN_TO("'lbbgp.io/c'"));
	cluster_put(c, "BGPPeer", "astray", "{" CLASS_C "}");
	cluster_wait(c, 20000);
	assert_peer_says(c, "tor", "Ready:UnknownClass");
	assert_peer_says(
	    c, "spine", "Accepted:UnknownClass Ready:UnknownClass");
	assert_peer_says(c, "astray", "");
	unsigned applied = cluster_applied(c);

	cluster_wait(c, 4000000);
	assert_int_equal(cluster_applied(c), applied);
	cluster_put(c, "BGPPeer", "tor", GIVEN_TO("'lbbgp.io/b'"));
	cluster_put(c, "BGPPeer", "spine", GIVEN_TO("'lbbgp.io/b'"));
	cluster_wait(c, 60000);
	assert_peer_says(c, "tor", "Ready:NoNode");
	assert_peer_says(c, "spine", "Accepted Ready:NoNode");
	cluster_free(c);
}

#define SAYS(reason)                                                           \
	"{'spec':{'peerIP':'10.0.0.254','asNumber':65000},'status':"           \
	"{'conditions':[{'type':'Accepted','status':'False','reason':'" reason \
	"'}]}}"

/* No node may have it; else daemons say what it is, and that stays. */
TEST(peer_that_somebody_has_again_is_accepted_unless_it_is_refused)
{
	struct cluster *c = cluster_new_telling_instances(1, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	cluster_put(c, "BGPPeer", "tor", SAYS("UnknownClass"));
	cluster_put(c, "BGPPeer", "bad", SAYS("Refused"));
	cluster_set_full(c, true);
	cluster_wait(c, 20000);
	assert_peer_says(c, "tor", "Accepted:UnknownClass");
	cluster_set_full(c, false);
	cluster_wait(c, 120000);
	assert_peer_says(c, "tor", "Accepted Ready:NoNode");
	assert_peer_says(c, "bad", "Accepted:Refused Ready:NoNode");
	cluster_free(c);
}

/* Who gave it up may not be there any more. */
TEST(group_that_nobody_has_any_more_says_so_after_a_restart)
{
	struct cluster *c = two_instances(1);

	cluster_wait(c, 5000);
	cluster_put(c, "ServiceGroup", "a", GIVEN_TO("'lbbgp.io/c'"));
	cluster_settle(c);
	cluster_restart(c);
	cluster_wait(c, 20000);
	assert_group_says(c, "a", "Accepted:UnknownClass");
	cluster_free(c);
}

TEST(group_that_nobody_has_and_never_had_is_left_alone)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "ServiceGroup", "astray",
	    "{" CLASS_C ",'spec':{'pools':[{'subnet':'10.7.0.0/24','pool':"
	    "'10.7.0.0/30'}]}}");
	cluster_wait(c, 20000);
	assert_group_says(c, "astray", "");
	cluster_free(c);
}

/* Who mistypes it waits for an address that nobody gives. */
TEST(service_of_no_lbbgp_is_told)
{
	struct cluster *c = two_instances(1);

	cluster_put(c, "Service", "web/of-b", OF_B);
	cluster_put(c, "Service", "web/cloud",
	    "{'spec':{'loadBalancerClass':'example.com/lb'}}");
	cluster_settle(c);
	unsigned events = cluster_events(c);

	cluster_wait(c, 20000);
	assert_int_equal(cluster_events(c), events);
	cluster_put(c, "Service", "web/astray",
	    "{'spec':{'loadBalancerClass':'lbbgp.io/bb'}}");
	cluster_settle(c);
	cluster_wait(c, 20000);
	assert_string_equal(cluster_last_event(c),
	    "UnknownClass: spec.loadBalancerClass: lbbgp.io/bb: no lbbgp of "
	    "this cluster has this class, so nobody goes by it; Namespaces "
	    "name theirs by the annotation lbbgp.io/class");
	events = cluster_events(c);
	cluster_delete(c, "Service", "web/astray");
	cluster_wait(c, 4000000);
	assert_int_equal(cluster_events(c), events);
	cluster_free(c);
}

TEST(without_its_namespaces_word_an_allocator_gives_nothing)
{
	struct cluster *c = cluster_new_instances(1, &b);

	cluster_put(c, "Namespace", "lbbgp-system", NULL);
	cluster_put(c, "Namespace", "other", NULL);
	group_of_b(c, "b", "10.1.0.0/24", "10.1.0.0/30");
	cluster_put(c, "Service", "web/of-b", OF_B);
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "");
	assert_string_equal(cluster_unready(c, 0), "");
	assert_string_equal(cluster_unready(c, 1),
	    "Namespace other: its annotation lbbgp.io/class is missing, "
	    "--class is lbbgp.io/b: other lbbgp go by it (kubectl annotate "
	    "namespace other lbbgp.io/class=lbbgp.io/b)");
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	assert_string_equal(cluster_unready(c, 1), "");

	/* And no longer: what is given stays, nothing more is. */
	cluster_put(c, "Namespace", "other",
	    "{'metadata':{'annotations':{'lbbgp.io/class':null}}}");
	cluster_settle(c);
	cluster_put(c, "Service", "web/second", OF_B);
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	assert_string_equal(cluster_addresses(c, "web/second"), "");
	cluster_restart(c); /* all is listed anew, and it waits again */
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/of-b"), "10.1.0.0");
	assert_string_equal(cluster_addresses(c, "web/second"), "");
	cluster_put(c, "Namespace", "other", "{" CLASS_B "}");
	cluster_settle(c);
	assert_string_equal(cluster_addresses(c, "web/second"), "10.1.0.1");
	cluster_free(c);
}

/* ---- histories ---- */

static const char *
class_of(const json_t *service)
{
	const char *class = json_string_value(json_object_get(
	    json_object_get(service, "spec"), "loadBalancerClass"));

	return class != NULL ? class : "";
}

/* Who has which group: those of "a…" are the default one's. */
static void
assert_apart(struct cluster *c)
{
	json_t *services = cluster_all(c, "Service"), *s, *t;
	const char *where, *other;

	json_object_foreach (services, where, s) {
		char has[256];

		snprintf(has, sizeof(has), "%s", cluster_addresses(c, where));
		if (has[0] == '\0')
			continue;
		const char *from =
		    cluster_annotation(c, where, "lbbgp.io/allocated-from");

		assert_int_equal(from[0], class_of(s)[0] != '\0' ? 'b' : 'a');
		json_object_foreach (services, other, t)
			if (s != t)
				assert_string_not_equal(
				    has, cluster_addresses(c, other));
	}
}

static void
history_step(struct cluster *c, bool faults)
{
	struct rng *rng = cluster_rng(c);
	char where[32], pool[32];

	snprintf(where, sizeof(where), "web/s%u", rng_below(rng, NAMES));
	snprintf(pool, sizeof(pool), "10.0.0.%u/29", rng_below(rng, 4) * 8);
	switch (rng_below(rng, 8)) {
	case 0:
	case 1:
		if (cluster_get(c, "Service", where) == NULL)
			cluster_put(c, "Service", where,
			    where[5] % 2 == 0 ? NULL : OF_B);
		break;
	case 2:
		cluster_delete(c, "Service", where);
		break;
	case 3: /* no two overlap but when both are new at once */
		cluster_settle(c);
		if (cluster_get(c, "ServiceGroup", "a2") == NULL)
			group(c, "a2", "10.0.0.0/24", pool);
		else
			cluster_delete(c, "ServiceGroup", "a2");
		break;
	case 4:
		cluster_settle(c);
		if (cluster_get(c, "ServiceGroup", "b2") == NULL)
			group_of_b(c, "b2", "10.0.0.0/24", pool);
		else
			cluster_delete(c, "ServiceGroup", "b2");
		break;
	case 5:
		if (faults)
			cluster_crash(c);
		break;
	default:
		for (unsigned n = rng_below(rng, 20); n > 0; n--)
			cluster_step(c);
	}
}

static void
history_run(uint64_t seed)
{
	struct cluster *c = two_instances(seed);

	for (unsigned i = 0; i < STEPS; i++) {
		history_step(c, seed % 2 == 0);
		assert_apart(c);
	}
	cluster_settle(c);
	assert_apart(c);
	cluster_free(c);
}

TEST(no_history_makes_them_touch_each_other)
{
	log_set_level(LOG_LEVEL_ERROR);
	for (uint64_t seed = 1; seed <= HISTORIES; seed++)
		history_run(seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_serves_its_own_class),
		cmocka_unit_test(nothing_is_written_again_after_a_restart),
		cmocka_unit_test(what_is_no_balancer_is_not_fought_for),
		cmocka_unit_test(
		    the_younger_of_two_pools_that_overlap_gives_nothing),
		cmocka_unit_test(of_two_pools_of_one_second_one_is_left_out),
		cmocka_unit_test(status_of_a_group_of_another_moves_nothing),
		cmocka_unit_test(
		    an_address_of_a_virtual_ip_of_either_is_given_by_none),
		cmocka_unit_test(an_address_of_virtual_ips_of_both_is_told),
		cmocka_unit_test(a_group_that_changes_hands_is_the_others),
		cmocka_unit_test(what_is_of_no_lbbgp_is_told),
		cmocka_unit_test(group_of_no_lbbgp_is_told_until_it_is_gone),
		cmocka_unit_test(group_that_nobody_has_any_more_says_so),
		cmocka_unit_test(group_that_nobody_has_any_more_is_not_ready),
		cmocka_unit_test(peer_that_nobody_has_any_more_says_so),
		cmocka_unit_test(
		    peer_that_somebody_has_again_is_accepted_unless_it_is_refused),
		cmocka_unit_test(
		    group_that_nobody_has_any_more_says_so_after_a_restart),
		cmocka_unit_test(
		    group_that_nobody_has_and_never_had_is_left_alone),
		cmocka_unit_test(service_of_no_lbbgp_is_told),
		cmocka_unit_test(
		    without_its_namespaces_word_an_allocator_gives_nothing),
		cmocka_unit_test(no_history_makes_them_touch_each_other),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
