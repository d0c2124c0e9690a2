/* SPDX-License-Identifier: Apache-2.0 */
/*
 * What requests of the API server look like, to the letter, and what its answers mean:
 * lists and watches by their URLs, each way of writing by what it sends first and then,
 * given an answer. Nothing goes over a wire; a driven write is a request and the bytes
 * of its answers, one after the other.
 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/kube/kube.h"
#include "common/rng.h"
#include "common/source/source.h"
#include "tests/test.h"

static const struct store_kind services = {
	.api = "v1", .kind = "Service", .plural = "services", .namespaced = true
};
static const struct store_kind secrets = { .api = "v1",
	.kind = "Secret",
	.plural = "secrets",
	.namespaced = true,
	.ns = "lbbgp-system" };
static const struct store_kind statuses = { .api = "lbbgp.io/v1",
	.kind = "BGPNodeStatus",
	.plural = "bgpnodestatuses" };

static struct rng rng = { 1 };

static void
assert_path(char *path, const char *expected)
{
	assert_string_equal(path, expected);
	free(path);
}

static char *
list_path(
    const struct store_kind *kind, const char *only, struct kube_list list)
{
	return kube_list_path(
	    &(struct kube_scope){ .kind = kind, .ns = kind->ns, .only = only },
	    &list);
}

TEST(versions_are_numbers)
{
	assert_int_equal(kube_version("7"), 7);
	assert_int_equal(
	    kube_version("9999999999999999999"), 9999999999999999999u);
	assert_int_equal(kube_version(""), 0);
	assert_int_equal(kube_version(NULL), 0);
	assert_int_equal(kube_version("7a"), 0);
	assert_int_equal(kube_version("99999999999999999999"), 0);
}

TEST(paths_name_group_namespace_and_query)
{
	assert_path(list_path(&services, NULL,
			(struct kube_list){ KUBE_LIST_NEWEST, NULL, 7 }),
	    "/api/v1/services?limit=500");
	assert_path(list_path(&services, NULL,
			(struct kube_list){ KUBE_LIST_ONE, NULL, 7 }),
	    "/api/v1/services?limit=1");
	assert_path(list_path(&services, NULL,
			(struct kube_list){ KUBE_LIST_CACHED, NULL, 7 }),
	    "/api/v1/services?resourceVersion=7"
	    "&resourceVersionMatch=NotOlderThan");
	assert_path(list_path(&secrets, NULL,
			(struct kube_list){ KUBE_LIST_NEWEST, "a=/b", 0 }),
	    "/api/v1/namespaces/lbbgp-system/secrets?limit=500"
	    "&continue=a%3D%2Fb");
	assert_path(list_path(&statuses, "n1",
			(struct kube_list){ KUBE_LIST_CACHED, NULL, 0 }),
	    "/apis/lbbgp.io/v1/bgpnodestatuses?resourceVersion=0"
	    "&fieldSelector=metadata.name%3Dn1");
	assert_path(kube_watch_path(
			&(struct kube_scope){ .kind = &services }, "77", 300),
	    "/api/v1/services?watch=1&allowWatchBookmarks=true"
	    "&timeoutSeconds=300&resourceVersion=77");
}

TEST(backoff_doubles_from_half_a_second_to_thirty)
{
	for (unsigned i = 0; i < 40; i++) {
		unsigned most = i < 6 ? 500u << i : 30000;
		unsigned ms = kube_backoff(i, &rng);

		assert_in_range(ms, most * 3 / 4, most);
	}
}

/* A write that a test drives: what it sends, what is answered. */
struct driven {
	struct kube_write *w;
	struct source_result result;
	unsigned wait_ms;
	bool done;
};

static struct driven
drive(enum source_how how, const struct store_kind *kind, const char *body)
{
	return (struct driven){ .w = kube_write_new(kind,
				    &(struct source_write){ .how = how,
					.key = { "web", "shop" },
					.body = body }) };
}

static void
assert_sends(struct driven *d, const char *method, const char *path)
{
	assert_string_equal(kube_write_request(d->w)->method, method);
	assert_string_equal(kube_write_request(d->w)->path, path);
}

static void
answer(struct driven *d, long http, const char *body)
{
	struct kube_answer a = {
		.http = http, .body = body, .n = strlen(body)
	};

	assert_false(d->done);
	d->done = kube_write_answer(d->w, &a, &rng, &d->result, &d->wait_ms);
}

