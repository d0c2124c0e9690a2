/* SPDX-License-Identifier: Apache-2.0 */
/*
 * A cluster of two nodes in which all is well, and what is put beside it or in its
 * place. Each object is a line of YAML.
 */
#include "cli/doctor_cluster.h"
#include "cli/objects.h"
#include "common/api/instance.h"
#include "common/json.h"
#include "config.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/reply.h"

#define NOW 1769904000 /* 2026-02-01T00:00:00Z */
#define OURS "apiVersion: lbbgp.io/v1, kind: "
#define NODE(name, labels)                                      \
	"{apiVersion: v1, kind: Node, metadata: {name: " name   \
	", labels: {" labels "}}, status: {addresses: [{type: " \
	"InternalIP, address: 10.0.0.1}]}}"
#define NAMESPACE(name, annotations)                                           \
	"{apiVersion: v1, kind: Namespace, metadata: {name: " name annotations \
	"}}"
#define EXCLUDED "node.kubernetes.io/exclude-from-external-load-balancers: ''"
#define STATUS_OF(node, version, more)                                  \
	"{" OURS "BGPNodeStatus, metadata: {name: " node "}, status: {" \
	"version: " version ", heartbeat: '2026-02-01T00:00:00Z'" more "}}"
#define UP ", peers: [{name: tor, state: Established}]"
#define DOWN                                                     \
	", peers: [{name: tor, state: Active, tcpError: {text: " \
	"Connection refused}}]"
#define DRAINED                                             \
	", conditions: [{type: Drained, status: 'False'}, " \
	"{type: Ready, status: 'True'}]"

static const char *const well[] = {
	NAMESPACE("lbbgp-system", ""),
	NODE("n1", ""),
	NODE("n2", EXCLUDED),
	"{" OURS
	"BGPConfiguration, metadata: {name: default}, spec: {asNumber: 65001}}",
	"{" OURS "BGPPeer, metadata: {name: tor}, spec: {peerIP: 10.0.0.254, "
	"asNumber: 65000}}",
	"{" OURS "ServiceGroup, metadata: {name: gold}, spec: {pools: "
	"[{subnet: 10.9.0.0/24, pool: 10.9.0.1-10.9.0.4}]}}",
	STATUS_OF("n1", PACKAGE_VERSION, UP DRAINED),
	STATUS_OF("n2", PACKAGE_VERSION, UP DRAINED),
};

static void
on_ready(void *arg)
{
	(void)arg;
}

static const struct store_ops ops = { .ready = on_ready };

struct world {
	struct store *store; /* owned */
	json_t *request;     /* owned */
	char *said;          /* owned: a line for each finding */
	json_int_t bad;      /* of them */
};

static void
put(struct world *w, const char *yaml)
{
	struct err err = { "" };
	json_t *obj = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	size_t kind =
	    store_kind_find(w->store, json_string_value(at(obj, "apiVersion")),
		json_string_value(at(obj, "kind")));

	assert_int_not_equal(kind, SIZE_MAX);
	store_put(w->store, kind, obj);
	json_decref(obj);
}

/* As an API server does: to each row that reads its kind. */
static void
put_any(struct world *w, const char *yaml)
{
	struct err err = { "" };
	json_t *obj = yaml_parse(yaml, strlen(yaml), 1, &err);

	assert_string_equal(err.text, "");
	for (size_t i = 0; i < doctor_cluster.n; i++)
		if (strcmp(doctor_cluster.kinds[i].kind,
			json_string_value(at(obj, "kind"))) == 0)
			store_put(w->store, i, obj);
	json_decref(obj);
}

static void
drop(struct world *w, const char *kind, const char *name)
{
	const struct object_key key = { "", name };

	store_drop(
	    w->store, store_kind_find(w->store, "lbbgp.io/v1", kind), &key);
}

/* of: whose; NULL: the default one's. unread: a kind that may not be read, or NULL. */
static struct world *
world_new(const struct instance *of, const char *unread)
{
	struct world *w = xcalloc(1, sizeof(*w));

	w->request = json_object();
	w->store = store_new(doctor_cluster.kinds, doctor_cluster.n, &ops,
	    (struct instance *)of);
	for (size_t i = 0; i < doctor_cluster.n; i++)
		store_list_begin(w->store, i);
	for (size_t i = 0; i < sizeof(well) / sizeof(well[0]); i++)
		put_any(w, well[i]);
	for (size_t i = 0; i < doctor_cluster.n; i++)
		if (unread == NULL ||
		    strcmp(doctor_cluster.kinds[i].kind, unread) != 0)
			store_list_end(w->store, i);
	return w;
}

