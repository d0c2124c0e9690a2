/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A node on which all is well, and one thing of it changed at a time.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cli/doctor.h"
#include "cli/doctor_conditions.h"
#include "cli/doctor_facts.h"
#include "cli/findings.h"
#include "common/alloc.h"
#include "common/api/instance.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/reply.h"

#define STATUS \
	"{\"node\": \"n1\", \"daemonVersion\": \"1.2\", \"conditions\": [%s]}"
#define PEER                                                                   \
	"{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"blocked\": null, " \
	"\"suspended\": null, \"lastError\": null, \"tcpError\": null, "

struct world {
	json_t *status, *neighbors; /* owned */
	struct json_at status_at, neighbors_at;
	struct doctor_link links[3];
	struct doctor_route routes[3];
	struct doctor_facts facts;
	const struct instance *of; /* NULL: the default one */
	char *said;                /* owned: a line for each finding */
};

static json_t *
status_of(const char *conditions)
{
	char *text = xasprintf(STATUS, conditions);
	json_t *status = json_of(text);

	free(text);
	return status;
}

static void
replies(struct world *w, const char *conditions, const char *peers)
{
	char *text = xasprintf("{\"neighbors\": [%s]}", peers);

	json_decref(w->status);
	json_decref(w->neighbors);
	w->status = status_of(conditions);
	w->neighbors = json_of(text);
	w->status_at = json_at_root(w->status);
	w->neighbors_at = json_at_root(w->neighbors);
	free(text);
}

static struct doctor_route
route_of(const char *to, const char *link)
{
	struct doctor_route r = { .metric = 100 };
	struct err err;

	assert_true(prefix_parse(to, &r.to, &err));
	snprintf(r.link, sizeof(r.link), "%s", link);
	return r;
}

static int
setup(void **state)
{
	static const char *const programs[] = { "kubelet", "lbbgp-bgpd", NULL };
	struct world *w = xcalloc(1, sizeof(*w));

	replies(w, "", PEER "\"state\": \"Established\"}");
	w->links[0] = (struct doctor_link){ "lo", 65536, 0, true, false };
	w->links[1] = (struct doctor_link){ "eth0", 1500, 2, true, true };
	w->links[2] = (struct doctor_link){ "cni0", 1450, 0, true, false };
	w->routes[0] = route_of("0.0.0.0/0", "eth0");
	w->routes[1] = route_of("10.0.0.0/24", "eth0");
	w->routes[2] = route_of("10.0.7.0/24", "cni0");
	w->facts = (struct doctor_facts){ .version = "1.2",
		.status = &w->status_at,
		.neighbors = &w->neighbors_at,
		.listener = { true, true, "lbbgp-bgpd" },
		.forward_v4 = 1,
		.forward_v6 = 1,
		.tracked = 100,
		.tracked_most = 1000,
		.links = w->links,
		.n_links = 3,
		.routes = w->routes,
		.n_routes = 3,
		.programs = programs,
		.sees_all = true };
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	json_decref(w->status);
	json_decref(w->neighbors);
	free(w->said);
	free(w);
	return 0;
}

/* The worst verdict; what was found is in w->said. */
static enum verdict_of_doctor
examine(struct world *w)
{
	struct findings f = { .of = w->of };
	size_t n;

	free(w->said);
	FILE *to = open_memstream(&w->said, &n);

	assert_non_null(to);
	doctor_examine(&w->facts, &f);
	for (size_t i = 0; i < f.n; i++)
		fprintf(to, "%s %s: %s%s%s\n", f.at[i].check,
		    doctor_word(f.at[i].verdict), f.at[i].text,
		    f.at[i].next != NULL ? " -> " : "",
		    f.at[i].next != NULL ? f.at[i].next : "");
	fclose(to);
	enum verdict_of_doctor worst = findings_worst(&f);

	findings_fini(&f);
	return worst;
}

static void
assert_says(struct world *w, enum verdict_of_doctor worst, const char *line)
{
	enum verdict_of_doctor is = examine(w);

	if (strstr(w->said, line) == NULL)
		print_error("not there: %s\nin: %s", line, w->said);
	assert_non_null(strstr(w->said, line));
	assert_int_equal(is, worst);
}

