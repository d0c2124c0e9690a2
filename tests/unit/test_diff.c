/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What a change would do, a line for each row of the reply: node, neighbour, change,
 * prefix, why, those that there are.
 */
#include "cli/diff/diff.h"

#include "cli/diff/rehearsal.h"
#include "cli/objects.h"
#include "common/json.h"
#include "common/log.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/reply.h"

#define NODE                                                \
	"apiVersion: v1\nkind: Node\n"                      \
	"metadata: {name: node1, labels: {rack: a}}\n"      \
	"spec: {podCIDRs: [10.33.5.0/24]}\n"                \
	"status: {addresses: [{type: InternalIP, address: " \
	"192.0.2.1}]}\n"
#define CONFIG(more)                                        \
	"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n" \
	"metadata: {name: default, resourceVersion: '7'}\n" \
	"spec: {asNumber: 65001" more "}\n"
#define EXTERNAL(cidr) CONFIG(", serviceExternalIPs: [{cidr: " cidr "}]")
#define PEER(name, spec)                           \
	"apiVersion: lbbgp.io/v1\nkind: BGPPeer\n" \
	"metadata: {name: " name "}\nspec: {" spec "}\n"
#define A PEER("a", "peerIP: 192.0.2.2, asNumber: 65002")
#define FILTER(rule)                                 \
	"apiVersion: lbbgp.io/v1\nkind: BGPFilter\n" \
	"metadata: {name: f}\nspec: {export: [{name: one, " rule "}]}\n"
#define BASE_AND(...) NODE, EXTERNAL("10.33.192.0/18"), A, __VA_ARGS__
#define BASE BASE_AND(NULL)

static void
on_ready(void *arg)
{
	(void)arg;
}

static const struct store_ops ops = { .ready = on_ready };

static void
put(struct store *store, const char *yaml)
{
	json_t *obj = manifest(yaml);
	size_t kind =
	    store_kind_find(store, json_string_value(at(obj, "apiVersion")),
		json_string_value(at(obj, "kind")));

	assert_int_not_equal(kind, SIZE_MAX);
	store_put(store, kind, obj);
	json_decref(obj);
}

/* Of these objects, and those of the files; both end with NULL. Owned. */
static json_t *
reply_from(const char *const *is, const char *const *files, const char *node,
    bool on_directory)
{
	struct store *store =
	    store_new(diff_view.kinds, diff_view.n, &ops, NULL);
	json_t *objects = json_array();
	json_t *request = json_pack("{s:o, s:s*, s:b}", "objects", objects,
	    "node", node, "onDirectory", on_directory);
	struct json_at root = json_at_root(request);

	for (; *is != NULL; is++)
		put(store, *is);
	store_missing(store,
	    store_kind_find(
		store, "crd.projectcalico.org/v1", "BlockAffinity"));
	for (; *files != NULL; files++)
		json_array_append_new(objects, manifest(*files));
	char *text = diff_view.reply(store, &root, 1769817600);
	json_t *reply = json_of(text);

	free(text);
	json_decref(request);
	store_free(store);
	return reply;
}

static json_t *
reply_of(const char *const *is, const char *const *files, const char *node)
{
	return reply_from(is, files, node, false);
}

static char *
rows_text(const json_t *reply)
{
	static const char *const fields[] = { "node", "neighborName", "change",
		"prefix", "message" };
	char *text = NULL;
	size_t size, i;
	FILE *to = open_memstream(&text, &size);
	json_t *row;

	assert_non_null(to);
	json_array_foreach (at(reply, "changes"), i, row) {
		const char *gap = "";

		for (size_t f = 0; f < 5; f++) {
			const char *is = json_string_value(at(row, fields[f]));

			if (is != NULL)
				fprintf(to, "%s%s", gap, is);
			gap = is != NULL ? " " : gap;
		}
		fputc('\n', to);
	}
	fclose(to);
	return text;
}

static void
assert_diff(const char *const *is, const char *const *files, const char *want)
{
	json_t *reply = reply_of(is, files, NULL);
	char *text = rows_text(reply);

	assert_string_equal(text, want);
	free(text);
	json_decref(reply);
}