static int
setup(void **state)
{
	*state = world_new(NULL, NULL);
	return 0;
}

static int
setup_without_statuses(void **state)
{
	*state = world_new(NULL, "BGPNodeStatus");
	return 0;
}

static int
setup_without_namespaces(void **state)
{
	*state = world_new(NULL, "Namespace");
	return 0;
}

static int
setup_of_b(void **state)
{
	static const struct instance b = { "lbbgp-b", "lbbgp.io/b" };
	struct world *w = world_new(&b, NULL);

	json_object_set_new(w->request, "class", json_string(b.class));
	json_object_set_new(w->request, "namespace", json_string(b.ns));
	*state = w;
	return 0;
}

static int
teardown(void **state)
{
	struct world *w = *state;

	store_free(w->store);
	json_decref(w->request);
	free(w->said);
	free(w);
	return 0;
}

static void
examine(struct world *w)
{
	const struct json_at root = json_at_root(w->request);
	char *text = doctor_cluster.reply(w->store, &root, NOW);
	json_t *reply = json_of(text);
	size_t n;

	free(w->said);
	FILE *to = open_memstream(&w->said, &n);

	assert_non_null(to);
	for (size_t i = 0; i < json_array_size(at(reply, "findings")); i++) {
		const json_t *f = json_array_get(at(reply, "findings"), i);
		const char *next = json_string_value(at(f, "next"));

		fprintf(to, "%s %s: %s%s%s\n",
		    json_string_value(at(f, "check")),
		    json_string_value(at(f, "verdict")),
		    json_string_value(at(f, "text")),
		    next != NULL ? " -> " : "", next != NULL ? next : "");
	}
	fclose(to);
	w->bad = json_integer_value(at(reply, "bad"));
	json_decref(reply);
	free(text);
}

static void
assert_says(struct world *w, json_int_t bad, const char *line)
{
	examine(w);
	if (strstr(w->said, line) == NULL)
		print_error("not there: %s\nin: %s", line, w->said);
	assert_non_null(strstr(w->said, line));
	assert_int_equal(w->bad, bad);
}

static void
a_cluster_that_is_well_has_nothing_to_be_done(void **state)
{
	struct world *w = *state;

	examine(w);
	assert_string_equal(w->said,
	    "server unseen: there is no API server behind the source: schemas, "
	    "rights, rollout, the allocator and other load balancers are "
	    "unseen\n"
	    "resources good: all are installed\n"
	    "objects good: all can be read\n"
	    "daemons good: 2 of 2 nodes are heard of\n"
	    "versions good: " PACKAGE_VERSION "\n"
	    "clocks unseen: when a status was written is not told\n"
	    "configurations good: each node has one\n"
	    "exclusion good: 1 of 2 nodes are left out by label\n"
	    "peers good: each is for a node\n"
	    "groups good: 1\n"
	    "classes good: an lbbgp has that of each object\n"
	    "conditions good: none\n"
	    "sessions good: 2 are up on 2 nodes\n");
	assert_int_equal(w->bad, 0);
}

static void
a_kind_that_is_not_installed_is_told(void **state)
{
	struct world *w = *state;

	store_missing(
	    w->store, store_kind_find(w->store, "lbbgp.io/v1", "BGPFilter"));
	assert_says(w, 1,
	    "resources bad: BGPFilter: the cluster does not know this kind -> "
	    "kubectl apply --server-side --filename crd/\n");
}

static void
what_cannot_be_read_is_told(void **state)
{
	struct world *w = *state;

	put(w,
	    "{" OURS "BGPPeer, metadata: {name: leaf}, spec: {peerIP: here, "
	    "asNumber: 1}}");
	assert_says(
	    w, 1, "objects bad: BGPPeer leaf: spec.peerIP: \"here\": not ");
	assert_says(w, 1, " -> kubectl describe bgppeers.lbbgp.io leaf\n");
}

