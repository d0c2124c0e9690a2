/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Situations of a Service: tests/explain/NAME.yaml, laid over base.yaml, is explained
 * as NAME.text says, line by line.
 */
#include "cli/explain/explain.h"
#include "cli/explain/routers.h"
#include "cli/objects.h"
#include "common/api/instance.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/reply.h"

static void
on_ready(void *arg)
{
	(void)arg;
}

static const struct store_ops ops = { .ready = on_ready };

static void
put_document(struct store *store, const char *text, size_t n)
{
	struct err err = { "" };
	json_t *obj = yaml_parse(text, n, 1, &err);

	assert_string_equal(err.text, "");
	size_t kind =
	    store_kind_find(store, json_string_value(at(obj, "apiVersion")),
		json_string_value(at(obj, "kind")));

	if (kind != SIZE_MAX) /* `show service` reads Services only */
		store_put(store, kind, obj);
	json_decref(obj);
}

static void
put_file(struct store *store, const char *name)
{
	char *file = xasprintf("tests/explain/%s.yaml", name);
	char *path = source_path(file), *text = file_text(path);

	for (char *p = text, *end; p != NULL; p = end) {
		end = strstr(p, "\n---\n");
		put_document(
		    store, p, end != NULL ? (size_t)(end - p) : strlen(p));
		if (end != NULL)
			end += strlen("\n---\n");
	}
	free(text);
	free(path);
	free(file);
}

static const struct instance *instance; /* that is asked about; NULL: default */

/* The reply to a request, which is taken, about the situation; owned. */
static json_t *
reply_to(const struct objects_view *view, const char *name, json_t *request)
{
	struct store *store =
	    store_new(view->kinds, view->n, &ops, (void *)instance);
	struct json_at root = json_at_root(request);

	put_file(store, "base");
	put_file(store, name);
	char *text = view->reply(store, &root, 0);
	json_t *reply = json_of(text);

	free(text);
	json_decref(request);
	store_free(store);
	return reply;
}

static json_t *
reply_of(const struct objects_view *view, const char *name, const char *service)
{
	return reply_to(view, name, json_pack("{s:s}", "service", service));
}

/* A line for each step: rule, verdict, text. */
static char *
steps_text(const json_t *reply)
{
	const json_t *steps = at(reply, "steps");
	char *text = NULL;
	size_t size;
	FILE *to = open_memstream(&text, &size);

	assert_non_null(to);
	for (size_t i = 0; i < json_array_size(steps); i++) {
		const json_t *s = json_array_get(steps, i);

		assert_int_equal(json_integer_value(at(s, "number")), i + 1);
		fprintf(to, "%s %s: %s\n", json_string_value(at(s, "rule")),
		    json_string_value(at(s, "verdict")),
		    json_string_value(at(s, "text")));
	}
	fclose(to);
	return text;
}

static void
is_explained(void **state)
{
	const char *name = *state;
	json_t *reply = reply_of(&explain_service, name, "web/shop");
	char *file = xasprintf("tests/explain/%s.text", name);
	char *path = source_path(file), *want = file_text(path);
	char *is = steps_text(reply);

	assert_string_equal(is, want);
	free(is);
	free(want);
	free(path);
	free(file);
	json_decref(reply);
}

TEST(what_is_not_there_is_an_error)
{
	json_t *gone = reply_of(&explain_service, "given", "web/gone");
	json_t *bare = reply_of(&explain_show, "given", "shop");

	assert_at(gone, "error", "\"there is no Service web/gone\"");
	assert_at(
	    bare, "error", "\"\\\"shop\\\": not NAMESPACE/NAME of a Service\"");
	json_decref(gone);
	json_decref(bare);
}

/* It is told which option explains it; and with that, by what is of that class. */
TEST(a_service_of_another_lbbgp_is_explained_by_its_class)
{
	static const struct instance second = { NULL, "lbbgp.io/second" };
	char *text;
	json_t *reply = reply_of(&explain_service, "second", "web/shop");

	text = steps_text(reply);
	assert_non_null(strstr(text,
	    "class no: not ours: it is of another lbbgp's class: lbbgp explain "
	    "service --class lbbgp.io/second\n"));
	free(text);
	json_decref(reply);
	instance = &second;
	reply = reply_to(&explain_service, "second",
	    json_pack("{s:s, s:s}", "service", "web/shop", "class",
		"lbbgp.io/second"));
	instance = NULL;
	text = steps_text(reply);
	assert_non_null(strstr(text, "from ServiceGroup of-second"));
	free(text);
	json_decref(reply);
}