static void
assert_ends(struct driven *d, enum source_code code)
{
	assert_true(d->done);
	assert_int_equal(d->result.code, code);
	kube_write_free(d->w);
}

TEST(service_status_is_one_strategic_merge)
{
	struct driven d = drive(WRITE_CORE_STATUS, &services, "{\"x\":1}");

	assert_sends(
	    &d, "PATCH", "/api/v1/namespaces/web/services/shop/status");
	assert_string_equal(kube_write_request(d.w)->type,
	    "application/strategic-merge-patch+json");
	assert_string_equal(kube_write_request(d.w)->body, "{\"x\":1}");
	answer(&d, 200, "{\"metadata\":{\"resourceVersion\":\"9\"}}");
	assert_string_equal(d.result.version, "9");
	assert_string_equal(d.result.message, "");
	assert_ends(&d, WRITE_OK);
}

TEST(operations_are_one_json_patch)
{
	struct driven d = drive(WRITE_OPERATIONS, &services, "[{}]");

	assert_sends(&d, "PATCH", "/api/v1/namespaces/web/services/shop");
	assert_string_equal(
	    kube_write_request(d.w)->type, "application/json-patch+json");
	assert_string_equal(kube_write_request(d.w)->body, "[{}]");
	answer(&d, 422, "{\"message\":\"testing path failed\"}");
	assert_string_equal(d.result.message, "HTTP 422: testing path failed");
	assert_ends(&d, WRITE_REFUSED);
}

TEST(our_status_is_applied)
{
	struct driven d = drive(WRITE_STATUS, &statuses, "{\"status\":{}}");

	assert_sends(&d, "PATCH",
	    "/apis/lbbgp.io/v1/bgpnodestatuses/shop/status"
	    "?force=true&fieldManager=lbbgp");
	assert_string_equal(
	    kube_write_request(d.w)->type, "application/apply-patch+yaml");
	assert_string_equal(kube_write_request(d.w)->body,
	    "{\"status\":{},\"metadata\":{\"name\":\"shop\"},"
	    "\"apiVersion\":\"lbbgp.io/v1\",\"kind\":\"BGPNodeStatus\"}");
	answer(&d, 404, "");
	assert_ends(&d, WRITE_GONE);
}

/* What one part leaves out must not take away what another has said. */
TEST(each_part_of_a_status_has_a_manager_of_its_own)
{
	struct driven d = { .w = kube_write_new(&statuses,
				&(struct source_write){ .how = WRITE_STATUS,
				    .key = { "", "shop" },
				    .body = "{\"status\":{}}",
				    .part = "ready" }) };

	assert_sends(&d, "PATCH",
	    "/apis/lbbgp.io/v1/bgpnodestatuses/shop/status"
	    "?force=true&fieldManager=lbbgp-ready");
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(conflict_goes_up_at_once)
{
	struct driven d = drive(WRITE_CORE_STATUS, &services, "{}");

	answer(&d, 409, "{\"message\":\"the object has been modified\"}");
	assert_string_equal(
	    d.result.message, "HTTP 409: the object has been modified");
	assert_ends(&d, WRITE_CONFLICT);
}

TEST(record_is_sent_once_and_given_up_soon)
{
	struct driven d = drive(WRITE_RECORD, &services, "{\"spec\":{}}");

	assert_true(kube_write_is_record(d.w));
	assert_sends(&d, "POST", "/api/v1/namespaces/web/services");
	assert_in_range(kube_write_request(d.w)->silence_ms, 1, 5000);
	answer(&d, 503, "");
	assert_ends(&d, WRITE_RETRY);
}

TEST(record_that_another_has_created_is_a_conflict)
{
	struct driven d = drive(WRITE_RECORD, &services, "{\"spec\":{}}");

	answer(&d, 409, "");
	assert_ends(&d, WRITE_CONFLICT);
}

TEST(record_of_a_version_is_a_patch_of_the_object)
{
	struct driven d = drive(WRITE_RECORD, &services,
	    "{\"metadata\":{\"resourceVersion\":\"7\"}}");

	assert_sends(&d, "PATCH", "/api/v1/namespaces/web/services/shop");
	answer(&d, 200, "{\"metadata\":{\"resourceVersion\":\"9\"}}");
	assert_string_equal(d.result.version, "9");
	assert_ends(&d, WRITE_OK);
}

TEST(refusals_are_not_tried_again)
{
	static const long codes[] = { 400, 403, 405, 413, 415, 422 };

	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++) {
		struct driven d = drive(WRITE_STATUS, &statuses, "{}");

		answer(&d, codes[i], "no JSON");
		assert_ends(&d, WRITE_REFUSED);
	}
}