static void
what_another_lbbgp_has_is_not_judged(void **state)
{
	struct world *w = *state;

#define OF_B ", annotations: {lbbgp.io/class: lbbgp.io/b}"
	put(w, NAMESPACE("lbbgp-b", OF_B));
	put(w, NODE("n3", "lbbgp.io/instance: b"));
	put(w,
	    "{" OURS "BGPNodeStatus, metadata: {name: n3" OF_B "}, status: "
	    "{version: 9.9.9, heartbeat: '2026-02-01T00:00:00Z'" DOWN "}}");
	put_any(w,
	    "{" OURS "BGPPeer, metadata: {name: leaf" OF_B "}, spec: {peerIP: "
	    "here, asNumber: 1}}");
	put_any(w,
	    "{" OURS "BGPConfiguration, metadata: {name: b" OF_B "}, spec: "
	    "{asNumber: 65002, nodeSelector: {}}}");
	put_any(w,
	    "{" OURS "ServiceGroup, metadata: {name: blue" OF_B "}, spec: "
	    "{pools: []}}");
	assert_says(w, 0, "daemons good: 2 of 2 nodes are heard of\n");
	assert_says(w, 0, "versions good: " PACKAGE_VERSION "\n");
	assert_says(w, 0, "groups good: 1\n");
	assert_says(w, 0, "classes good: ");
	put(w, NODE("n3", ""));
	assert_says(w, 1, "daemons bad: there is no BGPNodeStatus on n3");
}

#define OF(class) ", annotations: {lbbgp.io/class: lbbgp.io/" class "}"
#define SERVICE_OF(name, class)                                                  \
	"{apiVersion: v1, kind: Service, metadata: {namespace: web, name: " name \
	"}, spec: {type: LoadBalancer, loadBalancerClass: " class "}}"
#define CLASSES "classes bad: no lbbgp of this cluster has the class of "

static void
what_is_of_no_lbbgp_is_told(void **state)
{
	struct world *w = *state;

	put_any(w, "{" OURS "BGPPeer, metadata: {name: leaf" OF("nope") "}}");
	assert_says(w, 1,
	    CLASSES "BGPPeer leaf (lbbgp.io/nope) -> kubectl get namespaces "
		    "--output yaml: their annotations lbbgp.io/class\n");
	put_any(
	    w, "{" OURS "ServiceGroup, metadata: {name: blue" OF("nope") "}}");
	put(w, "{" OURS "VirtualIP, metadata: {name: vip" OF("nope") "}}");
	put_any(
	    w, "{" OURS "BGPConfiguration, metadata: {name: b" OF("nope") "}}");
	put(w, SERVICE_OF("shop", "lbbgp.io/nope"));
	assert_says(w, 5, CLASSES "ServiceGroup blue (lbbgp.io/nope) -> ");
	assert_says(w, 5, CLASSES "VirtualIP vip (lbbgp.io/nope) -> ");
	assert_says(w, 5, CLASSES "BGPConfiguration b (lbbgp.io/nope) -> ");
	assert_says(w, 5, CLASSES "Service web/shop (lbbgp.io/nope) -> ");
	put(w, NAMESPACE("lbbgp-nope", OF("nope")));
	assert_says(w, 0, "classes good: an lbbgp has that of each object\n");
}

#define TEN "xxxxxxxxxx"
#define LONG TEN TEN TEN TEN TEN TEN TEN /* with lbbgp.io/ 79 bytes */

/* An annotation may be any text; half a character can't be said. */
static void
a_class_without_end_is_cut_between_characters(void **state)
{
	struct world *w = *state;

	put_any(w,
	    "{" OURS "BGPPeer, metadata: {name: leaf" OF(LONG "\u00fc") "}}");
	assert_says(w, 1, CLASSES "BGPPeer leaf (lbbgp.io/" LONG ") -> ");
}

static void
many_of_no_lbbgp_are_counted(void **state)
{
	struct world *w = *state;

	put(w, SERVICE_OF("a", "lbbgp.io/x"));
	put(w, SERVICE_OF("b", "lbbgp.io/y"));
	put(w, SERVICE_OF("c", "lbbgp.io/x"));
	put(w, SERVICE_OF("d", "lbbgp.io/x"));
	put(w, SERVICE_OF("e", "lbbgp.io/x"));
	assert_says(w, 1,
	    CLASSES "Service web/a (lbbgp.io/x), web/b (lbbgp.io/y), "
		    "web/c (lbbgp.io/x) and 2 more -> ");
}

