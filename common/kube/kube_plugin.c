/* SPDX-License-Identifier: Apache-2.0 */
#include "common/kube/kube_plugin.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "common/alloc.h"
#include "common/base64.h"
#include "common/date.h"
#include "common/err.h"
#include "common/json.h"

#define API "client.authentication.k8s.io"
#define EXTENSION API "/exec"

static const char *const versions[] = { API "/v1", API "/v1beta1", NULL };
static const char *const modes[] = {
	[PLUGIN_NEVER] = "Never",
	[PLUGIN_IF_AVAILABLE] = "IfAvailable",
	[PLUGIN_ALWAYS] = "Always",
	NULL,
};

void
kube_plugin_free(struct kube_plugin *p)
{
	if (p == NULL)
		return;
	free(p->where);
	free(p->version);
	free(p->command);
	json_texts_free(p->args);
	json_texts_free(p->env);
	free(p->hint);
	json_decref(p->extension);
	free(p);
}

/* One with a slash is a path from where the kubeconfig is, as in kubectl. */
static bool
command_get(const struct json_at *exec, const char *file, struct kube_plugin *p,
    struct err *err)
{
	const char *command = "", *slash = strrchr(file, '/');

	if (!json_get_string(exec, "command", &command, err))
		return false;
	if (command[0] == '\0')
		return json_refuse(exec, "command", err, "missing");
	if (command[0] == '/' || strchr(command, '/') == NULL || slash == NULL)
		p->command = xstrdup(command);
	else
		p->command =
		    xasprintf("%.*s/%s", (int)(slash - file), file, command);
	return true;
}

static bool
args_get(const struct json_at *exec, struct kube_plugin *p, struct err *err)
{
	struct json_at list;

	if (!json_get_array(exec, "args", &list, err))
		return false;
	p->args = xcalloc(json_at_count(&list) + 1, sizeof(*p->args));
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *text = "";

		if (!json_get_string(&item, NULL, &text, err))
			return false;
		p->args[p->n_args++] = xstrdup(text);
	}
	return true;
}

static bool
env_get(const struct json_at *exec, struct kube_plugin *p, struct err *err)
{
	struct json_at list;

	if (!json_get_array(exec, "env", &list, err))
		return false;
	p->env = xcalloc(json_at_count(&list) + 1, sizeof(*p->env));
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *name = "", *value = "";

		if (!json_get_string(&item, "name", &name, err) ||
		    !json_get_string(&item, "value", &value, err))
			return false;
		if (name[0] == '\0' || strchr(name, '=') != NULL)
			return json_refuse(
			    &item, "name", err, "not the name of a variable");
		p->env[p->n_env++] = xasprintf("%s=%s", name, value);
	}
	return true;
}

/* v1beta1 has a default for the mode, v1 has none. */
static bool
version_get(const struct json_at *exec, struct kube_plugin *p, struct err *err)
{
	unsigned version = 0, mode = PLUGIN_IF_AVAILABLE;
	const json_t *given = json_object_get(exec->v, "interactiveMode");

	if (!json_is_string(json_object_get(exec->v, "apiVersion")))
		return json_refuse(exec, "apiVersion", err, "missing: %s or %s",
		    versions[0], versions[1]);
	if (!json_get_enum(exec, "apiVersion", versions, &version, err) ||
	    !json_get_enum(exec, "interactiveMode", modes, &mode, err))
		return false;
	if (version == 0 && (given == NULL || json_is_null(given)))
		return json_refuse(exec, "interactiveMode", err,
		    "missing: Never, IfAvailable or Always");
	p->version = xstrdup(versions[version]);
	p->mode = mode;
	return true;
}

/* What the cluster's entry has for plugins, whatever that is. */
static bool
extension_get(
    const struct json_at *cluster, struct kube_plugin *p, struct err *err)
{
	struct json_at list;

	if (!json_get_array(cluster, "extensions", &list, err))
		return false;
	for (size_t i = 0; i < json_at_count(&list); i++) {
		struct json_at item = json_at_item(&list, i);
		const char *name = "";

		if (!json_get_string(&item, "name", &name, err))
			return false;
		if (strcmp(name, EXTENSION) == 0 && p->extension == NULL)
			p->extension = json_deep_copy(
			    json_object_get(item.v, "extension"));
	}
	return true;
}

struct kube_plugin *
kube_plugin_decode(const struct json_at *exec, const struct json_at *cluster,
    const char *file, struct err *err)
{
	struct kube_plugin *p = xcalloc(1, sizeof(*p));
	const char *hint = NULL;
	char path[JSON_PATH];

	p->where = xasprintf("%s: %s", file, json_at_path(exec, NULL, path));
	if (version_get(exec, p, err) && command_get(exec, file, p, err) &&
	    args_get(exec, p, err) && env_get(exec, p, err) &&
	    json_get_string(exec, "installHint", &hint, err) &&
	    json_get_bool(exec, "provideClusterInfo", &p->wants_cluster, err) &&
	    extension_get(cluster, p, err)) {
		p->hint = xstrdup(hint);
		return p;
	}
	kube_plugin_free(p);
	return NULL;
}

