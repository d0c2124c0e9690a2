/* SPDX-License-Identifier: Apache-2.0 */
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "common/alloc.h"
#include "common/err.h"
#include "common/kube/kube_config.h"
#include "tests/test.h"

#define CONTEXT                                                      \
	"'current-context':'b','contexts':["                         \
	"{'name':'a','context':{'cluster':'other','user':'other'}}," \
	"{'name':'b','context':{'cluster':'c','user':'u'}}],"
#define CLUSTER(fields) "'clusters':[{'name':'c','cluster':{" fields "}}],"
#define USER(fields) "'users':[{'name':'u','user':{" fields "}}]"
#define SOUND CLUSTER("'server':'https://k:6443','certificate-authority':'ca'")

/* The text has ' for ". */
static bool
decode_for(const struct kube_person *person, const char *text,
    struct kube_config *c, struct err *err)
{
	char *copy = xstrdup(text);

	for (char *p = copy; *p != '\0'; p++)
		if (*p == '\'')
			*p = '"';
	json_t *json = json_loads(copy, 0, NULL);

	assert_non_null(json);
	const struct kube_config_file file = { "/etc/x/config", json };
	bool good = kube_config_decode(&file, 1, person, c, err);

	json_decref(json);
	free(copy);
	return good;
}

static bool
decode(const char *text, struct kube_config *c, struct err *err)
{
	return decode_for(NULL, text, c, err);
}

#define FROM "/etc/x/config: "

static void
assert_refused_for(
    const struct kube_person *person, const char *text, const char *why)
{
	struct kube_config c;
	struct err err;

	assert_false(decode_for(person, text, &c, &err));
	assert_memory_equal(err.text, FROM, strlen(FROM));
	assert_string_equal(err.text + strlen(FROM), why);
}

static void
assert_refused(const char *text, const char *why)
{
	assert_refused_for(NULL, text, why);
}