/* As the allocators do: it is another load balancer's, or nobody's. */
static void
a_service_of_another_load_balancer_is_left_alone(void **state)
{
	struct world *w = *state;

	put(w, SERVICE_OF("a", "example.com/lb"));
	put(w, SERVICE_OF("b", "lbbgp.io/lbbgp"));
	put(w,
	    "{apiVersion: v1, kind: Service, metadata: {namespace: web, name: "
	    "c}, spec: {type: ClusterIP, loadBalancerClass: lbbgp.io/x}}");
	put(w,
	    "{apiVersion: v1, kind: Service, metadata: {namespace: web, name: "
	    "d}, spec: {type: LoadBalancer}}");
	assert_says(w, 0, "classes good: an lbbgp has that of each object\n");
}

/* Asked about the lbbgp b, the default one has its objects by lbbgp-system. */
static void
the_default_lbbgp_is_had_by_its_namespace(void **state)
{
	const struct object_key key = { "", "lbbgp-system" };
	struct world *w = *state;

	examine(w);
	assert_non_null(strstr(w->said, "classes good: "));
	store_drop(
	    w->store, store_kind_find(w->store, "v1", "Namespace"), &key);
	examine(w);
	assert_non_null(strstr(
	    w->said, CLASSES "BGPConfiguration default (lbbgp.io/lbbgp) -> "));
}

static void
without_namespaces_classes_are_unseen(void **state)
{
	struct world *w = *state;

	put(w, SERVICE_OF("a", "lbbgp.io/x"));
	assert_says(w, 0,
	    "classes unseen: objects of kind Namespace can not be read\n");
}

#define NO_NODE                                                              \
	"daemons doubt: no node is known to be of this lbbgp, by its label " \
	"lbbgp.io/instance or a BGPNodeStatus -> kubectl --namespace "       \
	"lbbgp-b get pods --output wide: is a daemon on each node that is "  \
	"to have one?\n"

static void
another_lbbgp_is_judged_where_it_is_asked_for(void **state)
{
	struct world *w = *state;

	assert_says(w, 0, NO_NODE);
	put(w, NODE("n3", "lbbgp.io/instance: b"));
	assert_says(w, 1,
	    "daemons bad: there is no BGPNodeStatus on n3 -> kubectl "
	    "--namespace lbbgp-b get pods ");
	put(w,
	    "{" OURS "BGPNodeStatus, metadata: {name: n3" OF_B "}, status: "
	    "{version: 9.9.9, heartbeat: '2026-02-01T00:00:00Z'" UP "}}");
	assert_says(w, 0, "daemons good: 1 of 1 nodes are heard of\n");
	assert_says(w, 0,
	    "versions doubt: 9.9.9 on n3 -> kubectl --namespace "
	    "lbbgp-b rollout ");
	assert_says(w, 0, "groups doubt: there is no ServiceGroup: ");
	put_any(w,
	    "{" OURS "ServiceGroup, metadata: {name: blue" OF_B "}, spec: "
	    "{pools: [{subnet: 10.8.0.0/24, pool: 10.8.0.1-10.8.0.4}]}}");
	assert_says(w, 0, "groups good: 1\n");
}

/* As by a nodeSelector of its own: what its daemons report says which they are. */
static void
nodes_that_another_lbbgp_chose_otherwise_are_known_by_their_daemons(
    void **state)
{
	struct world *w = *state;

	put(w, NODE("n3", ""));
	assert_says(w, 0, NO_NODE);
	put_any(w,
	    "{" OURS "BGPPeer, metadata: {name: leaf" OF_B "}, spec: {peerIP: "
	    "10.9.0.1, asNumber: 65009}}");
	assert_says(w, 0, "peers doubt: BGPPeer leaf is for no node");
	put(w,
	    "{" OURS "BGPNodeStatus, metadata: {name: n3" OF_B "}, status: "
	    "{version: 9.9.9, heartbeat: '2026-01-01T00:00:00Z'" UP "}}");
	assert_says(
	    w, 1, "daemons bad: its BGPNodeStatus is old on n3 -> kubectl ");
	assert_says(w, 1, "peers good: each is for a node\n");
	assert_says(
	    w, 1, "exclusion good: 0 of 1 nodes are left out by label\n");
}