TEST(without_the_default_class_it_must_have_ours)
{
	json_t *reply = reply_to(&explain_service, "given",
	    json_pack("{s:s, s:b}", "service", "web/shop", "defaultClass", 0));
	char *text = steps_text(reply);

	assert_non_null(
	    strstr(text, "class no: not ours: it has no loadBalancerClass\n"));
	assert_null(strstr(text, "result"));
	free(text);
	json_decref(reply);
}

TEST(a_service_is_shown_with_those_that_share)
{
	json_t *reply = reply_of(&explain_show, "shown", "web/shop");

	assert_at(reply, "addresses", "[\"10.9.0.1\"]");
	assert_at(reply, "group", "\"gold\"");
	assert_at(reply, "requests", "[\"lbbgp.io/addresses=10.9.0.1\"]");
	assert_at(reply, "sharingKey", "\"k\"");
	assert_at(reply, "sharedWith",
	    "[\"Service web/first\", \"a Service of another namespace\"]");
	assert_at(reply, "condition.reason", "\"Assigned\"");
	json_decref(reply);
}

/* What to ask each kind of router, with all that there is to be placed in commands. */
static void
questions_print(FILE *to, const char *word, const char *prefix, bool node)
{
	struct asked_routes list = { 0 };
	struct router_question q;
	struct addr from = { 0 };
	struct prefix p;
	struct err err;

	assert_true(prefix_parse(prefix, &p, &err));
	if (node)
		addr_parse("10.0.0.1", &from);
	asked_add(&list, &p, NULL, &from, "tor (10.0.0.254)");
	for (size_t i = 0; router_question(&list.at[0], word, i, &q); i++) {
		fprintf(to, "%s: %s\n    %s\n", q.system, q.command, q.tells);
		free(q.command);
	}
	asked_fini(&list);
}

TEST(every_kind_of_router_can_be_asked)
{
	char *path = source_path("tests/explain/routers.golden");
	char *want = file_text(path), *is = NULL;
	size_t n;
	FILE *to = open_memstream(&is, &n);

	assert_non_null(to);
	for (size_t i = 0; router_word(i) != NULL; i++) {
		questions_print(to, router_word(i), "10.9.0.3/32", true);
		questions_print(to, router_word(i), "2001:db8::/64", false);
	}
	fclose(to);
	assert_string_equal(is, want);
	free(is);
	free(want);
	free(path);
}

static json_t *
explained(const char *situation, const char *router)
{
	return reply_to(&explain_service, situation,
	    json_pack("{s:s, s:s*}", "service", "web/shop", "router", router));
}

TEST(a_router_may_have_said_which_it_is)
{
	json_t *reply = explained("routers", NULL);
	json_t *said = explained("routers", "eos");

	assert_at(reply, "routersKnown", "false");
	assert_at(reply, "routers.0.peers", "[\"tor (10.0.0.254)\"]");
	assert_int_equal(json_array_size(at(reply, "routers.0.questions")), 3);
	assert_at(reply, "routers.0.questions.0.system", "\"FRR\"");
	assert_at(reply, "routers.1.peers",
	    "[\"leaf (10.0.0.253)\",\"spine (10.0.0.252)\"]");
	assert_int_equal(json_array_size(at(reply, "routers.1.questions")), 6);
	assert_at(said, "routersKnown", "true");
	assert_at(said, "routers.0.questions.0.system", "\"EOS\"");
	assert_at(said, "routers.1.questions.0.system", "\"EOS\"");
	json_decref(reply);
	json_decref(said);
}

TEST(routers_that_are_told_are_asked)
{
	json_t *guessed = explained("filtered", NULL);
	json_t *known = explained("filtered", "eos");
	json_t *nobody = explained("no_peer", NULL);

	assert_at(guessed, "routersKnown", "false");
	assert_at(guessed, "routers.0.questions.0.system", "\"FRR\"");
	assert_at(guessed, "routers.0.questions.5.system", "\"BIRD\"");
	assert_at(known, "routersKnown", "true");
	assert_at(known, "routers",
	    "[{\"prefix\":\"10.9.0.3/32\",\"peers\":[\"tor (10.0.0.254)\","
	    "\"leaf (10.0.0.253)\",\"edge (10.0.0.251)\"],\"questions\":[{"
	    "\"system\":\"EOS\",\"command\":\"show ip bgp 10.9.0.3/32\","
	    "\"tells\":\"a path from each node, and which are best or ECMP\"},"
	    "{\"system\":\"EOS\",\"command\":\"show ip route 10.9.0.3/32\","
	    "\"tells\":\"B with each next hop\"}]}]");
	assert_at(nobody, "routers", "[]");
	json_decref(guessed);
	json_decref(known);
	json_decref(nobody);
}