static void
a_node_that_is_well_has_nothing_to_be_done(void **state)
{
	struct world *w = *state;

	assert_int_equal(examine(w), DOCTOR_GOOD);
	assert_string_equal(w->said,
	    "daemon good: it answers, on node n1\n"
	    "version good: 1.2\n"
	    "conditions good: none\n"
	    "port good: 179: the daemon listens\n"
	    "sessions good: tor (10.0.0.254) is up\n"
	    "forwarding good: on\n"
	    "rp_filter good: not strict where a default route leads out\n"
	    "return good: answers leave where the peers are, by eth0\n"
	    "ipv6 good: on\n"
	    "mtu good: eth0: 1500 bytes\n"
	    "arp good: nobody else answers for addresses of Services\n"
	    "conntrack good: 100 of 1000 connections, 10 %\n"
	    "others good: no other load balancer and no other BGP speaker runs "
	    "here\n");
}

/* Nothing that can't be seen is good, and each check says so for itself. */
static void
what_cannot_be_seen_is_not_well(void **state)
{
	struct world *w = *state;

	w->facts = (struct doctor_facts){ .version = "1.2",
		.silence = "/run/lbbgp.sock: No such file or directory",
		.forward_v4 = FACT_UNSEEN,
		.forward_v6 = FACT_UNSEEN,
		.disable_v6 = FACT_UNSEEN,
		.rp_filter = FACT_UNSEEN,
		.arp_ignore = FACT_UNSEEN,
		.tracked = FACT_UNSEEN,
		.tracked_most = FACT_UNSEEN };
	assert_int_equal(examine(w), DOCTOR_BAD); /* the daemon */
	assert_non_null(strstr(w->said,
	    "daemon bad: it does not answer: /run/lbbgp.sock: No such file or "
	    "directory -> kubectl "));
	assert_null(strstr(strchr(w->said, '\n'), " bad: "));
	assert_null(strstr(w->said, " good: "));
	assert_non_null(strstr(w->said, "forwarding unseen: net.ipv6"));
	assert_non_null(strstr(w->said, "rp_filter unseen: "));
	assert_non_null(strstr(w->said, "return unseen: "));
	assert_non_null(strstr(w->said, "mtu unseen: "));
	assert_non_null(strstr(w->said, "conntrack unseen: "));
	assert_non_null(strstr(w->said, "others unseen: "));
}

/* Each step that names a namespace, and the reply. */
static void
another_lbbgp_is_where_it_is(void **state)
{
	static const struct instance second = { "lbbgp-second",
		"lbbgp.io/second" };
	struct findings f = { .of = &second };
	struct world *w = *state;

	w->of = &second;
	w->facts.silence = "Connection refused";
	assert_says(w, DOCTOR_BAD,
	    " -> kubectl --namespace lbbgp-second get pods --output wide; "
	    "kubectl --namespace lbbgp-second logs ds/lbbgp-bgpd\n");
	findings_add(&f, "conditions", DOCTOR_BAD,
	    doctor_step("SourceUnhealthy", ""), "x in %s", findings_of(&f)->ns);
	assert_non_null(strstr(f.at[0].next,
	    " --as system:serviceaccount:lbbgp-second:lbbgp-bgpd"));
	findings_add(&f, "objects", DOCTOR_BAD, "describe lbbgp-system", "x");
	assert_string_equal(f.at[1].next, "describe lbbgp-system");
	char *reply = doctor_reply(&f);
	json_t *said = json_of(reply);

	assert_at(said, "class", "\"lbbgp.io/second\"");
	assert_at(said, "namespace", "\"lbbgp-second\"");
	json_decref(said);
	free(reply);
	findings_fini(&f);
}

static void
another_version_is_told(void **state)
{
	struct world *w = *state;

	w->facts.version = "1.3";
	assert_says(w, DOCTOR_DOUBT,
	    "version doubt: the daemon is 1.2, this program 1.3 -> ");
}

static void
conditions_are_findings_with_a_step(void **state)
{
	struct world *w = *state;

	replies(w,
	    "{\"type\": \"DataPlaneDown\", \"message\": \"no answer\"}, "
	    "{\"type\": \"Strange\", \"message\": \"it is\"}",
	    PEER "\"state\": \"Established\"}");
	assert_says(w, DOCTOR_BAD,
	    "conditions bad: DataPlaneDown: no answer -> is kube-proxy alive "
	    "on this node?\nconditions bad: Strange: it is\n");
}

/* A certificate is not valid yet where the clock is behind. */
static void
a_certificate_that_is_refused_may_be_the_clock(void **state)
{
	struct world *w = *state;

	replies(w,
	    "{\"type\": \"SourceUnhealthy\", \"message\": \"nodes: SSL "
	    "certificate problem: certificate is not yet valid\"}",
	    PEER "\"state\": \"Established\"}");
	assert_says(w, DOCTOR_BAD, "not yet valid -> timedatectl: ");
	replies(w,
	    "{\"type\": \"SourceUnhealthy\", \"message\": \"no answer\"}",
	    PEER "\"state\": \"Established\"}");
	assert_says(w, DOCTOR_BAD, "no answer -> can this node reach ");
}

