/* SPDX-License-Identifier: Apache-2.0 */
/*
 * All that an API server is asked, answered as by a cluster in which all is well; then
 * one answer is another.
 */
#include "cli/doctor_api.h"
#include "cli/doctor_others.h"
#include "cli/doctor_rights.h"
#include "cli/findings.h"
#include "cli/inquiry.h"
#include "common/api/fields.h"
#include "common/api/instance.h"
#include "common/api/service_group.h"
#include "common/json.h"
#include "tests/test.h"
#include "tests/unit/manifests.h"
#include "tests/unit/reply.h"

#define NOW 1769904000 /* 2026-02-01T00:00:00Z */
#define SCHEMAS "{components: {schemas: {x: {x-kubernetes-group-version-kind: "
#define GROUP "[{kind: ServiceGroup}]"
#define DAEMONS(wanted, updated, ready)             \
	"{status: {desiredNumberScheduled: " wanted \
	", updatedNumberScheduled: " updated ", numberReady: " ready "}}"
#define LEASE(holder, renewed)                 \
	"{spec: {holderIdentity: " holder      \
	", renewTime: '2026-01-31T23:" renewed \
	".123456Z', leaseDurationSeconds: 15}}"

static const struct instance second = { "lbbgp-second", "lbbgp.io/second" };

struct world {
	const struct instance *of;
	json_t *request; /* owned */
	char *said;      /* owned: a line for each finding */
	json_int_t bad;
};

static json_t *
question(const struct world *w, const char *key)
{
	json_t *q =
	    json_object_get(json_object_get(w->request, "answers"), key);

	if (q == NULL)
		print_error("not asked: %s\n", key);
	assert_non_null(q);
	return q;
}

static void
answer(struct world *w, const char *key, const char *yaml)
{
	json_t *q = question(w, key);

	json_object_set_new(q, "http", json_integer(200));
	json_object_set_new(q, "date", json_integer(NOW));
	json_object_set_new(q, "body", manifest(yaml));
}

static void
refuse(struct world *w, const char *key, int http)
{
	json_t *q = question(w, key);

	json_object_del(q, "body");
	json_object_set_new(q, "http", json_integer(http));
	json_object_set_new(q, "error", json_sprintf("HTTP %d: no", http));
}

static bool
is_review(const json_t *question)
{
	return json_object_get(question, "post") != NULL;
}

/* The reviews allow it all; of no other load balancer is there anything. */
static int
setup_of(void **state, const struct instance *of)
{
	struct world *w = xcalloc(1, sizeof(*w));
	struct inquiry *inquiry = inquiry_new();
	json_t *questions = inquiry_json(inquiry), *q;
	const char *key;

	w->of = of;
	w->request = json_pack("{s:O}", "answers", questions);
	doctor_api_ask(inquiry, of);
	doctor_rights_ask(inquiry, of);
	doctor_others_ask(inquiry);
	json_object_foreach (questions, key, q)
		if (is_review(q))
			answer(w, key, "{status: {allowed: true}}");
		else
			refuse(w, key, 404);
	answer(w, "server", "{gitVersion: v1.33.1}");
	answer(w, "rollout", DAEMONS("3", "3", "3"));
	answer(w, "allocator", LEASE("a-1", "59:50"));
	inquiry_free(inquiry);
	*state = w;
	return 0;
}

static int
setup(void **state)
{
	return setup_of(state, &instance_default);
}

static int
setup_second(void **state)
{
	return setup_of(state, &second);
}

static int
teardown(void **state)
{
	struct world *w = *state;

	json_decref(w->request);
	free(w->said);
	free(w);
	return 0;
}