#define LIST(...) ((const char *const[]){ __VA_ARGS__ })
/* Of the base, by these files. */
#define CHANGES(want, ...) \
	assert_diff(LIST(BASE), LIST(__VA_ARGS__, NULL), want)

TEST(what_is_there_already_changes_nothing)
{
	CHANGES("", EXTERNAL("10.33.192.0/18"), A);
}

TEST(prefixes_come_and_go)
{
	CHANGES("node1 a Withdraw 10.33.192.0/18\n"
		"node1 a Announce 10.34.0.0/18\n",
	    EXTERNAL("10.34.0.0/18"));
}

TEST(attributes_are_named)
{
	CHANGES("node1 a Change 10.33.5.0/24 communities\n",
	    CONFIG(", serviceExternalIPs: [{cidr: 10.33.192.0/18}], "
		   "prefixAdvertisements: [{cidr: 10.33.5.0/24, communities: "
		   "['65001:7']}]"));
}

TEST(a_default_gateway_is_told_as_any_router)
{
	CHANGES("node1 g New\n"
		"node1 g Announce 10.33.5.0/24\n"
		"node1 g Announce 10.33.192.0/18\n",
	    PEER("g", "peerIP: gateway, external: true"));
	CHANGES("node1 g New\n"
		"node1 g Announce 10.33.5.0/24\n"
		"node1 g Announce 10.33.192.0/18\n",
	    PEER(
		"g", "peerIP: gateway/IPv6, external: true, families: [IPv4]"));
}

TEST(a_field_that_resets_is_named)
{
	CHANGES("node1 a Reset holdTime\n",
	    PEER("a", "peerIP: 192.0.2.2, asNumber: 65002, holdTime: 30"));
	CHANGES("node1 a Reset localASNumber\n"
		"node1 a Change 10.33.5.0/24 asPath\n"
		"node1 a Change 10.33.192.0/18 asPath\n",
	    "apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
	    "metadata: {name: default}\n"
	    "spec: {asNumber: 65005, serviceExternalIPs: [{cidr: "
	    "10.33.192.0/18}]}\n");
}

TEST(what_nobody_can_know_here_is_said)
{
	CHANGES(
	    "Unknown BGPConfiguration default: spec.learnedRoutes: what peers "
	    "send is not known here, nor what comes of it\n",
	    CONFIG(", learnedRoutes: {enabled: true}"));
	CHANGES(
	    "Unknown BGPFilter f: spec.import: what peers send is not known "
	    "here, nor what comes of it\n",
	    "apiVersion: lbbgp.io/v1\nkind: BGPFilter\n"
	    "metadata: {name: f}\n"
	    "spec: {import: [{name: all, action: Accept}]}\n");
}

/* As kubectl apply does it: of what was there it takes only what it has put there. */
TEST(what_a_file_does_not_say_stays_unless_it_did)
{
#define LAST                                                               \
	"annotations: {kubectl.kubernetes.io/last-applied-configuration: " \
	"'{\"spec\": {\"asNumber\": 65001, \"advertisePodCIDRs\": "        \
	"false}}'}"
	assert_diff(LIST(NODE, CONFIG(", advertisePodCIDRs: false"), A, NULL),
	    LIST(CONFIG(""), NULL), "");
	assert_diff(LIST(NODE,
			"apiVersion: lbbgp.io/v1\nkind: BGPConfiguration\n"
			"metadata: {name: default, " LAST "}\n"
			"spec: {asNumber: 65001, advertisePodCIDRs: false, "
			"serviceExternalIPs: [{cidr: 10.33.192.0/18}]}\n",
			A, NULL),
	    LIST(CONFIG(""), NULL), "node1 a Announce 10.33.5.0/24\n");
}