/* One that is not heard of is no witness, be its sessions up in what it said last. */
static void
nodes_that_are_not_heard_of_are_told(void **state)
{
	struct world *w = *state;

	put(w,
	    "{" OURS "BGPNodeStatus, metadata: {name: n1}, status: {version: "
	    "9, heartbeat: '2026-01-01T00:00:00Z'" DOWN "}}");
	assert_says(
	    w, 1, "daemons bad: its BGPNodeStatus is old on n1 -> kubectl ");
	assert_non_null(strstr(w->said, "sessions good: 1 is up on 1 node\n"));
	drop(w, "BGPNodeStatus", "n1");
	assert_says(w, 1, "daemons bad: there is no BGPNodeStatus on n1 -> ");
	drop(w, "BGPNodeStatus", "n2");
	assert_says(
	    w, 1, "daemons bad: there is no BGPNodeStatus on n1, n2 -> ");
	assert_non_null(
	    strstr(w->said, "sessions unseen: no node is heard of\n"));
}

static void
another_version_is_told(void **state)
{
	struct world *w = *state;

	put(w, STATUS_OF("n2", "9.9.1", UP));
	assert_says(w, 0, "versions doubt: 9.9.1 on n2 -> kubectl ");
}

static void
what_many_nodes_have_is_told_once(void **state)
{
	static const char *const names[] = { "n1", "n2", "n3", "n4", "n5" };
	struct world *w = *state;

	for (size_t i = 0; i < 5; i++) {
		char *node = xasprintf(NODE("%s", ""), names[i]);
		char *status = xasprintf(
		    STATUS_OF("%s", PACKAGE_VERSION,
			DOWN ", conditions: [{type: DataPlaneDown, status: "
			     "'True', message: no answer}]"),
		    names[i]);

		put(w, node);
		put(w, status);
		free(node);
		free(status);
	}
	assert_says(w, 2,
	    "conditions bad: DataPlaneDown: no answer on n1, n2, n3 and 2 more "
	    "-> is kube-proxy alive on this node?\n"
	    "sessions bad: tor: Connection refused on n1, n2, n3 and 2 more -> "
	    "lbbgp doctor on one of them\n");
}

static void
a_node_that_is_drained_on_purpose_is_no_fault(void **state)
{
	struct world *w = *state;

	put(w,
	    STATUS_OF("n2", PACKAGE_VERSION,
		UP ", conditions: [{type: Drained, status: 'True', message: "
		   "'annotation lbbgp.io/drain: a new disk'}, {type: Ready, "
		   "status: 'False'}]"));
	assert_says(w, 0,
	    "conditions doubt: Drained: annotation lbbgp.io/drain: a new disk "
	    "on n2 -> lbbgp undrain, or end what asks for it, ");
}

static void
nodes_without_a_configuration_are_told(void **state)
{
	struct world *w = *state;

	drop(w, "BGPConfiguration", "default");
	assert_says(w, 0,
	    "configurations doubt: no BGPConfiguration is for n1, n2 -> ");
}

static void
nobody_is_left_to_announce(void **state)
{
	struct world *w = *state;

	put(w, NODE("n1", EXCLUDED));
	assert_says(w, 1, "exclusion bad: every node has the label ");
	put(w,
	    "{" OURS "BGPConfiguration, metadata: {name: default}, spec: "
	    "{asNumber: 65001, excludeLabel: Ignore}}");
	assert_says(
	    w, 0, "exclusion good: 0 of 2 nodes are left out by label\n");
}

static void
peers_that_are_for_nobody_are_told(void **state)
{
	struct world *w = *state;

	put(w,
	    "{" OURS "BGPPeer, metadata: {name: leaf}, spec: {peerIP: "
	    "10.0.0.253, asNumber: 1, nodeSelector: {matchLabels: {rack: "
	    "b}}}}");
	assert_says(w, 0, "peers doubt: BGPPeer leaf is for no node -> ");
	drop(w, "BGPPeer", "leaf");
	drop(w, "BGPPeer", "tor");
	assert_says(w, 0, "peers doubt: there is no BGPPeer and no mesh -> ");
	put(w,
	    "{" OURS "BGPPeer, metadata: {name: mates}, spec: {peerSelector: "
	    "{matchLabels: {mate: 'yes'}}}}");
	assert_says(
	    w, 0, "peers doubt: BGPPeer mates selects no node as peer -> ");
	drop(w, "ServiceGroup", "gold");
	assert_says(w, 0, "groups doubt: there is no ServiceGroup");
}