/* Not all of them keep anything from being announced. */
static void
a_condition_may_be_a_doubt(void **state)
{
	struct world *w = *state;

	replies(w, "{\"type\": \"ResetPending\", \"message\": \"soon\"}",
	    PEER "\"state\": \"Established\"}");
	assert_says(w, DOCTOR_DOUBT, "conditions doubt: ResetPending: soon\n");
}

static void
peers_are_probed_where_that_is_asked_for(void **state)
{
	struct world *w = *state;
	struct doctor_probe p = { "tor", "10.0.0.254", "", 179, .tcp = 0,
		.way = WAY_WHOLE, .mtu = 1500 };

	w->facts.probed = true;
	assert_says(w, DOCTOR_UNSEEN, "reach unseen: no peer with an address ");
	w->facts.probes = &p;
	w->facts.n_probes = 1;
	assert_says(w, DOCTOR_GOOD,
	    "reach good: tor (10.0.0.254): port 179 takes connections\n"
	    "way good: tor (10.0.0.254): packets of 1500 bytes pass\n");
	p.tcp = ECONNREFUSED;
	assert_says(w, DOCTOR_BAD,
	    "reach bad: tor (10.0.0.254): port 179: Connection refused -> has "
	    "the router a neighbor with ");
	p.tcp = ETIMEDOUT;
	assert_says(w, DOCTOR_BAD, "port 179: Connection timed out -> ping it");
	p.tcp = EHOSTUNREACH;
	assert_says(
	    w, DOCTOR_BAD, "port 179: No route to host -> ip route get");
	p.up = true;
	assert_says(w, DOCTOR_GOOD, "reach good: each session is up: no ");
	p.way = WAY_NARROW;
	p.narrow = 1400;
	assert_says(w, DOCTOR_DOUBT,
	    "way doubt: tor (10.0.0.254): packets of 1500 bytes are too large, "
	    "those of 1400 pass -> the MTU of the links ");
	p.way = WAY_SILENT;
	assert_says(w, DOCTOR_BAD,
	    "way bad: tor (10.0.0.254): packets of 1500 bytes vanish, small "
	    "ones don't -> the MTU of links and switches ");
	p.way = WAY_UNSEEN;
	assert_says(w, DOCTOR_UNSEEN,
	    "way unseen: tor (10.0.0.254) answers no datagrams\n");
}

/* The type is what stands in quotes behind the first comma. */
static size_t
types_known(const char *source)
{
	char *path = source_path(source), *text = file_text(path);
	size_t n = 0;

	for (char *p = text; (p = strstr(p, "HOLDS(")) != NULL; p++) {
		char *type = strchr(p, ',');

		type += type != NULL ? strspn(type, ", \t\n") : 0;
		if (type == NULL || *type != '"')
			continue; /* the macro itself */
		*strchr(++type, '"') = '\0';
		if (!doctor_knows(type))
			print_error("%s: %s is not known\n", source, type);
		assert_true(doctor_knows(type));
		p = type + strlen(type);
		n++;
	}
	free(text);
	free(path);
	return n;
}

TEST(every_condition_of_the_daemon_is_known)
{
	size_t n = types_known("bgpd/conditions.c");

	assert_true(n > 30);
	assert_true(types_known("bgpd/bfd_conditions.c") > 0);
	assert_true(types_known("bgpd/last_state.c") > 0);
	assert_false(doctor_knows("Strange"));
}

static void
the_port_may_be_another_ones(void **state)
{
	struct world *w = *state;

	w->facts.listener = (struct doctor_listener){ true, true, "bird" };
	assert_says(w, DOCTOR_BAD, "port bad: 179: bird listens there -> ss ");
	w->facts.listener = (struct doctor_listener){ true, true, "" };
	assert_says(w, DOCTOR_GOOD, "port good: 179: the daemon listens\n");
	replies(w, "{\"type\": \"NotListening\", \"message\": \"in use\"}",
	    PEER "\"state\": \"Established\"}");
	assert_says(
	    w, DOCTOR_BAD, "port bad: 179: another program listens there -> ");
	w->facts.listener = (struct doctor_listener){ .seen = false };
	assert_says(w, DOCTOR_BAD, "port unseen: 179: who listens\n");
}

