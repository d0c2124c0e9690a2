/* SPDX-License-Identifier: Apache-2.0 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube_config.h"

#define CONTEXT                                                      \
	"'current-context':'b','contexts':["                         \
	"{'name':'a','context':{'cluster':'other','user':'other'}}," \
	"{'name':'b','context':{'cluster':'c','user':'u'}}],"
#define CLUSTER(fields) "'clusters':[{'name':'c','cluster':{" fields "}}],"
#define USER(fields) "'users':[{'name':'u','user':{" fields "}}]"
#define SOUND CLUSTER("'server':'https://k:6443','certificate-authority':'ca'")

/* The text has ' for ". */
static bool
decode(const char *text, struct kube_config *c, struct err *err)
{
	char *copy = xstrdup(text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	json_t *json = json_loads(copy, 0, NULL);

	assert_non_null(json);
	bool good = kube_config_decode(json, "/etc/x", c, err);
	json_decref(json);
	free(copy);
	return good;
}

static void
assert_refused(const char *text, const char *why)
{
	struct kube_config c;
	struct err err;

	assert_false(decode(text, &c, &err));
	assert_string_equal(err.text, why);
}

static void
current_context_names_cluster_and_user(void **state)
{
	struct kube_config c;
	struct err err;

	(void)state;
	assert_true(decode(
	    "{" CONTEXT CLUSTER(
		"'server':'https://k:6443/x//','certificate-authority-data':"
		"'Q0E=','tls-server-name':'n','proxy-url':'http://p:1'")
		USER("'client-certificate-data':'Q0VSVA==',"
		     "'client-key':'k.pem'") "}",
	    &c, &err));
	assert_string_equal(c.server, "https://k:6443/x");
	assert_string_equal(c.server_name, "n");
	assert_string_equal(c.proxy, "http://p:1");
	assert_string_equal(c.ca.bytes, "CA");
	assert_int_equal(c.ca.n, 2);
	assert_string_equal(c.cert.bytes, "CERT");
	assert_string_equal(c.key.file, "/etc/x/k.pem");
	assert_null(c.token.bytes);
	assert_false(c.insecure);
	kube_config_fini(&c);
}

static void
token_file_wins_over_token(void **state)
{
	struct kube_config c;
	struct err err;

	(void)state;
	assert_true(decode(
	    "{" CONTEXT SOUND USER("'token':'t','tokenFile':'/run/token'") "}",
	    &c, &err));
	assert_string_equal(c.ca.file, "/etc/x/ca");
	assert_string_equal(c.token.file, "/run/token");
	assert_null(c.token.bytes);
	kube_config_fini(&c);
	assert_true(
	    decode("{" CONTEXT SOUND USER("'token':'t'") "}", &c, &err));
	assert_string_equal(c.token.bytes, "t");
	kube_config_fini(&c);
}

static void
insecure_needs_no_authority(void **state)
{
	struct kube_config c;
	struct err err;

	(void)state;
	assert_true(
	    decode("{" CONTEXT CLUSTER(
		       "'server':'https://k','insecure-skip-tls-verify':true")
		       USER("") "}",
		&c, &err));
	assert_true(c.insecure);
	kube_config_fini(&c);
}

static void
what_cannot_work_is_refused_with_the_reason(void **state)
{
	(void)state;
	assert_refused("{}", "contexts: no entry has the name \"\"");
	assert_refused("{" CONTEXT "'clusters':[]}",
	    "clusters: no entry has the name \"c\"");
	assert_refused("{" CONTEXT SOUND "'users':[]}",
	    "users: no entry has the name \"u\"");
	assert_refused("{" CONTEXT CLUSTER("'server':'k:6443'") USER("") "}",
	    "clusters[0].cluster.server: \"k:6443\": not an http or https URL");
	assert_refused("{" CONTEXT CLUSTER("'server':'https://k'") USER("") "}",
	    "clusters[0].cluster.certificate-authority: missing: the system's "
	    "authorities are not trusted for a cluster");
	assert_refused("{" CONTEXT SOUND USER("'exec':{'command':'aws'}") "}",
	    "users[0].user.exec: exec plugins are not run; use a token, a "
	    "tokenFile or a client certificate");
	assert_refused("{" CONTEXT SOUND USER("'auth-provider':{}") "}",
	    "users[0].user.auth-provider: auth-providers are not supported; "
	    "use a token, a tokenFile or a client certificate");
	assert_refused("{" CONTEXT SOUND USER("'client-key-data':'!'") "}",
	    "users[0].user.client-key-data: not base64");
	assert_refused("{" CONTEXT SOUND USER("'token':12345") "}",
	    "users[0].user.token: not a string");
	assert_refused(
	    "{" CONTEXT SOUND USER("'client-key':'-----BEGIN\\n'") "}",
	    "users[0].user.client-key: not the name of a file");
	assert_refused("{" CONTEXT SOUND USER("'client-key':'k'") "}",
	    "users[0].user.client-certificate: missing: the other half is "
	    "there");
}

static void
pod_finds_its_api_server(void **state)
{
	struct kube_config c;
	struct err err;

	(void)state;
	assert_true(kube_config_in_cluster("10.0.0.1", "443", "/sa", &c, &err));
	assert_string_equal(c.server, "https://10.0.0.1:443");
	assert_string_equal(c.ca.file, "/sa/ca.crt");
	assert_string_equal(c.token.file, "/sa/token");
	kube_config_fini(&c);
	assert_true(kube_config_in_cluster("fd00::1", "443", "/sa", &c, &err));
	assert_string_equal(c.server, "https://[fd00::1]:443");
	kube_config_fini(&c);
	assert_false(kube_config_in_cluster("", "443", "/sa", &c, &err));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(current_context_names_cluster_and_user),
		cmocka_unit_test(token_file_wins_over_token),
		cmocka_unit_test(insecure_needs_no_authority),
		cmocka_unit_test(what_cannot_work_is_refused_with_the_reason),
		cmocka_unit_test(pod_finds_its_api_server),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