static void
who_is_shut_down_is_told_once(void **state)
{
	struct world *w = *state;

	put(w, STATUS_OF("n1", PACKAGE_VERSION, DOWN));
	assert_says(w, 1, "sessions bad: tor: Connection refused on n1 -> ");
	put(w,
	    "{" OURS "BGPPeer, metadata: {name: tor}, spec: {peerIP: "
	    "10.0.0.254, asNumber: 65000, shutdown: {enabled: true}}}");
	assert_says(w, 0,
	    "peers doubt: BGPPeer tor is shut down -> its spec.shutdown\n");
	put(w, STATUS_OF("n2", PACKAGE_VERSION, DOWN));
	assert_says(w, 0, "sessions good: no node is to have one\n");
}

static void
clients_without_a_reflector_are_told(void **state)
{
	static const char reflector[] =
	    "{apiVersion: v1, kind: Node, metadata: {name: n1, annotations: "
	    "{lbbgp.io/cluster-id: 10.0.0.1}}}";
	struct world *w = *state;

	put(w,
	    "{" OURS "BGPPeer, metadata: {name: tor}, spec: {peerIP: "
	    "10.0.0.254, internal: true, routeReflectorClient: true}}");
	assert_says(w, 0,
	    "peers doubt: BGPPeer tor has routeReflectorClient, and none of "
	    "its nodes reflects routes -> kubectl annotate node ");
	put(w, reflector);
	assert_says(w, 0, "peers good: each is for a node\n");
}

/* What it means for others is not told as if it had been seen. */
static void
what_may_not_be_read_is_unseen(void **state)
{
	struct world *w = *state;

	json_object_set_new(w->request, "unread",
	    json_pack("{s:s}", "BGPNodeStatus", "HTTP 403: no"));
	assert_says(
	    w, 0, "objects unseen: BGPNodeStatus: HTTP 403: no -> kubectl ");
	assert_non_null(strstr(w->said,
	    "daemons unseen: objects of kind BGPNodeStatus can not be read\n"));
	assert_non_null(strstr(w->said, "sessions unseen: objects of kind "));
	assert_non_null(strstr(w->said, "groups good: 1\n"));
	assert_null(strstr(w->said, "objects good"));
}

#define TIMED(node, heartbeat, written)                                       \
	"{" OURS "BGPNodeStatus, metadata: {name: " node                      \
	", managedFields: [{manager: lbbgp-bgpd, time: '2026-01-01T00:00"     \
	":00Z'}, {manager: lbbgp-bgpd, subresource: status, time: '" written  \
	"'}]}, status: {version: " PACKAGE_VERSION ", heartbeat: '" heartbeat \
	"'}}"

/* A node whose clock is behind is heard of all the same. */
static void
clocks_of_nodes_that_differ_are_told(void **state)
{
	struct world *w = *state;

	put(w, TIMED("n1", "2026-01-31T23:59:00Z", "2026-01-31T23:59:01Z"));
	assert_says(w, 0,
	    "clocks good: those of 1 nodes agree with the API server's\n");
	put(w, TIMED("n1", "2026-01-31T22:59:00Z", "2026-01-31T23:59:00Z"));
	assert_says(w, 1,
	    "clocks bad: behind the API server's: 3600 s on n1 -> timedatectl");
	assert_non_null(
	    strstr(w->said, "daemons good: 2 of 2 nodes are heard of\n"));
	put(w, TIMED("n2", "2026-01-31T23:59:00Z", "2026-01-31T23:58:00Z"));
	assert_says(w, 2, "clocks bad: ahead of the API server's: 60 s on n2");
	/* The allocator writes that nothing is heard of it: no word of its own. */
	put(w,
	    "{" OURS "BGPNodeStatus, metadata: {name: n1, managedFields: ["
	    "{manager: lbbgp-bgpd, subresource: status, time: "
	    "'2026-01-31T23:49:00Z'}, {manager: lbbgp-ready, subresource: status,"
	    " time: '2026-01-31T23:58:00Z'}]}, status: {version: " PACKAGE_VERSION
	    ", heartbeat: '2026-01-31T23:49:00Z'}}");
	assert_says(w, 2, "daemons bad: its BGPNodeStatus is old on n1 -> ");
	put(w, TIMED("n1", "2026-01-31T23:59:00Z", "2026-01-31T23:49:00Z"));
	assert_says(w, 2, "daemons bad: its BGPNodeStatus is old on n1 -> ");
}