static void
set_text(json_t *object, const char *key, const char *text)
{
	if (text != NULL)
		json_object_set_new(object, key, json_string(text));
}

static json_t *
cluster_view(const struct kube_plugin *p, const struct kube_plugin_server *s)
{
	json_t *cluster = json_object();
	char *ca = s->ca != NULL ? base64_encode(s->ca, s->n_ca) : NULL;

	set_text(cluster, "server", s->server);
	set_text(cluster, "tls-server-name", s->server_name);
	set_text(cluster, "proxy-url", s->proxy);
	set_text(cluster, "certificate-authority-data", ca);
	if (s->insecure)
		json_object_set_new(
		    cluster, "insecure-skip-tls-verify", json_true());
	if (p->extension != NULL)
		json_object_set(cluster, "config", p->extension);
	free(ca);
	return cluster;
}

char *
kube_plugin_info(const struct kube_plugin *p,
    const struct kube_plugin_server *server, bool interactive)
{
	json_t *spec = json_pack("{s:b}", "interactive", interactive);
	json_t *info = json_pack("{s:s, s:s, s:o}", "apiVersion", p->version,
	    "kind", "ExecCredential", "spec", spec);

	if (p->wants_cluster)
		json_object_set_new(spec, "cluster", cluster_view(p, server));
	char *text = json_dumps(info, JSON_COMPACT);

	json_decref(info);
	return text;
}

static void
secret_free(char *text)
{
	if (text != NULL)
		explicit_bzero(text, strlen(text));
	free(text);
}

void
kube_plugin_answer_fini(struct kube_plugin_answer *a)
{
	secret_free(a->token);
	secret_free(a->cert);
	secret_free(a->key);
	*a = (struct kube_plugin_answer){ 0 };
}

static bool
is_given(const char *text)
{
	return text != NULL && text[0] != '\0';
}

/* RFC 3339 with any offset: plugins are no API servers, which always write Z. */
static bool
time_parse(const char *text, int64_t *seconds)
{
	size_t n = strlen(text);
	unsigned hours, minutes;
	char sign, behind;

	if (n < 6 || (text[n - 6] != '+' && text[n - 6] != '-'))
		return date_parse(text, seconds);
	if (sscanf(text + n - 6, "%c%2u:%2u%c", &sign, &hours, &minutes,
		&behind) != 3 ||
	    hours > 23 || minutes > 59)
		return false;
	char *zulu = xasprintf("%.*sZ", (int)n - 6, text);
	bool good = date_parse(zulu, seconds);
	int64_t offset = (int64_t)hours * 3600 + minutes * 60;

	free(zulu);
	if (good)
		*seconds += sign == '+' ? -offset : offset;
	return good;
}

static bool
status_decode(
    const struct json_at *status, struct kube_plugin_answer *a, struct err *err)
{
	const char *token = NULL, *cert = NULL, *key = NULL, *expires = NULL;

	if (!json_get_string(status, "token", &token, err) ||
	    !json_get_string(status, "clientCertificateData", &cert, err) ||
	    !json_get_string(status, "clientKeyData", &key, err) ||
	    !json_get_string(status, "expirationTimestamp", &expires, err))
		return false;
	if (expires != NULL && !time_parse(expires, &a->expires))
		return json_refuse(
		    status, "expirationTimestamp", err, "not a time");
	if (is_given(cert) != is_given(key))
		return json_refuse(status,
		    is_given(cert) ? "clientKeyData" : "clientCertificateData",
		    err, "missing: the other half is there");
	if (!is_given(token) && !is_given(cert))
		return json_refuse(status, NULL, err,
		    "neither a token nor a client certificate");
	a->token = is_given(token) ? xstrdup(token) : NULL;
	a->cert = is_given(cert) ? xstrdup(cert) : NULL;
	a->key = is_given(key) ? xstrdup(key) : NULL;
	return true;
}

static bool
answer_read(const struct kube_plugin *p, const json_t *doc,
    struct kube_plugin_answer *a, struct err *err)
{
	struct json_at root = json_at_secret(doc), status;
	const char *kind = "", *version = "";

	if (!json_get_string(&root, "kind", &kind, err) ||
	    !json_get_string(&root, "apiVersion", &version, err) ||
	    !json_get_object(&root, "status", &status, err))
		return false;
	if (strcmp(kind, "ExecCredential") != 0)
		return json_refuse(&root, "kind", err, "not ExecCredential");
	if (strcmp(version, p->version) != 0)
		return json_refuse(
		    &root, "apiVersion", err, "not %s", p->version);
	if (status.v == NULL)
		return json_refuse(&root, "status", err, "missing");
	return status_decode(&status, a, err);
}

bool
kube_plugin_answer_decode(const struct kube_plugin *p, const char *text,
    struct kube_plugin_answer *a, struct err *err)
{
	*a = (struct kube_plugin_answer){ 0 };
	json_t *doc = json_parse(text, strlen(text), err);
	bool good = doc != NULL && answer_read(p, doc, a, err);

	json_decref(doc);
	return good ||
	    err_prefix(err, "%s: what %s wrote: ", p->where, p->command);
}
