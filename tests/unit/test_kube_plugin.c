/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/json.h"
#include "common/kube/kube_plugin.h"
#include "tests/test.h"

#define V1 "client.authentication.k8s.io/v1"
#define BETA "client.authentication.k8s.io/v1beta1"
#define SOUND "'apiVersion':'" BETA "','command':'aws'"

/* The text has ' for "; owned. */
static json_t *
parse(const char *text)
{
	char *copy = xstrdup(text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	json_t *json = json_loads(copy, 0, NULL);

	assert_non_null(json);
	free(copy);
	return json;
}

static struct kube_plugin *
decode(const char *exec, const char *cluster, struct err *err)
{
	json_t *e = parse(exec), *c = parse(cluster);
	struct json_at exec_at = json_at_secret(e), at = json_at_root(c);
	struct kube_plugin *p =
	    kube_plugin_decode(&exec_at, &at, "/home/x/config", err);

	json_decref(e);
	json_decref(c);
	return p;
}

TEST(plugin_is_read)
{
	struct err err;
	struct kube_plugin *p = decode(
	    "{'apiVersion':'" V1 "','command':'bin/login','args':['a','b c'],"
	    "'env':[{'name':'REGION','value':'x=y'}],'installHint':'get it',"
	    "'provideClusterInfo':true,'interactiveMode':'Always'}",
	    "{}", &err);

	assert_non_null(p);
	assert_string_equal(p->command, "/home/x/bin/login");
	assert_int_equal(p->n_args, 2);
	assert_string_equal(p->args[1], "b c");
	assert_null(p->args[2]);
	assert_string_equal(p->env[0], "REGION=x=y");
	assert_string_equal(p->hint, "get it");
	assert_true(p->wants_cluster);
	assert_int_equal(p->mode, PLUGIN_ALWAYS);
	kube_plugin_free(p);
}

TEST(lists_may_be_null_and_a_name_is_for_path)
{
	struct err err;
	struct kube_plugin *p =
	    decode("{" SOUND ",'args':null,'env':null}", "{}", &err);

	assert_non_null(p);
	assert_string_equal(p->command, "aws");
	assert_int_equal(p->n_args + p->n_env, 0);
	assert_int_equal(p->mode, PLUGIN_IF_AVAILABLE);
	kube_plugin_free(p);
}

static void
assert_refused(const char *exec, const char *why)
{
	struct err err;

	assert_null(decode(exec, "{}", &err));
	assert_string_equal(err.text, why);
}

TEST(what_is_missing_or_unknown_is_named)
{
	assert_refused(
	    "{'command':'x'}", "apiVersion: missing: " V1 " or " BETA);
	assert_refused("{'apiVersion':'" V1 "','command':'x'}",
	    "interactiveMode: missing: Never, IfAvailable or Always");
	assert_refused("{'apiVersion':'" BETA "'}", "command: missing");
	assert_refused("{" SOUND ",'args':[1]}", "args[0]: not a string");
	assert_refused("{" SOUND ",'env':[{'name':'a=b'}]}",
	    "env[0].name: not the name of a variable");
}

TEST(cluster_is_told_when_it_is_wanted)
{
	const struct kube_plugin_server server = { .server = "https://k:1",
		.server_name = "n",
		.ca = "CA",
		.n_ca = 2 };
	struct err err;
	struct kube_plugin *p = decode("{" SOUND ",'provideClusterInfo':true}",
	    "{'extensions':[{'name':'other','extension':1},{'name':"
	    "'client.authentication.k8s.io/exec','extension':{'a':1}}]}",
	    &err);
	char *info = kube_plugin_info(p, &server, false);

	assert_string_equal(info,
	    "{\"apiVersion\":\"" BETA "\",\"kind\":\"ExecCredential\",\"spec\":"
	    "{\"interactive\":false,\"cluster\":{\"server\":\"https://k:1\","
	    "\"tls-server-name\":\"n\",\"certificate-authority-data\":\"Q0E=\","
	    "\"config\":{\"a\":1}}}}");
	free(info);
	p->wants_cluster = false;
	info = kube_plugin_info(p, &server, true);
	assert_string_equal(info,
	    "{\"apiVersion\":\"" BETA "\",\"kind\":\"ExecCredential\","
	    "\"spec\":{\"interactive\":true}}");
	free(info);
	kube_plugin_free(p);
}

/* The plugin is a BETA one; text has ' for ". */
static bool
answer(const char *text, struct kube_plugin_answer *a, struct err *err)
{
	struct kube_plugin *p = decode("{" SOUND "}", "{}", err);
	char *copy = xstrdup(text);

	for (char *c = copy; *c != '\0'; c++)
		if (*c == '\'')
			*c = '"';
	bool good = kube_plugin_answer_decode(p, copy, a, err);

	free(copy);
	kube_plugin_free(p);
	return good;
}

#define ANSWER(status) \
	"{'kind':'ExecCredential','apiVersion':'" BETA "','status':" status "}"

TEST(answer_gives_credentials)
{
	struct kube_plugin_answer a;
	struct err err;

	assert_true(answer(
	    ANSWER(
		"{'token':'t','expirationTimestamp':'1970-01-02T00:00:00Z'}"),
	    &a, &err));
	assert_string_equal(a.token, "t");
	assert_int_equal(a.expires, 86400);
	kube_plugin_answer_fini(&a);
	assert_true(
	    answer(ANSWER("{'clientCertificateData':'C','clientKeyData':'K'}"),
		&a, &err));
	assert_null(a.token);
	assert_string_equal(a.cert, "C");
	assert_string_equal(a.key, "K");
	kube_plugin_answer_fini(&a);
}

TEST(expiry_has_any_offset)
{
	static const struct {
		const char *text;
		int64_t expires; /* -1: refused */
	} rows[] = {
		{ "1970-01-02T00:00:00Z", 86400 },
		{ "1970-01-02T00:00:00.5Z", 86400 },
		{ "1970-01-02T00:00:00+00:00", 86400 },
		{ "1970-01-02T01:30:00+01:30", 86400 },
		{ "1970-01-01T19:00:00.25-05:00", 86400 },
		{ "1970-01-02T00:00:00+24:00", -1 },
		{ "1970-01-02T00:00:00+1:000", -1 },
		{ "1970-01-02", -1 },
		{ "1970-01-02T00:00:00Z+00:00", -1 },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct kube_plugin_answer a;
		struct err err;
		char text[200];

		snprintf(text, sizeof(text),
		    ANSWER("{'token':'t','expirationTimestamp':'%s'}"),
		    rows[i].text);
		assert_int_equal(answer(text, &a, &err), rows[i].expires >= 0);
		if (rows[i].expires >= 0)
			assert_int_equal(a.expires, rows[i].expires);
		kube_plugin_answer_fini(&a);
	}
}

TEST(bad_answer_is_told_without_any_of_it)
{
	static const char *const texts[] = { "secret", "", "{'token':'secret'}",
		"{'kind':'secret','apiVersion':'" BETA "','status':{}}",
		"{'kind':'ExecCredential','apiVersion':'secret'}",
		ANSWER("'secret'"), ANSWER("{'token':['secret']}"),
		ANSWER("{'token':''}"),
		ANSWER("{'token':'t','expirationTimestamp':'secret'}"),
		ANSWER("{'clientKeyData':'secret'}") };

	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct kube_plugin_answer a;
		struct err err;

		assert_false(answer(texts[i], &a, &err));
		assert_null(strstr(err.text, "secret"));
		assert_non_null(strstr(err.text, "what aws wrote: "));
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(plugin_is_read),
		cmocka_unit_test(lists_may_be_null_and_a_name_is_for_path),
		cmocka_unit_test(what_is_missing_or_unknown_is_named),
		cmocka_unit_test(cluster_is_told_when_it_is_wanted),
		cmocka_unit_test(answer_gives_credentials),
		cmocka_unit_test(expiry_has_any_offset),
		cmocka_unit_test(bad_answer_is_told_without_any_of_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