/* The time that counts for them is the API server's. */
static void
statuses_are_old_by_the_clock_of_the_server(void **state)
{
	struct world *w = *state;
	json_t *server = json_pack("{s:{s:i, s:i, s:{}}}", "server", "http",
	    200, "date", NOW + 200, "body");

	json_object_set_new(w->request, "answers", server);
	assert_says(w, 2, "daemons bad: its BGPNodeStatus is old on n1, n2");
}

#define GROUP(status)                                                \
	"{" OURS "ServiceGroup, metadata: {name: gold}, spec: {"     \
	"pools: [{subnet: 10.9.0.0/24, pool: 10.9.0.1-10.9.0.4}]}, " \
	"status: {" status "}}"

static void
groups_that_are_used_up_are_told(void **state)
{
	struct world *w = *state;

	put(w, GROUP("ipv4: {capacity: 4, used: 3, free: 1}, waiting: 1"));
	assert_says(w, 0, "groups good: 1\n");
	put(w, GROUP("ipv4: {capacity: 4, used: 4, free: 0}, waiting: 0"));
	assert_says(w, 0, "groups good: 1\n");
	put(w, GROUP("ipv4: {capacity: 4, used: 4, free: 0}, waiting: 1"));
	assert_says(w, 1,
	    "groups bad: ServiceGroup gold has no IPv4 address left, and 1 "
	    "Service waits -> lbbgp show pools");
	put(w, GROUP("ipv6: {capacity: 4, used: 4, free: 0}, waiting: 2"));
	assert_says(w, 1,
	    "groups bad: ServiceGroup gold has no IPv6 address left, and 2 "
	    "Services wait -> lbbgp show pools");
	put(w,
	    GROUP("conditions: [{type: Ready, status: 'False', reason: Bad, "
		  "message: so it is}]"));
	assert_says(w, 1, "groups bad: ServiceGroup gold: Bad: so it is -> ");
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(a_cluster_that_is_well_has_nothing_to_be_done),
		CASE(a_kind_that_is_not_installed_is_told),
		CASE(what_cannot_be_read_is_told),
		CASE(what_another_lbbgp_has_is_not_judged),
		CASE(what_is_of_no_lbbgp_is_told),
		CASE(a_class_without_end_is_cut_between_characters),
		CASE(many_of_no_lbbgp_are_counted),
		CASE(a_service_of_another_load_balancer_is_left_alone),
		cmocka_unit_test_setup_teardown(
		    the_default_lbbgp_is_had_by_its_namespace, setup_of_b,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    without_namespaces_classes_are_unseen,
		    setup_without_namespaces, teardown),
		CASE(nodes_that_are_not_heard_of_are_told),
		CASE(another_version_is_told),
		CASE(what_many_nodes_have_is_told_once),
		CASE(a_node_that_is_drained_on_purpose_is_no_fault),
		CASE(nodes_without_a_configuration_are_told),
		CASE(nobody_is_left_to_announce),
		CASE(peers_that_are_for_nobody_are_told),
		CASE(who_is_shut_down_is_told_once),
		CASE(clients_without_a_reflector_are_told),
		cmocka_unit_test_setup_teardown(
		    another_lbbgp_is_judged_where_it_is_asked_for, setup_of_b,
		    teardown),
		cmocka_unit_test_setup_teardown(
		    nodes_that_another_lbbgp_chose_otherwise_are_known_by_their_daemons,
		    setup_of_b, teardown),
		cmocka_unit_test_setup_teardown(what_may_not_be_read_is_unseen,
		    setup_without_statuses, teardown),
		CASE(clocks_of_nodes_that_differ_are_told),
		CASE(statuses_are_old_by_the_clock_of_the_server),
		CASE(groups_that_are_used_up_are_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