TEST(busy_server_is_asked_again_when_it_says)
{
	struct driven d = drive(WRITE_STATUS, &statuses, "{}");
	struct kube_answer busy = { .http = 429, .retry_after_ms = 7000 };

	assert_false(
	    kube_write_answer(d.w, &busy, &rng, &d.result, &d.wait_ms));
	assert_int_equal(d.wait_ms, 7000);
	busy.retry_after_ms = 120000;
	assert_false(
	    kube_write_answer(d.w, &busy, &rng, &d.result, &d.wait_ms));
	assert_int_equal(d.wait_ms, 120000);
	busy.retry_after_ms = 3600000;
	assert_false(
	    kube_write_answer(d.w, &busy, &rng, &d.result, &d.wait_ms));
	assert_int_equal(d.wait_ms, 300000);
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(absent_server_is_given_up_after_a_minute)
{
	struct driven d = drive(WRITE_STATUS, &statuses, "{}");
	struct kube_answer a = { .error = "connection refused" };
	unsigned sum = 0;

	while (!kube_write_answer(d.w, &a, &rng, &d.result, &d.wait_ms)) {
		assert_true(d.wait_ms > 0);
		sum += d.wait_ms;
	}
	d.done = true;
	assert_in_range(sum, 45000, 62000);
	assert_string_equal(d.result.message, "connection refused");
	assert_ends(&d, WRITE_RETRY);
}

#define STATUS_ONLY "{\"kind\":\"X\",\"metadata\":{},\"status\":{\"a\":1}}"
#define ITSELF "/apis/lbbgp.io/v1/bgpnodestatuses/shop"

TEST(object_that_is_there_takes_one_patch)
{
	struct driven d = drive(WRITE_OBJECT, &statuses, STATUS_ONLY);

	assert_sends(&d, "PATCH", ITSELF "/status");
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(object_that_is_missing_is_created)
{
	struct driven d = drive(WRITE_OBJECT, &statuses, STATUS_ONLY);

	answer(&d, 404, "{}");
	assert_int_equal(d.wait_ms, 0);
	assert_sends(&d, "POST", "/apis/lbbgp.io/v1/bgpnodestatuses");
	assert_string_equal(kube_write_request(d.w)->type, "application/json");
	answer(&d, 201, "{}");
	assert_sends(&d, "PATCH", ITSELF "/status");
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(object_created_by_another_is_patched)
{
	struct driven d = drive(WRITE_OBJECT, &statuses, STATUS_ONLY);

	answer(&d, 404, "{}");
	answer(&d, 409, "{}");
	assert_sends(&d, "PATCH", ITSELF "/status");
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(object_of_an_unknown_kind_is_gone)
{
	struct driven d = drive(WRITE_OBJECT, &statuses, STATUS_ONLY);

	answer(&d, 404, "{}");
	answer(&d, 404, "{}");
	assert_ends(&d, WRITE_GONE);
}

TEST(record_that_has_no_namespace_is_refused)
{
	struct driven d = drive(WRITE_RECORD, &statuses, "{\"spec\":{}}");

	assert_sends(&d, "POST", "/apis/lbbgp.io/v1/bgpnodestatuses");
	answer(&d, 404, "{}");
	assert_ends(&d, WRITE_REFUSED);
}

TEST(object_with_more_than_status_is_patched_in_two)
{
	struct driven d = drive(WRITE_OBJECT, &statuses,
	    "{\"metadata\":{},\"spec\":{},\"status\":{}}");

	assert_sends(&d, "PATCH", ITSELF);
	answer(&d, 200, "{}");
	assert_sends(&d, "PATCH", ITSELF "/status");
	answer(&d, 200, "{}");
	assert_ends(&d, WRITE_OK);
}

TEST(versioned_object_is_never_created_anew)
{
	struct driven d = drive(WRITE_OBJECT, &statuses,
	    "{\"metadata\":{\"resourceVersion\":\"5\"},\"spec\":{}}");

	answer(&d, 404, "{}");
	assert_ends(&d, WRITE_GONE);
}

static json_t *
event_json(const struct store_kind *kind, const char *message)
{
	struct source_event e = { .key = { "web", "shop" },
		.uid = "u-1",
		.warning = true,
		.reason = "PoolExhausted",
		.message = message };
	struct kube_reporter by = { "lbbgp-allocator", "n1",
		1769904000000000001 };
	struct kube_write *w = kube_write_new_event(kind, &e, &by);
	json_t *json = json_loads(kube_write_request(w)->body, 0, NULL);

	assert_string_equal(kube_write_request(w)->path,
	    kind->namespaced ? "/api/v1/namespaces/web/events"
			     : "/api/v1/namespaces/default/events");
	assert_non_null(json);
	kube_write_free(w);
	return json;
}

static const char *
string_of(const json_t *obj, const char *outer, const char *field)
{
	const json_t *o = outer != NULL ? json_object_get(obj, outer) : obj;

	return json_string_value(json_object_get(o, field));
}

TEST(event_tells_of_its_object)
{
	json_t *e = event_json(&services, "none left");

	assert_string_equal(
	    string_of(e, "metadata", "name"), "shop.188ff64f868b0001");
	assert_string_equal(string_of(e, "involvedObject", "kind"), "Service");
	assert_string_equal(string_of(e, "involvedObject", "namespace"), "web");
	assert_string_equal(string_of(e, "involvedObject", "uid"), "u-1");
	assert_string_equal(string_of(e, NULL, "type"), "Warning");
	assert_string_equal(string_of(e, NULL, "reason"), "PoolExhausted");
	assert_string_equal(string_of(e, NULL, "message"), "none left");
	assert_string_equal(
	    string_of(e, NULL, "lastTimestamp"), "2026-02-01T00:00:00Z");
	json_decref(e);
}

TEST(event_of_a_cluster_wide_object_goes_to_default)
{
	json_t *e = event_json(&statuses, "cut: \xc3");

	assert_null(string_of(e, "involvedObject", "namespace"));
	assert_string_equal(string_of(e, NULL, "message"), "cut: ?");
	json_decref(e);
}

TEST(event_that_arrived_before_is_good)
{
	struct source_event e = { .key = { "web", "shop" },
		.uid = "",
		.reason = "R",
		.message = "m" };
	struct driven d = { .w = kube_write_new_event(&services, &e,
				&(struct kube_reporter){ "c", "i", 1 }) };

	answer(&d, 409, "{}");
	assert_ends(&d, WRITE_OK);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(paths_name_group_namespace_and_query),
		cmocka_unit_test(versions_are_numbers),
		cmocka_unit_test(backoff_doubles_from_half_a_second_to_thirty),
		cmocka_unit_test(service_status_is_one_strategic_merge),
		cmocka_unit_test(operations_are_one_json_patch),
		cmocka_unit_test(our_status_is_applied),
		cmocka_unit_test(
		    each_part_of_a_status_has_a_manager_of_its_own),
		cmocka_unit_test(conflict_goes_up_at_once),
		cmocka_unit_test(record_is_sent_once_and_given_up_soon),
		cmocka_unit_test(record_that_another_has_created_is_a_conflict),
		cmocka_unit_test(record_of_a_version_is_a_patch_of_the_object),
		cmocka_unit_test(refusals_are_not_tried_again),
		cmocka_unit_test(busy_server_is_asked_again_when_it_says),
		cmocka_unit_test(absent_server_is_given_up_after_a_minute),
		cmocka_unit_test(object_that_is_there_takes_one_patch),
		cmocka_unit_test(object_that_is_missing_is_created),
		cmocka_unit_test(object_created_by_another_is_patched),
		cmocka_unit_test(object_of_an_unknown_kind_is_gone),
		cmocka_unit_test(record_that_has_no_namespace_is_refused),
		cmocka_unit_test(
		    object_with_more_than_status_is_patched_in_two),
		cmocka_unit_test(versioned_object_is_never_created_anew),
		cmocka_unit_test(event_tells_of_its_object),
		cmocka_unit_test(
		    event_of_a_cluster_wide_object_goes_to_default),
		cmocka_unit_test(event_that_arrived_before_is_good),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