static void
sessions_say_what_is_likely(void **state)
{
	static const struct {
		const char *peer, *line;
	} rows[] = {
		{ PEER "\"state\": \"Active\"}",
		    "sessions bad: tor (10.0.0.254): the session is Active -> "
		    "lbbgp show neighbors ADDRESS\n" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Connect\", \"tcpError\": {\"text\": \"Connection "
		  "refused\"}}",
		    "the session is Connect: Connection refused -> has the "
		    "router a neighbor with this node's address?" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Active\", \"tcpError\": {\"text\": \"closed by the "
		  "peer\"}}",
		    "Active: closed by the peer -> the router's log: " },
		{ PEER "\"state\": \"OpenSent\"}",
		    "is OpenSent -> the router does not hear this node" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Idle\", \"lastError\": {\"code\": 2, \"subcode\": 7, "
		  "\"text\": \"no family\"}}",
		    "Idle: no family -> families of the BGPPeer, " },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Idle\", \"suspended\": \"until told\"}",
		    "sessions bad: tor (10.0.0.254): down until told -> " },
		{ "{\"name\": \"rack\", \"address\": \"\", \"state\": "
		  "\"Idle\"}",
		    "sessions bad: rack: the session is Idle -> " },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Connect\", \"tcpError\": {\"text\": \"Connection timed "
		  "out\"}}",
		    "-> ping the router; a filter of TCP 179" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Idle\", \"lastError\": {\"code\": 2, \"subcode\": 2, "
		  "\"text\": \"bad peer AS\"}}",
		    "Idle: bad peer AS -> asNumber of the BGPPeer" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Idle\", \"lastError\": {\"code\": 4, \"subcode\": 0, "
		  "\"text\": \"hold timer expired\"}}",
		    "hold timer expired -> does a packet of full size pass?" },
		{ "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
		  "\"Idle\", \"blocked\": \"there is no Secret\"}",
		    "sessions bad: tor (10.0.0.254): there is no Secret -> "
		    "kubectl describe bgppeers.lbbgp.io\n" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		replies(w, "", rows[i].peer);
		assert_says(w, DOCTOR_BAD, rows[i].line);
	}
	replies(w, "",
	    "{\"name\": \"tor\", \"address\": \"10.0.0.254\", \"state\": "
	    "\"Idle\", \"lastError\": {\"code\": 6, \"subcode\": 2, "
	    "\"sentBy\": \"Local\", \"text\": \"maintenance\"}}");
	assert_says(w, DOCTOR_DOUBT,
	    "sessions doubt: tor (10.0.0.254) is shut down -> spec.shutdown");
	replies(w, "", "");
	assert_says(w, DOCTOR_DOUBT, "sessions doubt: there are none -> ");
}

static void
packets_must_be_forwarded(void **state)
{
	struct world *w = *state;

	w->facts.forward_v6 = 0;
	assert_says(w, DOCTOR_BAD,
	    "forwarding bad: net.ipv6.conf.all.forwarding is 0: packets for "
	    "pods end here -> sysctl --write net.ipv6.conf.all.forwarding=1");
	w->facts.disable_v6 = 1; /* then it does not matter */
	assert_says(w, DOCTOR_DOUBT, "forwarding good: on\n");
	assert_says(w, DOCTOR_DOUBT, "ipv6 doubt: it is off on this node -> ");
}

static void
a_strict_reverse_path_is_told(void **state)
{
	struct world *w = *state;

	w->links[1].rp_filter = 1;
	assert_says(w, DOCTOR_DOUBT,
	    "rp_filter doubt: eth0 is strict: what comes in by another link "
	    "than the answer leaves by is dropped without a word -> sysctl "
	    "--write net.ipv4.conf.eth0.rp_filter=2 ");
	w->facts.rp_filter = 2; /* the higher of both is in force */
	assert_says(w, DOCTOR_GOOD, "rp_filter good: ");
	w->facts.rp_filter = 1;
	w->links[1].rp_filter = 0;
	assert_says(w, DOCTOR_DOUBT, "rp_filter doubt: eth0 is strict");
}

/* The finest route leads to a peer, of two as fine the one of the lower metric. */
static void
an_answer_that_leaves_elsewhere_is_told(void **state)
{
	struct world *w = *state;

	w->routes[1] = route_of("10.0.0.128/25", "cni0");
	assert_says(w, DOCTOR_DOUBT,
	    "return doubt: tor is on cni0, and answers to clients leave by "
	    "eth0, but where a finer route leads back: a firewall ");
	w->links[2].rp_filter = 1;
	assert_says(w, DOCTOR_DOUBT,
	    "leads back: rp_filter is strict there and drops what clients send "
	    "-> rp_filter=2 on that link");
	w->facts.rp_filter = 2;
	assert_says(w, DOCTOR_DOUBT, "leads back: a firewall that sees ");
	w->routes[2] = w->routes[1];
	strcpy(w->routes[2].link, "eth0");
	assert_says(w, DOCTOR_DOUBT, "return doubt: ");
	w->routes[2].metric = 99;
	assert_says(w, DOCTOR_GOOD, "return good: ");
}