static void
examine(struct world *w)
{
	const struct json_at request = json_at_root(w->request);
	struct findings f = { .of = w->of };
	size_t n;

	doctor_api_server(&request, NOW, &f);
	doctor_api_schemas(&request, &f);
	doctor_rights(&request, &f);
	doctor_api_rollout(&request, &f);
	doctor_api_allocator(&request, &f);
	doctor_others(&request, &f);
	free(w->said);
	w->bad = 0;
	FILE *to = open_memstream(&w->said, &n);

	assert_non_null(to);
	for (size_t i = 0; i < f.n; i++) {
		w->bad += f.at[i].verdict == DOCTOR_BAD;
		fprintf(to, "%s %s: %s%s%s\n", f.at[i].check,
		    doctor_word(f.at[i].verdict), f.at[i].text,
		    f.at[i].next != NULL ? " -> " : "",
		    f.at[i].next != NULL ? f.at[i].next : "");
	}
	fclose(to);
	findings_fini(&f);
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

/* What OpenAPI has for the path of a field: nested objects, lists and maps. */
static json_t *
schema_make(const struct fields *fields, const struct field *at)
{
	json_t *properties = json_object(), *schema;

	if (at->type == FIELD_LIST || at->type == FIELD_MAP) {
		char *path = xasprintf(
		    "%s%s", at->path, at->type == FIELD_LIST ? "[]" : "{}");
		const struct field *inner = fields_find(fields, path);

		json_decref(properties);
		free(path);
		assert_non_null(inner);
		return json_pack("{s:o}",
		    at->type == FIELD_LIST ? "items" : "additionalProperties",
		    schema_make(fields, inner));
	}
	schema = json_pack("{s:o}", "properties", properties);
	for (size_t i = 0; i < fields->n; i++) {
		const char *name = fields_child_name(&fields->at[i], at);

		if (name != NULL)
			json_object_set_new(properties, name,
			    schema_make(fields, &fields->at[i]));
	}
	return schema;
}

static json_t *
group_schema(struct world *w)
{
	json_t *schema = schema_make(
	    &service_group_fields, fields_find(&service_group_fields, ""));

	answer(w, "schemas", "{components: {schemas: {}}}");
	json_object_set_new(
	    schema, "x-kubernetes-group-version-kind", manifest(GROUP));
	json_object_set_new(
	    (json_t *)at(question(w, "schemas"), "body.components.schemas"),
	    "io.lbbgp.v1.ServiceGroup", schema);
	return schema;
}

static void
all_is_well(void **state)
{
	struct world *w = *state;

	group_schema(w);
	examine(w);
	assert_string_equal(w->said,
	    "server good: v1.33.1, with the same time as this machine\n"
	    "schemas good: each has all fields of this version\n"
	    "rights good: lbbgp-bgpd has all 53\n"
	    "rights good: lbbgp-allocator has all 40\n"
	    "rollout good: 3 daemons are ready\n"
	    "allocator good: a-1 leads\n"
	    "others good: no other load balancer gives or announces "
	    "addresses\n");
}

static void
clocks_that_differ_are_told(void **state)
{
	struct world *w = *state;
	json_t *q = question(w, "server");

	json_object_set_new(q, "date", json_integer(NOW - 60));
	assert_says(w, 1,
	    "server bad: the clock of this machine is 60 s ahead of that of "
	    "the API server -> timedatectl");
	json_object_set_new(q, "date", json_integer(NOW + 10));
	assert_says(
	    w, 0, "server doubt: the clock of this machine is 10 s behind ");
	json_object_set_new(q, "date", json_integer(NOW + 9));
	assert_says(w, 0, "server good: v1.33.1");
	json_object_del(q, "date");
	assert_says(w, 0, "server unseen: ");
}

static void
a_crd_of_another_version_is_told(void **state)
{
	struct world *w = *state;
	json_t *properties =
	    (json_t *)at(group_schema(w), "properties.spec.properties");

	json_object_del(
	    (json_t *)at(properties, "pools.items.properties"), "subnet");
	assert_says(w, 1,
	    "schemas bad: the CRD of ServiceGroup is of another version: it "
	    "has no spec.pools[].subnet -> kubectl apply --server-side ");
	json_object_del(properties, "pools");
	assert_says(w, 1, "has no spec.pools, spec.pools[], spec.pools[].");
	assert_non_null(strstr(w->said, " more -> "));
	answer(w, "schemas", "{}");
	assert_says(
	    w, 0, "schemas unseen: the cluster tells none of our kinds\n");
}

static void
rights_that_lack_are_told(void **state)
{
	struct world *w = *state;

	answer(w, "lbbgp-bgpd list bgpfilters.lbbgp.io",
	    "{status: {allowed: false}}");
	assert_says(w, 1,
	    "rights bad: lbbgp-bgpd may not list bgpfilters.lbbgp.io -> "
	    "kubectl apply --kustomize manifests");
	answer(w, "lbbgp-bgpd get nodes", "{status: {allowed: false}}");
	answer(w, "lbbgp-bgpd get services", "{status: {allowed: false}}");
	answer(w, "lbbgp-bgpd create events", "{status: {allowed: false}}");
	assert_says(w, 1,
	    "rights bad: lbbgp-bgpd may not get nodes, get services, list "
	    "bgpfilters.lbbgp.io and 1 more -> ");
	assert_non_null(
	    strstr(w->said, "rights good: lbbgp-allocator has all "));
}

/* Who may not ask for others has seen nothing. */
static void
rights_that_may_not_be_asked_for_are_unseen(void **state)
{
	struct world *w = *state;
	const char *key;
	json_t *q;

	json_object_foreach (json_object_get(w->request, "answers"), key, q)
		if (is_review(q))
			refuse(w, key, 403);
	assert_says(w, 0, "rights unseen: lbbgp-bgpd: HTTP 403: no\n");
	assert_non_null(
	    strstr(w->said, "rights unseen: lbbgp-allocator: HTTP 403: no\n"));
	refuse(w, "rollout", 404);
	assert_says(w, 0, "rights unseen: without a DaemonSet ");
}

static void
a_review_is_about_the_account(void **state)
{
	const json_t *q = question(*state,
	    "lbbgp-allocator patch leases.coordination.k8s.io lbbgp-allocator "
	    "in lbbgp-system");

	assert_at(q, "post.spec.user",
	    "\"system:serviceaccount:lbbgp-system:lbbgp-allocator\"");
	assert_at(q, "post.spec.resourceAttributes",
	    "{\"namespace\": \"lbbgp-system\", \"verb\": \"patch\", "
	    "\"group\": \"coordination.k8s.io\", \"resource\": \"leases\", "
	    "\"subresource\": \"\", \"name\": \"lbbgp-allocator\"}");
	q = question(*state, "lbbgp-bgpd patch bgppeers/status.lbbgp.io");
	assert_at(q, "post.spec.resourceAttributes.resource", "\"bgppeers\"");
	assert_at(q, "post.spec.resourceAttributes.subresource", "\"status\"");
}

static void
daemons_that_are_not_ready_are_told(void **state)
{
	struct world *w = *state;

	answer(w, "rollout", DAEMONS("3", "3", "2"));
	assert_says(w, 1,
	    "rollout bad: of 3 daemons that there should be 2 are ready -> ");
	answer(w, "rollout", DAEMONS("3", "1", "3"));
	assert_says(
	    w, 0, "rollout doubt: an update is on its way: 1 of 3 daemons ");
	answer(w, "rollout", "{status: {}}");
	assert_says(w, 0,
	    "rollout doubt: the DaemonSet wants no pod on any node -> the "
	    "nodeSelector of ");
	refuse(w, "rollout", 404);
	assert_says(w, 0, "rollout doubt: there is no DaemonSet ");
	refuse(w, "rollout", 403);
	assert_says(w, 0, "rollout unseen: HTTP 403: no\n");
}

static void
an_allocator_that_does_not_lead_is_told(void **state)
{
	struct world *w = *state;

	answer(w, "allocator", LEASE("a-1", "59:39"));
	assert_says(w, 1,
	    "allocator bad: a-1 has led until 2026-01-31T23:59:39.123456Z and "
	    "no other has begun: no Service gets an address -> kubectl ");
	answer(w, "allocator", LEASE("a-1", "59:40"));
	assert_says(w, 0, "allocator good: a-1 leads\n");
	answer(w, "allocator", LEASE("''", "59:50"));
	assert_says(w, 1, "allocator bad: none leads: ");
	refuse(w, "allocator", 404);
	assert_says(w, 1, "allocator bad: none has ever led: ");
	refuse(w, "allocator", 403);
	assert_says(w, 0, "allocator unseen: HTTP 403: no\n");
}

static void
another_lbbgp_is_where_it_is(void **state)
{
	struct world *w = *state;
	const json_t *q = question(w,
	    "lbbgp-allocator patch leases.coordination.k8s.io lbbgp-allocator "
	    "in lbbgp-second");

	assert_at(q, "post.spec.user",
	    "\"system:serviceaccount:lbbgp-second:lbbgp-allocator\"");
	assert_at(q, "post.spec.groups",
	    "[\"system:serviceaccounts\", "
	    "\"system:serviceaccounts:lbbgp-second\", "
	    "\"system:authenticated\"]");
	assert_at(
	    q, "post.spec.resourceAttributes.namespace", "\"lbbgp-second\"");
	assert_at(question(w, "rollout"), "path",
	    "\"/apis/apps/v1/namespaces/lbbgp-second/daemonsets/lbbgp-bgpd\"");
	assert_at(question(w, "allocator"), "path",
	    "\"/apis/coordination.k8s.io/v1/namespaces/lbbgp-second/leases/"
	    "lbbgp-allocator\"");
	assert_says(w, 0, "rights good: lbbgp-allocator has all 40\n");
	refuse(w, "rollout", 404);
	assert_says(w, 0,
	    "rollout doubt: there is no DaemonSet lbbgp-second/lbbgp-bgpd -> ");
	answer(w, "rollout", DAEMONS("3", "3", "2"));
	answer(w, "allocator", LEASE("''", "59:50"));
	assert_says(w, 2,
	    " -> kubectl --namespace lbbgp-second describe ds/lbbgp-bgpd; ");
	assert_says(w, 2,
	    "leads: no Service gets an address -> kubectl --namespace "
	    "lbbgp-second get pods ");
	assert_null(strstr(w->said, INSTANCE_NAMESPACE));
}

static void
other_load_balancers_are_told(void **state)
{
	struct world *w = *state;
	static const char *const cilium[] = {
		"/apis/cilium.io/v2/ciliumloadbalancerippools?limit=1",
		"/apis/cilium.io/v2alpha1/ciliumloadbalancerippools?limit=1"
	};
	static const char calico[] =
	    "/apis/crd.projectcalico.org/v1/bgpconfigurations";

	answer(w, cilium[0], "{items: [{}]}");
	answer(w, cilium[1], "{items: [{}]}");
	assert_says(w, 0,
	    "others doubt: Cilium has a CiliumLoadBalancerIPPool -> which ");
	assert_null(strstr(strstr(w->said, "doubt: Cilium") + 1, "doubt: "));
	answer(w, cilium[0], "{items: []}");
	answer(w, cilium[1], "{items: []}");
	answer(w, calico, "{items: [{spec: {asNumber: 1}}]}");
	assert_says(w, 0, "others good: ");
	answer(w, calico,
	    "{items: [{spec: {serviceLoadBalancerIPs: [{cidr: 10.9.0.0/24}]}}"
	    "]}");
	assert_says(
	    w, 0, "others doubt: Calico announces serviceLoadBalancerIPs -> ");
	refuse(w, cilium[0], 403);
	assert_says(w, 0,
	    "others unseen: 1 of 12 signs of other load balancers: HTTP 403: "
	    "no\n");
}

/* ---- the rights are those of manifests/ ---- */

static void
right_add(json_t *to, const char *account, const char *ns, const char *group,
    const char *resource, const char *name, const char *verb)
{
	char *key = xasprintf("%s may %s %s/%s \"%s\" in \"%s\"", account, verb,
	    group, resource, name, ns);

	json_object_set_new(to, key, json_true());
	free(key);
}

static const char *
text_at(const json_t *list, size_t i)
{
	const char *text = json_string_value(json_array_get(list, i));

	return text != NULL ? text : "";
}

static void
rule_add(json_t *to, const char *account, const char *ns, const json_t *rule)
{
	const json_t *groups = at(rule, "apiGroups");
	const json_t *resources = at(rule, "resources");
	const json_t *verbs = at(rule, "verbs");
	const json_t *names = json_object_get(rule, "resourceNames");

	assert_int_equal(json_array_size(groups), 1);
	assert_true(json_array_size(names) <= 1);
	for (size_t r = 0; r < json_array_size(resources); r++)
		for (size_t v = 0; v < json_array_size(verbs); v++)
			right_add(to, account, ns, text_at(groups, 0),
			    text_at(resources, r), text_at(names, 0),
			    text_at(verbs, v));
}

/* What a Role or ClusterRole gives. Each is bound to the account of its name. */
static void
role_add(json_t *to, const json_t *role)
{
	const char *kind = json_string_value(at(role, "kind"));
	const json_t *meta = at(role, "metadata");
	const char *ns = json_string_value(json_object_get(meta, "namespace"));
	bool whole = strcmp(kind, "ClusterRole") == 0;

	if (!whole && strcmp(kind, "Role") != 0)
		return;
	for (size_t i = 0; i < json_array_size(at(role, "rules")); i++)
		rule_add(to, json_string_value(at(meta, "name")),
		    whole ? "" : ns, json_array_get(at(role, "rules"), i));
}

static void
roles_read(json_t *to, const char *file)
{
	char *path = source_path(file), *text = file_text(path), *end;

	for (char *doc = text; doc != NULL; doc = end) {
		end = strstr(doc, "\n---\n");
		size_t n = end != NULL ? (size_t)(end - doc) + 1 : strlen(doc);
		struct err err = { "" };
		json_t *obj = yaml_parse(doc, n, 1, &err);

		assert_string_equal(err.text, "");
		role_add(to, obj);
		json_decref(obj);
		end = end != NULL ? end + strlen("\n---\n") : NULL;
	}
	free(text);
	free(path);
}

static void
each_is_in(const json_t *these, const json_t *those, const char *what)
{
	const char *key;
	json_t *value;

	json_object_foreach ((json_t *)these, key, value)
		if (json_object_get(those, key) == NULL) {
			print_error("%s: %s\n", what, key);
			fail();
		}
}

static void
the_rights_are_those_of_the_manifests(void **state)
{
	json_t *given = json_object(), *asked = json_object();
	size_t n;
	const struct doctor_right *rights = doctor_rights_all(&n);

	(void)state;
	roles_read(given, "manifests/bgpd.yaml");
	roles_read(given, "manifests/allocator.yaml");
	for (size_t i = 0; i < n; i++) {
		const struct doctor_right *r = &rights[i];
		char *verbs = xstrdup(r->verbs), *save = NULL;

		for (char *v = strtok_r(verbs, " ", &save); v != NULL;
		     v = strtok_r(NULL, " ", &save))
			right_add(asked, r->account, r->ns, r->group,
			    r->resource, r->name, v);
		free(verbs);
	}
	each_is_in(given, asked, "not asked for");
	each_is_in(asked, given, "not given");
	assert_true(json_object_size(given) > 50);
	json_decref(given);
	json_decref(asked);
}

#define CASE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int
main(void)
{
	const struct CMUnitTest tests[] = {
		CASE(all_is_well),
		CASE(clocks_that_differ_are_told),
		CASE(a_crd_of_another_version_is_told),
		CASE(rights_that_lack_are_told),
		CASE(rights_that_may_not_be_asked_for_are_unseen),
		CASE(a_review_is_about_the_account),
		CASE(daemons_that_are_not_ready_are_told),
		CASE(an_allocator_that_does_not_lead_is_told),
		cmocka_unit_test_setup_teardown(
		    another_lbbgp_is_where_it_is, setup_second, teardown),
		CASE(other_load_balancers_are_told),
		cmocka_unit_test(the_rights_are_those_of_the_manifests),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