TEST(current_context_names_cluster_and_user)
{
	struct kube_config c;
	struct err err;

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

TEST(token_file_wins_over_token)
{
	struct kube_config c;
	struct err err;

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

TEST(insecure_needs_no_authority)
{
	struct kube_config c;
	struct err err;

	assert_true(
	    decode("{" CONTEXT CLUSTER(
		       "'server':'https://k','insecure-skip-tls-verify':true")
		       USER("") "}",
		&c, &err));
	assert_true(c.insecure);
	kube_config_fini(&c);
}

TEST(what_cannot_work_is_refused_with_the_reason)
{
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
	    "users[0].user.exec: a daemon runs no exec plugins; use a token, "
	    "a tokenFile or a client certificate");
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

TEST(pod_finds_its_api_server)
{
	struct kube_config c;
	struct err err;

	assert_true(
	    kube_config_in_cluster("10.0.0.1", "443", "/sa", NULL, &c, &err));
	assert_string_equal(c.server, "https://10.0.0.1:443");
	assert_string_equal(c.ca.file, "/sa/ca.crt");
	assert_string_equal(c.token.file, "/sa/token");
	kube_config_fini(&c);
	assert_true(
	    kube_config_in_cluster("fd00::1", "443", "/sa", NULL, &c, &err));
	assert_string_equal(c.server, "https://[fd00::1]:443");
	kube_config_fini(&c);
	assert_false(kube_config_in_cluster("", "443", "/sa", NULL, &c, &err));
}

static bool
run_nothing(const struct kube_plugin *p, const char *info, char **answer,
    struct err *err)
{
	(void)p;
	(void)info;
	(void)answer;
	return err_set(err, "not here");
}

static const struct kube_person person = { .run = run_nothing };

#define EXEC                                                           \
	"'exec':{'apiVersion':'client.authentication.k8s.io/v1beta1'," \
	"'command':'./login'}"

TEST(a_person_has_plugins_and_the_systems_authorities)
{
	struct kube_config c;
	struct err err;

	assert_true(decode_for(&person,
	    "{" CONTEXT CLUSTER("'server':'https://k'") USER(EXEC) "}", &c,
	    &err));
	assert_string_equal(c.plugin->command, "/etc/x/./login");
	assert_string_equal(
	    c.plugin->where, "/etc/x/config: users[0].user.exec");
	kube_config_fini(&c);
	assert_true(decode_for(&person,
	    "{" CONTEXT SOUND USER("'token':'t'," EXEC) "}", &c, &err));
	assert_null(c.plugin);
	assert_string_equal(c.token.bytes, "t");
	kube_config_fini(&c);
	assert_refused_for(&person,
	    "{" CONTEXT SOUND USER("'exec':{'command':'secret'}") "}",
	    "users[0].user.exec.apiVersion: missing: "
	    "client.authentication.k8s.io/v1 or "
	    "client.authentication.k8s.io/v1beta1");
}

TEST(impersonation_becomes_headers)
{
	static const char *const groups[] = { "g1", "g2" };
	const struct kube_person as = {
		.as = { .user = "eve", .groups = groups, .n_groups = 2 }
	};
	static const char text[] = "{" CONTEXT SOUND USER(
	    "'as':'jane','as-uid':'7','as-groups':['devs'],"
	    "'as-user-extra':{'Example.org/a':['x','y']}") "}";
	struct kube_config c;
	struct err err;

	assert_true(decode(text, &c, &err));
	assert_int_equal(c.headers.n, 5);
	assert_string_equal(c.headers.at[0], "Impersonate-Uid: 7");
	assert_string_equal(c.headers.at[1], "Impersonate-Group: devs");
	assert_string_equal(
	    c.headers.at[2], "Impersonate-Extra-%45xample.org%2Fa: x");
	assert_string_equal(c.headers.at[4], "Impersonate-User: jane");
	kube_config_fini(&c);
	assert_true(decode_for(&as, text, &c, &err));
	assert_string_equal(c.headers.at[1], "Impersonate-Group: g1");
	assert_string_equal(c.headers.at[2], "Impersonate-Group: g2");
	assert_string_equal(c.headers.at[5], "Impersonate-User: eve");
	kube_config_fini(&c);
}

TEST(impersonation_that_cannot_be_is_refused)
{
	const struct kube_person line = { .as = { .user = "a\r\nX: y" } };

	assert_refused("{" CONTEXT SOUND USER("'as-groups':['devs']") "}",
	    "a group, uid or extra is to be impersonated, but no user (--as, "
	    "or the user's field \"as\")");
	assert_refused(
	    "{" CONTEXT SOUND USER("'as':'a','as-groups':['\\n']") "}",
	    "users[0].user.as-groups[0]: has a control character");
	assert_refused_for(&line, "{" CONTEXT SOUND USER("") "}",
	    "as: has a control character");
}

/* Three files: who has a name first has it whole. */
TEST(first_of_several_files_wins)
{
	static const char *const texts[] = {
		"{\"users\":[{\"name\":\"u\",\"user\":{\"tokenFile\":\"t\"}}]}",
		"{\"current-context\":\"b\",\"contexts\":[{\"name\":\"b\",\"context"
		"\":{\"cluster\":\"c\",\"user\":\"u\",\"namespace\":\"web\"}}],"
		"\"users\":[{\"name\":\"u\",\"user\":{\"token\":\"no\"}}]}",
		"{\"current-context\":\"no\",\"clusters\":[{\"name\":\"c\","
		"\"cluster\":{\"server\":\"https://k\","
		"\"certificate-authority\":\"ca\"}}]}",
	};
	static const char *const names[] = { "/1/config", "2", "/3/config" };
	struct kube_config_file files[3];
	const struct kube_person other = { .context = "z" };
	struct kube_config c;
	struct err err;

	for (size_t i = 0; i < 3; i++)
		files[i] = (struct kube_config_file){ names[i],
			json_loads(texts[i], 0, NULL) };
	assert_false(kube_config_is_empty(files, 3, NULL));
	assert_true(kube_config_is_empty(files, 1, NULL));
	assert_true(kube_config_decode(files, 3, NULL, &c, &err));
	assert_string_equal(c.token.file, "/1/t");
	assert_null(c.token.bytes);
	assert_string_equal(c.ca.file, "/3/ca");
	assert_string_equal(c.ns, "web");
	kube_config_fini(&c);
	assert_false(kube_config_decode(files, 3, &other, &c, &err));
	assert_string_equal(err.text,
	    "/1/config, 2, /3/config: contexts: no entry has the name \"z\"");
	for (size_t i = 0; i < 3; i++)
		json_decref((json_t *)files[i].doc);
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
		cmocka_unit_test(
		    a_person_has_plugins_and_the_systems_authorities),
		cmocka_unit_test(impersonation_becomes_headers),
		cmocka_unit_test(impersonation_that_cannot_be_is_refused),
		cmocka_unit_test(first_of_several_files_wins),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