/* Of a default route by two links the kernel's table has one. */
static void
one_peer_where_answers_leave_is_enough(void **state)
{
	struct world *w = *state;

	replies(w, "",
	    PEER "\"state\": \"Established\"}, "
		 "{\"name\": \"other\", \"address\": \"10.0.7.254\", "
		 "\"state\": \"Established\"}");
	assert_says(w, DOCTOR_GOOD, "return good: ");
	w->routes[1] = route_of("10.0.0.0/24", "cni0");
	assert_says(w, DOCTOR_DOUBT, "return doubt: tor is on cni0, ");
}

static void
a_node_without_a_way_out_or_a_peer_has_no_return(void **state)
{
	struct world *w = *state;

	replies(
	    w, "", "{\"address\": \"fd00::1\", \"state\": \"Established\"}");
	assert_says(w, DOCTOR_UNSEEN, "return unseen: ");
	replies(w, "", PEER "\"state\": \"Established\"}");
	w->facts.routes = &w->routes[1];
	w->facts.n_routes = 2;
	assert_says(w, DOCTOR_UNSEEN, "return unseen: no default route, or ");
}

static void
a_full_table_of_connections_is_told(void **state)
{
	static const struct {
		int64_t tracked;
		enum verdict_of_doctor verdict;
	} rows[] = { { 749, DOCTOR_GOOD }, { 750, DOCTOR_DOUBT },
		{ 949, DOCTOR_DOUBT }, { 950, DOCTOR_BAD },
		{ 1000, DOCTOR_BAD } };
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		w->facts.tracked = rows[i].tracked;
		assert_int_equal(examine(w), rows[i].verdict);
	}
	assert_says(w, DOCTOR_BAD,
	    "conntrack bad: 1000 of 1000 connections, 100 % -> raise ");
}

static void
larger_packets_than_leave_are_told(void **state)
{
	struct world *w = *state;

	w->links[2].mtu = 9000;
	assert_says(w, DOCTOR_DOUBT,
	    "mtu doubt: cni0 takes 9000 bytes, eth0 by which they leave 1500 "
	    "-> ");
	w->links[2].up = false;
	assert_says(w, DOCTOR_GOOD, "mtu good: eth0: 1500 bytes\n");
}

static void
ipvs_answers_for_services(void **state)
{
	struct world *w = *state;

	strcpy(w->links[2].name, "kube-ipvs0");
	assert_says(w, DOCTOR_BAD, "arp bad: kube-proxy is in ipvs mode");
	w->facts.arp_ignore = 1;
	assert_says(w, DOCTOR_GOOD, "arp good: ");
	w->facts.arp_ignore = FACT_UNSEEN;
	assert_says(w, DOCTOR_UNSEEN, "arp unseen: ");
}

static void
others_at_work_are_told(void **state)
{
	static const char *const programs[] = { "speaker", "bird", NULL };
	struct world *w = *state;

	w->facts.programs = programs;
	assert_says(w, DOCTOR_DOUBT,
	    "others doubt: speaker runs here: MetalLB -> does it announce");
	assert_says(w, DOCTOR_DOUBT,
	    "others doubt: bird runs here: BIRD (Calico's, perhaps) -> ");
	w->facts.sees_all = false;
	w->facts.programs = NULL;
	assert_says(w, DOCTOR_UNSEEN, "others unseen: only the programs");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(peers_are_probed_where_that_is_asked_for),
		CASE(a_node_that_is_well_has_nothing_to_be_done),
		CASE(what_cannot_be_seen_is_not_well),
		CASE(another_lbbgp_is_where_it_is),
		CASE(another_version_is_told),
		CASE(conditions_are_findings_with_a_step),
		CASE(a_certificate_that_is_refused_may_be_the_clock),
		CASE(a_condition_may_be_a_doubt),
		cmocka_unit_test(every_condition_of_the_daemon_is_known),
		CASE(the_port_may_be_another_ones),
		CASE(sessions_say_what_is_likely),
		CASE(packets_must_be_forwarded),
		CASE(a_strict_reverse_path_is_told),
		CASE(an_answer_that_leaves_elsewhere_is_told),
		CASE(one_peer_where_answers_leave_is_enough),
		CASE(a_node_without_a_way_out_or_a_peer_has_no_return),
		CASE(a_full_table_of_connections_is_told),
		CASE(larger_packets_than_leave_are_told),
		CASE(ipvs_answers_for_services),
		CASE(others_at_work_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