/* Its name comes first, and no file says when it was made. */
TEST(who_is_new_is_younger_than_all)
{
	assert_diff(LIST(NODE, EXTERNAL("10.33.192.0/18"),
			PEER("b", "peerIP: 192.0.2.2, asNumber: 65002"), NULL),
	    LIST(A, NULL),
	    "node1 a Blocked spec.peerIP: BGPPeer b, which is older, has the "
	    "same address\n"
	    "node1 Condition PeerBlocked: BGPPeer a: spec.peerIP: BGPPeer b, "
	    "which is older, has the same address\n");
}

/* In a folder age goes by the uid, which is made of kind and name. */
TEST(who_is_new_in_a_folder_has_a_uid)
{
	json_t *reply =
	    reply_from(LIST(NODE, EXTERNAL("10.33.192.0/18"),
			   PEER("b, uid: 00000000-0000-0000-0000-000000000000",
			       "peerIP: 192.0.2.2, asNumber: 65002"),
			   NULL),
		LIST(A, NULL), NULL, true);
	char *text = rows_text(reply);

	assert_string_equal(text,
	    "node1 a Blocked spec.peerIP: BGPPeer b, which is older, has the "
	    "same address\n"
	    "node1 Condition PeerBlocked: BGPPeer a: spec.peerIP: BGPPeer b, "
	    "which is older, has the same address\n");
	free(text);
	json_decref(reply);
}

#define NODE2                                               \
	"apiVersion: v1\nkind: Node\n"                      \
	"metadata: {name: node2, labels: {rr: 'yes'}}\n"    \
	"status: {addresses: [{type: InternalIP, address: " \
	"192.0.2.3}]}\n"

TEST(session_that_goes_on_by_another_name_is_no_other)
{
	json_t *reply = reply_of(
	    LIST(NODE, NODE2, CONFIG(", nodeToNodeMeshEnabled: true"), NULL),
	    LIST("apiVersion: lbbgp.io/v1\nkind: BGPPeer\n"
		 "metadata: {name: rr}\n"
		 "spec: {peerSelector: {matchLabels: {rr: 'yes'}}, "
		 "holdTime: 30}\n",
		NULL),
	    "node1");
	char *text = rows_text(reply);

	assert_string_equal(text,
	    "node1 rr/node2 Renamed it was mesh:node2\n"
	    "node1 rr/node2 Reset holdTime\n");
	free(text);
	json_decref(reply);
}

TEST(path_ids_of_what_is_told_are_no_change)
{
	CHANGES("node1 a Reset addPaths\n",
	    PEER("a",
		"peerIP: 192.0.2.2, asNumber: 65002, addPaths: {send: All}"));
}

/* Each as its own kind of partner has to agree to it. */
TEST(sessions_of_all_kinds_come_up)
{
	static const char *const specs[] = {
		"asNumber: 65001",
		"external: true",
		"internal: true",
		"asNumbers: [{from: 65001, to: 65002}]",
		"asNumbers: [{from: 65001}, {from: 7}]",
		"asNumber: 65002, passive: true",
		"asNumber: 65002, role: Customer",
		"asNumber: 65002, role: RouteServer",
		"asNumber: 65002, addPaths: {send: All, receive: true}",
		"asNumber: 65002, extendedMessages: true",
		"asNumber: 65002, gracefulRestart: {enabled: true}",
		"asNumber: 65002, families: [IPv4]",
		"asNumber: 65002, ttlSecurity: 1",
		"asNumber: 65002, bfd: {strict: true}",
	};

	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		char *peer =
		    xasprintf(PEER("b", "peerIP: 192.0.2.3, %s"), specs[i]);

		CHANGES("node1 b New\nnode1 b Announce 10.33.5.0/24\n"
			"node1 b Announce 10.33.192.0/18\n",
		    peer);
		free(peer);
	}
}

#define RANGE(prefix, more) \
	PEER("r", "peerPrefix: " prefix ", external: true" more)

TEST(one_comes_from_a_prefix_for_all)
{
	CHANGES("node1 r/192.0.2.3 New\n"
		"node1 r/192.0.2.3 Announce 10.33.5.0/24\n"
		"node1 r/192.0.2.3 Announce 10.33.192.0/18\n",
	    RANGE("192.0.2.0/24", "")); /* .1 is the node, .2 is a */
	assert_diff(LIST(BASE_AND(RANGE("192.0.2.0/24", ""), NULL)),
	    LIST(RANGE("192.0.2.0/24", ", holdTime: 30"), NULL),
	    "node1 r/192.0.2.3 Reset holdTime\n");
}