#define CASE(name, file)                                       \
	{                                                      \
		name, is_explained, NULL, NULL, (void *)(file) \
	}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		/* clang-format off */
		CASE("a free address is given", "given"),
		CASE("its group is for one peer alone", "peers_of_group"),
		CASE("it says itself for whom it is", "peers_of_service"),
		CASE("an address is kept because it is there", "kept"),
		CASE("policy Local is announced where endpoints are", "local"),
		CASE("how much a node has of it is told", "weighted"),
		CASE("without endpoints nothing is announced", "no_endpoint"),
		CASE("a configured CIDR covers the address", "covered"),
		CASE("… and what the group says of it is in vain",
		    "covered_in_vain"),
		CASE("an excluded node does not announce", "excluded_node"),
		CASE("what the cluster was told is shown", "told"),
		CASE("a drained node does not announce", "drained_node"),
		CASE("a node of another lbbgp does not announce",
		    "node_of_another"),
		CASE("a node that is not selected does not announce",
		    "other_node_config"),
		CASE("without a BGPPeer nobody hears of it", "no_peer"),
		CASE("who does not get it is named with the reason", "silent"),
		CASE("a filter may refuse or change the route", "filtered"),
		CASE("who names no filters has the configuration's",
		    "filtered_all"),
		CASE("who came from a prefix is told as others", "from_prefix"),
		CASE("a status has not room for all peers", "cut_status"),
		CASE("what no status confirms is not said to be sent", "unconfirmed"),
		CASE("a session of this moment may be up by now", "fresh"),
		CASE("one that fails each moment is not up", "failing"),
		CASE("a CIDR of host length follows its Service", "listed_alone"),
		CASE("the finer of two policies decides", "finer"),
		CASE("what covers a Local Service is told", "local_inside"),
		CASE("endpoints where nobody may announce are told", "stranded"),
		CASE("nodes may hold an address on their links", "links"),
		CASE("links need no BGPConfiguration", "links_alone"),
		CASE("two that hold an address are told", "links_twice"),
		CASE("a status may not list all that is held", "links_many"),
		CASE("an old status tells of no holder", "links_stale"),
		CASE("the pools are exhausted", "exhausted"),
		CASE("not all of it can be read", "odd"),
		CASE("what decides can not be read", "invalid"),
		CASE("an annotation of ours is misspelt", "misspelt"),
		CASE("no group assigns by itself", "no_group"),
		CASE("the group does not exist", "group_not_found"),
		CASE("the group is not for the namespace", "namespace"),
		CASE("the namespace lacks the group's label", "namespace_label"),
		CASE("the Service lacks the group's label", "service_label"),
		CASE("the next group by priority serves", "other_namespace"),
		CASE("the address is in no pool", "outside"),
		CASE("the address is excluded", "left_out"),
		CASE("the address is a node's", "nodes_own"),
		CASE("the address is a VirtualIP's", "virtual_ip"),
		CASE("it is a VirtualIP's too", "virtual_ip_too"),
		CASE("all that there is a VirtualIP has", "virtual_ip_full"),
		CASE("the address is the API server's", "api_server"),
		CASE("the address is of another group", "wrong_group"),
		CASE("the address is in use, and by whom", "in_use"),
		CASE("who has it is not told across namespaces", "in_use_elsewhere"),
		CASE("an address is shared", "shared"),
		CASE("sharing is refused for the port", "sharing_refused"),
		CASE("who can't share gets an address of its own",
		    "sharing_port_taken"),
		CASE("a foreign address is left alone", "foreign"),
		CASE("another class is not ours", "other_class"),
		CASE("a class may be nobody's", "nobodys"),
		CASE("a ClusterIP Service is not ours", "cluster_ip"),
		CASE("a cluster IP is in a ServiceCIDR", "service_cidr"),
		CASE("two aliases conflict", "conflicting"),
		CASE("the request is no address", "not_an_address"),
		CASE("no pool has the family", "no_family"),
		CASE("PreferDualStack does with one family", "dual_waits"),
		CASE("the Service lacks the family it asks for", "family_not_had"),
		CASE("an address that no pool has is retained", "retained"),
		CASE("a pool that overlaps is left out", "overlap"),
		CASE("what can't be read is told", "refused"),
		CASE("what can't be read is not why an address is missing",
		    "refused_waits"),
		CASE("the older of two keeps the address", "double"),
		/* clang-format on */
		cmocka_unit_test(what_is_not_there_is_an_error),
		cmocka_unit_test(
		    a_service_of_another_lbbgp_is_explained_by_its_class),
		cmocka_unit_test(without_the_default_class_it_must_have_ours),
		cmocka_unit_test(every_kind_of_router_can_be_asked),
		cmocka_unit_test(a_router_may_have_said_which_it_is),
		cmocka_unit_test(routers_that_are_told_are_asked),
		cmocka_unit_test(a_service_is_shown_with_those_that_share),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