TEST(a_filter_holds_back_what_it_refuses)
{
	CHANGES("Unknown BGPPeer a: spec.filters: what peers send is not known "
		"here, nor what comes of it\n"
		"node1 a Withdraw 10.33.5.0/24\n",
	    FILTER("action: Reject, sources: [Pod]"),
	    PEER("a", "peerIP: 192.0.2.2, asNumber: 65002, filters: [f]"));
}

#define NO_SECRET                                                      \
	"spec.password.secretKeyRef.name: there is no Secret none in " \
	"namespace lbbgp-system"

TEST(who_is_blocked_is_told_why)
{
	CHANGES("node1 a Blocked " NO_SECRET "\n"
		"node1 Condition PeerBlocked: BGPPeer a: " NO_SECRET "\n",
	    PEER("a",
		"peerIP: 192.0.2.2, asNumber: 65002, password: "
		"{secretKeyRef: {name: none, key: k}}"));
}

#define SECRET(values)                                   \
	"apiVersion: v1\nkind: Secret\n"                 \
	"metadata: {namespace: lbbgp-system, name: s}\n" \
	"data: {" values "}\n"
#define WITH_AO(keys)                                     \
	PEER("a",                                         \
	    "peerIP: 192.0.2.2, asNumber: 65002, tcpAO: " \
	    "{secretName: s, keys: [" keys "]}")

TEST(keys_of_tcp_ao_come_without_a_reset_if_one_stays)
{
	const char *secret = SECRET("k: b25l, l: dHdv");
	const char *const *is = LIST(NODE, EXTERNAL("10.33.192.0/18"), secret,
	    WITH_AO("{keyID: 1, secretKey: k}"), NULL);

	CHANGES("node1 a Reset tcpAO\n", secret,
	    WITH_AO("{keyID: 1, secretKey: k}"));
	assert_diff(is,
	    LIST(WITH_AO("{keyID: 2, secretKey: l}, {keyID: 1, secretKey: k}"),
		NULL),
	    "");
	assert_diff(is, LIST(WITH_AO("{keyID: 2, secretKey: l}"), NULL),
	    "node1 a Reset tcpAO\n");
	assert_diff(is, LIST(SECRET("k: dHdv, l: dHdv"), NULL),
	    "node1 a Reset tcpAO\n");
	CHANGES("node1 a Blocked spec.tcpAO.secretName: there is no Secret s "
		"in namespace lbbgp-system\n"
		"node1 Condition PeerBlocked: BGPPeer a: "
		"spec.tcpAO.secretName: there is no Secret s in namespace "
		"lbbgp-system\n",
	    WITH_AO("{keyID: 1, secretKey: k}"));
}

#define SERVICE(more, status)                        \
	"apiVersion: v1\nkind: Service\n"            \
	"metadata: {namespace: web, name: shop" more \
	"}\nspec: {type: LoadBalancer, externalTrafficPolicy: Cluster}\n" status
#define HAS_ADDRESS \
	"status: {loadBalancer: {ingress: [{ip: 203.0.113.1, ipMode: VIP}]}}\n"

/* Nobody applies a status. */
TEST(a_service_keeps_its_address)
{
	assert_diff(LIST(NODE,
			CONFIG(", serviceLoadBalancerIPs: [{cidr: "
			       "203.0.113.0/24}]"),
			A, SERVICE("", HAS_ADDRESS), NULL),
	    LIST(SERVICE(", labels: {a: b}", ""), NULL), "");
}

TEST(what_is_refused_or_not_read_is_told)
{
	CHANGES(
	    "Ignored Deployment x: nothing that the daemon of a node reads\n"
	    "node1 Condition ObjectsRefused: BGPPeer a: spec.holdTimo: unknown "
	    "field\n",
	    "apiVersion: apps/v1\nkind: Deployment\nmetadata: {name: x}\n",
	    PEER("a", "peerIP: 192.0.2.2, asNumber: 65002, holdTimo: 9"));
}

TEST(one_node_is_asked_for)
{
	json_t *reply =
	    reply_of(LIST(BASE), LIST(EXTERNAL("10.34.0.0/18"), NULL), "node1");

	assert_int_equal(json_array_size(at(reply, "changes")), 2);
	json_decref(reply);
	reply = reply_of(LIST(BASE), LIST(A, NULL), "node9");
	assert_at(reply, "error", "\"there is no Node node9\"");
	json_decref(reply);
}

TEST(what_is_no_manifest_is_an_error)
{
	json_t *reply =
	    reply_of(LIST(BASE), LIST("kind: BGPPeer\n", NULL), NULL);

	assert_at(reply, "error",
	    "\"not a manifest: apiVersion or kind is missing\"");
	json_decref(reply);
}

/* All but its own last words, the BGPNodeStatus. */
TEST(it_reads_what_the_daemon_reads)
{
	struct rehearsal *r = rehearsal_new("node1", false, 0);
	struct store *ours =
	    store_new(diff_view.kinds, diff_view.n, &ops, NULL);
	size_t n;
	const struct store_kind *theirs = store_kinds(rehearsal_store(r), &n);

	assert_int_equal(n, diff_view.n + 1);
	for (size_t i = 0; i < n; i++) {
		size_t k = store_kind_find(ours, theirs[i].api, theirs[i].kind);

		if (strcmp(theirs[i].kind, "BGPNodeStatus") == 0)
			continue;
		assert_int_not_equal(k, SIZE_MAX);
		assert_string_equal(
		    diff_view.kinds[k].plural, theirs[i].plural);
		assert_int_equal(
		    diff_view.kinds[k].namespaced, theirs[i].namespaced);
		assert_string_equal(
		    diff_view.kinds[k].ns != NULL ? diff_view.kinds[k].ns : "",
		    theirs[i].ns != NULL ? theirs[i].ns : "");
	}
	store_free(ours);
	rehearsal_free(r);
}

TEST(peers_come_and_go)
{
	CHANGES("node1 b New\nnode1 b Announce 10.33.5.0/24\n"
		"node1 b Announce 10.33.192.0/18\n",
	    PEER("b", "peerIP: 192.0.2.3, asNumber: 65003"));
	CHANGES("node1 a Gone\nnode1 a Withdraw 10.33.5.0/24\n"
		"node1 a Withdraw 10.33.192.0/18\n"
		"node1 Condition SentToNobody: IPv4: 2 prefixes are sent to "
		"nobody: no BGPPeer is for this node\n",
	    PEER("a",
		"peerIP: 192.0.2.2, asNumber: 65002, nodeSelector: {matchLabels: "
		"{rack: b}}"));
}

#define T(name) cmocka_unit_test(name)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		T(what_is_there_already_changes_nothing),
		T(prefixes_come_and_go),
		T(attributes_are_named),
		T(a_default_gateway_is_told_as_any_router),
		T(a_field_that_resets_is_named),
		T(peers_come_and_go),
		T(sessions_of_all_kinds_come_up),
		T(what_nobody_can_know_here_is_said),
		T(what_a_file_does_not_say_stays_unless_it_did),
		T(who_is_new_is_younger_than_all),
		T(who_is_new_in_a_folder_has_a_uid),
		T(session_that_goes_on_by_another_name_is_no_other),
		T(path_ids_of_what_is_told_are_no_change),
		T(one_comes_from_a_prefix_for_all),
		T(a_filter_holds_back_what_it_refuses),
		T(who_is_blocked_is_told_why),
		T(keys_of_tcp_ao_come_without_a_reset_if_one_stays),
		T(a_service_keeps_its_address),
		T(what_is_refused_or_not_read_is_told),
		T(one_node_is_asked_for),
		T(what_is_no_manifest_is_an_error),
		T(it_reads_what_the_daemon_reads),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
